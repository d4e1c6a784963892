"""What the screen tells of a hill in the rest after it: the same as the summary afterwards."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from screens import moment
from timeline import HILLS, RIDER

from coach import journal
from coach.analysis.done import Done, PostureDone
from coach.analysis.report import cue_words, hill_report
from coach.analysis.summary import summarize
from coach.clock import ManualClock
from coach.journal import Header, Journal
from coach.live.hills import HillWatch
from coach.messages import Key, Posture, PostureSource, RiderPosition, RideState
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


# --- when they come -----------------------------------------------------------------------------


def at(second, **changes):
    """A moment of a ride: a standing hill from 0 to 60 s, then a rest."""
    hill = second < 60
    usual = {
        "timer_time": float(second), "kind": "hill" if hill else "downhill",
        "label": "Hill 2" if hill else "Downhill 2", "segment": 3 if hill else 4,
        "posture": Posture.STANDING if hill else Posture.SEATED, "target_power": 200.0,
        "power": 200.0, "position": RiderPosition.STANDING, "cadence_low": None,
    }  # fmt: skip
    return moment(**{**usual, **changes})


def watched(seconds, **changes):
    watch = HillWatch()
    told = {}
    for quarter in range(int(seconds * 4)):
        told[quarter / 4] = watch.see(at(quarter / 4, **changes))
    return told


def test_the_first_five_seconds_of_a_rest_are_quiet_and_the_words_stay_ten():
    told = watched(120)
    assert [second for second, lines in told.items() if lines] == [65 + q / 4 for q in range(40)]
    assert told[65] is told[74.75]
    assert told[65][0] == "Hill 2: stood 1:00 of 1:00 (measured)"
    assert told[65][-1] == "200 W of 200 W, 100 % on target"


def test_the_clock_of_a_report_is_the_ride_s_timer():
    watch = HillWatch()
    for second in range(64):
        watch.see(at(second))
    assert watch.see(at(64, state=RideState.PAUSED, pause=None)) == []
    assert watch.see(at(64)) == []
    assert watch.see(at(65)) != []
    assert watch.see(at(65.25, state=RideState.PAUSED)) == []


def test_the_next_hill_ends_a_report():
    watch = HillWatch()
    for second in range(66):
        watch.see(at(second))
    assert watch.see(at(66, kind="hill", label="Hill 3", segment=5)) == []
    assert watch.see(at(70, segment=6)) == []


def test_the_second_hill_is_told_of_itself_alone():
    watch = HillWatch()
    lines = []
    for second in range(180):
        # The same hill once more, without a word from the pedals in between.
        again = {"timer_time": float(second)}
        lines.append(watch.see(at(second % 90, **again, power=200.0 if second < 90 else 100.0)))
    assert lines[66][-1] == "200 W of 200 W, 100 % on target"
    assert lines[156][0] == "Hill 2: stood 1:00 of 1:00 (measured)"
    assert lines[156][-1] == "100 W of 200 W, 0 % on target"


def test_an_interval_is_told_too_and_a_warm_up_is_not():
    watch = HillWatch()
    for second in range(66):
        told = watch.see(at(second, kind="interval" if second < 60 else "recovery", label="Go"))
    assert told[0].startswith("Go: stood")
    assert not any(watched(70, kind="warm_up").values())


@pytest.mark.parametrize("source", [None, PostureSource.ESTIMATED])
def test_an_estimate_is_never_told(source):
    position = None if source is None else RiderPosition.STANDING
    told = watched(70, position=position, position_source=source)
    assert told[66] == ["Hill 2: 200 W of 200 W, 100 % on target"]


def test_measured_goes_before_declared():
    watch = HillWatch()
    for second in range(66):
        # A key first; then the pedals are heard.
        measured = second >= 10
        position = RiderPosition.SEATED if measured else RiderPosition.STANDING
        told = watch.see(
            at(second, position=position, position_source=MEASURED if measured else DECLARED)
        )
    assert told[0] == "Hill 2: stood 0:00 of 1:00, 0:10 not known (measured)"


def test_a_hill_skipped_at_once_is_not_told():
    watch = HillWatch()
    for second in (0.0, 0.25, 60.0, 66.0):
        lines = watch.see(at(second, timer_time=second if second < 60 else second - 59.75))
    assert lines == []


# --- live and afterwards ------------------------------------------------------------------------


class Watching:
    """A display that keeps the reports."""

    def __init__(self, keys):
        self._keys = dict(keys)
        self._watch = HillWatch()
        self._now = 0.0
        self.reports = []

    def open(self):
        pass

    def show(self, snapshot, cues):
        self._now = snapshot.time
        lines = self._watch.see(snapshot)
        if lines and lines not in self.reports:
            self.reports.append(lines)

    def keys(self):
        return [k for t in sorted(self._keys) if t <= self._now for k in self._keys.pop(t)]

    def close(self):
        pass


@pytest.mark.parametrize("keys", [{}, {130: [Key.PAUSE], 141: [Key.PAUSE], 270: [Key.EXTEND]}])
def test_a_report_says_what_the_summary_says_afterwards(tmp_path, keys):
    trainer, watching = SimulatedTrainer(RIDER, seed=3), Watching(keys)
    header = Header("Test", datetime(2026, 1, 1, tzinfo=UTC), RIDER, HILLS, "sim", "test")
    kept = Journal(tmp_path / "a.ride", header)
    Run(kept, trainer, ManualClock(), (watching, trainer.rider)).ride()
    account = summarize(journal.load(tmp_path / "a.ride")).account
    expected = [hill_report(f"Hill {n.index}", done, account.source) for n, done in account.hills]
    assert [lines[:-1] for lines in watching.reports] == [lines[:-1] for lines in expected]
    # The screen's power is of each moment, the journal's of each second: they differ a little.
    for live, after in zip(watching.reports, expected, strict=True):
        asked = [re.findall(r"of (\d+) W", lines[-1]) for lines in (live, after)]
        assert asked[0] == asked[1] != []
