"""The pretend stick: what an ANT stick answers, when its channels speak, how it is read.

Messages as bytes: reference notes on FE-C, section 3.2 (FortiusANT's and incyclist's encoders).
"""

from __future__ import annotations

import errno
import threading
import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sticks import KEY, PEDALS, RIDER, STRAP, TRAINER, Host, answers, events, pages
from usb.core import USBError

from coach.clock import ManualClock, MonotonicClock, SteppedClock
from coach.errors import ProfileError, RiderInputError
from coach.messages import Source
from coach.protocol import common, fec
from coach.trainers.ant.serial import Code, Framer, Id, Message, sender
from coach.trainers.faults import Fault, FaultKind
from coach.trainers.stick import Air, Faults, PretendStick, check_stick, stick_from
from coach.trainers.stick import stick as stick_module

TARGET_200_W = bytes.fromhex("31ffffffffff2003")
TARGET_150_W = bytes.fromhex("31ffffffffff5802")
SLOT = 0.25


# --- what it is asked and answers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("a4 01 4a 00 ef", "a4 01 6f 20 ea"),
        ("a4 09 46 00 b9 a5 21 fb bd 72 c3 45 64", "a4 03 40 00 46 00 a1"),
        ("a4 02 4d 00 54 bf", "a4 07 54 08 03 00 ba 36 00 df af"),
        ("a4 02 66 00 01 c1", "a4 03 40 00 66 00 81"),
        ("a4 03 42 00 00 00 e5", "a4 03 40 00 42 00 a5"),
    ],
)
def test_answers_are_those_of_the_notes_byte_for_byte(asked: str, answer: str) -> None:
    host = Host()
    host.stick.write(bytes.fromhex(asked))
    assert host.stick.drain().hex(" ") == answer


def test_a_channel_is_set_up_step_by_step_as_in_the_notes() -> None:
    host = Host()
    for asked in (
        "a4 09 46 00 b9 a5 21 fb bd 72 c3 45 64",
        "a4 03 42 00 00 00 e5",
        "a4 05 51 00 39 30 11 00 e8",
        "a4 03 43 00 00 20 c4",
        "a4 02 45 00 39 da",
        "a4 02 44 00 ff 1d",
        "a4 01 4b 00 ee",
    ):
        said = host.write(bytes.fromhex(asked))
        assert answers(said) == [(bytes.fromhex(asked)[2], Code.NO_ERROR)]
    assert len(pages(host.live(10.0))) == 40


OPEN, CLOSED, FREE = "open", "closed", "free"
PAGE = (0x31, 255, 255, 255, 255, 255, 0x20, 3)


