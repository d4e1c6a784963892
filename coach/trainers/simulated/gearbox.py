"""The simulated rider's gears.

Source: reference notes on training science, section 1.6.
"""

from __future__ import annotations

from math import exp, inf, log
from random import Random

from coach.guidance.gears import gears
from coach.rider import Bike

TOLERANCE = 5.0
"""Cadence may be off by this before the rider shifts [rpm]; cogs are some 8 rpm apart."""
COG = log(1.13)
"""Furthest that one cog changes the development."""
DELAY = (1.0, 2.0)
"""From the wish to the shift [s]."""
CALM = 2.0
"""Where the brake holds the power, shifts take longer by this factor."""


class Gearbox:
    """The bike's gears, shifted one or two cogs at a time, one to two seconds after the wish.

    Parameters
    ----------
    bike : Bike
    random : Random
        For the time that a shift takes.
    development : float
        What the rider starts in, or the gear nearest to it [m].

    Attributes
    ----------
    development : float
        Metres for one turn of the cranks, in the gear that is in.
    """

    def __init__(self, bike: Bike, random: Random, development: float) -> None:
        self._developments = [gear.ratio * bike.wheel_circumference for gear in gears(bike)]
        self._random = random
        self._due = inf
        self._hurried = False
        self.development = self._nearest(development)

    def hurry(self) -> None:
        """Shift without delay next time: the rider was told, and has the hand on the lever."""
        self._hurried = True

    def step(self, now: float, speed: float, cadence: float, *, calm: bool) -> bool:
        """Bring the cranks nearer to a cadence.

        Parameters
        ----------
        now : float
            [s].
        speed : float
            Of the wheel, as the rider wants it [m/s].
        cadence : float
            Of the cranks, as the rider likes it [rpm].
        calm : bool
            The brake holds the power whatever the gear: no hurry, one cog at a time.

        Returns
        -------
        bool
            Whether the chain moved.
        """
        hurried, self._hurried = self._hurried, False
        off = 60.0 * speed / self.development - cadence
        if -TOLERANCE <= off <= TOLERANCE:
            self._due = inf
            return False
        if hurried:
            self._due = now
        elif self._due == inf:
            delay = self._random.uniform(*DELAY)
            self._due = now + (CALM * delay if calm else delay)
        if now < self._due:
            return False
        self._due = inf
        # A rider who was told, was told "one gear".
        most = COG if calm or hurried else 2.0 * COG
        step = min(max(log(60.0 * speed / cadence / self.development), -most), most)
        before, self.development = self.development, self._nearest(self.development * exp(step))
        return self.development != before

    def _nearest(self, development: float) -> float:
        return min(self._developments, key=lambda one: abs(log(one / development)))
