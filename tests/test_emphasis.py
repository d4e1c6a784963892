"""The rules from a ride to the strength routine: their borders, their words, what they change."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.commands.rules import show_rules, why_lines
from coach.messages import PostureSource
from coach.strength.routine import Dose, Exercise, Group, Routine
from coach.training.emphasis import RULES, applying, choose
from coach.training.facts import RideFacts

MEASURED, DECLARED = PostureSource.MEASURED, PostureSource.DECLARED


def exercise(name):
    return Exercise(name, name.capitalize(), False, "", (), (), "", "")


def routine(sets=3, reps=20, **groups):
    groups = groups or {
        "glutes": ("lunge", "squat"),
        "hamstrings": ("deadlift",),
        "lower_back": ("bridge", "superman"),
    }
    return Routine(
        "glutes", "Glutes", "",
        tuple(
            Group(name, name.replace("_", " ").capitalize(), tuple(map(exercise, names)))
            for name, names in groups.items()
        ),
        sets, reps, 45.0, 3.0,
    )  # fmt: skip


ROUTINE = routine()


def names(facts, ago=timedelta()):
    return [rule.name for rule in applying(facts, ago)]


def sat_down(*hills, stood=0.6, source=MEASURED):
    return RideFacts(source=source, cues=4, missed=0, stood=stood, sat_down=hills)


# --- each rule, and its border ------------------------------------------------------------------


BORDERS = {
    "hard_ride": (RideFacts(cr10=6.5), RideFacts(cr10=6.0)),
    "power_faded": (RideFacts(fade=0.10), RideFacts(fade=0.0999)),
    "heart_rate_drifted": (RideFacts(drift=0.1001), RideFacts(drift=0.10)),
    "slow_legs_uphill": (RideFacts(slow_climbing=0.5), RideFacts(slow_climbing=0.4999)),
    "sat_down_early": (sat_down(5, stood=0.7999), sat_down(5, stood=0.8)),
    "stayed_seated": (RideFacts(cues=4, missed=2), RideFacts(cues=5, missed=2)),
    "seated_long": (RideFacts(longest_seated=2700.0), RideFacts(longest_seated=2699.0)),
    "hills_held": (RideFacts(weakest_hill=0.95), RideFacts(weakest_hill=0.9499)),
}


def test_every_rule_has_a_border():
    assert list(BORDERS) == [rule.name for rule in RULES]


@pytest.mark.parametrize("name", BORDERS)
def test_a_rule_speaks_from_its_border_on(name):
    beyond, short_of = BORDERS[name]
    assert names(beyond) == [name]
    assert names(short_of) == []


def test_what_nobody_knows_moves_no_rule():
    assert applying(RideFacts()) == ()


def test_who_never_sat_down_has_not_sat_down_early_however_little_was_stood():
    assert names(sat_down(stood=0.1)) == []


def test_without_a_cue_nobody_stayed_seated():
    assert names(RideFacts(cues=0, missed=0)) == []


@pytest.mark.parametrize("name", BORDERS)
def test_two_days_after_a_ride_its_tiredness_no_longer_counts(name):
    beyond, _ = BORDERS[name]
    [rule] = applying(beyond)
    assert names(beyond, timedelta(hours=48)) == [name]
    assert names(beyond, timedelta(hours=48, seconds=1)) == ([name] if rule.groups else [])


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (RideFacts(cr10=6.5), "the ride's hardest part felt like 6.5 of 10"),
        (RideFacts(cr10=8.0), "the ride's hardest part felt like 8 of 10"),
        (
            RideFacts(fade=0.123),
            "power fell by 12 % of its target from the first hills to the last",
        ),
        (RideFacts(drift=0.12), "heart rate drifted by 12 % in the moderate block"),
        (RideFacts(slow_climbing=0.714), "71 % of the climbing was under 60 rpm"),
        (sat_down(5), "you sat down early on hill 5 (measured)"),
        (
            sat_down(3, 5, source=DECLARED),
            "you sat down early on hills 3 and 5 (as told by the rider)",
        ),
        (sat_down(3, 5, 6), "you sat down early on hills 3, 5 and 6 (measured)"),
        (
            RideFacts(source=MEASURED, cues=4, missed=3),
            "you stayed seated at 3 of 4 cues to stand (measured)",
        ),
        (
            RideFacts(source=DECLARED, cues=1, missed=1),
            "you stayed seated at the cue to stand (as told by the rider)",
        ),
        (
            RideFacts(source=MEASURED, longest_seated=5400.0),
            "you sat for 1:30:00 in one go (measured)",
        ),
        (RideFacts(weakest_hill=1.0), "you held the power of every hill"),
    ],
)
def test_a_rule_says_what_it_saw(facts, words):
    assert [rule.seen for rule in applying(facts)] == [words]


# --- what is chosen -----------------------------------------------------------------------------


def work(facts, dose=None, of=ROUTINE):
    """Today's exercises with their sets."""
    return [(w.exercise.name, w.sets) for w in choose(of, dose or Dose(2, 15), applying(facts))]