@pytest.mark.parametrize(
    ("state", "id", "data", "code"),
    [
        (FREE, Id.UNASSIGN_CHANNEL, (0,), Code.WRONG_STATE),
        (FREE, Id.CHANNEL_ID, (0, 1, 0, 17, 0), Code.WRONG_STATE),
        (FREE, Id.CHANNEL_PERIOD, (0, 0, 32), Code.WRONG_STATE),
        (FREE, Id.SEARCH_TIMEOUT, (0, 255), Code.WRONG_STATE),
        (FREE, Id.LOW_PRIORITY_SEARCH_TIMEOUT, (0, 2), Code.WRONG_STATE),
        (FREE, Id.RADIO_FREQUENCY, (0, 57), Code.WRONG_STATE),
        (FREE, Id.OPEN_CHANNEL, (0,), Code.WRONG_STATE),
        (FREE, Id.CLOSE_CHANNEL, (0,), Code.WRONG_STATE),
        (FREE, Id.OPEN_SCAN_MODE, (0, 1), Code.WRONG_STATE),
        (FREE, Id.ACKNOWLEDGED, (0, *PAGE), Code.NOT_OPENED),
        (FREE, Id.BROADCAST, (0, *PAGE), Code.NOT_OPENED),
        (FREE, Id.ASSIGN_CHANNEL, (0, 0x10, 0), Code.INVALID_MESSAGE),
        (FREE, Id.ASSIGN_CHANNEL, (0, 0, 3), Code.INVALID_NETWORK),
        (FREE, Id.ASSIGN_CHANNEL, (8, 0, 0), Code.INVALID_MESSAGE),
        (FREE, Id.ASSIGN_CHANNEL, (0, 0), Code.INVALID_MESSAGE),
        (FREE, Id.ASSIGN_CHANNEL, (0, 0, 0, 1), Code.NO_ERROR),
        (FREE, Id.NETWORK_KEY, (3, *KEY), Code.INVALID_NETWORK),
        (FREE, Id.NETWORK_KEY, (0, 1, 2), Code.INVALID_MESSAGE),
        (FREE, 0x7B, (0, 1, 2), Code.INVALID_MESSAGE),
        (CLOSED, Id.ASSIGN_CHANNEL, (0, 0, 0), Code.WRONG_STATE),
        (CLOSED, Id.CLOSE_CHANNEL, (0,), Code.WRONG_STATE),
        (CLOSED, Id.CHANNEL_PERIOD, (0, 0, 0), Code.INVALID_MESSAGE),
        (CLOSED, Id.ACKNOWLEDGED, (0, *PAGE), Code.NOT_OPENED),
        (CLOSED, Id.LIB_CONFIG, (0, 0xE0), Code.NO_ERROR),
        (CLOSED, Id.UNASSIGN_CHANNEL, (0,), Code.NO_ERROR),
        (OPEN, Id.OPEN_CHANNEL, (0,), Code.WRONG_STATE),
        (OPEN, Id.UNASSIGN_CHANNEL, (0,), Code.WRONG_STATE),
        (OPEN, Id.ASSIGN_CHANNEL, (0, 0, 0), Code.WRONG_STATE),
        (OPEN, Id.CHANNEL_ID, (0, 1, 0, 17, 0), Code.WRONG_STATE),
        (OPEN, Id.CHANNEL_PERIOD, (0, 0, 32), Code.NO_ERROR),
        (OPEN, Id.OPEN_SCAN_MODE, (0, 1), Code.CLOSE_ALL_CHANNELS),
    ],
)
def test_what_a_state_allows(state: str, id: int, data: tuple[int, ...], code: int) -> None:
    host = Host()
    if state == OPEN:
        host.track()
        host.live(1.0)
    elif state == CLOSED:
        host.set_up()
    assert answers(host.say(id, *data)) == [(id, code)]


def test_data_that_may_be_sent_is_not_answered() -> None:
    host = Host()
    host.track()
    assert host.say(Id.BROADCAST, 0, *PAGE) == []
    assert host.say(Id.ACKNOWLEDGED, 0, *PAGE) == []
    assert host.say(Id.BURST, 0, *PAGE) == []


def test_status_and_id_of_a_channel_tell_what_it_does() -> None:
    host = Host()

    def asked(wanted: int) -> str:
        return host.say(Id.REQUEST, 0, wanted)[0].data.hex(" ")

    assert asked(Id.CHANNEL_STATUS) == "00 00"
    host.set_up((0, 17, 8192))
    assert asked(Id.CHANNEL_STATUS) == "00 01"
    assert asked(Id.CHANNEL_ID) == "00 00 00 11 00"
    host.say(Id.OPEN_CHANNEL, 0)
    assert asked(Id.CHANNEL_STATUS) == "00 02"
    host.live(1.0)
    assert asked(Id.CHANNEL_STATUS) == "00 03"
    assert asked(Id.CHANNEL_ID) == "00 39 30 11 05"
    assert answers(host.say(Id.REQUEST, 0, 0x99)) == [(Id.REQUEST, Code.INVALID_MESSAGE)]
    assert host.say(Id.REQUEST, 0, Id.VERSION)[0].data.endswith(b"\0")
    assert len(host.say(Id.REQUEST, 0, Id.SERIAL_NUMBER)[0].data) == 4


