"""Replays on the page: who plays them, for how long, and what the command says."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import monotonic

import numpy as np
import pytest
from test_cli import SHORT
from test_film import FILM
from websockets.sync.client import ClientConnection, connect

from coach import profile
from coach.cli import run
from coach.clock import ManualClock
from coach.commands import demo, playing
from coach.commands.playing import AGAIN, GONE, TICK, play
from coach.formats import fit
from coach.live.film import LONGEST_STILL
from coach.live.player import KEYS, SPEEDS
from coach.live.view import Frame
from coach.live.web.wire import Seek, Speed, Wish
from coach.messages import Key
from coach.ride import Ride


class Page:
    """A page whose viewers do what is written down, at its time."""

    def __init__(self, clock: ManualClock, script: dict[float, object]) -> None:
        self.clock = clock
        self.script = script
        self.viewers = 0
        self.alive = True
        self.frames: list[tuple[float, Frame]] = []
        self.cues: list[str] = []
        self.films: list[tuple[float, float, bool, int]] = []
        self._keys: list[Key] = []
        self._wishes: list[Wish] = []
        self.end = max(script)

    def over(self) -> bool:
        """Do what is due, and tell whether the script is over."""
        for at in sorted(self.script):
            if at <= self.clock.now():
                what = self.script.pop(at)
                if isinstance(what, Key):
                    self._keys.append(what)
                elif isinstance(what, (Seek, Speed)):
                    self._wishes.append(what)
                elif isinstance(what, int):
                    self.viewers = what
        return self.clock.now() > self.end

    def keys(self) -> list[Key]:
        keys, self._keys = self._keys, []
        return keys

    read = keys

    def wishes(self) -> list[Wish]:
        wishes, self._wishes = self._wishes, []
        return wishes

    def show_frame(self, frame, cues, sounds) -> None:
        self.frames.append((self.clock.now(), frame))
        self.cues += [cue.text for cue in cues]

    def show_film(self, player) -> None:
        self.films.append((self.clock.now(), player.at, player.playing, player.speed))

    def at(self, time: float) -> float:
        """When in the ride the frame was that stood on the page at a time."""
        return [frame.snapshot.time for when, frame in self.frames if when <= time][-1]


def played(script: dict[float, object], **more: object) -> Page:
    clock = ManualClock()
    page = Page(clock, script)
    play(FILM, page, clock, over=page.over, **more)  # type: ignore[arg-type]
    return page


def test_a_film_waits_for_its_first_viewer_and_runs_only_while_somebody_watches() -> None:
    page = played({3600.0: 1, 3610.0: 0, 3615.0: 2, 3625.0: "end"})
    assert page.films[0][:3] == (0.0, 0.0, True)
    assert page.at(3599.0) == FILM[0].frame.snapshot.time
    assert page.at(3609.95) == pytest.approx(10.0, abs=1.0)
    assert page.at(3614.9) == page.at(3610.0)
    assert page.at(3625.0) == pytest.approx(20.0, abs=1.0)


def test_a_replay_is_over_when_its_page_was_closed_and_not_when_it_loads_anew() -> None:
    again = GONE - 2 * TICK
    page = played({1.0: 1, 5.0: 0, 5.0 + again: 1, 50.0: 0, 1000.0: "never"})
    assert page.clock.now() == pytest.approx(50.0 + GONE, abs=2 * TICK)


def test_a_page_that_is_served_no_more_is_waited_for_by_nobody():
    clock = ManualClock()
    page = Page(clock, {GONE: None})
    page.alive = False
    play(FILM, page, clock, over=page.over)
    assert clock.now() == 0.0


@pytest.mark.parametrize("where", ["page", "terminal"])
def test_the_key_that_quits_ends_it_wherever_it_is_pressed(where) -> None:
    clock = ManualClock()
    page = Page(clock, {0.0: 1, 7.0: Key.QUIT, 100.0: "never"})
    nobody = Page(clock, {0.0: 0})
    if where == "terminal":
        page.keys, page.read = list, page.keys  # type: ignore[assignment, method-assign]
    else:
        page.read = nobody.keys  # type: ignore[method-assign]
    play(FILM, page, clock, page, over=page.over)  # type: ignore[arg-type]
    assert clock.now() == pytest.approx(7.0, abs=2 * TICK)


def test_a_leap_is_on_the_page_at_once() -> None:
    page = played({0.0: 1, 5.0: Seek(80.0), 5.5: "end"})
    first = next(when for when, frame in page.frames if frame.snapshot.time >= 80.0)
    assert first <= 5.0 + TICK
    told = next(when for when, at, _, _ in page.films if at >= 80.0)
    assert told <= 5.0 + TICK
    assert page.cues == [], "nothing is told of what was leapt over"


def test_keys_and_speeds_are_heeded_and_told() -> None:
    page = played({0.0: 1, 2.0: Speed(20), 4.0: Key.EASIER, 5.0: Key.PAUSE, 6.0: "end"})
    assert [state for _, _, *state in page.films[-1:]] == [[False, 10]]
    # 2 s at life's speed, 2 s twenty times and 1 s ten times as fast.
    assert page.films[-1][1] == pytest.approx(2 + 40 + 10, abs=2.5)
    assert page.cues == ["at 30"]


def test_a_page_always_hears_something_and_never_too_much() -> None:
    page = played({0.0: 1, 10.0: Key.PAUSE, 20.0: "end"})
    times = [when for when, _ in page.frames]
    gaps = [after - before for before, after in pairwise([*times, 20.0])]
    assert max(gaps) < 2.0, "what hears nothing for two seconds is stale"
    assert len([when for when in times if 12.0 <= when < 20.0]) <= 8.0 / AGAIN + 2
    told = [when for when, *_ in page.films if when < 10.0]
    assert 10 <= len(told) <= 10.0 / AGAIN + 2
    assert not [when for when, *_ in page.films if when > 11.0], "a film that stands is not news"


# --- the command ----------------------------------------------------------------------------------


class Watcher:
    """Looks at the page as soon as it is served, in a thread of its own."""

    def __init__(self, look: Callable[[ClientConnection], None]) -> None:
        self.look = look
        self.fault: BaseException | None = None
        self.thread: Thread | None = None
        self.served = playing.served

    @contextmanager
    def __call__(self, page, watching) -> Iterator[None]:
        with self.served(page, watching):
            self.thread = Thread(target=self._watch, args=(page.url,))
            self.thread.start()
            yield

    def _watch(self, url: str) -> None:
        try:
            with connect(f"ws{url[4:]}socket", origin=url.rstrip("/"), max_size=None) as socket:
                self.look(socket)
        except BaseException as error:
            self.fault = error
            signal.raise_signal(signal.SIGTERM)  # end the replay, so that the test ends


@pytest.fixture
def watched_by(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Watcher]]:
    watchers: list[Watcher] = []

    def watched(look: Callable[[ClientConnection], None]) -> Watcher:
        watchers.append(Watcher(look))
        for command in (playing, demo):
            monkeypatch.setattr(command, "served", watchers[-1])
        return watchers[-1]

    yield watched
    for watcher in watchers:
        assert watcher.thread is not None, "no page was served"
        watcher.thread.join(10.0)
        if watcher.fault is not None:
            raise watcher.fault


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the pictures."""
    monkeypatch.setattr("coach.charts.figures.save_charts", lambda *_: [])


