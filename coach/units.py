"""Conversions at the edges: the core is SI, riders are not."""

from __future__ import annotations


def clock_text(seconds: float) -> str:
    """Format a duration as riders read it: ``4:00``, ``1:02:05``.

    Parameters
    ----------
    seconds : float
        Rounded to the nearest second; below zero counts as zero.
    """
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def way_text(metres: float) -> str:
    """Format a length of road as riders read it: ``850 m``, ``1.3 km``."""
    return f"{metres / 1000:.1f} km" if round(metres) >= 1000 else f"{metres:.0f} m"


def whole_number(text: str) -> int | None:
    """Read a whole number typed in plain digits, ten of them at most; ``None`` for all else."""
    is_whole = text.isascii() and text.isdecimal() and len(text) <= 10
    return int(text) if is_whole else None
