"""An easy week: the same week with a third less riding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from coach.training.planned import Session, SessionKind
from coach.training.volume import Volume, moderate_minutes, volume
from coach.workout import AS_IN_FILE, Raised

LEAST, MOST = 0.30, 0.40
"""Share of the riding that an easy week leaves out (reference notes on training science, section
3.6), in minutes and in load."""

LEAST_BLOCK = 5
"""Of a moderate block that is not left out [min]; a convention."""


def eased(sessions: Sequence[Session], regular: Volume) -> tuple[tuple[Session, ...], float]:
    """Leave out about a third of a week's riding.

    The hills are ridden as they are in their file, at least once, with a shorter moderate block
    or none; the posture intervals for one round or not at all. Of all such weeks the one whose
    minutes and load both lie 30 to 40 % below a regular week's, with most sessions. After many
    weeks of raises that would be too easy, and the hills keep their power, not their length. Where
    nothing fits, it is the nearest: what of a single hill ride is neither hill nor warm-up may be
    too little (nothing raised: 29 % of the load of the standard, 27 % of the strong; the gentlest:
    22 %).

    Parameters
    ----------
    sessions : sequence of Session
        As they would be in a week that is not easy.
    regular : Volume
        Of the last week that was not.

    Returns
    -------
    sessions : tuple of Session
        What is left out is a day of rest; strength stays, with a set
        less (`coach strength` leaves it out).
    less : float
        Share of the minutes of `regular` that was left out.
    """

    def cost(week: tuple[Session, ...]) -> tuple[float, ...]:
        got = volume(week)
        minutes, load = 1 - got.minutes / regular.minutes, 1 - got.load / regular.load
        resting = sum(session.kind is SessionKind.REST for session in week)
        # Where there is a choice, a block, and one of whole five minutes.
        odd = sum(session.moderate == 0 or (session.moderate or 0) % 5 > 0 for session in week)
        kept = sum(session.raised != AS_IN_FILE for session in week)
        far = _outside(minutes) + _outside(load)
        return (far, kept, odd, resting, abs(minutes - (LEAST + MOST) / 2))

    best = min(_easier_weeks(sessions), key=cost)
    return best, 1 - volume(best).minutes / regular.minutes


def _outside(less: float) -> float:
    """Return how far a share lies outside; too little rest is the worse mistake."""
    return max(0.0, 2.0 * (LEAST - less), less - MOST)


def _easier_weeks(sessions: Sequence[Session]) -> Iterator[tuple[Session, ...]]:
    """Yield every easier week: hill rides, intervals or not, power, length of the block."""
    hills = [s for s in sessions if s.kind is SessionKind.HILLS]
    powers = {0.0, *(session.raised.power for session in hills)}
    own = moderate_minutes(hills[0].workout or "")
    longest = int(hills[0].moderate or own)
    blocks = (0, *range(LEAST_BLOCK, longest + 1))
    for ridden, intervals, power, minutes in product(
        range(1, len(hills) + 1), (True, False), sorted(powers), blocks
    ):
        moderate = float(minutes) if minutes < own else None
        week: list[Session] = []
        for session in sessions:
            if session.kind is SessionKind.HILLS:
                if session in hills[:ridden]:
                    shorter = replace(session, raised=Raised(power), moderate=moderate)
                else:
                    shorter = _rest(session)
                week.append(shorter)
            elif session.kind is SessionKind.INTERVALS:
                week.append(replace(session, rounds=1) if intervals else _rest(session))
            else:
                week.append(session)
        yield tuple(week)


def _rest(session: Session) -> Session:
    return Session(session.date, SessionKind.REST)
