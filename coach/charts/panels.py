"""The panels below power, one function each: posture, cadence, heart rate.

All panels share one axis, time or distance; none has a second scale. Targets are filled and lie
behind, what was ridden is a line in front, and a gap is a gap.
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
from coach.charts.axis import Span
from coach.charts.marks import (
    bounds,
    boxes,
    label_above,
    note_inside,
    scale_around,
    trace,
)
from coach.charts.sheet import TITLE_LIFT, Key, Sheet, mean_words, thinned
from coach.charts.traces import (
    Goal,
    Stretch,
    Traces,
    cadence_goals,
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
        _draw_lane(axes, sheet, shown, lane._replace(low=low, high=high))
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
        (
            shown.axis.places(*_standing_span(shown, hill)),
            clock_text(done.posture.stood),
            done.asked_standing,
        )
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
        middle = sheet.span.start + sheet.extent(centres[index])
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


def _draw_lane(axes: Axes, sheet: Sheet, shown: Traces, lane: _Lane) -> None:
    """Draw one strip, with its name on the left and how long was stood on the right."""
    theme = sheet.theme
    for posture, colour, hatch in (
        (Posture.SEATED, theme.seated, ""),
        (Posture.STANDING, theme.standing, "////"),
    ):
        spans = [shown.axis.places(s.start, s.end) for s in lane.stretches if s.posture is posture]
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
    theme = sheet.theme
    width = max(CADENCE_MEAN, shown.smoothing)
    smooth = pedalling(shown, width)
    goals = [
        goal._replace(start=place.start, end=place.end)
        for goal in cadence_goals(shown.ride)
        for place in (shown.axis.places(goal.start, goal.end),)
    ]
    low, high = bounds(smooth, [edge for goal in goals for edge in goal[2:]], least=40.0)
    scale_around(axes, sheet, max(low, 0.0), high, lead)
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
    trace(axes, sheet, shown.x, smooth, theme.cadence, 1.3)
    coasted = bool((shown.rows.cadence == 0).any())
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
    scale_around(axes, sheet, low, high, lead)
    for silence in silences(shown, "heart_rate"):
        place = shown.axis.places(*silence)
        axes.axvspan(*place, facecolor=theme.grid, linewidth=0, label="no data")
        note_inside(axes, sheet, *place, "no data")
    trace(axes, sheet, shown.x, smooth, theme.heart, 1.5)
    title_end = sheet.title(axes, "Heart rate", f"bpm, {mean_words(width)}")
    _draw_peaks(axes, sheet, shown, smooth, title_end)


def _draw_peaks(axes: Axes, sheet: Sheet, shown: Traces, smooth: Column, title_end: float) -> None:
    """Mark the highest heart rate of each hill; the number is the measured one."""
    rows = [row for hill in shown.summary.hills if (row := peak_row(shown, hill)) is not None]
    x, values = shown.x[rows], shown.rows.heart_rate[rows]
    axes.plot(
        x,
        smooth[rows],
        "o",
        color=sheet.theme.heart,
        markersize=5.5,
        clip_on=False,
        label="peaks",
    )
    texts = [f"{value:.0f}" for value in values]
    widths = [sheet.text_width(text, style.BASE) for text in texts]
    centres = [sheet.pixels(at - sheet.span.start) for at in x]
    for index in thinned(centres, widths, values.tolist()):
        label_above(axes, sheet, x[index], smooth[rows[index]], texts[index], style.BASE, title_end)
