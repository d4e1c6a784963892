"""The display in a real terminal (a pseudo-terminal): keys, drawing, resizing, every way out."""

from __future__ import annotations

import io
import os
import re
import select
import signal
import subprocess
import sys
import termios
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screens import Glass, bare, cue, moment, plan, soon
from terminals import PATIENCE, Terminal

from coach.guidance.technique import STOP_RULES
from coach.live.ink import Depth, Style
from coach.live.keyboard import Decoder, PosixKeyboard, keyboard
from coach.live.keys import KEYS
from coach.live.output import Tty
from coach.live.plain import PlainDisplay
from coach.live.screen import Screen
from coach.live.terminal import TerminalDisplay, display
from coach.live.view import STOP_FIRST, Viewer
from coach.messages import CueKind, Key, PauseCause, Posture, RideState, Snapshot


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


@pytest.fixture
def show(terminal: Terminal) -> Iterator[Callable[..., TerminalDisplay]]:
    """Opens displays on the terminal, and closes them."""
    made: list[TerminalDisplay] = []

    def open_display(**more: object) -> TerminalDisplay:
        board = PosixKeyboard(terminal.slave, KEYS)
        more = {"workout": plan(), "interval": 0.0, **more}
        made.append(TerminalDisplay(Tty(terminal.slave), board, **more))  # type: ignore[arg-type]
        made[-1].open()
        return made[-1]

    yield open_display
    for each in made:
        each.close()


# --- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (b" ", Key.PAUSE), (b"n", Key.SKIP), (b"b", Key.BACK), (b"x", Key.EXTEND),
        (b"+", Key.HARDER), (b"=", Key.HARDER), (b"-", Key.EASIER), (b"e", Key.EASE_OFF),
        (b"s", Key.DECLARE_SEATED), (b"d", Key.DECLARE_STANDING), (b"q", Key.QUIT),
        (b"N", Key.SKIP), (b"Q", Key.QUIT),
    ],
)  # fmt: skip
def test_every_key_arrives(
    terminal: Terminal, show: Callable[..., TerminalDisplay], typed: bytes, key: Key
) -> None:
    shown = show()
    terminal.type(typed)
    assert shown.keys() == [key]
    assert shown.keys() == []


def test_no_character_means_two_keys() -> None:
    characters = "".join(each.characters for each in KEYS)
    assert len(set(characters)) == len(characters)


