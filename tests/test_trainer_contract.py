"""The rules of `coach.trainers.base.Trainer`, one function each, for every trainer."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach import trainers
from coach.clock import ManualClock, SteppedClock
from coach.errors import RideFileError, RiderInputError
from coach.messages import (
    BasicResistance,
    Command,
    Event,
    HeartBeat,
    Page,
    RecordingEnded,
    Reply,
    RiderPosition,
    Source,
    TargetPower,
    Telemetry,
    TimerEvent,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.ride import PositionChange, Ride, RrIntervals
from coach.rider import Devices, Rider
from coach.trainers.ant import devices as ant
from coach.trainers.ant.driver import AntTrainer
from coach.trainers.base import Message, Trainer
from coach.trainers.replay import ReplayTrainer
from coach.trainers.simulated import SimulatedTrainer
from coach.trainers.stick.air import Air
from coach.trainers.stick.stick import PretendStick
from coach.trainers.uncontrolled import UncontrolledTrainer

RIDER = Rider("Test", 75.0, 220.0, maximum_heart_rate=185.0, resting_heart_rate=60.0)
LENGTH = 30.0

COMMANDS = (
    UserConfiguration(75.0, 9.0, 0.668),
    WindResistance(0.39),
    TrackResistance(0.06),
    TrackResistance(-0.01),
    TargetPower(200.0),
    TargetPower(0.0),
    TargetPower(4000.0),
    BasicResistance(0.3),
    BasicResistance(0.0),
    BasicResistance(1.0),
)


def recording() -> Ride:
    """Return 24 s: a repeated stamp, a step back, a pause, changes of position, heart beats."""
    time = np.array([0.0, 1, 2, 2, 3, 1, 4, 5, 18, 19, 20.5, 22, 24])
    ride = Ride.from_columns(time, power=np.linspace(100.0, 160.0, time.size))
    ride.positions = [
        PositionChange(2.5, RiderPosition.TRANSITION_TO_STANDING),
        PositionChange(2.75, RiderPosition.STANDING),
    ]
    ride.rr_intervals = RrIntervals(np.array([-1.0, 2.0, 2.0, 10.0]), np.full(4, 0.75))
    return ride


class OnTheAir:
    """An ANT trainer on the pretend stick, through openant; time passes for all three at once."""

    def __init__(self) -> None:
        self._clock = SteppedClock()
        self._stick: PretendStick | None = None
        self._trainer = AntTrainer(ant.Devices(12345, 23456, 34567), self._clock, self._plug_in)

    def _plug_in(self) -> PretendStick:
        self._stick = self._stick or PretendStick(self._clock, Air(RIDER, seed=3))
        return self._stick

    def open(self, now: float) -> None:
        self._clock.sleep_until(now)
        self._clock.follow(self._trainer)
        self._trainer.open(now)

    def poll(self, now: float) -> Sequence[Message]:
        self._clock.sleep_until(now)
        return self._trainer.poll(now)

    def send(self, command: Command, now: float) -> None:
        self._clock.sleep_until(now)
        self._trainer.send(command, now)

    def close(self) -> None:
        self._trainer.close()


@pytest.fixture(autouse=True)
def nobody_left_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test leaves open: its thread would go on reading."""
    made: list[OnTheAir] = []
    begin = OnTheAir.__init__

    def remember(self: OnTheAir) -> None:
        begin(self)
        made.append(self)

    monkeypatch.setattr(OnTheAir, "__init__", remember)
    yield
    for each in made:
        each.close()


MAKERS: dict[str, Callable[[], Trainer]] = {
    "ant": OnTheAir,
    "sim": lambda: SimulatedTrainer(RIDER, seed=3),
    "none": UncontrolledTrainer,
    "replay": lambda: ReplayTrainer(recording()),
}
TALKERS = ("ant", "sim", "replay")
WITHOUT_THREADS = ("sim", "none", "replay")


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[[], Trainer]:
    return MAKERS[request.param]


@pytest.fixture(params=TALKERS)
def make_talker(request: pytest.FixtureRequest) -> Callable[[], Trainer]:
    return MAKERS[request.param]


def said_at(message: Message) -> float:
    """Return the time of a message; a telemetry's is that of its latest device."""
    if isinstance(message, Telemetry):
        times = (message.time, message.heart_rate_time, message.position_time)
        return max(at for at in times if at is not None)
    return message.time


