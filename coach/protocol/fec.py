"""Smart trainers: ANT+ Fitness Equipment Device Profile, controls included (D00001231).

Trainer to display: pages 16, 17, 18, 21, 25, 26, 54, 71 and the answers 1 and 2. Display to
trainer, always acknowledged: pages 48 to 51, 55, 70 and the request 1. `page_for` makes a page of
a command of this program, `command_from` the command of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from coach import messages
from coach.errors import EncodeError
from coach.messages import PowerLimit, ReplyStatus
from coach.protocol import common
from coach.protocol.fields import Bit, Number, Value, code, count, flag, number, octets
from coach.protocol.pages import DataPage, Profile, data_page, title
from coach.protocol.power import PERIOD_STEP, TORQUE

DEVICE_TYPE = 17
PERIOD = 8192
"""Channel period [1/32768 s]: 4 Hz."""

EQUIPMENT_TYPE = {
    16: "general",
    19: "treadmill",
    20: "elliptical",
    21: "stationary_bike",
    22: "rower",
    23: "climber",
    24: "nordic_skier",
    25: "trainer",
}
HEART_RATE_SOURCE = {0: "none", 1: "ant", 2: "em", 3: "hand_contact"}
STATE = {1: "asleep", 2: "ready", 3: "in_use", 4: "finished"}
TARGET_POWER_LIMITS = {
    0: "at_target",
    1: PowerLimit.SPEED_TOO_LOW,
    2: PowerLimit.SPEED_TOO_HIGH,
    3: PowerLimit.LIMIT_REACHED,
}

DEFAULT_WIND_COEFFICIENT = 0.51
"""What a trainer assumes when page 50 does not say [kg/m]."""
DEFAULT_CRR = 0.004
"""What a trainer assumes when page 51 does not say."""


@dataclass(frozen=True, kw_only=True)
class EquipmentPage(DataPage):
    """What the broadcast pages of a trainer have in common."""

    state: str | int = code(7, STATE, bit=4, bits=3)
    lap: int = number(7, bit=7, bits=1, default=0)
    """A *change* of this bit is a new lap."""


@data_page(0x10)
class GeneralFeData(EquipmentPage):
    """Data page 16."""

    equipment_type: str | int = code(1, EQUIPMENT_TYPE, bits=5, default="trainer")
    elapsed_time_s: float = count(2, scale="0.25", unit="s")
    """Rolls over at 64 s."""
    distance_m: int | None = number(3, "m", validity=Bit(7, 2))
    """Rolls over at 256 m."""
    speed_mps: float | None = number(4, "m/s", bits=16, scale="0.001", invalid=0xFFFF)
    # In practice: 0 stands for "no strap" too; whoever uses it must know.
    heart_rate_bpm: int | None = number(6, "bpm", invalid=0xFF)
    heart_rate_source: str | int = code(7, HEART_RATE_SOURCE, bits=2)
    virtual_speed: bool = flag(7, 3)


@data_page(0x11)
class GeneralSettings(EquipmentPage):
    """Data page 17."""

    cycle_length_m: float | None = number(3, "m", scale="0.01", invalid=0xFF)
    """Wheel circumference."""
    grade_pct: float | None = number(
        4, "%", bits=16, signed=True, scale="0.01", low=-100, high=100, invalid=0x7FFF
    )
    basic_resistance_pct: float | None = number(6, "%", scale="0.5", high=100, invalid=0xFF)


@data_page(0x12)
class GeneralFeMetabolicData(EquipmentPage):
    """Data page 18."""

    mets: float | None = number(2, bits=16, scale="0.01", invalid=0xFFFF)
    caloric_burn_rate_kcalph: float | None = number(
        4, "kcal/h", bits=16, scale="0.1", invalid=0xFFFF
    )
    calories_kcal: int | None = number(6, "kcal", validity=Bit(7, 0))
    """Rolls over at 256 kcal."""


@data_page(0x15)
class SpecificStationaryBikeData(EquipmentPage):
    """Data page 21."""

    cadence_rpm: int | None = number(4, "rpm", invalid=0xFF)
    power_w: int | None = number(5, "W", bits=16, invalid=0xFFFF)


@data_page(0x19)
class SpecificTrainerData(EquipmentPage):
    """Data page 25."""

    event_count: int = count(1)
    cadence_rpm: int | None = number(2, "rpm", invalid=0xFF)
    accumulated_power_w: int = count(3, 16, unit="W")
    """Sum of the power of every event; rolls over at 65 536 W."""
    power_w: int | None = number(5, "W", bits=12, invalid=0xFFF)
    power_calibration_required: bool = flag(6, 4)
    resistance_calibration_required: bool = flag(6, 5)
    user_configuration_required: bool = flag(6, 6)
    target_power_limits: PowerLimit | str = code(7, TARGET_POWER_LIMITS, bits=2)


@data_page(0x1A)
class SpecificTrainerTorqueData(EquipmentPage):
    """Data page 26."""

    event_count: int = count(1)
    wheel_ticks: int = count(2)
    wheel_period_s: float = count(3, 16, PERIOD_STEP, "s")
    """Accumulated; rolls over at 32 s."""
    accumulated_torque_nm: float = count(5, 16, TORQUE, "Nm")
    """Rolls over at 2048 Nm."""


@data_page(0x01, sender="display", reserved={2: 0x00})
class CalibrationRequest(DataPage):
    """Data page 1, from the display."""

    zero_offset: bool = flag(1, 6)
    spin_down: bool = flag(1, 7)


@data_page(0x01)
class CalibrationResponse(DataPage):
    """Data page 1, from the trainer."""

    zero_offset_success: bool = flag(1, 6)
    spin_down_success: bool = flag(1, 7)
    temperature_c: float | None = number(3, "°C", scale="0.5", offset=-25, invalid=0xFF)
    zero_offset: int | None = number(4, bits=16, invalid=0xFFFF)
    spin_down_time_s: float | None = number(6, "s", bits=16, scale="0.001", invalid=0xFFFF)


@data_page(0x02)
class CalibrationInProgress(DataPage):
    """Data page 2."""

    zero_offset_pending: bool = flag(1, 6)
    spin_down_pending: bool = flag(1, 7)
    temperature_condition: str | int = code(
        2, {0: "not_applicable", 1: "too_low", 2: "ok", 3: "too_high"}, bit=4, bits=2
    )
    speed_condition: str | int = code(
        2, {0: "not_applicable", 1: "too_low", 2: "ok"}, bit=6, bits=2
    )
    temperature_c: float | None = number(3, "°C", scale="0.5", offset=-25, invalid=0xFF)
    target_speed_mps: float | None = number(4, "m/s", bits=16, scale="0.001", invalid=0xFFFF)
    target_spin_down_time_s: float | None = number(6, "s", bits=16, scale="0.001", invalid=0xFFFF)


@data_page(0x36)
class FeCapabilities(DataPage):
    """Data page 54, on request."""

    maximum_resistance_n: int | None = number(5, "N", bits=16, invalid=0xFFFF)
    basic_resistance: bool = flag(7, 0)
    target_power: bool = flag(7, 1)
    simulation: bool = flag(7, 2)


@data_page(0x30, sender="display")
class BasicResistance(DataPage):
    """Data page 48."""

    basic_resistance_pct: float | None = number(7, "%", scale="0.5", high=100)


@data_page(0x31, sender="display")
class TargetPower(DataPage):
    """Data page 49."""

    power_w: float | None = number(6, "W", bits=16, scale="0.25", high=4000)


@data_page(0x32, sender="display")
class WindResistance(DataPage):
    """Data page 50; for what is absent the trainer takes 0.51 kg/m, no wind, no drafting."""

    wind_coefficient_kgpm: float | None = number(5, "kg/m", scale="0.01", high="1.86", invalid=0xFF)
    wind_speed_kmh: float | None = number(6, "km/h", offset=-127, invalid=0xFF)
    """Head wind is positive."""
    drafting: float | None = number(7, scale="0.01", high=1, invalid=0xFF)


@data_page(0x33, sender="display")
class TrackResistance(DataPage):
    """Data page 51; for what is absent the trainer takes a flat road and a crr of 0.004."""

    grade_pct: float | None = number(
        5, "%", bits=16, scale="0.01", offset=-200, high=200, invalid=0xFFFF
    )
    crr: float | None = number(7, scale="0.00005", high="0.0127", invalid=0xFF)


class WheelDiameter(Number):
    """Centimetres in one byte, and what is missing to the millimetre in four bits of another.

    The raw value is in millimetres. In practice: some senders leave the millimetres at 0xF, "not
    said", and give only the centimetres.
    """

    def read_raw(self) -> str:
        """Return the expression that gathers the raw bits."""
        return f"b6 * 10 + (b4 & 15 if b4 & 15 <= 10 else 0) if b6 != 255 else {self.invalid}"

    def placed(self) -> list[tuple[int, str]]:
        """Return for each byte that ``r`` touches the expression of what it adds there."""
        return [(6, "r // 10"), (4, f"15 if r == {self.invalid} else r % 10")]


@data_page(0x37, sender="display")
class UserConfiguration(DataPage):
    """Data page 55."""

    user_weight_kg: float | None = number(1, "kg", bits=16, scale="0.01", invalid=0xFFFF)
    bike_weight_kg: float | None = number(
        4, "kg", bit=4, bits=12, scale="0.05", high=50, invalid=0xFFF
    )
    wheel_diameter_m: float | None = number(
        4, "m", bits=16, scale="0.001", high="2.549", invalid=2550, kind=WheelDiameter
    )
    gear_ratio: float | None = number(7, scale="0.03", invalid=0)


COMMANDS: Mapping[int, type[DataPage]] = {
    page.number: page
    for page in (BasicResistance, TargetPower, WindResistance, TrackResistance, UserConfiguration)
}


def _command_named(name: str | int | None) -> type[DataPage] | None:
    return next((page for page in COMMANDS.values() if page.name == name), None)


@data_page(0x47)
class CommandStatus(DataPage):
    """Data page 71, on request: what became of the last command.

    The last four bytes repeat those of the command; `echo` reads them.
    """

    command: str | int | None = code(
        1, {number: page.name for number, page in COMMANDS.items()}, invalid=0xFF
    )
    sequence: int | None = number(2, invalid=0xFF)
    status: str | int = code(
        3,
        {
            0: ReplyStatus.PASS,
            1: ReplyStatus.FAIL,
            2: ReplyStatus.NOT_SUPPORTED,
            3: ReplyStatus.REJECTED,
            4: ReplyStatus.PENDING,
            255: "uninitialised",
        },
        default="uninitialised",
    )
    data: bytes = octets(4, 4)

    @classmethod
    def answering(cls, command: DataPage, sequence: int, status: ReplyStatus) -> CommandStatus:
        """Return the answer to a command; one without a usable value has nothing to repeat."""
        try:
            data = command.encode()[4:]
        except EncodeError:
            data = b"\xff" * 4
        return cls(command=command.name, sequence=sequence, status=status, data=data)

    @property
    def echo(self) -> DataPage | None:
        """The command as the trainer repeats it, or ``None`` when it is none that we know."""
        command = _command_named(self.command)
        if command is None:
            return None
        return command.read(bytes([command.number, 0xFF, 0xFF, 0xFF]) + self.data)

    def fields(self) -> dict[str, Value]:
        """Return the flat fields, those of the repeated command among them."""
        echo = self.echo
        return super().fields() | (echo.fields() if echo is not None else {})

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Return the names that `parse` takes, those of every command among them."""
        repeated = (key for command in COMMANDS.values() for key in command.layout)
        return tuple(dict.fromkeys((*cls.layout, *repeated)))

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> Self:
        """Make a page from what somebody typed; `data` may be given as the command's own keys.

        Raises
        ------
        EncodeError
            If a text is no value of its field, or a key none of this command's.
        """
        own = {key: text for key, text in values.items() if key in cls.layout}
        repeated = {key: text for key, text in values.items() if key not in cls.layout}
        page = super().parse(own)
        if not repeated:
            return page
        command, key = _command_named(page.command), next(iter(repeated))
        if command is None:
            raise EncodeError(
                f"{title(cls)}: {key}: give its command too, such as command={TargetPower.name}"
            )
        for key in sorted(repeated.keys() - command.layout.keys()):
            raise EncodeError(f"{title(cls)}: {key}: the command {command.name} has no such key")
        return replace(page, data=command.parse(repeated).encode()[4:])


