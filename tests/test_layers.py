"""Which way the doors open: imports go down, the core touches neither clock nor disk nor radio."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

COACH = Path(__file__).parents[1] / "coach"

# Rooms from the ground up; a room may import itself and any room below it, never one beside it.
STOREYS = [
    ["errors", "units"],
    ["messages"],
    ["rider", "workout", "physics", "slew", "guards", "telemetry"],
    ["ride", "road", "protocol", "progress", "wire", "pauses"],
    ["receiver", "recorder", "exhaustion", "guidance", "analysis", "strength"],
    ["profile", "notices", "wishes"],
    ["wanted"],
    ["control", "formats", "recap", "training"],
    ["course", "shown"],
    ["engine"],
    # The shell begins here.
    ["clock", "journal", "live"],
    ["rides", "workouts", "charts"],
    ["trainers", "archive"],
    ["runner"],
    ["selftest"],
    ["commands"],
    ["cli"],
    ["__main__"],
]
HEIGHT = {room: height for height, rooms in enumerate(STOREYS) for room in rooms}
SHELL = HEIGHT["clock"]
# Some of `live` is pure: what is shown, without how.
CORE_FILES_IN_THE_SHELL = {
    *(f"live/{name}.py" for name in ("base", "keys", "plan", "sound", "view", "words")),
    *(f"live/web/{name}.py" for name in ("guard", "wire")),
}
ENGINE_KNOWN_TO = {"engine", "runner"}
# Real time, threads, sockets, processes, databases and chance without a seed stay in the shell.
FORBIDDEN_IN_THE_CORE = {
    "asyncio", "multiprocessing", "os", "random", "secrets", "select", "signal", "socket",
    "sqlite3", "subprocess", "threading", "time",
}  # fmt: skip
# Where a TOML file is found and loaded, and nothing else of the machine.
EXEMPT = {("profile/__init__.py", "os")}

FILES = sorted(
    path for path in COACH.rglob("*.py") if path.name != "__init__.py" or path.parent != COACH
)


def room_of(path: Path) -> str:
    return path.relative_to(COACH).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            module = node.module or ""
            if module == "coach":
                yield from ((node.lineno, f"coach.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def inner(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "coach" and len(parts) > 1 else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(COACH)))
def test_imports_go_down(path):
    room = room_of(path)
    assert room in HEIGHT, f"{room} has no storey yet: give it one above"
    for line, name in imports(path):
        other = inner(name)
        if other in (None, room, "__version__"):
            continue
        assert HEIGHT[other] < HEIGHT[room], f"{path}:{line}: {room} imports {other}"
        if other == "engine":
            assert room in ENGINE_KNOWN_TO, f"{path}:{line}: only the runner knows the engine"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(COACH)))
def test_the_core_is_pure(path):
    name = path.relative_to(COACH).as_posix()
    if HEIGHT[room_of(path)] >= SHELL and name not in CORE_FILES_IN_THE_SHELL:
        return
    for line, imported in imports(path):
        top = imported.split(".")[0]
        if (name, top) not in EXEMPT:
            assert top not in FORBIDDEN_IN_THE_CORE, f"{path}:{line}: the core imports {top}"


def test_every_storey_exists():
    rooms = {room_of(path) for path in FILES}
    assert rooms == set(HEIGHT)
