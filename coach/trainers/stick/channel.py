"""One channel of the pretend stick's radio."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from coach.trainers.ant.serial import ANY
from coach.trainers.stick.air import Master

WINDOW = 64
"""How far off a slot may be and is still heard [1/32768 s]: 2 ms."""
NEVER = 1 << 62
"""[1/32768 s]."""
DEFAULT_SEARCH, DEFAULT_LOW_SEARCH = 10, 2
"""Search time-outs until they are set [2.5 s]."""
DEFAULT_PERIOD = 8192
DEFAULT_FREQUENCY = 66


class State(IntEnum):
    """What a channel does; the numbers are those of the channel status."""

    UNASSIGNED = 0
    ASSIGNED = 1
    SEARCHING = 2
    TRACKING = 3


@dataclass(slots=True)
class Channel:
    """One channel; times in 1/32768 s."""

    number: int
    state: State = State.UNASSIGNED
    closing: bool = False
    scanning: bool = False
    type: int = 0
    network: int = 0
    device_number: int = ANY
    device_type: int = ANY
    transmission_type: int = ANY
    period: int = DEFAULT_PERIOD
    frequency: int = DEFAULT_FREQUENCY
    search: int = DEFAULT_SEARCH
    low_search: int = DEFAULT_LOW_SEARCH
    master: Master | None = None
    expected: int = 0
    """When the next page should come."""
    missed: int = 0
    deadline: int = NEVER
    """When something happens by itself: a slot is over, a search is given up."""
    waiting: bytes | None = None
    """To be sent after the next page."""
    transfer: int = 0
    """Number of the transfer under way; 0 for none."""

    def admits(self, master: Master) -> bool:
        """Tell whether the channel's id fits a master."""
        return (
            self.device_number in (ANY, master.device_number)
            and self.device_type in (ANY, master.device_type)
            and self.transmission_type in (ANY, master.transmission_type)
        )
