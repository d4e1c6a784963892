"""Names of hills over the first panel: as much of each as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes

from coach.analysis.hills import Hill
from coach.charts import style
from coach.charts.sheet import Sheet, thinned
from coach.charts.traces import Traces, share_of_target
from coach.units import way_text

LINES = (21.0, 42.0, 62.0)
"""Base lines below the top of the panel [px]."""


def draw_hill_labels(sheet: Sheet, axes: Axes, shown: Traces) -> None:
    """Write name and load of each hill; where hills crowd, only numbers, or some of them.

    On a road, and on an axis of distance, it is a climb and says how long and how steep it is.
    """
    hills = shown.summary.hills
    way = shown.axis.name == "distance" or shown.ride.by_distance
    numbers = [str(hill.index) for hill in hills]
    names = [f"{'Climb' if way else 'Hill'} {number}" for number in numbers]
    roads = [road_words(hill) if way else ("", "") for hill in hills]
    first, *below = LINES
    whole = [_joined((name, *road)) for name, road in zip(names, roads, strict=True)]
    if _row(sheet, axes, shown, whole, first, bold=True):
        roads = []
    elif not _row(sheet, axes, shown, names, first, bold=True):
        _row(sheet, axes, shown, numbers, first, bold=True, some=True)
    for told in (roads, [load_words(shown, hill, way=way) for hill in hills]):
        if below and _row(sheet, axes, shown, [_joined(words) for words in told], below[0]):
            del below[0]
            continue
        for words in zip(*told, strict=True):
            if below and _row(sheet, axes, shown, words, below[0]):
                del below[0]


def _joined(words: Iterable[str]) -> str:
    return " · ".join(filter(None, words))


def _row(
    sheet: Sheet,
    axes: Axes,
    shown: Traces,
    words: Sequence[str],
    below: float,
    *,
    bold: bool = False,
    some: bool = False,
) -> bool:
    """Write a line of labels if all of them fit, or `some`; tell whether it was written."""
    if not any(words):
        return False
    hills = shown.summary.hills
    size = style.LABEL if bold else style.NOTE
    widths = [sheet.text_width(word, size, bold=bold) for word in words]
    # A hill at the very edge of the ride keeps its label on the sheet.
    centres = [
        sheet.inside(sheet.pixels(shown.middle(hill) - sheet.span.start), width)
        for hill, width in zip(hills, widths, strict=True)
    ]
    chosen = thinned(centres, widths, [hill.duration for hill in hills])
    if len(chosen) < len(hills) and not some:
        return False
    for index in chosen:
        axes.annotate(
            words[index],
            (centres[index] / sheet.width, 1),
            xycoords="axes fraction",
            xytext=(0, -below * 72 / style.DPI),
            textcoords="offset points",
            ha="center",
            va="baseline",
            fontsize=size,
            weight="bold" if bold else "normal",
            path_effects=sheet.halo(),
        )
    return True


def road_words(hill: Hill) -> tuple[str, str]:
    """Say how long and how steep a climb is."""
    grade = hill.average_grade
    way = "" if hill.distance is None else way_text(hill.distance)
    return way, "" if grade is None else f"{100 * grade:.1f} %"


def load_words(shown: Traces, hill: Hill, *, way: bool = False) -> tuple[str, str]:
    """Say how hard a hill was: mean power and its share of the target, else ascent and grade.

    Of a climb, whose grade is told already, without power nothing.
    """
    if hill.average_power is not None:
        share = share_of_target(shown, hill)
        return f"{hill.average_power:.0f} W", "" if share is None else f"{100 * share:.0f} %"
    if hill.ascent is not None and not way:
        grade = hill.average_grade
        return f"+{hill.ascent:.0f} m", "" if grade is None else f"{100 * grade:.1f} %"
    return "", ""
