"""What eases the load when the rider cannot carry it: low cadence, a heart at its ceiling, a shift.

All only ever take load away, and give it back slowly. Source: reference notes on training science,
section 7; conservative conventions, which no trial has settled.
"""

from __future__ import annotations

GUARD_SHARE = 0.6
GUARD_AFTER = 3.0
GUARD_RECOVERED = 5.0
GUARD_RETURN = 10.0
EASING = 1.0
HEART_ALERT = 0.90
HEART_CEILING = 0.95
HEART_CEILING_IN_A_TEST = 1.004
"""Above the maximum, by a beat at least: who rides to the limit passes 95 % on the way there. A
heart that stays above its measured maximum has another one, or the strap is wrong."""
HEART_AFTER = 30.0
HEART_SHARE = 0.85
HEART_EASING = 5.0
HEART_RETURN = 30.0
SHIFT = 3.0
SHIFT_EASING = 2.0
SHIFT_SHARE = 0.95
SHIFT_RETURN = 5.0


class CadenceGuard:
    """Eases a power target before falling cadence and rising torque chase each other down.

    Below 50 rpm for 3 s with a target above 60 % of threshold power, the target falls to 60 %; it
    comes back over 10 s after 5 s at 65 rpm. Standing lowers cadence legitimately, so that both
    thresholds are 5 rpm lower there.
    """

    def __init__(self) -> None:
        self.share = 1.0
        self.active = False
        self._low_since: float | None = None
        self._good_since: float | None = None

    def step(
        self, now: float, dt: float, cadence: float | None, *, standing: bool, minded: bool
    ) -> float:
        """Return the share of the target that may be asked."""
        low, good = (45.0, 60.0) if standing else (50.0, 65.0)
        if cadence is None or cadence >= low or not minded:
            self._low_since = None
        elif self._low_since is None:
            self._low_since = now
        elif now - self._low_since >= GUARD_AFTER:
            self.active = True
        if cadence is None or cadence < good:
            self._good_since = None
        elif self._good_since is None:
            self._good_since = now
        if not minded:
            self.active = False
        elif self.active and self._good_since is not None:
            self.active = now - self._good_since < GUARD_RECOVERED
        if self.active:
            self.share = max(GUARD_SHARE, self.share - (1.0 - GUARD_SHARE) * dt / EASING)
        elif self.share < 1.0:
            self.share = min(1.0, self.share + (1.0 - GUARD_SHARE) * dt / GUARD_RETURN)
        return self.share


class HeartGuard:
    """Eases every target by 15 % when the heart stays at 95 % of its measured maximum for 30 s.

    Without a measured maximum there is no ceiling: an estimate from age is off by 10 to 12 bpm.
    """

    def __init__(self, maximum: float | None) -> None:
        self.maximum = maximum
        self.share = 1.0
        self.active = False
        self.alert = False
        self._high_since: float | None = None

    def step(
        self, now: float, dt: float, heart_rate: float | None, *, ceiling: float = HEART_CEILING
    ) -> float:
        """Return the share of the target that may be asked.

        Parameters
        ----------
        now, dt : float
            Ride clock, and the time since the last step [s].
        heart_rate : float or None
            [bpm].
        ceiling : float
            Share of the maximum at which the heart must not stay.
        """
        if self.maximum is None or heart_rate is None:
            self._high_since = None
            self.alert = False
        else:
            part = heart_rate / self.maximum
            # The alert ends a little below where it began, or it would flicker.
            self.alert = part >= HEART_ALERT or (self.alert and part >= HEART_ALERT - 0.02)
            if part < ceiling:
                self._high_since = None
            elif self._high_since is None:
                self._high_since = now
            elif now - self._high_since >= HEART_AFTER:
                self.active = True
            if part < HEART_ALERT:
                self.active = False
        if self.active:
            self.share = max(HEART_SHARE, self.share - (1.0 - HEART_SHARE) * dt / HEART_EASING)
        elif self.share < 1.0:
            self.share = min(1.0, self.share + (1.0 - HEART_SHARE) * dt / HEART_RETURN)
        return self.share


class PostureGuard:
    """Eases a power target by 5 % over the 3 s of a change of posture; it is back 5 s later.

    Meanwhile no load rises, however it is asked: to push harder and to stand up, or to sit down,
    are two things, one after the other. A load that was on its way before the change goes on:
    where the plan brings it early, it is there when the rider moves.

    Attributes
    ----------
    changing : bool
        The rider is about to move: nothing may rise.
    """

    def __init__(self) -> None:
        self.changing = False
        self._standing: bool | None = None
        self._since = float("-inf")
        self._prepared = False

    def step(self, now: float, *, standing: bool, prepared: bool) -> float:
        """Return the share of the target that may be asked.

        Parameters
        ----------
        now : float
            Ride clock [s].
        standing : bool
            What the rider is asked to do.
        prepared : bool
            The load of a stretch that has not begun is being prepared.
        """
        if standing is not self._standing:
            if self._standing is not None:
                self._since, self._prepared = now, prepared
            self._standing = standing
        passed = now - self._since
        self.changing = passed < SHIFT and not self._prepared
        back = max(0.0, 1.0 - max(0.0, passed - SHIFT) / SHIFT_RETURN)
        # The load is a second behind its goal, so that it is at its least when the 3 s are over.
        return 1.0 - (1.0 - SHIFT_SHARE) * min(passed / SHIFT_EASING, 1.0, back)
