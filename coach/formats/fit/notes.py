"""The notes of a workout step: its posture and the words of its block, a line each.

::

    Stand
    hard, CR10 6-7
    At 0:45: Hips forward

A plain line is shown as soon as the step begins; one that comes later has its time in front, since
a step has no place for a second text. Words that would read as something else (a posture, a time,
an effort) are written with their time, ``At 0:00:``, so that they stay words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from coach.formats.posture_words import PostureWord, format_posture, parse_posture
from coach.formats.workouts import one_line
from coach.messages import Posture
from coach.workout import TextCue

LONGEST_TEXT = 254
"""Bytes of UTF-8: a field of a FIT message has at most 255, and text ends with a zero."""

_EFFORT = re.compile(r".{1,80}, CR10 (?:10|\d)(?:-(?:10|\d))?", re.ASCII)
"""As our own workouts have it."""
_TIMED = re.compile(r"At (\d{1,3}):([0-5]\d(?:\.\d{1,3})?): (.+)", re.ASCII)


class StepNotes(NamedTuple):
    """What the notes of a step say."""

    word: PostureWord | None
    effort: str
    cues: tuple[TextCue, ...]
    """In the order of their times."""


def format_notes(posture: Posture | None, effort: str, cues: Sequence[TextCue]) -> tuple[str, int]:
    """Write the notes of a step.

    Parameters
    ----------
    posture : Posture or None
    effort : str
        In words; one that has no CR10 number reads as words of the block.
    cues : sequence of TextCue
        Of this step alone, their times from its beginning, in order.

    Returns
    -------
    text : str
        At most `LONGEST_TEXT` bytes.
    said : int
        How many of the cues, from the first, found room.
    """
    lines = [] if posture is None else [format_posture(posture)]
    if effort:
        is_effort = _EFFORT.fullmatch(effort)
        lines.append(effort if is_effort else _line(TextCue(0.0, effort)))
    if not _fits(lines):
        del lines[-1]
    for number, cue in enumerate(cues):
        lines.append(_line(cue))
        if not _fits(lines):
            return "\n".join(lines[:-1]), number
    return "\n".join(lines), len(cues)


def parse_notes(text: str, duration: float) -> StepNotes:
    """Read the notes of a step, ours or anybody's.

    Parameters
    ----------
    text : str
    duration : float
        Of the step [s]; a line that names a later time is only text.

    Returns
    -------
    StepNotes
        The first plain line that is a posture counts, and so does the first that is an effort; a
        posture stays as a cue where its line says more.
    """
    word: PostureWord | None = None
    effort = ""
    cues = []
    for line in map(one_line, text.splitlines()):
        timed = _TIMED.fullmatch(line)
        at = round(60 * int(timed[1]) + float(timed[2]), 3) if timed else 0.0
        if timed and at <= duration:
            cues.append(TextCue(at, timed[3]))
            continue
        if not effort and _EFFORT.fullmatch(line):
            effort = line
            continue
        said = parse_posture(line) if word is None else None
        word = word or said
        if line and not (said and said.alone):
            cues.append(TextCue(0.0, line))
    return StepNotes(word, effort, tuple(sorted(cues, key=lambda cue: cue.at)))


def _fits(lines: Sequence[str]) -> bool:
    return len("\n".join(lines).encode(errors="replace")) <= LONGEST_TEXT


def _line(cue: TextCue) -> str:
    """Write a cue: plain, or with its time."""
    mistakable = _TIMED.fullmatch(cue.text) or _EFFORT.fullmatch(cue.text)
    if cue.at <= 0 and not mistakable and parse_posture(cue.text) is None:
        return cue.text
    minutes, milliseconds = divmod(round(1000 * cue.at), 60_000)
    seconds = f"{milliseconds // 1000:02}"
    if fraction := milliseconds % 1000:
        seconds += f".{fraction:03}".rstrip("0")
    return f"At {minutes}:{seconds}: {cue.text}"
