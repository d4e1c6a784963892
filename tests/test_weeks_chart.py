"""The chart of weeks: what is handed to matplotlib, what is left out, what stays readable."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from coach.charts.style import DARK, LIGHT
from coach.charts.weeks import NO_MEASURE, save_weeks, weeks_figure
from coach.errors import RideFileError, RiderInputError
from coach.training.weekly import Count, WeekDone

TODAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 16)


def week(back=0, **more):
    figures = {
        "rides": Count(2, 2, 0), "strength": Count(1, 1, 0), "hills": 12, "hill_power": 190.0,
        "hill_share": 0.9, "standing_measured": 600.0, "standing_declared": 120.0, "sets": 18,
        "sets_asked": 21, "load": 100.0, "rides_with_load": 2, "cr10": 5.0,
        "hill_power_planned": 194.0, "standing_planned": 690.0, "easy": False,
    }  # fmt: skip
    return WeekDone(start=MONDAY - timedelta(days=7 * back), **{**figures, **more})


EMPTY = {
    "rides": Count(0, None, None), "strength": Count(0, None, None), "hills": 0,
    "hill_power": None, "hill_share": None, "standing_measured": None, "standing_declared": None,
    "sets": 0, "sets_asked": 0, "load": None, "rides_with_load": 0, "cr10": None,
    "hill_power_planned": None, "standing_planned": None, "easy": None,
}  # fmt: skip


def panel(figure, name):
    (axes,) = (each for each in figure.axes if each.get_label() == name)
    return axes


def bars(figure, name, label):
    """What was drawn under a label: (middle, ground, height, hatch) of each bar."""
    found = []
    for container in panel(figure, name).containers:
        for bar in container.patches if container.get_label() == label else ():
            middle = bar.get_x() + bar.get_width() / 2
            found.append((round(middle, 6), bar.get_y(), bar.get_height(), bar.get_hatch() or ""))
    return found


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip()]


def test_done_is_filled_and_planned_is_an_outline():
    figure = weeks_figure([week(1, hill_power=180.0), week()], TODAY)
    assert bars(figure, "Power on hills", "done") == [(0, 0, 180, ""), (1, 0, 190, "")]
    assert bars(figure, "Power on hills", "planned") == [(0, 0, 194, ""), (1, 0, 194, "")]
    assert bars(figure, "Strength", "done") == [(0, 0, 18, ""), (1, 0, 18, "")]
    assert bars(figure, "Strength", "planned") == [(0, 0, 21, ""), (1, 0, 21, "")]
    outlines = [
        bar
        for container in panel(figure, "Strength").containers
        if container.get_label() == "planned"
        for bar in container.patches
    ]
    assert all(not bar.get_fill() and bar.get_linewidth() > 1 for bar in outlines)
    assert {"180/194", "190/194", "18/21", "12:00/11:30"} <= set(words(figure))


def test_measured_and_declared_are_stacked_and_told_apart():
    figure = weeks_figure([week()], TODAY)
    assert bars(figure, "Standing", "done") == [(0, 0, 10, ""), (0, 10, 2, "////")]
    assert {"measured by pedals", "declared by you"} <= set(words(figure))
    samples = [each.get_hatch() for each in figure.artists if isinstance(each, Rectangle)]
    assert samples.count("////") == 1
    declared = weeks_figure([week(standing_measured=None)], TODAY)
    assert bars(declared, "Standing", "done") == [(0, 0, 2, "////")]
    assert "measured by pedals" not in words(declared)


@pytest.mark.parametrize(
    ("missing", "left"),
    [
        ({"hill_power": None}, ["Standing", "Strength"]),
        ({"standing_measured": None, "standing_declared": None}, ["Power on hills", "Strength"]),
        ({"strength": Count(0, 1, 1)}, ["Power on hills", "Standing"]),
    ],
)
def test_what_nobody_recorded_takes_no_room(missing, left):
    figure = weeks_figure([week(**missing)], TODAY)
    assert [axes.get_label() for axes in figure.axes] == left


def test_a_week_of_nothing_keeps_its_place():
    figure = weeks_figure([week(2), week(1, **EMPTY), week()], TODAY)
    for name in ("Power on hills", "Standing", "Strength"):
        assert {middle for middle, *_ in bars(figure, name, "done")} == {0, 2}
        assert panel(figure, name).get_xlim() == (-0.5, 2.5)


def test_without_a_plan_there_is_no_outline_and_no_word_of_one():
    bare = {"hill_power_planned": None, "standing_planned": None, "sets_asked": 0}
    figure = weeks_figure([week(**bare, rides=Count(2, None, None))], TODAY)
    assert not bars(figure, "Power on hills", "planned")
    assert not {"planned", "asked"} & set(words(figure))
    assert "190" in words(figure)


def test_the_week_that_is_not_over_and_easy_ones_say_so():
    figure = weeks_figure([week(2), week(1, easy=True), week(easy=True)], TODAY)
    axis = panel(figure, "Strength").xaxis
    assert [label.get_text() for label in axis.get_ticklabels()] == [
        "2 Nov\n ", "9 Nov\neasy", "16 Nov\nnot over",
    ]  # fmt: skip
    assert not any("not over" in each for each in words(weeks_figure([week(1)], TODAY)))


def test_nothing_is_claimed():
    told = words(weeks_figure([week(1), week()], TODAY))
    assert NO_MEASURE in told
    assert {"4", "24", "2", "0"} <= set(told)
    assert {"rides", "hills", "strength", "missed"} <= set(told)


@pytest.mark.parametrize("number", [1, 8, 12, 52, 104])
def test_nothing_is_too_small_lies_over_another_or_beyond_the_page(number):
    weeks = [week(back, standing_measured=60.0 * back) for back in range(number - 1, -1, -1)]
    figure = weeks_figure(weeks, TODAY)
    renderer = figure.canvas.get_renderer()
    page = figure.bbox
    texts = [
        text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()
    ]
    assert all(text.get_fontsize() >= 9 for text in texts)
    shown = []
    for text in texts:
        if text.axes is not None and not (
            text.get_text() in {each.get_text() for each in text.axes.texts}
            or text.axes.xaxis.get_visible()
        ):
            continue
        box = text.get_window_extent(renderer)
        assert page.x0 <= box.x0 and box.x1 <= page.x1, text.get_text()  # noqa: PT018
        assert page.y0 <= box.y0 and box.y1 <= page.y1, text.get_text()  # noqa: PT018
        shown.append((text.get_text(), box))
    for index, (one, box) in enumerate(shown):
        for other, beside in shown[index + 1 :]:
            apart = (
                box.x1 <= beside.x0 or beside.x1 <= box.x0
                or box.y1 <= beside.y0 or beside.y1 <= box.y0
            )  # fmt: skip
            assert apart, (one, other)


def test_numbers_stand_above_every_bar_or_above_none():
    few = words(weeks_figure([week(back) for back in range(7, -1, -1)], TODAY))
    assert few.count("190/194") == 8
    many = words(weeks_figure([week(back) for back in range(51, -1, -1)], TODAY))
    assert many.count("190/194") == 0
    assert "16 Nov\nnot over" in many


def test_colours_are_the_theme_s():
    for theme, colours in (("light", LIGHT), ("dark", DARK)):
        figure = weeks_figure([week()], TODAY, theme)
        assert figure.get_facecolor() == pytest.approx(hexed(colours.ground))
        found = {tuple(bar.get_facecolor()) for bar in figure.findobj(Rectangle)}
        for colour in (colours.raw, colours.standing, colours.cadence):
            assert hexed(colour) in found


def hexed(colour):
    return (*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)), 1.0)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_same_weeks_same_bytes(tmp_path, suffix):
    first = save_weeks([week()], TODAY, tmp_path / f"a{suffix}").read_bytes()
    assert save_weeks([week()], TODAY, tmp_path / f"b{suffix}").read_bytes() == first


def test_what_makes_no_sense_is_refused(tmp_path):
    with pytest.raises(RideFileError, match="nothing to draw"):
        save_weeks([week(**EMPTY)], TODAY, tmp_path / "a.png")
    with pytest.raises(RiderInputError, match=r"\.png, \.svg or \.pdf"):
        save_weeks([week()], TODAY, tmp_path / "a.jpg")
    with pytest.raises(RiderInputError, match="no theme"):
        save_weeks([week()], TODAY, tmp_path / "a.png", "grey")
    with pytest.raises(RideFileError, match="cannot be written"):
        save_weeks([week()], TODAY, tmp_path / "nowhere" / "a.png")
    assert list(tmp_path.iterdir()) == []
