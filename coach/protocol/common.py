"""Common data pages: what every kind of ANT+ device may be asked and may tell of itself.

Layouts follow the ANT+ Common Pages document (D00001198). Page 71, Command Status, lives in
`coach.protocol.fec`: it echoes commands, and only that profile has any.
"""

from __future__ import annotations

from fractions import Fraction

from coach.protocol.fields import Number, code, flag, number
from coach.protocol.pages import DataPage, data_page

BATTERY_STATUS = {1: "new", 2: "good", 3: "ok", 4: "low", 5: "critical"}
BATTERY_STATUS_INVALID = 7
COARSE_VOLTAGE_INVALID = 0xF00
"""Volts and 256ths of a volt as one 12-bit number: 15 V says that the voltage is not known."""
HIGHEST_VOLTAGE = Fraction(COARSE_VOLTAGE_INVALID - 1, 256)


@data_page(0x46, sender="display")
class RequestDataPage(DataPage):
    """Data page 70: asks a device for one of its pages."""

    requested_page: int | None = number(6)
    # In practice: newer Tacx firmware answers only when four answers are asked for
    # (GoldenCheetah issue 3818).
    count: int = number(5, bits=7, default=4)
    acknowledged: bool = flag(5, 7)
    """Ask for acknowledged answers; with a count of 0 until one got through."""
    descriptor_1: int | None = number(3, invalid=0xFF)
    """Sub-page, where the requested page has any."""
    descriptor_2: int | None = number(4, invalid=0xFF)
    command_type: str | int = code(7, {1: "data_page", 2: "ant_fs_session"}, default="data_page")


@data_page(0x50)
class ManufacturerIdentification(DataPage):
    """Data page 80."""

    hardware_revision: int | None = number(3, invalid=0xFF)
    manufacturer: int | None = number(4, bits=16, invalid=0xFFFF)
    """Number in the ANT+ list of manufacturers: 89 is Tacx, 15 Dynastream."""
    model: int | None = number(6, bits=16, invalid=0xFFFF)


@data_page(0x51)
class ProductInformation(DataPage):
    """Data page 81."""

    software_supplemental: int | None = number(2, invalid=0xFF)
    software_main: int | None = number(3, invalid=0xFF)
    serial: int | None = number(4, bits=32, invalid=0xFFFFFFFF)

    @property
    def software_version(self) -> float | None:
        """Version as printed: main ÷ 10, with a supplemental revision (main · 100 + it) ÷ 1000."""
        if self.software_main is None:
            return None
        return (self.software_main * 100 + (self.software_supplemental or 0)) / 1000


class OperatingTime(Number):
    """Three bytes that count 2 s or 16 s, as a tick bit says.

    The raw value is in 2 s, and a multiple of eight where only 16 s fit three bytes.
    """

    TICK = 0x80
    LONGEST_FINE = 2 * 0xFFFFFF

    def read_raw(self) -> str:
        """Return the expression that gathers the raw bits."""
        return f"(b3 | b4 << 8 | b5 << 16) * (1 if b7 & {self.TICK} else 8)"

    def write_raw(self, value: str) -> str:
        """Return the expression of the raw number nearest to a value."""
        return f"round({value} / 2) if {value} <= {self.LONGEST_FINE} else round({value} / 16) * 8"

    def placed(self) -> list[tuple[int, str]]:
        """Return for each byte that ``r`` touches the expression of what it adds there."""
        ticks = "(r if r <= 0xFFFFFF else r >> 3)"
        return [
            (3, f"{ticks} & 255"),
            (4, f"{ticks} >> 8 & 255"),
            (5, f"{ticks} >> 16"),
            (7, f"{self.TICK} if r <= 0xFFFFFF else 0"),
        ]


@data_page(0x52)
class BatteryStatus(DataPage):
    """Data page 82."""

    battery_count: int | None = number(2, bits=4, invalid=0xF)
    battery_identifier: int | None = number(2, bit=4, bits=4, invalid=0xF)
    operating_time_s: float | None = number(
        3, "s", bits=27, scale=2, high=0xFFFFFF * 16, default=0, kind=OperatingTime
    )
    voltage_v: float | None = number(
        6, "V", bits=12, scale=Fraction(1, 256), high=HIGHEST_VOLTAGE, invalid=0xFFF
    )
    status: str | int | None = code(
        7, BATTERY_STATUS, bit=4, bits=3, invalid=BATTERY_STATUS_INVALID
    )


PAGES = (RequestDataPage, ManufacturerIdentification, ProductInformation, BatteryStatus)
