"""From what is wanted to what this machine is asked: caps, guards, ramps, and limits last.

The engine decides *what* the rider should feel now (`Wanted`); control decides *how* to ask this
trainer for it. Every quarter of a second the wish passes the same stations, in this order:

1. the scale of a road's grade; the caps on target power: hills, bursts, a warm-up that was
   skipped, the rider's own limit; a workout of others may ask for more than a hill as long as it
   says, never for more than a burst;
2. what eases it: intensity below 100 %, low cadence, heart rate, a change of posture. They act on
   the capped wish, so that easing always lightens what is felt;
3. the mode: the wish as power, as grade, or as basic resistance;
4. the slew (`coach.slew`): no load changes faster than the rates below, whatever the reason;
5. the machine's and the rider's absolute limits, and the wire (`coach.wire`).

Easing works in all three modes by one rule: the brake's force at the climbing speed is scaled by
the same share as the target power. A lighter climb is felt lighter; the road, and so the climb's
length, stays what it was.

A rider who stands up or sits down is left alone with it: grade and resistance are held, a power
target, which would turn slower legs into more torque, is eased (`coach.guards.PostureGuard`).

Release means grade 0 where the trainer can simulate a road, else basic resistance 0. It takes two
seconds, since the rider may be standing on the pedals; `release_command` is the same thing at
once, for the way out after an error or a signal.

Sources: reference notes on training science, sections 3.6 and 7 (ramps, limits, guards), and on
FE-C, part 4. The numbers are conservative conventions; no trial supports exact values.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from coach import physics
from coach.guards import (
    HEART_CEILING,
    HEART_CEILING_IN_A_TEST,
    CadenceGuard,
    HeartGuard,
    PostureGuard,
)
from coach.messages import Capabilities, Command, Mode, Telemetry, TrackResistance
from coach.rider import TEST_CEILING, Rider
from coach.slew import EASED, Slew
from coach.telemetry import GONE
from coach.wanted import SHORT_ONSET, Wanted
from coach.wire import Wire, lighter, release_command, setpoint
from coach.workout import AS_THE_ROAD, GradeScale, Segment, SegmentKind

ONSET = 20.0
"""Hill onset and offset [s]."""
RETURN = 5.0
"""Back from a release: after a pause, a stop or a lost sensor [s]."""
RELEASE = 2.0
"""From load to none [s]."""

ONSET_RATE = {Mode.POWER: 10.0, Mode.GRADE: 0.005, Mode.RESISTANCE: 0.02}
"""Steepest onset [W/s], [1/s], [1/s]."""

HILL_CEILING = 1.05
"""Share of threshold power that a target may ask for longer than `BURST` seconds."""
BURST_CEILING = 1.60
BURST = 30.0
COLD_CEILING = 0.65
"""Share of threshold power until the warm-up's time has passed."""
LOWEST_GRADE = -0.01
"""Most trainers cannot drive the wheel: a real descent would only take the load away."""
GUARD_ABOVE = 0.6
"""The cadence guard minds targets above this share of threshold power."""

UNLOAD_AFTER = 15.0
STOPPED_AFTER = 2.0
FORGOTTEN_AFTER = 5.0
"""A control that was not stepped for so long does not know what the rider feels [s]."""

_LITTLE = 1e-9


class _Goal(NamedTuple):
    """Where the load should arrive."""

    mode: Mode
    load: float
    """In the unit of the mode."""
    power: float | None
    """The same as a target for the rider [W]."""