def listen(
    trainer: Trainer,
    polls: list[float],
    commands: tuple[tuple[float, object], ...] = (),
    origin: float = 0.0,
) -> list[Message]:
    """Open at `origin`, poll at the times given, send each command at its own; return all said."""
    trainer.open(origin)
    heard: list[Message] = []
    waiting = list(commands)
    for now in sorted({*polls, *(at for at, _ in commands)}):
        if now in polls:
            heard += trainer.poll(origin + now)
        while waiting and waiting[0][0] <= now:
            trainer.send(waiting.pop(0)[1], origin + now)  # type: ignore[arg-type]
    trainer.close()
    return heard


def every(step: float) -> list[float]:
    return [step * index for index in range(int(LENGTH / step) + 1)]


# --- the rules ------------------------------------------------------------------------


def test_says_only_messages(make: Callable[[], Trainer]) -> None:
    kinds = (Page, Telemetry, Reply, Event, TimerEvent, HeartBeat, RecordingEnded)
    assert all(isinstance(message, kinds) for message in listen(make(), every(0.25)))


def test_says_something(make_talker: Callable[[], Trainer]) -> None:
    assert len(listen(make_talker(), every(0.25))) > 10


def test_says_nothing_before_it_is_open(make: Callable[[], Trainer]) -> None:
    assert list(make().poll(100.0)) == []


def test_says_nothing_older_than_the_opening(make: Callable[[], Trainer]) -> None:
    heard = listen(make(), every(0.25), origin=5000.0)
    assert all(said_at(message) >= 5000.0 for message in heard)


def test_says_nothing_from_the_future(make: Callable[[], Trainer]) -> None:
    trainer = make()
    trainer.open(0.0)
    for now in every(0.1):
        assert all(said_at(message) <= now for message in trainer.poll(now))


def test_a_poll_returns_everything_up_to_and_including_now(
    make_talker: Callable[[], Trainer],
) -> None:
    # Whatever is heard later must also have been said later.
    trainer = make_talker()
    trainer.open(0.0)
    before = -1.0
    for now in every(0.1):
        assert all(said_at(message) > before for message in trainer.poll(now))
        before = now


def test_time_never_runs_backward(make: Callable[[], Trainer]) -> None:
    times = [said_at(message) for message in listen(make(), every(0.25))]
    assert times == sorted(times)


def test_a_second_poll_at_the_same_time_says_nothing_again(make: Callable[[], Trainer]) -> None:
    trainer = make()
    trainer.open(0.0)
    for now in every(1.0):
        trainer.poll(now)
        assert list(trainer.poll(now)) == []


def test_the_clock_may_start_anywhere(make: Callable[[], Trainer]) -> None:
    # Quarter seconds are exact at both origins.
    here, there = listen(make(), every(0.25)), listen(make(), every(0.25), origin=65536.0)
    assert [said_at(message) + 65536.0 for message in here] == pytest.approx(
        [said_at(message) for message in there], abs=1e-9
    )
    assert [_content(message) for message in here] == [_content(message) for message in there]


def _content(message: Message) -> object:
    if isinstance(message, Page):
        return message.source, message.payload
    if isinstance(message, Telemetry):
        return message.power, message.position, message.sample
    return type(message)


SCHEDULE = tuple((2.3 * index + 0.1, command) for index, command in enumerate(COMMANDS))


def test_polled_rarely_or_often_it_says_the_same(make: Callable[[], Trainer]) -> None:
    often = listen(make(), every(0.05), SCHEDULE)
    once = listen(make(), [LENGTH], SCHEDULE)
    assert once == often


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(sorted(MAKERS)),
    gaps=st.lists(st.floats(0.01, 7.0, allow_subnormal=False), max_size=40),
)
def test_no_rhythm_of_polls_loses_or_repeats_anything(name: str, gaps: list[float]) -> None:
    times = [float(at) for at in np.cumsum(gaps) if at < LENGTH]
    reference = listen(MAKERS[name](), every(0.25), SCHEDULE)
    assert listen(MAKERS[name](), [*times, LENGTH], SCHEDULE) == reference


def test_it_does_not_matter_whether_poll_or_send_comes_first(make: Callable[[], Trainer]) -> None:
    ends = []
    for poll_first in (True, False):
        trainer = make()
        trainer.open(0.0)
        heard: list[Message] = []
        for index, now in enumerate(every(0.25)):
            command = COMMANDS[index % len(COMMANDS)]
            if poll_first:
                heard += trainer.poll(now)
                trainer.send(command, now)
            else:
                trainer.send(command, now)
                heard += trainer.poll(now)
        ends.append(heard)
    assert ends[0] == ends[1]


