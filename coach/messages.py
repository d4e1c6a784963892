"""What flows through the house: everything the rooms say to each other.

Downstream (trainer to engine) travel `Page`, `Telemetry`, `Reply` and `Event`; upstream (engine
to trainer) travel the commands; sideways (engine to whoever shows or keeps the ride) travel
`Cue`, `Event`, `Sample`, `LapStarted` and `Snapshot`. All are immutable, all are SI, absent is
``None``: never 0, 255 or a likely value. Grades and resistances are fractions (0.05 is 5 %).
Times are seconds on the ride's monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Posture(StrEnum):
    """How the rider is asked to ride, or rides."""

    SEATED = "seated"
    STANDING = "standing"


class RiderPosition(StrEnum):
    """What pedals or a ride file report, transitions included.

    Only the names are shared: ANT+ page 0xE2 and FIT number them differently.
    """

    SEATED = "seated"
    TRANSITION_TO_SEATED = "transition_to_seated"
    STANDING = "standing"
    TRANSITION_TO_STANDING = "transition_to_standing"


class PostureSource(StrEnum):
    """Where a posture comes from; the sources are never mixed silently."""

    PRESCRIBED = "prescribed"
    MEASURED = "measured"
    DECLARED = "declared"
    ESTIMATED = "estimated"


class Mode(StrEnum):
    """How a target is asked of the trainer (FE-C pages 51, 49, 48)."""

    GRADE = "grade"
    POWER = "power"
    RESISTANCE = "resistance"


class PowerLimit(StrEnum):
    """Why the trainer cannot hold a power target (flags of data page 25)."""

    SPEED_TOO_LOW = "speed_too_low"
    SPEED_TOO_HIGH = "speed_too_high"
    LIMIT_REACHED = "limit_reached"


class Source(StrEnum):
    """Which ANT+ device a data page came from."""

    TRAINER = "trainer"
    HEART_RATE = "heart_rate"
    POWER_METER = "power_meter"


# --- from the trainer -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Eight bytes as they came from a device."""

    time: float
    source: Source
    payload: bytes


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the trainer says it can do (data page 54); ``None`` where it has not said."""

    basic_resistance: bool | None = None
    target_power: bool | None = None
    simulation: bool | None = None
    maximum_resistance: float | None = None
    """Brake force at 100 % basic resistance [N]."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The latest of everything measured, and when each device last spoke.

    Whoever reads it decides what is stale from the times: the object itself never changes.
    """

    time: float | None = None
    """When the trainer (or the recording) last spoke [s]."""
    values_time: float | None = None
    """When a trainer's power and cadence were last news [s]: one that repeats itself says
    nothing. ``None`` where only `time` is known."""
    power: float | None = None
    """Instantaneous power [W]: to show and to steer by."""
    power_total: float | None = None
    """Accumulated power [W], unrolled; with `power_events` the mean over any span, whatever
    was lost on the way. ``None`` where the device has no such counter."""
    power_events: int | None = None
    cadence: float | None = None
    """Crank cadence [rpm]."""
    speed: float | None = None
    """Speed the device reports [m/s]: the flywheel's, or a recording's road speed."""
    distance: float | None = None
    """Distance of a recording [m]."""
    altitude: float | None = None
    """Altitude of a recording [m]."""
    grade: float | None = None
    """Road grade of a recording, as a fraction."""
    heart_rate: float | None = None
    """Heart rate [bpm]."""
    heart_rate_time: float | None = None
    rr_interval: float | None = None
    """Time between the last two heart beats [s]."""
    position: RiderPosition | None = None
    position_time: float | None = None
    power_limit: PowerLimit | None = None
    wants_configuration: bool = False
    """The trainer asks for user configuration (data page 25, status bit 2)."""
    capabilities: Capabilities | None = None
    connection: int = 0
    """Counts how often the trainer was found; 0 until it is heard for the first time."""
    sample: int | None = None
    """Number of the recorded sample this is; ``None`` when live."""
    timer_running: bool | None = None
    """The recording's own timer; ``None`` when live."""
    ended: bool = False
    """The recording has been handed on to its end."""
    searching: bool = False
    """The radio looks for the trainer: it was not found yet, or it was lost."""


