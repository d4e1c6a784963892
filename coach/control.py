"""From what is wanted to what this machine is asked: ramps, guards, and limits last.

The engine decides *what* the rider should feel now (`Wanted`); control decides *how* to ask this
trainer for it. Every quarter of a second the wish passes the same stations, in this order:

1. intensity, then the guards that ease the load: low cadence, heart rate;
2. the ramp: a new wish is blended in over seconds, never in one step (`Blend`);
3. the limits, always last, so that nothing before them can leave the envelope;
4. the wire: quantised, at most two set-points a second, the latest wins, repeated every three
   seconds, and again whenever the trainer may have forgotten (a new connection).

Easing works in all three modes by one rule: the brake's force at the climbing speed is scaled by
the same share as the target power. A lighter climb is felt lighter; the road, and so the climb's
length, stays what it was.

Release means grade 0 where the trainer can simulate a road, else basic resistance 0. It is ramped
over two seconds, since the rider may be standing on the pedals; `release_command` is the same
thing at once, for the way out after an error or a signal.

Sources: reference notes on training science, sections 3.6 and 7 (ramps, limits, guards), and on
FE-C, part 4 (rates, keep-alive, the release). The numbers are conservative conventions; no trial
supports exact values.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

from coach import physics
from coach.guards import CadenceGuard, HeartGuard
from coach.messages import (
    BasicResistance,
    Capabilities,
    Command,
    Mode,
    TargetPower,
    Telemetry,
    TrackResistance,
    UserConfiguration,
    WindResistance,
)
from coach.rider import Rider
from coach.workout import Segment, SegmentKind

ONSET = 20.0
"""Hill onset and offset [s]."""
SHORT_ONSET = 3.0
"""Onset of an effort of 10 to 30 s, and of the rest after it [s]."""
RETURN = 5.0
"""Back from a release: after a pause, a stop or a lost sensor [s]."""
EASED = 1.0
"""Lighter because the rider asked [s]."""
RELEASE = 2.0
"""From load to none [s]."""

STAND_UP = 3.0
"""Power does not rise while the rider stands up [s]."""

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

SETPOINT_INTERVAL = 0.5
KEEP_ALIVE = 3.0
CONFIGURATION_INTERVAL = 5.0
HOLD_AFTER = 5.0
UNLOAD_AFTER = 15.0
STOPPED_AFTER = 2.0

GUARD_ABOVE = 0.6
"""The cadence guard minds targets above this share of threshold power."""

_LITTLE = 1e-9


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the engine wants the rider to feel now."""

    segment: Segment
    lap: int
    """Changes with every start of a segment, also of the same one again."""
    at: float
    """Seconds into the segment; negative while its load is prepared."""
    mode: Mode
    intensity: float
    standing: bool
    warmed_up: bool
    released: bool
    """No load wanted: paused or finished."""


class Blend:
    """A value on its way from where it was to where it should be.

    The goal may move while the value travels; the value arrives after `over` seconds all the same.
    """

    __slots__ = ("_from", "_over", "_since", "value")

    def __init__(self) -> None:
        self.value = 0.0
        self._from = 0.0
        self._since = 0.0
        self._over = 0.0

    def start(self, now: float, over: float, value: float | None = None) -> None:
        """Travel from `value` (the present one unless given) during `over` seconds."""
        if value is not None:
            self.value = value
        self._from = self.value
        self._since = now
        self._over = over

    def towards(self, goal: float, now: float) -> float:
        """Return the value at `now` on its way to `goal`."""
        passed = now - self._since
        if passed >= self._over:
            self.value = goal
        else:
            self.value = self._from + (goal - self._from) * max(0.0, passed) / self._over
        return self.value