def test_a_reset_forgets_everything() -> None:
    host = Host()
    host.track()
    host.live(1.0)
    host.say(Id.RESET, 0)
    assert host.live(5.0) == []
    host.set_up(key=bytes(8))
    host.say(Id.OPEN_CHANNEL, 0)
    assert pages(host.live(5.0)) == []


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=80), st.lists(st.integers(1, 9), max_size=30))
def test_no_bytes_confuse_it_for_long(rubbish: bytes, cuts: list[int]) -> None:
    host = Host()
    host.stick.write(rubbish)
    # What looks like the head of a long message waits for its end: 68 bytes at most.
    host.stick.write(bytes(68))
    host.stick.drain()
    setting_up = Message(Id.RESET, b"\0").encode() + Message(Id.REQUEST, b"\0\x54").encode()
    at = 0
    for cut in [*cuts, len(setting_up)]:
        host.stick.write(setting_up[at : at + cut])
        at += cut
    assert [each.id for each in Framer().feed(host.stick.drain())] == [Id.STARTUP, Id.CAPABILITIES]


# --- who is heard, and when ----------------------------------------------------------------------


@pytest.mark.parametrize("device", [TRAINER, STRAP, PEDALS])
@pytest.mark.parametrize("named", [True, False])
def test_each_master_is_found_and_heard_at_its_period(
    device: tuple[int, int, int], named: bool
) -> None:
    number, type, period = device
    host = Host()
    host.track((number if named else 0, type, period))
    heard = pages(host.live(60.0))
    assert len(heard) == pytest.approx(60.0 * 32768 / period, abs=1.01)
    for (before, _), (after, _) in pairwise(heard):
        assert after - before == pytest.approx(period / 32768, abs=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": bytes(8)},
        {"frequency": 66},
        {"device": (12346, 17, 8192)},
        {"device": (12345, 16, 8192)},
    ],
)
def test_what_does_not_fit_is_not_heard(wrong: dict[str, object]) -> None:
    host = Host()
    host.set_up(**wrong)  # type: ignore[arg-type]
    host.say(Id.OPEN_CHANNEL, 0)
    assert host.live(20.0) == []


def test_pages_are_those_of_the_simulator() -> None:
    host = Host()
    host.track()
    numbers = {payload[0] for _, payload in pages(host.live(30.0))}
    assert numbers == {0x10, 0x19, 0x50, 0x51}


def test_a_slave_of_twice_the_period_hears_every_other_page() -> None:
    once, twice = Host(), Host()
    once.track(STRAP)
    twice.track(STRAP, period=2 * 8070)
    every = pages(once.live(20.0))
    assert [payload for _, payload in pages(twice.live(20.0))] == [p for _, p in every][::2]
    assert events(twice.heard) == []


def test_a_slave_of_half_the_period_misses_every_other_slot() -> None:
    host = Host()
    host.track(PEDALS, period=4091)
    heard = host.live(60.0)
    fails = events(heard)
    assert set(fails) == {Code.RX_FAIL}
    assert len(fails) == pytest.approx(len(pages(heard)), abs=1)


def test_a_slave_of_a_foreign_period_loses_its_master_again_and_again() -> None:
    host = Host()
    host.track(STRAP, period=8192)
    codes = events(host.live(30.0))
    lost = [Code.RX_FAIL] * 8 + [Code.GO_TO_SEARCH]
    assert codes[:18] == lost * 2


