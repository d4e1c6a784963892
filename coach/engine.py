"""The state machine of a ride: time, telemetry and keys in; commands, cues and samples out.

Theory of operation
-------------------
A ride is READY until its first step, then RIDING, PAUSED (`coach.pauses` says why and for how
long) or FINISHED. Two clocks run:
`elapsed_time` from the first step to the finish, `timer_time` only while RIDING. The plan is a
list of segments; the position in it is an index and the seconds spent in that segment, moved by
the timer alone, or on a road (`Segment.length`) the metres made in it, moved by that road.

The engine lives on its own grid of quarter seconds, counted from the first step. `step` may be
called at any rate: it works off every grid point since the last call, each with what was known
then, so that the tick rate of the caller changes nothing; only of the set-points that a late call
would have to send, the last is enough. It has no clock and does no I/O; the
same inputs give the same answers, which is how an old ride is ridden again.

On each grid point, in this order:

1. the timer, and with it the position: a segment that is over hands on to the next, a lap begins;
2. keys; a test that is over (`coach.exhaustion`); a rider at rest or pedalling again, a trainer
   that is gone or back;
3. the road: speed from power, mass and grade by kinetic energy, distance, altitude; a stretch of
   road that is over hands on to the next, as a segment by time has in 1;
4. the coach's words for this moment (`coach.guidance.cues`);
5. control: what the rider should feel becomes commands (`coach.control`);
6. a sample for every full second of the timer.

A swap turns a standing stretch into its seated alternative, load and all else as it was.
Skip and back begin a new lap at the start of a segment, on a road of all that has its name, and
leave what was recorded as it is.
Intensity and the scale of a road's grade lighten what is felt; the plan, the road and the climb's
length stay. Down a road the rider may rest the legs and roll; elsewhere that is a pause. While the
trainer is gone, and until the count-down after its return is over, the load is held and never
rises; a pause of any other cause takes it off. After FINISHED the engine wants to be stepped until
`done`: the load is still on its way out.

Riding a recording (`recording=True`) differs in one thing: the time is the recording's. Its timer
events pause and resume, each of its samples becomes one sample, and the ride ends when it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.control import Control
from coach.exhaustion import BY_RIDER, Exhaustion, beyond, ends_test, over_cue, refused
from coach.guidance.cues import Coach
from coach.guidance.moment import Moment
from coach.messages import (
    SETPOINTS,
    Command,
    Cue,
    CueKind,
    Event,
    EventKind,
    Key,
    LapStarted,
    Mode,
    PostureSource,
    RiderPosition,
    RideState,
    Sample,
    Snapshot,
    Telemetry,
    Word,
)
from coach.notices import Notices
from coach.pauses import Pauses
from coach.progress import Progress
from coach.recap import Recap
from coach.recorder import Recorder
from coach.rider import Rider
from coach.shown import shown
from coach.telemetry import fresh
from coach.wanted import Wanted, wanted
from coach.wishes import Wishes
from coach.workout import SegmentKind, Workout

TICK = 0.25
"""The engine's grid [s]; a binary fraction, so that sums of it are exact."""
LONGEST_GAP = 5.0
"""A silence of the caller longer than this is a jump of the clock, not riding [s]."""
LONGEST_RECORDED_GAP = 60.0
"""A recording's hole that is worked off second by second; time passes in any [s]."""
ROLLING = 2.0
"""A bike that is faster than this down a road rolls on by itself [m/s]."""


@dataclass(slots=True)
class Step:
    """What one call of `Engine.step` had to say, in order of time."""

    commands: list[tuple[float, Command]] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    laps: list[LapStarted] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


