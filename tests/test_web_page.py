"""The ride on a page: what viewers get, what they may ask, and what that costs."""

from __future__ import annotations

import json
import math
import random
import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest
from pages import (
    FIRST,
    INTRO,
    RIDER,
    RIDING,
    STAND,
    WORKOUT,
    connected,
    is_cut,
    later,
    page,
    served,
    until,
)
from websockets.exceptions import ConnectionClosed

from coach.engine import TICK, Engine
from coach.live import view
from coach.live.keys import KEYS
from coach.live.plan import Trace, place_json, plan_json
from coach.live.web import asked, hub
from coach.live.web.display import End, Hill, WebDisplay
from coach.live.web.hub import FRAME_INTERVAL, MOST_VIEWERS
from coach.live.web.viewers import MOST_WAITING, Viewer
from coach.live.web.wire import Answers, Seek, Speed, delta, message, rounded
from coach.live.words import words_json
from coach.messages import Key, RideState, Telemetry

READY = replace(FIRST, state=RideState.READY)
ASKING = replace(INTRO, questions=("a heart condition",))


# --- what viewers get -----------------------------------------------------------------------------


def test_hello_holds_all_there_is():
    with served(mode="demo", quiet=True) as display:
        with page(display) as here:
            assert here.hello["frame"] is None
        display.show(RIDING, [])
        with page(display) as here:
            hello = here.hello if here.hello["frame"] else here.hear_of("frame")
        with page(display) as here:
            hello = here.hello
        assert hello["mode"] == "demo"
        assert hello["control"] is True
        assert hello["quiet"] is True
        assert hello["speeds"] == []
        assert [each["key"] for each in hello["keys"]] == [each.key for each in KEYS]
        assert hello["keys"][0] == {
            "key": "pause", "characters": " ", "name": "space", "does": "pause"
        }  # fmt: skip
        assert hello["plan"] == json.loads(json.dumps(plan_json(WORKOUT, RIDER)))
        assert hello["trace"].keys() == Trace(WORKOUT).json().keys()
        assert hello["start"]["title"] == "Six hills"
        assert hello["start"]["ftp_w"] == 220.0
        assert hello["film"] is None
        assert hello["end"] is None
        frame = hello["frame"]
        assert frame.pop("at") == 0.0
        assert abs(frame.pop("clock_ms") / 1000 - time.monotonic()) < 5
        seen = view.Viewer().see(RIDING)
        told = rounded(view.as_json(seen) | words_json(seen, WORKOUT))
        assert frame == json.loads(json.dumps(told))


def test_a_frame_tells_what_is_new():
    with served() as display:
        display.show(RIDING, [])
        with page(display) as here:
            display.show(later(0.25, heart_rate=141.0), [])
            frame = here.hear()
            if here.hello["frame"] is None:  # it came before the first was taken in
                frame = here.hear()
            assert frame.pop("type") == "frame"
            assert frame.pop("clock_ms") > 0
            assert frame == {"time_s": 0.25, "heart_rate_bpm": 141, "heart_note": ""}


def test_deltas_after_hello_make_the_frame_whatever_is_left_out():
    with served() as display, page(display) as here:
        known: dict = {}
        for tick in range(40):
            display.show(later(tick, cadence=60.0 + tick % 7, power=200.0 + tick), [])
        while known.get("time_s") != 39.0:
            known |= here.hear_of("frame")
        with page(display) as late:
            fresh = late.hello["frame"]
        del known["type"]
        assert known == fresh


def test_a_slow_viewer_gets_what_is_new_to_it_and_not_what_was_to_another():
    display = WebDisplay(WORKOUT, RIDER, INTRO)
    told, quick, slow = display._hub, Viewer(control=True), Viewer(control=True)
    for tick in range(3):
        display.show(later(tick), [])
        told._publish()
        assert json.loads(told.frame(quick))["time_s"] == tick
        assert told.frame(quick) is None
    assert json.loads(told.frame(slow)) == {
        **json.loads(told.hello(Viewer(control=True)))["frame"], "type": "frame"
    }  # fmt: skip


def test_what_waits_for_a_viewer_is_bounded_and_the_latest_stays():
    viewer = Viewer(control=True)
    for number in range(1000):
        viewer.tell(str(number))
    assert list(viewer._waiting) == [str(number) for number in range(1000 - MOST_WAITING, 1000)]


