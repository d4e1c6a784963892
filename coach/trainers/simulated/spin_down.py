"""The simulated trainer's spin-down: how long its wheel takes to coast down, by its own screen.

Speed up to the target, stop pedalling, wait: meanwhile page 2 tells how far the rider is, and in
the end page 1 tells the time, or that it came to nothing. The simulated rider does what the screen
says, unless told not to heed it.

Source: reference notes on FE-C, section 2.3. Which speeds and times real trainers ask for is their
makers' secret; those here are of the usual order.
"""

from __future__ import annotations

from coach.protocol import fec
from coach.trainers.simulated.machine import STEP, Machine
from coach.trainers.simulated.rider import SimulatedRider

TARGET_SPEED = 10.0
"""To be reached, and where the clock starts on the way down [m/s]."""
LAST_SPEED = 2.0
"""Where it stops [m/s]."""
TARGET_TIME = 9.0
"""What the wheel took in the factory [s]."""
PATIENCE = 60.0
"""A rider who does not get on with it for so long has given up [s]."""
TEMPERATURE = 23.0
"""[°C]."""
_MARGIN = 0.5
"""The rider aims above the target by this [m/s]."""


class SpinDown:
    """One spin-down, from the request to its result.

    Parameters
    ----------
    machine : Machine
        Whose brake lets go meanwhile.
    rider : SimulatedRider
        Who reads the trainer's screen.

    Attributes
    ----------
    result : CalibrationResponse or None
        What came of it, once it is over.
    """

    def __init__(self, machine: Machine, rider: SimulatedRider) -> None:
        self._machine = machine
        self._rider = rider
        self._waited = 0.0
        self._fast_enough = False
        self._took = 0.0
        self.result: fec.CalibrationResponse | None = None
        machine.calibrating = True
        rider.spin_up(TARGET_SPEED + _MARGIN)

    def step(self) -> None:
        """Live through one `STEP`."""
        self._waited += STEP
        speed = self._machine.speed
        if not self._fast_enough and speed >= TARGET_SPEED:
            self._fast_enough, self._waited = True, 0.0
            self._rider.coast()
        elif self._fast_enough and speed < TARGET_SPEED:
            self._took += STEP
        if self._fast_enough and speed <= LAST_SPEED:
            self._end(succeeded=True)
        elif self._waited >= PATIENCE:
            self._end(succeeded=False)

    def page(self) -> fec.CalibrationInProgress:
        """Return data page 2."""
        return fec.CalibrationInProgress(
            spin_down_pending=True,
            temperature_condition="ok",
            speed_condition="ok" if self._fast_enough else "too_low",
            temperature_c=TEMPERATURE,
            target_speed_mps=TARGET_SPEED,
            target_spin_down_time_s=TARGET_TIME,
        )

    def _end(self, *, succeeded: bool) -> None:
        self._machine.calibrating = False
        self._rider.ride_on()
        self.result = fec.CalibrationResponse(
            spin_down_success=succeeded,
            temperature_c=TEMPERATURE,
            spin_down_time_s=self._took if succeeded else None,
        )
