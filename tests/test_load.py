"""When an exercise gets more load, and how many repetitions are asked with it."""

import pytest

from coach.strength.routine import Dose, Exercise, Group, Routine, SetDone, Side, Work
from coach.training.load import Try, is_light, with_more_load


def one_try(asked: int, *reps: int, per_leg: bool = False) -> Try:
    sides = tuple(Side) if per_leg else (None,)
    done = tuple(
        SetDone("x", n // len(sides) + 1, sides[n % len(sides)], each, None)
        for n, each in enumerate(reps)
    )
    return Try(per_leg, 3, asked, done)


@pytest.mark.parametrize(
    ("attempt", "beyond"),
    [
        (one_try(20, 21, 21, 21), True),
        (one_try(20, 22, 22, 20), False),
        (one_try(20, 22, 22), False),
        (one_try(20, 22, 22, 22, 5), True),
        (one_try(20, 21, 21, 21, 21, 21, 21, per_leg=True), True),
        (one_try(20, 21, 21, 21, 21, 21, 20, per_leg=True), False),
        (one_try(20, 21, 21, 21, per_leg=True), False),
        (one_try(20), False),
    ],
)
def test_beyond_is_every_set_of_both_legs(attempt, beyond):
    assert attempt.beyond() is beyond


def test_more_load_means_fifteen_again_until_fifteen_is_easy():
    """1-2 repetitions over target, then load or variant, and back to 3 x 15: section 3.6."""
    eager, done, light, eager_light = (
        one_try(20, 21, 22, 21),
        one_try(20, 20, 20, 20),
        one_try(15, 15, 15, 15),
        one_try(15, 16, 16, 17),
    )
    tries: list[Try] = []
    found = []
    for each in (eager_light, done, eager, light, light, eager_light, done, eager):
        tries.append(each)
        found.append(is_light(tries, 20))
    assert found == [False, False, True, True, True, False, False, True]
    assert not is_light([], 20)


@pytest.mark.parametrize(
    ("reps", "today", "asked"),
    [(20, Dose(3, 20), 15), (20, Dose(2, 20), 20), (20, Dose(3, 15), 15), (12, Dose(3, 12), 12)],
)
def test_load_grows_at_the_full_dose_alone_and_never_beyond_it(reps, today, asked):
    bridge = Exercise("x", "Bridge", False, "", (), (), "", "One leg")
    routine = Routine("r", "R", "", (Group("g", "G", (bridge,)),), 3, reps, 45.0, 3.0)
    work = [Work(bridge, today.sets, today.reps)]
    chosen, why = with_more_load(routine, today, work, {"x": [one_try(reps, *[reps + 1] * 3)]})
    full = today == Dose(3, reps)
    assert chosen == (Work(bridge, today.sets, asked),)
    assert [f"or the harder variant (one leg), and {asked} rep" in each for each in why] == (
        [True] * full
    )
