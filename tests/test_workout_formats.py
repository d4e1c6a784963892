"""What every format of workouts must keep of a plan, whatever its files look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import ProfileError
from coach.formats import erg, zwo
from coach.formats.fit import workout as fit
from coach.formats.part_names import labels
from coach.formats.workouts import Decoded, Encoded
from coach.messages import Posture
from coach.profile import compile_workout, example_rider, find_workout, load_workout
from coach.profile.plan import Part, WorkoutPlan
from coach.workout import SegmentKind, TextCue

RIDER = example_rider()
SIT, STAND = Posture.SEATED, Posture.STANDING


class Codec(NamedTuple):
    encode: Callable[[WorkoutPlan], Encoded]
    decode: Callable[[bytes, str], Decoded]
    finest: float
    """How far a level power may be off, as a share of FTP: half of what its digits tell apart."""
    stairs: float = 0.0
    """How long a ramp stays on one power [s]."""


CODECS = {
    "zwo": Codec(lambda plan: zwo.encode(plan, RIDER.threshold_power), zwo.decode, 1e-6),
    "erg": Codec(lambda plan: erg.encode_erg(plan, RIDER), erg.decode, 5e-5),
    "mrc": Codec(erg.encode_mrc, erg.decode, 5e-5),
    "fit": Codec(fit.encode, fit.decode, 0.005, stairs=60.0),
}
HILLY = ("hills", "hills-starter", "hills-strong", "intervals")


@pytest.fixture(params=CODECS)
def name(request) -> str:
    return request.param


@pytest.fixture
def codec(name) -> Codec:
    return CODECS[name]


class Moment(NamedTuple):
    """What a plan asks for at one moment."""

    power: float
    rise: float
    """Of the power [share of FTP in a second]."""
    posture: Posture | None
    cadence: tuple[float, float] | None


def at(plan: WorkoutPlan, seconds: float) -> Moment:
    for part in plan.parts:
        if seconds < part.duration:
            rise = (part.power_end - part.power_start) / part.duration
            posture, cadence = part.posture, part.cadence
            if part.stand_from is not None and seconds >= round(part.duration * part.stand_from):
                posture, cadence = STAND, part.standing_cadence
            return Moment(part.power_start + rise * seconds, rise, posture, cadence)
        seconds -= part.duration
    raise AssertionError(f"{plan.name} is over")


def words(plan: WorkoutPlan) -> list[tuple[float, str]]:
    """When in the workout what is said."""
    found = []
    start = 0.0
    for part in plan.parts:
        found += [(round(start + cue.at, 3), cue.text) for cue in part.cues]
        start += part.duration
    return found


def assert_same_ride(found: WorkoutPlan, plan: WorkoutPlan, codec: Codec) -> None:
    assert found.duration == pytest.approx(plan.duration, abs=1e-6)
    for second in range(int(plan.duration)):
        is_now, was = at(found, second + 0.5), at(plan, second + 0.5)
        close = codec.finest + abs(was.rise) * codec.stairs / 2 + 1e-9
        assert is_now.power == pytest.approx(was.power, abs=close), second
        assert is_now.posture is was.posture, second
        assert is_now.cadence == was.cadence, second


def part(duration: float, power: float, **more: object) -> Part:
    base = Part(SegmentKind.STEADY, duration, power, power, "", 0.0, posture=None)
    return replace(base, **more)  # type: ignore[arg-type]


def plan_of(*parts: Part, **more: str) -> WorkoutPlan:
    return WorkoutPlan("plan", more.get("title", "Plan"), more.get("about", ""), parts)


def through(plan: WorkoutPlan, codec: Codec) -> WorkoutPlan:
    decoded = codec.decode(codec.encode(plan).data, f"{plan.name}.any")
    assert decoded.warnings == ()
    return decoded.plan


PLAIN = plan_of(
    part(300.0, 0.5, posture=SIT, label="Los"),
    part(12.5, 1.2, posture=STAND, cues=(TextCue(0.0, "Über die Kuppe"), TextCue(7.5, "Атака"))),
    part(60.0, 0.45, posture=SIT, cues=(TextCue(0.0, "Rep 1 of 2"), TextCue(0.0, "深呼吸"))),
    part(40.0, 0.9),
    title="Über & unter",
    about='Côtes <dures> "et" longues',
)


@pytest.mark.parametrize("workout", HILLY)
def test_our_workouts_are_the_same_ride(workout, codec):
    plan = load_workout(find_workout(workout))
    assert_same_ride(through(plan, codec), plan, codec)


def test_tests_keep_their_length(codec):
    plan = load_workout(find_workout("ftp-twenty"))
    assert through(plan, codec).duration == plan.duration


def test_words_are_said_at_their_moment(codec):
    found = words(through(PLAIN, codec))
    assert [word for word in found if word in words(PLAIN)] == words(PLAIN)


def test_text_of_every_language_survives(codec):
    found = through(PLAIN, codec)
    assert (found.title, found.about) == (PLAIN.title, PLAIN.about)
    said = {found.parts[0].label, *(text for _, text in words(found))}
    assert "Los" in said


def test_the_plan_is_called_after_its_file(codec):
    data = codec.encode(PLAIN).data
    assert codec.decode(data, "mine.any").plan.name == "mine"


def test_words_by_the_way_lift_nobody_out_of_the_saddle(codec):
    plan = plan_of(
        part(60.0, 0.5, posture=SIT, cues=(TextCue(20.0, "Stand"),)),
        part(60.0, 0.6, label="Standing"),
        part(60.0, 0.5, cues=(TextCue(0.0, "Stand up!"), TextCue(30.0, "Out of the saddle"))),
    )
    found = through(plan, codec)
    assert all(at(found, second + 0.5).posture is not STAND for second in range(180))


def test_signs_that_cannot_be_shown_come_to_no_harm(codec):
    text = "a\0b\tc\r\nd\x1b[31m\ud800 e"
    plan = plan_of(part(60.0, 0.5, label=text, cues=(TextCue(5.0, text),)), title=text, about=text)
    found = through(plan, codec)
    for shown in (found.title, found.about, found.parts[0].label, *dict(words(found)).values()):
        assert shown.isprintable()


def test_fractions_of_a_second_add_up(codec):
    plan = plan_of(*[part(10.0 + i / 7, 0.5 + i / 100) for i in range(50)])
    assert through(plan, codec).duration == pytest.approx(plan.duration, abs=0.001)


def test_a_plan_without_parts_is_not_written(codec):
    with pytest.raises(ProfileError, match=r"^plan: the workout has no part to write$"):
        codec.encode(plan_of())


def test_nothing_is_lost_of_a_plain_plan(codec):
    plain = plan_of(part(60.0, 0.5, posture=SIT), part(30.0, 1.1, posture=STAND))
    assert codec.encode(plain).lost == ()


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"kind": SegmentKind.HILL}, "grade"),
        ({"grade": 0.05}, "grade"),
        ({"resistance_steps": 2.0}, "resistance"),
        ({"kind": SegmentKind.TEST, "power_start": 0.0, "power_end": 0.0}, "test"),
    ],
)
def test_what_is_lost_is_said(more, word, codec):
    lost = codec.encode(plan_of(part(60.0, 0.5, posture=SIT, **more))).lost
    assert any(word in sentence for sentence in lost)
    for sentence in lost:
        assert sentence == sentence.strip()
        assert "\n" not in sentence
        assert not sentence.endswith(".")


def test_lost_rounds_are_said(codec):
    plan = replace(plan_of(part(60.0, 0.5, posture=SIT)), most_rounds=3)
    assert any("round" in sentence for sentence in codec.encode(plan).lost)


def test_the_same_plan_is_the_same_file(codec):
    assert codec.encode(PLAIN) == codec.encode(PLAIN)


def test_nothing_is_refused_with_the_name_of_the_file(codec):
    with pytest.raises(ProfileError, match=r"^empty\.any:"):
        codec.decode(b"", "empty.any")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 600),
            st.integers(30, 150),
            st.sampled_from([SIT, STAND]),
            st.none() | st.tuples(st.integers(40, 80), st.integers(81, 120)),
            st.lists(st.tuples(st.integers(0, 600), st.sampled_from(["Los", "Keep it", "Ещё"]))),
        ),
        min_size=1,
        max_size=6,
    ),
    st.permutations(sorted(CODECS)),
)
def test_a_workout_goes_through_all_formats_in_any_order(blocks, order):
    plan = plan_of(
        *[
            part(
                float(seconds),
                percent / 100,
                posture=posture,
                cadence=None if band is None else (float(band[0]), float(band[1])),
                cues=tuple(TextCue(float(t), text) for t, text in sorted(cues) if t < seconds),
            )
            for seconds, percent, posture, band, cues in blocks
        ]
    )
    found = plan
    for name in order:
        found = through(found, CODECS[name])
    assert found.duration == plan.duration
    start = 0
    for seconds, *_ in blocks:
        for moment in (start + 0.25, start + seconds - 0.25):
            is_now, was = at(found, moment), at(plan, moment)
            assert is_now.power == pytest.approx(was.power, abs=0.0051)
            assert is_now.posture is was.posture
            assert is_now.cadence == was.cadence
        start += seconds
    assert sorted(words(found)) == sorted(words(plan))


@pytest.mark.parametrize("workout", HILLY)
def test_files_call_the_parts_what_the_screen_calls_them(workout):
    plan = load_workout(find_workout(workout))
    shown = {segment.label for segment in compile_workout(plan, RIDER).segments}
    assert set(labels(replace(part, effort="easy") for part in plan.parts)) == shown
