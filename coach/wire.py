"""What goes to the trainer, and when: configuration first, then the latest set-point.

A trainer that is heard for the first time is told user configuration (55), wind (50) and load, in
this order; from then on at most two set-points a second, the latest wins, and one is repeated
every three seconds, since trainers lose what was acknowledged. Configuration goes out again when
the trainer asks for it. What a trainer was told before it was lost, its driver tells it again: the
driver alone knows what arrived. Source: reference notes on FE-C, section 2.3 and part 4.
"""

from __future__ import annotations

from math import floor, pi

from coach import physics
from coach.messages import (
    BasicResistance,
    Capabilities,
    Command,
    Mode,
    TargetPower,
    Telemetry,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.rider import Rider

SETPOINT_INTERVAL = 0.5
KEEP_ALIVE = 3.0
CONFIGURATION_INTERVAL = 5.0

_LITTLE = 1e-9
_STEP = {Mode.POWER: 1.0, Mode.GRADE: 0.001, Mode.RESISTANCE: 0.005}
"""Finest change worth sending: 1 W, 0.1 % of grade, 0.5 % of resistance."""


def user_configuration(rider: Rider) -> UserConfiguration:
    """Return what a trainer has to know of who rides."""
    bike = rider.bike
    return UserConfiguration(rider.mass, bike.mass, bike.wheel_circumference / pi)


def release_command(able: Capabilities) -> Command:
    """Return the one command that takes the load off such a trainer."""
    if able.simulation is not False:
        return TrackResistance(0.0)
    if able.basic_resistance is not False:
        return BasicResistance(0.0)
    return TargetPower(0.0)


def setpoint(mode: Mode, load: float, highest: float) -> Command:
    """Return a load as a command, on a grid that is worth sending and never above `highest`."""
    step = _STEP[mode]
    steps = min(round(load / step), floor(highest / step + _LITTLE))
    if mode is Mode.POWER:
        return TargetPower(float(steps))
    if mode is Mode.RESISTANCE:
        return BasicResistance(steps / 200)
    return TrackResistance(steps / 1000)


def lighter(wanted: Command, last: Command) -> Command:
    """Return the set-point that is felt less; where they cannot be compared, `last`.

    Two of a kind are compared by their load. Any other `wanted` counts only if it asks for none.
    """
    load = _load(wanted)
    if load <= 0.0 or (type(wanted) is type(last) and load <= _load(last)):
        return wanted
    return last


def _load(command: Command) -> float:
    """Return what a set-point asks for, in its own unit."""
    match command:
        case TrackResistance(load) | TargetPower(load) | BasicResistance(load):
            return load
    raise TypeError(f"{command} sets no load")


class Wire:
    """The order and the rate of commands on one ride."""

    def __init__(self, rider: Rider) -> None:
        self._rider = rider
        self._connected = False
        self._queue: list[Command] = []
        self._configured = float("-inf")
        self.last: Command | None = None
        """The set-point that was told last."""
        self._last_sent = float("-inf")

    def commands(
        self, now: float, wanted: Command, telemetry: Telemetry, able: Capabilities
    ) -> list[Command]:
        """Return what to send now: one command, or nothing.

        Parameters
        ----------
        now : float
            Ride clock [s].
        wanted : Command
            The set-point of this moment.
        telemetry : Telemetry
            Whether the trainer was ever heard, and whether it asks for configuration.
        able : Capabilities
            What the trainer can do.
        """
        if telemetry.connection == 0:
            return []  # nobody there yet, or a bike that takes no commands
        asked = telemetry.wants_configuration and (now - self._configured >= CONFIGURATION_INTERVAL)
        if not self._connected:
            self._connected = True
            self._queue = [self._configuration(now)]
            if able.simulation is not False:
                road = physics.TARMAC
                self._queue.append(WindResistance(road.air_density * road.drag_area))
        elif asked:
            self._queue.append(self._configuration(now))
        if self._queue:
            return [self._queue.pop(0)]
        waited = now - self._last_sent + _LITTLE
        if waited < SETPOINT_INTERVAL or (wanted == self.last and waited < KEEP_ALIVE):
            return []
        self.last, self._last_sent = wanted, now
        return [wanted]

    def _configuration(self, now: float) -> Command:
        self._configured = now
        return user_configuration(self._rider)
