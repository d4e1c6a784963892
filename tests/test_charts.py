"""Charts, by the data that is handed to the artists; pictures are for eyes, not for tests."""

from __future__ import annotations

import subprocess
import sys
import time as time_module
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.text import Text
from PIL import Image

from coach.charts import style
from coach.charts.axis import Span, time_ticks
from coach.charts.elevation import grade_classes
from coach.charts.figures import ride_figure, save_chart, save_charts
from coach.charts.header import duration_words, figures, mode_words, subtitle_parts, title_of
from coach.charts.png import choose_palette, write_png
from coach.charts.saving import FORMATS
from coach.charts.speed import ridden_speed
from coach.charts.style import DARK, LIGHT, THEMES
from coach.charts.traces import (
    cadence_goals,
    centred_mean,
    power_zone,
    runs,
    shortfall,
    smoothing_for,
    target_zone,
    traces,
)
from coach.cli import run
from coach.errors import RideFileError, RiderInputError
from coach.messages import Mode, Posture, PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, Ride, TimerChange
from coach.rides import load_ride
from coach.workout import Segment, SegmentKind, Workout

RIDES = (Path(__file__).parents[2] / "shared" / "rides").resolve()
FTP = 250.0


@pytest.fixture(autouse=True, scope="module")
def a_rider_s_time_zone():
    """Charts date a ride by the calendar of where they are drawn: an hour east of Greenwich."""
    if not hasattr(time_module, "tzset"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "<+01>-1")
        time_module.tzset()
        yield
    time_module.tzset()


# --- rides to draw ------------------------------------------------------------------------------


def planned(hills=2, hill=180, down=120, warm=300, share=1.0):
    """A ride after a plan: every second hill standing, power `share` of the target."""
    segments, at = [], 0.0

    def add(kind, seconds, percent, number=None, posture=Posture.SEATED):
        nonlocal at
        watts = percent / 100 * FTP
        cadence = (60.0, 75.0) if posture is Posture.STANDING else (80.0, 95.0)
        segments.append(
            Segment(
                len(segments), kind, at, float(seconds), posture, Mode.GRADE, number, watts, watts,
                cadence_low=cadence[0], cadence_high=cadence[1],
            )
        )  # fmt: skip
        at += seconds

    add(SegmentKind.WARM_UP, warm, 50)
    for number in range(1, hills + 1):
        posture = Posture.SEATED if number % 2 else Posture.STANDING
        add(SegmentKind.HILL, hill, 85 + 10 * (number % 3), number, posture)
        add(SegmentKind.DOWNHILL, down, 50)
    time = np.arange(at)
    inside = [segments[i] for i in np.searchsorted([s.end for s in segments], time, "right")]
    target = np.array([s.target_power_start for s in inside])
    climbing = np.array([s.hill is not None for s in inside])
    standing = np.array([float(s.posture is Posture.STANDING) for s in inside])
    ride = Ride.from_columns(
        time,
        power=target * share,
        cadence=88.0 - 20 * standing,
        heart_rate=110.0 + 50 * climbing + 5 * np.sin(time / 20),
        altitude=np.cumsum(np.where(climbing, 0.3, -0.2)),
        grade=np.where(climbing, 0.06, -0.01),
        speed=np.full(time.shape, 5.0),
        target_power=target,
        prescribed_standing=standing,
    )
    ride.workout = Workout("hills", "Hills", tuple(segments))
    ride.laps = [Lap(s.start, s.duration, s.duration, s.index) for s in segments]
    ride.threshold_power = FTP
    ride.name = "Hills"
    ride.indoor = ride.virtual_altitude = True
    ride.start = datetime(2026, 11, 22, 12, tzinfo=UTC)
    ride.elapsed_time = ride.timer_time = at
    return ride


def recorded(seconds=3000):
    """A ride without a plan: flat, then 150 m up in 25 minutes, then flat."""
    time = np.arange(float(seconds))
    altitude = 400.0 + np.clip((time - 600) / 1500, 0, 1) * 150
    return Ride.from_columns(
        time,
        power=180 + 40 * np.sin(time / 30),
        cadence=80 + 5 * np.sin(time / 50),
        heart_rate=140 + 10 * np.sin(time / 200),
        altitude=altitude,
        distance=time * 2.0,
    )


def panel(figure, name):
    return next(axes for axes in figure.axes if axes.get_label() == name)


def panels(figure):
    return [axes.get_label() for axes in figure.axes if axes.get_label() != "behind"]


def marks(figure, name, label):
    axes = panel(figure, name)
    return [a for a in (*axes.lines, *axes.collections, *axes.patches) if a.get_label() == label]


def mark(figure, name, label):
    (found,) = marks(figure, name, label)
    return found


def extents(collection):
    """Start and end of each polygon, and its lowest and highest edge."""
    outlines = [path.vertices for path in collection.get_paths()]
    return [(xy[:, 0].min(), xy[:, 0].max(), xy[:, 1].min(), xy[:, 1].max()) for xy in outlines]


def words(axes):
    return [text.get_text() for text in axes.texts]


def picture(path):
    with Image.open(path) as image:
        assert image.size == (1920, 1080)
        return np.asarray(image.convert("RGB"))


# --- which panels -------------------------------------------------------------------------------


ALL = ["power", "posture", "cadence", "heart", "elevation"]


def test_planned_ride_has_five_panels_on_one_time_axis():
    figure = ride_figure(planned())
    assert panels(figure) == ALL
    assert {axes.get_xlim() for axes in figure.axes} == {(0.0, 899.0)}
    assert len({(a.get_position().x0, a.get_position().x1) for a in figure.axes}) == 1


