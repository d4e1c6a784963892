"""Rider and workout files: what is read, and what a rider is told of mistakes."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach import profile
from coach.errors import ProfileError, RiderInputError
from coach.messages import Mode, Posture
from coach.profile.lines import find_lines, format_key, line_of
from coach.profile.toml import LARGEST, parse_document, read_text
from coach.rider import Bike, Devices, Limits, Rider
from coach.workout import SegmentKind

INVALID = Path(__file__).parent / "data" / "invalid"
EXAMPLE = profile.profiles_dir() / "riders" / "example.toml"

PART = """
[[part]]
kind = "hill"
length = "4:00"
posture = "seated"
ftp_pct = 80
effort = "moderate"
cr10 = 3
resistance_steps = 0
"""

RAMP = """
[[part]]
kind = "{}"
length = "60:00"
ftp_pct_start = 40
ftp_pct_end = 50
effort = "easy"
cr10 = 1
resistance_steps = -1
"""


def plan(text: str) -> profile.WorkoutPlan:
    head = 'title = "T"\nabout = "A"\nshort_warm_up = true\n'
    return profile.parse_workout(head + text, "mine.toml")


def mistakes(text: str) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        profile.parse_rider(text, "r.toml")
    return caught.value.mistakes


# --- riders -------------------------------------------------------------------------------------


def test_the_example_is_the_reference_rider():
    """75 kg, bike 9 kg, FTP 220 W, W′ 18 000 J, age 40, HR 60 to 185: the science notes."""
    rider = profile.example_rider()
    assert rider == Rider(
        name="Example rider",
        mass=75.0,
        threshold_power=220.0,
        w_prime=18_000.0,
        age=40.0,
        resting_heart_rate=60.0,
        maximum_heart_rate=185.0,
    )
    assert rider.total_mass == 84.0


def test_every_key_of_a_rider_file():
    rider = profile.parse_rider(
        """
        [rider]
        name = "Kim"
        mass_kg = 61.5
        ftp_w = 201
        w_prime_j = 15000
        age = 33
        sex = "female"
        activity = "trained"
        hr_rest_bpm = 48
        hr_max_bpm = 191
        cadence_rpm = 92
        [bike]
        mass_kg = 7.5
        chainrings = [46, 30]
        cassette = [11, 34]
        wheel_m = 2.1
        [limits]
        grade_pct = 6.5
        power_w = 300
        basic_resistance_pct = 60
        [devices]
        trainer = 12345
        heart_rate = 1
        power_meter = 65535
        [resistance]
        moderate_pct = 30
        increment_pct = 2.5
        """,
        "kim.toml",
    )
    assert rider == Rider(
        name="Kim",
        mass=61.5,
        threshold_power=201.0,
        threshold_estimated=False,
        w_prime=15_000.0,
        age=33.0,
        sex="female",
        resting_heart_rate=48.0,
        maximum_heart_rate=191.0,
        cadence=92.0,
        bike=Bike(7.5, (46, 30), (11, 34), 2.1),
        limits=Limits(0.065, 300.0, 0.6),
        devices=Devices(12345, 1, 65535),
        moderate_resistance=0.3,
        resistance_increment=0.025,
    )


@pytest.mark.parametrize("key", ["trainer", "heart_rate", "power_meter"])
@pytest.mark.parametrize("number", ["0", "65536", "-1", "12345.0", '"12345"'])
def test_a_device_number_is_one_that_ant_has(key, number):
    (mistake,) = mistakes(f"[rider]\nmass_kg = 75\n[devices]\n{key} = {number}\n")
    assert mistake.startswith(
        f"r.toml:4: devices.{key}: expected an ANT+ device number, 1 to 65535"
    )


def test_a_weight_is_enough():
    rider = profile.parse_rider("[rider]\nmass_kg = 75", "r.toml")
    defaults = Rider(name="Rider", mass=75.0, threshold_power=108.0, threshold_estimated=True)
    for field in fields(Rider):
        assert getattr(rider, field.name) == pytest.approx(
            getattr(defaults, field.name)
        ) or getattr(rider, field.name) == getattr(defaults, field.name)


@pytest.mark.parametrize(
    ("mass", "activity", "sex", "age", "watts"),
    [
        (75, "inactive", None, None, 0.9 * 90),
        (75, "some", None, None, 0.9 * 120),
        (75, "regular", None, 40, 0.9 * 165),
        (75, "trained", "male", 60, 0.9 * 225 * 0.9),
        (60, "regular", "female", 50, 0.9 * 132 * 0.9 * 0.95),
        (40, "inactive", "female", 80, 0.9 * 60),  # held at 60 W
        (140, "trained", None, 20, 0.9 * 350),  # held at 350 W
    ],
)
def test_estimate_of_threshold_power(mass, activity, sex, age, watts):
    """By hand from the rule of the science notes, 3.5, and 90 % of it for the first ride."""
    assert profile.estimate_threshold_power(mass, activity, sex, age) == pytest.approx(watts)


def test_an_estimate_comes_from_the_rider_file():
    rider = profile.parse_rider(
        '[rider]\nmass_kg = 60\nage = 50\nsex = "female"\nactivity = "regular"', "r.toml"
    )
    assert rider.threshold_power == pytest.approx(0.9 * 60 * 2.2 * 0.9 * 0.95)
    assert rider.threshold_estimated


# --- workouts -----------------------------------------------------------------------------------


def test_every_key_of_a_workout_file():
    found = plan(
        """
        most_rounds = 2
        [climbing]
        cadence_rpm = 80
        speed_kmh = 10.8
        [[part]]
        kind = "warm_up"
        length = "1:02:03"
        ftp_pct_start = 40
        ftp_pct_end = 65.5
        effort = "easy"
        cr10 = 1
        resistance_steps = -1.5
        mode = "resistance"
        cadence_rpm = [80, 90]
        [[part]]
        kind = "hill"
        length = "90:05"
        posture = "seated"
        stand_from = 0.25
        ftp_pct = 105
        grade_pct = 5.5
        effort = "hard"
        cr10 = "5-10"
        resistance_steps = 4
        standing_cadence_rpm = [55, 70]
        """
    )
    assert found == profile.WorkoutPlan(
        name="mine",
        title="T",
        about="A",
        climbing_cadence=80.0,
        climbing_speed=pytest.approx(3.0),
        most_rounds=2,
        parts=(
            profile.Part(
                kind=SegmentKind.WARM_UP,
                duration=3723.0,
                power_start=0.4,
                power_end=0.655,
                effort="easy, CR10 1",
                resistance_steps=-1.5,
                mode=Mode.RESISTANCE,
                cadence=(80.0, 90.0),
            ),
            profile.Part(
                kind=SegmentKind.HILL,
                duration=5405.0,
                power_start=1.05,
                power_end=1.05,
                effort="hard, CR10 5-10",
                resistance_steps=4.0,
                posture=Posture.SEATED,
                stand_from=0.25,
                grade=0.055,
                standing_cadence=(55.0, 70.0),
            ),
        ),
    )
    assert found.duration == 3723 + 5405


@pytest.mark.parametrize(
    "kinds",
    [
        ("warm_up", "cool_down"),
        ("hill", "warm_up", "hill"),
        ("hill", "cool_down", "hill"),
        ("cool_down", "hill", "warm_up"),
    ],
)
def test_a_round_stands_between_warm_up_and_cool_down(kinds):
    text = "".join(PART if kind == "hill" else RAMP.format(kind) for kind in kinds)
    assert len(plan(text).parts) == len(kinds)
    assert len(plan("most_rounds = 1\n" + text).parts) == len(kinds)
    with pytest.raises(ProfileError, match=r"^mine.toml:4: most_rounds: .*, found 2$"):
        plan("most_rounds = 2\n" + text)


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("after", [0, 2])
def test_ends_may_be_of_several_parts_or_none(before, after):
    text = before * RAMP.format("warm_up") + PART + after * RAMP.format("cool_down")
    assert plan("most_rounds = 10\n" + text).most_rounds == 10


def test_all_rounds_together_end_the_same_day():
    """Two hours ten times are more than twelve; warm-up and cool-down are ridden once."""
    hour = PART.replace("4:00", "60:00")
    ends = (RAMP.format("warm_up"), 2 * RAMP.format("cool_down"))
    assert plan(f"most_rounds = 9\n{ends[0]}{hour}{ends[1]}").most_rounds == 9
    with pytest.raises(ProfileError, match=r"^mine.toml:4: most_rounds: .* 12 hours in all, found"):
        plan(f"most_rounds = 10\n{ends[0]}{hour}{ends[1]}")


def test_hills_come_after_a_warm_up_of_fifteen_minutes():
    head = 'title = "T"\nabout = "A"\n'
    hill = PART.strip()
    moderate = hill.replace("hill", "moderate").replace('posture = "seated"\n', "")
    warm_up = (
        moderate.replace('"moderate"', '"warm_up"', 1)
        .replace("4:00", "15:00")
        .replace("ftp_pct = 80", "ftp_pct_start = 40\nftp_pct_end = 65")
    )
    interval = hill.replace('"hill"', '"interval"').replace("80", "160")
    ten = warm_up.replace("15:00", "10:00")
    for parts in (f"{warm_up}\n{hill}", moderate, f"{ten}\n{interval}"):
        assert profile.parse_workout(head + parts, "mine.toml").duration > 0
    for parts, found in (
        (hill, "none"),
        (f"{ten}\n{interval}\n{hill}", "10:00"),
        (f"{ten.replace('10:00', '9:59')}\n{interval}", "9:59"),
        (f"{hill}\n{warm_up}", "none"),
        (f"{moderate}\n{warm_up.replace('15:00', '14:59')}\n{hill}", "14:59"),
    ):
        with pytest.raises(ProfileError, match=f"mine.toml:3: part: .* found {found}$"):
            profile.parse_workout(head + parts, "mine.toml")
        assert profile.parse_workout(f"{head}short_warm_up = true\n{parts}", "mine.toml")
    with pytest.raises(ProfileError, match=r"short_warm_up: expected true .* found 'yes'$"):
        profile.parse_workout(f'{head}short_warm_up = "yes"\n{hill}', "mine.toml")


@pytest.mark.parametrize("length", ["4", "4:60", "4:5", ":30", "0:00", "-1:00", "3:00:01", "٤:00"])
def test_a_length_is_minutes_and_seconds(length):
    with pytest.raises(ProfileError, match=r"part\[1\]\.length: expected minutes and seconds"):
        plan(PART.replace("4:00", length))


@pytest.mark.parametrize("cr10", ['"11"', '"1-11"', '"hard"', "-1", "true", "3.5", '"3-"'])
def test_effort_is_told_on_the_scale_of_ten(cr10):
    with pytest.raises(ProfileError, match="expected a CR10 number, 0 to 10"):
        plan(PART.replace("cr10 = 3", f"cr10 = {cr10}"))


def test_a_million_parts_are_refused_at_once(tmp_path):
    path = tmp_path / "million.toml"
    path.write_text("[[part]]\n" * 1_000_000)
    with pytest.raises(ProfileError, match=r"million.toml:1: size: expected at most 64 KB"):
        profile.load_workout(path)
    with pytest.raises(ProfileError, match=r"1 to 200 tables"):
        plan("[[part]]\n" * 201)


# --- mistakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(INVALID.glob("*.toml")), ids=lambda path: path.stem)
def test_a_wrong_file_is_told_as_written_beside_it(path):
    """Each ``.expected`` was read and judged by hand: every mistake, in a line that helps."""
    load = profile.load_rider if path.stem.startswith("rider") else profile.load_workout
    with pytest.raises(ProfileError) as caught:
        load(path)
    found = str(caught.value).replace(f"{path.parent}{os.sep}", "")
    assert found.splitlines() == path.with_suffix(".expected").read_text("utf-8").splitlines()


def test_nothing_that_looks_like_a_number_is_taken_for_one():
    for value in ('"75"', "true", "[75]", "nan", "+inf", "1979-05-27", "{ kg = 75 }"):
        assert re.match(
            r"r.toml:2: rider\.mass_kg: expected a number of kilograms, 30 to 200, found ",
            mistakes(f"[rider]\nmass_kg = {value}\n")[0],
        )


def test_a_byte_order_mark_and_windows_lines_are_no_mistake(tmp_path):
    path = tmp_path / "r.toml"
    path.write_bytes(b"\xef\xbb\xbf[rider]\r\nmass_kg = 75\r\nftp_w = 999\r\n")
    with pytest.raises(ProfileError, match=r"r.toml:3: rider.ftp_w"):
        profile.load_rider(path)


def test_more_mistakes_than_anybody_reads_are_counted():
    unknown = "\n".join(f"k{i} = 1" for i in range(5000))
    found = mistakes(f"[rider]\nmass_kg = 75\n{unknown}\nftp_w = 9999")
    assert [line.split(": ")[1] for line in found[:100]] == [f"rider.k{i}" for i in range(100)]
    assert found[100:] == ["r.toml: and 4901 more"]


def test_a_line_that_cannot_be_mended_ends_the_reading():
    assert len(mistakes("[rider]\nmass_kg = 7\x7f5\nftp_w = 9999\n")) == 1


def test_a_text_that_is_not_toml_at_all_is_not_mended_for_ever():
    found = mistakes("Dear coach,\n" * 1000)
    assert 10 < len(found) <= 51


def test_an_unknown_table_is_not_held_against_its_keys():
    assert len(mistakes("[rider]\nmass_kg = 75\n[rder]\nmass = 3\nftp = 4\n")) == 1


def assert_rider_or_mistakes(text: str) -> None:
    try:
        assert isinstance(profile.parse_rider(text, "r.toml"), Rider)
    except ProfileError as error:
        for mistake in error.mistakes:
            assert re.fullmatch(r"r\.toml:\d+: .+|r\.toml: and \d+ more", mistake), mistake
            assert mistake.isprintable()


@given(st.text())
def test_any_text_is_a_rider_or_mistakes(text):
    assert_rider_or_mistakes(text)


snippets = st.one_of(
    st.text(max_size=8),
    st.sampled_from([*"[]{}=.,#\"'\n\r\\ ", '"""', "'''", "[[part]]", "= [", "x = {a=[", "\0"]),
)


@given(st.lists(st.tuples(st.integers(0, 2000), snippets), max_size=4))
def test_a_damaged_rider_file_is_a_rider_or_mistakes(damages):
    text = EXAMPLE.read_text("utf-8")
    for at, snippet in damages:
        text = text[:at] + snippet + text[at:]
    assert_rider_or_mistakes(text)


# --- lines --------------------------------------------------------------------------------------

ZOO = '''\
bare = 1 # [not.a.table]
"quoted = # key" = 'x = 2'
dotted . "in side".deep = 1.5
date = 1979-05-27 07:32:00
text = """
fake = 1
\\""" [also.fake]
""""
raw = \'\'\'
more = 2\'\'\'
list = [
  1, # one
  [2,
   3], { a = 4, b.c = [
   5] },
]
empty = [ ]

[table]
key = "]"
inline = { x = 1, y = { z = [ { w = 2 } ] } }
[ table . sub ]
key = 2
[[part]]
a = 1
[part.sub]
b = 1
[[part.inner]]
c = 1
[[part.inner]]
c = 2
[[ "part" ]]
a = 2
[part.sub]
b = 2
'''

ZOO_LINES = {
    ("bare",): 1,
    ("quoted = # key",): 2,
    ("dotted", "in side", "deep"): 3,
    ("date",): 4,
    ("text",): 5,
    ("raw",): 9,
    ("list",): 11,
    ("list", 0): 12,
    ("list", 1): 13,
    ("list", 1, 1): 14,
    ("list", 2, "a"): 14,
    ("list", 2, "b", "c", 0): 15,
    ("empty",): 17,
    ("table",): 19,
    ("table", "key"): 20,
    ("table", "inline", "y", "z", 0, "w"): 21,
    ("table", "sub"): 22,
    ("table", "sub", "key"): 23,
    ("part",): 24,
    ("part", 0): 24,
    ("part", 0, "a"): 25,
    ("part", 0, "sub", "b"): 27,
    ("part", 0, "inner", 0, "c"): 29,
    ("part", 0, "inner", 1, "c"): 31,
    ("part", 1): 32,
    ("part", 1, "a"): 33,
    ("part", 1, "sub", "b"): 35,
}


def paths_in(value, path=()):
    """Every path of a document that has a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths_in(inner, (*path, key))


def test_lines_of_all_that_toml_can_write():
    lines = find_lines(ZOO)
    assert {path: lines.get(path) for path in ZOO_LINES} == ZOO_LINES
    assert set(lines) == set(paths_in(tomllib.loads(ZOO)))


@given(st.lists(st.tuples(st.integers(0, len(ZOO)), snippets), min_size=1, max_size=3))
def test_lines_are_found_in_whatever_tomllib_takes(damages):
    text = ZOO
    for at, snippet in damages:
        text = text[:at] + snippet + text[at:]
    text = text.replace("\r\n", "\n")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(find_lines(text)) == set(paths_in(document))


def test_a_path_without_a_line_takes_that_of_its_table():
    lines = find_lines(ZOO)
    assert line_of(("part", 1, "sub", "missing"), lines) == 34
    assert line_of(("missing", "b"), lines) == 1


def test_keys_are_counted_as_riders_count():
    assert format_key(("part", 2, "ftp_pct")) == "part[3].ftp_pct"
    assert format_key(("a b", "\x1b[2J")) == "'a b'.'\\x1b[2J'"


def test_a_repair_keeps_the_comment_out_of_the_value():
    document = parse_document("[rider]\nmass_kg = 7O # kg\n", "r.toml")
    assert document.data == {"rider": {"mass_kg": "7O"}}
    assert list(document.mistakes) == [2]


# --- files --------------------------------------------------------------------------------------


def test_a_path_that_is_no_file_is_told_in_a_sentence(tmp_path):
    for path, words in (
        (tmp_path / "missing.toml", "there is no file .*missing.toml; give the path of a rider"),
        (tmp_path, "is a folder; give the path of a rider file"),
        (tmp_path / ("x" * 300), "cannot be read"),
        (tmp_path / "\0", "cannot be read"),
    ):
        with pytest.raises(RiderInputError, match=words):
            profile.load_rider(path)


def test_a_file_that_may_not_be_read_says_what_to_do(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text("")

    def locked(*_: object) -> None:  # in earnest, root would still be let in
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(RiderInputError, match=r"you may not read .*mine.toml; change its perm"):
        profile.load_workout(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RiderInputError, match="is not a file"):
        profile.load_rider(tmp_path / "pipe")


def test_the_largest_file_is_read_whole(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text("#\n" * (LARGEST // 2))
    assert len(read_text(path, "a rider file")) == LARGEST
    path.write_text("#\n" * (LARGEST // 2) + "#")
    with pytest.raises(ProfileError, match="size"):
        read_text(path, "a rider file")


def test_where_the_riders_own_file_belongs(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert profile.default_rider_path() == tmp_path / "sixhills" / "rider.toml"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for ignored in ("", "relative/path"):
        monkeypatch.setenv("XDG_CONFIG_HOME", ignored)
        expected = tmp_path / ".config" / "sixhills" / "rider.toml"
        assert profile.default_rider_path() == expected


def test_shipped_workouts_have_names_and_own_ones_have_paths():
    assert profile.workout_names() == [
        "ftp-ramp", "ftp-twenty", "hills", "hills-starter", "hills-strong", "intervals",
    ]  # fmt: skip
    assert profile.load_workout(profile.find_workout("hills")).name == "hills"
    for own in ("mine.toml", "./mine", "../riders/example"):
        assert profile.find_workout(own) == Path(own)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hils", r"there is no workout 'hils'; did you mean 'hills'\? There are"),
        ("nope", r"there is no workout 'nope'\. There are ftp-ramp"),
        ("", "There are ftp-ramp, ftp-twenty, hills, hills-starter, hills-strong, intervals"),
        ("x" * 5000, "There are ftp-ramp"),
    ],
)
def test_an_unknown_workout_is_refused_with_the_known_ones(name, words):
    with pytest.raises(RiderInputError, match=words):
        profile.find_workout(name)


def test_pydantic_is_imported_only_when_a_file_is_read():
    code = "import coach.profile, sys; print({'pydantic', 'numpy', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
