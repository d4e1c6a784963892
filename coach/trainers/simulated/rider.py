"""The simulated rider: sees what a display shows, and turns the cranks.

What they see is a `Snapshot` with its cues, so the rider is one more display of the ride; what
kind of load it is they feel. What they do with it:

* **Power mode**: keep the cadence; the brake does the rest.
* **Grade and resistance mode**: ride to the power *shown*. The load felt at the wheel tells which
  speed costs that much; the gear brings the cadence near the preferred one, the rest is trimmed.
* **Posture**: follow the plan 2 to 5 s after it changes, over a second or so of transition. After
  a gear cue the harder gear goes in with the rise. A push comes with standing up, a dip with
  sitting down.
* **Cadence**: what the rider file says on the flat, 77 rpm on hills, 68 when standing; 3 rpm less
  after 90 minutes.
* **Strength**: torque has a limit. In power mode a load above 85 % of it slows the legs, the brake
  answers with more torque, and so on down: the death spiral is real here.
* **Roads** on which nothing is asked: 80 % of threshold power on climbs, 65 % elsewhere; on a
  descent that is fast by itself the legs rest.
* **Fatigue**: with less than a fifth of W′ left the rider falls 5 to 10 % short and sits down.
* **Tests**: in a ramp the rider gives up when three tenths of W′ are left, and the legs slow down.
  In a test without a target the rider spends W′ evenly, down to the same. Both are made up: the
  share is such that either test comes out near the FTP in the rider file.

So rides the obedient one; a `model` of another character does some of it late, or not at all.

While a ride is paused the legs keep turning easily; when it is finished they stop. With nothing
shown at all the rider spins at half of threshold power. A trainer that calibrates itself has a
screen of its own, and the rider obeys that one first.

Source: reference notes on training science, sections 1.6, 2.2 and 8.1. Limits: the unevenness of
the pedal stroke, the push of standing up and the dip of a shift are seen by the meter and do not
move the wheel; nobody eats or drinks, and nobody gives up but in a ramp.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import pi
from random import Random

from coach.guidance.gears import SEATED_HILL_CADENCE
from coach.messages import Cue, CueKind, Key, Mode, Posture, RideState, Snapshot
from coach.rider import Rider
from coach.trainers.simulated.body import SESSION, Heart, Noise, Reserve
from coach.trainers.simulated.gearbox import Gearbox
from coach.trainers.simulated.machine import FLYWHEEL_MASS, STEP, WEAKEST_FORCE, Machine
from coach.trainers.simulated.model import OBEDIENT
from coach.trainers.simulated.stance import Stance
from coach.workout import SegmentKind

TURN = 2.0 * pi

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
LIGHT = 0.85
"""They stay this far below the speed at which the brake's floor is more than the target."""
EASY = 0.5
"""Share of threshold power when nothing else is shown ..."""
OWN_PACE = {SegmentKind.HILL: 0.80, SegmentKind.ROAD: 0.65}
"""... and no more is asked on a road; made up."""
STEEP, FAST = -0.03, 11.0
"""On what goes down so steeply [fraction], so fast [m/s], nobody needs to pedal."""
LEAST = 0.2
"""Nobody keeps the legs turning with less than this share."""

STRONGEST_TORQUE = 60.0 / 220.0
"""What the reference rider, FTP 220 W, can hold for more than a few turns is 60 N m."""
HEAVY = 0.85
"""Share of it above which the legs slow down ..."""
YIELD = 40.0
"""... by this much each second for each 100 % above [rpm/s]."""

SPARED = 0.3
"""Share of W′ that is left when a test has come to its end; made up."""
GIVEN_UP_CADENCE = 40.0
"""What the legs fall to then [rpm]."""
LAST_SPURT = 30.0
"""Nobody reckons more closely with the end of a test [s]."""

SHIFT_DIP = 0.4
"""Power in the step of a shift, as a share."""