@pytest.mark.parametrize(
    ("absent", "left"),
    [
        (["cadence"], ["power", "posture", "heart", "elevation"]),
        (["power", "target_power"], ["heart", "posture", "cadence", "elevation"]),
        (["power", "target_power", "heart_rate"], ["elevation", "posture", "cadence"]),
        (["power", "target_power", "heart_rate", "altitude"], ["speed", "posture", "cadence"]),
        (
            ["power", "target_power", "heart_rate", "altitude", "speed"],
            ["cadence", "posture"],
        ),
        # What was asked is known from the samples, or from the plan and its laps.
        (["prescribed_standing"], ALL),
        (["prescribed_standing", "laps", "altitude"], ["power", "cadence", "heart"]),
        # A plan ridden without a power meter still shows what was asked.
        (["power"], ALL),
    ],
)
def test_panels_without_data_are_left_out_and_the_rest_takes_their_room(absent, left):
    ride = planned()
    for name in absent:
        setattr(ride, name, [] if name == "laps" else np.full(len(ride), np.nan))
    figure = ride_figure(ride)
    assert panels(figure) == left
    boxes = [panel(figure, name).get_position() for name in left]
    whole = panel(ride_figure(planned()), "power").get_position().y1
    assert boxes[0].y1 == pytest.approx(whole)
    assert boxes[-1].y0 * 1080 == pytest.approx(63)
    assert all(above.y0 > below.y1 for above, below in pairwise(boxes))
    assert boxes[0].height == max(box.height for box in boxes)


def test_recorded_ride_finds_its_hill_and_shows_no_plan():
    figure = ride_figure(recorded())
    assert panels(figure) == ["power", "cadence", "heart", "elevation"]
    assert not marks(figure, "power", "target")
    assert not marks(figure, "power", "threshold")
    ((start, end, _, _),) = extents(mark(figure, "behind", "hills"))
    assert (start, end) == pytest.approx((600, 2100), abs=30)


@pytest.mark.parametrize(
    "ride", [Ride.from_columns(np.empty(0)), Ride.from_columns(np.arange(9.0))]
)
def test_nothing_to_draw_is_said_in_a_sentence(ride):
    with pytest.raises(RideFileError, match="nothing to draw"):
        ride_figure(ride)


# --- speed --------------------------------------------------------------------------------------


def test_a_ride_of_positions_alone_shows_its_speed():
    time = np.arange(600.0)
    figure = ride_figure(Ride.from_columns(time, distance=5.0 * time))
    assert panels(figure) == ["speed"]
    _, values = mark(figure, "speed", "trace").get_data()
    assert values == pytest.approx(np.full(600, 18.0))
    assert "km/h, 7 s mean" in words(panel(figure, "speed"))
    # What the subtitle states is the smoothing of power.
    assert subtitle_parts(traces(Ride.from_columns(time, distance=5.0 * time))) == [
        "10 min outdoors"
    ]


@pytest.mark.parametrize("better", ["power", "target_power", "altitude"])
def test_speed_stands_in_only_for_power_and_elevation(better):
    time = np.arange(600.0)
    ride = Ride.from_columns(time, speed=np.full(600, 5.0), **{better: 100 + time})
    assert "speed" not in panels(ride_figure(ride))


def test_recorded_speed_goes_before_distance():
    time = np.arange(60.0)
    shown = traces(Ride.from_columns(time, distance=5.0 * time, speed=np.full(60, 4.0)))
    assert ridden_speed(shown) == pytest.approx(np.full(60, 4.0))


def test_speed_from_samples_seconds_apart_has_no_stairs():
    time = np.arange(0.0, 600.0, 7.0)
    speed = ridden_speed(traces(Ride.from_columns(time, distance=5.0 * time)))
    assert speed[: int(time[-1])] == pytest.approx(np.full(int(time[-1]), 5.0))


def test_speed_is_unknown_in_gaps_and_where_distance_is_nonsense():
    time = np.concatenate((np.arange(100.0), np.arange(200.0, 300.0)))
    distance = 5.0 * time
    distance[50] = 1e6
    distance[150:] -= distance[150]
    shown = traces(Ride.from_columns(time, distance=distance))
    speed = ridden_speed(shown)
    unknown = shown.rows.time[np.isnan(speed)]
    assert set(unknown.tolist()) == {49.0, 50.0, 99.0, 100.0, 249.0}
    assert speed[np.isfinite(speed)] == pytest.approx(5.0)


# --- the time axis ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "count", "span"),
    [
        (1, 15, (0, 15)),
        (0, 15, (0, 14)),
        (470 * 60, 3600, (28200, 31799)),
        (60, 36000, (60, 36059)),
    ],
)
def test_the_axis_reaches_from_the_first_sample_to_the_last(first, count, span):
    ride = Ride.from_columns(first + np.arange(float(count)), power=np.full(count, 200.0))
    figure = ride_figure(ride)
    assert panel(figure, "power").get_xlim() == span
    time, _ = mark(figure, "power", "trace").get_data()
    assert time[-1] == span[1]


def test_a_lone_sample_has_a_second_of_axis():
    ride = Ride.from_columns(np.array([500.0]), power=np.array([200.0]))
    assert panel(ride_figure(ride), "power").get_xlim() == (500, 501)


# --- hills and gaps -----------------------------------------------------------------------------


def test_hills_are_banded_where_they_were_ridden():
    bands = mark(ride_figure(planned()), "behind", "hills")
    assert extents(bands) == [(300, 480, 0, 1), (600, 780, 0, 1)]
    behind = panel(ride_figure(planned()), "behind")
    assert behind.get_position().y0 == pytest.approx(63 / 1080)
    assert behind.get_zorder() < 0


def test_hills_are_named_with_mean_power_and_share_of_target():
    texts = words(panel(ride_figure(planned(share=0.9)), "power"))
    assert {"Hill 1", "Hill 2"} <= set(texts)
    # Hill 1 asks for 95 % of 250 W.
    assert "214 W · 90 %" in texts


def test_a_pause_is_blank_in_every_panel_and_no_mean_reaches_across():
    ride = recorded()
    ride.timer = [TimerChange(0, True), TimerChange(1000, False), TimerChange(1300, True)]
    ride.power = np.where(ride.time < 1100, 100.0, 300.0)
    figure = ride_figure(ride, smooth=60)
    ((start, end, _, _),) = extents(mark(figure, "behind", "stops"))
    assert (start, end) == (pytest.approx(1001, abs=1), 1300)
    assert "pause 4:59" in words(panel(figure, "power"))
    for name in panels(figure):
        line = mark(figure, name, "trace")
        time, values = line.get_data()
        assert not np.isfinite(values[(time > 1001) & (time < 1300)]).any()
        assert np.isnan(values).any()
    time, values = mark(figure, "power", "trace").get_data()
    assert set(values[np.isfinite(values)]) == {100.0, 300.0}


