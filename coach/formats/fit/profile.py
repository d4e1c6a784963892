"""The part of the FIT profile that a ride needs: messages, fields, codes, and our own fields.

One table serves reader and writer. A field's scale and offset lead straight to SI units
(``value = raw / scale - offset``), so `grade` counts ten-thousandths where the profile prints
hundredths of a percent.

Source: Garmin FIT SDK 21.218, ``Profile.xlsx``, and the *FIT Protocol* for the base types.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from coach.messages import RiderPosition

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
"""Time 0 of every FIT timestamp."""

FIRST_DATE = 0x1000_0000
"""Timestamps below count seconds since the device was switched on (``date_time``, ``min``)."""


class BaseType(NamedTuple):
    """How a field's bytes are to be read."""

    code: int
    kind: str
    """numpy's letter and size, without byte order."""
    invalid: float
    """What stands for "no value"; NaN for floats, where every NaN does."""


ENUM = BaseType(0x00, "u1", 0xFF)
SINT8 = BaseType(0x01, "i1", 0x7F)
UINT8 = BaseType(0x02, "u1", 0xFF)
SINT16 = BaseType(0x83, "i2", 0x7FFF)
UINT16 = BaseType(0x84, "u2", 0xFFFF)
SINT32 = BaseType(0x85, "i4", 0x7FFF_FFFF)
UINT32 = BaseType(0x86, "u4", 0xFFFF_FFFF)
STRING = BaseType(0x07, "S", 0)
FLOAT32 = BaseType(0x88, "f4", float("nan"))
FLOAT64 = BaseType(0x89, "f8", float("nan"))
UINT8Z = BaseType(0x0A, "u1", 0)
UINT16Z = BaseType(0x8B, "u2", 0)
UINT32Z = BaseType(0x8C, "u4", 0)
BYTE = BaseType(0x0D, "V", 0xFF)
SINT64 = BaseType(0x8E, "i8", 0x7FFF_FFFF_FFFF_FFFF)
UINT64 = BaseType(0x8F, "u8", 0xFFFF_FFFF_FFFF_FFFF)
UINT64Z = BaseType(0x90, "u8", 0)

_ALL_TYPES = (
    *(ENUM, SINT8, UINT8, SINT16, UINT16, SINT32, UINT32, STRING, FLOAT32, FLOAT64),
    *(UINT8Z, UINT16Z, UINT32Z, BYTE, SINT64, UINT64, UINT64Z),
)
TYPE_NUMBER_MASK = 0x1F
"""In practice some devices leave out the byte-order bit: only the number tells the type."""
BASE_TYPES = {base.code & TYPE_NUMBER_MASK: base for base in _ALL_TYPES}

DEVELOPER = 0x100
"""Added to the numbers of our own developer fields, which share a table with Garmin's."""

APPLICATION_ID = bytes.fromhex("1f6b9c0d4e5a4c") + b"Six Hills"
"""Marks developer fields as ours, among those of other programs; never to be changed."""


