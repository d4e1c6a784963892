"""Which of the driver's events a rider hears of: those that ask for something, or explain it.

The sentence is the event's own. All the others are in the journal for whoever looks for a cause.
"""

from __future__ import annotations

from coach.messages import Cue, CueKind, Event, EventKind

SPOKEN = frozenset(
    {
        EventKind.STICK_LOST,
        EventKind.STICK_BACK,
        EventKind.LINK_LOST,
        EventKind.RECEPTION_POOR,
        EventKind.VALUES_FROZEN,
        EventKind.CONTROL_LOST,
        EventKind.COMMAND_UNCONFIRMED,
        EventKind.FOREIGN_CONTROLLER,
    }
)
"""A command that was refused is not among them: the trainer's own answer says it already. Nor is
a trainer that is back: its count-down does."""


class News:
    """Tells the rider what happened to the link."""

    def __init__(self) -> None:
        self._stick_gone = False

    def words(self, event: Event) -> list[Cue]:
        """Return what to say of an event, if anything."""
        if event.kind is EventKind.STICK_LOST:
            self._stick_gone = True
        elif event.kind is EventKind.STICK_BACK:
            self._stick_gone = False
        elif event.kind is EventKind.LINK_LOST and self._stick_gone:
            return []  # all of them are: that was said
        if event.kind not in SPOKEN or not event.text:
            return []
        return [Cue(event.time, CueKind.ADVICE, event.text[0].upper() + event.text[1:])]
