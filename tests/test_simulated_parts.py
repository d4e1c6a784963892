"""Brake, flywheel, heart, reserve, gears, posture and legs of the simulated ride, one by one.

Vectors come from the reference notes on training science: E1 (section 1.6), the coasting flywheel
(1.3), S1 (1.2), W1 (4.4) and the heart rates of 8.1.
"""

from __future__ import annotations

from dataclasses import replace
from math import e, log, sqrt
from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.guidance.gears import gears
from coach.messages import (
    BasicResistance,
    Command,
    Cue,
    CueKind,
    Mode,
    Posture,
    PowerLimit,
    RiderPosition,
    RideState,
    Snapshot,
    TargetPower,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.rider import Bike, Rider
from coach.trainers.simulated.body import Heart, Noise, Reserve
from coach.trainers.simulated.gearbox import Gearbox
from coach.trainers.simulated.machine import (
    RESPONSES,
    STEP,
    STRONGEST_FORCE,
    STRONGEST_POWER,
    WEAKEST_FORCE,
    Machine,
)
from coach.trainers.simulated.rider import SimulatedRider
from coach.trainers.simulated.stance import Stance

RIDER = Rider("Reference", 75.0, 220.0, age=40.0, resting_heart_rate=60.0, maximum_heart_rate=185.0)


class Even(Random):
    """Chance without surprises: noise is nothing, a span its middle."""

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        return mu

    def uniform(self, a: float, b: float) -> float:
        return 0.5 * (a + b)


def held(machine: Machine, speed: float, seconds: float) -> list[float]:
    """Hold the wheel at a speed; return the brake's power after each step."""
    powers = []
    for _ in range(round(seconds / STEP)):
        machine.speed = speed
        powers.append(machine.brake() * speed)
    return powers


# --- the machine ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "at_3_5", "at_10", "mean_of_10"),
    [("fast", 236.466, 249.822, 230.027), ("medium", 213.212, 247.268, 215.683)],
)
def test_a_power_target_is_reached_as_in_vector_e1(
    response: str, at_3_5: float, at_10: float, mean_of_10: float
) -> None:
    machine = Machine(RESPONSES[response])
    machine.obey(TargetPower(150.0))
    held(machine, 8.0, 120.0)
    machine.obey(TargetPower(250.0))
    powers = held(machine, 8.0, 10.0)
    assert powers[13] == pytest.approx(at_3_5, abs=1e-3)
    assert powers[39] == pytest.approx(at_10, abs=1e-3)
    # The mean of the vector is that of the curve; the trapezium rule is close enough to it.
    mean = (sum(powers) - 0.5 * powers[-1] + 0.5 * 150.0) / 40
    assert mean == pytest.approx(mean_of_10, abs=0.2)


@pytest.mark.parametrize(("response", "seconds"), [("fast", 5.0), ("medium", 8.5), ("slow", 11.0)])
def test_settling_times_are_those_of_section_1_6(response: str, seconds: float) -> None:
    machine = Machine(RESPONSES[response])
    machine.obey(TargetPower(150.0))
    held(machine, 8.0, 120.0)
    machine.obey(TargetPower(250.0))
    powers = held(machine, 8.0, 20.0)
    settled = next(index for index, power in enumerate(powers) if power >= 245.0)
    assert (settled + 1) * STEP == pytest.approx(seconds, abs=STEP)


def test_a_flywheel_of_12_kg_coasts_for_10_s_against_10_n() -> None:
    machine = Machine()
    machine.speed, machine.force = 30 / 3.6, 10.0
    steps = 0
    while machine.speed > 0.0:
        assert machine.turn(0.0) == 0.0
        steps += 1
    assert steps * STEP == pytest.approx(10.0, abs=STEP)


def test_the_wheel_never_turns_backward() -> None:
    machine = Machine()
    machine.speed = 0.1
    machine.brake()
    machine.turn(0.0)
    machine.turn(0.0)
    assert machine.speed == 0.0


def test_power_is_the_force_times_the_mean_speed() -> None:
    machine = Machine()
    machine.speed, machine.force = 4.0, 24.0
    # 48 N over 24 N on 12 kg for a quarter of a second: 0.5 m/s more.
    assert machine.turn(48.0) == pytest.approx(48.0 * 4.25)
    assert machine.speed == pytest.approx(4.5)


