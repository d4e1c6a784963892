r"""The log of strength sessions: one file of lines beside the rides, only ever added to.

Each line is one fact and stands for itself (JSON, UTF-8)::

    {"kind": "begin", "v": 1, "session": "...", "time": "2025-01-08T18:00:00+01:00",
     "routine": "glutes", "asked": [{"exercise": "bridge", "sets": 3, "reps": 20}]}
    {"kind": "set", "session": "...", "time": "...", "exercise": "bridge", "set": 1,
     "side": null, "reps": 20, "load_kg": 0}
    {"kind": "end", "session": "...", "time": "...", "cr10": 4, "finished": true}

A line is on the disk before the rider goes on, so that neither a crash nor a power cut takes more
than the set under way. What was written is never changed: a set done again is a later line, and
a line that was cut stays where it is, while the next one begins afresh below it. The reader
skips what it cannot understand, and says which line that was.

The order of writing is the order of doing. A clock that was set back is told, and loses nothing.
"""

from coach.journal.strength.log import LOG_NAME, Asked, Log, LoggedSession, Surprise
from coach.journal.strength.reading import load, parse
from coach.journal.strength.writing import StrengthLog

__all__ = [
    "LOG_NAME",
    "Asked",
    "Log",
    "LoggedSession",
    "StrengthLog",
    "Surprise",
    "load",
    "parse",
]
