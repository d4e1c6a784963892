"""What the simulated devices do beyond broadcasting: spin-down, cycling dynamics, bad habits."""

from __future__ import annotations

import pytest

from coach import physics, profile
from coach.messages import ReplyStatus, RiderPosition
from coach.protocol import common, fec, heart, power
from coach.trainers.simulated.machine import STEP
from coach.trainers.simulated.sensors import Pedals, Strap, TrainerPower
from coach.trainers.simulated.simulation import Simulation
from coach.trainers.simulated.spin_down import LAST_SPEED, PATIENCE, TARGET_SPEED

RIDER = profile.example_rider()
SPIN_DOWN = fec.CalibrationRequest(spin_down=True).encode()


class Ridden:
    """A simulation whose trainer speaks every quarter of a second."""

    def __init__(self) -> None:
        self.all = Simulation(RIDER, 3)
        self.now = 0.0

    def live(self, seconds: float) -> list[bytes]:
        said = []
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.all.step(self.now)
            said.append(self.all.trainer.broadcast())
        return said


def conditions(said: list[bytes]) -> list[str | int]:
    pages = [fec.decode(payload) for payload in said if payload[0] == 0x02]
    return [page.speed_condition for page in pages if isinstance(page, fec.CalibrationInProgress)]


def results(said: list[bytes]) -> list[fec.CalibrationResponse]:
    pages = [fec.decode(payload) for payload in said if payload[0] == 0x01]
    return [page for page in pages if isinstance(page, fec.CalibrationResponse)]


# --- spin-down -----------------------------------------------------------------------------------


def test_the_request_is_the_one_of_the_notes() -> None:
    # Reference notes on FE-C, section 3.1 (GoldenCheetah, StephenHidem).
    assert SPIN_DOWN.hex(" ") == "01 80 00 ff ff ff ff ff"


def test_a_spin_down_goes_from_too_slow_to_fast_enough_to_a_time() -> None:
    ridden = Ridden()
    ridden.all.trainer.receive(fec.TargetPower(power_w=150.0).encode())
    ridden.live(30.0)
    assert ridden.all.machine.speed < TARGET_SPEED - 1.0
    ridden.all.trainer.receive(SPIN_DOWN)
    said = ridden.live(60.0)
    told = conditions(said)
    slow = told.count("too_low")
    assert told == ["too_low"] * slow + ["ok"] * (len(told) - slow)
    assert slow > 2
    assert len(told) - slow > 10
    answers = results(said)
    assert len(answers) == 4
    assert answers[0].spin_down_success
    assert answers[0].temperature_c == 23.0
    # 12 kg at the rim against 10.8 N, from 10 to 2 m/s (notes on training science, section 1.3).
    expected = (TARGET_SPEED - LAST_SPEED) * 12.0 / 10.8
    assert answers[0].spin_down_time_s == pytest.approx(expected, abs=2 * STEP)
    # Other pages went on beside it, and nothing of it is left.
    numbers = [payload[0] for payload in said]
    assert {0x10, 0x19} <= set(numbers[: numbers.index(0x01)])
    assert not {0x01, 0x02} & {payload[0] for payload in ridden.live(30.0)}


def test_a_wheel_that_was_faster_is_measured_from_the_same_speed() -> None:
    ridden = Ridden()
    ridden.live(10.0)
    ridden.all.machine.speed = TARGET_SPEED + 6.0
    ridden.all.trainer.receive(SPIN_DOWN)
    (answer, *_) = results(ridden.live(60.0))
    assert answer.spin_down_time_s == pytest.approx((TARGET_SPEED - LAST_SPEED) / 0.9, abs=2 * STEP)


def test_the_rider_rides_on_after_a_spin_down() -> None:
    ridden = Ridden()
    ridden.live(10.0)
    ridden.all.trainer.receive(SPIN_DOWN)
    ridden.all.machine.obey(fec.command_from(fec.TargetPower(power_w=180.0)))  # type: ignore[arg-type]
    ridden.live(90.0)
    assert ridden.all.machine.force * ridden.all.machine.speed == pytest.approx(180.0, rel=0.1)
    assert 70.0 < ridden.all.rider.cadence < 100.0


def test_a_rider_who_pedals_on_fails_after_a_minute() -> None:
    ridden = Ridden()
    ridden.live(10.0)
    ridden.all.rider.heeds_trainer = False
    ridden.all.trainer.receive(SPIN_DOWN)
    said = ridden.live(2 * PATIENCE + 5.0)
    answers = results(said)
    assert len(answers) == 4
    assert not answers[0].spin_down_success
    assert answers[0].spin_down_time_s is None
    first = next(index for index, payload in enumerate(said) if payload[0] == 0x01)
    assert PATIENCE - STEP <= first * STEP <= 2 * PATIENCE
    assert not ridden.all.machine.calibrating


def test_no_other_calibration_is_offered() -> None:
    ridden = Ridden()
    ridden.all.trainer.receive(fec.CalibrationRequest(zero_offset=True).encode())
    assert not {0x01, 0x02} & {payload[0] for payload in ridden.live(30.0)}


# --- pedals --------------------------------------------------------------------------------------


def ask(sensor: Pedals, page: common.RequestDataPage) -> bytes:
    sensor.receive(page.encode())
    return sensor.broadcast()


CAPABILITIES = common.RequestDataPage(requested_page=0x02, count=2, descriptor_1=0xFE)


