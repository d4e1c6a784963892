"""TOML written by hand, read as far as it can be understood.

`tomllib` stops at the first error. Here a value that is not TOML (``25O``, ``72,5``, ``Kim``) is
put in quotes and the reading goes on, so that the schema finds fault with it beside all the rest
and says what belongs there.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from coach.errors import ProfileError, RiderInputError
from coach.profile.lines import KeyPath, find_lines, format_key

LARGEST = 64 * 1024
"""Largest file that is read [bytes]; the workouts of this program have some 4 KB."""

LONGEST_LINE = 1000
"""[characters]; spares the parsers, and whoever reads their errors, the monsters."""

_MOST_REPAIRS = 50

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_ASSIGNMENT = re.compile(r"(\s*[\w.-]+\s*=)\s*(.*?)(?:\s+#.*)?")
_SAYS_NOTHING = {"Invalid value", "Expected newline or end of document after a statement"}


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where."""

    file: str
    data: dict[str, object]
    lines: dict[KeyPath, int]
    mistakes: dict[int, str]
    """Errors of syntax by line, without file and line. What they hit is in `data` as text: a
    schema that finds fault with the same line says it better."""


def read_text(path: Path, what: str) -> str:
    """Read a file that a rider wrote by hand.

    Parameters
    ----------
    path : Path
    what : str
        What it should be, for the sentence when it is not: ``a rider file``.

    Raises
    ------
    RiderInputError
        If there is no such file, or it cannot be read.
    ProfileError
        If it is larger than `LARGEST`, or not UTF-8.
    """
    try:
        # A pipe that nobody writes to would be read for ever.
        raw = _read_at_most(path, LARGEST + 1) if S_ISREG(path.stat().st_mode) else None
    except FileNotFoundError:
        raise RiderInputError(f"there is no file {path}; give the path of {what} (.toml)") from None
    except PermissionError:
        raise RiderInputError(
            f"you may not read {path}; change its permissions, or give the path of {what} that"
            " you may read (.toml)"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RiderInputError(f"{path} cannot be read ({reason}); give {what}") from None
    if raw is None:
        kind = "a folder" if path.is_dir() else "not a file"
        raise RiderInputError(f"{path} is {kind}; give the path of {what} (.toml)")
    if len(raw) > LARGEST:
        raise ProfileError([f"{path}:1: size: expected at most {LARGEST // 1024} KB, found more"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"0x{raw[error.start]:02x}"
        raise ProfileError(
            [f"{path}:{line}: encoding: expected UTF-8, found the byte {byte}; save it as UTF-8"]
        ) from None


def parse_document(text: str, file: str) -> Document:
    """Parse as much as can be understood.

    Parameters
    ----------
    text : str
    file : str
        Name for the errors.

    Raises
    ------
    ProfileError
        If the rest makes no sense without what is broken.
    """
    rows = text.replace("\r\n", "\n").split("\n")
    _refuse_long_lines(rows, file)
    mistakes: dict[int, str] = {}
    while True:
        text = "\n".join(rows)
        try:
            data, lines = tomllib.loads(text), find_lines(text)
        except RecursionError:
            raise ProfileError(
                [f"{file}:1: syntax: expected tables and lists, found them nested too deep"]
            ) from None
        except ValueError as error:
            number = _line_number(str(error), rows)
            known = number in mistakes or len(mistakes) >= _MOST_REPAIRS
            mistakes.setdefault(number, _describe(_PLACE.sub("", str(error)), rows[number - 1]))
            if known or not _repair(rows, number, str(error)):
                raise ProfileError(
                    [f"{file}:{n}: {mistakes[n]}" for n in sorted(mistakes)]
                ) from None
        else:
            return Document(file, data, lines, _with_tables(mistakes, lines))


def _read_at_most(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _refuse_long_lines(rows: list[str], file: str) -> None:
    mistakes = [
        f"{file}:{number}: line: expected at most {LONGEST_LINE} characters, found {len(row)}"
        for number, row in enumerate(rows, 1)
        if len(row) > LONGEST_LINE
    ]
    if mistakes:
        raise ProfileError(mistakes)


def _line_number(message: str, rows: list[str]) -> int:
    """Return the line of a syntax error; until Python 3.14 only the text of the error has it."""
    place = _PLACE.search(message)
    number = int(place[1]) if place and place[1] else len(rows)
    while number > 1 and not rows[number - 1].strip():
        number -= 1
    return _open_list(rows, number) or number


def _open_list(rows: list[str], number: int) -> int | None:
    """Return the line of a list that should have ended before this line, if there is one."""
    depth = 0
    for above in range(number - 1, 0, -1):
        depth += rows[above - 1].count("[") - rows[above - 1].count("]")
        if "=" in rows[above - 1]:
            return above if depth > 0 and "=" in rows[number - 1] else None
    return None


def _with_tables(mistakes: dict[int, str], lines: dict[KeyPath, int]) -> dict[int, str]:
    """Put the table before the key that a mistake begins with."""
    tables = {line: format_key(path[:-1]) for path, line in lines.items() if path[1:]}
    return {n: f"{tables[n]}.{text}" if n in tables else text for n, text in mistakes.items()}


def _describe(complaint: str, row: str) -> str:
    """Say what is wrong with a line, in a rider's words and in characters that can be seen."""
    row = "".join(c if c.isprintable() else repr(c)[1:-1] for c in row.strip())
    name, equals, value = (piece.strip() for piece in row.partition("="))
    if "overwrite" in complaint or "declare" in complaint:
        return f"{name.strip('[] ')}: expected once, found again"
    if not equals:
        return f"syntax: expected key = value, [table] or # comment, found {row!r}"
    if value.count("[") > value.count("]"):
        return f"{name}: expected a list that ends with ], found {value}"
    why = "" if complaint in _SAYS_NOTHING else f" ({complaint[0].lower()}{complaint[1:]})"
    why = " (the closing quote is missing)" if "Illegal character '\\n'" in complaint else why
    return f'{name}: expected a number or "text in quotes", found {value or "nothing"}{why}'


def _repair(rows: list[str], number: int, complaint: str) -> bool:
    """Mend a line so that the reading can go on; False if there is no telling how."""
    row = rows[number - 1]
    if "overwrite a value" in complaint or not ("=" in row or row.lstrip().startswith("[")):
        rows[number - 1] = ""
        return True
    assignment = _ASSIGNMENT.fullmatch(row)
    if assignment is None:
        return False
    rows[number - 1] = f"{assignment[1]} {json.dumps(assignment[2], ensure_ascii=False)}"
    return True
