"""The README keeps its word: its commands, their output, its quotes and its program."""

from __future__ import annotations

import ast
import io
import json
import re
import runpy
import shlex
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import mean

import click
import numpy as np
import pytest
from click.testing import CliRunner
from test_road_course import ASCENTS

import coach.trainers as trainers
from coach.analysis.climbs import HILL_ASCENT, HILL_GRADE, HILL_LENGTH, STEEPEST_ROAD
from coach.cli import coach
from coach.clock import ManualClock, SteppedClock
from coach.control import BURST_CEILING, LOWEST_GRADE
from coach.course import course, rebuild
from coach.formats.posture_words import parse_posture
from coach.live import player
from coach.live.keys import KEYS
from coach.live.plain import PlainDisplay
from coach.live.strength import StrengthScreen
from coach.live.web.hub import MOST_VIEWERS
from coach.live.web.server import FIRST_PORT
from coach.messages import Command, Key, Posture, TrackResistance
from coach.profile import example_rider, profile_names
from coach.protocol import fec
from coach.rides import load_ride
from coach.strength.messages import Phase, Press, SessionSnapshot
from coach.trainers import connection
from coach.trainers.ant import usb
from coach.trainers.ant.causes import NO_STICK, StickUnavailable
from coach.trainers.stick import Air, PretendStick
from coach.training.emphasis import RULES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONNECT = ROOT / "examples" / "connect_trainer.py"
SIX = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
RIDES = (ROOT.parent / "shared" / "rides").resolve()
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason=f"no recorded rides in {RIDES}")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def shown(command: str) -> list[str]:
    """Return the output that stands below a command, without the blanks at the ends of lines."""
    for _, block in BLOCKS:
        for each in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, _, rest = each.partition("\n")
            if first == command:
                return rest.rstrip("\n").splitlines()
    raise AssertionError(f"the README does not show: {command}")


def printed(*arguments: str) -> list[str]:
    ran = CliRunner().invoke(coach, arguments)
    return [line.rstrip() for line in ran.stdout.splitlines()]


def typed() -> list[str]:
    """Return every command line of the README that begins with ``coach``."""
    in_blocks = [
        line.removeprefix("$ ").partition("  #")[0].partition(" | ")[0].strip()
        for _, block in BLOCKS
        for line in block.splitlines()
        if line.startswith("$ coach")
    ]
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    return in_blocks + [each for each in re.findall(r"`(coach [^`]*)`", prose) if "..." not in each]


@pytest.mark.parametrize("line", sorted(set(typed())))
def test_every_command_can_be_typed(line):
    words = shlex.split(line)[1:]
    command: click.Command | None = coach
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.get_command(click.Context(command), name)
        assert command is not None, f"there is no command {name}"
    assert command is not None
    known = {name for each in command.params for name in each.opts} | {"--version", "--help"}
    assert {word for word in words if word.startswith("--")} <= known
    values = dict(pairwise(words))
    if "--trainer" in values:
        trainers.check(values["--trainer"])


def test_all_commands_stand_in_it():
    names = coach.list_commands(click.Context(coach))
    assert [name for name in names if f"coach {name}" not in README] == []


def test_the_doctor_without_a_stick(monkeypatch):
    def none():
        raise StickUnavailable(NO_STICK)

    monkeypatch.setattr(usb, "stick", none)
    assert printed("doctor") == shown("coach doctor")


@pytest.mark.parametrize("command", ["doctor", "scan", "calibrate"])
def test_what_is_shown_of_the_pretend_stick(command, monkeypatch):
    monkeypatch.setattr("coach.clock.MonotonicClock", SteppedClock)
    said = CliRunner().invoke(coach, [command, "--stick", "virtual"])
    everything = [line.rstrip() for line in said.output.splitlines()]
    wanted = shown(f"coach {command} --stick virtual")
    assert [line for line in everything if line in wanted] == wanted


def test_the_page_commands():
    for command in (
        "page decode 19015ac800c80030",
        "page encode track_resistance grade_pct=-3.5 crr=0.004",
    ):
        assert printed(*command.split()) == shown(f"coach {command}")


def test_the_matrix_of_faults_is_the_one_that_selftest_prints():
    assert printed("selftest") == shown("coach selftest")