def test_a_silence_without_a_pause_is_not_called_one():
    ride = recorded()
    keep = (ride.time < 1000) | (ride.time >= 1500)
    silent = Ride.from_columns(ride.time[keep], power=ride.power[keep])
    assert "no data 8:20" in words(panel(ride_figure(silent), "power"))


def test_silent_strap_leaves_a_band_and_no_line():
    ride = recorded()
    ride.heart_rate[1000:1400] = np.nan
    figure = ride_figure(ride)
    band = mark(figure, "heart", "no data")
    assert (band.get_x(), band.get_x() + band.get_width()) == (1000, 1400)
    assert "no data" in words(panel(figure, "heart"))
    time, values = mark(figure, "heart", "trace").get_data()
    np.testing.assert_array_equal(np.isnan(values), (time >= 1000) & (time < 1400))
    assert not marks(ride_figure(recorded()), "heart", "no data")


def test_a_lone_second_is_a_dot():
    ride = Ride.from_columns(np.array([5.0]), power=np.array([200.0]))
    x, y = mark(ride_figure(ride), "power", "lone").get_data()
    assert (list(x), list(y)) == ([5], [200])


# --- power --------------------------------------------------------------------------------------


def test_zones_end_where_sweat_ends_them():
    # GoldenCheetah/sweatpy, zones of Coggan at a threshold of 220 W: 121 W is Z1, 122 W Z2 ...
    power = np.array([0.0, 121, 122, 165, 166, 198, 199, 231, 232, 264, 265, np.nan])
    zones = power_zone(power, 220.0)
    assert zones.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, -1]


def test_target_bars_have_the_height_and_the_zone_of_the_target():
    bars = mark(ride_figure(planned()), "power", "bars")
    percents = [50, 95, 50, 105, 50]
    assert extents(bars) == [
        (start, end, 0, percent / 100 * FTP)
        for (start, end), percent in zip(
            pairwise([0, 300, 480, 600, 780, 900]), percents, strict=True
        )
    ]
    colours = [matplotlib.colors.to_hex(colour) for colour in bars.get_facecolors()]
    assert colours == [LIGHT.zones[zone] for zone in (0, 3, 0, 3, 0)]


def test_a_steep_ramp_has_the_zone_it_leads_to_and_a_warm_up_its_own():
    up = np.linspace(110, 240, 21)
    target = np.concatenate([np.full(30, 110.0), up, np.full(30, 240.0)])
    zones = target_zone(target, 220.0)
    assert zones.tolist() == [0] * 31 + [4] * 50
    assert target_zone(np.repeat([110.0, 240.0], 5), 220.0).tolist() == [0] * 5 + [4] * 5
    slow = target_zone(np.linspace(88, 143, 900), 220.0)
    assert set(slow.tolist()) == {0, 1}


def test_without_threshold_power_there_are_no_zones():
    ride = planned()
    ride.threshold_power = None
    figure = ride_figure(ride)
    bars = mark(figure, "power", "bars")
    assert {matplotlib.colors.to_hex(c) for c in bars.get_facecolors()} == {LIGHT.bar}
    assert not marks(figure, "power", "zones")
    assert not marks(figure, "power", "shortfall")


def test_ridden_power_is_coloured_by_the_zone_around_it_without_slivers():
    ride = Ride.from_columns(np.arange(1200.0), power=np.repeat([100.0, 260.0, 100.0, 320.0], 300))
    ride.threshold_power = FTP
    bars = mark(ride_figure(ride), "power", "bars")
    colours = [matplotlib.colors.to_hex(colour) for colour in bars.get_facecolors()]
    assert colours == [LIGHT.zones[zone] for zone in (0, 3, 0, 5)]
    starts = [start for start, *_ in extents(bars)]
    assert starts == pytest.approx([0, 300, 600, 900], abs=1)


@pytest.mark.parametrize(("target", "short"), [(174.0, False), (176.0, True)])
def test_missed_work_begins_with_the_first_hill_of_the_plan(target, short):
    ride = Ride.from_columns(
        np.arange(240.0), power=np.full(240, 140.0), target_power=np.full(240, target)
    )
    ride.threshold_power = 220.0
    assert bool(shortfall(traces(ride))[1]) == short


@pytest.mark.parametrize(("share", "short"), [(0.97, False), (0.93, True), (1.2, False)])
def test_missed_work_is_hatched_from_four_percent_on(share, short):
    assert bool(shortfall(traces(planned(share=share)))[1]) == short
    hatched = marks(ride_figure(planned(share=share)), "power", "shortfall")
    assert bool(hatched) == short


def test_missed_work_counts_on_hills_only_and_not_while_a_step_settles():
    figure = ride_figure(planned(share=0.5))
    polygons = extents(mark(figure, "power", "shortfall"))
    assert [(start, end) for start, end, *_ in polygons] == [(305, 479), (605, 779)]
    # From the mean up to the target: 95 % of 250 W, half of it ridden.
    assert polygons[0][2:] == pytest.approx((118.75, 237.5))


@pytest.mark.parametrize(("seconds", "missed"), [(8, 0), (40, 1)])
def test_a_short_dip_is_no_missed_work(seconds, missed):
    ride = planned()
    ride.power[400 : 400 + seconds] *= 0.85
    assert len(shortfall(traces(ride))[1]) == missed


def test_the_trace_is_the_mean_that_the_title_states():
    ride = recorded()
    figure = ride_figure(ride, smooth=30)
    _, values = mark(figure, "power", "trace").get_data()
    assert values[500] == pytest.approx(ride.power[485:515].mean())
    assert any("30 s mean" in text for text in words(panel(figure, "power")))


