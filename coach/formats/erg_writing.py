"""Write workouts as .erg (minutes, watts) and .mrc (minutes, percent of FTP).

Each part is two rows, where it begins and where it ends. What a part is called and how hard it
should feel is a text at its start; so is each posture, where it changes, in the words that
`coach.formats.posture_words` reads again. Nothing else of a plan has a place in these files.

Source: `coach.formats.course_text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coach.errors import ProfileError
from coach.formats.part_names import format_name, labels
from coach.formats.posture_words import format_posture, parse_posture
from coach.formats.workouts import Encoded, one_line
from coach.messages import Mode, Posture
from coach.profile.names import kind_name
from coach.profile.plan import Band, Part, WorkoutPlan
from coach.profile.trial import STEP as RAMP_STEP
from coach.rider import Rider
from coach.workout import SegmentKind

SHOWN = 10
"""How long a text is to be shown [s]; a convention, as files of others have it."""

OWN_KINDS = {kind_name(kind): kind for kind in (SegmentKind.WARM_UP, SegmentKind.COOL_DOWN)}
"""The names that say what a stretch is for, to whoever reads the file."""

_Held = tuple[Posture | None, Band | None]
"""Posture and cadence that a reader of the file would have the rider keep."""


class _Stretch(NamedTuple):
    """A piece of the power's line."""

    duration: float
    """[s]."""
    first: float
    last: float
    """Share of FTP, or [W]."""
    absolute: bool


def encode_erg(plan: WorkoutPlan, rider: Rider) -> Encoded:
    """Write a plan in watts.

    Parameters
    ----------
    plan : WorkoutPlan
    rider : Rider
        Whose FTP turns shares into watts; the header names it, so that whoever reads the file can
        turn them back. A plan in watts names none.

    Returns
    -------
    Encoded
        Times to the millisecond, powers to 0.01 W.

    Raises
    ------
    ProfileError
        If the plan has no parts.
    """
    absolute = [stretch.absolute for part in plan.parts for stretch in _stretches(part)]
    ftp = None if all(absolute) else rider.threshold_power
    lost = []
    if any(absolute) and ftp is not None:
        lost.append("with an FTP in the file, parts in watts are fitted to other riders too")
    return _encode(plan, "erg", ftp, lost)


def encode_mrc(plan: WorkoutPlan) -> Encoded:
    """Write a plan in percent of FTP.

    Parameters
    ----------
    plan : WorkoutPlan

    Returns
    -------
    Encoded
        Times to the millisecond, powers to 0.01 %.

    Raises
    ------
    ProfileError
        If the plan has no parts, or asks for watts.
    """
    if any(stretch.absolute for part in plan.parts for stretch in _stretches(part)):
        raise ProfileError(
            [f"{plan.name}: it asks for watts, and .mrc holds percent of FTP; write it as .erg"]
        )
    return _encode(plan, "mrc", None, [])


def _encode(plan: WorkoutPlan, kind: str, ftp: float | None, lost: list[str]) -> Encoded:
    """Write a plan; `ftp` [W] is what shares are of in an .erg."""
    rows = list(_rows(plan, 100.0 if kind == "mrc" else ftp or 1.0))
    if not rows:
        raise ProfileError([f"{plan.name}: the workout has no part to write"])
    script = _Script()
    start = 0.0
    for part, label in zip(plan.parts, labels(plan.parts), strict=True):
        # What is shorter than a millisecond has no rows.
        if _milliseconds(start) != _milliseconds(start + part.duration):
            script.part(start, part, _name(part, label))
        start += part.duration
    lines = [
        "[COURSE HEADER]",
        "VERSION = 2",
        "UNITS = ENGLISH",
        f"DESCRIPTION = {one_line(plan.about)}",
        f"FILE NAME = {one_line(plan.title) or plan.name}.{kind}",
        *([f"SOURCE = {one_line(plan.author)}"] if plan.author else []),
        *([f"FTP = {_number(ftp)}"] if ftp is not None else []),
        f"MINUTES {'PERCENT' if kind == 'mrc' else 'WATTS'}",
        "[END COURSE HEADER]",
        "[COURSE DATA]",
        *rows,
        "[END COURSE DATA]",
        *(["[COURSE TEXT]", *script.rows, "[END COURSE TEXT]"] if script.rows else []),
    ]
    # The format comes from Windows, and so do its line ends.
    text = "".join(f"{line}\r\n" for line in lines)
    return Encoded(text.encode("utf-8"), (*lost, *_losses(plan, script)))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)


def _rows(plan: WorkoutPlan, share: float) -> Iterator[str]:
    at = 0.0
    for part in plan.parts:
        for stretch in _stretches(part):
            scale = 1.0 if stretch.absolute else share
            begin, at = at, at + stretch.duration
            if _milliseconds(begin) == _milliseconds(at):
                continue
            yield f"{_minutes(begin)}\t{_number(scale * stretch.first)}"
            yield f"{_minutes(at)}\t{_number(scale * stretch.last)}"


def _minutes(seconds: float) -> str:
    """Write a time so that its millisecond can be read again."""
    # A millionth of a minute is 0.06 ms.
    whole, _, parts = f"{_milliseconds(seconds) / 60_000:.6f}".partition(".")
    return f"{whole}.{parts.rstrip('0').ljust(2, '0')}"


