"""The replay trainer: everything that was recorded, once, in order, at its own time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.messages import (
    RecordingEnded,
    RiderPosition,
    TargetPower,
    Telemetry,
    TimerEvent,
)
from coach.ride import PositionChange, Ride, TimerChange
from coach.rides import load_ride
from coach.trainers.base import Message
from coach.trainers.replay import ReplayTrainer

RIDES = Path(__file__).parents[2] / "shared" / "rides"
NAN = float("nan")


def spoken(ride: Ride, origin: float = 0.0) -> list[Message]:
    trainer = ReplayTrainer(ride)
    trainer.open(origin)
    return list(trainer.poll(float("inf")))


def samples(messages: Sequence[Message]) -> list[Telemetry]:
    """Return one telemetry for each sample number, and make sure that numbers rise by one."""
    first: list[Telemetry] = []
    for message in messages:
        if isinstance(message, Telemetry) and message.sample is not None:
            if message.sample == len(first):
                first.append(message)
            assert message.sample == len(first) - 1
    return first


def ride_of(times: list[float], **columns: list[float]) -> Ride:
    arrays = {name: np.array(values) for name, values in columns.items()}
    return Ride.from_columns(np.array(times, dtype=float), **arrays)


def test_each_sample_comes_at_its_own_time_with_its_own_values() -> None:
    ride = ride_of(
        [0.0, 1.0, 3.5],
        power=[100.0, NAN, 47140.0],
        cadence=[80.0, 0.0, NAN],
        heart_rate=[NAN, 120.0, 121.0],
        speed=[5.0, 6.0, NAN],
        distance=[0.0, 6.0, 20.0],
        altitude=[-3.0, NAN, 2.0],
        grade=[0.05, -0.02, NAN],
    )
    heard = spoken(ride, origin=100.0)
    assert heard[:3] == [
        Telemetry(
            time=100.0,
            power=100.0,
            cadence=80.0,
            speed=5.0,
            distance=0.0,
            altitude=-3.0,
            grade=0.05,
            sample=0,
        ),
        Telemetry(
            time=101.0,
            cadence=0.0,
            heart_rate=120.0,
            heart_rate_time=101.0,
            speed=6.0,
            distance=6.0,
            grade=-0.02,
            sample=1,
        ),
        Telemetry(
            time=103.5,
            power=47140.0,
            heart_rate=121.0,
            heart_rate_time=103.5,
            distance=20.0,
            altitude=2.0,
            sample=2,
        ),
    ]
    assert heard[3:] == [RecordingEnded(103.5, 3.5, 3.5)]


def test_repeated_backward_wild_and_missing_stamps_are_all_handed_on() -> None:
    times = [0.0, 1.0, 1.0, 2.0, 1.5, NAN, 900_000.0, 3.0, 4.0]
    ride = ride_of(times, power=[float(index) for index in range(len(times))])
    heard = samples(spoken(ride))
    assert [telemetry.power for telemetry in heard] == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert [telemetry.time for telemetry in heard] == [0, 1, 1, 2, 2, 2, 2, 3, 4]


def test_a_ride_without_times_is_handed_on_at_once() -> None:
    ride = ride_of([NAN, NAN], power=[100.0, 110.0])
    heard = spoken(ride, origin=7.0)
    assert [telemetry.time for telemetry in samples(heard)] == [7.0, 7.0]
    assert heard[-1] == RecordingEnded(7.0, 0.0, 0.0)


def test_nothing_is_handed_on_before_the_opening() -> None:
    ride = ride_of([-5.0, -1.0, 2.0])
    assert [telemetry.time for telemetry in samples(spoken(ride, origin=7.0))] == [7.0, 7.0, 9.0]


def test_an_empty_ride_ends_at_once() -> None:
    assert spoken(ride_of([]), origin=7.0) == [RecordingEnded(7.0, 0.0, 0.0)]


def test_without_timer_events_a_long_silence_is_a_pause() -> None:
    # 10 s is the longest silence that is not one.
    heard = spoken(ride_of([0.0, 10.0, 20.5, 21.0]))
    assert [message for message in heard if isinstance(message, TimerEvent)] == [
        TimerEvent(10.0, running=False),
        TimerEvent(20.5, running=True),
    ]
    assert heard[-1] == RecordingEnded(21.0, 21.0, 10.5)


def test_timer_events_are_the_recording_s_own() -> None:
    ride = ride_of([0.0, 1.0, 2.0, 30.0, 31.0])
    ride.timer = [
        TimerChange(0.0, running=True),
        TimerChange(1.0, running=False),
        TimerChange(2.0, running=True),
        TimerChange(31.0, running=False),
    ]
    heard = spoken(ride)
    assert [message for message in heard if isinstance(message, TimerEvent)] == [
        TimerEvent(1.0, running=False),
        TimerEvent(2.0, running=True),
        TimerEvent(31.0, running=False),
    ]
    assert heard[-1] == RecordingEnded(31.0, 31.0, 30.0)


def test_a_sample_at_the_edge_of_a_pause_is_ridden() -> None:
    ride = ride_of([0.0, 1.0, 20.0, 21.0])
    ride.timer = [TimerChange(1.0, running=False), TimerChange(20.0, running=True)]
    kinds = [type(message) for message in spoken(ride)]
    assert kinds == [
        Telemetry,
        Telemetry,
        TimerEvent,
        TimerEvent,
        Telemetry,
        Telemetry,
        RecordingEnded,
    ]


def test_a_pause_of_no_length_does_not_stop_the_ride() -> None:
    ride = ride_of([0.0, 1.0, 2.0])
    ride.timer = [TimerChange(1.0, running=False), TimerChange(1.0, running=True)]
    assert not any(isinstance(message, TimerEvent) for message in spoken(ride))


def test_every_change_of_position_comes_at_its_own_time() -> None:
    ride = ride_of([0.0, 1.0, 4.0], power=[100.0, 110.0, 120.0])
    changes = [
        (1.5, RiderPosition.TRANSITION_TO_STANDING),
        (2.5, RiderPosition.STANDING),
        (4.0, RiderPosition.TRANSITION_TO_SEATED),
        (4.5, RiderPosition.SEATED),
    ]
    ride.positions = [PositionChange(at, position) for at, position in changes]
    heard = [message for message in spoken(ride, origin=10.0) if isinstance(message, Telemetry)]
    assert [(each.sample, each.power, each.position, each.position_time) for each in heard] == [
        (0, 100.0, None, None),
        (1, 110.0, None, None),
        (1, 110.0, RiderPosition.TRANSITION_TO_STANDING, 11.5),
        (1, 110.0, RiderPosition.STANDING, 12.5),
        (1, 110.0, RiderPosition.TRANSITION_TO_SEATED, 14.0),
        (2, 120.0, RiderPosition.TRANSITION_TO_SEATED, 14.0),
        (2, 120.0, RiderPosition.SEATED, 14.5),
    ]


def test_the_recording_s_own_totals_are_the_last_word() -> None:
    ride = ride_of([0.0, 1.0])
    ride.elapsed_time, ride.timer_time = 99.5, 88.25
    ride.time_standing, ride.stand_count, ride.ascent = 12.5, 3, 410.0
    assert spoken(ride)[-1] == RecordingEnded(1.0, 99.5, 88.25, 12.5, 3, 410.0)


def test_it_ends_once_and_stays_quiet() -> None:
    trainer = ReplayTrainer(ride_of([0.0, 1.0]))
    trainer.open(0.0)
    trainer.poll(10.0)
    trainer.send(TargetPower(200.0), 11.0)
    assert list(trainer.poll(1e9)) == []


stamps = st.lists(
    st.one_of(st.floats(-100.0, 1e5), st.just(NAN), st.integers(0, 50).map(float)), max_size=60
)


@settings(max_examples=150, deadline=None)
@given(
    times=stamps,
    changes=st.lists(st.tuples(st.floats(-10.0, 1e5), st.booleans()), max_size=12),
    moves=st.lists(
        st.tuples(st.floats(-10.0, 1e5), st.sampled_from(list(RiderPosition))), max_size=12
    ),
)
def test_nothing_is_lost_repeated_or_out_of_order(
    times: list[float],
    changes: list[tuple[float, bool]],
    moves: list[tuple[float, RiderPosition]],
) -> None:
    ride = ride_of(times, power=[float(index) for index in range(len(times))])
    ride.timer = [TimerChange(at, running) for at, running in changes]
    ride.positions = [PositionChange(at, position) for at, position in moves]
    heard = spoken(ride)
    assert [telemetry.power for telemetry in samples(heard)] == list(range(len(times)))
    told = [message for message in heard if isinstance(message, Telemetry)]
    assert len(told) == len(times) + len(moves)
    said = [
        max(at for at in (m.time, m.position_time) if at is not None)
        if isinstance(m, Telemetry)
        else m.time  # type: ignore[union-attr]
        for m in heard
    ]
    assert said == sorted(said)
    assert [type(m) is RecordingEnded for m in heard] == [False] * (len(heard) - 1) + [True]
    # The timer stops and starts in turns, and was running before.
    running = [message.running for message in heard if isinstance(message, TimerEvent)]
    assert running == [index % 2 == 1 for index in range(len(running))]


# What the rides' own README says of them.
ORACLES = {
    "indoor_fenix6_turbo_positions.fit": (3161, 660986.0, 17),
    "hill_repeats_5x.fit": (8357, 1830773.0, 0),
    "hill_repeats_5x_strava.gpx": (8357, 1830773.0, 0),
    "indoor_tiny_paused.fit": (199, 23841.0, 0),
    "long_6h30_wahoo_bigendian.fit": (13471, 1369714.0, 0),
    "virtual_ride_power.tcx": (2318, 330429.0, 0),
}


@pytest.mark.parametrize("name", ORACLES)
def test_real_rides_come_out_whole(name: str) -> None:
    if not RIDES.is_dir():
        pytest.skip("the shared rides are not beside this checkout")
    count, power_sum, moves = ORACLES[name]
    ride = load_ride(RIDES / name)
    heard = spoken(ride)
    told = samples(heard)
    assert len(told) == count
    assert sum(telemetry.power or 0.0 for telemetry in told) == power_sum
    assert sum(isinstance(message, Telemetry) for message in heard) == count + moves
    times = [telemetry.time for telemetry in told]
    assert all(at is not None for at in times)
    assert times == pytest.approx(ride.time.tolist(), abs=1e-6)


def test_a_real_pause_is_handed_on() -> None:
    if not RIDES.is_dir():
        pytest.skip("the shared rides are not beside this checkout")
    ride = load_ride(RIDES / "indoor_tiny_paused.fit")
    heard = spoken(ride)
    events = [message for message in heard if isinstance(message, TimerEvent)]
    spans = [start.time - stop.time for stop, start in zip(events[::2], events[1::2], strict=False)]
    # The README knows of gaps of 13 s and 115 s.
    assert [round(span) for span in spans if span > 5.0] == [13, 115]
    ended = heard[-1]
    assert isinstance(ended, RecordingEnded)
    assert ended.timer_time < ended.elapsed_time
