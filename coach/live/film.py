"""A ride kept as it was shown, to be shown again from any moment on.

A film watches the ride like every other display and keeps of each second the frame that was shown
at its end, and all that was said and sounded in it; a pause begins and ends at its own moment.
Nothing is worked out anew when it is played: whoever leaps into the middle sees the very frame that
somebody saw who watched from the start.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.live.sound import Sound, Sounds
from coach.live.view import Frame, Viewer
from coach.messages import Cue, Key, RideState, Snapshot

SECOND = 1.0
"""How much of the ride one moment stands for [s]."""
LONGEST_STILL = 10.0
"""A silence of the recording (a stop, a strap that fell off) is shown for at most so long [s]."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was shown at the end of one second of the ride, and all that was said in it."""

    frame: Frame
    cues: tuple[Cue, ...] = ()
    sounds: tuple[Sound, ...] = ()


class Film:
    """Keeps a ride moment by moment; a display that nobody looks at while it is ridden.

    A moment takes about 1 kB. The film's own time counts from the ride's first moment, in seconds
    of the ride, but a silence of the recording lasts `LONGEST_STILL` at most. It ends with the last
    moment that was ridden: that the load comes off and files are made is no part of it.
    """

    def __init__(self) -> None:
        self._viewer = Viewer()
        self._sounds = Sounds()
        self._moments: list[Moment] = []
        self._times = array("d")
        self._first = 0.0
        self._began = 0.0
        """On the ride's clock, the film's first moment and the beginning of its last [s]."""

    def __len__(self) -> int:
        return len(self._moments)

    def __getitem__(self, index: int) -> Moment:
        return self._moments[index]

    # --- a display ----------------------------------------------------------------------------

    def open(self) -> None:
        """Do nothing: it is filmed in the dark."""

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Keep this moment; within one and the same second the later one stays."""
        if snapshot.state is RideState.FINISHED:
            self._end()
            return
        sounds = self._sounds.hear(snapshot, cues)
        now = Moment(self._viewer.see(snapshot, cues), tuple(cues), tuple(sounds))
        if not self._moments:
            self._first = snapshot.time
            self._begin(now, 0.0)
        elif self._is_next(snapshot):
            passed = snapshot.time - self._began
            self._begin(now, self._times[-1] + min(passed, LONGEST_STILL))
        else:
            last = self._moments[-1]
            self._moments[-1] = Moment(now.frame, last.cues + now.cues, last.sounds + now.sounds)

    def _is_next(self, snapshot: Snapshot) -> bool:
        """Return whether a moment begins: another second, or the ride stands still or goes on."""
        state = self._moments[-1].frame.snapshot.state
        later = self._second(snapshot.time) > self._second(self._began)
        return later or snapshot.state is not state

    def _end(self) -> None:
        """Leave out the pause in which the ride was ended."""
        while len(self) > 1 and self._moments[-1].frame.snapshot.state is not RideState.RIDING:
            self._moments.pop()
            self._times.pop()

    def _second(self, time: float) -> int:
        return math.floor((time - self._first) / SECOND)

    def _begin(self, moment: Moment, at: float) -> None:
        self._moments.append(moment)
        self._times.append(at)
        self._began = moment.frame.snapshot.time

    def keys(self) -> Sequence[Key]:
        """Return nothing: a film has no keys."""
        return ()

    def close(self) -> None:
        """Do nothing."""

    # --- to be shown again ----------------------------------------------------------------------

    @property
    def duration(self) -> float:
        """From the first moment to the last [s]; 0 for a film of one moment or none."""
        return self._times[-1] if self._times else 0.0

    def index(self, at: float) -> int:
        """Return which moment is shown at a time of the film [s]; its ends hold beyond them."""
        return max(0, bisect_right(self._times, at) - 1)

    def time(self, index: int) -> float:
        """Return when a moment begins to be shown [s]."""
        return self._times[index]

    def segments(self) -> Iterator[float]:
        """Yield the times at which another segment of the ride begins, the first one included."""
        before: int | None = None
        for at, moment in zip(self._times, self._moments, strict=True):
            segment = moment.frame.snapshot.segment
            if segment != before:
                before = segment
                yield at

    def frames(self) -> Iterator[Frame]:
        """Yield every frame that was kept."""
        return (moment.frame for moment in self._moments)
