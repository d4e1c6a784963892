"""Before the rider starts: the devices are heard, nothing is asked of the trainer, nothing kept."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from screens import bare, moment
from timeline import HILLS, RIDER

from coach import journal
from coach.clock import ManualClock
from coach.errors import CoachError
from coach.journal import Header, Journal, Recorded
from coach.live.glyphs import big
from coach.live.ink import Depth, Style
from coach.live.plain import PlainDisplay
from coach.live.screen import Screen
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


# --- how it looks in a terminal -------------------------------------------------------------------


def test_the_screen_says_how_to_start_and_shows_the_devices():
    text = "\n".join(screen(Viewer().see(WAITING), 80, 24))
    assert all(row in text for row in big("READY"))
    assert "space starts the ride" in text
    assert re.search(r"space start\b.* q leave\b", text, re.DOTALL)
    assert all(row in text for row in big("88"))


@pytest.mark.parametrize(
    ("state", "words"),
    [(RideState.READY, "Ctrl-C leaves; nothing is kept"), (RideState.RIDING, "and saves it")],
)
def test_without_a_keyboard_it_says_what_ctrl_c_does_now(state, words):
    there = Screen(80, 24, Style(Depth.NONE, True), HILLS, keys=False)
    assert words in there.lines(Viewer().see(replace(WAITING, state=state)))[-1]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40)])
def test_a_code_for_the_phone_is_shown_whole_or_not_at_all(size):
    code = ("On your phone: http://192.0.2.7:8765/?token=abc", *["█▀▄█" * 8] * 15)
    lines = screen(Viewer().see(WAITING), *size, notice=code)
    assert len(lines) == size[1]
    shown = [line for line in lines if "█▀▄█" * 8 in line]
    assert len(shown) == (15 if size[1] > 16 else 0)
    riding = replace(WAITING, state=RideState.RIDING)
    assert not any("On your phone" in line for line in screen(Viewer().see(riding), *size, code))


@pytest.mark.parametrize(
    ("keyboard", "how"),
    [(None, "Start on the page"), (object(), "Start on the page, or space here,")],
)
def test_plain_lines_say_how_to_start_once_and_the_first_stretch_after_it(keyboard, how):
    out = io.StringIO()
    display = PlainDisplay(out, keyboard)
    for state in (RideState.READY, RideState.READY, RideState.RIDING, RideState.PAUSED):
        display.show(replace(WAITING, state=state), ())
    said = [line.strip().partition("  ")[2] for line in out.getvalue().splitlines()]
    assert said[0] == f"Ready: {how} begins the ride"
    assert said[1].startswith("== ")
    assert said[2].startswith("Paused")


def screen(frame, width, height, notice=()):
    style = Style(Depth.NONE, True)
    return [bare(each) for each in Screen(width, height, style, HILLS, True, notice).lines(frame)]


WAITING = moment(state=RideState.READY, cadence=88.0)
