"""The terminal on a road: the strip by distance, the way to the top, grades felt and real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens import bare, cue, moment

from coach.live.bar import bar_lines
from coach.live.glyphs import big
from coach.live.ink import Line
from coach.live.plain import PlainDisplay
from coach.live.screen import Screen
from coach.live.strip import strip
from coach.live.view import Viewer, way_left
from coach.messages import Cue, CueKind, Mode, Posture, RideState, Snapshot
from coach.workout import Segment, SegmentKind, Workout


def road(*pieces: tuple[float, float, int | None, Posture | None]) -> Workout:
    """Stretches by length [m], grade in percent, number of the climb, posture; all at 10 m/s."""
    segments, start = [], 0.0
    for index, (length, percent, hill, posture) in enumerate(pieces):
        kind = SegmentKind.ROAD if hill is None else SegmentKind.HILL
        label = "Road" if hill is None else f"Climb {hill}: {length / 1000:.1f} km at {percent} %"
        segments.append(
            Segment(
                index, kind, start, length / 10, posture, Mode.GRADE, hill,
                grade=percent / 100, label=label, length=length,
            )
        )  # fmt: skip
        start += length / 10
    return Workout("road", "Road", tuple(segments))


PASS = road(
    (4000, 0, None, None), (2000, 5, 1, None), (1000, 7, 1, None), (3000, -5, None, None),
    (2000, 4, 2, None),
)  # fmt: skip
"""12 km, two climbs; heights 0, 100, 170, 20, 100 m."""
STOOD = road((2000, 5, 1, Posture.SEATED), (1000, 7, 1, Posture.STANDING))


def on(plan: Workout, index: int, gone: float, **changes: object) -> Snapshot:
    """A moment on a road, at 10 m/s."""
    segment = plan.segments[index]
    after = plan.segments[index + 1 :]
    left = (segment.length or 0.0) - gone
    hill = left + sum(s.length or 0.0 for s in after if s.hill == segment.hill)
    way = left + sum(s.length or 0.0 for s in after)
    soon = [s for s in after if s.posture is not segment.posture]
    before = sum(s.length or 0.0 for s in after[: after.index(soon[0])]) if soon else 0.0
    known: dict[str, object] = {
        "segment": index,
        "kind": segment.kind.value,
        "label": segment.label,
        "effort": "",
        "segment_remaining": left / 10,
        "segment_way": left,
        "hill": segment.hill,
        "hills": plan.hills,
        "hill_remaining": None if segment.hill is None else hill / 10,
        "hill_way": None if segment.hill is None else hill,
        "remaining": way / 10,
        "way": way,
        "posture": segment.posture,
        "next_posture": soon[0].posture if soon else None,
        "next_posture_in": (left + before) / 10 if soon else None,
        "grade": segment.grade,
        "felt_grade": segment.grade,
        "target_power": None,
    }
    return moment(**(known | changes))


def text(line: Line) -> str:
    return "".join(piece for piece, _ in line)


def drawn(snapshot: Snapshot, plan: Workout, width: int = 80, height: int = 24) -> list[str]:
    frame = Viewer().see(snapshot, [cue("Ride on.")])
    return [bare(line) for line in Screen(width, height, workout=plan).lines(frame)]


# --- the strip ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "gone", "column"),
    [(0, 0, 0), (0, 2000, 20), (1, 0, 40), (2, 500, 65), (4, 1999, 119), (1, -500, 40)],
)
def test_the_bar_is_where_the_rider_is_on_the_road(index: int, gone: float, column: int) -> None:
    rows = [text(line) for line in strip(on(PASS, index, gone), PASS, 120, 3)]
    assert [row.find("┃") for row in rows] == [column] * 4 + [-1]


def test_height_is_height_and_a_row_without_postures_is_one_of_the_profile() -> None:
    rows = [text(line) for line in strip(on(PASS, 0, 0), PASS, 120, 3)]
    assert len(rows) == 5
    eighths = [sum(" ▁▂▃▄▅▆▇█".index(row[column]) for row in rows[:4]) for column in range(1, 120)]
    # 170 m are four rows, 32 eighths.
    heights = {39: 0, 60: 100, 70: 170, 100: 20, 119: 98}
    for column, height in heights.items():
        assert eighths[column - 1] == pytest.approx(max(1, height / 170 * 32), abs=0.8), column
    stood = [text(line) for line in strip(on(STOOD, 0, 0), STOOD, 120, 3)]
    assert (stood[3].index("▄"), stood[3].count("▄"), len(stood)) == (80, 40, 5)


def test_climbs_have_their_numbers_under_their_middle() -> None:
    row = text(strip(on(PASS, 1, 0), PASS, 120, 3)[-1])
    assert (row.index("[1]"), row.index("2")) == (54, 110)


def test_a_road_that_goes_down_is_as_high_as_one_that_goes_up() -> None:
    down, up = road((10_000, -5, None, None)), road((10_000, 5, None, None))
    falling = [text(line)[:-1] for line in strip(on(down, 0, 1e4), down, 81, 3)]
    rising = [text(line)[1:] for line in strip(on(up, 0, 0), up, 81, 3)]
    assert [row[::-1] for row in falling[:4]] == rising[:4]


def test_a_flat_road_is_drawn_flat() -> None:
    flat = road((5000, 0.1, None, None), (5000, -0.1, None, None))
    rows = [text(line) for line in strip(on(flat, 0, 0), flat, 80, 3)]
    assert {*"".join(rows[:3])} <= {" ", "┃"}
    assert {*rows[3][1:]} <= {*"▁▂▃▄▅▆"}


@given(
    st.lists(
        st.tuples(st.floats(1, 1e5), st.floats(-25, 25), st.sampled_from([None, 1])), min_size=1
    ),
    st.integers(1, 200),
    st.integers(1, 6),
    st.data(),
)
def test_any_road_fills_its_strip(pieces, width, rows, data) -> None:
    plan = road(*((*piece, None) for piece in pieces))
    index = data.draw(st.integers(0, len(pieces) - 1))
    gone = data.draw(st.floats(0, plan.segments[index].length or 0.0))
    lines = strip(on(plan, index, gone), plan, width, rows)
    assert [len(text(line)) for line in lines] == [width] * (rows + 2)
    assert all("┃" in text(line) for line in lines[:-1])


# --- the bar and the facts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "gone", "count", "caption"),
    [
        (0, 200, "3.8", ["Road", "", "km to climb 1"]),
        (1, 300, "2.7", ["Climb 1 of 2", "", "km to the top"]),
        (2, 350, "650", ["Climb 1 of 2", "", "m to the top"]),
        (3, 0, "3.0", ["Road", "", "km to climb 2"]),
        (4, 1990, "10", ["Climb 2 of 2", "", "m to the top"]),
    ],
)
def test_the_bar_counts_the_way(index: int, gone: float, count: str, caption: list[str]) -> None:
    said = bar_lines(Viewer().see(on(PASS, index, gone)), PASS, 80, None)
    place, _, what = caption
    assert text(said[0]).split("  ")[:3] == [" RIDE", place, f"{count} {what}".strip()]
    large = [
        text(line) for line in bar_lines(Viewer().see(on(PASS, index, gone)), PASS, 80, (1, 1))
    ]
    assert all(row in line for row, line in zip(big(count), large[1:], strict=False))
    assert all(each in "\n".join(large) for each in caption)


def test_after_the_last_climb_it_counts_to_the_end() -> None:
    down = road((1000, 5, 1, None), (2500, -5, None, None))
    (line,) = bar_lines(Viewer().see(on(down, 1, 100)), down, 80, None)
    assert "Road  2.4 km to go" in text(line)


def test_a_change_of_posture_that_comes_first_is_counted_in_time() -> None:
    frame = Viewer().see(on(STOOD, 0, 1000))
    (line,) = bar_lines(frame, STOOD, 80, None)
    assert "SEATED  1:40  Climb 1 of 1  then  STAND" in text(line)


def test_a_swapped_climb_is_no_change_of_posture() -> None:
    plan = road(
        (2000, 5, 1, Posture.SEATED), (1000, 7, 1, Posture.STANDING),
        (900, 0, None, Posture.SEATED), (500, 0, None, Posture.STANDING),
    )  # fmt: skip
    swapped = on(plan, 0, 500, swapped=frozenset({1}), next_posture_in=340.0)
    (line,) = bar_lines(Viewer().see(swapped), plan, 80, None)
    assert "SEATED  Climb 1 of 1  2.5 km to the top" in text(line)


def test_the_warning_counts_to_the_posture_and_not_to_the_next_grade() -> None:
    """The grade of a road changes every few seconds; nobody stands up for that."""
    plan = road(
        (100, 4, 1, Posture.SEATED), (60, 5, 1, Posture.SEATED), (900, 5, 1, Posture.STANDING)
    )
    frame = Viewer().see(on(plan, 0, 80))
    assert (frame.warning, frame.countdown) == (Posture.STANDING, 8)
    assert "STAND in 8" in text(bar_lines(frame, plan, 80, None)[0])


def test_the_facts_tell_way_and_grade() -> None:
    shown = "\n".join(drawn(on(PASS, 1, 300), PASS))
    assert " Climb 1: 2.0 km at 5 % · 2.7 km to the top · ride 27:00 · 7.7 km to go" in shown
    assert "grade 5.0 % · 12.1 km/h" in shown
    assert " Road · ride 27:00 · 12.0 km to go" in "\n".join(drawn(on(PASS, 0, 0), PASS))


def test_felt_and_road_grade_are_told_apart_where_they_differ() -> None:
    assert "grade 5.0 %, felt 4.0 %" in "\n".join(drawn(on(PASS, 1, 0, felt_grade=0.04), PASS))
    for same in (0.05, 0.0504, None):
        assert "felt" not in "\n".join(drawn(on(PASS, 1, 0, felt_grade=same), PASS)), same
    # By time the hill is what the plan says, whatever the load is asked in.
    timed = replace(on(PASS, 1, 0, felt_grade=0.04), segment_way=None, way=None, hill_way=None)
    assert "felt" not in "\n".join(drawn(timed, PASS))


def test_a_paused_climb_says_how_far_the_top_is() -> None:
    shown = "\n".join(drawn(on(PASS, 2, 350, state=RideState.PAUSED), PASS))
    assert "650 m to the top" in shown
    assert " left" not in shown


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 12)])
def test_a_screen_of_any_size_holds_a_road(width: int, height: int) -> None:
    for index, gone in ((0, 0), (1, 300), (2, 999), (4, 2000)):
        lines = drawn(on(PASS, index, gone), PASS, width, height)
        assert {len(line) for line in lines} == {width}


# --- plain lines --------------------------------------------------------------------------------


def told(*snapshots: Snapshot, cues: Sequence[Cue] = ()) -> list[str]:
    out = StringIO()
    display = PlainDisplay(out)
    for snapshot in snapshots:
        display.show(snapshot, cues)
    return [line[10:] for line in out.getvalue().splitlines()]


def test_plain_lines_name_a_climb_and_count_its_kilometres() -> None:
    # The second grade of the climb is no news by itself: it has the climb's name.
    plan = replace(
        PASS,
        segments=tuple(
            replace(each, label=each.label.replace("1.0 km at 7", "2.0 km at 5"))
            for each in PASS.segments
        ),
    )
    lines = told(
        *(on(plan, 0, gone) for gone in (0, 2000, 3999)),
        *(on(plan, 1, gone) for gone in range(0, 2000, 100)),
        *(on(plan, 2, gone) for gone in range(0, 1000, 100)),
        on(plan, 3, 0),
    )
    assert lines == [
        "== Road, 12.0 km to go ==",
        "== Climb 1: 2.0 km at 5 %, 3.0 km to the top ==",
        "2.0 km to the top, 5.0 %",
        "1.0 km to the top, 7.0 %",
        "== Road, 5.0 km to go ==",
    ]


def test_plain_lines_say_a_kilometre_once_where_it_is_and_never_the_top() -> None:
    lefts = (2020, 2010, 1999, 1500, 999, 400, 0.2, 0)
    moments = (on(STOOD, 1, 1000 - left if left <= 1000 else 0) for left in lefts)
    climbed = [replace(at, hill_way=left) for at, left in zip(moments, lefts, strict=True)]
    heading = "== Climb 1: 1.0 km at 7 %, standing, 2.0 km to the top =="
    assert told(*climbed) == [heading, "1.0 km to the top, 7.0 %"]


def test_plain_lines_say_a_kilometre_again_when_it_is_ridden_again() -> None:
    lefts = (1500, 900, 1500, 900)
    climbed = [replace(on(STOOD, 0, 0), hill_way=left) for left in lefts]
    assert told(*climbed)[1:] == ["1.0 km to the top, 5.0 %"] * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Climb 1: 2.0 km at 5 %", 0),
        ("Climb 1: 2.0 km at 5 %: seated", 0),
        ("Climb 1: 2.0 km at 5 %: seated, hard (7)", 1),
        ("In 10 s: Climb 1: 2.0 km at 5 %", 1),
    ],
)
def test_plain_lines_do_not_repeat_a_heading(text: str, said: int) -> None:
    lines = told(on(STOOD, 0, 0), cues=[cue(text, CueKind.SEGMENT)])
    assert lines[1:] == [text] * said


def test_plain_lines_by_time_keep_the_description() -> None:
    text = moment().label
    assert told(moment(), cues=[cue(text, CueKind.SEGMENT)])[1:] == [text]


def test_plain_lines_tell_a_change_of_posture_on_a_climb() -> None:
    assert told(on(STOOD, 0, 1999), on(STOOD, 1, 0)) == [
        "== Climb 1: 2.0 km at 5 %, seated, 1.0 km to the top ==",
        "== Climb 1: 1.0 km at 7 %, standing, 1.0 km to the top ==",
    ]


def test_by_time_nothing_is_said_of_a_way() -> None:
    assert way_left(moment()) == ""
    assert told(moment()) == ["== Hill 2 of 2, seated, 1:41 =="]
