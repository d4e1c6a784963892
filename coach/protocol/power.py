"""Power meters and pedals: ANT+ Bicycle Power Device Profile (D00001086), device type 11.

Pedals are the only devices that tell how the rider sits (page 0xE2, cycling dynamics); these
pages are off until a display asks for them through the sub-pages of page 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from coach.errors import EncodeError
from coach.messages import RiderPosition
from coach.protocol import common
from coach.protocol.fields import Bit, code, count, flag, number
from coach.protocol.pages import DataPage, Profile, data_page, title

DEVICE_TYPE = 11
PERIOD = 8182
"""Channel period [1/32768 s]; cycling dynamics need twice the rate."""
PERIOD_CYCLING_DYNAMICS = 4091

TORQUE = Fraction(1, 32)
"""Step of torques [Nm]."""
PERIOD_STEP = Fraction(1, 2048)
"""Step of rotation periods [s]."""
BRAD = Fraction(360, 256)
"""Step of angles [°]."""
ANGLE_INVALID = 0xC0

# FIT numbers the same four words differently (1 is standing there).
RIDER_POSITION = {
    0: RiderPosition.SEATED,
    1: RiderPosition.TRANSITION_TO_SEATED,
    2: RiderPosition.STANDING,
    3: RiderPosition.TRANSITION_TO_STANDING,
}


@data_page(0x10)
class PowerOnly(DataPage):
    """Data page 16."""

    event_count: int = count(1)
    pedal_power_pct: int | None = number(2, "%", bits=7, high=100, invalid=0x7F)
    """Share of one pedal."""
    pedal_power_is_right: bool = flag(2, 7, default=True)
    """The share is known to be the right pedal's."""
    cadence_rpm: int | None = number(3, "rpm", invalid=0xFF)
    accumulated_power_w: int = count(4, 16, unit="W")
    power_w: int = count(6, 16, unit="W")


@data_page(0x11)
class WheelTorque(DataPage):
    """Data page 17."""

    event_count: int = count(1)
    wheel_ticks: int = count(2)
    cadence_rpm: int | None = number(3, "rpm", invalid=0xFF)
    wheel_period_s: float = count(4, 16, PERIOD_STEP, "s")
    accumulated_torque_nm: float = count(6, 16, TORQUE, "Nm")


@data_page(0x12)
class CrankTorque(DataPage):
    """Data page 18."""

    event_count: int = count(1)
    crank_ticks: int = count(2)
    cadence_rpm: int | None = number(3, "rpm", invalid=0xFF)
    crank_period_s: float = count(4, 16, PERIOD_STEP, "s")
    accumulated_torque_nm: float = count(6, 16, TORQUE, "Nm")


@data_page(0x13)
class TorqueEffectivenessAndPedalSmoothness(DataPage):
    """Data page 19.

    A meter that cannot tell the legs apart sends 0xFE for the right smoothness, which reads as
    absent; the left one is then that of both.
    """

    event_count: int = count(1)
    left_torque_effectiveness_pct: float | None = number(
        2, "%", scale="0.5", high=100, invalid=0xFF
    )
    right_torque_effectiveness_pct: float | None = number(
        3, "%", scale="0.5", high=100, invalid=0xFF
    )
    left_pedal_smoothness_pct: float | None = number(4, "%", scale="0.5", high=100, invalid=0xFF)
    right_pedal_smoothness_pct: float | None = number(5, "%", scale="0.5", high=100, invalid=0xFF)


@data_page(0x14)
class TorqueBarycenter(DataPage):
    """Data page 20: where in the pedal's circle the torque acts; 90° is forward."""

    angle_deg: float | None = number(1, "°", scale="0.5", offset=30)


@dataclass(frozen=True, kw_only=True)
class ForceAngle(DataPage):
    """Where in its circle one pedal is pushed; 0° is the top."""

    event_count: int = count(1)
    start_angle_deg: float | None = number(
        2, "°", scale=BRAD, invalid=ANGLE_INVALID, invalid_with=3
    )
    end_angle_deg: float | None = number(3, "°", scale=BRAD, invalid=ANGLE_INVALID, invalid_with=2)
    peak_start_angle_deg: float | None = number(
        4, "°", scale=BRAD, invalid=ANGLE_INVALID, invalid_with=5
    )
    peak_end_angle_deg: float | None = number(
        5, "°", scale=BRAD, invalid=ANGLE_INVALID, invalid_with=4
    )
    average_torque_nm: float = count(6, 16, TORQUE, "Nm")

    def __post_init__(self) -> None:
        """Refuse half an arc: the page can only say that both of its ends are absent."""
        for start, end in (
            ("start_angle_deg", "end_angle_deg"),
            ("peak_start_angle_deg", "peak_end_angle_deg"),
        ):
            if (getattr(self, start) is None) != (getattr(self, end) is None):
                raise EncodeError(f"{title(type(self))}: {start} and {end} go together")


