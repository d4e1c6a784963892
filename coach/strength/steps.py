"""The steps of a session, and what was done of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.strength.routine import SetDone, Side, Work


@dataclass(frozen=True, slots=True)
class Step:
    """One set of one exercise, on one side."""

    work: Work
    number: int
    """Of the exercise's sets, from 1."""
    side: Side | None
    """``None`` for both legs at once."""

    @property
    def key(self) -> tuple[str, int, Side | None]:
        """What tells its record from all others."""
        return self.work.exercise.name, self.number, self.side

    @property
    def whole_set(self) -> tuple[str, int]:
        """What it has in common with the same set of the other leg."""
        return self.work.exercise.name, self.number


def length(work: Sequence[Work], rest: float, tempo: float) -> float:
    """Estimate how long a session takes.

    Parameters
    ----------
    work : sequence of Work
    rest : float
        After every set, the last one too; both legs are one set [s].
    tempo : float
        Of one repetition [s].

    Returns
    -------
    float
        Sets and rests, without getting ready and answering [s].

    Notes
    -----
    Source: reference notes on training science, section 3.6.
    """
    return _length(tuple(_steps(work)), rest, tempo)


class Steps:
    """The steps of a session in order, with a record of each that was done.

    Parameters
    ----------
    work : sequence of Work
        In order.
    done : sequence of SetDone
        Of several records of one set the last counts; those of other work are left out.

    Raises
    ------
    ValueError
        If there is no work, an exercise comes twice, or no set or repetition is asked of one.
    """

    def __init__(self, work: Sequence[Work], done: Sequence[SetDone] = ()) -> None:
        names = [each.exercise.name for each in work]
        if not work or len(set(names)) < len(names):
            raise ValueError(f"a session needs exercises, each of them once; found {names}")
        if any(each.sets < 1 or each.reps < 1 for each in work):
            raise ValueError("every exercise needs at least one set of one repetition")
        self._steps = tuple(_steps(work))
        self._records: dict[tuple[str, int, Side | None], SetDone] = {}
        self._loads: dict[str, float | None] = {}
        known = {step.key for step in self._steps}
        for each in done:
            if (each.exercise, each.number, each.side) in known:
                self.keep(each)

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, index: int) -> Step:
        return self._steps[index]

    @property
    def done(self) -> tuple[SetDone, ...]:
        """What was done, in the order of the work."""
        return tuple(self._records[step.key] for step in self._steps if step.key in self._records)

    @property
    def sets(self) -> int:
        """How many sets there are, both legs as one."""
        return len({step.whole_set for step in self._steps})

    @property
    def sets_done(self) -> int:
        """How many of them are done, with both legs where one-legged."""
        return self.sets - len({s.whole_set for s in self._steps if s.key not in self._records})

    def keep(self, done: SetDone) -> None:
        """Keep a record; it replaces an earlier one of the same step."""
        self._records[done.exercise, done.number, done.side] = done
        self._loads[done.exercise] = done.load

    def record(self, index: int) -> SetDone | None:
        """Return what was done of a step."""
        return self._records.get(self._steps[index].key)

    def load(self, index: int) -> float | None:
        """Return the load that the step's exercise was done with last [kg]."""
        return self._loads.get(self._steps[index].work.exercise.name)

    def missing(self, first: int) -> int:
        """Return the first step without a record, from `first` on; their number if none is."""
        for index in range(first, len(self._steps)):
            if self.record(index) is None:
                return index
        return len(self._steps)

    def ahead(self, index: int) -> tuple[Step, ...]:
        """Return the step at `index`, done or not, and all after it that are missing."""
        after = [s for s in self._steps[index + 1 :] if s.key not in self._records]
        return (*self._steps[index : index + 1], *after)

    def left(self, index: int, rest: float, tempo: float) -> float:
        """Estimate how long the steps from `index` on take, as `length` does [s]."""
        return _length(self.ahead(index), rest, tempo)


def _steps(work: Sequence[Work]) -> Iterator[Step]:
    for each in work:
        sides = (Side.LEFT, Side.RIGHT) if each.exercise.per_leg else (None,)
        for number in range(1, each.sets + 1):
            for side in sides:
                yield Step(each, number, side)


def _length(steps: Sequence[Step], rest: float, tempo: float) -> float:
    rests = len({step.whole_set for step in steps})
    return sum(step.work.reps * tempo for step in steps) + rests * rest