def test_cues_and_sounds_are_told_once_and_after_hello():
    with served() as display, page(display) as here, page(display) as other:
        display.show(RIDING, [STAND])
        for each in (here, other):
            assert each.hear()["type"] == "frame"
            assert each.hear() == {"type": "cue", "kind": "stand", "text": "Stand up"}
            sound = each.hear()
            assert (sound["type"], sound["tone"]) == ("sound", "stand")
            assert abs(sound["clock_ms"] / 1000 - time.monotonic()) < 5
        display.show(later(1.0), [])
        assert here.hear()["type"] == "frame"
        with page(display) as late:
            display.show(later(2.0), [])
            assert late.hear()["type"] == "frame"  # nothing of what was said before it came


def test_a_fast_ride_is_not_drawn_whole_but_its_last_moment_is():
    with served() as display, page(display) as here:
        start, frames, cues = time.monotonic(), 0, 0
        for tick in range(2000):
            cue = [STAND] if tick % 500 == 0 else []
            display.show(later(tick), cue)
        known: dict = {}
        while known.get("time_s") != 1999.0 or cues < 4:
            told = here.hear()
            if told["type"] == "frame":
                frames += 1
                known |= told
            cues += told["type"] == "cue"
        took = time.monotonic() - start
        assert frames <= took / FRAME_INTERVAL + 2


def test_many_watch_the_same():
    with served() as display, ExitStack() as stack:
        pages = [stack.enter_context(page(display)) for _ in range(20)]
        assert display.viewers == 20
        for tick in range(3):
            display.show(later(tick, power=100.0 + tick), [])
        for each in pages:
            known: dict = {}
            while known.get("time_s") != 2.0:
                known |= each.hear_of("frame")
            assert known["power_w"] == 101
    assert display.viewers == 0


def test_one_more_than_there_is_room_for_is_told_so(monkeypatch):
    assert MOST_VIEWERS == 64
    monkeypatch.setattr(hub, "MOST_VIEWERS", 2)
    with served() as display, page(display), page(display), connected(display) as late:
        assert "watch this ride already" in json.loads(late.recv())["why"]
        with pytest.raises(ConnectionClosed) as closed:
            late.recv()
        assert closed.value.rcvd.code == 1013
        assert display.refused == {"too many viewers": 1}
        assert display.viewers == 2


# --- what viewers say -----------------------------------------------------------------------------


def test_a_key_is_a_key_of_the_ride():
    with served() as display, page(display) as here:
        for key in Key:
            here.say("key", key=key.value)
        until(lambda: len(display._asked._keys) == len(Key))
        assert display.keys() == list(Key)
        assert display.keys() == []


@pytest.mark.parametrize("start", [("start", {}), ("key", {"key": "pause"})])
def test_the_ride_begins_once(start):
    kind, fields = start
    with served() as display, page(display) as here, page(display) as other:
        here.say(kind, **fields)
        if kind == "start":
            assert "not ready yet" in here.hear_of("refused")["why"]
        else:
            until(lambda: display.keys() == [Key.PAUSE])
        display.show(READY, [])
        here.hear_of("frame")
        here.say(kind, **fields)
        until(lambda: display.refused["at the wrong moment"] or display._asked._keys)
        other.say("start")
        assert "begun already" in other.hear_of("refused")["why"]
        assert display.keys() == [Key.PAUSE]
        assert display.answers is None
        display.show(RIDING, [])
        here.hear_of("frame")
        here.say("start")
        assert "begun already" in here.hear_of("refused")["why"]
        assert display.keys() == []


def test_a_start_that_did_not_begin_the_ride_can_be_pressed_again(monkeypatch):
    with served() as display, page(display) as here:
        display.show(READY, [])
        here.hear_of("frame")
        here.say("start")
        until(lambda: display.keys() == [Key.PAUSE])
        monkeypatch.setattr(asked, "_START_TAKES", 0.0)
        here.say("start")
        until(lambda: display.keys() == [Key.PAUSE])


def test_the_answers_are_there_before_the_key(monkeypatch):
    with served(intro=ASKING) as display, page(display) as here:
        display.show(READY, [])
        here.hear_of("frame")
        seen = []
        monkeypatch.setattr(
            display._asked, "_leave", lambda key: seen.append((key, display.answers))
        )
        here.say("start", answers={"any_yes": False, "bike_checked": True})
        until(lambda: seen == [(Key.PAUSE, Answers(False, True))])


