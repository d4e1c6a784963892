"""Read workouts in .erg (minutes, watts) and .mrc (minutes, percent of FTP).

Both are one format, and the header says which of the two is in a file, not its name. Rows are
corners of the power: between two of them it goes straight from the one to the other, and two at
one time are a step. These rules read the rest:

* Watts with an FTP in the header are shares of that FTP, so the workout fits whoever rides it;
  without one they stay watts.
* A stretch ends where the power bends or steps, and at a lap mark; rows in between on one level
  are one stretch. It is `SegmentKind.STEADY` unless a text says that it is warm-up or cool-down.
* Before a first row that is later than 0, its power holds.
* A text that plainly asks for a posture (`coach.formats.posture_words`) cuts its stretch there.
  Sitting holds until another word, standing until then or the end of its stretch: after that the
  posture is left to the rider, since "Stand" in a file of others means that effort.
* Our own names, with their effort, and names of lap marks are what a stretch is called; all other
  words are cues. How long a text is shown is not kept.

A row of which the power or the time cannot be told makes every stretch beside it a guess, so the
file is refused; what is no row at all is left out with a warning.

Source: `coach.formats.course_text`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from coach.errors import ProfileError
from coach.formats.course_text import CourseText, Row, parse_number
from coach.formats.crs import decode as decode_crs
from coach.formats.erg_writing import OWN_KINDS, encode_erg, encode_mrc
from coach.formats.part_names import parse_name
from coach.formats.posture_words import PostureWord, parse_posture
from coach.formats.workouts import (
    LARGEST,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_PARTS,
    Decoded,
    one_line,
)
from coach.messages import Posture
from coach.profile.plan import Band, Part, WorkoutPlan
from coach.profile.workout_schema import LONGEST_WORKOUT
from coach.workout import SegmentKind, TextCue

__all__ = ["decode", "decode_crs", "encode_erg", "encode_mrc"]

MOST_WATTS = 3000.0
MOST_PERCENT = 1000.0
"""What is beyond these is damage; conventions."""
FTP_BAND = (30.0, 600.0)
"""Of an FTP that a header may name, as in a rider file [W]."""

_LAP = re.compile(r"(?:([\d.,]+)\s*)?\[?LAP\]?(?:\s+(?:0\s*)?;?(.*))?", re.IGNORECASE | re.ASCII)
_NUMBERLIKE = re.compile(r"[+-]?(?:[\d.,]|(?:nan|inf)\b)", re.IGNORECASE)
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/].*[\\/]")
_SUFFIX = re.compile(r"\.(?:erg|mrc)\Z", re.IGNORECASE)


class _Corner(NamedTuple):
    """A row of the data."""

    at: int
    """[ms]."""
    level: float
    """[W] or percent, as the file has it."""
    row: Row


class _Lap(NamedTuple):
    at: int
    """[ms]."""
    name: str


class _Piece(NamedTuple):
    """A stretch of the workout, as far as it has been put together."""

    start: int
    """[ms]."""
    end: int
    first: float
    last: float
    """Levels as the file has them."""
    goes_on: bool = False
    """Whether it is the rest of the stretch before it."""

    def cut(self, at: int, *, goes_on: bool) -> tuple[_Piece, _Piece]:
        """Return what is before and after a time inside."""
        share = (at - self.start) / (self.end - self.start)
        # To the digits that files have.
        level = round(self.first + (self.last - self.first) * share, 2)
        after = self._replace(start=at, first=level, goes_on=goes_on)
        return self._replace(end=at, last=level), after


class _Texts(NamedTuple):
    """What the file wants said, in the order of time."""

    words: list[tuple[int, PostureWord]]
    cues: list[tuple[int, str]]
    """Times in [ms]."""


def decode(data: bytes, name: str) -> Decoded:
    """Read a workout of watts or of percent; see the module for the rules.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Of the file, for errors; the name of the plan is its stem.

    Returns
    -------
    Decoded
        The plan's title is the header's FILE NAME without its folder and suffix, else the stem;
        what it is about is the header's DESCRIPTION. Times are whole milliseconds.

    Raises
    ------
    ProfileError
        If no workout can be made of it, or only by guessing.
    """
    if len(data) > LARGEST:
        raise ProfileError([f"{name}: a workout file has at most {LARGEST // 1024} KB"])
    course = CourseText(data)
    watts = _asks_watts(course, name)
    corners, laps = _rows(course, name, MOST_WATTS if watts else MOST_PERCENT)
    if len(corners) < 2 or corners[-1].at == 0:
        raise _mistake(name, course.end, "expected rows of times and powers, two at least")
    notes: list[str] = []
    if corners[0].at > 0:
        minutes = corners[0].at / 60_000
        notes.append(f"the first row is at {minutes:g} min; its power holds from the start")
        corners.insert(0, corners[0]._replace(at=0))
    texts = _texts(course, corners[-1].at)
    scale, note = _scale(course) if watts else (100.0, "")
    notes += [note] if note else []
    pieces = _cut(_pieces(corners), {lap.at for lap in laps}, goes_on=False)
    pieces = _cut(pieces, {at for at, _ in texts.words}, goes_on=True)
    if len(pieces) > MOST_PARTS:
        # The last row before the stretch that is one too many.
        row = corners[bisect_right(corners, pieces[MOST_PARTS].start, key=lambda c: c.at) - 1].row
        raise _mistake(name, row, f"{len(pieces)} stretches; at most {MOST_PARTS} are read")
    stem = Path(name).stem
    plan = WorkoutPlan(
        name=stem,
        title=_title(course) or one_line(stem),
        about=_shown(course, course.header.get("DESCRIPTION"), LONGEST_TEXT),
        parts=tuple(_parts(pieces, laps, texts, scale)),
        author=_shown(course, course.header.get("SOURCE"), LONGEST_NAME),
    )
    return Decoded(plan, tuple(course.warnings.sentences()), tuple(notes))


def _mistake(name: str, row: Row, text: str) -> ProfileError:
    return ProfileError([f"{name}:{row.line}: {text}"])


def _asks_watts(course: CourseText, name: str) -> bool:
    """Whether the rows are watts, and not percent of FTP."""
    expected = "MINUTES WATTS or MINUTES PERCENT in [COURSE HEADER]"
    if course.columns is None:
        raise _mistake(name, course.end, f"expected {expected} to here, found neither")
    words = course.columns.text.split()
    if words[0] == "DISTANCE":
        found = course.columns.text
        raise _mistake(
            name, course.columns, f"{found} is a road and no workout; name the file .crs"
        )
    unit = words[1] if len(words) > 1 else ""
    if unit.startswith("WATT"):
        return True
    if unit.startswith("PERCENT") or unit in ("FTP", "%", "%FTP"):
        return False
    raise _mistake(name, course.columns, f"expected {expected}, found {course.columns.shown()}")


def _scale(course: CourseText) -> tuple[float | None, str]:
    """Return the FTP of the header [W], if it has one, and what to tell of it."""
    said = course.header.get("FTP")
    ftp = None if said is None else parse_number(said.text)
    if ftp is not None and FTP_BAND[0] <= ftp <= FTP_BAND[1]:
        return ftp, f"its watts are for an FTP of {ftp:g} W and fitted to the rider's own"
    # in practice: programs that know no FTP write none, or 0.
    if said is not None and said.text and ftp != 0:
        row = Row(said.line, f"FTP = {said.text}")
        course.warnings.tell(row, "makes no sense; the watts were left as they are")
    return None, "it names no FTP: its watts are the same for every rider"


def _rows(course: CourseText, name: str, most: float) -> tuple[list[_Corner], list[_Lap]]:
    """Return the corners of the power and the lap marks."""
    corners: list[_Corner] = []
    laps: list[_Lap] = []
    for row in course.rows:
        if mark := _LAP.fullmatch(row.text):
            minutes = parse_number(mark[1]) if mark[1] else None
            before = corners[-1].at if corners else 0
            at = before if minutes is None else _milliseconds(60 * minutes)
            laps.append(_Lap(at, _shown(course, row, LONGEST_NAME, mark[2] or "")))
            continue
        corner = _corner(row, course, name, most)
        if corner is None:
            continue
        if corners and corner.at < corners[-1].at:
            expected = f"expected a time not before {corners[-1].at / 60_000:g} min"
            raise _mistake(name, row, f"{expected}, found {row.shown()}")
        corners.append(corner)
    return corners, laps


def _corner(row: Row, course: CourseText, name: str, most: float) -> _Corner | None:
    """Return what a row says; ``None`` where it is no row of numbers."""
    columns = [*row.fields(2), ""]
    minutes = parse_number(columns[0])
    level = parse_number(columns[1].removesuffix("%") if most == MOST_PERCENT else columns[1])
    if minutes is None and level is None and not _NUMBERLIKE.match(columns[0]):
        course.warnings.tell(row, "is no row of a time and a power; left out")
        return None
    if minutes is None or level is None or minutes < 0 or not 0 <= level <= most:
        powers = f"0 to {most:g} {'W' if most == MOST_WATTS else '% of FTP'}"
        raise _mistake(name, row, f"expected minutes and {powers}, found {row.shown()}")
    if 60 * minutes > LONGEST_WORKOUT:
        longest = f"{LONGEST_WORKOUT // 3600} hours"
        raise _mistake(name, row, f"expected a workout of at most {longest}, found {row.shown()}")
    if len(columns) > 3:
        course.warnings.tell(row, "has more than a time and a power; the rest was left out")
    return _Corner(_milliseconds(60 * minutes), level, row)


def _milliseconds(seconds: float) -> int:
    return round(1000 * min(seconds, 2.0 * LONGEST_WORKOUT))


def _texts(course: CourseText, total: int) -> _Texts:
    """Return postures and cues; what comes after the end is told and left out."""
    words: list[tuple[int, PostureWord]] = []
    cues: list[tuple[int, str]] = []
    for row in course.texts:
        # Tabs part the columns, or more than one blank: single ones are inside of the text, where
        # "Rep 3 of 5" ends with a number that is no duration.
        columns = [column.strip() for column in re.split(r"\t+|\s{2,}", row.text)]
        if len(columns) == 1:
            columns = columns[0].split(maxsplit=1)
        seconds = parse_number(columns[0])
        if len(columns) > 2 and parse_number(columns[-1]) is not None:
            del columns[-1]
        text = _shown(course, row, LONGEST_TEXT, " ".join(columns[1:]))
        if seconds is None or seconds < 0 or len(columns) == 1:
            course.warnings.tell(row, "is no text with its second in front; left out")
            continue
        at = _milliseconds(seconds)
        if at > total:
            course.warnings.tell(row, "comes after the end of the workout; left out")
            continue
        word = parse_posture(text)
        if word is not None:
            words.append((at, word))
        if text and (word is None or not word.alone):
            if len(cues) == MOST_PARTS:
                course.warnings.tell(row, f"comes after {MOST_PARTS} texts; no more are read")
                break
            cues.append((at, text))
    words.sort(key=lambda each: each[0])
    cues.sort(key=lambda each: each[0])
    return _Texts(words, cues)


def _pieces(corners: list[_Corner]) -> list[_Piece]:
    """Return the stretches between corners; rows along one level are one."""
    pieces: list[_Piece] = []
    step = True
    for start, end in pairwise(corners):
        if end.at == start.at:
            step = True
            continue
        piece = _Piece(start.at, end.at, start.level, end.level)
        before = pieces[-1] if pieces else piece
        if not step and before.first == before.last == piece.first == piece.last:
            pieces[-1] = before._replace(end=piece.end)
        else:
            pieces.append(piece)
        step = False
    return pieces


def _cut(pieces: list[_Piece], times: set[int], *, goes_on: bool) -> list[_Piece]:
    """Return the stretches, each cut at the times [ms] that are inside."""
    cuts = sorted(times)
    found: list[_Piece] = []
    for piece in pieces:
        rest = piece
        for at in cuts[bisect_right(cuts, piece.start) : bisect_left(cuts, piece.end)]:
            before, rest = rest.cut(at, goes_on=goes_on)
            found.append(before)
        found.append(rest)
    return found


def _parts(
    pieces: list[_Piece], laps: list[_Lap], texts: _Texts, scale: float | None
) -> Iterator[Part]:
    """Yield the parts, with what is said in each."""
    names = {lap.at: lap.name for lap in laps if lap.name}
    words, cues = deque(texts.words), deque(texts.cues)
    posture: Posture | None = None
    cadence: Band | None = None
    label = effort = ""
    for piece in pieces:
        if not piece.goes_on:
            label, effort = names.get(piece.start, ""), ""
            if posture is Posture.STANDING:
                posture = cadence = None
        while words and words[0][0] <= piece.start:
            posture, cadence, _ = words.popleft()[1]
        mine: list[TextCue] = []
        # What is said at the very end of the workout belongs to its last part.
        while cues and (cues[0][0] < piece.end or piece is pieces[-1]):
            at, text = cues.popleft()
            own = parse_name(text) if at == piece.start else None
            if own is not None and not effort and label in ("", own[0]):
                label, effort = own
            else:
                mine.append(TextCue((at - piece.start) / 1000, text))
        yield Part(
            kind=OWN_KINDS.get(label, SegmentKind.STEADY),
            duration=(piece.end - piece.start) / 1000,
            power_start=piece.first / (scale or 1.0),
            power_end=piece.last / (scale or 1.0),
            effort=effort,
            resistance_steps=0.0,
            posture=posture,
            cadence=cadence,
            absolute=scale is None,
            label=label,
            cues=tuple(mine),
        )


def _title(course: CourseText) -> str:
    """Return what the header calls the workout."""
    said = course.header.get("FILE NAME")
    if said is None:
        return ""
    # in practice: GoldenCheetah writes the whole path here.
    bare = _SUFFIX.sub("", _PATH.sub("", said.text, count=1))
    return _shown(course, said, LONGEST_NAME, bare)


def _shown(course: CourseText, row: Row | None, longest: int, text: str | None = None) -> str:
    """Return the text of a row, or what was found in it, as it may be shown."""
    if row is None:
        return ""
    shown = one_line(row.text if text is None else text)
    if len(shown) > longest:
        course.warnings.tell(row, f"was cut after {longest} characters")
    return shown[:longest].rstrip()
