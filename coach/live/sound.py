"""What a rider hears: tones that tell the posture without words, and few words.

Contract (reference notes on the look, section 5): the spoken warning begins twelve seconds before
a change of posture, so that it ends near ten; a tick each at three, two and one; at the moment a
rising pair to stand, a falling pair to sit. The latest word replaces one not yet said; what is more
than a second late is not said at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What is heard before words, or instead of them."""

    TICK = "tick"
    STAND = "stand"
    SIT = "sit"
    NOTE = "note"
    """Something else is said."""
    END = "end"


@dataclass(frozen=True, slots=True)
class Sound:
    """One thing to hear."""

    time: float
    """On the ride's clock [s]."""
    tone: Tone | None
    words: str = ""
    """To be spoken where there is a voice; empty for a tone alone."""
