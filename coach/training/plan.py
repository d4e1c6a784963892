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
* Every fourth week is easy: a third less riding (`coach.training.easy`) on the hills as they are in
  their file, and nothing raised. The week after goes on from the week before it.
* A hill ride that felt like 8 of 10 or more, or of which less than 80 % was ridden, takes the last
  raise back. The second week in a row that does makes the hills one level easier, and the posture
  intervals go with the level that has them.
* A week without a planned hill ride holds; from the second in a row on, each takes one raise back.
* Nothing is raised without end: `Rung.most` says how often. A level is never changed upward but by
  the rider, whom the plan tells when three weeks in a row went well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from coach.errors import RiderInputError
from coach.profile.estimate import usual_threshold_power
from coach.rider import Rider
from coach.training.attendance import Answer, Verdict, attended
from coach.training.easy import eased
from coach.training.history import History, RideDone, StrengthDone
from coach.training.planned import Level, Plan, Request, Session, SessionKind, Week
from coach.training.schedule import schedule
from coach.training.volume import volume
from coach.workout import Raised

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
    "level_for",
    "make_plan",
    "simulate",
]

MOST_WEEKS = 52
EASY_EVERY = 4
MOST_GROWTH = 1.10
READY_AFTER = 3
"""Good weeks in a row after which the next level is offered; a convention."""

ROUTINE = "glutes"


class Raise(StrEnum):
    """What a week may add."""

    MODERATE = "moderate"
    POWER = "power"
    LENGTH = "length"
    STANDING = "standing"


MODERATE_STEP, POWER_STEP, LENGTH_STEP, STANDING_STEP = 5, 2, 30, 15
"""Minutes, percent of FTP, and twice seconds."""

_ADDED = {
    Raise.MODERATE: f"{MODERATE_STEP} min more of the moderate block",
    Raise.POWER: f"{POWER_STEP} % of FTP more on every hill",
    Raise.LENGTH: f"{LENGTH_STEP} s more on every hill",
    Raise.STANDING: f"{STANDING_STEP} s more of standing on hills that begin seated",
}
_REMOVED = {what: words.replace("more", "less") for what, words in _ADDED.items()}

Attended = tuple[tuple[Session, ...], Answer]
Attend = Callable[[tuple[Session, ...], date], Attended]
"""Says what became of the sessions of the week that begins on a day."""


@dataclass(frozen=True, slots=True)
class Character:
    """A made-up rider who does the same every week."""

    completed: float
    """Share of every ride that is ridden."""
    cr10: float
    last_hill_cadence: float
    """[rpm]."""

    def history(self, week: Sequence[Session]) -> History:
        """Return what this rider makes of a week."""
        rides: list[RideDone] = []
        strength: list[StrengthDone] = []
        for session in week:
            start = datetime.combine(session.date, time(), UTC)
            if session.workout is None:
                continue
            if session.kind is SessionKind.STRENGTH:
                done = StrengthDone(start, session.workout, 0, 0, 0, self.cr10, finished=True)
                strength.append(done)
                continue
            hilly = session.kind is SessionKind.HILLS
            ride = RideDone(
                start=start,
                workout=session.workout,
                raised=session.raised,
                timer_time=60.0 * self.completed * volume([session]).minutes,
                completed=self.completed,
                cr10=self.cr10,
                hills=6 if hilly else 0,
                hill_power=None,
                last_hill_cadence=self.last_hill_cadence if hilly else None,
                standing=None,
                standing_source=None,
                load=None,
                simulated=True,
            )
            rides.append(ride)
        return History(tuple(rides), tuple(strength))


