"""What is to be ridden: a workout, a road, the watts of a ride, or nothing but a grade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands.opening import open_plan, open_road, open_watts
from coach.errors import RiderInputError
from coach.workout import GradeScale, Workout

if TYPE_CHECKING:
    from coach.course import Course
    from coach.profile import WorkoutPlan
    from coach.rider import Rider

FREE = "free"
"""In place of a workout: a road of one grade."""
SIX_HILLS = "hills"
"""By whose hills the rider sits and stands on a road that is repeated."""

Fit = Callable[["WorkoutPlan", "Rider"], Workout]
"""Makes a plan a workout of its rider."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one rider is about to ride."""

    file: Path
    workout: Workout
    as_in_file: Workout
    """The same without what the rider asked for beside it."""
    whole: bool = True
    """The whole file was read."""


@dataclass(frozen=True, slots=True)
class RoadOptions:
    """What may be asked of a road; ``None`` where nothing was."""

    ridden_as: str | None = None
    """``grade`` or ``power``."""
    climb_scale: int | None = None
    """[%]."""
    descent_scale: int | None = None
    """[%]."""
    repeat: int | None = None
    """Climbs."""
    grade: float | None = None
    """Of a free ride [%]."""

    def given(self) -> list[str]:
        """Return those that were, as they are typed."""
        each = {
            "--as": self.ridden_as,
            "--climb-scale": self.climb_scale,
            "--descent-scale": self.descent_scale,
            "--repeat": self.repeat,
            "--grade": self.grade,
        }
        return [name for name, value in each.items() if value is not None]

    @property
    def scale(self) -> GradeScale:
        """How much of the road's grade is felt: all of it, unless the rider says otherwise."""
        climbs, descents = self.climb_scale, self.descent_scale
        return GradeScale(
            1.0 if climbs is None else climbs / 100.0,
            1.0 if descents is None else descents / 100.0,
        )


def workout_of(name: str, fit: Fit) -> Callable[[Rider], Chosen]:
    """Open a workout; what it is for a rider can be asked when the rider is known."""
    from coach import workouts

    return _planned(workouts.find_workout(name), fit)


def choose(
    name: str, fit: Fit, options: RoadOptions, others: Sequence[str]
) -> Callable[[Rider], Chosen]:
    """Find what a rider named, and make sure that the options go with it.

    Parameters
    ----------
    name : str
        A shipped workout's, a file's, or ``free``.
    fit : callable
    options : RoadOptions
    others : sequence of str
        Those that only workouts have, as they were typed.

    Returns
    -------
    callable
        Makes it what this rider is about to ride.

    Raises
    ------
    RiderInputError
        If there is no such workout or road, or an option does not go with it.
    ProfileError
        If it is a workout that cannot be read.
    """
    from coach import workouts

    given = options.given()
    if name == FREE:
        _leave_out(name, "a free ride has a grade and nothing else", [*given, *others], {"--grade"})
        return lambda rider: _free(options.grade or 0.0)
    path = workouts.find_workout(name)
    if path.is_dir():
        raise RiderInputError(f"{path}: this is a folder; name one workout or road in it")
    if not workouts.is_road(path):
        roads = ", ".join(workouts.ROAD_SUFFIXES)
        _leave_out(name, f"a workout, and this is for roads ({roads})", given, set())
        return _planned(path, fit)
    if options.ridden_as == "power":
        _leave_out(name, "its watts have no road under them", given, {"--as"})
        return lambda rider: _by_its_watts(path, rider, fit)
    allowed = {"--as", "--climb-scale", "--descent-scale", "--repeat"}
    _leave_out(name, "a road is as it is", [*given, *others], allowed)
    return lambda rider: _road(path, rider, options)


def _leave_out(name: str, why: str, given: Sequence[str], allowed: set[str]) -> None:
    wrong = [option for option in given if option not in allowed]
    if wrong:
        raise RiderInputError(f"{name}: {why}; leave out {' and '.join(wrong)}")


def _planned(path: Path, fit: Fit) -> Callable[[Rider], Chosen]:
    plan, whole = open_plan(path)
    return lambda rider: _compiled(path, plan, whole, rider, fit)


def _compiled(path: Path, plan: WorkoutPlan, whole: bool, rider: Rider, fit: Fit) -> Chosen:
    from coach.profile import compile_workout

    return Chosen(path, fit(plan, rider), compile_workout(plan, rider), whole)


def _by_its_watts(path: Path, rider: Rider, fit: Fit) -> Chosen:
    plan, whole = open_watts(path, "leave out --as power")
    return _compiled(path, plan, whole, rider, fit)


def _road(path: Path, rider: Rider, options: RoadOptions) -> Chosen:
    from coach.live.ink import clean

    course, whole = open_road(path, rider)
    if options.repeat is not None:
        course = _repeated(path, course, rider, options.repeat)
    workout, count = course.workout, len(course.climbs)
    way = f"{course.road.length / 1000:.1f} km"
    click.echo(
        f"{clean(workout.title)}: {way}, {course.road.ascent:.0f} m up,"
        f" {count or 'no'} climb{'s' * (count != 1)}",
        err=True,
    )
    workout = replace(workout, scale=options.scale)
    return Chosen(path, workout, workout, whole)


def _repeated(path: Path, course: Course, rider: Rider, times: int) -> Course:
    from coach import profile
    from coach.course import repeated

    hills = profile.load_workout(profile.find_workout(SIX_HILLS))
    try:
        made = repeated(course, rider, hills, times)
    except RiderInputError as error:
        raise RiderInputError(f"{path}: {error}") from None
    for note in made.notes[len(course.notes) :]:
        click.echo(f"{path}: {note}", err=True)
    return made


def _free(grade: float) -> Chosen:
    from coach.course import free

    workout = free(grade / 100.0)
    return Chosen(Path(FREE), workout, workout)
