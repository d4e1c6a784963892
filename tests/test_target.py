"""How well a target was kept: worked by hand, second by second."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.analysis.target import on_target, settled


def steps(*blocks):
    return np.concatenate([np.full(seconds, float(watts)) for watts, seconds in blocks])


def test_first_five_seconds_of_a_step_do_not_count():
    judged = settled(steps((150, 10), (200, 10)))
    assert judged.tolist() == ([False] * 5 + [True] * 5) * 2


def test_slow_ramp_is_settled_and_a_hill_s_onset_is_not():
    # A warm-up from 40 to 65 % of 220 W in 15 minutes, and 33 W in 20 s.
    assert settled(np.linspace(88, 143, 900))[5:].all()
    assert not settled(np.linspace(143, 176, 20)).any()


def test_target_that_comes_out_of_nowhere_takes_its_time():
    target = np.array([np.nan] * 3 + [200.0] * 8)
    assert settled(target).tolist() == [False] * 8 + [True] * 3


def test_late_rider_is_not_blamed_for_the_step():
    target = steps((150, 30), (200, 30))
    power = steps((150, 33), (200, 27))
    assert on_target(power, target) == 1.0


def test_share_is_of_judged_seconds():
    target = steps((200, 105))
    # From the first low second on the mean of 3 s is 11 W short.
    power = steps((200, 55), (168, 25), (200, 25))
    # 25 low seconds and the two after them whose mean still holds a low one.
    assert on_target(power, target) == pytest.approx(1 - 27 / 100)


@pytest.mark.parametrize(
    ("watts", "asked", "hit"),
    [
        (210.0, 200.0, 1.0),
        (210.1, 200.0, 0.0),
        (190.0, 200.0, 1.0),
        (189.9, 200.0, 0.0),
        # Below 160 W the tolerance stays at 8 W.
        (92.0, 100.0, 1.0),
        (91.9, 100.0, 0.0),
    ],
)
def test_tolerance_is_five_percent_or_eight_watts(watts, asked, hit):
    assert on_target(steps((watts, 20)), steps((asked, 20))) == hit


def test_silence_is_not_judged():
    power = steps((200, 40))
    power[10:20] = np.nan
    assert on_target(power, steps((200, 40))) == 1.0


@pytest.mark.parametrize("seconds", [0, 1, 2, 5])
def test_nothing_to_judge_is_nan(seconds):
    assert math.isnan(on_target(np.full(seconds, 200.0), np.full(seconds, 200.0)))


def test_no_target_is_nan():
    assert math.isnan(on_target(np.full(60, 200.0), np.full(60, np.nan)))


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="shape"):
        on_target(np.zeros(3), np.zeros(4))


@given(
    st.lists(st.tuples(st.floats(0, 600), st.one_of(st.floats(0, 600), st.just(math.nan)))),
)
def test_a_share_is_a_share(pairs):
    power = np.array([power for power, _ in pairs])
    share = on_target(power, np.array([target for _, target in pairs]))
    assert math.isnan(share) or 0 <= share <= 1
