"""Asking pedals for the rider's position: the bytes, the order, and every way it can end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.messages import RiderPosition
from coach.protocol import power
from coach.trainers.ant.dynamics import ASK, ENABLE, INTERVAL, PATIENCE, TRIES, Dynamics, State

SLOT = 0.25
OFF = power.AdvancedCapabilities2(four_hz=True, eight_hz=False, rider_position=False).encode()
ON = power.AdvancedCapabilities2(four_hz=False, eight_hz=True, rider_position=True).encode()
WITHOUT = power.AdvancedCapabilities2(four_hz=True, eight_hz=False, power_phase=False).encode()
POWER_ONLY = power.PowerOnly(power_w=200, event_count=1, accumulated_power_w=200).encode()
POSITION = power.PedalPosition(rider_position=RiderPosition.STANDING).encode()


class Pedals:
    """Pedals that obey after so many times of being told, and answer as many times as asked."""

    def __init__(self, obey_after=1, answer=OFF, deaf=()):
        self.obey_after, self.answer, self.deaf = obey_after, answer, list(deaf)
        self.told, self.asked, self.answers = 0, 0, 0

    def receive(self, payload):
        if self.deaf and self.deaf.pop(0):
            return
        if payload == ENABLE:
            self.told += 1
            if self.told == self.obey_after:
                self.answer = ON
        else:
            self.asked += 1
            self.answers = payload[5]

    def broadcast(self):
        if self.answers:
            self.answers -= 1
            return self.answer
        return POWER_ONLY


def converse(pedals, seconds=60.0, sends_position=False):
    """Let both talk until it is settled; return the dynamics, what was sent, and when it ended."""
    dynamics, sent = Dynamics(), []
    for slot in range(int(seconds / SLOT)):
        now = 100.0 + slot * SLOT
        request = dynamics.next_request(now)
        if request is not None:
            sent.append((now - 100.0, request))
            pedals.receive(request)
        page = pedals.broadcast()
        dynamics.read(POSITION if sends_position and pedals.answer == ON else page, now)
        if dynamics.state is not State.ASKING:
            return dynamics, sent, now - 100.0
    return dynamics, sent, seconds


def test_the_bytes_are_those_of_the_reference():
    # Reference notes on FE-C, section 2.5; the request is GoldenCheetah's.
    assert ASK.hex(" ") == "46 ff ff fe ff 02 02 01"
    assert ENABLE.hex(" ") == "02 fe ff ff dc ff dd ff"


def test_pedals_that_can_are_asked_told_and_asked_again():
    dynamics, sent, _ = converse(Pedals())
    assert [payload for _, payload in sent] == [ASK, ENABLE, ASK]
    assert dynamics.enabled
    assert not dynamics.refused
    assert dynamics.reason == ""


def test_messages_stand_apart():
    _, sent, _ = converse(Pedals(obey_after=3))
    times = [time for time, _ in sent]
    assert times[0] == 0.0
    assert all(b - a >= INTERVAL for a, b in pairwise(times))


def test_a_position_page_is_confirmation_enough():
    dynamics, sent, _ = converse(Pedals(), sends_position=True)
    assert dynamics.enabled
    assert [payload for _, payload in sent] == [ASK, ENABLE]


def test_pedals_that_send_positions_already_are_told_nothing():
    dynamics = Dynamics()
    dynamics.read(POSITION, 1.0)
    assert dynamics.enabled
    assert dynamics.next_request(1.0) is None


def test_pedals_that_have_it_on_already_are_told_nothing():
    dynamics, sent, _ = converse(Pedals(answer=ON))
    assert dynamics.enabled
    assert [payload for _, payload in sent] == [ASK]


def test_pedals_that_cannot_are_left_alone():
    dynamics, sent, when = converse(Pedals(answer=WITHOUT, obey_after=99))
    assert dynamics.refused
    assert dynamics.reason == "it does not know the rider's position"
    assert [payload for _, payload in sent] == [ASK]
    assert when < 1.0


def test_pedals_that_will_not_are_given_up_after_some_tries():
    dynamics, sent, _ = converse(Pedals(obey_after=99))
    assert dynamics.refused
    assert "would not" in dynamics.reason
    assert [payload for _, payload in sent] == [ASK, ENABLE] * TRIES + [ASK]


def test_a_meter_that_never_answers_is_given_up():
    dynamics, sent, when = converse(Pedals(deaf=[True] * 99))
    assert dynamics.refused
    assert "does not answer" in dynamics.reason
    assert PATIENCE <= when <= PATIENCE + INTERVAL
    assert {payload for _, payload in sent} == {ASK}
    assert dynamics.next_request(when + 1000.0) is None


@pytest.mark.parametrize("position_alone", [True, False])
def test_position_without_the_rate_is_not_on(position_alone):
    half = power.AdvancedCapabilities2(
        four_hz=True, eight_hz=not position_alone, rider_position=position_alone
    )
    dynamics = Dynamics()
    assert dynamics.next_request(0.0) == ASK
    dynamics.read(half.encode(), 0.25)
    assert dynamics.next_request(INTERVAL) == ENABLE


def test_a_late_answer_does_not_count_against_them():
    dynamics = Dynamics()
    assert dynamics.next_request(0.0) == ASK
    dynamics.read(OFF, 0.25)
    assert dynamics.next_request(INTERVAL) == ENABLE
    dynamics.read(OFF, INTERVAL + 0.1)  # the second copy of the first answer
    assert dynamics.next_request(2 * INTERVAL) == ASK


def test_other_sub_pages_and_noise_say_nothing():
    dynamics = Dynamics()
    assert dynamics.next_request(0.0) == ASK
    for payload in (
        power.CrankParameters(
            crank_length_status="default",
            software_mismatch="identical",
            sensors="both",
            custom_calibration="not_supported",
        ).encode(),
        b"\x02\xaa" + bytes(6),
        b"\xf3" + bytes(7),
        b"\xe2",
        b"",
    ):
        dynamics.read(payload, 0.5)
    assert dynamics.state is State.ASKING


@given(
    obey_after=st.integers(1, TRIES),
    deaf=st.lists(st.booleans(), max_size=12).filter(lambda x: "11111" not in _bits(x)),
)
def test_lost_messages_only_cost_time(obey_after, deaf):
    # Five losses in a row are silence for good: PATIENCE is over by then.
    dynamics, sent, _ = converse(Pedals(obey_after=obey_after, deaf=deaf))
    told = sum(payload == ENABLE for _, payload in sent)
    assert told <= TRIES
    if not any(deaf):
        assert dynamics.enabled
        assert told == obey_after
    assert dynamics.enabled or told == TRIES


def _bits(flags):
    return "".join("1" if flag else "0" for flag in flags)


@given(st.lists(st.binary(min_size=0, max_size=9), max_size=30))
def test_whatever_is_heard_it_ends(payloads):
    dynamics = Dynamics()
    now, sent = 0.0, 0
    for payload in payloads:
        dynamics.read(payload, now)
        sent += dynamics.next_request(now) is not None
        now += SLOT
    while dynamics.state is State.ASKING:
        sent += dynamics.next_request(now) is not None
        now += SLOT
        assert now < 60.0
    assert sent < 60.0 / INTERVAL
