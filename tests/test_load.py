"""When an exercise gets more load, and how many repetitions are asked with it."""

import pytest

from coach.strength.routine import SetDone, Side
from coach.training.load import Try, is_light


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
