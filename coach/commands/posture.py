"""``coach posture``: seated or standing, who says so, and how far to trust it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands.opening import DONE_WITH_LOSS
from coach.messages import PostureSource
from coach.rides import load_ride
from coach.units import clock_text

if TYPE_CHECKING:
    from rich.table import Table

    from coach.analysis.estimate import Habit
    from coach.analysis.told import PostureSegment, Told
    from coach.analysis.verdict import Score, Verdict

_SOURCES = [
    source.value
    for source in (PostureSource.MEASURED, PostureSource.DECLARED, PostureSource.ESTIMATED)
]

_LIMITS = {
    PostureSource.MEASURED: "As pedals told it: unknown before their first word, in pauses, and "
    "after a last change that nothing confirmed.",
    PostureSource.DECLARED: "As the rider told it by key: it changes when the key was pressed.",
    PostureSource.ESTIMATED: "A guess from the pedalling: on two rides whose pedals knew, six in "
    "ten of the seconds it called standing were; who slows down by less than a tenth to stand is "
    "called seated.",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--source",
    type=click.Choice(_SOURCES),
    help="Whom to ask.  [default: the first of these that knows]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def posture(ctx: click.Context, file: Path, source: str | None, as_json: bool) -> None:
    """Tell when a ride was ridden standing, and who says so.

    Pedals measured it, the rider declared it by key, or it is estimated from cadence and torque.
    Where it was measured, the estimate is judged by it.

    FILE is a recorded ride: .ride, .fit, .gpx or .tcx.
    """
    ride = load_ride(file)
    # numpy comes in here: a wrong file name should be answered at once.
    from coach.analysis.repair import repaired
    from coach.analysis.told import tell
    from coach.analysis.verdict import judge

    rows = repaired(ride)
    told = tell(ride, rows, None if source is None else PostureSource(source))
    verdict = judge(ride, rows) if told.source is PostureSource.MEASURED else None
    if as_json:
        click.echo(json.dumps(_as_json(told, verdict), indent=2, allow_nan=False))
    else:
        _show(told, verdict)
    for warning in ride.warnings:
        click.echo(f"read in part: {warning}", err=True)
    for note in (*rows.notes, *told.missing):
        click.echo(f"{file}: {note}", err=True)
    if ride.warnings:
        ctx.exit(DONE_WITH_LOSS)


def _as_json(told: Told, verdict: Verdict | None) -> dict[str, object]:
    answer: dict[str, object] = {
        "source": _name(told.source),
        "time_standing_s": None if told.time_standing is None else round(told.time_standing, 3),
        "stand_count": told.stand_count,
        "segments": [
            {
                "start_s": round(each.start, 3),
                "end_s": round(each.end, 3),
                "posture": each.posture,
                "confidence": round(each.confidence, 3),
                "source": _name(each.source),
            }
            for each in told.segments
        ],
        "missing": list(told.missing),
    }
    if verdict is not None:
        answer["estimate"] = {
            **_score_json(verdict.estimate),
            "seconds": verdict.seconds,
            "simulated": verdict.simulated,
            "naive": {
                "fixed_70_rpm": _score_json(verdict.fixed_70_rpm),
                "always_seated": _score_json(verdict.always_seated),
            },
        }
    return answer


def _name(source: PostureSource | None) -> str:
    return "none" if source is None else source.value


def _score_json(score: Score) -> dict[str, float | None]:
    return {
        name: None if value is None else round(value, 3)
        for name, value in (
            ("balanced_accuracy", score.balanced_accuracy),
            ("precision", score.precision),
            ("recall", score.recall),
        )
    }


def _show(told: Told, verdict: Verdict | None) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if told.source is None:
        console.print("Posture: nobody knows.")
        return
    console.print(Text(f"Posture, {told.source}", style="bold"))
    console.print()
    console.print(_posture_table(told))
    console.print()
    if told.estimate is not None and told.estimate.habit is not None:
        console.print(_habit_words(told.estimate.habit))
    console.print(Text(_LIMITS[told.source], style="dim"))
    if verdict is not None:
        console.print()
        console.print(f"An estimate held against this measurement, over {verdict.seconds} s:")
        if verdict.simulated:
            console.print("Of a simulated rider: no evidence of what it is worth on the road.")
        console.print()
        console.print(_verdict_table(verdict))


def _posture_table(told: Told) -> Table:
    """Return times and trust by posture; each row names its source."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Posture")
    for heading in ("Time", "Share", "Times", "Confidence"):
        table.add_column(heading, justify="right")
    table.add_column("Source")
    whole = _seconds(told.segments)
    for posture in ("standing", "seated", None):
        those = [each for each in told.segments if each.posture == posture]
        seconds = _seconds(those)
        if not seconds and posture != "standing":
            continue
        trust = sum((each.end - each.start) * each.confidence for each in those)
        known = posture is not None and seconds > 0
        table.add_row(
            posture or "unknown",
            clock_text(seconds),
            f"{100 * seconds / whole:.0f} %" if whole else "",
            str(told.stand_count if posture == "standing" else len(those)),
            f"{trust / seconds:.2f}" if known else "",
            _name(told.source if posture else None),
        )
    return table


def _seconds(segments: list[PostureSegment] | tuple[PostureSegment, ...]) -> float:
    return sum(each.end - each.start for each in segments)


def _habit_words(habit: Habit) -> str:
    """Say what was learned from the ride, or that there was nothing to tell standing by."""
    seated = f"Estimated habit: {habit.cadence:.0f} rpm seated"
    if not habit.distinct:
        return f"{seated}; no second way of pedalling, so all of it is called seated."
    push = f" and {100 * habit.push:.0f} % more torque" if habit.push >= 0.005 else ""
    return f"{seated}; called standing: sudden spells some {100 * habit.drop:.0f} % slower{push}."


def _verdict_table(verdict: Verdict) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Rule")
    for heading in ("Balanced accuracy", "Precision", "Recall"):
        table.add_column(heading, justify="right")
    for name, score in (
        ("estimated", verdict.estimate),
        ("standing below 70 rpm", verdict.fixed_70_rpm),
        ("always seated", verdict.always_seated),
    ):
        shares = (score.balanced_accuracy, score.precision, score.recall)
        table.add_row(name, *("" if share is None else f"{share:.3f}" for share in shares))
    return table
