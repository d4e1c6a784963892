"""The weeks ahead: which session on which day, what is raised in which week, and why.

A plan is a fold over its weeks. What a week asks follows from the state of the week before and
from how its hills went (`coach.training.attendance`); weeks that are still to come are assumed to
go well, and the plan that is made again tomorrow knows better. The rules, from the reference notes
on training science, section 3.6, all of them rules of thumb that no trial supports in their exact
numbers:

* One variable is raised at a time: 2 % of FTP on every hill, then 30 s on every hill, then 15 s of
  standing, and so on in turn. It is raised when all hill rides of the week before were completed
  as planned, felt like 6 of 10 or less, and ended at 60 rpm or more; where nobody said how hard
  they felt, the plan waits.
* What would add more than 10 % to the training load of the last week that was not easy is not
  raised; the next variable is.
* Every fourth week is easy: a third less riding (`coach.training.easy`), and nothing raised. The
  week after goes on from the week before it.
* A hill ride that felt like 8 of 10 or more, or of which less than 80 % was ridden, takes the last
  raise back. The second week in a row that does makes the hills one step easier
  (`coach.training.ladder`), and the starter's have no posture intervals beside them.
* A week without a planned hill ride holds; from the second in a row on, each takes one raise back.
* Nothing is raised without end: `Rung.most` says how often. A level is never changed upward but by
  the rider, whom the plan tells when three weeks in a row went well. A new plan begins with the
  hills as in their file, whatever was ridden before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from coach.errors import RiderInputError
from coach.profile.estimate import usual_threshold_power
from coach.rider import Rider
from coach.training.attendance import ASSUMED, Answer, attended, rode_hills
from coach.training.characters import CHARACTERS, Character
from coach.training.easy import eased
from coach.training.history import History
from coach.training.ladder import FIRST_RUNG, State
from coach.training.planned import Level, Plan, Request, Session, SessionKind, Week
from coach.training.reaction import MOST_GROWTH, easy_words, offer, reaction
from coach.training.schedule import schedule
from coach.training.volume import Volume, volume

__all__ = [
    "CHARACTERS",
    "Character",
    "Level",
    "Plan",
    "Request",
    "Session",
    "SessionKind",
    "Week",
    "command_words",
    "in_easy_week",
    "level_for",
    "make_plan",
    "rode_hills",
    "simulate",
]

MOST_WEEKS = 52
EASY_EVERY = 4
ROUTINE = "glutes"

RECENT = timedelta(weeks=12)
"""Hills ridden so long ago or less are hills a rider is used to; a convention."""

Attended = tuple[tuple[Session, ...], Answer]
Attend = Callable[[tuple[Session, ...], date], Attended]
"""Says what became of the sessions of the week that begins on a day."""


def make_plan(request: Request, history: History, today: date) -> Plan:
    """Plan the weeks.

    Parameters
    ----------
    request : Request
    history : History
        What was done, of any time; only what lies in the weeks asked for counts.
    today : date
        Where the rider is. A hill ride that could still take place is assumed to go well.

    Returns
    -------
    Plan
        The same for the same arguments, always.

    Raises
    ------
    ValueError
        If the weeks are not 1 to 52 or pass the calendar's end, or the days are none, no weekdays,
        out of order or named twice.
    """
    return _folded(request, lambda week, start: attended(week, start, history, today))


def simulate(request: Request, character: str) -> Plan:
    """Plan the weeks as they would become for a made-up rider.

    Parameters
    ----------
    request : Request
    character : str
        A key of `CHARACTERS`.

    Returns
    -------
    Plan
        As it would stand after its last week.

    Raises
    ------
    RiderInputError
        If nobody has that character.
    ValueError
        As `make_plan`.
    """
    if character not in CHARACTERS:
        raise RiderInputError(
            f"there is no rider {character[:80]!r}; there are {', '.join(CHARACTERS)}"
        )
    rider = CHARACTERS[character]

    def attend(week: tuple[Session, ...], start: date) -> Attended:
        return attended(week, start, rider.history(week), start + timedelta(days=7))

    return _folded(request, attend)


def level_for(rider: Rider, *, used_to_hills: bool) -> Level:
    """Return the level a rider begins with.

    Parameters
    ----------
    rider : Rider
    used_to_hills : bool
        Whether the rider rode a workout with hills in the weeks that are `RECENT`.

    Returns
    -------
    Level
        Starter for a threshold power that is only estimated, and for one that the rule of
        `usual_threshold_power` gives to riders of some activity or less; strong from what it gives
        to the trained, if they are used to hills. A convention: the rule is one of thumb, and a
        rider may always choose otherwise.
    """

    def usual(activity: str) -> float:
        return usual_threshold_power(rider.mass, activity, rider.sex, rider.age)

    if rider.threshold_estimated or rider.threshold_power <= usual("some"):
        return Level.STARTER
    strong = used_to_hills and rider.threshold_power >= usual("trained")
    return Level.STRONG if strong else Level.STANDARD


def in_easy_week(request: Request, day: date) -> bool:
    """Return whether a day lies in an easy week of the plan that this request makes."""
    number = (day - request.start).days // 7 + 1
    return 1 <= number <= request.weeks and number % EASY_EVERY == 0


def command_words(session: Session) -> tuple[str, ...]:
    """Return what is typed after ``coach`` for a session; a ride still needs its ``--trainer``.

    Empty for a day of rest.
    """
    if session.workout is None:
        return ()
    if session.kind is SessionKind.STRENGTH:
        return ("strength", session.workout)
    options: list[tuple[str, float | None]] = [
        ("--hill-power", 100.0 * session.raised.power or None),
        ("--hill-time", session.raised.length or None),
        ("--stand-time", session.raised.standing or None),
        ("--rounds", session.rounds if session.rounds > 1 else None),
        ("--moderate", session.moderate),
    ]
    given = ((option, f"{value:g}") for option, value in options if value is not None)
    typed = (word for pair in given for word in pair)
    return ("ride", session.workout, *typed)


def _folded(request: Request, attend: Attend) -> Plan:
    """Make every week from the one before."""
    if not 1 <= request.weeks <= MOST_WEEKS:
        raise ValueError(f"a plan has 1 to {MOST_WEEKS} weeks, not {request.weeks}")
    if (date.max - request.start).days < 7 * request.weeks:
        raise ValueError(f"{request.weeks} weeks from {request.start} pass the calendar's end")
    kinds = dict(zip(request.days, schedule(request.days, request.level), strict=True))
    state = first = State(FIRST_RUNG[request.level])
    sessions = _sessions(state, request.start, kinds)
    regular = volume(sessions)
    why = "The hills as in their file, to begin with"
    answer = ASSUMED
    weeks: list[Week] = []
    for number in range(1, request.weeks + 1):
        start = request.start + timedelta(days=7 * (number - 1))
        easy = number % EASY_EVERY == 0
        if weeks:

            def fits(raised: State, start: date = start, before: Volume = regular) -> bool:
                return volume(_sessions(raised, start, kinds)).load <= MOST_GROWTH * before.load

            before = state
            state, why = reaction(state, answer, easy or request.as_in_file, fits)
            sessions = _sessions(state, start, kinds)
            if easy:
                sessions, less = eased(sessions, regular)
                why = easy_words(less, sessions, before, state, why)
            else:
                regular = volume(sessions)
                if request.as_in_file:
                    why = why or "Nothing raised: talk to a health professional first"
                else:
                    why += offer(state, answer, first)
        found, answer = attend(sessions, start)
        weeks.append(Week(number, start, found, easy, f"{why}."))
    return Plan(tuple(weeks))


def _sessions(state: State, start: date, kinds: Mapping[int, SessionKind]) -> tuple[Session, ...]:
    """Return a week's sessions in order, as they are when nothing is eased."""
    sessions: list[Session] = []
    for day in (start + timedelta(days=ahead) for ahead in range(7)):
        match kinds.get(day.weekday()):
            case SessionKind.HILLS:
                one = Session(
                    day,
                    SessionKind.HILLS,
                    state.on.workout,
                    raised=state.raised,
                    moderate=state.moderate,
                )
            case SessionKind.INTERVALS if state.on.rounds:
                one = Session(day, SessionKind.INTERVALS, "intervals", rounds=state.on.rounds)
            case SessionKind.STRENGTH:
                one = Session(day, SessionKind.STRENGTH, ROUTINE)
            case None:
                continue
            case _:
                one = Session(day, SessionKind.REST)
        sessions.append(one)
    return tuple(sessions)
