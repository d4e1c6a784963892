"""What the screen tells of a hill in the rest after it: the same as the summary afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from timeline import HILLS, RIDER

from coach import journal
from coach.analysis.done import Done, PostureDone
from coach.analysis.report import cue_words, hill_report
from coach.analysis.summary import summarize
from coach.clock import ManualClock
from coach.journal import Header, Journal
from coach.messages import Key, Posture, PostureSource
from coach.runner import Run
from coach.trainers.simulated import SimulatedTrainer

MEASURED, DECLARED = PostureSource.MEASURED, PostureSource.DECLARED


def kept(asked_standing=180.0, asked=180.0, cues=1, ridden=True, **posture):
    """What was done of a hill that was stood but for four seconds."""
    usual = {
        "kept": 176.0, "stood": 176.0, "stood_unasked": 0.0, "unknown": 0.0, "reactions": (2.0,),
        "sit_reactions": (), "early": 0, "late": 0, "missed": 0, "aborted": 0,
    }  # fmt: skip
    return Done(
        asked=asked,
        asked_standing=asked_standing,
        cues=cues,
        posture=PostureDone(**{**usual, **posture}),
        on_target=0.92 if ridden else None,
        in_cadence=0.85 if ridden else None,
        average_power=204.4 if ridden else None,
        average_target=187.0 if ridden else None,
    )


# --- the words ----------------------------------------------------------------------------------


def test_a_standing_hill_in_three_lines():
    assert hill_report("Hill 5", kept(), MEASURED) == [
        "Hill 5: stood 2:56 of 3:00 (measured)",
        "up 2 s after the cue",
        "204 W of 187 W, 92 % on target, cadence 85 % in its band",
    ]


def test_a_seated_hill_in_two():
    done = kept(asked_standing=0.0, asked=240.0, cues=0, kept=231.0, stood=0.0, stood_unasked=9.0,
                reactions=())  # fmt: skip
    assert hill_report("Hill 1", done, DECLARED)[:-1] == [
        "Hill 1: sat 3:51 of 4:00, stood 0:09 unasked (as told by the rider)"
    ]


@pytest.mark.parametrize(
    ("posture", "told"),
    [
        ({"reactions": (-4.0,), "early": 1}, "up 4 s before the cue"),
        ({"reactions": (0.25,)}, "up at the cue"),
        ({"reactions": (), "missed": 1, "stood": 0.0}, "stayed seated"),
        ({"aborted": 1}, "up 2 s after the cue, sat down once"),
        ({"reactions": (7.0,), "late": 1, "aborted": 2}, "up 7 s after the cue, sat down 2 times"),
    ],
)
def test_the_answer_to_the_cue(posture, told):
    assert hill_report("Hill 5", kept(**posture), MEASURED)[1] == told


def test_who_was_standing_already_needs_no_word():
    assert len(hill_report("Hill 6", kept(reactions=()), MEASURED)) == 2


def test_what_is_not_known_is_said():
    first, *_ = hill_report("Hill 5", kept(stood=60.0, unknown=110.0), MEASURED)
    assert first == "Hill 5: stood 1:00 of 3:00, 1:50 not known (measured)"


@pytest.mark.parametrize(
    "source", [None, PostureSource.ESTIMATED, PostureSource.PRESCRIBED], ids=str
)
def test_no_posture_is_told_without_a_source(source):
    done = kept()
    assert hill_report("Hill 5", done, source) == [
        "Hill 5: 204 W of 187 W, 92 % on target, cadence 85 % in its band"
    ]


def test_nothing_known_is_nothing_told():
    assert hill_report("Hill 5", kept(ridden=False), None) == []


@pytest.mark.parametrize(
    ("posture", "told"),
    [
        ({}, "1 cue to stand: in time"),
        ({"cues": 0, "reactions": ()}, "no cue to stand"),
        ({"cues": 2, "reactions": (-4.0, 6.0), "early": 1, "late": 1},
         "2 cues to stand: 1 early by more than 3 s, 1 late by more than 5 s"),
        ({"cues": 4, "reactions": (), "missed": 4}, "4 cues to stand: 4 never followed"),
        ({"aborted": 2}, "1 cue to stand: sat down 2 times for more than 5 s"),
        # Standing long before, or with a position that nobody knew: no praise for it.
        ({"reactions": ()}, "1 cue to stand"),
    ],
)  # fmt: skip
def test_cues_in_a_line(posture, told):
    assert cue_words(kept(**posture)) == told


# --- live and afterwards ------------------------------------------------------------------------


class Watching:
    """A display that keeps the reports."""

    def __init__(self, keys):
        self._keys = dict(keys)
        self._now = 0.0
        self.reports = []

    def open(self):
        pass

    def show(self, snapshot, cues):
        self._now = snapshot.time
        if snapshot.report and snapshot.report not in self.reports:
            self.reports.append(snapshot.report)

    def keys(self):
        return [k for t in sorted(self._keys) if t <= self._now for k in self._keys.pop(t)]

    def close(self):
        pass


PAUSED = {130: [Key.PAUSE], 141: [Key.PAUSE], 270: [Key.EXTEND]}
# The second half of the standing block is ridden seated.
SWAPPED = {150: [Key.SWAP]}


def ridden(path, keys):
    """What the screen told after each hill, and what the finished ride says of it."""
    trainer, watching = SimulatedTrainer(RIDER, seed=3), Watching(keys)
    header = Header("Test", datetime(2026, 1, 1, tzinfo=UTC), RIDER, HILLS, "sim", "test")
    Run(Journal(path, header), trainer, ManualClock(), (watching, trainer.rider)).ride()
    return watching.reports, summarize(journal.load(path)).account


@pytest.mark.parametrize("keys", [{}, PAUSED], ids=["plain", "paused"])
def test_a_report_says_what_the_summary_says_afterwards(tmp_path, keys):
    reports, account = ridden(tmp_path / "a.ride", keys)
    expected = [hill_report(f"Hill {n.index}", done, account.source) for n, done in account.hills]
    assert len(reports) == 2
    assert [[*lines] for lines in reports] == expected


def test_a_swap_is_asked_and_judged_from_its_moment_on(tmp_path):
    reports, account = ridden(tmp_path / "a.ride", SWAPPED)
    asked = [(each.start, each.end, each.posture, each.cadence) for each, _ in account.stretches]
    assert asked[1:4] == [
        (60, 120, Posture.SEATED, (70, 85)),
        # The key was heard a quarter of a second after 150 s: the next sample tells of it.
        (120, 151, Posture.STANDING, (70, 85)),
        (151, 180, Posture.SEATED, (70, 85)),
    ]
    done = account.hills[0][1]
    assert (done.asked_standing, done.cues, done.posture.aborted) == (31, 1, 0)
    assert len(done.posture.sit_reactions) == 1
    assert "of 0:30 (measured)" in reports[0][0]
