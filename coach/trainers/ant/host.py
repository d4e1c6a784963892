"""The host's side of an ANT stick: channels, what is said on them, what is heard; no I/O.

Messages of the stick and the time go in; messages for the stick (`Host.outbox`) and everything the
trainer has to say (`Host.said`) come out. One stick carries the trainer, a heart-rate strap and a
power meter, each on a channel of its own; whatever the order and the rate of what comes in, and
whatever nonsense, no call raises or waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from coach.messages import Command, Event, EventKind, Page, Source
from coach.protocol import fec, power
from coach.trainers.ant.channel import ANSWER_TIME, ATTEMPTS, KINDS, Channel, Link
from coach.trainers.ant.dialogue import Dialogue
from coach.trainers.ant.dynamics import Dynamics
from coach.trainers.ant.serial import EVENT, Code, Id, Message

Said = Page | Event

SLOT = 0.25
"""A trainer's channel period [s]: what is written within it goes out with its next page."""
FROZEN_AFTER = 5.0
"""Values that stand still for so long [s] while there is power are told of; in practice trainers
repeat three or four pages."""
KEPT = 100_000
"""What nobody fetches is kept up to this many messages: an hour and a half of all three devices."""


class Host:
    """A session on a stick with the rider's devices.

    Parameters
    ----------
    devices : dict of Source to int
        Device number of each; the trainer first.

    Attributes
    ----------
    outbox : list of Message
        For the stick.
    said : deque
        Pages and events, in the order of their time.
    dumb : bool
        The stick has stopped answering: it is as good as gone.
    """

    def __init__(self, devices: dict[Source, int]) -> None:
        self.outbox: list[Message] = []
        self.said: deque[Said] = deque(maxlen=KEPT)
        self.channels = [
            Channel(number, KINDS[source], devices[source], self.outbox.append, self._say)
            for number, source in enumerate(devices)
        ]
        self._by_source = {each.kind.source: each for each in self.channels}
        self.dialogue = Dialogue(self._say)
        self._dynamics = Dynamics()
        self._values = _Values(self._say)
        self._began = self._gone = False
        self._now = float("-inf")
        self._key_attempts = 0
        self._key_deadline = float("inf")

    @property
    def dumb(self) -> bool:
        """Whether the stick has stopped answering."""
        return any(each.dumb for each in self.channels)

    @property
    def trainer(self) -> Channel:
        """The trainer's channel."""
        return self._by_source[Source.TRAINER]

    # --- the stick ------------------------------------------------------------------------------

    def start(self, now: float) -> None:
        """Begin on a stick that was just reset, by us or by itself: it knows nothing."""
        now = self._advance(now)
        if self._gone:
            self._say(Event(now, EventKind.STICK_BACK, "the ANT stick is back"))
        for channel in self.channels:
            if channel.link is Link.SEARCHING and (self._gone or not self._began):
                text = f"looking for {channel.kind.name} {channel.device_number}"
                source = channel.kind.source.value
                self._say(Event(now, EventKind.LINK_SEARCHING, text, source))
            channel.forget()
        self._began, self._gone = True, False
        self.outbox.clear()
        self.dialogue.interrupted()
        self._key_attempts = 0
        self._set_key(now)

    def _set_key(self, now: float) -> None:
        """Set the network's key: a channel without it is deaf, and nothing tells."""
        from openant.devices import ANTPLUS_NETWORK_KEY

        self._key_attempts += 1
        self._key_deadline = now + ANSWER_TIME
        self.outbox.append(Message(Id.NETWORK_KEY, bytes((0, *ANTPLUS_NETWORK_KEY))))

    def _begin_channels(self, now: float) -> None:
        self._key_deadline = float("inf")
        for channel in self.channels:
            channel.begin(now)

    def stick_lost(self, now: float) -> None:
        """Note that the stick is gone."""
        if self._gone:
            return
        now = self._advance(now)
        self._gone = True
        self._key_deadline = float("inf")
        self.outbox.clear()
        text = "the ANT stick is gone: plug it in again, the ride waits"
        self._say(Event(now, EventKind.STICK_LOST, text))
        for channel in self.channels:
            channel.stick_lost(now)
        self.dialogue.interrupted()

    def damaged(self, now: float, count: int) -> None:
        """Note that bytes came that made no message."""
        now = self._advance(now)
        what = "a damaged byte" if count == 1 else f"{count} damaged bytes"
        text = f"{what} from the ANT stick; what belonged to it is lost"
        self._say(Event(now, EventKind.BAD_BYTES, text, float(count)))

    def receive(self, message: Message, now: float) -> None:
        """Take a message of the stick."""
        now, data = self._advance(now), message.data
        channel = self._channel(data)
        if channel is None:
            return
        if message.id in (Id.BROADCAST, Id.ACKNOWLEDGED):
            if len(data) >= 9 and channel.open:
                self._heard(channel, data[1:9], now)
        elif message.id == Id.CHANNEL_RESPONSE and len(data) >= 3:
            if data[1] == EVENT:
                self._event(channel, data[2], now)
            elif data[1] == Id.ACKNOWLEDGED:
                if data[2] != Code.NO_ERROR:
                    self._delivered(channel, now, well=False)
            elif data[1] == Id.NETWORK_KEY:
                if self._key_deadline < float("inf"):
                    self._begin_channels(now)
            else:
                channel.answered(data[1], data[2], now)
                if channel.forgotten:
                    self.start(now)

    def tick(self, now: float) -> None:
        """Let time pass."""
        now = self._advance(now)
        if now >= self._key_deadline:
            if self._key_attempts < ATTEMPTS:
                self._set_key(now)
            else:
                self._begin_channels(now)  # they will find out what is wrong with the stick
        self.trainer.probe(now)
        for channel in self.channels:
            before = channel.link
            channel.tick(now)
            if channel.link is Link.LOST and before is not Link.LOST:
                self._lost(channel, now)
        self.dialogue.tick(now)
        if self.dialogue.stuck and self.trainer.link is Link.GOOD:
            self.dialogue.interrupted()
            text = "the channel to the trainer is opened anew"
            self._say(Event(now, EventKind.CHANNEL_REOPENED, text))
            self.trainer.reopen(now)

    # --- the trainer ------------------------------------------------------------------------------

    def want(self, command: Command, now: float) -> None:
        """Wish for something of the trainer; the latest wish of its sort wins.

        Raises
        ------
        EncodeError
            If the command does not fit its data page.
        """
        self.dialogue.want(command)
        self._talk_if_heard(self._advance(now))

    def request(self, payload: bytes, now: float) -> None:
        """Send the trainer a page once."""
        self.dialogue.request(payload)
        self._talk_if_heard(self._advance(now))

    def _talk_if_heard(self, now: float) -> None:
        heard = self.trainer.heard
        if heard is not None and now - heard <= SLOT:
            self._talk(now)

    def _talk(self, now: float) -> None:
        if self.trainer.open and self.trainer.link is Link.GOOD:
            self._send(self.trainer, self.dialogue.next(now))

    def _send(self, channel: Channel, payload: bytes | None) -> None:
        if payload is not None:
            self.outbox.append(Message(Id.ACKNOWLEDGED, bytes((channel.number,)) + payload))

    # --- what the stick tells ---------------------------------------------------------------------

    def _channel(self, data: bytes) -> Channel | None:
        # The upper bits number the packets of a burst.
        number = data[0] & 0x1F if data else len(self.channels)
        return self.channels[number] if number < len(self.channels) else None

    def _heard(self, channel: Channel, payload: bytes, now: float) -> None:
        source = channel.kind.source
        found = channel.hear(now)
        self._say(Page(now, source, payload))
        if source is Source.TRAINER:
            if found:
                self.dialogue.found()
            self.dialogue.read(payload, now)
            self._values.read(payload, now)
            self._talk(now)
        elif source is Source.POWER_METER:
            if found:
                self._dynamics = Dynamics()
            self._heard_pedals(channel, self._dynamics, payload, now)

    def _heard_pedals(
        self, channel: Channel, dynamics: Dynamics, payload: bytes, now: float
    ) -> None:
        """Ask pedals for the rider's position; they then speak twice as often."""
        before = dynamics.state
        dynamics.read(payload, now)
        self._send(channel, dynamics.next_request(now))
        if dynamics.state is before:
            return
        if dynamics.enabled:
            text = "the pedals tell seated from standing"
            self._say(Event(now, EventKind.POSITION_ENABLED, text))
            if channel.period != power.PERIOD_CYCLING_DYNAMICS:
                channel.period = power.PERIOD_CYCLING_DYNAMICS
                channel.reopen(now)
        elif dynamics.refused:
            text = f"no seated or standing from the power meter: {dynamics.reason}"
            self._say(Event(now, EventKind.POSITION_REFUSED, text))

    def _event(self, channel: Channel, code: int, now: float) -> None:
        if code == Code.TX_COMPLETED:
            self._delivered(channel, now, well=True)
        elif code == Code.TX_FAILED:
            self._delivered(channel, now, well=False)
        else:
            before = channel.link
            channel.event(code, now)
            if channel.link is Link.LOST and before is not Link.LOST:
                self._lost(channel, now)

    def _delivered(self, channel: Channel, now: float, *, well: bool) -> None:
        """The radio tells what became of the message on its way to the trainer.

        Pedals are asked again until they answer, whatever the radio says.
        """
        if channel.kind.source is not Source.TRAINER:
            return
        if well:
            self.dialogue.completed(now)
            # What is written now goes out with the next page: no slot is lost.
            self._talk_if_heard(now)
        else:
            self.dialogue.failed(now)

    def _lost(self, channel: Channel, now: float) -> None:
        """Forget what was on its way to a trainer that is gone, and let the stick forget it too."""
        if channel is not self.trainer:
            return
        if self.dialogue.flying:
            # In practice a stick may keep a message and send it when it hears the trainer again:
            # an old target. Closing the channel empties it.
            channel.reopen(now)
        self.dialogue.interrupted()

    def _advance(self, now: float) -> float:
        """Return the time, which never goes back, whichever of two threads tells it."""
        self._now = max(self._now, now)
        return self._now

    def _say(self, message: Said) -> None:
        self.said.append(message)


class _Values:
    """Notices when a trainer goes on speaking and always says the same."""

    def __init__(self, say: Callable[[Event], None]) -> None:
        self._say = say
        self._said = b""
        self._since: float | None = None
        self._frozen = False

    def read(self, payload: bytes, now: float) -> None:
        """Take a page of the trainer."""
        if payload[0] != fec.SpecificTrainerData.number:
            return
        page = fec.decode(payload)
        assert isinstance(page, fec.SpecificTrainerData)
        # Not by the event count alone: nobody knows that every trainer counts.
        moving = payload[1:7] != self._said or not page.power_w
        self._said = payload[1:7]
        if moving:
            self._since = None
            if self._frozen:
                self._frozen = False
                self._say(Event(now, EventKind.VALUES_BACK, "the trainer's values move again"))
        elif self._since is None:
            self._since = now
        elif now - self._since >= FROZEN_AFTER and not self._frozen:
            self._frozen = True
            text = "the trainer sends, but its values stand still: they are not shown"
            self._say(Event(now, EventKind.VALUES_FROZEN, text))