def road(machine: Machine, grade: float) -> None:
    for command in (
        UserConfiguration(75.0, 9.0),
        WindResistance(1.225 * 0.32),
        TrackResistance(grade),
    ):
        machine.obey(command)


@pytest.mark.parametrize(
    ("kmh", "grade", "watts"),
    # Vector S1 read backward: the power at the pedals, less what the chain takes.
    [(17.257, 0.04, 200.0), (9.971, 0.08, 200.0), (20.705, 0.05, 300.0), (35.156, 0.0, 220.0)],
)
def test_a_simulated_road_costs_what_vector_s1_says(kmh: float, grade: float, watts: float) -> None:
    machine = Machine()
    road(machine, grade)
    assert held(machine, kmh / 3.6, 5.0)[-1] == pytest.approx(watts * 0.976, rel=2e-4)


def test_mass_wind_drafting_and_rolling_are_those_of_the_pages() -> None:
    def force(*commands: Command) -> float:
        machine = Machine()
        road(machine, 0.05)
        for command in commands:
            machine.obey(command)
        return held(machine, 10.0, 5.0)[-1] / 10.0

    plain = force()
    cosine = 1.0 / sqrt(1.0 + 0.05**2)
    heavier = force(UserConfiguration(85.0, 9.0))
    assert heavier - plain == pytest.approx(10.0 * 9.80665 * 0.054 * cosine, rel=1e-6)
    rougher = force(TrackResistance(0.05, crr=0.006))
    assert rougher - plain == pytest.approx(84.0 * 9.80665 * 0.002 * cosine, rel=1e-6)
    windy = force(WindResistance(0.392, wind_speed=5.0))
    assert windy - plain == pytest.approx(0.196 * (15.0**2 - 10.0**2), rel=1e-6)
    sheltered = force(WindResistance(0.392, drafting=0.5))
    assert plain - sheltered == pytest.approx(0.5 * 0.196 * 10.0**2, rel=1e-6)


def test_a_road_follows_its_grade_at_once_and_not_through_the_power_loop() -> None:
    machine = Machine(RESPONSES["slow"])
    road(machine, 0.02)
    easy = held(machine, 4.0, 10.0)[-1]
    machine.obey(TrackResistance(0.06))
    climb = held(machine, 4.0, 20.0)
    # The slow loop's dead time alone is 1 s.
    assert climb[3] - easy > 0.95 * (climb[-1] - easy)


def test_basic_resistance_is_a_share_of_the_strongest_force() -> None:
    machine = Machine()
    machine.obey(BasicResistance(0.25))
    for speed in (2.0, 5.0):
        assert held(machine, speed, 5.0)[-1] == pytest.approx(0.25 * STRONGEST_FORCE * speed)


@given(
    command=st.one_of(
        st.floats(0.0, 4000.0).map(TargetPower),
        st.floats(-0.5, 0.5).map(TrackResistance),
        st.floats(0.0, 1.0).map(BasicResistance),
        st.floats(-35.0, 35.0).map(lambda wind: WindResistance(1.86, wind)),
    ),
    speed=st.floats(0.0, 25.0),
)
def test_no_command_asks_more_or_less_of_the_brake_than_it_can(
    command: Command, speed: float
) -> None:
    machine = Machine()
    machine.obey(command)
    held(machine, speed, 60.0)
    assert machine.force >= WEAKEST_FORCE * (1.0 - 1e-9)
    assert machine.force <= STRONGEST_FORCE * (1.0 + 1e-9)
    assert machine.force * speed <= STRONGEST_POWER * (1.0 + 1e-6)


@pytest.mark.parametrize(
    ("watts", "kmh", "flag"),
    [
        (200.0, 25.0, None),
        # 3 W and 60 W for each km/h.
        (74.0, 25.0, PowerLimit.SPEED_TOO_HIGH),
        (76.0, 25.0, None),
        (610.0, 10.0, PowerLimit.SPEED_TOO_LOW),
        (590.0, 10.0, None),
        (1501.0, 40.0, PowerLimit.LIMIT_REACHED),
        (1499.0, 40.0, None),
    ],
)
def test_flags_say_why_a_target_is_out_of_reach(
    watts: float, kmh: float, flag: PowerLimit | None
) -> None:
    machine = Machine()
    machine.obey(TargetPower(watts))
    machine.speed = kmh / 3.6
    assert machine.power_limit is flag
    machine.obey(TrackResistance(0.0))
    assert machine.power_limit is None


