"""The speed panel: what is left to show of a ride that has neither power nor elevation."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from coach.analysis.repair import PLAUSIBLE
from coach.analysis.timer import LONGEST_HOLD, in_order
from coach.charts.marks import HEADROOM, NO_HEADROOM, highest, scale, slopes, trace
from coach.charts.sheet import Sheet, mean_words
from coach.charts.traces import Traces
from coach.ride import Column

SPEED_MEAN = 7
"""Least smoothing: satellites wander by some metres [s]."""
KMH = 3.6
"""[km/h] in one [m/s]."""


def ridden_speed(shown: Traces) -> Column:
    """Return the speed at each row, shape (n_rows,) [m/s]: as recorded, else from distance.

    NaN where neither is known, where distance is silent for more than 10 s, and where it runs
    backward or faster than anybody rides.
    """
    rows, ride = shown.rows, shown.ride
    if shown.has("speed"):
        return rows.speed
    order = in_order(ride.time)
    known = order[np.isfinite(ride.distance[order])]
    if known.size < 2 or not len(rows):
        return np.full(len(rows), np.nan)
    # Between the samples themselves: a distance held for a second or five would rise in stairs.
    time = ride.time[known]
    lasting = np.diff(time)
    speed = np.diff(ride.distance[known]) / lasting
    low, high = PLAUSIBLE["speed"]
    sound = (lasting <= LONGEST_HOLD) & (speed >= low) & (speed <= high)
    step = np.clip(np.searchsorted(time, rows.time, "right") - 1, 0, speed.size - 1)
    within = (rows.time >= time[0]) & (rows.time <= time[-1])
    return np.where(rows.riding & within & sound[step], speed[step], np.nan)


def has_only_speed(shown: Traces) -> bool:
    """Tell whether speed has to stand in: neither power nor elevation, but speed is known."""
    better = any(shown.has(name) for name in ("power", "target_power", "altitude"))
    return not better and bool(np.isfinite(ridden_speed(shown)).any())


def draw_speed(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Speed over plain ground."""
    theme = sheet.theme
    width = max(SPEED_MEAN, shown.smoothing)
    smooth = KMH * shown.mean(ridden_speed(shown), width)
    top = max(highest(smooth), 10.0)
    room = HEADROOM if lead and shown.summary.hills else NO_HEADROOM
    scale(axes, sheet, 0.0, top * room, ticks=5 if lead else 3)
    slopes(axes, shown, smooth, np.where(np.isfinite(smooth), 0, -1), (theme.bar,), "ground")
    trace(axes, sheet, shown.x, smooth, theme.ink, 1.5)
    sheet.title(axes, "Speed", f"km/h, {mean_words(width)}")
