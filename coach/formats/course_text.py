"""What .erg, .mrc and .crs files have in common: a text of sections in brackets, a row a line.

::

    [COURSE HEADER]
    DESCRIPTION = Two climbs
    MINUTES WATTS
    [END COURSE HEADER]
    [COURSE DATA]
    0.00    100
    5.00    100
    [END COURSE DATA]
    [COURSE TEXT]
    60      Sit tall      10
    [END COURSE TEXT]

Nobody keeps a standard of it, so it is read as it is found in practice: any case and blanks, any
order of keys, sections without their ends, decimal commas, comments after a semicolon, line ends
and encodings of every system. What a row means is the business of whoever asked for it.

Sources: TrainerRoad, *Creating a Workout from an ERG or MRC File* (header, rows, a doubled time is
a step); GoldenCheetah, pull request 3544 and issue 1835 (texts, lap marks, comments, legs).
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from io import StringIO
from typing import NamedTuple

LONGEST_LINE = 2000
"""What is longer is no row of any of these files [characters]."""

LONGEST_MARK = 80
"""What is longer names no section [characters]."""

MOST_LINES = 400_000
"""A leg of a road every 10 m for 4000 km; what comes after them is not read."""

_SECTION = re.compile(r"\[\s*(END\b\s*)?(?:COURSE\b\s*)?([^\]]*?)\s*\]\s*", re.IGNORECASE)
_COLUMNS = re.compile(r";*\s*((?:MINUTES|DISTANCE)\b[^=]*)", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)

_MOST_TOLD = 3
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Row(NamedTuple):
    """A line that says something."""

    line: int
    """Counted from 1."""
    text: str
    """Without blanks at its ends."""

    def fields(self, expected: int) -> list[str]:
        """Return its columns, apart by blanks or by commas; with more commas these are decimal."""
        bare = self.text.partition(";")[0]
        columns = [column.rstrip(",") for column in bare.split()]
        parted = columns[0].split(",") if len(columns) == 1 else columns
        return columns if len(parted) > expected else parted

    def shown(self) -> str:
        """Return it in quotes, as short as an error can be."""
        text = " ".join(self.text.split())
        return repr(text if len(text) <= 40 else f"{text[:37]}...")


class Warnings:
    """What is told of a file: the first few of each kind with their lines, the rest counted."""

    def __init__(self) -> None:
        self._told: defaultdict[str, list[str]] = defaultdict(list)
        self._more: defaultdict[str, int] = defaultdict(int)

    def tell(self, row: Row, what: str) -> None:
        """Tell of a row: `what` completes its quotation."""
        if len(self._told[what]) < _MOST_TOLD:
            self._told[what].append(f"line {row.line}: {row.shown()} {what}")
        else:
            self._more[what] += 1

    def sentences(self) -> list[str]:
        """Return all, kind by kind."""
        found = []
        for what, told in self._told.items():
            found += told
            if more := self._more[what]:
                found.append(f"and {more} more line{'s' if more > 1 else ''} like that")
        return found


class CourseText:
    """A file, taken apart.

    Parameters
    ----------
    data : bytes
        In UTF-8, in UTF-16 with its byte order mark, or else in the code page of Western Windows.

    Attributes
    ----------
    header : dict of str to Row
        What stands behind the ``=`` of each key; keys in capitals. Of two the first counts.
    columns : Row or None
        ``MINUTES WATTS`` and the like, in capitals, a blank between two words.
    rows, texts : list of Row
        The lines of ``[COURSE DATA]`` and ``[COURSE TEXT]`` that are neither blank nor a comment.
    last_line : int
        How many lines there are.
    warnings : Warnings
    """

    def __init__(self, data: bytes) -> None:
        self.header: dict[str, Row] = {}
        self.columns: Row | None = None
        self.rows: list[Row] = []
        self.texts: list[Row] = []
        self.last_line = 0
        self.warnings = Warnings()
        # The header's first line is missing now and then, and nothing else stands before it.
        section: Row | None = Row(1, "HEADER")
        for line, text in enumerate(StringIO(_decoded(data), newline=None), 1):
            row = Row(line, text.strip().strip("\0\ufeff"))
            if line > MOST_LINES:
                self.warnings.tell(row, f"comes after {MOST_LINES} lines; nothing more was read")
                break
            self.last_line = line
            if not row.text:
                continue
            if len(text) > LONGEST_LINE:
                self.warnings.tell(row, f"is longer than {LONGEST_LINE} characters; left out")
            elif len(row.text) <= LONGEST_MARK and (mark := _SECTION.fullmatch(row.text)):
                if mark[2].upper() == "LAP":
                    self._keep(section, row)
                    continue
                section = None if mark[1] else Row(line, mark[2].upper())
                if section and section.text not in ("HEADER", "DATA", "TEXT"):
                    self.warnings.tell(row, "is no section that is known; left out")
            else:
                self._keep(section, row)
        if section is not None:
            row = Row(self.last_line, f"[COURSE {section.text}]")
            self.warnings.tell(row, "has no end: is the file cut short?")

    def value(self, key: str) -> str:
        """Return what the header says of `key`; empty where it says nothing."""
        row = self.header.get(key)
        return "" if row is None else row.text

    @property
    def end(self) -> Row:
        """The last line, as a place for what is missing."""
        return Row(max(1, self.last_line), "")

    def _keep(self, section: Row | None, row: Row) -> None:
        """Put a line where it belongs."""
        if section is not None and section.text == "TEXT":
            self.texts.append(row)
        elif section is not None and section.text == "DATA":
            if not row.text.startswith(";"):
                self.rows.append(row)
        elif section is not None and section.text == "HEADER":
            self._keep_header(row)
        elif section is None and not row.text.startswith(";"):
            self.warnings.tell(row, "stands outside every section; left out")

    def _keep_header(self, row: Row) -> None:
        if columns := _COLUMNS.fullmatch(row.text):
            # in practice: GoldenCheetah reads them behind a semicolon too.
            self.columns = self.columns or Row(row.line, " ".join(columns[1].upper().split()))
        elif "=" in row.text:
            key, _, value = row.text.partition("=")
            self.header.setdefault(" ".join(key.upper().split()), Row(row.line, value.strip()))
        elif not row.text.startswith(";"):
            self.warnings.tell(row, "in the header is not understood")


def parse_number(text: str) -> float | None:
    """Parse a decimal number, with a point or a comma; ``None`` where it is none, or no finite."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return number if abs(number) < float("inf") else None


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
