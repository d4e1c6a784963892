"""The panels of the road: its profile, the steeper the stronger, and what was felt of its grade."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from coach.analysis.climbs import travelled
from coach.analysis.timer import in_order
from coach.charts import style
from coach.charts.marks import (
    NO_HEADROOM,
    bounds,
    highest,
    label_above,
    scale,
    scale_around,
    slopes,
    steps,
    trace,
)
from coach.charts.sheet import Key, Sheet, thinned
from coach.charts.style import GRADES
from coach.charts.traces import Traces, centred_mean, runs, stretches
from coach.ride import Column

BLOCKS = 300
"""A grade that is worked out holds for so small a part of the sheet, but for no less than ..."""
SHORTEST_BLOCK = {"time": 15.0, "distance": 100.0}
"""... this [s], [m]: less is noise."""
LEAST_DIFFERENCE = 0.0025
"""Grades that differ by less, as a fraction, are not worth a panel. A convention."""


def grade_classes(shown: Traces) -> npt.NDArray[np.intp]:
    """Return the class of each row's grade, 0 (below 2 %, or down) to 3; -1 without altitude.

    A model's own grade is exact. A barometer's has to be worked out from altitude over distance,
    over blocks that are long enough to be told from noise and wide enough to be seen.
    """
    rows = shown.rows
    grade = rows.grade
    if not (shown.ride.virtual_altitude and np.isfinite(grade).any()):
        grade = _grade_from_altitude(shown)
    classes = np.searchsorted(np.array(GRADES), np.nan_to_num(grade), "right")
    return np.where(np.isfinite(rows.altitude), classes, -1)


def _grade_from_altitude(shown: Traces) -> Column:
    rows = shown.rows
    window = math.ceil(max(SHORTEST_BLOCK["time"], shown.duration / BLOCKS))
    altitude = centred_mean(rows.altitude, window, stretches(rows))
    distance = travelled(rows)
    grade = np.zeros(len(rows))
    length = max(SHORTEST_BLOCK[shown.axis.name], (shown.span.end - shown.span.start) / BLOCKS)
    block = np.floor_divide(shown.x, length).astype(np.intp)
    for run in runs(np.where(np.isfinite(altitude), block, -1)):
        last = run.end - 1
        way = distance[last] - distance[run.first]
        # Standing still has no grade.
        if way > (last - run.first) * 0.5:
            grade[run.first : run.end] = (altitude[last] - altitude[run.first]) / way
    return grade


def felt_grade(shown: Traces) -> Column:
    """Return what was felt of the road's grade at each row, shape (n_rows,); NaN where unknown."""
    ride, rows = shown.ride, shown.rows
    order = in_order(ride.time)
    at = np.searchsorted(ride.time[order], rows.time, "right") - 1
    return np.where(rows.riding & (at >= 0), ride.felt_grade[order[at]], np.nan)


def is_felt_otherwise(shown: Traces) -> bool:
    """Tell whether climbs were felt less steep than they are; no trainer lets feel a descent."""
    if not np.isfinite(shown.ride.felt_grade).any():
        return False
    off = np.abs(felt_grade(shown) - shown.rows.grade)[shown.rows.grade > 0]
    off = off[np.isfinite(off)]
    # On the way from one grade to the next they always differ a little.
    return off.size > 0 and float(np.median(off)) > LEAST_DIFFERENCE


def draw_grade(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """What was felt of each climb, as a line over the grade of the road."""
    road = 100 * np.maximum(np.nan_to_num(shown.rows.grade), 0.0)
    felt = 100 * np.maximum(felt_grade(shown), 0.0)
    scale(axes, sheet, 0.0, NO_HEADROOM * max(highest(road, felt), 5.0), ticks=3)
    steps(axes, shown, road, grade_classes(shown), sheet.theme.grades, "road")
    trace(axes, sheet, shown.x, felt, sheet.theme.ink, 1.3)
    sheet.title(axes, "Grade", "%, uphill: felt, over the road's")


def draw_elevation(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Elevation, the steeper the stronger, with what each hill gained."""
    theme, rows = sheet.theme, shown.rows
    low, high = bounds(rows.altitude, least=30.0)
    scale_around(axes, sheet, low, high + 0.1 * (high - low), lead)
    classes = grade_classes(shown)
    slopes(axes, shown, rows.altitude, classes, theme.grades, "grades")
    trace(axes, sheet, shown.x, rows.altitude, theme.elevation, 1.6)
    note = "m, virtual" if shown.ride.virtual_altitude else "m"
    title_end = sheet.title(axes, "Elevation", note)
    if not lead:
        _draw_ascents(axes, sheet, shown, title_end)
    if classes.max() > 0:
        _grade_key(axes, sheet)


def _draw_ascents(axes: Axes, sheet: Sheet, shown: Traces, title_end: float) -> None:
    """Write what each hill gained above its middle."""
    hills = [hill for hill in shown.summary.hills if hill.ascent is not None]
    texts = [f"+{hill.ascent:.0f} m" for hill in hills]
    widths = [sheet.text_width(text, style.NOTE) for text in texts]
    centres = [
        sheet.inside(sheet.pixels(shown.middle(hill) - sheet.span.start), width)
        for hill, width in zip(hills, widths, strict=True)
    ]
    for index in thinned(centres, widths, [hill.ascent or 0.0 for hill in hills]):
        middle = sheet.span.start + sheet.extent(centres[index])
        half = sheet.extent(widths[index] / 2)
        below = shown.rows.altitude[(shown.x >= middle - half) & (shown.x < middle + half)]
        label_above(axes, sheet, middle, highest(below), texts[index], style.NOTE, title_end)


def _grade_key(axes: Axes, sheet: Sheet) -> None:
    """Show the shades of grade beside the right edge, the steepest on top."""
    box = axes.get_position()
    page_width, page_height = style.WIDTH * style.DPI, style.HEIGHT * style.DPI
    step = 22.0 / page_height
    x = box.x1 + 8 / page_width
    for shade, name in enumerate(style.GRADE_NAMES):
        y = (box.y0 + box.y1) / 2 + (shade - len(style.GRADE_NAMES) / 2) * step
        sheet.swatch(x, y, Key("", sheet.theme.grades[shade]), width=18, height=16)
        sheet.figure.text(
            x + 25 / page_width,
            y + 8 / page_height,
            name,
            va="center_baseline",
            fontsize=style.SMALL,
            color=sheet.theme.dim,
        )
