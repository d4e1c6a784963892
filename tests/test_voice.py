"""The terminal's voice: one thing at a time, no wait, nobody left behind."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from screens import cue, moment, plan, soon
from terminals import PATIENCE, Terminal

from coach.live.output import Tty
from coach.live.sound import LATE
from coach.live.terminal import TerminalDisplay, display
from coach.live.voice import Voice, voice
from coach.messages import CueKind

HOSTILE = "-w /tmp/x; $(touch here) `id` 'quoted' \"twice\" %PATH% é"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Stage:
    """Programs that read what is to be said, and write down what they were given."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self.made: list[Voice] = []

    def program(self, name: str, then: str = "") -> Path:
        """Put a program on the path; `then` is shell, done once everything is heard."""
        path, log = self.folder / name, self.folder / "heard"
        path.write_text(f'#!/bin/sh\n{{ echo "$#: $*"; cat; echo; }} >>"{log}"\n{then}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def voice(self, then: str = "") -> Voice:
        self.made.append(Voice([str(self.program("speak", then)), "--stdin"], self.clock))
        return self.made[-1]

    @property
    def heard(self) -> list[str]:
        log = self.folder / "heard"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line for line in lines if line and not line[0].isdigit()]


@pytest.fixture
def stage(tmp_path: Path, clock: Clock) -> Iterator[Stage]:
    made = Stage(tmp_path, clock)
    yield made
    for each in made.made:
        each.close()


def child(spoken: Voice) -> subprocess.Popen[bytes]:
    running = spoken._child
    assert running is not None
    return running


def over(spoken: Voice) -> int:
    """Wait until the program has ended, without taking its end from the voice."""
    return child(spoken).wait(PATIENCE)


def test_words_are_said_as_they_are_and_never_run(stage: Stage) -> None:
    spoken = stage.voice()
    spoken.say(HOSTILE)
    assert over(spoken) == 0
    assert stage.heard == [HOSTILE]
    assert (stage.folder / "heard").read_text().startswith("1: --stdin\n")
    assert {each.name for each in stage.folder.iterdir()} == {"heard", "speak"}


def test_one_thing_after_the_other(stage: Stage, clock: Clock) -> None:
    spoken = stage.voice()
    for words in ("Sit", "Stand"):
        spoken.say(words)
        over(spoken)
        clock.now += 3.0
        spoken.tend()
        assert not spoken.failed
    assert stage.heard == ["Sit", "Stand"]


class Child:
    """A program that does what the test says."""

    def __init__(self, command: list[str], **how: object) -> None:
        self.command, self.how = command, how
        self.stdin = BytesIO()
        self.heard = ""
        self.code: int | None = None
        self.asked: list[str] = []
        self.stdin.close = lambda: setattr(self, "heard", self.stdin.getvalue().decode())  # type: ignore[method-assign]

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.asked.append("terminate")

    def kill(self) -> None:
        self.asked.append("kill")

    def wait(self, timeout: float | None = None) -> int:
        if "kill" not in self.asked:
            raise subprocess.TimeoutExpired(self.command, timeout or 0.0)
        self.code = -9
        return self.code


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    made: list[Child] = []

    def begin(command: list[str], **how: object) -> Child:
        made.append(Child(command, **how))
        return made[-1]

    monkeypatch.setattr("coach.live.voice.subprocess.Popen", begin)
    return made


def test_the_newest_words_replace_those_being_said_and_those_not_yet_said(
    children: list[Child], clock: Clock
) -> None:
    spoken = Voice(["speak"], clock)
    spoken.say("a long story")
    spoken.say("never said")
    spoken.say("Stand")
    [first] = children
    assert first.asked == ["terminate"]
    first.code = -15
    clock.now += 0.25
    spoken.tend()
    assert [each.heard for each in children] == ["a long story\n", "Stand\n"]
    assert not spoken.failed
    spoken.hush()
    assert children[1].asked == ["terminate"]


@pytest.mark.parametrize(("late", "said"), [(LATE, True), (LATE + 0.25, False)])
def test_what_is_a_second_late_is_not_said(
    children: list[Child], clock: Clock, late: float, said: bool
) -> None:
    spoken = Voice(["speak"], clock)
    spoken.say("a long story")
    spoken.say("Stand")
    clock.now += late
    children[0].code = -15
    spoken.tend()
    spoken.tend()
    assert len(children) == 1 + said


def test_who_does_not_stop_when_asked_is_stopped(children: list[Child], clock: Clock) -> None:
    spoken = Voice(["speak"], clock)
    spoken.say("a long story")
    spoken.hush()
    clock.now += 0.5
    spoken.tend()
    assert children[0].asked == ["terminate"]
    clock.now += 0.25
    spoken.tend()
    assert children[0].asked == ["terminate", "kill"]


def test_who_does_not_stop_at_the_end_is_stopped(children: list[Child], clock: Clock) -> None:
    spoken = Voice(["speak"], clock)
    spoken.say("a long story")
    spoken.close()
    assert children[0].asked == ["terminate", "kill"]
    assert children[0].code == -9


def test_ctrl_c_in_the_terminal_is_not_for_the_voice(children: list[Child], clock: Clock) -> None:
    Voice(["speak"], clock).say("Stand")
    assert children[0].how["start_new_session"] is True
    assert not children[0].how.get("shell", False)


def test_closing_leaves_nobody_behind(stage: Stage) -> None:
    spoken = stage.voice("exec sleep 60")
    spoken.say("a long story")
    running = child(spoken)
    spoken.say("not said any more")
    spoken.close()
    assert running.returncode is not None
    spoken.close()
    spoken.tend()
    assert spoken._child is None


