"""A plan as a calendar file (iCalendar, RFC 5545): one event per session, in the rider's zone.

A day of rest is an event too, of the whole day, and leaves the rider free: where an earlier making
of the plan had a session on that day, a calendar puts the rest in its place.

What happens when clocks are changed is written into the file: the ``VTIMEZONE`` holds every change
of the zone between the first and the last event, so that a calendar that does not know the zone's
name still begins a session of 18:00 at 18:00. Each change stands by itself: rules for ever would
promise what no law does. The library's own `Calendar.add_missing_timezones` (icalendar 7.3) is not
used: it gives the onset of summer time in the new offset where section 3.6.5 asks for the old one,
an hour late, and looks for changes in steps of 64 days, which is longer than Morocco's Ramadan.

A session on a night of the change has three edges:

* A start that does not exist (02:30 when the clock goes from 2 to 3) is reckoned in the offset
  before the gap, as section 3.3.5 does, and written as the time the clock then shows: 03:30.
* A start that exists twice is the first one; section 3.3.5 reads it so.
* An end is always the length of the session after its start. One that exists twice and is the
  second cannot be said in local time; it is written in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from icalendar import TRANSP, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from coach import profile
from coach.strength.routine import Work
from coach.strength.steps import length
from coach.training.dose import eased, full_dose
from coach.training.plan import Plan, Request, Session, SessionKind, Week
from coach.training.volume import compiled

PRODUCT = "-//Six Hills//coach plan//EN"

NOTE = "General fitness information, not medical advice."

Command = Callable[[Session], str | None]
"""Returns what to type for a session; ``None`` for rest."""

_DAY = timedelta(days=1)


def encode(plan: Plan, request: Request, stamp: datetime, command: Command) -> bytes:
    """Encode a plan as an iCalendar file.

    Parameters
    ----------
    plan : Plan
    request : Request
        Its `at` and `zone` say when sessions begin.
    stamp : datetime
        When the plan was made, with its zone. An event keeps its UID from one making to the next,
        and of two versions a calendar keeps the later one.
    command : callable
        Returns what to type for a session.

    Returns
    -------
    bytes
        One VEVENT per session.

    Raises
    ------
    zoneinfo.ZoneInfoNotFoundError
        If there is no time zone of the request's name.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.calendar_name = "Six Hills"
    zone = ZoneInfo(request.zone)
    planned = [(session, week) for week in plan.weeks for session in week.sessions]
    for session, week in planned:
        calendar.add_component(_event(session, week, request, stamp, command))
    if calendar.get_missing_tzids():  # none where only rest is planned, or the clock shows UTC
        first, last = planned[0][0].date, planned[-1][0].date
        # A day before, for a clock ahead of UTC; two after, for a ride into the night behind it.
        timezone = _timezone(zone, first - _DAY, last + 2 * _DAY)
        calendar.subcomponents.insert(0, timezone)
    return bytes(calendar.to_ical())


def session_text(session: Session) -> str:
    """Say what a session asks beyond its kind: ``+2 % FTP on each hill``; nothing for rest."""
    raised = session.raised
    match session.kind:
        case SessionKind.HILLS:
            each = [
                f"{100 * raised.power:+.3g} % FTP" if raised.power else "",
                f"{raised.length:+g} s" if raised.length else "",
            ]
            parts = [
                f"{', '.join(filter(None, each))} on each hill" if any(each) else "",
                f"stand {raised.standing:+g} s" if raised.standing else "",
                _moderate_text(session.moderate),
            ]
            return ", ".join(filter(None, parts)) or "nothing added"
        case SessionKind.INTERVALS:
            return "1 round" if session.rounds == 1 else f"{session.rounds} rounds"
        case SessionKind.STRENGTH:
            return "three muscle groups"
        case SessionKind.REST:
            return ""


def _moderate_text(minutes: float | None) -> str:
    if minutes is None:
        return ""
    return f"moderate block of {minutes:g} min" if minutes else "no moderate block"


def session_time(session: Session, *, easy: bool) -> float:
    """Return how long a session takes in a week that is easy or not [s]; 0 for rest.

    A ride takes as long as its workout, for whoever rides it. A strength session is reckoned with
    its rests at the routine's full dose, in an easy week a set below: the longest that it is asked
    for. A beginner's is shorter, but how much follows from the log, not from the plan's week: the
    routine may have begun long before.
    """
    if session.workout is None:
        return 0.0
    if session.kind is SessionKind.STRENGTH:
        routine = profile.load_routine(profile.find_routine(session.workout))
        work = [
            Work(each, routine.sets, routine.reps)
            for group in routine.groups
            for each in group.exercises
        ]
        asked = eased(work, full_dose(routine)) if easy else work
        return length(asked, routine.rest, routine.tempo)
    return compiled(session, profile.example_rider()).duration


def _event(
    session: Session, week: Week, request: Request, stamp: datetime, command: Command
) -> Event:
    name = session.kind.value.capitalize() + (", easy week" if week.easy else "")
    about = [f"Week {week.number}: {week.why}", command(session), NOTE]
    start: date = session.date
    end: date | None = None
    if session.workout is not None:
        zone = ZoneInfo(request.zone)
        begun = datetime.combine(session.date, request.at, zone).astimezone(UTC)
        ended = begun + timedelta(minutes=ceil(session_time(session, easy=week.easy) / 60))
        start, end = begun.astimezone(zone), _local_once(ended, zone)
        name += f": {session_text(session)}"
    return Event.new(
        # A day has one session: made anew, it takes the place of what was planned before.
        uid=f"{session.date:%Y%m%d}@sixhills",
        stamp=stamp.astimezone(UTC),
        # Grows with every making for the calendars that compare it; fits 31 bits for ever.
        sequence=max(0, int(stamp.timestamp()) // 60),
        start=start,
        end=end,
        summary=name,
        description="\n\n".join(filter(None, about)),
        categories=["Six Hills", session.kind.value.capitalize()],
        transparency=None if session.workout else TRANSP.TRANSPARENT,
    )


def _local_once(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment on the zone's clock; in UTC where that clock shows it the second time."""
    local = moment.astimezone(zone)
    return moment if local.fold else local


@dataclass(frozen=True, slots=True)
class _Change:
    """When a zone's clock is changed."""

    at: datetime
    """UTC."""
    before: timedelta
    """Offset from UTC."""


def _timezone(zone: ZoneInfo, first: date, last: date) -> Timezone:
    """Return what the clock of a zone does from one day to another."""
    begin, end = (datetime.combine(day, time(), UTC) for day in (first, last))
    timezone = Timezone()
    timezone.add("TZID", zone.key)
    timezone.add_component(_observance(_Change(begin, _offset(begin, zone)), zone))
    for change in _changes(zone, begin, end):
        timezone.add_component(_observance(change, zone))
    return timezone


def _observance(change: _Change, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """Return what holds from a change on; its onset is on the clock that was right before."""
    after = change.at.astimezone(zone)
    observance = TimezoneDaylight() if after.dst() else TimezoneStandard()
    observance.DTSTART = (change.at + change.before).replace(tzinfo=None)
    observance.TZOFFSETFROM = change.before
    observance.TZOFFSETTO = _offset(change.at, zone)
    observance.add("TZNAME", after.tzname())
    return observance


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[_Change]:
    """Find the changes to the second: day by day, then by halves."""
    while first < last:
        low, high = first, first + _DAY
        before = _offset(low, zone)
        if _offset(high, zone) != before:
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
            yield _Change(high, before)
        first += _DAY


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None, "every ZoneInfo knows its offset"
    return offset
