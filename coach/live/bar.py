"""The bar on top of the screen: what to do now, for how long, and what follows.

SEATED or STAND on the colour of the posture; in the last ten seconds before a change stripes of
the next posture's colour with STAND IN 9 in a dark box, so that the warning is told by shape and
words as well as by colour, and cannot be taken for the moment itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from coach.live.glyphs import big
from coach.live.ink import Ink, Line, cells, centred, cut, fit, merged
from coach.live.view import Frame, climbing, place, seconds_left, way_left
from coach.messages import Posture, RideState, Snapshot
from coach.units import clock_text, way_text
from coach.workout import SegmentKind, Workout

_STRIPE = 4
"""Width of a stripe [cells]."""
_WORDS = {Posture.SEATED: "SEATED", Posture.STANDING: "STAND", None: "RIDE"}
_VERBS = {Posture.SEATED: "SIT", Posture.STANDING: "STAND"}
_BARS = {Posture.SEATED: Ink.SEATED_BAR, Posture.STANDING: Ink.STAND_BAR, None: Ink.REST_BAR}
_LOOKING = "looking for the trainer"
_STRIPES = {Posture.SEATED: Ink.SEATED, Posture.STANDING: Ink.STAND}


Size = tuple[int, int]
"""How many times block letters are enlarged, down and sideways."""


def bar_lines(frame: Frame, workout: Workout | None, width: int, size: Size | None) -> list[Line]:
    """Draw the bar.

    Parameters
    ----------
    frame : Frame
    workout : Workout or None
        Names what follows.
    width : int
        Cells.
    size : (int, int) or None
        Of its letters; ``None`` for one row of plain text.

    Returns
    -------
    list of Line
        Letters with a row of ground above and below, or one line.
    """
    if size is None:
        return _small_bar(frame, workout, width)
    if frame.warning is not None:
        return _warning_bar(frame, frame.warning, width, size)
    word, count, ink = _word(frame, workout)
    return word_bar(word, count, _caption(frame, workout), ink, width, size)


def word_bar(
    word: str, count: str, caption: Sequence[str], ink: Ink, width: int, size: Size | None
) -> list[Line]:
    """Draw a bar of one colour: a word, small letters in the middle, a count on the right.

    Parameters
    ----------
    word, count : str
        In block letters.
    caption : sequence of str
        In small letters, a row each; at most as many as the letters have.
    ink : Ink
        Of the bar.
    width : int
        Cells.
    size : (int, int) or None
        Of its letters; ``None`` for one row of plain text.
    """
    if size is None:
        text = "  ".join(part for part in (word, count, *caption) if part)
        return [fit([(f" {text}", ink)], width, ink)]
    letters, numerals = big(word, *size), big(count, *size)
    left = width - len(letters[0]) - len(numerals[0]) - 5
    if left < 0:
        numerals, left = ("",) * len(letters), left + len(numerals[0])
    first = (len(letters) - len(caption)) // 2
    ground: Line = [(" " * width, ink)]
    lines: list[Line] = []
    for row, (letter, numeral) in enumerate(zip(letters, numerals, strict=True)):
        text = caption[row - first] if 0 <= row - first < len(caption) else ""
        lines.append([(f"  {letter} {centred(text, left)} {numeral} ", ink)])
    return [ground, *lines, ground]


def _word(frame: Frame, workout: Workout | None) -> tuple[str, str, Ink]:
    """Return the word of the moment, its count-down and the ink of its bar."""
    snapshot = frame.snapshot
    if snapshot.state is RideState.READY:
        return "READY", "", Ink.REST_BAR
    if frame.resumes_in is not None:
        return f"RIDE IN {frame.resumes_in}", "", Ink.REST_BAR
    if snapshot.state is RideState.PAUSED:
        return "PAUSED", "", Ink.REST_BAR
    if snapshot.state is RideState.FINISHED:
        return "DONE", "", Ink.REST_BAR
    return _WORDS[snapshot.posture], _count(frame, workout), _BARS[snapshot.posture]


def _count(frame: Frame, workout: Workout | None) -> str:
    """Return the time to what changes, or on a road the way to where it does, in km or m."""
    if frame.snapshot.endless:
        return ""
    ahead = _ahead(frame.snapshot, workout)
    if ahead is None:
        return clock_text(frame.countdown)
    metres, _ = ahead
    return way_text(metres).partition(" ")[0]


def _caption(frame: Frame, workout: Workout | None) -> list[str]:
    """Say in small letters where we are and what follows."""
    snapshot = frame.snapshot
    if snapshot.state is RideState.READY:
        return ["space starts the ride", "", _here(snapshot)]
    if snapshot.state is RideState.PAUSED:
        time_left = "" if snapshot.endless else f"{clock_text(frame.countdown)} left"
        left = ["", way_left(snapshot) or time_left, _here(snapshot)]
        if frame.resumes_in is not None:
            return ["get ready", *left]
        return [_LOOKING if frame.waiting else "space rides on", *left]
    if snapshot.state is RideState.FINISHED:
        return [f"ridden {clock_text(math.floor(snapshot.timer_time))}"]
    ahead = _ahead(snapshot, workout)
    if ahead is not None:
        metres, what = ahead
        return [_here(snapshot), "", f"{way_text(metres).partition(' ')[2]} {what}"]
    following = _following(frame, workout)
    return [_here(snapshot), *(["", "then", following] if following else [])]


def _here(snapshot: Snapshot) -> str:
    """Name where the rider is; a climb of a road without its length and grade: they are long."""
    if snapshot.segment_way is None or not climbing(snapshot):
        return place(snapshot)
    return f"{snapshot.label.partition(':')[0]} of {snapshot.hills}"


def _ahead(snapshot: Snapshot, workout: Workout | None) -> tuple[float, str] | None:
    """Return the way to the top, to the next climb or to the road's end [m], and which it is.

    ``None`` where the plan goes by time, or a change of posture comes first.
    """
    way = snapshot.segment_way
    if way is None or workout is None:
        return None
    up = climbing(snapshot)
    for segment in workout.segments[snapshot.segment + 1 :]:
        asked = Posture.SEATED if segment.index in snapshot.swapped else segment.posture
        if asked is not None and asked is snapshot.next_posture:
            return None
        climb = segment.hill if segment.kind is SegmentKind.HILL else None
        if up and climb != snapshot.hill:
            return way, "to the top"
        if climb is not None and not up:
            return way, f"to climb {climb}"
        way += segment.length or 0.0
    return way, "to the top" if up else "to go"


def _following(frame: Frame, workout: Workout | None) -> str:
    """Name what comes after this segment: a posture when it changes, else the segment."""
    snapshot = frame.snapshot
    soon = snapshot.next_posture_in
    changes = soon is not None and seconds_left(soon) <= frame.countdown
    if changes and snapshot.next_posture is not None:
        return _VERBS[snapshot.next_posture]
    after = snapshot.segment + 1
    if workout is None or not 0 < after < len(workout.segments):
        return ""
    return workout.segments[after].label


def _warning_bar(frame: Frame, posture: Posture, width: int, size: Size) -> list[Line]:
    """Draw stripes in the colour of what comes, and its count-down in a dark box."""
    letters = big(f"{_VERBS[posture]} IN {frame.countdown}", *size)
    lines = [_striped(posture, row, width, letter) for row, letter in enumerate(letters, 1)]
    return [
        _striped(posture, 0, width),
        *lines,
        _striped(posture, len(letters) + 1, width, _now(frame)),
    ]


def _now(frame: Frame) -> str:
    posture = frame.snapshot.posture
    now = [] if posture is None else [f"now {posture.value}"]
    return " · ".join([*now, place(frame.snapshot)])


def _striped(posture: Posture, row: int, width: int, text: str = "") -> Line:
    """Draw one row of stripes; a text stands on it in a dark box."""
    inks = ((" ", _BARS[posture]), ("/", _STRIPES[posture]))
    stripes = [inks[(column + 2 * row) // _STRIPE % 2] for column in range(width)]
    if not text:
        return merged(stripes)
    box = cut(text, width) if cells(text) + 4 > width else f"  {text}  "
    before = (width - cells(box)) // 2
    return [
        *merged(stripes[:before]),
        (box, Ink.STRONG),
        *merged(stripes[before + cells(box) :]),
    ]


def _small_bar(frame: Frame, workout: Workout | None, width: int) -> list[Line]:
    """Say the same in one row, where block letters have no room."""
    if frame.warning is not None:
        text = f"{_VERBS[frame.warning]} in {frame.countdown}"
        if cells(text) > width:
            text = text.replace(" in ", " ")
        return [_striped(frame.warning, 0, width, text)]
    word, count, ink = _word(frame, workout)
    caption = _caption(frame, workout)
    ahead = _ahead(frame.snapshot, workout)
    if count and ahead is not None:
        metres, what = ahead
        count, caption = "", [_here(frame.snapshot), f"{way_text(metres)} {what}"]
    return word_bar(word, count, caption, ink, width, None)