def test_after_eight_missed_slots_the_master_is_searched_for_and_found_again() -> None:
    host = Host(Fault(FaultKind.ASLEEP, 5.0, 15.0, (Source.TRAINER,)))
    host.track()
    heard = host.live(20.0)
    assert events(heard) == [Code.RX_FAIL] * 8 + [Code.GO_TO_SEARCH]
    lost = bytes((0, 1, Code.GO_TO_SEARCH))
    at = next(at for at, message in heard if message == Message(Id.CHANNEL_RESPONSE, lost))
    # Seven slots after the first one missed, and the 2 ms that a page may be late.
    assert at == pytest.approx(5.0 + 7 * SLOT, abs=0.003)
    times = [time for time, _ in pages(heard)]
    gap = max((b - a, b) for a, b in pairwise(times))
    assert gap == (pytest.approx(10.25), pytest.approx(15.0, abs=0.01))


@pytest.mark.parametrize(("search", "seconds"), [(1, 2.5), (4, 10.0)])
def test_a_search_ends_after_its_time(search: int, seconds: float) -> None:
    host = Host()
    host.track((999, 17, 8192), search=search)
    start = host.clock.now()
    heard = host.live(30.0)
    assert events(heard) == [Code.RX_SEARCH_TIMEOUT, Code.CHANNEL_CLOSED]
    assert heard[0][0] - start == pytest.approx(seconds)
    # It is closed, and may be opened again.
    assert answers(host.say(Id.OPEN_CHANNEL, 0)) == [(Id.OPEN_CHANNEL, Code.NO_ERROR)]


def test_the_low_priority_search_comes_on_top() -> None:
    host = Host()
    host.set_up((999, 17, 8192), search=1)
    host.say(Id.LOW_PRIORITY_SEARCH_TIMEOUT, 0, 2)
    host.say(Id.OPEN_CHANNEL, 0)
    assert host.live(30.0)[0][0] == pytest.approx(7.5)


def test_a_search_for_ever_does_not_end() -> None:
    host = Host()
    host.track((999, 17, 8192), search=255)
    assert host.live(3600.0) == []


def test_two_searches_do_not_find_the_same_master() -> None:
    host = Host()
    host.say(Id.LIB_CONFIG, 0, 0xE0)
    for channel in range(3):
        host.track((0, 11, 8182), channel)
    heard = host.live(5.0)
    found = {
        channel: {sender(m.data) for _, m in heard if m.id == Id.BROADCAST and m.data[0] == channel}
        for channel in range(3)
    }
    numbers = [{each.device_number for each in found[channel] if each} for channel in range(3)]
    # The pedals and the trainer's own power channel; the third finds nobody.
    assert sorted(map(sorted, numbers)) == [[], [12345], [34567]]


def test_the_tail_tells_what_was_asked_for() -> None:
    host = Host()
    host.track()
    assert {len(m.data) for _, m in host.live(1.0)} == {9}
    host.say(Id.EXTENDED_MESSAGES, 0, 1)
    assert {m.data[9:].hex(" ") for _, m in host.live(1.0)} == {"80 39 30 11 05"}
    host.say(Id.LIB_CONFIG, 0, 0xE0)
    tails = [(at, m.data[9:]) for at, m in host.live(1.0)]
    assert {tail[:9].hex(" ") for _, tail in tails} == {"e0 39 30 11 05 20 c6 80 00"}
    assert [int.from_bytes(tail[9:], "little") for _, tail in tails] == [
        round(at * 32768) & 0xFFFF for at, _ in tails
    ]
    host.say(Id.LIB_CONFIG, 0, 0x1F)
    assert {len(m.data) for _, m in host.live(1.0)} == {9}