def test_pedals_tell_what_they_can_when_asked() -> None:
    pedals = Pedals(Simulation(RIDER).rider, dynamics=False)
    told = power.decode(ask(pedals, CAPABILITIES))
    assert told == power.AdvancedCapabilities2(four_hz=True, eight_hz=False, rider_position=False)
    assert pedals.broadcast()[0] == 0x02
    assert pedals.broadcast()[0] == 0x10
    pedals.receive(bytes.fromhex("02feffffdcffddff"))
    told = power.decode(ask(pedals, CAPABILITIES))
    assert told == power.AdvancedCapabilities2(four_hz=False, eight_hz=True, rider_position=True)


def test_pedals_change_their_period_with_what_they_send() -> None:
    pedals = Pedals(Simulation(RIDER).rider, dynamics=False)
    assert pedals.period == 8182
    assert {pedals.broadcast()[0] for _ in range(50)} == {0x10}
    pedals.receive(bytes.fromhex("02feffffdcffddff"))
    assert pedals.period == 4091
    page = next(p for p in (power.decode(pedals.broadcast()) for _ in range(4)) if p.number == 0xE2)
    assert isinstance(page, power.PedalPosition)
    assert page.rider_position is RiderPosition.SEATED


def test_pedals_without_a_sense_of_position_say_so() -> None:
    pedals = Pedals(Simulation(RIDER).rider, dynamics=False, refuses=True)
    told = power.decode(ask(pedals, CAPABILITIES))
    assert isinstance(told, power.AdvancedCapabilities2)
    assert (told.four_hz, told.eight_hz, told.rider_position) == (True, None, None)
    pedals.receive(bytes.fromhex("02feffffdcffddff"))
    assert pedals.period == 8182


@pytest.mark.parametrize("number", [0x50, 0x51, 0x52])
def test_pedals_tell_of_themselves_when_asked_but_not_for_ever(number: int) -> None:
    pedals = Pedals(Simulation(RIDER).rider, dynamics=False)
    pedals.receive(common.RequestDataPage(requested_page=number, count=127).encode())
    numbers = [pedals.broadcast()[0] for _ in range(20)]
    assert numbers == [number] * 8 + [0x10] * 12


@pytest.mark.parametrize("payload", [b"", b"\x46", bytes(8), b"\xff" * 8, b"\x02" + b"\xff" * 7])
def test_pedals_ignore_what_makes_no_sense(payload: bytes) -> None:
    pedals = Pedals(Simulation(RIDER).rider, dynamics=False)
    pedals.receive(payload)
    assert pedals.broadcast()[0] == 0x10
    assert pedals.period == 8182


# --- strap and the trainer's own power -----------------------------------------------------------


def test_a_strap_tells_its_battery_if_it_does() -> None:
    rider = Simulation(RIDER).rider
    for tells, expected in ((True, [7, 7, 2, 2]), (False, [2] * 4)):
        strap = Strap(rider, tells_battery=tells)
        pages = [heart.decode(strap.broadcast()) for _ in range(128)]
        assert [page.number for page in pages] == ([4] * 56 + expected + [3] * 4) * 2
        if tells:
            battery = pages[56]
            assert isinstance(battery, heart.BatteryStatus)
            assert battery.status == "good"


def test_the_trainer_s_own_power_is_the_one_at_the_hub() -> None:
    ridden = Ridden()
    ridden.live(60.0)
    rider = ridden.all.rider
    hub = power.decode(TrainerPower(rider, 1).broadcast())
    feet = power.decode(Pedals(rider).broadcast())
    assert isinstance(hub, power.PowerOnly)
    assert isinstance(feet, power.PowerOnly)
    assert hub.power_w == round(rider.power)
    assert hub.pedal_power_pct is None
    assert feet.power_w == round(rider.power / physics.TARMAC.efficiency)


# --- bad habits ----------------------------------------------------------------------------------


def test_a_verdict_changed_to_itself_changes_nothing() -> None:
    trainer = Simulation(RIDER).trainer
    trainer.receive(fec.TargetPower(power_w=100.0).encode())
    trainer.judge(ReplyStatus.PASS)
    trainer.receive(common.RequestDataPage(requested_page=0x47, count=1).encode())
    assert trainer.broadcast().hex(" ") == "47 31 00 00 ff ff 90 01"


def test_pending_commands_are_obeyed_in_the_order_they_came_last() -> None:
    simulation = Simulation(RIDER)
    trainer = simulation.trainer
    trainer.judge(ReplyStatus.PENDING)
    for page in (
        fec.TargetPower(power_w=100.0),
        fec.BasicResistance(basic_resistance_pct=10.0),
        fec.TargetPower(power_w=120.0),
    ):
        trainer.receive(page.encode())
    assert simulation.machine.mode == "resistance"
    trainer.judge(ReplyStatus.PASS)
    assert simulation.machine.mode == "power"


def test_what_was_pending_may_be_rejected_in_the_end() -> None:
    simulation = Simulation(RIDER)
    trainer = simulation.trainer
    trainer.judge(ReplyStatus.PENDING)
    trainer.receive(fec.TargetPower(power_w=100.0).encode())
    trainer.judge(ReplyStatus.REJECTED)
    trainer.judge(ReplyStatus.PASS)
    assert simulation.machine.mode == "resistance"
