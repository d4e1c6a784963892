"""A moment of a ride to draw, and a small terminal to draw it on."""

from __future__ import annotations

import re
from dataclasses import replace

from coach.messages import (
    Cue,
    CueKind,
    Mode,
    Posture,
    PostureSource,
    RiderPosition,
    RideState,
    Snapshot,
)
from coach.workout import Segment, SegmentKind, Workout

MOMENT = Snapshot(
    time=100.0,
    state=RideState.RIDING,
    elapsed_time=1700.0,
    timer_time=1620.0,
    remaining=3780.0,
    segment=3,
    kind="hill",
    label="Hill 2",
    effort="somewhat hard, CR10 4",
    segment_remaining=101.3,
    hill=2,
    hills=2,
    hill_remaining=221.3,
    posture=Posture.SEATED,
    next_posture=Posture.STANDING,
    next_posture_in=101.3,
    mode=Mode.GRADE,
    target_power=198.0,
    grade=0.0523,
    cadence_low=70.0,
    cadence_high=85.0,
    power=203.0,
    cadence=77.0,
    heart_rate=149.0,
    speed=3.36,
    distance=9500.0,
    altitude=230.0,
    position=RiderPosition.SEATED,
    position_source=PostureSource.MEASURED,
    intensity=1.05,
    limits=(),
)


def moment(**changes: object) -> Snapshot:
    """The moment above, changed."""
    return replace(MOMENT, **changes)  # type: ignore[arg-type]


def soon(seconds: float, **changes: object) -> Snapshot:
    """The moment above, this long before the change to standing."""
    return moment(segment_remaining=seconds, next_posture_in=seconds, **changes)


def cue(text: str, kind: CueKind = CueKind.SEGMENT) -> Cue:
    return Cue(0.0, kind, text)


def plan() -> Workout:
    """Warm-up, a seated hill, the way down, a hill that is climbed half standing."""
    pieces = [
        (SegmentKind.WARM_UP, 600.0, Posture.SEATED, 140.0, None, "Warm-up"),
        (SegmentKind.HILL, 240.0, Posture.SEATED, 180.0, 1, "Hill 1"),
        (SegmentKind.DOWNHILL, 120.0, Posture.SEATED, 110.0, 1, "Downhill 1"),
        (SegmentKind.HILL, 120.0, Posture.SEATED, 220.0, 2, "Hill 2"),
        (SegmentKind.HILL, 120.0, Posture.STANDING, 220.0, 2, "Hill 2"),
    ]
    segments, start = [], 0.0
    for index, (kind, seconds, posture, watts, hill, label) in enumerate(pieces):
        segments.append(
            Segment(
                index, kind, start, seconds, posture, Mode.GRADE, hill, watts, watts, label=label
            )
        )
        start += seconds
    return Workout("test", "Test", tuple(segments))


_ESCAPE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")


def bare(text: str) -> str:
    """A line without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class Glass:
    """As much of a terminal as the display uses; anything else is an error."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows = [[" "] * width for _ in range(height)]
        self.row = self.column = 0
        self.modes: dict[str, bool] = {}
        self.bells = 0

    @property
    def text(self) -> list[str]:
        return ["".join(row) for row in self.rows]

    def feed(self, text: str) -> None:
        at = 0
        while at < len(text):
            escape = _ESCAPE.match(text, at)
            if escape:
                self._obey(escape[1], escape[2])
                at = escape.end()
                continue
            self._put(text[at])
            at += 1

    def _put(self, character: str) -> None:
        if character == "\a":
            self.bells += 1
            return
        assert character.isprintable(), f"control character {character!r}"
        assert self.column < self.width, "wider than the terminal"
        self.rows[self.row][self.column] = character
        self.column += 1

    def _obey(self, arguments: str, command: str) -> None:
        if command == "H":
            row, column = arguments.split(";")
            self.row, self.column = int(row) - 1, int(column) - 1
            assert self.row < self.height, "below the terminal"
        elif command == "J":
            assert arguments == "2"
            self.rows = [[" "] * self.width for _ in range(self.height)]
        elif command in "hl" and arguments.startswith("?"):
            self.modes[arguments] = command == "h"
        else:
            assert command == "m", f"escape code {arguments}{command}"
