"""The sheet a chart is drawn on: where things are, how wide words are, which of them fit.

Words are measured before they are placed, so that none lies on another.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from coach.charts import style
from coach.charts.axis import Span
from coach.charts.style import Theme

LEFT, RIGHT = 0.045, 0.934
"""Edges of the panels, as fractions of the width."""
GAP = 8.0
"""Smallest distance between two words side by side [px]."""
TITLE_LIFT = 9.0
"""Base line of a panel's title above the panel [px]."""
LONGEST_NAME = 200
SWATCH = 26.0
"""Width of a sample [px]."""


class Key(NamedTuple):
    """A sample of what a panel draws, shown beside its title."""

    label: str
    colour: str
    hatch: str = ""
    hatch_colour: str = "none"
    edge: float = 0.0
    """Width of a line around it, in the colour of the hatch [pt]."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A figure under way. Lengths are pixels at `style.DPI`."""

    figure: Figure
    theme: Theme
    span: Span

    @classmethod
    def blank(cls, theme: Theme, span: Span) -> Sheet:
        """Return an empty sheet for a span of its axis."""
        figure = Figure(figsize=(style.WIDTH, style.HEIGHT), dpi=style.DPI)
        FigureCanvasAgg(figure)
        return cls(figure, theme, span)

    @property
    def width(self) -> float:
        """Of the panels."""
        return (RIGHT - LEFT) * style.WIDTH * style.DPI

    @property
    def length(self) -> float:
        """Of what is drawn, in the unit of the axis."""
        return self.span.end - self.span.start

    def pixels(self, extent: float) -> float:
        """Return how wide a stretch of the axis is."""
        return extent / self.length * self.width

    def inside(self, centre: float, width: float) -> float:
        """Return where the middle of a label must be, near `centre`, to stay over the panels."""
        return min(max(centre, width / 2), self.width - width / 2)

    def extent(self, pixels: float) -> float:
        """Return which stretch of the axis is so wide."""
        return pixels / self.width * self.length

    def text_width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a text is at a size [pt]."""
        canvas: Any = self.figure.canvas
        font = FontProperties(size=size, weight="bold" if bold else "normal")
        width, _, _ = canvas.get_renderer().get_text_width_height_descent(text, font, ismath=False)
        return float(width)

    def shortened(self, text: str, size: float, width: float, *, bold: bool = False) -> str:
        """Return a text cut down, with an ellipsis, to a width."""
        if self.text_width(text, size, bold=bold) <= width:
            return text
        cuts = [text[:length].rstrip() + "…" for length in range(len(text))]
        fitting = bisect_right(cuts, width, key=lambda cut: self.text_width(cut, size, bold=bold))
        return cuts[max(fitting - 1, 0)]

    def panel(self, name: str, bottom: float, height: float) -> Axes:
        """Add axes over the whole span; `bottom` and `height` in pixels."""
        whole = style.HEIGHT * style.DPI
        axes = self.figure.add_axes(
            (LEFT, bottom / whole, RIGHT - LEFT, height / whole), label=name
        )
        axes.set_xlim(self.span.start, self.span.end)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, colors=self.theme.dim, labelsize=style.BASE, pad=5)
        axes.xaxis.set_visible(False)
        return axes

    def title(self, axes: Axes, name: str, note: str = "", keys: Iterable[Key] = ()) -> float:
        """Write a panel's title above its left edge: name, what is drawn, samples of it.

        Returns
        -------
        float
            How far it reaches to the right.
        """
        at = self._title_word(axes, 0.0, name, style.BASE, bold=True)
        if note:
            at = self._title_word(axes, at, note, style.NOTE)
        box = axes.get_position()
        for key in keys:
            at += 0.6 * GAP
            x = box.x0 + at / (style.WIDTH * style.DPI)
            y = box.y1 + (TITLE_LIFT - 1) / (style.HEIGHT * style.DPI)
            self.swatch(x, y, key)
            at = self._title_word(axes, at + SWATCH + GAP, key.label, style.NOTE)
        return at

    def _title_word(
        self, axes: Axes, at: float, text: str, size: float, *, bold: bool = False
    ) -> float:
        """Write one word of a title, and return where the next may begin."""
        axes.annotate(
            text,
            (0, 1),
            xycoords="axes fraction",
            xytext=(at * 72 / style.DPI, TITLE_LIFT * 72 / style.DPI),
            textcoords="offset points",
            va="baseline",
            fontsize=size,
            weight="bold" if bold else "normal",
            color=self.theme.ink if bold else self.theme.dim,
        )
        return at + self.text_width(text, size, bold=bold) + 1.2 * GAP

    def swatch(
        self, x: float, y: float, key: Key, width: float = SWATCH, height: float = 15
    ) -> None:
        """Draw a sample of a colour; `x` and `y` as fractions of the figure."""
        self.figure.add_artist(
            Rectangle(
                (x, y),
                width / (style.WIDTH * style.DPI),
                height / (style.HEIGHT * style.DPI),
                facecolor=key.colour,
                edgecolor=key.hatch_colour,
                hatch=key.hatch,
                linewidth=key.edge,
            )
        )

    def halo(self) -> list[Any]:
        """Return the effect that keeps a word readable on whatever it lies."""
        return [withStroke(linewidth=3, foreground=self.theme.ground)]


def mean_words(seconds: int) -> str:
    """Say how a trace was smoothed."""
    return "every second" if seconds <= 1 else f"{seconds} s mean"


def thinned(
    centres: Sequence[float], widths: Sequence[float], worth: Sequence[float], gap: float = GAP
) -> list[int]:
    """Choose labels that do not touch: the worthiest first; returns their indices in order."""
    chosen: list[int] = []
    for index in sorted(range(len(centres)), key=lambda i: (-worth[i], i)):
        if all(
            abs(centres[index] - centres[other]) >= (widths[index] + widths[other]) / 2 + gap
            for other in chosen
        ):
            chosen.append(index)
    return sorted(chosen)


def writable(text: str) -> str:
    """Leave out what the font cannot draw, and what is too long to be a name.

    Names come from strangers' files.
    """
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    kept = (c for c in text[:LONGEST_NAME] if c.isprintable() and font.get_char_index(ord(c)))
    return " ".join("".join(kept).split())
