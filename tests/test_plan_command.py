"""``coach plan``, as it is typed."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import icalendar
import pytest

from coach.cli import coach as program
from coach.cli import run
from coach.commands import plan as command
from coach.training.history import History, RideDone, StrengthDone
from coach.training.kept import parse_request
from coach.workout import AS_IN_FILE

SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NEW = ("--weeks", "8", "--days", "mon,wed,sat")
BERLIN = ("--zone", "Europe/Berlin")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Nobody's rider file, an empty folder to stand in, and a Sunday."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "argv", ["coach"])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    set_clock(monkeypatch, SUNDAY)
    return tmp_path / "config" / "sixhills"


def set_clock(monkeypatch, now):
    monkeypatch.setattr(command, "_now", lambda: now)


@pytest.fixture
def coach(capsys):
    """Run ``coach plan``; return its exit code and both outputs."""

    def type_(*arguments):
        code = run(["plan", *map(str, arguments)])
        return code, *capsys.readouterr()

    return type_


def made(coach, *arguments):
    """Return the plan as JSON, from a command that succeeds."""
    code, out, _ = coach(*arguments, "--json")
    assert code == 0
    return json.loads(out)


def sessions(plan):
    return [session for week in plan["weeks"] for session in week["sessions"]]


def rider_file(home, text="[rider]\nmass_kg = 75\nftp_w = 220\n"):
    home.mkdir(parents=True, exist_ok=True)
    (home / "rider.toml").write_text(text)
    return home / "rider.toml"


def did(monkeypatch, *done):
    """Let the archive hold this."""
    from coach import archive

    history = History(
        tuple(each for each in done if isinstance(each, RideDone)),
        tuple(each for each in done if isinstance(each, StrengthDone)),
    )
    asked = []

    def survey(folder, **how):
        asked.append((folder, how))
        return archive.Survey(history)

    monkeypatch.setattr(archive, "survey", survey)
    return asked


def ride(day, workout="hills", raised=AS_IN_FILE, completed=1.0, cr10=5.0):
    start = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return RideDone(
        start=start, workout=workout, raised=raised, timer_time=5400.0, completed=completed,
        cr10=cr10, hills=6, hill_power=190.0, last_hill_cadence=68.0, standing=None,
        standing_source=None, load=80.0,
    )  # fmt: skip


STRONG = "[rider]\nmass_kg = 75\nftp_w = 300\n"


@pytest.fixture
def some_hills(monkeypatch):
    did(monkeypatch, ride(date(2026, 11, 1)))


# --- a plan of its own ----------------------------------------------------------------------------


def test_the_json_has_weeks_of_sessions(coach):
    plan = made(coach, *NEW, *BERLIN, "--at", "7:30")
    assert [week["start"] for week in plan["weeks"]] == [
        (date(2026, 11, 23) + timedelta(weeks=n)).isoformat() for n in range(8)
    ]
    assert [week["easy"] for week in plan["weeks"]] == [False, False, False, True] * 2
    assert all(week["why"] for week in plan["weeks"])
    for week in plan["weeks"]:
        days = [date.fromisoformat(session["date"]) for session in week["sessions"]]
        assert [day.weekday() for day in days] == [0, 2, 5]
    first = sessions(plan)[0]
    assert first == {
        "date": "2026-11-23",
        "kind": "hills",
        "workout": "hills",
        "hill_power_pct": 0.0,
        "hill_time_s": 0.0,
        "stand_time_s": 0.0,
        "rounds": 1,
        "moderate_min": None,
        "command": "coach ride hills --trainer ant",
        "done": None,
    }
    assert (plan["level"], plan["days"]) == ("standard", ["mon", "wed", "sat"])
    assert (plan["at"], plan["zone"]) == ("07:30", "Europe/Berlin")


def test_a_day_of_rest_has_no_workout(coach):
    rest = [each for each in sessions(made(coach, *NEW)) if each["kind"] == "rest"]
    assert rest
    assert all(each["workout"] is None and each["command"] is None for each in rest)


def test_what_is_raised_is_told_in_plain_numbers(coach):
    raised = [each["hill_power_pct"] for each in sessions(made(coach, *NEW))]
    assert set(raised) == {0.0, 2.0, 4.0}


def test_every_command_can_be_typed(coach):
    for level in command.LEVELS:
        for session in sessions(made(coach, *NEW, "--level", level, "--out", "my rides")):
            if session["command"]:
                name, *words = shlex.split(session["command"])[1:]
                typed = program.get_command(click.Context(program), name)
                assert isinstance(typed, click.Command)
                assert typed.make_context(name, words).params["out"] == Path("my rides")


def test_the_text_is_for_a_terminal_of_80_columns(coach):
    code, out, _ = coach(
        "--weeks", "52", "--days", "mon,tue,wed,thu,fri,sat,sun", "--level", "strong"
    )
    assert code == 0
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "General fitness information, not medical advice."
    assert sum(line.startswith("Week ") for line in lines) == 52
    assert "\x1b" not in out


@pytest.mark.parametrize("level", ["starter", "standard", "strong"])
@pytest.mark.parametrize("character", ["obedient", "tired"])
def test_what_was_done_is_for_80_columns_too(coach, level, character):
    typed = ("--weeks", "52", "--days", "mon,sat", "--level", level, "--simulate", character)
    lines = coach(*typed)[1].splitlines()
    assert max(map(len, lines)) <= 80
    # What is too long goes on below its own beginning, and no number stands without its unit.
    goes_on = {line[25:].rstrip("0123456789 s+") for line in lines if line.startswith(25 * " ")}
    assert goes_on <= {"stand", "moderate block of 5 min"}
    assert ("stand" in goes_on) == (character == "obedient")


def test_a_rider_is_named_where_somebody_rides(coach, tmp_path):
    rider = tmp_path / "me.toml"
    rider.write_text("[rider]\nmass_kg = 75\nftp_w = 220\n")
    named = {
        each["kind"]: str(rider) in each["command"]
        for each in sessions(made(coach, *NEW, "--rider", rider))
        if each["command"]
    }
    assert named == {"hills": True, "intervals": True, "strength": False}


def test_a_long_command_is_folded_as_a_shell_reads_it(coach):
    typed = (*NEW, "--level", "strong", "--out", "a folder of rides; and more")
    commands = [each["command"] for each in sessions(made(coach, *typed)) if each["command"]]
    out = coach(*typed)[1]
    assert " \\\n" in out
    lines = [line for line in out.replace(" \\\n", " ").splitlines() if "    coach " in line]
    assert [shlex.split(line) for line in lines] == [shlex.split(each) for each in commands]


def test_the_text_says_when_what_and_what_to_type(coach):
    out = coach(*NEW, *BERLIN)[1]
    assert out.startswith("8 weeks, standard level: Mon Wed Sat at 18:00 (Europe/Berlin)\n")
    assert "\nWeek 1: Mon 23 Nov to Sun 29 Nov 2026\n" in out
    assert "\nWeek 4: Mon 14 Dec to Sun 20 Dec 2026, easy\n" in out
    assert "\nWeek 6: Mon 28 Dec to Sun  3 Jan 2027\n" in out
    assert (
        "  Mon 30 Nov  Hills      +2 % FTP on each hill\n"
        "    coach ride hills --hill-power 2 --trainer ant\n"
    ) in out


def test_one_week_is_no_weeks(coach):
    assert coach("--weeks", "1", "--days", "mon")[1].startswith("1 week, standard level: Mon at")


@pytest.mark.parametrize(
    ("now", "zone", "start"),
    [
        (datetime(2026, 11, 22, 12, tzinfo=UTC), "Europe/Berlin", "2026-11-23"),
        (datetime(2026, 11, 23, 0, tzinfo=UTC), "Europe/Berlin", "2026-11-23"),
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "Europe/Berlin", "2026-11-23"),
        # In Berlin it is Tuesday by now, in New York still Monday.
        (datetime(2026, 11, 23, 23, 1, tzinfo=UTC), "Europe/Berlin", "2026-11-30"),
        (datetime(2026, 11, 23, 23, 1, tzinfo=UTC), "America/New_York", "2026-11-23"),
    ],
)
def test_a_plan_begins_on_the_coming_monday_where_the_rider_is(
    coach, monkeypatch, now, zone, start
):
    set_clock(monkeypatch, now)
    assert made(coach, *NEW, "--zone", zone)["weeks"][0]["start"] == start


def test_a_plan_may_begin_on_any_day(coach):
    plan = made(coach, *NEW, "--start", "2026-11-26")
    assert [session["date"] for session in plan["weeks"][0]["sessions"]] == [
        "2026-11-28",
        "2026-11-30",
        "2026-12-02",
    ]


def test_days_may_be_named_in_full_and_in_any_order(coach):
    assert made(coach, "--weeks", "1", "--days", "Saturday, mon,WED")["days"] == [
        "mon",
        "wed",
        "sat",
    ]


def test_the_zone_is_the_computers(coach, monkeypatch):
    import tzlocal

    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: "Asia/Kolkata")
    assert made(coach, *NEW)["zone"] == "Asia/Kolkata"
    for unknown in (None, "Mars/Phobos"):
        monkeypatch.setattr(tzlocal, "get_localzone_name", lambda name=unknown: name)
        code, out, err = coach(*NEW, "--json")
        assert (code, json.loads(out)["zone"]) == (0, "UTC")
        assert "time zone of this computer is not known" in err


@pytest.mark.parametrize("named", ["Nowhere/X", "CET-1CEST,M3.5.0,M10.5.0/3", ""])
def test_a_tz_that_names_no_zone_is_told_with_the_zone_taken(coach, monkeypatch, named):
    import tzlocal

    monkeypatch.setenv("TZ", named)
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: "Etc/UTC")
    code, out, err = coach(*NEW, "--json")
    assert (code, json.loads(out)["zone"]) == (0, "Etc/UTC")
    told = f"TZ is {named!r}, which names no time zone; taking Etc/UTC (see --zone)"
    assert told in err.splitlines()
    assert "TZ" not in coach(*NEW, *BERLIN)[2]


@pytest.mark.parametrize("named", ["Europe/Berlin", ":Europe/Berlin", "a file"])
def test_a_tz_that_names_a_zone_goes_without_a_word(coach, monkeypatch, tmp_path, named):
    import tzlocal

    if named == "a file":
        zones = tmp_path / "zoneinfo" / "Europe"
        zones.mkdir(parents=True)
        (zones / "Berlin").touch()
        (tmp_path / "localtime").symlink_to(zones / "Berlin")
        named = str(tmp_path / "localtime")
    monkeypatch.setenv("TZ", named)
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: "Europe/Berlin")
    code, out, err = coach(*NEW, "--json")
    assert (code, json.loads(out)["zone"]) == (0, "Europe/Berlin")
    assert "TZ" not in err


# --- which level ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("[rider]\nmass_kg = 75\nftp_w = 220\n", "standard"),
        ("[rider]\nmass_kg = 75\n", "starter"),
        ("[rider]\nmass_kg = 75\nftp_w = 300\n", "strong"),
    ],
)
@pytest.mark.usefixtures("some_hills")
def test_the_level_suits_the_riders_file(coach, home, text, level):
    path = rider_file(home, text)
    code, out, err = coach(*NEW, "--json")
    assert (code, json.loads(out)["level"]) == (0, level)
    assert f"rider: {path}" in err
    assert made(coach, *NEW, "--level", "standard")["level"] == "standard"


@pytest.mark.parametrize(
    "before",
    [
        [],
        [ride(date(2026, 11, 1), workout="intervals")],
        # An outdoor ride over hills says nothing of hills of minutes at a given power.
        [ride(date(2026, 11, 1), workout="")],
    ],
)
def test_without_a_hill_ride_the_strong_begin_with_standard_hills(coach, home, monkeypatch, before):
    rider_file(home, STRONG)
    did(monkeypatch, *before)
    code, out, err = coach(*NEW, "--json")
    assert (code, json.loads(out)["level"]) == (0, "standard")
    told = "no hill ride of the last 12 weeks in rides, so standard hills; --level strong asks more"
    assert told in err.splitlines()
    code, out, err = coach(*NEW, "--json", "--level", "strong")
    assert (code, json.loads(out)["level"]) == (0, "strong")
    assert "--level" not in err
    # Of whoever is held back nothing more is offered.
    (home / "rider-health.toml").write_text("answered = 2026-11-01\nany_yes = true\n")
    code, out, err = coach(*NEW, "--json")
    assert (code, json.loads(out)["level"]) == (0, "starter")
    assert "--level" not in err


def test_hill_rides_of_the_last_weeks_are_looked_for(coach, home, monkeypatch):
    rider_file(home, STRONG)
    asked = did(monkeypatch, ride(date(2026, 11, 1), workout="my-own-hills"))
    code, out, err = coach(*NEW, "--json", "--simulated", "--out", "away")
    assert (code, json.loads(out)["level"]) == (0, "strong")
    assert "--level" not in err
    assert asked[0] == (Path("away"), {"first": date(2026, 8, 30), "simulated": True})


def test_without_a_rider_file_the_example_is_told(coach):
    assert "rider: the example rider" in coach(*NEW)[2]
    assert "rider:" not in coach(*NEW, "--level", "starter")[2]


def test_after_a_yes_to_the_health_questions_there_is_starter_and_no_other(coach, home):
    rider_file(home)
    (home / "rider-health.toml").write_text("answered = 2026-11-01\nany_yes = true\n")
    code, out, err = coach(*NEW, "--json")
    assert (code, json.loads(out)["level"]) == (0, "starter")
    assert "Talk to a health professional first" in err
    code, out, err = coach(*NEW, "--level", "strong")
    assert (code, out) == (2, "")
    assert "talk to a health professional first" in err
    assert coach(*NEW, "--level", "starter")[0] == 0


def test_a_rider_file_that_is_not_there_is_told(coach):
    code, out, err = coach(*NEW, "--level", "standard", "--rider", "nobody.toml")
    assert (code, out) == (2, "")
    assert "nobody.toml" in err


def test_a_kept_plan_of_harder_hills_is_held_back_too(coach, home):
    assert coach(*NEW, "--save")[0] == 0
    rider_file(home)
    (home / "rider-health.toml").write_text("answered = 2026-11-01\nany_yes = true\n")
    code, out, err = coach("--json")
    assert (code, json.loads(out)["level"]) == (0, "starter")
    assert "until then these are starter hills, and nothing is raised" in err


def test_after_a_yes_nothing_is_raised_and_nothing_offered(coach, home, monkeypatch):
    rider_file(home)
    (home / "rider-health.toml").write_text("answered = 2026-11-01\nany_yes = true\n")
    assert coach(*NEW, "--save")[0] == 0
    assert "kept before" not in coach(*NEW, "--save")[2]
    days = [date(2026, 11, 23) + timedelta(days=7 * week) for week in range(5)]
    did(monkeypatch, *(ride(day, "hills-starter") for day in days))
    set_clock(monkeypatch, datetime(2026, 12, 22, tzinfo=UTC))
    plan = made(coach)
    raises = ("hill_power_pct", "hill_time_s", "stand_time_s")
    assert not any(session[raised] for session in sessions(plan) for raised in raises)
    assert not any("--level" in week["why"] for week in plan["weeks"])
    (home / "rider-health.toml").unlink()
    assert any(session["hill_power_pct"] for session in sessions(made(coach)))


# --- the kept plan --------------------------------------------------------------------------------


def test_a_kept_plan_is_gone_on_with(coach):
    code, out, err = coach(*NEW, *BERLIN, "--at", "6:45", "--save")
    assert (code, out.splitlines()[-1]) == (0, f"saved: {Path('rides/plan.toml')}")
    assert "nothing is kept" not in err
    assert coach()[1] == "\n".join(out.splitlines()[:-1]) + "\n"


def test_a_plan_that_is_not_kept_says_so(coach):
    assert "nothing is kept; add --save" in coach(*NEW)[2]
    assert not Path("rides").exists()


def test_none_kept_is_told_with_what_to_type(coach):
    for typed, missing in [
        ((), "--weeks and --days"),
        (("--weeks", "8"), "--days must"),
        (("--days", "mon"), "--weeks must"),
    ]:
        code, out, err = coach(*typed)
        assert (code, out) == (2, "")
        assert missing in err
        assert "coach plan --weeks 8 --days mon,wed,sat" in err
        assert len(err.splitlines()) == 1


def test_what_is_typed_is_taken_over_what_is_kept(coach):
    coach(*NEW, *BERLIN, "--level", "strong", "--at", "6:00", "--save")
    longer = made(coach, "--weeks", "12")
    assert len(longer["weeks"]) == 12
    assert (longer["level"], longer["at"], longer["zone"]) == ("strong", "06:00", "Europe/Berlin")
    assert made(coach, "--days", "tue")["days"] == ["tue"]
    assert made(coach, "--at", "00:00")["at"] == "00:00"
    own = made(coach, *NEW, "--zone", "UTC")
    assert (own["level"], own["at"]) == ("standard", "18:00")


def test_a_plan_kept_before_is_told(coach):
    coach(*NEW, *BERLIN, "--save")
    err = coach("--weeks", "6", "--days", "tue,thu", "--save")[2]
    assert (
        "kept before: coach plan --weeks 8 --days mon,wed,sat --start 2026-11-23 --level standard"
        " --at 18:00 --zone Europe/Berlin\n"
    ) in err
    assert "kept before" not in coach("--save")[2]
    assert parse_request(Path("rides/plan.toml").read_text(), "").days == (1, 3)


def test_a_kept_plan_with_mistakes_is_told_with_its_lines(coach):
    coach(*NEW, "--save")
    path = Path("rides/plan.toml")
    path.write_text(path.read_text().replace("weeks = 8", "weeks = 0"))
    code, out, err = coach()
    assert (code, out) == (2, "")
    assert err.startswith(f"{path}:3: weeks: expected a number of weeks, 1 to 52, found 0")
    assert coach(*NEW, "--save")[0] == 0
    assert coach()[0] == 0


def test_a_kept_plan_in_another_folder(coach):
    assert coach(*NEW, "--save", "--out", "weeks")[0] == 0
    assert coach("--out", "weeks")[0] == 0
    assert coach()[0] == 2
    assert "--days mon,wed,sat --out months'" in coach("--out", "months")[2]


# --- what was done --------------------------------------------------------------------------------


def test_what_was_done_is_told_and_answered(coach, monkeypatch):
    coach(*NEW, *BERLIN, "--save")
    set_clock(monkeypatch, SUNDAY + timedelta(days=15))  # Monday of week 3
    did(monkeypatch, ride(date(2026, 11, 23), cr10=8.0), ride(date(2026, 11, 25), "intervals"))
    code, out, _ = coach()
    assert code == 0
    assert "  Mon 23 Nov  Hills      done: hills, nothing added\n" in out
    assert "  Wed 25 Nov  Intervals  done: 2 rounds\n" in out
    assert "  Sat 28 Nov  Strength   missed: three muscle groups\n" in out
    assert "  Mon 30 Nov  Hills      missed: " in out
    assert "Week 3: Mon  7 Dec to Sun 13 Dec 2026, this week\n" in out
    assert "  Mon  7 Dec  Hills      today: " in out
    assert "felt like 8 of 10" in " ".join(out.split())
    assert [each["done"] for each in sessions(made(coach))[:3]] == [True, True, False]


def test_what_was_done_is_looked_for_where_and_when_it_counts(coach, monkeypatch):
    asked = did(monkeypatch)
    coach(*NEW, "--out", "weeks")
    coach(*NEW, "--start", "2026-10-05", "--simulated")
    assert asked == [
        (Path("weeks"), {"first": date(2026, 11, 23), "simulated": False}),
        (Path("rides"), {"first": date(2026, 10, 5), "simulated": True}),
    ]


def test_only_what_is_still_to_come_has_something_to_type(coach, monkeypatch):
    coach(*NEW, "--save")
    set_clock(monkeypatch, SUNDAY + timedelta(days=15))
    did(monkeypatch)
    out = coach()[1]
    assert out.index("    coach ride") > out.index("Week 3:")


def test_the_log_of_strength_sessions_counts(coach, monkeypatch):
    from coach import profile
    from coach.journal.strength import LOG_NAME, StrengthLog
    from coach.strength.routine import SetDone, Work

    coach(*NEW, "--zone", "UTC", "--save")
    routine = profile.load_routine(profile.find_routine("glutes"))
    exercise = routine.groups[0].exercises[0]
    now = datetime(2026, 11, 28, 18, tzinfo=UTC)
    log = StrengthLog(Path("rides") / LOG_NAME)
    session = log.begin(now, "glutes", [Work(exercise, 1, 12)])
    log.add(session, now, SetDone(exercise.name, 1, None, 12, None))
    log.end(session, now, 5.0, finished=True)
    log.close()
    set_clock(monkeypatch, datetime(2026, 12, 7, tzinfo=UTC))
    code, out, err = coach()
    assert (code, err) == (0, "")
    assert "  Sat 28 Nov  Strength   done: three muscle groups\n" in out


def test_a_damaged_file_is_told_and_the_plan_is_made(coach):
    coach(*NEW, "--save")
    Path("rides/2026-11-23_180000_hills.ride").write_bytes(b"no ride at all")
    code, out, err = coach()
    assert code == 3
    assert "2026-11-23_180000_hills.ride" in err
    assert out.startswith("8 weeks")


def test_a_clock_set_back_is_told_and_the_plan_is_made(coach, monkeypatch):
    coach(*NEW, "--zone", "UTC", "--save")
    did(monkeypatch, ride(date(2026, 12, 7)))
    set_clock(monkeypatch, datetime(2026, 12, 5, 12, tzinfo=UTC))
    code, out, err = coach()
    assert (code, len(err.splitlines())) == (3, 1)
    assert "is of 2026-12-07, but this computer says it is 2026-12-05: set its clock right" in err
    assert out.startswith("8 weeks")
    # East of here a ride may be of tomorrow.
    set_clock(monkeypatch, datetime(2026, 12, 6, 12, tzinfo=UTC))
    assert coach()[0] == 0


def test_a_kept_plan_that_has_not_begun_is_told(coach, monkeypatch):
    coach(*NEW, "--zone", "UTC", "--save")
    set_clock(monkeypatch, datetime(2026, 11, 1, tzinfo=UTC))
    code, out, err = coach()
    assert code == 0
    assert err == "the kept plan begins on Mon 23 Nov 2026; today is Sun  1 Nov 2026\n"
    assert out.startswith("8 weeks")


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2027, 1, 17), ""),
        (date(2027, 1, 18), "add --weeks 13 --save to go on with it, or --start 2027-01-18 --save"),
        (date(2027, 10, 24), "add --weeks 52 --save to go on with it, or --start 2027-10-25"),
        (date(2027, 10, 25), "Jan 2027; add --start 2027-10-25 --save to begin anew"),
    ],
)
def test_a_kept_plan_that_has_ended_says_how_to_go_on(coach, monkeypatch, day, told):
    coach(*NEW, "--zone", "UTC", "--save")
    set_clock(monkeypatch, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    code, _, err = coach()
    assert code == 0
    assert told in err
    assert err.startswith("the kept plan ended on Sun 17 Jan 2027; " if told else "")
    assert err.count("\n") == bool(told)
    if told:
        words = re.findall(r"--[^,]*?--save", err)
        for typed in words:
            code, _, err = coach(*shlex.split(typed))
            assert (code, "ended" in err) == (0, False)


# --- somebody made up -----------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["obedient", "tired"])
def test_weeks_of_somebody_made_up(coach, character):
    code, out, _ = coach(*NEW, "--simulate", character)
    assert code == 0
    assert out.startswith(f"8 weeks of a rider who is {character}, standard level: Mon Wed Sat")
    assert "    coach" not in out
    workouts = {each["workout"] for each in sessions(made(coach, *NEW, "--simulate", character))}
    assert ("hills-starter" in workouts) == (character == "tired")
    assert ("hills-starter" in out) == (character == "tired")


def test_nobody_else_can_be_made_up(coach):
    code, out, err = coach(*NEW, "--simulate", "lazy")
    assert (code, out) == (2, "")
    assert "obedient" in err
    assert "tired" in err


def test_weeks_of_somebody_made_up_are_not_kept(coach):
    for option in (("--save",), ("--ics", "plan.ics")):
        code, out, err = coach(*NEW, "--simulate", "tired", *option)
        assert (code, out) == (2, "")
        assert err.startswith(option[0])
    assert os.listdir() == []


# --- the calendar ---------------------------------------------------------------------------------


def test_a_calendar_of_the_plan(coach):
    planned = sessions(made(coach, *NEW))
    code, out, _ = coach(*NEW, *BERLIN, "--ics", "plan.ics")
    assert (code, out.splitlines()[-1]) == (0, f"saved: plan.ics, {len(planned)} events")
    calendar = icalendar.Calendar.from_ical(Path("plan.ics").read_bytes())
    begin = [event.start for event in calendar.events]
    assert [f"{start:%Y-%m-%d}" for start in begin] == [each["date"] for each in planned]
    timed = [start for start in begin if isinstance(start, datetime)]
    assert len(timed) == sum(each["kind"] != "rest" for each in planned) < len(begin)
    assert {start.tzinfo for start in timed} == {ZoneInfo("Europe/Berlin")}
    assert {start.hour for start in timed} == {18}
    assert calendar.events[0].stamp == SUNDAY
    assert "coach ride hills --trainer ant\n" in calendar.events[0].description
    assert os.listdir() == ["plan.ics"]


def test_a_calendar_says_the_same_to_type_as_the_plan(coach, tmp_path):
    mine = tmp_path / "me.toml"
    mine.write_text("[rider]\nmass_kg = 75\nftp_w = 220\n")
    code, out, _ = coach(*NEW, "--out", "my rides", "--rider", mine, "--json", "--ics", "plan.ics")
    assert code == 0
    events = icalendar.Calendar.from_ical(Path("plan.ics").read_bytes()).events
    for event, session in zip(events, sessions(json.loads(out)), strict=True):
        typed = event.description.split("\n\n")[1:-1]
        assert typed == ([session["command"]] if session["workout"] else [])


def test_a_calendar_is_written_over_the_one_before(coach):
    coach(*NEW, "--ics", "plan.ics")
    out = coach("--weeks", "1", "--days", "mon", "--ics", "plan.ics")[1]
    assert out.endswith("\nsaved: plan.ics, 1 event\n")
    assert len(icalendar.Calendar.from_ical(Path("plan.ics").read_bytes()).events) == 1


def test_a_calendar_is_whole_or_as_it_was(coach, monkeypatch):
    Path("plan.ics").write_bytes(b"before")

    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    code, _, err = coach(*NEW, "--ics", "plan.ics")
    assert code == 1
    assert "plan.ics cannot be written (No space left on device); name another place" in err
    assert os.listdir() == ["plan.ics"]
    assert Path("plan.ics").read_bytes() == b"before"


def test_a_calendar_beside_json_leaves_json_alone(coach):
    code, out, err = coach(*NEW, "--json", "--save", "--ics", "plan.ics")
    assert code == 0
    assert len(json.loads(out)["weeks"]) == 8
    assert "saved: plan.ics, " in err
    assert f"saved: {Path('rides/plan.toml')}\n" in err


def test_a_calendar_on_stdout_is_alone_there(coach):
    code, out, err = coach(*NEW, "--save", "--ics", "-")
    assert code == 0
    assert out.startswith("BEGIN:VCALENDAR")
    assert out.rstrip().endswith("END:VCALENDAR")
    assert "saved: rides" in err
    assert os.listdir() == ["rides"]


# --- what makes no sense --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--weeks", "0", "--days", "mon"), "--weeks: expected a number of weeks, 1 to 52"),
        (("--weeks", "53", "--days", "mon"), "--weeks: expected a number of weeks, 1 to 52"),
        (("--weeks", "abc", "--days", "mon"), "--weeks: expected a number of weeks, 1 to 52"),
        (("--weeks", "", "--days", "mon"), "--weeks: expected a number of weeks, 1 to 52"),
        (("--weeks", "8", "--days", "frida"), "--days: expected days such as mon,wed,sat"),
        (("--weeks", "8", "--days", ""), "--days: expected days such as mon,wed,sat"),
        (("--weeks", "8", "--days", "mon,"), "--days: expected days such as mon,wed,sat"),
        (("--weeks", "8", "--days", "mon,mon"), "--days: expected every day once"),
        (("--weeks", "8", "--days", "mon tue"), "--days: expected days such as mon,wed,sat"),
        ((*NEW, "--start", "2026-02-30"), "--start: expected a date such as 2026-11-23"),
        ((*NEW, "--start", "31.12.2026"), "--start: expected a date such as 2026-11-23"),
        ((*NEW, "--start", "9999-12-27"), "--start: expected a date such as 2026-11-23"),
        ((*NEW, "--start", ""), "--start: expected a date such as 2026-11-23"),
        ((*NEW, "--zone", "Mars"), "--zone: expected a time zone such as Europe/Berlin"),
        ((*NEW, "--at", "25:00"), "--at: expected a time of day such as 18:00"),
        ((*NEW, "--ics", "no/plan.ics"), "--ics: there is no folder no"),
        ((*NEW, "--ics", "."), "--ics: . is a folder"),
        ((*NEW, "--ics", ""), "--ics: . is a folder"),
        ((*NEW, "--ics", "plan.txt"), "--ics: plan.txt does not end in .ics"),
        ((*NEW, "--ics", "-", "--json"), "--ics -: stdout takes"),
        ((*NEW, "--out", __file__), "not a folder"),
        ((*NEW, "--rider", "nobody.toml"), "there is no file nobody.toml"),
    ],
)
def test_misuse_is_one_sentence_and_exit_code_two(coach, typed, told):
    code, out, err = coach(*typed)
    assert (code, out) == (2, "")
    sentence = err.splitlines()[-1]
    assert told in sentence
    assert os.listdir() == []


def test_a_folder_named_like_a_calendar_is_left_alone(coach):
    Path("plan.ics").mkdir()
    assert coach(*NEW, "--ics", "plan.ics")[0] == 2


def test_a_calendar_is_written_into_no_device(coach):
    os.mkfifo("pipe.ics")
    code, _, err = coach(*NEW, "--ics", "pipe.ics")
    assert code == 2
    assert "pipe.ics is not a file" in err


def test_a_level_that_there_is_not_is_told(coach):
    code, out, err = coach(*NEW, "--level", "hard")
    assert (code, out) == (2, "")
    assert "'hard' is not one of 'starter', 'standard', 'strong'" in err


def test_the_last_weeks_there_are_can_be_planned(coach):
    plan = made(coach, "--weeks", "52", "--days", "sun", "--start", "2099-12-31")
    assert sessions(plan)[-1]["date"] == "2100-12-26"


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from coach.cli import run; run(['plan', '--help']);"
        "print([n for n in ('pydantic', 'icalendar') if n in sys.modules],"
        " file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"
    assert "--weeks N" in ran.stdout


def test_a_pipe_that_closes_costs_neither_plan_nor_calendar(home):
    read, write = os.pipe()
    os.close(read)
    words = ["plan", *NEW, *BERLIN, "--save", "--ics", "plan.ics"]
    subprocess.run([sys.executable, "-m", "coach", *words], stdout=write, timeout=60)
    os.close(write)
    assert parse_request(Path("rides/plan.toml").read_text(), "plan.toml").weeks == 8
    assert Path("plan.ics").read_bytes().count(b"BEGIN:VEVENT") == 24