def threshold_label(ride):
    return next(t for t in panel(ride_figure(ride), "power").texts if "FTP" in t.get_text())


def test_threshold_is_named_at_the_left_though_a_sprint_crosses_it():
    ride = recorded()
    ride.threshold_power = FTP
    ride.power = np.where(ride.time % 60 < 12, 500.0, 100.0)
    assert threshold_label(ride).xy == (0.0, FTP)


def test_threshold_is_named_elsewhere_if_the_trace_runs_behind_its_name():
    ride = recorded()
    ride.threshold_power = FTP
    ride.power = np.where(ride.time < 900, 1.05 * FTP, 100.0)
    assert threshold_label(ride).xy[0] > 890


def test_a_power_spike_does_not_set_the_scale():
    ride = recorded()
    ride.power[1234] = 47140.0
    assert panel(ride_figure(ride), "power").get_ylim()[1] < 400


# --- posture ------------------------------------------------------------------------------------


def stood(**plan):
    """A ride whose rider stands up 5 s late on every standing hill, and sits down in time."""
    ride = planned(**plan)
    ride.position_source = PostureSource.MEASURED
    ride.positions = [PositionChange(0.0, RiderPosition.SEATED)]
    for segment in ride.workout.segments:
        if segment.posture is Posture.STANDING:
            ride.positions += [
                PositionChange(segment.start + 5, RiderPosition.STANDING),
                PositionChange(segment.end, RiderPosition.SEATED),
            ]
    return ride


def with_positions(source):
    ride = planned()
    ride.position_source = source
    ride.positions = [
        PositionChange(0.0, RiderPosition.SEATED),
        PositionChange(610.0, RiderPosition.TRANSITION_TO_STANDING),
        PositionChange(612.0, RiderPosition.STANDING),
        PositionChange(770.0, RiderPosition.SEATED),
    ]
    return ride


def test_asked_and_done_stand_side_by_side_with_their_totals():
    figure = ride_figure(with_positions(PostureSource.MEASURED))
    asked = extents(mark(figure, "posture", "asked standing"))
    done = extents(mark(figure, "posture", "done standing"))
    assert [(start, end) for start, end, *_ in asked] == [(600, 780)]
    assert [(start, end) for start, end, *_ in done] == [(610, 770)]
    assert asked[0][2] > done[0][3]
    assert mark(figure, "posture", "done standing").get_hatch() == "////"
    assert not mark(figure, "posture", "done seated").get_hatch()
    texts = words(panel(figure, "posture"))
    assert {"asked", "3:00", "done", "2:40", "done: measured"} <= set(texts)


def test_each_hill_says_how_long_it_was_stood():
    texts = words(panel(ride_figure(with_positions(PostureSource.MEASURED)), "posture"))
    # The first hill was to be ridden seated; the figures beside the lanes have a caption.
    assert [text for text in texts if " of " in text] == ["2:40 of 3:00"]
    assert texts.count("standing") == 2


@pytest.mark.parametrize(
    ("plan", "told", "count"),
    [
        ({"hills": 6, "hill": 180, "down": 120, "warm": 1800}, "2:55 of 3:00", 3),
        # Where they crowd, the short form; where even that has no room, some of them.
        ({"hills": 19, "hill": 100, "down": 50, "warm": 2000}, "1:35/1:40", 9),
        ({"hills": 60, "hill": 60, "down": 30, "warm": 3600}, "0:55/1:00", 10),
    ],
)
def test_hills_that_crowd_say_it_shorter_and_then_some_of_them(plan, told, count):
    texts = words(panel(ride_figure(stood(**plan)), "posture"))
    assert [text for text in texts if " of " in text or "/" in text] == [told] * count


def test_the_words_of_a_hill_stand_over_its_standing_stretch():
    figure = ride_figure(stood())
    (label,) = [text for text in panel(figure, "posture").texts if " of " in text.get_text()]
    assert label.xy == (pytest.approx(690), 1.0)


def test_hills_without_a_known_posture_say_nothing_of_it():
    for source in (None, PostureSource.ESTIMATED):
        texts = words(panel(ride_figure(with_positions(source)), "posture"))
        assert not any(" of " in text for text in texts)


def test_declared_posture_says_so():
    texts = words(panel(ride_figure(with_positions(PostureSource.DECLARED)), "posture"))
    assert "done: as told by the rider" in texts


@pytest.mark.parametrize("source", [PostureSource.ESTIMATED, None])
def test_a_guess_is_not_drawn(source):
    figure = ride_figure(with_positions(source))
    assert not marks(figure, "posture", "done standing")
    assert "done" not in words(panel(figure, "posture"))


def test_posture_has_a_hole_where_the_timer_stood_still():
    ride = with_positions(PostureSource.MEASURED)
    ride.timer = [TimerChange(0, True), TimerChange(650, False), TimerChange(700, True)]
    figure = ride_figure(ride)
    for lane, edges in (("asked", [600, 650, 700, 780]), ("done", [610, 650, 700, 770])):
        found = [
            edge for e in extents(mark(figure, "posture", f"{lane} standing")) for edge in e[:2]
        ]
        assert found == pytest.approx(edges, abs=1)


# --- cadence, heart rate, elevation -------------------------------------------------------------


def test_cadence_goal_follows_the_plan():
    assert [tuple(goal) for goal in cadence_goals(planned())] == [
        (0, 300, 80, 95), (300, 480, 80, 95), (480, 600, 80, 95),
        (600, 780, 60, 75), (780, 900, 80, 95),
    ]  # fmt: skip
    figure = ride_figure(planned())
    assert (600, 780, 60, 75) in extents(mark(figure, "cadence", "goal"))


def test_each_cadence_goal_is_named_at_the_right_at_its_own_height():
    axes = panel(ride_figure(planned()), "cadence")
    low, high = axes.get_ylim()
    at = {text.get_text(): text.xy for text in axes.texts if "–" in text.get_text()}
    assert set(at) == {"80–95", "60–75"}
    for name, middle in (("80–95", 87.5), ("60–75", 67.5)):
        assert at[name] == pytest.approx((1, (middle - low) / (high - low)))


