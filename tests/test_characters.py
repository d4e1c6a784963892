"""Simulated riders of several characters: each shows what it is there to show, and gets home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest
from click.testing import CliRunner
from simulated_ride import RIDER, Ridden
from simulated_ride import ride as ride_on

from coach import profile
from coach.cli import run
from coach.commands.ride import ride as ride_command
from coach.errors import ProfileError, RiderInputError
from coach.journal import Recorded
from coach.messages import CueKind, EventKind, Mode, Posture, TrackResistance
from coach.trainers.simulated.model import (
    OBEDIENT,
    RiderModel,
    load_model,
    model_names,
    parse_model,
)
from coach.trainers.simulated.rider import SimulatedRider
from coach.workout import Segment, SegmentKind, Workout

NAMES = ["drops", "ignores", "obedient", "sits_early", "slow", "stops"]
WORKOUTS = ("hills", "intervals")
SHORT = Path(__file__).parent / "data" / "workouts" / "short.toml"


def shortened(workout: str, mode: Mode | None = None) -> Workout:
    """Compile a workout as it is, with no more than a minute of what nobody stands in."""
    plan = profile.load_workout(profile.find_workout(workout))
    hard = (SegmentKind.HILL, SegmentKind.INTERVAL)
    parts = tuple(
        part if part.kind in hard else replace(part, duration=min(part.duration, 60.0))
        for part in plan.parts
    )
    return profile.compile_workout(replace(plan, parts=parts), RIDER, mode=mode)


@cache
def ride(name: str, workout: str, mode: Mode | None = None) -> Ridden:
    return ride_on(shortened(workout, mode), name, seed=3)


def kinds(ridden: Ridden) -> list[EventKind]:
    return [event.kind for event in ridden.events]


def standing_stretches(ridden: Ridden) -> Iterator[tuple[Segment, list[tuple[float, str]]]]:
    """Yield each segment to stand in, and where the rider was from its cue until 15 s after it.

    Only of rides whose timer never stands still: there the times are those of the plan.
    """
    assert EventKind.PAUSED not in kinds(ridden)
    for segment in ridden.workout.segments:
        if segment.posture is Posture.STANDING:
            end = segment.end + 15.0
            yield segment, [(t, p) for t, p in ridden.positions() if segment.start < t < end]


# --- all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("workout", WORKOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_everybody_gets_to_the_end(name: str, workout: str) -> None:
    ridden = ride(name, workout)
    plan = ridden.workout
    assert ridden.engine.timer_time == plan.duration
    assert len(ridden.samples) == plan.duration
    assert {s.segment for s in ridden.samples} == set(range(len(plan.segments)))
    assert ridden.commands[-1][1] == ridden.engine.control.release_command()
    trouble = {EventKind.SENSOR_LOST, EventKind.CLOCK_JUMP, EventKind.COMMAND_REJECTED}
    assert not trouble & set(kinds(ridden))
    if name != "stops":
        assert EventKind.PAUSED not in kinds(ridden)
    assert all(s.heart_rate and s.heart_rate < RIDER.maximum_heart_rate for s in ridden.samples)


@pytest.mark.parametrize("workout", WORKOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_everybody_is_told_the_same(name: str, workout: str) -> None:
    def told(who: str) -> list[str]:
        spoken = (CueKind.STAND, CueKind.SIT, CueKind.STAND_SOON)
        return [cue.kind for cue in ride(who, workout).cues if cue.kind in spoken]

    assert told(name) == told("obedient")
    assert CueKind.STAND in told(name)


# --- one by one ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "least", "most"), [("obedient", 2.0, 5.0), ("slow", 6.0, 10.0), ("drops", 2.0, 5.0)]
)
def test_who_stands_reacts_in_a_time_of_their_own(name: str, least: float, most: float) -> None:
    for segment, seen in standing_stretches(ride(name, "hills")):
        up, stood, down, sat = seen
        assert [p for _, p in seen] == [
            "transition_to_standing",
            "standing",
            "transition_to_seated",
            "seated",
        ]
        # Pages take up to half a second.
        assert least <= up[0] - segment.start <= most + 0.75
        assert least <= down[0] - segment.end <= most + 0.75
        assert 0.5 <= stood[0] - up[0] <= 2.25
        assert 0.5 <= sat[0] - down[0] <= 2.25


def test_who_is_slow_hardly_stands_in_ten_seconds() -> None:
    shortest, seen = next(standing_stretches(ride("slow", "intervals")))
    assert shortest.duration == 10.0
    assert all(t - shortest.start >= 6.0 for t, _ in seen)


@pytest.mark.parametrize("workout", WORKOUTS)
def test_who_sits_early_sits_after_three_fifths(workout: str) -> None:
    stretches = list(standing_stretches(ride("sits_early", workout)))
    assert stretches
    for segment, seen in stretches:
        down = next(t for t, p in seen if p == "transition_to_seated")
        share = (down - segment.start) / segment.duration
        assert share == pytest.approx(0.6, abs=0.02 + 0.75 / segment.duration)
        # And stays there.
        assert seen[-1][1] == "seated"
        assert len([p for _, p in seen if p == "transition_to_standing"]) == 1


@pytest.mark.parametrize("workout", WORKOUTS)
def test_who_ignores_every_cue_stays_seated_at_one_power(workout: str) -> None:
    ridden = ride("ignores", workout)
    assert [p for _, p in ridden.positions()] == ["seated"]
    by_grade = [s for s in ridden.workout.segments if s.mode is Mode.GRADE and s.duration > 30]
    for segment in by_grade:
        power = fmean(s.power or 0.0 for s in ridden.of(segment)[15:])
        assert power == pytest.approx(0.65 * 220.0, rel=0.08), segment.label


def test_who_stops_now_and_then_is_waited_for() -> None:
    ridden = ride("stops", "hills")
    paused = [e.time for e in ridden.events if e.kind is EventKind.PAUSED]
    resumed = [e.time for e in ridden.events if e.kind is EventKind.RESUMED]
    # 31 minutes, a rest every 90 to 300 s.
    assert 6 <= len(paused) == len(resumed) <= 20
    for start, end in zip(paused, resumed, strict=True):
        # Ten seconds, less the three until the timer stops, plus those of a wheel to spin up.
        assert 5.0 <= end - start <= 11.0
        last = [command for at, command in ridden.commands if at <= start + 3.0][-1]
        assert last == TrackResistance(0.0)
    gaps = [b - a for a, b in zip(resumed, paused[1:], strict=False)]
    assert min(gaps) >= 85.0
    assert max(gaps) <= 310.0


def test_who_drops_turns_90_seated_and_65_standing_where_the_trainer_holds_the_power() -> None:
    ridden = ride("drops", "hills", Mode.POWER)
    for segment in ridden.workout.segments:
        if segment.hill is None or segment.duration < 100:
            continue
        cadence = fmean(s.cadence or 0.0 for s in ridden.of(segment)[40:])
        wanted = 65.0 if segment.posture is Posture.STANDING else 90.0
        assert cadence == pytest.approx(wanted, abs=4.0), segment.label


# --- their files --------------------------------------------------------------------------------


def test_there_is_a_file_for_each() -> None:
    assert model_names() == NAMES
    assert len({load_model(name).about for name in NAMES}) == len(NAMES)


def test_the_obedient_one_is_who_rides_where_nobody_was_chosen() -> None:
    assert replace(load_model("obedient"), about="") == OBEDIENT
    assert SimulatedRider(RIDER, 1).model is OBEDIENT


def test_every_key_of_a_model() -> None:
    text = """
    about = "All of it"
    reaction_s = [1, 3.5]
    stays_seated = true
    own_power_pct = 80
    sits_after_pct = 25
    stops_every_s = [20, 30]
    stops_for_s = 5
    cadence_rpm = 95
    standing_cadence_rpm = 60
    """
    assert parse_model(text, "here/mine.toml") == RiderModel(
        name="mine",
        about="All of it",
        reaction=(1.0, 3.5),
        stays_seated=True,
        own_power=0.8,
        sits_after=0.25,
        stops_every=(20.0, 30.0),
        stops_for=5.0,
        cadence=95.0,
        standing_cadence=60.0,
    )


def test_the_file_of_the_obedient_one_shows_all_keys() -> None:
    from coach.profile import find_profile
    from coach.trainers.simulated.model_schema import ModelFile

    text = find_profile("models", "", "obedient").read_text("utf-8")
    assert [key for key in ModelFile.model_fields if f"{key} =" not in text] == []
    # What is commented out there is as good as what is not.
    lines = (line.removeprefix("# ") for line in text.splitlines() if " = " in line)
    assert parse_model("\n".join(lines), "all.toml").sits_after == 0.6


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("reaction_s = 3", "mine.toml:2: reaction_s: expected two numbers of seconds"),
        ("reaction_s = [5, 2]", "mine.toml:2: reaction_s: expected two numbers of seconds"),
        ("reaction_s = [0, 2]", r"mine.toml:2: reaction_s\[1\]: expected two numbers of seconds"),
        ("sits_after_pct = 0.6", "sits_after_pct: expected a number of percent, 10 to 90, found"),
        ("stops_every_s = [10, inf]", "stops_every_s.*, found inf"),
        ("own_power_pct = 200", "own_power_pct: expected a number of percent of FTP, 20 to 105"),
        ('stays_seated = "yes"', "stays_seated: expected true or false, found 'yes'"),
        ("cadence = 90", "did you mean 'cadence_rpm'"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(line: str, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        parse_model(f'about = "A"\n{line}\n', "mine.toml")


# --- as they are chosen -------------------------------------------------------------------------


def test_an_unknown_model_is_refused_with_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RiderInputError, match="no rider model 'slo'; did you mean 'slow'"):
        load_model("slo")
    command = ["ride", "hills", "--trainer", "sim", "--rider-model", "obediant"]
    assert run(command) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "did you mean 'obedient'? There are drops, ignores, obedient," in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("trainer", ["none", "ant:12345"])
def test_a_model_wants_somebody_simulated(trainer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ride", "hills", "--trainer", trainer, "--rider-model", "slow"]) == 2
    err = capsys.readouterr().err
    assert f"nobody is simulated on {trainer}; type --trainer sim, or --stick virtual" in err


def test_the_help_names_them_all() -> None:
    text = " ".join(CliRunner().invoke(ride_command, ["--help"]).output.split())
    assert ", ".join(NAMES) in text


@pytest.mark.parametrize("trainer", [["sim"], ["ant", "--stick", "virtual"]])
def test_a_chosen_model_rides(
    trainer: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One likes 110 rpm, one 60: who was chosen shows within seconds."""
    monkeypatch.setattr("coach.commands.ride_on.after", lambda *_: None)
    cadences = {}
    for name in ("quick", "lazy"):
        model = tmp_path / f"{name}.toml"
        model.write_text(f'about = "A"\ncadence_rpm = {110 if name == "quick" else 60}\n')
        out = tmp_path / name
        command = ["ride", str(SHORT), "--trainer", *trainer, "--rider-model", str(model)]
        assert run([*command, "--speed", "max", "--out", str(out)]) == 0
        (journal,) = out.glob("*.ride")
        with Recorded(journal) as recorded:
            cadences[name] = recorded.ride().cadence[-1]
            assert recorded.meta["trainer"].endswith(f", ridden by {name}")
    assert cadences["quick"] > cadences["lazy"] + 10.0
