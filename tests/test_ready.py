"""Before the rider starts: the devices are heard, nothing is asked of the trainer, nothing kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from timeline import HILLS, RIDER

from coach import journal
from coach.clock import ManualClock
from coach.errors import CoachError
from coach.journal import Header, Journal, Recorded
from coach.live.view import Viewer, as_json
from coach.messages import Key, RideState
from coach.runner import Run, ride_again
from coach.trainers.simulated import SimulatedTrainer

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
QUIT_EARLY = {130.0: [Key.QUIT]}


class Rider:
    """A display that presses keys at times of the clock and remembers what it saw."""

    def __init__(self, keys):
        self.pressed = dict(keys)
        self.seen = []
        self.heard = []
        self.closed = False

    def open(self):
        pass

    def show(self, snapshot, cues):
        self.seen.append(snapshot)
        self.heard += [cue.text for cue in cues]

    def keys(self):
        now = self.seen[-1].time if self.seen else 0.0
        return [key for at in sorted(self.pressed) if at <= now for key in self.pressed.pop(at)]

    def close(self):
        self.closed = True


class Sent(SimulatedTrainer):
    """Notes when it was asked for what."""

    def __init__(self):
        super().__init__(RIDER, seed=1)
        self.asked = []

    def send(self, command, now):
        self.asked.append(now)
        super().send(command, now)


def ride(path, keys, *, hindrance=str, simulated=True):
    rider, trainer = Rider(keys), Sent()
    header = Header("Test", LONG_AGO, RIDER, HILLS, "sim", "test", simulated=simulated)
    run = Run(Journal(path, header), trainer, ManualClock(), (rider, trainer.rider), hindrance)
    run.ride()
    return rider, trainer


def test_the_ride_begins_when_the_rider_says_so(tmp_path):
    rider, trainer = ride(tmp_path / "a.ride", {30.0: [Key.PAUSE], **QUIT_EARLY})
    before = [moment for moment in rider.seen if moment.state is RideState.READY]
    assert before[-1].time == pytest.approx(30.0, abs=0.5)
    assert all(moment.timer_time == moment.elapsed_time == 0.0 for moment in before)
    assert before[-1].cadence, "what is measured shows before the start"
    assert as_json(Viewer().see(before[-1]))["state"] == "ready"
    assert min(trainer.asked) >= 30.0
    ridden = journal.load(tmp_path / "a.ride")
    assert ridden.elapsed_time == pytest.approx(100.0, abs=0.5)
    assert ridden.time[0] == pytest.approx(1.0, abs=0.25)
    assert (ridden.rr_intervals.time >= 0.0).all()


def test_what_was_heard_before_the_start_rides_again_the_same(tmp_path):
    ride(tmp_path / "a.ride", {30.0: [Key.PAUSE], **QUIT_EARLY})
    with Recorded(tmp_path / "a.ride") as recorded:
        again = ride_again(recorded)
        assert again.commands == recorded.commands()
        assert len(again.samples) == len(recorded.rows("samples")) > 90


def test_a_ride_begins_at_its_start_and_not_when_it_was_typed(tmp_path):
    ride(tmp_path / "real.ride", {1.0: [Key.PAUSE], **QUIT_EARLY}, simulated=False)
    ride(tmp_path / "sim.ride", {1.0: [Key.PAUSE], **QUIT_EARLY})
    real, simulated = (journal.load(tmp_path / f"{name}.ride") for name in ("real", "sim"))
    assert abs(real.start - datetime.now(UTC)) < timedelta(minutes=5)
    assert simulated.start == LONG_AGO


def test_no_key_but_start_and_leave_does_anything_before_the_start(tmp_path):
    keys = {5.0: [Key.SKIP, Key.HARDER, Key.BACK], 30.0: [Key.PAUSE], **QUIT_EARLY}
    rider, _ = ride(tmp_path / "a.ride", keys)
    first = next(moment for moment in rider.seen if moment.state is RideState.RIDING)
    assert first.segment == 0
    assert first.intensity == 1.0


def test_a_ride_that_may_not_start_yet_waits(tmp_path):
    words = iter(("Answer the questions first", ""))
    keys = {5.0: [Key.PAUSE], 20.0: [Key.PAUSE], **QUIT_EARLY}
    rider, trainer = ride(tmp_path / "a.ride", keys, hindrance=lambda: next(words))
    assert min(trainer.asked) >= 20.0
    assert "Answer the questions first" in rider.heard


def test_who_leaves_before_the_start_has_no_ride(tmp_path):
    rider, trainer = Rider({10.0: [Key.QUIT]}), Sent()
    header = Header("Test", LONG_AGO, RIDER, HILLS, "sim", "test")
    kept = Journal(tmp_path / "a.ride", header)
    run = Run(kept, trainer, ManualClock(), (rider, trainer.rider), str)
    with pytest.raises(CoachError, match="nothing was kept"):
        run.ride()
    assert rider.closed
    assert not trainer.asked
    assert not run.began
    assert not list(tmp_path.iterdir())
