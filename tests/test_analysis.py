"""What a ride says: closed forms, the vectors of the literature, and the shared rides.

Vectors come from section 4 of the project's science notes (worked with GoldenCheetah's and sweat's
formulas); the edge cases of 4.2 each have a test here.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coach.analysis.heart import decoupling
from coach.analysis.posture import (
    PostureInterval,
    settle,
    stand_count,
    standing_seconds,
    time_standing,
)
from coach.analysis.power import (
    average,
    critical_power,
    highest,
    intensity_factor,
    mean_max,
    normalized_power,
    training_load,
    training_trend,
    variability_index,
    w_prime_balance,
    window_means,
    work,
)
from coach.analysis.repair import repaired
from coach.analysis.timer import elapsed_time, in_order, pauses, timer_time
from coach.messages import Posture, RiderPosition
from coach.ride import Lap, PositionChange, Ride, TimerChange

RIDES = Path(__file__).parents[2] / "shared" / "rides"
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")

NAN = math.nan
SEATED, STANDING = RiderPosition.SEATED, RiderPosition.STANDING
TO_SEATED, TO_STANDING = RiderPosition.TRANSITION_TO_SEATED, RiderPosition.TRANSITION_TO_STANDING

RIDE_A = np.full(3600, 200.0)
RIDE_B = np.repeat([300.0, 0.0, 200.0], 200)
RIDE_D = np.tile(np.repeat([300.0, 100.0], 60), 10)


def make_ride(power, time=None, **columns):
    power = np.asarray(power, dtype=float)
    time = np.arange(power.size, dtype=float) if time is None else np.asarray(time, dtype=float)
    return Ride.from_columns(
        time, power=power, **{name: np.asarray(v, dtype=float) for name, v in columns.items()}
    )


# --- power --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("power", "mean", "normalized", "intensity", "variability", "load"),
    [
        (RIDE_A, 200.000, 200.0000, 0.9091, 1.0000, 82.6446),
        (RIDE_B, 166.667, 234.0060, 1.0637, 1.4040, 18.8563),
        (RIDE_D, 200.000, 239.3721, 1.0881, 1.1969, 39.4621),
    ],
    ids=["A", "B", "D"],
)
def test_weighted_power_of_three_rides(power, mean, normalized, intensity, variability, load):
    # Table 4.1, full windows, FTP 220 W.
    found = normalized_power(power)
    assert average(power) == pytest.approx(mean, abs=5e-4)
    assert found == pytest.approx(normalized, abs=5e-5)
    assert intensity_factor(found, 220) == pytest.approx(intensity, abs=5e-5)
    assert variability_index(found, average(power)) == pytest.approx(variability, abs=5e-5)
    assert training_load(power.size, found / 220) == pytest.approx(load, abs=5e-5)


def test_weighted_power_needs_a_whole_window():
    assert math.isnan(normalized_power(np.full(29, 200.0)))
    assert normalized_power(np.full(30, 200.0)) == pytest.approx(200)
    assert math.isnan(normalized_power(np.array([])))


def test_weighted_power_takes_one_dimension():
    with pytest.raises(ValueError, match="one dimension"):
        normalized_power(np.ones((40, 2)))


def test_windows_never_cross_a_gap():
    values = np.array([1.0, 2.0, NAN, 4.0, 5.0, 6.0])
    np.testing.assert_allclose(window_means(values, 2), [1.5, 4.5, 5.5])
    assert window_means(values, 4).size == 0


@given(
    st.lists(st.one_of(st.just(NAN), st.integers(0, 1500).map(float)), max_size=60),
    st.integers(1, 12),
)
def test_mean_max_is_the_best_of_all_windows(values, width):
    windows = [values[at : at + width] for at in range(len(values) - width + 1)]
    whole = [sum(window) / width for window in windows if not any(map(math.isnan, window))]
    [best] = mean_max(np.array(values, dtype=float), [width])
    assert best == pytest.approx(max(whole, default=NAN), nan_ok=True)


def test_mean_max_of_eight_seconds():
    # Vector 4.5.
    power = np.array([100, 200, 300, 400, 100, 0, 250, 350.0])
    np.testing.assert_allclose(mean_max(power, [1, 2, 3, 5, 8]), [400, 350, 300, 220, 212.5])
    assert np.isnan(mean_max(power, [9])).all()


def test_critical_power_of_exact_efforts():
    # Vector 4.3.
    durations = np.array([180, 300, 720, 1200.0])
    critical, w_prime = critical_power(durations, 220 + 15_000 / durations)
    assert critical == pytest.approx(220)
    assert w_prime == pytest.approx(15_000)


def test_critical_power_needs_two_durations():
    with pytest.raises(ValueError, match="two different durations"):
        critical_power(np.array([300.0, 300.0]), np.array([250.0, 260.0]))


def test_w_prime_balance_of_work_and_recovery():
    # Vector W1, exact exponential: 3000 at the end of work, 15 166.866 at the end of recovery;
    # in between 18 000 - 15 000 exp(-100 * 100 / 18 000).
    balance = w_prime_balance(np.repeat([270.0, 120.0], 300), 220, 18_000)
    assert balance[299] == pytest.approx(3000)
    assert balance[399] == pytest.approx(18_000 - 15_000 * math.exp(-5 / 9))
    assert balance[599] == pytest.approx(15_166.866, abs=5e-4)


@given(st.lists(st.integers(0, 600).map(float), min_size=1, max_size=30), st.integers(2, 5))
def test_w_prime_balance_does_not_depend_on_the_sample_rate(power, parts):
    coarse = w_prime_balance(np.array(power), 220, 18_000, float(parts))
    fine = w_prime_balance(np.repeat(power, parts), 220, 18_000)
    np.testing.assert_allclose(fine[parts - 1 :: parts], coarse)


def test_w_prime_may_fall_below_zero_and_recovers_in_gaps():
    balance = w_prime_balance(np.array([420.0, NAN]), 220, 1000, np.array([10.0, 1e9]))
    np.testing.assert_allclose(balance, [-1000, 1000])


def test_w_prime_must_be_there():
    with pytest.raises(ValueError, match="above zero"):
        w_prime_balance(RIDE_A, 220, 0)


def test_training_trend_of_100_a_day():
    # Vectors 4.7: after 42 days of load 100 (1 - e^-1 of it in one time constant).
    fitness, fatigue = (training_trend(np.full(42, 100.0), days) for days in (42, 7))
    assert fitness[0] == pytest.approx(2.3528, abs=5e-5)
    assert fitness[41] == pytest.approx(63.2121, abs=5e-5)
    assert fatigue[6] == pytest.approx(63.2121, abs=5e-5)
    assert fatigue[41] == pytest.approx(99.7521, abs=5e-5)
    assert fitness[41] - fatigue[41] == pytest.approx(-36.5401, abs=5e-5)


def test_figures_of_nothing_are_unknown():
    for figure in (average, highest, work, normalized_power):
        assert math.isnan(figure(np.array([])))
        assert math.isnan(figure(np.full(40, NAN)))
    assert math.isnan(variability_index(0.0, 0.0))


# --- heart --------------------------------------------------------------------------------------


def test_decoupling_of_a_drifting_heart():
    # Vector 4.6: 180 W throughout, 130 then 137 bpm.
    heart_rate = np.repeat([130.0, 137.0], 600)
    assert decoupling(np.full(1200, 180.0), heart_rate) == pytest.approx(0.051095, abs=5e-7)


def test_decoupling_leaves_out_a_silent_strap():
    heart_rate = np.repeat([0.0, NAN, 130.0, 137.0], [60, 40, 600, 600])
    power = np.repeat([900.0, 180.0], [100, 1200])
    assert decoupling(power, heart_rate) == pytest.approx(0.051095, abs=5e-7)


def test_decoupling_of_nothing_is_unknown():
    assert math.isnan(decoupling(np.zeros(100), np.full(100, 120.0)))
    assert math.isnan(decoupling(np.full(100, 180.0), np.full(100, NAN)))


# --- repair: the edge cases of 4.2 --------------------------------------------------------------


def test_coasting_counts_in_power_and_zero_heart_rate_is_missing():
    rows = repaired(make_ride([200, 0, 0, 200], heart_rate=[120, 0, 0, 124]))
    assert average(rows.power) == 100
    assert work(rows.power) == 400
    # Zero is missing, and a silence this short is bridged by the last value.
    np.testing.assert_array_equal(rows.heart_rate, [120, 120, 120, 124])
    assert rows.notes == ()


def test_a_gap_is_neither_zero_nor_time():
    # Vector 4.2: 200 W for 300 s, a gap of 60 s, 200 W for 300 s.
    time = np.concatenate((np.arange(300), np.arange(360, 660)))
    rows = repaired(make_ride(np.full(600, 200.0), time))
    assert normalized_power(rows.power) == pytest.approx(200)
    assert average(rows.power) == 200
    assert np.isnan(rows.power).sum() == 1
    assert (rows.time[300], rows.seconds[300]) == (300, 60)
    assert not rows.riding[300]
    assert rows.riding.sum() == 600
    # What a program that fills with zeros would find: the vector's other column.
    zeros = np.repeat([200.0, 0.0, 200.0], [300, 60, 300])
    assert normalized_power(zeros) == pytest.approx(193.5122, abs=5e-5)


def test_a_silence_of_ten_seconds_is_bridged_a_longer_one_is_not():
    held = repaired(make_ride([100, 300], [0, 10]))
    np.testing.assert_array_equal(held.power, [100] * 10 + [300])
    split = repaired(make_ride([100, 300], [0, 10.5]))
    np.testing.assert_array_equal(split.power, [100, NAN, 300])
    np.testing.assert_array_equal(split.seconds, [1, 9.5, 1])


def test_a_silent_sensor_is_bridged_by_the_same_rule():
    for silent, expected in ((9, 0), (10, 10)):
        cadence = [90.0] + [NAN] * silent + [80.0]
        rows = repaired(make_ride(np.full(silent + 2, 200.0), cadence=cadence))
        assert np.isnan(rows.cadence).sum() == expected
        assert len(rows) == silent + 2


def test_a_silent_sensor_is_not_bridged_across_a_pause():
    ride = make_ride([200] * 4, cadence=[90, NAN, NAN, 80])
    ride.timer = [TimerChange(1.5, False), TimerChange(2, True)]
    np.testing.assert_array_equal(repaired(ride).cadence, [90, NAN, NAN, NAN, 80])


def test_what_was_silent_to_the_end_stays_missing():
    rows = repaired(make_ride(np.full(4, 200.0), cadence=[90, 90, NAN, NAN]))
    np.testing.assert_array_equal(rows.cadence, [90, 90, NAN, NAN])


def test_smart_recording_gives_the_same_figures():
    # Vector 4.2: ride D stored every 2 s; taken for 1 Hz it would be 221.9074.
    every_other = RIDE_D[::2]
    rows = repaired(make_ride(every_other, np.arange(every_other.size) * 2.0))
    # The very last sample stands for one second, not two.
    np.testing.assert_array_equal(rows.power, RIDE_D[:-1])
    assert normalized_power(rows.power) == pytest.approx(239.3721, abs=0.2)
    assert normalized_power(np.append(rows.power, 100.0)) == pytest.approx(239.3721, abs=5e-5)
    assert normalized_power(every_other) == pytest.approx(221.9074, abs=5e-5)


def test_the_last_sample_before_a_gap_stands_for_a_second_at_most():
    rows = repaired(make_ride([100] * 4, [0, 2, 4, 60]))
    np.testing.assert_array_equal(rows.riding, [True] * 5 + [False, True])
    np.testing.assert_array_equal(rows.seconds, [1, 1, 1, 1, 1, 55, 1])


def test_a_row_known_for_less_than_half_is_not_known():
    np.testing.assert_array_equal(repaired(make_ride([100] * 3, [0, 1, 1.2])).power, [100, NAN])
    np.testing.assert_allclose(repaired(make_ride([100] * 3, [0, 1, 1.3])).power, [100, 100])


def test_a_pause_within_a_second_takes_no_time_back():
    ride = make_ride([100] * 4, [0, 1, 1.6, 2.6])
    ride.timer = [TimerChange(1, False), TimerChange(1.5, True)]
    rows = repaired(ride)
    np.testing.assert_array_equal(rows.time, [0, 1, 1.6, 1.6, 2.6])
    np.testing.assert_array_equal(rows.seconds, [1, 1, 0, 1, 1])


def test_resampling_weighs_by_time():
    # 300 W for a quarter of the second second, 100 W for the rest of it.
    rows = repaired(make_ride([100, 300, 100, 100], [0, 1, 1.25, 2]))
    np.testing.assert_allclose(rows.power, [100, 150, 100])


@given(st.lists(st.integers(0, 800).map(float), min_size=2, max_size=40), st.integers(1, 5))
def test_sampling_rate_changes_nothing(power, rate):
    fine = np.arange(len(power) * rate) / rate
    rows = repaired(make_ride(np.repeat(power, rate), fine))
    np.testing.assert_allclose(rows.power, power)
    np.testing.assert_array_equal(rows.time, np.arange(len(power)))


def test_a_spike_becomes_the_mean_of_its_neighbours_and_is_counted():
    rows = repaired(make_ride([100, 47140, 200, 2000]))
    np.testing.assert_array_equal(rows.power, [100, 150, 200, 2000])
    assert rows.spikes == 1
    assert rows.notes == ("1 power spike replaced by the mean of the neighbours",)


def test_spikes_in_a_row_and_at_the_ends_take_the_sound_neighbours():
    rows = repaired(make_ride([9000, 100, 25604, 25604, 300, 9000]))
    np.testing.assert_array_equal(rows.power, [100, 100, 200, 200, 300, 300])
    assert rows.spikes == 4


def test_nothing_but_spikes_is_nothing():
    assert np.isnan(repaired(make_ride([9000, 9000])).power).all()


def test_threshold_power_lowers_the_bound_for_spikes():
    ride = make_ride([100, 1000, 100])
    assert repaired(ride).spikes == 0
    ride.threshold_power = 124.0
    assert repaired(ride).spikes == 1


def test_repeated_and_backward_time_stamps_are_left_out():
    rows = repaired(make_ride([100, 200, 300, 400, 500], [0, 1, 1, 0.5, 2]))
    np.testing.assert_array_equal(rows.power, [100, 200, 500])
    assert rows.notes == ("2 records without a time of its own left out",)


def test_one_stamp_from_the_future_loses_one_record():
    time = np.arange(100.0)
    time[50] = 1e9
    assert in_order(time).tolist() == [*range(50), *range(51, 100)]
    rows = repaired(make_ride(np.arange(100), time))
    assert len(rows) == 100


@given(st.lists(st.one_of(st.just(NAN), st.integers(-9, 9).map(float)), max_size=12))
def test_in_order_keeps_the_longest_rising_run(time):
    kept = in_order(np.array(time, dtype=float))
    times = [time[index] for index in kept]
    assert sorted(set(times)) == times
    assert list(kept) == sorted(kept)
    # Longest: by the textbook recurrence.
    length: list[int] = []
    for index, stamp in enumerate(time):
        before = [length[j] for j in range(index) if time[j] < stamp]
        length.append(0 if math.isnan(stamp) else 1 + max(before, default=0))
    assert len(kept) == max(length, default=0)


def test_a_ride_without_times_has_no_rows():
    rows = repaired(make_ride([1, 2], [NAN, NAN]))
    assert len(rows) == 0
    assert rows.notes[0].startswith("no record has a time")


def test_what_no_rider_and_no_sensor_can_mean_is_left_out():
    ride = make_ride(
        [-5] + [100] * 20,
        cadence=[181] + [90] * 20,
        speed=[30] + [8] * 20,
        altitude=[12_000] + [100] * 20,
        heart_rate=[221] + [120] * 20,
    )
    rows = repaired(ride)
    for name in ("power", "cadence", "speed", "altitude", "heart_rate"):
        assert np.isnan(getattr(rows, name)[0])
        assert np.isfinite(getattr(rows, name)[1:]).all()
    assert len(rows.notes) == 5
    assert "1 impossible heart rate value left out" in rows.notes


def test_a_model_counts_its_heights_from_where_it_likes():
    ride = make_ride([100] * 20, altitude=np.linspace(-480, -900, 20))
    assert repaired(ride).notes == ("19 impossible altitude values left out",)
    ride.virtual_altitude = True
    rows = repaired(ride)
    assert rows.notes == ()
    np.testing.assert_allclose(rows.altitude[:20], ride.altitude)


def test_no_heart_jumps():
    rows = repaired(make_ride([100] * 4, heart_rate=[120, 131, 121, 122]))
    np.testing.assert_array_equal(rows.heart_rate, [120, 120, 121, 122])
    slower = repaired(make_ride([100] * 2, [0, 2], heart_rate=[120, 140]))
    assert highest(slower.heart_rate) == 140


def test_a_lone_distance_far_from_both_neighbours_is_left_out():
    rows = repaired(make_ride([100] * 5, distance=[0, 8, 26_892_500, 24, 32]))
    np.testing.assert_array_equal(rows.distance, [0, 8, 8, 24, 32])
    assert rows.notes == ("1 impossible distance left out",)
    last = repaired(make_ride([100] * 3, distance=[0, 8, 26_892_500]))
    np.testing.assert_array_equal(last.distance, [0, 8, NAN])


def test_a_distance_that_starts_anew_or_leaps_for_good_stays():
    for distance in ([1000, 1008, 0, 8, 16], [0, 8, 2000, 2008, 2016]):
        rows = repaired(make_ride([100] * 5, distance=distance))
        np.testing.assert_array_equal(rows.distance, distance)
        assert rows.notes == ()


def test_what_was_recorded_in_a_pause_is_left_out():
    ride = make_ride(np.arange(100, 110))
    ride.timer = [TimerChange(0, True), TimerChange(3, False), TimerChange(7, True)]
    rows = repaired(ride)
    np.testing.assert_array_equal(rows.power, [100, 101, 102, 103, NAN, 107, 108, 109])
    np.testing.assert_array_equal(rows.time, [0, 1, 2, 3, 4, 7, 8, 9])
    np.testing.assert_array_equal(rows.seconds, [1, 1, 1, 1, 3, 1, 1, 1])


def test_no_row_begins_after_the_timer_stopped():
    # Seconds are counted from the first sample, so the stop falls inside one of them.
    ride = make_ride([100, 100, 100], [1, 2, 8.5])
    ride.timer = [TimerChange(8.5, False)]
    rows = repaired(ride)
    np.testing.assert_array_equal(rows.time, np.arange(1, 9))
    np.testing.assert_array_equal(rows.power, np.full(8, 100))


def test_no_value_is_held_across_a_pause():
    ride = make_ride([100, 200], [0, 8])
    ride.timer = [TimerChange(1, False), TimerChange(8, True)]
    np.testing.assert_array_equal(repaired(ride).power, [100, NAN, 200])


def test_a_gap_of_years_costs_one_row():
    rows = repaired(make_ride([100, 200], [0, 3e9]))
    assert len(rows) == 3
    assert rows.seconds.sum() == 3e9 + 1


steps = st.lists(st.one_of(st.floats(0.001, 15), st.floats(1e3, 1e7)), min_size=1, max_size=60).map(
    np.cumsum
)


@given(steps, st.data())
def test_rows_cover_the_ride_once(time, data):
    changes = data.draw(
        st.lists(
            st.builds(TimerChange, st.floats(0, float(time[-1]) + 1), st.booleans()), max_size=4
        )
    )
    ride = make_ride(np.full(time.size, 100.0), time)
    ride.timer = changes
    rows = repaired(ride)
    assert len(rows) <= 12 * time.size + 1
    assert (np.diff(rows.time) >= 0).all()
    assert (rows.seconds >= 0).all()
    known = rows.power[np.isfinite(rows.power)]
    np.testing.assert_allclose(known, 100)
    for stop, start in pauses(changes):
        assert not (rows.riding & (rows.time > stop) & (rows.time + 1 < start)).any()


def test_the_ride_itself_stays_as_it_is():
    ride = make_ride([100, 47140, 200], heart_rate=[100, 0, 102])
    repaired(ride)
    np.testing.assert_array_equal(ride.power, [100, 47140, 200])
    np.testing.assert_array_equal(ride.heart_rate, [100, 0, 102])


# --- timer --------------------------------------------------------------------------------------


def test_times_are_the_session_s_own():
    ride = make_ride([1, 2, 3])
    ride.elapsed_time, ride.timer_time = 99.0, 88.0
    assert (elapsed_time(ride), timer_time(ride)) == (99, 88)


def test_times_without_a_session_are_those_of_laps_that_cover_the_records():
    ride = make_ride(np.ones(100))
    ride.laps = [Lap(0, 60, 50), Lap(60, 41, 40)]
    assert (elapsed_time(ride), timer_time(ride)) == (101, 90)
    ride.laps.pop()
    assert (elapsed_time(ride), timer_time(ride)) == (99, 99)


def test_times_without_session_and_laps_are_those_of_the_records():
    ride = make_ride([1] * 6, [5, 6, 16, 26.5, 27, 40])
    assert elapsed_time(ride) == 35
    # The gaps of 10.5 and 13 s are left out, the one of 10 s is not.
    assert timer_time(ride) == 35 - 10.5 - 13
    ride.timer = [TimerChange(5, True), TimerChange(7, False), TimerChange(10, True)]
    assert timer_time(ride) == 32
    # The last stop lies beyond the end, the first before the start.
    ride.timer = [TimerChange(0, False), TimerChange(6, True), TimerChange(40, False)]
    assert timer_time(ride) == 34


def test_a_route_has_no_times():
    ride = make_ride([1, 2], [NAN, NAN])
    assert elapsed_time(ride) is None
    assert timer_time(ride) is None


def test_pauses():
    def changes(*pairs):
        return [TimerChange(time, running) for time, running in pairs]

    assert pauses([]) == []
    assert pauses(changes((0, True), (9, False))) == [(9, math.inf)]
    assert pauses(changes((0, True), (9, False), (9, True))) == []
    assert pauses(changes((3, False), (5, False), (8, True), (9, True))) == [(3, 8)]
    assert pauses(changes((8, True), (3, False))) == [(3, 8)]


# --- posture ------------------------------------------------------------------------------------


def positions(*pairs):
    return [PositionChange(time, position) for time, position in pairs]


def test_each_transition_counts_as_the_state_confirmed_next():
    changes = positions(
        (0, SEATED), (10, TO_STANDING), (12, STANDING), (20, TO_SEATED), (21, STANDING),
        (30, TO_SEATED), (33, SEATED), (33, SEATED),
    )  # fmt: skip
    assert settle(changes, [], 40) == [
        PostureInterval(0, 10, Posture.SEATED),
        PostureInterval(10, 30, Posture.STANDING),
        PostureInterval(30, 40, Posture.SEATED),
    ]


def test_nothing_is_known_before_the_first_event_or_after_a_trailing_transition():
    changes = positions((5, STANDING), (8, TO_SEATED))
    assert settle(changes, [], 20) == [PostureInterval(5, 8, Posture.STANDING)]
    assert settle(positions((5, TO_SEATED)), [], 20) == []
    assert settle([], [], 20) == []


def test_pauses_are_left_out_of_postures():
    timer = [TimerChange(10, False), TimerChange(15, True), TimerChange(20, False)]
    assert settle(positions((0, STANDING)), timer, 30) == [
        PostureInterval(0, 10, Posture.STANDING),
        PostureInterval(15, 20, Posture.STANDING),
    ]
    within = settle(positions((12, STANDING), (13, SEATED)), timer, 30)
    assert within == [PostureInterval(15, 20, Posture.SEATED)]


@given(
    st.lists(
        st.builds(PositionChange, st.floats(0, 100), st.sampled_from(RiderPosition)),
        max_size=12,
        unique_by=lambda change: change.time,
    ),
    st.lists(st.builds(TimerChange, st.floats(0, 100), st.booleans()), max_size=6),
    st.randoms(use_true_random=False),
)
def test_intervals_do_not_overlap_and_leave_out_pauses(changes, timer, random):
    intervals = settle(changes, timer, 90.0)
    assert all(interval.start < interval.end <= 90 for interval in intervals)
    for one, other in pairwise(intervals):
        assert one.end <= other.start
        assert one.end < other.start or one.posture is not other.posture
    for start, end in pauses(timer):
        assert all(interval.end <= start or interval.start >= end for interval in intervals)
    shuffled = changes.copy()
    random.shuffle(shuffled)
    assert settle(shuffled, timer, 90.0) == intervals
    # A repeat changes nothing.
    assume(changes)
    again = [PositionChange(change.time, change.position) for change in changes] + [changes[0]]
    assert settle(again, timer, 90.0) == intervals


def test_standing_within_a_span():
    intervals = settle(positions((0, STANDING), (10, SEATED), (20, STANDING)), [], 30)
    assert standing_seconds(intervals, 5, 25) == 10


def test_standing_without_positions_is_the_session_s_own():
    ride = make_ride(np.ones(10))
    assert time_standing(ride) is None
    assert stand_count(ride) is None
    ride.time_standing, ride.stand_count = 7.5, 2
    assert (time_standing(ride), stand_count(ride)) == (7.5, 2)


def test_stands_are_counted_where_confirmed_and_changed():
    ride = make_ride(np.ones(60))
    ride.positions = positions(
        (0, STANDING), (5, STANDING), (10, TO_SEATED), (12, STANDING), (20, SEATED),
        (30, TO_STANDING), (32, SEATED), (40, STANDING),
    )  # fmt: skip
    assert stand_count(ride) == 2
    assert time_standing(ride) == 20 + 19


@needs_rides
@pytest.mark.parametrize(
    ("name", "seconds", "count"),
    [
        ("indoor_fenix6_turbo_positions.fit", 88, 4),
        ("mountain_edge530_positions_gears.fit", 1491, 36),
    ],
)
def test_postures_agree_with_the_device_to_the_second(name, seconds, count):
    # Oracle: the sessions' own totals, 87.998 s and 1490.98 s, 4 and 36 stands.
    from coach.formats.fit.reader import decode

    ride = decode((RIDES / name).read_bytes())
    assert ride.time_standing == pytest.approx(seconds, abs=0.05)
    assert ride.stand_count == count
    ride.stand_count = None
    assert time_standing(ride) == seconds
    assert stand_count(ride) == count