def test_cadence_goals_that_crowd_are_written_below_one_another_while_there_is_room():
    ride = planned()
    segments = [
        replace(s, cadence_low=80.0 - s.index, cadence_high=95.0) for s in ride.workout.segments
    ]
    ride.workout = replace(ride.workout, segments=tuple(segments))
    axes = panel(ride_figure(ride), "cadence")
    at = {text.get_text(): text.xy[1] for text in axes.texts if "–" in text.get_text()}
    assert list(at) == ["80–95", "79–95", "78–95", "77–95"]
    height = axes.get_position().height * 1080
    assert all(above - below >= 17.9 / height for above, below in pairwise(at.values()))


def test_coasting_is_no_cadence():
    ride = recorded()
    ride.cadence[1000:1200] = 0
    time, values = mark(ride_figure(ride), "cadence", "trace").get_data()
    assert np.isnan(values[(time > 1005) & (time < 1195)]).all()
    assert np.nanmin(values) > 70
    assert "rpm, 7 s mean, pedalling only" not in words(panel(ride_figure(recorded()), "cadence"))


def test_each_hill_has_its_highest_heart_rate():
    ride = planned()
    ride.heart_rate[400], ride.heart_rate[700] = 171.0, 176.0
    # A beat that jumps back and forth is a faulty strap; a peak comes and goes.
    ride.heart_rate[390:411] = 171 - 0.5 * np.abs(np.arange(-10, 11))
    ride.heart_rate[690:711] = 176 - 0.5 * np.abs(np.arange(-10, 11))
    figure = ride_figure(ride)
    time, _ = mark(figure, "heart", "peaks").get_data()
    assert list(time) == [400, 700]
    assert {"171", "176"} <= set(words(panel(figure, "heart")))


def test_elevation_is_the_darker_the_steeper():
    ride = planned()
    classes = grade_classes(traces(ride))
    assert set(classes[310:470].tolist()) == {2}
    assert set(classes[490:590].tolist()) == {0}
    figure = ride_figure(ride)
    assert {"+54 m"} <= set(words(panel(figure, "elevation")))
    assert "m, virtual" in words(panel(figure, "elevation"))


def test_grade_of_a_road_comes_from_altitude_over_distance():
    time = np.arange(1600.0)
    rise = np.repeat([0.0, 0.03, 0.06, 0.10], 400)
    ride = Ride.from_columns(time, altitude=np.cumsum(rise * 4), distance=time * 4)
    classes = grade_classes(traces(ride))
    for number in range(4):
        assert set(classes[number * 400 + 30 : number * 400 + 370].tolist()) == {number}


# --- words --------------------------------------------------------------------------------------


def test_header_states_what_was_reckoned():
    shown = traces(planned(share=1.0))
    assert figures(shown) == [
        ("175 W", "avg"), ("158 kJ", "work"), ("100 %", "on target"), ("130", "avg HR"),
    ]  # fmt: skip


def test_weighted_power_needs_twenty_minutes_and_intensity_a_threshold():
    ride = recorded()
    assert [name for _, name in figures(traces(ride))] == [
        "avg", "weighted", "work", "avg HR", "ascent", "distance",
    ]  # fmt: skip
    ride.threshold_power = 200.0
    assert "intensity" in [name for _, name in figures(traces(ride))]


def test_ride_without_power_shows_what_it_has():
    ride = recorded()
    ride.power = np.full(len(ride), np.nan)
    assert [name for _, name in figures(traces(ride))] == [
        "avg HR", "max HR", "avg rpm", "ascent", "distance",
    ]  # fmt: skip


def test_subtitle_is_honest():
    assert subtitle_parts(traces(planned())) == [
        "Sun 22 Nov 2026", "15 min indoors", "grade mode", "3 s smoothing",
    ]  # fmt: skip
    assert subtitle_parts(traces(recorded())) == ["50 min outdoors", "5 s smoothing"]


@pytest.mark.skipif(not hasattr(time_module, "tzset"), reason="no time zones to choose from")
def test_date_is_that_of_the_rider_s_calendar():
    ride = planned()
    ride.start = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert subtitle_parts(traces(ride))[0] == "Mon 23 Nov 2026"


def test_a_plan_without_sensors_shows_targets_and_cues_and_claims_nothing_else():
    ride = planned()
    for name in ("power", "cadence", "heart_rate", "speed", "distance", "altitude", "grade"):
        setattr(ride, name, np.full(len(ride), np.nan))
    figure = ride_figure(ride)
    assert panels(figure) == ["power", "posture"]
    assert marks(figure, "power", "bars")
    assert marks(figure, "posture", "asked standing")
    assert "W, target bars" in words(panel(figure, "power"))
    assert subtitle_parts(traces(ride)) == ["Sun 22 Nov 2026", "15 min indoors"]
    assert figures(traces(ride)) == []


def test_mode_of_a_ride_that_was_only_watched_is_not_stated():
    free = Segment(0, SegmentKind.FREE, 0.0, 60.0, None, Mode.GRADE)
    ride = recorded()
    ride.workout = Workout("x", "x", (free,))
    assert mode_words(ride) == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(45, "45 s"), (3420, "57 min"), (5400, "1 h 30 min"), (36000, "10 h")]
)
def test_durations_are_said_as_riders_say_them(seconds, text):
    assert duration_words(seconds) == text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Col de l'Iseran", "Col de l'Iseran"),
        ("\x1b[31mred\n alert", "[31mred alert"),
        ("backward\u202e ride", "backward ride"),
        ("日本", "Cycling"),
        ("", "Cycling"),
    ],
)
def test_a_title_holds_only_what_can_be_drawn(name, shown):
    ride = recorded()
    ride.name = name
    assert title_of(ride) == shown


