"""The strength routine's file: what ships, and what a rider is told of mistakes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach import profile
from coach.errors import ProfileError, RiderInputError
from coach.strength.routine import Exercise, Group, Routine

GLUTES = profile.find_routine("glutes")
TEXT = GLUTES.read_text(encoding="utf-8")

ONE = """
title = "Mine"
about = "One exercise"
sets = 2
reps = 10
rest_s = 30
tempo_s = 2.5
[[group]]
name = "legs"
title = "Legs"
[[group.exercise]]
name = "squat"
title = "Squat"
per_leg = false
purpose = "Legs"
how = ["Down", "Up"]
watch = ["Knees"]
easier = "Less"
harder = "More"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        profile.parse_routine(text, "mine.toml")
    return caught.value.mistakes


def test_the_shipped_routine_is_the_source_s():
    """Three groups, seven exercises, three sets of 20: reference notes, section 3.6."""
    routine = profile.load_routine(GLUTES)
    assert {group.name: [each.name for each in group.exercises] for group in routine.groups} == {
        "glutes": ["skater_lunge", "walking_lunge", "single_leg_squat"],
        "hamstrings": ["stiff_leg_deadlift", "hamstring_ball_curl"],
        "lower_back": ["superman", "bridge"],
    }
    assert (routine.name, routine.sets, routine.reps) == ("glutes", 3, 20)
    assert (routine.rest, routine.tempo) == (45.0, 3.0)


def test_three_of_seven_are_one_legged():
    """Reference notes on training science, section 3.6."""
    routine = profile.load_routine(GLUTES)
    one_legged = [e.name for group in routine.groups for e in group.exercises if e.per_leg]
    assert one_legged == ["skater_lunge", "walking_lunge", "single_leg_squat"]


def test_the_full_dose_lasts_what_the_notes_reckon():
    """4*3*60 + 3*3*120 + 21*45 = 2745 s, a rest after every set: section 3.6."""
    routine = profile.load_routine(GLUTES)
    legs = sum(1 + each.per_leg for group in routine.groups for each in group.exercises)
    work = legs * routine.sets * routine.reps * routine.tempo
    assert work + 7 * routine.sets * routine.rest == 2745.0


def test_the_shipped_words_are_short_and_promise_nothing():
    routine = profile.load_routine(GLUTES)
    for exercise in (each for group in routine.groups for each in group.exercises):
        assert 3 <= len(exercise.how) <= 4, exercise.name
        assert 2 <= len(exercise.watch) <= 3, exercise.name
        lines = (exercise.purpose, *exercise.how, *exercise.watch, exercise.easier)
        for line in (*lines, exercise.harder, exercise.needs):
            assert len(line) <= 74, line
            assert not re.search(
                r"\b(watts?|burn|tone[ds]?|heal|cures?|prevents?|injur\w+|—)", line, re.IGNORECASE
            ), line


def test_every_key_of_a_routine():
    assert profile.parse_routine(ONE + 'needs = "a mat"', "mine.toml") == Routine(
        name="mine",
        title="Mine",
        about="One exercise",
        groups=(
            Group(
                "legs",
                "Legs",
                (
                    Exercise(
                        name="squat",
                        title="Squat",
                        per_leg=False,
                        purpose="Legs",
                        how=("Down", "Up"),
                        watch=("Knees",),
                        easier="Less",
                        harder="More",
                        needs="a mat",
                    ),
                ),
            ),
        ),
        sets=2,
        reps=10,
        rest=30.0,
        tempo=2.5,
    )
    assert profile.parse_routine(ONE, "").groups[0].exercises[0].needs == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sets = 2", "sets = 0", "mine.toml:4: sets: expected a whole number, 1 to 10, found 0"),
        ("sets = 2", "sets = 11", "mine.toml:4: sets: expected a whole number, 1 to 10, found 11"),
        ("sets = 2", "sets = true", "mine.toml:4: sets: expected a whole number, 1 to 10, "),
        ("reps = 10", "reps = 51", "mine.toml:5: reps: expected a whole number, 1 to 50, found 51"),
        ("reps = 10", "reps = 9.5", "mine.toml:5: reps: expected a whole number, 1 to 50, "),
        ("reps = 10", "", "mine.toml:1: reps: expected a whole number, 1 to 50, found nothing"),
        ("= 30", "= nan", "mine.toml:6: rest_s: expected a number of seconds, 0 to 600, found nan"),
        ("= 30", "= 601", "mine.toml:6: rest_s: expected a number of seconds, 0 to 600, found 601"),
        ("= 2.5", "= 0", "mine.toml:7: tempo_s: expected a number of seconds, 0.5 to 20, found 0"),
        ('"legs"', '"Legs!"', "mine.toml:9: group[1].name: expected a name in quotes of small"),
        ('"squat"', '"squat\\n"', "mine.toml:12: group[1].exercise[1].name: expected a name in"),
        ("= false", '= "no"', "mine.toml:14: group[1].exercise[1].per_leg: expected true where"),
        ('"Up"]', '"U\\u001bp"]', "mine.toml:16: group[1].exercise[1].how[2]: expected "),
        ("easier", "easyer", "mine.toml:11: group[1].exercise[1].easier: expected one line in"),
        ("easier", 'halves = ["up"]\neasier', "mine.toml:18: group[1].exercise[1].halves: expect"),
        ("easier", 'halves = ["up", "\\u001b"]\neasier', "mine.toml:18: group[1].exercise[1].ha"),
    ],
)
def test_a_mistake_is_told_with_line_and_key(old, new, told):
    assert old in ONE
    assert mistakes(ONE.replace(old, new, 1))[0].startswith(told)


def test_the_halves_of_a_repetition_have_names_of_their_own():
    halves = {e.name: e.halves for g in profile.parse_routine(TEXT, "").groups for e in g.exercises}
    assert halves["single_leg_squat"] == ("down", "up")
    assert halves["bridge"] == ("up", "down")
    assert halves["hamstring_ball_curl"] == ("in", "out")


def test_a_wrong_key_is_guessed():
    text = ONE.replace("easier", "easyer", 1)
    assert mistakes(text)[1].endswith("found easyer, did you mean 'easier'?")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"bridge"', '"superman"', "every exercise under a name of its own, found 'superman' 2"),
        ('"lower_back"', '"glutes"', "every group under a name of its own, found 'glutes' 2"),
    ],
)
def test_a_name_stands_once(old, new, told):
    (mistake,) = mistakes(TEXT.replace(old, new))
    assert told in mistake
    assert ": group: expected " in mistake


def test_routines_are_found_by_name_and_by_path(tmp_path):
    assert profile.routine_names() == ["glutes"]
    mine = tmp_path / "mine.toml"
    assert profile.find_routine(mine) == mine
    with pytest.raises(RiderInputError, match="no strength routine 'glute'; did you mean 'glutes'"):
        profile.find_routine("glute")
    with pytest.raises(RiderInputError, match="give the path of a strength routine"):
        profile.load_routine(mine)


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(['"', "[", "]", "=", "\n", "x", "9", ""]))
def test_a_damaged_routine_is_a_routine_or_mistakes(place, damage):
    told: list[str] = []
    try:
        profile.parse_routine(TEXT[:place] + damage + TEXT[place + 1 :], "mine.toml")
    except ProfileError as error:
        told = error.mistakes
    assert all(line.startswith("mine.toml:") for line in told)