@data_page(0xE0)
class RightForceAngle(ForceAngle):
    """Data page 224."""


@data_page(0xE1)
class LeftForceAngle(ForceAngle):
    """Data page 225."""


@data_page(0xE2)
class PedalPosition(DataPage):
    """Data page 226: how the rider sits, and where on the pedal the force acts."""

    crank_cycle_count: int = count(1)
    rider_position: RiderPosition | str = code(2, RIDER_POSITION, bit=6, bits=2)
    cadence_rpm: int | None = number(3, "rpm", invalid=0xFF)
    right_pco_mm: int | None = number(4, "mm", signed=True, invalid=-128)
    """Platform centre offset, outwards positive."""
    left_pco_mm: int | None = number(5, "mm", signed=True, invalid=-128)


@data_page(0x02, sub_page=0x01, sender="either")
class CrankParameters(DataPage):
    """Data page 2, sub-page 1."""

    crank_length_mm: float | None = number(
        4, "mm", scale="0.5", offset=110, high="236.5", invalid=0xFE
    )
    """Absent asks the meter to find out for itself."""
    crank_length_status: str | int = code(
        5, {0: "invalid", 1: "default", 2: "manual", 3: "automatic"}, bits=2
    )
    software_mismatch: str | int = code(
        5, {0: "undefined", 1: "right_older", 2: "left_older", 3: "identical"}, bit=2, bits=2
    )
    sensors: str | int = code(5, {0: "undefined", 1: "left", 2: "right", 3: "both"}, bit=4, bits=2)
    custom_calibration: str | int = code(
        5, {0: "not_supported", 1: "not_required", 2: "required"}, bit=6, bits=2
    )
    finds_crank_length: bool = flag(6, 0)


@data_page(0x02, sub_page=0x02, sender="either")
class PowerPhaseConfiguration(DataPage):
    """Data page 2, sub-page 2."""

    peak_torque_threshold_pct: float | None = number(2, "%", scale="0.5", high=100, invalid=0xFF)


@data_page(0x02, sub_page=0x04, sender="either")
class RiderPositionConfiguration(DataPage):
    """Data page 2, sub-page 4."""

    transition_time_offset_s: int | None = number(2, "s", invalid=0xFF)
    """How long the pedals wait before they believe in a new position."""


def _capability(bit: int) -> bool | None:
    """Declare a capability: two bits, and in both 0 is the positive answer.

    The bit of byte 4 says whether the meter has it (device) or is to change it (display), the
    bit of byte 6 whether it is enabled. So ``None`` is "has not" or "leave alone".
    """
    ability: bool | None = flag(
        6, bit, yes_when=False, validity=Bit(4, bit, valid_when=False), default=None
    )
    return ability


@data_page(0x02, sub_page=0xFD, sender="either", reserved={4: 0x8C, 6: 0x8C})
class AdvancedCapabilities1(DataPage):
    """Data page 2, sub-page 253."""

    default_crank_length: bool = flag(2, 0)
    requires_crank_length: bool = flag(2, 1)
    custom_properties: int = number(3, default=0xFF)
    four_hz: bool | None = _capability(0)
    eight_hz: bool | None = _capability(1)
    auto_zero: bool | None = _capability(4)
    auto_crank_length: bool | None = _capability(5)
    torque_effectiveness: bool | None = _capability(6)
    custom_mask: int = number(5, default=0xFF)
    custom_value: int = number(7, default=0xFF)


@data_page(0x02, sub_page=0xFE, sender="either", reserved={4: 0x84, 6: 0x84})
class AdvancedCapabilities2(DataPage):
    """Data page 2, sub-page 254: the switch of cycling dynamics.

    To enable the rider's position: ``four_hz=False, eight_hz=True, rider_position=True``.
    """

    four_hz: bool | None = _capability(0)
    eight_hz: bool | None = _capability(1)
    power_phase: bool | None = _capability(3)
    platform_center_offset: bool | None = _capability(4)
    rider_position: bool | None = _capability(5)
    torque_barycenter: bool | None = _capability(6)


PROFILE = Profile(
    "power",
    (
        PowerOnly,
        WheelTorque,
        CrankTorque,
        TorqueEffectivenessAndPedalSmoothness,
        TorqueBarycenter,
        RightForceAngle,
        LeftForceAngle,
        PedalPosition,
        CrankParameters,
        PowerPhaseConfiguration,
        RiderPositionConfiguration,
        AdvancedCapabilities1,
        AdvancedCapabilities2,
        *common.PAGES,
    ),
)

decode = PROFILE.decode