def test_two_of_a_kind_say_the_same(make: Callable[[], Trainer]) -> None:
    assert listen(make(), every(0.25), SCHEDULE) == listen(make(), every(0.25), SCHEDULE)


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(sorted(MAKERS)),
    sent=st.lists(st.tuples(st.floats(0.0, LENGTH), st.sampled_from(COMMANDS)), max_size=30),
)
def test_any_command_may_come_at_any_time(name: str, sent: list[tuple[float, TargetPower]]) -> None:
    in_order = tuple(sorted(sent, key=lambda pair: pair[0]))
    times = [said_at(message) for message in listen(MAKERS[name](), every(0.5), in_order)]
    assert times == sorted(times)
    if name in TALKERS:
        assert times


def test_a_command_before_open_counts_for_nothing(make: Callable[[], Trainer]) -> None:
    trainer = make()
    for command in COMMANDS:
        trainer.send(command, 0.0)
    assert listen(trainer, every(0.25)) == listen(make(), every(0.25))


def test_a_command_after_close_is_quiet(make: Callable[[], Trainer]) -> None:
    trainer = make()
    trainer.open(1.0)
    trainer.poll(2.0)
    trainer.close()
    for command in COMMANDS:
        trainer.send(command, 3.0)
    assert list(trainer.poll(LENGTH)) == []


def test_nothing_is_said_after_close(make_talker: Callable[[], Trainer]) -> None:
    trainer = make_talker()
    trainer.open(0.0)
    assert list(trainer.poll(4.0))
    trainer.close()
    assert list(trainer.poll(LENGTH)) == []


def test_close_may_come_at_any_time_and_twice(make: Callable[[], Trainer]) -> None:
    unopened = make()
    unopened.close()
    unopened.close()
    opened = make()
    opened.open(0.0)
    opened.close()
    opened.close()
    assert list(unopened.poll(1.0)) == list(opened.poll(1.0)) == []


def test_opening_twice_is_an_error_of_the_caller(make: Callable[[], Trainer]) -> None:
    trainer = make()
    trainer.open(0.0)
    with pytest.raises(RuntimeError, match="once"):
        trainer.open(1.0)


@pytest.mark.parametrize("name", WITHOUT_THREADS)
def test_no_call_waits_or_asks_the_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make = MAKERS[name]

    def waits(*_: object, **__: object) -> None:
        raise AssertionError("this trainer waits, or asks a clock of its own")

    with monkeypatch.context() as patch:
        for name in ("sleep", "time", "monotonic", "perf_counter"):
            patch.setattr(time, name, waits)
        patch.setattr(threading.Thread, "start", waits)
        patch.setattr(threading.Thread, "join", waits)
        patch.setattr(threading.Condition, "wait", waits)
        patch.setattr(socket.socket, "connect", waits)
        heard = listen(make(), every(0.25), SCHEDULE)
    assert heard == listen(make(), every(0.25), SCHEDULE)


# --- chosen by text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sim", SimulatedTrainer),
        ("sim:", SimulatedTrainer),
        ("sim:seed=0", SimulatedTrainer),
        ("sim:response=fast,seed=2147483647", SimulatedTrainer),
        ("none", UncontrolledTrainer),
    ],
)
def test_a_text_names_a_trainer(text: str, kind: type[Trainer]) -> None:
    assert type(trainers.make(text, RIDER)) is kind


def test_the_seed_in_the_text_counts() -> None:
    text, seven, eight = (
        listen(trainer, every(1.0))
        for trainer in (
            trainers.make("sim:seed=8", RIDER),
            trainers.make("sim", RIDER),
            SimulatedTrainer(RIDER, seed=8),
        )
    )
    assert text == eight
    assert text != seven
    assert seven == listen(SimulatedTrainer(RIDER, seed=7), every(1.0))


