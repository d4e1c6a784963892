"""``coach workout``: which workouts there are, and what one asks of a rider."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import click

from coach.commands import options
from coach.messages import Mode
from coach.workout import SegmentKind

if TYPE_CHECKING:
    from coach.rider import Rider
    from coach.workout import Segment, Workout

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

WIDTH = 100
"""Of the table where there is no terminal to ask [characters]."""

_COLUMNS: tuple[tuple[str, Literal["left", "right"]], ...] = (
    ("Start", "right"),
    ("Segment", "left"),
    ("Length", "right"),
    ("Posture", "left"),
    ("Power\nW", "right"),
    ("Grade\n%", "right"),
    ("Res.\n%", "right"),
    ("Cad.\nrpm", "right"),
    ("Effort\nCR10", "left"),
)
"""Narrow enough for a terminal of 80 characters."""


@click.group()
def workout() -> None:
    """List and show workouts."""


@workout.command("list")
@_json
def list_(as_json: bool) -> None:
    """List the workouts that come with the program."""
    from coach import profile

    plans = [profile.load_workout(profile.find_workout(name)) for name in profile.workout_names()]
    if as_json:
        click.echo(
            json.dumps(
                [
                    {"name": p.name, "title": p.title, "about": p.about, "total_s": p.duration}
                    for p in plans
                ],
                indent=2,
            )
        )
        return
    widest = max((len(plan.name) for plan in plans), default=0)
    for plan in plans:
        click.echo(f"{plan.name:<{widest}}  {plan.duration / 60:3.0f} min  {plan.about}")


@workout.command()
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--rider", "rider_file", metavar="FILE", help="Rider file; the example rider if not given."
)
@click.option("--moderate", type=float, metavar="MIN", help="Shorten the moderate block; 0: none.")
@click.option("--stand-hill-4", is_flag=True, help="Stand hill 4 from its foot.")
@options.rounds
@options.raises
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), help="Ask for every load this way."
)
@_json
def show(
    name: str,
    rider_file: str | None,
    moderate: float | None,
    stand_hill_4: bool,
    rounds: int,
    hill_power: float,
    hill_time: int,
    stand_time: int,
    mode: str | None,
    as_json: bool,
) -> None:
    """Show what a workout asks of a rider, segment by segment."""
    from coach import profile

    plan = profile.load_workout(profile.find_workout(name))
    rider = profile.example_rider() if rider_file is None else profile.load_rider(rider_file)
    compiled = profile.compile_workout(
        plan,
        rider,
        mode=Mode(mode) if mode else None,
        moderate_minutes=moderate,
        stand_hill_4=stand_hill_4,
        rounds=rounds,
        raised=options.raised_by(plan, hill_power, hill_time, stand_time),
    )
    if as_json:
        click.echo(json.dumps(to_json(compiled), indent=2))
    else:
        _print_table(compiled, rider)


def to_json(workout: Workout) -> dict[str, object]:
    """Return a workout as plain data, keys with their units, absent as ``None``."""
    return {
        "name": workout.name,
        "total_s": workout.duration,
        "segments": [_segment_json(segment) for segment in workout.segments],
    }


def _segment_json(segment: Segment) -> dict[str, object]:
    return {
        "index": segment.index,
        "kind": segment.kind.value,
        "hill": segment.hill,
        "start_s": segment.start,
        "duration_s": segment.duration,
        "posture": segment.posture.value if segment.posture else None,
        "target_power_start_w": _rounded(segment.target_power_start),
        "target_power_end_w": _rounded(segment.target_power_end),
        "grade_pct": _percent(segment.grade),
        "basic_resistance_pct": _percent(segment.basic_resistance),
        "cadence_low_rpm": segment.cadence_low,
        "cadence_high_rpm": segment.cadence_high,
        "effort": segment.effort,
    }


def _rounded(value: float | None) -> float | None:
    """Four decimals: less than any trainer can tell, and none of the dust of binary fractions."""
    return None if value is None else round(value, 4)


def _percent(value: float | None) -> float | None:
    return None if value is None else _rounded(100 * value)


def _print_table(workout: Workout, rider: Rider) -> None:
    from rich.console import Console
    from rich.table import Table

    guess = ", estimated" if rider.threshold_estimated else ""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading, justify in _COLUMNS:
        table.add_column(heading, justify=justify)
    for segment in workout.segments:
        table.add_row(*_row(segment))
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = WIDTH
    console.print(f"{workout.title}, {_clock(workout.duration)}{_climbs(workout)}", style="bold")
    console.print(f"for {rider.name}, {rider.mass:g} kg, FTP {rider.threshold_power:.0f} W{guess}")
    console.print(table)


def _climbs(workout: Workout) -> str:
    """Say how fast the hills are ridden, and the intervals, where all are at one speed."""
    text = ""
    for kind in (SegmentKind.HILL, SegmentKind.INTERVAL):
        speeds = {s.speed for s in workout.segments if s.kind is kind and s.speed}
        if len(speeds) == 1:
            text += f", {kind}s at {3.6 * speeds.pop():.1f} km/h"
    return text


def _row(segment: Segment) -> tuple[str, ...]:
    grade, resistance = segment.grade, segment.basic_resistance
    return (
        _clock(segment.start),
        segment.label,
        _clock(segment.duration),
        segment.posture.value if segment.posture else "",
        _span(segment.target_power_start, segment.target_power_end),
        "" if grade is None else f"{100 * grade:.1f}",
        "" if resistance is None else f"{100 * resistance:g}",
        _span(segment.cadence_low, segment.cadence_high),
        segment.effort.replace(", CR10", ""),
    )


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:.0f}" if low == high else f"{low:.0f}-{high:.0f}"


def _clock(seconds: float) -> str:
    """Format a time as riders read it: ``4:00``, ``1:30:00``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
