"""``coach selftest``: that each of its judgements can fail, and what it prints."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from coach.cli import run
from coach.clock import SteppedClock
from coach.messages import (
    BasicResistance,
    Command,
    EventKind,
    Source,
    TargetPower,
    TrackResistance,
    UserConfiguration,
)
from coach.protocol import fec
from coach.selftest import Ridden, judge, ride, ride_all, riding
from coach.trainers.ant import driver
from coach.trainers.ant.driver import AntTrainer
from coach.trainers.faults import load_scenario, parse_scenario

# The trainer falls silent at 20 s, is lost a little later and is heard again at 45 s.
LOST, BACK = 30.0, 45.0


@pytest.fixture(scope="module")
def good() -> Ridden:
    ridden = ride(load_scenario("asleep"), SteppedClock())
    assert judge(ridden).ok
    return ridden


@pytest.fixture
def ridden(good: Ridden) -> Ridden:
    return deepcopy(good)


def broken(ridden: Ridden) -> list[str]:
    return [name for name, held in judge(ridden).invariants.items() if not held]


def reach(ridden: Ridden, at: float, command: Command) -> None:
    ridden.reached.append((at, fec.page_for(command).encode()))
    ridden.reached.sort(key=lambda each: each[0])


# --- each invariant can fail ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "lose",
    [
        lambda pages: pages.pop(700),
        lambda pages: pages.insert(700, pages[700]),
        lambda pages: pages.insert(700, pages.pop(720)),
        lambda pages: pages.__setitem__(700, (pages[700][0], bytes(8))),
        lambda pages: pages.__delitem__(slice(1500, None)),
        lambda pages: pages.clear(),
    ],
    ids=["missing", "twice", "out of order", "changed", "cut", "none"],
)
def test_a_sample_is_lost(ridden: Ridden, lose: Callable[[list[object]], None]) -> None:
    lose(ridden.pages)  # type: ignore[arg-type]
    assert "no_sample_lost" in broken(ridden)


def test_pages_after_the_last_poll_belong_to_nobody(ridden: Ridden) -> None:
    ridden.delivered.append((ridden.polled + 0.1, Source.TRAINER, bytes(8)))
    assert broken(ridden) == []


def test_the_target_is_not_held(ridden: Ridden) -> None:
    reach(ridden, BACK + 10.0, TargetPower(77.0))
    assert broken(ridden) == ["target_held", "nothing_old"]


def test_no_target_arrives_after_the_fault(ridden: Ridden) -> None:
    ridden.reached = [each for each in ridden.reached if each[0] < BACK + 10.0]
    assert "target_held" in broken(ridden)


def test_an_old_target_arrives_when_the_trainer_is_back(ridden: Ridden) -> None:
    early = next(command for at, command in ridden.sent if isinstance(command, TargetPower))
    reach(ridden, BACK, early)
    assert broken(ridden) == ["nothing_old"]


@pytest.mark.parametrize("number", [0x37, 0x32])
def test_a_trainer_that_is_back_is_not_told_everything(ridden: Ridden, number: int) -> None:
    ridden.reached = [(at, p) for at, p in ridden.reached if at < BACK or p[0] != number]
    assert broken(ridden) == ["restored"]


def test_a_trainer_that_is_back_is_told_in_the_wrong_order(ridden: Ridden) -> None:
    ridden.reached = [(at, p) for at, p in ridden.reached if not (at > BACK and p[0] == 0x37)]
    reach(ridden, BACK + 2.5, UserConfiguration(75.0, 9.0))
    assert broken(ridden) == ["restored"]


@pytest.mark.parametrize(
    "command", [TargetPower(191.0), TrackResistance(0.041), BasicResistance(0.51)]
)
def test_a_limit_is_passed(ridden: Ridden, command: Command) -> None:
    reach(ridden, 10.0, command)
    assert "within_limits" in broken(ridden)


def test_another_controllers_load_is_not_ours_to_limit() -> None:
    text = (
        'title = "Another one"\nexpected = ["foreign_controller"]\n[[fault]]\n'
        'kind = "foreign_controller"\nfrom_s = 20\nuntil_s = 40\nevery_s = 3\n'
        "target_power_w = 400\n"
    )
    assert judge(ride(parse_scenario(text, "mine.toml"), SteppedClock())).ok


def test_the_timer_runs_while_the_trainer_is_gone(ridden: Ridden) -> None:
    ridden.timed.append(LOST)
    assert broken(ridden) == ["timer_paused"]


def test_the_ride_goes_on_without_a_count_down(ridden: Ridden) -> None:
    ridden.timed.append(BACK + 1.5)
    assert broken(ridden) == ["timer_paused"]


def test_the_load_rises_while_the_trainer_is_gone(ridden: Ridden) -> None:
    ridden.sent.append((LOST, TrackResistance(0.04)))
    ridden.sent.sort(key=lambda each: each[0])
    assert broken(ridden) == ["timer_paused"]


def test_the_load_is_on_at_the_end(ridden: Ridden) -> None:
    reach(ridden, ridden.closed, TargetPower(90.0))
    assert "released" in broken(ridden)


def test_the_release_is_not_confirmed(ridden: Ridden) -> None:
    last = max(n for n, (_, page) in enumerate(ridden.pages) if page[0] == 0x47)
    refused = fec.CommandStatus.number, 0x33, 0, 1
    source = ridden.pages[last][0]
    ridden.pages[last] = (source, bytes(refused) + ridden.pages[last][1][4:])
    assert "released" in broken(ridden)


def test_a_trainer_that_is_gone_at_the_end_cannot_be_released_but_told_of(ridden: Ridden) -> None:
    ridden.events.append((ridden.closed, EventKind.LINK_LOST, "trainer"))
    assert broken(ridden) == ["released"]
    ridden.events.append((ridden.closed, EventKind.RELEASE_UNCONFIRMED, None))
    assert broken(ridden) == []


def test_the_end_is_not_clean(ridden: Ridden) -> None:
    ridden.left.append("thread coach.mend did not end")
    assert broken(ridden) == ["clean_end"]
    assert judge(ridden).failures == ["thread coach.mend did not end"]


def test_a_journal_that_was_not_finished_is_no_clean_end(ridden: Ridden) -> None:
    ridden.finished = False
    assert broken(ridden) == ["clean_end"]


def test_a_fault_that_made_no_difference_was_not_met(ridden: Ridden) -> None:
    ridden.acted["asleep"] = 0
    assert broken(ridden) == ["fault_met"]


# --- events -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kinds",
    [
        [EventKind.LINK_LOST],
        [EventKind.LINK_BACK, EventKind.LINK_LOST],
        [EventKind.LINK_LOST, EventKind.LINK_BACK, EventKind.CONTROL_LOST],
        [],
    ],
)
def test_events_missing_out_of_order_or_too_many(ridden: Ridden, kinds: list[EventKind]) -> None:
    ridden.events = [(50.0, kind, "trainer") for kind in kinds]
    verdict = judge(ridden)
    assert verdict.events_seen == kinds
    assert not verdict.told
    assert not verdict.ok


def test_sensors_come_and_go_as_they_like(ridden: Ridden) -> None:
    ridden.events.append((50.0, EventKind.LINK_LOST, "heart_rate"))
    assert judge(ridden).ok


# --- faults of the program itself ---------------------------------------------------------------


def test_a_program_that_fails_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: AntTrainer, now: float) -> list[object]:
        raise ZeroDivisionError("a fault in the driver")

    monkeypatch.setattr(AntTrainer, "poll", fail)
    (ridden,) = ride_all([load_scenario("stray_byte")])
    verdict = judge(ridden)
    assert verdict.failures == ["ZeroDivisionError: a fault in the driver"]
    assert not verdict.invariants["clean_end"]


def test_a_ride_that_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "RETRY", float("inf"))  # a stick that is gone stays gone
    (ridden,) = ride_all([load_scenario("unplugged")])
    verdict = judge(ridden)
    assert verdict.failures == ["TimeoutError: the ride does not come to its end"]
    assert EventKind.STICK_BACK not in verdict.events_seen
    assert not verdict.invariants["clean_end"]


def test_threads_that_fail_or_stay_are_found() -> None:
    stop = threading.Event()

    def fail() -> None:
        raise ZeroDivisionError("in a thread")

    with riding._watched() as left:
        threading.Thread(target=fail).start()
        threading.Thread(target=stop.wait, name="forgotten", daemon=True).start()
    stop.set()
    assert left == ["ZeroDivisionError: in a thread", "thread forgotten did not end"]


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_json(capsys: pytest.CaptureFixture[str], temporary: Path) -> None:
    assert run(["selftest", "--json", "frozen_values", "asleep"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["scenarios"]
    first, second = told["scenarios"]
    assert list(first) == ["scenario", "events_expected", "events_seen", "invariants", "ok"]
    assert first["scenario"] == "frozen_values"
    assert first["events_expected"] == first["events_seen"] == ["values_frozen", "values_back"]
    assert set(first["invariants"].values()) == {True}
    assert first["ok"] is True
    assert second["scenario"] == "asleep"
    assert list(temporary.iterdir()) == []


def test_the_matrix(capsys: pytest.CaptureFixture[str], temporary: Path) -> None:
    assert run(["selftest", "delayed_channel_closed", "repeated_pages"]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    assert all(line == line.rstrip() for line in out.splitlines())
    assert "control_lost, channel_reopened," in out
    assert "2 of 2 as they should be" in out
    assert out.count("9/9   ok") == 2


def test_a_scenario_that_does_not_tell_what_it_should(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'title = "Mine"\nexpected = ["stick_lost"]\n[[fault]]\nkind = "frozen_values"\n'
        "from_s = 20\nuntil_s = 30\n"
    )
    assert run(["selftest", str(mine), "repeated_pages"]) == 1
    out = capsys.readouterr().out
    assert "FAILED" in out
    assert "mine: expected: stick_lost" in out
    assert "1 of 2 as they should be" in out


def test_an_unknown_scenario_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["selftest", "unpluged"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "did you mean 'unplugged'?" in captured.err
