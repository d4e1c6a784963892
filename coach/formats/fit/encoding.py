"""From columns to FIT messages: a definition, and rows of bytes that numpy lays out at once."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coach.formats.fit.crc import crc16
from coach.formats.fit.profile import BYTE, DEVELOPER, STRING, Field, Message
from coach.ride import Column

Values = Column | Sequence[float | None] | Sequence[str] | Sequence[bytes]
"""A field of several messages: numbers in SI units (absent is ``None`` or NaN), text or bytes.

Numbers of shape (n_messages, n_items) make an array of each message's field.
"""

Raw = npt.NDArray[Any]
"""A field as it will stand in the file."""

OUR_INDEX = 0
"""Developer data index of our own fields in the files we write."""

_PROTOCOL_VERSION = 0x20
"""2.0: the first with developer fields."""
_PROFILE_VERSION = 21_218
_LONGEST_TEXT = 254
"""A field has at most 255 bytes, and text ends with a zero."""


@dataclass(frozen=True, slots=True)
class Block:
    """Messages of one kind: what they look like, and the messages."""

    definition: bytes
    rows: npt.NDArray[np.void]
    """Shape (n_messages,), each with its header byte in front."""
    fields: dict[str, Field]
    """The fields that were written."""

    def encode(self) -> bytes:
        """Return the definition and all messages."""
        return self.definition + self.rows.tobytes()


def encode_block(local: int, kind: Message, columns: Mapping[str, Values]) -> Block:
    """Lay out messages of one kind.

    Parameters
    ----------
    local : int
        Local message type, 0 to 15.
    kind : Message
        The kind of message.
    columns : mapping of str to values
        Fields by the names of `kind`, all equally long. One without any value is left out.

    Returns
    -------
    Block
        Numbers are rounded half up; what does not fit its field becomes "no value".
    """
    raw: dict[str, Raw] = {}
    for name, values in columns.items():
        encoded = _encode_field(kind.fields[name], values)
        if encoded is not None:
            raw[name] = encoded
    count = len(next(iter(columns.values())))
    layout = [(name, field.dtype, field.shape[1:]) for name, field in raw.items()]
    rows = np.empty(count, [("header", "u1"), *layout])
    rows["header"] = local
    for name, encoded in raw.items():
        rows[name] = encoded
    fields = {name: kind.fields[name] for name in raw}
    sizes = [rows.dtype[name].itemsize for name in raw]
    return Block(_definition(local, kind, list(fields.values()), sizes), rows, fields)


def encode_file(body: bytes) -> bytes:
    """Put a file header in front of the messages and the checksum behind them."""
    header = struct.pack("<BBHI4s", 14, _PROTOCOL_VERSION, _PROFILE_VERSION, len(body), b".FIT")
    content = header + struct.pack("<H", crc16(header)) + body
    return content + struct.pack("<H", crc16(content))


def _encode_field(field: Field, values: Values) -> Raw | None:
    """Return a field as it stands in the file; ``None`` when there is no value in it at all."""
    if field.type == STRING:
        text = [_clipped(str(value)) for value in values]
        return np.array(text, f"S{max(map(len, text)) + 1}") if any(text) else None
    if field.type == BYTE:
        return np.array(values, f"V{len(values[0])}")  # type: ignore[arg-type]
    numbers = np.asarray(values, np.float64)
    if np.isnan(numbers).all():
        return None
    kind = np.dtype("<" + field.type.kind)
    if kind.kind == "f":
        return numbers.astype(kind)
    scaled = np.floor((numbers + field.offset) * field.scale + 0.5)
    limits = np.iinfo(kind)
    fits = (scaled >= limits.min) & (scaled <= limits.max)
    return np.where(fits, scaled, field.type.invalid).astype(kind)


def _clipped(text: str) -> bytes:
    """Return text as UTF-8 that fits a field, cut between characters."""
    encoded = text.replace("\0", "").encode("utf-8", errors="replace")[:_LONGEST_TEXT]
    return encoded.decode("utf-8", errors="ignore").encode()


def _definition(local: int, kind: Message, fields: list[Field], sizes: list[int]) -> bytes:
    """Return a little-endian definition message, developer fields last as the protocol wants."""
    native, ours = bytearray(), bytearray()
    for field, size in zip(fields, sizes, strict=True):
        if field.is_ours:
            ours += bytes([field.number - DEVELOPER, size, OUR_INDEX])
        else:
            native += bytes([field.number, size, field.type.code])
    header = 0x40 | (0x20 if ours else 0) | local
    head = struct.pack("<BBBHB", header, 0, 0, kind.number, len(native) // 3)
    return head + native + (bytes([len(ours) // 3]) + ours if ours else b"")
