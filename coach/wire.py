"""What goes to the trainer, and when: configuration first, then the latest set-point.

At most two set-points a second, the latest wins; one is repeated every three seconds, since
trainers lose what was acknowledged; all of it is told again to a trainer that may have forgotten (a
new connection), in the order user configuration (55), wind (50), load. Source: reference notes on
FE-C, section 2.3 and part 4.
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


class Wire:
    """The order and the rate of commands on one ride."""

    def __init__(self, rider: Rider) -> None:
        self._rider = rider
        self._connection = 0
        self._queue: list[Command] = []
        self._configured = float("-inf")
        self.last: Command | None = None
        """The set-point that this connection was told last."""
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
            For the connection, and whether the trainer asks for configuration.
        able : Capabilities
            What the trainer can do.
        """
        if telemetry.connection == 0:
            return []  # nobody there yet, or a bike that takes no commands
        asked = telemetry.wants_configuration and (now - self._configured >= CONFIGURATION_INTERVAL)
        if telemetry.connection != self._connection:
            self._connection = telemetry.connection
            self._queue = [self._configuration(now)]
            if able.simulation is not False:
                road = physics.TARMAC
                self._queue.append(WindResistance(road.air_density * road.drag_area))
            self.last = None
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
        bike = self._rider.bike
        return UserConfiguration(self._rider.mass, bike.mass, bike.wheel_circumference / pi)
