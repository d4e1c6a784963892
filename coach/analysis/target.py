"""How well a target was kept."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coach.ride import Column
from coach.workout import power_tolerance

Mask = npt.NDArray[np.bool_]

SETTLING = 5
"""Power follows a new target 3 to 5 s late, whoever rides: these seconds do not count [s]."""
STEP = 5.0
"""A target that moved by more than this within the settling time was a step [W]."""
SHOWN = 3
"""Riders steer by the mean of the last 3 s."""


def settled(target: Column) -> Mask:
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
        From 0 to 1: hits out of the seconds that `judged` judges; NaN when there are none.

    Raises
    ------
    ValueError
        If the two have different lengths.
    """
    counts, hit = judged(power, target)
    return float(np.mean(hit[counts])) if counts.any() else math.nan


def judged(power: Column, target: Column) -> tuple[Mask, Mask]:
    """Judge power second by second.

    Parameters
    ----------
    power, target : ndarray, shape (n_samples,)
        At 1 Hz [W]; NaN where unknown.

    Returns
    -------
    counts : ndarray of bool, shape (n_samples,)
        Which seconds are judged: those with a settled target and three seconds of power.
    hit : ndarray of bool, shape (n_samples,)
        Which of these are on target: their 3 s mean lies within `power_tolerance` of it.

    Raises
    ------
    ValueError
        If the two have different lengths.
    """
    if power.shape != target.shape:
        raise ValueError(f"power has shape {power.shape}, target has {target.shape}")
    shown = np.full(power.shape, np.nan)
    if power.size >= SHOWN:
        shown[SHOWN - 1 :] = np.lib.stride_tricks.sliding_window_view(power, SHOWN).mean(axis=1)
    counts = settled(target) & np.isfinite(shown)
    hit = np.zeros(power.shape, dtype=bool)
    hit[counts] = np.abs(shown - target)[counts] <= [power_tolerance(w) for w in target[counts]]
    return counts, hit