def test_dollars_in_a_name_are_no_formula():
    ride = recorded()
    ride.name = r"100$ race \frac$"
    figure = ride_figure(ride)
    assert ride.name in [text.get_text() for text in figure.texts]
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("length", "first", "last", "count"),
    [
        (180, (0, "0:00 min"), (180, "3:00"), 13),
        (3420, (0, "0 min"), (3300, "55"), 12),
        (5400, (0, "0 min"), (5400, "90"), 10),
        (8357, (0, "0:00 h"), (8100, "2:15"), 10),
        (36000, (0, "0:00 h"), (36000, "10:00"), 11),
    ],
)
def test_time_is_told_in_round_steps(length, first, last, count):
    ticks = time_ticks(Span(0.0, float(length)))
    assert (ticks[0], ticks[-1], len(ticks)) == (first, last, count)


@given(st.floats(0, 1e6), st.floats(1, 1e7))
def test_there_are_never_too_many_times(start, length):
    ticks = time_ticks(Span(start, start + length))
    assert len(ticks) <= 14
    assert all(start - 1e-6 <= at <= start + length for at, _ in ticks)


def overlapping(figure):
    figure.canvas.draw()
    shown = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    # Axis labels of hidden axes are not drawn.
    shown = [t for t in shown if t.axes is None or t.axes.axison]
    hidden = {
        label
        for axes in figure.axes
        if not axes.xaxis.get_visible()
        for label in axes.get_xticklabels()
    }
    placed = [(t, t.get_window_extent()) for t in shown if t not in hidden]
    return [
        (one.get_text(), other.get_text())
        for (one, a), (other, b) in combinations(placed, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3
    ], placed


@pytest.mark.parametrize(
    "ride",
    [
        planned(),
        planned(hills=6, hill=240, down=180, warm=900),
        planned(hills=20, hill=90, down=60),
        planned(hills=60, hill=40, down=30),
        planned(warm=1, hill=20, down=1200),
        recorded(),
        with_positions(PostureSource.MEASURED),
        stood(hills=6, hill=240, down=180, warm=900),
        stood(hills=20, hill=90, down=60, warm=1),
    ],
    ids=[
        "two",
        "six",
        "twenty",
        "sixty",
        "edge",
        "recorded",
        "positions",
        "six stood",
        "twenty stood",
    ],
)
def test_no_word_lies_on_another_or_off_the_sheet(ride):
    ride.name = "A very long name that somebody typed into a head unit while nobody watched"
    overlaps, placed = overlapping(ride_figure(ride))
    assert overlaps == []
    assert len(placed) > 20
    for text, box in placed:
        assert box.x0 >= 0, text
        assert box.x1 <= 1920, text
        assert text.get_fontsize() >= 9, text


def test_crowded_hills_keep_their_numbers():
    texts = set(words(panel(ride_figure(planned(hills=20, hill=90, down=60)), "power")))
    assert {str(number) for number in range(1, 21)} <= texts
    assert "Hill 1" not in texts


# --- arithmetic ---------------------------------------------------------------------------------


@given(
    st.lists(st.one_of(st.floats(-1e3, 1e3), st.just(float("nan"))), min_size=1, max_size=40),
    st.integers(1, 9),
    st.data(),
)
def test_centred_mean_is_the_mean_of_what_is_known_around(values, width, data):
    cuts = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    column, stretch = np.array(values), np.cumsum(cuts, dtype=np.intp)
    result = centred_mean(column, width, stretch)
    for at in range(len(values)):
        window = slice(max(0, at - width // 2), at + (width + 1) // 2)
        around = column[window][stretch[window] == stretch[at]]
        expected = np.nan if np.isnan(column[at]) else around[np.isfinite(around)].mean()
        assert result[at] == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(st.lists(st.integers(-1, 2), max_size=50))
def test_runs_cover_what_is_not_negative_once(values):
    found = list(runs(np.array(values, dtype=np.intp)))
    again = [-1] * len(values)
    for each in found:
        again[each.rows] = [each.value] * (each.end - each.first)
    assert again == [value if value >= 0 else -1 for value in values]
    assert all(a.end < b.first or a.value != b.value for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("seconds", "mean"),
    [(1199, 3), (1200, 5), (4500, 5), (4501, 10), (10800, 10), (10801, 30), (36000, 60)],
)
def test_longer_rides_are_drawn_smoother(seconds, mean):
    assert smoothing_for(seconds) == mean


# --- colours ------------------------------------------------------------------------------------

# Machado, Oliveira, Fernandes, IEEE TVCG 15 (2009) 1291: full protan, deutan and tritan vision.
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


def linear(colour):
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2.2 contrast ratio."""
    bright, dark = sorted(
        (linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other)), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)


def lab(colour, vision="normal"):
    """CIE 1976 L*a*b* under D65, as seen with a vision."""
    seen = np.clip(np.array(VISION[vision]) @ linear(colour), 0, 1)
    x, y, z = (np.array(TO_XYZ) @ seen) / [0.95047, 1, 1.08883]
    fx, fy, fz = (
        np.cbrt(v) if v > (6 / 29) ** 3 else v / (3 * (6 / 29) ** 2) + 4 / 29 for v in (x, y, z)
    )
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_words_and_lines_stand_out(theme):
    assert contrast(theme.ink, theme.ground) >= 15
    assert contrast(theme.dim, theme.ground) >= 5
    # Panel titles may lie on a hill's band.
    assert contrast(theme.dim, theme.band) >= 4.5
    for line in (theme.cadence, theme.heart, theme.elevation):
        assert contrast(line, theme.ground) >= 4.5
    # Where a zone is too near to the line, its halo takes over.
    for zone in theme.zones:
        assert max(contrast(theme.ink, zone), contrast(theme.ink, theme.ground)) >= 4.5


@pytest.mark.parametrize(
    ("theme", "vision", "least"),
    [
        (LIGHT, "normal", 11), (LIGHT, "protan", 9), (LIGHT, "deutan", 11), (LIGHT, "tritan", 8),
        (DARK, "normal", 22), (DARK, "protan", 21), (DARK, "deutan", 20), (DARK, "tritan", 11),
    ],
)  # fmt: skip
def test_neighbouring_zones_differ_for_every_eye(theme, vision, least):
    zones = [lab(zone, vision) for zone in theme.zones]
    assert min(np.linalg.norm(a - b) for a, b in pairwise(zones)) >= least
    assert np.linalg.norm(lab(theme.seated, vision) - lab(theme.standing, vision)) >= 70


def test_lightness_of_zones_is_as_measured():
    assert [round(lab(z)[0]) for z in LIGHT.zones] == [87, 86, 80, 88, 72, 54]
    assert [round(lab(z)[0]) for z in DARK.zones] == [29, 39, 46, 59, 39, 29]


# --- files --------------------------------------------------------------------------------------


OWN_SETTINGS = {"font.size": 30, "lines.markeredgewidth": 9, "text.antialiased": False}


@pytest.mark.parametrize("suffix", FORMATS)
def test_same_ride_same_bytes_whatever_the_machine_s_settings(tmp_path, suffix):
    ride = planned()
    first = save_chart(ride, tmp_path / f"a{suffix}").read_bytes()
    with matplotlib.rc_context(OWN_SETTINGS):
        before = dict(matplotlib.rcParams)
        second = save_chart(ride, tmp_path / f"b{suffix}").read_bytes()
        assert dict(matplotlib.rcParams) == before
    assert first == second
    assert len(first) > 10_000


def test_both_themes_are_pictures_of_the_stated_size_and_ground(tmp_path):
    saved = save_charts(planned(), tmp_path / "2026-11-22_ride")
    assert [path.name for path in saved] == [
        "2026-11-22_ride-light.png",
        "2026-11-22_ride-dark.png",
    ]
    for path, theme in zip(saved, THEMES.values(), strict=True):
        image = Image.fromarray(picture(path))
        found = {"#{:02x}{:02x}{:02x}".format(*rgb): count for count, rgb in image.getcolors(256)}
        assert found[theme.ground] > 0.4 * 1920 * 1080
        for flat in (theme.band, theme.zones[0], theme.zones[3], theme.seated, theme.grades[2]):
            assert found[flat] > 2000
        assert path.stat().st_size < 200_000


def test_a_picture_is_drawn_where_it_should_be(tmp_path):
    """Tolerant on purpose: a lost panel shows, another version's anti-aliasing does not."""
    pixels = picture(save_chart(planned(), tmp_path / "a.png"))
    bands = {"head": (20, 125), "power": (180, 530), "posture": (578, 615), "rest": (640, 1010)}
    least = {"head": 0.03, "power": 0.5, "posture": 0.8, "rest": 0.2}
    for name, (top, bottom) in bands.items():
        drawn = (pixels[top:bottom, 86:1793] != 255).any(axis=2)
        assert drawn.mean() > least[name], name
    assert (pixels[:20] == 255).all()


def test_an_image_of_few_colours_keeps_them_all():
    rng = np.random.default_rng(4)
    palette = rng.integers(0, 256, (200, 4), dtype=np.uint8)
    pixels = palette[rng.integers(0, 200, (40, 60))]
    stream = BytesIO()
    write_png(pixels, stream, 144)
    again = np.asarray(Image.open(stream).convert("RGB"))
    np.testing.assert_array_equal(again, pixels[..., :3])


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 64), st.integers(0, 2**32 - 1))
def test_every_colour_gets_the_nearest_of_the_palette(many, few, seed):
    rng = np.random.default_rng(seed)
    found = np.unique(rng.integers(0, 256, (many, 3)), axis=0).astype(np.int16)
    counts = rng.integers(1, 10_000, len(found)).astype(float)
    palette, nearest = choose_palette(found, counts, few)
    assert len(palette) == min(few, len(found))
    distances = ((found[:, None].astype(int) - palette.astype(int)) ** 2).sum(axis=2)
    chosen = distances[np.arange(len(found)), nearest]
    np.testing.assert_array_equal(chosen, distances.min(axis=1))
    assert (palette == found[counts.argmax()]).all(axis=1).any()


def test_neither_pyplot_nor_a_window_is_needed():
    program = (
        "import sys, numpy as np\n"
        "from coach.charts.figures import ride_figure\n"
        "from coach.ride import Ride\n"
        "ride_figure(Ride.from_columns(np.arange(9.0), power=np.arange(9.0)))\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"smooth": 0.5}, "1 to 300"),
        ({"smooth": float("nan")}, "1 to 300"),
        ({"theme": "blue"}, "light or dark"),
    ],
)
def test_options_that_make_no_sense_are_refused(wrong, told):
    with pytest.raises(RiderInputError, match=told):
        ride_figure(recorded(), **wrong)


