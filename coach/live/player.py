"""Plays a film: where in it we are, whether it runs, how fast. No clock, no screen: told both."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from coach.live.film import Film
from coach.live.keys import Binding
from coach.live.sound import Sound
from coach.live.view import Frame
from coach.messages import Cue, Key

SPEEDS = (1, 2, 5, 10, 20)
"""How many times as fast as it was ridden a film can be played."""
FASTEST_HEARD = 2
"""Beyond this a film is silent: words would run into each other."""
AGAIN = 3.0
"""Who goes back this soon after a segment's start means the one before [s]."""

KEYS = (
    Binding(Key.PAUSE, " ", "space", "play, pause"),
    Binding(Key.SKIP, "nN", "n", "next part"),
    Binding(Key.BACK, "bB", "b", "part before"),
    Binding(Key.HARDER, "+=", "+", "faster"),
    Binding(Key.EASIER, "-_", "-", "slower"),
    Binding(Key.QUIT, "qQ", "q", "close"),
)
"""Every key of a film; those of a ride that would change the ride are not among them."""


@dataclass(frozen=True, slots=True)
class Showing:
    """What is to be seen and heard now."""

    frame: Frame
    cues: tuple[Cue, ...] = ()
    sounds: tuple[Sound, ...] = ()


class Player:
    """Plays a film of at least one moment.

    At its end it stays at the last moment, paused; to play on from there is to begin anew.

    Parameters
    ----------
    film : Film
        Not empty.
    speed : int
        One of `SPEEDS`.

    Attributes
    ----------
    at : float
        Where in the film we are [s].
    playing : bool
    speed : int
    """

    def __init__(self, film: Film, speed: int = 1) -> None:
        if not len(film):
            raise ValueError("an empty film cannot be played")
        self._film = film
        self._segments = list(film.segments())
        self._shown = -1
        """The last moment whose cues were told."""
        self._now: float | None = None
        self.at = 0.0
        self.playing = True
        self.speed = speed

    @property
    def duration(self) -> float:
        """Of the film [s]."""
        return self._film.duration

    @property
    def ended(self) -> bool:
        """Whether this is the last moment."""
        return self.at >= self.duration

    def tick(self, now: float) -> Showing:
        """Go on to `now` and return what is to be shown, with what was said on the way.

        Parameters
        ----------
        now : float
            Seconds on any clock that never goes back.
        """
        passed = 0.0 if self._now is None else now - self._now
        self._now = now
        if self.playing:
            self.at = min(self.at + passed * self.speed, self.duration)
            self.playing = not self.ended
        index = self._film.index(self.at)
        passing = [self._film[each] for each in range(self._shown + 1, index + 1)]
        self._shown = index
        heard = passing if self.speed <= FASTEST_HEARD else []
        return Showing(
            self._film[index].frame,
            tuple(cue for moment in passing for cue in moment.cues),
            tuple(sound for moment in heard for sound in moment.sounds),
        )

    def seek(self, at: float) -> None:
        """Leap to a time of the film [s]; nothing is told or sounded of what is leapt over."""
        self.at = min(max(at, 0.0), self.duration)
        self._shown = self._film.index(self.at)

    def set_speed(self, speed: int) -> None:
        """Play this many times as fast as it was ridden.

        Raises
        ------
        ValueError
            If it is none of `SPEEDS`.
        """
        if speed not in SPEEDS:
            raise ValueError(f"the speed of a film is one of {SPEEDS}, not {speed}")
        self.speed = speed

    def press(self, key: Key) -> None:
        """Heed one of `KEYS`; the others, and the one that closes, are nothing to a film."""
        if key is Key.PAUSE:
            if not self.playing and self.ended:
                self.seek(0.0)
            self.playing = not self.playing
        elif key is Key.SKIP:
            after = bisect_right(self._segments, self.at)
            self.seek(self._segments[after] if after < len(self._segments) else self.duration)
        elif key is Key.BACK:
            before = bisect_right(self._segments, self.at - AGAIN) - 1
            self.seek(self._segments[max(before, 0)])
        elif key in (Key.HARDER, Key.EASIER):
            step = 1 if key is Key.HARDER else -1
            index = SPEEDS.index(self.speed) + step
            self.speed = SPEEDS[min(max(index, 0), len(SPEEDS) - 1)]