LEGS = 0.8
"""How soon the legs bring the wheel to the speed they want [s]."""
FEELING = 1.0
"""How soon they feel a change of load, and act on it [s]."""
TRIMMING = 20.0
"""How soon they make good what the display says they missed [s]."""
MOST_TRIM = 0.15
"""And by how much of the target at most."""
CHANGE_OF_CADENCE = 3.0
"""How soon they settle on another cadence [s]."""


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
    heeds_trainer : bool
        Whether the rider does what the trainer's own screen says.
    model : RiderModel
        The rider's character; to be chosen before the ride begins.
    """

    def __init__(self, rider: Rider, seed: int) -> None:
        random = Random(seed)
        self._rider = rider
        self._random = random
        self._strength = STRONGEST_TORQUE * rider.threshold_power
        self.power = 0.0
        self.cadence = 0.0
        self.heeds_trainer = True
        self.model = OBEDIENT
        self.heart = Heart(rider, random)
        self.reserve = Reserve(rider)
        self.stance = Stance(random)
        self.gearbox = Gearbox(rider.bike, random, FLAT_SPEED * 60.0 / rider.cadence)
        self._stroke = Noise(random, 4.0)
        self._rhythm = Noise(random, 8.0)
        self._shortfall = random.uniform(0.05, 0.10)
        self._seen: deque[tuple[Snapshot, bool]] = deque()
        self._shown: Snapshot | None = None
        self._mode = Mode.GRADE
        self._told_gear = False
        # Asked for by the trainer's screen; 0 is to coast.
        self._drill: float | None = None
        self._cadence_held = 0.0
        self._felt = WEAKEST_FORCE
        self._trim = 0.0
        self._dip = 1.0
        self._tired = 0.0
        self._exhausted = False
        self._gave_up = False
        # How long the plan's standing stretch is; 0 off such stretches [s].
        self._to_stand = 0.0
        self._stops_at: float | None = None

    # --- eyes: a display like any other ----------------------------------------------------------

    def open(self) -> None:
        """Look up."""

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """See this moment of the ride; it counts from the next step of the legs on."""
        told_gear = bool(cues) and any(cue.kind is CueKind.GEAR for cue in cues)
        self._seen.append((snapshot, told_gear))

    def keys(self) -> Sequence[Key]:
        """Press nothing."""
        return ()

    def close(self) -> None:
        """Look away."""

    def spin_up(self, speed: float) -> None:
        """Read on the trainer's screen to bring the wheel to a speed [m/s]."""
        if self.heeds_trainer:
            self._drill = speed

    def coast(self) -> None:
        """Read on the trainer's screen to stop pedalling."""
        self.spin_up(0.0)

    def ride_on(self) -> None:
        """See the trainer's screen go dark."""
        self._drill = None

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
        finished = shown is not None and shown.state is RideState.FINISHED
        own_will = self._drill is None
        rests = finished or self._stops(now) or self._rolls()
        if self._drill == 0.0 or (own_will and rests):
            self._cadence_held = self.cadence = 0.0
            return 0.0
        self._mode = machine.mode
        self._steer(now, machine.force)
        noise = CADENCE_NOISE * (STANDING_NOISE[0] if self.stance.standing else 1.0)
        cadence = max(0.0, self._cadence_held + noise * self._rhythm.step())
        development = self.gearbox.development
        missing = cadence * development / 60.0 - machine.speed
        push = machine.force + FLYWHEEL_MASS * missing / LEGS
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
            shown, told = self._seen.popleft()
            self._shown = shown
            self._told_gear = self._told_gear or told
            asked = Posture.SEATED if self.model.stays_seated else shown.posture
            self.stance.ask(asked, now, self.model.reaction)
        if self._exhausted or self._has_stood_enough():
            self.stance.give_in(now)
        if self.stance.step(now) and self._told_gear:
            self._told_gear = False
            self.gearbox.hurry()

    def _has_stood_enough(self) -> bool:
        """Tell whether the model's share of the standing stretch is over."""
        shown, share = self._shown, self.model.sits_after
        if share is None or shown is None or shown.posture is not Posture.STANDING:
            self._to_stand = 0.0
            return False
        ahead = shown.next_posture_in
        left = shown.remaining if ahead is None else ahead
        self._to_stand = max(self._to_stand, left)
        return left <= (1.0 - share) * self._to_stand

    def _stops(self, now: float) -> bool:
        """Tell whether the legs rest, as the model's do now and then."""
        every = self.model.stops_every
        if every is None:
            return False
        if self._stops_at is None or now >= self._stops_at + self.model.stops_for:
            self._stops_at = now + self._random.uniform(*every)
        return now >= self._stops_at

    def _rolls(self) -> bool:
        """Tell whether the road takes the bike down without legs."""
        shown = self._shown
        if shown is None or shown.grade is None or shown.speed is None:
            return False
        return shown.grade <= STEEP and shown.speed >= FAST and shown.segment_way is not None

    def _steer(self, now: float, load: float) -> None:
        """Choose the gear and the cadence to hold against this load at the wheel."""
        calm = self._mode is Mode.POWER and self._drill is None
        preferred = self._preferred_cadence()
        speed = self._wanted_speed(load)
        shifted = self.gearbox.step(now, speed, preferred, calm=calm)
        self._dip = SHIFT_DIP if shifted else 1.0
        development = self.gearbox.development
        torque = load * development / TURN
        if calm:
            self._settle_cadence(preferred, CHANGE_OF_CADENCE, torque)
        else:
            self._settle_cadence(min(60.0 * speed / development, FASTEST_CADENCE), FEELING, torque)

    @property
    def _noise(self) -> float:
        """Standard deviation of the pedal stroke now [W]."""
        noise = POWER_NOISE[self._mode] * (1.0 + TIRED_NOISE * self._tired)
        return noise * STANDING_NOISE[1] if self.stance.standing else noise

    def _target(self) -> float:
        """Power that the rider rides to [W]."""
        shown, threshold = self._shown, self._rider.threshold_power
        if self.model.own_power is not None:
            return self.model.own_power * threshold
        if shown is None:
            return EASY * threshold
        if shown.target_power is None:
            if shown.kind == SegmentKind.TEST:
                left = max(shown.segment_remaining, LAST_SPURT)
                to_spend = max(0.0, self.reserve.share - SPARED) * self._rider.w_prime
                return threshold + to_spend / left
            return OWN_PACE.get(SegmentKind(shown.kind), EASY) * threshold
        target = shown.target_power
        if self._exhausted:
            target *= 1.0 - self._shortfall
        return max(target, LEAST * threshold)

    def _gives_up(self) -> bool:
        """Tell whether the legs have failed in a ramp; off it they are as before."""
        shown = self._shown
        in_ramp = shown is not None and shown.kind == SegmentKind.TEST and self._mode is Mode.POWER
        self._gave_up = in_ramp and (self._gave_up or self.reserve.share < SPARED)
        return self._gave_up

    def _preferred_cadence(self) -> float:
        shown, model = self._shown, self.model
        if self._gives_up():
            return GIVEN_UP_CADENCE
        own = model.cadence or self._rider.cadence
        if self.stance.standing:
            own = min(own, model.standing_cadence)
        elif model.cadence is None and shown is not None and shown.kind == SegmentKind.HILL:
            own = min(own, SEATED_HILL_CADENCE)
        return own - TIRED_CADENCE * self._tired

    def _wanted_speed(self, load: float) -> float:
        """Speed of the wheel that the rider looks for, whatever the gear [m/s]."""
        self._felt += (load - self._felt) * STEP / FEELING
        if self._drill is not None:
            return self._drill
        target = self._target()
        if self._mode is Mode.POWER:
            self._trim = 0.0
            return min(FLAT_SPEED, LIGHT * target / WEAKEST_FORCE)
        shown = self._shown
        if shown is not None and shown.power is not None:
            trim = self._trim + (1.0 - shown.power / target) * STEP / TRIMMING
            self._trim = min(max(trim, -MOST_TRIM), MOST_TRIM)
        return target * (1.0 + self._trim) / self._felt

    def _settle_cadence(self, wanted: float, after: float, torque: float) -> None:
        """Bring the cadence held nearer to the one wanted, against a torque at the cranks."""
        held = self._cadence_held + (wanted - self._cadence_held) * STEP / after
        heavy = torque / (HEAVY * self._strength) - 1.0
        if heavy > 0.0:
            held -= YIELD * heavy * STEP
        self._cadence_held = max(0.0, held)