def _stretches(part: Part) -> list[_Stretch]:
    """Return the line of a part's power; where nothing is asked it is 0."""
    if part.kind is SegmentKind.TEST and part.ramp_from is not None:
        levels = [
            part.ramp_from + part.ramp_step * i for i in range(int(part.duration // RAMP_STEP))
        ]
        return [_Stretch(RAMP_STEP, level, level, True) for level in levels]
    if part.kind in (SegmentKind.FREE, SegmentKind.TEST):
        return [_Stretch(part.duration, 0.0, 0.0, False)]
    return [_Stretch(part.duration, part.power_start, part.power_end, part.absolute)]


class _Script:
    """Writes texts in the order of time, and follows what a reader makes of them."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.unsaid = 0
        """How often a posture goes on that the plan leaves to the rider."""
        self.quoted = False
        """Whether words that read as a posture were kept from it."""
        self._held: _Held = (None, None)

    def part(self, start: float, part: Part, name: str) -> None:
        """Write what is said in a part that begins at `start` [s]."""
        if self._held[0] is Posture.STANDING:
            # So a reader has it: whoever was asked to stand in one stretch is not in the next.
            self._held = (None, None)
        said = [(0.0, format_name(name, one_line(part.effort)))]
        said += [(min(max(0.0, cue.at), part.duration), one_line(cue.text)) for cue in part.cues]
        said = sorted(((at, text) for at, text in said if text), key=lambda each: each[0])
        changes = _postures(part)
        ends = [at for at, _ in changes[1:]] + [float("inf")]
        for (begin, wanted), end in zip(changes, ends, strict=True):
            mine = [(at, text) for at, text in said if begin <= at < end]
            at_once = [_read(text) for at, text in mine if at == begin]
            if wanted not in at_once:
                self._want(start + begin, wanted)
            for at, text in mine:
                read = _read(text)
                # At its end a reader is in the next part already.
                over = _milliseconds(start + at) >= _milliseconds(start + part.duration)
                if read is not None and (over or read[0] is not wanted[0]):
                    # Nobody is to stand up for words that the plan says by the way.
                    text = f'"{text}"'
                    self.quoted = True
                self._say(start + at, text)
                self._want(start + at, wanted)
            self.unsaid += wanted[0] is None and self._held[0] is not None

    def _want(self, seconds: float, wanted: _Held) -> None:
        if wanted[0] is not None and self._held != wanted:
            self._say(seconds, format_posture(wanted[0], wanted[1]))
            self._held = wanted

    def _say(self, seconds: float, text: str) -> None:
        self._held = _read(text) or self._held
        self.rows.append(f"{_seconds(seconds)}\t{text}\t{SHOWN}")


def _read(text: str) -> _Held | None:
    """Return the posture and cadence that a reader takes from a text."""
    word = parse_posture(text)
    return None if word is None else (word.posture, word.cadence)


def _postures(part: Part) -> list[tuple[float, _Held]]:
    """Return when in a part which posture and cadence begin, as they can be written."""
    if part.stand_from is None:
        return [(0.0, _spoken(part.posture, part.cadence))]
    # The second at which `coach.profile.compile` has the rider stand up.
    stands = float(round(part.duration * part.stand_from))
    return [
        (0.0, _spoken(part.posture, part.cadence)),
        (stands, _spoken(Posture.STANDING, part.standing_cadence)),
    ]


def _spoken(posture: Posture | None, cadence: Band | None) -> _Held:
    """Return what a reader has of a posture that is written; cadences are rounded there."""
    if posture is None:
        return (None, None)
    return _read(format_posture(posture, cadence)) or (posture, None)


def _seconds(value: float) -> str:
    return f"{_milliseconds(value) / 1000:.3f}".rstrip("0").rstrip(".")


def _name(part: Part, label: str) -> str:
    """Return what a part is called; a kind that is read again is always told."""
    if part.kind in OWN_KINDS.values():
        return kind_name(part.kind)
    return one_line(label)


def _losses(plan: WorkoutPlan, script: _Script) -> Iterator[str]:
    """Yield what of a plan is not in its rows and texts."""
    parts = plan.parts

    def count(found: Iterable[object]) -> int:
        return sum(map(bool, found))

    by_road = count(
        part.grade is not None
        or part.mode in (Mode.GRADE, Mode.RESISTANCE)
        or (part.kind in (SegmentKind.HILL, SegmentKind.INTERVAL) and part.mode is not Mode.POWER)
        for part in parts
    )
    free = count(part.kind is SegmentKind.FREE for part in parts)
    tests = count(part.kind is SegmentKind.TEST for part in parts)
    cadences = count(part.posture is None and part.cadence is not None for part in parts)
    for found, text in (
        (by_road, "grades and resistances are left out, and power is asked for instead"),
        (count(part.resistance_steps for part in parts), "the resistance steps are left out"),
        (free, "free stretches are 0 W: nothing says there that nothing is asked"),
        (tests, "tests to the limit last to their full length"),
        (cadences, "a cadence is left out where the posture is left to the rider"),
        (script.unsaid, "the posture stays as before where it is left to the rider"),
    ):
        if found:
            yield f"{text} ({found} part{'s' if found > 1 else ''})"
    if script.quoted:
        yield "words that would read as another posture stand in quotation marks"
    if plan.most_rounds > 1:
        yield f"one round is written, and the plan has up to {plan.most_rounds}"
