"""Hills raised above their file: what is added, where it ends, and that nothing else moves.

Bounds: no hill above 105 % of FTP, and the order of the hills, are of the science notes, 3.2; that
a tenth of a hill stays seated is our own convention.
"""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.cli import run
from coach.errors import RiderInputError
from coach.journal import schema
from coach.messages import Posture
from coach.profile import compile_workout, example_rider, find_workout, load_workout
from coach.profile.compile import MOST_RAISED, room_for
from coach.workout import AS_IN_FILE, Raised, SegmentKind, Workout

NAMES = ("hills-starter", "hills", "hills-strong")
PLANS = {name: load_workout(find_workout(name)) for name in NAMES}
INTERVALS = load_workout(find_workout("intervals"))
RIDER = example_rider()

raises = st.builds(
    Raised,
    power=st.integers(0, 25).map(lambda percent: percent / 100.0),
    length=st.integers(0, 300).map(float),
    standing=st.integers(0, 300).map(float),
)


def hills(workout: Workout) -> dict[int, dict[str, float]]:
    """Return power as a share of FTP, and seated and standing seconds, of each hill."""
    found: dict[int, dict[str, float]] = {}
    for s in workout.segments:
        if s.hill is None or s.kind is not SegmentKind.HILL:
            continue
        hill = found.setdefault(s.hill, {"seated": 0.0, "standing": 0.0})
        assert s.posture in (Posture.SEATED, Posture.STANDING)
        hill[s.posture.value] += s.duration
        hill["share"] = s.target_power_start / RIDER.threshold_power
        hill["grade"] = s.grade
    return found


@pytest.mark.parametrize("name", NAMES)
def test_nothing_asked_changes_nothing(name):
    assert compile_workout(PLANS[name], RIDER, raised=Raised()) == compile_workout(
        PLANS[name], RIDER
    )
    assert compile_workout(PLANS[name], RIDER).raised == AS_IN_FILE


def test_intervals_may_be_raised_by_nothing():
    assert compile_workout(INTERVALS, RIDER, raised=AS_IN_FILE).duration == 1365


def test_power_is_added_to_the_share_of_every_hill():
    got = hills(compile_workout(PLANS["hills"], RIDER, raised=Raised(power=0.02)))
    shares = [got[n]["share"] for n in range(1, 7)]
    assert shares == pytest.approx([0.82, 0.87, 0.92, 0.97, 0.87, 0.97])


def test_a_hill_that_rises_is_raised_at_both_ends():
    parts = tuple(
        replace(part, power_end=part.power_end + 0.05) if part.kind is SegmentKind.HILL else part
        for part in PLANS["hills"].parts
    )
    plan = replace(PLANS["hills"], parts=parts)
    first = next(
        s
        for s in compile_workout(plan, RIDER, raised=Raised(power=0.02)).segments
        if s.kind is SegmentKind.HILL
    )
    assert (first.target_power_start, first.target_power_end) == pytest.approx((180.4, 191.4))
    assert room_for(plan, MOST_RAISED).power == pytest.approx(0.05)


def test_a_harder_hill_is_steeper():
    usual = hills(compile_workout(PLANS["hills"], RIDER))
    raised = hills(compile_workout(PLANS["hills"], RIDER, raised=Raised(power=0.02)))
    assert all(raised[n]["grade"] > usual[n]["grade"] for n in usual)


def test_length_is_added_to_every_hill_and_halves_stay_halves():
    workout = compile_workout(PLANS["hills"], RIDER, raised=Raised(length=30.0))
    got = hills(workout)
    assert [(got[n]["seated"], got[n]["standing"]) for n in range(1, 7)] == [
        (270, 0), (270, 0), (135, 135), (135, 135), (0, 210), (0, 210)
    ]  # fmt: skip
    assert workout.duration == 5400 + 6 * 30


def test_standing_comes_earlier_and_the_hill_stays_as_long():
    workout = compile_workout(PLANS["hills"], RIDER, raised=Raised(standing=15.0))
    got = hills(workout)
    assert [(got[n]["seated"], got[n]["standing"]) for n in range(1, 7)] == [
        (240, 0), (240, 0), (105, 135), (105, 135), (0, 180), (0, 180)
    ]  # fmt: skip
    assert workout.duration == 5400


def test_all_but_hills_stays():
    def rest(workout):
        return [
            (s.kind, s.duration, s.target_power_start, s.target_power_end, s.label)
            for s in workout.segments
            if s.kind is not SegmentKind.HILL
        ]

    everything = Raised(power=0.04, length=60.0, standing=30.0)
    assert rest(compile_workout(PLANS["hills"], RIDER, raised=everything)) == rest(
        compile_workout(PLANS["hills"], RIDER)
    )


@pytest.mark.parametrize(
    ("name", "room"), [("hills-starter", 0.22), ("hills", 0.10), ("hills-strong", 0.05)]
)
def test_power_ends_where_the_hardest_hill_does(name, room):
    asked = Raised(power=0.25)
    assert room_for(PLANS[name], asked).power == pytest.approx(room)
    workout = compile_workout(PLANS[name], RIDER, raised=asked)
    assert max(h["share"] for h in hills(workout).values()) == pytest.approx(1.05)
    assert workout.raised == asked