def test_a_wheel_at_rest_can_be_started_against_a_power_target() -> None:
    machine = Machine()
    machine.obey(TargetPower(100.0))
    held(machine, 0.0, 60.0)
    # 100 W at the 7 km/h that count at least.
    assert machine.force == pytest.approx(50.0)


# --- the body ---------------------------------------------------------------------------------


class NoDrift(Heart):
    UP = 60.0
    DRIFT = 0.0
    DELAY = 0.0


class Delayed(NoDrift):
    DELAY = 5.0


def at_rate(rate: float) -> float:
    """Return the power that leads the reference rider to a heart rate (0.359 bpm/W from 88)."""
    return (rate - 88.0) / ((167.0 - 88.0) / 220.0)


@pytest.mark.parametrize(
    ("heart", "seconds", "rate"),
    [(NoDrift, 60, 137.927), (NoDrift, 180, 157.013), (Delayed, 60, 136.009)],
)
def test_heart_rate_follows_the_vectors_of_section_8_1(
    heart: type[Heart], seconds: int, rate: float
) -> None:
    subject = heart(RIDER, Even())
    for _ in range(10_000):
        subject.step(at_rate(100.0), standing=False)
    assert subject.rate == pytest.approx(100.0, abs=1e-6)
    for _ in range(4 * seconds):
        subject.step(at_rate(160.0), standing=False)
    assert subject.rate == pytest.approx(rate, abs=1e-3)


class Plain(Heart):
    DRIFT = 0.0
    DELAY = 0.0


def test_the_heart_is_quicker_up_than_down() -> None:
    def rate_after(seconds: int, first: float, then: float) -> float:
        subject = Plain(RIDER, Even())
        for _ in range(10_000):
            subject.step(at_rate(first), standing=False)
        for _ in range(4 * seconds):
            subject.step(at_rate(then), standing=False)
        return subject.rate

    # One time constant: all but 1/e of the way.
    assert rate_after(50, 100.0, 160.0) == pytest.approx(160.0 - 60.0 / e, abs=1e-6)
    assert rate_after(60, 160.0, 100.0) == pytest.approx(100.0 + 60.0 / e, abs=1e-6)


def steady_rate(power: float, *, standing: bool = False, rider: Rider = RIDER) -> float:
    heart = NoDrift(rider, Even())
    for _ in range(4 * 900):
        heart.step(power, standing)
    return heart.rate


def test_standing_costs_6_bpm() -> None:
    assert steady_rate(150.0, standing=True) - steady_rate(150.0) == pytest.approx(6.0, abs=1e-3)


def test_heart_rate_drifts_by_8_bpm_in_90_minutes() -> None:
    heart = Heart(RIDER, Even())
    for _ in range(4 * 600):
        early = heart.step(143.0, standing=False)
    for _ in range(4 * 4800):
        late = heart.step(143.0, standing=False)
    assert late - early == pytest.approx(8.0 * 4800 / 5400, abs=0.05)


def test_heart_rate_never_passes_its_maximum() -> None:
    heart = Heart(RIDER, Random(1))
    rates = [heart.step(600.0, standing=True) for _ in range(4 * 600)]
    assert max(rates) == 185.0


def test_without_a_measured_maximum_age_tells() -> None:
    rider = replace(RIDER, maximum_heart_rate=None, age=60.0)
    assert steady_rate(2000.0, rider=rider) == pytest.approx(208.0 - 42.0)


def test_reserve_follows_vector_w1() -> None:
    reserve = Reserve(RIDER)
    for _ in range(4 * 300):
        reserve.step(270.0)
    assert 18_000.0 * reserve.share == pytest.approx(3000.0, abs=1e-6)
    for _ in range(4 * 300):
        reserve.step(120.0)
    assert 18_000.0 * reserve.share == pytest.approx(15_166.866, abs=1e-3)


