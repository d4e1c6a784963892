"""What heart rate says, alone and beside power."""

from __future__ import annotations

import math

import numpy as np

from coach.analysis.power import average
from coach.ride import Column


def decoupling(power: Column, heart_rate: Column) -> float:
    """How much less power a heartbeat buys in the second half than in the first.

    Only for steady efforts: take the moderate block without its first five minutes, never hills.

    Parameters
    ----------
    power : ndarray, shape (n_samples,)
        At 1 Hz [W]; NaN in gaps.
    heart_rate : ndarray, shape (n_samples,)
        [bpm]; NaN or zero where the strap was silent, and such samples do not count.

    Returns
    -------
    float
        ``(r1 - r2) / r1`` as a fraction, ``r`` being mean power over mean heart rate of each half:
        below 0.05 is good, up to 0.10 fair. NaN when a half is empty or its power is zero.

    Notes
    -----
    A convention, not physiology: Friel's *aerobic decoupling*, in GoldenCheetah's form with mean
    power.
    """
    both = np.isfinite(power) & np.isfinite(heart_rate) & (heart_rate > 0)
    watts, beats = power[both], heart_rate[both]
    half = watts.size // 2
    if half == 0:
        return math.nan
    first = average(watts[:half]) / average(beats[:half])
    second = average(watts[half:]) / average(beats[half:])
    return (first - second) / first if first > 0 else math.nan
