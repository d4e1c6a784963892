"""What a ride file looks like inside, and how messages become text in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.messages import (
    BasicResistance,
    Event,
    HeartBeat,
    RecordingEnded,
    Reply,
    TargetPower,
    Telemetry,
    TimerEvent,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.rider import Rider
from coach.workout import Workout

FORMAT = 1
"""Version of the schema below; a reader refuses what it does not know. Older files of the same
version have fewer columns at the end of `samples`."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE steps (number INTEGER, now REAL, interrupted INTEGER);
CREATE TABLE pages (step INTEGER, time REAL, source TEXT, payload BLOB);
CREATE TABLE received (step INTEGER, kind TEXT, message TEXT);
CREATE TABLE keys (step INTEGER, key TEXT);
CREATE TABLE sent (time REAL, kind TEXT, command TEXT);
CREATE TABLE replies (time REAL, command TEXT, status TEXT, sequence INTEGER);
CREATE TABLE cues (time REAL, kind TEXT, text TEXT);
CREATE TABLE events (time REAL, kind TEXT, text TEXT, value TEXT);
CREATE TABLE laps (time REAL, segment INTEGER);
CREATE TABLE samples (
    time REAL, timer_time REAL, segment INTEGER, power REAL, cadence REAL, heart_rate REAL,
    speed REAL, distance REAL, altitude REAL, grade REAL, target_power REAL, posture TEXT,
    felt_grade REAL
);
"""

COMMANDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (BasicResistance, TargetPower, WindResistance, TrackResistance, UserConfiguration)
}
MESSAGES: dict[str, type] = {
    kind.__name__: kind for kind in (Telemetry, Reply, Event, TimerEvent, HeartBeat, RecordingEnded)
}


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a ride before it begins.

    Attributes
    ----------
    name : str
        What the ride is called, by its rider.
    start : datetime
        Wall clock of the ride's time 0, UTC.
    recording : bool
        The telemetry came from a recorded ride.
    knob : bool
        The trainer takes no commands: the rider was told how to turn its knob.
    simulated : bool
        A simulated rider sits on the trainer.
    """

    name: str
    start: datetime
    rider: Rider
    workout: Workout
    trainer: str
    software: str
    recording: bool = False
    indoor: bool = True
    knob: bool = False
    simulated: bool = False


_adapters: dict[type, Any] = {}


def _adapter(kind: type) -> Any:  # noqa: ANN401 - pydantic's adapters are generic
    adapter = _adapters.get(kind)
    if adapter is None:
        from pydantic import TypeAdapter

        adapter = _adapters[kind] = TypeAdapter(kind)
    return adapter


def dump(message: object) -> str:
    """Write a message as JSON."""
    return str(_adapter(type(message)).dump_json(message).decode())


def load(kind: type, text: str) -> Any:  # noqa: ANN401
    """Read a message of a known kind from JSON; a ValueError says what does not fit."""
    return _adapter(kind).validate_json(text)
