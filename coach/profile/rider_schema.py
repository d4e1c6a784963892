"""What may stand in a rider file, and what a rider reads when it does not."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from coach.profile.estimate import estimate_threshold_power
from coach.profile.schema import Table, Text
from coach.rider import Bike, Devices, Limits, Rider

Teeth = Annotated[int, Field(ge=9, le=70)]
AntNumber = Annotated[int, Field(ge=1, le=65535)]


class RiderTable(Table):
    """``[rider]``."""

    name: Text = Field(default="Rider", description="a name in quotes, up to 80 characters")
    mass_kg: float = Field(ge=30, le=200, description="a number of kilograms, 30 to 200")
    ftp_w: float | None = Field(
        default=None, ge=30, le=600, description="a number of watts, 30 to 600"
    )
    activity: Literal["inactive", "some", "regular", "trained"] = Field(
        default="some", description="one of inactive, some, regular, trained"
    )
    w_prime_j: float = Field(
        default=18_000, ge=1_000, le=60_000, description="a number of joules, 1000 to 60000"
    )
    age: float | None = Field(
        default=None, ge=10, le=100, description="a number of years, 10 to 100"
    )
    sex: Literal["female", "male", "other"] | None = Field(
        default=None, description="one of female, male, other"
    )
    hr_rest_bpm: float | None = Field(
        default=None, ge=25, le=120, description="a number of beats a minute, 25 to 120"
    )
    hr_max_bpm: float | None = Field(
        default=None,
        ge=90,
        le=240,
        description="a number of beats a minute, 90 to 240, above hr_rest_bpm",
    )
    cadence_rpm: float = Field(
        default=87, ge=40, le=130, description="a number of turns a minute, 40 to 130"
    )

    @field_validator("hr_max_bpm")
    @classmethod
    def _above_rest(cls, value: float | None, info: ValidationInfo) -> float | None:
        rest = info.data.get("hr_rest_bpm")
        if value is not None and rest is not None and value <= rest:
            raise ValueError
        return value


class BikeTable(Table):
    """``[bike]``."""

    mass_kg: float = Field(default=9, ge=3, le=50, description="a number of kilograms, 3 to 50")
    chainrings: list[Teeth] = Field(
        default=[50, 34],
        min_length=1,
        max_length=4,
        description="a list of 1 to 4 numbers of teeth, 9 to 70",
    )
    cassette: list[Teeth] = Field(
        default=[11, 12, 13, 14, 15, 17, 19, 21, 23, 25, 28],
        min_length=1,
        max_length=14,
        description="a list of 1 to 14 numbers of teeth, 9 to 70",
    )
    wheel_m: float = Field(
        default=2.096, ge=1, le=2.5, description="the wheel's circumference in metres, 1 to 2.5"
    )


class LimitsTable(Table):
    """``[limits]``."""

    grade_pct: float = Field(default=8, ge=2, le=12, description="a number of percent, 2 to 12")
    power_w: float | None = Field(
        default=None, ge=50, le=2000, description="a number of watts, 50 to 2000"
    )
    basic_resistance_pct: float = Field(
        default=100, ge=5, le=100, description="a number of percent, 5 to 100"
    )


class DevicesTable(Table):
    """``[devices]``."""

    trainer: AntNumber | None = Field(default=None, description="an ANT+ device number, 1 to 65535")
    heart_rate: AntNumber | None = Field(
        default=None, description="an ANT+ device number, 1 to 65535"
    )
    power_meter: AntNumber | None = Field(
        default=None, description="an ANT+ device number, 1 to 65535"
    )


class ResistanceTable(Table):
    """``[resistance]``; four steps above moderate stay within the trainer's 100 %."""

    moderate_pct: float = Field(default=20, ge=1, le=60, description="a number of percent, 1 to 60")
    increment_pct: float = Field(
        default=5, ge=0.5, le=10, description="a number of percent, 0.5 to 10"
    )


class RiderFile(Table):
    """A rider file."""

    rider: RiderTable = Field(description="a table [rider] with mass_kg")
    bike: BikeTable = Field(default_factory=BikeTable, description="a table [bike]")
    limits: LimitsTable = Field(default_factory=LimitsTable, description="a table [limits]")
    devices: DevicesTable = Field(default_factory=DevicesTable, description="a table [devices]")
    resistance: ResistanceTable = Field(
        default_factory=ResistanceTable, description="a table [resistance]"
    )

    def to_rider(self) -> Rider:
        """Return the rider; without a threshold power in the file, with an estimate."""
        rider, bike, limits, devices = self.rider, self.bike, self.limits, self.devices
        threshold = rider.ftp_w
        if threshold is None:
            threshold = estimate_threshold_power(
                rider.mass_kg, rider.activity, rider.sex, rider.age
            )
        return Rider(
            name=rider.name,
            mass=rider.mass_kg,
            threshold_power=threshold,
            threshold_estimated=rider.ftp_w is None,
            w_prime=rider.w_prime_j,
            age=rider.age,
            sex=rider.sex,
            resting_heart_rate=rider.hr_rest_bpm,
            maximum_heart_rate=rider.hr_max_bpm,
            cadence=rider.cadence_rpm,
            bike=Bike(bike.mass_kg, tuple(bike.chainrings), tuple(bike.cassette), bike.wheel_m),
            limits=Limits(
                grade=limits.grade_pct / 100,
                power=limits.power_w,
                basic_resistance=limits.basic_resistance_pct / 100,
            ),
            devices=Devices(devices.trainer, devices.heart_rate, devices.power_meter),
            moderate_resistance=self.resistance.moderate_pct / 100,
            resistance_increment=self.resistance.increment_pct / 100,
        )
