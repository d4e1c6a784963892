"""What became of a week's sessions, and how its hills went: what the next week answers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum

from coach.training.history import History, RideDone, StrengthDone
from coach.training.planned import Session, SessionKind

NEAR = timedelta(days=1)
"""So far from its day a session still counts, within its week."""

TOOK_PLACE = 0.5
"""Share of a ride, or of a strength session's sets, from which it took place; a convention."""

BROKEN_OFF = 0.8
COMPLETED = 0.9
"""Shares of the plan below which a ride is too much, and from which it is completed; the notes
only say "completed" (section 3.6), the numbers are ours."""

TOO_HARD = 8.0
STILL_WELL = 6.0
"""Of Borg's 10, on the hardest part: from 8 on it was too much, up to 6 may be raised."""

SLOWEST = 60.0
"""On the last hill, from which may be raised [rpm]."""

HILL_WORKOUTS = ("hills-starter", "hills", "hills-strong")
"""From easy to hard."""


class Verdict(IntEnum):
    """How a week's hills went, from good to bad."""

    GOOD = 0
    HARD = 1
    """Done, but not so well that more would be wise."""
    UNTOLD = 2
    """Done, but nobody said how hard it was."""
    MISSED = 3
    TOO_MUCH = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What a week's hills say to the next week."""

    verdict: Verdict
    words: str = ""
    """Why, to follow "last week's hills"; empty where nothing was ridden yet and a good week is
    assumed."""


ASSUMED = Answer(Verdict.GOOD)


def attended(
    sessions: Sequence[Session], start: date, history: History, today: date
) -> tuple[tuple[Session, ...], Answer]:
    """Find what was done of a week's sessions, and say how its hills went.

    A ride or a strength session counts for a planned one of its kind on its own day, else on the
    day before or after it, within the week, and only once; of several the one that was completed
    best. A week with several planned hill rides is judged by the worst of them. One hill ride more
    than planned, if it was hard, is a reason to raise nothing: it may have been the last one.

    Parameters
    ----------
    sessions : sequence of Session
        Of one week, by date.
    start : date
        First day of the week.
    history : History
    today : date
        A session whose last day is not over may still take place.

    Returns
    -------
    sessions : tuple of Session
        With `Session.done`.
    answer : Answer
        What is still to come is assumed to go well.
    """
    end = start + timedelta(days=6)
    rides = [ride for ride in history.rides if start <= ride.start.date() <= end]
    strength = [each for each in history.strength if start <= each.start.date() <= end]
    ridden: dict[Session, RideDone] = {}
    beside: list[RideDone] = []
    for kind in (SessionKind.HILLS, SessionKind.INTERVALS):
        alike = [ride for ride in rides if _kind(ride) is kind]
        pairs = _paired(
            [session for session in sessions if session.kind is kind],
            [(ride.start.date(), _completed(ride)) for ride in alike],
        )
        ridden |= {session: alike[i] for session, i in pairs.items()}
        if kind is SessionKind.HILLS:
            beside = [ride for i, ride in enumerate(alike) if i not in pairs.values()]
    pairs = _paired(
        [session for session in sessions if session.kind is SessionKind.STRENGTH],
        [(each.start.date(), _sets_done(each)) for each in strength],
    )
    trained = {session: strength[i] for session, i in pairs.items()}
    found: list[Session] = []
    answer = ASSUMED
    some_ridden = any(session.kind is SessionKind.HILLS for session in ridden)
    for session in sessions:
        over = min(session.date + NEAR, end) < today
        done: bool | None = False if over else None
        if session in ridden:
            done = _completed(ridden[session]) >= TOOK_PLACE
        elif session in trained:
            done = _sets_done(trained[session]) >= TOOK_PLACE
        elif session.kind is SessionKind.REST:
            done = None
        found.append(replace(session, done=done))
        if session.kind is SessionKind.HILLS:
            ride = ridden.get(session)
            if ride is not None:
                answer = _worse(answer, judged(session, ride))
            elif done is False and some_ridden:
                answer = _worse(answer, Answer(Verdict.HARD, "were not all ridden"))
            elif done is False:
                answer = _worse(answer, Answer(Verdict.MISSED, "were not ridden"))
    hardest = max((ride.cr10 for ride in beside if ride.cr10 is not None), default=0.0)
    if hardest > STILL_WELL:
        words = f"were ridden once more than planned, which felt like {hardest:g} of 10"
        answer = _worse(answer, Answer(Verdict.HARD, words))
    return tuple(found), answer


