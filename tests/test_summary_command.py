"""``coach summary``: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from coach.analysis.summary import summarize
from coach.cli import run
from coach.errors import RideFileError, RiderInputError
from coach.formats import fit
from coach.messages import Mode, Posture, PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, Ride
from coach.rides import load_ride
from coach.workout import Segment, SegmentKind, Workout

RIDES = Path(__file__).parents[2] / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")

KEYS = [
    "samples", "power_sum_w", "elapsed_time_s", "timer_time_s", "average_power_w",
    "normalized_power_w", "work_kj", "average_cadence_rpm", "average_heart_rate_bpm",
    "max_heart_rate_bpm", "ascent_m", "time_standing_s", "stand_count", "cr10", "laps",
    "hills", "posture",
]  # fmt: skip
LAP_KEYS = [
    "index", "start_s", "duration_s", "timer_time_s", "average_power_w", "max_power_w",
    "average_cadence_rpm", "average_heart_rate_bpm", "max_heart_rate_bpm",
]  # fmt: skip
HILL_KEYS = [
    "index", "start_s", "duration_s", "ascent_m", "distance_m", "average_grade_pct",
    "average_power_w", "average_cadence_rpm", "max_heart_rate_bpm", "standing_s",
]  # fmt: skip

POINT = (
    '<trkpt lat="50.{n:05}" lon="6"><ele>{n}</ele><time>2024-05-01T10:00:{n:02}Z</time>'
    "<extensions><power>{power}</power></extensions></trkpt>"
)


def write_gpx(path, powers, end="</trkseg></trk></gpx>", title="Evening ride"):
    points = "".join(POINT.format(n=n, power=power) for n, power in enumerate(powers))
    path.write_text(f"<gpx><trk><name>{title}</name><trkseg>{points}{end}", encoding="utf-8")
    return path


@pytest.fixture
def coach(capsys):
    """Run a command line; its exit code, stdout and stderr."""

    def run_coach(*arguments):
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run_coach


# --- the figures --------------------------------------------------------------------------------


def test_sums_are_before_repair_and_the_rest_after_it():
    ride = Ride.from_columns(
        np.array([0.0, 1, 1, 2, 3]),
        power=np.array([100.0, 47140, 5, 200, np.nan]),
        cadence=np.array([90.0, 0, 50, 80, 70]),
        heart_rate=np.array([120.0, 0, 99, 130, 130]),
    )
    figures = summarize(ride).as_json()
    assert list(figures) == KEYS
    assert figures["samples"] == 5
    assert figures["power_sum_w"] == 100 + 47140 + 5 + 200
    assert figures["elapsed_time_s"] == 3
    assert figures["average_power_w"] == 150
    assert figures["work_kj"] == 0.45
    assert figures["average_cadence_rpm"] == 80
    assert figures["max_heart_rate_bpm"] == 130
    assert figures["normalized_power_w"] is None
    assert figures["time_standing_s"] is None
    assert figures["laps"] == figures["hills"] == []


def test_laps():
    ride = Ride.from_columns(
        np.arange(20.0),
        power=np.repeat([100.0, 300.0], 10),
        cadence=np.tile([80.0, 0.0], 10),
    )
    ride.power[15] = 350
    ride.laps = [Lap(0, 10, 8.5), Lap(10, 10, 10)]
    first, second = summarize(ride).as_json()["laps"]
    assert list(first) == LAP_KEYS
    assert (first["index"], first["start_s"], first["duration_s"]) == (1, 0, 10)
    assert first["timer_time_s"] == 8.5
    assert first["average_power_w"] == first["max_power_w"] == 100
    assert first["average_cadence_rpm"] == 80
    assert first["average_heart_rate_bpm"] is None
    assert (second["average_power_w"], second["max_power_w"]) == (305, 350)


def test_hills():
    ride = Ride.from_columns(
        np.arange(600.0), altitude=np.arange(600) * 0.3, distance=np.arange(600) * 5.0
    )
    ride.positions = [PositionChange(0, RiderPosition.STANDING)]
    [hill] = summarize(ride).as_json()["hills"]
    assert list(hill) == HILL_KEYS
    assert hill["average_grade_pct"] == 6
    assert hill["standing_s"] == hill["duration_s"]
    assert hill["average_power_w"] is None


def test_session_totals_come_first():
    ride = Ride.from_columns(np.arange(10.0), altitude=np.arange(10.0) * 5)
    assert summarize(ride).ascent == 45
    ride.ascent, ride.elapsed_time, ride.timer_time, ride.stand_count = 7, 99.5, 88.25, 3
    figures = summarize(ride).as_json()
    assert figures["ascent_m"] == 7
    assert figures["elapsed_time_s"] == 99.5
    assert figures["timer_time_s"] == 88.25
    assert figures["stand_count"] == 3


def test_a_route_without_times_has_its_ascent():
    ride = Ride.from_columns(np.full(3, np.nan), altitude=np.array([100.0, 150, 120]))
    figures = summarize(ride).as_json()
    assert figures["ascent_m"] == 50
    assert figures["elapsed_time_s"] is None


def test_an_empty_ride_is_all_null():
    figures = summarize(Ride.from_columns(np.empty(0))).as_json()
    assert figures.pop("samples") == 0
    assert figures.pop("laps") == figures.pop("hills") == []
    posture = figures.pop("posture")
    assert posture.pop("source") == "none"
    assert "no plan" in posture.pop("note")
    assert posture.pop("per_hill") == posture.pop("segments") == []
    assert set(posture.values()) == {None}
    assert set(figures.values()) == {None}


# --- the command --------------------------------------------------------------------------------


def test_json_is_all_that_goes_to_stdout(coach, tmp_path):
    path = write_gpx(tmp_path / "ride.gpx", [100, 47140, 200])
    code, out, err = coach("summary", path, "--json")
    assert code == 0
    figures = json.loads(out)
    assert list(figures) == [*KEYS, "threshold_power"]
    assert figures["power_sum_w"] == 47440
    assert figures["average_power_w"] == 150
    assert err == f"{path}: 1 power spike replaced by the mean of the neighbours\n"


def test_json_holds_no_nan(coach, tmp_path):
    path = write_gpx(tmp_path / "ride.gpx", ["NaN", ""])
    code, out, _ = coach("summary", "--json", path)
    assert code == 0
    assert json.loads(out, parse_constant=pytest.fail)["power_sum_w"] is None


def test_plain_output_is_numbers_then_hills(coach, tmp_path):
    path = tmp_path / "ride.gpx"
    points = "".join(
        f'<trkpt lat="{50 + n * 5 / 111_195:.7f}" lon="6"><ele>{n * 0.3}</ele>'
        f"<time>2024-05-01T{10 + n // 3600}:{n // 60 % 60:02}:{n % 60:02}Z</time>"
        f"<extensions><power>250</power></extensions></trkpt>"
        for n in range(3700)
    )
    path.write_text(f"<gpx><trk><name>Up [bold]\u202e</name><trkseg>{points}</trkseg></trk></gpx>")
    code, out, err = coach("summary", path)
    assert (code, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    # What looks like markup is the ride's name; what would turn the line around is gone.
    assert lines[0] == "Up [bold]"
    assert lines[1] == "cycling · 2024-05-01 10:00 UTC"
    assert "Time 1:01:39" in lines
    assert "Average power 250 W" in lines
    assert "Work 925 kJ" in lines
    assert "Ascent 1110 m" in lines
    assert lines[-1] == "1 0:00 1:01:39 1109 18.49 6.0 250"
    assert max(map(len, out.splitlines())) <= 80
    assert "heart rate" not in out


def test_a_file_read_in_part_is_done_with_loss(coach, tmp_path):
    path = write_gpx(tmp_path / "ride.gpx", [100] * 3, end="<trkpt lat=")
    code, out, err = coach("summary", path, "--json")
    assert code == 3
    assert json.loads(out)["samples"] == 3
    assert err == f"read in part: {path}: line 1: the file ends early; 3 points read\n"
    assert coach("summary", path)[0] == 3


def sentence(result):
    code, out, err = result
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    return code, err


def test_a_missing_file_is_misuse(coach, tmp_path):
    code, err = sentence(coach("summary", tmp_path / "none.fit"))
    assert code == 2
    assert "there is no such file" in err


def test_a_folder_is_misuse(coach, tmp_path):
    code, err = sentence(coach("summary", tmp_path))
    assert code == 2
    assert "this is a folder" in err


@pytest.mark.parametrize("name", ["ride.txt", "ride", "ride.fit.gz"])
def test_another_kind_of_file_is_misuse(coach, tmp_path, name):
    (tmp_path / name).write_text("hello")
    code, err = sentence(coach("summary", tmp_path / name))
    assert code == 2
    assert "expected one of .ride, .fit, .gpx, .tcx" in err


def test_no_file_and_wrong_options_are_misuse(coach, tmp_path):
    assert coach("summary")[0] == 2
    assert coach("summary", tmp_path, "--yaml")[0] == 2


@pytest.mark.parametrize("suffix", [".ride", ".fit", ".gpx", ".tcx"])
@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", b"<html><body>Please log in</body></html>", bytes(range(256)) * 8],
    ids=["empty", "zero", "a web page", "anything"],
)
def test_a_file_without_a_ride_fails_in_a_sentence(coach, tmp_path, suffix, content):
    path = tmp_path / f"ride{suffix}"
    path.write_bytes(content)
    code, err = sentence(coach("summary", path, "--json"))
    assert code == 1
    assert err.startswith(f"{path}: ")


@pytest.mark.parametrize("suffix", [".fit", ".gpx", ".tcx"])
def test_an_empty_file_is_called_empty(coach, tmp_path, suffix):
    path = tmp_path / f"ride{suffix}"
    path.touch()
    assert "the file is empty" in sentence(coach("summary", path))[1]


def test_a_gpx_called_fit_fails_in_a_sentence(coach, tmp_path):
    path = write_gpx(tmp_path / "ride.fit", [100])
    code, err = sentence(coach("summary", path))
    assert code == 1
    assert str(path) in err


def test_a_file_that_is_too_large_fails_in_a_sentence(coach, tmp_path):
    path = tmp_path / "ride.tcx"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    code, err = sentence(coach("summary", path))
    assert code == 1
    assert "larger than 64 MB" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "ride.fit")
    with pytest.raises(RiderInputError, match="not a ride file"):
        load_ride(tmp_path / "ride.fit")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_file_that_may_not_be_read_fails_in_a_sentence(coach, tmp_path):
    path = write_gpx(tmp_path / "ride.gpx", [100])
    path.chmod(0)
    code, err = sentence(coach("summary", path))
    assert code == 1
    assert "cannot be read" in err


def test_a_reading_error_names_the_file(tmp_path, monkeypatch):
    path = write_gpx(tmp_path / "ride.gpx", [100])

    def fail(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("coach.formats.xml.read_bounded", fail)
    with pytest.raises(RideFileError, match=r"ride\.gpx: cannot be read \(Permission denied\)"):
        load_ride(path)


def test_suffixes_may_be_in_capitals(coach, tmp_path):
    path = write_gpx(tmp_path / "RIDE.GPX", [100])
    assert coach("summary", path)[0] == 0


# --- every shared ride against its oracles ------------------------------------------------------

ORACLES = {
    # name: exit code, samples, power sum, standing, stands; from the README of the shared rides
    # and the sessions' own totals.
    "indoor_fenix6_turbo_positions.fit": (0, 3161, 660986, 88, 4),
    "mountain_edge530_positions_gears.fit": (0, 8627, 1181988, 1491, 36),
    "hill_repeats_5x.fit": (0, 8357, 1830773, None, None),
    "hill_repeats_5x_strava.gpx": (0, 8357, 1830773, None, None),
    "indoor_tiny_paused.fit": (0, 199, 23841, None, None),
    "virtual_zwift_16laps.fit": (0, 3168, 667968, None, None),
    "long_6h30_wahoo_bigendian.fit": (0, 13471, 1369714, None, None),
    "indoor_devfields_power_spike.fit": (0, 4555, 1226163, None, None),
    "alpe_dhuez_edge_nopower.fit": (0, 13134, None, None, None),
    "virtual_ride_power.tcx": (0, 2318, 330429, None, None),
    "run_compressed_timestamps.fit": (0, 755, None, None, None),
    "chained_4_files.fit": (0, 1773, None, None, None),
    "corrupt_truncated.fit": (3, 14, None, None, None),
    "corrupt_filecrc.fit": (3, 14, None, None, None),
    "route_haustrails.gpx": (0, 1443, None, None, None),
    "route_missing_elevation.gpx": (0, 184, None, None, None),
}


@needs_rides
def test_there_is_an_oracle_for_every_shared_ride():
    rides = {path.name for path in RIDES.iterdir() if path.suffix in (".fit", ".gpx", ".tcx")}
    assert rides == set(ORACLES)


@needs_rides
@pytest.mark.parametrize("name", ORACLES)
def test_every_shared_ride_agrees_with_its_oracle(coach, name):
    code, samples, power_sum, standing, stands = ORACLES[name]
    found, out, _ = coach("summary", RIDES / name, "--json")
    figures = json.loads(out)
    assert found == code
    assert list(figures) == [*KEYS, "threshold_power"]
    assert figures["samples"] == samples
    assert figures["power_sum_w"] == power_sum
    assert figures["time_standing_s"] == standing
    assert figures["stand_count"] == stands
    for hill in figures["hills"]:
        assert list(hill) == HILL_KEYS


@needs_rides
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Sessions of the files, read with Garmin's SDK; weighted power to the watt.
        ("indoor_fenix6_turbo_positions.fit", {"normalized_power_w": 246}),
        ("hill_repeats_5x.fit", {"normalized_power_w": 267, "average_power_w": 219}),
        ("indoor_tiny_paused.fit", {"average_heart_rate_bpm": 100, "max_heart_rate_bpm": 121}),
        ("long_6h30_wahoo_bigendian.fit", {"normalized_power_w": 157, "max_heart_rate_bpm": 170}),
        ("virtual_zwift_16laps.fit", {"average_power_w": 210, "max_heart_rate_bpm": 173}),
        ("alpe_dhuez_edge_nopower.fit", {"average_cadence_rpm": 79, "max_heart_rate_bpm": 174}),
    ],
)
def test_figures_agree_with_the_devices(coach, name, expected):
    figures = json.loads(coach("summary", RIDES / name, "--json")[1])
    assert {key: figures[key] for key in expected} == pytest.approx(expected, abs=1)


@needs_rides
@pytest.mark.parametrize(
    "name",
    [
        "alpe_dhuez_edge_nopower.fit",
        "chained_4_files.fit",
        "hill_repeats_5x.fit",
        "mountain_edge530_positions_gears.fit",
        "virtual_zwift_16laps.fit",
    ],
)
def test_ascent_from_altitude_is_that_of_the_devices(name):
    # Not in the list: a Wahoo, 195 m from its altitude and 185 m in its session.
    ride = load_ride(RIDES / name)
    own, ride.ascent = ride.ascent, None
    assert summarize(ride).ascent == pytest.approx(own, rel=0.03, abs=2)


@needs_rides
def test_the_gpx_twin_gives_the_same_figures(coach):
    fit, gpx = (
        json.loads(coach("summary", RIDES / name, "--json")[1])
        for name in ("hill_repeats_5x.fit", "hill_repeats_5x_strava.gpx")
    )
    same = ("samples", "power_sum_w", "average_power_w", "normalized_power_w", "work_kj",
            "average_cadence_rpm", "average_heart_rate_bpm", "max_heart_rate_bpm")  # fmt: skip
    assert {key: gpx[key] for key in same} == {key: fit[key] for key in same}
    assert gpx["ascent_m"] == pytest.approx(fit["ascent_m"], rel=0.01)
    assert len(gpx["hills"]) == len(fit["hills"]) == 5
    for one, other in zip(gpx["hills"], fit["hills"], strict=True):
        assert one["ascent_m"] == other["ascent_m"]
        assert one["distance_m"] == pytest.approx(other["distance_m"], rel=0.01)


@needs_rides
def test_half_a_fit_file_is_read_as_far_as_it_goes(coach, tmp_path):
    # Oracle: fit.md, robustness table; half of this file holds 4158 records.
    path = tmp_path / "half.fit"
    whole = (RIDES / "hill_repeats_5x.fit").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    code, out, err = coach("summary", path, "--json")
    assert code == 3
    assert json.loads(out)["samples"] == 4158
    assert str(path) in err


@needs_rides
def test_a_name_with_blanks_and_letters_of_other_alphabets(coach, tmp_path):
    path = tmp_path / "Früh am Morgen ☀.tcx"
    shutil.copy(RIDES / "virtual_ride_power.tcx", path)
    assert coach("summary", path)[0] == 0


# --- asked and done -----------------------------------------------------------------------------


@pytest.fixture
def planned_file(tmp_path):
    """A seated and a standing hill under a plan, with an interval; stood late, and sat early."""

    def write(source=PostureSource.MEASURED, kind=SegmentKind.HILL):
        segments = [
            Segment(0, SegmentKind.WARM_UP, 0, 60, Posture.SEATED, Mode.POWER),
            Segment(1, SegmentKind.HILL, 60, 60, Posture.SEATED, Mode.GRADE, 1),
            Segment(
                2, kind, 120, 120, Posture.STANDING, Mode.GRADE,
                2 if kind is SegmentKind.HILL else None,
                label="Interval 1", cadence_low=60.0, cadence_high=75.0,
            ),
            Segment(3, SegmentKind.COOL_DOWN, 240, 60, Posture.SEATED, Mode.POWER),
        ]  # fmt: skip
        time = np.arange(301.0)
        ride = Ride.from_columns(
            time,
            power=np.full(301, 210.0),
            cadence=np.where(time < 180, 70.0, 90.0),
            target_power=np.full(301, 200.0),
            prescribed_standing=((time >= 120) & (time < 240)).astype(float),
        )
        ride.workout = Workout("plan", "Plan", tuple(segments))
        ride.laps = [Lap(s.start, s.duration, s.duration, s.index) for s in segments]
        changes = {0: "seated", 128: "standing", 200: "seated", 210: "standing", 238: "seated"}
        ride.positions = [PositionChange(t, RiderPosition(p)) for t, p in changes.items()]
        ride.position_source = source
        (tmp_path / "ride.fit").write_bytes(fit.encode(ride))
        return tmp_path / "ride.fit"

    return write


def account_of(out):
    lines = [" ".join(line.split()) for line in out.splitlines()]
    return lines[lines.index("Asked and done") :]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (PostureSource.MEASURED, "posture measured"),
        (PostureSource.DECLARED, "posture as told by the rider"),
    ],
)
def test_asked_and_done_is_a_table_that_names_its_source(coach, planned_file, source, told):
    code, out, err = coach("summary", planned_file(source))
    assert (code, err) == (0, "")
    counts = "1 cue to stand: 1 late by more than 5 s, sat down once for more than 5 s"
    found = account_of(out)
    # A line longer than the screen goes on below.
    assert " ".join(found[1:-5]) == f"{told}; {counts}"
    assert found[-5:] == [
        "Stand Up after Sat On target In cadence",
        "asked Stood the cue down % %",
        "Hill 1 100",
        "Hill 2 2:00 1:40 +8 s 1 100 50",
        "Ride 2:00 1:40 +8 s 1 100 50",
    ]
    assert max(map(len, out.splitlines())) <= 80


def test_intervals_have_rows_too(coach, planned_file):
    found = account_of(coach("summary", planned_file(kind=SegmentKind.INTERVAL))[1])
    assert "Interval 1 2:00 1:40 +8 s 1 100 50" in found
    assert not any(line.startswith("Hill 2") for line in found)


def test_without_positions_the_table_says_so(coach, planned_file):
    found = account_of(coach("summary", planned_file(PostureSource.ESTIMATED))[1])
    assert found[1:] == [
        "nobody measured or declared the rider's posture, so it is not judged",
        "Stand On target In cadence",
        "asked % %",
        "Hill 1 100",
        "Hill 2 2:00 100 50",
        "Ride 2:00 100 50",
    ]


def test_a_ride_without_a_plan_has_no_such_table(coach, tmp_path):
    out = coach("summary", write_gpx(tmp_path / "ride.gpx", [100, 200]))[1]
    assert "Asked" not in out


def test_a_ride_under_nobodys_plan_has_no_such_table(coach, tmp_path):
    ride = Ride.from_columns(np.arange(61.0), power=np.full(61, 210.0))
    free = Segment(0, SegmentKind.FREE, 0.0, 60.0, None, Mode.GRADE)
    ride.workout, ride.laps = Workout("free", "Free", (free,)), [Lap(0, 60, 60, 0)]
    (tmp_path / "ride.fit").write_bytes(fit.encode(ride))
    assert "Asked" not in coach("summary", tmp_path / "ride.fit")[1]


POSTURE_KEYS = [
    "asked_standing_s", "done_standing_s", "unasked_standing_s", "in_posture_s", "unknown_s",
    "stand_cues", "reaction_s", "early", "late", "missed", "aborted", "on_target_pct",
    "in_cadence_pct",
]  # fmt: skip


def test_asked_and_done_in_json(coach, planned_file):
    found = json.loads(coach("summary", planned_file(), "--json")[1])["posture"]
    assert list(found) == ["source", "note", *POSTURE_KEYS, "per_hill", "segments"]
    assert (found["source"], found["note"], found["done_standing_s"]) == ("measured", None, 100)
    assert [list(hill) for hill in found["per_hill"]] == [["hill", "start_s", *POSTURE_KEYS]] * 2
    assert found["segments"][2] == {
        "segment": 2,
        "start_s": 120,
        "duration_s": 120,
        "posture": "standing",
        "in_posture_s": 100,
        "reaction_s": 8,
        "on_target_pct": 100,
        "in_cadence_pct": 50,
    }
