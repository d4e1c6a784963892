"""What is said to the trainer: one message at a time, the latest wish, confirmed by page 71."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import EncodeError
from coach.messages import (
    BasicResistance,
    Command,
    Event,
    EventKind,
    TargetPower,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.protocol import common, fec
from coach.trainers.ant.dialogue import (
    CAPABILITIES_ATTEMPTS,
    FAILURES,
    SHY,
    SHY_INTERVAL,
    SLOW,
    STUCK,
    Dialogue,
)

SLOT = 0.25
CONFIGURATION = UserConfiguration(75.0, 10.0, 0.700)
WIND = WindResistance(0.51)
STATUS = "4701"  # how its payload ends; the count differs
CAPABILITIES = "46ffffffff043601"


class Bench:
    """A trainer's side in a few lines: it keeps what arrives, and answers as it is told to."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.dialogue = Dialogue(self.events.append)
        self.now = 0.0
        self.sent: list[tuple[float, str]] = []
        self.arrived: list[str] = []
        self.radio: Callable[[], bool | None] = lambda: True
        """Whether the message on its way arrives; ``None`` for no answer at all."""
        self.status = 0
        self.answers = True
        self.counts = True
        self.able = True
        self._flight: bytes | None = None
        self._page: bytes | None = None
        self._last = bytes.fromhex("ff ff ff ff ff ff ff ff")
        self._sequence = 0

    def slots(self, count: int) -> None:
        for _ in range(count):
            self.slot()

    def slot(self) -> None:
        """One period of the trainer: the radio's answer, a page, and what is said then."""
        self.now += SLOT
        self.dialogue.tick(self.now)
        if self._flight is not None:
            arrived = self.radio()
            if arrived is not None:
                payload, self._flight = self._flight, None
                if arrived:
                    self._arrive(payload)
                    self.dialogue.completed(self.now)
                else:
                    self.dialogue.failed(self.now)
        page, self._page = self._page, None
        self.dialogue.read(page or bytes.fromhex("19 01 5a c8 00 c8 00 30"), self.now)
        payload = self.dialogue.next(self.now)
        if payload is not None:
            assert self._flight is None, "a second message on top of one under way"
            self._flight = payload
            self.sent.append((self.now, payload.hex()))

    def _arrive(self, payload: bytes) -> None:
        self.arrived.append(payload.hex())
        if payload[0] in fec.COMMANDS:
            self._last = payload
            self._sequence = (self._sequence + self.counts) % 255
        elif payload[6] == 0x47 and self.answers:
            self._page = self.page_71(self._last)
        elif payload[6] == 0x36 and self.able:
            self._page = bytes.fromhex("36 ff ff ff ff e8 03 07")

    def page_71(self, command: bytes, sequence: int | None = None) -> bytes:
        number = self._sequence if sequence is None else sequence
        return bytes((0x47, command[0], number, self.status)) + command[4:]

    @property
    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]

    def commands(self) -> list[str]:
        """Return the commands that arrived, without the requests."""
        return [each for each in self.arrived if not each.startswith("46")]


def hexed(command: Command) -> str:
    return fec.page_for(command).encode().hex()


# --- order and latest wish ----------------------------------------------------------------------


def test_configuration_then_wind_then_load() -> None:
    bench = Bench()
    for command in (TrackResistance(0.05), WIND, CONFIGURATION):
        bench.dialogue.want(command)
    bench.slots(12)
    # Payloads: reference notes on FE-C, section 3.1 (75 kg, 10 kg, 0.700 m; wind 0.51; grade 5).
    assert bench.commands() == [
        "374c1dff800c4600", "32ffffffff337f64", "33ffffffff145050",
    ]  # fmt: skip
    assert bench.dialogue.idle
    assert bench.events == []


def test_each_command_is_asked_about_before_the_next_goes_out() -> None:
    bench = Bench()
    for command in (CONFIGURATION, WIND, TargetPower(200.0)):
        bench.dialogue.want(command)
    bench.slots(12)
    said = [payload[:2] if payload[:2] != "46" else payload[-4:] for _, payload in bench.sent]
    assert said == ["37", STATUS, "32", STATUS, "31", "3601", STATUS]