def test_keys_keep_their_order_and_the_rest_is_no_key(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()
    terminal.type("n7\r\x7f é山\x1b[A+\x1bOB\x1b[1;2D\x1b[15~-".encode())
    assert shown.keys() == [Key.SKIP, Key.PAUSE, Key.HARDER, Key.EASIER]


@pytest.mark.parametrize(
    "sequence", [b"\x1b[A", b"\x1b[1;5d", b"\x1bOs", b"\x1bq", b"\x1b[<0;1;1M"]
)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_escape_sequences_in_two_parts_are_no_keys(sequence: bytes, at: int) -> None:
    decoder = Decoder(KEYS)
    assert decoder.decode(b"+" + sequence[:at]) == [Key.HARDER]
    rest = sequence[at:]
    assert decoder.decode(rest + b"-") == [Key.EASIER]


def test_escape_alone_does_not_swallow_the_next_key() -> None:
    decoder = Decoder(KEYS)
    assert decoder.decode(b"\x1b") == []
    assert decoder.decode(b"") == []
    assert decoder.decode(b"q") == [Key.QUIT]


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_are_keys_or_nothing(chunks: list[bytes]) -> None:
    decoder = Decoder(KEYS)
    for chunk in chunks:
        assert len(decoder.decode(chunk)) <= len(chunk) + 40


def test_a_held_key_is_read_in_bounded_pieces(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()
    terminal.type(b"+" * 1500)
    read = [len(shown.keys()) for _ in range(3)]
    assert sum(read) == 1500
    assert max(read) <= 1024


def test_the_terminal_does_not_echo_and_gives_its_modes_back(terminal: Terminal) -> None:
    before = terminal.modes
    with TerminalDisplay(Tty(terminal.slave), PosixKeyboard(terminal.slave, KEYS)) as shown:
        assert terminal.modes != before
        assert terminal.modes[3] & termios.ISIG, "Ctrl-C must stay a signal"  # type: ignore[operator]
        terminal.printed()
        terminal.type(b"zzz")
        assert shown.keys() == []
        assert terminal.printed() == ""
        terminal.type(b"typed too late")
    assert terminal.modes == before
    assert not select.select([terminal.slave], [], [], 0)[0], "the shell would get these keys"


def test_no_keyboard_without_a_terminal() -> None:
    assert keyboard(io.StringIO("q"), KEYS) is None
    with Path(os.devnull).open() as nothing:
        assert keyboard(nothing, KEYS) is None
    closed = io.StringIO()
    closed.close()
    assert keyboard(closed, KEYS) is None


# --- drawing ------------------------------------------------------------------------------------


def test_the_screen_is_taken_and_given_back(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()
    glass = Glass(80, 24)
    glass.feed(terminal.printed())
    assert glass.modes == {"?1049": True, "?25": False, "?7": False}
    shown.show(moment(), ())
    shown.close()
    shown.close()
    glass.feed(terminal.printed())
    assert glass.modes == {"?1049": False, "?25": True, "?7": True}


class Paper:
    """An output that takes everything at once."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size, self._text = size, ""

    def size(self) -> tuple[int, int]:
        return self._size

    def ready(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self._text += text

    def close(self, last: str) -> None:
        self.write(last)

    def taken(self) -> str:
        text, self._text = self._text, ""
        return text


moments = st.builds(
    moment,
    time=st.floats(0, 1e4),
    segment_remaining=st.floats(0, 1000),
    next_posture_in=st.floats(0, 1000),
    power=st.one_of(st.none(), st.floats(0, 2000)),
    posture=st.sampled_from(Posture),
    next_posture=st.sampled_from(Posture),
    segment=st.integers(0, 4),
    state=st.sampled_from(RideState),
)


@settings(max_examples=30, deadline=None)
@given(frames=st.lists(moments, min_size=1, max_size=50), wide=st.booleans())
def test_drawing_what_changed_draws_the_whole_picture(frames: list[Snapshot], wide: bool) -> None:
    size = (120, 40) if wide else (80, 24)
    style, viewer, glass = Style(Depth.EIGHT), Viewer(), Glass(*size)
    paper = Paper(size)
    with TerminalDisplay(paper, None, style, plan(), interval=0.0) as shown:
        for snapshot in frames:
            shown.show(snapshot, ())
            glass.feed(paper.taken())
            whole = Screen(*size, style, plan(), keys=False).lines(viewer.see(snapshot))
            assert glass.text == [bare(line) for line in whole]


def test_a_ride_faster_than_life_is_not_drawn_whole_but_rings(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show(interval=3600.0)
    for second in range(100):
        cues = [cue("Stand", CueKind.STAND)] if second == 50 else ()
        shown.show(moment(timer_time=float(second)), cues)
    printed = terminal.printed()
    assert "ride 0:00" in printed
    assert "ride 0:01" not in printed


def test_a_frame_like_the_last_one_costs_nothing(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()
    shown.show(moment(), ())
    terminal.printed()
    shown.show(moment(), ())
    assert terminal.printed() == ""


def test_what_others_wrote_over_the_screen_is_healed(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()
    shown.show(moment(), ())
    glass = Glass(80, 24)
    glass.feed(terminal.printed())
    before = glass.text
    glass.feed("\x1b[3;1Ha warning from a library")
    assert glass.text != before
    for _ in range(40):
        shown.show(moment(), ())
        glass.feed(terminal.printed())
    assert glass.text == before


def test_the_picture_follows_the_size_of_the_terminal(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()
    for size in ((80, 24), (120, 40), (30, 8), (7, 2), (200, 60)):
        terminal.resize(*size)
        glass, text = Glass(*size), ""
        for _ in range(4):  # a large picture may take more than one call to go out
            shown.show(moment(), ())
            text += terminal.printed()
        glass.feed(text)  # fails on anything wider or lower than the terminal
        whole = Screen(*size, workout=plan()).lines(Viewer().see(moment()))
        assert glass.text == [bare(line) for line in whole]


def test_a_terminal_that_does_not_know_its_size_gets_the_usual_one(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    terminal.resize(0, 0)
    show().show(moment(), ())
    glass = Glass(80, 24)
    glass.feed(terminal.printed())
    assert any("POWER" in row for row in glass.text)


def test_the_bell_rings_twice_to_stand_and_once_to_sit(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()

    def rings(kind: CueKind) -> list[int]:
        terminal.printed()
        counts = []
        for frame in range(4):
            shown.show(moment(), [cue("now", kind)] if frame == 0 else ())
            counts.append(terminal.printed().count("\a"))
        return counts

    assert rings(CueKind.STAND) == [1, 1, 0, 0]
    assert rings(CueKind.SIT) == [1, 0, 0, 0]
    assert rings(CueKind.STAND_SOON) == [0, 0, 0, 0]


def test_quiet_is_quiet(terminal: Terminal, show: Callable[..., TerminalDisplay]) -> None:
    shown = show(quiet=True)
    shown.show(moment(), [cue("now", CueKind.STAND)])
    shown.show(soon(5.0), ())
    assert "\a" not in terminal.printed()


def test_a_terminal_that_does_not_read_holds_up_nothing(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()

    def stuck(*_: object) -> None:
        raise AssertionError("drawing waited for the terminal")

    before = signal.signal(signal.SIGALRM, stuck)
    signal.alarm(int(PATIENCE))
    try:
        for frame in range(1000):
            shown.show(moment(power=float(frame)), ())
        late = terminal.printed()
        # The picture that was cut short is finished first, so the screen is whole again.
        shown.show(moment(time=200.0, power=321.0), ())
        late += terminal.printed()
        shown.show(moment(time=200.1, power=321.0), ())
        glass = Glass(80, 24)
        glass.feed(late + terminal.printed())
        assert any("123 W above" in row for row in glass.text)
        for frame in range(1000):
            shown.show(moment(time=300.0 + frame, power=float(frame)), ())
        shown.close()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_terminal_that_has_gone_does_not_end_the_ride(
    terminal: Terminal, show: Callable[..., TerminalDisplay]
) -> None:
    shown = show()
    os.close(terminal.master)
    for _ in range(3):
        shown.show(moment(), ())
        assert list(shown.keys()) == []
    shown.close()


# --- which display ------------------------------------------------------------------------------


def test_a_pipe_gets_plain_lines() -> None:
    shown = display(stdin=io.StringIO(), stdout=io.StringIO(), environ={"TERM": "xterm"})
    assert isinstance(shown, PlainDisplay)


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {}])
def test_a_dumb_terminal_gets_plain_lines(terminal: Terminal, environ: dict[str, str]) -> None:
    with open(terminal.slave, "w", closefd=False) as out:
        shown = display(stdin=io.StringIO(), stdout=out, environ=environ)
        shown.open()
        shown.show(moment(), [cue("Light hands")])
        shown.close()
    assert "\x1b" not in (printed := terminal.printed())
    assert "Light hands" in printed


def test_a_screen_begins_with_the_words_that_it_covers(terminal: Terminal) -> None:
    with open(terminal.slave, "w", closefd=False) as out:
        shown = display(
            stdin=io.StringIO(), stdout=out, environ={"TERM": "xterm"}, first="First ride here"
        )
        shown.open()
        shown.show(moment(), ())
        shown.close()
    assert "First ride here" in terminal.printed()


BAR = "48;2;86;180;233"


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, BAR),
        ({"TERM": "xterm-256color"}, "48;5;74"),
        ({"TERM": "xterm"}, ";46m"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "\x1b[0;1;7m"),
        ({"TERM": "vt220"}, "\x1b[0;1;7m"),
    ],
)
def test_colours_are_what_the_terminal_can(
    terminal: Terminal, environ: dict[str, str], code: str
) -> None:
    printed = printed_with(terminal, environ)
    assert code in printed
    assert (BAR in printed) == (code == BAR)
    coloured = re.search(r"\x1b\[[0-9;]*[34][0-9]", printed)
    assert (coloured is None) == ("7m" in code)


@pytest.mark.parametrize(
    ("encoding", "environ", "ascii_only"),
    [
        ("utf-8", {}, False),
        ("utf-8", {"LC_ALL": "C"}, True),
        ("latin-1", {}, True),
        ("ascii", {}, True),
    ],
)
def test_terminals_without_unicode_get_ascii(
    terminal: Terminal, encoding: str, environ: dict[str, str], ascii_only: bool
) -> None:
    printed = printed_with(terminal, {"TERM": "xterm", **environ}, encoding)
    assert printed.isascii() is ascii_only
    assert ("######" in printed) is ascii_only


def printed_with(terminal: Terminal, environ: dict[str, str], encoding: str = "utf-8") -> str:
    with open(terminal.slave, "w", closefd=False, encoding=encoding) as out:
        shown = display(stdin=io.StringIO(), stdout=out, environ=environ)
        assert isinstance(shown, TerminalDisplay)
        with shown:
            shown.show(moment(), ())
            assert list(shown.keys()) == []
            return terminal.printed()


# --- every way out ------------------------------------------------------------------------------

PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
from screens import moment, plan
from coach.live.terminal import display

shown = display(plan())
shown.open()
shown.show(moment(), ())
"""


def run(terminal: Terminal, ending: str, first: str = "") -> subprocess.Popen[bytes]:
    """Start a program in the foreground of the terminal, as a shell would."""
    program = PROGRAM.format(tests=str(Path(__file__).parent)) + textwrap.dedent(ending)
    control = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    control += textwrap.dedent(first) + program
    return subprocess.Popen(
        [sys.executable, "-c", control],
        stdin=terminal.slave,
        stdout=terminal.slave,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm-256color"},
        cwd=Path(__file__).parents[1],
        start_new_session=True,
    )


WAIT = "import time; print(end='ready', file=sys.stderr, flush=True); time.sleep(60)"


def test_keys_reach_a_program_in_its_terminal(terminal: Terminal) -> None:
    before = terminal.modes
    ending = """
        import select
        keys = []
        print(end='ready', file=sys.stderr, flush=True)
        while "quit" not in keys:
            select.select([0], [], [], 10)
            keys += shown.keys()
        shown.close()
        print(keys, file=sys.stderr)
    """
    with run(terminal, ending) as process:
        assert process.stderr is not None
        assert process.stderr.read(5) == b"ready"
        terminal.type_to_program(b"n\x1a +q")  # Ctrl-Z must not stop a program that holds a brake
        told = process.stderr.read().decode()
        assert "skip" in told
        assert "harder" in told
        assert process.wait(PATIENCE) == 0
    terminal.wait_for("\x1b[?1049l")
    assert terminal.modes == before


@pytest.mark.parametrize(
    ("ending", "number", "code"),
    [
        (WAIT, signal.SIGINT, -signal.SIGINT),
        ("raise RuntimeError('a fault')", None, 1),
        ("sys.exit(3)", None, 3),
        ("with shown:\n        raise RuntimeError('a fault')", None, 1),
        ("", None, 0),
    ],
    ids=["interrupt", "fault", "exit", "with", "end"],
)
def test_the_terminal_is_given_back_on_every_way_out(
    terminal: Terminal, ending: str, number: int | None, code: int
) -> None:
    before = terminal.modes
    with run(terminal, ending) as process:
        assert process.stderr is not None
        if number is not None:
            assert process.stderr.read(5) == b"ready"
            assert terminal.modes != before
            os.kill(process.pid, number)
        process.stderr.read()
        assert process.wait(PATIENCE) == code
    printed = terminal.wait_for("\x1b[?1049l")
    glass = Glass(80, 24)
    glass.feed(printed)
    assert glass.modes == {"?1049": False, "?25": True, "?7": True}
    assert terminal.modes == before


def test_ctrl_c_is_a_signal(terminal: Terminal) -> None:
    with run(terminal, WAIT) as process:
        assert process.stderr is not None
        assert process.stderr.read(5) == b"ready"
        terminal.type_to_program(b"\x03")
        process.stderr.read()
        assert process.wait(PATIENCE) == -signal.SIGINT


def test_in_the_background_there_are_plain_lines_and_no_keys(terminal: Terminal) -> None:
    before = terminal.modes
    aside = """
        import os
        child = os.fork()
        if child:
            # A program that touches its terminal from the background is stopped by the kernel.
            _, status = os.waitpid(child, os.WUNTRACED)
            os._exit(status != 0)
        os.setpgid(0, 0)
    """
    with run(terminal, "print(shown.keys()); shown.close()", first=aside) as process:
        assert process.wait(PATIENCE) == 0
    assert "\x1b" not in (printed := terminal.wait_for("()"))
    assert "Hill 2 of 2" in printed
    assert terminal.modes == before


def test_signals_belong_to_whoever_runs_the_ride(show: Callable[..., TerminalDisplay]) -> None:
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    shown = show()
    assert {number: signal.getsignal(number) for number in before} == before
    shown.close()
    assert {number: signal.getsignal(number) for number in before} == before


# --- plain lines --------------------------------------------------------------------------------


def test_plain_lines_tell_segments_cues_caps_and_pauses() -> None:
    out = io.StringIO()
    shown = PlainDisplay(out)
    shown.open()
    shown.show(moment(), [cue("Light hands")])
    shown.show(moment(timer_time=1621.9, limits=("target capped at 198 W: your limit",)), ())
    shown.show(moment(timer_time=1622.9, limits=("target capped at 190 W: your limit",)), ())
    shown.show(moment(state=RideState.PAUSED), ())
    shown.show(moment(), ())
    shown.show(moment(segment=4, posture=Posture.STANDING), [cue("Stand", CueKind.STAND)])
    shown.show(moment(segment=4, state=RideState.FINISHED), ())
    shown.close()
    assert out.getvalue().splitlines() == [
        "   27:00  == Hill 2 of 2, seated, 1:41 ==",
        "   27:00  Light hands",
        "   27:01  ! target capped at 198 W: your limit",
        "   27:00  Paused",
        "   27:00  Stop for today, and get help, if you feel any of these:",
        "   27:00  chest, jaw, neck or arm pain or pressure, faintness, unusual breathlessness, "
        "palpitations, sharp joint pain, confusion",
        "   27:00  Riding on",
        "   27:00  == Hill 2 of 2, standing, 1:41 ==",
        "   27:00  Stand",
        "   27:00  Ride finished",
    ]


def test_plain_lines_tell_when_to_stop_once_in_a_ride() -> None:
    out = io.StringIO()
    shown = PlainDisplay(out)
    for state in (RideState.RIDING, RideState.PAUSED) * 3:
        shown.show(moment(state=state), ())
    assert out.getvalue().count(STOP_FIRST) == 1


def test_plain_lines_tell_of_a_hill_once() -> None:
    out = io.StringIO()
    shown = PlainDisplay(out)
    for report in (
        (),
        ("Hill 2: sat 4:00 of 4:00 (measured)",),
        ("Hill 2: sat 4:00 of 4:00 (measured)",),
        (),
    ):
        shown.show(moment(report=report), ())
    assert out.getvalue().count("sat 4:00") == 1


def test_plain_lines_tell_whom_the_ride_waits_for() -> None:
    out = io.StringIO()
    shown = PlainDisplay(out)
    causes = (None, PauseCause.TRAINER, PauseCause.RIDER, PauseCause.RIDER, None)
    for cause in causes:
        state = RideState.RIDING if cause is None else RideState.PAUSED
        shown.show(moment(state=state, pause=cause), ())
    assert [line[10:] for line in out.getvalue().splitlines()[1:]] == [
        "Paused: looking for the trainer",
        "Paused",
        STOP_FIRST,
        ", ".join(STOP_RULES),
        "Riding on",
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_plain_lines_hold_no_control_codes(label: str, text: str) -> None:
    out = io.StringIO()
    PlainDisplay(out, unicode=False).show(moment(label=label), [cue(text, CueKind.STAND)])
    printed = out.getvalue()
    assert printed.isascii()
    assert printed.count("\n") == 2
    assert printed.replace("\n", "").isprintable()


def test_plain_lines_still_take_keys(terminal: Terminal) -> None:
    before = terminal.modes
    shown = PlainDisplay(io.StringIO(), PosixKeyboard(terminal.slave, KEYS))
    shown.open()
    terminal.type(b"q")
    assert shown.keys() == [Key.QUIT]
    shown.close()
    assert terminal.modes == before
    assert PlainDisplay(io.StringIO()).keys() == ()


def test_plain_lines_list_the_keys_once_at_the_start(terminal: Terminal) -> None:
    out = io.StringIO()
    shown = PlainDisplay(out, PosixKeyboard(terminal.slave, KEYS))
    shown.open()
    told = out.getvalue()
    for each in KEYS:
        assert f"{each.name} {each.does}" in told
    assert max(map(len, told.splitlines())) < 80
    for segment in (3, 4):
        shown.show(moment(segment=segment), ())
    shown.close()
    assert out.getvalue().count("quit, save") == 1


def test_plain_lines_without_a_keyboard_list_no_keys() -> None:
    out = io.StringIO()
    shown = PlainDisplay(out)
    shown.open()
    shown.close()
    assert out.getvalue() == ""


def test_a_reader_who_leaves_does_not_end_the_ride() -> None:
    program = PROGRAM.format(tests=str(Path(__file__).parent)) + textwrap.dedent("""
        sys.stdin.readline()
        for segment in range(5):
            shown.show(moment(segment=segment), ())
        shown.close()
        print("saved: ride.fit", flush=True)  # what a ride says at its end must not fail either
        print("rode on", file=sys.stderr)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    ) as process:
        assert process.stdout is not None
        assert b"Hill 2" in process.stdout.readline()
        process.stdout.close()
        _, told = process.communicate(b"go on\n", timeout=PATIENCE)
        assert told == b"rode on\n"
        assert process.returncode == 0
