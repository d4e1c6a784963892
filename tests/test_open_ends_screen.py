"""Rides whose end is the rider's: a free ride shows no time left, a plan with a ramp its most."""

from __future__ import annotations

from io import StringIO

import pytest
from screens import bare, cue, moment
from timeline import pedalling

from coach.course import free
from coach.engine import TICK, Engine
from coach.live.plain import PlainDisplay
from coach.live.screen import Screen
from coach.live.view import Viewer, as_json
from coach.messages import CueKind, Mode, Posture, RideState, Snapshot
from coach.profile import example_rider
from coach.workout import Segment, SegmentKind, Workout

RIDE = free(0.04)
PEDALLING = pedalling(150.0, time=0.0)
TEST = Workout(
    "ramp",
    "Ramp",
    (
        Segment(0, SegmentKind.WARM_UP, 0, 600, Posture.SEATED, Mode.POWER, None, 100, 100),
        Segment(1, SegmentKind.TEST, 600, 60, Posture.SEATED, Mode.POWER, None, 200, 200),
        Segment(2, SegmentKind.COOL_DOWN, 660, 300, Posture.SEATED, Mode.POWER, None, 100, 100),
    ),
)


def free_moment(**changes: object) -> Snapshot:
    """Half a minute into a free ride."""
    known: dict[str, object] = {
        "segment": 0, "kind": "free", "label": RIDE.segments[0].label, "hill": None, "hills": 0,
        "hill_remaining": None, "posture": None, "next_posture": None, "next_posture_in": None,
        "timer_time": 30.0, "remaining": 43170.0, "segment_remaining": 43170.0, "endless": True,
        "effort": "",
    }  # fmt: skip
    return moment(**(known | changes))


def drawn(snapshot: Snapshot, workout: Workout, width: int = 80, height: int = 24) -> list[str]:
    frame = Viewer().see(snapshot)
    return [bare(line) for line in Screen(width, height, workout=workout).lines(frame)]


@pytest.mark.parametrize("state", [RideState.RIDING, RideState.PAUSED])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 12), (20, 5)])
def test_a_free_ride_tells_no_time_left(state: RideState, width: int, height: int) -> None:
    lines = drawn(free_moment(state=state), RIDE, width, height)
    assert (len(lines), {len(line) for line in lines}) == (height, {width})
    shown = "\n".join(lines)
    for words in ("to go", " left", "11:59"):
        assert words not in shown
    assert "12:00:00" not in shown


def test_a_free_ride_says_what_it_is_once_in_plain_lines() -> None:
    out = StringIO()
    words = cue(RIDE.segments[0].label, CueKind.SEGMENT)
    PlainDisplay(out).show(free_moment(), [words])
    assert out.getvalue() == "    0:30  == Free ride at 4 % ==\n"


def test_the_engine_says_that_a_free_ride_has_no_end() -> None:
    engine = Engine(RIDE, example_rider())
    said = [*engine.step(0.0, PEDALLING).cues, *engine.step(TICK, PEDALLING).cues]
    assert [each.text for each in said] == ["Free ride at 4 %"]
    told = as_json(Viewer().see(engine.snapshot()))
    assert told["endless"] is True
    assert {told[key] for key in ("remaining_s", "segment_remaining_s", "countdown_s")} == {None}


@pytest.mark.parametrize(
    ("segment", "words"), [(0, "at most 16:00"), (1, "at most 16:00"), (2, "16:00")]
)
def test_a_plan_with_a_ramp_says_how_long_it_takes_at_most(segment: int, words: str) -> None:
    kind = TEST.segments[segment].kind.value
    shown = drawn(moment(segment=segment, kind=kind, hill=None, remaining=960.0), TEST)
    assert any(f" · {words} to go" in line for line in shown)


def test_in_a_ramp_the_key_that_skips_says_that_it_ends_it() -> None:
    def keys(segment: int) -> str:
        kind = TEST.segments[segment].kind.value
        return next(
            line for line in drawn(moment(segment=segment, kind=kind), TEST) if "b back" in line
        )

    assert "n skip" in keys(0)
    assert "n end " in keys(1)
    assert "skip" not in keys(1)
    # No key moves.
    assert keys(0).index("b back") == keys(1).index("b back")
