"""The state machine: a time-line in, laps, cues, events and samples out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timeline import (
    DOWNHILL,
    HILLS,
    RIDER,
    SEATED_HILL,
    STANDING_HILL,
    WARM_UP,
    drive,
    pedalling,
    workout,
)

from coach.engine import Engine
from coach.messages import (
    CueKind,
    EventKind,
    Key,
    Posture,
    PostureSource,
    RiderPosition,
    RideState,
    Telemetry,
    TrackResistance,
)

STILL = Telemetry(power=0.0, cadence=0.0, speed=0.0, connection=1)


def kinds(said):
    return [event.kind for event in said.events]


def test_a_ride_follows_its_plan_to_the_second():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 370)
    assert [(lap.time, lap.segment) for lap in said.laps] == [
        (0, 0), (60, 1), (120, 2), (180, 3), (240, 4), (300, 5),
    ]  # fmt: skip
    assert [sample.time for sample in said.samples] == list(range(1, 361))
    assert (engine.timer_time, engine.elapsed_time) == (360, 360)
    assert engine.done
    assert kinds(said) == [EventKind.STARTED, EventKind.FINISHED]


def test_a_segment_that_ends_between_grid_points_costs_no_time():
    odd = workout((*WARM_UP[:1], 10.1, *WARM_UP[2:]), (*DOWNHILL[:1], 10.1, *DOWNHILL[2:]))
    engine = Engine(odd, RIDER)
    said = drive(engine, 30)
    assert said.laps[1].time == pytest.approx(10.1)
    assert engine.timer_time == pytest.approx(20.2)


def test_posture_is_announced_cued_and_checked_on_its_time_line():
    said = drive(Engine(HILLS, RIDER), 370)
    heard = [(cue.time, cue.kind) for cue in said.cues if cue.kind is not CueKind.SEGMENT]
    assert heard == [
        (110, CueKind.STAND_SOON),
        (115, CueKind.GEAR),
        (120, CueKind.STAND),
        (135, CueKind.CHECK),
        (170, CueKind.SIT_SOON),
        (180, CueKind.SIT),
        (230, CueKind.STAND_SOON),
        (235, CueKind.GEAR),
        (240, CueKind.STAND),
        (255, CueKind.CHECK),
        (290, CueKind.SIT_SOON),
        (300, CueKind.SIT),
        (360, CueKind.FINISHED),
    ]


def test_no_two_cues_fall_on_the_same_moment_and_a_rest_begins_quietly():
    said = drive(Engine(HILLS, RIDER), 370)
    times = [cue.time for cue in said.cues]
    assert len(times) == len(set(times))
    assert not [cue for cue in said.cues if 300 < cue.time < 305]


def test_the_gear_hint_names_the_riders_own_gears():
    # 34×21 at 72 rpm on a 2.096 m wheel is 4.07 m/s at the wheel.
    wheel = 34 / 21 * 2.096 * 72 / 60
    told = Telemetry(power=190.0, cadence=72.0, speed=wheel, connection=1)
    said = drive(Engine(HILLS, RIDER), 118, told)
    assert "34×21 → 34×19" in next(cue.text for cue in said.cues if cue.kind is CueKind.GEAR)


def test_pause_stops_the_timer_and_adds_no_workout_time():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 420, keys={100: [Key.PAUSE], 150: [Key.PAUSE]})
    assert kinds(said) == [
        EventKind.STARTED, EventKind.PAUSED, EventKind.RESUMED, EventKind.FINISHED,
    ]  # fmt: skip
    assert engine.timer_time == 360
    assert engine.elapsed_time == 410
    assert len(said.samples) == 360
    assert said.laps[2].time == 170


def test_three_seconds_at_rest_pause_and_pedalling_resumes():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 100, lambda now: STILL if 20 <= now < 50 else pedalling())
    pauses = (EventKind.PAUSED, EventKind.RESUMED)
    changes = [(e.time, e.kind) for e in said.events if e.kind in pauses]
    assert changes == [(23, EventKind.PAUSED), (50, EventKind.RESUMED)]
    assert engine.timer_time == 73


def test_a_pause_of_the_riders_own_waits_for_the_rider():
    engine = Engine(HILLS, RIDER)
    drive(engine, 60, keys={20: [Key.PAUSE]})
    assert engine.state is RideState.PAUSED
    assert engine.timer_time == 20


def test_without_any_sensor_the_ride_goes_on():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 365, Telemetry())
    assert engine.done
    assert len(said.samples) == 360
    assert said.samples[100].power is None


def test_skip_and_back_begin_a_lap_and_overwrite_nothing():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 40, keys={10: [Key.SKIP], 30: [Key.BACK], 32: [Key.BACK]})
    # Twenty seconds in, back means this segment again; two seconds in, the one before.
    assert [lap.segment for lap in said.laps] == [0, 1, 1, 0]
    assert [sample.time for sample in said.samples] == list(range(1, 41))
    assert [s.segment for s in said.samples][8:12] == [0, 1, 1, 1]


def test_back_on_the_first_segment_starts_it_again():
    engine = Engine(HILLS, RIDER)
    drive(engine, 4, keys={3: [Key.BACK]})
    assert engine.progress.index == 0


def test_skipping_the_last_segment_ends_the_ride():
    engine = Engine(workout(WARM_UP), RIDER)
    drive(engine, 10, keys={2: [Key.SKIP]})
    assert engine.done


def test_extend_adds_half_a_minute_to_this_segment_only():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 400, keys={70: [Key.EXTEND]})
    assert [lap.time for lap in said.laps] == [0, 60, 150, 210, 270, 330]


def test_intensity_moves_in_steps_within_its_bounds():
    engine = Engine(HILLS, RIDER)
    drive(engine, 5, keys={1: [Key.HARDER] * 9})
    assert engine.wishes.intensity == 1.30
    engine = Engine(HILLS, RIDER)
    drive(engine, 5, keys={1: [Key.EASE_OFF], 2: [Key.HARDER]})
    assert engine.wishes.intensity == 0.80
    engine = Engine(HILLS, RIDER)
    drive(engine, 5, keys={1: [Key.EASIER] * 20})
    assert engine.wishes.intensity == 0.50


def test_lower_intensity_lightens_what_is_felt_and_leaves_the_road():
    plain, eased = Engine(HILLS, RIDER), Engine(HILLS, RIDER)
    normal = drive(plain, 370)
    light = drive(eased, 370, keys={1: [Key.EASE_OFF]})

    def steepest(said):
        return max(c.grade for _, c in said.commands if isinstance(c, TrackResistance))

    assert steepest(light) < 0.75 * steepest(normal)
    assert [lap.time for lap in light.laps] == [lap.time for lap in normal.laps]
    assert [s.grade for s in light.samples] == [s.grade for s in normal.samples]
    assert [s.distance for s in light.samples] == [s.distance for s in normal.samples]


def test_declared_posture_is_an_event_and_shown_as_declared():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 10, keys={5: [Key.DECLARE_STANDING]})
    assert said.events[-1].kind is EventKind.DECLARED
    assert said.events[-1].value == "standing"
    snapshot = engine.snapshot()
    assert snapshot.position is RiderPosition.STANDING
    assert snapshot.position_source is PostureSource.DECLARED


def test_measured_posture_is_kept_at_each_change():
    def told(now):
        standing = 10 <= now < 20
        where = RiderPosition.STANDING if standing else RiderPosition.SEATED
        return pedalling(position=where, position_time=now)

    said = drive(Engine(HILLS, RIDER), 30, told)
    changes = [(e.time, e.value) for e in said.events if e.kind is EventKind.POSITION]
    assert changes == [(0, "seated"), (10, "standing"), (20, "seated")]


def test_a_value_that_stops_coming_is_shown_as_absent():
    engine = Engine(HILLS, RIDER)
    last = Telemetry(time=10.0, power=150.0, cadence=80.0, heart_rate=120.0, heart_rate_time=10.0)
    drive(engine, 10, pedalling())
    drive(engine, 2.75, last, start=10.25)
    assert engine.snapshot().power == 150.0
    drive(engine, 1, last, start=13.25)
    snapshot = engine.snapshot()
    assert (snapshot.power, snapshot.cadence, snapshot.heart_rate) == (None, None, None)


def test_recorded_power_is_the_mean_by_the_trainers_own_counters():
    def told(now):
        # 4 Hz: the instantaneous value is always 999, the counters say 200 W.
        events = int(now * 4)
        return pedalling(999.0, power_total=200.0 * events, power_events=events)

    said = drive(Engine(HILLS, RIDER), 10, told)
    assert [s.power for s in said.samples[1:]] == [200.0] * 9


def test_skipping_the_warm_up_caps_the_target_until_its_time_has_passed():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 130, keys={5: [Key.SKIP]})
    asked = {s.time: s.target_power for s in said.samples}
    assert max(asked[t] for t in range(10, 60)) <= 0.65 * 220
    assert asked[90] == 198
    capped = next(e for e in said.events if e.kind is EventKind.CAPPED)
    assert "warm-up" in capped.text


def test_a_sleeping_machine_adds_no_riding():
    engine = Engine(HILLS, RIDER)
    drive(engine, 30)
    said = drive(engine, 10, start=3630.0)
    assert kinds(said)[0] is EventKind.CLOCK_JUMP
    assert engine.timer_time == pytest.approx(40, abs=0.5)
    assert len(said.samples) <= 11


def test_the_clock_may_not_go_back():
    engine = Engine(HILLS, RIDER)
    engine.step(10.0, Telemetry())
    with pytest.raises(ValueError, match="went back"):
        engine.step(9.0, Telemetry())


def test_quit_ends_the_ride_and_then_the_load_comes_off():
    engine = Engine(HILLS, RIDER)
    drive(engine, 150)
    drive(engine, 0.5, keys={0: [Key.QUIT]}, start=150.25)
    assert engine.state is RideState.FINISHED
    assert not engine.done
    said = drive(engine, 3, start=151)
    assert engine.done
    assert not said.samples


def test_the_pause_is_no_part_of_the_power_after_it():
    def told(now):
        # 200 W while riding; the wheel runs on at 0 W through the pause.
        events = int(now * 4)
        paused = min(max(0, events - 80), 240)
        total = 200.0 * (events - paused)
        return pedalling(200.0, power_total=total, power_events=events)

    said = drive(Engine(HILLS, RIDER), 100, told, {20: [Key.PAUSE], 80: [Key.PAUSE]})
    assert {s.power for s in said.samples} == {200.0}


def test_an_extension_announces_the_change_of_posture_again():
    said = drive(Engine(HILLS, RIDER), 155, keys={111: [Key.EXTEND]})
    soon = [cue.time for cue in said.cues if cue.kind is CueKind.STAND_SOON]
    assert soon == [110, 140]
    assert [cue.time for cue in said.cues if cue.kind is CueKind.STAND] == [150]


def test_a_bike_with_a_knob_is_told_how_to_turn_it_and_no_gear():
    said = drive(Engine(HILLS, RIDER, knob=True), 365, Telemetry())
    assert not [cue for cue in said.cues if cue.kind is CueKind.GEAR]
    turns = [(cue.time, cue.text.rpartition("knob ")[2]) for cue in said.cues if "knob" in cue.text]
    # Every load of this plan is 25 %: a step of 5 % above the 20 % that feels moderate.
    assert {text for _, text in turns} == {"1 step above moderate"}
    assert {0, 50, 60, 120, 180} <= {time for time, _ in turns}


def test_without_power_there_is_no_road():
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 100, Telemetry())
    assert {(s.speed, s.distance, s.altitude, s.grade) for s in said.samples} == {(None,) * 4}


def test_a_rising_target_is_described_by_both_its_ends():
    said = drive(Engine(HILLS, RIDER), 5)
    assert "88 to 143 W" in said.cues[0].text


# --- a recording ---------------------------------------------------------------------------------


def test_a_recordings_samples_timer_and_end_are_its_own():
    engine = Engine(HILLS, RIDER, recording=True)
    samples = []
    rows = [(0.0, 100.0), (1.0, 47140.0), (1.0, 90.0), (3.0, None), (40.0, 120.0)]
    for number, (time, power) in enumerate(rows):
        told = Telemetry(time=time, power=power, sample=number, timer_running=True)
        samples += engine.step(time, told).samples
    assert [(s.time, s.power) for s in samples] == rows
    stopped = Telemetry(time=40.0, sample=4, timer_running=False)
    engine.step(40.5, stopped)
    engine.step(100.0, Telemetry(time=100.0, sample=5, timer_running=True))
    assert engine.timer_time == 40.5
    engine.step(101.0, Telemetry(time=100.0, sample=5, timer_running=True, ended=True))
    assert engine.done
    assert engine.timer_time == 41.5


def test_a_recording_at_rest_is_not_paused():
    engine = Engine(HILLS, RIDER, recording=True)
    for second in range(20):
        engine.step(second, Telemetry(time=second, power=0.0, cadence=0.0, sample=second))
    assert engine.state is RideState.RIDING


# --- properties ----------------------------------------------------------------------------------

_keys = st.lists(
    st.tuples(st.integers(0, 199), st.sampled_from([k for k in Key if k is not Key.QUIT])),
    max_size=6,
)


@settings(max_examples=10, deadline=None)
@given(keys=_keys, tick=st.sampled_from([0.125, 0.5, 1.0]))
def test_the_tick_rate_changes_nothing(keys, tick):
    pressed: dict[float, list[Key]] = {}
    for at, key in keys:
        pressed.setdefault(float(at), []).append(key)

    def told(now):
        # What is measured changes on full seconds, which every rate sees.
        whole = int(now)
        return pedalling(100.0 + whole % 90, 60.0 + whole % 40, time=float(whole))

    reference = drive(Engine(HILLS, RIDER), 200, told, pressed)
    other = drive(Engine(HILLS, RIDER), 200, told, pressed, tick=tick)
    assert other.laps == reference.laps
    assert other.cues == reference.cues
    assert other.samples == reference.samples
    assert other.events == reference.events
    if tick <= 0.5:  # a slower caller sends of several set-points only the last
        assert other.commands == reference.commands


@settings(max_examples=10, deadline=None)
@given(keys=_keys)
def test_samples_are_a_second_apart_and_the_timer_never_runs_ahead(keys):
    pressed: dict[float, list[Key]] = {}
    for at, key in keys:
        pressed.setdefault(float(at), []).append(key)
    engine = Engine(HILLS, RIDER)
    said = drive(engine, 200, keys=pressed)
    times = [s.time for s in said.samples]
    assert all(b - a >= 1.0 for a, b in itertools.pairwise(times))
    assert [s.timer_time for s in said.samples] == list(range(1, len(times) + 1))
    assert engine.timer_time <= engine.elapsed_time


def test_standing_is_prescribed_where_the_plan_says():
    said = drive(Engine(workout(SEATED_HILL, STANDING_HILL), RIDER), 125)
    standing = [s.timer_time for s in said.samples if s.posture is Posture.STANDING]
    assert (standing[0], standing[-1]) == (60, 120)
