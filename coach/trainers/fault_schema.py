"""What may stand in a fault scenario, and what one reads when it does not.

The description of every field completes the sentence "expected ...". This module imports pydantic
and is itself imported only when a scenario is read.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from coach.messages import EventKind, Source
from coach.profile.schema import Table, Text
from coach.trainers.faults import Fault, FaultKind, Scenario

LONGEST = 24 * 3600
"""[s]."""

Seconds = Annotated[float, Field(ge=0, le=LONGEST)]
DeviceName = Literal["trainer", "heart_rate", "power_meter"]
_ALL: list[DeviceName] = ["trainer", "heart_rate", "power_meter"]
_DEVICES = "a list of trainer, heart_rate, power_meter"
_SECONDS = "a number of seconds, 0 to 86400"


def _event(value: str) -> str:
    if value not in set(EventKind):
        raise ValueError
    return value


def _sources(names: list[DeviceName]) -> tuple[Source, ...]:
    return tuple(Source(each) for each in names)


class Window(Table):
    """From a time to a time."""

    from_s: Seconds = Field(description=_SECONDS)
    until_s: Seconds = Field(description="a number of seconds above from_s, up to 86400")

    @field_validator("until_s")
    @classmethod
    def _comes_later(cls, value: float, info: ValidationInfo) -> float:
        if value <= info.data.get("from_s", -1.0):
            raise ValueError
        return value


class PlainFault(Window):
    """A fault that needs no telling but when."""

    kind: Literal[
        "transfer_failed",
        "transfer_in_progress",
        "command_rejected",
        "command_pending",
        "capabilities_unanswered",
        "frozen_values",
        "brake_fault",
        "unplugged",
    ]

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(FaultKind(self.kind), self.from_s, self.until_s)


class LostPages(Window):
    """A share of the pages of some devices is missed."""

    kind: Literal["lost_pages"]
    share: float = Field(gt=0, le=1, description="a share above 0, up to 1")
    devices: list[DeviceName] = Field(default=_ALL, min_length=1, description=_DEVICES)

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(
            FaultKind.LOST_PAGES, self.from_s, self.until_s, _sources(self.devices), self.share
        )


class Deafness(Window):
    """Nothing is heard of some devices."""

    kind: Literal["rx_fail_burst", "go_to_search"]
    devices: list[DeviceName] = Field(default=_ALL, min_length=1, description=_DEVICES)

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(FaultKind(self.kind), self.from_s, self.until_s, _sources(self.devices))


class Sleep(Window):
    """Some devices say nothing; the trainer unless others are named."""

    kind: Literal["asleep"]
    devices: list[DeviceName] = Field(default=["trainer"], min_length=1, description=_DEVICES)

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(FaultKind.ASLEEP, self.from_s, self.until_s, _sources(self.devices))


class RepeatedPages(Window):
    """The trainer says each page more than once."""

    kind: Literal["repeated_pages"]
    times: int = Field(ge=2, le=100, description="a whole number, 2 to 100")

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(FaultKind.REPEATED_PAGES, self.from_s, self.until_s, times=self.times)


class Delay(Window):
    """An event of the stick comes late."""

    kind: Literal["late_completion", "delayed_channel_closed"]
    delay_s: float = Field(gt=0, le=600, description="a number of seconds above 0, up to 600")

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(FaultKind(self.kind), self.from_s, self.until_s, delay=self.delay_s)


class DamagedBytes(Window):
    """Bytes of the stick come damaged, now and then."""

    kind: Literal["stray_byte", "bad_checksum"]
    rate_hz: float = Field(gt=0, le=1000, description="a number a second above 0, up to 1000")

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(FaultKind(self.kind), self.from_s, self.until_s, rate=self.rate_hz)


class ForeignController(Window):
    """Another display sends the trainer a target power of its own, again and again."""

    kind: Literal["foreign_controller"]
    every_s: float = Field(ge=0.25, le=600, description="a number of seconds, 0.25 to 600")
    target_power_w: float = Field(default=60, ge=0, le=4000, description="watts, 0 to 4000")

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(
            FaultKind.FOREIGN_CONTROLLER,
            self.from_s,
            self.until_s,
            rate=1.0 / self.every_s,
            target_power=self.target_power_w,
        )


class ClockJump(Table):
    """The clock leaps ahead once, as when the machine slept."""

    kind: Literal["clock_jump"]
    at_s: Seconds = Field(description=_SECONDS)
    jump_s: float = Field(gt=0, le=LONGEST, description="a number of seconds above 0, up to 86400")

    def to_fault(self) -> Fault:
        """Return it as the stick takes it."""
        return Fault(FaultKind.CLOCK_JUMP, self.at_s, self.at_s, jump=self.jump_s)


AnyFault = Annotated[
    PlainFault
    | LostPages
    | Deafness
    | Sleep
    | RepeatedPages
    | Delay
    | DamagedBytes
    | ForeignController
    | ClockJump,
    Field(discriminator="kind"),
]


class FaultFile(Table):
    """A fault scenario."""

    title: Text = Field(description="a title in quotes, up to 80 characters")
    seed: int = Field(default=1, ge=0, le=2**31 - 1, description="a whole number, 0 to 2147483647")
    duration_s: float | None = Field(
        default=None, gt=0, le=LONGEST, description="a number of seconds above 0, up to 86400"
    )
    expected: list[Annotated[str, AfterValidator(_event)]] = Field(
        default=[], max_length=50, description="a list of events, such as link_lost"
    )
    possible: list[Annotated[str, AfterValidator(_event)]] = Field(
        default=[], max_length=50, description="a list of events, such as link_lost"
    )
    fault: list[AnyFault] = Field(
        min_length=1, max_length=100, description="at least one table [[fault]], 100 at most"
    )

    def to_scenario(self, name: str) -> Scenario:
        """Return it as the stick takes it."""
        return Scenario(
            name,
            self.title,
            self.seed,
            tuple(each.to_fault() for each in self.fault),
            tuple(EventKind(each) for each in self.expected),
            self.duration_s,
            tuple(EventKind(each) for each in self.possible),
        )
