"""A whole ride of the real engine on the simulated trainer, without clock, journal and displays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from coach import profile
from coach.engine import TICK, Engine
from coach.messages import Command, Cue, Event, EventKind, Page, Sample
from coach.receiver import Receiver
from coach.trainers.simulated import SimulatedTrainer
from coach.trainers.simulated.model import load_model
from coach.workout import Segment, Workout

RIDER = profile.example_rider()


@dataclass
class Ridden:
    """What came of a ride; times count from its first step."""

    workout: Workout
    engine: Engine
    samples: list[Sample] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    commands: list[tuple[float, Command]] = field(default_factory=list)

    def of(self, segment: Segment) -> list[Sample]:
        return [sample for sample in self.samples if sample.segment == segment.index]

    def positions(self) -> Iterator[tuple[float, str]]:
        """When pedals saw the rider change, and to what."""
        for event in self.events:
            if event.kind is EventKind.POSITION:
                yield event.time, event.text


def compiled(name: str, **choices: object) -> Workout:
    plan = profile.load_workout(profile.find_workout(name))
    return profile.compile_workout(plan, RIDER, **choices)  # type: ignore[arg-type]


def ride(workout: Workout, model: str, seed: int) -> Ridden:
    """Ride until the load is off; a ride that does not end fails."""
    engine, receiver = Engine(workout, RIDER), Receiver()
    trainer = SimulatedTrainer(RIDER, seed)
    trainer.rider.model = load_model(model)
    trainer.open(0.0)
    ridden = Ridden(workout, engine)
    now = 0.0
    while not engine.done:
        assert now < 1.5 * workout.duration, "the ride does not end"
        for page in trainer.poll(now):
            assert isinstance(page, Page)
            receiver.read(page)
        step = engine.step(now, receiver.telemetry)
        for at, command in step.commands:
            trainer.send(command, at)
        trainer.rider.show(engine.snapshot(), step.cues)
        ridden.samples += step.samples
        ridden.cues += step.cues
        ridden.events += step.events
        ridden.commands += step.commands
        now += TICK
    return ridden
