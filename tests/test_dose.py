"""How much is asked: the notes' progression, and what holds it or takes a step back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach import profile
from coach.strength.routine import Dose, Work
from coach.training.dose import dose, eased, full_dose, too_soon, went_well
from coach.training.history import StrengthDone

ROUTINE = profile.load_routine(profile.find_routine("glutes"))
MONDAY = datetime(2025, 1, 6, 18, 0, tzinfo=UTC)
WELL = StrengthDone(MONDAY, "glutes", 14, 14, 200, 5.0, True)


def on(day: int, **changes: object) -> StrengthDone:
    return replace(WELL, start=MONDAY + timedelta(days=day), **changes)


def asked(done: list[StrengthDone], day: int) -> tuple[int, int]:
    today = (MONDAY + timedelta(days=day)).date()
    found = dose(done, today, ROUTINE)
    return found.sets, found.reps


def why(done: list[StrengthDone], day: int) -> str:
    return dose(done, (MONDAY + timedelta(days=day)).date(), ROUTINE).why


def test_the_notes_progression_with_two_sessions_a_week():
    """1 x 12, weeks 1-2 2 x 15, 3-4 3 x 15, 5+ 3 x 20: reference notes, section 3.6."""
    done: list[StrengthDone] = []
    found = []
    for week in range(6):
        for weekday in (0, 3):
            found.append(asked(done, 7 * week + weekday))
            done.append(on(7 * week + weekday))
    assert found == [(1, 12), *[(2, 15)] * 3, *[(3, 15)] * 4, *[(3, 20)] * 4]


def test_with_one_session_a_week_too():
    days = [7 * week for week in range(7)]
    found = [asked([on(day) for day in days if day < today], today) for today in days]
    assert found == [(1, 12), (2, 15), (3, 15), (3, 15), (3, 20), (3, 20), (3, 20)]


def test_weeks_are_counted_from_the_first_session():
    """Begun on a Sunday, week 1 does not end on that day."""
    done = [on(6), on(9), on(13), on(16)]
    assert asked(done, 19) == (2, 15)
    assert asked(done, 20) == (3, 15)


def test_a_week_without_a_session_is_not_counted():
    done = [on(0), on(7)]
    assert asked(done, 13) == (2, 15)
    assert asked(done, 14) == (3, 15)
    assert asked([on(0)], 14) == (2, 15)
    assert why([on(0)], 14) == "Training week 2: two sets of 15."


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ({"finished": False}, "The last session was not finished, so it stays as it was: "),
        ({"cr10": 6.5}, "The last session felt 6.5 of 10, so it stays as it was: "),
        ({"sets": 7}, "Half of the last session or less was done, so it stays as it was: "),
    ],
)
def test_a_last_session_that_did_not_go_well_holds_the_dose(last, told):
    done = [on(0), on(7), on(10, **last)]
    assert asked(done, 14) == (2, 15)
    assert why(done, 14) == told + "two sets of 15."
    assert asked([*done, on(14), on(17)], 21) == (3, 15), "a good week later it goes on"
    assert asked([*done, on(14)], 16) == (2, 15)
    assert why([*done, on(14)], 16) == "Training week 2: two sets of 15."
    first = [on(0, **last)]
    assert asked(first, 2) == (1, 12)
    assert why(first, 2) == told + "one set of 12."
    assert asked([*first, on(2)], 4) == (2, 15)


@pytest.mark.parametrize("last", [{"cr10": 6.0}, {"cr10": None}, {"sets": 8}, {"sets_asked": 0}])
def test_what_went_well_enough(last):
    assert went_well(on(0, **last))
    assert asked([on(0, **last)], 2) == (2, 15)


def test_a_session_in_which_nothing_was_done_is_none():
    nothing = on(8, sets=0)
    assert asked([on(0, sets=0)], 2) == (1, 12)
    assert asked([on(0), nothing], 14) == (2, 15)
    assert asked([on(0), nothing], 21) == asked([on(0)], 21) == (1, 12)


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (20, (3, 20)),
        (21, (3, 15)),
        (41, (3, 15)),
        (42, (2, 15)),
        (62, (2, 15)),
        (63, (1, 12)),
        (4000, (1, 12)),
    ],
)
def test_three_weeks_without_a_session_take_one_step_back(days, stage):
    done = [on(7 * week) for week in range(9)]
    assert asked(done, 8 * 7) == (3, 20)
    assert asked(done, 8 * 7 + days) == stage


def test_after_a_break_the_weeks_of_a_stage_are_done_again():
    done = [on(7 * week) for week in range(9)]
    back = 8 * 7 + 25
    assert why(done, back) == "25 days without a session, so one step back: three sets of 15."
    done.append(on(back))
    assert why(done, back + 3) == "Training week 3: three sets of 15."
    assert asked(done, back + 7) == (3, 15)
    done.append(on(back + 7))
    assert asked(done, back + 13) == (3, 15)
    assert asked(done, back + 14) == (3, 20)


def test_what_the_rider_reads():
    assert why([], 0) == "The first session is short, to learn the movements: one set of 12."
    assert why([on(0)], 2) == "Training week 1: two sets of 15."
    done = [on(7 * week) for week in range(4)]
    assert why(done, 28) == "Training week 5, the routine's full dose: three sets of 20."
    done = [on(7 * week) for week in range(9)]
    assert why(done, 56 + 44) == "44 days without a session, so two steps back: two sets of 15."


def test_full_is_the_routine_s_own():
    assert (full_dose(ROUTINE).sets, full_dose(ROUTINE).reps) == (3, 20)


def test_a_clock_that_was_wrong_takes_no_progress_away():
    """Sessions dated in the future count as today's."""
    assert asked([on(5000)], 0) == (2, 15)
    good = [on(7 * week) for week in range(4)]
    assert asked([*good, on(5000)], 28) == (3, 20)


