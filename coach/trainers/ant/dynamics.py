"""Asks pedals to tell how the rider sits: cycling dynamics, off until a display asks for them.

The pedals are asked what they can (sub-page 254 of data page 2). If the rider's position is among
it, they are told to send it, and eight pages a second, without which there are no dynamics; then
they are asked again whether they do, until they say so or a page 226 comes. Pedals keep such a
setting only as long as they are awake.

Source: reference notes on FE-C, section 2.5: what GoldenCheetah and AntPlus agree on; the bytes
that enable the position follow from GoldenCheetah's bits. Tried on the pretend stick, on no
hardware.
"""

from __future__ import annotations

from enum import StrEnum

from coach.errors import DecodeError
from coach.protocol import power
from coach.protocol.common import RequestDataPage

PATIENCE = 10.0
"""Silence after which pedals are taken for some that know nothing of this [s]."""
INTERVAL = 1.5
"""Between two messages to the pedals [s]: they answer within a few of their slots."""
TRIES = 4
"""So often they are told to send the position before their no is believed."""

ASK = RequestDataPage(
    requested_page=power.AdvancedCapabilities2.number,
    descriptor_1=power.AdvancedCapabilities2.sub_page,
    count=2,
).encode()
ENABLE = power.AdvancedCapabilities2(four_hz=False, eight_hz=True, rider_position=True).encode()


class State(StrEnum):
    """How far it has come."""

    ASKING = "asking"
    ENABLED = "enabled"
    REFUSED = "refused"


class Dynamics:
    """One acquaintance with one pair of pedals; make a new one when they were lost.

    Attributes
    ----------
    state : State
    reason : str
        Why the power meter refused, to stand behind a colon; else empty.
    """

    def __init__(self) -> None:
        self.state = State.ASKING
        self.reason = ""
        self._heard: float | None = None
        self._due = 0.0
        self._told = 0
        self._asked = self._tell = False

    @property
    def enabled(self) -> bool:
        """Whether the pedals send the position."""
        return self.state is State.ENABLED

    @property
    def refused(self) -> bool:
        """Whether they cannot, or do not answer."""
        return self.state is State.REFUSED

    def next_request(self, now: float) -> bytes | None:
        """Return the payload to send to the pedals now, acknowledged; ``None`` for none.

        Whether it got through need not be told: what is not answered is sent again.

        Parameters
        ----------
        now : float
            [s], from the first call on never less.
        """
        if self._heard is None:
            self._heard = self._due = now
        if self.state is not State.ASKING or now < self._due:
            return None
        if now - self._heard >= PATIENCE:
            self._refuse("it does not answer when asked for the rider's position")
            return None
        self._due = now + INTERVAL
        self._asked = not self._tell
        if self._tell:
            self._tell = False
            self._told += 1
            return ENABLE
        return ASK

    def read(self, payload: bytes, now: float) -> None:
        """Take any page of the pedals."""
        if self.state is not State.ASKING:
            return
        try:
            page = power.decode(payload)
        except DecodeError:
            return
        if isinstance(page, power.PedalPosition):
            self.state = State.ENABLED
        elif isinstance(page, power.AdvancedCapabilities2):
            self._heard = now
            self._judge(page)

    def _judge(self, page: power.AdvancedCapabilities2) -> None:
        if page.rider_position and page.eight_hz:
            self.state = State.ENABLED
        elif not self._asked:
            return  # a late answer, from before they were told
        elif page.rider_position is None:
            self._refuse("it does not know the rider's position")
        elif self._told == TRIES:
            self._refuse("it would not switch on the rider's position")
        else:
            self._tell = True

    def _refuse(self, reason: str) -> None:
        self.state = State.REFUSED
        self.reason = reason
