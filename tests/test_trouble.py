"""What each fault of a scenario does, seen from a host at the pretend stick."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sticks import PEDALS, STRAP, TRAINER, Host, answers, events, pages

from coach.messages import ReplyStatus, Source
from coach.protocol import common, fec
from coach.trainers.ant.serial import Code, Id, Message
from coach.trainers.faults import Fault, FaultKind, load_scenario, scenario_names
from coach.trainers.simulated.machine import WEAKEST_FORCE
from coach.trainers.stick.trouble import Faults

START, END = 10.0, 20.0
ASKS_STATUS = common.RequestDataPage(requested_page=0x47, count=4).encode()
ASKS_CAPABILITIES = common.RequestDataPage(requested_page=0x36, count=4).encode()


def fault(kind: FaultKind, **parameters: object) -> Fault:
    return Fault(kind, START, END, **parameters)  # type: ignore[arg-type]


def target(watts: float) -> bytes:
    return fec.TargetPower(power_w=watts).encode()


def riding(*faults: Fault, until: float = START + 0.1, seed: int = 1) -> Host:
    """Return a host that tracks the trainer, at a time just after the faults began."""
    host = Host(*faults, seed=seed)
    host.track()
    host.live(until)
    return host


def told(host: Host, payload: bytes, seconds: float = 0.5) -> list[int]:
    """Send something; return the events that follow."""
    host.send(payload)
    return events(host.live(seconds))


def status(host: Host) -> fec.CommandStatus:
    host.send(ASKS_STATUS)
    page = next(p for _, p in pages(host.live(2.0)) if p[0] == 0x47)
    decoded = fec.decode(page)
    assert isinstance(decoded, fec.CommandStatus)
    return decoded


def between(heard: list[tuple[float, bytes]], start: float, end: float) -> list[bytes]:
    return [payload for at, payload in heard if start <= at < end]


# --- on the air ----------------------------------------------------------------------------------


def test_lost_pages_are_missed_by_their_share_and_only_then() -> None:
    lost = Fault(FaultKind.LOST_PAGES, 100.0, 500.0, share=0.3)
    host = riding(lost, until=600.0)
    heard = pages(host.heard)
    assert len(between(heard, 100.0, 500.0)) == pytest.approx(0.7 * 1600, rel=0.1)
    assert len(between(heard, 0.0, 100.0)) + len(between(heard, 500.0, 601.0)) >= 798
    fails = events(host.heard)
    assert fails.count(Code.RX_FAIL) == host.stick.faults.acted["lost_pages"]


def test_pages_are_lost_of_the_devices_named() -> None:
    host = Host(fault(FaultKind.LOST_PAGES, share=0.5, devices=(Source.HEART_RATE,)))
    host.track(TRAINER, 0)
    host.track(STRAP, 1)
    host.live(30.0)
    assert events(host.heard, 0) == []
    assert len(events(host.heard, 1)) > 5


def test_each_fault_has_chance_of_its_own() -> None:
    alone = riding(fault(FaultKind.LOST_PAGES, share=0.5), until=25.0)
    lost = pages(alone.heard)
    beside = riding(
        fault(FaultKind.LOST_PAGES, share=0.5),
        fault(FaultKind.STRAY_BYTE, rate=5.0),
        until=25.0,
    )
    assert beside.stick.faults.acted["stray_byte"] > 10
    assert pages(beside.heard) == lost
    assert pages(riding(fault(FaultKind.LOST_PAGES, share=0.5), until=25.0, seed=2).heard) != lost


def test_repeated_pages_come_so_many_times() -> None:
    host = riding(fault(FaultKind.REPEATED_PAGES, times=4), until=END)
    heard = between(pages(host.heard), START, END)
    runs = [len(list(run)) for _, run in groupby(heard)]
    assert runs == [4] * 10


def test_a_burst_of_misses_keeps_the_channel() -> None:
    host = riding(fault(FaultKind.RX_FAIL_BURST), until=25.0)
    assert set(events(host.heard)) == {Code.RX_FAIL}
    assert len(events(host.heard)) == 40
    assert between(pages(host.heard), START, END) == []
    assert len(between(pages(host.heard), END, 25.0)) == 20


def test_the_search_begins_at_once_and_finds_nobody_until_the_end() -> None:
    host = Host(fault(FaultKind.GO_TO_SEARCH, devices=(Source.TRAINER,)))
    host.track(TRAINER, 0)
    host.track(STRAP, 1)
    host.live(25.0)
    lost = Message(Id.CHANNEL_RESPONSE, bytes((0, 1, Code.GO_TO_SEARCH)))
    assert [at for at, message in host.heard if message == lost] == [START]
    assert events(host.heard, 0) == [Code.GO_TO_SEARCH]
    assert events(host.heard, 1) == []
    times = [at for at, _ in pages(host.heard, 0)]
    gap = next((a, b) for a, b in pairwise(times) if b - a > 1.0)
    assert gap == (9.75, END)


def test_whoever_sleeps_is_not_there_and_hears_nothing() -> None:
    host = riding(fault(FaultKind.ASLEEP, devices=(Source.TRAINER,)), until=15.0)
    record: list[bytes] = []
    host.stick.air.record = lambda _, payload: record.append(payload)
    assert told(host, target(200.0), 3.0) == []
    assert record == []
    host.live(3.0)
    assert record == [target(200.0)]


# --- what is sent --------------------------------------------------------------------------------


def test_a_failed_transfer_is_told_and_does_not_reach_the_trainer() -> None:
    host = riding(fault(FaultKind.TRANSFER_FAILED))
    record: list[bytes] = []
    host.stick.air.record = lambda _, payload: record.append(payload)
    assert told(host, target(200.0)) == [Code.TX_FAILED]
    assert record == []
    host.live(10.0)
    assert told(host, target(200.0)) == [Code.TX_COMPLETED]
    assert record == [target(200.0)]


def test_a_late_completion_comes_late_and_nothing_else_is_taken_before() -> None:
    host = riding(fault(FaultKind.LATE_COMPLETION, delay=3.0))
    record: list[bytes] = []
    host.stick.air.record = lambda _, payload: record.append(payload)
    assert told(host, target(200.0), 2.9) == []
    assert record == [target(200.0)]
    assert answers(host.send(target(100.0))) == [(Id.ACKNOWLEDGED, Code.TRANSFER_IN_PROGRESS)]
    assert events(host.live(0.5)) == [Code.TX_COMPLETED]


def test_what_is_late_stays_late_by_as_much_when_the_clock_leaps() -> None:
    host = riding(fault(FaultKind.LATE_COMPLETION, delay=3.0))
    told(host, target(200.0), 1.0)
    host.clock.jump(100.0)
    assert events(host.live(1.5)) == []
    assert events(host.live(1.0)) == [Code.TX_COMPLETED]


def test_a_late_completion_of_a_closed_channel_never_comes() -> None:
    host = riding(fault(FaultKind.LATE_COMPLETION, delay=3.0))
    told(host, target(200.0), 1.0)
    host.say(Id.CLOSE_CHANNEL, 0)
    host.live(1.0)
    host.say(Id.OPEN_CHANNEL, 0)
    assert events(host.live(5.0)) == []


def test_a_busy_stick_sends_nothing() -> None:
    host = riding(fault(FaultKind.TRANSFER_IN_PROGRESS))
    record: list[bytes] = []
    host.stick.air.record = lambda _, payload: record.append(payload)
    refused = [(Id.ACKNOWLEDGED, Code.TRANSFER_IN_PROGRESS)]
    assert answers(host.send(target(200.0))) == refused
    assert events(host.live(5.0)) == []
    assert answers(host.send(target(200.0))) == refused
    assert host.stick.faults.acted == {"transfer_in_progress": 2}
    host.live(6.0)
    assert record == []
    assert told(host, target(200.0)) == [Code.TX_COMPLETED]


# --- in the trainer ------------------------------------------------------------------------------


def test_a_trainer_that_rejects_says_so_and_does_not_obey() -> None:
    host = riding(fault(FaultKind.COMMAND_REJECTED), until=5.0)
    told(host, target(150.0))
    host.live(5.0)
    told(host, target(300.0))
    answer = status(host)
    assert (answer.command, answer.sequence, answer.status) == (
        "target_power", 1, ReplyStatus.REJECTED,
    )  # fmt: skip
    assert answer.echo == fec.TargetPower(power_w=300.0)
    assert host.stick.faults.acted == {"command_rejected": 1}
    # The load is still the old one, far below 300 W; and afterwards all is obeyed again.
    host.live(4.0)
    assert host.stick.air.machine.force * host.stick.air.machine.speed < 200.0
    host.live(5.0)
    told(host, target(300.0))
    assert status(host).status == ReplyStatus.PASS


def test_a_configuration_passes_whatever_becomes_of_the_load() -> None:
    host = riding(fault(FaultKind.COMMAND_REJECTED))
    told(host, fec.UserConfiguration(user_weight_kg=75.0, bike_weight_kg=9.0).encode())
    assert status(host).status == ReplyStatus.PASS
    assert host.stick.faults.acted == {"command_rejected": 0}


def test_what_is_pending_passes_in_the_end_and_the_latest_counts() -> None:
    host = riding(fault(FaultKind.COMMAND_PENDING))
    told(host, fec.BasicResistance(basic_resistance_pct=20.0).encode())
    told(host, target(100.0))
    told(host, target(250.0))
    assert status(host).status == ReplyStatus.PENDING
    assert host.stick.air.machine.mode == "resistance"
    host.live(20.0)
    answer = status(host)
    assert (answer.status, answer.sequence) == (ReplyStatus.PASS, 2)
    assert answer.echo == fec.TargetPower(power_w=250.0)
    assert host.stick.air.machine.mode == "power"
    host.live(30.0)
    assert host.stick.air.rider.power == pytest.approx(250.0, rel=0.15)


def test_capabilities_are_told_only_afterwards() -> None:
    host = riding(fault(FaultKind.CAPABILITIES_UNANSWERED))
    assert told(host, ASKS_CAPABILITIES) == [Code.TX_COMPLETED]
    assert 0x36 not in {p[0] for p in between(pages(host.live(5.0)), START, END)}
    assert host.stick.faults.acted == {"capabilities_unanswered": 1}
    host.live(5.0)
    told(host, ASKS_CAPABILITIES)
    assert 0x36 in {p[0] for _, p in pages(host.heard)}


def test_frozen_values_are_always_the_same() -> None:
    host = riding(fault(FaultKind.FROZEN_VALUES), until=25.0)
    data = [(at, p) for at, p in pages(host.heard) if p[0] == 0x19]
    assert len(set(between(data, START, END))) == 1
    assert len(between(data, START, END)) > 20
    assert len(set(between(data, 5.0, START))) > 10
    assert len(set(between(data, END, 25.0))) > 10
    # The pages beside it go on.
    assert len({p for p in between(pages(host.heard), START, END) if p[0] == 0x10}) > 10


def test_another_display_sends_targets_of_its_own() -> None:
    host = Host(fault(FaultKind.FOREIGN_CONTROLLER, rate=1 / 3, target_power=60.0))
    record: list[tuple[float, bytes]] = []
    host.stick.air.record = lambda time, payload: record.append((time, payload))
    host.track()
    host.live(25.0)
    assert record == [(at, target(60.0)) for at in (10.0, 13.0, 16.0, 19.0)]
    assert status(host).echo == fec.TargetPower(power_w=60.0)


def test_a_brake_that_fails_lets_go_and_says_so() -> None:
    host = riding(fault(FaultKind.BRAKE_FAULT), until=2.0)
    told(host, target(250.0))
    host.live(7.5)
    machine = host.stick.air.machine
    assert machine.force > 1.5 * WEAKEST_FORCE
    host.live(4.0)
    assert machine.force == pytest.approx(WEAKEST_FORCE, rel=0.01)
    told(host, target(200.0))
    assert status(host).status == ReplyStatus.FAIL
    host.live(8.0)
    assert machine.force > 1.5 * WEAKEST_FORCE


# --- between stick and host ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_stray_bytes_hurt_no_message(seed: int) -> None:
    clean = riding(until=25.0)
    host = riding(fault(FaultKind.STRAY_BYTE, rate=3.0), until=25.0, seed=seed)
    acted = host.stick.faults.acted["stray_byte"]
    # At most one a message, so some of 30 fall together.
    assert 10 < acted < 50
    assert host.framer.skipped == acted
    assert pages(host.heard) == pages(clean.heard)


def test_a_wrong_checksum_costs_its_message_and_is_not_delivered() -> None:
    host = Host(fault(FaultKind.BAD_CHECKSUM, rate=2.0))
    delivered: list[bytes] = []
    host.stick.delivered = lambda time, source, payload: delivered.append(payload)
    host.track()
    host.live(25.0)
    heard = [payload for _, payload in pages(host.heard)]
    assert len(heard) == 100 - host.stick.faults.acted["bad_checksum"]
    assert delivered == heard
    assert 8 < host.stick.faults.acted["bad_checksum"] < 40


def test_a_channel_is_closed_late() -> None:
    host = riding(fault(FaultKind.DELAYED_CHANNEL_CLOSED, delay=2.0))
    host.say(Id.CLOSE_CHANNEL, 0)
    start = host.clock.now()
    heard = host.live(5.0)
    assert events(heard) == [Code.CHANNEL_CLOSED]
    assert heard[0][0] - start == pytest.approx(2.125, abs=1e-3)


def test_the_clock_leaps_once() -> None:
    host = Host(Fault(FaultKind.CLOCK_JUMP, 10.0, 10.0, jump=1000.0))
    host.track()
    host.live(9.9)
    before = host.clock.now()
    host.live(0.2)
    assert host.clock.now() - before == pytest.approx(1000.1, abs=0.2)
    heard = host.live(10.0)
    assert len(pages(heard)) == pytest.approx(40, abs=1)
    assert host.stick.faults.acted == {"clock_jump": 1}


def test_faults_count_from_the_first_opening() -> None:
    host = Host(fault(FaultKind.TRANSFER_FAILED), now=1000.0)
    host.track()
    host.live(9.0)
    assert told(host, target(200.0)) == [Code.TX_COMPLETED]
    host.live(1.0)
    assert told(host, target(200.0)) == [Code.TX_FAILED]


# --- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_acts_and_is_over_in_time(name: str) -> None:
    scenario = load_scenario(name)
    host = Host(*scenario.faults, seed=scenario.seed)
    host.track(TRAINER, 0)
    host.track(STRAP, 1)
    host.track(PEDALS, 2)
    closed = False
    for second in range(80):
        if not host.stick.faults.unplugged(float(second)):
            try:
                host.live(1.0)
                host.send((ASKS_CAPABILITIES, target(150.0))[second % 2])
                if name == "delayed_channel_closed" and second == 25:
                    host.say(Id.CLOSE_CHANNEL, 2)
                    closed = True
            except OSError:
                assert name == "unplugged"
                break
        else:
            host.clock.sleep_until(second + 1.0)
    assert closed or name != "delayed_channel_closed"
    assert all(host.stick.faults.acted.values()), host.stick.faults.acted
    assert max(each.end for each in scenario.faults) <= 60.0


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.builds(
            Fault,
            kind=st.sampled_from([k for k in FaultKind if k is not FaultKind.UNPLUGGED]),
            start=st.floats(0, 20),
            end=st.floats(0, 40),
            share=st.floats(0.01, 1),
            times=st.integers(2, 9),
            delay=st.floats(0.01, 9),
            rate=st.floats(0.01, 9),
            jump=st.floats(0.1, 50),
        ),
        max_size=6,
    ),
    st.integers(0, 99),
)
def test_no_mix_of_faults_stops_the_stick(faults: list[Fault], seed: int) -> None:
    host = Host(*faults, seed=seed)
    host.track()
    for _ in range(30):
        host.live(2.0)
        host.send(target(120.0))
    # All is over by now: the trainer is heard as ever.
    host.live(5.0)
    assert len(pages(host.live(10.0))) >= 39


def test_no_faults_count_nothing() -> None:
    faults = Faults()
    assert faults.acted == {}
    assert faults.next_change() == float("inf")
