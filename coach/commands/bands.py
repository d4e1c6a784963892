"""How a threshold power (FTP) is told: always as a band."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.training.threshold import ThresholdResult

_NAMES = {
    "ramp": "Ramp test",
    "twenty_minutes": "Twenty-minute test",
    "heart_rate_80": "By 80 % of heart rate",
    "heart_rate_90": "By 90 % of heart rate",
    "effort": "By 8 to 10 minutes at CR10 4",
    "hills": "By how the hills felt",
}


def band_text(result: ThresholdResult) -> str:
    """Return a band in words, with the value in it."""
    if result.value is None or result.low is None or result.high is None:
        return "no result"
    return f"{result.low:.0f} to {result.high:.0f} W, most likely {result.value:.0f}"


def result_lines(result: ThresholdResult) -> list[str]:
    """Tell a result, what it comes from and what takes from its worth; else why there is none."""
    name = _NAMES[result.method]
    if not result.valid:
        return [f"{name}: no FTP from this ride: {result.why}"]
    return [
        f"{name}: FTP {band_text(result)}",
        f"  from {result.why}",
        *(f"  {note}" for note in result.notes),
    ]
