"""The host's side of a stick, against a stick of a few lines: what goes in, what comes out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.messages import (
    Event,
    EventKind,
    Page,
    Source,
    TargetPower,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.trainers.ant.channel import (
    ANSWER_TIME,
    ATTEMPTS,
    CLOSING_TIME,
    LOST,
    PATIENCE,
    PROBE,
    STALE,
    Link,
)
from coach.trainers.ant.dialogue import FAILURES
from coach.trainers.ant.host import FROZEN_AFTER, Host
from coach.trainers.ant.serial import EVENT, Code, Id, Message

SLOT = 0.25
DEVICES = {Source.TRAINER: 12345, Source.HEART_RATE: 23456, Source.POWER_METER: 34567}
TRAINER, STRAP, PEDALS = range(3)
# Pages from the reference notes on FE-C, section 3.3.
RIDING = "19 {:02x} 5a c8 00 c8 00 30"
GENERAL = "10 19 fe 00 00 00 ff 34"
BEAT = "84 ff 00 00 00 04 09 8c"


class Desk:
    """A host, and a stick that says yes to everything unless it is told otherwise."""

    def __init__(self, devices: dict[Source, int] = DEVICES, *, settled: bool = True) -> None:
        self.host = Host(devices)
        self.now = 0.0
        self.codes: dict[int, int] = {}
        """What a command is answered with, by its number; ``-1`` for nothing."""
        self.written: list[Message] = []
        self.delivers = True
        self._flight: bytes | None = None
        self._last = b"\xff" * 8
        self._sequence = 0
        self._count = 0
        self.host.start(0.0)
        if settled:
            self.settle()

    def settle(self) -> None:
        """Answer all that the host writes, until it has nothing more to say."""
        while self.host.outbox:
            message = self.host.outbox.pop(0)
            self.written.append(message)
            code = self.codes.get(message.id, Code.NO_ERROR)
            if message.id == Id.ACKNOWLEDGED:
                if message.data[0] == TRAINER:
                    assert self._flight is None, "a second message on top of one under way"
                    self._flight = message.data[1:]
            elif code >= 0:
                self.tell(Id.CHANNEL_RESPONSE, message.data[0], message.id, code)

    def tell(self, number: int, *data: int) -> None:
        self.host.receive(Message(number, bytes(data)), self.now)

    def event(self, channel: int, code: int) -> None:
        self.tell(Id.CHANNEL_RESPONSE, channel, EVENT, code)
        self.settle()

    def page(self, channel: int, payload: str, number: int = Id.BROADCAST) -> None:
        if channel == TRAINER and self._flight is not None:
            self.deliver()
        self.tell(number, channel, *bytes.fromhex(payload))
        self.settle()

    def deliver(self) -> None:
        """Tell what became of the message on its way, and answer it as a trainer does."""
        payload, self._flight = self._flight, None
        self.event(TRAINER, Code.TX_COMPLETED if self.delivers else Code.TX_FAILED)
        if not self.delivers or payload is None:
            return
        if payload[0] != 0x46:
            self._sequence += 1
            self._last = payload
        elif payload[6] == 0x36:
            self.tell(Id.BROADCAST, TRAINER, *bytes.fromhex("36 ff ff ff ff e8 03 07"))
        elif payload[6] == 0x47:
            status = bytes((0x47, self._last[0], self._sequence, 0)) + self._last[4:]
            self.tell(Id.BROADCAST, TRAINER, *status)

    def lose(self) -> None:
        """Let the stick search again; what it held is gone."""
        self._flight = None
        self.event(TRAINER, Code.GO_TO_SEARCH)

    def wait(self, seconds: float) -> None:
        """Let time pass with nothing heard."""
        for _ in range(round(seconds / SLOT)):
            self.now += SLOT
            self.host.tick(self.now)
            self.settle()

    def ride(self, seconds: float) -> None:
        """Let the trainer speak; what is sent to it arrives with its next page."""
        for _ in range(round(seconds / SLOT)):
            self.now += SLOT
            self._count += 1
            self.page(TRAINER, RIDING.format(self._count & 0xFF))
            self.host.tick(self.now)
            self.settle()

    def events(self, source: str = "trainer") -> list[EventKind]:
        """Return what was said of a device, or of none."""
        return [
            each.kind
            for each in self.host.said
            if isinstance(each, Event) and (each.value == source or each.value not in tuple(Source))
        ]

    def sent(self) -> list[str]:
        return [each.data[1:].hex() for each in self.written if each.id == Id.ACKNOWLEDGED]

    def set_up(self, channel: int) -> list[str]:
        """Return the commands on a channel, as bytes on the wire."""
        return [
            each.encode().hex(" ")
            for each in self.written
            if each.id != Id.ACKNOWLEDGED and each.data[0] == channel
        ]


# --- setting up ---------------------------------------------------------------------------------


def test_the_trainers_channel_is_set_up_by_the_book() -> None:
    desk = Desk({Source.TRAINER: 12345})
    # Reference notes on FE-C, section 3.2.
    assert desk.set_up(0) == [
        "a4 09 46 00 b9 a5 21 fb bd 72 c3 45 64",
        "a4 03 42 00 00 00 e5",
        "a4 05 51 00 39 30 11 00 e8",
        "a4 03 43 00 00 20 c4",
        "a4 02 45 00 39 da",
        "a4 02 44 00 ff 1d",
        "a4 01 4b 00 ee",
    ]
    assert desk.host.trainer.open


def test_each_message_of_the_set_up_waits_for_its_answer() -> None:
    desk = Desk({Source.TRAINER: 12345}, settled=False)
    assert [each.id for each in desk.host.outbox] == [Id.NETWORK_KEY]
    desk.host.outbox.clear()
    desk.tell(Id.CHANNEL_RESPONSE, 0, Id.NETWORK_KEY, 0)
    assert [each.id for each in desk.host.outbox] == [Id.ASSIGN_CHANNEL]
    desk.host.outbox.clear()
    desk.tell(Id.CHANNEL_RESPONSE, 0, Id.CHANNEL_ID, 0)  # not the one that was asked
    assert desk.host.outbox == []
    desk.tell(Id.CHANNEL_RESPONSE, 0, Id.ASSIGN_CHANNEL, 0)
    assert [each.id for each in desk.host.outbox] == [Id.CHANNEL_ID]


def test_sensors_search_without_disturbing_the_trainer() -> None:
    desk = Desk()
    strap = desk.set_up(STRAP)
    assert "a4 02 63 01 ff 3b" in strap
    assert "a4 02 44 01 00 e3" in strap


def test_a_stick_without_that_search_gets_the_other() -> None:
    desk = Desk(settled=False)
    desk.codes[Id.LOW_PRIORITY_SEARCH_TIMEOUT] = Code.INVALID_MESSAGE
    desk.settle()
    assert "a4 02 44 01 ff 1c" in desk.set_up(STRAP)
    assert all(each.open for each in desk.host.channels)


def test_an_unanswered_message_is_said_again_and_then_the_stick_is_dumb() -> None:
    desk = Desk({Source.TRAINER: 12345}, settled=False)
    desk.codes[Id.CHANNEL_PERIOD] = -1
    desk.settle()
    desk.wait(ANSWER_TIME * ATTEMPTS - SLOT)
    assert sum(each.id == Id.CHANNEL_PERIOD for each in desk.written) == ATTEMPTS
    assert not desk.host.dumb
    desk.wait(2 * SLOT)
    assert desk.host.dumb
    desk.codes.clear()
    desk.host.start(desk.now)
    desk.settle()
    assert not desk.host.dumb
    assert desk.host.trainer.open


def test_a_refused_set_up_is_begun_anew() -> None:
    desk = Desk({Source.TRAINER: 12345}, settled=False)
    desk.codes[Id.OPEN_CHANNEL] = Code.WRONG_STATE
    desk.settle()
    desk.codes = {Id.CLOSE_CHANNEL: Code.WRONG_STATE}
    desk.wait(PATIENCE - SLOT)
    assert not desk.host.trainer.open
    desk.wait(2 * SLOT)
    assert desk.host.trainer.open
    assert [each.id for each in desk.written].count(Id.UNASSIGN_CHANNEL) == 1


# --- the link -----------------------------------------------------------------------------------


def test_a_trainer_is_looked_for_and_found() -> None:
    desk = Desk({Source.TRAINER: 12345})
    assert desk.events() == [EventKind.LINK_SEARCHING]
    desk.wait(60.0)
    assert desk.events() == [EventKind.LINK_SEARCHING]
    desk.ride(1.0)
    assert desk.events() == [EventKind.LINK_SEARCHING, EventKind.LINK_FOUND]


def test_silence_is_stale_then_lost_then_back() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(2.0)
    desk.wait(STALE - SLOT)
    assert desk.host.trainer.link is Link.GOOD
    desk.wait(SLOT)
    assert desk.host.trainer.link is Link.STALE
    desk.wait(LOST - STALE - SLOT)
    assert desk.host.trainer.link is Link.STALE
    desk.wait(SLOT)
    assert desk.host.trainer.link is Link.LOST
    desk.ride(1.0)
    assert desk.events()[2:] == [EventKind.LINK_STALE, EventKind.LINK_LOST, EventKind.LINK_BACK]


def test_a_stick_that_goes_to_search_has_lost_it_at_once() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(2.0)
    desk.event(TRAINER, Code.GO_TO_SEARCH)
    assert desk.events()[2:] == [EventKind.LINK_LOST]
    desk.wait(30.0)
    assert desk.events()[2:] == [EventKind.LINK_LOST]


def test_equal_pages_are_as_good_as_any() -> None:
    desk = Desk({Source.TRAINER: 12345})
    for _ in range(80):
        desk.now += SLOT
        desk.page(TRAINER, GENERAL)
        desk.host.tick(desk.now)
    assert desk.events()[2:] == []
    general = [each for each in desk.host.said if isinstance(each, Page) and each.payload[0] == 16]
    assert len(general) == 80


def test_a_strap_that_falls_silent_is_told_as_the_strap() -> None:
    desk = Desk()
    desk.ride(1.0)
    desk.page(STRAP, BEAT)
    desk.ride(LOST + SLOT)
    said = [each for each in desk.host.said if isinstance(each, Event)]
    assert [(each.kind, each.value) for each in said if each.value == "heart_rate"] == [
        (EventKind.LINK_SEARCHING, "heart_rate"),
        (EventKind.LINK_FOUND, "heart_rate"),
        (EventKind.LINK_STALE, "heart_rate"),
        (EventKind.LINK_LOST, "heart_rate"),
    ]
    assert "heart-rate strap 23456" in said[-1].text


def test_reception_is_told_poor_and_good_again() -> None:
    desk = Desk({Source.TRAINER: 12345})
    for turn in range(120):
        if turn % 2:
            desk.now += SLOT
            desk.event(TRAINER, Code.RX_FAIL)
        else:
            desk.ride(SLOT)
    assert desk.events()[2:] == [EventKind.RECEPTION_POOR]
    desk.ride(60.0)
    assert desk.events()[2:] == [EventKind.RECEPTION_POOR, EventKind.RECEPTION_GOOD]


def test_after_a_sleep_of_the_machine_the_trainer_is_found_again() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.host.want(TargetPower(150.0), 0.0)
    desk.ride(3.0)
    before = len(desk.sent())
    desk.now += LOST
    desk.ride(1.0)
    assert desk.events()[2:] == [EventKind.LINK_LOST, EventKind.LINK_BACK]
    assert desk.sent()[before][:2] == "31"


def test_of_a_trainer_that_is_lost_there_is_no_reception_to_judge() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(1.0)
    for _ in range(120):
        desk.wait(SLOT)
        desk.event(TRAINER, Code.RX_FAIL)
    desk.ride(30.0)
    link = [EventKind.LINK_STALE, EventKind.LINK_LOST, EventKind.LINK_BACK]
    assert desk.events()[2:] == link


def test_acknowledged_pages_of_the_trainer_count_as_pages() -> None:
    # In practice: openant loses them (reference notes, section 1.3).
    desk = Desk({Source.TRAINER: 12345})
    desk.page(TRAINER, GENERAL, Id.ACKNOWLEDGED)
    assert isinstance(desk.host.said[-1], Page)


# --- back again ---------------------------------------------------------------------------------

WISHES = (UserConfiguration(75.0, 10.0, 0.700), WindResistance(0.51), TargetPower(200.0))


def sent_commands(desk: Desk) -> list[str]:
    return [each[:2] for each in desk.sent() if each[:2] != "46"]


def test_wishes_wait_for_the_trainer_and_go_out_in_order() -> None:
    desk = Desk({Source.TRAINER: 12345})
    for wish in reversed(WISHES):
        desk.host.want(wish, desk.now)
    desk.settle()
    assert desk.sent() == []
    desk.ride(5.0)
    assert sent_commands(desk)[:3] == ["37", "32", "31"]


def test_a_wish_goes_out_at_once_when_the_trainer_was_just_heard() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(10.0)
    desk.now += 0.1
    desk.host.want(TrackResistance(0.0), desk.now)
    desk.settle()
    assert desk.written[-1].data[1:].hex() == "33ffffffff204e50"


def test_what_comes_next_is_written_as_soon_as_the_radio_is_free() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(10.0)
    desk.host.want(TrackResistance(0.0), desk.now)
    desk.settle()
    desk.now += 0.005
    desk.deliver()
    assert desk.sent()[-2:] == ["33ffffffff204e50", "46ffffffff014701"]


def test_nothing_is_sent_to_a_trainer_that_is_not_heard() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(10.0)
    desk.lose()
    before = len(desk.sent())
    desk.host.want(TargetPower(300.0), desk.now)
    desk.wait(10.0)
    assert len(desk.sent()) == before


@pytest.mark.parametrize("how", ["search", "silence", "stick"])
def test_after_a_gap_all_is_told_again_and_the_latest_target_only(how: str) -> None:
    desk = Desk({Source.TRAINER: 12345})
    for wish in WISHES:
        desk.host.want(wish, desk.now)
    desk.ride(5.0)
    desk.host.want(TargetPower(300.0), desk.now)
    if how == "search":
        desk.lose()
        desk.event(TRAINER, Code.CHANNEL_CLOSED)
    elif how == "silence":
        desk._flight = None
        desk.wait(LOST)
        desk.event(TRAINER, Code.CHANNEL_CLOSED)
    else:
        desk._flight = None
        desk.host.stick_lost(desk.now)
        desk.wait(2.0)
        desk.host.start(desk.now)
        desk.settle()
    desk.host.want(TargetPower(120.0), desk.now)
    before = len(desk.sent())
    desk.ride(5.0)
    after = [each for each in desk.sent()[before:] if each[:2] != "46"]
    assert [each[:2] for each in after[:3]] == ["37", "32", "31"]
    assert {each for each in after if each[:2] == "31"} == {"31ffffffffffe001"}


def test_what_the_stick_may_still_hold_is_emptied_when_the_link_is_lost() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(10.0)
    desk.host.want(TargetPower(300.0), desk.now)
    desk.settle()
    desk.lose()
    assert desk.written[-1].id == Id.CLOSE_CHANNEL
    desk.event(TRAINER, Code.CHANNEL_CLOSED)
    assert desk.host.trainer.open
    assert EventKind.CHANNEL_REOPENED not in desk.events()


def test_a_channel_with_nothing_on_its_way_searches_on_as_it_is() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(10.0)
    desk.lose()
    assert desk.host.trainer.open
    assert desk.written[-1].id != Id.CLOSE_CHANNEL


def test_a_stick_that_went_and_came_is_told() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(2.0)
    for _ in range(3):
        desk.host.stick_lost(desk.now)
    desk.wait(2.0)
    desk.host.start(desk.now)
    desk.settle()
    desk.ride(2.0)
    assert desk.events()[2:] == [
        EventKind.STICK_LOST,
        EventKind.LINK_LOST,
        EventKind.STICK_BACK,
        EventKind.LINK_BACK,
    ]


def test_failing_messages_open_the_channel_anew() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.host.want(TargetPower(150.0), desk.now)
    desk.delivers = False
    desk.ride((FAILURES + 1) * SLOT)
    assert desk.events()[2:] == [EventKind.CONTROL_LOST, EventKind.CHANNEL_REOPENED]
    assert desk.written[-1].id == Id.CLOSE_CHANNEL
    desk.wait(1.0)
    assert desk.written[-1].id == Id.CLOSE_CHANNEL  # not before the air says that it is closed
    desk.event(TRAINER, Code.CHANNEL_CLOSED)
    ids = [each.id for each in desk.written]
    assert ids[-7:] == [
        Id.UNASSIGN_CHANNEL,
        Id.ASSIGN_CHANNEL,
        Id.CHANNEL_ID,
        Id.CHANNEL_PERIOD,
        Id.RADIO_FREQUENCY,
        Id.SEARCH_TIMEOUT,
        Id.OPEN_CHANNEL,
    ]
    desk.delivers = True
    desk.ride(3.0)
    assert desk.events()[4:] == [EventKind.CONTROL_BACK]
    assert "31ffffffffff5802" in desk.sent()


def test_a_channel_that_never_says_closed_is_opened_anew_all_the_same() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.host.want(TargetPower(150.0), desk.now)
    desk.delivers = False
    desk.ride((FAILURES + 1) * SLOT)
    desk.wait(CLOSING_TIME + SLOT)
    assert desk.host.trainer.open


def test_a_search_that_gave_up_begins_again() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.event(TRAINER, Code.RX_SEARCH_TIMEOUT)
    desk.event(TRAINER, Code.CHANNEL_CLOSED)
    assert desk.host.trainer.open
    assert [each.id for each in desk.written].count(Id.OPEN_CHANNEL) == 2


# --- values and pedals --------------------------------------------------------------------------


def test_values_that_stand_still_are_told_and_when_they_move_again() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(2.0)
    for _ in range(round((FROZEN_AFTER + 1.0) / SLOT)):
        desk.now += SLOT
        desk.page(TRAINER, RIDING.format(desk._count & 0xFF))
    assert desk.events()[2:] == [EventKind.VALUES_FROZEN]
    desk.ride(2.0)
    assert desk.events()[2:] == [EventKind.VALUES_FROZEN, EventKind.VALUES_BACK]


def test_a_rider_at_rest_is_no_frozen_trainer() -> None:
    desk = Desk({Source.TRAINER: 12345})
    for _ in range(60):
        desk.now += SLOT
        desk.page(TRAINER, "19 05 00 c8 00 00 00 30")
    assert desk.events()[2:] == []


def test_pedals_that_tell_the_position_get_a_faster_channel() -> None:
    desk = Desk()
    desk.page(PEDALS, "10 01 ff 5a c8 00 c8 00")
    assert desk.written[-1].id == Id.ACKNOWLEDGED
    assert desk.written[-1].data[0] == PEDALS
    desk.now += SLOT
    desk.page(PEDALS, "e2 01 80 5a 00 00 ff ff")
    assert EventKind.POSITION_ENABLED in desk.events()
    assert desk.written[-1].id == Id.CLOSE_CHANNEL
    desk.event(PEDALS, Code.CHANNEL_CLOSED)
    assert any("a4 03 43 02 fb 0f" in each for each in desk.set_up(PEDALS)[-7:])


# --- whatever the stick says --------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.builds(
                Message,
                st.sampled_from([0x40, 0x40, 0x4E, 0x4F, 0x54, 0x6F, 0x50, 0x51, 0xAE]),
                st.binary(min_size=1, max_size=20),
            ),
            st.builds(
                lambda channel, about, code: Message(0x40, bytes((channel, about, code))),
                st.integers(0, 3),
                st.sampled_from([1, 1, 0x41, 0x42, 0x43, 0x44, 0x45, 0x4B, 0x4C, 0x4F, 0x51, 0x63]),
                st.sampled_from([0, 0, 0, 1, 2, 5, 6, 7, 8, 9, 21, 31, 40]),
            ),
            st.builds(
                lambda channel, payload: Message(0x4E, bytes((channel,)) + payload),
                st.integers(0, 2),
                st.binary(min_size=8, max_size=8),
            ),
            st.floats(0.0, 8.0),
            st.sampled_from([*WISHES, "lost", "start"]),
        ),
        max_size=80,
    )
)
def test_no_stick_can_upset_it(story: list[object]) -> None:
    desk = Desk(settled=False)
    host = desk.host
    for moment in story:
        if isinstance(moment, Message):
            host.receive(moment, desk.now)
        elif isinstance(moment, float):
            desk.now += moment
            host.tick(desk.now)
        elif moment == "lost":
            host.stick_lost(desk.now)
        elif moment == "start":
            host.start(desk.now)
        else:
            host.want(moment, desk.now)  # type: ignore[arg-type]
    times = [each.time for each in host.said]
    assert times == sorted(times)
    # A stick that was reset is a new beginning, whatever it said before.
    host.outbox.clear()
    host.stick_lost(desk.now)
    host.start(desk.now)
    desk.settle()
    assert all(each.open for each in host.channels)
    desk.ride(2.0)
    assert host.trainer.link is Link.GOOD


# --- a stick that is not what it was --------------------------------------------------------------


def test_an_open_channel_whose_answer_was_lost_is_closed_and_opened_again() -> None:
    desk = Desk({Source.TRAINER: 12345}, settled=False)
    desk.codes[Id.OPEN_CHANNEL] = -1
    desk.settle()
    # The stick has opened it all the same, and says so from now on.
    refused = dict.fromkeys((Id.OPEN_CHANNEL, Id.UNASSIGN_CHANNEL, Id.ASSIGN_CHANNEL), 21)
    desk.codes = dict(refused)
    desk.wait(ANSWER_TIME + PATIENCE + SLOT)
    assert Id.CLOSE_CHANNEL in [each.id for each in desk.written]
    desk.codes.clear()
    desk.event(TRAINER, Code.CHANNEL_CLOSED)
    assert desk.host.trainer.open


def test_the_key_of_the_network_is_answered_before_a_channel_is_opened() -> None:
    desk = Desk(settled=False)
    desk.codes[Id.NETWORK_KEY] = -1
    desk.settle()
    assert Id.OPEN_CHANNEL not in [each.id for each in desk.written]
    desk.codes.clear()
    desk.wait(ANSWER_TIME + SLOT)
    ids = [each.id for each in desk.written]
    assert ids.count(Id.NETWORK_KEY) == 2
    assert ids.count(Id.OPEN_CHANNEL) == 3


def test_a_stick_that_resets_itself_in_a_ride_is_set_up_again_and_told_everything() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(5.0)
    desk.host.want(TargetPower(150.0), desk.now)
    desk.settle()
    desk._flight = None  # forgotten with everything else
    desk.written.clear()
    desk.host.start(desk.now)
    desk.settle()
    ids = [each.id for each in desk.written]
    assert ids[0] == Id.NETWORK_KEY
    assert ids[-1] == Id.OPEN_CHANNEL
    desk.ride(2.0)
    assert "31ffffffffff5802" in desk.sent()
    assert desk.events()[2:] == []


def test_a_search_is_told_of_once() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.host.start(desk.now)
    desk.settle()
    assert desk.events() == [EventKind.LINK_SEARCHING]


def test_a_stick_that_says_nothing_at_all_for_long_is_asked_whether_it_is_there() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(5.0)
    for code in range(256):
        desk.codes[code] = -1
    desk.wait(LOST + PROBE + ANSWER_TIME * ATTEMPTS + SLOT)
    assert desk.host.dumb


def test_a_stick_that_has_forgotten_its_channels_gets_everything_again_the_key_too() -> None:
    desk = Desk()
    desk.ride(5.0)
    desk.codes[Id.CLOSE_CHANNEL] = Code.WRONG_STATE
    desk.written.clear()
    desk.wait(LOST + PROBE + SLOT)
    ids = [each.id for each in desk.written]
    assert ids[:2] == [Id.CLOSE_CHANNEL, Id.NETWORK_KEY]
    assert ids.count(Id.OPEN_CHANNEL) == 3
    desk.wait(2 * SLOT)
    assert all(each.open for each in desk.host.channels)


def test_a_stick_that_is_begun_with_again_is_not_dumb_before_it_had_time_to_answer() -> None:
    desk = Desk({Source.TRAINER: 12345}, settled=False)
    desk.codes = dict.fromkeys(Id, -1)
    desk.settle()
    desk.wait(2 * ANSWER_TIME * ATTEMPTS + SLOT)
    desk.host.stick_lost(desk.now)
    assert desk.host.dumb  # which is what has it opened again
    desk.host.start(desk.now)
    desk.host.tick(desk.now)
    assert not desk.host.dumb


def test_a_search_in_vain_is_begun_anew_every_so_often() -> None:
    desk = Desk({Source.TRAINER: 12345})
    for _ in range(2):
        desk.written.clear()
        desk.wait(PROBE + SLOT)
        assert [each.id for each in desk.written] == [Id.CLOSE_CHANNEL]
        desk.event(TRAINER, Code.CHANNEL_CLOSED)
        assert desk.host.trainer.open
    assert not desk.host.dumb


def test_time_never_goes_back_whoever_tells_it() -> None:
    desk = Desk({Source.TRAINER: 12345})
    desk.ride(2.0)
    desk.host.stick_lost(desk.now - 0.2)
    times = [each.time for each in desk.host.said]
    assert times == sorted(times)


@pytest.mark.parametrize("changing", [2, 5])
def test_a_trainer_that_never_counts_its_events_is_not_frozen_while_its_values_move(
    changing: int,
) -> None:
    desk = Desk({Source.TRAINER: 12345})
    for slot in range(round(4 * FROZEN_AFTER / SLOT)):
        desk.now += SLOT
        payload = bytearray.fromhex(RIDING.format(1))
        payload[changing] += slot // 4 % 3
        desk.page(TRAINER, payload.hex())
    assert EventKind.VALUES_FROZEN not in desk.events()