def test_a_rider_who_flies_west():
    east = timezone(timedelta(hours=13))
    done = [
        replace(WELL, start=datetime(2025, 1, 8, 1, 0, tzinfo=east)),
        replace(WELL, start=datetime(2025, 1, 7, 20, 0, tzinfo=UTC)),
    ]
    assert dose(done, date(2025, 1, 7), ROUTINE).reps == 15


def test_a_week_is_counted_once_by_a_rider_who_flies_west():
    """The third session is dated before the second, in the week that was over by then."""
    second = datetime(2025, 1, 13, 1, 0, tzinfo=timezone(timedelta(hours=13)))
    third = datetime(2025, 1, 12, 20, 0, tzinfo=UTC)
    assert second < third
    done = [on(0), replace(WELL, start=second), replace(WELL, start=third)]
    assert asked(done, 8) == (2, 15)
    assert asked(done, 14) == (3, 15)


sessions = st.builds(
    on,
    st.integers(-400, 400),
    sets=st.integers(0, 14),
    cr10=st.none() | st.floats(0, 10),
    finished=st.booleans(),
)


@given(st.lists(sessions, max_size=30), st.integers(1, 10), st.integers(1, 50), st.randoms())
def test_never_above_the_routine_and_in_any_order(done, sets, reps, chance):
    routine = replace(ROUTINE, sets=sets, reps=reps)
    found = dose(done, MONDAY.date(), routine)
    assert 1 <= found.sets <= sets
    assert 1 <= found.reps <= reps
    assert found.why.endswith(f"of {found.reps}.")
    shuffled = list(done)
    chance.shuffle(shuffled)
    # Sessions of one moment have no order of their own.
    if len({each.start for each in done}) == len(done):
        assert dose(shuffled, MONDAY.date(), routine) == found


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 10), st.integers(1, 50))
def test_it_never_falls_for_an_obedient_rider(gaps, sets, reps):
    routine = replace(ROUTINE, sets=sets, reps=reps)
    done: list[StrengthDone] = []
    day, most = 0, (0, 0)
    for gap in gaps:
        day += gap
        found = dose(done, (MONDAY + timedelta(days=day)).date(), routine)
        assert (found.sets, found.reps) >= most
        assert found.sets >= most[0]
        assert found.reps >= most[1]
        most = (found.sets, found.reps)
        done.append(on(day))


@given(st.lists(sessions, max_size=30))
def test_nothing_rises_without_a_session_that_went_well(done):
    poor = [replace(each, finished=False) for each in done]
    assert asked(poor, 0) == (1, 12)


# --- rest between sessions ----------------------------------------------------------------------


def test_two_days_between_sessions():
    """48 h between sessions: reference notes, section 3.6."""
    done = [on(-9), on(0)]
    assert too_soon([], MONDAY) == ""
    assert too_soon(done, MONDAY + timedelta(hours=48)) == ""
    assert too_soon(done, MONDAY + timedelta(hours=47)).startswith("The last session was 47 hours")
    assert too_soon(done, MONDAY + timedelta(hours=30)).startswith("The last session was 30 hours")
    assert too_soon(done, MONDAY + timedelta(minutes=70)).startswith("The last session was an hour")
    assert too_soon(done, MONDAY + timedelta(minutes=5)).startswith(
        "The last session was less than an"
    )
    assert too_soon([on(5)], MONDAY) == "", "dated by a clock that was wrong"
    assert too_soon([on(0, sets=0)], MONDAY) == ""


@pytest.mark.parametrize(("asked", "today", "left"), [(3, 3, 2), (2, 3, 2), (3, 2, 1), (1, 1, 1)])
def test_an_easy_week_has_a_set_less_and_nothing_on_top(asked, today, left):
    exercise = ROUTINE.groups[0].exercises[0]
    assert eased([Work(exercise, asked, 15)], Dose(today, 15, "")) == (Work(exercise, left, 15),)