def test_noise_has_the_size_and_the_memory_it_says() -> None:
    noise = Noise(Random(2), memory=4.0)
    values = [noise.step() for _ in range(200_000)]
    assert fmean(values) == pytest.approx(0.0, abs=0.06)
    assert pstdev(values) == pytest.approx(1.0, abs=0.03)
    after_4_s = fmean(a * b for a, b in zip(values, values[16:], strict=False))
    assert log(after_4_s) == pytest.approx(-1.0, abs=0.12)


# --- gears and posture ------------------------------------------------------------------------


def test_the_cadence_comes_within_reach_and_stays_in_the_bike_s_gears() -> None:
    bike = Bike()
    box = Gearbox(bike, Random(3), development=4.7)
    real = {gear.ratio * bike.wheel_circumference for gear in gears(bike)}
    # 12 km/h is 77 rpm in 34x28.
    shifts = 0
    for index in range(200):
        shifts += box.step(index * STEP, 3.266, 77.0, calm=False)
        assert box.development in real
    assert box.development == pytest.approx(34 / 28 * 2.096)
    # Seven cogs, two at a time.
    assert 3 <= shifts <= 6


@pytest.mark.parametrize(("calm", "delay"), [(False, (1.0, 2.0)), (True, (2.0, 4.0))])
def test_a_shift_takes_its_time(calm: bool, delay: tuple[float, float]) -> None:
    for seed in range(20):
        box = Gearbox(Bike(), Random(seed), development=4.7)
        first = next(i * STEP for i in range(100) if box.step(i * STEP, 3.3, 77.0, calm=calm))
        assert delay[0] <= first <= delay[1] + STEP


def test_who_was_told_shifts_at_once() -> None:
    box = Gearbox(Bike(), Random(1), development=2.545)
    box.hurry()
    assert box.step(0.0, 3.266, 68.0, calm=False)
    assert box.development == pytest.approx(34 / 25 * 2.096)


def test_small_differences_are_left_alone() -> None:
    box = Gearbox(Bike(), Random(1), development=2.545)
    assert not any(box.step(i * STEP, 3.266, 80.0, calm=False) for i in range(100))


@pytest.mark.parametrize("seed", range(20))
def test_posture_follows_after_a_reaction_through_a_transition(seed: int) -> None:
    stance = Stance(Random(seed))
    seen: list[tuple[float, RiderPosition]] = []
    for index in range(400):
        now = index * STEP
        stance.ask(Posture.STANDING if 20.0 <= now < 60.0 else Posture.SEATED, now)
        rises = stance.step(now)
        assert rises is (
            stance.position is RiderPosition.TRANSITION_TO_STANDING
            and seen[-1][1] is RiderPosition.SEATED
        )
        if not seen or seen[-1][1] is not stance.position:
            seen.append((now, stance.position))
    names = [position for _, position in seen]
    assert names == [
        RiderPosition.SEATED,
        RiderPosition.TRANSITION_TO_STANDING,
        RiderPosition.STANDING,
        RiderPosition.TRANSITION_TO_SEATED,
        RiderPosition.SEATED,
    ]
    (_, up), (_, stood), (_, down), (_, sat) = [(p, at) for at, p in seen[1:]]
    assert 22.0 <= up <= 25.0 + STEP
    assert 62.0 <= down <= 65.0 + STEP
    assert 0.75 <= stood - up <= 1.75
    assert 0.75 <= sat - down <= 1.75


def test_standing_up_pushes_and_sitting_down_dips() -> None:
    stance = Stance(Random(4))
    surges: dict[Posture, list[float]] = {Posture.SEATED: [], Posture.STANDING: []}
    for index in range(400):
        asked = Posture.STANDING if index < 200 else Posture.SEATED
        stance.ask(asked, index * STEP)
        stance.step(index * STEP)
        surges[asked].append(stance.surge)
    pushes = [surge for surge in surges[Posture.STANDING] if surge != 1.0]
    dips = [surge for surge in surges[Posture.SEATED] if surge != 1.0]
    assert all(1.1 <= push <= 1.3 for push in pushes)
    assert 1.0 <= len(pushes) * STEP <= 3.25
    assert all(dip == 0.85 for dip in dips)
    assert 1.0 <= len(dips) * STEP <= 2.25


# --- the legs ---------------------------------------------------------------------------------