class Control:
    """The load of one ride on one trainer.

    Attributes
    ----------
    target_power : float or None
        What the rider should ride now, after everything above [W].
    limits : tuple of str
        What is capped or eased at the moment and why, in words for the rider.
    released : bool
        The load is off, and the trainer has been told so.
    """

    def __init__(self, rider: Rider, *, watch_sensors: bool = True) -> None:
        self.rider = rider
        self.target_power: float | None = None
        self.limits: tuple[str, ...] = ()
        self.released = True
        self.sensor_lost = False
        self.guard = CadenceGuard()
        self.heart = HeartGuard(rider.maximum_heart_rate)
        self._watch_sensors = watch_sensors
        self._capabilities = Capabilities()
        self._mode: Mode | None = None
        self._load = Blend()
        self._power = Blend()
        self._unloading = True
        self._lap: int | None = None
        self._intensity = 1.0
        self._ceiling = 0.0
        self._burst_since: float | None = None
        self._stopped_since: float | None = None
        self._connection = 0
        self._queue: list[Command] = []
        self._configured = float("-inf")
        self._last: Command | None = None
        self._last_sent = float("-inf")

    def release_command(self) -> Command:
        """Return the one command that takes the load off, for this machine."""
        able = self._capabilities
        if able.simulation is not False:
            return TrackResistance(0.0)
        if able.basic_resistance is not False:
            return BasicResistance(0.0)
        return TargetPower(0.0)

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
            self._capabilities = telemetry.capabilities
        silent = self._silence(now, telemetry)
        if wanted.released or silent <= HOLD_AFTER:
            self._follow(now, dt, wanted, telemetry)
            if self.sensor_lost:
                self.sensor_lost = False
                self._load.start(now, RETURN)
                self._power.start(now, RETURN)
        elif silent <= UNLOAD_AFTER:
            self.sensor_lost = True
            self.limits = ("no signal from the trainer: load held",)
        else:
            self.limits = ("no signal from the trainer: load taken off",)
            self._unload(now)
        return self._wire(now, telemetry)

    # --- what the rider should feel -----------------------------------------------------------

    def _silence(self, now: float, telemetry: Telemetry) -> float:
        """Seconds since the trainer last spoke; 0 for one that never did, or never will."""
        if not self._watch_sensors or telemetry.time is None:
            return 0.0
        return now - telemetry.time

    def _stopped(self, now: float, telemetry: Telemetry) -> bool:
        """Tell whether the cranks have stood still for `STOPPED_AFTER` seconds."""
        if telemetry.cadence is None or telemetry.cadence > 0:
            self._stopped_since = None
            return False
        if self._stopped_since is None:
            self._stopped_since = now
        return now - self._stopped_since >= STOPPED_AFTER

    def _follow(self, now: float, dt: float, wanted: Wanted, telemetry: Telemetry) -> None:
        segment = wanted.segment
        reasons: list[str] = []
        nominal = segment.target_power(wanted.at)
        mode = self._usable(wanted.mode, reasons)
        share = wanted.intensity * self._guards(now, dt, wanted, mode, nominal, telemetry, reasons)
        stopped = self._stopped(now, telemetry)
        if wanted.released or stopped:
            self.limits = () if wanted.released else ("cranks at rest: load taken off",)
            self._unload(now)
            return

        power = None
        if nominal is not None:
            power = self._capped(now, wanted, nominal * share, reasons)
            share = power / nominal if nominal > 0 else share
        goal = self._goal(mode, segment, power, share)
        self._notice(now, wanted, mode, goal, telemetry)
        self.target_power = None if power is None else self._power.towards(power, now)
        self._load.value = self._limited(mode, self._load.towards(goal, now), reasons)
        self.limits = tuple(reasons)

    def _guards(
        self,
        now: float,
        dt: float,
        wanted: Wanted,
        mode: Mode,
        nominal: float | None,
        telemetry: Telemetry,
        reasons: list[str],
    ) -> float:
        """Return the share of the load that low cadence and heart rate leave."""
        asked = (nominal or 0.0) * wanted.intensity
        share = self.heart.step(now, dt, telemetry.heart_rate)
        if self.heart.active:
            reasons.append("heart rate at 95 % of your maximum: load eased 15 %")
        # Only a power target can spiral: grade and resistance give way when cadence falls.
        minded = mode is Mode.POWER and asked > GUARD_ABOVE * self.rider.threshold_power
        guard = self.guard.step(now, dt, telemetry.cadence, standing=wanted.standing, minded=minded)
        if mode is Mode.POWER:
            share *= guard
        if self.guard.active:
            reasons.append("cadence too low: load eased to 60 %, spin up")
        return share

    def _usable(self, mode: Mode, reasons: list[str]) -> Mode:
        """Return `mode`, or the next that the trainer does not deny."""
        able = self._capabilities
        denied = {
            Mode.GRADE: able.simulation is False,
            Mode.POWER: able.target_power is False,
            Mode.RESISTANCE: able.basic_resistance is False,
        }
        if not denied[mode]:
            return mode
        for other, missing in denied.items():
            if not missing:
                reasons.append(f"this trainer has no {mode} mode: riding in {other} mode")
                return other
        return mode

    def _notice(
        self, now: float, wanted: Wanted, mode: Mode, goal: float, telemetry: Telemetry
    ) -> None:
        """Start a new blend where the wish makes a step."""
        first = self._lap is None
        starts = wanted.lap != self._lap or mode is not self._mode
        if self._unloading:
            over = ONSET if first else RETURN
        elif starts:
            short = wanted.segment.kind in (SegmentKind.INTERVAL, SegmentKind.RECOVERY)
            over = SHORT_ONSET if short else ONSET
        elif wanted.intensity != self._intensity:
            over = EASED if wanted.intensity < self._intensity else RETURN
        else:
            return
        if mode is not self._mode:
            self._change_mode(mode, telemetry)
        begin = now
        if starts and not self._unloading:
            if over == ONSET:
                over = max(over, (goal - self._load.value) / ONSET_RATE[mode])
            if wanted.standing and mode is Mode.POWER:
                begin = now + STAND_UP
        self._unloading = self.released = False
        self._lap, self._intensity = wanted.lap, wanted.intensity
        self._power.start(begin, over)
        self._load.start(begin, over)

    def _change_mode(self, mode: Mode, telemetry: Telemetry) -> None:
        """Enter a mode at the load that is felt already, so that the change itself is not."""
        felt = self._power.value
        self._mode = mode
        self._load.value = 0.0
        if mode is Mode.POWER:
            self._load.value = felt
        elif mode is Mode.GRADE and felt > 0 and (telemetry.speed or 0.0) > 1.0:
            grade = physics.grade_for(felt, telemetry.speed or 0.0, self.rider.total_mass)
            self._load.value = min(max(grade, 0.0), self.rider.limits.grade)

    def _capped(self, now: float, wanted: Wanted, power: float, reasons: list[str]) -> float:
        """Cap a target power [W]; each cap in words."""
        threshold = self.rider.threshold_power
        share, why = BURST_CEILING, "never above 160 % of FTP"
        if power <= HILL_CEILING * threshold:
            self._burst_since = None
        elif self._burst_since is None:
            self._burst_since = now
        if wanted.segment.kind is SegmentKind.HILL:
            share, why = HILL_CEILING, "hills stay below 105 % of FTP"
        elif self._burst_since is not None and now - self._burst_since >= BURST:
            share, why = HILL_CEILING, "above 105 % of FTP for no more than 30 s"
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

    def _goal(self, mode: Mode, segment: Segment, power: float | None, share: float) -> float:
        """Return where the load should arrive, in the unit of its mode."""
        if mode is Mode.POWER:
            return power or 0.0
        if mode is Mode.RESISTANCE:
            return (segment.basic_resistance or 0.0) * share
        grade = segment.grade or 0.0
        speed = segment.speed
        if speed is None or share == 1.0:
            return grade
        # All that brakes at the climbing speed, as a grade; easing scales the whole of it.
        mass = self.rider.total_mass
        flat = physics.resisting_force(speed, 0.0, mass) / (mass * physics.GRAVITY)
        return (grade + flat) * share - flat

    def _limited(self, mode: Mode, load: float, reasons: list[str]) -> float:
        """Apply the machine's and the rider's limits to a load: the last word."""
        limits = self.rider.limits
        if mode is Mode.GRADE:
            if load > limits.grade + _LITTLE:
                reasons.append(f"grade capped at {100 * limits.grade:g} %: your limit")
            return min(max(load, LOWEST_GRADE), limits.grade)
        if mode is Mode.RESISTANCE:
            if load > limits.basic_resistance + _LITTLE:
                reasons.append(
                    f"resistance capped at {100 * limits.basic_resistance:g} %: your limit"
                )
            return min(max(load, 0.0), limits.basic_resistance)
        return min(max(load, 0.0), self._ceiling)

    def _unload(self, now: float) -> None:
        """Take the load off over `RELEASE` seconds."""
        if not self._unloading:
            self._unloading = True
            self._load.start(now, RELEASE)
            self._power.start(now, RELEASE)
        self._load.towards(0.0, now)
        self.target_power = None
        self._power.towards(0.0, now)

    # --- the wire -----------------------------------------------------------------------------

    def _setpoint(self) -> Command:
        """Return the load as a command, on the grid that is worth sending."""
        value, mode = self._load.value, self._mode
        if self._unloading and (value <= _LITTLE or mode is None):
            return self.release_command()
        if mode is Mode.POWER:
            return TargetPower(float(round(value)))
        if mode is Mode.RESISTANCE:
            return BasicResistance(round(value * 200) / 200)
        return TrackResistance(round(value, 3))

    def _wire(self, now: float, telemetry: Telemetry) -> list[Command]:
        if telemetry.connection != self._connection:
            self._connection = telemetry.connection
            self._queue = [self._configuration(now)]
            if self._capabilities.simulation is not False:
                road = physics.TARMAC
                self._queue.append(WindResistance(road.air_density * road.drag_area))
            self._last = None
        elif telemetry.wants_configuration and now - self._configured >= CONFIGURATION_INTERVAL:
            self._queue.append(self._configuration(now))
        if self._queue:
            return [self._queue.pop(0)]
        setpoint = self._setpoint()
        waited = now - self._last_sent + _LITTLE
        if setpoint == self._last and waited < KEEP_ALIVE:
            return []
        if waited < SETPOINT_INTERVAL:
            return []
        self._last = setpoint
        self._last_sent = now
        if self._unloading and setpoint == self.release_command():
            self.released = True
        return [setpoint]

    def _configuration(self, now: float) -> Command:
        self._configured = now
        bike = self.rider.bike
        return UserConfiguration(self.rider.mass, bike.mass, bike.wheel_circumference / pi)