# --- any ride -----------------------------------------------------------------------------------


def columns(draw, seconds):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    made = {}
    for name, scale in (
        ("power", 300), ("cadence", 90), ("heart_rate", 150), ("altitude", 500), ("speed", 9),
        ("distance", 9e3), ("target_power", 300), ("prescribed_standing", 1), ("grade", 0.05),
        ("felt_grade", 0.04),
    ):  # fmt: skip
        kind = draw(st.sampled_from(["absent", "noise", "flat", "holes", "huge"]))
        values = rng.normal(scale, scale / 3, seconds)
        made[name] = {
            "absent": np.full(seconds, np.nan),
            "noise": values,
            "flat": np.full(seconds, float(scale)),
            "holes": np.where(rng.random(seconds) < 0.3, np.nan, values),
            "huge": np.where(rng.random(seconds) < 0.1, 1e9, values),
        }[kind]
    return made


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_ride_is_drawn_or_refused_in_a_sentence(data):
    seconds = data.draw(st.integers(0, 200))
    step = data.draw(st.sampled_from([0.25, 1.0, 5.0, 60.0, 3600.0]))
    ride = Ride.from_columns(np.arange(seconds) * step, **columns(data.draw, seconds))
    ride.threshold_power = data.draw(st.sampled_from([None, 1.0, 220.0, 1e4]))
    ride.timer = [
        TimerChange(data.draw(st.floats(-10, 1e3)), data.draw(st.booleans())) for _ in range(4)
    ]
    ride.positions = [
        PositionChange(data.draw(st.floats(-10, 1e3)), data.draw(st.sampled_from(RiderPosition)))
        for _ in range(4)
    ]
    ride.position_source = PostureSource.MEASURED
    try:
        figure = ride_figure(
            ride,
            data.draw(st.sampled_from(["light", "dark"])),
            axis=data.draw(st.sampled_from([None, "distance"])),
        )
    except RideFileError:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()


