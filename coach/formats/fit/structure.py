"""What a FIT file is made of: headers, definitions, and runs of equal messages.

A FIT file says how a kind of message is laid out (a *definition*), then writes messages of that
kind, each behind a header byte of its own. Where the next message begins is known only once the
one before is understood, so a reader has to walk. This one walks in strides: while the byte one
message further on is the same header, the run goes on, and numpy compares a whole chunk of such
bytes at once. That is correct by induction, and a ride of two hours becomes a handful of runs.

Damage is data here: the walk ends where it can no longer be sure and says where and why.

Source: *FIT Protocol*, "File Structure" and "Record Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coach.errors import RideFileError
from coach.formats.fit.crc import crc16
from coach.formats.fit.profile import (
    APPLICATION_ID,
    BASE_TYPES,
    BYTE,
    DEVELOPER,
    DEVELOPER_DATA_ID,
    OUR_FIELDS,
    STRING,
    TYPE_NUMBER_MASK,
    BaseType,
)

Bytes = npt.NDArray[np.uint8]

_SHORTEST_HEADER = 12
_DEFINITION_MASK, _DEFINITION_BITS = 0xC0, 0x40
_HAS_DEVELOPER_FIELDS = 0x20
_COMPRESSED = 0x80
_COMPRESSED_MASK = 0xE0
"""The part of a compressed-timestamp header that stays the same along a run."""
_FIRST_CHUNK = 64
_MOST_PROBLEMS = 20
"""Of a chain of broken files, so many are told before the rest is given up."""


class Layout(NamedTuple):
    """Where a field lies in its message."""

    offset: int
    size: int
    type: BaseType


@dataclass(frozen=True, eq=False)
class Definition:
    """How one kind of message is laid out; the header byte is not part of it."""

    message: int
    big_endian: bool
    size: int
    fields: dict[int, Layout]
    """By field number; our own developer fields from `DEVELOPER` up."""

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The fields that hold a number.

        Left out are those whose size is no multiple of their type's (in practice: Coros).
        """
        return frozenset(
            number
            for number, (_, size, base) in self.fields.items()
            if base not in (STRING, BYTE) and size and size % int(base.kind[1:]) == 0
        )

    @cached_property
    def strings(self) -> frozenset[int]:
        """The fields that hold text or bytes."""
        return frozenset(
            number
            for number, layout in self.fields.items()
            if layout.type in (STRING, BYTE) and layout.size
        )

    @cached_property
    def dtype(self) -> np.dtype[np.void]:
        """The message as numpy sees it, each field under its number; of arrays the first item."""
        order = ">" if self.big_endian else "<"
        readable = sorted(self.numbers | self.strings)
        layouts = [self.fields[number] for number in readable]
        return np.dtype(
            {
                "names": [str(number) for number in readable],
                "formats": [
                    f"V{size}" if base in (STRING, BYTE) else order + base.kind
                    for _, size, base in layouts
                ],
                "offsets": [layout.offset for layout in layouts],
                "itemsize": self.size,
            }
        )


class Run(NamedTuple):
    """Messages of one definition that follow each other without a gap."""

    definition: Definition
    start: int
    """Offset of the first message's header byte."""
    length: int
    """How many messages."""
    compressed: bool
    """Whether the headers carry the low five bits of the time."""

    @property
    def stride(self) -> int:
        """Bytes from one message to the next."""
        return 1 + self.definition.size


