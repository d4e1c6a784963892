"""Which session on which weekday.

How many of each, by level and by the days a rider has (`PORTIONS`): hills every week; strength on
at most three days, as the ACSM position stand of 2009 has it for novices (two to three days a
week); posture intervals for all but the starter, whose plan has only the gentle hills. What a
week has no use for is rest, and one day of seven is always free. How many hard rides a week can
bear is our convention: no study sets the number.

Where they go: every arrangement of them over the rider's days is made and the best one taken. A
week follows a week with the same arrangement, so Sunday stands before Monday. In order of weight:

1. 48 h between two strength sessions (reference notes on training science, section 3.6): an
   arrangement without is never taken, a strength session less is.
2. No two hard rides, hills or intervals, on consecutive days.
3. No strength on the day before hills (section 3.6 asks for six hours; a night is more).
4. Two hill rides as far apart as can be; then two strength sessions.
5. No strength on the day before intervals.
6. Of what is still equal, hills early in the week, then intervals, then strength: a tie-break and
   nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from coach.training.planned import Level, SessionKind

HILLS, INTERVALS = SessionKind.HILLS, SessionKind.INTERVALS
STRENGTH, REST = SessionKind.STRENGTH, SessionKind.REST

WEEK = 7

PORTIONS: dict[Level, tuple[tuple[int, int, int], ...]] = {
    Level.STARTER: ((1, 0, 0), (1, 0, 1), (1, 0, 2), (2, 0, 2)),
    Level.STANDARD: ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 2), (2, 1, 2)),
    Level.STRONG: ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 2), (2, 1, 2), (2, 1, 3)),
}
"""Hills, intervals and strength sessions a week, for one day, two days and so on; more days than
that are days of rest. Conventions."""

APART = 2
"""Days between two strength sessions: 48 h at the same time of day."""


def schedule(days: Sequence[int], level: Level) -> tuple[SessionKind, ...]:
    """Return what each of the rider's days is for.

    Parameters
    ----------
    days : sequence of int
        Weekdays, each once, in order; 0 is Monday.
    level : Level

    Returns
    -------
    tuple of SessionKind
        One for each day; the same for the same days, always.

    Raises
    ------
    ValueError
        If there are no days, or they are no weekdays, not in order, or named twice.
    """
    if not days or list(days) != sorted(set(days)) or not 0 <= days[0] <= days[-1] < WEEK:
        raise ValueError(f"expected weekdays from 0 to 6, each once, in order; got {list(days)}")
    return _best(tuple(days), level)


@cache
def _best(days: tuple[int, ...], level: Level) -> tuple[SessionKind, ...]:
    portions = PORTIONS[level]
    hills, intervals, strength = portions[min(len(days), len(portions)) - 1]
    while True:
        resting = len(days) - hills - intervals - strength
        counts = {HILLS: hills, INTERVALS: intervals, STRENGTH: strength, REST: resting}
        possible = [
            kinds
            for kinds in _arrangements(counts, len(days))
            if _nearest(days, kinds, STRENGTH) >= APART
        ]
        if possible:
            # Arrangements come in the order of the tie-break, and `min` takes the first of equals.
            return min(possible, key=lambda kinds: _cost(days, kinds))
        strength -= 1


def _arrangements(counts: dict[SessionKind, int], places: int) -> Iterator[tuple[SessionKind, ...]]:
    """Yield every order of so many of each kind, those with the first kinds early first."""
    if places == 0:
        yield ()
        return
    for kind, left in counts.items():
        if left:
            fewer = {**counts, kind: left - 1}
            for rest in _arrangements(fewer, places - 1):
                yield (kind, *rest)


def _cost(days: tuple[int, ...], kinds: tuple[SessionKind, ...]) -> tuple[int, ...]:
    """Return what is wrong with an arrangement, by weight."""
    on = dict(zip(days, kinds, strict=True))
    pairs = [(kind, on.get((day + 1) % WEEK)) for day, kind in on.items()]
    hard = (HILLS, INTERVALS)
    return (
        sum(today in hard and tomorrow in hard for today, tomorrow in pairs),
        sum(pair == (STRENGTH, HILLS) for pair in pairs),
        -_nearest(days, kinds, HILLS),
        -_nearest(days, kinds, STRENGTH),
        sum(pair == (STRENGTH, INTERVALS) for pair in pairs),
    )


def _nearest(days: tuple[int, ...], kinds: tuple[SessionKind, ...], kind: SessionKind) -> int:
    """Return how close two sessions of a kind come [days]; the week's end is no border."""
    at = [day for day, each in zip(days, kinds, strict=True) if each is kind]
    following = [*at[1:], *(day + WEEK for day in at[:1])]
    return min((b - a for a, b in zip(at, following, strict=True)), default=WEEK)
