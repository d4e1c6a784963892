"""When an exercise of the strength routine gets more load.

At the full dose it is the exercise that grows: whoever can do one or two repetitions more than
asked takes 2 to 10 % more load, or the harder variant, and comes back to 15 repetitions until every
set goes beyond them.

Source: American College of Sports Medicine, position stand on progression models in resistance
training, Med. Sci. Sports Exerc. 41, 2009; reference notes on training science, section 3.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coach.strength.routine import Dose, Routine, SetDone, Side, Work

LIGHT_REPS = 15
"""Asked again of an exercise whose load was raised."""


@dataclass(frozen=True, slots=True)
class Try:
    """What one session asked of one exercise, and what was done of it."""

    per_leg: bool
    sets: int
    reps: int
    done: tuple[SetDone, ...]

    def beyond(self) -> bool:
        """Tell whether every set had a repetition or more beyond what was asked."""
        sides = tuple(Side) if self.per_leg else (None,)
        reps = {(each.number, each.side): each.reps for each in self.done}
        return all(
            reps.get((number, side), 0) > self.reps
            for number in range(1, self.sets + 1)
            for side in sides
        )


def is_light(tries: Sequence[Try], full: int) -> bool:
    """Tell whether an exercise has more load now, and so fewer repetitions for a while.

    Parameters
    ----------
    tries : sequence of Try
        Every session with this exercise, in order.
    full : int
        Repetitions of the full dose.

    Returns
    -------
    bool
        From the session after one in which every set went beyond the full dose, until every set
        has gone beyond `LIGHT_REPS`.
    """
    light = False
    for each in tries:
        if each.beyond():
            light = each.reps >= full
    return light


def with_more_load(
    routine: Routine, today: Dose, work: Sequence[Work], tries: Mapping[str, Sequence[Try]]
) -> tuple[tuple[Work, ...], tuple[str, ...]]:
    """Ask fewer repetitions where there is more load now, and tell the rider about load.

    Parameters
    ----------
    routine : Routine
    today : Dose
        Below the routine's own nothing changes.
    work : sequence of Work
        What is asked today.
    tries : mapping of str to sequence of Try
        Every session with an exercise, in order, by its name.

    Returns
    -------
    work : tuple of Work
    why : tuple of str
        A sentence each.
    """
    if (today.sets, today.reps) != (routine.sets, routine.reps):
        return tuple(work), ()
    light = min(LIGHT_REPS, routine.reps)
    chosen: list[Work] = []
    lines: list[str] = []
    for each in work:
        before = tries[each.exercise.name]
        if not is_light(before, routine.reps):
            chosen.append(each)
            continue
        chosen.append(replace(each, reps=light))
        exercise = each.exercise
        if before[-1].beyond():
            harder = exercise.harder[:1].lower() + exercise.harder[1:]
            lines.append(
                f"{exercise.title}: every set went beyond {before[-1].reps} last time, so take 2 to"
                f" 10 % more load, or the harder variant ({harder}), and {light} repetitions."
            )
        else:
            lines.append(
                f"{exercise.title}: {light} with the load you added, until every set goes beyond."
            )
    if not lines:
        lines.append(
            f"Where one or two more than {routine.reps} go well in every set, do them and count"
            " them: next time that exercise gets more load."
        )
    return tuple(chosen), tuple(lines)
