"""The power panel: what was asked, what was done, what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from coach.charts import style
from coach.charts.marks import (
    HEADROOM,
    NO_HEADROOM,
    between,
    highest,
    scale,
    slopes,
    steps,
    trace,
)
from coach.charts.sheet import GAP, Key, Sheet, mean_words, thinned
from coach.charts.style import Theme
from coach.charts.traces import (
    Traces,
    ridden_zone,
    shortfall,
    target_zone,
)
from coach.ride import Column
from coach.rider import ZONE_BOUNDS

RAW_UP_TO = 100 * 60.0
"""In longer rides unsmoothed power is a cloud that says nothing [s]."""
RAW_ABOVE = 1.15
"""How far above everything else unsmoothed power may push the scale; a single tooth is cut off."""
IN_THE_WAY = 1 / 3
"""Share of a label's length that a trace may run behind it: what only crosses, the halo parts."""


def draw_power(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Power in front of its target; without a target over ground in the colours of its zones."""
    rows, theme, threshold = shown.rows, sheet.theme, shown.ride.threshold_power
    smooth = shown.smooth("power", shown.smoothing)
    asked = shown.has("target_power")
    raw = shown.smoothing > 1 and shown.duration <= RAW_UP_TO
    top = highest(smooth, rows.target_power, np.array([threshold or 50.0]))
    if raw:
        top = max(top, min(highest(rows.power), RAW_ABOVE * top))
    scale(axes, sheet, 0.0, top * (HEADROOM if shown.summary.hills else NO_HEADROOM), ticks=5)
    note = f"W, {mean_words(shown.smoothing)}"
    keys: list[Key] = []
    kinds, colours = _zones(shown, theme)
    if asked:
        steps(axes, shown, rows.target_power, kinds, colours, "bars")
        keys = _draw_target(axes, sheet, shown)
        note = f"{note} over target bars" if shown.has("power") else "W, target bars"
        if shown.summary.hills and shown.has("power"):
            note += "; hills: mean, share of target"
    else:
        slopes(axes, shown, smooth, kinds, colours, "bars")
        note += ", coloured by zone" if threshold is not None else ""
    if threshold is not None:
        _draw_threshold(axes, sheet, shown, smooth, threshold)
    if raw:
        axes.plot(shown.x, rows.power, color=theme.raw, alpha=0.55, linewidth=0.5, label="raw")
    # The bars are as dark as the line in places: a halo keeps it readable there.
    axes.plot(shown.x, smooth, color=theme.ground, linewidth=3, label="halo")
    trace(axes, sheet, shown.x, smooth, theme.ink, 1.5)
    sheet.title(axes, "Power", note, keys)


def _zones(shown: Traces, theme: Theme) -> tuple[npt.NDArray[np.intp], Sequence[str]]:
    """Return the colour of each row's bar as an index, and the colours; one without an FTP."""
    target, threshold = shown.rows.target_power, shown.ride.threshold_power
    asked = shown.has("target_power")
    if threshold is None:
        return np.where(np.isfinite(target if asked else shown.rows.power), 0, -1), (theme.bar,)
    return (
        target_zone(target, threshold) if asked else ridden_zone(shown, threshold),
        theme.zones,
    )


def _draw_target(axes: Axes, sheet: Sheet, shown: Traces) -> list[Key]:
    """Draw the edge of the target and cross-hatch missed work; return what hatching means."""
    rows, theme = shown.rows, sheet.theme
    axes.step(
        shown.x,
        rows.target_power,
        where="post",
        color=theme.ink,
        alpha=0.75,
        linewidth=1.1,
        label="target",
    )
    mean, missed = shortfall(shown)
    if not missed:
        return []
    axes.add_collection(
        PolyCollection(
            [
                between(shown.x[run.rows], mean[run.rows], rows.target_power[run.rows])
                for run in missed
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


def _draw_threshold(
    axes: Axes, sheet: Sheet, shown: Traces, smooth: Column, threshold: float
) -> None:
    """Draw FTP as a dashed line, named at the left if that is free, and the zones beside it."""
    theme = sheet.theme
    axes.axhline(threshold, color=theme.dim, linewidth=1.0, dashes=(5, 4), label="threshold")
    name = f"FTP {threshold:.0f} W"
    length = sheet.extent(sheet.text_width(name, style.NOTE, bold=True) + 2 * GAP)
    axes.annotate(
        name,
        (_label_start(shown, smooth, threshold, 1.14 * threshold, length), threshold),
        xytext=(GAP * 72 / style.DPI, 4),
        textcoords="offset points",
        fontsize=style.NOTE,
        weight="bold",
        path_effects=sheet.halo(),
    )
    _zone_ruler(axes, sheet, threshold)


def _label_start(shown: Traces, values: Column, low: float, high: float, length: float) -> float:
    """Return the place at which a label of this length begins: left, where it is looked for.

    Where the trace runs behind it there, it moves to where it is least in the trace's way: above
    the trace is best, on quiet ground below it is well; where it is crossed nobody reads it.
    """
    left = shown.span.start
    # What share of the sheet each row takes: on an axis of distance they differ.
    wide = np.diff(shown.x, append=shown.span.end)
    first, end = np.searchsorted(shown.x, (left, left + length))
    behind = (values[first:end] >= low) & (values[first:end] <= high)
    if wide[first:end][behind].sum() <= IN_THE_WAY * length:
        return left
    side = np.where(values > high, 1.0, np.where(values >= low, 0.5, 0.0))
    cost = wide * (0.1 * (side == 1) + (side == 0.5)) + (
        10 * np.mean(wide) * np.abs(np.diff(side, prepend=side[:1]))
    )
    total = np.concatenate(([0.0], np.cumsum(cost)))
    starts = np.linspace(shown.span.start, max(shown.span.end - length, shown.span.start), 200)
    first = np.searchsorted(shown.x, starts)
    end = np.searchsorted(shown.x, starts + length)
    return float(starts[np.argmin(np.round(total[end] - total[first], 6))])


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
