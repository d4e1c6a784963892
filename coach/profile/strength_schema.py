"""What may stand in a strength routine's file, and what a rider reads when it does not."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from coach.profile.schema import Table, Text
from coach.strength.routine import Exercise, Group, Routine

Word = Annotated[Text, Field(max_length=12)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\z")]

_NAME = 'a name in quotes of small letters, digits and _, up to 40, such as "walking_lunge"'
_LINE = "one line in quotes, up to 80 characters"


class ExerciseTable(Table):
    """A ``[[group.exercise]]``."""

    name: Name = Field(description=_NAME)
    title: Text = Field(description="a title in quotes, up to 80 characters")
    per_leg: bool = Field(
        description="true where each leg does the set by itself, else false, without quotes"
    )
    purpose: Text = Field(description=_LINE)
    how: list[Text] = Field(
        min_length=1,
        max_length=6,
        description="a list of 1 to 6 lines in quotes, 80 characters each",
    )
    watch: list[Text] = Field(
        min_length=1,
        max_length=4,
        description="a list of 1 to 4 lines in quotes, 80 characters each",
    )
    easier: Text = Field(description=_LINE)
    harder: Text = Field(description=_LINE)
    needs: Text | None = Field(
        default=None, description=f"{_LINE}; leave the key out where nothing is needed"
    )
    halves: list[Word] | None = Field(
        default=None,
        min_length=2,
        max_length=2,
        description='a list of two words of up to 12 letters in quotes, such as ["up", "down"]',
    )

    def to_exercise(self) -> Exercise:
        """Return the exercise."""
        return Exercise(
            name=self.name,
            title=self.title,
            per_leg=self.per_leg,
            purpose=self.purpose,
            how=tuple(self.how),
            watch=tuple(self.watch),
            easier=self.easier,
            harder=self.harder,
            needs=self.needs or "",
            halves=("down", "up") if self.halves is None else (self.halves[0], self.halves[1]),
        )


class GroupTable(Table):
    """A ``[[group]]``."""

    name: Name = Field(description=_NAME)
    title: Text = Field(description="a title in quotes, up to 80 characters")
    exercise: list[ExerciseTable] = Field(
        min_length=1, max_length=20, description="1 to 20 tables [[group.exercise]] below the group"
    )

    def to_group(self) -> Group:
        """Return the group."""
        return Group(self.name, self.title, tuple(each.to_exercise() for each in self.exercise))


class RoutineFile(Table):
    """A strength routine's file."""

    title: Text = Field(description="a title in quotes, up to 80 characters")
    about: Text = Field(description="one line in quotes about the routine")
    sets: int = Field(ge=1, le=10, description="a whole number, 1 to 10")
    reps: int = Field(ge=1, le=50, description="a whole number, 1 to 50")
    rest_s: float = Field(ge=0, le=600, description="a number of seconds, 0 to 600")
    tempo_s: float = Field(ge=0.5, le=20, description="a number of seconds, 0.5 to 20")
    group: list[GroupTable] = Field(
        min_length=1, max_length=10, description="1 to 10 tables [[group]]"
    )

    @field_validator("group")
    @classmethod
    def _names_once(cls, groups: list[GroupTable]) -> list[GroupTable]:
        """The log and the rules tell exercises and groups by their names alone."""
        exercises = [each.name for group in groups for each in group.exercise]
        for what, names in (("group", [g.name for g in groups]), ("exercise", exercises)):
            name, times = Counter(names).most_common(1)[0]
            if times > 1:
                raise PydanticCustomError(
                    "named_twice",
                    "a name twice",
                    {
                        "expected": f"every {what} under a name of its own",
                        "found": f"{name!r} {times} times",
                    },
                )
        return groups

    def to_routine(self, name: str) -> Routine:
        """Return the routine; `name` is what the file is called."""
        return Routine(
            name=name,
            title=self.title,
            about=self.about,
            groups=tuple(group.to_group() for group in self.group),
            sets=self.sets,
            reps=self.reps,
            rest=float(self.rest_s),
            tempo=float(self.tempo_s),
        )
