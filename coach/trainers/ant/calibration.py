"""The spin-down: a trainer measures how its wheel coasts, to know its own drag.

What the rider does follows from the trainer's own pages:

=========== ==================================================================================
requested   data page 1 was sent, again and again until the trainer answers
speed up    page 2: the speed is too low yet
coast       page 2: the speed is reached, or was: from here on the rider does nothing
succeeded   page 1: how long it took, and at what temperature
failed      page 1 without success
=========== ==================================================================================

There is no page that calls it off: a rider who does not go on waits until the trainer gives up.

Source: reference notes on FE-C, section 2.3 and the vectors of 3.3. Tried on the simulated
trainer, on no hardware.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coach.errors import CommandRejected, DecodeError, TrainerTimeout
from coach.messages import BasicResistance, Command, TargetPower, TrackResistance
from coach.protocol import fec

REQUEST = fec.CalibrationRequest(spin_down=True).encode()
REQUEST_INTERVAL = 2.0
"""Between two requests, as long as nothing answers [s]."""
ANSWER_TIME = 10.0
"""A trainer that says nothing of a spin-down for so long has none [s]."""
LONGEST = 180.0
"""A spin-down takes less than this [s]."""
WARM_UP = "ten minutes"
"""What a trainer's belt and oil need; the same before every spin-down makes them comparable."""


class Step(StrEnum):
    """What is to be done now."""

    REQUESTED = "requested"
    SPEED_UP = "speed_up"
    COAST = "coast"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """What the trainer measured; ``None`` where it does not say."""

    spin_down_time: float | None = None
    """[s]."""
    temperature: float | None = None
    """[°C]."""


def is_load(command: Command | None) -> bool:
    """Return whether a trainer brakes after such a command, more than on a flat road."""
    match command:
        case TargetPower(power):
            return power > 0
        case BasicResistance(resistance):
            return resistance > 0
        case TrackResistance(grade):
            return grade > 0
    return False


class Calibration:
    """One spin-down, from the request to its result; does no I/O.

    Parameters
    ----------
    load_on : bool
        Whether the trainer brakes now, as on a climb.

    Attributes
    ----------
    state : Step
    result : Result or None
        Once it is over.
    target_speed : float or None
        To be reached [m/s].
    speed : float or None
        Of the wheel, as of the latest page 16 [m/s].
    temperature_condition : str
        ``too_low``, ``ok``, ``too_high`` or ``not_applicable``.

    Raises
    ------
    CommandRejected
        If the load is on.
    """

    def __init__(self, *, load_on: bool) -> None:
        if load_on:
            raise CommandRejected(
                "a spin-down needs a wheel that runs free: finish or pause the climb first"
            )
        self.state = Step.REQUESTED
        self.result: Result | None = None
        self.target_speed: float | None = None
        self.speed: float | None = None
        self.temperature_condition = "not_applicable"
        self._began: float | None = None
        self._due = 0.0
        self._judges = False
        self._before: bytes | None = None

    @property
    def over(self) -> bool:
        """Whether the trainer has said what came of it."""
        return self.state in (Step.SUCCEEDED, Step.FAILED)

    def next_request(self, now: float) -> bytes | None:
        """Let time pass; return the payload to send to the trainer now, acknowledged.

        Parameters
        ----------
        now : float
            [s]; the spin-down begins with the first call.

        Raises
        ------
        TrainerTimeout
            If the trainer does not answer, or the whole takes too long.
        """
        if self._began is None:
            self._began = self._due = now
        if self.over:
            return None
        waited = now - self._began
        if self.state is Step.REQUESTED and waited >= ANSWER_TIME:
            raise TrainerTimeout(
                "the trainer does not answer to a spin-down: it may calibrate itself, as many "
                "direct-drive trainers do; its maker's app or manual tells"
            )
        if waited >= LONGEST:
            raise TrainerTimeout(
                f"the spin-down did not end within {LONGEST / 60:.0f} minutes: "
                "ride on for a while, and run 'coach calibrate' again"
            )
        if self.state is not Step.REQUESTED or now < self._due:
            return None
        self._due = now + REQUEST_INTERVAL
        return REQUEST

    def step(self, payload: bytes) -> None:
        """Take any page of the trainer."""
        if self.over:
            return
        try:
            page = fec.decode(payload)
        except DecodeError:
            return
        match page:
            case fec.GeneralFeData():
                self.speed = page.speed_mps
            case fec.CalibrationInProgress():
                self._go_on(page)
            case fec.CalibrationResponse():
                self._end(page, payload)

    def _go_on(self, page: fec.CalibrationInProgress) -> None:
        if self._began is None or (page.zero_offset_pending and not page.spin_down_pending):
            return
        self.target_speed = page.target_speed_mps
        self.temperature_condition = str(page.temperature_condition)
        self._judges = page.speed_condition != "not_applicable"
        if page.speed_condition == "ok":
            self.state = Step.COAST
        elif self.state is Step.REQUESTED:
            # Who coasts is too slow again before long: that is no reason to pedal.
            self.state = Step.SPEED_UP

    def _end(self, page: fec.CalibrationResponse, payload: bytes) -> None:
        if self._began is None or (self.state is Step.REQUESTED and payload == self._before):
            # The result of an earlier one; some trainers may say it more than once.
            self._before = payload
            return
        if page.zero_offset_success and not page.spin_down_success:
            return  # of another request
        self.state = Step.SUCCEEDED if page.spin_down_success else Step.FAILED
        self.result = Result(page.spin_down_time_s, page.temperature_c)

    @property
    def words(self) -> str:
        """What to tell the rider now, as a sentence."""
        match self.state:
            case Step.REQUESTED:
                return "Asking the trainer for a spin-down."
            case Step.SPEED_UP:
                return f"{self._speed_up()}{self._temperature()}"
            case Step.COAST:
                return "Stop pedalling now and let the wheel coast, without braking."
            case Step.SUCCEEDED:
                return f"Calibrated{self._measured()}."
            case Step.FAILED:
                return (
                    f"The trainer calls the spin-down failed{self._measured()}: ride for {WARM_UP} "
                    "to warm it up, and try again."
                )

    def _speed_up(self) -> str:
        goal = "" if self.target_speed is None else f" to {3.6 * self.target_speed:.1f} km/h"
        # A trainer that says "too low" will say "ok" too; of another the rider must judge alone.
        then = "and pedal until you are told to stop" if self._judges else "then stop pedalling"
        return f"Speed up{goal}, {then}."

    def _temperature(self) -> str:
        if self.temperature_condition == "too_low":
            return f" The trainer is cold: {WARM_UP} of riding before it make it more exact."
        if self.temperature_condition == "too_high":
            return " The trainer calls itself too hot: let it cool down if this fails."
        return ""

    def _measured(self) -> str:
        result = self.result or Result()
        text = ""
        if result.spin_down_time is not None:
            text += f": the wheel coasted for {result.spin_down_time:.2f} s"
        if result.temperature is not None:
            text += f" at {result.temperature:.0f} °C"
        return text