def piped(command: str) -> list[str]:
    """Run a line of the README, with what its pipe leaves of the output.

    A pipe is ``head -N``, ``tail -N``, ``grep TEXT`` or ``grep -A N TEXT``; of the last, TEXT
    stands in one line only.
    """
    run, _, pipe = command.partition(" | ")
    lines = printed(*shlex.split(run)[1:])
    match shlex.split(pipe):
        case []:
            return lines
        case ["head", count]:
            return lines[: -int(count)]
        case ["tail", count]:
            return lines[int(count) :]
        case ["grep", text]:
            return [line for line in lines if text in line]
        case ["grep", "-A", count, text]:
            (found,) = (row for row, line in enumerate(lines) if text in line)
            return lines[found : found + 1 + int(count)]
    raise AssertionError(f"the test knows no such pipe: {pipe}")


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    """Make a folder for rides, of which no pictures are drawn, and nobody's rider file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("coach.charts.figures.save_charts", lambda *_: [])


def test_the_intervals_that_are_shown_and_ridden(somewhere):
    assert printed("workout", "show", "intervals") == shown("coach workout show intervals")
    two = printed("workout", "show", "intervals", "--rounds", "2")[0].split(", ")[1]
    assert f"one to three rounds ({two} for two)" in README
    ride = "coach ride intervals --rounds 2 --trainer sim --speed max | grep -A 5 13:50"
    assert piped(ride) == shown(ride)


def test_what_was_asked_and_done_by_who_sits_early_and_by_who_ignores_the_coach(somewhere):
    for model, file, rows in (("sits_early", "hills", 11), ("ignores", "hills-2", 10)):
        for command in (
            f"coach ride hills --trainer sim --speed max --rider-model {model}"
            " | grep -A 2 'Hill 5: '",
            f"coach summary rides/2025-01-08_090000_{file}.ride | grep -A {rows} Asked",
        ):
            assert piped(command) == shown(command)


def test_a_swap_and_a_pause_read_as_they_stand_there(somewhere, monkeypatch):
    pressed = {13 * 60 + 30.0: Key.SWAP, 14 * 60 + 25.0: Key.PAUSE, 14 * 60 + 40.0: Key.PAUSE}
    now = 0.0
    show = PlainDisplay.show

    def look(self, snapshot, cues):
        nonlocal now
        now = snapshot.time
        show(self, snapshot, cues)

    def press(_):
        return [pressed.pop(due) for due in list(pressed) if due <= now]

    monkeypatch.setattr(PlainDisplay, "show", look)
    monkeypatch.setattr(PlainDisplay, "keys", press)
    said = "\n".join(printed("ride", "intervals", "--trainer", "sim", "--speed", "max"))
    (quoted,) = (block for _, block in BLOCKS if "Stay seated" in block)
    assert pressed == {}
    assert quoted in said


class Elsewhere(Exception):
    """What the README shows of a page is told; the ride itself is shown elsewhere."""


def addresses_apart(lines: list[str]) -> list[str]:
    """Leave out of lines what differs from computer to computer and from ride to ride."""
    return [re.sub(r"//[\d.]+:\d+/(\?token=[\w-]+$)?", "//here/", line) for line in lines]


@pytest.mark.parametrize(
    "command",
    [
        "coach ride hills --trainer sim --no-browser",
        "coach ride hills --trainer sim --lan --no-browser",
        pytest.param("coach replay hill_repeats_5x.fit --live --no-browser", marks=needs_rides),
    ],
)
def test_what_is_told_of_the_page_before_it_is_watched(command, somewhere, monkeypatch):
    def leave(*_, **__):
        raise Elsewhere

    monkeypatch.setattr("coach.live.web.server.lan_address", lambda: "127.0.0.2")
    monkeypatch.setattr("coach.commands.ride_on.go", leave)
    monkeypatch.setattr("coach.commands.playing.play", leave)
    name = "hill_repeats_5x.fit"
    Path(name).symlink_to(RIDES / name)
    ran = CliRunner().invoke(coach, shlex.split(command)[1:])
    assert isinstance(ran.exception, Elsewhere)
    wanted = [line for line in shown(command) if line != "..."]
    assert addresses_apart(ran.stderr.splitlines()) == addresses_apart(wanted)
    assert f"live: http://127.0.0.1:{FIRST_PORT}/" in shown(command)


def test_the_keys_are_those_of_the_page_and_the_terminal():
    table = README[README.index("| Key | In a ride |") :].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    told = {name: does for names, *does in rows for name in names.replace("`", "").split()}
    assert sorted(told) == sorted([*(each.name for each in KEYS), "f", "?"])
    for column, keys in enumerate((KEYS, player.KEYS)):
        assert [each.name for each in keys if each.does not in told[each.name][column]] == []
    unused = set(told) - {each.name for each in player.KEYS} - {"f", "?"}
    assert {told[name][1] for name in unused} == {""}


def test_what_is_said_of_the_page_is_so():
    page = (ROOT / "coach" / "live" / "web" / "static" / "index.html").read_text(encoding="utf-8")
    attributes = set(re.findall(r"`(data-\w+)`", README))
    assert len(attributes) == 9
    assert {each for each in attributes if f"{each}=" not in page} == set()
    assert f"of {MOST_VIEWERS} viewers at most" in README


def test_a_workout_becomes_a_zwo_and_comes_back(somewhere):
    command = "coach convert hills hills.zwo"
    ran = CliRunner().invoke(coach, command.split()[1:])
    assert ran.output.splitlines() == shown(command)
    assert [str(ran.exit_code)] == shown("echo $?")
    lines = Path("hills.zwo").read_text(encoding="utf-8").splitlines()
    (row,) = (row for row, line in enumerate(lines) if "Hill 3" in line and "Downhill" not in line)
    assert lines[row : row + 2] == shown("grep -A 1 'Hill 3' hills.zwo")
    back = "coach workout show hills.zwo | head -11"
    assert piped(back) == shown(back)


def test_the_hill_behind_the_house_is_ridden_six_times(somewhere):
    (road,) = (block for _, block in BLOCKS if block.startswith("[COURSE HEADER]"))
    Path("hill.crs").write_text(road, encoding="utf-8")
    ride = (
        "coach ride hill.crs --repeat 6 --climb-scale 70 --trainer sim --speed max"
        " | grep -A 7 'Max HR'"
    )
    assert piped(ride) == shown(ride)
    ridden = load_ride(next(Path("rides").glob("*.ride")))
    assert np.nanmax(ridden.grade) == pytest.approx(0.11)
    assert np.nanmax(ridden.felt_grade) == pytest.approx(0.7 * 0.11)


@needs_rides
def test_a_recorded_ride_is_a_road(somewhere):
    name = "hill_repeats_5x.fit"
    Path(name).symlink_to(RIDES / name)
    command = f"coach workout show {name}"
    ran = CliRunner().invoke(coach, command.split()[1:])
    assert [line.rstrip() for line in ran.stdout.splitlines()] == shown(command)
    (paused,) = re.findall(r"pauses \(here ([\d:]+)\)", README)
    assert f"stood still for {paused};" in ran.stderr


@needs_rides
def test_the_ascents_of_roads_are_those_that_are_made():
    table = README[README.index("| Ride | The file says |") :].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [re.split(",", row[0])[0] for row in rows] == [*ASCENTS]
    for name, (stated, _), (_, says, has) in zip(ASCENTS, ASCENTS.values(), rows, strict=True):
        ascent = course(load_ride(RIDES / name), example_rider()).road.ascent
        assert (says, has) == (f"{stated:.0f} m", f"{ascent:.0f} m")


def test_what_is_said_of_roads_and_of_files_of_others_is_so():
    text = README[README.index("## Workouts and roads of others") :].partition("\n## ")[0]
    words = re.findall(r"`([A-Z][^`:]*[a-z!])`", text)
    assert [parse_posture(each).posture for each in words] == [Posture.STANDING, Posture.SEATED]
    for said in (
        f"never for more than {BURST_CEILING:.0%}",
        f"never goes below {-LOWEST_GRADE:.0%} down",
        f"never steeper than {rebuild.HIGHEST:.0%} up or {-rebuild.LOWEST:.0%} down",
        f"gains {HILL_ASCENT:.0f} m or more, over at least {HILL_LENGTH:.0f} m",
        f" m, at {HILL_GRADE:.0%} or more",
        f"walls above {STEEPEST_ROAD:.0%}",
    ):
        assert said.replace("%", " %") in text


PLAN = "coach plan --weeks 8 --days mon,wed,sat --start 2027-01-04"
MADE_UP = [f"{PLAN} --simulate {character} | grep Hills" for character in ("obedient", "tired")]


@pytest.mark.parametrize(
    "command",
    [
        "coach technique --inseam-cm 83 --crank-mm 170 | head -8",
        "coach strength --list | head -7",
        "coach strength --rules | grep -A 9 'Sat down early'",
        *MADE_UP,
    ],
)
def test_what_is_shown_off_the_bike(command, somewhere):
    assert piped(command) == shown(command)


def test_a_plan_is_kept_and_becomes_a_calendar(somewhere, monkeypatch):
    monkeypatch.setattr("coach.commands.plan._now", lambda: datetime(2026, 12, 28, tzinfo=UTC))
    for command in (
        f"{PLAN} --zone Europe/Berlin --save | head -15",
        "coach plan --ics plan.ics | tail -1",
    ):
        assert piped(command) == shown(command)


def test_ftp_as_a_ramp_tells_it_and_as_a_first_ride_does(somewhere):
    ramp = "coach ftp ramp --trainer sim --speed max | tail -3"
    assert piped(ramp) == shown(ramp)
    band = "\n".join(shown(ramp)[:2])
    assert band in "\n".join(printed("summary", "rides/2025-01-08_090000_ftp-ramp.ride"))
    printed("ride", "hills-starter", "--trainer", "sim", "--speed", "max")
    first = "rides/2025-01-08_090000_hills-starter.ride"
    for command in (f"coach ftp result {first} --cr10 4 | head -3", "coach felt 5"):
        assert piped(command) == shown(command)


class Hands:
    """A display that prints what it shows, and a rider who does one exercise and quits."""

    def __init__(self, **_: object) -> None:
        self.due: list[Press] = []

    def open(self) -> None:
        pass

    def show(self, snapshot: SessionSnapshot, *_: object) -> None:
        lines = StrengthScreen(80, 24).lines(snapshot)
        click.echo(re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines)))
        waits = snapshot.phase is Phase.READY and snapshot.seconds_left is None
        if snapshot.sets_done:
            self.due = [Press.QUIT]
        elif waits or snapshot.phase is Phase.ASK:
            self.due = [Press.GO]

    def keys(self) -> list[Press]:
        due, self.due = self.due, []
        return due

    def close(self) -> None:
        pass


def test_a_strength_session_reads_as_it_stands_there(somewhere, monkeypatch):
    monkeypatch.setattr("coach.live.strength.strength_display", Hands)
    monkeypatch.setattr("coach.commands.strength.at_a_terminal", lambda: True)
    monkeypatch.setattr("coach.commands.guided.MonotonicClock", ManualClock)
    for command in ("strength", "guided"):
        monkeypatch.setattr(f"coach.commands.{command}._now", lambda: SIX)
    said = CliRunner().invoke(coach, ["strength"], input="y\n")
    everything = iter(line.rstrip() for line in said.output.splitlines())
    wanted = [line for line in shown("coach strength") if line != "..."]
    assert [line for line in wanted if line not in everything] == []
    (offer,) = (block.strip() for _, block in BLOCKS if block.startswith("Go on with"))
    assert offer in CliRunner().invoke(coach, ["strength"], input="n\nn\n").output


def test_the_table_of_rules_is_the_program_s():
    table = README[README.index("| Rule | ") :].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]
    assert [name for name, *_ in rows] == [
        rule.name.replace("_", " ").capitalize() for rule in RULES
    ]
    for rule, (_, seen, does, known) in zip(RULES, rows, strict=True):
        assert set(re.findall(r"\d+", seen)) <= set(re.findall(r"\d+", rule.fact))
        assert rule.does.lower().startswith(does.replace(", ", ", with ", bool(rule.groups)))
        assert known.startswith("convention") is not rule.established
        assert not rule.established or known.partition(": ")[2] in rule.source


EXAMPLE = "python examples/eight_weeks.py obedient 8 weeks | tail -1"
WEEKS = "coach progress --simulated --out weeks --weeks 9 | head -12"


def ride_weeks(weeks: int, today: date, monkeypatch) -> str:
    """Ride the example's obedient rider into the folder ``weeks``, and return what it prints."""

    class Day(date):
        @classmethod
        def today(cls):
            return today

    class Moment(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.combine(today, SIX.timetz())

    example = runpy.run_path(str(ROOT / "examples" / "eight_weeks.py"))
    main = example["main"]
    main.__globals__["date"] = Day
    monkeypatch.setattr("coach.commands.progress.datetime", Moment)
    out = io.StringIO()
    with redirect_stdout(out):
        main(example["CHARACTERS"]["obedient"], weeks, Path("weeks"))
    return out.getvalue()


def test_a_week_of_the_eight_is_ridden_again(somewhere, monkeypatch):
    assert ride_weeks(1, date(2026, 9, 28), monkeypatch).endswith(" --out weeks --weeks 2\n")
    log = "coach strength --log --out weeks | head -8"
    assert piped(log) == shown(log)
    lines = printed(*shlex.split(WEEKS.replace("9 | head -12", "2"))[1:])
    (week,) = (line.split() for line in lines if line.startswith("21 Sep"))
    assert week == shown(WEEKS)[4].split()


def test_all_characters_are_named():
    assert [name for name in profile_names("models") if f"`{name}`" not in README] == []


@needs_rides
def test_the_estimate_is_worth_what_is_said():
    mountain = "mountain_edge530_positions_gears.fit"
    assert printed("posture", str(RIDES / mountain)) == shown(f"coach posture {mountain}")
    for label, name in (
        ("one climb, outdoors", mountain),
        ("on a trainer", "indoor_fenix6_turbo_positions.fit"),
    ):
        estimate = json.loads("\n".join(printed("posture", str(RIDES / name), "--json")))[
            "estimate"
        ]
        each = [
            f"{rule['balanced_accuracy']:.3f}, {rule['precision']:.3f}, {rule['recall']:.3f}"
            for rule in (estimate, estimate["naive"]["fixed_70_rpm"])
        ]
        (row,) = (line for line in README.splitlines() if line.startswith(f"| {label} |"))
        assert row.split(" | ")[1].startswith(f"{estimate['seconds']}, ")
        assert row.split(" | ")[2:4] == each


def test_the_bench_of_a_change_of_posture():
    lines = shown(
        "python -m pytest tests/bench/test_bench_posture.py -s -k medium"
        " | grep -e trainer: -e wheel"
    )
    figures = [[float(x) for x in re.findall(r"([\d.]+)(?:%| s)", line)] for line in lines[1:]]
    seeds = figures[3:]
    assert len(seeds) == 10
    # The columns add up to the means above them, and one of the ten is ridden again.
    for row, first in zip(figures, (0, 2, 4), strict=False):
        assert row[0] == pytest.approx(mean(seed[first] for seed in seeds), abs=1)
        assert row[1] == pytest.approx(mean(seed[first + 1] for seed in seeds), abs=0.1)
    bench = runpy.run_path(str(ROOT / "tests" / "bench" / "test_bench_posture.py"))
    ridden = []
    for mode, plain in bench["RIDES"].values():
        wheel = bench["ride"](mode, 1, "medium", plain=plain).wheel
        off = bench["off"](wheel, bench["CHANGED"])
        ridden += [float(f"{100 * off.peak:.0f}"), float(f"{off.seconds:.1f}")]
    assert seeds[0] == ridden


def test_the_devices_of_coach_simulate_are_those_on_its_air():
    masters = [f"{each.source} {each.device_number}" for each in Air(example_rider()).masters]
    assert masters == shown("coach simulate")[1:]


def test_the_words_that_a_rider_will_see_are_those_of_the_program():
    rows = [line for line in README.splitlines() if line.startswith("| ")]
    quotes = {quote for row in rows for quote in re.findall(r"`([^`]+)`", row.split(" | ")[1])}
    assert len(quotes) > 10
    said = [
        node.value
        for path in (ROOT / "coach").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    everything = "\n".join(said).lower()
    assert [quote for quote in quotes if quote.lower() not in everything] == []


def test_the_program_in_it_is_the_example():
    assert ("python", CONNECT.read_text(encoding="utf-8")) in BLOCKS
    assert len(CONNECT.read_text(encoding="utf-8").splitlines()) < 15


def run_connect(monkeypatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", [str(CONNECT), *arguments])
    runpy.run_path(str(CONNECT), run_name="__main__")


def test_example_connect_trainer(monkeypatch, capsys):
    monkeypatch.setattr(connection, "MonotonicClock", ManualClock)
    run_connect(monkeypatch)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 30
    assert all(re.fullmatch(r"\d+ W at \d+ rpm", line) for line in lines)
    assert int(lines[-1].split()[0]) > 50


def test_example_connect_trainer_on_a_stick(monkeypatch, capsys):
    clock = SteppedClock()
    stick = PretendStick(clock, Air(example_rider()))
    reached: list[Command | None] = []

    def record(time: float, payload: bytes) -> None:
        page = fec.decode(payload, sender="display")
        if page.number in fec.COMMANDS:
            reached.append(fec.command_from(page))

    stick.air.record = record
    monkeypatch.setattr(connection, "MonotonicClock", lambda: clock)
    monkeypatch.setattr(usb, "stick", stick)
    run_connect(monkeypatch, "ant:12345")
    assert reached == [TrackResistance(0.03), TrackResistance(0.0)]
    assert len(capsys.readouterr().out.splitlines()) == 30