@dataclass(slots=True)
class Contents:
    """All that could be walked, and what stood in the way."""

    files: list[int] = field(default_factory=list)
    """Where each of the chained files begins; a sound file that is not chained begins at 0."""
    runs: list[Run] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Each with its place, in words for the rider."""


def read_structure(data: bytes) -> Contents:
    """Walk one FIT file, or several written one behind the other.

    Raises
    ------
    RideFileError
        If the first header is no FIT header.
    """
    if not data:
        raise RideFileError("byte 0: the file is empty; copy it from the device again")
    contents = Contents()
    at = 0
    while at < len(data):
        problem = _check_header(data, at)
        if problem and at == 0:
            raise RideFileError(f"{problem}; copy it from the device again")
        if not problem and len(contents.problems) == _MOST_PROBLEMS:
            problem = f"byte {at}: too much of the file is damaged; it was read to here"
        if problem:
            contents.problems.append(problem)
            break
        contents.files.append(at)
        at = _read_file(data, at, contents)
    return contents


def _check_header(data: bytes, at: int) -> str:
    """Return what is wrong with the file header at byte `at`; empty when nothing is."""
    header = data[at : at + _SHORTEST_HEADER]
    if len(header) < _SHORTEST_HEADER:
        return f"byte {at}: expected a FIT header of 12 or 14 bytes, found {len(header)} bytes"
    if header[8:12] != b".FIT" or header[0] < _SHORTEST_HEADER:
        return f"byte {at}: expected a FIT header, with .FIT at byte {at + 8}: not a FIT file"
    return ""


def _read_file(data: bytes, at: int, contents: Contents) -> int:
    """Walk the file that begins at byte `at`; return where the next one would begin."""
    body = at + data[at]
    announced = int.from_bytes(data[at + 4 : at + 8], "little")
    if announced == 0:
        contents.problems.append(
            f"byte {at + 4}: the file was never closed; it was read to where it ends"
        )
        # No length, so no telling a checksum from a message: whatever cannot be walked is left.
        _walk(data, body, len(data), contents.runs)
        return len(data)
    end = body + announced
    problem = _walk(data, body, min(end, len(data)), contents.runs)
    if problem:
        contents.problems.append(problem)
    elif end > len(data):
        contents.problems.append(
            f"byte {len(data)}: the file ends {end - len(data)} bytes before its time"
        )
    elif len(data) < end + 2:
        contents.problems.append(f"byte {end}: the checksum is missing; the end may be lost")
    elif crc16(data, at, end) != int.from_bytes(data[end : end + 2], "little"):
        contents.problems.append(f"byte {end}: the checksum is wrong; some values may be too")
    return end + 2


def _walk(data: bytes, at: int, end: int, runs: list[Run]) -> str:
    """Append the runs of one file to `runs`; return what ended the walk early, or nothing."""
    view = np.frombuffer(data, np.uint8)
    known: dict[bytes, Definition] = {}
    local: dict[int, Definition] = {}
    ours: set[int] = set()
    while at < end:
        header = data[at]
        if header & _DEFINITION_MASK == _DEFINITION_BITS:
            raw = _definition_bytes(data, at, end)
            if raw is None:
                return f"byte {at}: the file ends inside a definition"
            # In practice devices repeat the same definition hundreds of times.
            if raw not in known:
                known[raw] = _parse_definition(raw, ours)
            local[header & 0x0F] = known[raw]
            at += 1 + len(raw)
            continue
        compressed = bool(header & _COMPRESSED)
        number = header >> 5 & 0x03 if compressed else header & 0x0F
        if number not in local:
            return f"byte {at}: expected a message of a defined kind, found kind {number}"
        definition = local[number]
        mask = _COMPRESSED_MASK if compressed else 0xFF
        count = _run_length(data, view, at, 1 + definition.size, end, mask)
        if count == 0:
            return f"byte {at}: the file ends inside a message"
        run = Run(definition, at, count, compressed)
        runs.append(run)
        if definition.message == DEVELOPER_DATA_ID.number:
            ours.update(_our_indices(data, run))
        at += count * run.stride
    return ""


def _run_length(data: bytes, view: Bytes, at: int, stride: int, end: int, mask: int) -> int:
    """Return how many messages with the header at `at` follow each other, 0 if not even one fits.

    The first few are compared one by one: for messages that alternate, numpy would cost more
    than it saves.
    """
    most = (end - at) // stride
    header = data[at] & mask
    for count in range(1, min(most, 4)):
        if data[at + count * stride] & mask != header:
            return count
    count = min(most, 4)
    chunk = _FIRST_CHUNK
    while count < most:
        upto = min(count + chunk, most)
        differs = view[at + count * stride : at + upto * stride : stride] & mask != header
        first = int(differs.argmax())
        if differs[first]:
            return count + first
        count = upto
        chunk *= 4
    return count


def _definition_bytes(data: bytes, at: int, end: int) -> bytes | None:
    """Return the definition behind the header at `at`; ``None`` when it runs over `end`.

    The header's developer flag decides the length, so that equal bytes mean equal layouts.
    """
    stop = at + 6
    if stop > end:
        return None
    stop += 3 * data[at + 5]
    if data[at] & _HAS_DEVELOPER_FIELDS:
        if stop >= end:
            return None
        stop += 1 + 3 * data[stop]
    return data[at + 1 : stop] if stop <= end else None


def _parse_definition(raw: bytes, ours: set[int]) -> Definition:
    """Lay out the message that `raw` defines; `ours` are our developer data indices so far."""
    big_endian = bool(raw[1] & 1)
    count = raw[4]
    fields: dict[int, Layout] = {}
    offset = 0
    for number, size, code in _triples(raw, 5, count):
        base = BASE_TYPES.get(code & TYPE_NUMBER_MASK)
        if base is not None:
            fields[number] = Layout(offset, size, base)
        offset += size
    after = 5 + 3 * count
    developer_count = raw[after] if len(raw) > after else 0
    for number, size, index in _triples(raw, after + 1, developer_count):
        mine = OUR_FIELDS.get(DEVELOPER + number) if index in ours else None
        if mine is not None:
            fields[DEVELOPER + number] = Layout(offset, size, mine[1].type)
        offset += size
    message = int.from_bytes(raw[2:4], "big" if big_endian else "little")
    return Definition(message, big_endian, offset, fields)


def _triples(raw: bytes, start: int, count: int) -> Iterator[tuple[int, int, int]]:
    """Yield the three bytes of each field description."""
    for at in range(start, start + 3 * count, 3):
        yield raw[at], raw[at + 1], raw[at + 2]


def _our_indices(data: bytes, run: Run) -> Iterator[int]:
    """Yield the developer data indices that a file gives to our application."""
    fields = run.definition.fields
    name = fields.get(DEVELOPER_DATA_ID.fields["application_id"].number)
    index = fields.get(DEVELOPER_DATA_ID.fields["developer_data_index"].number)
    if name is None or index is None or not index.size:
        return
    for at in range(run.start + 1, run.start + run.length * run.stride, run.stride):
        if data[at + name.offset : at + name.offset + name.size] == APPLICATION_ID:
            yield data[at + index.offset]
