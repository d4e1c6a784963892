"""Signals that ask a program to end, for loops that end in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_by_signals() -> Iterator[list[int]]:
    """Collect the signals that ask the program to end: Ctrl-C, ``kill``, a terminal that closes.

    Yields
    ------
    list of int
        Empty until one has come.
    """
    caught: list[int] = []
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {each: signal.signal(each, lambda got, _: caught.append(got)) for each in wanted}
    try:
        yield caught
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