def test_scanning_hears_everybody_with_number_and_strength() -> None:
    host = Host()
    host.set_up((0, 0, 8192))
    assert answers(host.say(Id.OPEN_SCAN_MODE, 0, 1)) == [(Id.OPEN_SCAN_MODE, Code.NO_ERROR)]
    heard = host.live(10.0)
    assert events(heard) == []
    senders = [sender(message.data) for _, message in heard]
    found = {(each.device_number, each.device_type, each.rssi) for each in senders if each}
    assert found == {(12345, 17, -58), (23456, 120, -66), (34567, 11, -71), (12345, 11, -58)}
    assert len(heard) == pytest.approx(160, abs=4)
    told = {(m.data[10] | m.data[11] << 8, m.data[1] & 0x7F) for _, m in heard}
    # In ten seconds everybody says who made it; strap and pedals how their battery is.
    assert {(12345, 0x50), (23456, 2), (23456, 7), (34567, 0x50), (34567, 0x52)} <= told
    # Nothing else can be opened or sent meanwhile.
    host.set_up(channel=1)
    assert answers(host.say(Id.OPEN_CHANNEL, 1)) == [(Id.OPEN_CHANNEL, Code.WRONG_STATE)]
    assert answers(host.send(TARGET_200_W)) == [(Id.ACKNOWLEDGED, Code.WRONG_STATE)]


def test_closing_is_answered_at_once_and_done_half_a_slot_later() -> None:
    host = Host()
    host.track()
    host.live(2.1)
    assert answers(host.say(Id.CLOSE_CHANNEL, 0)) == [(Id.CLOSE_CHANNEL, Code.NO_ERROR)]
    start = host.clock.now()
    assert answers(host.say(Id.UNASSIGN_CHANNEL, 0)) == [(Id.UNASSIGN_CHANNEL, Code.WRONG_STATE)]
    heard = host.live(2.0)
    assert events(heard) == [Code.CHANNEL_CLOSED]
    assert heard[0][0] - start == pytest.approx(SLOT / 2, abs=1e-4)
    assert pages(heard) == []
    assert answers(host.say(Id.UNASSIGN_CHANNEL, 0)) == [(Id.UNASSIGN_CHANNEL, Code.NO_ERROR)]


def test_a_leap_of_the_clock_is_skipped_and_the_channel_goes_on() -> None:
    host = Host()
    host.track()
    host.live(10.0)
    host.clock.jump(3600.0)
    heard = host.live(10.0)
    assert len(pages(heard)) == pytest.approx(40, abs=1)
    assert events(heard) == []


def test_a_short_delay_is_made_up_for() -> None:
    host = Host()
    host.track()
    host.live(10.0)
    host.clock.jump(4.0)
    assert len(pages(host.live(0.0))) == 16


def test_it_begins_when_it_is_made_whatever_the_clock_says() -> None:
    host = Host(now=5000.0)
    host.track()
    assert len(pages(host.live(10.0))) == 40


# --- what is sent --------------------------------------------------------------------------------


def recorded(host: Host) -> list[tuple[float, bytes]]:
    record: list[tuple[float, bytes]] = []
    host.stick.air.record = lambda time, payload: record.append((time, payload))
    return record


def test_acknowledged_data_goes_out_after_the_next_page_and_is_confirmed() -> None:
    host = Host()
    record = recorded(host)
    host.track()
    host.live(2.1)
    host.send(TARGET_200_W)
    heard = host.live(0.5)
    # The slots are at whole quarters of a second.
    assert record == [(2.25, TARGET_200_W)]
    assert [(at, m.id) for at, m in heard][:2] == [
        (2.25, Id.BROADCAST),
        (pytest.approx(2.255, abs=1e-4), Id.CHANNEL_RESPONSE),
    ]
    assert events(heard) == [Code.TX_COMPLETED]


def test_a_second_message_is_refused_while_one_is_on_its_way() -> None:
    host = Host()
    record = recorded(host)
    host.track()
    host.live(2.1)
    assert host.send(TARGET_200_W) == []
    refused = host.send(TARGET_150_W)
    assert answers(refused) == [(Id.ACKNOWLEDGED, Code.TRANSFER_IN_PROGRESS)]
    assert refused[0].encode().hex(" ") == "a4 03 40 00 4f 1f b7"
    host.live(1.0)
    assert host.send(TARGET_150_W) == []
    host.live(1.0)
    assert [payload for _, payload in record] == [TARGET_200_W, TARGET_150_W]


