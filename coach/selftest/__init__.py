"""Fault scenarios, ridden and judged: how a link fails, and that a ride survives it.

`riding` takes a simulated rider through a short workout by the real runner, driver and openant, on
a pretend stick with the scenario's faults. `judging` compares what is left of the ride, the journal
and the trainer's own record, with what the scenario expects and with what holds for every ride.
"""

from coach.selftest.judging import Verdict, judge
from coach.selftest.riding import Ridden, ride, ride_all

__all__ = ["Ridden", "Verdict", "judge", "ride", "ride_all"]
