"""The marks that panels are made of: scales, traces, filled ground, notes in a band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import MaxNLocator

from coach.charts import style
from coach.charts.sheet import GAP, Sheet
from coach.charts.traces import Traces, runs
from coach.ride import Column

HEADROOM, NO_HEADROOM = 1.27, 1.08
"""Height of a panel that stands on zero over its highest value, with and without names of hills."""
HEADROOM_AROUND, LEAD_HEADROOM = 0.12, 0.30
"""Room above the data of a panel that stands on none, for peaks, or in the first panel for the
names of hills too, as a fraction of its scale."""
LABEL_LIFT = 5.0
"""Of a label above its point [pt]."""


def highest(*columns: Column) -> float:
    """Return the largest of all that is known, at least 0."""
    known = [column[np.isfinite(column)] for column in columns]
    return max((float(column.max()) for column in known if column.size), default=0.0)


def bounds(values: Column, also: Sequence[float] = (), *, least: float) -> tuple[float, float]:
    """Return a scale for a column.

    Parameters
    ----------
    values : ndarray, shape (n_samples,)
        At least one is known.
    also : sequence of float
        What must be on the scale besides.
    least : float
        The scale is not finer than this from end to end, or noise would look like a change.
    """
    known = np.concatenate((values[np.isfinite(values)], also))
    low, high = float(known.min()), float(known.max())
    middle, half = (low + high) / 2, max((high - low) * 0.54, least / 2)
    return middle - half, middle + half


def scale(axes: Axes, sheet: Sheet, low: float, high: float, *, ticks: int) -> None:
    """Set the scale of a panel, with a few round lines across."""
    axes.set_ylim(low, high)
    values = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10], integer=True).tick_values(low, high)
    axes.set_yticks([value for value in values if low <= value <= high])
    axes.grid(axis="y", color=sheet.theme.grid, linewidth=0.8)
    axes.set_axisbelow(True)


def scale_around(axes: Axes, sheet: Sheet, low: float, high: float, lead: bool) -> None:
    """Set the scale of a panel with room above for peaks, or for the names of hills."""
    room = (high - low) * (LEAD_HEADROOM if lead else HEADROOM_AROUND)
    scale(axes, sheet, low, high + room, ticks=5 if lead else 3)


def trace(axes: Axes, sheet: Sheet, x: Column, values: Column, colour: str, width: float) -> None:
    """Draw a line; a second alone between two gaps is a dot."""
    axes.plot(x, values, color=colour, linewidth=width, label="trace")
    known = np.isfinite(values)
    lone = known & ~np.append(known[1:], False) & ~np.append(False, known[:-1])
    if lone.any():
        axes.plot(
            x[lone],
            values[lone],
            ".",
            color=colour,
            markersize=3 * width,
            clip_on=False,
            label="lone",
        )


def between(x: Column, lower: Column, upper: Column) -> npt.NDArray[np.float64]:
    """Return the polygon between two traces, shape (2 * n_samples, 2)."""
    return np.column_stack((np.concatenate((x, x[::-1])), np.concatenate((upper, lower[::-1]))))


def boxes(spans: Iterable[tuple[float, float, float, float]]) -> list[list[tuple[float, float]]]:
    """Return rectangles from ``(start, end, low, high)``."""
    return [[(s, low), (s, high), (e, high), (e, low)] for s, e, low, high in spans]


def steps(
    axes: Axes,
    shown: Traces,
    values: Column,
    kinds: npt.NDArray[np.intp],
    colours: Sequence[str],
    label: str,
) -> None:
    """Fill from the ground up to each value, for as long as it lasts.

    Parameters
    ----------
    values : ndarray, shape (n_rows,)
    kinds : ndarray of int, shape (n_rows,)
        Index of the colour; negative where nothing is drawn.
    """
    starts, ends = shown.x, shown.axis.ends(shown.rows.seconds)
    outlines = []
    for run in runs(kinds):
        # Corners only: a target that stands for minutes is one rectangle, not hundreds.
        corners = np.flatnonzero(np.diff(values[run.rows])) + run.first
        first, last = np.append(run.first, corners + 1), np.append(corners, run.end - 1)
        x = np.column_stack((starts[first], ends[last])).ravel()
        outlines.append((run.value, x, np.repeat(values[first], 2)))
    _ground(axes, outlines, colours, label)


def slopes(
    axes: Axes,
    shown: Traces,
    values: Column,
    kinds: npt.NDArray[np.intp],
    colours: Sequence[str],
    label: str,
) -> None:
    """Fill from the ground up to the line through the values; parameters as for `steps`."""
    outlines = []
    for run in runs(kinds):
        # Reach over to the next run, or a slit would open between them.
        last = run.end + 1 if run.end < kinds.size and kinds[run.end] >= 0 else run.end
        outlines.append((run.value, shown.x[run.first : last], values[run.first : last]))
    _ground(axes, outlines, colours, label)


def _ground(
    axes: Axes, outlines: list[tuple[int, Column, Column]], colours: Sequence[str], label: str
) -> None:
    low = axes.get_ylim()[0]
    axes.add_collection(
        PolyCollection(
            [between(x, np.full(x.shape, low), top) for _, x, top in outlines],
            facecolors=[colours[kind] for kind, _, _ in outlines],
            linewidth=0,
            # Neighbours share an edge; smoothed twice it would show as a hairline.
            antialiased=False,
            label=label,
        ),
        autolim=False,
    )


def note_inside(axes: Axes, sheet: Sheet, start: float, end: float, text: str) -> None:
    """Write a note into a band: across if it fits, else upright, else not at all."""
    wide = sheet.pixels(end - start)
    height = axes.get_position().height * style.HEIGHT * style.DPI
    length = sheet.text_width(text, style.SMALL)
    if wide >= length + GAP:
        rotation = 0
    elif wide >= 22 and height >= length:
        rotation = 90
    else:
        return
    axes.annotate(
        text,
        ((start + end) / 2, 0.5),
        xycoords=("data", "axes fraction"),
        ha="center",
        va="center",
        rotation=rotation,
        fontsize=style.SMALL,
        color=sheet.theme.dim,
        path_effects=sheet.halo(),
    )


def label_above(
    axes: Axes, sheet: Sheet, x: float, y: float, text: str, size: float, title_end: float
) -> None:
    """Write a label above a point of a panel, unless it would lie on the panel's title.

    Parameters
    ----------
    x, y : float
        The point, as data.
    title_end : float
        How far the title reaches to the right [px].
    """
    low, high = axes.get_ylim()
    height = axes.get_position().height * style.HEIGHT * style.DPI
    top = (y - low) / (high - low) * height + (LABEL_LIFT + size) * style.DPI / 72
    left = sheet.pixels(x - sheet.span.start) - sheet.text_width(text, size) / 2
    if top > height and left < title_end:
        return
    axes.annotate(
        text,
        (x, y),
        xytext=(0, LABEL_LIFT),
        textcoords="offset points",
        ha="center",
        fontsize=size,
        path_effects=sheet.halo(),
    )