@pytest.mark.parametrize(
    ("then", "lasts", "failed"),
    [
        ("exit 0", 2.0, False),
        ("exit 1", 2.0, True),
        # As espeak-ng without a sound device: done at once, and all went well.
        ("exit 0", 0.1, True),
    ],
)
def test_a_voice_that_is_not_heard_has_failed(
    stage: Stage, clock: Clock, then: str, lasts: float, failed: bool
) -> None:
    spoken = stage.voice(then)
    spoken.say("Stand in ten seconds")
    over(spoken)
    clock.now += lasts
    spoken.tend()
    assert spoken.failed is failed
    spoken.say("Stand")
    assert (spoken._child is None) is failed


def test_a_voice_that_was_stopped_has_not_failed(stage: Stage, clock: Clock) -> None:
    spoken = stage.voice("exec sleep 60")
    spoken.say("Stand in ten seconds")
    spoken.hush()
    over(spoken)
    spoken.tend()
    assert not spoken.failed


def test_a_program_that_is_gone_or_does_not_listen_has_failed(stage: Stage, clock: Clock) -> None:
    gone = Voice([str(stage.folder / "gone")], clock)
    gone.say("Stand")
    assert gone.failed
    deaf = Voice(["/bin/false"], clock)
    deaf.say("Stand")
    over(deaf)
    deaf.tend()
    assert deaf.failed


@pytest.mark.parametrize(
    ("platform", "there", "found"),
    [
        ("linux", ("espeak-ng", "say", "powershell"), "espeak-ng"),
        ("linux", ("say", "powershell"), None),
        ("darwin", ("espeak-ng", "say"), "say"),
        ("darwin", ("espeak-ng",), "espeak-ng"),
        ("win32", ("powershell",), "powershell"),
        ("freebsd14", (), None),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand in for the voices")
def test_the_voice_is_the_one_of_this_machine(
    stage: Stage, platform: str, there: tuple[str, ...], found: str | None
) -> None:
    for name in there:
        stage.program(name)
    made = voice({"PATH": str(stage.folder)}, platform)
    assert (made and Path(made._command[0]).name) == found
    assert voice({}, platform) is None


# --- in the terminal ------------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


class Said(Voice):
    """A voice that only remembers."""

    def __init__(self) -> None:
        super().__init__(["nobody"])
        self.said: list[str] = []
        self.tended = 0

    def say(self, words: str) -> None:
        self.said.append(words)

    def hush(self) -> None:
        self.said.append("(hush)")

    def tend(self) -> None:
        self.tended += 1

    def close(self) -> None:
        self.said.append("(closed)")


Show = Callable[..., TerminalDisplay]


@pytest.fixture
def show(terminal: Terminal) -> Iterator[Show]:
    made: list[TerminalDisplay] = []

    def open_display(**more: object) -> TerminalDisplay:
        made.append(TerminalDisplay(Tty(terminal.slave), None, workout=plan(), interval=0, **more))  # type: ignore[arg-type]
        made[-1].open()
        return made[-1]

    yield open_display
    for each in made:
        each.close()


def test_a_terminal_with_a_voice_speaks_and_does_not_ring(terminal: Terminal, show: Show) -> None:
    spoken = Said()
    shown = show(voice=spoken)
    shown.show(soon(12.0), ())
    shown.show(moment(time=200.0), [cue("Stand: light hands", CueKind.STAND)])
    shown.show(moment(time=201.0), ())
    assert spoken.tended == 3
    shown.close()
    assert spoken.said == ["Stand in ten seconds", "Stand: light hands", "(closed)"]
    assert "\a" not in terminal.printed()


def test_a_terminal_whose_voice_failed_rings(terminal: Terminal, show: Show) -> None:
    spoken = Said()
    spoken.failed = True
    shown = show(voice=spoken)
    shown.show(moment(), [cue("Sit", CueKind.SIT)])
    assert spoken.said == []
    assert terminal.printed().count("\a") == 1


@pytest.mark.parametrize("with_voice", [True, False])
def test_a_terminal_is_silent_while_a_page_is_heard(
    terminal: Terminal, show: Show, with_voice: bool
) -> None:
    spoken, muted = Said(), True
    shown = show(voice=spoken if with_voice else None, muted=lambda: muted)
    shown.show(moment(), [cue("Stand", CueKind.STAND)])
    assert "\a" not in terminal.printed()
    assert spoken.said == ["(hush)"] * with_voice
    muted = False
    shown.show(moment(time=101.0), [cue("Sit", CueKind.SIT)])
    assert ("Sit" in spoken.said) is with_voice
    assert ("\a" in terminal.printed()) is not with_voice


def test_quiet_is_no_voice_either(show: Show) -> None:
    spoken = Said()
    show(voice=spoken, quiet=True).show(moment(), [cue("Stand", CueKind.STAND)])
    assert spoken.said == []


@pytest.mark.parametrize(
    ("more", "speaks"),
    [({"aloud": True}, True), ({}, False), ({"aloud": True, "quiet": True}, False)],
)
def test_a_ride_as_fast_as_life_is_told_aloud(
    terminal: Terminal, stage: Stage, more: dict[str, bool], speaks: bool
) -> None:
    stage.program("espeak-ng")
    stage.program("say")
    environ = {"TERM": "xterm", "PATH": str(stage.folder)}
    with (
        open(terminal.slave, "w", closefd=False) as out,
        open(terminal.slave, closefd=False) as board,
    ):
        shown = display(plan(), stdin=board, stdout=out, environ=environ, **more)
        shown.open()
        assert isinstance(shown, TerminalDisplay)
        shown.show(moment(), [cue("Light hands")])
        assert (shown._voice is not None) is speaks
        if shown._voice is not None:
            over(shown._voice)
        shown.close()
    assert stage.heard == (["Light hands"] if speaks else [])