def test_a_command_is_obeyed_and_its_status_told_when_asked() -> None:
    host = Host()
    host.track()
    host.live(2.0)
    host.send(TARGET_200_W)
    host.live(0.5)
    host.send(common.RequestDataPage(requested_page=0x47, count=4).encode())
    statuses = [p for _, p in pages(host.live(2.0)) if p[0] == 0x47]
    assert [each.hex(" ") for each in statuses] == ["47 31 00 00 ff ff 20 03"] * 4


def test_what_waits_survives_a_search_and_is_dropped_with_the_channel() -> None:
    host = Host(Fault(FaultKind.ASLEEP, 2.0, 10.0, (Source.TRAINER,)))
    record = recorded(host)
    host.track()
    host.live(3.0)
    host.send(TARGET_200_W)
    host.live(8.0)
    assert [payload for _, payload in record] == [TARGET_200_W]
    host.send(TARGET_150_W)
    host.say(Id.CLOSE_CHANNEL, 0)
    host.live(1.0)
    host.say(Id.OPEN_CHANNEL, 0)
    assert events(host.live(2.0)) == []
    assert [payload for _, payload in record] == [TARGET_200_W]


# --- on the air ----------------------------------------------------------------------------------


def test_the_air_goes_on_while_nobody_listens() -> None:
    clock = ManualClock()
    air = Air(RIDER)
    pretend = PretendStick(clock, air)
    pretend.open()
    for _ in range(60):
        clock.sleep_until(clock.now() + 1.0)
        pretend.drain()
    assert air.machine.speed > 3.0
    assert air.rider.cadence > 60.0


def test_a_rider_is_the_same_on_the_air_and_in_the_program() -> None:
    host = Host()
    host.track()
    host.live(120.0)
    from coach.trainers.simulated import SimulatedTrainer

    trainer = SimulatedTrainer(RIDER)
    trainer.open(0.0)
    trainer.poll(host.clock.now())
    assert host.stick.air.machine.speed == trainer.machine.speed
    assert host.stick.air.rider.power == trainer.rider.power
    assert host.stick.air.start == trainer.start


def test_pedals_send_the_position_when_told_to() -> None:
    host = Host()
    host.track(PEDALS)
    host.live(2.0)
    # Reference notes on FE-C, section 2.5.
    host.send(bytes.fromhex("46fffffeff020201"))
    told = [p for _, p in pages(host.live(2.0)) if p[0] == 0x02]
    assert len(told) == 2
    host.send(bytes.fromhex("02feffffdcffddff"))
    host.live(1.0)
    host.say(Id.CHANNEL_PERIOD, 0, 4091 & 0xFF, 4091 >> 8)
    host.live(1.0)
    heard = host.live(20.0)
    assert events(heard) == []
    numbers = [p[0] for _, p in pages(heard)]
    assert len(numbers) == pytest.approx(20.0 * 32768 / 4091, abs=1)
    assert numbers.count(0xE2) == pytest.approx(len(numbers) / 2, rel=0.05)


def test_pedals_that_refuse_stay_as_they_were() -> None:
    host = Host(air=Air(RIDER, pedals_refuse=True))
    host.track(PEDALS)
    host.live(2.0)
    host.send(bytes.fromhex("02feffffdcffddff"))
    heard = host.live(20.0)
    assert len(pages(heard)) == 80
    assert 0xE2 not in {p[0] for _, p in pages(heard)}


# --- as a driver ---------------------------------------------------------------------------------


class Reader:
    """Reads a stick in a thread, as a driver does."""

    def __init__(self, pretend: PretendStick) -> None:
        self.data = bytearray()
        self.gone: list[int | None] = []
        self._stick = pretend
        self._stop = False
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._stop:
            try:
                self.data += bytes(self._stick.read())
            except USBError as error:
                self.gone.append(error.errno)
                return

    def stop(self) -> list[Message]:
        self._stop = True
        self._thread.join(2.0)
        assert not self._thread.is_alive()
        return Framer().feed(bytes(self.data))