class ReplyStatus(StrEnum):
    """What became of a command (data page 71)."""

    PASS = "pass"
    FAIL = "fail"
    NOT_SUPPORTED = "not_supported"
    REJECTED = "rejected"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class TimerEvent:
    """A recording says that its timer started or stopped here."""

    time: float
    running: bool


@dataclass(frozen=True, slots=True)
class HeartBeat:
    """A recording says that the heart beat here, so long after the beat before."""

    time: float
    rr_interval: float
    """[s]."""


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """A recording has been handed on to its end; its own totals are the truth."""

    time: float
    elapsed_time: float
    timer_time: float
    time_standing: float | None = None
    stand_count: int | None = None
    ascent: float | None = None


# --- to the trainer ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BasicResistance:
    """Data page 48."""

    resistance: float
    """Fraction of the trainer's maximum, 0 to 1."""


@dataclass(frozen=True, slots=True)
class TargetPower:
    """Data page 49."""

    power: float
    """Target power [W]."""


@dataclass(frozen=True, slots=True)
class WindResistance:
    """Data page 50."""

    coefficient: float
    """Air density times drag area [kg/m]."""
    wind_speed: float = 0.0
    """Head wind [m/s]."""
    drafting: float = 1.0


@dataclass(frozen=True, slots=True)
class TrackResistance:
    """Data page 51."""

    grade: float
    """Grade as a fraction."""
    crr: float = 0.004


@dataclass(frozen=True, slots=True)
class UserConfiguration:
    """Data page 55."""

    rider_mass: float
    """[kg]."""
    bike_mass: float
    """[kg]."""
    wheel_diameter: float | None = None
    """[m]."""


SETPOINTS = (BasicResistance, TargetPower, TrackResistance)
"""Commands that set the load: of these the latest wins."""

Command = BasicResistance | TargetPower | WindResistance | TrackResistance | UserConfiguration


@dataclass(frozen=True, slots=True)
class Reply:
    """The trainer's answer to a command."""

    time: float
    command: str
    """Name of the command's data page, e.g. ``target_power``."""
    status: ReplyStatus
    sequence: int | None = None
    echo: Command | None = None
    """The command as the trainer repeats it."""


# --- to whoever shows and keeps the ride --------------------------------------------------------


class Key(StrEnum):
    """What the rider may ask during a ride, whatever device the wish comes from."""

    PAUSE = "pause"
    SKIP = "skip"
    BACK = "back"
    EXTEND = "extend"
    HARDER = "harder"
    EASIER = "easier"
    EASE_OFF = "ease_off"
    SWAP = "swap"
    """Ride the standing block seated, or standing after all."""
    DECLARE_SEATED = "declare_seated"
    DECLARE_STANDING = "declare_standing"
    QUIT = "quit"


class CueKind(StrEnum):
    """What a cue asks for; each has its own sound and shape."""

    STAND_SOON = "stand_soon"
    SIT_SOON = "sit_soon"
    GEAR = "gear"
    STAND = "stand"
    SIT = "sit"
    SEGMENT = "segment"
    CHECK = "check"
    ADVICE = "advice"
    TEXT = "text"
    """Words of the workout's own file."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to tell the rider; rendered by whoever shows it."""

    time: float
    kind: CueKind
    text: str


class EventKind(StrEnum):
    """What happened on the road."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"
    SKIPPED = "skipped"
    WENT_BACK = "went_back"
    EXTENDED = "extended"
    INTENSITY = "intensity"
    TEST_OVER = "test_over"
    """A test has come to its end before the plan's; the text says why."""
    SWAPPED = "swapped"
    """A standing block is ridden seated from here on, or standing again; the value is the index
    of its segment."""
    DECLARED = "declared"
    POSITION = "position"
    CAPPED = "capped"
    UNCAPPED = "uncapped"
    SENSOR_LOST = "sensor_lost"
    SENSOR_BACK = "sensor_back"
    CLOCK_JUMP = "clock_jump"
    RELEASE_UNCONFIRMED = "release_unconfirmed"
    # What a radio trainer's driver tells; the value of the link's events is the `Source`.
    LINK_SEARCHING = "link_searching"
    LINK_FOUND = "link_found"
    LINK_STALE = "link_stale"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    RECEPTION_POOR = "reception_poor"
    RECEPTION_GOOD = "reception_good"
    STICK_LOST = "stick_lost"
    STICK_BACK = "stick_back"
    BAD_BYTES = "bad_bytes"
    CHANNEL_REOPENED = "channel_reopened"
    CONTROL_LOST = "control_lost"
    CONTROL_BACK = "control_back"
    COMMAND_REJECTED = "command_rejected"
    COMMAND_PENDING = "command_pending"
    COMMAND_UNCONFIRMED = "command_unconfirmed"
    FOREIGN_CONTROLLER = "foreign_controller"
    CAPABILITIES_UNKNOWN = "capabilities_unknown"
    VALUES_FROZEN = "values_frozen"
    VALUES_BACK = "values_back"
    POSITION_ENABLED = "position_enabled"
    POSITION_REFUSED = "position_refused"