def test_a_tenth_of_a_hill_stays_seated():
    got = hills(compile_workout(PLANS["hills"], RIDER, raised=Raised(standing=300.0)))
    assert (got[3]["seated"], got[3]["standing"]) == (24, 216)
    assert room_for(PLANS["hills"], Raised(standing=300.0)).standing == 96
    longer = Raised(length=60.0, standing=300.0)
    assert hills(compile_workout(PLANS["hills"], RIDER, raised=longer))[3]["seated"] == 30


def test_each_hill_stands_as_early_as_it_can():
    parts = list(PLANS["hills"].parts)
    third = next(i for i, part in enumerate(parts) if part.stand_from is not None)
    parts[third] = replace(parts[third], stand_from=0.2)
    plan = replace(PLANS["hills"], parts=tuple(parts))
    got = hills(compile_workout(plan, RIDER, raised=Raised(standing=60.0)))
    assert (got[3]["seated"], got[4]["seated"]) == (24, 60)
    assert room_for(plan, Raised(standing=60.0)).standing == 60


def test_a_hill_that_was_seated_for_less_stays_so():
    parts = tuple(
        replace(part, stand_from=0.05) if part.stand_from else part for part in PLANS["hills"].parts
    )
    plan = replace(PLANS["hills"], parts=parts)
    got = hills(compile_workout(plan, RIDER, raised=Raised(standing=15.0)))
    assert got[3]["seated"] == 12


@given(name=st.sampled_from(NAMES), raised=raises)
def test_whatever_is_asked_the_hills_keep_their_shape(name, raised):
    # A workout itself checks that its segments cover the time once.
    workout = compile_workout(PLANS[name], RIDER, raised=raised)
    got, usual = hills(workout), hills(compile_workout(PLANS[name], RIDER))
    share = {n: hill["share"] for n, hill in got.items()}
    assert share[2] > share[1]
    assert min(share[3], share[4]) > share[2]
    assert share[6] > share[5]
    assert max(share.values()) <= 1.05 + 1e-9
    for n, hill in got.items():
        length = hill["seated"] + hill["standing"]
        assert length == usual[n]["seated"] + usual[n]["standing"] + raised.length
        assert hill["standing"] >= usual[n]["standing"]
        if usual[n]["seated"]:
            assert hill["seated"] >= 0.1 * length
    assert workout.duration == compile_workout(PLANS[name], RIDER).duration + 6 * raised.length


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (Raised(power=0.26), "0 to 25 % of FTP, not by 26"),
        (Raised(power=-0.02), "0 to 25 % of FTP, not by -2"),
        (Raised(power=math.nan), "0 to 25 % of FTP, not by nan"),
        (Raised(length=301.0), "0 to 300 s, not by 301"),
        (Raised(length=-1.0), "0 to 300 s, not by -1"),
        (Raised(standing=math.inf), "earlier by 0 to 300 s, not by inf"),
    ],
)
def test_nonsense_is_refused(raised, said):
    with pytest.raises(RiderInputError, match=said):
        compile_workout(PLANS["hills"], RIDER, raised=raised)


def test_what_has_no_such_hills_is_refused():
    with pytest.raises(RiderInputError, match="intervals has no hills to raise"):
        compile_workout(INTERVALS, RIDER, raised=Raised(length=30.0))
    seated = replace(PLANS["hills"], parts=PLANS["hills"].parts[:5])
    assert compile_workout(seated, RIDER, raised=Raised(power=0.02)).segments
    with pytest.raises(RiderInputError, match="no hill that begins seated and ends standing"):
        compile_workout(seated, RIDER, raised=Raised(standing=15.0))


def test_the_most_compiles():
    assert compile_workout(PLANS["hills"], RIDER, raised=MOST_RAISED).raised == MOST_RAISED


def test_what_was_asked_travels_with_the_workout():
    asked = Raised(power=0.02, length=30.0, standing=15.0)
    workout = compile_workout(PLANS["hills"], RIDER, raised=asked)
    assert schema.load(Workout, schema.dump(workout)).raised == asked


# --- on the command line ------------------------------------------------------------------------


@pytest.fixture
def show(capsys):
    """Type ``coach workout show`` and return its exit code and both outputs."""

    def type_(*words):
        code = run(["workout", "show", *words])
        return code, *capsys.readouterr()

    return type_


def test_the_options_reach_the_workout(show):
    words = ("--hill-power", "2", "--hill-time", "30", "--stand-time", "15")
    code, out, err = show("hills", *words, "--json")
    assert (code, err) == (0, "")
    third = [s for s in json.loads(out)["segments"] if s["hill"] == 3 and s["kind"] == "hill"]
    assert [s["duration_s"] for s in third] == [120, 150]
    assert [s["target_power_start_w"] for s in third] == pytest.approx([202.4, 202.4])


def test_what_cannot_be_had_is_said(show):
    code, out, err = show("hills", "--hill-power", "12", "--stand-time", "100", "--json")
    assert code == 0
    assert json.loads(out)["name"] == "hills"
    assert "raised by 10 % of FTP, not by 12; no hill goes above 105 %" in err
    assert "at most 96 s earlier, not 100" in err


@pytest.mark.parametrize(
    "words", [("intervals", "--hill-power", "2"), ("hills", "--hill-time", "-30")]
)
def test_misuse_is_a_sentence(show, words):
    code, out, err = show(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