def test_the_response_in_the_text_counts() -> None:
    step = ((5.0, TargetPower(300.0)),)
    fast, slow, medium, default = (
        listen(trainers.make(text, RIDER), every(1.0), step)
        for text in ("sim:response=fast", "sim:response=slow", "sim:response=medium", "sim")
    )
    assert medium == default
    assert fast != medium != slow != fast


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("simulator", ("'simulator'", "sim, none, replay")),
        ("", ("sim, none, replay",)),
        ("SIM", ("'SIM'", "sim, none, replay")),
        ("replya:x.fit", ("did you mean 'replay'",)),
        ("sim:sead=7", ("'sead'", "did you mean 'seed'")),
        ("sim:7", ("'7'", "seed=7")),
        ("sim:seed=", ("whole number from 0",)),
        ("sim:seed=-1", ("whole number from 0", "'-1'")),
        ("sim:seed=1.5", ("whole number from 0",)),
        ("sim:seed=²", ("whole number from 0",)),
        ("sim:seed=99999999999999999999", ("2147483647",)),
        ("sim:seed=2147483648", ("2147483647",)),
        ("sim:response=quick", ("fast, medium, slow",)),
        ("none:loud", ("no options",)),
        ("replay", ("replay:FILE",)),
        ("replay:", ("replay:FILE",)),
        ("ANT", ("'ANT'", "did you mean 'ant'")),
        ("ant+", ("did you mean 'ant'",)),
        ("ant:0", ("1 to 65535", "'0'", "coach scan")),
        ("ant:65536", ("1 to 65535", "'65536'")),
        ("ant:-1", ("1 to 65535", "'-1'")),
        ("ant:1.5", ("1 to 65535",)),
        ("ant:²", ("1 to 65535",)),
        ("ant:99999999999999999999", ("1 to 65535",)),
        ("ant:kickr", ("device number is a whole number", "'kickr'")),
        ("ant:,heart=none", ("1 to 65535", "''")),
        ("ant:1,2", ("no option '2'", "ant:12345,heart=23456")),
        ("ant:heart=none,1", ("no option '1'",)),
        ("ant:1,hart=5", ("no option 'hart=5'", "did you mean 'heart'")),
        ("ant:1,heart", ("heart is none or a whole number from 1 to 65535", "''")),
        ("ant:heart", ("heart is none or a whole number from 1 to 65535", "''")),
        ("ant:1,heart=2,heart=3", ("heart is named twice",)),
        ("ant:1,power=none,power=3", ("power is named twice",)),
        ("ant:1,heart=", ("heart is none or a whole number from 1 to 65535", "''")),
        ("ant:1,heart=no", ("heart is none or a whole number",)),
        ("ant:1,power=0", ("power is none or a whole number",)),
        ("ant:1,", ("no option ''",)),
        ("ble", ("not there yet", "ant, sim, none, replay work today")),
        ("BLE:KICKR", ("not there yet",)),
    ],
)
def test_a_text_that_names_no_trainer_says_what_would(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(RiderInputError) as error:
        trainers.check(text)
    sentence = str(error.value)
    with pytest.raises(RiderInputError, match=re.escape(sentence)):
        trainers.make(text, RIDER)
    assert "\n" not in sentence
    assert "::" not in sentence
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sim:seed=3,response=slow", "sim"),
        ("none", "none"),
        ("replay:absent.fit", "replay"),
        ("ant", "ant"),
        ("ant:12345,heart=none,power=7", "ant"),
    ],
)
def test_a_text_is_checked_before_there_is_a_rider(text: str, kind: str) -> None:
    assert trainers.check(text) == kind


HEART, POWER = Source.HEART_RATE, Source.POWER_METER
OWN = replace(RIDER, devices=Devices(trainer=1, heart_rate=2, power_meter=3))


@pytest.mark.parametrize(
    ("text", "rider", "expected"),
    [
        ("ant", RIDER, ant.Devices()),
        ("ant:", RIDER, ant.Devices()),
        ("ant:65535", RIDER, ant.Devices(65535)),
        ("ant:7,heart=8,power=9", RIDER, ant.Devices(7, 8, 9)),
        ("ant:power=9", RIDER, ant.Devices(None, None, 9)),
        ("ant:heart=none", RIDER, ant.Devices(without=frozenset({HEART}))),
        # What the rider file names counts where the text says nothing.
        ("ant", OWN, ant.Devices(1, 2, 3)),
        ("ant:7", OWN, ant.Devices(7, 2, 3)),
        ("ant:heart=8", OWN, ant.Devices(1, 8, 3)),
        ("ant:power=none", OWN, ant.Devices(1, 2, None, frozenset({POWER}))),
        (
            "ant:7,heart=none,power=none",
            OWN,
            ant.Devices(7, None, None, frozenset({HEART, POWER})),
        ),
    ],
)
def test_a_text_and_a_rider_name_the_devices(
    text: str, rider: Rider, expected: ant.Devices, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[object, ...]] = []
    monkeypatch.setattr("coach.trainers.ant.driver.AntTrainer", lambda *given: made.append(given))
    clock, stick = ManualClock(), lambda: None
    trainers.make(text, rider, clock=clock, stick=stick)  # type: ignore[arg-type]
    assert made == [(expected, clock, stick)]


def test_a_recording_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises((RiderInputError, RideFileError), match=r"absent\.fit"):
        trainers.make(f"replay:{tmp_path / 'absent.fit'}", RIDER)
