"""Asked and done: every kind of stand, worked by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.analysis.asked import asked
from coach.analysis.done import confirmed
from coach.analysis.summary import summarize
from coach.formats import fit
from coach.messages import Mode, Posture, PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, Ride, TimerChange
from coach.workout import SEATED_CLIMB, Segment, SegmentKind, Workout

SEATED, STANDING = RiderPosition.SEATED, RiderPosition.STANDING
TO_SEATED, TO_STANDING = RiderPosition.TRANSITION_TO_SEATED, RiderPosition.TRANSITION_TO_STANDING
MEASURED, DECLARED = PostureSource.MEASURED, PostureSource.DECLARED
BANDS = {Posture.SEATED: (80.0, 95.0), Posture.STANDING: (60.0, 75.0)}


def planned(*parts, positions=(), source=MEASURED, offset=0.0):
    """A ride exactly after a plan; each part is seconds, posture and, if it is one, its hill."""
    segments, at = [], 0.0
    for seconds, posture, *hill in parts:
        low, high = BANDS.get(posture, (None, None))
        segments.append(
            Segment(
                len(segments), SegmentKind.HILL if hill else SegmentKind.DOWNHILL, at, seconds,
                posture, Mode.GRADE, *hill, cadence_low=low, cadence_high=high,
                label=f"Hill {hill[0]}" if hill else "Downhill",
            )
        )  # fmt: skip
        at += seconds
    # The last sample lies on the very end of the last lap.
    time = np.arange(at + 1.0)
    ends = [s.end for s in segments[:-1]]
    inside = [segments[n] for n in np.searchsorted(ends, time, "right")]
    standing = {Posture.STANDING: 1.0, Posture.SEATED: 0.0}
    ride = Ride.from_columns(
        time + offset,
        power=np.full(time.shape, 200.0),
        cadence=np.full(time.shape, 90.0),
        target_power=np.full(time.shape, 200.0),
        prescribed_standing=np.array([standing.get(s.posture, np.nan) for s in inside]),
    )
    ride.workout = Workout("plan", "Plan", tuple(segments))
    ride.laps = [Lap(s.start + offset, s.duration, s.duration, s.index) for s in segments]
    ride.positions = [PositionChange(time, position) for time, position in positions]
    ride.position_source = source if positions else None
    return ride


def figures(ride):
    return summarize(ride).as_json()["posture"]


def picked(found, **expected):
    return {key: found[key] for key in expected}


SIT, STAND = Posture.SEATED, Posture.STANDING

# A minute with every kind of stand: what was asked, and what was done.
#
#  0 sit         1 stands up, 4 s before the cue: early
#  5 stand       7 s, all of them stood
# 12 sit        13 sits, 1 s after the cue
# 20 stand      26 stands up, 6 s after the cue: late; 4 s of 10 stood
# 30 sit        30 sits
# 36 stand      37 stands; 39 sits for 6 s: aborted; 45 stands: 2 + 5 s of 14 stood
# 50 sit        50 sits
# 54 stand      stays seated until the end: missed; 0 s of 6 stood
MINUTE = [
    (5.0, SIT), (7.0, STAND, 1), (8.0, SIT), (10.0, STAND, 2), (6.0, SIT), (14.0, STAND, 3),
    (4.0, SIT), (6.0, STAND, 4),
]  # fmt: skip
DONE = [
    (0, SEATED), (1, STANDING), (13, SEATED), (26, STANDING), (30, SEATED), (37, STANDING),
    (39, SEATED), (45, STANDING), (50, SEATED),
]  # fmt: skip


def a_minute(**keywords):
    return planned(*MINUTE, positions=DONE, **keywords)


@pytest.mark.parametrize("source", [MEASURED, DECLARED])
def test_a_minute_with_every_kind_of_stand(source):
    found = figures(a_minute(source=source))
    expected = {
        "source": source.value,
        "note": None,
        "asked_standing_s": 7 + 10 + 14 + 6,
        "done_standing_s": 7 + 4 + 7 + 0,
        # 1 to 5 s, and 12 to 13 s.
        "unasked_standing_s": 5,
        # Of 60 s: 5 stood unasked, and 6, 7 and 6 s sat where standing was asked.
        "in_posture_s": 60 - 5 - 6 - 7 - 6,
        "unknown_s": 0,
        "stand_cues": 4,
        # The median of -4, 6 and 1.
        "reaction_s": 1,
        "early": 1,
        "late": 1,
        "missed": 1,
        "aborted": 1,
    }
    assert picked(found, **expected) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, (7, 7, -4, (1, 0, 0, 0))),
        (2, (10, 4, 6, (0, 1, 0, 0))),
        (3, (14, 7, 1, (0, 0, 0, 1))),
        (4, (6, 0, None, (0, 0, 1, 0))),
    ],
)
def test_each_hill_of_the_minute(number, expected):
    hill = figures(a_minute())["per_hill"][number - 1]
    assert (hill["hill"], hill["stand_cues"]) == (number, 1)
    kinds = tuple(hill[kind] for kind in ("early", "late", "missed", "aborted"))
    assert (
        hill["asked_standing_s"],
        hill["done_standing_s"],
        hill["reaction_s"],
        kinds,
    ) == expected


def test_each_segment_of_the_minute():
    found = figures(a_minute())["segments"]
    assert [s["segment"] for s in found] == list(range(8))
    assert [s["duration_s"] for s in found] == [seconds for seconds, *_ in MINUTE]
    assert [s["in_posture_s"] for s in found] == [1, 7, 7, 4, 6, 7, 4, 0]
    assert [s["reaction_s"] for s in found] == [None, -4, 1, 6, 0, 1, 0, None]


# --- the limits, to the second ------------------------------------------------------------------


def a_stand(*positions, source=MEASURED):
    """Half a minute seated, a minute standing from 30 to 90 s, half a minute seated."""
    plan = (30.0, SIT), (60.0, STAND, 1), (30.0, SIT)
    return planned(*plan, positions=positions, source=source)


@pytest.mark.parametrize(
    ("second", "early", "late"),
    [(26, 1, 0), (27, 0, 0), (30, 0, 0), (35, 0, 0), (36, 0, 1), (89, 0, 1)],
)
def test_early_is_beyond_three_seconds_and_late_beyond_five(second, early, late):
    found = figures(a_stand((0, SEATED), (second, STANDING), (90, SEATED)))
    assert (found["reaction_s"], found["early"], found["late"]) == (second - 30, early, late)
    assert found["missed"] == 0


def test_standing_up_as_it_ends_is_missed():
    found = figures(a_stand((0, SEATED), (90, STANDING)))
    assert (found["missed"], found["reaction_s"], found["done_standing_s"]) == (1, None, 0)


@pytest.mark.parametrize(("seconds", "aborted"), [(5, 0), (6, 1)])
@pytest.mark.parametrize("to_the_end", [False, True])
def test_sitting_down_is_no_abort_up_to_five_seconds(seconds, aborted, to_the_end):
    sits = 90 - seconds if to_the_end else 50
    found = figures(
        a_stand((0, SEATED), (30, STANDING), (sits, SEATED), (sits + seconds, STANDING))
    )
    assert found["aborted"] == aborted
    assert found["done_standing_s"] == 60 - seconds


def test_each_time_down_counts_and_belongs_to_the_hill_it_began_on():
    ride = planned(
        (10.0, SIT), (30.0, STAND, 1), (30.0, STAND, 2), (10.0, SIT),
        positions=[
            (0, SEATED), (10, STANDING), (15, SEATED), (22, STANDING), (36, SEATED), (50, STANDING),
        ],
    )  # fmt: skip
    found = figures(ride)
    assert (found["stand_cues"], found["aborted"]) == (1, 2)
    one, two = found["per_hill"]
    # No cue between two hills that are both stood.
    assert [one["stand_cues"], two["stand_cues"]] == [1, 0]
    assert [one["aborted"], two["aborted"]] == [2, 0]
    assert [one["done_standing_s"], two["done_standing_s"]] == [5 + 14, 20]


def test_who_sits_down_on_the_border_of_two_hills_does_so_on_the_second():
    ride = planned(
        (30.0, STAND, 1), (30.0, STAND, 2), positions=[(0, SEATED), (2, STANDING), (30, SEATED)]
    )
    assert [hill["aborted"] for hill in figures(ride)["per_hill"]] == [0, 1]


def test_sitting_down_before_one_has_stood_is_late_and_not_aborted():
    found = figures(a_stand((0, SEATED), (50, STANDING), (90, SEATED)))
    assert (found["late"], found["aborted"]) == (1, 0)


def test_who_stood_up_and_sat_down_before_the_cue_answers_afterwards():
    found = figures(a_stand((0, SEATED), (20, STANDING), (28, SEATED), (32, STANDING)))
    assert (found["reaction_s"], found["early"], found["unasked_standing_s"]) == (2, 0, 8 + 30)


def test_who_never_sat_down_did_not_react():
    ride = planned(
        (10.0, SIT), (30.0, STAND, 1), (20.0, SIT), (30.0, STAND, 2),
        positions=[(0, SEATED), (11, STANDING)],
    )  # fmt: skip
    one, two = figures(ride)["per_hill"]
    assert (one["reaction_s"], two["reaction_s"]) == (1, None)
    assert (two["early"], two["missed"], two["done_standing_s"]) == (0, 0, 30)
    assert figures(ride)["unasked_standing_s"] == 20


def test_a_ride_that_begins_standing_has_a_cue():
    ride = planned((60.0, STAND, 1), positions=[(0, SEATED), (4, STANDING)])
    found = figures(ride)
    assert (found["stand_cues"], found["reaction_s"]) == (1, 4)


def test_where_the_posture_was_free_the_rider_is_taken_to_sit():
    free = planned((30.0, None), (30.0, STAND, 1), positions=[(0, SEATED), (32, STANDING)])
    assert (figures(free)["stand_cues"], figures(free)["reaction_s"]) == (1, 2)


def test_a_rider_who_ignores_every_cue_reads_as_such():
    ride = planned(*MINUTE, positions=[(0, SEATED)])
    found = figures(ride)
    expected = {
        "asked_standing_s": 37, "done_standing_s": 0, "stand_cues": 4, "missed": 4,
        "reaction_s": None, "early": 0, "late": 0, "aborted": 0,
    }  # fmt: skip
    assert picked(found, **expected) == expected


# --- what pedals say ----------------------------------------------------------------------------


def test_reaction_is_to_the_confirmed_change_and_time_from_the_transition():
    found = figures(
        a_stand(
            (0, SEATED), (31, TO_STANDING), (33, STANDING), (88, TO_SEATED), (91, SEATED),
        )
    )  # fmt: skip
    # The rule of the posture's totals: a transition counts as what is confirmed next.
    assert (found["reaction_s"], found["done_standing_s"]) == (3, 88 - 31)
    assert found["segments"][2]["reaction_s"] == 1


def test_a_transition_that_led_nowhere_is_no_stand():
    found = figures(a_stand((0, SEATED), (31, TO_STANDING), (33, SEATED)))
    assert (found["missed"], found["done_standing_s"]) == (1, 0)


def test_a_trailing_transition_is_not_known():
    found = figures(a_stand((0, SEATED), (32, STANDING), (100, TO_SEATED)))
    assert (found["done_standing_s"], found["unknown_s"]) == (58, 20)


def test_the_first_word_of_a_pedal_is_no_change_and_a_key_is_one():
    found = figures(a_stand((33, STANDING), (90, SEATED)))
    assert (found["reaction_s"], found["missed"], found["unknown_s"]) == (None, 0, 33)
    found = figures(a_stand((32, TO_STANDING), (33, STANDING), (90, SEATED)))
    assert found["reaction_s"] == 3
    found = figures(a_stand((33, STANDING), (90, SEATED), source=DECLARED))
    assert (found["source"], found["reaction_s"]) == ("declared", 3)


def test_what_nobody_knew_is_not_missed():
    found = figures(a_stand((100, SEATED)))
    assert (found["missed"], found["done_standing_s"], found["unknown_s"]) == (0, 0, 100)


MESSY = [
    (0, SEATED), (1, STANDING), (1, STANDING), (13, SEATED), (14, SEATED), (26, TO_STANDING),
    (26, STANDING), (30, SEATED), (37, STANDING), (38, STANDING), (39, SEATED), (45, STANDING),
    (50, TO_SEATED), (50, SEATED), (500, STANDING), (-3, SEATED),
]  # fmt: skip


def test_repeats_disorder_and_events_outside_the_ride_change_nothing():
    expected = figures(a_minute())
    ride = a_minute()
    ride.positions = [PositionChange(time, position) for time, position in MESSY]
    # Out of order, but of two in one second the later one still comes later.
    ride.positions = ride.positions[7:] + ride.positions[:7]
    assert figures(ride) == expected


@pytest.mark.parametrize(
    ("source", "note"),
    [
        (PostureSource.ESTIMATED, "only estimated"),
        (PostureSource.PRESCRIBED, "nobody measured or declared"),
        (None, "nobody measured or declared"),
    ],
)
def test_only_a_measured_or_declared_posture_is_judged(source, note):
    found = figures(a_minute(source=source))
    assert found["source"] == "none"
    assert note in found["note"]
    assert found["asked_standing_s"] == 37
    judged = ("done_standing_s", "unasked_standing_s", "in_posture_s", "unknown_s", "reaction_s",
              "early", "late", "missed", "aborted")  # fmt: skip
    for each in (found, *found["per_hill"]):
        assert {each[key] for key in judged} == {None}
    for each in found["segments"]:
        assert each["in_posture_s"] is each["reaction_s"] is None
    # Power and cadence need nobody's word on the posture.
    assert found["on_target_pct"] == 100


def test_positions_that_confirm_nothing_judge_nobody():
    ride = planned((20, Posture.SEATED), (20, Posture.STANDING, 1), positions=[(5, TO_STANDING)])
    found = figures(ride)
    assert found["source"] == "none"
    assert "no position was confirmed" in found["note"]
    assert found["asked_standing_s"] == 20
    assert found["done_standing_s"] is found["missed"] is None


def test_a_ride_without_a_plan_was_asked_for_nothing():
    ride = Ride.from_columns(np.arange(60.0), power=np.full(60, 200.0))
    ride.positions = [PositionChange(0, STANDING)]
    ride.position_source = MEASURED
    found = figures(ride)
    assert "no plan" in found["note"]
    assert (found["source"], found["per_hill"], found["segments"]) == ("none", [], [])
    assert found["asked_standing_s"] is found["stand_cues"] is None


def test_a_stretch_that_leaves_the_posture_to_the_rider_asks_for_none():
    ride = planned((30.0, SIT), (30.0, None, 1), positions=[(0, SEATED), (40, STANDING)])
    found = figures(ride)
    assert (found["in_posture_s"], found["asked_standing_s"], found["unasked_standing_s"]) == (
        30,
        0,
        0,
    )
    assert found["per_hill"] == []
    assert found["segments"][1]["posture"] is None


# --- the timer ----------------------------------------------------------------------------------


def paused(ride, at, seconds):
    """The same ride with a pause in it."""

    def later(time):
        return time + seconds * (time >= at)

    ride.timer = [TimerChange(0, True), TimerChange(at, False), TimerChange(at + seconds, True)]
    ride.time = later(ride.time)
    ride.positions = [PositionChange(later(each.time), each.position) for each in ride.positions]
    laps = []
    for lap in ride.laps:
        start, end = later(lap.start), lap.start + lap.elapsed_time
        # A lap that ends as the pause begins has ended by then.
        end += seconds * (end > at)
        laps.append(Lap(start, end - start, lap.timer_time, lap.segment))
    ride.laps = laps
    return ride


@given(st.integers(1, 59), st.integers(1, 400))
def test_a_pause_is_no_time_at_all(at, seconds):
    expected, found = figures(a_minute()), figures(paused(a_minute(), at, seconds))
    # The clock goes on, and no power is judged across the gap.
    moved = ("start_s", "on_target_pct", "in_cadence_pct")
    for each in (expected, found):
        for part in (each, *each["per_hill"]):
            for key in moved:
                part.pop(key, None)
    # A segment with a pause in it is two stretches.
    kept = [
        [sum(each["in_posture_s"] for each in made if each["segment"] == n) for n in range(8)]
        for made in (expected.pop("segments"), found.pop("segments"))
    ]
    assert kept[0] == kept[1]
    assert found == expected


def test_an_answer_given_in_a_pause_counts_when_it_ends():
    ride = a_stand((0, SEATED), (40, STANDING), (90, SEATED))
    ride = paused(ride, 40, 100)
    ride.positions[1] = PositionChange(70, STANDING)
    found = figures(ride)
    assert (found["reaction_s"], found["done_standing_s"]) == (10, 50)


def test_times_are_whole_seconds_half_up():
    found = figures(a_stand((0.25, SEATED), (35.49, STANDING), (90.5, SEATED)))
    assert (found["reaction_s"], found["late"], found["done_standing_s"]) == (5, 0, 55)
    found = figures(a_stand((0.25, SEATED), (35.5, STANDING), (90.5, SEATED)))
    assert (found["reaction_s"], found["late"]) == (6, 1)


@pytest.mark.parametrize(("at", "seconds"), [(40.5, 10.0), (40.25, 10.25), (40.75, 9.5)])
def test_pauses_of_odd_lengths_make_no_hill_longer_and_files_agree(at, seconds, tmp_path):
    ride = paused(a_stand((0, SEATED), (33, STANDING), (92, SEATED)), at, seconds)
    (tmp_path / "ride.fit").write_bytes(fit.encode(ride))
    found, again = figures(ride), figures(fit.load(tmp_path / "ride.fit"))
    for each in (found, again):
        # 33 to 90 s, and the first two seconds of the way down.
        assert (each["asked_standing_s"], each["done_standing_s"]) == (60, 57)
        assert (each["unasked_standing_s"], each["reaction_s"]) == (2, 3)
        assert each["per_hill"][0]["in_posture_s"] == 57


# --- what was asked -----------------------------------------------------------------------------


def spans(ride):
    return [(each.start, each.end, each.posture) for each in asked(ride)]


MINUTE_SPANS = [
    (start, end, posture)
    for (start, end), (_, posture, *_) in zip(
        pairwise(np.cumsum([0.0, *(part[0] for part in MINUTE)]).tolist()), MINUTE, strict=True
    )
]


def test_laps_and_samples_say_what_was_asked():
    assert spans(a_minute()) == MINUTE_SPANS


def test_samples_alone_are_enough_and_laps_with_a_plan_are_too():
    ride = a_minute()
    ride.workout = None
    alone = spans(ride)
    # The sample on the very end is a second of its own.
    assert alone == [*MINUTE_SPANS[:-1], (54, 61, STAND)]
    ride = a_minute()
    ride.prescribed_standing[:] = np.nan
    assert spans(ride) == MINUTE_SPANS


def test_a_file_that_lost_its_last_laps_goes_on_with_its_samples():
    ride = a_minute()
    del ride.laps[3:]
    assert spans(ride) == [*MINUTE_SPANS[:-1], (54, 61, STAND)]
    assert asked(ride)[2].segment is not None
    assert asked(ride)[3].segment is None


def test_where_the_samples_are_silent_nothing_was_asked():
    ride = a_minute()
    ride.laps = []
    ride.prescribed_standing[2:4] = np.nan
    assert spans(ride)[:3] == [(0, 2, SIT), (4, 5, SIT), (5, 12, STAND)]


def test_a_file_that_lost_its_first_laps_begins_with_its_samples():
    ride = a_minute()
    del ride.laps[:3]
    assert spans(ride) == MINUTE_SPANS
    known = ("asked_standing_s", "done_standing_s", "in_posture_s", "early", "late", "reaction_s")
    found, expected = figures(ride), figures(a_minute())
    assert [found[key] for key in known] == [expected[key] for key in known]


def test_a_lap_ends_where_the_next_begins_though_files_round_only_starts():
    ride = planned((20.0, SIT), (10.0, STAND, 1), (30.0, SIT), positions=[(0, SEATED)])
    ride.laps[0] = Lap(0.0, 20.5, 20.0, 0)
    ride.laps[1] = Lap(20.0, 10.5, 10.0, 1)
    assert spans(ride) == [(0, 20, SIT), (20, 30, STAND), (30, 60, SIT)]
    [hill] = figures(ride)["per_hill"]
    assert (hill["asked_standing_s"], hill["in_posture_s"]) == (10, 0)


def test_no_second_of_a_lap_reaches_into_the_next():
    ride = planned((61.0, SIT), (30.0, STAND, 1), positions=[(0, SEATED), (60, STANDING)])
    # Rounded, the lap is longer than its timer ran: its last second is none.
    ride.laps[0] = Lap(0.0, 61.0, 59.5, 0)
    assert figures(ride)["reaction_s"] == 0


def test_a_swap_counts_from_its_second_on():
    ride = a_stand((0, SEATED), (31, STANDING), (50, SEATED))
    swapped = (ride.time >= 50) & (ride.time < 90)
    ride.prescribed_standing[swapped] = 0.0
    assert spans(ride) == [(0, 30, SIT), (30, 50, STAND), (50, 90, SIT), (90, 120, SIT)]
    found = figures(ride)
    assert (found["asked_standing_s"], found["done_standing_s"], found["aborted"]) == (20, 19, 0)
    # The alternative has the cadence of a seated climb: that of this hill, where it has one.
    assert [each.cadence for each in asked(ride)[1:3]] == [BANDS[STAND], SEATED_CLIMB]
    # And back again.
    ride.prescribed_standing[(ride.time >= 70) & (ride.time < 90)] = 1.0
    found = figures(ride)
    assert (found["asked_standing_s"], found["stand_cues"], found["missed"]) == (40, 2, 1)


def test_a_lone_second_at_the_edge_of_a_lap_is_rounding():
    ride = a_stand((0, SEATED), (31, STANDING))
    ride.prescribed_standing[30] = 0.0
    ride.prescribed_standing[89] = 0.0
    assert spans(ride) == [(0, 30, SIT), (30, 90, STAND), (90, 120, SIT)]


def test_laps_that_overlap_ask_for_each_second_once():
    ride = a_minute()
    ride.laps = [Lap(lap.start, lap.elapsed_time + 3, 1.0, lap.segment) for lap in ride.laps]
    found = spans(ride)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert sum(end - start for start, end, _ in found) == 63
    # A timer that contradicts the clock by more than rounding is not believed.
    assert summarize(ride).account.ride.asked == 63


def test_a_hill_ridden_again_is_another_one():
    ride = planned(
        (10.0, SIT), (20.0, STAND, 1), (10.0, SIT), (20.0, STAND, 1),
        positions=[(0, SEATED), (12, STANDING), (30, SEATED)],
    )  # fmt: skip
    one, two = figures(ride)["per_hill"]
    assert [(hill["hill"], hill["done_standing_s"]) for hill in (one, two)] == [(1, 18), (1, 0)]


# --- power and cadence --------------------------------------------------------------------------


def test_time_on_target_and_in_cadence_by_hand():
    ride = planned((60.0, SIT, 1), (40.0, STAND, 2), positions=[(0, SEATED)])
    # From 5 s on the target is settled. The 3 s mean is off from 20 to 31 s: 12 of 55 and 40 s.
    ride.power[20:30] = 260.0
    # 90 rpm is what the seated hill asks for, and not the standing one; its ends belong to it.
    ride.cadence[10:20] = 80.0
    ride.cadence[20:26] = 79.9
    ride.cadence[70:80] = 75.0
    found = figures(ride)
    one, two = found["per_hill"]
    assert one["on_target_pct"] == round(100 * 43 / 55, 1)
    assert two["on_target_pct"] == 100
    # All of the ride counts, with the sample on its very end.
    assert found["on_target_pct"] == round(100 * 84 / 96, 1)
    assert (one["in_cadence_pct"], two["in_cadence_pct"]) == (90, 25)
    assert found["in_cadence_pct"] == 64


def test_coasting_is_out_of_the_band_and_what_no_crank_does_is_not_counted():
    ride = planned((60.0, SIT, 1), positions=[(0, SEATED)])
    ride.cadence[0:30] = 0.0
    ride.cadence[30:60] = 255.0
    assert figures(ride)["in_cadence_pct"] == 0
    ride.cadence[:] = 255.0
    assert figures(ride)["in_cadence_pct"] is None


def test_a_power_spike_moves_nothing():
    ride = planned((60.0, SIT, 1), positions=[(0, SEATED)])
    ride.power[30] = 30_000.0
    assert figures(ride)["on_target_pct"] == 100


def test_without_power_or_cadence_the_posture_is_still_judged():
    ride = a_minute()
    ride.power[:] = np.nan
    ride.cadence[:] = np.nan
    found = figures(ride)
    assert found["on_target_pct"] is found["in_cadence_pct"] is None
    assert found["done_standing_s"] == 18


# --- any ride -----------------------------------------------------------------------------------

parts = st.lists(
    st.tuples(st.integers(1, 40).map(float), st.sampled_from([SIT, STAND, None])), min_size=1
)
events = st.lists(st.tuples(st.floats(-20, 400), st.sampled_from(RiderPosition)), max_size=20)


@given(parts, events, st.sampled_from([MEASURED, DECLARED]), st.floats(0, 300), st.floats(0, 50))
def test_the_parts_make_the_whole(plan, positions, source, at, seconds):
    ride = planned(*plan, positions=positions, source=source)
    ride.timer = [TimerChange(at, False), TimerChange(at + seconds, True)]
    made = summarize(ride).account
    total, done = made.ride, [each for _, each in made.stretches]
    assert total.asked == pytest.approx(sum(each.asked for each in done))
    assert total.cues == sum(each.cues for each in done)
    if total.posture is None:
        return
    inside = [each.posture for each in done]
    for name in ("kept", "stood", "stood_unasked", "unknown", "early", "late", "missed", "aborted"):
        assert getattr(total.posture, name) == pytest.approx(
            sum(getattr(each, name) for each in inside)
        )
    posture = total.posture
    assert posture.stood <= total.asked_standing <= total.asked
    wrong = total.asked - posture.kept - posture.unknown
    assert wrong >= posture.stood_unasked >= 0 <= posture.unknown
    assert posture.early + posture.late + posture.missed <= total.cues


@given(events)
def test_confirmed_changes_alternate(positions):
    changes = confirmed(
        (PositionChange(time, position) for time, position in sorted(positions)), MEASURED
    )
    assert all(one.posture is not other.posture for one, other in pairwise(changes))
    assert all(each.seen for each in changes[1:])