def followed(seed: int, *faults: Fault) -> tuple[SteppedClock, PretendStick, Reader]:
    clock = SteppedClock()
    pretend = PretendStick(clock, Air(RIDER, seed), Faults(faults))
    pretend.open()
    reader = Reader(pretend)
    for channel, (number, type, period) in enumerate((TRAINER, STRAP, PEDALS)):
        for id, data in (
            (Id.NETWORK_KEY, (0, *KEY)),
            (Id.ASSIGN_CHANNEL, (channel, 0, 0)),
            (Id.CHANNEL_ID, (channel, number & 255, number >> 8, type, 0)),
            (Id.CHANNEL_PERIOD, (channel, period & 255, period >> 8)),
            (Id.RADIO_FREQUENCY, (channel, 57)),
            (Id.SEARCH_TIMEOUT, (channel, 255)),
            (Id.OPEN_CHANNEL, (channel,)),
        ):
            pretend.write(Message(id, bytes(data)).encode())
    return clock, pretend, reader


def test_a_stepped_clock_waits_for_the_reader_and_each_time_is_the_same() -> None:
    runs = []
    for _ in range(2):
        clock, pretend, reader = followed(3)
        delivered: list[tuple[float, Source, bytes]] = []
        pretend.delivered = lambda *page, to=delivered: to.append(page)
        clock.sleep_until(60.0)
        # Nothing is left to come: all is read by now.
        assert pretend.due() > 60.0
        whole = reader.stop()
        pretend.close()
        said = [m.data[1:9] for m in whole if m.id == Id.BROADCAST]
        assert [payload for _, _, payload in delivered] == said
        assert len(said) == pytest.approx(12 * 60, abs=6)
        runs.append(delivered)
    assert runs[0] == runs[1]


def test_a_clock_that_follows_nobody_open_does_not_wait() -> None:
    clock, pretend, reader = followed(3)
    clock.sleep_until(10.0)
    pretend.close()
    reader.stop()
    began = time.monotonic()
    clock.sleep_until(60.0)
    assert time.monotonic() - began < 1.0
    assert pretend.air.machine.speed > 3.0


def test_a_reader_that_died_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stick_module, "SETTLED", 0.2)
    clock, _, reader = followed(3)
    clock.sleep_until(1.0)
    reader.stop()
    with pytest.raises(RuntimeError, match="nobody has read"):
        clock.sleep_until(10.0)


def test_an_unplugged_stick_fails_the_reader_and_forgets_its_channels() -> None:
    clock, pretend, reader = followed(3, Fault(FaultKind.UNPLUGGED, 5.0, 10.0))
    began = time.monotonic()
    clock.sleep_until(7.0)
    assert time.monotonic() - began < 2.0
    reader.stop()
    assert reader.gone == [errno.ENODEV]
    for act in (pretend.open, pretend.read, lambda: pretend.write(b"\0")):
        with pytest.raises(USBError) as caught:
            act()
        assert caught.value.errno == errno.ENODEV
    clock.sleep_until(11.0)
    with pytest.raises(USBError):
        pretend.read()
    pretend.open()
    again = Reader(pretend)
    clock.sleep_until(13.0)
    pretend.write(Message(Id.REQUEST, bytes((0, Id.CHANNEL_STATUS))).encode())
    clock.sleep_until(14.0)
    assert [m.data.hex(" ") for m in again.stop()] == ["00 00"]


def test_the_shared_clock_leaps_and_the_reader_goes_on() -> None:
    clock, _, reader = followed(3, Fault(FaultKind.CLOCK_JUMP, 5.0, 5.0, jump=100.0))
    clock.sleep_until(5.5)
    assert clock.now() >= 105.0
    clock.sleep_until(110.0)
    said = [m for m in reader.stop() if m.id == Id.BROADCAST and m.data[0] == 0]
    assert len(said) == pytest.approx(40, abs=2)


