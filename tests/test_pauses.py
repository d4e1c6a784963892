"""A ride that waits: for its rider, for the first turn of the cranks, for its trainer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timeline import HILLS, RIDER, drive, in_mode, of_kind, pedalling

from coach.engine import TICK, Engine, Step
from coach.messages import (
    SETPOINTS,
    BasicResistance,
    EventKind,
    Key,
    Mode,
    PauseCause,
    RideState,
    TargetPower,
    Telemetry,
    TrackResistance,
)
from coach.pauses import COUNTDOWN, FALTERING
from coach.telemetry import GONE

RELEASED = TrackResistance(0.0)
Told = Callable[[float], Telemetry]


def gone(since: float, until: float, *, said: float | None = 0.0) -> Told:
    """A trainer that is silent for a while; its driver says so `said` seconds into it, if ever."""

    def told(now: float) -> Telemetry:
        if not since <= now < until:
            return pedalling()
        searching = said is not None and now >= since + said
        return replace(pedalling(), time=since - TICK, searching=searching)

    return told


def changes(said: Step) -> list[tuple[float, EventKind, str]]:
    kinds = (EventKind.PAUSED, EventKind.RESUMED)
    return [(e.time, e.kind, e.text) for e in said.events if e.kind in kinds]


def counted(said: Step) -> list[tuple[float, str]]:
    return [(cue.time, cue.text) for cue in said.cues if "Trainer is back" in cue.text]


def loads(said: Step, since: float = 0.0) -> list[float]:
    return [_load(c) for t, c in said.commands if isinstance(c, SETPOINTS) and t >= since]


def _load(command: object) -> float:
    match command:
        case TrackResistance(load) | TargetPower(load) | BasicResistance(load):
            return load
    raise AssertionError(command)


# --- before the trainer was heard ---------------------------------------------------------------


def test_a_ride_that_looks_for_its_trainer_begins_when_it_was_found() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 20, Telemetry(searching=True))
    assert changes(said) == [(0, EventKind.PAUSED, "looking for the trainer")]
    assert (engine.timer_time, engine.elapsed_time) == (0, 20)
    assert not said.commands
    assert not said.samples
    assert engine.snapshot().pause is PauseCause.TRAINER
    said = drive(engine, 10, start=20.25)
    assert changes(said) == [(20.25 + COUNTDOWN, EventKind.RESUMED, "")]
    found = [(cue.time, cue.text) for cue in said.cues if "Trainer" in cue.text]
    assert found == [
        (20.25, "Trainer found: 3"), (21.25, "Trainer found: 2"), (22.25, "Trainer found: 1"),
    ]  # fmt: skip
    assert engine.timer_time == 30.25 - 20.25 - COUNTDOWN
    waiting = [c for t, c in said.commands if t < 20.25 + COUNTDOWN and isinstance(c, SETPOINTS)]
    assert set(waiting) == {RELEASED}
    assert loads(said)[-1] > 0


def test_a_driver_that_found_the_trainer_but_has_heard_nothing_of_it_is_waited_for() -> None:
    engine = Engine(HILLS, RIDER)
    drive(engine, 5, Telemetry(searching=True))
    said = drive(engine, 5, Telemetry(), start=5.25)
    assert not changes(said)
    assert engine.snapshot().resumes_in is None


def test_a_trainer_that_says_nothing_of_a_search_is_not_waited_for() -> None:
    # The simulated trainer speaks a moment after the start; a knob never does.
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 10, Telemetry())
    assert not changes(said)
    assert engine.timer_time == 10


# --- a trainer that is lost ---------------------------------------------------------------------


def test_a_silence_of_more_than_five_seconds_stops_the_timer() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 120, gone(90.25, 110, said=None))
    assert changes(said) == [
        (90 + GONE + TICK, EventKind.PAUSED, "trainer lost"),
        (110 + COUNTDOWN, EventKind.RESUMED, ""),
    ]
    assert engine.timer_time == 120 - (110 + COUNTDOWN - 90 - GONE - TICK)
    assert engine.elapsed_time == 120


def test_a_shorter_silence_stops_nothing() -> None:
    said = drive(Engine(HILLS, RIDER), 120, gone(90.25, 95.25, said=None))
    assert not changes(said)


def test_a_driver_that_looks_for_the_trainer_stops_the_timer_at_once() -> None:
    said = drive(Engine(HILLS, RIDER), 120, gone(90, 93))
    assert changes(said) == [
        (90, EventKind.PAUSED, "trainer lost"),
        (93 + COUNTDOWN, EventKind.RESUMED, ""),
    ]


def test_the_seconds_before_the_ride_goes_on_are_counted() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 101.75, gone(90, 100))
    assert counted(said) == [
        (100, "Trainer is back: 3"),
        (101, "Trainer is back: 2"),
    ]
    moment = engine.snapshot()
    assert (moment.state, moment.pause) == (RideState.PAUSED, PauseCause.TRAINER)
    assert moment.resumes_in == 1.25
    said = drive(engine, 2, start=102)
    assert counted(said) == [(102, "Trainer is back: 1")]
    moment = engine.snapshot()
    assert (moment.state, moment.pause, moment.resumes_in) == (RideState.RIDING, None, None)


def test_lost_again_while_it_counts_is_lost() -> None:
    def told(now: float) -> Telemetry:
        return gone(90, 100)(now) if now < 102 else gone(102, 110)(now)

    said = drive(Engine(HILLS, RIDER), 120, told)
    assert changes(said) == [
        (90, EventKind.PAUSED, "trainer lost"),
        (110 + COUNTDOWN, EventKind.RESUMED, ""),
    ]
    assert [text[-1] for _, text in counted(said)] == ["3", "2", "3", "2", "1"]


def test_one_word_of_the_trainer_is_not_its_return() -> None:
    def told(now: float) -> Telemetry:
        return replace(pedalling(), time=min(now, 90.0) if now < 100 else min(now, 100.0))

    engine = Engine(HILLS, RIDER)
    said = drive(engine, 104, told)
    assert [kind for _, kind, _ in changes(said)] == [EventKind.PAUSED]
    assert counted(said)[-1][0] <= 100 + FALTERING
    assert engine.snapshot().resumes_in is None


def test_a_recording_waits_for_nobody() -> None:
    engine = Engine(HILLS, RIDER, recording=True)
    told = Telemetry(time=0.0, power=100.0, sample=0)
    for second in range(30):
        engine.step(float(second), told)
    assert engine.state is RideState.RIDING
    engine.step(30.0, told, [Key.PAUSE])
    assert engine.state is RideState.PAUSED
    engine.step(31.0, told, [Key.PAUSE])
    assert engine.state is RideState.RIDING


def test_what_was_counted_while_the_ride_waited_is_nobodys_power() -> None:
    def told(now: float) -> Telemetry:
        events = int(4 * now)
        wild = 0 if now < 90 else 100_000
        counters = {"power_total": 150.0 * events + wild, "power_events": events}
        return replace(gone(90, 100)(now), **counters)  # type: ignore[arg-type]

    said = drive(Engine(HILLS, RIDER), 120, told)
    assert {sample.power for sample in said.samples if sample.time != 90} == {150.0}


# --- the rider meanwhile ------------------------------------------------------------------------


@pytest.mark.parametrize("at", [95.0, 101.0])
def test_the_pause_key_makes_the_pause_the_riders_own(at: float) -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 130, gone(90, 100), {at: [Key.PAUSE]})
    assert [kind for _, kind, _ in changes(said)] == [EventKind.PAUSED]
    moment = engine.snapshot()
    assert (moment.pause, moment.resumes_in) == (PauseCause.RIDER, None)
    assert said.commands[-1][1] == RELEASED
    assert engine.timer_time == 90
    said = drive(engine, 3, keys={131: [Key.PAUSE]}, start=130.25)
    assert changes(said) == [(131, EventKind.RESUMED, "")]


def test_a_rider_who_is_ready_before_the_trainer_waits_for_it() -> None:
    keys = {91.0: [Key.PAUSE], 95.0: [Key.PAUSE]}
    said = drive(Engine(HILLS, RIDER), 120, gone(90, 100), keys)
    assert [time for time, _, _ in changes(said)] == [90, 100 + COUNTDOWN]


def test_a_pause_of_the_riders_own_outlasts_a_lost_trainer() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 130, gone(90, 100), {80.0: [Key.PAUSE]})
    assert changes(said) == [(80, EventKind.PAUSED, "")]
    assert not counted(said)


def still() -> Telemetry:
    return replace(pedalling(), power=0.0, cadence=0.0)


def test_a_rider_at_rest_when_the_trainer_is_back_goes_on_with_the_first_turn() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 120, lambda t: gone(90, 100)(t) if t < 100 or t >= 110 else still())
    assert changes(said) == [
        (90, EventKind.PAUSED, "trainer lost"),
        (110, EventKind.RESUMED, ""),
    ]


def test_a_trainer_that_is_lost_during_a_rest_is_waited_for_and_counted_in() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 120, lambda t: still() if 80 <= t < 90 else gone(90, 100)(t))
    assert changes(said) == [
        (83, EventKind.PAUSED, "at rest"),
        (100 + COUNTDOWN, EventKind.RESUMED, ""),
    ]
    waiting = [c for t, c in said.commands if 85.5 <= t < 100 + COUNTDOWN]
    assert set(waiting) == {RELEASED}


def test_quitting_while_the_trainer_is_gone_ends_the_ride_at_once() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 100, gone(90, 1000), {95.0: [Key.QUIT]})
    finished = next(e.time for e in said.events if e.kind is EventKind.FINISHED)
    assert finished == 95
    assert engine.done
    assert next(t for t, c in said.commands if t >= 95 and c == RELEASED) <= 97.5
    moment = engine.snapshot()
    assert (moment.state, moment.pause) == (RideState.FINISHED, None)


def test_quitting_before_the_trainer_was_found_ends_the_ride_at_once() -> None:
    engine = Engine(HILLS, RIDER)
    drive(engine, 5, Telemetry(searching=True), {4.0: [Key.QUIT]})
    assert engine.done


# --- the load meanwhile -------------------------------------------------------------------------


def test_the_load_stays_where_it_is_and_is_not_taken_off_for_fifteen_seconds() -> None:
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 103.5, gone(90, 100))
    assert {c for t, c in of_kind(said, TrackResistance) if t >= 85} == {TrackResistance(0.06)}
    assert engine.control.limits == ()


def test_the_reason_is_said() -> None:
    engine = Engine(HILLS, RIDER)
    drive(engine, 95, gone(90, 100))
    assert engine.snapshot().limits == ("no signal from the trainer: load held",)
    drive(engine, 6, gone(90, 100), start=95.25)
    assert engine.snapshot().limits == ("the trainer is back: load held",)


@pytest.mark.parametrize("ticks", range(8))
def test_a_load_that_was_on_its_way_up_stops_at_what_the_trainer_was_told(ticks: int) -> None:
    at = 65 + ticks * TICK
    said = drive(Engine(HILLS, RIDER), 70, gone(at, 1000))
    before = loads(drive(Engine(HILLS, RIDER), at - TICK))[-1]
    assert 0 < before < 0.06
    assert loads(said)[-1] == before


def test_a_load_that_had_begun_to_come_off_comes_off() -> None:
    keys = {90.0: [Key.PAUSE], 91.0: [Key.PAUSE]}
    said = drive(Engine(HILLS, RIDER), 94, gone(90.5, 1000), keys)
    assert 0 < loads(said, since=90.5)[0] < 0.06
    assert loads(said)[-1] == 0


def test_the_way_back_is_a_ramp() -> None:
    said = drive(Engine(HILLS, RIDER), 80, gone(65.25, 70))
    after = loads(said, since=70 + COUNTDOWN)
    steps = [b - a for a, b in pairwise(after)]
    assert after[-1] > after[0]
    assert max(steps) <= 0.003 + 1e-9


@settings(max_examples=60, deadline=None)
@given(
    mode=st.sampled_from(Mode),
    at=st.floats(5, 200),
    lasting=st.floats(0.5, 40),
    said=st.one_of(st.none(), st.floats(0, 6)),
    again=st.one_of(st.none(), st.floats(0, 4)),
    keys=st.lists(
        st.tuples(
            st.floats(0, 45),
            st.sampled_from([key for key in Key if key is not Key.QUIT]),
        ),
        max_size=4,
    ),
)
def test_from_the_loss_to_the_end_of_the_count_down_nothing_grows(
    mode: Mode,
    at: float,
    lasting: float,
    said: float | None,
    again: float | None,
    keys: list[tuple[float, Key]],
) -> None:
    first = gone(at, at + lasting, said=said)
    second = gone(at + lasting + (again or 0), at + lasting + (again or 0) + 3)
    pressed: dict[float, list[Key]] = {}
    for after, key in keys:
        pressed.setdefault(at + after, []).append(key)
    engine = Engine(in_mode(mode), RIDER)
    now, told = 0.0, None
    while now < at + lasting + 20:
        waited, timer = engine.snapshot().pause is PauseCause.TRAINER, engine.timer_time
        telemetry = first(now) if again is None or now < at + lasting + again else second(now)
        if telemetry.time is None:
            telemetry = replace(telemetry, time=now)
        due = [key for time in sorted(pressed) if time <= now for key in pressed.pop(time)]
        step = engine.step(now, telemetry, due)
        if engine.snapshot().pause is PauseCause.TRAINER:
            assert engine.timer_time == timer or not waited
            for load in loads(step):
                assert told is not None
                assert load <= max(told, 0.0)
        told = (loads(step) or [told])[-1]
        now += TICK