HELD = RideFacts(weakest_hill=1.0)


def test_without_a_rule_the_routine_is_as_ever():
    assert work(RideFacts()) == [
        ("lunge", 2), ("squat", 2), ("deadlift", 2), ("bridge", 2), ("superman", 2),
    ]  # fmt: skip


def test_a_group_comes_first_and_gets_one_set_more():
    assert work(HELD) == [
        ("deadlift", 3), ("lunge", 2), ("squat", 2), ("bridge", 2), ("superman", 2),
    ]  # fmt: skip


def test_nothing_gets_more_than_the_routine_has():
    assert dict(work(HELD, Dose(3, 20)))["deadlift"] == 3


def test_a_hard_ride_takes_a_set_off_everything_and_leaves_one():
    hard = RideFacts(cr10=9.0)
    assert {sets for _, sets in work(hard)} == {1}
    assert {sets for _, sets in work(hard, Dose(3, 20))} == {2}
    assert {sets for _, sets in work(hard, Dose(1, 12))} == {1}


def test_after_a_hard_ride_a_group_comes_first_without_a_set_more():
    tired = RideFacts(weakest_hill=1.0, slow_climbing=1.0)
    assert work(tired) == [
        ("deadlift", 2), ("lunge", 2), ("squat", 2), ("bridge", 2), ("superman", 2),
    ]  # fmt: skip
    # What takes away most decides, wherever it stands in the table.
    assert {sets for _, sets in work(RideFacts(cr10=9.0, slow_climbing=1.0))} == {1}
    assert {sets for _, sets in work(RideFacts(cr10=9.0, weakest_hill=1.0))} == {1}


def test_of_two_groups_the_first_rules_comes_first_alone():
    both = RideFacts(weakest_hill=1.0, longest_seated=3000.0)
    assert work(both) == [
        ("bridge", 3), ("superman", 3), ("lunge", 2), ("squat", 2), ("deadlift", 2),
    ]  # fmt: skip


def test_a_group_that_the_routine_does_not_have_gives_way_to_the_next():
    both = RideFacts(weakest_hill=1.0, longest_seated=3000.0)
    legs = routine(glutes=("lunge",), hamstrings=("deadlift",))
    assert work(both, of=legs) == [("deadlift", 3), ("lunge", 2)]
    assert why_lines(legs, Dose(2, 15), applying(both)) == [
        "Hamstrings first: you held the power of every hill."
    ]
    arms = routine(arms=("push_up",))
    assert work(both, of=arms) == [("push_up", 2)]
    assert why_lines(arms, Dose(2, 15), applying(both)) == []


def test_a_dose_above_the_routine_is_cut():
    [each, *_] = choose(ROUTINE, Dose(9, 99), ())
    assert (each.sets, each.reps) == (3, 20)
    assert {sets for _, sets in work(RideFacts(cr10=9.0), Dose(9, 99))} == {2}


shares = st.none() | st.floats(0, 1.5)
any_facts = st.builds(
    RideFacts,
    source=st.none() | st.sampled_from([MEASURED, DECLARED]),
    cues=st.none() | st.integers(0, 9),
    missed=st.none() | st.integers(0, 9),
    stood=shares,
    sat_down=st.lists(st.integers(1, 9), unique=True).map(tuple),
    weakest_hill=shares,
    fade=st.none() | st.floats(-1, 1),
    slow_climbing=shares,
    longest_seated=st.none() | st.floats(0, 9e4),
    drift=st.none() | st.floats(-1, 1),
    cr10=st.none() | st.floats(0, 10),
)
some_groups = st.lists(
    st.sampled_from(["glutes", "hamstrings", "lower_back", "arms"]), unique=True, min_size=1
)