class Engine:
    """One ride of one workout by one rider.

    Parameters
    ----------
    workout : Workout
        The plan, compiled for the rider.
    rider : Rider
        Who rides.
    recording : bool
        The telemetry comes from a recorded ride: its timer and its end are the truth.
    knob : bool
        The trainer takes no commands: the rider is told how to turn its knob.
    """

    def __init__(
        self, workout: Workout, rider: Rider, *, recording: bool = False, knob: bool = False
    ) -> None:
        self.workout = workout
        self.progress = Progress(workout)
        self.rider = rider
        self.control = Control(rider, live=not recording, scale=workout.scale)
        self.finished = False
        self.elapsed_time = 0.0
        self.timer_time = 0.0
        self.wishes = Wishes()
        self.recording = recording
        self._coach = Coach(rider, knob=knob)
        self._warm_up = workout.warm_up
        self._origin: float | None = None
        self._ticks = 0
        self._now = 0.0
        self._telemetry = Telemetry()
        self._keys: list[Key] = []
        self._recorder = Recorder(rider.total_mass, workout.altitude, recording=recording)
        self._recap = Recap()
        # What is remembered from one grid point to the next.
        self._pauses = Pauses(live=not recording)
        self._exhaustion = Exhaustion()
        self._notices = Notices()
        self._sampled = 0.0
        self._sample_number: int | None = None
        self._position: RiderPosition | None = None

    @property
    def state(self) -> RideState:
        """Where the ride is."""
        if self.finished:
            return RideState.FINISHED
        if self._origin is None:
            return RideState.READY
        return RideState.RIDING if self._pauses.cause is None else RideState.PAUSED

    @property
    def done(self) -> bool:
        """The ride is finished and the load is off."""
        return self.finished and (self.control.released or self.recording)

    # --- one step -----------------------------------------------------------------------------

    def hear(self, now: float, telemetry: Telemetry) -> None:
        """Take in what the devices say before the ride begins: it is shown, and no more."""
        self._now, self._telemetry = now, telemetry

    def step(self, now: float, telemetry: Telemetry, keys: Sequence[Key] = ()) -> Step:
        """Bring the ride forward to `now`.

        Parameters
        ----------
        now : float
            The ride's clock [s]; never earlier than at the call before.
        telemetry : Telemetry
            The latest of everything measured, known from `now` on.
        keys : sequence of Key
            What the rider asked since the call before; heard at the next grid point.

        Returns
        -------
        Step
            Everything that follows from it.

        Raises
        ------
        ValueError
            If `now` is earlier than at the call before.
        """
        out = Step()
        if self._origin is None:
            self._origin = self._now = now
            out.events.append(Event(now, EventKind.STARTED, self.workout.title))
            out.laps.append(LapStarted(now, 0))
            self._ticks = -1
        elif now < self._now:
            raise ValueError(f"the ride's clock went back from {self._now} to {now}")
        self._skip_jump(now, out)
        pressed = list(keys)
        while (at := self._origin + (self._ticks + 1) * TICK) <= now:
            self._ticks += 1
            if at < now:
                self._tick(at, self._telemetry, out)
            else:
                self._keys += pressed
                pressed.clear()
                self._tick(at, telemetry, out)
        self._keys += pressed
        if self.recording:
            self._follow_recording(now, telemetry, out)
        self._telemetry = telemetry
        out.commands = _latest(out.commands)
        return out

    def _skip_jump(self, now: float, out: Step) -> None:
        """A sleeping laptop or a hole in a recording: nobody rode, nothing is worked off."""
        assert self._origin is not None
        gap = now - self._now
        if gap <= (LONGEST_RECORDED_GAP if self.recording else LONGEST_GAP):
            return
        self._recorder.restart()
        self._ticks = max(self._ticks, int((now - self._origin) / TICK) - 1)
        if self.recording:
            self._pass(now, out)
        else:
            out.events.append(Event(self._now, EventKind.CLOCK_JUMP, f"{gap:.0f} s", gap))
            self._now = self._origin + self._ticks * TICK

    def _tick(self, now: float, telemetry: Telemetry, out: Step) -> None:
        telemetry = fresh(telemetry, now)
        self._pass(now, out)
        for key in self._keys:
            self._press(key, now, telemetry, out)
        self._keys.clear()
        if not self.recording and not self.finished:
            self._watch_test(now, telemetry, out)
            rolling = self.progress.segment.rolls and self._recorder.speed > ROLLING
            self._say(self._pauses.watch(now, telemetry, rolling=rolling), out)
        self._ride_on(now, telemetry, out)
        self._let_hear(out)
        if self.state is RideState.RIDING:
            out.cues += self._coach.words(self._moment(now), telemetry)
        for command in self.control.step(now, TICK, self._wanted(), telemetry):
            out.commands.append((now, command))
        self._tell(now, telemetry, out)
        self._let_hear(out)
        if not self.recording and self.timer_time >= self._sampled + 1.0:
            self._sampled += 1.0
            out.samples.append(self._sample(now, telemetry))
        self._recap.follow(self.timer_time, self.progress.segment, finished=self.finished)

    def _let_hear(self, out: Step) -> None:
        """Let the coach hear what else was said, lest it speaks right after."""
        if out.cues:
            self._coach.heard(out.cues[-1].time)

    def _pass(self, now: float, out: Step) -> None:
        """Let the time since the last call pass."""
        passed, self._now = now - self._now, now
        if self.finished:
            return
        assert self._origin is not None
        self.elapsed_time = now - self._origin
        if self.state is RideState.PAUSED:
            return
        self.timer_time += passed
        self.progress.at += passed
        self._hand_on(now, out)

    def _ride_on(self, now: float, telemetry: Telemetry, out: Step) -> None:
        """Ride on the road for a grid step; its own stretches end by it, unless it is recorded."""
        riding, grade = self.state is RideState.RIDING, self.progress.segment.grade
        way = self._recorder.ride_on(telemetry, grade, TICK, riding=riding)
        if riding and not self.recording:
            self.progress.ride_on(way, self._recorder.speed)
            self._hand_on(now, out)

    def _hand_on(self, now: float, out: Step) -> None:
        """Enter what follows a segment that is over; after the last one the ride is."""
        progress = self.progress
        while (over := progress.over) >= 0:
            if progress.following is not None:
                grade = progress.segment.grade
                self._enter(progress.index + 1, over, now, out)
                self._recorder.bend(progress.gone, grade, progress.segment.grade)
            elif self.recording:
                break
            else:
                # The plan's end, not the grid point after it.
                progress.at -= over
                self.timer_time -= over
                self.elapsed_time -= over
                self._finish(now, out)
                return

    def _enter(self, index: int, at: float, now: float, out: Step) -> None:
        self.progress.enter(index, at)
        out.laps.append(LapStarted(now - at, index))

    def _watch_test(self, now: float, telemetry: Telemetry, out: Step) -> None:
        control = self.control
        holds_power = control.usable(Mode.POWER) is Mode.POWER
        out.cues += self._exhaustion.explain(now, self.progress, holds_power=holds_power)
        why = self._exhaustion.watch(
            now,
            self.progress,
            telemetry,
            target=control.target_power,
            paused=self.state is RideState.PAUSED,
            heart_at_ceiling=control.heart.active,
            holds_power=holds_power,
        )
        if why is not None:
            self._end_test(now, why, out)

    def _end_test(self, now: float, why: str, out: Step) -> None:
        """Go on with what the plan has after the test."""
        out.events.append(Event(now, EventKind.TEST_OVER, why, self.progress.index))
        out.cues.append(over_cue(now, why))
        after = beyond(self.progress)
        if after is None:
            self._finish(now, out)
        else:
            self._enter(after, 0.0, now, out)

    def finish(self, now: float) -> Step:
        """End the ride here and now; the caller takes the load off."""
        out = Step()
        self._pass(now, out)
        self._finish(now, out)
        return out

    def _finish(self, now: float, out: Step) -> None:
        if self.finished:
            return
        self.finished = True
        out.events.append(Event(now, EventKind.FINISHED))
        out.cues.append(Cue(now, CueKind.FINISHED, "Done. Well ridden"))

    # --- the rider's wishes ---------------------------------------------------------------------

    def _press(self, key: Key, now: float, telemetry: Telemetry, out: Step) -> None:
        if self.finished:
            return
        say, progress = out.events.append, self.progress
        if words := refused(key, progress, warmed_up=self.timer_time >= self._warm_up):
            out.cues.append(Cue(now, CueKind.ADVICE, words))
        elif ends_test(key, progress):
            self._end_test(now, BY_RIDER, out)
        elif key is Key.PAUSE:
            self._say(self._pauses.press(now, telemetry), out)
        elif key is Key.QUIT:
            self._finish(now, out)
        elif key is Key.SKIP:
            say(Event(now, EventKind.SKIPPED, progress.segment.label, progress.index))
            if (skips_to := progress.skips_to) is not None:
                self._enter(skips_to, 0.0, now, out)
            else:
                self._finish(now, out)
        elif key is Key.BACK:
            to = progress.goes_back_to
            say(Event(now, EventKind.WENT_BACK, progress.segments[to].label, to))
            self._enter(to, 0.0, now, out)
        else:
            self._say(self.wishes.hear(key, now, progress), out)

    def _say(self, words: Sequence[Word], out: Step) -> None:
        """Pass on what others have to say, and do what follows from it."""
        for word in words:
            if isinstance(word, Cue):
                out.cues.append(word)
                continue
            out.events.append(word)
            if word.kind in (EventKind.PAUSED, EventKind.RESUMED):
                # What is counted while the timer stands still belongs to no second of the ride.
                self._recorder.restart()
            elif word.kind is EventKind.DECLARED:
                where = RiderPosition(word.text)
                self._recap.moved(self.timer_time, where, PostureSource.DECLARED)

    # --- the recording's time -------------------------------------------------------------------

    def _follow_recording(self, now: float, telemetry: Telemetry, out: Step) -> None:
        """Obey the recording's timer to the instant, and keep each of its samples."""
        self._pass(now, out)
        if not self.finished:
            self._say(self._pauses.follow(now, telemetry.timer_running), out)
        if telemetry.sample is not None and telemetry.sample != self._sample_number:
            self._sample_number = telemetry.sample
            out.samples.append(self._sample(now, telemetry))
        if telemetry.position is not self._position:
            self._tell_position(now, telemetry, out)
        if telemetry.ended:
            self._finish(now, out)

    # --- what follows -----------------------------------------------------------------------------

    def _moment(self, now: float) -> Moment:
        progress = self.progress
        return Moment(
            time=now,
            timer_time=self.timer_time,
            lap=progress.lap,
            segment=progress.segment,
            at=progress.at,
            remaining=progress.remaining,
            next_segment=progress.following,
            next_posture=progress.next_posture,
            next_posture_in=progress.next_posture_in,
            next_climb=progress.next_climb,
            next_climb_in=progress.next_climb_in,
            hills=progress.hills,
            mode=self.control.mode_of(progress.segment),
        )

    def _wanted(self) -> Wanted:
        following = self.progress.following
        return wanted(
            self.progress,
            self.wishes,
            next_mode=None if following is None else self.control.mode_of(following),
            pause=self._pauses.cause,
            finished=self.finished,
            timer_time=self.timer_time,
            warm_up=self._warm_up,
        )

    def _tell(self, now: float, telemetry: Telemetry, out: Step) -> None:
        """Report what changed since the last grid point."""
        control, segment = self.control, self.progress.segment
        on_road = self.state is RideState.RIDING and segment.length is not None
        news = self._notices.compare(
            now,
            limits=control.limits,
            sensor_lost=control.sensor_lost,
            heart_alert=control.heart.alert,
            no_power=on_road and telemetry.power is None and not self.recording,
            testing=segment.kind is SegmentKind.TEST,
        )
        self._say(news, out)
        if telemetry.position is not self._position and not self.recording:
            self._tell_position(now, telemetry, out)

    def _tell_position(self, now: float, telemetry: Telemetry, out: Step) -> None:
        self._position = telemetry.position
        if telemetry.position is not None:
            name = telemetry.position.value
            out.events.append(Event(now, EventKind.POSITION, name, name))
            self._recap.moved(self.timer_time, telemetry.position, PostureSource.MEASURED)

    def _sample(self, now: float, telemetry: Telemetry) -> Sample:
        """Make one row of the recorded ride."""
        assert self._origin is not None
        time, target = now - self._origin, self.control.target_power
        felt_grade = None if self.recording else self.control.felt_grade
        row = self._recorder.row(
            time, self.timer_time, self.progress, telemetry, target, felt_grade
        )
        self._recap.keep(row)
        return row

    def snapshot(self) -> Snapshot:
        """Return all that a display needs to show this moment."""
        progress, wishes, pauses = self.progress, self.wishes, self._pauses
        telemetry = fresh(self._telemetry, self._now)
        finished = self.finished
        return shown(
            progress,
            self.control,
            wishes,
            telemetry,
            time=self._now,
            state=self.state,
            elapsed_time=self.elapsed_time,
            timer_time=self.timer_time,
            place=self._recorder.place(telemetry, progress.segment.grade),
            pause=None if finished else pauses.cause,
            resumes_in=None if finished else pauses.resumes_in(self._now),
            report=self._recap.lines,
        )


def _latest(commands: list[tuple[float, Command]]) -> list[tuple[float, Command]]:
    """Drop every set-point but the last: what was due before a late step is not sent any more."""
    setpoints = [each for each in commands if isinstance(each[1], SETPOINTS)]
    return [each for each in commands if each not in setpoints[:-1]]