@pytest.mark.realtime
def test_a_read_waits_a_tenth_of_a_second_and_a_write_wakes_it() -> None:
    pretend = PretendStick(MonotonicClock(), Air(RIDER))
    pretend.open()
    began = time.monotonic()
    while not pretend.read() and time.monotonic() - began < 0.3:
        pass
    assert time.monotonic() - began >= 0.3
    timer = threading.Timer(0.02, lambda: pretend.write(Message(Id.RESET, b"\0").encode()))
    timer.start()
    while not (data := pretend.read()):
        assert time.monotonic() - began < 1.0
    timer.join()
    assert bytes(data).hex(" ") == "a4 01 6f 20 ea"


@pytest.mark.realtime
def test_an_unmodified_openant_rides_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from openant.base import driver
    from openant.base.ant import Ant
    from openant.devices import ANTPLUS_NETWORK_KEY
    from openant.devices.fitness_equipment import FitnessEquipment
    from openant.easy.node import Node

    monkeypatch.setattr(Ant, "_RESET_WAIT", 0)
    pretend = stick_from("virtual", RIDER, MonotonicClock(8))
    record: list[bytes] = []
    pretend.air.record = lambda _, payload: record.append(payload)
    monkeypatch.setattr(driver, "drivers", [pretend])
    node = Node()
    told: set[int] = set()
    enough = threading.Event()

    def tell(page: int, name: str, data: object) -> None:
        told.add(page)
        if {16, 25} <= told:
            enough.set()

    try:
        node.set_network_key(0, ANTPLUS_NETWORK_KEY)
        trainer = FitnessEquipment(node, device_id=12345)
        trainer.on_device_data = tell
        dispatch = threading.Thread(target=node.start)
        dispatch.start()
        trainer.set_target_power(200)
        assert enough.wait(2.0)
        # What it asks for is what it set: page 71 came back.
        assert TARGET_200_W in record
    finally:
        node.stop()
        dispatch.join(2.0)
    assert not dispatch.is_alive()


def test_memory_stays_flat_while_nobody_sets_it_up() -> None:
    host = Host()
    host.live(10.0)
    tracemalloc.start()
    host.live(60.0)
    before = tracemalloc.get_traced_memory()[0]
    host.live(600.0)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000


# --- chosen by a text ----------------------------------------------------------------------------


def test_a_text_chooses_seed_and_faults() -> None:
    clock = ManualClock()
    assert stick_from("virtual", RIDER, clock).air.start != (
        stick_from("virtual:seed=9", RIDER, clock).air.start
    )
    chosen = stick_from("virtual:faults=unplugged,seed=9", RIDER, clock)
    assert chosen.faults.acted == {"unplugged": 0}
    assert chosen() is chosen
    assert chosen.find()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("real", "no stick is called 'real'"),
        ("virtuel", "no stick is called"),
        ("virtual:sed=3", "did you mean 'seed'"),
        ("virtual:seed=x", "whole number"),
        ("virtual:seed=-1", "whole number"),
        ("virtual:seed=99999999999", "whole number"),
        ("virtual:faults=unpluged", "did you mean 'unplugged'"),
        ("virtual:faults=./nowhere.toml", "there is no file"),
        ("virtual:faults=", "there is no fault scenario"),
    ],
)
def test_other_texts_are_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises((RiderInputError, ProfileError), match=says):
        check_stick(text)


def test_capabilities_are_known_to_the_real_decoder() -> None:
    host = Host()
    host.track()
    host.send(common.RequestDataPage(requested_page=0x36).encode())
    told = [fec.decode(p) for _, p in pages(host.live(3.0)) if p[0] == 0x36]
    assert len(told) == 4
    assert isinstance(told[0], fec.FeCapabilities)
    assert told[0].simulation
