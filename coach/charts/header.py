"""The head of a chart: what ride it was, how it was drawn, and its figures."""

from __future__ import annotations

from coach.analysis.climbs import travelled
from coach.analysis.power import highest, if_known, intensity_factor
from coach.analysis.target import on_target
from coach.charts import style
from coach.charts.sheet import LEFT, RIGHT, Sheet, writable
from coach.charts.traces import Traces
from coach.ride import Ride
from coach.workout import SegmentKind

LONG_ENOUGH = 20 * 60.0
"""Weighted power of a shorter ride means little [s]."""
FIGURES = 6
"""How many figures there is room for."""
COLUMN_GAP = 30.0
"""[px]."""
NUMBER_LINE, CAPTION_LINE = 60.0, 114.0
"""Base lines below the top edge [px]."""


def draw_header(sheet: Sheet, shown: Traces) -> None:
    """Write title and subtitle on the left, figures on the right."""
    page_width, page_height = style.WIDTH * style.DPI, style.HEIGHT * style.DPI

    def write(x: float, y: float, text: str, size: float, bold: bool, align: str) -> None:
        sheet.figure.text(
            x / page_width,
            1 - y / page_height,
            text,
            fontsize=size,
            weight="bold" if bold else "normal",
            color=sheet.theme.ink if bold else sheet.theme.dim,
            ha=align,
            va="baseline",
        )

    edge = RIGHT * page_width
    for number, caption in reversed(figures(shown)):
        write(edge, NUMBER_LINE, number, style.NUMBER, True, "right")
        write(edge, CAPTION_LINE, caption, style.NOTE, False, "right")
        edge -= COLUMN_GAP + max(
            sheet.text_width(number, style.NUMBER, bold=True),
            sheet.text_width(caption, style.NOTE),
        )
    left = LEFT * page_width
    room = edge - left
    title = sheet.shortened(title_of(shown.ride), style.TITLE, room, bold=True)
    write(left, NUMBER_LINE, title, style.TITLE, True, "left")
    parts = subtitle_parts(shown)
    while len(parts) > 1 and sheet.text_width(" · ".join(parts), style.SUBTITLE) > room:
        parts.pop()
    write(left, CAPTION_LINE, " · ".join(parts), style.SUBTITLE, False, "left")


def title_of(ride: Ride) -> str:
    """Return the ride's name, as far as the font has its letters, else its sport."""
    return writable(ride.name) or writable(ride.sport).capitalize() or "Ride"


def subtitle_parts(shown: Traces) -> list[str]:
    """Say when, how long, where, how the load was asked for, and how it was smoothed."""
    ride = shown.ride
    parts = []
    if ride.start is not None:
        # The rider's own calendar: a Sunday evening is not Monday because Greenwich says so.
        local = ride.start.astimezone()
        parts.append(f"{local:%a} {local.day} {local:%b %Y}")
    timer = shown.summary.timer_time
    if timer is not None:
        parts.append(f"{duration_words(timer)} {'indoors' if ride.indoor else 'outdoors'}")
    if shown.has("power"):
        # A trainer that takes a load tells its power; without power nobody asked it for one.
        parts += filter(None, [mode_words(ride)])
        if shown.smoothing > 1:
            parts.append(f"{shown.smoothing} s smoothing")
    return parts


def duration_words(seconds: float) -> str:
    """Format a duration as one says it: ``45 s``, ``57 min``, ``1 h 30 min``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def mode_words(ride: Ride) -> str:
    """Say how the trainer was asked for its load; empty without a plan."""
    planned = () if ride.workout is None else ride.workout.segments
    asked = [segment for segment in planned if segment.kind is not SegmentKind.FREE]
    climbing = {segment.mode for segment in asked if segment.hill is not None}
    every = {segment.mode for segment in asked}
    if not every:
        return ""
    if len(every) == 1:
        return f"{next(iter(every))} mode"
    if len(climbing) == 1:
        return f"hills in {next(iter(climbing))} mode"
    return "mixed modes"


def figures(shown: Traces) -> list[tuple[str, str]]:
    """Return number and caption of what is known, the most telling first, at most six."""
    summary, ride = shown.summary, shown.ride
    long_enough = (summary.timer_time or 0.0) >= LONG_ENOUGH
    weighted = summary.normalized_power if long_enough else None
    intensity = None
    if weighted is not None and ride.threshold_power:
        intensity = intensity_factor(weighted, ride.threshold_power)
    hit = if_known(on_target(shown.rows.power, shown.rows.target_power))
    # A trainer's own road is no place; one that was ridden metre by metre is.
    road = ride.by_distance
    ascent = summary.ascent if road or not (ride.virtual_altitude or ride.indoor) else None
    way = if_known(highest(travelled(shown.rows)) / 1000) if road or not ride.indoor else None
    candidates = (
        (summary.average_power, "{:.0f} W", "avg"),
        (weighted, "{:.0f} W", "weighted"),
        (intensity, "{:.2f}", "intensity"),
        (None if summary.work is None else summary.work / 1000, "{:.0f} kJ", "work"),
        (None if hit is None else 100 * hit, "{:.0f} %", "on target"),
        (summary.average_heart_rate, "{:.0f}", "avg HR"),
        (summary.max_heart_rate if summary.average_power is None else None, "{:.0f}", "max HR"),
        (summary.average_cadence if summary.average_power is None else None, "{:.0f}", "avg rpm"),
        (ascent, "{:.0f} m", "ascent"),
        (way, "{:.1f} km", "distance"),
    )
    known = [(form.format(value), name) for value, form, name in candidates if value is not None]
    return known[:FIGURES]
