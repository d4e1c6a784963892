"""What the rider wishes, by key, of the stretch that is ridden: harder, easier, longer, seated.

Nothing here moves the ride to another place in its plan; what does is the engine's.
"""

from __future__ import annotations

from coach.guidance.cues import swap_cue
from coach.messages import Event, EventKind, Key, Posture, Word
from coach.progress import Progress
from coach.workout import Segment

EXTENSION = 30.0
"""[s]."""
INTENSITY_LOWEST, INTENSITY_HIGHEST = 0.50, 1.30

_CHANGES = {Key.HARDER: 0.05, Key.EASIER: -0.05, Key.EASE_OFF: -0.25}
_POSTURES = {Key.DECLARE_SEATED: Posture.SEATED, Key.DECLARE_STANDING: Posture.STANDING}


class Wishes:
    """What one rider asked for so far.

    Attributes
    ----------
    intensity : float
        Share of the plan's load that the rider wants to feel.
    declared : Posture or None
        How they last said that they ride.
    """

    def __init__(self) -> None:
        self.intensity = 1.0
        self.declared: Posture | None = None

    def felt(self, segment: Segment) -> float:
        """Return the intensity of a segment: a ramp is the same for everybody."""
        return 1.0 if segment.ramp else self.intensity

    def hear(self, key: Key, now: float, progress: Progress) -> list[Word]:
        """Do as the rider asks, and return what is to be said about it.

        Parameters
        ----------
        key : Key
            Any that leaves the ride where it is in its plan.
        now : float
            Ride clock [s].
        progress : Progress
            Where that is; made longer, or seated, if that is the wish.
        """
        if key is Key.EXTEND:
            progress.extend(EXTENSION)
            return [Event(now, EventKind.EXTENDED, progress.segment.label, EXTENSION)]
        if key is Key.SWAP:
            return _swap(now, progress)
        if key in _POSTURES:
            self.declared = _POSTURES[key]
            return [Event(now, EventKind.DECLARED, self.declared.value, self.declared.value)]
        wish = round(self.intensity + _CHANGES[key], 2)
        self.intensity = min(INTENSITY_HIGHEST, max(INTENSITY_LOWEST, wish))
        return [Event(now, EventKind.INTENSITY, f"{self.intensity:.0%}", self.intensity)]


def _swap(now: float, progress: Progress) -> list[Word]:
    """Swap a standing block; one that is being ridden is told by the coach anyway."""
    said: list[Word] = []
    block = progress.swap()
    if block is not None:
        said.append(Event(now, EventKind.SWAPPED, f"{block.label}: {block.posture}", block.index))
    if block is not progress.segment:
        said.append(swap_cue(now, block))
    return said