@given(any_facts, some_groups, st.integers(1, 5), st.integers(1, 30), st.integers(1, 7))
def test_whatever_a_ride_showed(facts, groups, sets, reps, dosed):
    own = routine(sets, reps, **{name: (f"{name}_1", f"{name}_2") for name in groups})
    dose = Dose(dosed, 25)
    rules = applying(facts)
    chosen = choose(own, dose, rules)
    assert chosen == choose(own, dose, applying(facts))
    assert sorted(w.exercise.name for w in chosen) == sorted(
        each.name for group in own.groups for each in group.exercises
    )
    usual = min(dosed, sets)
    for each in chosen:
        assert 1 <= each.sets <= sets
        assert abs(each.sets - usual) <= 1
        assert 1 <= each.reps == min(25, reps)
    # Tired legs never get more than the dose.
    if any(not rule.groups for rule in rules):
        assert max(each.sets for each in chosen) <= usual
    # And nobody but the leading group ever does.
    more = [each.sets > usual for each in chosen]
    assert more == sorted(more, reverse=True)
    assert sum(more) <= 2
    lines = why_lines(own, dose, rules)
    assert len(lines) <= 2
    if not lines:
        assert chosen == choose(own, dose, ())
    if "One set less" in " ".join(lines):
        assert sum(each.sets for each in chosen) < sum(each.sets for each in choose(own, dose, ()))
    assert all(re.fullmatch(r"[A-Z].*[^.]\.", line) for line in lines)


# --- the words ----------------------------------------------------------------------------------


def test_why_is_told_in_two_lines_at_most():
    tired = RideFacts(
        source=MEASURED, cues=4, missed=0, stood=0.5, sat_down=(5,), fade=0.2, weakest_hill=1.0
    )
    assert why_lines(ROUTINE, Dose(2, 15), applying(tired)) == [
        "Glutes first: you sat down early on hill 5 (measured).",
        "No set more: power fell by 20 % of its target from the first hills to the last.",
    ]
    assert why_lines(ROUTINE, Dose(2, 15), applying(RideFacts(cr10=8.0, fade=0.2))) == [
        "One set less of everything: the ride's hardest part felt like 8 of 10."
    ]


def test_nothing_is_said_to_be_taken_off_the_last_set():
    rules = applying(RideFacts(cr10=8.0))
    assert why_lines(ROUTINE, Dose(1, 12), rules) == []
    assert why_lines(routine(sets=1), Dose(2, 15), rules) == []


def test_a_rule_that_only_holds_is_not_told_where_nothing_is_added():
    assert why_lines(ROUTINE, Dose(2, 15), applying(RideFacts(fade=0.2))) == []


PROMISES = re.compile(
    r"\b(watts?|faster|burn\w*|tone[ds]?|toning|firm\w*|shape[ds]?|slim\w*|fat|heal\w*|cure\w*"
    r"|prevent\w*|protect\w*|injur\w*|pain\w*|guarante\w*|will|improve\w*|boost\w*|stronger"
    r"|treat\w*|therap\w*|proven)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_promises_anything(rule):
    for text in (rule.fact, rule.does, rule.evidence, rule.source):
        assert not PROMISES.search(text), text
        assert text.strip() == text
        assert text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_says_whether_a_study_stands_behind_it(rule):
    assert rule.established <= bool(re.search(r"\b(19|20)\d\d, [A-Z]", rule.source))
    assert rule.seen == ""
    assert rule.sets == 1 if rule.groups else rule.sets in (0, -1)


def test_the_table_fits_80_columns_and_holds_every_word(capsys):
    show_rules(as_json=False)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\N{NO-BREAK SPACE}" not in out
    flat = " ".join(out.split())
    for rule in RULES:
        known = "Established" if rule.established else "Not established"
        for text in (rule.fact, rule.does, rule.evidence, f"{known}: {rule.source}."):
            assert text in flat
    # A number stays beside its unit.
    assert not re.search(r"\d\n\s+(%|rpm|s\b)", out)


def test_the_table_for_programs(capsys):
    show_rules(as_json=True)
    table = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in table] == [rule.name for rule in RULES]
    assert table[4] == {
        "name": "sat_down_early",
        "fact": RULES[4].fact,
        "groups": ["glutes"],
        "sets": 1,
        "does": "Glutes first, with one set more.",
        "evidence": RULES[4].evidence,
        "source": "Li & Caldwell 1998, J Appl Physiol 85:927",
        "established": True,
    }
