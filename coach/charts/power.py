"""The power panel: what was asked, what was done, what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from coach.charts import style
from coach.charts.marks import between, highest, scale, steps, trace
from coach.charts.sheet import Key, Sheet, mean_words, thinned
from coach.charts.traces import (
    ZONE_BOUNDS,
    Traces,
    block_length,
    block_means,
    power_zone,
    runs,
    shortfall,
    target_zone,
)

HEADROOM, NO_HEADROOM = 1.24, 1.08
"""Height of the panel over the highest power, with and without labels of hills."""
RAW_UP_TO = 75 * 60.0
"""In longer rides unsmoothed power is a cloud that says nothing [s]."""


def draw_power(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Power over target; without a target over bars of mean power."""
    rows, threshold = shown.rows, shown.ride.threshold_power
    smooth = shown.smooth("power", shown.smoothing)
    asked = shown.has("target_power")
    length = block_length(sheet.duration)
    bars = rows.target_power if asked else block_means(rows, length)
    top = highest(smooth, bars, np.array([threshold or 50.0]))
    scale(axes, sheet, 0.0, top * (HEADROOM if shown.summary.hills else NO_HEADROOM), ticks=5)

    if threshold is None:
        kinds = np.where(np.isfinite(bars), 0, -1)
        colours: Sequence[str] = [sheet.theme.bar]
    else:
        kinds = (target_zone if asked else power_zone)(bars, threshold)
        colours = sheet.theme.zones
    steps(axes, shown, bars, kinds, colours, "bars")
    keys = _draw_target(axes, sheet, shown) if asked else []
    if threshold is not None:
        _draw_threshold(axes, sheet, threshold)
    if shown.smoothing > 1 and sheet.duration <= RAW_UP_TO:
        axes.plot(
            rows.time, rows.power, color=sheet.theme.raw, alpha=0.55, linewidth=0.5, label="raw"
        )
    # The bars are as dark as the line in places: a halo keeps it readable there.
    axes.plot(rows.time, smooth, color=sheet.theme.ground, linewidth=3, label="halo")
    trace(axes, sheet, rows.time, smooth, sheet.theme.ink, 1.5)
    under = "target bars" if asked else f"bars of {_duration(length)}"
    sheet.title(axes, "Power", f"W, {mean_words(shown.smoothing)} over {under}", keys)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"


def _draw_target(axes: Axes, sheet: Sheet, shown: Traces) -> list[Key]:
    """Draw the edge of the target and cross-hatch missed work; return what hatching means."""
    rows, theme = shown.rows, sheet.theme
    axes.step(
        rows.time,
        rows.target_power,
        where="post",
        color=theme.ink,
        alpha=0.75,
        linewidth=1.1,
        label="target",
    )
    mean, short = shortfall(shown)
    if not short.any():
        return []
    axes.add_collection(
        PolyCollection(
            [
                between(rows.time[run.rows], mean[run.rows], rows.target_power[run.rows])
                for run in runs(np.where(short, 0, -1))
            ],
            facecolor="none",
            edgecolor=theme.ink,
            hatch="xxxxx",
            linewidth=0,
            alpha=0.6,
            label="shortfall",
        ),
        autolim=False,
    )
    return [Key("more than 4 % short", theme.bar, "xxxxx", theme.ink)]


def _draw_threshold(axes: Axes, sheet: Sheet, threshold: float) -> None:
    """Draw FTP as a dashed line, and the zones beside the panel."""
    theme = sheet.theme
    axes.axhline(threshold, color=theme.dim, linewidth=1.0, dashes=(5, 4), label="threshold")
    axes.annotate(
        f"FTP {threshold:.0f} W",
        (0, threshold),
        xycoords=("axes fraction", "data"),
        xytext=(4, 4),
        textcoords="offset points",
        fontsize=style.NOTE,
        weight="bold",
        color=theme.dim,
        path_effects=sheet.halo(),
    )
    _zone_ruler(axes, sheet, threshold)


def _zone_ruler(axes: Axes, sheet: Sheet, threshold: float) -> None:
    """Name the zones beside the right edge, each at its own height and in its own colour."""
    top = axes.get_ylim()[1]
    height = axes.get_position().height * style.HEIGHT * style.DPI
    edges = [0.0, *(bound * threshold for bound in ZONE_BOUNDS), max(top, 2 * threshold)]
    zones = [(low / top, min(high, top) / top) for low, high in pairwise(edges) if low < top]
    axes.add_collection(
        PolyCollection(
            [[(1.004, a), (1.004, b), (1.0085, b), (1.0085, a)] for a, b in zones],
            facecolors=sheet.theme.zones[: len(zones)],
            transform=axes.transAxes,
            clip_on=False,
            linewidth=0,
            label="zones",
        ),
        autolim=False,
    )
    centres = [(low + high) / 2 * height for low, high in zones]
    # Where they crowd, the hard zones are worth more than the easy ones.
    for zone in thinned(centres, [18.0] * len(zones), range(len(zones)), gap=0):
        axes.annotate(
            style.ZONES[zone],
            (1.0085, centres[zone] / height),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            color=sheet.theme.dim,
        )