class Field(NamedTuple):
    """One field of a message."""

    number: int
    type: BaseType
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it is one of our developer fields."""
        return self.number >= DEVELOPER


class Message(NamedTuple):
    """One kind of message, with the fields we read or write."""

    number: int
    fields: dict[str, Field]


def _ours(number: int, base: BaseType, unit: str = "") -> Field:
    return Field(DEVELOPER + number, base, unit=unit)


_TIMESTAMP = Field(253, UINT32, unit="s")
_INDEX = Field(254, UINT16)

FILE_ID = Message(
    0,
    {
        "type": Field(0, ENUM),
        "manufacturer": Field(1, UINT16),
        "product": Field(2, UINT16),
        "serial_number": Field(3, UINT32Z),
        "time_created": Field(4, UINT32),
        "product_name": Field(8, STRING),
    },
)
USER_PROFILE = Message(3, {"weight": Field(4, UINT16, 10, unit="kg")})
SPORT = Message(12, {"sport": Field(0, ENUM), "sub_sport": Field(1, ENUM)})
SESSION = Message(
    18,
    {
        "message_index": _INDEX,
        "timestamp": _TIMESTAMP,
        "event": Field(0, ENUM),
        "event_type": Field(1, ENUM),
        "start_time": Field(2, UINT32),
        "sport": Field(5, ENUM),
        "sub_sport": Field(6, ENUM),
        "total_elapsed_time": Field(7, UINT32, 1000, unit="s"),
        "total_timer_time": Field(8, UINT32, 1000, unit="s"),
        "total_distance": Field(9, UINT32, 100, unit="m"),
        "avg_heart_rate": Field(16, UINT8, unit="bpm"),
        "max_heart_rate": Field(17, UINT8, unit="bpm"),
        "avg_cadence": Field(18, UINT8, unit="rpm"),
        "max_cadence": Field(19, UINT8, unit="rpm"),
        "avg_power": Field(20, UINT16, unit="W"),
        "max_power": Field(21, UINT16, unit="W"),
        "total_ascent": Field(22, UINT16, unit="m"),
        "first_lap_index": Field(25, UINT16),
        "num_laps": Field(26, UINT16),
        "trigger": Field(28, ENUM),
        "threshold_power": Field(45, UINT16, unit="W"),
        "sport_profile_name": Field(110, STRING),
        "time_standing": Field(112, UINT32, 1000, unit="s"),
        "stand_count": Field(113, UINT16),
        "position_source": _ours(2, STRING),
        "virtual_altitude": _ours(3, UINT8),
    },
)
LAP = Message(
    19,
    {
        "message_index": _INDEX,
        "timestamp": _TIMESTAMP,
        "event": Field(0, ENUM),
        "event_type": Field(1, ENUM),
        "start_time": Field(2, UINT32),
        "total_elapsed_time": Field(7, UINT32, 1000, unit="s"),
        "total_timer_time": Field(8, UINT32, 1000, unit="s"),
        "total_distance": Field(9, UINT32, 100, unit="m"),
        "avg_heart_rate": Field(15, UINT8, unit="bpm"),
        "max_heart_rate": Field(16, UINT8, unit="bpm"),
        "avg_cadence": Field(17, UINT8, unit="rpm"),
        "max_cadence": Field(18, UINT8, unit="rpm"),
        "avg_power": Field(19, UINT16, unit="W"),
        "max_power": Field(20, UINT16, unit="W"),
        "intensity": Field(23, ENUM),
        "lap_trigger": Field(24, ENUM),
        "sport": Field(25, ENUM),
        "sub_sport": Field(39, ENUM),
        "wkt_step_index": Field(71, UINT16),
    },
)
RECORD = Message(
    20,
    {
        "timestamp": _TIMESTAMP,
        "altitude": Field(2, UINT16, 5, 500, unit="m"),
        "heart_rate": Field(3, UINT8, unit="bpm"),
        "cadence": Field(4, UINT8, unit="rpm"),
        "distance": Field(5, UINT32, 100, unit="m"),
        "speed": Field(6, UINT16, 1000, unit="m/s"),
        "power": Field(7, UINT16, unit="W"),
        "compressed_speed_distance": Field(8, BYTE),
        "grade": Field(9, SINT16, 10_000),
        "fractional_cadence": Field(53, UINT8, 128, unit="rpm"),
        "enhanced_speed": Field(73, UINT32, 1000, unit="m/s"),
        "enhanced_altitude": Field(78, UINT32, 5, 500, unit="m"),
        "target_power": _ours(0, UINT16, unit="W"),
        "posture_prescribed": _ours(1, UINT8),
    },
)
EVENT = Message(
    21,
    {
        "timestamp": _TIMESTAMP,
        "event": Field(0, ENUM),
        "event_type": Field(1, ENUM),
        "data": Field(3, UINT32),
    },
)
DEVICE_INFO = Message(
    23,
    {
        "timestamp": _TIMESTAMP,
        "device_index": Field(0, UINT8),
        "manufacturer": Field(2, UINT16),
        "product": Field(4, UINT16),
        "software_version": Field(5, UINT16, 100),
        "product_name": Field(27, STRING),
    },
)
WORKOUT = Message(
    26,
    {
        "sport": Field(4, ENUM),
        "num_valid_steps": Field(6, UINT16),
        "wkt_name": Field(8, STRING),
        "sub_sport": Field(11, ENUM),
        "wkt_description": Field(17, STRING),
        "plan_name": _ours(4, STRING),
        "raised_power": _ours(17, FLOAT64),
        "raised_length": _ours(18, FLOAT64, "s"),
        "raised_standing": _ours(19, FLOAT64, "s"),
    },
)
WORKOUT_STEP = Message(
    27,
    {
        "message_index": _INDEX,
        "wkt_step_name": Field(0, STRING),
        "duration_type": Field(1, ENUM),
        # Fields 2, 4, 5, 6, 21 and 22 mean what the type before them says; here are the plain
        # numbers, and those meanings that the plan of a recorded ride has.
        "duration_value": Field(2, UINT32),
        "duration_time": Field(2, UINT32, 1000, unit="s"),
        "target_type": Field(3, ENUM),
        "target_value": Field(4, UINT32),
        "custom_target_value_low": Field(5, UINT32),
        "custom_target_value_high": Field(6, UINT32),
        # Powers above 1000 are watts, those below percent of FTP (``workout_power``).
        "custom_target_power_low": Field(5, UINT32, 1, 1000, unit="W"),
        "custom_target_power_high": Field(6, UINT32, 1, 1000, unit="W"),
        "intensity": Field(7, ENUM),
        "notes": Field(8, STRING),
        "secondary_target_type": Field(19, ENUM),
        "secondary_target_value": Field(20, UINT32),
        "secondary_custom_target_cadence_low": Field(21, UINT32, unit="rpm"),
        "secondary_custom_target_cadence_high": Field(22, UINT32, unit="rpm"),
        "segment_kind": _ours(5, STRING),
        "hill": _ours(6, UINT8),
        "posture": _ours(7, STRING),
        "mode": _ours(8, STRING),
        "target_power_start": _ours(9, FLOAT64, "W"),
        "target_power_end": _ours(10, FLOAT64, "W"),
        "road_grade": _ours(11, FLOAT64),
        "road_speed": _ours(12, FLOAT64, "m/s"),
        "basic_resistance": _ours(13, FLOAT64),
        "cadence_low": _ours(14, FLOAT64, "rpm"),
        "cadence_high": _ours(15, FLOAT64, "rpm"),
        "segment_label": _ours(16, STRING),
        "road_length": _ours(20, FLOAT64, "m"),
    },
)
ACTIVITY = Message(
    34,
    {
        "timestamp": _TIMESTAMP,
        "total_timer_time": Field(0, UINT32, 1000, unit="s"),
        "num_sessions": Field(1, UINT16),
        "type": Field(2, ENUM),
        "event": Field(3, ENUM),
        "event_type": Field(4, ENUM),
    },
)
HRV = Message(78, {"time": Field(0, UINT16, 1000, unit="s")})
"""RR intervals, an array of them in each message, and nothing that says when."""
HRV_INTERVALS = 5
"""How many of them head units make room for in a message."""
FILE_CREATOR = Message(49, {"software_version": Field(0, UINT16)})
FIELD_DESCRIPTION = Message(
    206,
    {
        "developer_data_index": Field(0, UINT8),
        "field_definition_number": Field(1, UINT8),
        "fit_base_type_id": Field(2, UINT8),
        "field_name": Field(3, STRING),
        "units": Field(8, STRING),
    },
)
DEVELOPER_DATA_ID = Message(
    207,
    {
        "application_id": Field(1, BYTE),
        "manufacturer_id": Field(2, UINT16),
        "developer_data_index": Field(3, UINT8),
        "application_version": Field(4, UINT32),
    },
)

OUR_FIELDS = {
    field.number: (name, field)
    for message in (RECORD, SESSION, WORKOUT, WORKOUT_STEP)
    for name, field in message.fields.items()
    if field.is_ours
}
"""Our developer fields by number, `DEVELOPER` included."""

# --- codes ------------------------------------------------------------------------------------

MANUFACTURER_DEVELOPMENT = 255
FILE_TYPE_ACTIVITY, FILE_TYPE_WORKOUT, FILE_TYPE_COURSE = 4, 5, 6

EVENT_TIMER, EVENT_SESSION, EVENT_LAP, EVENT_ACTIVITY, EVENT_RIDER_POSITION = 0, 8, 9, 26, 44
TYPE_START, TYPE_STOP, TYPE_MARKER, TYPE_STOP_ALL = 0, 1, 3, 4
STOPS = (TYPE_STOP, TYPE_STOP_ALL, 8, 9)
"""Event types that stop a timer: with stop_disable and stop_disable_all."""

RIDER_POSITIONS = (
    RiderPosition.SEATED,
    RiderPosition.STANDING,
    RiderPosition.TRANSITION_TO_SEATED,
    RiderPosition.TRANSITION_TO_STANDING,
)
"""By FIT's own number (``rider_position_type``); ANT+ page 0xE2 counts differently."""