def test_the_questions_are_answered_before_the_start():
    with served(intro=ASKING) as display, page(display) as here:
        display.show(READY, [])
        here.hear_of("frame")
        for kind, fields, words in (
            ("start", {}, "Answer"),
            ("key", {"key": "pause"}, "Answer"),
            ("start", {"answers": {"any_yes": False, "bike_checked": False}}, "bike"),
        ):
            here.say(kind, **fields)
            assert words in here.hear_of("refused")["why"]
            assert display.keys() == []
            assert display.answers is None
        here.say("start", answers={"any_yes": True, "bike_checked": True})
        until(lambda: display.answers is not None)
        assert display.answers == Answers(any_yes=True, bike_checked=True)
        assert display.keys() == [Key.PAUSE]


def test_sound_is_counted_page_by_page():
    with served() as display:
        with page(display) as here, page(display) as other:
            here.say("sound", on=True)
            other.say("sound", on=True)
            until(lambda: display.sounding == 2)
            other.say("sound", on=False)
            until(lambda: display.sounding == 1)
        until(lambda: display.sounding == 0)


def test_nonsense_is_refused_counted_and_told_and_the_ride_is_untouched():
    said = {
        "pause": "not JSON",
        '{"type":"key","key":"faster"}': "unknown",
        '{"type":"seek","at_s":-1}': "out of range",
        '{"type":"seek","at_s":1}': "at the wrong moment",
        '{"type":"speed","speed":2}': "at the wrong moment",
        " " * 2000: "too large",
        b'{"type":"seen"}': "bytes instead of text",
    }
    with served() as display, page(display) as here:
        for text in said:
            here.socket.send(text)
            assert here.hear()["type"] == "refused"
        assert display.refused == dict.fromkeys(said.values(), 1) | {"at the wrong moment": 2}
        here.socket.send("x" * 100_000)
        with pytest.raises(ConnectionClosed) as closed:
            here.hear()
        assert closed.value.rcvd.code == 1009
        until(lambda: display.refused["too large"] == 2)
        assert display.keys() == []


def test_too_many_messages_are_refused_and_far_too_many_end_it():
    with served() as display, page(display) as here, page(display) as other:
        with suppress(ConnectionClosed):
            for _ in range(500):
                here.say("key", key="harder")
        with pytest.raises(ConnectionClosed) as closed:
            here.hear_of("nothing")
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1008
        assert display.refused["too many messages"] >= 100
        assert 20 <= len(display.keys()) <= 32
        other.say("key", key="easier")  # one is not punished for another
        until(lambda: display.keys() == [Key.EASIER])


def test_keys_that_the_ride_does_not_take_are_not_kept_for_ever(monkeypatch):
    monkeypatch.setattr(asked, "_MOST_KEYS", 3)
    with served() as display, page(display) as here:
        for _ in range(4):
            here.say("key", key="harder")
        assert "not listening" in here.hear_of("refused")["why"]
        assert display.keys() == [Key.HARDER] * 3


# --- a recording ----------------------------------------------------------------------------------


class Reel:
    at, duration, playing, speed = 12.0, 60.0, True, 2


def test_a_recording_can_be_wound():
    with served(mode="replay", bindings=KEYS[:2], speeds=(1, 2)) as display, page(display) as here:
        assert [each["key"] for each in here.hello["keys"]] == ["pause", "skip"]
        assert here.hello["speeds"] == [1, 2]
        here.say("seek", at_s=1)
        assert here.hear()["type"] == "refused"  # nothing is played yet
        display.show_film(Reel())
        display.show_film(Reel())
        told = here.hear()
        assert told == {
            "type": "film", "at_s": 12.0, "duration_s": 60.0, "playing": True, "speed": 2
        }  # fmt: skip
        for kind, fields in (
            ("seek", {"at_s": 61}),
            ("speed", {"speed": 3}),
            ("key", {"key": "quit"}),
        ):
            here.say(kind, **fields)
            assert here.hear()["type"] == "refused"
        here.say("seek", at_s=60)
        here.say("speed", speed=1)
        here.say("key", key="pause")
        here.say("bye")
        here.hear_of("refused")
        assert display.wishes() == [Seek(60.0), Speed(1)]
        assert display.wishes() == []
        assert display.keys() == [Key.PAUSE]
    with served(mode="replay") as display:
        display.show_film(Reel())
        with page(display) as here:
            until(lambda: display._hub._film is not None)
        with page(display) as here:
            assert here.hello["film"]["at_s"] == 12.0