def test_after_a_find_the_target_is_there_within_two_seconds() -> None:
    bench = Bench()
    for command in (CONFIGURATION, WIND, TrackResistance(0.06)):
        bench.dialogue.want(command)
    bench.slots(20)
    bench.dialogue.interrupted()
    bench.dialogue.found()
    before, start = len(bench.arrived), bench.now
    bench.slots(8)
    assert [each[:2] for each in bench.arrived[before:] if each[:2] != "46"] == ["37", "32", "33"]
    assert bench.now - start == 2.0


def test_the_latest_wish_wins_and_no_other_is_sent() -> None:
    bench = Bench()
    for watts in range(100, 200, 10):
        bench.dialogue.want(TargetPower(float(watts)))
    bench.slots(3)
    assert bench.commands() == [hexed(TargetPower(190.0))]


def test_a_newer_target_does_not_wait_for_the_confirmation_of_an_older_one() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(100.0))
    bench.slots(2)
    bench.dialogue.want(TargetPower(110.0))
    start = bench.now
    bench.slot()
    assert bench.sent[-1] == (start + SLOT, hexed(TargetPower(110.0)))


def test_set_points_of_any_mode_replace_each_other() -> None:
    bench = Bench()
    for command in (TargetPower(200.0), BasicResistance(0.3), TrackResistance(0.0)):
        bench.dialogue.want(command)
    bench.slots(6)
    assert bench.commands() == [hexed(TrackResistance(0.0))]


def test_what_was_wished_for_in_a_gap_is_not_what_is_sent_after_it() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(300.0))
    bench.slot()  # on its way, and then the link goes
    bench.dialogue.interrupted()
    bench._flight = None
    bench.dialogue.want(TargetPower(120.0))
    bench.dialogue.found()
    bench.slots(6)
    assert bench.commands() == [hexed(TargetPower(120.0))]


def test_a_repeated_wish_is_sent_again() -> None:
    bench = Bench()
    for _ in range(2):
        bench.dialogue.want(TargetPower(150.0))
        bench.slots(12)
    assert bench.commands() == [hexed(TargetPower(150.0))] * 2


def test_a_wish_repeated_in_a_hurry_is_confirmed_all_the_same() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(160.0))
    bench.slots(4)
    for _ in range(4):
        bench.dialogue.want(TargetPower(150.0))
        bench.slots(2)
    assert [payload for at, payload in bench.sent if 1.0 < at < 2.0] == [
        hexed(TargetPower(150.0)),
        "46ffffffff014701",
    ]


def test_what_does_not_fit_its_page_is_the_callers_fault() -> None:
    bench = Bench()
    with pytest.raises(EncodeError):
        bench.dialogue.want(TargetPower(-5.0))
    bench.slots(4)
    assert bench.commands() == []


def test_a_page_asked_for_before_a_gap_is_not_sent_after_it() -> None:
    bench = Bench()
    bench.dialogue.request(bytes.fromhex("018000ffffffffff"))
    bench.dialogue.interrupted()
    bench.slots(4)
    assert "018000ffffffffff" not in bench.arrived


def test_what_was_being_confirmed_before_a_gap_is_not_after_it() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(2)
    bench.dialogue.interrupted()
    bench.dialogue.found()
    bench.dialogue.read(bench.page_71(bytes.fromhex(hexed(TargetPower(150.0))), 9), bench.now)
    assert not bench.dialogue.idle


def test_a_configuration_without_an_answer_holds_the_load_up_for_a_moment_only() -> None:
    bench = Bench()
    bench.answers = False
    for command in (CONFIGURATION, WIND, TargetPower(150.0)):
        bench.dialogue.want(command)
    bench.slots(14)
    assert bench.commands()[-1] == hexed(TargetPower(150.0))


# --- confirmation -------------------------------------------------------------------------------


def test_requests_for_status_cost_a_slot_a_second_at_most() -> None:
    bench = Bench()
    for step in range(40):
        bench.dialogue.want(TargetPower(100.0 + step))
        bench.slots(2)
    asked = [at for at, payload in bench.sent if payload.endswith(STATUS)]
    assert len(asked) > 10
    assert min(b - a for a, b in pairwise(asked)) >= 1.0


