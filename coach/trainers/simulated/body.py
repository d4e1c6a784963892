"""The simulated rider's body: a heart that lags, a reserve that empties, and chance.

Source: reference notes on training science, section 8.1 (heart), 4.4 (W′ balance, differential
form of Froncioni, Skiba and Clarke) and 1.6 (noise). All of it moves in steps of `STEP`.
"""

from __future__ import annotations

from collections import deque
from math import exp, sqrt
from random import Random

from coach.rider import Rider
from coach.trainers.simulated.machine import STEP

SESSION = 5400.0
"""Over this time heart rate drifts and legs tire by the amounts given [s]."""


class Noise:
    """Chance with a memory: a first-order autoregression of mean 0 and standard deviation 1.

    Parameters
    ----------
    random : Random
        Where the chance comes from.
    memory : float
        Time constant [s].
    """

    __slots__ = ("_gauss", "_kick", "_stay", "value")

    def __init__(self, random: Random, memory: float) -> None:
        self._gauss = random.gauss
        self._stay = exp(-STEP / memory)
        self._kick = sqrt(1.0 - self._stay**2)
        self.value = 0.0

    def step(self) -> float:
        """Return the value one step later."""
        self.value = self._stay * self.value + self._kick * self._gauss(0.0, 1.0)
        return self.value


class Heart:
    """Heart rate: first order with a delay, quicker up than down, drifting with time.

    ``d(rate)/dt = (goal(t - 6 s) - rate) / tau`` with ``goal = base + gain * power``, 6 bpm more
    when standing and 8 bpm more after 90 minutes. Base and gain are those of the reference rider
    (88 bpm, 0.36 bpm/W with a resting rate of 60, a maximum of 185 and an FTP of 220 W), placed
    in this rider's own reserve and threshold power.

    Parameters
    ----------
    rider : Rider
        Without a measured maximum, ``208 - 0.7 * age`` (Tanaka, Monahan and Seals 2001).
    random : Random
        For the noise of 1 bpm.
    """

    BASE, THRESHOLD = 28.0 / 125.0, 107.0 / 125.0
    """Turning the legs, and at threshold power, as shares of the heart-rate reserve."""
    STANDING = 6.0
    DRIFT = 8.0
    DELAY = 6.0
    UP, DOWN = 50.0, 60.0

    def __init__(self, rider: Rider, random: Random) -> None:
        self.maximum = rider.maximum_heart_rate or 208.0 - 0.7 * (rider.age or 40.0)
        resting = rider.resting_heart_rate or 60.0
        reserve = self.maximum - resting
        self._base = resting + self.BASE * reserve
        self._gain = (self.THRESHOLD - self.BASE) * reserve / rider.threshold_power
        self._noise = Noise(random, 10.0)
        self._smooth = self._base - 3.0
        self._goals = deque([self._smooth] * round(self.DELAY / STEP))
        self._stay_up, self._stay_down = exp(-STEP / self.UP), exp(-STEP / self.DOWN)
        self._drift = 0.0
        self.rate = self._smooth
        """[bpm]."""

    def step(self, power: float, standing: bool) -> float:
        """Return the heart rate [bpm] after one step at `power` [W]."""
        if power > 0.0:
            self._drift = min(2.0 * self.DRIFT, self._drift + self.DRIFT * STEP / SESSION)
        goal = self._base + self._gain * power + self._drift
        self._goals.append(goal + self.STANDING if standing else goal)
        goal = self._goals.popleft()
        stay = self._stay_up if goal > self._smooth else self._stay_down
        self._smooth = goal + (self._smooth - goal) * stay
        self.rate = min(self.maximum, self._smooth + self._noise.step())
        return self.rate


class Reserve:
    """W′ balance: what is left of the work that can be done above threshold power.

    Parameters
    ----------
    rider : Rider
        Critical power is taken as threshold power.

    Attributes
    ----------
    share : float
        1 when fresh; below 0 the model says "exhausted" and a rider may go on.
    """

    def __init__(self, rider: Rider) -> None:
        self.share = 1.0
        self._threshold = rider.threshold_power
        self._size = rider.w_prime

    def step(self, power: float) -> float:
        """Return what is left after one step at `power` [W]."""
        above = (power - self._threshold) * STEP / self._size
        if above > 0.0:
            self.share -= above
        else:
            self.share = 1.0 - (1.0 - self.share) * exp(above)
        return self.share
