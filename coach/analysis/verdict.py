"""How good the estimate of posture is, on a ride whose positions were measured.

Counted is every second in which the cranks turn under load and the posture was measured, those
around a change of posture too; two rules that look at nothing else stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coach.analysis.estimate import estimate_posture, pedalling
from coach.analysis.posture import ride_posture
from coach.analysis.repair import Repaired
from coach.analysis.told import changes_told
from coach.messages import Posture, PostureSource
from coach.ride import Ride

Bools = npt.NDArray[np.bool_]

NAIVE_CADENCE = 70.0
"""The fixed rule: below this the rider is said to stand [rpm]."""


@dataclass(frozen=True, slots=True)
class Score:
    """How often a rule was right about standing; ``None`` where there is nothing to divide by."""

    balanced_accuracy: float | None
    """Mean of the shares found right among the seconds standing and among those seated."""
    precision: float | None
    """Of the seconds called standing, the share that were."""
    recall: float | None
    """Of the seconds standing, the share called so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The estimate against the measurement, and two naive rules against it."""

    seconds: int
    """How many seconds were compared."""
    simulated: bool
    """The rider is known to be simulated: this is no evidence of anything on the road."""
    estimate: Score
    fixed_70_rpm: Score
    always_seated: Score


def judge(ride: Ride, rows: Repaired) -> Verdict | None:
    """Hold the estimate against the measured positions.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    rows : Repaired
        The same ride, repaired.

    Returns
    -------
    Verdict or None
        ``None`` where positions were not measured, or nothing can be estimated.
    """
    measured = ride_posture(ride, changes_told(ride, PostureSource.MEASURED))
    guess = estimate_posture(rows)
    if not measured or guess.habit is None:
        return None
    stood, told = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    for interval in measured:
        within = (rows.time >= interval.start) & (rows.time < interval.end)
        told |= within
        if interval.posture is Posture.STANDING:
            stood |= within
    counted = pedalling(rows) & told
    truth = stood[counted]
    return Verdict(
        int(counted.sum()),
        ride.simulated,
        score(guess.standing[counted], truth),
        score(rows.cadence[counted] < NAIVE_CADENCE, truth),
        score(np.zeros(truth.shape, dtype=bool), truth),
    )


def score(called: Bools, truth: Bools) -> Score:
    """Compare what was called standing with what was."""
    recall, seated = _share(called[truth]), _share(~called[~truth])
    return Score(
        balanced_accuracy=None if recall is None or seated is None else (recall + seated) / 2,
        precision=_share(truth[called]),
        recall=recall,
    )


def _share(right: Bools) -> float | None:
    return float(right.mean()) if right.size else None
