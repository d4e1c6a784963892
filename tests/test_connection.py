"""A trainer under the hands of a program: what it is told, and what is left behind."""

from __future__ import annotations

import pytest

from coach.clock import SteppedClock
from coach.errors import EncodeError, TrainerNotFound, TrainerUnavailable
from coach.messages import (
    Command,
    EventKind,
    TargetPower,
    TrackResistance,
    UserConfiguration,
)
from coach.profile import example_rider
from coach.protocol import fec
from coach.trainers.connection import Connection, connect
from coach.trainers.stick.air import Air
from coach.trainers.stick.stick import PretendStick


class Room:
    """A stick, a trainer on its air, and what reached that trainer."""

    def __init__(self) -> None:
        self.clock = SteppedClock()
        self.air = Air(example_rider())
        self.stick = PretendStick(self.clock, self.air)
        self.reached: list[Command] = []
        self.air.record = self._reached

    def _reached(self, time: float, payload: bytes) -> None:
        page = fec.decode(payload, sender="display")
        if page.number in fec.COMMANDS:
            command = fec.command_from(page)
            assert command is not None
            self.reached.append(command)

    def connect(self, text: str = "ant:12345,heart=none,power=none") -> Connection:
        return connect(text, clock=self.clock, stick=self.stick)


def test_a_grade_is_set_power_is_read_and_the_load_is_off_at_the_end() -> None:
    room = Room()
    with room.connect() as trainer:
        trainer.send(TrackResistance(0.03))
        telemetry = trainer.wait(20.0)
    assert telemetry.power
    assert [reply.echo for reply in trainer.replies] == [TrackResistance(0.03)]
    assert [event.kind for event in trainer.events] == [
        EventKind.LINK_SEARCHING,
        EventKind.LINK_FOUND,
    ]
    assert room.reached == [TrackResistance(0.03), TrackResistance(0.0)]


def test_a_trainer_that_asks_who_rides_is_told_once() -> None:
    room = Room()
    rider = example_rider()
    text = "ant:12345,heart=none,power=none"
    with connect(text, rider, clock=room.clock, stick=room.stick) as trainer:
        trainer.wait(20.0)
    (told,) = room.reached
    assert isinstance(told, UserConfiguration)
    assert (told.rider_mass, told.bike_mass) == (rider.mass, rider.bike.mass)


def test_a_trainer_that_does_not_stop_asking_is_told_every_five_seconds() -> None:
    room = Room()
    told = room.air.trainer.receive
    deaf = fec.UserConfiguration.number
    room.air.trainer.receive = lambda page: None if page[0] == deaf else told(page)  # type: ignore[assignment, method-assign]
    with connect("ant:12345", example_rider(), clock=room.clock, stick=room.stick) as trainer:
        trainer.wait(21.0)
    assert 3 <= sum(isinstance(each, UserConfiguration) for each in room.reached) <= 5


def test_a_fault_of_the_program_leaves_no_load_behind() -> None:
    room = Room()

    def fail() -> None:
        with room.connect() as trainer:
            trainer.wait(3.0)
            trainer.send(TargetPower(300.0))
            trainer.wait(5.0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert room.reached == [TargetPower(300.0), TrackResistance(0.0)]


def test_a_load_asked_for_at_the_last_moment_is_not_left_behind_either() -> None:
    room = Room()
    with room.connect() as trainer:
        trainer.wait(3.0)
        trainer.send(TargetPower(300.0))
    assert room.reached[-1] == TrackResistance(0.0)


def test_a_trainer_that_was_asked_nothing_is_told_nothing() -> None:
    room = Room()
    with room.connect() as trainer:
        trainer.wait(5.0)
    assert room.reached == []


def test_plain_ant_takes_what_is_heard_alone_and_not_the_trainers_own_power() -> None:
    room = Room()
    with room.connect("ant") as trainer:
        trainer.wait(10.0)
    found = [event.text for event in trainer.events if event.kind is EventKind.LINK_FOUND]
    assert sorted(found) == [
        "heart-rate strap 23456 found",
        "power meter 34567 found",
        "trainer 12345 found",
    ]


def test_an_empty_air_is_a_sentence() -> None:
    room = Room()
    for master in room.air.masters:
        master.device_type = 40
    with pytest.raises(TrainerNotFound, match="turn the cranks"), room.connect("ant"):
        pass


def test_no_stick_is_a_sentence() -> None:
    def none() -> PretendStick:
        raise TrainerUnavailable("no ANT stick is plugged in")

    with pytest.raises(TrainerUnavailable, match="stick"), connect("ant:5", stick=none):
        pass


def test_what_does_not_fit_its_page_is_refused() -> None:
    room = Room()
    with room.connect() as trainer, pytest.raises(EncodeError):
        trainer.send(TargetPower(5000.0))


def test_a_simulated_trainer_needs_no_stick() -> None:
    with connect("sim", clock=SteppedClock()) as trainer:
        assert trainer.wait(10.0).power is not None
