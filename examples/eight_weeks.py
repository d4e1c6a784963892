"""Ride a plan in the simulator, week by week: each week is planned from the files of those before.

Usage: python examples/eight_weeks.py [obedient|tired] [WEEKS] [FOLDER]

The obedient rider does what is asked and finds the hardest part strong (5 of 10). The tired one
sits down early, gives up at 70 % of every session, and finds it harder than very strong (8).
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from coach import archive, journal, profile
from coach.clock import ManualClock
from coach.journal import Header, Journal
from coach.journal.strength import LOG_NAME, StrengthLog
from coach.messages import Cue, Key, Snapshot
from coach.runner import Run
from coach.strength.routine import SetDone, Side
from coach.trainers.simulated import SimulatedTrainer
from coach.trainers.simulated.model import OBEDIENT, RiderModel
from coach.training.dose import dose, eased
from coach.training.emphasis import choose
from coach.training.kept import KEPT_NAME, format_request
from coach.training.plan import Request, Session, SessionKind, make_plan
from coach.training.weekly import weekly


@dataclass(frozen=True)
class Character:
    """How a made-up rider takes what is planned."""

    cr10: float
    completes: float = 1.0
    model: RiderModel = OBEDIENT


CHARACTERS = {
    "obedient": Character(cr10=5),
    "tired": Character(cr10=8, completes=0.7, model=RiderModel("tired", sits_after=0.6)),
}


@dataclass
class GivesUp:
    """A display through which a rider ends the ride after some time on its timer [s]."""

    after: float
    had_enough: bool = False

    def open(self) -> None:
        """Do nothing: there is nothing to see."""

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Look at the clock."""
        self.had_enough = snapshot.timer_time >= self.after

    def keys(self) -> Sequence[Key]:
        """Press q when it is enough."""
        return [Key.QUIT] if self.had_enough else []

    def close(self) -> None:
        """Do nothing."""


def ride(session: Session, start: datetime, character: Character, folder: Path) -> None:
    """Ride a session at full speed, and say how hard it was."""
    rider = profile.example_rider()
    workout = profile.compile_workout(
        profile.load_workout(profile.find_workout(session.workout)),
        rider,
        moderate_minutes=session.moderate,
        rounds=session.rounds,
        raised=session.raised,
    )
    trainer = SimulatedTrainer(rider, seed=start.toordinal())
    trainer.rider.model = character.model
    displays = [trainer.rider]
    if character.completes < 1:
        displays.append(GivesUp(character.completes * workout.duration))
    path = folder / f"{start:%Y-%m-%d_%H%M%S}_{session.workout}.ride"
    header = Header(workout.title, start, rider, workout, "sim", "example")
    Run(Journal(path, header), trainer, ManualClock(), displays).ride()
    journal.felt(path, character.cr10)


def train(session: Session, start: datetime, character: Character, history, easy, log) -> None:
    """Log a strength session, set by set, a minute each."""
    routine = profile.load_routine(profile.find_routine(session.workout))
    today = dose(history.strength, session.date, routine)
    asked = choose(routine, today, ())
    asked = eased(asked, today) if easy else asked
    sets = [
        SetDone(work.exercise.name, number, side, work.reps, None)
        for work in asked
        for number in range(1, work.sets + 1)
        for side in (Side if work.exercise.per_leg else [None])
    ]
    done = sets[: round(character.completes * len(sets))]
    name = log.begin(start, routine.name, asked)
    for minute, each in enumerate(done, start=1):
        log.add(name, start + timedelta(minutes=minute), each)
    end = start + timedelta(minutes=len(done) + 1)
    log.end(name, end, character.cr10, finished=len(done) == len(sets))


def main(character: Character, weeks: int, folder: Path) -> None:
    """Go through the weeks before this one, and print what became of each."""
    today = date.today()
    monday = today - timedelta(days=today.weekday())
    request = Request(monday - timedelta(weeks=weeks), weeks, days=(0, 2, 5))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEPT_NAME).write_text(format_request(request), encoding="utf-8")
    log = StrengthLog(folder / LOG_NAME)
    for number in range(weeks):
        history, _ = archive.history(folder, first=request.start, simulated=True)
        start = request.start + timedelta(weeks=number)
        week = make_plan(request, history, start).weeks[number]
        for session in week.sessions:
            at = datetime.combine(session.date, request.at, ZoneInfo(request.zone))
            if session.kind is SessionKind.STRENGTH:
                train(session, at, character, history, week.easy, log)
            elif session.workout is not None:
                ride(session, at, character, folder)
        history, _ = archive.history(folder, first=start, simulated=True)
        (done,) = weekly(None, history, start, start)
        print(f"Week {week.number}, {start:%d %b}: {week.why}")
        print(
            f"  rides: {done.rides.done}, {done.hill_power or 0:.0f} W on hills,"
            f" {(done.standing_measured or 0) / 60:.0f} min standing,"
            f" {done.sets} of {done.sets_asked} sets"
        )
    log.close()
    print(f"Next: coach progress --simulated --out {folder} --weeks {weeks + 1}")


if __name__ == "__main__":
    words = dict(enumerate(sys.argv))
    if words.get(1, "obedient") not in CHARACTERS:
        sys.exit(__doc__)
    main(
        CHARACTERS[words.get(1, "obedient")],
        int(words.get(2, 8)),
        Path(words.get(3) or tempfile.mkdtemp()),
    )
