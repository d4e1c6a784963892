"""The panels below power, one function each: posture, cadence, heart rate, elevation.

All panels share the time axis; none has a second scale. Targets are filled and lie behind, what
was ridden is a line in front, and a gap is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from coach.analysis.hills import Hill
from coach.analysis.posture import ride_posture
from coach.analysis.report import SOURCES
from coach.charts import style
from coach.charts.marks import (
    bounds,
    boxes,
    highest,
    label_above,
    note_inside,
    scale,
    slopes,
    trace,
)
from coach.charts.sheet import TITLE_LIFT, Key, Sheet, mean_words, thinned
from coach.charts.traces import (
    Goal,
    Span,
    Stretch,
    Traces,
    cadence_goals,
    grade_classes,
    peak_row,
    pedalling,
    prescribed,
    silences,
)
from coach.messages import Posture
from coach.ride import Column
from coach.units import clock_text

CADENCE_MEAN, HEART_MEAN = 7, 5
"""Least smoothing [s]."""
HEADROOM, LEAD_HEADROOM = 0.12, 0.30
"""Room above the data for peaks, or in the first panel for the labels of hills too, as a fraction
of the scale."""
LINE = 18.0
"""Height of a small word [px]."""


# --- posture ------------------------------------------------------------------------------------


def ridden(shown: Traces) -> list[Stretch]:
    """Return the postures ridden, where they were measured or declared; a guess is not drawn."""
    if shown.ride.position_source not in SOURCES:
        return []
    return [Stretch(*interval) for interval in ride_posture(shown.ride)]


class _Lane(NamedTuple):
    """One strip of the posture panel; `low` and `high` as fractions of it."""

    name: str
    stretches: list[Stretch]
    standing: float
    """In all [s]."""
    low: float = 0.0
    high: float = 1.0


def draw_posture(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Posture: what was asked above what was done, with how long each hill was stood."""
    theme = sheet.theme
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    done = ridden(shown)
    stood = sum(each.end - each.start for each in done if each.posture is Posture.STANDING)
    lanes = (
        _Lane("asked", prescribed(shown), shown.summary.account.ride.asked_standing),
        _Lane("done", done, stood),
    )
    present = [lane for lane in lanes if lane.stretches]
    for number, lane in enumerate(present):
        top = 1 - number / len(present)
        low, high = top - 0.88 / len(present), top - 0.06 / len(present)
        _draw_lane(axes, sheet, lane._replace(low=low, high=high))
    source = shown.ride.position_source
    title_end = sheet.title(
        axes,
        "Posture",
        f"done: {SOURCES[source]}" if done and source else "",
        [
            Key("seated", theme.seated),
            Key("standing", theme.standing, "////", theme.standing_hatch),
        ],
    )
    # What the figures beside the lanes are.
    axes.annotate(
        "standing",
        (1, 1),
        xycoords="axes fraction",
        xytext=(6, TITLE_LIFT * 72 / style.DPI),
        textcoords="offset points",
        fontsize=style.SMALL,
        color=theme.dim,
    )
    _draw_stood(axes, sheet, shown, title_end)


def _draw_stood(axes: Axes, sheet: Sheet, shown: Traces, title_end: float) -> None:
    """Write above each standing stretch of a hill how long it was stood, and how long asked."""
    told = [
        (_standing_span(shown, hill), clock_text(done.posture.stood), done.asked_standing)
        for hill, done in shown.summary.account.hills
        if done.posture is not None and done.asked_standing > 0
    ]
    for between in (" of ", "/"):
        texts = [f"{stood}{between}{clock_text(asked)}" for _, stood, asked in told]
        widths = [sheet.text_width(text, style.SMALL) for text in texts]
        centres = [
            sheet.inside(sheet.pixels((span.start + span.end) / 2 - sheet.span.start), width)
            for (span, _, _), width in zip(told, widths, strict=True)
        ]
        chosen = thinned(centres, widths, [asked for _, _, asked in told])
        if len(chosen) == len(told):
            break
    for index in chosen:
        middle = sheet.span.start + sheet.seconds(centres[index])
        label_above(axes, sheet, middle, 1.0, texts[index], style.SMALL, title_end)


def _standing_span(shown: Traces, hill: Hill) -> Span:
    """Return from where to where standing was asked on a hill."""
    foot, top = hill.start, hill.start + hill.duration
    asked = [
        Span(max(each.start, foot), min(each.end, top))
        for each in prescribed(shown)
        if each.posture is Posture.STANDING and each.start < top and each.end > foot
    ]
    return Span(asked[0].start, asked[-1].end) if asked else Span(foot, top)


def _draw_lane(axes: Axes, sheet: Sheet, lane: _Lane) -> None:
    """Draw one strip, with its name on the left and how long was stood on the right."""
    theme = sheet.theme
    for posture, colour, hatch in (
        (Posture.SEATED, theme.seated, ""),
        (Posture.STANDING, theme.standing, "////"),
    ):
        spans = [(s.start, s.end) for s in lane.stretches if s.posture is posture]
        axes.add_collection(
            PolyCollection(
                boxes([(start, end, lane.low, lane.high) for start, end in spans]),
                facecolor=colour,
                edgecolor=theme.standing_hatch,
                hatch=hatch,
                linewidth=0,
                label=f"{lane.name} {posture}",
            ),
            autolim=False,
        )
    for text, x, offset, align, colour in (
        (lane.name, 0, -5, "right", theme.dim),
        (clock_text(lane.standing), 1, 6, "left", theme.ink),
    ):
        axes.annotate(
            text,
            (x, (lane.low + lane.high) / 2),
            xycoords="axes fraction",
            xytext=(offset, 0),
            textcoords="offset points",
            ha=align,
            va="center",
            fontsize=style.SMALL,
            color=colour,
        )