SHOWN = Snapshot(
    time=0.0,
    state=RideState.RIDING,
    elapsed_time=0.0,
    timer_time=0.0,
    remaining=0.0,
    segment=0,
    kind="moderate",
    label="",
    effort="",
    segment_remaining=0.0,
    hill=None,
    hills=6,
    hill_remaining=None,
    posture=Posture.SEATED,
    next_posture=None,
    next_posture_in=None,
    mode=Mode.POWER,
    target_power=150.0,
    grade=None,
    cadence_low=None,
    cadence_high=None,
    power=None,
    cadence=None,
    heart_rate=None,
    speed=None,
    distance=0.0,
    altitude=0.0,
    position=None,
    position_source=None,
    intensity=1.0,
    limits=(),
)


class Loop:
    """A rider on a machine, told and shown by hand."""

    def __init__(self, rider: Rider = RIDER, seed: int = 1) -> None:
        self.machine = Machine()
        self.rider = SimulatedRider(rider, seed)
        self.now = 0.0

    def ride(
        self, seconds: float, shown: Snapshot | None = None, cues: tuple[Cue, ...] = ()
    ) -> list[tuple[float, float]]:
        """Ride on; return power and cadence of each step."""
        if shown is not None:
            self.rider.show(replace(shown, time=self.now), cues)
        out = []
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.machine.brake()
            push = self.rider.push(self.now, self.machine)
            assert push >= 0.0
            self.rider.feel(self.machine.turn(push))
            out.append((self.rider.power, self.rider.cadence))
        return out


def mean_power(out: list[tuple[float, float]]) -> float:
    return fmean(power for power, _ in out)


def mean_cadence(out: list[tuple[float, float]]) -> float:
    return fmean(cadence for _, cadence in out)


@pytest.mark.parametrize("watts", [110.0, 150.0, 200.0])
def test_in_power_mode_cadence_stays_and_does_not_rise_with_power(watts: float) -> None:
    loop = Loop()
    loop.machine.obey(TargetPower(watts))
    out = loop.ride(420.0, replace(SHOWN, target_power=watts))[240:]
    assert mean_power(out) == pytest.approx(watts, abs=2.0)
    assert mean_cadence(out) == pytest.approx(RIDER.cadence, abs=1.5)
    assert pstdev(power for power, _ in out) == pytest.approx(5.0, abs=2.5)
    assert pstdev(cadence for _, cadence in out) == pytest.approx(1.8, abs=0.5)


def climb(loop: Loop, seconds: float, posture: Posture, watts: float = 187.0) -> list[float]:
    """Climb at 6 % with the power on the display; return the power at each step."""
    out: list[tuple[float, float]] = []
    for _ in range(round(seconds)):
        shown = replace(
            SHOWN,
            kind="hill",
            hill=1,
            mode=Mode.GRADE,
            posture=posture,
            target_power=watts,
            power=loop.rider.power,
        )
        out += loop.ride(1.0, shown)
    return [power for power, _ in out]


@pytest.mark.parametrize("watts", [150.0, 187.0, 220.0])
def test_on_a_grade_the_rider_rides_to_the_power_shown(watts: float) -> None:
    loop = Loop()
    road(loop.machine, 0.06)
    climb(loop, 60.0, Posture.SEATED, watts)
    powers = climb(loop, 240.0, Posture.SEATED, watts)
    assert fmean(powers) == pytest.approx(watts, rel=0.02)
    assert pstdev(powers) == pytest.approx(12.0, abs=4.0)


def test_standing_is_slower_and_less_even() -> None:
    loop = Loop()
    road(loop.machine, 0.06)
    climb(loop, 60.0, Posture.SEATED)
    seated = climb(loop, 240.0, Posture.SEATED)
    seated_cadence = loop.rider.cadence
    climb(loop, 20.0, Posture.STANDING)
    standing = climb(loop, 240.0, Posture.STANDING)
    assert loop.rider.stance.position is RiderPosition.STANDING
    assert fmean(standing) == pytest.approx(187.0, rel=0.03)
    assert 1.3 < pstdev(standing) / pstdev(seated) < 2.4
    assert 3.0 < seated_cadence - loop.rider.cadence < 20.0