PROFILE = Profile(
    "fec",
    (
        CalibrationRequest,
        CalibrationResponse,
        CalibrationInProgress,
        GeneralFeData,
        GeneralSettings,
        GeneralFeMetabolicData,
        SpecificStationaryBikeData,
        SpecificTrainerData,
        SpecificTrainerTorqueData,
        *COMMANDS.values(),
        FeCapabilities,
        CommandStatus,
        *common.PAGES,
    ),
)

decode = PROFILE.decode


def page_for(command: messages.Command) -> DataPage:
    """Return the data page that carries a command.

    Parameters
    ----------
    command : Command
        In SI units; whether it fits its page is checked by the page's `encode`.
    """
    match command:
        case messages.BasicResistance(resistance):
            return BasicResistance(basic_resistance_pct=resistance * 100)
        case messages.TargetPower(power):
            return TargetPower(power_w=power)
        case messages.WindResistance(coefficient, wind_speed, drafting):
            return WindResistance(
                wind_coefficient_kgpm=coefficient,
                wind_speed_kmh=wind_speed * 3.6,
                drafting=drafting,
            )
        case messages.TrackResistance(grade, crr):
            return TrackResistance(grade_pct=grade * 100, crr=crr)
        case messages.UserConfiguration(rider_mass, bike_mass, wheel_diameter):
            return UserConfiguration(
                user_weight_kg=rider_mass,
                bike_weight_kg=bike_mass,
                wheel_diameter_m=wheel_diameter,
            )


def command_from(page: DataPage) -> messages.Command | None:
    """Return the command that a data page carries, as a trainer has to understand it.

    What wind and track resistance leave out takes the trainer's defaults: no grade is a flat
    road. Other pages, and commands without a usable value, are none: ``None``.
    """
    match page:
        case BasicResistance(basic_resistance_pct=percent) if percent is not None:
            return messages.BasicResistance(percent / 100)
        case TargetPower(power_w=power) if power is not None:
            return messages.TargetPower(power)
        case WindResistance():
            return messages.WindResistance(
                _or(page.wind_coefficient_kgpm, DEFAULT_WIND_COEFFICIENT),
                _or(page.wind_speed_kmh, 0.0) / 3.6,
                _or(page.drafting, 1.0),
            )
        case TrackResistance():
            return messages.TrackResistance(
                _or(page.grade_pct, 0.0) / 100, _or(page.crr, DEFAULT_CRR)
            )
        case UserConfiguration(user_weight_kg=rider, bike_weight_kg=bike) if (
            rider is not None and bike is not None
        ):
            return messages.UserConfiguration(rider, bike, page.wheel_diameter_m)
    return None


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