def load(name):
    return load_ride(RIDES / name)


@pytest.mark.skipif(not RIDES.is_dir(), reason=f"no recorded rides in {RIDES}")
class TestRealRides:
    def test_hill_repeats_band_five_hills(self):
        figure = ride_figure(load("hill_repeats_5x.fit"))
        assert len(extents(mark(figure, "behind", "hills"))) == 5
        texts = words(panel(figure, "power"))
        assert [f"Hill {n}" in texts for n in range(1, 6)] == [True] * 5
        assert panel(figure, "power").get_ylim()[1] < 1000

    def test_mountain_shows_measured_posture_and_no_heart(self):
        figure = ride_figure(load("mountain_edge530_positions_gears.fit"))
        assert panels(figure) == ["power", "posture", "cadence", "elevation"]
        stood = extents(mark(figure, "posture", "done standing"))
        # The device's own total.
        assert sum(end - start for start, end, *_ in stood) == pytest.approx(1490.98, abs=1)
        assert "24:51" in words(panel(figure, "posture"))

    def test_ride_without_power_is_led_by_the_heart(self):
        figure = ride_figure(load("alpe_dhuez_edge_nopower.fit"))
        assert panels(figure) == ["heart", "cadence", "elevation"]
        assert any("+1523 m" in text for text in words(panel(figure, "heart")))

    def test_pauses_of_a_tiny_ride_are_blank(self):
        figure = ride_figure(load("indoor_tiny_paused.fit"))
        stops = extents(mark(figure, "behind", "stops"))
        assert [round(end - start) for start, end, *_ in stops] == [12, 114]

    @pytest.mark.parametrize(
        "name",
        [
            "chained_4_files.fit", "corrupt_truncated.fit", "indoor_devfields_power_spike.fit",
            "long_6h30_wahoo_bigendian.fit", "run_compressed_timestamps.fit",
            "virtual_zwift_16laps.fit", "virtual_ride_power.tcx",
        ],
    )  # fmt: skip
    def test_every_ride_is_drawn_without_overlap(self, name):
        overlaps, _ = overlapping(ride_figure(load(name)))
        assert overlaps == []


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def ride_file(tmp_path, monkeypatch):
    from coach.commands.saving import write_fit

    monkeypatch.chdir(tmp_path)
    return write_fit(recorded(1300), tmp_path / "morning.fit")


def test_chart_lands_in_the_current_folder_and_says_where(ride_file, capsys):
    assert run(["chart", str(ride_file), "--theme", "dark"]) == 0
    assert capsys.readouterr() == ("morning-dark.png\n", "")
    assert (picture("morning-dark.png")[0, 0] == [0x0F, 0x15, 0x1B]).all()


def test_chart_has_the_format_of_its_name(ride_file, capsys):
    assert run(["chart", str(ride_file), "--out", "a.svg", "--smooth", "30"]) == 0
    text = Path("a.svg").read_text(encoding="utf-8")
    assert text.startswith("<?xml")
    assert capsys.readouterr().out == "a.svg\n"


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--out", "a.jpg"], 2, ".png, .svg, .pdf"),
        (["--smooth", "0"], 2, "1 to 300"),
        (["--smooth", "nan"], 2, "1 to 300"),
        (["--smooth", "soft"], 2, "not a valid float"),
        (["--theme", "blue"], 2, "'light', 'dark'"),
        (["--out", "nowhere/a.png"], 1, "cannot be written"),
    ],
)
def test_what_goes_wrong_is_said(ride_file, capsys, options, code, told):
    assert run(["chart", str(ride_file), *options]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert "Traceback" not in err


def test_missing_file_is_a_misuse(tmp_path, capsys):
    assert run(["chart", str(tmp_path / "none.fit")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_ride_read_in_part_is_drawn_and_said(ride_file, capsys):
    whole = ride_file.read_bytes()
    ride_file.write_bytes(whole[: len(whole) // 2])
    assert run(["chart", str(ride_file)]) == 3
    out, err = capsys.readouterr()
    assert out == "morning-light.png\n"
    assert "read in part" in err
    assert Path("morning-light.png").stat().st_size > 10_000


def test_positions_alone_are_a_ride(tmp_path, capsys):
    points = "".join(
        f'<trkpt lat="{46 + second / 20000:.6f}" lon="7">'
        f"<time>2026-05-03T08:00:{second:02}Z</time></trkpt>"
        for second in range(15)
    )
    file = tmp_path / "positions.gpx"
    file.write_text(
        f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'
    )
    assert run(["chart", str(file), "--out", str(tmp_path / "a.png")]) == 0
    assert (tmp_path / "a.png").stat().st_size > 5_000


def test_nothing_to_draw_leaves_no_file(tmp_path):
    with pytest.raises(RideFileError, match="nothing to draw"):
        save_charts(Ride.from_columns(np.arange(9.0)), tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_a_route_is_no_ride(tmp_path, capsys):
    route = tmp_path / "route.gpx"
    route.write_text(
        '<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        '<trkpt lat="46" lon="7"><ele>500</ele></trkpt>'
        '<trkpt lat="46.001" lon="7"><ele>510</ele></trkpt></trkseg></trk></gpx>'
    )
    assert run(["chart", str(route), "--out", str(tmp_path / "a.png")]) == 1
    assert "nothing to draw" in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()


def test_sizes_of_type_are_never_below_nine():
    sizes = (
        style.TITLE,
        style.NUMBER,
        style.SUBTITLE,
        style.LABEL,
        style.BASE,
        style.NOTE,
        style.SMALL,
    )
    assert min(sizes) >= 9
