"""The one interface of everything that watches a ride and may answer with keys.

A terminal, a page in the browser and the simulated rider's eyes are all displays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from coach.messages import Cue, Key, Snapshot


class Display(Protocol):
    """Whoever watches the ride. None of its calls blocks."""

    def open(self) -> None:
        """Start showing."""
        ...

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Show this moment; `cues` are those that became due since the last call."""
        ...

    def keys(self) -> Sequence[Key]:
        """Return what the rider asked since the last call."""
        ...

    def close(self) -> None:
        """Stop showing and leave the screen as it was found; may be called twice."""
        ...
