"""One ride, one SQLite file: what came in, what went out, and what the ride was.

The file (``.ride``) holds the inputs (pages or samples as they came, keys) beside the answers
(commands, replies, cues, events, laps, samples), so that an old ride can be ridden again through
today's engine and compared. The FIT file is made from it and never written beside it.

On the road the journal is committed at least once a second, durably (write-ahead log,
``synchronous=FULL``), so that a killed process loses at most the last second; `close` folds the log
back into one plain file. A file without the mark ``finished`` was interrupted: `load` reads it all
the same, and ``coach recover`` finishes it.

Nothing here knows the engine: rows are messages (`coach.messages`).
"""

from coach.journal.reading import Inputs, Recorded, has_samples, load
from coach.journal.schema import Header
from coach.journal.writing import Journal, felt

__all__ = ["Header", "Inputs", "Journal", "Recorded", "felt", "has_samples", "load"]
