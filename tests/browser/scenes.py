"""Moments of a ride: the engine's own, of a rider who does what is asked, and those made from them.

He rides the six hills until some minutes past the third; what no such rider meets is one of his
moments, changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from coach import profile
from coach.engine import Engine
from coach.messages import (
    Cue,
    CueKind,
    Mode,
    PauseCause,
    Posture,
    PostureSource,
    RiderPosition,
    RideState,
    Snapshot,
    Telemetry,
)
from coach.workout import Workout

RIDER = profile.example_rider()
RIDDEN = 2100
"""How far he rides [s]."""
STANDS_AT = 1860
"""When the third hill's standing half begins [s]."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a display is told at once."""

    snapshot: Snapshot
    cues: Sequence[Cue] = ()

    def but(self, **changes: Any) -> Moment:
        """Return this moment, changed."""
        return Moment(replace(self.snapshot, **changes), self.cues)


@cache
def hills() -> Workout:
    plan = profile.load_workout(profile.find_workout("hills"))
    return profile.compile_workout(plan, RIDER)


def _telemetry(before: Snapshot, second: int) -> Telemetry:
    now, sway = float(second), (second * 37) % 19 - 9
    asked = before.target_power or 100.0
    standing = before.posture is Posture.STANDING
    return Telemetry(
        time=now,
        values_time=now,
        power=asked + sway,
        cadence=(before.cadence_low or 80.0) + 6 + sway % 5,
        speed=8.0,
        heart_rate=118.0 + asked // 8 + sway % 3,
        heart_rate_time=now,
        position=RiderPosition.STANDING if standing else RiderPosition.SEATED,
        position_time=now,
        connection=1,
    )


@cache
def ridden() -> tuple[Moment, ...]:
    """Return the moment of each second, the first before the ride began."""
    engine = Engine(hills(), RIDER)
    engine.hear(0.0, _telemetry(engine.snapshot(), 0))
    told = [Moment(engine.snapshot())]
    for second in range(RIDDEN):
        step = engine.step(float(second), _telemetry(told[-1].snapshot, second))
        told.append(Moment(engine.snapshot(), tuple(step.cues)))
    return tuple(told)


def at(second: int, **changes: Any) -> Moment:
    """Return the moment of a second of the ride, changed."""
    return ridden()[second + 1].but(**changes)


READY = ridden()[0]
SEATED = at(STANDS_AT - 60)
STANDING = at(STANDS_AT + 40)
REPORT = [each for each in ridden() if each.snapshot.report][-1]


def paused(cause: PauseCause, **changes: Any) -> Moment:
    silent = {"target_power": None, "power": 0.0, "cadence": 0.0, "speed": 0.0}
    return SEATED.but(state=RideState.PAUSED, pause=cause, **(silent | changes))


SILENT = {"power": None, "cadence": None, "speed": None}
LONG_WORDS = Cue(
    float(STANDS_AT - 60),
    CueKind.CHECK,
    "Check: core tight, quiet shoulders, let the hips move, do not wrench the bars",
)

SCENES: dict[str, Moment] = {
    # First: between what was ridden there and what follows stands a ride that has not begun, so
    # that no display takes one for the way to the other.
    "warm-up": at(300),
    "ready": READY,
    "ready-unheard": READY.but(**SILENT, heart_rate=None),
    "seated": Moment(SEATED.snapshot, (LONG_WORDS,)),
    "stand-soon": at(STANDS_AT - 7),
    "standing": STANDING,
    "sit-soon": at(STANDS_AT + 117),
    "report": REPORT,
    "paused": paused(PauseCause.RIDER),
    "rest": paused(PauseCause.REST),
    "counting": paused(PauseCause.REST, resumes_in=2.6, cadence=62.0),
    "no-trainer": paused(PauseCause.TRAINER, **SILENT),
    "capped": STANDING.but(
        target_power=181.0,
        limits=(
            "target capped at 231 W: hills stay below 105 % of FTP",
            "heart rate at 95 % of your maximum: load eased 15 %",
        ),
        intensity=0.9,
    ),
    "above": STANDING.but(power=251.0),
    "below": STANDING.but(power=141.0, cadence=52.0),
    "no-target": SEATED.but(mode=Mode.RESISTANCE, target_power=None, grade=None),
    "no-strap": SEATED.but(heart_rate=None, position=None, position_source=None),
    "unknown-position": STANDING.but(
        position=RiderPosition.SEATED, position_source=PostureSource.DECLARED
    ),
    "endless": SEATED.but(
        endless=True, kind="free", label="Free ride", hill=None, hills=0, hill_remaining=None,
        next_posture=None, next_posture_in=None,
    ),
    # As wide as values get: four digits of watts, more than nine minutes, three digits of all else.
    "widest": SEATED.but(
        power=1888.0, target_power=1888.0, cadence=188.0, heart_rate=208.0, next_posture_in=599.0,
        segment_remaining=599.0, hill_remaining=599.0, grade=-0.1888, felt_grade=-0.1888,
        remaining=35999.0, intensity=1.3,
    ),
}  # fmt: skip
"""Each picture that the page can be, by its name, as far as the coach decides on it."""