# --- cadence ------------------------------------------------------------------------------------


def draw_cadence(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Cadence while the cranks turn, over the cadence that was asked for."""
    theme, rows = sheet.theme, shown.rows
    width = max(CADENCE_MEAN, shown.smoothing)
    smooth = pedalling(shown, width)
    goals = cadence_goals(shown.ride)
    low, high = bounds(smooth, [edge for goal in goals for edge in goal[2:]], least=40.0)
    _scale_below(axes, sheet, max(low, 0.0), high, lead)
    axes.add_collection(
        PolyCollection(
            boxes(goals),
            facecolor=theme.cadence,
            alpha=0.16,
            linewidth=0,
            label="goal",
        ),
        autolim=False,
    )
    _name_goals(axes, sheet, goals)
    trace(axes, sheet, rows.time, smooth, theme.cadence, 1.3)
    coasted = bool((rows.cadence == 0).any())
    note = f"rpm, {mean_words(width)}{', pedalling only' if coasted else ''}"
    sheet.title(axes, "Cadence", note, [Key("goal", theme.cadence + "29")] if goals else [])


def _name_goals(axes: Axes, sheet: Sheet, goals: Sequence[Goal]) -> None:
    """Write each goal beside the right edge, at its own height or, where they crowd, below it.

    If there are more than have room, those that lasted longest are written.
    """
    lasting: dict[tuple[float, float], float] = {}
    for start, end, low, high in goals:
        lasting[low, high] = lasting.get((low, high), 0.0) + end - start
    bottom, top = axes.get_ylim()
    height = axes.get_position().height * style.HEIGHT * style.DPI
    written = sorted(lasting, key=lambda goal: -lasting[goal])[: int(height / LINE)]
    at = height
    for low, high in sorted(written, key=sum, reverse=True):
        at = min(((low + high) / 2 - bottom) / (top - bottom) * height, at - LINE)
        axes.annotate(
            f"{low:.0f}–{high:.0f}",
            (1, at / height),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            color=sheet.theme.cadence,
        )


# --- heart rate ---------------------------------------------------------------------------------


def draw_heart(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Heart rate, with the peak of each hill; where the strap was silent it says so."""
    theme = sheet.theme
    width = max(HEART_MEAN, shown.smoothing)
    smooth = shown.smooth("heart_rate", width)
    low, high = bounds(smooth, least=40.0)
    _scale_below(axes, sheet, low, high, lead)
    for silence in silences(shown, "heart_rate"):
        axes.axvspan(*silence, facecolor=theme.grid, linewidth=0, label="no data")
        note_inside(axes, sheet, *silence, "no data")
    trace(axes, sheet, shown.rows.time, smooth, theme.heart, 1.5)
    title_end = sheet.title(axes, "Heart rate", f"bpm, {mean_words(width)}")
    _draw_peaks(axes, sheet, shown, smooth, title_end)


def _draw_peaks(axes: Axes, sheet: Sheet, shown: Traces, smooth: Column, title_end: float) -> None:
    """Mark the highest heart rate of each hill; the number is the measured one."""
    rows = [row for hill in shown.summary.hills if (row := peak_row(shown, hill)) is not None]
    time, values = shown.rows.time[rows], shown.rows.heart_rate[rows]
    axes.plot(
        time,
        smooth[rows],
        "o",
        color=sheet.theme.heart,
        markersize=5.5,
        clip_on=False,
        label="peaks",
    )
    texts = [f"{value:.0f}" for value in values]
    widths = [sheet.text_width(text, style.BASE) for text in texts]
    centres = [sheet.pixels(second - sheet.span.start) for second in time]
    for index in thinned(centres, widths, values.tolist()):
        label_above(
            axes, sheet, time[index], smooth[rows[index]], texts[index], style.BASE, title_end
        )


# --- elevation ----------------------------------------------------------------------------------


def draw_elevation(sheet: Sheet, axes: Axes, shown: Traces, lead: bool) -> None:
    """Elevation, the steeper the stronger, with what each hill gained."""
    theme, rows = sheet.theme, shown.rows
    low, high = bounds(rows.altitude, least=30.0)
    _scale_below(axes, sheet, low, high + 0.1 * (high - low), lead)
    classes = grade_classes(shown)
    slopes(axes, shown, rows.altitude, classes, theme.grades, "grades")
    trace(axes, sheet, rows.time, rows.altitude, theme.elevation, 1.6)
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
        sheet.inside(sheet.pixels(hill.start + hill.duration / 2 - sheet.span.start), width)
        for hill, width in zip(hills, widths, strict=True)
    ]
    for index in thinned(centres, widths, [hill.ascent or 0.0 for hill in hills]):
        middle = sheet.span.start + sheet.seconds(centres[index])
        half = sheet.seconds(widths[index] / 2)
        below = shown.rows.altitude[shown.within(Span(middle - half, middle + half))]
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


def _scale_below(axes: Axes, sheet: Sheet, low: float, high: float, lead: bool) -> None:
    """Set the scale of a panel with room above for peaks, or for the labels of hills."""
    room = (high - low) * (LEAD_HEADROOM if lead else HEADROOM)
    scale(axes, sheet, low, high + room, ticks=5 if lead else 3)
