"""A trainer as it is: found, asked, loaded, lost, found again, and let go of with its load off.

With a trainer awake, a rider on it, and the stick plugged in:

    python -m pytest tests/hardware --trainer ant:12345,heart=none,power=none

Each line that begins with >>> asks the rider to do something. With ``--stick virtual`` everything
runs on the pretend stick in seconds; there, faults do what the rider is asked to do.
"""

from __future__ import annotations

import pytest
from trial import A_PERSON, CONFIRMED, FOUND, Session, Trial

from coach.messages import (
    BasicResistance,
    Capabilities,
    Command,
    EventKind,
    Source,
    TargetPower,
    TrackResistance,
)
from coach.protocol.fec import CommandStatus, FeCapabilities
from coach.trainers.faults import Fault, FaultKind
from coach.wire import release_command

pytestmark = pytest.mark.hardware

HILL = TrackResistance(0.02)
# Exact in their pages, so that the echo is equal.
MODES = {
    "simulation": HILL,
    "target_power": TargetPower(100.0),
    "basic_resistance": BasicResistance(0.1),
}
RECOVERY = 3.0
"""A trainer that is back has its load again within this [s]."""


def capabilities(session: Session) -> dict[str, bool | None]:
    session.until(lambda: session.connection.wait(0.25).capabilities, FOUND)
    known = session.connection.wait(0.0).capabilities
    return {name: getattr(known, name, None) for name in MODES}


def test_the_trainer_says_what_it_can_do(trial: Trial) -> None:
    session = trial.connect()
    with session.connection:
        session.find()
        known = capabilities(session)
        session.ask(0x50)
        session.until(lambda: session.page(0x50) != "never", CONFIRMED)
    trial.note(f"capabilities (page 54): {session.page(FeCapabilities.number)} {known}")
    trial.note(f"manufacturer (page 80): {session.page(0x50)}")
    assert session.told(EventKind.LINK_FOUND, Source.TRAINER)
    assert any(known.values()), "page 54 was not answered, or it can do nothing"


@pytest.mark.parametrize("capability", MODES)
def test_a_load_is_confirmed_by_the_trainer(trial: Trial, capability: str) -> None:
    command = MODES[capability]
    session = trial.connect()
    with session.connection as trainer:
        session.find()
        if capabilities(session)[capability] is False:
            pytest.skip(f"this trainer has no {capability}, by its own word")
        asked = session.now()
        trainer.send(command)
        confirmed = session.until(lambda: session.passed(command), CONFIRMED)
        took = session.now() - asked
    trial.note(f"{capability}: {took:.2f} s, page 71: {session.page(CommandStatus.number)}")
    assert confirmed, f"{command} was not confirmed: {trainer.replies}, {trainer.events}"


def test_leaving_takes_the_load_off(trial: Trial) -> None:
    loaded = trial.connect()
    with loaded.connection as trainer:
        loaded.find()
        trainer.send(HILL)
        assert loaded.until(lambda: loaded.passed(HILL), CONFIRMED)
        capabilities(loaded)
        known = trainer.wait(0.0).capabilities or Capabilities()
    after = trial.connect()
    with after.connection as trainer:
        after.find()
        trainer.replies.clear()
        after.ask(CommandStatus.number)
        after.until(lambda: trainer.replies, CONFIRMED)
        holds = [reply.echo for reply in trainer.replies]
    trial.note(f"page 71 after the release: {after.page(CommandStatus.number)}")
    assert holds, "the trainer does not say what it was told last"
    assert holds[-1] == release_command(known)


def test_power_is_measured(trial: Trial) -> None:
    session = trial.connect()
    with session.connection as trainer:
        session.find()
        trial.tell("Pedal steadily for half a minute.")
        pedals = session.until(lambda: trainer.wait(0.25).power, A_PERSON)
        assert pedals, "no power was measured"
        trainer.wait(5.0)
        before = trainer.wait(0.0)
        powers = []
        for _ in range(20):
            power = trainer.wait(1.0).power
            assert power is not None, "power went silent while the trainer was heard"
            powers.append(power)
        after = trainer.wait(0.0)
    assert after.cadence
    assert after.power_events, "the trainer has no sum of its power"
    assert before.power_events
    counted = after.power_events - before.power_events
    assert counted > 0
    shown = sum(powers) / 20
    summed = ((after.power_total or 0.0) - (before.power_total or 0.0)) / counted
    trial.note(f"mean power {shown:.0f} W, by the trainer's own sum {summed:.0f} W")
    assert shown == pytest.approx(summed, rel=0.15)


def test_a_trainer_that_was_away_gets_its_load_again(trial: Trial) -> None:
    trial.pretend(Fault(FaultKind.ASLEEP, 20.0, 32.0, (Source.TRAINER,)))
    session = trial.connect()
    with session.connection as trainer:
        session.find()
        trainer.send(HILL)
        assert session.until(lambda: session.passed(HILL), CONFIRMED)
        trial.tell("Take the trainer's plug out, or carry the stick out of its reach.")
        lost = session.until(lambda: session.told(EventKind.LINK_LOST, Source.TRAINER), A_PERSON)
        assert lost, "the link was not lost"
        trial.tell("Now put the plug in again (turn the cranks), or bring the stick back.")
        is_back = session.until(lambda: session.told(EventKind.LINK_BACK, Source.TRAINER), A_PERSON)
        assert is_back, "the link did not come back"
        recovered(trial, session, HILL)


def test_a_stick_that_was_pulled_out_goes_on(trial: Trial) -> None:
    trial.pretend(Fault(FaultKind.UNPLUGGED, 20.0, 28.0))
    session = trial.connect()
    with session.connection as trainer:
        session.find()
        trainer.send(HILL)
        assert session.until(lambda: session.passed(HILL), CONFIRMED)
        trial.tell("Pull the stick out of the computer.")
        lost = session.until(lambda: session.told(EventKind.STICK_LOST), A_PERSON)
        assert lost, "it was not noticed"
        trial.tell("Put the stick in again.")
        is_back = session.until(lambda: session.told(EventKind.STICK_BACK), A_PERSON)
        assert is_back, "the stick was not opened again"
        assert session.until(lambda: session.told(EventKind.LINK_BACK, Source.TRAINER), FOUND)
        recovered(trial, session, HILL)


def recovered(trial: Trial, session: Session, command: Command) -> None:
    """Assert that the load was there again soon after the trainer was heard again."""
    back = session.told(EventKind.LINK_BACK, Source.TRAINER)
    assert back is not None
    session.until(lambda: session.passed(command, back.time), CONFIRMED)
    reply = session.passed(command, back.time)
    assert reply is not None, "the load was not sent again, or not confirmed"
    trial.note(f"the load was confirmed {reply.time - back.time:.2f} s after the trainer was back")
    assert reply.time - back.time <= RECOVERY
