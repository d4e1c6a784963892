"""What a week answers to the week before, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from coach.training.attendance import Answer, Verdict
from coach.training.ladder import ADDED, LADDER, REMOVED, State
from coach.training.planned import Level, Session, SessionKind
from coach.workout import AS_IN_FILE

MOST_GROWTH = 1.10
"""Of the load of the last week that was not easy."""

READY_AFTER = 3
"""Good weeks in a row after which the next level is offered; a convention."""


def reaction(
    state: State, answer: Answer, hold: bool, fits: Callable[[State], bool]
) -> tuple[State, str]:
    """Return the state of the next week, and what is done and why.

    Parameters
    ----------
    state : State
        Of the week before.
    answer : Answer
        How its hills went.
    hold : bool
        Whether the next week raises nothing, however well the last one went.
    fits : callable
        Whether the training load of a state does not grow too much.
    """
    hills = f"last week's hills {answer.words}"
    match answer.verdict:
        case Verdict.GOOD:
            state = replace(state, too_much=0, missed=0, good=state.good + 1)
            return (state, "") if hold else _raised(state, answer, fits)
        case Verdict.TOO_MUCH:
            state = replace(state, too_much=state.too_much + 1, missed=0, good=0)
            return _lowered(state, hills)
        case Verdict.MISSED:
            state = replace(state, too_much=0, missed=state.missed + 1, good=0)
            if state.missed == 1:
                return state, f"Nothing raised: {hills}"
            hills = f"no hills were ridden for {state.missed} weeks"
            if state.raises:
                return _taken_back(state, hills)
            return state, f"Nothing raised: {hills}"
        case Verdict.UNTOLD:
            hills = "nobody said how hard last week's hills felt; 'coach felt' after a ride says it"
    return replace(state, too_much=0, missed=0, good=0), f"Nothing raised: {hills}"


def _raised(state: State, answer: Answer, fits: Callable[[State], bool]) -> tuple[State, str]:
    """Raise the first variable in turn that has room and does not add too much load."""
    seen = f": last week's hills {answer.words}"
    why = seen if answer.words else ", if the hills of the week before go well"
    for what in state.possible:
        raised = replace(state, raises=(*state.raises, what))
        if fits(raised):
            return raised, f"{ADDED[what]}{why}"
    if state.possible:
        most = 100 * (MOST_GROWTH - 1)
        return state, f"Nothing raised: it would add more than {most:.0f} % to the week's load"
    return state, "Nothing left to raise: the hills are as hard and as long as this plan makes them"


def _lowered(state: State, hills: str) -> tuple[State, str]:
    """Answer to a week that was too much, the first or one more in a row."""
    if state.too_much > 1 and state.rung > 0:
        easier = State(state.rung - 1)
        to = easier.on.workout
        if to == state.on.workout:
            to = f"{easier.on.moderate:g} min of the moderate block"
        elif state.on.rounds and not easier.on.rounds:
            to += " and no posture intervals"
        return easier, f"One step easier, {to}: the second week in a row was too much, {hills}"
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
    return replace(state, raises=tuple(raises)), f"{REMOVED[last]}: {hills}"


def easy_words(
    less: float, sessions: Sequence[Session], before: State, state: State, why: str
) -> str:
    """Say what an easy week is, and what changes after it."""
    as_in_file = all(session.raised == AS_IN_FILE for session in sessions)
    hills = "the hills as in their file" if as_in_file else "the hills no longer than in their file"
    words = f"Easy week: {100 * less:.0f} % less riding, {hills}"
    if any(session.kind is SessionKind.STRENGTH for session in sessions):
        words += ", one set less of each strength exercise"
    if (before.rung, before.raises) != (state.rung, state.raises):
        words += f"; {why[0].lower()}{why[1:]}"
    return words


def offer(state: State, answer: Answer, first: State) -> str:
    """Return the offer of the next level, after weeks that went well and are no mere hope."""
    ready = state.good >= READY_AFTER and bool(answer.words)
    below = state.rung < first.rung or state.on.level is Level.STARTER or not state.possible
    if not ready or not below or state.on.moderate is not None or state.on is LADDER[-1]:
        return ""
    level = LADDER[state.rung + 1].level
    return f"; when you feel ready, plan anew with --level {level}"