def test_a_gear_cue_puts_the_harder_gear_in_with_the_rise() -> None:
    def wait_for_shift(*cues: Cue) -> float:
        loop = Loop(seed=5)
        road(loop.machine, 0.06)
        climb(loop, 90.0, Posture.SEATED)
        before = loop.rider.gearbox.development
        shown = replace(
            SHOWN,
            kind="hill",
            hill=1,
            mode=Mode.GRADE,
            posture=Posture.STANDING,
            target_power=187.0,
        )
        loop.rider.show(replace(shown, time=loop.now), cues)
        rose = None
        while loop.rider.gearbox.development == before:
            loop.ride(STEP)
            if rose is None and loop.rider.stance.standing:
                rose = loop.now
        assert rose is not None
        assert loop.rider.gearbox.development > before
        return loop.now - rose

    told = wait_for_shift(Cue(0.0, CueKind.GEAR, "One gear harder"))
    assert told == 0.0
    assert wait_for_shift() >= 1.0


def test_a_target_beyond_the_legs_ends_in_the_death_spiral() -> None:
    loop = Loop()
    loop.machine.obey(TargetPower(150.0))
    loop.ride(60.0, SHOWN)
    loop.machine.obey(TargetPower(520.0))
    out = loop.ride(60.0, replace(SHOWN, target_power=520.0))
    assert out[-1][1] < 20.0
    assert loop.machine.power_limit is PowerLimit.SPEED_TOO_LOW
    # And ends when the load is eased.
    loop.machine.obey(TargetPower(150.0))
    assert mean_cadence(loop.ride(60.0, SHOWN)[200:]) > 75.0


def test_torque_never_passes_what_the_legs_can_hold() -> None:
    loop = Loop()
    loop.machine.obey(BasicResistance(1.0))
    for _ in range(400):
        loop.now += STEP
        loop.machine.brake()
        push = loop.rider.push(loop.now, loop.machine)
        assert push * loop.rider.gearbox.development / 6.2832 <= 60.0 + 1e-3
        loop.rider.feel(loop.machine.turn(push))


def test_an_empty_reserve_makes_the_rider_sit_down_and_fall_short() -> None:
    loop = Loop(replace(RIDER, w_prime=2000.0))
    road(loop.machine, 0.06)
    climb(loop, 60.0, Posture.STANDING, watts=200.0)
    assert loop.rider.stance.standing
    powers = climb(loop, 240.0, Posture.STANDING, watts=260.0)
    assert not loop.rider.stance.standing
    assert fmean(powers[-400:]) < 0.97 * 260.0


def test_nothing_shown_is_an_easy_spin() -> None:
    loop = Loop()
    road(loop.machine, 0.0)
    out = loop.ride(120.0)[240:]
    assert mean_power(out) == pytest.approx(0.5 * 220.0, rel=0.05)


def test_a_pause_is_an_easy_spin_and_the_end_a_rest() -> None:
    loop = Loop()
    road(loop.machine, 0.0)
    paused = replace(SHOWN, state=RideState.PAUSED, mode=Mode.GRADE, target_power=None)
    assert min(cadence for _, cadence in loop.ride(60.0, paused)[100:]) > 60.0
    out = loop.ride(30.0, replace(SHOWN, state=RideState.FINISHED))
    assert set(out) == {(0.0, 0.0)}
    assert loop.machine.speed == 0.0


def test_legs_tire_by_3_rpm() -> None:
    loop = Loop()
    loop.machine.obey(TargetPower(150.0))
    early = mean_cadence(loop.ride(600.0, SHOWN)[400:])
    loop.ride(4200.0)
    late = mean_cadence(loop.ride(600.0))
    assert early - late == pytest.approx(3.0 * 4700 / 5400, abs=0.8)


def test_what_is_shown_counts_from_its_time_on() -> None:
    loop = Loop()
    loop.machine.obey(TargetPower(150.0))
    loop.ride(60.0, SHOWN)
    loop.rider.show(replace(SHOWN, time=loop.now + 10.0, state=RideState.FINISHED), ())
    assert mean_cadence(loop.ride(10.0)) > 70.0
    assert {cadence for _, cadence in loop.ride(1.0)} == {0.0}


def test_a_display_that_pedals_presses_no_keys() -> None:
    rider = SimulatedRider(RIDER, 1)
    rider.open()
    assert list(rider.keys()) == []
    rider.close()
    rider.close()
