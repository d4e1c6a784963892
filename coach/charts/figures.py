"""A ride as one picture: panels on one axis, hills banded through all of them.

One question, one figure: *how did the ride go, hill by hill?* What was not recorded takes no room:
its panel is left out and the others grow; speed has a panel only where neither power nor
elevation is known. The axis is time; on a road, where a stretch ends at a place, it is distance.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from coach.charts import style
from coach.charts.axis import AxisName
from coach.charts.elevation import draw_elevation, draw_grade, is_felt_otherwise
from coach.charts.header import draw_header
from coach.charts.labels import draw_hill_labels
from coach.charts.marks import boxes, note_inside
from coach.charts.panels import draw_cadence, draw_heart, draw_posture, ridden
from coach.charts.power import draw_power
from coach.charts.saving import check_suffix, check_theme, drawing, save_figure
from coach.charts.sheet import LEFT, RIGHT, Sheet
from coach.charts.speed import draw_speed, has_only_speed
from coach.charts.style import ThemeName
from coach.charts.traces import Traces, prescribed, traces
from coach.errors import RideFileError, RiderInputError
from coach.ride import Ride
from coach.units import clock_text

LONGEST_SMOOTHING = 300.0
"""[s]."""
TOP, BOTTOM = 178.0, 63.0
"""Room above the first and below the last panel [px]."""
BETWEEN = 42.0
"""Room for a panel's title [px]."""
POSTURE_HEIGHT = 42.0
"""[px]."""
LEAD_SHARE = 5.4
"""How much higher the first panel is, in the same units as `_Panel.share`."""


class _Panel(NamedTuple):
    """One panel: its name, its share of the height, when it is there, who draws it."""

    name: str
    share: float
    present: Callable[[Traces], bool]
    draw: Callable[[Sheet, Axes, Traces, bool], None]


_PANELS = (
    _Panel("power", 5.4, lambda shown: shown.has("power") or shown.has("target_power"), draw_power),
    _Panel("posture", 0.0, lambda shown: bool(prescribed(shown) or ridden(shown)), draw_posture),
    _Panel("cadence", 1.35, lambda shown: bool((shown.rows.cadence > 0).any()), draw_cadence),
    _Panel("heart", 1.45, lambda shown: shown.has("heart_rate"), draw_heart),
    _Panel("grade", 1.1, is_felt_otherwise, draw_grade),
    _Panel("elevation", 1.35, lambda shown: shown.has("altitude"), draw_elevation),
    _Panel("speed", 1.35, has_only_speed, draw_speed),
)
_LEADERS = ("power", "heart", "elevation", "speed", "cadence")
"""Which panel comes first and is the highest: the first of these that is there."""


def ride_figure(
    ride: Ride,
    theme: ThemeName = "light",
    smooth: float | None = None,
    axis: AxisName | None = None,
) -> Figure:
    """Draw a ride.

    Parameters
    ----------
    ride : Ride
        With or without a plan; any length.
    theme : {'light', 'dark'}
    smooth : float, optional
        Window of the power trace, 1 to 300 [s]; by default 3, 5 or 10 s by the ride's length.
    axis : {'time', 'distance'}, optional
        By default distance for a ride on a road, else time.

    Returns
    -------
    matplotlib.figure.Figure
        1920 by 1080 pixels at 144 dpi, on an Agg canvas. Its axes carry the names of the panels
        as labels. Save it with `save_chart` for bytes that repeat.

    Raises
    ------
    RideFileError
        If the ride has nothing that could be drawn, or no distance for an axis of distance.
    RiderInputError
        If `theme` or `smooth` makes no sense.
    """
    _check(theme, smooth)
    with drawing(theme):
        return _draw(traces(ride, smooth, axis), theme)


def save_chart(
    ride: Ride,
    path: Path,
    theme: ThemeName = "light",
    smooth: float | None = None,
    axis: AxisName | None = None,
) -> Path:
    """Draw a ride into a file: PNG, SVG or PDF by its name; same ride, same bytes.

    Raises
    ------
    RideFileError
        If the ride has nothing to draw, or no distance for an axis of distance, or the file cannot
        be written.
    RiderInputError
        If the suffix is another one, or `theme` or `smooth` makes no sense.
    """
    _check(theme, smooth)
    check_suffix(path)
    return _save(traces(ride, smooth, axis), path, theme)


