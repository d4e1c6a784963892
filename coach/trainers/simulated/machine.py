"""The simulated trainer's iron: a brake that answers late, and a flywheel that evens it out.

The brake makes a force at the wheel. What force it should be follows from the last command:

* target power: the power over the wheel's speed, so that a shift changes nothing but the speed;
* simulation: weight on the grade, rolling and air (`coach.physics`), for the masses of data page
  55 and the air and wind of page 50;
* basic resistance: a share of the strongest force.

A power target is held by a loop that answers after a dead time and then as a first-order lag:
``F(t) = F1 - (F1 - F0) * exp(-(t - dead_time) / lag)``; makers say that good trainers settle in 3
to 5 s, others in 5 to 10 s. The other forces need no loop and come at once. The flywheel is light,
as most are: 12 kg at the rim do the work of rider and bike.

Source: reference notes on training science, sections 1.3 and 1.6. Limits of the model: no belt
slip, no heat, no motor (it cannot drive the wheel downhill), one flywheel for all modes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from math import exp

from coach import physics
from coach.messages import (
    BasicResistance,
    Command,
    Mode,
    PowerLimit,
    TargetPower,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.protocol.fec import DEFAULT_CRR, DEFAULT_WIND_COEFFICIENT

STEP = 0.25
"""How often brake and flywheel move [s]; also the interval of the trainer's data pages."""

FLYWHEEL_MASS = 12.0
"""Mass at the wheel's rim that would be as hard to speed up [kg]; makers do not publish theirs."""

WEAKEST_FORCE = 3.0 * 3.6
"""The brake never lets go completely: 3 W for each km/h [N]."""

STRONGEST_FORCE = 60.0 * 3.6
"""And holds no more than 60 W for each km/h [N] ..."""

STRONGEST_POWER = 1500.0
"""... nor more than this [W]."""

_DIRECT = 0.3
"""Lag of a force that needs no loop [s]."""

_SLOWEST = 2.0
"""Below this speed a power target counts as if the wheel still turned this fast [m/s]: in
practice a trainer lets go of a wheel at rest, or nobody could start against it."""

DEFAULT_MASS = 85.0
"""Rider and bike, until data page 55 says [kg]."""


@dataclass(frozen=True, slots=True)
class Response:
    """How fast a brake follows a power target."""

    dead_time: float
    """[s], a multiple of `STEP`."""
    lag: float
    """Time constant of what follows [s]."""


RESPONSES = {
    "fast": Response(0.5, 1.5),
    "medium": Response(1.0, 2.5),
    "slow": Response(1.0, 3.3),
}
"""From a direct-drive trainer of the better kind to a wheel-on one: 95 % of a step of a power
target after 5.0, 8.5 and 10.9 s."""


class Machine:
    """Brake and flywheel.

    Parameters
    ----------
    response : Response
        How fast the brake follows.

    Attributes
    ----------
    speed : float
        Of the wheel [m/s].
    force : float
        What the brake holds against the wheel now [N].
    mode : Mode
        Which kind of command was last received.
    calibrating, broken : bool
        While either is true the brake lets go as far as it can.
    """

    def __init__(self, response: Response = RESPONSES["medium"]) -> None:
        self.speed = 0.0
        self.force = WEAKEST_FORCE
        self.mode = Mode.RESISTANCE
        self.calibrating = self.broken = False
        self._wanted = 0.0
        self._mass = DEFAULT_MASS
        # Page 50 gives air density times drag area as one number.
        self._road = physics.Road(DEFAULT_WIND_COEFFICIENT, DEFAULT_CRR, air_density=1.0)
        self._grade = 0.0
        # What the brake was to hold, the oldest first: the dead time as a queue.
        self._pending = deque([WEAKEST_FORCE] * round(response.dead_time / STEP))
        self._stay = exp(-STEP / response.lag)
        self._stay_direct = exp(-STEP / _DIRECT)

    def obey(self, command: Command) -> None:
        """Take a command; the mode is that of the last one received."""
        match command:
            case TargetPower(power):
                self.mode, self._wanted = Mode.POWER, power
            case BasicResistance(share):
                self.mode, self._wanted = Mode.RESISTANCE, share * STRONGEST_FORCE
            case TrackResistance(grade, crr):
                self.mode, self._grade = Mode.GRADE, grade
                self._road = replace(self._road, crr=crr)
            case WindResistance(coefficient, head_wind, drafting):
                self.mode = Mode.GRADE
                self._road = replace(
                    self._road, drag_area=coefficient * drafting, head_wind=head_wind
                )
            case UserConfiguration(rider_mass, bike_mass):
                self._mass = rider_mass + bike_mass

    def brake(self) -> float:
        """Let the brake follow its target for one step; return its force [N]."""
        goal = self._limited(self._target_force())
        self._pending.append(goal)
        late = self._pending.popleft()
        if self.mode is Mode.POWER and not self._lets_go:
            self.force = late + (self.force - late) * self._stay
        else:
            self.force = goal + (self.force - goal) * self._stay_direct
        return self.force

    def turn(self, push: float) -> float:
        """Turn the wheel for one step against the brake.

        Parameters
        ----------
        push : float
            Force of the rider at the rim [N], not negative.

        Returns
        -------
        float
            The rider's mean power in this step [W].
        """
        before = self.speed
        self.speed = max(0.0, before + (push - self.force) / FLYWHEEL_MASS * STEP)
        return push * 0.5 * (before + self.speed)

    @property
    def power_limit(self) -> PowerLimit | None:
        """Why a power target is out of the brake's reach at this speed (data page 25)."""
        if self.mode is not Mode.POWER:
            return None
        if self._wanted > STRONGEST_POWER:
            return PowerLimit.LIMIT_REACHED
        if self._wanted > STRONGEST_FORCE * self.speed:
            return PowerLimit.SPEED_TOO_LOW
        if self._wanted < WEAKEST_FORCE * self.speed:
            return PowerLimit.SPEED_TOO_HIGH
        return None

    @property
    def _lets_go(self) -> bool:
        return self.calibrating or self.broken

    def _target_force(self) -> float:
        if self._lets_go:
            return 0.0
        if self.mode is Mode.POWER:
            return self._wanted / max(self.speed, _SLOWEST)
        if self.mode is Mode.GRADE:
            return physics.resisting_force(self.speed, self._grade, self._mass, self._road)
        return self._wanted

    def _limited(self, force: float) -> float:
        most = STRONGEST_FORCE
        if self.speed * most > STRONGEST_POWER:
            most = STRONGEST_POWER / self.speed
        return min(max(force, WEAKEST_FORCE), most)
