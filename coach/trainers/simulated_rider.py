"""The simulated rider: sees what a display shows, and turns the cranks.

What they see is a `Snapshot` with its cues, so the rider is one more display of the ride. What
they do with it:

* **Power mode**: keep the cadence; the brake does the rest.
* **Grade and resistance mode**: ride to the power *shown*. The load felt at the wheel tells which
  speed costs that much; the gear brings the cadence near the preferred one, the rest is trimmed.
* **Posture**: follow the plan 2 to 5 s after it changes, over a second or so of transition. After
  a gear cue the harder gear goes in with the rise. A push comes with standing up, a dip with
  sitting down.
* **Cadence**: preferred on the flat as the rider file says, on hills in the middle of the band
  shown, some 3 rpm lower after 90 minutes.
* **Strength**: torque has a limit. In power mode a load above 85 % of it slows the legs, the brake
  answers with more torque, and so on down: the death spiral is real here.
* **Fatigue**: with less than a fifth of W′ left the rider falls 5 to 10 % short and sits down.

While a ride is paused the legs keep turning easily; when it is finished they stop. With nothing
shown at all the rider spins at half of threshold power.

Source: reference notes on training science, sections 1.6, 2.2 and 8.1. Limits: the unevenness of
the pedal stroke, the push of standing up and the dip of a shift are seen by the meter and do not
move the wheel; nobody eats, drinks or gives up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import exp, inf, log, pi
from random import Random

from coach.guidance.gears import SEATED_HILL_CADENCE, gears
from coach.messages import Cue, CueKind, Key, Mode, Posture, RiderPosition, RideState, Snapshot
from coach.rider import Rider
from coach.trainers.body import SESSION, Heart, Noise, Reserve
from coach.trainers.machine import FLYWHEEL_MASS, STEP, WEAKEST_FORCE, Machine
from coach.workout import SegmentKind

TURN = 2.0 * pi

STANDING_CADENCE = 68.0
"""Middle of what riders choose out of the saddle, 65 to 72 [rpm]."""
FASTEST_CADENCE = 110.0
"""Legs do not follow a light load beyond this [rpm]."""
TIRED_CADENCE = 3.0
"""Slower by this after `SESSION` [rpm]."""
TIRED_NOISE = 0.2
"""Less even by this share after `SESSION`."""

CADENCE_NOISE = 1.8
"""Standard deviation [rpm]."""
POWER_NOISE = {Mode.POWER: 3.0, Mode.GRADE: 12.0, Mode.RESISTANCE: 12.0}
"""Standard deviation of the pedal stroke [W]; in power mode the brake's answer to uneven cadence
adds as much again."""
STANDING_NOISE = (1.4, 1.8)
"""Cadence and power are less even by these factors when standing."""
EVEN_POWER = 80.0
"""Below this the pedal stroke's unevenness fades with power [W]."""

FLAT_SPEED = 7.0
"""Wheel speed that riders like in power mode: small ring, middle of the cassette [m/s]."""
EASY = 0.5
"""Share of threshold power when nothing else is shown."""

STRONGEST_TORQUE = 60.0 / 220.0
"""What the reference rider, FTP 220 W, can hold for more than a few turns is 60 N m."""
HEAVY = 0.85
"""Share of it above which the legs slow down ..."""
YIELD = 40.0
"""... by this much each second for each 100 % above [rpm/s]."""

LEGS = 0.8
"""How soon the legs bring the wheel to the speed they want [s]."""
FEELING = 1.0
"""How soon they feel a change of load, and act on it [s]."""
CHANGE_OF_CADENCE = 3.0
"""How soon they settle on another cadence [s]."""


