"""Looks for bytes of a stick that upset the program, guided by the code they reach.

It needs the extra ``fuzz`` (atheris; tried on Linux only). From the root of the checkout::

    python -m pip install -e ".[fuzz]"
    mkdir found
    python tests/fuzz/fuzz_stick.py -max_total_time=600 -max_len=600 found tests/data/fuzz/stick

What breaks a rule is kept as ``crash-...``; run the program with that file as its only argument to
see it again. Afterwards what was learned goes into the corpus that every test run replays::

    python tests/fuzz/keep.py found tests/data/fuzz/stick

Arguments are libFuzzer's; the rules are in `stick_story`.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["coach", "stick_story"]):
    from stick_story import check

if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
