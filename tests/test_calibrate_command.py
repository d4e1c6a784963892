"""``coach calibrate`` on the pretend stick: what the trainer gets, and what the rider sees."""

from __future__ import annotations

import json
import os
import re
import signal

import pytest

from coach.cli import run
from coach.clock import SteppedClock
from coach.commands import calibrate
from coach.messages import TrackResistance
from coach.profile import example_rider
from coach.protocol import fec
from coach.trainers.ant.calibration import REQUEST, Step
from coach.trainers.simulated.spin_down import TARGET_TIME
from coach.trainers.stick import Air, PretendStick

RELEASE = fec.page_for(TrackResistance(0.0)).encode()
ABOUT = pytest.approx(TARGET_TIME, abs=0.5)
STEEP = fec.page_for(TrackResistance(0.08)).encode()


class Bench:
    """A pretend stick under the command, and the trainer's own record of what reached it."""

    def __init__(self, monkeypatch):
        self.clock = SteppedClock()
        self.air = Air(example_rider())
        self.stick = PretendStick(self.clock, self.air)
        self.record = []
        self.air.record = lambda _, payload: self.record.append(payload)
        monkeypatch.setattr("coach.clock.MonotonicClock", lambda: self.clock)
        monkeypatch.setattr("coach.commands.options.stick_source", lambda *_: self.stick)

    @property
    def told(self):
        """What reached the trainer but for mere questions."""
        return [payload for payload in self.record if payload[0] != 0x46]


@pytest.fixture
def bench(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return Bench(monkeypatch)


def test_a_spin_down_from_start_to_end(bench, capsys):
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 0
    out, err = capsys.readouterr()
    took = re.fullmatch(r"Calibrated: the wheel coasted for (.*) s at 23 °C\.\n", out)
    assert float(took[1]) == ABOUT
    steps = [
        err.index(words) for words in ("looking for the trainer", "Speed up to 36.0", "Stop ped")
    ]
    assert steps == sorted(steps)
    assert bench.told == [RELEASE, REQUEST, RELEASE]


def test_a_terminal_shows_the_wheels_speed(bench, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes what it writes to for a terminal
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Calibrated")
    assert "km/h" in err
    assert "█" in err


def test_the_result_as_json(bench, capsys):
    assert run(["calibrate", "--stick", "virtual", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result == {"ok": True, "spin_down_time_s": ABOUT, "temperature_c": 23.0}


def test_a_rider_who_does_not_coast_fails(bench, capsys):
    bench.air.rider.heeds_trainer = False
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert bench.told[-1] == RELEASE


def test_refused_in_the_middle_of_a_climb(bench, capsys):
    bench.air.trainer.receive(STEEP)
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 1
    assert "finish or pause the climb first" in capsys.readouterr().err
    assert bench.told == []


def test_a_load_that_was_left_on_by_nobody_who_pedals_is_taken_off(bench, monkeypatch):
    bench.air.trainer.receive(STEEP)
    monkeypatch.setattr(bench.air.rider, "push", lambda *_: 0.0)
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 1
    assert bench.told[:2] == [RELEASE, REQUEST]


def test_a_trainer_without_spin_down_may_calibrate_itself(bench, monkeypatch, capsys):
    heard = type(bench.air.trainer).receive

    def deaf(trainer, payload):
        if payload != REQUEST:
            heard(trainer, payload)

    monkeypatch.setattr(type(bench.air.trainer), "receive", deaf)
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "may calibrate itself" in err
    assert bench.told[0] == bench.told[-1] == RELEASE
    assert bench.told.count(REQUEST) >= 3


def test_a_load_that_stays_on_is_told_of(bench, monkeypatch, capsys):
    heard = type(bench.air.trainer).receive
    bench.air.trainer.receive(STEEP)  # done, as its command status goes on saying

    def deaf(trainer, payload):
        if payload != RELEASE:
            heard(trainer, payload)

    monkeypatch.setattr(type(bench.air.trainer), "receive", deaf)
    monkeypatch.setattr(bench.air.rider, "push", lambda *_: 0.0)
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 1
    assert "did not confirm that its load is off" in capsys.readouterr().err


def test_sensors_are_not_looked_for(bench):
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 0
    assert bench.stick.resets == 1


def test_a_trainer_that_is_not_there_is_not_found(bench, capsys):
    assert run(["calibrate", "--trainer", "ant:777", "--stick", "virtual"]) == 1
    assert "turn the cranks" in capsys.readouterr().err
    assert bench.record == []


@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("at", [Step.REQUESTED, Step.SPEED_UP, Step.COAST])
def test_who_stops_it_has_no_load_left_on(bench, monkeypatch, capsys, stop, at):
    def show(screen, calibration):
        if calibration.state is at:
            os.kill(os.getpid(), getattr(signal, stop))

    monkeypatch.setattr(calibrate.Screen, "show", show)
    assert run(["calibrate", "--trainer", "ant:12345", "--stick", "virtual"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "stopped" in err
    assert bench.told[-1] == RELEASE
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("text", ["sim", "none", "ant:0", "ant:12,wheel=3", "replay:x.fit"])
def test_other_trainers_have_no_spin_down(text, capsys):
    assert run(["calibrate", "--trainer", text]) == 2
    assert text in capsys.readouterr().err


def test_the_picture_shows_the_wheel_s_speed():
    from coach.trainers.ant.calibration import Calibration

    calibration = Calibration(load_on=False)
    assert calibrate.picture(calibration, "utf-8").plain == calibration.words
    calibration.speed = 25 / 3.6
    assert "█" in calibrate.picture(calibration, "utf-8").plain
    plain = calibrate.picture(calibration, "cp1252").plain
    assert plain.isascii()
    assert plain.endswith("km/h")
