"""On which line of a TOML text each key stands, which `tomllib` does not tell."""

from __future__ import annotations

import re
import tomllib

KeyPath = tuple[str | int, ...]
"""Keys and positions that lead to a value: ``("part", 3, "ftp_pct")``."""

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|#[^\n]*"
    r"|\n"
    r"|[\[\]{}=,]"
    r"""|[^\s\[\]{}=,"'#]+""",
    re.DOTALL,
)
_KEY = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*')|([A-Za-z0-9_-]+)""")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_VALUE_ENDS = frozenset(("\n", ",", "]", "}", ""))


def find_lines(text: str) -> dict[KeyPath, int]:
    r"""Find every key and table of a TOML text.

    Parameters
    ----------
    text : str
        Valid TOML, as `tomllib` has said before, with ``\n`` at the ends of lines.

    Returns
    -------
    dict of tuple to int
        Line, counted from 1, by path; elements of arrays have paths too.
    """
    return _Walk(text).lines


def line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int:
    """Return the line of a path, or of the innermost table around it; 1 for the whole file."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def format_key(path: KeyPath) -> str:
    """Format a path as riders count: ``part[3].ftp_pct`` is in the third part."""
    text = ""
    for piece in path:
        if isinstance(piece, int):
            text += f"[{piece + 1}]"
        else:
            name = piece if _PLAIN_KEY.fullmatch(piece) else repr(piece[:60])
            text += f".{name}" if text else name
    return text


class _Walk:
    """One walk over the tokens; it trusts the text and keeps only names and lines."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._tokens: list[tuple[str, int]] = []
        self._at = 0
        self._sizes: dict[KeyPath, int] = {}
        line = 1
        for match in _TOKEN.finditer(text):
            token = match[0]
            if not token.startswith("#"):
                self._tokens.append((token, line))
            line += token.count("\n")
        self._tokens.append(("", line))
        self._document()

    @property
    def _next(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _line(self) -> int:
        return self._tokens[self._at][1]

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _take_keys(self, end: str) -> list[str]:
        """Take a key up to `end`; its parts may be dotted, quoted and spaced."""
        words: list[str] = []
        while (token := self._take()) != end:
            words.append(token)
        keys = _KEY.finditer("".join(words))
        return [tomllib.loads(f"key = {key[1]}")["key"] if key[1] else key[2] for key in keys]

    def _document(self) -> None:
        table: KeyPath = ()
        while self._next:
            if self._next == "\n":
                self._take()
            elif self._next == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> KeyPath:
        """Take ``[table]`` or ``[[array]]``; return the path of what follows."""
        line = self._line
        self._take()
        opens_element = self._next == "["
        if opens_element:
            self._take()
        *outer, last = self._take_keys("]")
        table: KeyPath = ()
        for key in outer:
            self.lines.setdefault((*table, key), line)
            table = self._current((*table, key))
        table = (*table, last)
        if opens_element:
            self._take()
            self._sizes[table] = self._sizes.get(table, 0) + 1
            self.lines.setdefault(table, line)
        table = self._current(table)
        self.lines[table] = line
        return table

    def _current(self, table: KeyPath) -> KeyPath:
        """Return the last element where `table` is an array of tables."""
        size = self._sizes.get(table)
        return (*table, size - 1) if size else table

    def _pair(self, table: KeyPath) -> None:
        line = self._line
        for key in self._take_keys("="):
            table = (*table, key)
            self.lines.setdefault(table, line)
        self._value(table)

    def _value(self, path: KeyPath) -> None:
        opening = self._take()
        if opening == "[":
            index = 0
            while self._next != "]":
                if self._next in ("\n", ","):
                    self._take()
                    continue
                self.lines[(*path, index)] = self._line
                self._value((*path, index))
                index += 1
            self._take()
        elif opening == "{":
            while self._next != "}":
                if self._next in ("\n", ","):
                    self._take()
                    continue
                self._pair(path)
            self._take()
        else:  # a date and its time are two words
            while self._next not in _VALUE_ENDS:
                self._take()
