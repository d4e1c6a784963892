"""How the simulated rider sits: seated or standing, and the second in between.

Source: reference notes on training science, section 1.6 (all of it conventions, no trial).
"""

from __future__ import annotations

from math import inf
from random import Random

from coach.messages import Posture, RiderPosition

REACTION = (2.0, 5.0)
"""From a change of the posture shown to the rider's own, unless the rider's model says other
times [s]."""
TRANSITION = (0.8, 1.6)
"""How long pedals see neither the one nor the other [s]."""
PUSH, PUSH_TIME = (0.1, 0.3), (1.0, 3.0)
"""Standing up: more power by this share, for so long [s]."""
DIP, DIP_TIME = 0.85, (1.0, 2.0)
"""Sitting down: power times this, for so long [s]."""


class Stance:
    """Seated or standing, the second in between, and what the change does to power.

    Attributes
    ----------
    position : RiderPosition
        What good pedals would report.
    standing : bool
        Standing, or on the way up.
    surge : float
        Factor on power: above 1 while pushing up, below 1 while settling down.
    """

    def __init__(self, random: Random) -> None:
        self.position = RiderPosition.SEATED
        self.standing = False
        self.surge = 1.0
        self._random = random
        self._asked: Posture | None = None
        self._wanted = Posture.SEATED
        self._react_at = self._settle_at = self._even_at = inf

    def ask(
        self, posture: Posture | None, now: float, within: tuple[float, float] = REACTION
    ) -> None:
        """See which posture is asked for; react to a change within a span of time [s]."""
        if posture is not self._asked:
            self._asked = posture
            if posture is not None:
                self._wanted = posture
                self._react_at = now + self._random.uniform(*within)

    def give_in(self, now: float) -> None:
        """Sit down, whatever is asked, until the next change is asked for."""
        if self.standing and self._wanted is Posture.STANDING:
            self._wanted = Posture.SEATED
            self._react_at = now

    def step(self, now: float) -> bool:
        """Bring the body to where it should be; tell whether it begins to rise."""
        rises = False
        if now >= self._react_at:
            self._react_at = inf
            standing = self._wanted is Posture.STANDING
            if standing is not self.standing:
                self.standing = rises = standing
                self._begin(now)
        if now >= self._settle_at:
            self._settle_at = inf
            self.position = RiderPosition.STANDING if self.standing else RiderPosition.SEATED
        if now >= self._even_at:
            self._even_at = inf
            self.surge = 1.0
        return rises

    def _begin(self, now: float) -> None:
        uniform = self._random.uniform
        self._settle_at = now + uniform(*TRANSITION)
        if self.standing:
            self.position = RiderPosition.TRANSITION_TO_STANDING
            self.surge = 1.0 + uniform(*PUSH)
            self._even_at = now + uniform(*PUSH_TIME)
        else:
            self.position = RiderPosition.TRANSITION_TO_SEATED
            self.surge = DIP
            self._even_at = now + uniform(*DIP_TIME)
