"""What is heard of a ride: when, which tone, which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screens import MOMENT, moment
from timeline import DOWNHILL, HILLS, PEDALLING, RIDER, SEATED, STANDING, WARM_UP, workout

from coach.engine import TICK, Engine
from coach.live.sound import LATE, LONGEST, Sound, Sounds, Tone, spoken
from coach.messages import Cue, CueKind, Key, Mode, PauseCause, Posture, RideState, Snapshot
from coach.messages import Telemetry as Told
from coach.workout import SegmentKind, Workout

Heard = tuple[float, Tone | None, str]
TICK_ALONE = (Tone.TICK, "")
GEAR = (Tone.NOTE, "One gear harder: 34 by 12 to 34 by 11")


def ride(
    plan: Workout = HILLS,
    seconds: float = 304.0,
    keys: Mapping[float, Sequence[Key]] | None = None,
    *,
    every: float = TICK,
    start: float = 0.0,
) -> list[Heard]:
    """Ride a plan, and listen every so many seconds."""
    engine, sounds, waiting = Engine(plan, RIDER), Sounds(), dict(keys or {})
    heard: list[Heard] = []
    cues: list[Cue] = []
    now = 0.0
    while now <= seconds:
        pressed = [key for at in sorted(waiting) if at <= now for key in waiting.pop(at)]
        told = Told(time=now, power=PEDALLING.power, cadence=80.0, speed=8.0, connection=1)
        cues += engine.step(now, told, pressed).cues
        if now >= start and (now - start) % every == 0.0:
            said = sounds.hear(engine.snapshot(), cues)
            heard += [(each.time, each.tone, each.words) for each in said]
            cues = []
        now += TICK
    return heard


def between(heard: Sequence[Heard], first: float, last: float) -> list[Heard]:
    return [each for each in heard if first <= each[0] <= last]


def to_stand(seconds: float, **changes: object) -> Snapshot:
    """A moment so long before standing; the change itself is at 200 s."""
    return moment(time=200.0 - seconds, next_posture_in=seconds, **changes)


def words(sounds: Sequence[Sound]) -> str:
    return " | ".join(each.words for each in sounds if each.words)


def ticks(sounds: Sequence[Sound]) -> int:
    return sum(each.tone is Tone.TICK for each in sounds)


# --- the time-line --------------------------------------------------------------------------------


def test_the_time_line_of_a_change_of_posture() -> None:
    """Reference notes on the look, section 5; the change is at two minutes, the next one later."""
    heard = ride()
    assert between(heard, 100.0, 124.0) == [
        (108.0, Tone.NOTE, "Stand in ten seconds"),
        (115.0, *GEAR),
        (117.0, *TICK_ALONE),
        (118.0, *TICK_ALONE),
        (119.0, *TICK_ALONE),
        (120.0, Tone.STAND, "Stand: hips over the pedals, core tight, light hands"),
    ]
    assert between(heard, 160.0, 184.0) == [
        (168.0, Tone.NOTE, "Sit in ten seconds"),
        (177.0, *TICK_ALONE),
        (178.0, *TICK_ALONE),
        (179.0, *TICK_ALONE),
        (180.0, Tone.SIT, "Sit down, smoothly"),
    ]
    assert between(heard, 185.0, 186.0) == [
        (185.0, Tone.NOTE, "downhill, 55 seconds left: seated, 110 watts, moderate")
    ]
    assert between(heard, 300.0, 310.0) == [(300.0, Tone.SIT, "Sit down, smoothly")]


@pytest.mark.parametrize("every", [0.5, 1.0])
def test_whoever_listens_less_often_hears_the_same(every: float) -> None:
    assert ride(every=every) == ride()


@pytest.mark.parametrize("start", [0.0, 1.0, 2.75, 4.0])
def test_at_twenty_times_the_speed_no_old_ticks_come_in_a_rush(start: float) -> None:
    heard = ride(every=5.0, start=start)
    turns = [each[1] for each in heard if each[1] in (Tone.STAND, Tone.SIT)]
    assert turns == [Tone.STAND, Tone.SIT, Tone.STAND, Tone.SIT]
    for time in {each[0] for each in heard}:
        now = [each for each in heard if each[0] == time]
        assert sum(tone is Tone.TICK for _, tone, _ in now) <= 1
        assert sum(bool(said) for _, _, said in now) <= 1
        if {Tone.STAND, Tone.SIT} & {tone for _, tone, _ in now}:
            assert not any(" in " in said or "gear" in said for _, _, said in now)


INTERVALS = workout(
    WARM_UP,
    (SegmentKind.INTERVAL, 10.0, STANDING, 440.0, 440.0, 0.0, Mode.POWER, None),
    (SegmentKind.RECOVERY, 60.0, SEATED, 88.0, 88.0, 0.0, Mode.POWER, None),
    (SegmentKind.INTERVAL, 15.0, STANDING, 440.0, 440.0, 0.0, Mode.POWER, None),
    DOWNHILL,
)


def test_an_effort_is_told_whole_and_its_end_when_there_is_room_for_words() -> None:
    heard = ride(INTERVALS, 80.0)
    assert between(heard, 45.0, 71.0) == [
        (48.0, Tone.NOTE, "Stand in ten seconds"),
        (50.0, None, "10 seconds at 440 watts"),
        (55.0, *GEAR),
        (57.0, *TICK_ALONE),
        (58.0, *TICK_ALONE),
        (59.0, *TICK_ALONE),
        (60.0, Tone.STAND, "Stand and go: hips over the pedals"),
        (63.0, Tone.NOTE, "Sit in five seconds"),
        (67.0, *TICK_ALONE),
        (68.0, *TICK_ALONE),
        (69.0, *TICK_ALONE),
        (70.0, Tone.SIT, "Sit down, smoothly: easy for 1 minute"),
    ]


# --- jumps ----------------------------------------------------------------------------------------


def test_a_change_that_is_put_off_is_counted_anew() -> None:
    heard = ride(keys={118.5: [Key.EXTEND]}, seconds=160.0)
    assert between(heard, 108.0, 150.0) == [
        (108.0, Tone.NOTE, "Stand in ten seconds"),
        (115.0, *GEAR),
        (117.0, *TICK_ALONE),
        (118.0, *TICK_ALONE),
        (138.0, Tone.NOTE, "Stand in ten seconds"),
        (145.0, *GEAR),
        (147.0, *TICK_ALONE),
        (148.0, *TICK_ALONE),
        (149.0, *TICK_ALONE),
        (150.0, Tone.STAND, "Stand: hips over the pedals, core tight, light hands"),
    ]


def test_back_within_the_warning_counts_anew() -> None:
    heard = ride(keys={117.5: [Key.BACK]}, seconds=185.0)
    assert [each[0] for each in heard if "Stand in" in each[2]] == [108.0, 165.5]
    assert [each[0] for each in heard if each[1] is Tone.TICK] == [117.0, 174.5, 175.5, 176.5]


def test_skipping_says_the_change_at_once_and_warns_of_the_next() -> None:
    heard = ride(keys={110.0: [Key.SKIP]}, seconds=171.0)
    assert between(heard, 105.0, 112.0) == [
        (108.0, Tone.NOTE, "Stand in ten seconds"),
        (110.0, Tone.STAND, "Stand: hips over the pedals, core tight, light hands"),
    ]
    assert between(heard, 150.0, 165.0) == [(158.0, Tone.NOTE, "Sit in ten seconds")]


def test_a_ride_that_is_joined_inside_the_warning_names_what_is_left() -> None:
    for left, number in ((11.75, "ten"), (9.0, "seven"), (8.25, "six"), (5.0, "three")):
        assert words(Sounds().hear(to_stand(left))) == f"Stand in {number} seconds"
    assert Sounds().hear(to_stand(4.75)) == []
    assert Sounds().hear(to_stand(2.5)) == []


def test_a_clock_that_is_a_little_off_moves_no_change() -> None:
    sounds = Sounds()
    sounds.hear(to_stand(12.0))
    assert sounds.hear(moment(time=190.0, next_posture_in=10.5)) == []


def test_the_moment_itself_has_no_tick() -> None:
    sounds = Sounds()
    assert [ticks(sounds.hear(to_stand(left))) for left in (2.0, 1.0, 0.0, -0.25)] == [0, 1, 0, 0]


def test_after_a_step_back_in_time_everything_is_counted_anew() -> None:
    sounds = Sounds()
    sounds.hear(to_stand(12.0))
    sounds.hear(to_stand(2.0))
    assert words(sounds.hear(to_stand(12.0))) == "Stand in ten seconds"
    assert [ticks(sounds.hear(to_stand(left))) for left in (3.5, 3.0, 2.0, 1.0)] == [0, 1, 1, 1]


def test_a_slower_rider_on_a_road_is_warned_anew_only_when_it_is_much_later() -> None:
    sounds = Sounds()

    def at(time: float, left: float) -> str:
        return words(sounds.hear(moment(time=time, next_posture_in=left, segment_way=100.0)))

    assert at(100.0, 12.0) == "Stand in ten seconds"
    assert at(102.0, 14.5) == ""
    assert at(104.0, 11.0) == ""
    assert at(106.0, 14.0) == ""
    assert at(108.0, 12.0) == "Stand in ten seconds"


def test_a_road_counts_as_told_from_when_it_was_told() -> None:
    sounds = Sounds()
    heard = [
        words(sounds.hear(moment(time=time, next_posture_in=left, segment_way=100.0)))
        for time, left in ((50.0, 60.0), (102.0, 12.0), (105.0, 11.0), (106.0, 12.0))
    ]
    assert heard == ["", "Stand in ten seconds", "", ""]


def test_ticks_of_a_road_are_not_repeated_when_it_gets_slower() -> None:
    sounds, road = Sounds(), {"segment_way": 30.0}
    lefts = (5.0, 3.0, 3.4, 3.0, 2.0, 2.5, 1.0)
    heard = [
        ticks(sounds.hear(moment(time=100.0 + i, next_posture_in=left, **road)))
        for i, left in enumerate(lefts)
    ]
    assert heard == [0, 1, 0, 0, 1, 0, 1]


# --- standing still -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [RideState.READY, RideState.PAUSED, RideState.FINISHED])
def test_who_does_not_ride_hears_nothing_of_posture(state: RideState) -> None:
    sounds = Sounds()
    for left in (12.5, 12.0, 10.0, 3.0, 2.0, 1.0):
        soon = Cue(200.0 - left, CueKind.STAND_SOON, "Stand in 10 s")
        now = Cue(200.0 - left, CueKind.STAND, "Stand: light hands")
        assert sounds.hear(to_stand(left, state=state), [soon, now]) == []


def test_after_a_pause_the_rider_is_warned_again() -> None:
    sounds = Sounds()
    assert words(sounds.hear(to_stand(12.0)))
    still = moment(time=200.0, next_posture_in=9.0, state=RideState.PAUSED)
    assert sounds.hear(still) == []
    riding = moment(time=230.0, next_posture_in=9.0)
    assert words(sounds.hear(riding)) == "Stand in seven seconds"


def test_the_count_down_after_a_pause_ticks_and_says_once_what_it_is() -> None:
    sounds = Sounds()
    heard: list[tuple[float, int, str]] = []
    for quarter in range(12):
        left = 3.0 - quarter / 4
        cues = [Cue(100.0, CueKind.ADVICE, f"Trainer is back: {left:.0f}")] * (quarter % 4 == 0)
        still = moment(
            time=100.0 + quarter / 4,
            state=RideState.PAUSED,
            pause=PauseCause.TRAINER,
            resumes_in=left,
        )
        now = sounds.hear(still, cues)
        heard += [(left, ticks(now), words(now))] * bool(now)
    assert heard == [(3.0, 1, "Trainer is back"), (2.0, 1, ""), (1.0, 1, "")]


def test_each_count_down_is_counted() -> None:
    sounds = Sounds()

    def at(time: float, left: float | None) -> tuple[int, str]:
        back = Cue(time, CueKind.ADVICE, f"Trainer is back: {left:.0f}") if left else None
        still = moment(time=time, state=RideState.PAUSED, resumes_in=left)
        heard = sounds.hear(still, [back] if back else ())
        return ticks(heard), words(heard)

    said = [at(1.0, 3.0), at(2.0, 2.0), at(3.0, None), at(4.0, 3.0)]
    assert said == [(1, "Trainer is back"), (1, ""), (0, ""), (1, "Trainer is back")]


# --- several at once ------------------------------------------------------------------------------


def test_everything_else_waits_a_second_for_posture_words_and_no_longer() -> None:
    for waits, told in ((0.5, ""), (1.0, "Light hands"), (1.75, "Light hands")):
        sounds = Sounds()
        sounds.hear(to_stand(12.0))
        cue = Cue(188.0 + waits, CueKind.CHECK, "Light hands")
        heard = [words(sounds.hear(to_stand(12.0 - waits), [cue]))]
        heard += [words(sounds.hear(to_stand(left))) for left in (10.1, 10.0, 9.75)]
        assert heard == ["", "", told, ""]
    assert LATE == 1.0


def test_a_change_of_posture_waits_for_nobody() -> None:
    sounds = Sounds()
    sounds.hear(to_stand(12.0))
    skipped = moment(time=188.5, next_posture=Posture.SEATED, next_posture_in=60.0)
    stand = Cue(188.5, CueKind.STAND, "Stand: light hands")
    assert sounds.hear(skipped, [stand]) == [Sound(188.5, Tone.STAND, "Stand: light hands")]


def test_words_of_one_moment_are_one_sentence_after_the_other() -> None:
    cues = [
        Cue(100.0, CueKind.SEGMENT, "Hill 2"),
        Cue(100.0, CueKind.TEXT, "the file's first"),
        Cue(100.0, CueKind.TEXT, "the file's\x1b last\x07"),
        Cue(100.0, CueKind.ADVICE, "Shift down."),
    ]
    [heard] = Sounds().hear(moment(), cues)
    assert heard == Sound(100.0, Tone.NOTE, "Hill 2. Shift down. the file's last")


def test_the_end_is_heard_above_all() -> None:
    over = moment(state=RideState.FINISHED, next_posture_in=2.0)
    cues = [Cue(95.0, CueKind.GEAR, "x"), Cue(100.0, CueKind.FINISHED, "Done. Well ridden")]
    assert Sounds().hear(over, cues) == [Sound(100.0, Tone.END, "Done. Well ridden")]


moments = st.builds(
    moment,
    time=st.floats(0, 1e6),
    state=st.sampled_from(RideState),
    next_posture=st.sampled_from([None, *Posture]),
    next_posture_in=st.one_of(st.none(), st.floats(-10, 30), st.integers(-1, 15)),
    resumes_in=st.one_of(st.none(), st.floats(0, 3)),
    segment_way=st.one_of(st.none(), st.floats(0, 1e4)),
)
cues = st.lists(
    st.builds(Cue, st.floats(0, 1e6), st.sampled_from(CueKind), st.text(max_size=400)), max_size=5
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(moments, cues), min_size=1, max_size=12))
def test_whatever_comes_little_is_heard_of_it(told: list[tuple[Snapshot, list[Cue]]]) -> None:
    sounds = Sounds()
    for snapshot, due in told:
        heard = sounds.hear(snapshot, due)
        assert len(heard) <= 2
        assert ticks(heard) <= 1
        assert sum(bool(each.words) for each in heard) <= 1
        for each in heard:
            assert each.time == snapshot.time
            assert each.tone or each.words
            assert len(each.words) <= LONGEST
            assert each.words.isprintable()


# --- how it is read aloud -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Hill 3 of 6, 1:55 left: standing, 198 W, increased, CR10 3-4",
            "Hill 3 of 6, 1 minute 55 seconds left: standing, 198 watts, increased",
        ),
        ("Warm-up, 15:00: seated, 88 to 143 W", "Warm-up, 15 minutes: seated, 88 to 143 watts"),
        ("34×25 → 34×23, for a steady flywheel", "34 by 25 to 34 by 23, for a steady flywheel"),
        ("15 s at 1 W", "15 seconds at 1 watt"),
        ("70-85 rpm · 90 %", "70 to 85 r p m, 90 percent"),
        ("100%FTP, 3.5 W/kg", "100 percent FTP, 3.5 watts per kilogram"),
        ("1:02:05, 0:31, 0:00", "1 hour 2 minutes 5 seconds, 31 seconds, 0 seconds"),
        ("3.4 km at 6.2 %, 850 m to go", "3.4 kilometres at 6.2 percent, 850 metres to go"),
        ("-5 %, +5 W", "minus 5 percent, plus 5 watts"),
        ("149 bpm, 5 min, 70 kg, 1 km", "149 beats a minute, 5 minutes, 70 kilograms, 1 kilometre"),
        ("Lap 3/6: 8x30 s", "Lap 3 of 6: 8 by 30 seconds"),
        ("Z2W, 5's and 2:75 or 1:2:3", "Z2W, 5's and 2:75 or 1:2:3"),
        ("[[rate 500]] <b>go</b> `x` https://example.org/a?b", "rate 500 b go /b x"),
        ("one\ntwo\tthree\u202e", "one two three"),
        ("…", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_numbers_and_signs_are_said_in_words(text: str, said: str) -> None:
    assert spoken(text) == said


def test_long_words_end_with_a_whole_one() -> None:
    said = spoken("word " * 100)
    assert len(said) <= LONGEST
    assert set(said.split()) == {"word"}
    assert len(spoken("x" * 10_000)) == LONGEST


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=1500))
def test_any_text_can_be_said(text: str) -> None:
    said = spoken(text)
    assert len(said) <= LONGEST
    assert said.isprintable()
    assert not set(said) & set("[]<>{}|\\`")


def test_the_moment_of_the_other_tests_is_a_rider_on_a_hill() -> None:
    assert MOMENT.state is RideState.RIDING
    assert Sounds().hear(MOMENT) == []
