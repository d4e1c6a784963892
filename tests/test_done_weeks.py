"""What a ride was for the weeks, and the weeks themselves: hand-worked rides, weeks by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.messages import Mode, Posture, PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, Ride, TimerChange
from coach.training.done import Asks, asks, asks_more, ride_done
from coach.training.history import History, RideDone, StrengthDone
from coach.training.plan import Plan, Session, SessionKind, Week
from coach.training.weekly import week_start, weekly
from coach.workout import AS_IN_FILE, Raised, Segment, SegmentKind, Workout

START = datetime(2026, 11, 3, 18, 0, tzinfo=timezone(timedelta(hours=1)))
FTP = 200.0


def workout(*parts, raised=AS_IN_FILE):
    """Parts are (kind, hill, seconds, posture, watts)."""
    segments = []
    at = 0.0
    for index, (kind, hill, seconds, posture, watts) in enumerate(parts):
        segments.append(Segment(index, kind, at, seconds, posture, Mode.GRADE, hill, watts, watts))
        at += seconds
    return Workout("hills", "Hills", tuple(segments), raised)


TWO_HILLS = workout(
    (SegmentKind.WARM_UP, None, 100.0, Posture.SEATED, 100.0),
    (SegmentKind.HILL, 1, 60.0, Posture.SEATED, 180.0),
    (SegmentKind.DOWNHILL, None, 60.0, Posture.SEATED, 90.0),
    (SegmentKind.HILL, 2, 40.0, Posture.SEATED, 200.0),
    (SegmentKind.HILL, 2, 40.0, Posture.STANDING, 200.0),
    (SegmentKind.COOL_DOWN, None, 100.0, Posture.SEATED, 80.0),
)
EXACT = [100.0, 60.0, 60.0, 40.0, 40.0, 100.0]


def ridden(laps, plan=TWO_HILLS, power=None, **more):
    """A ride with a lap for each (segment, seconds); power is per second."""
    length = int(sum(seconds for _, seconds in laps))
    time = np.arange(1.0, length + 1)
    ride = Ride.from_columns(
        time,
        power=np.full(length, 150.0) if power is None else np.asarray(power, dtype=float),
        cadence=np.full(length, 80.0),
    )
    ride.elapsed_time = ride.timer_time = float(length)
    ride.workout, ride.threshold_power, ride.start = plan, FTP, START
    at = 0.0
    for segment, seconds in laps:
        ride.laps.append(Lap(at, seconds, seconds, segment))
        at += seconds
    for name, value in more.items():
        setattr(ride, name, value)
    return ride


def whole(**more):
    return ridden([*enumerate(EXACT)], **more)


# --- a ride -------------------------------------------------------------------------------------


def test_a_ride_as_planned():
    done = ride_done(whole(cr10=4.5), START)
    assert (done.start, done.workout, done.raised) == (START, "hills", AS_IN_FILE)
    assert (done.timer_time, done.completed, done.cr10, done.hills) == (400.0, 1.0, 4.5, 2)
    assert done.last_hill_cadence == 80.0
    assert (done.standing, done.standing_source, done.simulated) == (None, None, False)


def test_what_was_raised_is_told():
    raised = Raised(power=0.02)
    assert ride_done(whole(plan=replace(TWO_HILLS, raised=raised)), START).raised == raised


def test_hill_power_is_weighted_by_time():
    # Hill 1 for 60 s at 120 W, hill 2 for 80 s at 260 W, the rest at 50 W.
    power = [50.0] * 100 + [120.0] * 60 + [50.0] * 60 + [260.0] * 80 + [50.0] * 100
    # A second that ends with its sample: the first of each stretch is the one before's.
    ride = whole(power=power)
    ride.time = np.arange(0.0, 400.0)
    done = ride_done(ride, START)
    assert done.hill_power == pytest.approx((60 * 120 + 80 * 260) / 140)
    assert done.hill_time == 140
    assert done.threshold_power == FTP


def test_the_load_is_by_the_threshold_power_of_the_ride():
    # An hour at threshold power is 100: Allen, Coggan, McGregor.
    hour = workout((SegmentKind.MODERATE, None, 3600.0, None, FTP))
    ride = ridden([(0, 3600.0)], hour, [FTP] * 3600)
    assert ride_done(ride, START).load == pytest.approx(100)
    ride.threshold_power = 2 * FTP
    assert ride_done(ride, START).load == pytest.approx(25)
    ride.threshold_power = None
    assert ride_done(ride, START).load is None


@pytest.mark.parametrize(
    ("laps", "share"),
    [
        ([(0, 100.0), (1, 60.0)], 160 / 400),
        # Skipped: what came after was ridden, the hill was not.
        ([(0, 100.0), (1, 5.0), (2, 60.0), (3, 40.0), (4, 40.0), (5, 100.0)], 345 / 400),
        # Extended, or ridden twice: it makes up for nothing.
        ([(0, 100.0), (1, 90.0)], 160 / 400),
        ([(0, 100.0), (1, 30.0), (1, 60.0)], 160 / 400),
        ([(0, 100.0), (1, 30.0), (1, 10.0)], 140 / 400),
        # A lap of nobody's is no part of the plan.
        ([(0, 100.0), (None, 300.0)], 100 / 400),
    ],
)
def test_the_plan_is_completed_segment_by_segment(laps, share):
    assert ride_done(ridden(laps), START).completed == pytest.approx(share)


def test_without_a_plan_nothing_is_completed():
    assert ride_done(whole(plan=None), START).completed is None
    assert ride_done(whole(plan=None), START).workout == ""
    assert ride_done(ridden([(None, 400.0)]), START).completed is None
    # What is left of a recording after its plan was asked of nobody.
    free = workout((SegmentKind.FREE, None, 400.0, None, 0.0))
    assert ride_done(ridden([(0, 400.0)], free), START).completed is None


def test_a_ramp_is_over_when_the_rider_is():
    steps = [(SegmentKind.TEST, None, 60.0, Posture.SEATED, 100.0 + 20 * n) for n in range(10)]
    plan = workout(
        (SegmentKind.WARM_UP, None, 100.0, None, 90.0), *steps,
        (SegmentKind.COOL_DOWN, None, 100.0, None, 80.0),
    )  # fmt: skip
    held = tuple(
        replace(each, mode=Mode.POWER) if each.kind is SegmentKind.TEST else each
        for each in plan.segments
    )
    ramp = replace(plan, segments=held)
    to_the_end = [(0, 100.0), (1, 60.0), (2, 60.0), (3, 40.0), (11, 100.0)]
    assert ride_done(ridden(to_the_end, ramp), START).completed == 1
    assert ride_done(ridden(to_the_end[:-1], ramp), START).completed == pytest.approx(260 / 360)
    # Who never began it has not ridden it.
    assert ride_done(ridden([(0, 100.0)], ramp), START).completed == pytest.approx(100 / 800)
    # Twenty minutes at what can be held are a plan like any other.
    assert ride_done(ridden(to_the_end, plan), START).completed == pytest.approx(360 / 800)


def test_an_altitude_out_of_a_model_has_no_hills():
    flat = workout((SegmentKind.INTERVAL, None, 400.0, Posture.SEATED, 200.0))
    ride = ridden([(0, 400.0)], flat)
    ride.altitude = np.linspace(0, 100, 400)
    ride.distance = np.linspace(0, 2000, 400)
    assert ride_done(ride, START).hills == 0
    ride.workout = None
    assert ride_done(ride, START).hills == 1


def stood(source, **more):
    changes = [
        PositionChange(0.0, RiderPosition.SEATED),
        PositionChange(100.0, RiderPosition.STANDING),
        PositionChange(130.0, RiderPosition.SEATED),
    ]
    return whole(positions=changes, position_source=source, **more)


@pytest.mark.parametrize(
    ("source", "standing"),
    [
        (PostureSource.MEASURED, 30),
        (PostureSource.DECLARED, 30),
        (PostureSource.ESTIMATED, None),
        (PostureSource.PRESCRIBED, None),
    ],
)
def test_standing_keeps_its_source(source, standing):
    done = ride_done(stood(source), START)
    assert done.standing == standing
    assert done.standing_source == (None if standing is None else source)


def test_a_device_s_own_total_is_measured():
    done = ride_done(whole(time_standing=88.0), START)
    assert (done.standing, done.standing_source) == (88.0, PostureSource.MEASURED)


def test_a_pause_is_no_part_of_a_hill():
    ride = ridden([(0, 100.0), (1, 60.0)])
    ride.timer = [TimerChange(0.0, True), TimerChange(110.0, False), TimerChange(130.0, True)]
    ride.laps[1] = Lap(100.0, 60.0, 40.0, 1)
    done = ride_done(ride, START)
    assert done.completed == pytest.approx(140 / 400)
    assert done.hill_time == pytest.approx(40, abs=1)


def test_a_ride_of_nothing():
    done = ride_done(Ride.from_columns(np.empty(0)), START)
    assert (done.timer_time, done.hills, done.hill_power, done.load) == (0.0, 0, None, None)


@pytest.mark.parametrize(
    ("seconds", "watts", "standing", "more"),
    [(60.0, 200.0, None, False), (61.0, 200.0, None, True), (60.0, 201.0, None, True),
     (60.0, 200.0, Posture.STANDING, True), (59.0, 199.0, None, False)],
)  # fmt: skip
def test_a_workout_asks_more_than_another(seconds, watts, standing, more):
    usual = workout((SegmentKind.HILL, 1, 60.0, None, 200.0))
    assert asks_more(workout((SegmentKind.HILL, 1, seconds, standing, watts)), usual) is more


def test_what_a_workout_asks():
    asked = asks(TWO_HILLS)
    assert asked == Asks(pytest.approx((60 * 180 + 80 * 200) / 140), 140.0, 40.0)
    # A hill without a target is a hill all the same.
    bare = workout((SegmentKind.HILL, 1, 60.0, None, None), (SegmentKind.HILL, 2, 30.0, None, 90.0))
    assert asks(bare) == Asks(90.0, 90.0, 0)
    assert asks(workout((SegmentKind.WARM_UP, None, 9.0, None, 90.0))) == Asks(None, 0, 0)


# --- weeks --------------------------------------------------------------------------------------

MONDAY = date(2026, 11, 2)


def ride(day, **more):
    figures = {
        "workout": "hills", "raised": AS_IN_FILE, "timer_time": 3600.0, "completed": 1.0,
        "cr10": None, "hills": 6, "hill_power": 200.0, "last_hill_cadence": 70.0,
        "standing": None, "standing_source": None, "load": 50.0, "hill_time": 600.0,
        "threshold_power": FTP,
    }  # fmt: skip
    return RideDone(start=datetime(2026, 11, day, 18, tzinfo=UTC), **{**figures, **more})


def session(day, sets=7, asked=7):
    return StrengthDone(
        datetime(2026, 11, day, 18, tzinfo=UTC), "glutes", sets, asked, sets * 15, 4.0, True
    )


def one(history, plan=None, **more):
    (week,) = weekly(plan, history, MONDAY, MONDAY, **more)
    return week


def test_a_week_by_hand():
    week = one(
        History(
            (
                ride(2, hill_power=180.0, hill_time=1200.0, cr10=4.0, load=70.0),
                ride(4, hill_power=240.0, hill_time=600.0, cr10=6.0, threshold_power=240.0),
                ride(8, hill_power=None, hill_time=0.0, hills=0, load=None),
            ),
            (session(3), session(5, sets=10, asked=14)),
        )
    )
    assert (week.start, week.end) == (MONDAY, date(2026, 11, 8))
    assert week.hill_power == pytest.approx((1200 * 180 + 600 * 240) / 1800)
    assert week.hill_share == pytest.approx((1200 * 0.9 + 600 * 1.0) / 1800)
    assert (week.rides.done, week.strength.done, week.hills) == (3, 2, 12)
    assert (week.sets, week.sets_asked) == (17, 21)
    assert (week.load, week.rides_with_load, week.cr10) == (120.0, 2, 6.0)
    assert (week.rides.planned, week.rides.missed, week.easy) == (None, None, None)


def test_measured_and_declared_are_never_one_number():
    week = one(
        History(
            (
                ride(2, standing=60.0, standing_source=PostureSource.MEASURED),
                ride(3, standing=90.0, standing_source=PostureSource.DECLARED),
                ride(4, standing=30.0, standing_source=PostureSource.MEASURED),
            )
        )
    )
    assert (week.standing_measured, week.standing_declared) == (90.0, 90.0)
    assert one(History((ride(2),))).standing_measured is None


def test_a_ride_belongs_to_the_day_on_which_the_rider_lived_it():
    east = timezone(timedelta(hours=9))
    sunday = replace(ride(2), start=datetime(2026, 11, 9, 0, 30, tzinfo=east))
    first, second = weekly(None, History((sunday,)), MONDAY, date(2026, 11, 9))
    assert (first.rides.done, second.rides.done) == (0, 1)


def planned(start, *sessions, easy=False):
    return Plan((Week(1, start, sessions, easy, "why"),))


def test_done_beside_planned():
    plan = planned(
        MONDAY,
        Session(date(2026, 11, 2), SessionKind.HILLS, "hills", done=True),
        Session(date(2026, 11, 4), SessionKind.INTERVALS, "intervals", done=False),
        Session(date(2026, 11, 5), SessionKind.STRENGTH, "glutes", done=False),
        Session(date(2026, 11, 7), SessionKind.HILLS, "hills"),
        Session(date(2026, 11, 8), SessionKind.REST),
        easy=True,
    )
    week = one(History((ride(2), ride(3))), plan)
    assert (week.rides.done, week.rides.planned, week.rides.missed) == (2, 3, 1)
    assert (week.strength.done, week.strength.planned, week.strength.missed) == (0, 1, 1)
    assert week.easy is True
    assert (week.hill_power_planned, week.standing_planned) == (None, None)
    asked = {"hills": Asks(200.0, 1000.0, 300.0), "intervals": Asks(None, 0.0, 45.0)}
    week = one(History(), plan, asks=lambda each: asked[each.workout])
    assert (week.hill_power_planned, week.standing_planned) == (200.0, 645.0)
    # What is known of some of the sessions says nothing of the week.
    some = one(History(), plan, asks=lambda each: asked["hills"] if each.done else None)
    assert (some.hill_power_planned, some.standing_planned) == (None, None)


def test_a_week_of_rest_asks_for_nothing():
    plan = planned(MONDAY, Session(MONDAY, SessionKind.REST))
    week = one(History(), plan, asks=lambda _: Asks(200.0, 1.0, 1.0))
    assert (week.rides.planned, week.hill_power_planned, week.standing_planned) == (0, None, None)


def test_weeks_begin_on_the_plan_s_weekday():
    plan = planned(date(2026, 11, 4), Session(date(2026, 11, 5), SessionKind.HILLS, "hills"))
    weeks = weekly(plan, History(), date(2026, 10, 30), date(2026, 11, 12))
    assert [each.start.isoformat() for each in weeks] == ["2026-10-28", "2026-11-04", "2026-11-11"]
    assert [each.rides.planned for each in weeks] == [None, 1, None]
    assert week_start(date(2026, 11, 8)) == MONDAY
    assert week_start(date(2026, 11, 3), 2) == date(2026, 10, 28)


@given(
    days=st.lists(st.integers(0, 200), max_size=20),
    first=st.integers(0, 200),
    length=st.integers(-20, 200),
)
def test_each_day_of_the_span_is_in_one_week(days, first, length):
    begin = date(2026, 1, 1)
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    done = History(tuple(replace(ride(2), start=start + timedelta(days=day)) for day in days))
    since, until = begin + timedelta(days=first), begin + timedelta(days=first + length)
    weeks = weekly(None, done, since, until)
    assert bool(weeks) == (since <= until or week_start(since) <= until)
    covered = {each.start + timedelta(days=n) for each in weeks for n in range(7)}
    assert len(covered) == 7 * len(weeks)
    assert sum(each.rides.done for each in weeks) == sum(
        begin + timedelta(days=day) in covered for day in days
    )
    if since <= until:
        assert {since, until} <= covered
