"""Weeks as one picture: what was done beside what was planned.

One question, one figure: *did I do what I set out to do?* Filled is what was done, an outline is
what the plan had. Minutes on the feet that pedals measured and those that the rider declared are
stacked and told apart by colour and hatch; they are never one number. What nobody recorded takes
no room: its panel is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from coach.charts import style
from coach.charts.axis import Span
from coach.charts.saving import check_suffix, check_theme, drawing, save_figure
from coach.charts.sheet import GAP, LEFT, RIGHT, Key, Sheet, thinned
from coach.charts.style import Theme, ThemeName
from coach.errors import RideFileError
from coach.training.weekly import WeekDone
from coach.units import clock_text

TOP, BOTTOM, BETWEEN = 178.0, 88.0, 58.0
"""Room above the first panel, below the last, and between two [px]."""
BAR = 0.62
"""Width of a bar, in weeks."""
WIDEST_BAR = 150.0
"""[px]: one week alone is no wall."""
HEADROOM = 1.2
"""Height of a panel over its highest bar: room for a number."""
OUTLINE = 1.2
"""Width of the line around what was planned [pt]."""
NUMBER_LINE, CAPTION_LINE = 60.0, 114.0
"""Base lines of title and caption below the top edge [px]."""
NO_MEASURE = "Power on hills is what the plan asked plus what you did, no measure of fitness."


class _Part(NamedTuple):
    """A filled piece of a bar."""

    height: float
    colour: str
    hatch: str = ""


class _Bar(NamedTuple):
    """One week of a panel."""

    parts: tuple[_Part, ...]
    """From the ground up; empty where nothing was done."""
    planned: float | None
    words: Callable[[float], str] = "{:.0f}".format

    @property
    def done(self) -> float:
        """How high the parts are together."""
        return sum(part.height for part in self.parts)

    @property
    def text(self) -> str:
        """What stands above it; nothing where nothing was done."""
        if not self.parts:
            return ""
        known = (self.done,) if self.planned is None else (self.done, self.planned)
        return "/".join(self.words(value) for value in known)


class _Panel(NamedTuple):
    """One panel: its title, and what it shows of each week."""

    name: str
    note: str
    keys: Callable[[Theme, Sequence[WeekDone]], Iterator[Key]]
    bar: Callable[[Theme, WeekDone], _Bar]
    outline: str = "planned"


def _power_keys(theme: Theme, _: Sequence[WeekDone]) -> Iterator[Key]:
    yield Key("done", theme.raw)


def _power(theme: Theme, week: WeekDone) -> _Bar:
    power = week.hill_power
    parts = () if power is None else (_Part(power, theme.raw),)
    return _Bar(parts, week.hill_power_planned)


def _standing_keys(theme: Theme, weeks: Sequence[WeekDone]) -> Iterator[Key]:
    if any(week.standing_measured is not None for week in weeks):
        yield Key("measured by pedals", theme.standing)
    if any(week.standing_declared is not None for week in weeks):
        yield Key("declared by you", theme.standing, "////", theme.standing_hatch)


def _standing(theme: Theme, week: WeekDone) -> _Bar:
    parts = [
        _Part(seconds / 60, theme.standing, hatch)
        for seconds, hatch in ((week.standing_measured, ""), (week.standing_declared, "////"))
        if seconds is not None
    ]
    planned = None if week.standing_planned is None else week.standing_planned / 60
    return _Bar(tuple(parts), planned, lambda minutes: clock_text(60 * minutes))


def _sets_keys(theme: Theme, _: Sequence[WeekDone]) -> Iterator[Key]:
    yield Key("done", theme.cadence)


def _sets(theme: Theme, week: WeekDone) -> _Bar:
    if not week.strength.done:
        return _Bar((), None)
    return _Bar((_Part(week.sets, theme.cadence),), week.sets_asked or None)


_PANELS = (
    _Panel("Power on hills", "W, mean over the time on hills", _power_keys, _power),
    _Panel("Standing", "min", _standing_keys, _standing),
    _Panel("Strength", "sets, of the sessions begun", _sets_keys, _sets, "asked"),
)


def weeks_figure(weeks: Sequence[WeekDone], today: date, theme: ThemeName = "light") -> Figure:
    """Draw weeks.

    Parameters
    ----------
    weeks : sequence of WeekDone
        In order, one after the other; at least one.
    today : date
        The week it lies in is marked: it is not over.
    theme : {'light', 'dark'}

    Returns
    -------
    matplotlib.figure.Figure
        1920 by 1080 pixels at 144 dpi; its axes carry the names of the panels as labels.

    Raises
    ------
    RideFileError
        If no week has anything that could be drawn.
    RiderInputError
        If there is no such theme.
    """
    check_theme(theme)
    with drawing(theme):
        return _draw(weeks, today, theme)


def save_weeks(
    weeks: Sequence[WeekDone], today: date, path: Path, theme: ThemeName = "light"
) -> Path:
    """Draw weeks into a file: PNG, SVG or PDF by its name; see `weeks_figure`.

    Raises
    ------
    RideFileError
        If there is nothing to draw, or the file cannot be written.
    RiderInputError
        If the suffix is another one, or there is no such theme.
    """
    check_theme(theme)
    check_suffix(path)
    return save_figure(lambda: _draw(weeks, today, theme), path, theme)


def _draw(weeks: Sequence[WeekDone], today: date, theme: ThemeName) -> Figure:
    # A week is as wide as any other: the axis counts weeks, not seconds.
    sheet = Sheet.blank(style.THEMES[theme], Span(-0.5, len(weeks) - 0.5))
    drawn = [(panel, [panel.bar(sheet.theme, week) for week in weeks]) for panel in _PANELS]
    shown = [(panel, bars) for panel, bars in drawn if any(bar.parts for bar in bars)]
    if not shown:
        raise RideFileError(
            "there is nothing to draw: no hills, no known posture and no strength session in"
            " these weeks"
        )
    room = style.HEIGHT * style.DPI - TOP - BOTTOM - BETWEEN * (len(shown) - 1)
    height = room / len(shown)
    top = style.HEIGHT * style.DPI - TOP
    for panel, bars in shown:
        axes = sheet.panel(panel.name, top - height, height)
        _draw_bars(sheet, axes, bars)
        keys = [*panel.keys(sheet.theme, weeks)]
        if any(bar.planned is not None for bar in bars):
            keys.append(Key(panel.outline, "none", "", sheet.theme.ink, OUTLINE))
        sheet.title(axes, panel.name, panel.note, keys)
        top -= height + BETWEEN
    _draw_weeks(sheet, axes, weeks, today)
    _draw_header(sheet, weeks)
    return sheet.figure


def _draw_bars(sheet: Sheet, axes: Axes, bars: Sequence[_Bar]) -> None:
    theme = sheet.theme
    width = min(BAR, sheet.extent(WIDEST_BAR))
    highest = max(max(bar.done, bar.planned or 0.0) for bar in bars)
    axes.set_ylim(0, HEADROOM * max(highest, 1.0))
    ticks = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10], integer=True)
    axes.set_yticks([tick for tick in ticks.tick_values(0, highest) if tick <= axes.get_ylim()[1]])
    axes.grid(axis="y", color=theme.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.axhline(0, color=theme.dim, linewidth=0.8)
    for at, bar in enumerate(bars):
        ground = 0.0
        for part in bar.parts:
            axes.bar(
                at,
                part.height,
                width,
                ground,
                color=part.colour,
                hatch=part.hatch,
                edgecolor=theme.standing_hatch if part.hatch else part.colour,
                linewidth=0,
                label="done",
            )
            ground += part.height
        if bar.planned is not None:
            axes.bar(
                at,
                bar.planned,
                width,
                fill=False,
                edgecolor=theme.ink,
                linewidth=OUTLINE,
                label="planned",
            )
    _number_bars(sheet, axes, bars)


def _number_bars(sheet: Sheet, axes: Axes, bars: Sequence[_Bar]) -> None:
    """Write its number above each bar, as far as there is room side by side."""
    told = [(at, bar) for at, bar in enumerate(bars) if bar.text]
    widths = [sheet.text_width(bar.text, style.NOTE, bold=True) for _, bar in told]
    centres = [sheet.pixels(at) for at, _ in told]
    if len(thinned(centres, widths, [0.0] * len(told), GAP)) < len(told):
        # Some weeks with a number and some without would look like a choice.
        return
    for at, bar in told:
        axes.annotate(
            bar.text,
            (at, max(bar.done, bar.planned or 0.0)),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=style.NOTE,
            weight="bold",
            path_effects=sheet.halo(),
        )


def _draw_weeks(sheet: Sheet, axes: Axes, weeks: Sequence[WeekDone], today: date) -> None:
    """Write below the last panel on which day each week begins, and which are no usual ones."""
    axes.xaxis.set_visible(True)
    axes.tick_params(axis="x", pad=9)
    # Two lines each: one label with two of them alone would stand lower than the others.
    texts = [f"{week.start.day} {week.start:%b}\n{_state(week, today)}" for week in weeks]
    width = max(sheet.text_width(line, style.BASE) for text in texts for line in text.splitlines())
    step = next(
        each for each in range(1, len(weeks) + 1) if sheet.pixels(each) >= width + 2 * GAP
        or each == len(weeks)
    )  # fmt: skip
    # Counted from the end: the latest week is the one that is looked for.
    shown = [at for at in range(len(weeks)) if (len(weeks) - 1 - at) % step == 0]
    axes.set_xticks(shown, [texts[at] for at in shown])


def _state(week: WeekDone, today: date) -> str:
    if week.start <= today <= week.end:
        return "not over"
    return "easy" if week.easy else " "


def _draw_header(sheet: Sheet, weeks: Sequence[WeekDone]) -> None:
    page_width, page_height = style.WIDTH * style.DPI, style.HEIGHT * style.DPI
    theme = sheet.theme

    def write(x: float, y: float, text: str, size: float, bold: bool, align: str) -> None:
        sheet.figure.text(
            x / page_width,
            1 - y / page_height,
            text,
            fontsize=size,
            weight="bold" if bold else "normal",
            color=theme.ink if bold else theme.dim,
            ha=align,
            va="baseline",
        )

    left = LEFT * page_width
    write(left, NUMBER_LINE, _days(weeks), style.TITLE, True, "left")
    write(left, CAPTION_LINE, NO_MEASURE, style.SUBTITLE, False, "left")
    edge = RIGHT * page_width
    for number, caption in reversed(_figures(weeks)):
        write(edge, NUMBER_LINE, number, style.NUMBER, True, "right")
        write(edge, CAPTION_LINE, caption, style.NOTE, False, "right")
        edge -= 30.0 + max(
            sheet.text_width(number, style.NUMBER, bold=True),
            sheet.text_width(caption, style.NOTE),
        )


def _days(weeks: Sequence[WeekDone]) -> str:
    first, last = weeks[0].start, weeks[-1].end
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} to {last.day} {last:%b} {last.year}"


def _figures(weeks: Sequence[WeekDone]) -> list[tuple[str, str]]:
    """Return number and caption of what was done in all the weeks."""
    rides = sum(week.rides.done for week in weeks)
    figures = [(str(rides), "ride" if rides == 1 else "rides")]
    hills = sum(week.hills for week in weeks)
    if hills:
        figures.append((str(hills), "hill" if hills == 1 else "hills"))
    sessions = sum(week.strength.done for week in weeks)
    if sessions:
        figures.append((str(sessions), "strength"))
    counts = [count for week in weeks for count in (week.rides, week.strength)]
    if any(count.missed is not None for count in counts):
        figures.append((str(sum(count.missed or 0 for count in counts)), "missed"))
    return figures
