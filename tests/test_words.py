"""The words of a moment: the page's are the terminal's, and a film asks for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from screens import moment, plan, soon
from test_view import has_big, screen_text

from coach.live import player
from coach.live.keys import KEYS
from coach.live.view import Viewer
from coach.live.words import words_json
from coach.messages import (
    Key,
    Mode,
    PauseCause,
    Posture,
    PostureSource,
    RiderPosition,
    RideState,
    Snapshot,
)

MOMENTS = {
    "ready": moment(state=RideState.READY, power=None, cadence=None),
    "seated": moment(),
    "standing": moment(posture=Posture.STANDING, next_posture=Posture.SEATED),
    "positioned": moment(position=RiderPosition.STANDING, position_source=PostureSource.DECLARED),
    "then-a-segment": moment(next_posture=None, next_posture_in=None),
    "warned": soon(6.2),
    "capped": moment(limits=("target capped at 198 W: your limit",)),
    "off-target": moment(power=260.0, cadence=40.0),
    "unheard": moment(power=None, cadence=None, heart_rate=None, grade=None, speed=None),
    "endless": moment(endless=True, kind="free", label="Free ride", hill=None),
    "resistance": moment(mode=Mode.RESISTANCE, target_power=None),
    "paused": moment(state=RideState.PAUSED, pause=PauseCause.RIDER),
    "waiting": moment(state=RideState.PAUSED, pause=PauseCause.TRAINER, power=None),
    "counting": moment(state=RideState.PAUSED, pause=PauseCause.REST, resumes_in=2.4),
    "done": moment(state=RideState.FINISHED),
}


@pytest.mark.parametrize("snapshot", MOMENTS.values(), ids=MOMENTS)
def test_the_page_has_the_words_of_the_terminal(snapshot: Snapshot) -> None:
    frame = Viewer().see(snapshot)
    told = words_json(frame, plan())
    text = "\n".join(screen_text(frame, 140, 26))
    flat = " ".join(text.split())
    joined = f"{told['word']} {told['count']}".strip()
    assert has_big(text, joined) or all(has_big(text, each) for each in joined.rsplit(" ", 1))
    words = [*told["caption"], *told["does"]]
    if snapshot.state is not RideState.PAUSED or snapshot.pause is PauseCause.TRAINER:
        words += [told[f"{name}_note"] for name in ("power", "target", "cadence", "heart")]
        words += [told["place"], *told["times"], *told["facts"]]
    missing = [each for each in words if each and each.removeprefix("then ") not in flat]
    assert not missing, text


def test_what_comes_in_the_last_seconds_is_the_word_and_the_count() -> None:
    told = words_json(Viewer().see(soon(6.2)), plan())
    assert (told["word"], told["count"]) == ("STAND IN", "7")
    assert told["caption"][0] == "now seated"


def test_what_follows_is_told_once() -> None:
    assert words_json(Viewer().see(moment()), plan())["caption"][-1] == "then STAND"
    last = len(plan().segments) - 1
    snapshot = moment(segment=last, next_posture=None, next_posture_in=None)
    assert not [
        each
        for each in words_json(Viewer().see(snapshot), plan())["caption"]
        if each.startswith("then")
    ]


def test_keys_tell_what_they_do_now() -> None:
    def does(snapshot: Snapshot) -> str:
        return words_json(Viewer().see(snapshot), plan())["does"][0]

    assert KEYS[0].key is Key.PAUSE
    assert does(MOMENTS["ready"]) == "start"
    assert does(MOMENTS["seated"]) == "pause"
    assert does(MOMENTS["paused"]) == "ride on"
    # It would make the pause the rider's own.
    assert does(MOMENTS["waiting"]) == "pause"


def test_a_film_asks_for_nothing() -> None:
    paused = Viewer().see(replace(MOMENTS["paused"], target_power=None))
    told = words_json(paused, plan(), player.KEYS)
    assert told["does"] == [each.does for each in player.KEYS]
    assert told["caption"][0] == "in the recording"
    assert told["target_note"] == ""
    assert "space" not in " ".join(told["caption"])
    riding = words_json(Viewer().see(MOMENTS["seated"]), plan(), player.KEYS)
    assert riding["target_note"] == "intensity 105 %"
    assert riding["caption"] == words_json(Viewer().see(MOMENTS["seated"]), plan())["caption"]