def test_a_wish_that_is_repeated_is_asked_about_at_once() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(100.0))
    bench.slots(3)
    bench.dialogue.want(TrackResistance(0.0))
    bench.slots(2)
    asked = len(bench.sent)
    bench.dialogue.want(TrackResistance(0.0))
    bench.slot()
    assert bench.sent[asked][1].endswith(STATUS)


def test_a_refusal_is_tried_once_more_and_then_told_with_its_status() -> None:
    bench = Bench()
    bench.status = 3
    bench.dialogue.want(TargetPower(200.0))
    bench.slots(16)
    assert bench.commands() == [hexed(TargetPower(200.0))] * 2
    (event,) = bench.events
    assert (event.kind, event.value) == (EventKind.COMMAND_REJECTED, "rejected")
    assert "target power" in event.text


def test_a_second_try_that_passes_is_not_told() -> None:
    bench = Bench()
    bench.status = 1
    bench.dialogue.want(TargetPower(200.0))
    bench.slots(4)
    bench.status = 0
    bench.slots(12)
    assert bench.commands() == [hexed(TargetPower(200.0))] * 2
    assert bench.events == []


def test_not_supported_is_told_at_once_and_not_tried_again() -> None:
    bench = Bench()
    bench.status = 2
    bench.dialogue.want(TrackResistance(0.05))
    bench.slots(16)
    assert len(bench.commands()) == 1
    assert [event.value for event in bench.events] == ["not_supported"]


def test_a_refusal_is_told_once_until_the_page_passes_again() -> None:
    bench = Bench()
    bench.status = 3
    for _ in range(3):
        bench.dialogue.want(TargetPower(200.0))
        bench.slots(16)
    assert bench.kinds == [EventKind.COMMAND_REJECTED]
    for status in (0, 3):
        bench.status = status
        bench.dialogue.want(TargetPower(200.0))
        bench.slots(16)
    assert bench.kinds == [EventKind.COMMAND_REJECTED] * 2