CHARACTERS = {
    "obedient": Character(completed=1.0, cr10=5.0, last_hill_cadence=68.0),
    "tired": Character(completed=0.7, cr10=8.0, last_hill_cadence=57.0),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder from easy to hard."""

    level: Level
    workout: str
    moderate: float | None
    """Minutes of the moderate block to begin with; ``None`` leaves the workout's own."""
    rounds: int
    """Of the posture intervals; 0 for none."""
    most: dict[Raise, int]
    """How often each is raised; conventions. In power the hardest hill ends at 89, 105 and 104 %
    of FTP; hills grow by at most 2 min, of the starter by 1."""


LADDER = (
    Rung(
        Level.STARTER,
        "hills-starter",
        15.0,
        0,
        {Raise.MODERATE: 3, Raise.POWER: 3, Raise.LENGTH: 2, Raise.STANDING: 2},
    ),
    Rung(
        Level.STARTER,
        "hills-starter",
        None,
        0,
        {Raise.POWER: 3, Raise.LENGTH: 2, Raise.STANDING: 2},
    ),
    Rung(Level.STANDARD, "hills", None, 2, {Raise.POWER: 5, Raise.LENGTH: 4, Raise.STANDING: 4}),
    Rung(
        Level.STRONG, "hills-strong", None, 3, {Raise.POWER: 2, Raise.LENGTH: 4, Raise.STANDING: 4}
    ),
)
_FIRST = {Level.STARTER: 1, Level.STANDARD: 2, Level.STRONG: 3}


@dataclass(frozen=True, slots=True)
class State:
    """What a week hands on to the next."""

    rung: int
    raises: tuple[Raise, ...] = ()
    """In the order in which they came."""
    too_much: int = 0
    """Weeks in a row, like the two that follow."""
    missed: int = 0
    good: int = 0

    @property
    def on(self) -> Rung:
        """Where the hills are on the ladder."""
        return LADDER[self.rung]

    @property
    def raised(self) -> Raised:
        """What is raised by now."""
        return Raised(
            power=POWER_STEP * self.raises.count(Raise.POWER) / 100.0,
            length=float(LENGTH_STEP * self.raises.count(Raise.LENGTH)),
            standing=float(STANDING_STEP * self.raises.count(Raise.STANDING)),
        )

    @property
    def moderate(self) -> float | None:
        """Length of the moderate block [min]; ``None`` for the workout's own."""
        if self.on.moderate is None:
            return None
        return self.on.moderate + MODERATE_STEP * self.raises.count(Raise.MODERATE)

    @property
    def possible(self) -> list[Raise]:
        """What may be raised next, in turn."""
        turn = list(self.on.most)
        if self.raises and self.raises[-1] in turn:
            last = turn.index(self.raises[-1])
            turn = turn[last + 1 :] + turn[: last + 1]
        return [what for what in turn if self.raises.count(what) < self.on.most[what]]


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


def level_for(rider: Rider, health_yes: bool) -> Level:
    """Return the level a rider begins with.

    Parameters
    ----------
    rider : Rider
    health_yes : bool
        Whether any question of the health screen was answered with yes.

    Returns
    -------
    Level
        Starter after a yes, for a threshold power that is only estimated, and for one that the
        rule of `usual_threshold_power` gives to riders of some activity or less; strong from what
        it gives to the trained. A convention: the rule is one of thumb, and a rider may always
        choose otherwise.
    """

    def usual(activity: str) -> float:
        return usual_threshold_power(rider.mass, activity, rider.sex, rider.age)

    if health_yes or rider.threshold_estimated or rider.threshold_power <= usual("some"):
        return Level.STARTER
    return Level.STRONG if rider.threshold_power >= usual("trained") else Level.STANDARD


def command_words(session: Session) -> tuple[str, ...]:
    """Return what is typed after ``coach`` for a session; a ride still needs its ``--trainer``.

    Empty for a day of rest.
    """
    if session.workout is None:
        return ()
    if session.kind is SessionKind.STRENGTH:
        return ("strength", session.workout)
    options: list[tuple[str, float | None]] = [
        ("--hill-power", 100.0 * session.raised.power),
        ("--hill-time", session.raised.length),
        ("--stand-time", session.raised.standing),
        ("--rounds", session.rounds if session.rounds > 1 else 0),
        ("--moderate", session.moderate),
    ]
    typed = (word for option, value in options if value for word in (option, f"{value:g}"))
    return ("ride", session.workout, *typed)


def _folded(request: Request, attend: Attend) -> Plan:
    """Make every week from the one before."""
    if not 1 <= request.weeks <= MOST_WEEKS:
        raise ValueError(f"a plan has 1 to {MOST_WEEKS} weeks, not {request.weeks}")
    if (date.max - request.start).days < 7 * request.weeks:
        raise ValueError(f"{request.weeks} weeks from {request.start} pass the calendar's end")
    kinds = dict(zip(request.days, schedule(request.days, request.level), strict=True))
    state = first = State(_FIRST[request.level])
    sessions = _sessions(state, request.start, kinds)
    regular = volume(sessions)
    why = "The hills as in their file, to begin with"
    answer: Answer | None = None
    weeks: list[Week] = []
    for number in range(1, request.weeks + 1):
        start = request.start + timedelta(days=7 * (number - 1))
        easy = number % EASY_EVERY == 0
        if answer is not None:
            most = MOST_GROWTH * regular.load

            def fits(state: State, start: date = start, most: float = most) -> bool:
                return volume(_sessions(state, start, kinds)).load <= most

            before, (state, why) = state, _next(state, answer, easy, fits)
            sessions = _sessions(state, start, kinds)
            if easy:
                sessions, less = eased(sessions, regular)
                why = _easy_words(less, sessions, before, state, why)
            else:
                regular = volume(sessions)
                why += _offer(state, answer, first)
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


def _next(
    state: State, answer: Answer, easy: bool, fits: Callable[[State], bool]
) -> tuple[State, str]:
    """Return the state of the next week, and what is done and why."""
    hills = f"last week's hills {answer.words}"
    match answer.verdict:
        case Verdict.GOOD:
            state = replace(state, too_much=0, missed=0, good=state.good + 1)
            return (state, "") if easy else _raised(state, answer, fits)
        case Verdict.TOO_MUCH:
            state = replace(state, too_much=state.too_much + 1, missed=0, good=0)
            return _lowered(state, hills)
        case Verdict.MISSED:
            state = replace(state, too_much=0, missed=state.missed + 1, good=0)
            if state.missed == 1:
                return state, f"Nothing raised: {hills}"
            hills = f"no hills were ridden for {state.missed} weeks"
            return (
                _taken_back(state, hills) if state.raises else (state, f"Nothing raised: {hills}")
            )
        case Verdict.UNTOLD:
            hills = "nobody said how hard last week's hills felt; 'coach felt' after a ride says it"
    return replace(state, too_much=0, missed=0, good=0), f"Nothing raised: {hills}"


def _raised(state: State, answer: Answer, fits: Callable[[State], bool]) -> tuple[State, str]:
    """Raise the first variable in turn that has room and does not add too much load."""
    why = (
        f": last week's hills {answer.words}" if answer.words else ", if last week's hills go well"
    )
    for what in state.possible:
        raised = replace(state, raises=(*state.raises, what))
        if fits(raised):
            return raised, f"{_ADDED[what]}{why}"
    if state.possible:
        most = 100 * (MOST_GROWTH - 1)
        return state, f"Nothing raised: it would add more than {most:.0f} % to the week's load"
    return state, "Nothing left to raise: the hills are as hard and as long as this plan makes them"


def _lowered(state: State, hills: str) -> tuple[State, str]:
    """Answer to a week that was too much, the first or one more in a row."""
    if state.too_much > 1 and state.rung > 0:
        state = State(state.rung - 1)
        return state, f"One level easier: the second week in a row was too much, {hills}"
    if state.raises:
        return _taken_back(state, hills)
    if state.rung > 0:
        return state, f"The same once more, and easier if that is too much too: {hills}"
    return state, (
        f"Easier than this the plan cannot be, and {hills}: rest, and if riding stays so hard, talk"
        " to a health professional"
    )


def _taken_back(state: State, hills: str) -> tuple[State, str]:
    *raises, last = state.raises
    return replace(state, raises=tuple(raises)), f"{_REMOVED[last]}: {hills}"


def _easy_words(
    less: float, sessions: Sequence[Session], before: State, state: State, why: str
) -> str:
    """Say what an easy week is, and what changes after it."""
    words = f"Easy week: {100 * less:.0f} % less riding, the hills as in their file"
    if any(session.kind is SessionKind.STRENGTH for session in sessions):
        words += ", one set less of each strength exercise"
    if (before.rung, before.raises) != (state.rung, state.raises):
        words += f"; {why[0].lower()}{why[1:]}"
    return words


def _offer(state: State, answer: Answer, first: State) -> str:
    """Return the offer of the next level, after weeks that went well and are no mere hope."""
    ready = state.good >= READY_AFTER and bool(answer.words)
    below = state.rung < first.rung or state.on.level is Level.STARTER or not state.possible
    if not ready or not below or state.on.moderate is not None or state.on is LADDER[-1]:
        return ""
    level = LADDER[state.rung + 1].level
    return f"; when you feel ready for the next level, make a new plan with --level {level}"