def save_charts(ride: Ride, stem: Path) -> list[Path]:
    """Draw a ride in both themes, as ``STEM-light.png`` and ``STEM-dark.png``.

    Raises
    ------
    RideFileError
        If the ride has nothing to draw (then nothing is written), or the files cannot be written.
    """
    shown = traces(ride)
    return [
        _save(shown, stem.with_name(f"{stem.name}-{theme}.png"), theme) for theme in style.THEMES
    ]


def _check(theme: str, smooth: float | None) -> None:
    check_theme(theme)
    if smooth is not None and not 1 <= smooth <= LONGEST_SMOOTHING:
        raise RiderInputError(
            f"smoothing over {smooth:g} s makes no sense; choose 1 to {LONGEST_SMOOTHING:.0f} s"
        )


def _save(shown: Traces, path: Path, theme: str) -> Path:
    return save_figure(lambda: _draw(shown, theme), path, theme)


def _draw(shown: Traces, theme: str) -> Figure:
    panels = _in_order(shown)
    if not panels:
        raise RideFileError(
            f"{shown.ride.name or 'this ride'}: there is nothing to draw over time, no power, "
            "posture, cadence, heart rate, altitude or speed; choose another file"
        )
    sheet = Sheet.blank(style.THEMES[theme], shown.span)
    heights = _heights(panels)
    drawn: list[Axes] = []
    top = style.HEIGHT * style.DPI - TOP
    for number, (panel, height) in enumerate(zip(panels, heights, strict=True)):
        axes = sheet.panel(panel.name, top - height, height)
        panel.draw(sheet, axes, shown, number == 0)
        drawn.append(axes)
        top -= height + BETWEEN
    _draw_bands(sheet, drawn, shown)
    draw_hill_labels(sheet, drawn[0], shown)
    _draw_axis(sheet, drawn[-1], shown)
    draw_header(sheet, shown)
    return sheet.figure


def _in_order(shown: Traces) -> list[_Panel]:
    """Return the panels that have something to show, the leader first."""
    present = {panel.name: panel for panel in _PANELS if panel.present(shown)}
    leader = next((present.pop(name) for name in _LEADERS if name in present), None)
    return [*([leader] if leader else []), *present.values()]


def _heights(panels: list[_Panel]) -> list[float]:
    """Share out the height of the sheet [px]."""
    shares = [LEAD_SHARE, *(panel.share for panel in panels[1:])]
    room = style.HEIGHT * style.DPI - TOP - BOTTOM - BETWEEN * (len(panels) - 1)
    room -= POSTURE_HEIGHT * sum(panel.share == 0 for panel in panels[1:])
    return [share * room / sum(shares) or POSTURE_HEIGHT for share in shares]


def _draw_bands(sheet: Sheet, panels: list[Axes], shown: Traces) -> None:
    """Band the hills, and blank the pauses, behind all panels at once."""
    theme = sheet.theme
    bottom = panels[-1].get_position().y0
    top = panels[0].get_position().y1
    behind = sheet.figure.add_axes((LEFT, bottom, RIGHT - LEFT, top - bottom), label="behind")
    behind.set_zorder(-1)
    behind.set_axis_off()
    behind.set_xlim(sheet.span)
    behind.set_ylim(0, 1)
    hills = [
        (*shown.axis.places(hill.start, hill.start + hill.duration), 0.0, 1.0)
        for hill in shown.summary.hills
    ]
    places = [shown.axis.places(stop.start, stop.end) for stop in shown.stops]
    # Without way, a stop has no room on an axis of distance.
    stops = [(*each, 0.0, 1.0) for each in places if sheet.pixels(each.end - each.start) >= 1]
    behind.add_collection(
        PolyCollection(boxes(hills), facecolor=theme.band, linewidth=0, label="hills"),
        autolim=False,
    )
    behind.add_collection(
        PolyCollection(
            boxes(stops),
            facecolor=theme.ground,
            edgecolor=theme.grid,
            hatch="///",
            linewidth=0,
            label="stops",
        ),
        autolim=False,
    )
    for stop, place in zip(shown.stops, places, strict=True):
        word = "pause" if stop.paused else "no data"
        length = clock_text(stop.end - stop.start)
        note_inside(panels[0], sheet, *place, f"{word} {length}")


def _draw_axis(sheet: Sheet, axes: Axes, shown: Traces) -> None:
    """Label the axis, in round steps and in the unit that suits the ride."""
    ticks = shown.axis.ticks(sheet.span)
    axes.xaxis.set_visible(True)
    # Lower than other labels, or the first one would touch a value at the foot of the scale.
    axes.tick_params(axis="x", pad=9)
    axes.set_xticks([at for at, _ in ticks], [text for _, text in ticks])
