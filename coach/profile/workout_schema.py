"""What may stand in a workout file, and what a rider reads when it does not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from coach.guidance.gears import SEATED_HILL_CADENCE
from coach.messages import Mode, Posture
from coach.profile.plan import Part, WorkoutPlan
from coach.profile.schema import Cadence, Table, Text, rising
from coach.workout import SegmentKind

LONGEST_WORKOUT = 12 * 3600
"""[s]."""

MOST_ROUNDS = 10

SHORTEST_WARM_UP = {"hill": 15 * 60, "interval": 10 * 60, "test": 10 * 60}
"""Before the first of its kind [s]."""

_LENGTH = re.compile(r"(?:(\d{1,2}):(?=\d\d:))?(\d{1,3}):([0-5]\d)", re.ASCII)
_CR10 = re.compile(r"(\d|10)(-(\d|10))?", re.ASCII)


def _seconds(value: object) -> object:
    """Turn ``"4:00"`` or ``"1:30:00"`` into seconds."""
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _minutes(seconds: int) -> str:
    """Write a length as the file has it."""
    return f"{seconds // 60}:{seconds % 60:02}"


def _cr10(value: object) -> object:
    """Take ``5`` or ``"4-5"``."""
    text = str(value) if type(value) is int else value
    if not (isinstance(text, str) and _CR10.fullmatch(text)):
        raise ValueError
    return text


def _band(value: list[float] | None) -> tuple[float, float] | None:
    return None if value is None else (value[0], value[1])


Length = Annotated[int, BeforeValidator(_seconds), Field(ge=1, le=3 * 3600)]
Cr10 = Annotated[str, BeforeValidator(_cr10)]
Band = Annotated[list[Cadence], Field(min_length=2, max_length=2), AfterValidator(rising)]
Percent = Annotated[float, Field(ge=20, le=105)]

_PERCENT_OF_FTP = "a number of percent of FTP, 20 to 105"
_BAND = "two cadences, low and high, 30 to 130, such as [70, 85]"


class PartTable(Table):
    """What every ``[[part]]`` has."""

    length: Length = Field(description='minutes and seconds in quotes, such as "4:00", to "180:00"')
    effort: Text = Field(description="the effort in a word or two, in quotes")
    cr10: Cr10 = Field(description='a CR10 number, 0 to 10, or two, such as "3-4"')
    resistance_steps: float = Field(
        ge=-4, le=4, description="steps above the rider's moderate resistance, -4 to 4"
    )
    mode: Literal["grade", "power", "resistance"] | None = Field(
        default=None, description="one of grade, power, resistance"
    )
    cadence_rpm: Band | None = Field(default=None, description=_BAND)

    def _to_part(self, kind: str, ftp_pct_start: float, ftp_pct_end: float) -> Part:
        """Return what all parts have in common, seated."""
        return Part(
            kind=SegmentKind(kind),
            duration=float(self.length),
            power_start=ftp_pct_start / 100,
            power_end=ftp_pct_end / 100,
            effort=f"{self.effort}, CR10 {self.cr10}",
            resistance_steps=self.resistance_steps,
            mode=None if self.mode is None else Mode(self.mode),
            cadence=_band(self.cadence_rpm),
        )


class RampTable(PartTable):
    """A part whose power rises or falls evenly."""

    kind: Literal["warm_up", "cool_down"]
    ftp_pct_start: Percent = Field(description=_PERCENT_OF_FTP)
    ftp_pct_end: Percent = Field(description=_PERCENT_OF_FTP)

    def to_part(self) -> Part:
        """Return the part in SI."""
        return self._to_part(self.kind, self.ftp_pct_start, self.ftp_pct_end)


class SteadyTable(PartTable):
    """A part at one power."""

    kind: Literal["downhill", "moderate", "recovery"]
    ftp_pct: Percent = Field(description=_PERCENT_OF_FTP)

    def to_part(self) -> Part:
        """Return the part in SI."""
        return self._to_part(self.kind, self.ftp_pct, self.ftp_pct)


class HillTable(PartTable):
    """A climb."""

    kind: Literal["hill"]
    posture: Literal["seated", "standing"] = Field(description="one of seated, standing")
    stand_from: float | None = Field(
        default=None,
        ge=0.1,
        le=0.9,
        description="the share of a seated hill after which to stand, 0.1 to 0.9",
    )
    ftp_pct: Percent = Field(description=_PERCENT_OF_FTP)
    grade_pct: float | None = Field(
        default=None, ge=0.5, le=12, description="a number of percent, 0.5 to 12"
    )
    standing_cadence_rpm: Band | None = Field(default=None, description=_BAND)

    @field_validator("stand_from")
    @classmethod
    def _from_the_saddle(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("posture") == "standing":
            raise ValueError
        return value

    def to_part(self) -> Part:
        """Return the part in SI."""
        return replace(
            self._to_part(self.kind, self.ftp_pct, self.ftp_pct),
            posture=Posture(self.posture),
            stand_from=self.stand_from,
            grade=None if self.grade_pct is None else self.grade_pct / 100,
            standing_cadence=_band(self.standing_cadence_rpm),
        )


class IntervalTable(PartTable):
    """A short effort, harder than any hill; a ``recovery`` follows."""

    kind: Literal["interval"]
    posture: Literal["seated", "standing"] = Field(description="one of seated, standing")
    ftp_pct: float = Field(ge=20, le=160, description="a number of percent of FTP, 20 to 160")

    def to_part(self) -> Part:
        """Return the part in SI."""
        return replace(
            self._to_part(self.kind, self.ftp_pct, self.ftp_pct), posture=Posture(self.posture)
        )


class TestTable(PartTable):
    """To the limit: a ramp where there is `from_w`, else at the rider's own pace."""

    kind: Literal["test"]
    from_w: float | None = Field(
        default=None,
        ge=20,
        le=300,
        description="the watts of a ramp's first minute, 20 to 300, in a part of whole minutes",
    )
    step_w: float | None = Field(
        default=None,
        ge=5,
        le=50,
        description="the watts between two minutes of a ramp, 5 to 50, beside from_w",
    )
    grade_pct: float | None = Field(
        default=None,
        ge=0,
        le=6,
        description="a number of percent, 0 to 6, in a part without from_w",
    )

    @field_validator("from_w")
    @classmethod
    def _in_whole_minutes(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("length", 0) % 60:
            raise ValueError
        return value

    @field_validator("step_w")
    @classmethod
    def _of_a_ramp(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("from_w", 0) is None:
            raise ValueError
        return value

    @field_validator("grade_pct")
    @classmethod
    def _of_no_ramp(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("from_w") is not None:
            raise ValueError
        return value

    def to_part(self) -> Part:
        """Return the part in SI."""
        part = replace(
            self._to_part(self.kind, 0.0, 0.0),
            grade=None if self.grade_pct is None else self.grade_pct / 100,
            ramp_from=self.from_w,
        )
        return part if self.step_w is None else replace(part, ramp_step=self.step_w)


AnyPart = Annotated[
    RampTable | SteadyTable | HillTable | IntervalTable | TestTable, Field(discriminator="kind")
]


class ClimbingTable(Table):
    """``[climbing]``: the one speed of all hills."""

    cadence_rpm: float = Field(
        default=SEATED_HILL_CADENCE,
        ge=40,
        le=110,
        description="a number of turns a minute, 40 to 110",
    )
    speed_kmh: float | None = Field(
        default=None, ge=3, le=40, description="a number of kilometres an hour, 3 to 40"
    )


class WorkoutFile(Table):
    """A workout file."""

    title: Text = Field(description="a title in quotes, up to 80 characters")
    about: Text = Field(description="one line in quotes about the workout")
    climbing: ClimbingTable = Field(default_factory=ClimbingTable, description="a table [climbing]")
    short_warm_up: bool = Field(
        default=False,
        description="true for less warm-up than hills and intervals ask for, else false",
    )
    part: list[AnyPart] = Field(
        min_length=1,
        max_length=200,
        description="1 to 200 tables [[part]], at most 12 hours in all",
    )
    most_rounds: int = Field(
        default=1,
        ge=1,
        le=MOST_ROUNDS,
        description="a number, 1 to 10; above 1 only with every warm_up before and every cool_down"
        " after what is repeated, and at most 12 hours in all",
    )

    @field_validator("part")
    @classmethod
    def _ends_the_same_day(cls, parts: list[AnyPart]) -> list[AnyPart]:
        if sum(part.length for part in parts) > LONGEST_WORKOUT:
            raise ValueError
        return parts

    @field_validator("part")
    @classmethod
    def _warms_up(cls, parts: list[AnyPart], info: ValidationInfo) -> list[AnyPart]:
        if info.data.get("short_warm_up", True):
            return parts
        kinds = [part.kind for part in parts]
        for kind, shortest in SHORTEST_WARM_UP.items():
            before = parts[: kinds.index(kind)] if kind in kinds else []
            warm_up = sum(part.length for part in before if part.kind == "warm_up")
            if kind in kinds and warm_up < shortest:
                raise PydanticCustomError(
                    "short_warm_up",
                    "too short a warm-up",
                    {
                        "expected": f"{_minutes(shortest)} or more of warm_up before the first"
                        f" {kind} (whoever has warmed up elsewhere says short_warm_up = true"
                        " above the parts)",
                        "found": _minutes(warm_up) if warm_up else "none",
                    },
                )
        return parts

    @field_validator("most_rounds")
    @classmethod
    def _has_a_round(cls, value: int, info: ValidationInfo) -> int:
        """Parts stand in the order of a ride with rounds, and the day is long enough for all."""
        parts: list[AnyPart] = info.data.get("part", [])
        order = [{"warm_up": 0, "cool_down": 2}.get(part.kind, 1) for part in parts]
        again = sum(part.length for part in parts if part.kind not in ("warm_up", "cool_down"))
        total = sum(part.length for part in parts) + (value - 1) * again
        ordered = order == sorted(order) and 1 in order
        if total > LONGEST_WORKOUT or (value > 1 and parts and not ordered):
            raise ValueError
        return value

    def to_plan(self, name: str) -> WorkoutPlan:
        """Return the plan; `name` is what the file is called."""
        speed = self.climbing.speed_kmh
        return WorkoutPlan(
            name=name,
            title=self.title,
            about=self.about,
            parts=tuple(part.to_part() for part in self.part),
            climbing_cadence=self.climbing.cadence_rpm,
            climbing_speed=None if speed is None else speed / 3.6,
            most_rounds=self.most_rounds,
        )