def climb(bench: Bench, slots: int) -> None:
    """Let the load rise with every other page, as on the way into a hill."""
    for step in range(slots // 2):
        bench.dialogue.want(TargetPower(150.0 + step))
        bench.slots(2)


def test_a_load_that_rises_all_the_time_is_told_refused_within_three_seconds() -> None:
    bench = Bench()
    bench.status = 3
    climb(bench, 12)
    assert bench.kinds == [EventKind.COMMAND_REJECTED]


def test_one_refusal_on_the_way_up_is_not_told() -> None:
    bench = Bench()
    bench.status = 3
    climb(bench, 4)
    bench.status = 0
    climb(bench, 20)
    bench.status = 3
    climb(bench, 4)
    assert bench.events == []


def test_a_load_that_rises_all_the_time_is_told_pending_in_good_time() -> None:
    bench = Bench()
    bench.status = 4
    climb(bench, 20)
    assert bench.kinds == [EventKind.COMMAND_PENDING]


def test_pending_is_asked_again_until_it_passes() -> None:
    bench = Bench()
    bench.status = 4
    bench.dialogue.want(TargetPower(200.0))
    bench.slots(16)
    assert bench.kinds == [EventKind.COMMAND_PENDING]
    assert not bench.dialogue.idle
    bench.status = 0
    bench.slots(16)
    assert bench.dialogue.idle
    assert bench.kinds == [EventKind.COMMAND_PENDING]


def test_pending_for_ever_does_not_hold_up_the_load() -> None:
    bench = Bench()
    bench.status = 4
    bench.dialogue.want(CONFIGURATION)
    bench.dialogue.want(TargetPower(200.0))
    bench.slots(80)
    assert hexed(TargetPower(200.0)) in bench.commands()


def test_an_answer_for_the_equal_command_before_it_confirms_nothing() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(8)
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(1)
    bench.dialogue.read(bench.page_71(bytes.fromhex(hexed(TargetPower(150.0)))), bench.now)
    bench.slot()
    assert not bench.dialogue.idle


def test_a_trainer_that_does_not_count_is_believed_at_the_second_answer() -> None:
    bench = Bench()
    bench.counts = False
    for _ in range(2):
        bench.dialogue.want(TargetPower(150.0))
        bench.slots(24)
    assert bench.dialogue.idle
    assert bench.events == []


def test_a_trainer_that_never_answers_is_told_of_once_and_asked_less() -> None:
    bench = Bench()
    bench.answers = False
    for step in range(200):
        bench.dialogue.want(TargetPower(100.0 + step % 2))
        bench.slots(24)
    assert bench.kinds == [EventKind.COMMAND_UNCONFIRMED]
    late = [at for at, payload in bench.sent if payload.endswith(STATUS) and at > 300.0]
    assert late
    spans = [b - a for a, b in pairwise(late)]
    assert sum(span >= SHY_INTERVAL - 6.0 for span in spans) > len(spans) / 5
    assert len(late) < (bench.now - 300.0) / SHY_INTERVAL * 5
    assert SHY == 3


def test_a_trainer_that_confirms_nothing_is_told_again_as_often_as_is_wished() -> None:
    bench = Bench()
    bench.answers = False
    for _ in range(60):
        bench.dialogue.want(TargetPower(150.0))
        bench.slots(12)
    assert bench.kinds == [EventKind.COMMAND_UNCONFIRMED]
    before = len(bench.commands())
    for _ in range(20):
        bench.dialogue.want(TargetPower(150.0))
        bench.slots(12)
    assert len(bench.commands()) == before + 20


def test_commands_of_another_controller_are_told_of_in_words() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(8)
    foreign = bytes.fromhex(hexed(TrackResistance(0.12)))
    for _ in range(3):
        bench.dialogue.read(bench.page_71(foreign, 77), bench.now)
        bench.slots(4)
    (event,) = bench.events
    assert event.kind is EventKind.FOREIGN_CONTROLLER
    assert "track resistance" in event.text
    assert "unpair" in event.text


@pytest.mark.parametrize("delay", [1, *range(3, 11)])
def test_what_another_controller_asked_for_is_seen_whenever_it_did(delay: int) -> None:
    # At 2 it falls between the question and the repeated command, which undoes it.
    bench = Bench()
    bench.dialogue.want(TrackResistance(0.05))
    bench.slots(12)
    bench.dialogue.want(TrackResistance(0.05))
    bench.slots(delay)
    bench._arrive(fec.page_for(TargetPower(60.0)).encode())
    bench.slots(12 - delay)
    bench.dialogue.want(TrackResistance(0.05))
    bench.slots(4)
    assert bench.kinds == [EventKind.FOREIGN_CONTROLLER]
    assert bench._last == fec.page_for(TrackResistance(0.05)).encode()


@pytest.mark.parametrize("reserved", ["00", "7f"])
def test_what_a_trainer_puts_into_reserved_bytes_of_its_echo_means_nothing(reserved: str) -> None:
    bench = Bench()
    arrive = bench._arrive

    def keep(payload: bytes) -> None:
        arrive(payload)
        if payload[0] in fec.COMMANDS:
            said = {0x30: 1, 0x31: 2, 0x32: 3, 0x33: 3}[payload[0]]
            bench._last = payload[:4] + bytes.fromhex(reserved) * (4 - said) + payload[8 - said :]

    bench._arrive = keep  # type: ignore[method-assign]
    for command in (WIND, TrackResistance(0.05), TargetPower(150.0), BasicResistance(0.2)):
        bench.dialogue.want(command)
        bench.slots(20)
        assert bench.dialogue.idle
    assert bench.events == []


@pytest.mark.parametrize("number", [0x01, 0x46, 0xFC])
def test_a_page_that_is_no_command_shows_no_other_controller(number: int) -> None:
    # Some trainers may count the request for command status, ours, as what they were told last.
    bench = Bench()
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(8)
    bench.dialogue.read(bytes((0x47, number, 9, 0, 1, 4, 0x47, 1)), bench.now)
    assert bench.events == []


def test_an_echo_that_says_nothing_is_no_other_controller_and_no_confirmation() -> None:
    bench = Bench()
    bench.answers = False
    bench.dialogue.want(TargetPower(150.0))
    for sequence in range(8):
        bench.slot()
        bench.dialogue.read(bytes((0x47, 0x31, sequence, 0, 255, 255, 255, 255)), bench.now)
        assert not bench.dialogue.idle
    assert bench.events == []


def test_a_refusal_needs_no_echo() -> None:
    bench = Bench()
    bench.answers = False
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(3)
    bench.dialogue.read(bytes((0x47, 0x31, 1, 2, 255, 255, 255, 255)), bench.now)
    assert bench.kinds == [EventKind.COMMAND_REJECTED]


def test_an_older_command_of_ours_is_nobody_elses() -> None:
    bench = Bench()
    for watts in (150.0, 160.0, 170.0):
        bench.dialogue.want(TargetPower(watts))
        bench.slots(8)
    bench.dialogue.read(bench.page_71(bytes.fromhex(hexed(TargetPower(150.0))), 3), bench.now)
    assert bench.events == []


def test_a_command_whose_delivery_nobody_told_of_is_nobody_elses() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(150.0))
    bench.slot()
    bench._arrive(fec.page_for(TargetPower(150.0)).encode())
    bench.dialogue.interrupted()
    bench.dialogue.read(bench.page_71(bench._last), bench.now)
    assert bench.events == []