class Stance:
    """Seated or standing, the second in between, and what the change does to power.

    Attributes
    ----------
    position : RiderPosition
        What good pedals would report.
    surge : float
        Factor on power: above 1 while pushing up, below 1 while settling down.
    """

    def __init__(self, random: Random) -> None:
        self.position = RiderPosition.SEATED
        self.surge = 1.0
        self._random = random
        self._asked: Posture | None = None
        self._wanted = Posture.SEATED
        self._react_at = self._settle_at = self._even_at = inf

    @property
    def standing(self) -> bool:
        """Standing, or on the way up."""
        position = self.position
        return (
            position is RiderPosition.STANDING or position is RiderPosition.TRANSITION_TO_STANDING
        )

    def ask(self, posture: Posture | None, now: float) -> None:
        """See which posture is asked for; react to a change after 2 to 5 s."""
        if posture is not self._asked:
            self._asked = posture
            if posture is not None:
                self._wanted = posture
                self._react_at = now + self._random.uniform(2.0, 5.0)

    def give_in(self, now: float) -> None:
        """Sit down, whatever is asked, until the next change is asked for."""
        if self.standing and self._wanted is Posture.STANDING:
            self._wanted = Posture.SEATED
            self._react_at = now

    def step(self, now: float) -> bool:
        """Bring the body to where it should be; tell whether it begins to rise."""
        rises = False
        if now >= self._react_at:
            self._react_at = inf
            if self.standing is not (self._wanted is Posture.STANDING):
                rises = not self.standing
                self._begin(now)
        if now >= self._settle_at:
            self._settle_at = inf
            self.position = RiderPosition.STANDING if self.standing else RiderPosition.SEATED
        if now >= self._even_at:
            self._even_at = inf
            self.surge = 1.0
        return rises

    def _begin(self, now: float) -> None:
        uniform = self._random.uniform
        if self.standing:
            self.position = RiderPosition.TRANSITION_TO_SEATED
            self.surge = 0.85
            self._even_at = now + uniform(1.0, 2.0)
        else:
            self.position = RiderPosition.TRANSITION_TO_STANDING
            self.surge = 1.0 + uniform(0.1, 0.3)
            self._even_at = now + uniform(1.0, 3.0)
        self._settle_at = now + uniform(0.8, 1.6)


class Gearbox:
    """The bike's gears, shifted one or two cogs at a time, one to two seconds after the wish.

    Attributes
    ----------
    development : float
        Metres for one turn of the cranks, in the gear that is in.
    """

    TOLERANCE = 5.0
    """Cadence may be off by this before the rider shifts [rpm]; cogs are some 8 rpm apart."""
    REACH = log(1.26)
    """Furthest shift: two cogs."""

    def __init__(self, rider: Rider, random: Random) -> None:
        bike = rider.bike
        self._developments = [gear.ratio * bike.wheel_circumference for gear in gears(bike)]
        self._random = random
        self._due = inf
        self._hurried = False
        self.development = self._nearest(FLAT_SPEED * 60.0 / rider.cadence)

    def hurry(self) -> None:
        """Shift without delay next time: the rider was told, and has the hand on the lever."""
        self._hurried = True

    def step(self, now: float, speed: float, cadence: float) -> bool:
        """Bring the cadence at `speed` [m/s] near `cadence` [rpm]; tell whether it shifted."""
        off = 60.0 * speed / self.development - cadence
        hurried, self._hurried = self._hurried, False
        if -self.TOLERANCE <= off <= self.TOLERANCE:
            self._due = inf
            return False
        if hurried:
            self._due = now
        elif self._due == inf:
            self._due = now + self._random.uniform(1.0, 2.0)
        if now < self._due:
            return False
        self._due = inf
        before = self.development
        wanted = max(speed, 0.1) * 60.0 / cadence
        reach = min(max(log(wanted / before), -self.REACH), self.REACH)
        self.development = self._nearest(before * exp(reach))
        return self.development != before

    def _nearest(self, development: float) -> float:
        return min(self._developments, key=lambda one: abs(log(one / development)))


