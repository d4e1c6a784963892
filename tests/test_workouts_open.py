"""Opening and showing workouts and roads, as their files are named on the command line."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach import profile, workouts
from coach.cli import run
from coach.errors import CoachError, ProfileError, RiderInputError
from coach.formats import zwo
from coach.formats.erg import encode_erg, encode_mrc
from coach.formats.fit import workout as fit_workout
from coach.formats.workouts import LARGEST

RIDER = profile.example_rider()
HILLS = profile.load_workout(profile.find_workout("hills"))
ENCODED = {
    ".zwo": zwo.encode(HILLS).data,
    ".erg": encode_erg(HILLS, RIDER).data,
    ".mrc": encode_mrc(HILLS).data,
    ".fit": fit_workout.encode(HILLS).data,
    ".toml": profile.find_workout("hills").read_bytes(),
}
RIDES = Path(__file__).parents[2] / "shared" / "rides"
has_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")

# Three legs of a kilometre: flat, 6 % up, 6 % down.
ROAD = """[COURSE HEADER]
UNITS = METRIC
DESCRIPTION = Up and down
DISTANCE GRADE WIND
[END COURSE HEADER]
[COURSE DATA]
1 0 0
1 6 0
1 -6 0
[END COURSE DATA]
"""
SOME_ZWO = """<workout_file><name>Caf\u00e9 \u202e</name><workout>
<SteadyState Duration="90.5" Power="1.2"><textevent timeoffset="10" message="Grüße"/></SteadyState>
<FreeRide Duration="60"/><Wobble Duration="5"/>
</workout></workout_file>"""


@pytest.fixture
def coach(capsys):
    """Run a command line; return its exit code and both outputs."""

    def type_(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return type_


# --- opening ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ENCODED)
@pytest.mark.parametrize("change", [str, str.upper])
def test_each_format_is_known_by_its_suffix_in_any_case(tmp_path, suffix, change):
    path = tmp_path / ("mine" + change(suffix))
    path.write_bytes(ENCODED[suffix])
    decoded = workouts.load_plan(path)
    assert decoded.warnings == ()
    assert (decoded.plan.name, decoded.plan.duration) == ("mine", 5400)
    assert not workouts.is_road(path)


def test_names_and_paths_are_told_apart():
    assert workouts.find_workout("hills") == profile.find_workout("hills")
    assert workouts.find_workout("mine.ZWO") == Path("mine.ZWO")
    assert workouts.find_workout("climb.gpx") == Path("climb.gpx")
    with pytest.raises(RiderInputError, match="did you mean 'hills'"):
        workouts.find_workout("hilss")


def test_a_file_that_is_no_workout_is_a_sentence(tmp_path):
    folder = tmp_path / "a.zwo"
    folder.mkdir()
    for name, data in (("empty.erg", b""), ("big.mrc", b" " * (LARGEST + 1)), ("x.txt", b"")):
        (tmp_path / name).write_bytes(data)
    pipe = tmp_path / "pipe.fit"
    os.mkfifo(pipe)
    for path, sentence in (
        (folder, "this is a folder; name one workout file in it"),
        (tmp_path / "none.erg", "there is no such file; check its name and folder"),
        (tmp_path / "empty.erg", "the file is empty; copy it from where you got it again"),
        (tmp_path / "big.mrc", "larger than 1 MB, which no workout is"),
        (tmp_path / "x.txt", "not a workout file; expected one of .toml, .zwo, .erg, .mrc, .fit"),
        (tmp_path / "x.gpx", "a road and no workout file; expected one of .toml, .zwo, .erg, .mrc"),
        (pipe, "not a file; name one workout file"),
    ):
        with pytest.raises(CoachError) as error:
            workouts.load_plan(path)
        assert str(error.value).startswith(f"{path}: {sentence}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_nobody_may_read_is_a_sentence(tmp_path):
    path = tmp_path / "mine.zwo"
    path.write_bytes(ENCODED[".zwo"])
    path.chmod(0)
    with pytest.raises(ProfileError, match="cannot be read"):
        workouts.load_plan(path)


# --- showing workouts ---------------------------------------------------------------------------


def test_a_workout_of_others_as_json(coach, tmp_path):
    path = tmp_path / "theirs.zwo"
    path.write_text(SOME_ZWO, encoding="utf-8")
    code, out, err = coach("workout", "show", path, "--json")
    assert code == 3
    assert err.startswith(f"{path}: line 3: <Wobble>")
    found = json.loads(out)
    assert (found["name"], found["total_s"]) == ("theirs", 150.5)
    block, free = found["segments"]
    assert block == {
        "index": 0,
        "kind": "steady",
        "hill": None,
        "start_s": 0,
        "duration_s": 90.5,
        "posture": None,
        "target_power_start_w": 264,
        "target_power_end_w": 264,
        "grade_pct": 0,
        "basic_resistance_pct": None,
        "cadence_low_rpm": None,
        "cadence_high_rpm": None,
        "effort": "",
        "label": "Block 1",
        "cues": [{"at_s": 10, "text": "Grüße"}],
    }
    assert (free["kind"], free["target_power_start_w"], free["label"]) == (
        "free",
        None,
        "Free ride",
    )


def test_a_workout_of_others_as_a_table_is_clean(coach, tmp_path):
    path = tmp_path / "theirs.zwo"
    path.write_text(SOME_ZWO, encoding="utf-8")
    code, out, _ = coach("workout", "show", path)
    assert code == 3
    assert out.splitlines()[0] == "Café, 2:30"
    assert out.splitlines()[-1].split() == ["0:10", "Grüße"]
    assert "\u202e" not in out


def test_a_broken_workout_is_misuse(coach, tmp_path):
    path = tmp_path / "broken.zwo"
    path.write_text("<workout_file><workout>", encoding="utf-8")
    code, out, err = coach("workout", "show", path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"{path}:")


def test_a_fit_workout_in_words(coach, tmp_path):
    path = tmp_path / "x.fit"
    path.write_bytes(ENCODED[".fit"])
    code, out, err = coach("workout", "show", path)
    assert (code, err, out.splitlines()[0]) == (0, "", "Six hills, 1:30:00")


def test_it_is_ridden_to_its_end_and_its_words_are_kept(coach, tmp_path):
    from coach.journal import Recorded

    path = tmp_path / "theirs.zwo"
    path.write_text(SOME_ZWO, encoding="utf-8")
    code, _, err = coach(
        "ride", path, "--trainer", "sim", "--speed", "max", "--out", tmp_path / "rides"
    )
    assert code == 3
    assert "Café: asks for 120 % of FTP (264 W) for 1:30 at a time; begins with" in err
    (journal,) = (tmp_path / "rides").glob("*.ride")
    with Recorded(journal) as recorded:
        assert recorded.finished
        assert [tuple(row) for row in recorded.rows("cues") if row[1] == "text"] == [
            (pytest.approx(10.0, abs=0.3), "text", "Grüße")
        ]


@has_rides
def test_a_ride_under_a_plan_that_was_read_in_part_says_so(coach, tmp_path):
    path = tmp_path / "theirs.zwo"
    path.write_text(SOME_ZWO, encoding="utf-8")
    ride, out = RIDES / "indoor_tiny_paused.fit", tmp_path / "rides"
    assert coach("replay", ride, "--out", out)[0] == 0
    code, _, err = coach("replay", ride, "--workout", path, "--out", out)
    assert code == 3
    assert f"{path}: line 3: <Wobble>" in err


# --- showing roads ------------------------------------------------------------------------------


def test_a_road_as_json(coach, tmp_path):
    path = tmp_path / "road.CRS"
    path.write_text(ROAD, encoding="utf-8")
    code, out, _ = coach("workout", "show", path, "--json")
    assert code == 0
    found = json.loads(out)
    assert list(found) == ["name", "distance_m", "ascent_m", "segments"]
    assert found["name"] == "road"
    assert found["distance_m"] == pytest.approx(3000)
    assert found["ascent_m"] == pytest.approx(60, abs=1)
    at = 0.0
    for index, segment in enumerate(found["segments"]):
        assert (segment["index"], segment["start_m"]) == (index, pytest.approx(at, abs=0.01))
        at += segment["length_m"]
    assert at == pytest.approx(3000)
    climb = [each for each in found["segments"] if each["hill"] == 1]
    assert {each["kind"] for each in climb} == {"hill"}
    longest = max(climb, key=lambda each: each["length_m"])
    assert longest["grade_pct"] == pytest.approx(6, abs=0.1)


def test_a_road_as_a_table(coach, tmp_path):
    path = tmp_path / "road.crs"
    path.write_text(ROAD, encoding="utf-8")
    code, out, _ = coach("workout", "show", path)
    assert code == 0
    assert out.splitlines()[0] == "Up and down, 3.0 km, 60 m up"
    assert out.splitlines()[1].startswith("1 climb; some ")
    assert [" ".join(line.split()) for line in out.splitlines()[4:]] == [
        "0.0 Road 1.0 km 0 0 0.0",
        "1.0 Climb 1: 1.0 km at 6.0 % 1.0 km 60 0 6.0",
        "2.0 Road 1.0 km 0 60 -6.0",
    ]


def test_a_road_of_several_grades_shows_them_below_its_climbs(coach, tmp_path):
    path = tmp_path / "road.crs"
    path.write_text(ROAD.replace("1 6 0", "0.5 6 0\n0.5 8 0"), encoding="utf-8")
    legs, segments = coach("workout", "show", path)[1].split("\n\n")
    assert "Climb 1: 1.0 km at 7.0 %" in legs
    assert [" ".join(line.split()) for line in segments.splitlines()[2:]] == [
        "0.00 Road 1000 0.0",
        "1.00 Climb 1: 1.0 km at 7.0 % 500 6.0",
        "1.50 500 8.0",
        "2.00 Road 1000 -6.0",
    ]


@has_rides
def test_a_long_road_fits_a_screen(coach):
    out = coach("workout", "show", RIDES / "mountain_edge530_positions_gears.fit")[1]
    lines = out.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) < 80
    climb = next(line for line in lines if "Climb 1" in line)
    assert climb.split()[-7:] == ["19.1", "km", "1364", "0", "12.1", "2.6", "km"]
    assert lines[-1] == "115 segments of one grade each; --json prints them"


@pytest.mark.parametrize("more", [("--mode", "grade"), ("--rounds", 2), ("--hill-time", 30)])
def test_a_road_takes_no_options_of_workouts(coach, tmp_path, more):
    path = tmp_path / "road.crs"
    path.write_text(ROAD, encoding="utf-8")
    code, out, err = coach("workout", "show", path, *more)
    assert (code, out) == (2, "")
    assert err == f"{path}: a road is as it is; leave out all options but --rider and --json\n"


def test_a_road_without_a_leg_has_failed_and_one_read_in_part_says_so(coach, tmp_path):
    nothing = tmp_path / "nothing.crs"
    nothing.write_text(ROAD.replace("1 ", "x "), encoding="utf-8")
    code, out, err = coach("workout", "show", nothing)
    assert (code, out, err.count("\n")) == (1, "", 1)
    some = tmp_path / "some.crs"
    some.write_text(ROAD.replace("1 0 0\n", "1 0 0\nnonsense\n"), encoding="utf-8")
    code, out, err = coach("workout", "show", some)
    assert code == 3
    assert err.startswith(f"{some}: line 8")


def test_whoever_has_too_little_of_a_file_hears_that_it_was_cut(coach, tmp_path):
    """Or a rider wonders why a long ride is called short."""
    path = tmp_path / "cut.gpx"
    points = "".join(f'<trkpt lat="45.{i:05}" lon="7"><ele>1</ele></trkpt>' for i in range(9))
    path.write_text(f"<gpx><trk><trkseg>{points}<trkpt", encoding="utf-8")
    code, out, err = coach("workout", "show", path)
    assert (code, out) == (1, "")
    cut, short = err.splitlines()
    assert cut == f"{path}: line 1: the file ends early; 9 points read"
    assert short.startswith(f"{path}: its road is 9 m long, too short to ride")


@has_rides
def test_a_recorded_ride_is_a_road(coach):
    code, out, _ = coach("workout", "show", RIDES / "hill_repeats_5x.fit", "--json")
    assert code == 0
    assert json.loads(out)["ascent_m"] == pytest.approx(1260, rel=0.03)


# --- any file -----------------------------------------------------------------------------------

_WORDS = [
    "<workout_file>", "<workout>", '<SteadyState Duration="60" Power="0.8">', "</SteadyState>",
    '<Ramp Duration="1e9" PowerLow="nan" PowerHigh="-1"/>', "</workout>", "</workout_file>",
    '<IntervalsT Repeat="3" OnDuration="1" OffDuration="0.5" OnPower="9" OffPower="0"/>',
    "[COURSE HEADER]\n", "FTP = 200\n", "MINUTES WATTS\n", "MINUTES PERCENT\n", "[COURSE DATA]\n",
    "0 100\n", "10 100\n", "10 300\n", "12 inf\n", "11\n", "[COURSE TEXT]\n", "5 Stand\n", "LAP\n",
    'title = "x"\n', 'about = "x"\n', "[[part]]\n", 'kind = "moderate"\n', 'length = "1:00"\n',
    "ftp_pct = 60\n", "resistance_steps = 0\n", 'effort = "easy"\ncr10 = 1\n',
    "DISTANCE GRADE WIND",
]  # fmt: skip
anything = st.lists(st.sampled_from(_WORDS) | st.text(max_size=8), max_size=14).map("".join)


@pytest.mark.parametrize("suffix", [".zwo", ".erg", ".mrc", ".toml", ".crs"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=anything)
def test_any_text_in_no_traceback_out(tmp_path, suffix, text):
    path = tmp_path / f"any{suffix}"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    code, out, err = typed("workout", "show", str(path))
    assert code in (0, 1, 2, 3)
    assert (code in (1, 2)) == (out == "")
    assert code != 2 or all(line.startswith(str(path)) for line in err.splitlines())


@pytest.mark.parametrize("suffix", [".zwo", ".erg", ".mrc", ".fit"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_in_no_traceback_out(tmp_path, suffix, data):
    damaged = bytearray(ENCODED[suffix])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / f"any{suffix}"
    path.write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    assert typed("workout", "show", str(path), "--json")[0] in (0, 1, 2, 3)


def typed(*arguments: str) -> tuple[int, str, str]:
    """Run a command line without the fixture that hypothesis would reuse."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(list(arguments))
    return code, out.getvalue(), err.getvalue()
