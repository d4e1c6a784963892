"""A standing block ridden seated, at one key: the plan ahead, words, samples, load, replay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timeline import (
    DOWNHILL,
    HILLS,
    RIDER,
    SEATED,
    SEATED_HILL,
    STANDING,
    STANDING_HILL,
    WARM_UP,
    drive,
    workout,
)

from coach.engine import Engine
from coach.messages import CueKind, EventKind, Key, TrackResistance
from coach.progress import Progress
from coach.workout import SEATED_CLIMB

SWAP = [Key.SWAP]
# As in HILLS, hill 1 is climbed in two halves; it stands from 120 to 180 s, and from 240 to 300 s.
_slower = replace(HILLS.segments[2], cadence_low=60.0, cadence_high=75.0)
PLAN = replace(HILLS, segments=(*HILLS.segments[:2], _slower, *HILLS.segments[3:]))


def standing_seconds(said):
    return [round(s.timer_time) for s in said.samples if s.posture is STANDING]


def swapped(said):
    return [(e.time, e.text, e.value) for e in said.events if e.kind is EventKind.SWAPPED]


def test_before_a_standing_block_the_key_swaps_the_whole_of_it_and_nothing_else():
    said = drive(Engine(PLAN, RIDER), 365, keys={70: SWAP})
    assert standing_seconds(said) == list(range(240, 300))
    assert swapped(said) == [(70, "Hill 1: seated", 2)]
    plain = drive(Engine(PLAN, RIDER), 365)
    assert said.commands[-1] == plain.commands[-1]
    assert said.laps == plain.laps
    assert [(s.target_power, s.grade) for s in said.samples[190:]] == [
        (s.target_power, s.grade) for s in plain.samples[190:]
    ]


def test_within_a_standing_block_it_counts_from_that_second_and_again_takes_it_back():
    said = drive(Engine(PLAN, RIDER), 365, keys={140: SWAP, 160: SWAP})
    assert standing_seconds(said) == [*range(120, 140), *range(160, 180), *range(240, 300)]
    assert [text for _, text, _ in swapped(said)] == ["Hill 1: seated", "Hill 1: standing"]
    told = [(c.time, c.kind) for c in said.cues if 121 <= c.time < 180]
    assert told == [
        (125, CueKind.SEGMENT), (135, CueKind.CHECK), (140, CueKind.SIT), (160, CueKind.STAND),
        (170, CueKind.SIT_SOON), (175, CueKind.CHECK),
    ]  # fmt: skip


def test_what_is_shown_waits_for_the_change_of_posture_as_the_grade_does():
    said = drive(Engine(PLAN, RIDER), 160, keys={140: SWAP, 140.5: [Key.HARDER]})
    target = {round(s.timer_time): s.target_power for s in said.samples}
    assert target[140] == target[141] == target[142]
    assert target[150] > target[140]
    steep = [(at, c.grade) for at, c in said.commands if isinstance(c, TrackResistance)]
    assert all(grade == 0.06 for at, grade in steep if 140 <= at < 143)
    assert any(grade > 0.06 for at, grade in steep if at >= 143)


def test_who_sits_again_is_not_told_how_to_stand():
    said = drive(Engine(PLAN, RIDER), 165, keys={130: SWAP})
    assert not [cue for cue in said.cues if cue.kind is CueKind.CHECK]


def test_a_swapped_block_is_announced_as_seated_and_has_the_seated_cadence():
    engine = Engine(PLAN, RIDER)
    said = drive(engine, 150, keys={112: SWAP})
    cue = next(c for c in said.cues if c.time == 112)
    assert cue.text == "Stay seated: Hill 1 without standing, 70 to 85 rpm, same load"
    assert not [c for c in said.cues if c.kind in (CueKind.GEAR, CueKind.STAND)]
    assert "seated" in next(c.text for c in said.cues if c.time == 120)
    snapshot = engine.snapshot()
    assert snapshot.posture is SEATED
    assert (snapshot.cadence_low, snapshot.cadence_high) == (70, 85)
    assert snapshot.swapped == {2}
    assert snapshot.next_posture is STANDING
    assert snapshot.next_posture_in == pytest.approx(90, abs=0.5)


def test_taken_back_in_time_it_is_announced_as_ever():
    said = drive(Engine(PLAN, RIDER), 185, keys={70: SWAP, 80: SWAP})
    plain = drive(Engine(PLAN, RIDER), 185)
    assert said.samples == plain.samples
    assert said.commands == plain.commands
    extra = [c for c in said.cues if c not in plain.cues]
    assert [c.text for c in extra][1:] == ["Hill 1 standing after all"]
    assert len(extra) == 2


def test_a_block_stays_swapped_for_who_goes_back_to_it():
    said = drive(Engine(PLAN, RIDER), 230, keys={70: SWAP, 190: [Key.BACK, Key.BACK]})
    assert standing_seconds(said) == []


def test_where_no_standing_block_is_left_it_is_said():
    engine = Engine(PLAN, RIDER)
    said = drive(engine, 320, keys={310: SWAP})
    assert not swapped(said)
    assert next(c.text for c in said.cues if c.time == 310) == "No standing block is left to swap"


def test_a_hill_that_stands_all_the_way_gets_the_cadence_of_any_seated_climb():
    plan = workout(WARM_UP, STANDING_HILL, DOWNHILL)
    seated = plan.seated(1)
    assert (seated.cadence_low, seated.cadence_high) == SEATED_CLIMB
    same = ("kind", "start", "duration", "target_power_end", "grade", "speed", "basic_resistance")
    assert all(getattr(seated, name) == getattr(plan.segments[1], name) for name in same)


def test_the_cadence_is_that_of_the_same_hills_seated_half():
    slow = workout(WARM_UP, SEATED_HILL, STANDING_HILL)
    first = replace(slow.segments[1], cadence_low=66.0, cadence_high=78.0)
    plan = replace(slow, segments=(slow.segments[0], first, slow.segments[2]))
    assert (plan.seated(2).cadence_low, plan.seated(2).cadence_high) == (66, 78)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=12))
def test_any_two_swaps_of_a_block_leave_the_plan_as_it_was(moves):
    progress = Progress(PLAN)
    times = {}
    for index, presses in moves:
        progress.enter(index)
        for _ in range(presses):
            block = progress.swap()
            if block is not None:
                times[block.index] = times.get(block.index, 0) + 1
                assert block.index >= index
    odd = {index for index, count in times.items() if count % 2}
    assert progress.swapped == odd
    for planned, ridden in zip(PLAN.segments, progress.segments, strict=True):
        assert (ridden == planned) is (planned.index not in odd)
