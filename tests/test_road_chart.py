"""Charts on an axis of distance, by the data that is handed to the artists."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_charts import (
    RIDES,
    extents,
    mark,
    marks,
    overlapping,
    panel,
    panels,
    planned,
    recorded,
    words,
)

from coach.charts.axis import MOST_TICKS, Span, way_ticks
from coach.charts.elevation import grade_classes
from coach.charts.figures import ride_figure
from coach.charts.header import figures
from coach.charts.traces import traces
from coach.cli import run
from coach.errors import RideFileError
from coach.messages import PostureSource, RiderPosition
from coach.ride import Lap, PositionChange, TimerChange
from coach.rides import load_ride


def spans(collection):
    """Where polygons begin and end on the axis, in one row."""
    return [end for each in extents(collection) for end in each[:2]]


UP, DOWN = 4.0, 12.0
"""How fast the road is ridden [m/s]."""


def on_a_road(hills=2, **more):
    """The planned ride, as a ride on a road: each stretch has a length."""
    ride = planned(hills, **more)
    ride.speed = np.where(ride.grade > 0, UP, DOWN)
    ride.distance = np.concatenate(([0.0], np.cumsum(ride.speed)[:-1]))
    ride.workout = replace(
        ride.workout,
        segments=tuple(
            replace(each, length=each.duration * (UP if each.hill else DOWN))
            for each in ride.workout.segments
        ),
    )
    return ride


def with_a_pause(ride, start, seconds, way=0.0):
    """The same ride with the timer stopped from a moment on, moved on meanwhile by some way."""
    later = ride.time >= start
    ride.time = ride.time + seconds * later
    ride.distance = ride.distance + way * later
    ride.timer = [TimerChange(start, False), TimerChange(start + seconds, True)]
    ride.laps = [
        Lap(
            lap.start + seconds * (lap.start >= start),
            lap.elapsed_time + seconds * (lap.start < start < lap.start + lap.elapsed_time),
            lap.timer_time,
            lap.segment,
        )
        for lap in ride.laps
    ]
    return ride


def test_a_ride_on_a_road_is_drawn_by_distance_and_any_other_by_time():
    assert traces(on_a_road()).axis.name == "distance"
    assert traces(planned()).axis.name == "time"
    assert traces(recorded()).axis.name == "time"
    assert traces(on_a_road(), axis="time").span == traces(planned()).span
    assert traces(recorded(), axis="distance").span == (0.0, 2999 * 2.0)


def test_everything_lies_where_it_was_ridden():
    ride = on_a_road()
    figure = ride_figure(ride)
    warm, hill, down = 300 * DOWN, 180 * UP, 120 * DOWN
    starts = [warm, warm + hill + down]
    hills = [end for start in starts for end in (start, start + hill)]
    assert spans(mark(figure, "behind", "hills")) == pytest.approx(hills)
    for name in ("power", "cadence", "heart", "elevation"):
        x = mark(figure, name, "trace").get_xdata()
        assert x == pytest.approx(ride.distance), name
        assert panel(figure, name).get_xlim() == (0.0, ride.distance[-1])
    bars = spans(mark(figure, "power", "bars"))
    assert bars[:2] == pytest.approx((0.0, warm))
    assert spans(mark(figure, "posture", "asked standing")) == pytest.approx(hills[2:])
    # Each stretch of the plan has a goal: the warm-up, then up and down in turn.
    goals = spans(mark(figure, "cadence", "goal"))
    assert [*goals[2:4], *goals[6:8]] == pytest.approx(hills)
    first, second = mark(figure, "heart", "peaks").get_xdata()
    assert hills[0] <= first <= hills[1] < hills[2] <= second <= hills[3]


def test_a_pause_takes_no_room_and_nothing_moves():
    ride = with_a_pause(on_a_road(), 350, 600)
    whole, paused = ride_figure(on_a_road()), ride_figure(ride)
    assert spans(mark(paused, "behind", "stops")) == []
    assert not any("pause" in word for word in words(panel(paused, "power")))
    for name, label in (("behind", "hills"), ("cadence", "goal"), ("posture", "asked standing")):
        assert spans(mark(paused, name, label)) == pytest.approx(
            spans(mark(whole, name, label)), abs=DOWN
        ), label
    # By time it has its ten minutes.
    stops = spans(mark(ride_figure(ride, axis="time"), "behind", "stops"))
    assert stops == pytest.approx((350, 950), abs=2)


def test_way_made_while_the_timer_stood_still_is_blank():
    figure = ride_figure(with_a_pause(on_a_road(), 350, 600, way=2000.0))
    at = 300 * DOWN + 50 * UP
    assert spans(mark(figure, "behind", "stops")) == pytest.approx((at, at + 2000), abs=DOWN)
    assert "pause 10:00" in words(panel(figure, "power"))


def test_ridden_posture_lies_on_the_same_axis():
    ride = on_a_road()
    ride.position_source = PostureSource.MEASURED
    ride.positions = [
        PositionChange(0.0, RiderPosition.SEATED),
        PositionChange(330.0, RiderPosition.STANDING),
        PositionChange(400.0, RiderPosition.SEATED),
    ]
    foot = 300 * DOWN
    assert spans(mark(ride_figure(ride), "posture", "done standing")) == pytest.approx(
        (foot + 30 * UP, foot + 100 * UP), abs=1
    )


def test_a_silent_strap_leaves_its_band_where_it_was():
    ride = on_a_road()
    ride.heart_rate[320:380] = np.nan
    bands = [
        (patch.get_x(), patch.get_x() + patch.get_width())
        for patch in marks(ride_figure(ride), "heart", "no data")
    ]
    foot = 300 * DOWN
    assert bands == [pytest.approx((foot + 20 * UP, foot + 80 * UP))]


def test_climbs_are_named_by_length_and_grade():
    texts = words(panel(ride_figure(on_a_road(warm=60, down=60)), "power"))
    # 180 s at 4 m/s, 0.3 m a second; the last second of a hill has no next one.
    assert {"Climb 1 · 716 m · 7.5 %", "238 W · 100 %"} <= {*texts}
    assert "Hill 1" not in texts


def test_climbs_that_crowd_keep_their_names_and_say_the_rest_below():
    texts = words(panel(ride_figure(on_a_road(6, warm=60, down=15)), "power"))
    assert {"Climb 1", "Climb 6", "716 m · 7.5 %", "238 W · 100 %"} <= {*texts}
    crowded = words(panel(ride_figure(on_a_road(40, warm=60, down=5, hill=170)), "power"))
    assert {"1", "40"} <= {*crowded}
    assert not any("%" in word for word in crowded)


def test_a_climb_without_power_says_its_grade_once():
    ride = recorded()
    ride.power[:] = np.nan
    figure = ride_figure(ride, axis="distance")
    texts = words(panel(figure, "heart"))
    (name,) = [word for word in texts if word.startswith("Climb 1 · ")]
    assert name.endswith(" km · 5.0 %")
    assert sum("%" in word for word in texts) == 1
    assert any(word.endswith(" m") and word[0] == "+" for word in words(panel(figure, "elevation")))


def test_grade_of_a_barometer_changes_by_distance():
    ride = recorded()
    ride.distance = np.where(ride.time < 600, ride.time * 10, 6000 + (ride.time - 600) * 2.1)
    shown = traces(ride, axis="distance")
    classes = grade_classes(shown)
    steep = shown.x[classes == 1]
    # 150 m in 1500 s at 2.1 m/s: a bit less than 5 %, from 6 km on.
    assert steep[0] == pytest.approx(6000, abs=150)
    assert steep[-1] == pytest.approx(6000 + 1500 * 2.1, abs=150)
    # One grade holds for 100 m and more, however long that took.
    changes = shown.x[1:][np.diff(classes) != 0]
    assert (np.diff(changes) >= 99).all()


def test_a_short_wall_is_seen_however_fast_it_was_ridden():
    ride = recorded(600)
    ride.distance = ride.time * 10
    ride.altitude = 400 + 0.8 * np.clip(ride.time - 250, 0, 40)
    shown = traces(ride, axis="distance")
    steep = shown.x[grade_classes(shown) >= 2]
    assert steep.size > 0
    assert 2400 <= steep[0] < steep[-1] < 3000


@pytest.mark.parametrize(("scale", "shown"), [(0.8, True), (1.0, False), (0.98, False)])
def test_felt_grade_has_a_panel_where_climbs_were_felt_otherwise(scale, shown):
    ride = on_a_road()
    # Nobody feels a descent: that is no news.
    ride.felt_grade = np.maximum(ride.grade, 0.0) * scale
    figure = ride_figure(ride)
    assert ("grade" in panels(figure)) == shown
    if shown:
        felt = mark(figure, "grade", "trace")
        assert felt.get_xdata() == pytest.approx(ride.distance)
        assert felt.get_ydata() == pytest.approx(100 * ride.felt_grade)
        highest = [each[3] for each in extents(mark(figure, "grade", "road"))]
        assert max(highest) == pytest.approx(6.0)
        low, high = panel(figure, "grade").get_ylim()
        assert (low, high > 6.0) == (0.0, True)


def test_felt_grade_has_its_place_after_a_pause_and_none_in_it():
    ride = on_a_road()
    ride.felt_grade = np.where(ride.time >= 350, 0.02, 0.04)
    with_a_pause(ride, 350, 600, way=500.0)
    trace = mark(ride_figure(ride), "grade", "trace")
    at = 300 * DOWN + 50 * UP
    x, y = trace.get_xdata(), trace.get_ydata()
    assert (y[x < at - UP] == 4.0).all()
    assert np.isnan(y[(x >= at) & (x < at + 500)]).all()
    assert (y[x >= at + 500 + UP] == 2.0).all()


def test_a_climb_of_a_road_is_one_over_time_too():
    texts = words(panel(ride_figure(on_a_road(warm=60, down=60), axis="time"), "power"))
    assert "Climb 1 · 716 m · 7.5 %" in texts


def test_the_head_tells_way_and_ascent_of_a_road_ridden_indoors():
    ride = on_a_road()
    ride.power[:] = ride.target_power[:] = np.nan
    told = dict(map(reversed, figures(traces(ride))))
    assert told["distance"] == f"{ride.distance[-1] / 1000:.1f} km"
    assert told["ascent"] == "108 m"
    timed = planned()
    timed.power[:] = timed.target_power[:] = np.nan
    assert not {"distance", "ascent"} & {*dict(map(reversed, figures(traces(timed))))}


@pytest.mark.parametrize(
    ("length", "first", "last", "count"),
    [
        (10, "0 m", "0 m", 1),
        (900, "0 m", "900", 10),
        (1000, "0.0 km", "1.0", 11),
        (6500, "0.0 km", "6.5", 14),
        (26_000, "0 km", "26", 14),
        (142_000, "0 km", "140", 8),
        (5_000_000, "0 km", "5000", 11),
        (40_000_000, "0 km", "40000", 9),
    ],
)
def test_way_is_told_in_round_steps(length, first, last, count):
    texts = [text for _, text in way_ticks(Span(0.0, float(length)))]
    assert (texts[0], texts[-1], len(texts)) == (first, last, count)


@given(st.floats(10, 1e9))
def test_there_are_never_too_many_places(length):
    ticks = way_ticks(Span(0.0, length))
    assert len(ticks) <= MOST_TICKS + 1
    assert all(0 <= at <= length for at, _ in ticks)
    # No place reads like its neighbour.
    assert all(one[1].split()[0] != other[1] for one, other in pairwise(ticks))


@pytest.mark.parametrize(
    "ride",
    [
        on_a_road(),
        on_a_road(6, hill=240, down=180, warm=900),
        on_a_road(20, hill=90, down=60),
        on_a_road(60, hill=40, down=30),
        on_a_road(1, hill=20, warm=1, down=1200),
    ],
    ids=["two", "six", "twenty", "sixty", "edge"],
)
def test_no_word_lies_on_another_or_off_the_sheet(ride):
    overlaps, placed = overlapping(ride_figure(ride))
    assert overlaps == []
    assert len(placed) > 20
    assert all(box.x0 >= 0 and box.x1 <= 1920 for _, box in placed)


@pytest.mark.parametrize("still", [np.zeros(300), np.full(300, np.nan)], ids=["still", "unknown"])
def test_a_ride_that_got_nowhere_is_drawn_or_refused(still):
    ride = recorded(300)
    ride.distance = still
    if np.isnan(still).all():
        with pytest.raises(RideFileError, match=r"no distance was recorded.*leave out --axis"):
            ride_figure(ride, axis="distance")
    else:
        assert panel(ride_figure(ride, axis="distance"), "power").get_xlim() == (0.0, 10.0)


@pytest.mark.parametrize(
    ("name", "climbs", "km"),
    [
        ("hill_repeats_5x.fit", 5, 57),
        ("alpe_dhuez_edge_nopower.fit", 4, 142),
        ("mountain_edge530_positions_gears.fit", 1, 39),
        ("long_6h30_wahoo_bigendian.fit", 0, 79),
    ],
)
def test_recorded_roads(name, climbs, km):
    path = RIDES / name
    if not path.exists():
        pytest.skip("the recorded rides are not here")
    figure = ride_figure(load_ride(path), axis="distance")
    lead = panel(figure, panels(figure)[0])
    assert lead.get_xlim()[1] == pytest.approx(1000 * km, abs=600)
    assert sum(word.startswith("Climb ") for word in words(lead)) == climbs
    assert overlapping(figure)[0] == []


def test_the_command_takes_the_axis(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    points = "".join(
        f'<trkpt lat="46.0" lon="{7 + 1e-4 * second}"><ele>{500 + second}</ele>'
        f"<time>2026-11-22T10:{second // 60:02}:{second % 60:02}Z</time></trkpt>"
        for second in range(300)
    )
    file = tmp_path / "lane.gpx"
    file.write_text(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>")
    seen = []
    monkeypatch.setattr(
        "coach.charts.figures.save_figure",
        lambda draw, path, theme: (seen.append(draw()), path)[1],
    )
    assert run(["chart", str(file), "--axis", "distance"]) == 0
    assert panel(seen[0], "elevation").get_xlim()[1] == pytest.approx(2312, abs=5)
    assert run(["chart", str(file), "--axis", "space"]) == 2
    file.write_text(file.read_text().replace('lon="', 'far="'))
    capsys.readouterr()
    assert run(["chart", str(file), "--axis", "distance"]) == 1
    assert "no distance was recorded" in capsys.readouterr().err
    file.write_text(re.sub("<time>.*?</time>", "", file.read_text().replace('far="', 'lon="')))
    assert run(["chart", str(file), "--axis", "distance"]) == 1
    assert "nothing to draw over time" in capsys.readouterr().err