def heard(socket: ClientConnection, kind: str, wanted: Callable[[dict], bool] = bool) -> dict:
    """Wait for a message."""
    end = monotonic() + 10.0
    while True:
        message = json.loads(socket.recv(timeout=end - monotonic()))
        if message["type"] == kind and wanted(message):
            return message


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A ride of 100 s, a stop of a minute, and 60 s more, at 100 W and one more each second."""
    times = np.concatenate([np.arange(0.0, 100.0), np.arange(160.0, 220.0)])
    path = tmp_path / "recorded.fit"
    path.write_bytes(fit.encode(Ride.from_columns(times, power=100.0 + times)))
    return path


def replay(path: Path, *more: str) -> int:
    here = ["--live", "--port", "0", "--no-browser", "--out", str(path.parent / "out")]
    return run(["replay", str(path), *here, *more])


def test_a_recorded_ride_is_kept_and_then_played_on_the_page(recorded, capsys, watched_by) -> None:
    def look(socket: ClientConnection) -> None:
        hello = heard(socket, "hello")
        assert hello["mode"] == "replay"
        assert [key["key"] for key in hello["keys"]] == [each.key.value for each in KEYS]
        assert hello["speeds"] == list(SPEEDS)
        film = hello["film"]
        assert film["playing"]
        assert film["speed"] == 20
        assert film["duration_s"] == pytest.approx(99 + LONGEST_STILL + 59, abs=1)
        known = [power for power in hello["trace"]["power_w"] if power is not None]
        assert len(known) >= 155, "all that was ridden is there at once"
        socket.send(json.dumps({"type": "key", "key": "pause"}))
        heard(socket, "film", lambda film: not film["playing"])
        socket.send(json.dumps({"type": "seek", "at_s": 60.0}))
        frame = heard(socket, "frame", lambda frame: frame.get("elapsed_time_s") == 60.0)
        assert frame["power_w"] == 159, "the mean of 158, 159 and 160 W"
        assert heard(socket, "film")["at_s"] == 60.0
        socket.send(json.dumps({"type": "speed", "speed": 3}))
        heard(socket, "refused")
        socket.send(json.dumps({"type": "key", "key": "swap"}))
        heard(socket, "refused")
        socket.send(json.dumps({"type": "key", "key": "quit"}))
        end = heard(socket, "end")
        assert end["words"][0] == "The replay is closed."
        names = [Path(name).suffix for name in end["files"][1:]]
        assert names == [".ride", ".fit", ".png", ".png"]
        assert end["chart"]
        socket.send(json.dumps({"type": "seen"}))

    watched_by(look)
    assert replay(recorded, "--speed", "20") == 0
    out, err = capsys.readouterr()
    assert "live: http://127.0.0.1:" in err
    assert "saved: " in out
    made = {path.suffix for path in (recorded.parent / "out").iterdir()}
    assert made == {".ride", ".fit", ".png"}


def test_a_signal_ends_the_replay_in_order(recorded, quick, watched_by) -> None:
    def look(socket: ClientConnection) -> None:
        heard(socket, "hello")
        signal.raise_signal(signal.SIGINT)
        heard(socket, "end")
        socket.send(json.dumps({"type": "seen"}))

    watched_by(look)
    assert replay(recorded) == 0


def test_a_ride_read_in_part_is_played_in_part_with_exit_code_three(
    recorded, quick, watched_by
) -> None:
    def look(socket: ClientConnection) -> None:
        assert 50 < heard(socket, "hello")["film"]["duration_s"] < 168
        socket.send(json.dumps({"type": "key", "key": "quit"}))
        heard(socket, "end")

    whole = recorded.read_bytes()
    recorded.write_bytes(whole[: len(whole) * 7 // 10])
    watched_by(look)
    assert replay(recorded) == 3


def test_a_ride_that_ended_before_its_first_second_has_no_page(tmp_path, quick, capsys) -> None:
    path = tmp_path / "short.fit"
    path.write_bytes(fit.encode(Ride.from_columns(np.array([0.0]), power=np.array([100.0]))))
    code = replay(path)
    told = capsys.readouterr()
    assert run(["replay", str(path), "--out", str(tmp_path / "without")]) == code
    assert "live:" not in told.err


GPX_WITHOUT_TIMES = """\
<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="47.0" lon="8.0"><ele>400</ele></trkpt><trkpt lat="47.1" lon="8.0"><ele>500</ele></trkpt>
</trkseg></trk></gpx>"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("route.gpx", GPX_WITHOUT_TIMES.encode()),
        ("empty.fit", b""),
        ("broken.fit", bytes(range(200))),
        ("text.md", b"# A ride"),
        ("absent.fit", None),
    ],
)
def test_what_cannot_be_replayed_is_told_in_the_same_words(tmp_path, capsys, name, content) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with_page = replay(path)
    told = capsys.readouterr()
    assert run(["replay", str(path), "--out", str(path.parent / "out")]) == with_page != 0
    assert capsys.readouterr() == told
    assert name in told.err
    assert "live:" not in told.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--live", "--speed", "3"], "--speed 3: with --live it is one of 1, 2, 5, 10, 20"),
        (["--live", "--speed", "max"], "--speed max: with --live it is one of 1, 2, 5, 10, 20"),
        (["--live", "--lan-control"], "add --lan"),
        (["--port", "0"], "there is a page only with --live"),
        (["--no-browser"], "there is a page only with --live"),
    ],
)
def test_options_that_do_not_go_together_are_told(recorded, capsys, options, words) -> None:
    out = recorded.parent / "out"
    assert run(["replay", str(recorded), *options, "--out", str(out)]) == 2
    assert words in capsys.readouterr().err
    assert not out.exists(), "nothing was begun"


