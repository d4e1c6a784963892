"""The messages between a host and an ANT stick."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.trainers.ant.serial import (
    LONGEST,
    SYNC,
    Framer,
    Id,
    Message,
    Sender,
    channel_id,
    channel_period,
    sender,
)

# Reference notes on FE-C, section 3.2: FortiusANT's and incyclist's encoders give the same bytes.
FRAMES = [
    (Id.RESET, b"\x00", "a4 01 4a 00 ef"),
    (Id.STARTUP, b"\x20", "a4 01 6f 20 ea"),
    (Id.REQUEST, b"\x00\x54", "a4 02 4d 00 54 bf"),
    (Id.NETWORK_KEY, bytes.fromhex("00b9a521fbbd72c345"), "a4 09 46 00 b9 a5 21 fb bd 72 c3 45 64"),
    (Id.ASSIGN_CHANNEL, b"\x00\x00\x00", "a4 03 42 00 00 00 e5"),
    (Id.CHANNEL_ID, channel_id(0, 12345, 17), "a4 05 51 00 39 30 11 00 e8"),
    (Id.CHANNEL_PERIOD, channel_period(0, 8192), "a4 03 43 00 00 20 c4"),
    (Id.RADIO_FREQUENCY, b"\x00\x39", "a4 02 45 00 39 da"),
    (Id.SEARCH_TIMEOUT, b"\x00\xff", "a4 02 44 00 ff 1d"),
    (Id.EXTENDED_MESSAGES, b"\x00\x01", "a4 02 66 00 01 c1"),
    (Id.OPEN_CHANNEL, b"\x00", "a4 01 4b 00 ee"),
    (Id.CLOSE_CHANNEL, b"\x00", "a4 01 4c 00 e9"),
    (Id.UNASSIGN_CHANNEL, b"\x00", "a4 01 41 00 e4"),
    (Id.CHANNEL_RESPONSE, b"\x00\x01\x02", "a4 03 40 00 01 02 e4"),
    (Id.CHANNEL_RESPONSE, b"\x00\x4f\x1f", "a4 03 40 00 4f 1f b7"),
]
CAPTURED = "a4 14 4e 00 10 19 fd 25 9d 27 00 35 e0 67 12 11 05 10 00 68 00 48 86 97"
POWER_METER = "a4 14 4e 00 50 ff ff ff 82 00 23 00 e0 f4 ed 0b 05 10 00 68 00 ad 1c ce"


@pytest.mark.parametrize(("number", "data", "frame"), FRAMES)
def test_golden_frames(number: int, data: bytes, frame: str) -> None:
    message = Message(number, data)
    assert message.encode() == bytes.fromhex(frame)
    assert Framer().feed(bytes.fromhex(frame)) == [message]


def test_captured_broadcasts_name_their_sender() -> None:
    # Section 3.3: captures in incyclist's tests. Their signal strength is in the stick's own steps.
    framer = Framer()
    trainer, meter = framer.feed(bytes.fromhex(CAPTURED + POWER_METER))
    assert sender(trainer.data) == Sender(4711, 17, 5)
    assert sender(meter.data) == Sender(60916, 11, 5)
    assert framer.skipped == 0


def test_signal_strength_in_dbm_is_read() -> None:
    data = bytes.fromhex("00 10 19 fd 25 9d 27 00 35 c0 67 12 11 05 20 b8 a0")
    found = sender(data)
    assert found is not None
    assert found.rssi == -72


@pytest.mark.parametrize(
    "data", ["00", "00 1122334455667788", "00 1122334455667788 40 01 02 03 04"]
)
def test_a_broadcast_without_a_tail_names_nobody(data: str) -> None:
    assert sender(bytes.fromhex(data)) is None


MESSAGES = st.builds(Message, st.integers(0, 255), st.binary(min_size=1, max_size=LONGEST))


@given(st.lists(MESSAGES, max_size=8), st.data())
def test_messages_survive_however_the_bytes_are_cut(
    messages: list[Message], data: st.DataObject
) -> None:
    stream = b"".join(each.encode() for each in messages)
    framer, found, at = Framer(), [], 0
    while at < len(stream):
        size = data.draw(st.integers(1, 40))
        found += framer.feed(stream[at : at + size])
        at += size
    assert found == messages
    assert framer.skipped == 0


@given(st.binary(max_size=8).filter(lambda data: SYNC not in data), MESSAGES)
def test_stray_bytes_cost_no_message(stray: bytes, message: Message) -> None:
    framer = Framer()
    assert framer.feed(stray + message.encode()) == [message]
    assert framer.skipped == len(stray)


def test_a_stray_sync_byte_costs_no_message_once_the_line_is_quiet() -> None:
    framer = Framer()
    whole = bytes.fromhex(CAPTURED)
    found = framer.feed(bytes((SYNC, 40)) + whole) + framer.flush()
    assert [each.encode() for each in found] == [whole]
    assert framer.skipped == 2


@given(MESSAGES, st.integers(0, LONGEST), st.integers(1, 255), MESSAGES)
def test_a_damaged_message_is_not_handed_on_and_the_next_one_is(
    message: Message, place: int, damage: int, following: Message
) -> None:
    frame = bytearray(message.encode())
    frame[3 + place % len(message.data)] ^= damage
    framer = Framer()
    found = framer.feed(bytes(frame) + following.encode())
    while more := framer.flush():
        found += more
    # Damage may make a message of the bytes behind it; but not this one, and never forever.
    assert message not in found or message == following
    assert framer.feed(following.encode())[-1:] == [following]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_to_their_end(stream: bytes) -> None:
    framer = Framer()
    found = framer.feed(stream)
    while more := framer.flush():
        found += more
    assert sum(len(each.encode()) for each in found) + framer.skipped == len(stream)
