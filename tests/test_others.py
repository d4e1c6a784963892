"""Blocks that others planned: compiled for a rider, said aloud, and asked of the trainer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timeline import PEDALLING, RIDER, drive, pedalling

from coach.commands.demands import demands
from coach.engine import Engine
from coach.errors import RiderInputError
from coach.live.view import Viewer
from coach.messages import (
    BasicResistance,
    Capabilities,
    Cue,
    CueKind,
    EventKind,
    Key,
    Mode,
    Posture,
    TargetPower,
)
from coach.physics import power_for
from coach.profile import Part, WorkoutPlan, compile_workout, example_rider
from coach.rider import Limits
from coach.workout import SegmentKind, TextCue, Workout

FTP = RIDER.threshold_power
STEADY, FREE, WARM_UP = SegmentKind.STEADY, SegmentKind.FREE, SegmentKind.WARM_UP


def part(duration: float, power: float, end: float | None = None, **more: object) -> Part:
    block = Part(STEADY, duration, power, power if end is None else end, "", 0.0, None)
    return replace(block, **more)  # type: ignore[arg-type]


def plan(*parts: Part) -> WorkoutPlan:
    return WorkoutPlan("theirs", "Theirs", "", parts)


def made(*parts: Part, mode: Mode | None = None) -> Workout:
    return compile_workout(plan(*parts), RIDER, mode=mode)


# --- compiling ----------------------------------------------------------------------------------


def test_a_block_is_asked_for_as_power_on_a_flat_road():
    first, second = made(part(90.5, 0.5, 1.2), part(60, 264.0, absolute=True)).segments
    assert (first.target_power_start, first.target_power_end) == pytest.approx((110.0, 264.0))
    assert (second.target_power_start, second.target_power_end) == (264.0, 264.0)
    assert (first.mode, first.grade, first.duration, second.start) == (Mode.POWER, 0.0, 90.5, 90.5)
    # What the file does not say nobody invents.
    assert (first.posture, first.cadence_low, first.basic_resistance) == (None, None, None)


def test_blocks_are_numbered_where_their_file_has_no_name_for_them():
    blocks = made(part(60, 0.5), part(60, 0.6, label="Over"), part(60, 0.7), part(9, 0, kind=FREE))
    assert [each.label for each in blocks.segments] == ["Block 1", "Over", "Block 3", "Free ride"]
    (long,) = made(part(60, 0.5, label="x" * 300)).segments
    assert (len(long.label), long.label[-1]) == (40, "…")


@pytest.mark.parametrize("mode", [None, Mode.POWER, Mode.GRADE])
def test_a_free_stretch_is_a_flat_road_without_a_target_in_every_mode(mode):
    (free,) = made(part(60, 0.0, kind=FREE), mode=mode).segments
    assert (free.mode, free.grade, free.target_power_start) == (Mode.GRADE, 0.0, None)


def test_by_grade_all_blocks_are_ridden_at_one_speed_within_the_limit():
    blocks = made(part(60, 0.5), part(60, 1.5), part(60, 1.0, 1.2), mode=Mode.GRADE).segments
    easy, hard, rising = blocks
    assert len({each.speed for each in blocks}) == 1
    assert easy.grade < rising.grade < hard.grade <= RIDER.limits.grade
    for block, watts in ((hard, 1.5 * FTP), (rising, 1.1 * FTP)):
        assert power_for(block.speed, block.grade, RIDER.total_mass) == pytest.approx(watts)


def test_by_resistance_they_cannot_be_ridden():
    with pytest.raises(RiderInputError, match="does not say how much resistance"):
        made(part(60, 0.5), mode=Mode.RESISTANCE)


def test_a_cadence_that_is_not_in_the_file_is_the_riders_own_but_for_standing():
    def band(**more) -> tuple[float | None, float | None]:
        (block,) = made(part(60, 0.5, **more)).segments
        return block.cadence_low, block.cadence_high

    assert band() == band(posture=Posture.SEATED) == (None, None)
    assert band(posture=Posture.STANDING) == (60.0, 75.0)
    assert band(cadence=(95.0, 105.0)) == (95.0, 105.0)


def test_words_go_with_the_stretch_in_which_they_are_said():
    cues = tuple(TextCue(at, f"{at:g}") for at in (0.0, 29.5, 30.0, 59.0, 60.0))
    block = part(60, 0.9, posture=Posture.SEATED, stand_from=0.5, cues=cues)
    first, second = made(block).segments
    assert [(cue.at, cue.text) for cue in first.cues] == [(0.0, "0"), (29.5, "29.5")]
    # Those of the very end are said a second before it, or nobody would ever hear them.
    assert [(cue.at, cue.text) for cue in second.cues] == [(0.0, "30"), (29.0, "59"), (29.0, "60")]


def test_only_what_comes_before_the_first_block_is_a_warm_up():
    warm = part(300, 0.5, kind=WARM_UP)
    assert made(warm, warm, part(60, 1.0), warm).warm_up == 600


# --- words --------------------------------------------------------------------------------------

TALK = made(
    part(60, 0.5, cues=(TextCue(0.0, "Hello"), TextCue(20.0, "One"), TextCue(20.0, "Two"))),
    part(60, 0.6, posture=Posture.STANDING, cues=(TextCue(0.0, "Up you go"),)),
    part(60, 0.5, cues=(TextCue(58.0, "Bye"),)),
)


def texts(said) -> list[tuple[float, str]]:
    return [(cue.time, cue.text) for cue in said.cues if cue.kind is CueKind.TEXT]


def test_words_are_said_at_their_moment_in_their_order():
    said = drive(Engine(TALK, RIDER), 180)
    assert texts(said) == [(0, "Hello"), (20, "One"), (20, "Two"), (60, "Up you go"), (178, "Bye")]


def test_a_change_of_posture_is_said_before_the_files_own_words():
    said = drive(Engine(TALK, RIDER), 70)
    assert [cue.kind for cue in said.cues if cue.time == 60] == [CueKind.STAND, CueKind.TEXT]


def test_on_screen_the_coachs_word_stands_in_front_of_the_files():
    engine = Engine(TALK, RIDER)
    engine.step(0.0, PEDALLING)
    kinds = (CueKind.STAND, CueKind.TEXT, CueKind.TEXT, CueKind.SEGMENT, CueKind.TEXT)
    cues = [Cue(0.0, kind, str(number)) for number, kind in enumerate(kinds)]
    assert Viewer().see(engine.snapshot(), cues).cue == "0 · 3 · 2 · 4"


def test_a_rider_who_goes_back_hears_them_again_and_one_who_skips_does_not():
    said = drive(Engine(TALK, RIDER), 60, keys={30.0: [Key.BACK], 45.0: [Key.SKIP]})
    assert texts(said) == [(0, "Hello"), (20, "One"), (20, "Two"), (30, "Hello"), (45, "Up you go")]


def test_neither_a_pause_nor_an_extension_says_them_twice_or_early():
    keys = {10.0: [Key.PAUSE, Key.EXTEND], 25.0: [Key.PAUSE]}
    said = drive(Engine(TALK, RIDER), 120, keys=keys)
    resumed = next(e.time for e in said.events if e.kind is EventKind.RESUMED)
    one, up = resumed + 10.0, resumed + 80.0
    assert texts(said) == [(0, "Hello"), (one, "One"), (one, "Two"), (up, "Up you go")]


def test_the_rider_hears_when_standing_is_over_and_sits_when_the_file_says_so():
    blocks = made(
        part(30, 0.6, posture=Posture.STANDING),
        part(30, 0.5),
        part(30, 0.5, posture=Posture.SEATED),
    )
    said = drive(Engine(blocks, RIDER), 90)
    assert not [cue for cue in said.cues if cue.time < 30 and "as you like" in cue.text]
    heard = [cue.text for cue in said.cues if 30 <= cue.time < 36 and cue.kind is CueKind.SEGMENT]
    assert heard == ["Block 2, 0:30: sit or stand as you like, 110 W"]
    assert [c.time for c in said.cues if c.kind is CueKind.SIT] == [60]


def test_who_never_stood_is_not_told_to_do_as_they_like():
    said = drive(Engine(made(part(30, 0.6), part(30, 0.5)), RIDER), 60)
    assert [cue.text for cue in said.cues if "as you like" in cue.text] == []


def test_a_first_block_that_is_seated_needs_no_word():
    said = drive(Engine(made(part(60, 0.5, posture=Posture.SEATED)), RIDER), 10)
    assert CueKind.SIT not in {cue.kind for cue in said.cues}


def test_a_knob_is_not_turned_to_where_nobody_said():
    for plan_ in (TALK, made(part(30, 0.5, kind=WARM_UP), part(30, 0.9))):
        said = drive(Engine(plan_, RIDER, knob=True), 180)
        assert not [cue.text for cue in said.cues if "knob" in cue.text]


# --- ceilings -----------------------------------------------------------------------------------


def asked(workout: Workout, at: float, rider=RIDER, keys=None) -> tuple[float, tuple[str, ...]]:
    """Return what the trainer is asked for at a time [W], and what is capped."""
    engine = Engine(workout, rider)
    said = drive(engine, at, pedalling(power=200.0, cadence=90.0), keys)
    powers = [c.power for _, c in said.commands if isinstance(c, TargetPower)]
    return powers[-1], engine.snapshot().limits


def test_three_minutes_above_what_any_hill_asks_are_the_plans_word():
    assert asked(made(part(60, 0.9), part(180, 1.2)), 230.0) == (pytest.approx(1.2 * FTP), ())


def test_above_160_percent_nobody_is_asked():
    power, limits = asked(made(part(60, 0.9), part(60, 2.0)), 110.0)
    assert power == pytest.approx(1.6 * FTP)
    assert limits == ("target capped at 352 W: never above 160 % of FTP",)


def test_the_riders_own_limit_holds():
    own = replace(RIDER, limits=Limits(power=240.0))
    power, limits = asked(made(part(60, 0.9), part(120, 1.2)), 150.0, own)
    assert (power, limits) == (240.0, ("target capped at 240 W: your power limit of 240 W",))


def test_a_wish_for_more_than_a_hard_block_lasts_half_a_minute():
    harder = {65.0: [Key.HARDER] * 2}
    blocks = made(part(60, 0.9), part(180, 1.2))
    assert asked(blocks, 90.0, keys=harder)[0] == pytest.approx(1.32 * FTP, abs=1.0)
    power, limits = asked(blocks, 120.0, keys=harder)
    assert power == pytest.approx(1.2 * FTP)
    assert limits == ("target capped at 264 W: above its plan for no more than 30 s",)


def test_a_wish_that_was_spent_makes_no_way_past_the_ceiling():
    blocks = made(part(60, 1.05), part(60, 2.0))
    power, limits = asked(blocks, 85.0, keys={5.0: [Key.HARDER] * 5})
    assert power == pytest.approx(1.6 * FTP)
    assert limits == ("target capped at 352 W: never above 160 % of FTP",)


def test_until_the_warm_ups_time_has_passed_the_load_stays_low():
    blocks = made(part(300, 0.4, 0.6, kind=WARM_UP), part(300, 1.0))
    power, limits = asked(blocks, 100.0, keys={10.0: [Key.SKIP]})
    assert power == pytest.approx(0.65 * FTP)
    assert limits[0].endswith("65 % of FTP until the warm-up's time has passed")


def test_a_workout_of_short_efforts_reaches_each_of_them():
    half = [part(30, 1.2), part(30, 0.5)] * 3
    said = drive(Engine(made(part(60, 0.9), *half), RIDER), 240, pedalling(200.0, 90.0))
    powers = {time: c.power for time, c in said.commands if isinstance(c, TargetPower)}
    for start in (60, 120, 180):
        up = next(t for t, p in powers.items() if t >= start and p == pytest.approx(1.2 * FTP))
        down = next(t for t, p in powers.items() if t >= up and p == pytest.approx(0.5 * FTP))
        assert up - start <= 3.25
        assert down - start - 30 <= 3.25


def test_after_short_efforts_a_longer_rest_comes_as_fast():
    blocks = made(part(60, 0.9), part(30, 1.2), part(90, 0.5), part(90, 0.9))
    said = drive(Engine(blocks, RIDER), 200, pedalling(200.0, 90.0))
    powers = {time: c.power for time, c in said.commands if isinstance(c, TargetPower)}
    assert min(t for t, p in powers.items() if p == pytest.approx(0.5 * FTP)) <= 93.25
    assert min(t for t, p in powers.items() if t > 180 and p == pytest.approx(0.9 * FTP)) > 187


def test_a_trainer_with_nothing_but_resistance_is_set_to_what_is_moderate():
    only = Capabilities(basic_resistance=True, target_power=False, simulation=False)
    engine = Engine(made(part(120, 0.9)), RIDER)
    said = drive(engine, 100, pedalling(200.0, 90.0, capabilities=only))
    levels = [c.resistance for _, c in said.commands if isinstance(c, BasicResistance)]
    assert levels[-1] == pytest.approx(RIDER.moderate_resistance)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.floats(1.0, 200.0), st.floats(0.0, 9.0)), min_size=1, max_size=5),
    st.sampled_from([None, 200.0]),
)
def test_no_file_asks_for_more_than_the_ceiling(blocks, limit):
    rider = replace(RIDER, limits=Limits(power=limit))
    workout = compile_workout(plan(*(part(*block) for block in blocks)), rider)
    said = drive(Engine(workout, rider), min(workout.duration, 300.0), PEDALLING, tick=1.0)
    ceiling = min(1.6 * FTP, limit or 1e9)
    assert all(c.power <= ceiling + 1e-6 for _, c in said.commands if isinstance(c, TargetPower))


# --- told before the ride -----------------------------------------------------------------------


def test_hard_minutes_are_told_before_the_ride():
    warm = part(600, 0.5, kind=WARM_UP)
    blocks = made(warm, part(15, 2.0), part(90, 1.2), part(90, 1.2), part(60, 1.1), part(9, 1.3))
    assert demands(blocks, RIDER) == (
        "asks for 120 % of FTP (264 W) for 3:00 at a time",
        "asks for 200 % of FTP (440 W); no more than 160 % of FTP (352 W) will be asked of the"
        " trainer",
    )
    # The part of a ramp above 105 %: half of it.
    assert demands(made(warm, part(120, 0.95, 1.15)), RIDER) == (
        "asks for 115 % of FTP (253 W) for 1:00 at a time",
    )
    own = replace(RIDER, limits=Limits(power=200.0))
    assert demands(made(warm, part(60, 1.0)), own) == (
        "asks for 220 W; your power limit of 200 W holds here too",
    )
    assert demands(made(part(60, 0.5), warm), RIDER) == (
        "begins with no block that it calls a warm-up; if it begins hard, warm up first",
    )


def test_of_our_own_workouts_nothing_is_told():
    from coach import profile

    for name in profile.workout_names():
        ours = compile_workout(profile.load_workout(profile.find_workout(name)), example_rider())
        assert demands(ours, example_rider()) == ()
