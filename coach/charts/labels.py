"""Names of hills over the first panel: as much of each as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from coach.analysis.hills import Hill
from coach.charts import style
from coach.charts.sheet import Sheet, thinned
from coach.charts.traces import Traces, share_of_target

LINES = (21.0, 42.0, 62.0)
"""Base lines below the top of the panel [px]."""


def draw_hill_labels(sheet: Sheet, axes: Axes, shown: Traces) -> None:
    """Write number and load of each hill; where hills crowd, only numbers, or some of them."""
    hills = shown.summary.hills
    numbers = [str(hill.index) for hill in hills]
    names = [f"Hill {number}" for number in numbers]
    if not _row(sheet, axes, hills, names, LINES[0], bold=True):
        _row(sheet, axes, hills, numbers, LINES[0], bold=True, some=True)
    loads = [load_words(shown, hill) for hill in hills]
    if not _row(sheet, axes, hills, [" · ".join(filter(None, load)) for load in loads], LINES[1]):
        for line, words in zip(LINES[1:], zip(*loads, strict=True), strict=True):
            _row(sheet, axes, hills, words, line)


def _row(
    sheet: Sheet,
    axes: Axes,
    hills: Sequence[Hill],
    words: Sequence[str],
    below: float,
    *,
    bold: bool = False,
    some: bool = False,
) -> bool:
    """Write a line of labels if all of them fit, or `some`; tell whether it was written."""
    size = style.LABEL if bold else style.NOTE
    widths = [sheet.text_width(word, size, bold=bold) for word in words]
    # A hill at the very edge of the ride keeps its label on the sheet.
    centres = [
        sheet.inside(sheet.pixels(hill.start + hill.duration / 2 - sheet.span.start), width)
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


def load_words(shown: Traces, hill: Hill) -> tuple[str, str]:
    """Say how hard a hill was: mean power and its share of the target, else ascent and grade."""
    if hill.average_power is not None:
        share = share_of_target(shown, hill)
        return f"{hill.average_power:.0f} W", "" if share is None else f"{100 * share:.0f} %"
    if hill.ascent is not None:
        grade = hill.average_grade
        return f"+{hill.ascent:.0f} m", "" if grade is None else f"{100 * grade:.1f} %"
    return "", ""