# --- the demo -------------------------------------------------------------------------------------


def test_the_demo_on_the_page_is_the_demo_without_one(tmp_path, monkeypatch, watched_by) -> None:
    def look(socket: ClientConnection) -> None:
        hello = heard(socket, "hello")
        assert hello["mode"] == "demo"
        assert hello["start"]["simulated"]
        heard(socket, "frame", lambda frame: frame.get("power_w"))
        assert heard(socket, "cue")["text"]
        end = heard(socket, "end")
        assert end["chart"]
        assert any(name.endswith(".fit") for name in end["files"])
        socket.send(json.dumps({"type": "seen"}))

    monkeypatch.setattr(profile, "find_workout", lambda name: SHORT)
    monkeypatch.setattr(demo, "SPEED", 500.0)
    plain, live = tmp_path / "plain", tmp_path / "live"
    assert run(["demo", "--out", str(plain)]) == 0
    watched_by(look)
    assert run(["demo", "--live", "--no-browser", "--port", "0", "--out", str(live)]) == 0
    names = [{path.name for path in folder.iterdir()} for folder in (plain, live)]
    assert names[0] == names[1]
    (fit,) = plain.glob("*.fit")
    assert fit.read_bytes() == (live / fit.name).read_bytes()


def test_who_leaves_the_demo_before_it_begins_leaves_nothing(tmp_path, monkeypatch) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo.time, "sleep", interrupted)
    out = tmp_path / "out"
    assert run(["demo", "--live", "--no-browser", "--port", "0", "--out", str(out)]) == 1
    assert not out.exists()


def test_the_demo_has_a_page_only_when_asked(tmp_path, capsys) -> None:
    assert run(["demo", "--port", "0", "--out", str(tmp_path)]) == 2
    assert "there is a page only with --live" in capsys.readouterr().err
