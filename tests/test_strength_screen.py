"""The strength session on a screen: every phase, every size, every kind of terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screens import Glass, bare
from terminals import Terminal

from coach import profile
from coach.live.ink import Depth, Style, cells
from coach.live.keyboard import Decoder
from coach.live.strength import KEYS, StrengthScreen, strength_display
from coach.live.view import STOP_FIRST
from coach.strength.messages import Phase, Press, SessionSnapshot, Sound
from coach.strength.routine import Exercise, Side, Work
from coach.strength.session import Session
from coach.strength.steps import Step

ROUTINE = profile.load_routine(profile.find_routine("glutes"))
EXERCISES = {each.name: each for group in ROUTINE.groups for each in group.exercises}
LUNGE = Work(EXERCISES["skater_lunge"], 3, 20)
BRIDGE = Work(EXERCISES["bridge"], 3, 20)


def moment(phase: Phase = Phase.SET, **changes: object) -> SessionSnapshot:
    """A moment of the routine, changed."""
    usual: dict[str, object] = {
        "phase": phase,
        "paused": False,
        "step": Step(LUNGE, 2, Side.LEFT),
        "new": False,
        "back": True,
        "following": Step(LUNGE, 2, Side.RIGHT),
        "reps": 14,
        "half": 1 if phase is Phase.SET else None,
        "load": "",
        "effort": "",
        "seconds_left": 20.0,
        "sets": 21,
        "sets_done": 4,
        "remaining": 2200.0,
    }
    return SessionSnapshot(**{**usual, **changes})  # type: ignore[arg-type]


END = {"step": None, "following": None, "remaining": 0.0, "sets_done": 21}
MOMENTS = {
    "waiting": moment(Phase.READY, seconds_left=None),
    "ready": moment(Phase.READY, seconds_left=7.2),
    "set": moment(),
    "ask": moment(Phase.ASK, reps=20, load="12.5", seconds_left=31.0),
    "rest": moment(Phase.REST, seconds_left=39.5),
    "paused": moment(Phase.REST, paused=True),
    "last rest": moment(Phase.REST, **{**END, "remaining": 20.0}),
    "effort": moment(Phase.EFFORT, seconds_left=None, effort="7.5", **END),
    "over": moment(Phase.OVER, seconds_left=None, **END),
}


def drawn(
    snapshot: SessionSnapshot, width: int = 80, height: int = 24, trouble: str = ""
) -> list[str]:
    """The rows of a screen; fails on any that is not as wide as the terminal."""
    rows = [bare(line) for line in StrengthScreen(width, height).lines(snapshot, trouble)]
    assert len(rows) == height
    assert {cells(row) for row in rows} == {width}
    return rows


def big(text: str) -> str:
    """The middle row of a word in block letters."""
    from coach.live.glyphs import big

    return big(text)[2]


# --- what stands there ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word", "count", "texts"),
    [
        ("waiting", "START", "", ["Skater lunge", "set 2 of 3", "space when you are ready"]),
        ("ready", "START IN", "8", ["left leg", "space begin", "p pause"]),
        ("set", "REP 14", "0:20", ["of 20", "down  ▸up", "4 of 21 sets done", "space done"]),
        ("ask", "REPS", "20", ["20 of 20", "12.5 kg", "0:31 left", "q quit without it"]),
        ("rest", "REST", "0:40", ["next: Skater lunge", "then the right leg", "b correct set"]),
        ("paused", "PAUSED", "", [STOP_FIRST, "chest, jaw", "confusion", "space go on"]),
        ("last rest", "REST", "0:20", ["That was the last set.", "21 of 21 sets done"]),
        ("effort", "DONE", "", ["How hard was the session?  7.5", "4  somewhat strong"]),
    ],
)
@pytest.mark.parametrize("size", [(80, 24), (120, 24)])
def test_what_is_read_from_the_floor(name, word, count, texts, size):
    rows = drawn(MOMENTS[name], *size)
    assert big(word) in rows[3]
    assert rows[3].rstrip().endswith(big(count).rstrip())
    for text in texts:
        assert any(text in row for row in rows), text


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("seconds_left", [None, 9.0])
def test_every_exercise_is_told_whole_on_a_small_terminal(exercise, seconds_left):
    step = Step(Work(exercise, 3, 20), 1, Side.LEFT if exercise.per_leg else None)
    rows = drawn(moment(Phase.READY, step=step, seconds_left=seconds_left))
    told = " ".join(" ".join(rows).split())
    hints = [exercise.purpose, exercise.easier, exercise.harder, exercise.needs]
    for text in (*exercise.how, *exercise.watch, *hints):
        assert text in told
    assert "q quit, save" in rows[-1]


def test_both_halves_are_told_by_a_sign():
    assert any("▸down   up" in row for row in drawn(moment(half=0)))
    assert any(" up  ▸down" in row for row in drawn(moment(step=Step(BRIDGE, 1, None))))


@pytest.mark.parametrize(
    ("following", "text"),
    [
        (Step(LUNGE, 2, Side.RIGHT), "then the right leg"),
        (Step(LUNGE, 3, Side.LEFT), "then set 3"),
        (Step(BRIDGE, 1, None), "then Bridge"),
    ],
)
def test_what_follows_is_told_by_what_is_new(following, text):
    assert any(row.rstrip().endswith(text) for row in drawn(moment(following=following)))


def test_no_key_is_offered_that_does_nothing():
    waiting = drawn(moment(Phase.READY, seconds_left=None, back=False))
    assert waiting[-1].rstrip() == " space begin  n skip set  x skip exercise  q quit, save"
    last = drawn(MOMENTS["last rest"])
    assert last[-1].rstrip() == " space go on  p pause  b correct set  q quit, save"


def test_trouble_is_told_in_every_phase_and_the_keys_stay():
    for name, snapshot in MOMENTS.items():
        for size in ((80, 24), (40, 10), (30, 4)):
            rows = drawn(snapshot, *size, trouble="1 set is not in the log: no space left")
            assert any(row.startswith(" ! 1 set is not in the log") for row in rows), name


def test_the_gauge_fills_with_the_sets():
    for done in (0, 7, 21):
        gauge = drawn(moment(sets_done=done), 65, 24)
        assert sum(row.count("█") for row in gauge if "▁" in row or done == 21) >= 3 * done
        assert any(row.count("▁") == 3 * (21 - done) for row in gauge if "▁" in row or done == 21)


def test_one_of_anything_is_no_plural():
    one = moment(step=Step(Work(EXERCISES["bridge"], 1, 1), 1, None), sets=1, sets_done=0)
    told = "\n".join(drawn(one))
    assert "1 repetition " in told
    assert "0 of 1 set done" in told


# --- any size, any terminal ----------------------------------------------------------------------

moments = st.builds(
    moment,
    st.sampled_from(Phase),
    paused=st.booleans(),
    step=st.sampled_from([None, Step(LUNGE, 3, Side.RIGHT), Step(BRIDGE, 1, None)]),
    reps=st.integers(1, 999),
    half=st.sampled_from([None, 0, 1]),
    load=st.sampled_from(["", "12.5"]),
    seconds_left=st.one_of(st.none(), st.floats(0, 4000)),
    sets_done=st.integers(0, 21),
    remaining=st.floats(0, 1e5),
)


@settings(max_examples=150, deadline=None)
@given(moments, st.integers(1, 200), st.integers(1, 70), st.sampled_from(["", "trouble " * 30]))
def test_every_size_holds_the_picture(snapshot, width, height, trouble):
    assert len(drawn(snapshot, width, height, trouble)) == height


@given(moments, st.integers(20, 100))
def test_the_word_of_the_moment_is_told_at_any_height(snapshot, width):
    for height in (1, 5, 12):
        first = drawn(snapshot, width, height)[0]
        assert any(word in first for word in ("REP", "REST", "START", "PAUSED", "DONE"))


def test_a_large_terminal_has_large_letters():
    assert sum("██" in row for row in drawn(MOMENTS["set"], 120, 40)[:14]) == 10
    assert sum("██" in row for row in drawn(MOMENTS["set"], 200, 50)[:19]) == 15


def test_a_hostile_routine_cannot_leave_its_cells():
    nasty = Exercise(
        "x", "\x1b[2J" * 9, True, "山" * 200, ("\a" * 300, "e\u0301" * 200), ("\u202e",), "", ""
    )
    step = Step(Work(nasty, 99, 999), 99, Side.RIGHT)
    for phase in Phase:
        for size in ((80, 24), (17, 30), (3, 3)):
            rows = drawn(moment(phase, step=step, following=step), *size)
            assert all(row.isprintable() for row in rows)


@pytest.mark.parametrize("name", MOMENTS)
def test_ascii_terminals_get_ascii(name):
    lines = StrengthScreen(80, 24, Style(Depth.NONE, unicode=False)).lines(MOMENTS[name], "no!")
    assert all(bare(line).isascii() for line in lines)
    assert all(len(bare(line)) == 80 for line in lines)
    # Without colours the bar still stands out.
    assert "\x1b[0;1;7m" in lines[0]


# --- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (b" ", Press.GO), (b"\r", Press.GO), (b"\n", Press.GO), (b"b", Press.BACK),
        (b"N", Press.SKIP), (b"x", Press.SKIP_EXERCISE), (b"p", Press.PAUSE),
        (b"=", Press.MORE), (b"-", Press.FEWER), (b"0", Press.ZERO), (b"9", Press.NINE),
        (b",", Press.POINT), (b"\x7f", Press.ERASE), (b"\x08", Press.ERASE), (b"q", Press.QUIT),
    ],
)  # fmt: skip
def test_what_a_key_means(typed, key):
    assert Decoder(KEYS).decode(typed) == [key]


def test_every_press_has_keys_and_no_character_means_two():
    assert {each.key for each in KEYS} == set(Press)
    characters = "".join(each.characters for each in KEYS)
    assert len(set(characters)) == len(characters)


# --- a terminal ----------------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


@pytest.fixture
def show(terminal: Terminal) -> Iterator[Callable[..., object]]:
    """Opens displays on the terminal, and closes them."""
    with (
        open(os.dup(terminal.slave), "w") as out,
        open(os.dup(terminal.slave)) as keys,
    ):
        made = []

        def open_display(**more):
            made.append(strength_display(stdin=keys, stdout=out, environ={"TERM": "xterm"}, **more))
            made[-1].open()
            return made[-1]

        yield open_display
        for each in made:
            each.close()


def test_the_terminal_shows_the_session_and_is_given_back(terminal, show):
    before = terminal.modes
    shown, glass = show(), Glass(80, 24)
    session = Session([BRIDGE], 45.0, 3.0)
    for now in range(40):
        terminal.type(b" " if now < 2 else b"")
        session.step(float(now), shown.keys())
        shown.show(session.snapshot, [])
        glass.feed(terminal.printed())
        assert glass.text == drawn(session.snapshot)
    assert any("Bridge" in row for row in glass.text)
    shown.close()
    glass.feed(terminal.printed())
    assert glass.modes == {"?1049": False, "?25": True, "?7": True}
    assert terminal.modes == before


@pytest.mark.parametrize(
    ("sound", "rings"), [(Sound.BEGIN, 2), (Sound.WAITING, 2), (Sound.FULL, 1)]
)
@pytest.mark.parametrize("quiet", [False, True])
def test_the_end_of_a_rest_rings_twice_and_of_a_set_once(terminal, show, sound, rings, quiet):
    shown = show(quiet=quiet)
    heard = []
    for frame in range(4):
        shown.show(moment(), [sound] if frame == 0 else [])
        heard.append(terminal.printed().count("\a"))
    assert heard == ([0] * 4 if quiet else [1] * rings + [0] * (4 - rings))


def test_the_picture_follows_the_size_of_the_terminal(terminal, show):
    shown = show()
    for size in ((80, 24), (120, 40), (31, 9), (5, 2)):
        terminal.resize(*size)
        glass, text = Glass(*size), ""
        for _ in range(4):
            shown.show(moment(), [])
            text += terminal.printed()
        glass.feed(text)
        assert glass.text == drawn(moment(), *size)


def test_without_a_terminal_there_is_no_display(terminal):
    with open(os.devnull) as nothing, open(os.dup(terminal.slave), "r+b", buffering=0) as tty:
        xterm = {"TERM": "xterm"}
        assert strength_display(stdin=nothing, stdout=tty, environ=xterm) is None
        assert strength_display(stdin=tty, stdout=nothing, environ=xterm) is None
        assert strength_display(stdin=tty, stdout=tty, environ={"TERM": "dumb"}) is None
