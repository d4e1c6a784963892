"""How much of every strength exercise is asked today, and when there is more of it.

A rider begins with one set of 12, does two sets of 15 in weeks 1 and 2, three of 15 in weeks 3
and 4, and from week 5 on what the routine itself says; a routine that says less is never
exceeded (reference notes on training science, section 3.6: a coaching convention). From there
on it is the load that grows (`coach.training.load`).

What "week" means here is a convention too. A week is seven days, counted from the first session,
and it counts when its last session went well: gone through to the end, more than half of its sets
done, and felt no harder than 6 of 10 (or nobody said). A week without a session, or with one that
did not go well, is not counted: the dose holds. Three weeks without any session take one step
back, six weeks two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from coach.strength.routine import Dose, Routine, Work
from coach.training.history import StrengthDone

STAGES = ((1, 12), (2, 15), (3, 15))
"""Sets and repetitions before the routine's own."""

WEEKS_OF_A_STAGE = 2
"""Of the second and the third; the first is one session."""

HARD = 6.0
"""On Borg's scale of 0 to 10; what was harder holds the dose."""

BREAK = timedelta(days=21)
"""Without a session, for one step back."""

RECOVERY = timedelta(hours=48)
"""Between two sessions (section 3.6)."""

BEFORE_HILLS = timedelta(hours=6)
"""Between a session and the hills after it (section 3.6)."""

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def dose(done: Sequence[StrengthDone], today: date, routine: Routine) -> Dose:
    """Return how much of every exercise is asked today.

    Parameters
    ----------
    done : sequence of StrengthDone
        Every session so far, of any routine, in any order. A session that is dated after today
        counts as today's: some clock was wrong.
    today : date
    routine : Routine

    Returns
    -------
    Dose
        Never more sets, nor more repetitions in a set, than the routine's own.
    """
    progress = _Progress()
    for each in sorted(done, key=lambda each: each.start):
        if each.sets:
            progress.add(each, min(each.start.date(), today))
    progress.reach(today)
    stage = progress.stage
    sets, reps = (*STAGES, (routine.sets, routine.reps))[stage]
    sets, reps = min(sets, routine.sets), min(reps, routine.reps)
    asked = f"{_WORDS[sets]} {'set' if sets == 1 else 'sets'} of {reps}"
    if progress.note:
        why = f"{progress.note}: {asked}."
    elif stage == 0:
        why = f"The first session is short, to learn the movements: {asked}."
    elif stage < len(STAGES):
        why = f"Training week {progress.weeks + 1}: {asked}."
    else:
        why = f"Training week {progress.weeks + 1}, the routine's full dose: {asked}."
    return Dose(sets, reps, why)


def full_dose(routine: Routine) -> Dose:
    """Return what the routine itself says, whatever week the rider is in."""
    return Dose(routine.sets, routine.reps, "The routine's full dose, as you asked.")


def eased(work: Sequence[Work], today: Dose) -> tuple[Work, ...]:
    """Return the work of an easy week: one set below today's dose, but at least one."""
    most = max(1, today.sets - 1)
    return tuple(replace(each, sets=min(each.sets, most)) for each in work)


def went_well(session: StrengthDone) -> bool:
    """Tell whether more may follow on a session."""
    much = 2 * session.sets > session.sets_asked
    return session.finished and much and (session.cr10 is None or session.cr10 <= HARD)


def too_soon(done: Sequence[StrengthDone], now: datetime) -> str:
    """Return a sentence if the last session is less than 48 hours ago, else nothing."""
    hours = [(now - each.start) / timedelta(hours=1) for each in done if each.sets]
    # A session in the future was dated by a clock that was wrong.
    since = min((each for each in hours if each >= 0), default=RECOVERY / timedelta(hours=1))
    if since >= RECOVERY / timedelta(hours=1):
        return ""
    ago = f"{since:.0f} hours" if since >= 1.5 else "an hour" if since >= 1 else "less than an hour"
    return f"The last session was {ago} ago; 48 hours between two are the convention."


class _Progress:
    """Weeks that count, session by session."""

    def __init__(self) -> None:
        self.weeks = 0
        self.note = ""
        """Why the dose is not what the calendar says; empty if it is."""
        self._begun = False
        self._anchor: date | None = None
        self._last: date | None = None
        self._latest: StrengthDone | None = None

    @property
    def stage(self) -> int:
        """Index into the stages; their number is the full dose."""
        if not self._begun:
            return 0
        return min(1 + self.weeks // WEEKS_OF_A_STAGE, len(STAGES))

    def add(self, session: StrengthDone, day: date) -> None:
        """Take a session; they come in order."""
        # Whoever flies west may begin a session the day before the last one.
        day = max(day, self._last or day)
        self.reach(day)
        if self._anchor is None:
            self._anchor = day
        self._last, self._latest = day, session
        self._begun = self._begun or went_well(session)
        self.note = "" if self._begun else _held(session)

    def reach(self, day: date) -> None:
        """Let the time pass until the day of the next session, or until today."""
        if self._last is None or self._anchor is None or self._latest is None:
            return
        gap = day - self._last
        week_is_over = (day - self._anchor).days // 7 > (self._last - self._anchor).days // 7
        if self._begun and week_is_over:
            well = went_well(self._latest)
            self.weeks += well
            self.note = "" if well else _held(self._latest)
        if gap >= BREAK:
            stage = max(0, self.stage - gap // BREAK)
            if stage < self.stage:
                steps = _WORDS[min(self.stage - stage, 10)]
                step = "step" if self.stage - stage == 1 else "steps"
                self.note = f"{gap.days} days without a session, so {steps} {step} back"
            self._begun = stage > 0
            self.weeks = max(0, stage - 1) * WEEKS_OF_A_STAGE
            self._anchor = self._last = day


def _held(session: StrengthDone) -> str:
    if not session.finished:
        return "The last session was not finished, so it stays as it was"
    if session.cr10 is not None and session.cr10 > HARD:
        return f"The last session felt {session.cr10:g} of 10, so it stays as it was"
    return "Half of the last session or less was done, so it stays as it was"