class SimulatedRider:
    """A display that pedals.

    Parameters
    ----------
    rider : Rider
        Whose legs, heart and bike these are.
    seed : int
        Where the chance comes from: the same seed, shown the same, rides the same.

    Attributes
    ----------
    power : float
        What a meter at the hub sees [W].
    cadence : float
        [rpm].
    heart : Heart
    stance : Stance
    """

    def __init__(self, rider: Rider, seed: int) -> None:
        random = Random(seed)
        self._rider = rider
        self._strength = STRONGEST_TORQUE * rider.threshold_power
        self.power = 0.0
        self.cadence = 0.0
        self.heart = Heart(rider, random)
        self.reserve = Reserve(rider)
        self.stance = Stance(random)
        self.gearbox = Gearbox(rider, random)
        self._stroke = Noise(random, 4.0)
        self._rhythm = Noise(random, 8.0)
        self._shortfall = random.uniform(0.05, 0.10)
        self._seen: deque[tuple[Snapshot, bool]] = deque()
        self._shown: Snapshot | None = None
        self._told_gear = False
        self._cadence_held = 0.0
        self._felt = WEAKEST_FORCE
        self._dip = 1.0
        self._tired = 0.0
        self._exhausted = False

    # --- eyes: a display like any other ----------------------------------------------------------

    def open(self) -> None:
        """Look up."""

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """See this moment of the ride; it counts from the next step of the legs on."""
        self._seen.append((snapshot, any(cue.kind is CueKind.GEAR for cue in cues)))

    def keys(self) -> Sequence[Key]:
        """Press nothing."""
        return ()

    def close(self) -> None:
        """Look away."""

    # --- legs ------------------------------------------------------------------------------------

    def push(self, now: float, machine: Machine) -> float:
        """Decide what the legs do for one step.

        Parameters
        ----------
        now : float
            [s].
        machine : Machine
            Its load is felt and its wheel heard; nothing is changed.

        Returns
        -------
        float
            Force at the wheel's rim [N], never negative.
        """
        self._look(now)
        shown = self._shown
        if shown is not None and shown.state is RideState.FINISHED:
            self._cadence_held = self.cadence = 0.0
            return 0.0
        preferred = self._preferred_cadence()
        wheel_speed = self._wheel_speed_wanted(machine.force)
        self._dip = 0.4 if self.gearbox.step(now, wheel_speed, preferred) else 1.0
        development = self.gearbox.development
        self._hold_cadence(machine.force * development / TURN, wheel_speed, preferred)
        noise = CADENCE_NOISE * (STANDING_NOISE[0] if self.stance.standing else 1.0)
        cadence = max(0.0, self._cadence_held + noise * self._rhythm.step())
        short = cadence * development / 60.0 - machine.speed
        push = machine.force + FLYWHEEL_MASS * short / LEGS
        push = min(max(push, 0.0), self._strength * TURN / development)
        self.cadence = 60.0 * machine.speed / development
        if push == 0.0:
            # The wheel runs away from the cranks: they turn as fast as the legs do.
            self.cadence = min(self.cadence, cadence)
        return push

    def feel(self, power: float) -> None:
        """Let one step at this mean `power` [W] of the legs be felt, and seen by the meter."""
        noise = self._noise * self._stroke.step()
        if power < EVEN_POWER:
            noise *= power / EVEN_POWER
        self.power = max(0.0, power * self.stance.surge * self._dip + noise)
        self.heart.step(power, self.stance.standing)
        reserve = self.reserve.step(power)
        self._exhausted = reserve < (0.4 if self._exhausted else 0.2)
        if power > 0.0:
            self._tired = min(1.0, self._tired + STEP / SESSION)

    def _look(self, now: float) -> None:
        """Take in what was shown before `now`, and move the body accordingly."""
        while self._seen and self._seen[0][0].time < now:
            self._shown, told = self._seen.popleft()
            self._told_gear = self._told_gear or told
            self.stance.ask(self._shown.posture, now)
        if self._exhausted:
            self.stance.give_in(now)
        if self.stance.step(now) and self._told_gear:
            self._told_gear = False
            self.gearbox.hurry()

    @property
    def _mode(self) -> Mode:
        return Mode.GRADE if self._shown is None else self._shown.mode

    @property
    def _noise(self) -> float:
        """Standard deviation of the pedal stroke now [W]."""
        noise = POWER_NOISE[self._mode] * (1.0 + TIRED_NOISE * self._tired)
        return noise * STANDING_NOISE[1] if self.stance.standing else noise

    def _target(self) -> float:
        """Power that the rider rides to [W]."""
        shown, threshold = self._shown, self._rider.threshold_power
        if shown is None or shown.target_power is None:
            return EASY * threshold
        if self._exhausted:
            return shown.target_power * (1.0 - self._shortfall)
        return shown.target_power

    def _preferred_cadence(self) -> float:
        shown = self._shown
        if self.stance.standing:
            cadence = STANDING_CADENCE
        elif shown is not None and shown.hill is not None and shown.kind == SegmentKind.HILL:
            cadence = SEATED_HILL_CADENCE
        else:
            cadence = self._rider.cadence
        return cadence - TIRED_CADENCE * self._tired

    def _wheel_speed_wanted(self, load: float) -> float:
        """Speed of the wheel that the rider looks for, whatever the gear [m/s]."""
        if self._mode is Mode.POWER:
            # The brake has a floor that rises with speed: nobody spins a light load up to it.
            return min(FLAT_SPEED, 0.85 * self._target() / WEAKEST_FORCE)
        self._felt += (load - self._felt) * STEP / FEELING
        return self._target() / self._felt

    def _hold_cadence(self, torque: float, wheel_speed: float, preferred: float) -> None:
        """Change the cadence that the legs hold by one step, against `torque` at the cranks."""
        held = self._cadence_held
        if self._mode is Mode.POWER:
            held += (preferred - held) * STEP / CHANGE_OF_CADENCE
        else:
            wanted = 60.0 * wheel_speed / self.gearbox.development
            held += (min(wanted, FASTEST_CADENCE) - held) * STEP / FEELING
        heavy = torque / (HEAVY * self._strength) - 1.0
        if heavy > 0.0:
            held -= YIELD * heavy * STEP
        self._cadence_held = max(0.0, held)
