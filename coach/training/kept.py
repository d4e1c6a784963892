"""The kept plan: what a rider wants planned, in a small file beside the rides.

Only the request is kept. The plan itself is made anew from it and from what was done since, so
the file never disagrees with the rides that lie around it. The functions that read a day, a date,
a time and a zone serve the file and the command line alike: each raises a ``ValueError`` that
completes "expected ...".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from difflib import get_close_matches
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from coach.profile.mistakes import validate
from coach.profile.schema import Table
from coach.profile.toml import parse_document
from coach.training.plan import MOST_WEEKS, Level, Request
from coach.units import whole_number

KEPT_NAME = "plan.toml"
"""Of the file, in the folder of the rides."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Weekdays as they are written in the file; 0 is Monday."""

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
"""A convention: any start outside is a slip of the keys, and every plan ends on a date there is."""

_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_NO_ZONES = {"Factory", "localtime"}
"""Names in the time-zone database that say nothing to another machine."""

_HEADING = "# The plan that `coach plan` goes on with; change what you like."


def parse_request(text: str, file: str) -> Request:
    """Parse a kept plan.

    Parameters
    ----------
    text : str
        TOML with the keys ``start``, ``weeks``, ``days``, ``level``, ``at`` and ``zone``.
    file : str
        Name for the errors.

    Returns
    -------
    Request

    Raises
    ------
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    return validate(_KeptFile, parse_document(text, file)).to_request()


def format_request(request: Request) -> str:
    """Format a request as the text that `parse_request` reads."""
    days = ", ".join(f'"{DAYS[day]}"' for day in request.days)
    return (
        f"{_HEADING}\n"
        f"start = {request.start.isoformat()}\n"
        f"weeks = {request.weeks}\n"
        f"days = [{days}]\n"
        f'level = "{request.level.value}"\n'
        f'at = "{request.at:%H:%M}"\n'
        f'zone = "{request.zone}"\n'
    )


def to_days(names: Sequence[str]) -> tuple[int, ...]:
    """Return weekdays, in the order of the week, from names of three letters or full ones."""
    days = [_to_day(name) for name in names]
    if not days:
        raise ValueError("days such as mon,wed,sat, found none")
    twice = next((day for day in days if days.count(day) > 1), None)
    if twice is not None:
        raise ValueError(f"every day once, found {DAYS[twice]} twice")
    return tuple(sorted(days))


def _to_day(name: str) -> int:
    known = name.strip().lower()
    for names in (DAYS, _FULL_DAYS):
        if known in names:
            return names.index(known)
    close = get_close_matches(known[:20], (*_FULL_DAYS, *DAYS), n=1)
    raise ValueError(f"days such as mon,wed,sat, found {_found(name)}{_meant(close)}")


def to_weeks(text: str) -> int:
    """Return a number of weeks from ``8``."""
    weeks = whole_number(text)
    if weeks is None or not 1 <= weeks <= MOST_WEEKS:
        raise ValueError(f"a number of weeks, 1 to {MOST_WEEKS}, found {_found(text)}")
    return weeks


def to_date(text: str) -> date:
    """Return a date from ``2026-11-23``."""
    if _DATE.fullmatch(text):
        try:
            start = date.fromisoformat(text)
        except ValueError:
            pass
        else:
            if EARLIEST <= start <= LATEST:
                return start
    raise ValueError(
        f"a date such as 2026-11-23, from {EARLIEST.year} to {LATEST.year}, found {_found(text)}"
    )


def to_time(text: str) -> time:
    """Return a time of day from ``18:00``."""
    if match := _TIME.fullmatch(text):
        hour, minute = int(match[1]), int(match[2])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError(f"a time of day such as 18:00, found {_found(text)}")


def to_zone(name: str) -> str:
    """Return the name of a time zone, if there is one of this name."""
    names = available_timezones() - _NO_ZONES
    if name in names:
        return name
    # People type "berlin" where the database has "Europe/Berlin".
    known = {each.rsplit("/", 1)[-1].lower(): each for each in sorted(names)}
    known |= {each.lower(): each for each in names}
    close = [known[each] for each in get_close_matches(name[:60].lower(), known, n=1)]
    raise ValueError(f"a time zone such as Europe/Berlin, found {_found(name)}{_meant(close)}")


def _found(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + " ...") if text else "nothing"


def _meant(close: list[str]) -> str:
    return f", did you mean '{close[0]}'?" if close else ""


class _KeptFile(Table):
    """A kept plan."""

    start: date = Field(
        ge=EARLIEST,
        le=LATEST,
        description=f"a date such as 2026-11-23, from {EARLIEST.year} to {LATEST.year}",
    )
    weeks: int = Field(ge=1, le=MOST_WEEKS, description=f"a number of weeks, 1 to {MOST_WEEKS}")
    days: list[str] = Field(
        min_length=1, max_length=7, description='a list of days such as ["mon", "wed"], each once'
    )
    level: Literal["starter", "standard", "strong"] = Field(
        description="one of starter, standard, strong"
    )
    at: str = Field(description='a time of day such as "18:00"')
    zone: str = Field(description='a time zone such as "Europe/Berlin"')

    @field_validator("days")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        to_days(value)
        return value

    @field_validator("at")
    @classmethod
    def _of_the_day(cls, value: str) -> str:
        to_time(value)
        return value

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        to_zone(value)
        return value

    def to_request(self) -> Request:
        """Return the request."""
        return Request(
            start=self.start,
            weeks=self.weeks,
            days=to_days(self.days),
            level=Level(self.level),
            at=to_time(self.at),
            zone=self.zone,
        )
