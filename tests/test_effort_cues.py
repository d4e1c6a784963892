"""What is said around efforts of 10 to 30 seconds: enough before them, next to nothing in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from timeline import RIDER, SEATED, STANDING, drive, workout

from coach.engine import Engine
from coach.guidance.gears import climbing_gear
from coach.messages import Cue, CueKind, Key, Mode
from coach.workout import SegmentKind


def plan(*efforts: tuple[float, object]):
    """Return efforts of so many seconds in so many postures, an easy minute after each."""
    pieces: list[tuple[object, ...]] = [
        (SegmentKind.WARM_UP, 60.0, SEATED, 88.0, 143.0, 0.0, Mode.POWER, None)
    ]
    for seconds, posture in efforts:
        pieces.append(
            (SegmentKind.INTERVAL, seconds, posture, 308.0, 308.0, 0.07, Mode.GRADE, None)
        )
        pieces.append((SegmentKind.RECOVERY, 60.0, SEATED, 99.0, 99.0, 0.01, Mode.GRADE, None))
    return workout(*pieces)


def cues(*efforts: tuple[float, object], keys=None, seconds: float | None = None) -> list[Cue]:
    asked = plan(*efforts)
    return drive(Engine(asked, RIDER), seconds or asked.duration, keys=keys).cues


def between(said: list[Cue], start: float, end: float) -> list[tuple[float, CueKind, str]]:
    return [(cue.time, cue.kind, cue.text) for cue in said if start <= cue.time < end]


def test_an_effort_is_told_whole_ten_seconds_before_it() -> None:
    said = cues((20.0, SEATED))
    assert between(said, 45.0, 55.0) == [
        (50.0, CueKind.SEGMENT, "Hard, seated, in 10 s: 20 s at 308 W")
    ]


def test_a_standing_effort_is_announced_as_one_with_its_gear() -> None:
    said = between(cues((20.0, STANDING)), 45.0, 60.0)
    assert [(time, kind) for time, kind, _ in said] == [
        (50.0, CueKind.STAND_SOON),
        (55.0, CueKind.GEAR),
    ]
    assert said[0][2] == "Stand in 10 s: 20 s at 308 W"


@pytest.mark.parametrize(
    ("seconds", "posture", "words"),
    [
        (10.0, SEATED, ["Go: hard, seated"]),
        (10.0, STANDING, ["Stand and go: hips over the pedals"]),
        (20.0, SEATED, ["Go: hard, seated", "5 s more"]),
        (20.0, STANDING, ["Stand and go: hips over the pedals", "5 s more, then sit"]),
    ],
)
def test_within_an_effort_there_is_next_to_nothing_to_hear(seconds, posture, words) -> None:
    said = between(cues((seconds, posture)), 60.0, 60.0 + seconds)
    assert [text for _, _, text in said] == words
    assert said[0][0] == 60.0
    assert all(time == 55.0 + seconds for time, _, _ in said[1:])


@pytest.mark.parametrize(
    ("posture", "kind", "text"),
    [
        (SEATED, CueKind.SEGMENT, "Easy for 1:00"),
        (STANDING, CueKind.SIT, "Sit down, smoothly: easy for 1:00"),
    ],
)
def test_the_easy_minute_begins_with_one_line_and_is_quiet(posture, kind, text) -> None:
    assert between(cues((20.0, posture)), 80.0, 130.0) == [(80.0, kind, text)]


def test_the_gear_for_seated_efforts_is_told_once() -> None:
    asked = plan((10.0, SEATED), (20.0, SEATED))
    segments = tuple(replace(each, speed=4.8) for each in asked.segments)
    ridden = drive(Engine(replace(asked, segments=segments), RIDER), asked.duration)
    said = [(cue.time, cue.text) for cue in ridden.cues if cue.kind is CueKind.GEAR]
    # 17.3 km/h at 77 rpm: the lightest gear that comes nearest.
    assert said == [(55.0, f"Gear for the efforts: {climbing_gear(RIDER.bike, 4.8)}")]


def test_an_extended_rest_announces_the_effort_again() -> None:
    said = cues((20.0, STANDING), keys={52.0: [Key.EXTEND]}, seconds=100.0)
    announced = [cue.time for cue in said if cue.kind is CueKind.STAND_SOON]
    assert announced == [50.0, 80.0]
