"""Messages of one kind as columns: one gather per definition, absent is NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coach.formats.fit.profile import RECORD, Message
from coach.formats.fit.structure import Bytes, Definition, Run

Column = npt.NDArray[np.float64]
_Offsets = npt.NDArray[np.int64]

_TIMESTAMP = RECORD.fields["timestamp"].number


class Messages:
    """All messages of one kind, in the order of the file, chained files included.

    Parameters
    ----------
    data : bytes
        The whole file.
    runs : list of Run
        Everything that was walked, in order; kinds that are not asked for count too, since a
        compressed timestamp leans on the time of whatever message came before.
    kind : Message
        The kind of message.
    """

    def __init__(self, data: bytes, runs: list[Run], kind: Message) -> None:
        self._data = data
        self._runs = runs
        self._kind = kind
        self._mine = [run for run in runs if run.definition.message == kind.number]
        self._count = sum(run.length for run in self._mine)
        by_layout: dict[Definition, list[Run]] = {}
        for run in self._mine:
            by_layout.setdefault(run.definition, []).append(run)
        places = [_places(group) for group in by_layout.values()]
        everywhere = np.concatenate([*places, np.empty(0, np.int64)])
        order = np.argsort(everywhere, kind="stable")
        self._places = everywhere[order]
        rank = np.empty_like(order)
        rank[order] = np.arange(order.size)
        ends = np.cumsum([place.size for place in places], dtype=np.int64)
        self._groups = [
            (definition, _gather(data, definition, place), rank[end - place.size : end])
            for definition, place, end in zip(by_layout, places, ends, strict=True)
        ]

    def __len__(self) -> int:
        """Return the number of messages."""
        return self._count

    def column(self, name: str) -> Column:
        """Return a numeric field in SI units, shape (n_messages,), NaN where there is no value."""
        number, _, scale, offset, _ = self._kind.fields[name]
        column = np.full(self._count, np.nan)
        for definition, rows, rank in self._groups:
            if number in definition.numbers:
                raw = _valid(rows[str(number)], definition.fields[number].type.invalid)
                column[rank] = raw / scale - offset
        return column

    def table(self, name: str) -> Column:
        """Return an array field in SI units, shape (n_messages, n_items), NaN where no value is."""
        number, _, scale, offset, _ = self._kind.fields[name]
        parts = []
        for definition, rows, rank in self._groups:
            if number in definition.numbers:
                at, size, base = definition.fields[number]
                content = rows.view(np.uint8).reshape(rows.size, definition.size)
                items = np.ascontiguousarray(content[:, at : at + size])
                raw = _valid(items.view(definition.dtype[str(number)]), base.invalid)
                parts.append((rank, raw / scale - offset))
        table = np.full((self._count, max((part.shape[1] for _, part in parts), default=0)), np.nan)
        for rank, part in parts:
            table[rank, : part.shape[1]] = part
        return table

    def times(self) -> Column:
        """Return the time of each message in FIT's seconds, shape (n_messages,)."""
        stamps = self.column("timestamp")
        if not any(run.compressed for run in self._mine):
            return stamps
        compressed = _compressed_times(self._data, self._runs, self._kind.number)
        return np.where(np.isnan(compressed), stamps, compressed)

    @property
    def places(self) -> _Offsets:
        """Where in the file each message is, shape (n_messages,); rising."""
        return self._places

    def files(self, starts: list[int]) -> npt.NDArray[np.intp]:
        """Return which of the chained files each message is in, given where they begin."""
        return np.searchsorted(starts, self._places, "right") - 1

    def raw(self, name: str) -> list[bytes]:
        """Return a field of text or bytes as it stands, empty where there is none."""
        number = self._kind.fields[name].number
        column = [b""] * self._count
        for definition, rows, rank in self._groups:
            if number in definition.strings:
                for place, value in zip(rank.tolist(), rows[str(number)], strict=True):
                    column[place] = value.tobytes()
        return column

    def text(self, name: str) -> list[str]:
        """Return a field of text, empty where there is none.

        In practice text is not always UTF-8: what is not becomes the replacement character.
        """
        return [
            value.partition(b"\0")[0].decode("utf-8", errors="replace") for value in self.raw(name)
        ]


def _valid(raw: npt.NDArray[Any], invalid: float) -> Column:
    """Return numbers as they stand, NaN for what stands for "no value"."""
    return np.where(np.isfinite(raw) & (raw != invalid), raw, np.nan)


def _places(runs: list[Run]) -> _Offsets:
    """Return the offset of each message's first byte behind its header, run after run."""
    counts = np.array([run.length for run in runs], np.int64)
    starts = np.array([run.start + 1 for run in runs], np.int64)
    before = np.cumsum(counts) - counts
    stride = runs[0].stride
    places: _Offsets = np.repeat(starts - before * stride, counts)
    return places + stride * np.arange(places.size)


def _gather(data: bytes, definition: Definition, places: _Offsets) -> npt.NDArray[np.void]:
    """Copy messages of one layout into a structured array, shape (n_messages,)."""
    if not definition.size:
        return np.empty(places.size, definition.dtype)
    # Every byte of the file as the beginning of a message: a view, of which a few are real.
    count = len(data) - definition.size + 1
    everywhere = np.ndarray((count,), f"V{definition.size}", data, strides=(1,))
    rows: npt.NDArray[np.void] = everywhere[places].view(definition.dtype)
    return rows


def _compressed_times(data: bytes, runs: list[Run], kind: int) -> Column:
    """Return the times that compressed headers give to messages of one kind, else NaN.

    Such a header carries the low five bits of the time; the rest comes from the message before,
    and a smaller number means that 32 s have gone round.

    Source: *FIT Protocol*, "Compressed Timestamp Header".
    """
    view: Bytes = np.frombuffer(data, np.uint8)
    latest = np.nan
    times = [np.empty(0)]
    for run in runs:
        stamps = np.full(run.length, np.nan)
        if run.compressed and not np.isnan(latest):
            low = (view[run.start :: run.stride][: run.length] & 0x1F).astype(np.int64)
            steps = np.diff(low, prepend=int(latest) & 0x1F) & 0x1F
            stamps = latest + np.cumsum(steps)
            latest = float(stamps[-1])
        elif not run.compressed and _TIMESTAMP in run.definition.numbers:
            last = np.array([run.start + 1 + (run.length - 1) * run.stride])
            stamp = float(_gather(data, run.definition, last)[str(_TIMESTAMP)][0])
            layout = run.definition.fields[_TIMESTAMP]
            if np.isfinite(stamp) and stamp != layout.type.invalid:
                latest = stamp
        if run.definition.message == kind:
            times.append(stamps)
    return np.concatenate(times)
