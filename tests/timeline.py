"""A rider in a script: drives an engine along a time-line and keeps everything it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from coach.engine import TICK, Engine, Step
from coach.messages import Command, Key, Mode, Posture, Telemetry
from coach.rider import Rider
from coach.workout import Segment, SegmentKind, Workout

RIDER = Rider("Test", mass=75.0, threshold_power=220.0, maximum_heart_rate=185.0)
STANDING, SEATED = Posture.STANDING, Posture.SEATED
CLIMB_SPEED = 3.3


def workout(*pieces: tuple[object, ...]) -> Workout:
    """Make a plan of ``(kind, seconds, posture, watts from, watts to, grade, mode, hill)``."""
    segments: list[Segment] = []
    start = 0.0
    for index, (kind, seconds, posture, first, last, grade, mode, hill) in enumerate(pieces):
        segments.append(
            Segment(
                index, kind, start, seconds, posture, mode, hill, first, last, grade,
                CLIMB_SPEED if kind is SegmentKind.HILL else None, 0.25, 70.0, 85.0,
                "moderate", f"Hill {hill}" if hill else kind.value,
            )
        )  # fmt: skip
        start += seconds
    return Workout("test", "Test", tuple(segments))


WARM_UP = (SegmentKind.WARM_UP, 60.0, SEATED, 88.0, 143.0, 0.0, Mode.POWER, None)
SEATED_HILL = (SegmentKind.HILL, 60.0, SEATED, 198.0, 198.0, 0.06, Mode.GRADE, 1)
STANDING_HILL = (SegmentKind.HILL, 60.0, STANDING, 198.0, 198.0, 0.06, Mode.GRADE, 1)
DOWNHILL = (SegmentKind.DOWNHILL, 60.0, SEATED, 110.0, 110.0, -0.01, Mode.POWER, None)
HILLS = workout(WARM_UP, SEATED_HILL, STANDING_HILL, DOWNHILL, STANDING_HILL, DOWNHILL)


def in_mode(mode: Mode, plan: Workout = HILLS) -> Workout:
    """Return the plan with every load asked in one mode."""
    segments = tuple(replace(each, mode=mode) for each in plan.segments)
    return Workout(plan.name, plan.title, segments)


def pedalling(power: float = 150.0, cadence: float = 80.0, **more: object) -> Telemetry:
    """What a trainer says of a rider who pedals; the times are filled in by `drive`."""
    return Telemetry(power=power, cadence=cadence, speed=8.0, connection=1, **more)  # type: ignore[arg-type]


PEDALLING = pedalling()


def drive(
    engine: Engine,
    seconds: float,
    told: Telemetry | Callable[[float], Telemetry] = PEDALLING,
    keys: Mapping[float, Sequence[Key]] | None = None,
    *,
    start: float = 0.0,
    tick: float = TICK,
) -> Step:
    """Step an engine from `start` for `seconds`, and return all that it said.

    A telemetry without a time is taken as heard at that very moment.
    """
    keys = dict(keys or {})
    said = Step()
    now = start
    while now <= start + seconds:
        telemetry = told(now) if callable(told) else told
        if telemetry.time is None and telemetry.power is not None:
            telemetry = replace(telemetry, time=now)
        if telemetry.heart_rate is not None and telemetry.heart_rate_time is None:
            telemetry = replace(telemetry, heart_rate_time=now)
        pressed = [key for at in sorted(keys) if at <= now for key in keys.pop(at)]
        step = engine.step(now, telemetry, pressed)
        for name in Step.__slots__:
            getattr(said, name).extend(getattr(step, name))
        now += tick
    return said


def of_kind(said: Step, kind: type[Command]) -> list[tuple[float, Command]]:  # type: ignore[valid-type]
    """Return the commands of one kind, with their times."""
    return [(time, command) for time, command in said.commands if isinstance(command, kind)]