def judged(session: Session, ride: RideDone) -> Answer:
    """Say how a planned hill ride went."""
    too_much = []
    if ride.cr10 is not None and ride.cr10 >= TOO_HARD:
        too_much.append(f"felt like {ride.cr10:g} of 10")
    share = ride.completed
    if share is not None and share < BROKEN_OFF:
        too_much.append(f"were ridden to {100 * share:.0f} %")
    if too_much:
        return Answer(Verdict.TOO_MUCH, " and ".join(too_much))
    if _easier(session, ride):
        return Answer(Verdict.HARD, "were ridden easier than planned, or another workout was")
    if ride.cr10 is not None and ride.cr10 > STILL_WELL:
        return Answer(Verdict.HARD, f"felt like {ride.cr10:g} of 10, above {STILL_WELL:g}")
    if share is not None and share < COMPLETED:
        words = f"were ridden to {100 * share:.0f} %, below {100 * COMPLETED:.0f} %"
        return Answer(Verdict.HARD, words)
    cadence = ride.last_hill_cadence
    # A bike without a cadence sensor is no reason to stand still.
    if cadence is not None and cadence < SLOWEST:
        return Answer(Verdict.HARD, f"ended at {cadence:.0f} rpm, below {SLOWEST:.0f} rpm")
    if ride.cr10 is None:
        return Answer(Verdict.UNTOLD, "have no word on how hard they felt")
    return Answer(Verdict.GOOD, f"felt like {ride.cr10:g} of 10")


def _worse(one: Answer, other: Answer) -> Answer:
    """Return the worse answer; of equals the one that was given rather than assumed."""
    return max(one, other, key=lambda answer: (answer.verdict, bool(answer.words)))


def rode_hills(history: History) -> bool:
    """Return whether a workout with hills is among the rides."""
    return any(_kind(ride) is SessionKind.HILLS for ride in history.rides)


def _kind(ride: RideDone) -> SessionKind | None:
    """Return which planned session a ride may stand for; ``None`` for no such workout."""
    if ride.workout == "intervals":
        return SessionKind.INTERVALS
    # A rider's own workout with hills counts too; hills that were met on the road do not.
    if ride.workout in HILL_WORKOUTS or (ride.workout and ride.hills):
        return SessionKind.HILLS
    return None


def _easier(session: Session, ride: RideDone) -> bool:
    """Return whether a ride asked for less than was planned, or nobody can tell."""
    if session.workout not in HILL_WORKOUTS or ride.workout not in HILL_WORKOUTS:
        return ride.workout != session.workout
    planned, ridden = HILL_WORKOUTS.index(session.workout), HILL_WORKOUTS.index(ride.workout)
    if planned != ridden:
        return ridden < planned
    asked, got = session.raised, ride.raised
    return (
        got.power < asked.power - 1e-6
        or got.length < asked.length - 0.5
        or got.standing < asked.standing - 0.5
    )


def _completed(ride: RideDone) -> float:
    """Return the share of its plan; a ride without a plan was ridden as far as it goes."""
    return 1.0 if ride.completed is None else ride.completed


def _sets_done(each: StrengthDone) -> float:
    if each.finished:
        return 1.0
    return each.sets / each.sets_asked if each.sets_asked else 0.0


def _paired(sessions: Sequence[Session], done: Sequence[tuple[date, float]]) -> dict[Session, int]:
    """Return which of what was done, by day and share completed, each session has to itself."""
    free = dict(enumerate(done))
    found: dict[Session, int] = {}
    for reach in (timedelta(0), NEAR):
        for session in sessions:
            if session in found:
                continue
            near = [i for i, (day, _) in free.items() if abs(day - session.date) <= reach]
            if near:
                best = max(near, key=lambda i: free[i][1])
                found[session] = best
                del free[best]
    return found
