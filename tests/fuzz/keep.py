"""Keeps of many stories the few that together go every way through the code that any of them goes.

``python tests/fuzz/keep.py FOUND tests/data/fuzz/stick`` reads both folders and leaves in the
second what the default test run should tell again: what was named by hand, and the best of the
others, each named by its content.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from stick_story import check

MOST = 40
Way = tuple[CodeType, int, int]
"""From one instruction to the next, within one function."""


def ways(story: bytes) -> set[Way]:
    """Tell a story, and return the ways it goes through ``coach``."""
    gone: set[Way] = set()

    def enter(frame: FrameType, event: str, argument: object) -> Any:
        code, last = frame.f_code, 0
        if "coach" not in Path(code.co_filename).parts:
            return None

        frame.f_trace_opcodes = True

        def step(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal last
            gone.add((code, last, frame.f_lasti))
            last = frame.f_lasti
            return step

        return step

    sys.settrace(enter)
    try:
        check(story)
    finally:
        sys.settrace(None)
    return gone


def chosen(stories: list[bytes], kept: list[bytes]) -> list[bytes]:
    """Return the stories to keep beside some: each time the one that adds most."""
    gone = set().union(*map(ways, kept))
    added = {story: ways(story) - gone for story in sorted(stories, key=len)}
    best: list[bytes] = []
    while added and len(best) < MOST:
        story = max(added, key=lambda each: len(added[each]))
        new = added.pop(story)
        if not new:
            break
        best.append(story)
        added = {each: rest - new for each, rest in added.items()}
    return best


def named_by_hand(path: Path) -> bool:
    """Tell whether somebody gave a story its name, not this program or the fuzzer."""
    return not re.fullmatch(r"[0-9a-f]{16,}", path.name)


if __name__ == "__main__":
    found, corpus = map(Path, sys.argv[1:])
    ours = [path for path in corpus.iterdir() if named_by_hand(path)]
    others = [path for path in (*found.iterdir(), *corpus.iterdir()) if path not in ours]
    best = chosen([path.read_bytes() for path in others], [path.read_bytes() for path in ours])
    for path in others:
        if path.parent == corpus:
            path.unlink()
    for story in best:
        (corpus / hashlib.sha256(story).hexdigest()[:16]).write_bytes(story)
    print(f"{len(ours)} stories with a name, and {len(best)} of {len(others)} others")
