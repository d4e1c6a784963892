"""The spin-down: from the request to the result, and every way it can go wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import CommandRejected, TrainerTimeout
from coach.messages import (
    BasicResistance,
    TargetPower,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.protocol import fec
from coach.trainers.ant.calibration import (
    ANSWER_TIME,
    LONGEST,
    REQUEST,
    REQUEST_INTERVAL,
    Calibration,
    Result,
    Step,
    is_load,
)

# Reference notes on FE-C, 3.3: spin-down done, 23.0 degrees, 1000 ms (incyclist).
DONE = bytes.fromhex("01 80 00 60 ff ff e8 03")
FAILED = bytes.fromhex("01 00 00 60 ff ff ff ff")


def progress(speed="too_low", target=10.0, temperature="ok", pending=True, **more):
    return fec.CalibrationInProgress(
        spin_down_pending=pending,
        speed_condition=speed,
        temperature_condition=temperature,
        target_speed_mps=target,
        **more,
    ).encode()


def begun(now=0.0):
    calibration = Calibration(load_on=False)
    assert calibration.next_request(now) == REQUEST
    return calibration


def test_the_request_is_that_of_the_reference():
    # GoldenCheetah and AntPlus, in the reference notes, 3.1.
    assert REQUEST.hex(" ") == "01 80 00 ff ff ff ff ff"


def test_from_request_to_result():
    calibration = begun()
    assert calibration.state is Step.REQUESTED
    calibration.step(progress("too_low"))
    assert calibration.state is Step.SPEED_UP
    assert calibration.words == "Speed up to 36.0 km/h, and pedal until you are told to stop."
    calibration.step(progress("ok"))
    assert calibration.state is Step.COAST
    assert "Stop pedalling" in calibration.words
    calibration.step(DONE)
    assert calibration.state is Step.SUCCEEDED
    assert calibration.over
    assert calibration.result == Result(spin_down_time=1.0, temperature=23.0)
    assert calibration.words == "Calibrated: the wheel coasted for 1.00 s at 23 °C."
    assert calibration.next_request(1000.0) is None


def test_who_coasts_is_not_told_to_pedal_when_the_wheel_slows_down():
    calibration = begun()
    calibration.step(progress("ok"))
    calibration.step(progress("too_low"))
    assert calibration.state is Step.COAST


def test_it_may_fail():
    calibration = begun()
    calibration.step(progress("too_low"))
    calibration.step(FAILED)
    assert calibration.state is Step.FAILED
    assert calibration.over
    assert calibration.result == Result(None, 23.0)
    assert "failed at 23 °C" in calibration.words
    assert "warm" in calibration.words


def test_a_trainer_may_refuse_at_once():
    calibration = begun()
    calibration.step(FAILED)
    assert calibration.state is Step.FAILED


def test_the_result_of_an_earlier_one_is_not_this_one():
    calibration = Calibration(load_on=False)
    calibration.step(DONE)
    assert calibration.next_request(0.0) == REQUEST
    calibration.step(DONE)
    assert calibration.state is Step.REQUESTED
    calibration.step(progress("ok"))
    calibration.step(DONE)
    assert calibration.state is Step.SUCCEEDED


def test_pages_of_a_zero_offset_are_of_another_request():
    calibration = begun()
    calibration.step(
        fec.CalibrationInProgress(
            zero_offset_pending=True,
            temperature_condition="ok",
            speed_condition="ok",
        ).encode()
    )
    calibration.step(fec.CalibrationResponse(zero_offset_success=True, zero_offset=5).encode())
    assert calibration.state is Step.REQUESTED


def test_pages_from_before_the_request_begin_nothing():
    calibration = Calibration(load_on=False)
    calibration.step(progress("ok"))
    assert calibration.state is Step.REQUESTED


def test_the_request_is_repeated_until_answered():
    calibration = Calibration(load_on=False)
    times = [
        now
        for now in (each / 4 for each in range(4 * int(ANSWER_TIME)))
        if calibration.next_request(100.0 + now) is not None
    ]
    assert times == [REQUEST_INTERVAL * each for each in range(int(ANSWER_TIME / REQUEST_INTERVAL))]
    calibration.step(progress())
    assert calibration.next_request(200.0) is None


def test_a_trainer_that_does_not_answer_may_calibrate_itself():
    calibration = begun(50.0)
    assert calibration.next_request(50.0 + ANSWER_TIME - 0.1) is not None
    with pytest.raises(TrainerTimeout, match="may calibrate itself"):
        calibration.next_request(50.0 + ANSWER_TIME)


@pytest.mark.parametrize("speed", ["too_low", "ok"])
def test_a_rider_who_does_not_go_on_is_not_waited_for_for_ever(speed):
    calibration = begun(50.0)
    calibration.step(progress(speed))
    assert calibration.next_request(50.0 + LONGEST - 0.1) is None
    with pytest.raises(TrainerTimeout, match="within 3 minutes"):
        calibration.next_request(50.0 + LONGEST)


def test_refused_with_the_load_on():
    with pytest.raises(CommandRejected, match="finish or pause the climb first"):
        Calibration(load_on=True)


@pytest.mark.parametrize(
    ("command", "load"),
    [
        (TargetPower(200.0), True),
        (TargetPower(0.0), False),
        (TrackResistance(0.05), True),
        (TrackResistance(0.0), False),
        (TrackResistance(-0.02), False),
        (BasicResistance(0.1), True),
        (BasicResistance(0.0), False),
        (WindResistance(0.51), False),
        (UserConfiguration(75.0, 10.0), False),
        (None, False),
    ],
)
def test_what_counts_as_a_load(command, load):
    assert is_load(command) is load


def test_the_speed_of_the_wheel_is_known():
    calibration = begun()
    page = fec.GeneralFeData(
        state="in_use", elapsed_time_s=1.0, speed_mps=7.5, heart_rate_source="none"
    )
    calibration.step(page.encode())
    assert calibration.speed == 7.5


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (progress(target=None), "Speed up, and pedal until you are told to stop."),
        (progress("not_applicable"), "Speed up to 36.0 km/h, then stop pedalling."),
        (progress(temperature="too_low"), "The trainer is cold"),
        (progress(temperature="too_high"), "too hot"),
        (progress(pending=False), "Speed up to 36.0 km/h"),
    ],
)
def test_what_the_rider_is_told(page, words):
    calibration = begun()
    calibration.step(page)
    assert words in calibration.words


@given(st.lists(st.binary(min_size=0, max_size=9), max_size=30), st.booleans())
def test_whatever_is_heard_it_ends_with_a_result_or_a_reason(payloads, asked):
    calibration = begun() if asked else Calibration(load_on=False)
    for payload in payloads:
        calibration.step(payload)
        assert calibration.words.endswith(".")
    if not calibration.over:
        calibration.next_request(0.0)
        with pytest.raises(TrainerTimeout):
            calibration.next_request(LONGEST)
    assert (calibration.result is not None) is calibration.over
