"""``coach strength``: listed, logged, and how a session begins and is taken up again."""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import ModuleType

import pytest
from timeline import HILLS, RIDER

from coach import journal, profile
from coach.cli import run
from coach.commands import health
from coach.commands import strength as command
from coach.guidance.technique import DISCLAIMER, STOP_RULES
from coach.journal.strength import LOG_NAME, StrengthLog, load
from coach.messages import Sample
from coach.strength.routine import SetDone, Side, Work
from coach.training import facts as facts_module
from coach.training.facts import RideFacts
from coach.training.kept import KEPT_NAME, format_request
from coach.training.plan import Request

ROUTINE = profile.load_routine(profile.find_routine("glutes"))
EXERCISES = [each for group in ROUTINE.groups for each in group.exercises]
LUNGE, BRIDGE = EXERCISES[0], EXERCISES[-1]
NOW = datetime(2025, 1, 8, 18, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def coach(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def run_coach(*arguments, here=True):
        folder = ["--out", str(tmp_path)] if here else []
        code = run(["strength", *(str(each) for each in arguments), *folder])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run_coach


class Terminal:
    """Somebody at the terminal, and a guide that does what it is told."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.asked: list[str] = []
        self.guided: list[tuple[object, ...]] = []
        self.now = NOW
        self.dumb = False
        self.words: tuple[object, ...] = ()

    def prompt(self, text: str) -> str:
        self.asked.append(text)
        return self.answers.pop(0)

    def guide(self, routine, work, log, session, done, *, display, again) -> bool:
        self.guided.append((routine, work, session, tuple(done)))
        self.words = (display, *again)
        log.add(session, self.now, SetDone("bridge", 1, None, 20, None))
        return True

    @property
    def work(self) -> dict[str, tuple[int, int]]:
        _, work, *_ = self.guided[-1]
        return {each.exercise.name: (each.sets, each.reps) for each in work}


@pytest.fixture
def terminal(monkeypatch):
    there = Terminal()
    guided = ModuleType("coach.commands.guided")
    guided.guide = there.guide
    monkeypatch.setitem(sys.modules, "coach.commands.guided", guided)
    monkeypatch.setattr("coach.commands.guided", guided, raising=False)
    monkeypatch.setattr(command, "at_a_terminal", lambda: True)
    monkeypatch.setattr(
        "coach.live.strength.strength_display",
        lambda *, quiet: None if there.dumb else f"screen, quiet={quiet}",
    )
    monkeypatch.setattr(command, "_now", lambda: there.now)
    monkeypatch.setattr("click.termui.visible_prompt_func", there.prompt)
    return there


def logged(path, when=NOW, *, reps=20, asked=20, finished=True, cr10=4.0, exercises=EXERCISES):
    """Write a session of 3 sets to the log; `reps` may be a dict by exercise."""
    log = StrengthLog(path / LOG_NAME)
    session = log.begin(when, "glutes", [Work(each, 3, asked) for each in exercises])
    for exercise in exercises:
        for number in (1, 2, 3):
            for side in Side if exercise.per_leg else (None,):
                count = reps[exercise.name] if isinstance(reps, dict) else reps
                log.add(session, when, SetDone(exercise.name, number, side, count, 0.0))
    if finished is not None:
        log.end(session, when, cr10, finished)
    log.close()
    return session


def ridden(path, start, trainer="ant:12345"):
    kept = journal.Journal(path, journal.Header("Test", start, RIDER, HILLS, trainer, "0.1.0"))
    kept.stepped(0.0)
    kept.told([], [], [], [Sample(float(n), float(n), 0, power=100.0) for n in range(1, 30)])
    kept.finish(30.0, 30.0)
    return path


# --- the routine --------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--json"], ["--list", "--json"], ["glutes", "--json"]])
def test_the_list_for_programs_is_the_source_s(coach, arguments):
    """Three groups, 3 x 20, per leg where one-legged: reference notes, section 3.6."""
    code, out, err = coach(*arguments)
    groups = json.loads(out)["groups"]
    assert (code, err) == (0, "")
    assert [
        (
            group["name"],
            [(e["name"], e["sets"], e["reps"], e["per_leg"]) for e in group["exercises"]],
        )
        for group in groups
    ] == [
        (
            "glutes",
            [
                ("skater_lunge", 3, 20, True),
                ("walking_lunge", 3, 20, True),
                ("single_leg_squat", 3, 20, True),
            ],
        ),
        (
            "hamstrings",
            [("stiff_leg_deadlift", 3, 20, False), ("hamstring_ball_curl", 3, 20, False)],
        ),
        ("lower_back", [("superman", 3, 20, False), ("bridge", 3, 20, False)]),
    ]


def test_the_list_is_the_source_s_whatever_was_done(coach, tmp_path):
    logged(tmp_path, reps=12, asked=12)
    _, out, _ = coach("--list")
    assert out.count("3 × 20") == 7
    assert out.count("3 × 20 with each leg") == 3


@pytest.mark.parametrize("flag", ["--list", "--how"])
def test_the_list_fits_a_terminal(coach, flag):
    code, out, err = coach(flag)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for exercise in EXERCISES:
        assert exercise.title in out
        assert exercise.purpose in out
        assert (exercise.harder in out) == (flag == "--how")
        assert all((line in out) == (flag == "--how") for line in (*exercise.how, *exercise.watch))


def test_a_routine_of_one_s_own(coach, tmp_path):
    mine = tmp_path / "mine.toml"
    text = profile.find_routine("glutes").read_text(encoding="utf-8")
    mine.write_text(text.replace("reps = 20", "reps = 8"), encoding="utf-8")
    code, out, _ = coach(mine, "--list")
    assert (code, out.count("3 × 8")) == (0, 7)
    mine.write_text(text.replace("reps = 20", "reps = 800"), encoding="utf-8")
    code, out, err = coach(mine, "--list")
    assert (code, out) == (2, "")
    assert err.startswith(f"{mine}:")
    assert "reps: expected a whole number, 1 to 50, found 800" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--list", "--log"], "--list and --log do not go together; choose one"),
        (["--how", "--rules"], "--list and --rules do not go together; choose one"),
        (["--json", "--full"], "--full is for a session, --json begins none; leave one out"),
        (["--log", "--after", "x.ride"], "--after is for a session, --log begins none"),
        (["glutes", "--log"], "--log is of all routines; leave 'glutes' out"),
        (["nope"], "there is no strength routine 'nope'"),
        (["./none.toml"], "there is no file none.toml"),
        ([], "a session is guided on the screen of a terminal, and this is none; 'coach strength"),
    ],
)
def test_misuse_is_told(coach, tmp_path, arguments, told):
    code, out, err = coach(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(told)
    assert list(tmp_path.iterdir()) == []


def test_the_rules_are_shown(coach):
    code, out, _ = coach("--rules")
    assert code == 0
    assert "evidence" in out
    code, out, _ = coach("--rules", "--json")
    assert (code, isinstance(json.loads(out), list)) == (0, True)


# --- the log ------------------------------------------------------------------------------------


def test_no_log_yet(coach, tmp_path):
    code, out, err = coach("--log")
    assert (code, out) == (0, "")
    assert err == f"{tmp_path / LOG_NAME}: no session yet; 'coach strength' begins one\n"
    code, out, _ = coach("--log", "--json")
    assert (code, json.loads(out)) == (0, {"sessions": [], "warnings": []})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_folder_that_is_not_there_has_no_log(coach, tmp_path, more):
    nowhere = tmp_path / "nowhere"
    code, out, err = coach("--log", *more, "--out", nowhere, here=False)
    assert (code, out) == (2, "")
    assert err.startswith(f"{nowhere}: there is no such folder; ")
    assert not nowhere.exists()
    nowhere.touch()
    code, out, err = coach("--log", *more, "--out", nowhere, here=False)
    assert (code, out) == (2, "")
    assert err.startswith(f"{nowhere}: not a folder; ")


def test_exercises_of_a_shipped_routine_have_their_titles(coach, tmp_path):
    squat = next(each for each in EXERCISES if each.name == "single_leg_squat")
    logged(tmp_path, exercises=[squat])
    assert "  Single-leg squat, left/right  " in coach("--log")[1]
    # Of another routine the log knows no more than the names.
    path = tmp_path / LOG_NAME
    path.write_text(path.read_text().replace('"glutes"', '"mine"'))
    logged(tmp_path, NOW + timedelta(days=2), exercises=[squat])
    mine, glutes = coach("--log")[1].split("\n\n")
    assert "  Single leg squat, left/right  " in mine
    assert "  Single-leg squat, left/right  " in glutes


def test_a_log_that_cannot_be_read_is_not_called_new(coach, tmp_path):
    (tmp_path / LOG_NAME).write_bytes(b"\x00\x01\n")
    code, out, err = coach("--log")
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        f"{tmp_path / LOG_NAME}: no session could be read",
        f"{tmp_path / LOG_NAME}: line 1 was skipped: it is cut or damaged",
    ]


def test_the_log_for_people(coach, tmp_path):
    log = StrengthLog(tmp_path / LOG_NAME)
    session = log.begin(NOW, "glutes", [Work(LUNGE, 2, 15), Work(BRIDGE, 2, 15)])
    for each in (
        SetDone("skater_lunge", 1, Side.LEFT, 15, 2.5),
        SetDone("skater_lunge", 1, Side.RIGHT, 14, 2.5),
        SetDone("skater_lunge", 2, Side.RIGHT, 9, 5.0),
        SetDone("bridge", 1, None, 15, 0.0),
        SetDone("bridge", 2, None, 12, None),
    ):
        log.add(session, NOW, each)
    log.close()
    code, out, err = coach("--log")
    assert (code, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == [
        "2025-01-08 18:00, glutes, 3 of 4 sets, not finished",
        "  Skater lunge, left/right  15/14  -/9  2.5 kg 5 kg",
        "  Bridge                    15  12",
    ]
    logged(tmp_path, NOW + timedelta(days=2), exercises=[BRIDGE], cr10=4.5)
    _, out, _ = coach("--log")
    assert "\n\n2025-01-10 18:00, glutes, 3 of 3 sets, felt 4.5 of 10\n" in out


def test_the_log_for_programs(coach, tmp_path):
    logged(tmp_path, exercises=[LUNGE])
    code, out, err = coach("--log", "--json")
    assert (code, err) == (0, "")
    read = json.loads(out)
    assert read["warnings"] == []
    (session,) = read["sessions"]
    assert {key: session[key] for key in ("start", "routine", "finished", "cr10")} == {
        "start": "2025-01-08T18:00:00+01:00",
        "routine": "glutes",
        "finished": True,
        "cr10": 4.0,
    }
    assert len(session["sets"]) == 6
    assert session["sets"][1] == {
        "exercise": "skater_lunge",
        "set": 1,
        "side": "right",
        "reps": 20,
        "load_kg": 0.0,
    }


def test_a_log_that_is_cut_is_shown_as_far_as_it_goes(coach, tmp_path):
    logged(tmp_path, exercises=[BRIDGE])
    path = tmp_path / LOG_NAME
    path.write_bytes(path.read_bytes()[:-20])
    code, out, err = coach("--log")
    assert code == 3
    assert "3 of 3 sets" in out
    assert err == f"{path}: line 5 was skipped: it is cut or damaged\n"
    code, out, _ = coach("--log", "--json")
    assert (code, len(json.loads(out)["warnings"])) == (3, 1)


def test_a_clock_set_back_is_a_sentence(coach, tmp_path):
    logged(tmp_path, exercises=[BRIDGE])
    logged(tmp_path, NOW - timedelta(days=400), exercises=[BRIDGE])
    code, out, err = coach("--log")
    assert (code, out.count("3 of 3 sets")) == (3, 2)
    assert "the clock was set back" in err


def test_a_folder_in_the_log_s_place(coach, terminal, tmp_path):
    (tmp_path / LOG_NAME).mkdir()
    for arguments in (["--log"], []):
        code, out, err = coach(*arguments)
        assert (code, out) == (1, "")
        assert err.count("\n") == 1


# --- a session ----------------------------------------------------------------------------------


def test_the_first_session_is_short_and_safe(coach, terminal, tmp_path):
    terminal.answers = [""]
    code, out, err = coach()
    assert (code, err) == (0, "")
    assert out.startswith(
        "Glutes, hamstrings and lower back: 7 exercises, about 12 minutes.\n"
        "The first session is short, to learn the movements: one set of 12.\n"
        "Leave 6 hours between this and the next hills, and 48 to the next session.\n\n"
        "General fitness information for healthy adults, not medical advice."
    )
    told = " ".join(out.split())
    assert f"{DISCLAIMER} Muscles may tire." in told
    assert all(rule in told for rule in STOP_RULES)
    assert max(map(len, out.splitlines())) <= 80
    assert terminal.work == {each.name: (1, 12) for each in EXERCISES}
    (session,) = load(tmp_path / LOG_NAME).sessions
    assert (session.start, session.routine, len(session.asked)) == (NOW, "glutes", 7)


@pytest.mark.parametrize("answer", ["true", "false"])
def test_a_yes_to_the_questions_of_health_is_recalled(coach, terminal, tmp_path, answer):
    """After any yes a professional comes first: reference notes, section 7."""
    path = health.answers_path(profile.default_rider_path())
    path.parent.mkdir(parents=True)
    path.write_text(f"answered = 2025-01-06\nany_yes = {answer}\n")
    terminal.answers = ["y"]
    _, out, _ = coach()
    assert ("was a yes: talk to a health professional first.\n" in out) == (answer == "true")


def test_the_words_before_a_session_fit_a_narrow_terminal(coach, terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    terminal.answers = ["y"]
    _, out, _ = coach()
    assert max(map(len, out.splitlines())) <= 50


def test_how_to_take_it_up_is_what_was_typed(coach, terminal, tmp_path):
    terminal.answers = ["y", "n", "y"]
    coach("glutes", "--quiet")
    assert terminal.words == ("screen, quiet=True", "strength", "glutes", "--out", str(tmp_path))
    coach()
    assert terminal.words == ("screen, quiet=False", "strength", "--out", str(tmp_path))


def test_who_does_not_begin_leaves_nothing_in_the_log(coach, terminal, tmp_path):
    terminal.answers = ["n"]
    code, _, _ = coach()
    assert (code, terminal.guided) == (0, [])
    assert load(tmp_path / LOG_NAME).sessions == ()


def test_full_is_the_source_s_dose(coach, terminal):
    terminal.answers = ["y"]
    _, out, _ = coach("--full")
    assert terminal.work == {each.name: (3, 20) for each in EXERCISES}
    assert "about 46 minutes.\nThe routine's full dose, as you asked.\n" in out


def test_the_log_says_how_much(coach, terminal, tmp_path):
    for week in range(4):
        logged(tmp_path, NOW + timedelta(weeks=week), reps=15, asked=15)
    terminal.now = NOW + timedelta(weeks=4)
    terminal.answers = ["y"]
    _, out, _ = coach()
    assert "Training week 5, the routine's full dose: three sets of 20.\n" in out
    assert "Where one or two more than 20 go well in every set, do them and count" in out
    assert terminal.work == {each.name: (3, 20) for each in EXERCISES}


def test_who_went_beyond_gets_more_load_and_fifteen(coach, terminal, tmp_path):
    """2-10 % when 1-2 repetitions more are possible, back to 3 x 15: section 3.6, ACSM 2009."""
    superman = EXERCISES[-2]
    logged(
        tmp_path,
        NOW - timedelta(days=6),
        reps={"bridge": 21, "superman": 20},
        exercises=[BRIDGE, superman],
    )
    logged(tmp_path, NOW - timedelta(days=3), reps=20, exercises=[LUNGE])
    terminal.answers = ["y", "y"]
    _, out, _ = coach("--full")
    assert terminal.work == {e.name: (3, 15 if e is BRIDGE else 20) for e in EXERCISES}
    assert max(map(len, out.splitlines())) <= 80
    assert (
        "Bridge: every set went beyond 20 last time, so take 2 to 10 % more load, or the harder"
        " variant (a weight on the hips, or one leg stretched out), and 15 repetitions."
    ) in " ".join(out.split())
    terminal.now = NOW + timedelta(days=3)
    _, out, _ = coach("--full")
    assert terminal.work["bridge"] == (3, 15)
    assert "Bridge: 15 with the load you added, until every set goes beyond.\n" in out


@pytest.mark.parametrize(
    ("weeks_ago", "full", "sets"), [(3, False, 2), (2, False, 3), (4, False, 3), (3, True, 3)]
)
def test_an_easy_week_of_the_plan_has_one_set_less(
    coach, terminal, tmp_path, weeks_ago, full, sets
):
    start = NOW.date() - timedelta(weeks=weeks_ago, days=2)
    asked = Request(start, 8, (0, 2, 5), zone="Europe/Berlin")
    (tmp_path / KEPT_NAME).write_text(format_request(asked))
    for week in range(6, 0, -1):
        logged(tmp_path, NOW - timedelta(weeks=week), reps=20, asked=20)
    terminal.answers = ["y"]
    _, out, _ = coach(*(["--full"] if full else []))
    assert terminal.work == {each.name: (sets, 20) for each in EXERCISES}
    assert ("An easy week of your plan: no exercise gets more than 2 sets.\n" in out) == (sets == 2)


def test_an_easy_week_takes_off_no_last_set(coach, terminal, tmp_path):
    asked = Request(NOW.date() - timedelta(weeks=3), 8, (0, 2, 5))
    (tmp_path / KEPT_NAME).write_text(format_request(asked))
    terminal.answers = ["y"]
    coach()
    assert terminal.work == {each.name: (1, 12) for each in EXERCISES}


def test_a_kept_plan_with_mistakes_is_told_and_costs_no_session(coach, terminal, tmp_path):
    (tmp_path / KEPT_NAME).write_text("weeks = 99\n")
    terminal.answers = ["y"]
    code, _, err = coach()
    assert (code, len(terminal.guided)) == (0, 1)
    assert "plan.toml:1: weeks" in err
    assert "This session goes by no plan." in err


def test_two_days_between_sessions_are_recalled_not_forced(coach, terminal, tmp_path):
    logged(tmp_path, NOW - timedelta(hours=20))
    terminal.answers = ["y"]
    code, out, _ = coach()
    assert code == 0
    assert "The last session was 20 hours ago; 48 hours between two are the convention.\n" in out
    assert len(terminal.guided) == 1


def test_a_damaged_log_is_told_and_goes_on(coach, terminal, tmp_path):
    logged(tmp_path, NOW - timedelta(days=3))
    path = tmp_path / LOG_NAME
    path.write_bytes(path.read_bytes() + b'{"kind": "se')
    terminal.answers = ["y"]
    code, _, err = coach()
    assert code == 0
    assert "was skipped: it is cut or damaged" in err
    assert len(load(path).sessions) == 2


# --- taken up again -----------------------------------------------------------------------------


@pytest.mark.parametrize("finished", [None, False])
def test_an_interrupted_session_is_taken_up(coach, terminal, tmp_path, finished):
    session = logged(tmp_path, asked=15, reps=15, finished=finished, exercises=[LUNGE, BRIDGE])
    terminal.now = NOW + timedelta(hours=11)
    terminal.answers = [""]
    assert coach()[0] == 0
    assert "Go on with the session of 18:00 (6 of 6 sets done), y or n?" in terminal.asked[0]
    routine, work, taken, done = terminal.guided[0]
    assert (routine, taken, len(done)) == (ROUTINE, session, 9)
    assert work == (Work(LUNGE, 3, 15), Work(BRIDGE, 3, 15))
    assert len(load(tmp_path / LOG_NAME).sessions) == 1


def test_whoever_begins_anew_leaves_the_old_one_ended(coach, terminal, tmp_path):
    old = logged(tmp_path, finished=None)
    terminal.answers = ["n", "y"]
    assert coach()[0] == 0
    first, second = load(tmp_path / LOG_NAME).sessions
    assert (first.id, first.ended, first.finished) == (old, True, False)
    assert terminal.guided[0][2] == second.id


@pytest.mark.parametrize(
    ("finished", "passed"),
    [(True, 0), (None, 12 * 60 + 1), (None, -12 * 60 - 1)],
    ids=["finished", "old", "of another clock"],
)
def test_what_is_not_taken_up(coach, terminal, tmp_path, finished, passed):
    logged(tmp_path, finished=finished, exercises=[BRIDGE])
    terminal.now = NOW + timedelta(minutes=passed)
    terminal.answers = ["y"]
    code, _, err = coach()
    assert (code, err) == (0, "")
    assert "Begin" in terminal.asked[0]
    assert len(load(tmp_path / LOG_NAME).sessions) == 2


def test_a_session_whose_beginning_is_lost_is_told_once(coach, terminal, tmp_path):
    logged(tmp_path, finished=None, exercises=[BRIDGE])
    path = tmp_path / LOG_NAME
    path.write_bytes(path.read_bytes()[20:])
    terminal.answers = ["y"]
    code, _, err = coach()
    assert (code, err.count("\n")) == (0, 2)
    assert "line 1 was skipped" in err
    assert "line 2: the beginning of its session is lost" in err


@pytest.mark.parametrize("case", ["other", "gone", "one-legged"])
def test_a_routine_that_changed_is_told_and_its_session_kept(coach, terminal, tmp_path, case):
    changed = {"gone": {"name": "gone"}, "one-legged": {"per_leg": True}}.get(case, {})
    logged(tmp_path, finished=None, exercises=[replace(BRIDGE, **changed)])
    arguments = []
    why = "the exercises of that routine are others now"
    if case == "other":
        mine = tmp_path / "mine.toml"
        mine.write_bytes(profile.find_routine("glutes").read_bytes())
        arguments, why = [mine], "it went by the routine 'glutes'"
    terminal.answers = ["y"]
    code, _, err = coach(*arguments)
    assert (code, err) == (
        0,
        f"The session of 18:00 (3 of 3 sets done) stays in the log as it is: {why}.\n",
    )
    assert "Begin" in terminal.asked[0]
    first, second = load(tmp_path / LOG_NAME).sessions
    assert (len(first.sets), len(second.sets)) == (6 if changed.get("per_leg") else 3, 1)


def test_a_session_left_before_its_first_set_hides_none(coach, terminal, tmp_path):
    old = logged(tmp_path, finished=False, exercises=[BRIDGE])
    log = StrengthLog(tmp_path / LOG_NAME)
    log.begin(NOW, "glutes", [Work(BRIDGE, 3, 20)])
    log.close()
    terminal.answers = ["y"]
    coach()
    assert [each[2] for each in terminal.guided] == [old]


@pytest.mark.parametrize(("finished", "told"), [(None, True), (False, False)])
def test_whoever_was_cut_off_hears_how_to_mend_the_terminal(
    coach, terminal, tmp_path, finished, told
):
    logged(tmp_path, finished=finished)
    terminal.answers = ["y"]
    _, _, err = coach()
    assert ("If you do not see what you type: Ctrl-C, 'reset'.\n" in err) is told


def test_a_terminal_that_cannot_draw_is_told_before_anything_is_asked(coach, terminal, tmp_path):
    terminal.dumb = True
    code, out, err = coach()
    assert (code, out, terminal.asked) == (2, "", [])
    assert "guided on the screen of a terminal, and this is none" in err
    assert list(tmp_path.iterdir()) == []


def test_a_clock_set_back_since_takes_no_session_away(coach, terminal, tmp_path):
    logged(tmp_path, finished=None)
    terminal.now = NOW - timedelta(hours=2)
    terminal.answers = ["y"]
    coach()
    assert "Go on" in terminal.asked[0]


def test_a_clock_once_set_back_is_not_told_before_every_session(coach, terminal, tmp_path):
    logged(tmp_path, exercises=[BRIDGE])
    logged(tmp_path, NOW - timedelta(days=400), exercises=[BRIDGE])
    terminal.answers = ["n"]
    assert "clock" not in coach()[2]


# --- what the ride showed -----------------------------------------------------------------------


@pytest.fixture
def hard(monkeypatch):
    """Every ride was a hard one; returns whose facts were asked for."""
    rides: list[object] = []

    def hard_one(ride):
        rides.append(ride)
        return RideFacts(cr10=8.0)

    monkeypatch.setattr(facts_module, "facts", hard_one)
    return rides


def test_the_newest_ride_says_what_to_emphasise(coach, terminal, tmp_path, hard):
    ridden(tmp_path / "old.ride", NOW - timedelta(days=5))
    ridden(tmp_path / "new.ride", NOW - timedelta(hours=20))
    ridden(tmp_path / "sim.ride", NOW - timedelta(hours=10), trainer="sim:seed=7")
    terminal.answers = ["y"]
    code, out, _ = coach("--full")
    assert code == 0
    assert terminal.work == {each.name: (2, 20) for each in EXERCISES}
    assert "Today goes by the ride of Tue 7 Jan, 22:00.\nOne set less of everything: " in out
    assert [ride.start for ride in hard] == [(NOW - timedelta(hours=20)).astimezone(UTC)]


def test_a_ride_may_be_named(coach, terminal, tmp_path, hard):
    ridden(tmp_path / "new.ride", NOW - timedelta(hours=2))
    named = ridden(tmp_path / "sim.ride", NOW - timedelta(hours=30), trainer="sim:seed=7")
    terminal.answers = ["y"]
    code, out, _ = coach("--full", "--after", named)
    assert (code, "by the ride of Tue 7 Jan, 12:00.\n" in out) == (0, True)
    assert [ride.simulated for ride in hard] == [True]
    assert terminal.work["bridge"] == (2, 20)


@pytest.mark.parametrize(
    ("ago", "asked"),
    [
        (timedelta(days=14), True),
        (timedelta(days=14, minutes=1), False),
        (timedelta(days=-14), True),
        (timedelta(days=-14, minutes=-1), False),
    ],
)
def test_a_ride_of_fourteen_days_either_way_still_matters(
    coach, terminal, tmp_path, hard, ago, asked
):
    """The other way: by a clock that was wrong once."""
    ridden(tmp_path / "a.ride", NOW - ago)
    terminal.answers = ["y"]
    _, out, _ = coach("--full")
    assert (len(hard), "The ride of" in out or "by the ride of" in out) == (asked, asked)


def test_a_named_ride_without_a_date_is_one_that_was_named(coach, terminal, tmp_path, hard):
    recorded = tmp_path / "road.gpx"
    points = "".join(f'<trkpt lat="47.{at:04}" lon="8"><ele>{at}</ele></trkpt>' for at in range(30))
    recorded.write_text(f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>')
    terminal.answers = ["y"]
    _, out, _ = coach("--full", "--after", recorded)
    assert "Today goes by the ride you named.\nOne set less of everything: " in out


def test_after_two_days_a_hard_ride_takes_nothing_away(coach, terminal, tmp_path, hard):
    ridden(tmp_path / "a.ride", NOW - timedelta(days=3))
    terminal.answers = ["y"]
    _, out, _ = coach("--full")
    assert (len(hard), terminal.work["bridge"]) == (1, (3, 20))
    assert "The ride of Sun 5 Jan, 18:00 changes nothing today.\n" in out


def test_a_ride_that_is_none_is_told_before_anything_is_done(coach, terminal, tmp_path):
    code, _, err = coach("--after", tmp_path / "none.ride")
    assert code == 2
    assert "there is no such file" in err
    assert (terminal.guided, list(tmp_path.iterdir())) == ([], [])


def test_a_newest_ride_that_cannot_be_read_is_told_and_left(coach, terminal, tmp_path):
    start = NOW - timedelta(hours=20)
    header = journal.Header("Test", start, RIDER, HILLS, "ant:12345", "0.1.0")
    journal.Journal(tmp_path / "new.ride", header).close()
    terminal.answers = ["y"]
    code, _, err = coach("--full")
    assert code == 0
    assert err == f"{tmp_path / 'new.ride'}: the ride holds no samples; today goes by no ride\n"
    assert terminal.work["bridge"] == (3, 20)
