"""How well a target was kept."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coach.ride import Column

SETTLING = 5
"""Power follows a new target 3 to 5 s late, whoever rides: these seconds do not count [s]."""
STEP = 5.0
"""A target that moved by more than this within the settling time was a step [W]."""
SHOWN = 3
"""Riders steer by the mean of the last 3 s."""
TOLERANCE, LEAST_TOLERANCE = 0.05, 8.0
"""As a fraction of the target, and at least so many [W]."""


def settled(target: Column) -> npt.NDArray[np.bool_]:
    """Tell where a target has stood long enough to be judged by.

    Parameters
    ----------
    target : ndarray, shape (n_samples,)
        Target power at 1 Hz [W]; NaN where there is none.

    Returns
    -------
    ndarray of bool, shape (n_samples,)
        False during the first 5 s of a target and while it moves by more than 1 W/s on average;
        a warm-up's slow ramp is settled.
    """
    result = np.zeros(target.shape, dtype=bool)
    if target.size > SETTLING:
        around = np.lib.stride_tricks.sliding_window_view(target, SETTLING + 1)
        # NaN makes the comparison false, which is what the first seconds should be.
        result[SETTLING:] = around.max(axis=1) - around.min(axis=1) <= STEP
    return result


def on_target(power: Column, target: Column) -> float:
    """Return which share of the judged time power was on target.

    Parameters
    ----------
    power, target : ndarray, shape (n_samples,)
        At 1 Hz [W]; NaN where unknown.

    Returns
    -------
    float
        From 0 to 1: seconds whose 3 s mean lies within 5 % of the target (or 8 W, whichever is
        more), out of those with a settled target; NaN when there are none.

    Raises
    ------
    ValueError
        If the two have different lengths.
    """
    if power.shape != target.shape:
        raise ValueError(f"power has shape {power.shape}, target has {target.shape}")
    if power.size < SHOWN:
        return math.nan
    shown = np.full(power.shape, np.nan)
    shown[SHOWN - 1 :] = np.lib.stride_tricks.sliding_window_view(power, SHOWN).mean(axis=1)
    judged = settled(target) & np.isfinite(shown)
    if not judged.any():
        return math.nan
    off = np.abs(shown - target)[judged]
    allowed = np.maximum(TOLERANCE * target[judged], LEAST_TOLERANCE)
    return float(np.mean(off <= allowed))
