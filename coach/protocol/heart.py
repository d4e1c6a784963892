"""Heart-rate straps: ANT+ Heart Rate Device Profile (D00000693), device type 120.

Every page ends in the same four bytes; what comes before them changes from page to page. The top
bit of byte 0 is no part of the page number but a toggle, which modern straps flip every fourth
message.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from coach.protocol.common import (
    BATTERY_STATUS,
    BATTERY_STATUS_INVALID,
    HIGHEST_VOLTAGE,
)
from coach.protocol.counters import EVENT_SPAN, Rollover
from coach.protocol.fields import code, count, flag, number
from coach.protocol.pages import DataPage, Profile, data_page

DEVICE_TYPE = 120
PERIOD = 8070
"""Channel period [1/32768 s]."""
BEAT_TIME_SPAN = 64.0
"""The beat time rolls over after this [s]."""
SHORTEST_INTERVAL, LONGEST_INTERVAL = 0.25, 2.0
"""An RR interval outside these (240 and 30 bpm) is a beat missed or made up [s]."""


@dataclass(frozen=True, kw_only=True)
class HeartRatePage(DataPage):
    """What all pages of a strap have in common."""

    page_toggle: bool = flag(0, 7)
    beat_time_s: float = count(4, 16, Fraction(1, 1024), "s")
    """Time of the last beat; rolls over at 64 s."""
    beat_count: int = count(6)
    heart_rate_bpm: int | None = number(7, "bpm", invalid=0)


@data_page(0)
class DefaultOrUnknownPage(HeartRatePage):
    """Data page 0: nothing but the heart rate."""


@data_page(1)
class CumulativeOperatingTime(HeartRatePage):
    """Data page 1."""

    operating_time_s: int = count(1, 24, 2, "s")


@data_page(2)
class ManufacturerInformation(HeartRatePage):
    """Data page 2."""

    manufacturer: int = count(1)
    """Lowest eight bits of the number in the ANT+ list."""
    serial_high: int = count(2, 16)
    """Upper half of the serial number; the lower half is the device number."""


@data_page(3)
class ProductInformation(HeartRatePage):
    """Data page 3."""

    hardware_version: int = count(1)
    software_version: int = count(2)
    model: int = count(3)


@data_page(4)
class PreviousHeartBeat(HeartRatePage):
    """Data page 4: two beats, and so the time between them."""

    manufacturer_specific: int | None = number(1, invalid=0xFF)
    previous_beat_time_s: float = count(2, 16, Fraction(1, 1024), "s")

    @property
    def rr_interval(self) -> float:
        """Time from the previous beat to the last one [s]."""
        return (self.beat_time_s - self.previous_beat_time_s) % BEAT_TIME_SPAN


@data_page(5)
class SwimIntervalSummary(HeartRatePage):
    """Data page 5."""

    interval_average_heart_rate_bpm: int | None = number(1, "bpm", invalid=0)
    interval_maximum_heart_rate_bpm: int | None = number(2, "bpm", invalid=0)
    session_average_heart_rate_bpm: int | None = number(3, "bpm", invalid=0)


@data_page(6)
class Capabilities(HeartRatePage):
    """Data page 6: features as bits, 1 running, 2 cycling, 4 swimming, 8 gym mode."""

    supported_features: int = count(2)
    enabled_features: int = count(3)


@data_page(7)
class BatteryStatus(HeartRatePage):
    """Data page 7."""

    battery_level_pct: int | None = number(1, "%", high=100, invalid=0xFF)
    voltage_v: float | None = number(
        2, "V", bits=12, scale=Fraction(1, 256), high=HIGHEST_VOLTAGE, invalid=0xFFF
    )
    status: str | int | None = code(
        3, BATTERY_STATUS, bit=4, bits=3, invalid=BATTERY_STATUS_INVALID
    )


PROFILE = Profile(
    "heart",
    (
        DefaultOrUnknownPage,
        CumulativeOperatingTime,
        ManufacturerInformation,
        ProductInformation,
        PreviousHeartBeat,
        SwimIntervalSummary,
        Capabilities,
        BatteryStatus,
    ),
    page_toggle=True,
)


def decode(payload: bytes) -> HeartRatePage:
    """Return the page in eight bytes of a strap.

    In practice: only numbers 0 to 7 are read. Taking the low four bits for the number, as is
    often done, makes a heart rate of the common pages (80 would pass for 0).

    Raises
    ------
    DecodeError
        If the length is not 8 or the page number not 0 to 7.
    """
    return cast(HeartRatePage, PROFILE.decode(payload))


class Strap:
    """Reads one strap, old or new.

    Old straps know nothing of pages: as long as the toggle has not been seen to change, only the
    common last four bytes mean anything, and every page reads as page 0.
    """

    def __init__(self) -> None:
        self._toggle: bool | None = None
        self._has_pages = False

    def read(self, payload: bytes) -> HeartRatePage:
        """Return the page, without what an old strap cannot mean.

        Raises
        ------
        DecodeError
            As `decode`.
        """
        page = decode(payload)
        if self._toggle is None:
            self._toggle = page.page_toggle
        self._has_pages = self._has_pages or page.page_toggle is not self._toggle
        if self._has_pages or type(page) is DefaultOrUnknownPage:
            return page
        return DefaultOrUnknownPage(
            page_toggle=page.page_toggle,
            beat_time_s=page.beat_time_s,
            beat_count=page.beat_count,
            heart_rate_bpm=page.heart_rate_bpm,
        )


class Beats:
    """Hears the beats of a strap and the RR intervals between them, each once.

    A strap repeats its last beat in page after page until the next one. The interval that ends in
    it is the strap's own, from page 4; where that is not heard, the difference of the times of two
    beats in a row. An interval outside `SHORTEST_INTERVAL` and `LONGEST_INTERVAL`, and one of
    beats that were lost, is left out: nothing is put in its place.

    Attributes
    ----------
    heard : float or None
        When the last beat was first told [s].
    interval : float or None
        The interval that ends in the last beat [s]; ``None`` while it is not known.
    """

    __slots__ = ("_clock", "_count", "_waits", "heard", "interval")

    def __init__(self) -> None:
        self._count = Rollover(EVENT_SPAN)
        self._clock = Rollover(BEAT_TIME_SPAN)
        self._waits = False
        self.heard: float | None = None
        self.interval: float | None = None

    def update(self, time: float, page: HeartRatePage) -> float | None:
        """Take a page, as `Strap` reads it.

        Parameters
        ----------
        time : float
            When it came [s]; never before the page ahead of it.
        page : HeartRatePage
            Any page of the strap.

        Returns
        -------
        float or None
            The interval, if this page is the first to tell it [s].
        """
        beats = self._count.update(page.beat_count)
        told = None
        if beats or self.heard is None:
            elapsed = self._clock.update(page.beat_time_s)
            if beats == 1:
                told = elapsed
            # After long silence nobody knows how often the strap's clock went round; and what
            # was before the first page is no part of what was heard.
            self._waits = self.heard is not None and time - self.heard < BEAT_TIME_SPAN / 2
            self.heard, self.interval = time, None
        if isinstance(page, PreviousHeartBeat):
            told = page.rr_interval
        if not self._waits or told is None or not SHORTEST_INTERVAL <= told <= LONGEST_INTERVAL:
            return None
        self._waits = False
        self.interval = told
        return told