# --- the radio ----------------------------------------------------------------------------------


def test_a_failed_message_is_tried_again_with_what_is_wanted_by_then() -> None:
    bench = Bench()
    outcomes = iter([False, True, True, True])
    bench.radio = lambda: next(outcomes, True)
    bench.dialogue.want(TargetPower(150.0))
    bench.slot()
    bench.dialogue.want(TargetPower(180.0))
    bench.slots(8)
    assert bench.commands() == [hexed(TargetPower(180.0))]
    assert bench.events == []


def test_failures_in_a_row_lose_control_and_ask_for_a_new_channel() -> None:
    bench = Bench()
    bench.radio = lambda: False
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(FAILURES + 1)
    assert bench.dialogue.stuck
    assert bench.kinds == [EventKind.CONTROL_LOST]
    sent = len(bench.sent)
    bench.slots(4)
    assert len(bench.sent) == sent  # nothing on top of what the stick may hold
    bench.dialogue.interrupted()
    bench.radio = lambda: True
    bench.slots(6)
    assert bench.commands() == [hexed(TargetPower(150.0))]
    assert bench.kinds == [EventKind.CONTROL_LOST, EventKind.CONTROL_BACK]


def test_control_is_lost_also_when_the_channel_is_opened_anew_every_other_second() -> None:
    # A stick that is busy says so at once: eight failures take less than two seconds.
    bench = Bench()
    bench.dialogue.want(TargetPower(150.0))
    for step in range(3 * FAILURES):
        assert bench.dialogue.next(step * 0.2) is not None
        bench.dialogue.failed(step * 0.2)
        if bench.dialogue.stuck:
            bench.dialogue.interrupted()
    assert bench.kinds == [EventKind.CONTROL_LOST]


def test_failures_of_long_ago_do_not_count_for_a_trainer_that_was_found_again() -> None:
    bench = Bench()
    bench.radio = lambda: False
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(3)
    bench.dialogue.interrupted()
    bench.now += 60.0
    bench.dialogue.found()
    bench.slots(3)
    assert bench.kinds == []


def test_a_late_answer_belongs_to_its_message_and_nothing_is_sent_before_it() -> None:
    bench = Bench()
    answers = iter([None] * 10)
    bench.radio = lambda: next(answers, True)
    bench.dialogue.want(TargetPower(150.0))
    bench.slot()
    bench.dialogue.want(TargetPower(180.0))
    bench.slots(10)
    assert len(bench.sent) == 1
    assert bench.kinds == [EventKind.CONTROL_LOST]
    bench.slots(6)
    assert bench.commands() == [hexed(TargetPower(150.0)), hexed(TargetPower(180.0))]
    assert bench.kinds == [EventKind.CONTROL_LOST, EventKind.CONTROL_BACK]
    assert SLOW < 10 * SLOT < STUCK


def test_no_answer_at_all_asks_for_a_new_channel_after_four_seconds() -> None:
    bench = Bench()
    bench.radio = lambda: None
    bench.dialogue.want(TargetPower(150.0))
    bench.slots(round(STUCK / SLOT) + 2)
    assert bench.dialogue.stuck


def test_control_of_a_trainer_that_is_not_heard_is_the_links_to_judge() -> None:
    bench = Bench()
    bench.dialogue.want(TargetPower(150.0))
    bench.slot()
    bench.now += 60.0  # the machine slept, or the trainer did
    bench.dialogue.tick(bench.now)
    bench.slots(4)
    assert bench.events == []
    assert bench.commands() == [hexed(TargetPower(150.0))]


