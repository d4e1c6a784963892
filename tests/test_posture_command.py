"""``coach posture``: what it prints, and that a guess is always called one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from timeline import HILLS, RIDER

from coach import journal
from coach.analysis.repair import repaired
from coach.analysis.summary import summarize
from coach.analysis.told import tell
from coach.cli import run
from coach.formats import fit
from coach.journal import Header
from coach.messages import Event, EventKind, LapStarted, PostureSource, RiderPosition, Sample
from coach.ride import PositionChange, Ride
from coach.rides import load_ride

RIDES = Path(__file__).parents[2] / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")
MOUNTAIN = RIDES / "mountain_edge530_positions_gears.fit"
TURBO = RIDES / "indoor_fenix6_turbo_positions.fit"

START = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)

KEYS = ["source", "time_standing_s", "stand_count", "segments", "missing"]
SEGMENT_KEYS = ["start_s", "end_s", "posture", "confidence", "source"]
SCORE_KEYS = ["balanced_accuracy", "precision", "recall"]


def asked(capsys, *arguments):
    """Run the command and return its code, its JSON or text, and what it said beside it."""
    code = run(["posture", *map(str, arguments)])
    said = capsys.readouterr()
    return code, json.loads(said.out) if "--json" in arguments else said.out, said.err


def pedalled(path, positions=(), cadence=True, **changes):
    """Write a FIT file of a ride whose rider slows from 85 to 70 rpm for five half minutes."""
    seconds = np.arange(1800.0)
    slow = (seconds % 300 >= 200) & (seconds % 300 < 230) & (seconds < 1500)
    wander = np.round(3 * np.sin(seconds / 5))
    ride = Ride.from_columns(
        seconds,
        power=np.where(slow, 220.0, 200.0) + wander,
        **({"cadence": np.where(slow, 68.0, 85.0) + wander} if cadence else {}),
    )
    ride.positions = [PositionChange(at, position) for at, position in positions]
    ride.position_source = PostureSource.MEASURED if positions else None
    path.write_bytes(fit.encode(replace(ride, **changes)))
    return path


STOOD = (
    (0.0, RiderPosition.SEATED),
    (200.0, RiderPosition.STANDING),
    (260.0, RiderPosition.SEATED),
)


@needs_rides
@pytest.mark.parametrize(
    ("path", "standing", "count", "last"), [(MOUNTAIN, 1491, 36, 9527), (TURBO, 88, 4, 3160)]
)
def test_measured_rides_agree_with_their_devices(capsys, path, standing, count, last):
    # The devices' own totals: 1490.98 s and 36 stands, 87.998 s and 4.
    code, told, err = asked(capsys, path, "--json")
    assert code == 0
    assert list(told) == [*KEYS, "estimate"]
    assert (told["source"], told["time_standing_s"], told["stand_count"]) == (
        "measured",
        standing,
        count,
    )
    assert re.search(r"no position for \d+ s of riding", err)
    segments = told["segments"]
    assert segments[0]["start_s"] == 0
    assert segments[-1]["end_s"] == last
    for before, after in pairwise(segments):
        assert before["end_s"] == after["start_s"] > before["start_s"]
    for each in segments:
        assert list(each) == SEGMENT_KEYS
        known = each["posture"] is not None
        assert each["source"] == ("measured" if known else "none")
        assert each["confidence"] == (1 if known else 0)


@needs_rides
def test_the_estimate_stands_beside_naive_rules(capsys):
    found = asked(capsys, MOUNTAIN, "--json")[1]["estimate"]
    assert list(found) == [*SCORE_KEYS, "seconds", "simulated", "naive"]
    assert list(found["naive"]) == ["fixed_70_rpm", "always_seated"]
    assert found["balanced_accuracy"] >= 0.8 > found["naive"]["fixed_70_rpm"]["balanced_accuracy"]
    assert found["naive"]["always_seated"] == dict(zip(SCORE_KEYS, (0.5, None, 0.0), strict=True))
    assert (found["seconds"], found["simulated"]) == (6973, False)


@needs_rides
def test_the_same_estimate_with_and_without_positions(capsys, tmp_path):
    ride = load_ride(MOUNTAIN)
    bare = replace(ride, positions=[], position_source=None, time_standing=None, stand_count=None)
    (tmp_path / "with.fit").write_bytes(fit.encode(ride))
    (tmp_path / "bare.fit").write_bytes(fit.encode(bare))
    of = [asked(capsys, tmp_path / name, "--source", "estimated", "--json")[1]
          for name in ("with.fit", "bare.fit")]  # fmt: skip
    assert of[0] == of[1]
    assert of[0]["source"] == "estimated"
    assert asked(capsys, tmp_path / "with.fit", "--json")[1]["source"] == "measured"
    assert asked(capsys, tmp_path / "bare.fit", "--json")[1]["source"] == "estimated"


def test_a_guess_is_called_one_everywhere(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit")
    code, told, _ = asked(capsys, path, "--json")
    assert code == 0
    assert list(told) == KEYS
    assert (told["source"], told["stand_count"]) == ("estimated", 5)
    assert told["time_standing_s"] == pytest.approx(150, abs=10)
    for each in told["segments"]:
        assert each["source"] == ("none" if each["posture"] is None else "estimated")
        assert each["confidence"] < 1
    code, text, _ = asked(capsys, path)
    assert code == 0
    assert text.startswith("Posture, estimated")
    for line in text.splitlines():
        if re.match("(standing|seated) ", line):
            assert line.rstrip().endswith("estimated")
        elif re.search("stand|seat", line):
            assert re.search("[Ee]stimated|called|guess", line)
    assert "measured" not in text


def test_all_seated_is_said_with_its_reason(capsys, tmp_path):
    seconds = np.arange(900.0)
    ride = Ride.from_columns(
        seconds, power=np.full(900, 200.0), cadence=85 + np.round(3 * np.sin(seconds / 5))
    )
    path = tmp_path / "ride.fit"
    path.write_bytes(fit.encode(ride))
    _, text, err = asked(capsys, path)
    assert "no second way of pedalling, so all of it is called seated" in " ".join(text.split())
    assert re.search(r"standing +0:00 +0 % +0 +estimated", text)
    assert re.search(r"seated +14:59 +100 % +1 +0\.50 +estimated", text)
    assert err.endswith("no second way of pedalling to tell standing by\n")


def test_measured_and_verdict_in_words(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit", STOOD)
    code, text, _ = asked(capsys, path)
    assert code == 0
    assert re.search(r"standing +1:00 +3 % +1 +1\.00 +measured", text)
    assert "An estimate held against this measurement, over 1799 s:" in text
    assert re.search(r"standing below 70 rpm +0\.\d{3} +0\.\d{3} +0\.\d{3}", text)
    assert re.search(r"always seated +0\.500 +0\.000", text)
    assert "simulated" not in text


def test_whom_nobody_asked_does_not_answer(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit")
    for source, missing in (
        ("measured", "no measured positions"),
        ("declared", "no posture declared by key"),
    ):
        code, told, err = asked(capsys, path, "--source", source, "--json")
        assert code == 0
        assert told == {
            "source": "none",
            "time_standing_s": None,
            "stand_count": None,
            "segments": [
                {"start_s": 0, "end_s": 1799, "posture": None, "confidence": 0, "source": "none"}
            ],
            "missing": [missing],
        }
        assert err == f"{path}: {missing}\n"


def test_without_cadence_nobody_knows(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit", cadence=False)
    code, text, err = asked(capsys, path)
    assert (code, text) == (0, "Posture: nobody knows.\n")
    assert err.splitlines()[-1] == f"{path}: no cadence"


def test_with_positions_but_no_cadence_there_is_no_verdict(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit", STOOD, cadence=False)
    _, told, _ = asked(capsys, path, "--json")
    assert (told["source"], told["time_standing_s"]) == ("measured", 60)
    assert "estimate" not in told


@pytest.mark.parametrize(
    "nothing",
    [
        [(100.0, RiderPosition.TRANSITION_TO_STANDING)],
        [(5000.0, RiderPosition.STANDING), (5010.0, RiderPosition.SEATED)],
    ],
)
def test_positions_that_confirm_nothing_are_no_measurement(capsys, tmp_path, nothing):
    file = pedalled(tmp_path / "a.fit", nothing)
    code, told, said = asked(capsys, file, "--source", "measured", "--json")
    assert code == 0
    assert (told["source"], told["time_standing_s"], told["stand_count"]) == ("none", None, None)
    assert {each["source"] for each in told["segments"]} == {"none"}
    assert "no measured position was confirmed" in said
    # Who comes next is asked, and named.
    assert asked(capsys, file, "--json")[1]["source"] == "estimated"
    totals = summarize(load_ride(file))
    assert totals.time_standing is totals.stand_count is None
    assert totals.account.source is None


def test_what_lies_before_the_start_is_no_part_of_the_ride(capsys, tmp_path):
    ride = load_ride(pedalled(tmp_path / "a.fit", STOOD))
    early = PositionChange(-50.0, RiderPosition.STANDING)
    ride.positions = [early, *ride.positions]
    ride.time_standing = ride.stand_count = None
    assert summarize(ride).time_standing == tell(ride, repaired(ride)).time_standing == 60


def test_what_the_rider_declared(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit", STOOD)
    ride = load_ride(path)
    path.write_bytes(fit.encode(replace(ride, position_source=PostureSource.DECLARED)))
    code, told, _ = asked(capsys, path, "--json")
    assert (code, told["source"], told["time_standing_s"]) == (0, "declared", 60)
    assert {each["source"] for each in told["segments"]} == {"declared"}
    assert "estimate" not in told
    assert "by key" in asked(capsys, path)[1]


def test_misuse(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit")
    assert asked(capsys, path, "--source", "prescribed")[0] == 2
    assert asked(capsys, tmp_path / "none.fit")[0] == 2
    (tmp_path / "bad.fit").write_bytes(b"no ride")
    assert asked(capsys, tmp_path / "bad.fit")[0] == 1


def test_a_ride_read_in_part_says_so(capsys, tmp_path):
    path = pedalled(tmp_path / "ride.fit", STOOD)
    path.write_bytes(path.read_bytes()[:-100])
    code, told, err = asked(capsys, path, "--json")
    assert code == 3
    assert "read in part" in err
    assert told["source"] == "measured"


def kept(path, trainer, measured, declared):
    """Write a journal of 900 s in which the rider slows down twice."""
    ride = journal.Journal(path, Header("Test", START, RIDER, HILLS, trainer, "0.1.0"))
    ride.stepped(0.0)
    events = [Event(0.0, EventKind.STARTED)]
    for kind, changes in ((EventKind.POSITION, measured), (EventKind.DECLARED, declared)):
        events += [Event(at, kind, position, position) for at, position in changes]
    ride.told(
        [],
        sorted(events, key=lambda event: event.time),
        [LapStarted(0.0, 0)],
        [
            Sample(float(at), float(at), 0, power=200.0 + at % 7,
                   cadence=(70.0 if 300 <= at < 360 or 600 <= at < 640 else 88.0) + at % 3)
            for at in range(900)
        ],
    )  # fmt: skip
    ride.finish(899.0, 899.0)
    return path


RODE = ((0.0, "seated"), (300.0, "standing"), (360.0, "seated"))
TOLD = ((10.0, "seated"), (305.0, "standing"), (365.0, "seated"))


def test_a_journal_keeps_measured_and_declared_apart(capsys, tmp_path):
    path = kept(tmp_path / "a.ride", "ant:1", RODE, TOLD)
    of = {
        source: asked(capsys, path, "--source", source, "--json")[1]
        for source in ("measured", "declared", "estimated")
    }
    for source, starts in (("measured", [300]), ("declared", [305]), ("estimated", [300, 600])):
        standing = [each for each in of[source]["segments"] if each["posture"] == "standing"]
        assert [each["start_s"] for each in standing] == starts
        assert {each["source"] for each in standing} == {source}
    assert asked(capsys, path, "--json")[1]["source"] == "measured"
    assert "estimate" not in of["declared"]
    assert "estimate" not in of["estimated"]
    only_told = kept(tmp_path / "b.ride", "ant:1", (), TOLD)
    assert asked(capsys, only_told, "--json")[1]["segments"] == of["declared"]["segments"]


def test_a_simulated_rider_is_no_evidence(capsys, tmp_path):
    words = "Of a simulated rider: no evidence of what it is worth on the road."
    for trainer, simulated in (("sim", True), ("sim:seed=3", True), ("ant:1", False)):
        path = kept(tmp_path / f"{trainer[:5].replace(':', '')}.ride", trainer, RODE, ())
        assert (words in asked(capsys, path)[1]) is simulated
        assert asked(capsys, path, "--json")[1]["estimate"]["simulated"] is simulated


@needs_rides
def test_the_readme_shows_what_the_command_prints(capsys, monkeypatch):
    monkeypatch.chdir(RIDES)
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    printed = [line.rstrip() for line in asked(capsys, MOUNTAIN.name)[1].splitlines()]
    assert "\n".join([f"$ coach posture {MOUNTAIN.name}", *printed, "```"]) in readme
    for path in (MOUNTAIN, TURBO):
        found = asked(capsys, path, "--json")[1]["estimate"]
        for score in (found, found["naive"]["fixed_70_rpm"]):
            assert ", ".join(f"{score[key]:.3f}" for key in SCORE_KEYS) in readme
        assert f"| {found['seconds']}, " in readme
