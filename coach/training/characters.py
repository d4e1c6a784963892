"""Made-up riders, who show how a plan answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from coach.training.history import History, RideDone, StrengthDone
from coach.training.planned import Session, SessionKind
from coach.training.volume import volume


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
