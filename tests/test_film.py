"""A ride kept as it was shown, and played again: every moment whole, nothing told twice."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens import MOMENT
from timeline import RIDER

from coach.clock import ManualClock
from coach.journal import Header, Journal
from coach.live.film import LONGEST_STILL, Film
from coach.live.player import AGAIN, FASTEST_HEARD, KEYS, SPEEDS, Player
from coach.live.view import Viewer
from coach.messages import Cue, CueKind, Key, Posture, RideState, Snapshot
from coach.ride import Ride, as_ridden
from coach.runner import Run
from coach.trainers.replay import ReplayTrainer

START = datetime(2026, 1, 1, tzinfo=UTC)
SEGMENTS = (0, 30, 70)
"""When another part of the film below begins [s]."""


def at(time: float, **changes: object) -> Snapshot:
    """A moment of a ride whose posture changes at 30 s and 70 s."""
    segment = sum(time >= start for start in SEGMENTS) - 1
    standing = segment == 1
    left = [start - time for start in SEGMENTS if start > time]
    return replace(
        MOMENT,
        time=time,
        elapsed_time=time,
        timer_time=time,
        power=100.0 + time,
        segment=segment,
        posture=Posture.STANDING if standing else Posture.SEATED,
        next_posture=(Posture.SEATED if standing else Posture.STANDING) if left else None,
        next_posture_in=left[0] if left else None,
        **changes,
    )


def cues_at(time: float) -> list[Cue]:
    kinds = {30.0: CueKind.STAND, 70.0: CueKind.SIT}
    return [Cue(time, kinds[time], f"at {time:g}")] if time in kinds else []


def filmed(seconds: int = 100, step: float = 0.25) -> Film:
    film = Film()
    for tick in range(round(seconds / step) + 1):
        film.show(at(tick * step), cues_at(tick * step))
    return film


FILM = filmed()


def shown(player: Player, now: float) -> float:
    return player.tick(now).frame.snapshot.time


# --- the film -----------------------------------------------------------------------------------


def test_a_film_keeps_the_last_moment_of_each_second_as_it_was_shown() -> None:
    viewer = Viewer()
    frames = {}
    for tick in range(401):
        frames[tick / 4] = viewer.see(at(tick / 4), cues_at(tick / 4))
    assert len(FILM) == 101
    for index in range(100):
        assert FILM[index].frame == frames[index + 0.75]
    assert FILM[100].frame == frames[100.0]
    assert [FILM.time(index) for index in range(101)] == list(range(101))
    assert FILM.duration == 100.0


def test_a_film_keeps_all_that_was_said_and_sounded_in_a_second() -> None:
    film = Film()
    first, second = (Cue(0.5, CueKind.ADVICE, text) for text in ("one", "two"))
    film.show(at(0.0), [first])
    film.show(at(0.5), [second])
    assert len(film) == 1
    assert film[0].cues == (first, second)
    told = [cue for index in range(len(FILM)) for cue in FILM[index].cues]
    assert [cue.kind for cue in told] == [CueKind.STAND, CueKind.SIT]
    assert FILM[30].sounds, "the moment to stand has a sound"
    assert FILM[70].sounds, "the moment to sit has a sound"


def test_a_long_silence_of_the_recording_is_shown_for_some_seconds() -> None:
    film = Film()
    for time in (0.0, 1.0, 4.0, 3604.0, 3605.0):
        film.show(at(time), ())
    assert [film.time(index) for index in range(len(film))] == [
        0.0, 1.0, 4.0, 4.0 + LONGEST_STILL, 5.0 + LONGEST_STILL,
    ]  # fmt: skip


def test_a_pause_begins_at_its_own_moment_and_one_at_the_end_is_left_out() -> None:
    film = Film()
    paused = RideState.PAUSED
    film.show(at(0.0), ())
    film.show(at(0.5, state=paused), ())
    film.show(at(0.75), ())
    film.show(at(1.0, state=paused), ())
    assert [frame.snapshot.time for frame in film.frames()] == [0.0, 0.5, 0.75, 1.0]
    film.show(at(1.0, state=RideState.FINISHED), ())
    assert [frame.snapshot.time for frame in film.frames()] == [0.0, 0.5, 0.75]
    assert film.duration == 0.75


def test_a_film_of_nothing_is_empty() -> None:
    film = Film()
    assert len(film) == 0
    assert film.duration == 0.0
    assert list(film.segments()) == []
    with pytest.raises(ValueError, match="empty film"):
        Player(film)


def test_a_day_of_film_fits_where_the_coach_runs() -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        film = Film()
        for second in range(1000):
            # As from the engine: every number an object of its own.
            film.show(at(float(second), cadence=80.0 + second / 7, heart_rate=120.0 + second), ())
        each = (tracemalloc.get_traced_memory()[0] - before) / len(film)
    finally:
        tracemalloc.stop()
    assert each * 6.5 * 3600 < 60e6, f"{each:.0f} bytes a second"


def recording() -> Ride:
    times = np.array([0.0, 1.0, 1.0, 2.0, 3.5, 70.0, 71.0])
    return Ride.from_columns(times, power=np.arange(7.0) * 50, grade=np.arange(7.0) / 100)


def test_a_replay_at_full_speed_is_filmed_and_kept_as_without_a_film(tmp_path) -> None:
    film, paths = Film(), []
    for displays in ([], [film]):
        recorded = recording()
        header = Header("R", START, RIDER, as_ridden(recorded), "replay", "test", recording=True)
        paths.append(tmp_path / f"{len(displays)}.ride")
        journal = Journal(paths[-1], header)
        Run(journal, ReplayTrainer(recorded), ManualClock(), displays).ride()
    assert paths[0].read_bytes() == paths[1].read_bytes()
    # Of the samples that share a stamp the last one is what was shown.
    assert [film[index].frame.snapshot.power for index in range(3)] == [0.0, 100.0, 150.0]
    assert [film[index].frame.snapshot.grade for index in range(3)] == [0.0, 0.02, 0.03]
    states = [frame.snapshot.state for frame in film.frames()]
    assert states[-1] is RideState.RIDING, "its end is the last moment that was ridden"
    assert RideState.PAUSED in states, "the gap of a minute is a pause"


# --- the player ---------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_film_plays_as_many_times_as_fast_as_asked(speed) -> None:
    player = Player(FILM, speed)
    assert player.tick(1000.0).frame == FILM[0].frame
    player.tick(1000.0 + 40.0 / speed)
    assert player.at == pytest.approx(40.0)
    assert player.tick(1000.0 + 40.0 / speed).frame == FILM[FILM.index(40.0)].frame


@given(st.lists(st.floats(0.01, 7.0), min_size=1, max_size=60), st.sampled_from(SPEEDS))
def test_whatever_the_ticks_everything_is_told_once_and_in_order(waits, speed) -> None:
    player, now, told = Player(FILM, speed), 0.0, []
    for wait in [0.0, *waits, 200.0]:
        now += wait
        told += player.tick(now).cues
    assert told == [cue for index in range(len(FILM)) for cue in FILM[index].cues]
    assert player.ended
    assert not player.playing
    assert player.tick(now + 1.0).cues == ()


MOVES = st.one_of(
    st.floats(-50.0, 250.0),
    st.sampled_from([Key.PAUSE, Key.SKIP, Key.BACK, Key.HARDER, Key.EASIER, Key.SWAP, Key.QUIT]),
)


@given(st.lists(st.tuples(st.floats(0.0, 20.0), MOVES), max_size=30))
def test_wherever_one_leaps_the_frame_is_the_one_that_was_shown_there(moves) -> None:
    player, now = Player(FILM), 0.0
    for wait, move in moves:
        now += wait
        player.tick(now)
        if isinstance(move, Key):
            player.press(move)
        else:
            player.seek(move)
            leapt = player.tick(now)
            assert leapt.cues == leapt.sounds == (), "told of what was leapt over"
        assert 0.0 <= player.at <= player.duration
        assert player.speed in SPEEDS
        assert player.tick(now).frame == FILM[FILM.index(player.at)].frame


def test_after_a_leap_what_comes_next_is_told_and_nothing_before_it() -> None:
    player = Player(FILM)
    player.tick(0.0)
    player.seek(68.0)
    assert player.tick(0.0).cues == ()
    assert [cue.kind for cue in player.tick(5.0).cues] == [CueKind.SIT]
    player.seek(25.0)
    player.tick(5.0)
    assert [cue.kind for cue in player.tick(15.0).cues] == [CueKind.STAND]


def test_a_paused_film_stands_still() -> None:
    player = Player(FILM)
    player.tick(0.0)
    player.tick(10.0)
    player.press(Key.PAUSE)
    assert not player.playing
    before = shown(player, 10.0)
    assert shown(player, 500.0) == before
    player.press(Key.PAUSE)
    assert shown(player, 501.0) == before + 1.0


def test_at_its_end_a_film_stays_and_plays_anew_when_asked() -> None:
    player = Player(FILM)
    player.tick(0.0)
    assert shown(player, 1000.0) == 100.0
    assert player.ended
    assert not player.playing
    player.press(Key.PAUSE)
    assert player.playing
    assert player.at == 0.0
    assert shown(player, 1002.0) == pytest.approx(2.75)


def test_who_leaps_back_from_the_end_plays_on_when_asked() -> None:
    player = Player(FILM)
    player.tick(0.0)
    player.tick(1000.0)
    player.seek(50.0)
    assert not player.playing
    player.press(Key.PAUSE)
    player.tick(1000.0)
    assert player.at == 50.0


def test_a_film_has_sound_only_as_slow_as_words_can_be_heard() -> None:
    for speed in SPEEDS:
        player = Player(FILM, speed)
        player.tick(0.0)
        sounds = player.tick(1000.0).sounds
        assert bool(sounds) == (speed <= FASTEST_HEARD), f"at {speed} times"


def test_the_keys_leap_from_part_to_part() -> None:
    player = Player(FILM)
    player.press(Key.SKIP)
    assert FILM[FILM.index(player.at)].frame.snapshot.segment == 1
    thirty = player.at
    player.press(Key.SKIP)
    assert FILM[FILM.index(player.at)].frame.snapshot.segment == 2
    seventy = player.at
    player.press(Key.SKIP)
    assert player.ended
    player.press(Key.BACK)
    assert player.at == seventy
    player.press(Key.BACK)
    assert player.at == thirty, "soon after its start, the part before is meant"
    player.seek(seventy + AGAIN + 1.0)
    player.press(Key.BACK)
    assert player.at == seventy
    for _ in range(3):
        player.press(Key.BACK)
    assert player.at == 0.0


def test_the_keys_make_it_faster_and_slower() -> None:
    player = Player(FILM)
    for speed in (*SPEEDS[1:], SPEEDS[-1]):
        player.press(Key.HARDER)
        assert player.speed == speed
    for speed in (*SPEEDS[-2::-1], SPEEDS[0]):
        player.press(Key.EASIER)
        assert player.speed == speed
    with pytest.raises(ValueError, match="speed of a film"):
        player.set_speed(3)
    player.set_speed(5)
    assert player.speed == 5


def test_a_film_has_no_key_that_would_change_the_ride() -> None:
    keys = [binding.key for binding in KEYS]
    assert len(set(keys)) == len(keys)
    characters = "".join(binding.characters for binding in KEYS)
    assert len(set(characters)) == len(characters)
    for key in set(Key) - set(keys) | {Key.QUIT}:
        player = Player(FILM)
        player.seek(50.0)
        player.press(key)
        assert (player.at, player.playing, player.speed) == (50.0, True, 1), key
