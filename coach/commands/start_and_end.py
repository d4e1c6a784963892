"""What the live page tells before the ride and after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coach.guidance.technique import BIKE, STOP_RULES
from coach.live.web.display import End, Hill, Intro

if TYPE_CHECKING:
    from coach.journal import Header
    from coach.ride import Ride


def intro_of(
    header: Header,
    rider_path: Path | None,
    *,
    notes: Sequence[str] = (),
    questions: Sequence[str] = (),
    health: str = "",
) -> Intro:
    """Return what the start screen tells.

    Parameters
    ----------
    header : Header
        Of the ride to come.
    rider_path : Path or None
        ``None`` for the example.
    notes : sequence of str
        What the workout asks of the rider, and what is worth reading before.
    questions : sequence of str
        To be answered on the page before the start.
    health : str
        What was answered before.
    """
    workout, rider = header.workout, header.rider
    return Intro(
        workout.title,
        workout.duration / 60.0,
        workout.hills,
        demands=tuple(notes),
        rider=rider.name,
        ftp_w=rider.threshold_power,
        mass_kg=rider.mass,
        rider_file="the example rider" if rider_path is None else rider_path.name,
        trainer=header.trainer,
        simulated=header.simulated,
        questions=tuple(questions),
        health=health,
        stop=STOP_RULES,
        bike=BIKE.lines,
    )


def end_of(ride: Ride, saved: Sequence[Path]) -> End:
    """Return what the end screen tells of a ride that was saved.

    Parameters
    ----------
    ride : Ride
    saved : sequence of Path
        Its files, at least one; the pictures among them are shown.
    """
    from coach.analysis.summary import summarize
    from coach.commands.summary import figure_lines

    pictures = {path.stem.rpartition("-")[2]: path for path in saved if path.suffix == ".png"}
    light, dark = (pictures.get(theme) for theme in ("light", "dark"))
    figures = summarize(ride)
    return End(
        ride.name or "Ride",
        tuple(" ".join(line) for line in figure_lines(figures) if line[0] != "Samples"),
        (f"in {saved[0].parent}", *(path.name for path in saved)),
        tuple(
            Hill(
                f"{ride.hill_name} {hill.index}",
                hill.average_power,
                hill.duration,
                hill.standing,
            )
            for hill in figures.hills
        ),
        None if light is None else light.read_bytes(),
        None if dark is None else dark.read_bytes(),
    )