class Control:
    """The load of one ride on one trainer.

    Parameters
    ----------
    rider : Rider
    live : bool
        Somebody rides now. A recording is neither guarded nor watched: its targets are the plan's.
    scale : GradeScale
        How much of the road's grade is felt; before easing and limits.

    Attributes
    ----------
    target_power : float or None
        What the rider should ride now, after everything above [W].
    felt_grade : float or None
        What the trainer is asked to let feel now, as a fraction; ``None`` in any other mode.
    mode : Mode or None
        How the load is asked at the moment.
    limits : tuple of str
        What is capped or eased at the moment and why, in words for the rider.
    sensor_lost : bool
        The trainer has been silent for more than `GONE` seconds.
    """

    def __init__(self, rider: Rider, *, live: bool = True, scale: GradeScale = AS_THE_ROAD) -> None:
        self.rider = rider
        self.target_power: float | None = None
        self.felt_grade: float | None = None
        self.mode: Mode | None = None
        self.limits: tuple[str, ...] = ()
        self.sensor_lost = False
        self.guard = CadenceGuard()
        self.heart = HeartGuard(rider.maximum_heart_rate)
        self.posture = PostureGuard()
        self._live = live
        self._scale = scale
        self._able = Capabilities()
        self._load = Slew(ONSET_RATE[Mode.POWER])
        self._power = Slew(ONSET_RATE[Mode.POWER])
        self._wire = Wire(rider)
        self._unloading = True
        self._lap: int | None = None
        self._intensity = 1.0
        self._ceiling = 0.0
        self._burst = 0.0
        self._burst_spent = False
        self._testing = False
        self._ramp = self._off_ramp = self._brief = False
        self._stopped_since: float | None = None
        self._rolled = -inf
        self._connected = False
        self._now = 0.0

    @property
    def released(self) -> bool:
        """The load is off, and the trainer, if there is one, has been told so."""
        told = not self._connected or self._wire.last == self.release_command()
        return self._unloading and told

    def release_command(self) -> Command:
        """Return the one command that takes the load off, for this machine."""
        return release_command(self._able)

    def usable(self, mode: Mode) -> Mode:
        """Return `mode`, or the next that the trainer does not deny."""
        able = self._able
        denied = {
            Mode.GRADE: able.simulation is False,
            Mode.POWER: able.target_power is False,
            Mode.RESISTANCE: able.basic_resistance is False,
        }
        if not denied[mode]:
            return mode
        return next((other for other, missing in denied.items() if not missing), mode)

    def mode_of(self, segment: Segment) -> Mode:
        """Return how this trainer is asked for the load of a segment.

        A stretch without a target is nothing to a trainer that holds a power.
        """
        mode = self.usable(segment.mode)
        untold = segment.target_power_end is None and self._able.basic_resistance is not False
        return Mode.RESISTANCE if mode is Mode.POWER and untold else mode

    def step(self, now: float, dt: float, wanted: Wanted, telemetry: Telemetry) -> list[Command]:
        """Bring the load a little closer to what is wanted.

        Parameters
        ----------
        now : float
            Ride clock [s].
        dt : float
            Time since the last step [s].
        wanted : Wanted
            What the rider should feel.
        telemetry : Telemetry
            What is measured; stale values already absent.

        Returns
        -------
        list of Command
            What to send now, in this order; often nothing.
        """
        if telemetry.capabilities is not None:
            self._able = telemetry.capabilities
        self._forget(now, telemetry)
        silent = self._silence(now, telemetry)
        self.sensor_lost = silent > GONE
        stopped = self._stopped(now, telemetry)
        reasons: list[str] = []
        if wanted.released:
            self._unload(dt)
        elif stopped:
            if wanted.segment.rolls:
                self._rolled = now
            elif now - self._rolled >= STOPPED_AFTER:
                reasons.append("cranks at rest: load taken off")
            self._unload(dt)
        elif silent > UNLOAD_AFTER:
            reasons.append("no signal from the trainer: load taken off")
            self._unload(dt)
        else:
            goal = self._goal(dt, wanted, telemetry, reasons)
            if wanted.held:
                if not self._unloading:
                    back = not (self.sensor_lost or telemetry.searching)
                    why = "the trainer is back" if back else "no signal from the trainer"
                    reasons.insert(0, f"{why}: load held")
                self._hold(dt, goal)
            else:
                self._follow(dt, wanted, goal, telemetry)
        self.limits = tuple(reasons)
        asked = self._setpoint()
        if wanted.held and self._wire.last is not None:
            # Never more than the trainer was told last, even if more was on its way.
            asked = lighter(asked, self._wire.last)
        self.felt_grade = asked.grade if isinstance(asked, TrackResistance) else None
        return self._wire.commands(now, asked, telemetry, self._able)

    def _forget(self, now: float, telemetry: Telemetry) -> None:
        """Begin from no load where nobody knows what the rider feels.

        So it is before the trainer was first heard, and after a jump of the clock.
        """
        first = telemetry.connection > 0 and not self._connected
        if first or now - self._now > FORGOTTEN_AFTER:
            self._load.value = self._power.value = 0.0
            self._unloading = True
            self._lap = None
        self._connected = self._connected or first
        self._now = now

    def _silence(self, now: float, telemetry: Telemetry) -> float:
        """Seconds since the trainer last spoke; 0 for one that never did, or never will."""
        if not self._live or telemetry.time is None:
            return 0.0
        return now - telemetry.time

    def _stopped(self, now: float, telemetry: Telemetry) -> bool:
        """Tell whether the cranks have stood still for `STOPPED_AFTER` seconds."""
        if not self._live or telemetry.cadence is None or telemetry.cadence > 0:
            self._stopped_since = None
            return False
        if self._stopped_since is None:
            self._stopped_since = now
        return now - self._stopped_since >= STOPPED_AFTER

    # --- the wish -----------------------------------------------------------------------------

    def _goal(self, dt: float, wanted: Wanted, telemetry: Telemetry, reasons: list[str]) -> _Goal:
        """Return where the load should arrive, and say why not higher."""
        segment, mode = wanted.segment, self.mode_of(wanted.segment)
        if mode is not segment.mode:
            reasons.append(f"this trainer has no {segment.mode} mode: riding in {mode} mode")
        nominal = segment.target_power(wanted.at)
        harder, lighter = max(1.0, wanted.intensity), min(1.0, wanted.intensity)
        power = None
        if nominal is not None:
            power = self._capped(dt, wanted, nominal * harder, reasons)
            harder = power / nominal if nominal > 0 else harder
        asked = (power or 0.0) * lighter
        lighter *= self._guards(dt, wanted, mode, asked, telemetry, reasons)
        power = None if power is None else power * lighter
        if mode is Mode.POWER:
            return _Goal(mode, power or 0.0, power)
        return _Goal(mode, self._in_mode(mode, segment, harder, lighter, reasons), power)

    def _guards(
        self,
        dt: float,
        wanted: Wanted,
        mode: Mode,
        asked: float,
        telemetry: Telemetry,
        reasons: list[str],
    ) -> float:
        """Return the share of the load that low cadence and heart rate leave."""
        if not self._live:
            return 1.0  # what was ridden stays as it was
        prepared = wanted.at < 0.0
        shift = self.posture.step(self._now, standing=wanted.standing, prepared=prepared)
        testing = wanted.segment.kind is SegmentKind.TEST
        heart_ceiling = HEART_CEILING_IN_A_TEST if testing else HEART_CEILING
        share = self.heart.step(self._now, dt, telemetry.heart_rate, ceiling=heart_ceiling)
        if self.heart.active:
            reasons.append("heart rate at 95 % of your maximum: load eased 15 %")
        # Only a power target can spiral: grade and resistance give way when cadence falls.
        # In a test slow legs are the end of it (`coach.exhaustion`), and easing would hide that.
        minded = mode is Mode.POWER and asked > GUARD_ABOVE * self.rider.threshold_power
        minded = minded and not testing
        guard = self.guard.step(
            self._now, dt, telemetry.cadence, standing=wanted.standing, minded=minded
        )
        if self.guard.active:
            reasons.append("cadence too low: load eased to 60 %, spin up")
        return share * guard * shift if mode is Mode.POWER else share

    def _capped(self, dt: float, wanted: Wanted, power: float, reasons: list[str]) -> float:
        """Cap a target power [W]; the cap in words."""
        threshold = self.rider.threshold_power
        sustained, why_not_longer = _sustained(wanted.segment, threshold)
        felt = self._load.value if self.mode is Mode.POWER else 0.0
        test = wanted.segment.kind is SegmentKind.TEST
        # Also on the way down from there, or the last of it would go in one step.
        self._testing = test or (self._testing and felt > BURST_CEILING * threshold)
        above = max(power, felt) > sustained
        if wanted.at >= 0.0:  # before that it is only prepared
            self._burst = self._burst + dt if above else max(0.0, self._burst - dt)
        # Spent a second early, so that it is over in time, unless the plan itself ends it then;
        # whole again after as long a rest.
        ends = 0.0 < wanted.segment.duration - wanted.at <= EASED + dt
        spent = self._burst >= BURST - EASED and not ends
        self._burst_spent = spent or (self._burst_spent and self._burst > 0)
        share, why = BURST_CEILING, "never above 160 % of FTP"
        if wanted.segment.kind is SegmentKind.HILL:
            share, why = HILL_CEILING, "hills stay below 105 % of FTP"
        elif test:
            share, why = TEST_CEILING, "a test ends at 200 % of FTP"
        elif self._burst_spent and sustained < BURST_CEILING * threshold:
            share, why = sustained / threshold, why_not_longer
        if not wanted.warmed_up and wanted.segment.kind is not SegmentKind.WARM_UP:
            share, why = COLD_CEILING, "65 % of FTP until the warm-up's time has passed"
        ceiling = share * threshold
        own = self.rider.limits.power
        if own is not None and own < ceiling:
            ceiling, why = own, f"your power limit of {own:.0f} W"
        self._ceiling = ceiling
        if power <= ceiling + _LITTLE:
            return power
        reasons.append(f"target capped at {ceiling:.0f} W: {why}")
        return ceiling

    def _in_mode(
        self, mode: Mode, segment: Segment, harder: float, lighter: float, reasons: list[str]
    ) -> float:
        """Return the goal as grade or resistance: harder first, the limit, then lighter."""
        limits = self.rider.limits
        if mode is Mode.RESISTANCE:
            # A trainer that takes nothing else, and a plan that does not say: what is moderate.
            level = segment.basic_resistance
            level = (self.rider.moderate_resistance if level is None else level) * harder
            if level > limits.basic_resistance + _LITTLE:
                most = f"{100 * limits.basic_resistance:g} %"
                reasons.append(f"resistance capped at {most}: your limit")
            return min(level, limits.basic_resistance) * lighter
        grade = self._scaled(segment, self._scale.felt(segment.grade or 0.0), harder)
        if grade > limits.grade + _LITTLE:
            reasons.append(f"grade capped at {100 * limits.grade:g} %: your limit")
        return max(LOWEST_GRADE, self._scaled(segment, min(grade, limits.grade), lighter))

    def _scaled(self, segment: Segment, grade: float, share: float) -> float:
        """Return the grade on which the climb takes `share` of the force."""
        if share == 1.0:
            return grade
        mass = self.rider.total_mass
        speed = segment.speed
        if speed is None:
            speed = physics.speed_for(segment.target_power_end or 0.0, max(0.0, grade), mass)
        # All that brakes at the climbing speed, as a grade; easing scales the whole of it.
        flat = physics.resisting_force(speed, 0.0, mass) / (mass * physics.GRAVITY)
        return (grade + flat) * share - flat

    # --- the way there ------------------------------------------------------------------------

    def _follow(self, dt: float, wanted: Wanted, goal: _Goal, telemetry: Telemetry) -> None:
        """Go on towards the goal; where the wish made a step, at a new pace."""
        load, power = self._load, self._power
        target = goal.power or 0.0
        starts = wanted.lap != self._lap
        changes = goal.mode is not self.mode
        if changes:
            self._enter(goal, telemetry)
        if starts or changes:
            # A ramp is made of steps, and off it the load goes as from any short effort.
            self._off_ramp = self._ramp and not wanted.segment.ramp
            ramp = wanted.segment.ramp or self._off_ramp
            after_brief, self._brief = self._brief, _is_brief(wanted.segment)
            short = ramp or self._brief or after_brief
            short |= wanted.segment.kind in (SegmentKind.INTERVAL, SegmentKind.RECOVERY)
            # A road changes its grade before a slow onset would be over.
            over = SHORT_ONSET if short or wanted.segment.length is not None else ONSET
            load.set_out(goal.load, over, steepest=None if short else ONSET_RATE[goal.mode])
            power.set_out(target, over)
        elif self._unloading:
            load.set_out(goal.load, RETURN)
            power.set_out(target, RETURN)
        elif wanted.intensity > self._intensity:
            load.hasten(goal.load, RETURN)
            power.hasten(target, RETURN)
        if wanted.intensity < self._intensity:
            load.ease()
            power.ease()
        self._unloading = False
        self._ramp = wanted.segment.ramp
        self._lap, self._intensity = wanted.lap, wanted.intensity
        if goal.mode is Mode.POWER and load.value > self._ceiling and not self._off_ramp:
            load.ease()
        # What would rise waits for a rider who changes posture.
        if goal.load < load.value or not self.posture.changing:
            load.towards(goal.load, dt)
        if goal.mode is Mode.POWER:
            power.value = load.value
        elif target < power.value or not self.posture.changing:
            power.towards(target, dt)
        self.target_power = None if goal.power is None else power.value

    def _hold(self, dt: float, goal: _Goal) -> None:
        """Stay where the load is while the trainer is silent; lighter is allowed."""
        if self._unloading:
            self._unload(dt)  # what has begun to come off comes off
        elif goal.mode is self.mode:
            self._load.towards(min(goal.load, self._load.value), dt)

    def _unload(self, dt: float) -> None:
        """Take the load off over `RELEASE` seconds."""
        if not self._unloading:
            self._unloading = True
            self._load.set_out(0.0, RELEASE)
            self._power.set_out(0.0, RELEASE)
        self._load.towards(0.0, dt)
        self._power.towards(0.0, dt)
        self.target_power = None

    def _enter(self, goal: _Goal, telemetry: Telemetry) -> None:
        """Enter a mode at the load that is felt already, so that the change itself is not."""
        felt = self._power.value
        if self._lap is None:
            felt = min(telemetry.power or 0.0, goal.power or 0.0)
        elif telemetry.power is not None:
            felt = min(felt, telemetry.power)
        value = 0.0
        if goal.mode is Mode.POWER:
            value = self._power.value = felt
        elif goal.mode is Mode.RESISTANCE:
            # Nobody knows what a level costs: the share of the target is all there is to go by.
            if goal.power and self._lap is not None:
                value = goal.load * min(1.0, felt / goal.power)
        elif felt > 0 and telemetry.speed is not None and telemetry.speed > 1.0:
            mass = self.rider.total_mass
            # No more than the rider's limit costs at this speed: there is no steeper road to ask.
            most = physics.power_for(telemetry.speed, self.rider.limits.grade, mass)
            value = physics.grade_for(min(felt, most), telemetry.speed, mass)
            value = min(max(value, 0.0), max(goal.load, 0.0))
        self.mode = goal.mode
        self._load.enter(value, ONSET_RATE[goal.mode])

    def _setpoint(self) -> Command:
        """Return the load as a command, within the absolute limits: the last word."""
        load, mode, limits = self._load.value, self.mode, self.rider.limits
        if mode is None or (self._unloading and abs(load) < _LITTLE):
            return self.release_command()
        if mode is Mode.GRADE:
            return setpoint(mode, max(load, LOWEST_GRADE), limits.grade)
        if mode is Mode.RESISTANCE:
            return setpoint(mode, max(load, 0.0), limits.basic_resistance)
        if load < 0.5:
            return self.release_command()  # a target of 0 W means another thing on every trainer
        share = TEST_CEILING if self._testing else BURST_CEILING
        highest = share * self.rider.threshold_power
        return setpoint(mode, max(load, 0.0), min(highest, limits.power or highest))


def _sustained(segment: Segment, threshold: float) -> tuple[float, str]:
    """Return what a target may ask for longer than `BURST` seconds [W], and why no more."""
    hardest = max(segment.target_power_start or 0.0, segment.target_power_end or 0.0)
    usual = HILL_CEILING * threshold
    if segment.kind is not SegmentKind.STEADY or hardest <= usual:
        return usual, "above 105 % of FTP for no more than 30 s"
    # What others planned holds as long as they planned it; a wish beyond it does not.
    return hardest, "above its plan for no more than 30 s"


def _is_brief(segment: Segment) -> bool:
    """Whether a block of others is over before an onset of `ONSET` would be worth anything."""
    return segment.kind is SegmentKind.STEADY and segment.duration <= BURST
