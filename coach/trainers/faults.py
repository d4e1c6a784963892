"""Fault scenarios for the pretend stick: what goes wrong, when, and what a ride should tell of it.

A scenario is a TOML file with a list of tables ``[[fault]]``; some are shipped and called by name.
This module reads them. What the faults do to stick and air is in `coach.trainers.stick.trouble`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from coach.messages import EventKind, Source
from coach.profile import find_profile, profile_names
from coach.profile.toml import parse_document, read_text


class FaultKind(StrEnum):
    """What may go wrong."""

    # On the air.
    LOST_PAGES = "lost_pages"
    REPEATED_PAGES = "repeated_pages"
    RX_FAIL_BURST = "rx_fail_burst"
    GO_TO_SEARCH = "go_to_search"
    ASLEEP = "asleep"
    # With what is sent to the trainer.
    TRANSFER_FAILED = "transfer_failed"
    LATE_COMPLETION = "late_completion"
    TRANSFER_IN_PROGRESS = "transfer_in_progress"
    # In the trainer.
    COMMAND_REJECTED = "command_rejected"
    COMMAND_PENDING = "command_pending"
    CAPABILITIES_UNANSWERED = "capabilities_unanswered"
    FROZEN_VALUES = "frozen_values"
    FOREIGN_CONTROLLER = "foreign_controller"
    BRAKE_FAULT = "brake_fault"
    # Between stick and program.
    STRAY_BYTE = "stray_byte"
    BAD_CHECKSUM = "bad_checksum"
    UNPLUGGED = "unplugged"
    DELAYED_CHANNEL_CLOSED = "delayed_channel_closed"
    CLOCK_JUMP = "clock_jump"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong; times count from the first opening of the stick."""

    kind: FaultKind
    start: float
    """[s]."""
    end: float
    """[s]; equal to `start` for what happens once."""
    devices: tuple[Source, ...] = tuple(Source)
    """Which masters it hits."""
    share: float = 1.0
    """How many of the pages."""
    times: int = 1
    """How often each page is said."""
    delay: float = 0.0
    """[s]."""
    rate: float = 0.0
    """How often it happens [1/s]."""
    target_power: float = 0.0
    """What another display asks for [W]."""
    jump: float = 0.0
    """[s]."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of faults."""

    name: str
    title: str
    seed: int
    faults: tuple[Fault, ...]
    expected: tuple[EventKind, ...]
    """Events that a ride through it tells, each where it comes first."""
    duration: float | None = None
    """How long a ride takes to meet all of it [s]."""
    possible: tuple[EventKind, ...] = ()
    """Events that chance may add to those expected."""


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return profile_names("faults")


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Load a shipped scenario by its name, or a file.

    Raises
    ------
    RiderInputError
        If there is no such scenario or file.
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    path = find_profile("faults", "fault scenario", name_or_path)
    return parse_scenario(read_text(path, "a fault scenario"), str(path))


def parse_scenario(text: str, file: str) -> Scenario:
    """Parse a scenario.

    Parameters
    ----------
    text : str
        TOML; the shipped files show all keys.
    file : str
        Name for the errors; the name of the scenario is its stem.

    Raises
    ------
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    from coach.profile.mistakes import validate
    from coach.trainers.fault_schema import FaultFile

    return validate(FaultFile, parse_document(text, file)).to_scenario(Path(file).stem)