INTENSITY_ACTIVE, INTENSITY_REST, INTENSITY_WARM_UP, INTENSITY_COOL_DOWN = 0, 1, 2, 3
INTENSITY_RECOVERY, INTENSITY_INTERVAL = 4, 5
TRIGGER_ACTIVITY_END, TRIGGER_MANUAL, TRIGGER_SESSION_END = 0, 0, 7
"""Of a session; of a lap; of a session's last lap."""
ACTIVITY_MANUAL, TIMER_TRIGGER_MANUAL = 0, 0
DURATION_TIME, DURATION_DISTANCE, DURATION_OPEN = 0, 1, 5
DURATION_REPEAT_STEPS, DURATION_REPEAT_TIME, DURATION_REPETITION_TIME = 6, 7, 28
DURATION_REPEATS = (*range(6, 14), 17, 18, 27)
"""Durations that are no length but lead back to an earlier step."""
TARGET_SPEED, TARGET_HEART_RATE, TARGET_OPEN, TARGET_CADENCE, TARGET_POWER = 0, 1, 2, 3, 4
TARGET_POWERS = (TARGET_POWER, 7, 8, 9, 10)
"""Power as it is, and as its mean over 3, 10, 30 s and the lap."""
MESSAGE_INDEX_MASK = 0x0FFF
"""Of ``message_index``; the bits above are flags."""
WATTS_OFFSET = 1000
"""Of ``workout_power``: up to here percent of FTP, above it watts."""

SPORTS = {
    0: "generic",
    1: "running",
    2: "cycling",
    3: "transition",
    4: "fitness_equipment",
    5: "swimming",
    10: "training",
    11: "walking",
    12: "cross_country_skiing",
    13: "alpine_skiing",
    15: "rowing",
    16: "mountaineering",
    17: "hiking",
    18: "multisport",
    19: "paddling",
    21: "e_biking",
    30: "inline_skating",
}
SPORT_GENERIC, SPORT_CYCLING = 0, 2

SUB_SPORT_GENERIC, SUB_SPORT_TREADMILL, SUB_SPORT_INDOOR_CYCLING = 0, 1, 6
SUB_SPORT_INDOOR_ROWING, SUB_SPORT_INDOOR_WALKING, SUB_SPORT_VIRTUAL = 14, 27, 58
INDOOR_SUB_SPORTS = (
    SUB_SPORT_TREADMILL,
    5,  # spin
    SUB_SPORT_INDOOR_CYCLING,
    SUB_SPORT_INDOOR_ROWING,
    15,  # elliptical
    16,  # stair climbing
    SUB_SPORT_INDOOR_WALKING,
    45,  # indoor running
    SUB_SPORT_VIRTUAL,
)
