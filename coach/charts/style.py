"""How charts look: the colours of both themes, sizes, and the settings that make bytes repeat.

Every colour was chosen by measure: ink on ground at 15:1 and above, dim text at 5:1 and above,
neighbouring zones told apart under simulated protan, deutan and tritan vision. Where a colour
carries meaning it never does so alone: zones have a ruler with names, standing is hatched,
missed work is cross-hatched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ThemeName = Literal["light", "dark"]

DPI = 144
WIDTH, HEIGHT = 1920 / DPI, 1080 / DPI
"""Size of a chart [in]."""

TITLE, NUMBER, SUBTITLE, LABEL, BASE, NOTE, SMALL = 20.0, 17.0, 11.5, 11.5, 11.0, 10.5, 9.5
"""Type sizes [pt]; nothing is smaller than 9."""

ZONES = ("Z1", "Z2", "Z3", "Z4", "Z5", "Z6")
GRADES = (0.02, 0.05, 0.08)
"""Where the shade of the elevation changes, as fractions."""
GRADE_NAMES = ("0–2 %", "2–5 %", "5–8 %", "> 8 %")


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours."""

    ground: str
    ink: str
    dim: str
    """Captions and axes."""
    grid: str
    band: str
    """Hills, from top to bottom through all panels."""
    raw: str
    """What was measured, before smoothing."""
    bar: str
    """Power without zones."""
    zones: tuple[str, str, str, str, str, str]
    """Opaque: with alpha they turn to mud on a dark ground."""
    seated: str
    standing: str
    standing_hatch: str
    cadence: str
    heart: str
    grades: tuple[str, str, str, str]
    elevation: str


LIGHT = Theme(
    ground="#ffffff",
    ink="#1b2733",
    dim="#5f6f7e",
    grid="#e4e9ee",
    band="#f0f3f6",
    raw="#9aa7b3",
    bar="#d5dbe1",
    zones=("#d5dbe1", "#bcdaf0", "#9fd0c0", "#f5dd86", "#ee9f5f", "#cf5a68"),
    seated="#7fb3d9",
    standing="#e69f00",
    standing_hatch="#ffffff",
    cadence="#007a5e",
    heart="#b3366b",
    grades=("#e3e8ed", "#c3cdd6", "#97a7b5", "#62778a"),
    elevation="#62778a",
)

DARK = Theme(
    ground="#0f151b",
    ink="#f1f5f8",
    dim="#a3b3c2",
    grid="#26323d",
    band="#18212a",
    raw="#5b6b7a",
    bar="#3a4652",
    zones=("#3a4652", "#2c5f8a", "#1f7a66", "#a88a20", "#97430f", "#7d1f3a"),
    seated="#2f6f9c",
    standing="#ffb000",
    standing_hatch="#0f151b",
    cadence="#3fd0a8",
    heart="#ff85b3",
    grades=("#25303a", "#3b4a58", "#5b7083", "#8ba3b8"),
    elevation="#8ba3b8",
)

THEMES: dict[str, Theme] = {"light": LIGHT, "dark": DARK}


def settings(theme: Theme) -> dict[Any, Any]:
    """Return what matplotlib must be told, while drawing as well as while saving.

    DejaVu Sans comes with matplotlib, so a chart has the same letters on every machine.
    """
    return {
        "figure.facecolor": theme.ground,
        "savefig.facecolor": theme.ground,
        "font.family": ["DejaVu Sans"],
        "font.size": BASE,
        "text.color": theme.ink,
        "text.parse_math": False,
        "axes.facecolor": "none",
        "axes.edgecolor": theme.grid,
        "hatch.linewidth": 1.0,
        "lines.solid_joinstyle": "round",
        "svg.hashsalt": "six hills",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "path.simplify": True,
    }
