"""Asked and done in words: short lines for the screen after a hill, and for a summary."""

from __future__ import annotations

from coach.analysis.done import ABORTED, EARLY, LATE, Done, PostureDone
from coach.messages import PostureSource
from coach.units import clock_text

SOURCES = {
    PostureSource.MEASURED: "measured",
    PostureSource.DECLARED: "as told by the rider",
}
"""Who knows the posture done."""


def hill_report(name: str, done: Done, source: PostureSource | None) -> list[str]:
    """Tell what was made of a hill, in two or three short lines of plain ASCII.

    Parameters
    ----------
    name : str
        What a rider calls it: ``Hill 5``.
    done : Done
        What was asked and done on it.
    source : PostureSource or None
        Who knows the posture done.

    Returns
    -------
    list of str
        Posture with its source, the answer to the cue, power and cadence; what nobody knows is
        not said. Empty when nothing is known.
    """
    lines: list[str] = []
    posture = done.posture
    if posture is not None and done.asked > 0.0 and source is not None and source in SOURCES:
        lines.append(f"{name}: {_kept(done, posture)} ({SOURCES[source]})")
        answer = _answers(done, posture)
        if answer:
            lines.append(answer)
    ridden = _ridden(done)
    if ridden:
        lines.append(ridden if lines else f"{name}: {ridden}")
    return lines


def cue_words(done: Done) -> str:
    """Sum up in a line what became of the cues to stand; empty where nobody knows."""
    posture = done.posture
    if posture is None:
        return ""
    if not done.cues:
        return "no cue to stand"
    counts = (
        (posture.early, f"early by more than {EARLY:.0f} s"),
        (posture.late, f"late by more than {LATE:.0f} s"),
        (posture.missed, "never followed"),
    )
    told = [f"{count} {what}" for count, what in counts if count]
    if posture.aborted:
        told.append(f"sat down {_times(posture.aborted)} for more than {ABORTED:.0f} s")
    if not told:
        told.append("in time" if len(posture.reactions) == done.cues else "")
    return ": ".join(filter(None, (_cues(done.cues), ", ".join(told))))


def _kept(done: Done, posture: PostureDone) -> str:
    """Say how long the posture was kept."""
    if done.asked_standing:
        words = f"stood {clock_text(posture.stood)} of {clock_text(done.asked_standing)}"
    else:
        words = f"sat {clock_text(posture.kept)} of {clock_text(done.asked)}"
    if posture.stood_unasked > LATE:
        words += f", stood {clock_text(posture.stood_unasked)} unasked"
    if posture.unknown > LATE:
        words += f", {clock_text(posture.unknown)} not known"
    return words


def _answers(done: Done, posture: PostureDone) -> str:
    """Say how the cue to stand was answered, and whether the rider stayed up."""
    told = [] if posture.reaction is None else [_reaction(posture.reaction)]
    if posture.missed:
        told.append("stayed seated" + f" {_times(posture.missed)}" * (done.cues > 1))
    if posture.aborted:
        told.append(f"sat down {_times(posture.aborted)}")
    return ", ".join(told)


def _reaction(seconds: float) -> str:
    if round(seconds) == 0:
        return "up at the cue"
    return f"up {abs(seconds):.0f} s {'after' if seconds > 0 else 'before'} the cue"


def _ridden(done: Done) -> str:
    """Say how power and cadence kept to what was asked."""
    told = []
    if done.average_power is not None:
        asked = "" if done.average_target is None else f" of {done.average_target:.0f} W"
        told.append(f"{done.average_power:.0f} W{asked}")
    if done.on_target is not None:
        told.append(f"{100 * done.on_target:.0f} % on target")
    if done.in_cadence is not None:
        told.append(f"cadence {100 * done.in_cadence:.0f} % in its band")
    return ", ".join(told)


def _cues(count: int) -> str:
    return f"{count} cue{'s' * (count > 1)} to stand"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