def test_answers_that_all_come_late_lose_control_once() -> None:
    bench = Bench()
    waits = iter([*[None] * 11, True] * 5)
    bench.radio = lambda: next(waits, True)
    for step in range(30):
        bench.dialogue.want(TargetPower(150.0 + step))
        bench.slots(4)
    assert bench.kinds == [EventKind.CONTROL_LOST, EventKind.CONTROL_BACK]


def test_an_answer_for_nothing_is_ignored() -> None:
    bench = Bench()
    bench.dialogue.completed(1.0)
    bench.dialogue.failed(1.0)
    bench.slots(4)
    assert bench.events == []
    assert not bench.dialogue.stuck


def test_pages_that_are_no_wish_are_sent_once_and_first() -> None:
    bench = Bench()
    outcomes = iter([False, True])
    bench.radio = lambda: next(outcomes, True)
    bench.dialogue.want(TargetPower(100.0))
    bench.dialogue.request(bytes.fromhex("018000ffffffffff"))
    bench.slots(8)
    assert bench.arrived[0] == "018000ffffffffff"
    assert bench.arrived.count("018000ffffffffff") == 1


# --- capabilities -------------------------------------------------------------------------------


def test_capabilities_are_asked_for_with_a_count_of_four() -> None:
    # In practice: newer firmware of one trainer answers nothing less (reference notes, 2.3).
    bench = Bench()
    bench.slots(4)
    assert bench.arrived == [CAPABILITIES]
    bench.slots(400)
    assert bench.arrived == [CAPABILITIES]


def test_capabilities_unanswered_are_asked_again_told_once_and_then_seldom() -> None:
    bench = Bench()
    bench.able = False
    bench.slots(240)
    assert bench.kinds == [EventKind.CAPABILITIES_UNKNOWN]
    asked = [at for at, payload in bench.sent if payload == CAPABILITIES]
    assert len(asked) == CAPABILITIES_ATTEMPTS
    assert asked[-1] < 15.0
    bench.slots(240)
    assert bench.sent[-1][1] == CAPABILITIES
    bench.able = True
    bench.slots(300)
    count = bench.arrived.count(CAPABILITIES)
    bench.slots(400)
    assert bench.arrived.count(CAPABILITIES) == count


def test_the_requests_are_the_golden_ones() -> None:
    # Reference notes on FE-C, section 3.1.
    assert common.RequestDataPage(requested_page=0x36, count=4).encode().hex() == CAPABILITIES


# --- whatever happens ---------------------------------------------------------------------------

WISHES = st.sampled_from(
    [CONFIGURATION, WIND, TargetPower(100.0), TargetPower(250.0), TrackResistance(0.04)]
)
MOMENTS = st.lists(
    st.one_of(
        WISHES,
        st.sampled_from(["slot", "slot", "slot", "fail", "silence", "gone", "late", "failed late"]),
        st.binary(min_size=8, max_size=8).map(lambda data: b"\x47" + data[1:]),
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(MOMENTS)
def test_whatever_happens_the_last_wish_of_each_sort_ends_up_confirmed(
    moments: list[object],
) -> None:
    bench = Bench()
    last: dict[str, str] = {}
    for moment in moments:
        if isinstance(moment, bytes):
            bench.dialogue.read(moment, bench.now)
        elif moment == "late":
            bench.dialogue.completed(bench.now)
            bench._flight = None
        elif moment == "failed late":
            bench.dialogue.failed(bench.now)
            bench._flight = None
        elif moment == "gone":
            bench.dialogue.interrupted()
            bench._flight = None
            bench.dialogue.found()
        elif isinstance(moment, str):
            bench.radio = {"slot": lambda: True, "fail": lambda: False}.get(moment, lambda: None)
            bench.slot()
        else:
            bench.dialogue.want(moment)  # type: ignore[arg-type]
            payload = hexed(moment)  # type: ignore[arg-type]
            last["load" if payload[:2] in ("31", "33") else payload[:2]] = payload
    bench.radio = lambda: True
    bench.dialogue.interrupted()
    bench._flight = None
    bench.dialogue.found()
    bench.arrived.clear()
    bench.slots(60)
    assert bench.dialogue.idle
    assert sorted(set(bench.commands())) == sorted(last.values())