@dataclass(frozen=True, slots=True)
class Event:
    """A fact of the ride that is not a number every second."""

    time: float
    kind: EventKind
    text: str = ""
    value: float | str | None = None


Word = Event | Cue
"""What a part of the ride has to say about its moment."""


@dataclass(frozen=True, slots=True)
class LapStarted:
    """A new lap begins: the next segment, or the same one again after skip or back."""

    time: float
    segment: int
    """Index of the planned segment."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the recorded ride."""

    time: float
    timer_time: float
    segment: int
    power: float | None = None
    cadence: float | None = None
    heart_rate: float | None = None
    speed: float | None = None
    distance: float | None = None
    altitude: float | None = None
    grade: float | None = None
    target_power: float | None = None
    posture: Posture | None = None
    """The posture prescribed."""
    felt_grade: float | None = None
    """What the trainer was asked to let feel, after scale, intensity and limits, as a fraction;
    `grade` is the road's. ``None`` where the load was asked in another way."""


class RideState(StrEnum):
    """Where the ride is."""

    READY = "ready"
    """The devices are heard; it begins when the rider says so."""
    RIDING = "riding"
    PAUSED = "paused"
    FINISHED = "finished"


class PauseCause(StrEnum):
    """Why a ride stands still, and so what it waits for."""

    RIDER = "rider"
    REST = "rest"
    TRAINER = "trainer"
    """It is looked for, or it was just heard again and the count-down runs."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a display needs to show one moment of the ride."""

    time: float
    state: RideState
    elapsed_time: float
    timer_time: float
    remaining: float
    """Planned time left in the ride [s]."""
    segment: int
    kind: str
    label: str
    """What the segment is called: ``Warm-up``, ``Hill 3`` ..."""
    effort: str
    segment_remaining: float
    hill: int | None
    hills: int
    hill_remaining: float | None
    posture: Posture | None
    """Asked for now."""
    next_posture: Posture | None
    """Asked for at the next change of posture, if there is one."""
    next_posture_in: float | None
    mode: Mode
    target_power: float | None
    """What the rider should ride now, after ramps, intensity and limits [W]."""
    grade: float | None
    """The road's grade, as a fraction; intensity lightens the load, never the road."""
    cadence_low: float | None
    cadence_high: float | None
    power: float | None
    cadence: float | None
    heart_rate: float | None
    speed: float | None
    distance: float
    altitude: float
    position: RiderPosition | None
    """Measured, else declared; ``None`` when nobody knows."""
    position_source: PostureSource | None
    intensity: float
    limits: tuple[str, ...]
    """What was capped and why, in words."""
    pause: PauseCause | None = None
    """Why the ride stands still, while it is paused."""
    resumes_in: float | None = None
    """Seconds left of the count-down after which the ride goes on; ``None`` when none runs."""
    swapped: frozenset[int] = frozenset()
    """Standing segments of the plan that are ridden seated."""
    segment_way: float | None = None
    """Way left in the segment [m]; ``None`` off a road, where time alone counts. On a road all
    times left are estimates."""
    hill_way: float | None = None
    """Way left to the top of the climb [m]."""
    way: float | None = None
    """Way left to the end of the road [m]."""
    felt_grade: float | None = None
    """What the trainer is asked to let feel, as a fraction; `grade` is the road's."""
    endless: bool = False
    """The rider decides how long this goes on: no time left is worth showing."""
    report: tuple[str, ...] = ()
    """What was made of the hill that is just over, for some seconds; lines of plain text."""