def test_a_frame_made_before_is_shown_as_it_is():
    ridden = Trace(WORKOUT)
    frame = view.Viewer().see(RIDING, [STAND])
    with served(mode="replay", ridden=ridden) as display, page(display) as here:
        display.show_frame(frame, [STAND])
        assert here.hear()["cue"] == "Stand up"
        assert here.hear()["type"] == "cue"
        display.show_frame(frame)
        # No sound was made of the cue: those of a recording come with its frames.
        assert here.hear()["type"] == "frame"


# --- the end --------------------------------------------------------------------------------------


HILL = Hill("Hill 1", math.nan, 480.25, None)
END = End("Six hills ridden", ("Saved.",), ("ride.fit",), (HILL,), b"", b"")


def test_the_end_is_told_after_the_last_frame_and_waited_for():
    with served() as display, page(display) as here, page(display) as other:
        display.show(RIDING, [])
        here.hear_of("frame")
        # Too soon after that frame to be shown in its turn.
        display.show(later(49.0), [])
        display.end(END)
        last: dict = {}
        while (told := here.hear())["type"] != "end":
            last |= told
        assert last["time_s"] == 49.0
        assert told == {
            "type": "end", "title": "Six hills ridden", "words": ["Saved."], "files": ["ride.fit"],
            "hills": [
                {"name": "Hill 1", "power_w": None, "duration_s": 480.25, "standing_s": None}
            ],
            "chart": True,
        }  # fmt: skip
        here.say("seen")
        until(lambda: any(each.seen for each in display._hub.viewers))
        assert not display.wait_seen(0.0)
        other.socket.close()
        assert display.wait_seen(5.0)
        with page(display) as late:
            assert late.hello["end"]["title"] == "Six hills ridden"


def test_nobody_is_waited_for_where_nobody_looks():
    with served() as display:
        display.end(End("Done"))
        assert display.wait_seen(5.0)


# --- what it costs --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ribbon():
    """The first twenty minutes of six hills, four moments a second, everything measured."""
    engine, chance, shown = Engine(WORKOUT, RIDER), random.Random(7), []
    for tick in range(4 * 1200):
        now = tick * TICK
        measured = Telemetry(
            time=now,
            power=chance.gauss(200, 15),
            cadence=chance.gauss(80, 3),
            speed=chance.gauss(8, 0.3),
            heart_rate=120.0 + tick // 16 % 40,
            heart_rate_time=now,
        )
        step = engine.step(now, measured, [])
        shown.append((engine.snapshot(), tuple(step.cues)))
    return shown


def test_a_ride_takes_less_than_two_kilobytes_a_second(ribbon):
    eyes, before, sent = view.Viewer(), None, 0
    for snapshot, cues in ribbon:
        seen = eyes.see(snapshot, cues)
        at = {"at": place_json(WORKOUT, snapshot)}
        now = rounded(view.as_json(seen) | words_json(seen, WORKOUT) | at)
        text = message("frame", clock_ms=123_456_789, **delta(before, now))
        sent += 4 + len(text.encode())
        before = now
    per_second = sent / (ribbon[-1][0].time - ribbon[0][0].time)
    assert 500 < per_second < 2000


def test_joining_late_is_quick(ribbon):
    with served() as display:
        for snapshot, cues in ribbon:
            display.show(snapshot, cues)
        last = ribbon[-1][0].time
        until(lambda: (display._hub._frame or {}).get("time_s") == round(last, 2))
        start = time.perf_counter()
        with page(display) as here:
            took = time.perf_counter() - start
        assert took < 0.5
        assert len(json.dumps(here.hello)) < 150_000
        assert here.hello["frame"]["time_s"] == round(last, 2)


def test_is_cut_is_true_of_a_closed_connection():
    here, there = socket.socketpair()
    there.close()
    with here:
        assert is_cut(here)
