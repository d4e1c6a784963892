"""Weeks of what was done beside what was planned.

Nothing here is a trend, and nothing is a measure of fitness: power on hills is what the plan asked
plus what the rider did, and minutes on the feet are as many as were asked for. A week counts what
lies in its seven days, whether the plan had it there or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from coach.messages import PostureSource
from coach.training.done import Asks
from coach.training.history import History, RideDone, StrengthDone
from coach.training.plan import Plan, Session, SessionKind, Week

RIDDEN = tuple(kind for kind in SessionKind if kind not in (SessionKind.STRENGTH, SessionKind.REST))
"""What is done on the bike."""

_WEEK = timedelta(days=7)
_Done = TypeVar("_Done", RideDone, StrengthDone)


@dataclass(frozen=True, slots=True)
class Count:
    """Sessions of one kind in a week."""

    done: int
    """Whatever the plan had."""
    planned: int | None
    """``None`` without a plan for this week."""
    missed: int | None
    """Planned, in the past, and not done."""


@dataclass(frozen=True, slots=True)
class WeekDone:
    """One week; what nobody knows is ``None``."""

    start: date
    rides: Count
    strength: Count
    hills: int
    """Climbed, those of all rides."""
    hill_power: float | None
    """Mean over the time on hills of all rides [W]."""
    hill_share: float | None
    """The same as a share of the threshold power of each ride's day."""
    standing_measured: float | None
    """Of rides whose pedals told [s]."""
    standing_declared: float | None
    """Of rides whose rider told [s]; no ride is in both."""
    sets: int
    sets_asked: int
    """Of the sessions that were begun."""
    load: float | None
    """Of all rides with one: an hour at threshold power is 100."""
    rides_with_load: int
    cr10: float | None
    """Of the hardest ride, by the rider's own word."""
    hill_power_planned: float | None = None
    """Mean target over the time on planned hills [W]."""
    standing_planned: float | None = None
    """[s]."""
    easy: bool | None = None
    """The plan takes it easy; ``None`` without a plan."""

    @property
    def end(self) -> date:
        """The last day."""
        return self.start + timedelta(days=6)


def _nobody_knows(_: Session) -> Asks | None:
    return None


def weekly(
    plan: Plan | None,
    history: History,
    first: date,
    last: date,
    *,
    asks: Callable[[Session], Asks | None] = _nobody_knows,
) -> tuple[WeekDone, ...]:
    """Sum up week by week.

    Parameters
    ----------
    plan : Plan or None
        Its weeks say on which weekday a week begins, also before and after them; else Monday.
    history : History
        What was done; only what lies in the weeks counts.
    first, last : date
        The days that matter: the weeks are those that these days and all between them lie in.
    asks : callable, optional
        Returns what a planned ride asks of this rider, or ``None`` where nobody knows.

    Returns
    -------
    tuple of WeekDone
        In order, none left out; empty if `last` comes before `first`.
    """
    planned = {} if plan is None else {week.start: week for week in plan.weeks}
    start = week_start(first, plan.weeks[0].start.weekday() if plan and plan.weeks else 0)
    weeks: list[WeekDone] = []
    while start <= last:
        rides = _within(history.rides, start)
        sessions = _within(history.strength, start)
        weeks.append(_week(start, rides, sessions, planned.get(start), asks))
        start += _WEEK
    return tuple(weeks)


def week_start(day: date, weekday: int = 0) -> date:
    """Return the first day of the week in which a day lies, for weeks that begin on a weekday."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _within(done: Sequence[_Done], start: date) -> list[_Done]:
    return [each for each in done if start <= each.start.date() < start + _WEEK]


def _week(
    start: date,
    rides: Sequence[RideDone],
    strength: Sequence[StrengthDone],
    week: Week | None,
    asks: Callable[[Session], Asks | None],
) -> WeekDone:
    loads = [ride.load for ride in rides if ride.load is not None]
    planned = [] if week is None else [each for each in week.sessions if each.kind in RIDDEN]
    asked = [each for each in map(asks, planned) if each is not None]
    # What is known of some of the sessions says nothing of the week.
    all_known = bool(planned) and len(asked) == len(planned)
    climbs = [(each.hill_time, each.hill_power) for each in asked]
    shares = [
        (ride.hill_time, ride.hill_power / ride.threshold_power)
        for ride in rides
        if ride.hill_power is not None and ride.threshold_power
    ]
    return WeekDone(
        start=start,
        rides=_count(len(rides), week, RIDDEN),
        strength=_count(len(strength), week, (SessionKind.STRENGTH,)),
        hills=sum(ride.hills for ride in rides),
        hill_power=_mean((ride.hill_time, ride.hill_power) for ride in rides),
        hill_share=_mean(shares),
        standing_measured=_standing(rides, PostureSource.MEASURED),
        standing_declared=_standing(rides, PostureSource.DECLARED),
        sets=sum(each.sets for each in strength),
        sets_asked=sum(each.sets_asked for each in strength),
        load=sum(loads) if loads else None,
        rides_with_load=len(loads),
        cr10=max((ride.cr10 for ride in rides if ride.cr10 is not None), default=None),
        hill_power_planned=_mean(climbs) if all_known else None,
        standing_planned=sum(each.standing for each in asked) if all_known else None,
        easy=None if week is None else week.easy,
    )


def _count(done: int, week: Week | None, kinds: Sequence[SessionKind]) -> Count:
    if week is None:
        return Count(done, None, None)
    planned = [each for each in week.sessions if each.kind in kinds]
    return Count(done, len(planned), sum(each.done is False for each in planned))


def _standing(rides: Sequence[RideDone], source: PostureSource) -> float | None:
    known = [
        ride.standing
        for ride in rides
        if ride.standing_source is source and ride.standing is not None
    ]
    return sum(known) if known else None


def _mean(weighted: Iterable[tuple[float, float | None]]) -> float | None:
    """Return the mean of what is known, by its seconds."""
    known = [(seconds, value) for seconds, value in weighted if value is not None]
    total = sum(seconds for seconds, _ in known)
    return sum(seconds * value for seconds, value in known) / total if total > 0 else None
