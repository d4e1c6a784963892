"""What a power trace says: work, weighted power, load, best efforts and what is left in the tank.

All of it takes power at 1 Hz as `coach.analysis.repair` makes it: coasting is zero and counts,
NaN is a gap, and no window reaches across a gap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from coach.ride import Column

SMOOTHING = 30
"""Window of the moving mean in normalized power [s]."""
HIGHEST = 65534.0
"""The largest power that ride files have room for, FIT's unsigned 16 bits [W]."""


def recorded(power: Column) -> Column:
    """Return power with NaN for what no meter can have written; spikes stay [W]."""
    return np.where((power >= 0) & (power <= HIGHEST), power, np.nan)


def average(values: Column) -> float:
    """Return the mean of what is known; NaN when nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def highest(values: Column) -> float:
    """Return the largest of what is known; NaN when nothing is."""
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else math.nan


def if_known(value: float) -> float | None:
    """Return a figure, or ``None`` where reckoning gave NaN."""
    return None if math.isnan(value) else value


def work(power: Column) -> float:
    """Return the work done at 1 Hz samples of power [J]; NaN when nothing is known."""
    known = power[np.isfinite(power)]
    return float(known.sum()) if known.size else math.nan


def window_means(values: Column, width: int) -> Column:
    """Mean over every full window without a gap.

    Parameters
    ----------
    values : ndarray, shape (n_samples,)
        NaN in gaps.
    width : int
        Samples in a window, at least 1.

    Returns
    -------
    ndarray, shape (n_windows,)
        In order of time, windows that touch a gap left out; empty when none is whole.

    Raises
    ------
    ValueError
        If `values` is not one-dimensional or `width` is below 1.
    """
    if values.ndim != 1 or width < 1:
        raise ValueError(f"need one dimension and a width above 0, got {values.ndim} and {width}")
    if values.size < width:
        return np.empty(0)
    known = np.isfinite(values)
    sums = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    counts = np.concatenate(([0], np.cumsum(known)))
    whole = counts[width:] - counts[:-width] == width
    means: Column = (sums[width:] - sums[:-width])[whole] / width
    return means


def normalized_power(power: Column) -> float:
    """Fourth-power mean of power smoothed over 30 s; shown to riders as *weighted power*.

    Parameters
    ----------
    power : ndarray, shape (n_samples,)
        Power at 1 Hz [W]; NaN in gaps.

    Returns
    -------
    float
        Normalized power [W]; NaN when no 30 s window is complete. Below some 20 minutes it means
        little.

    Raises
    ------
    ValueError
        If `power` is not one-dimensional.

    Notes
    -----
    Source: Allen, Coggan, McGregor, *Training and Racing with a Power Meter*. Only full windows
    count, from the 30th sample of each stretch on: programs that fill or shorten the first
    windows differ by up to 2 % on a ride of ten minutes.
    """
    smooth = window_means(power, SMOOTHING)
    # Rounding may leave a running sum a hair below zero; a fourth power would hide the sign.
    return float(np.mean(np.maximum(smooth, 0.0) ** 4) ** 0.25) if smooth.size else math.nan


def intensity_factor(normalized: float, threshold_power: float) -> float:
    """Return normalized power as a fraction of threshold power (FTP) [W]; *intensity*."""
    return normalized / threshold_power


def training_load(seconds: float, intensity: float) -> float:
    """Return the load of a ride, where an hour at threshold is 100; *load*.

    Source: Allen, Coggan, McGregor (training stress score); the threshold power of that day.
    """
    return 100 * seconds / 3600 * intensity**2


def variability_index(normalized: float, mean: float) -> float:
    """Return normalized over mean power: 1 for a steady ride; NaN without any power."""
    return normalized / mean if mean > 0 else math.nan


def mean_max(power: Column, durations: Sequence[int]) -> Column:
    """Best mean power over each duration.

    Parameters
    ----------
    power : ndarray, shape (n_samples,)
        Power at 1 Hz [W]; NaN in gaps, which no window crosses.
    durations : sequence of int
        Window lengths [s].

    Returns
    -------
    ndarray, shape (n_durations,)
        [W]; NaN where the ride has no stretch that long.
    """
    best = [window_means(power, duration) for duration in durations]
    return np.array([means.max() if means.size else math.nan for means in best])


def critical_power(durations: Column, powers: Column) -> tuple[float, float]:
    """Critical power and W′ from best efforts, by a straight line through work against time.

    Parameters
    ----------
    durations : ndarray, shape (n_efforts,)
        [s]; the model holds for efforts of some 2 to 30 minutes.
    powers : ndarray, shape (n_efforts,)
        Mean power of each effort [W].

    Returns
    -------
    critical : float
        Critical power [W].
    w_prime : float
        Work that can be done above it [J].

    Raises
    ------
    ValueError
        If there are fewer than two different durations.

    Notes
    -----
    ``work = critical * t + w_prime``: Monod and Scherrer, *Ergonomics* 8 (1965) 329; Moritani et
    al., *Ergonomics* 24 (1981) 339. A fit of power against ``1/t`` weighs noisy efforts otherwise.
    """
    if np.unique(durations).size < 2:
        raise ValueError("critical power needs efforts of at least two different durations")
    off = durations - durations.mean()
    done = powers * durations
    critical = float((off * (done - done.mean())).sum() / (off**2).sum())
    return critical, float(done.mean() - critical * durations.mean())


def w_prime_balance(
    power: Column, critical: float, w_prime: float, seconds: Column | float = 1.0
) -> Column:
    """W′ left after each sample: an indicator, never a reason to stop.

    Parameters
    ----------
    power : ndarray, shape (n_samples,)
        [W]; NaN is rest, as in a pause.
    critical : float
        Critical power [W].
    w_prime : float
        W′ of a rested rider [J].
    seconds : ndarray, shape (n_samples,), or float
        How long each sample lasts [s].

    Returns
    -------
    ndarray, shape (n_samples,)
        [J]; below zero where the rider did what the model holds impossible.

    Raises
    ------
    ValueError
        If `w_prime` is not above zero.

    Notes
    -----
    Differential form with the exact exponential, so that results do not depend on the sample
    rate: Skiba et al., *Med Sci Sports Exerc* 47 (2015) 2433; form by Froncioni and Clarke.
    """
    if w_prime <= 0:
        raise ValueError(f"W′ must be above zero, got {w_prime}")
    above = np.where(np.isfinite(power), power, 0.0) - critical
    lasting = np.broadcast_to(np.asarray(seconds, dtype=np.float64), above.shape)
    balance: list[float] = []
    spent = 0.0
    for excess, duration in zip(above.tolist(), lasting.tolist(), strict=True):
        if excess < 0:
            spent *= math.exp(excess * duration / w_prime)
        else:
            spent += excess * duration
        balance.append(w_prime - spent)
    return np.array(balance)


def training_trend(loads: Column, days: float) -> Column:
    """Exponentially weighted load of each day: 42 days for fitness, 7 for fatigue.

    Parameters
    ----------
    loads : ndarray, shape (n_days,)
        Load of each day in a row, 0 on days of rest.
    days : float
        Time constant.

    Returns
    -------
    ndarray, shape (n_days,)
        Trend at the end of each day, from 0 before the first; form is yesterday's 42-day trend
        minus yesterday's 7-day trend. In the first six weeks it is still warming up.

    Notes
    -----
    Gain ``1 - exp(-1 / days)``; other software takes ``1 / days`` and differs by about 1 %.
    """
    gain = -math.expm1(-1 / days)
    trend: list[float] = []
    level = 0.0
    for load in loads.tolist():
        level += (load - level) * gain
        trend.append(level)
    return np.array(trend)
