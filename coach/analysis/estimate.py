"""Seated or standing, guessed from how the rider pedals: never a measurement.

Who stands up turns the cranks more slowly and presses harder: 8 % slower and 22 % harder at equal
speed in a field trial (Bouillod & Grappe 2018), one or two cogs by coaches' advice, which is 9 to
19 %; Millet et al. (2002) found no difference at all. How large it is for this rider, and against
which habit, is learned from the ride itself; no label of the ride is looked at, nor its plan: an
estimate that has seen what was asked could not be held against it.

The model has two states over the seconds in which the cranks turn:

* the *habit* is the mean logarithm of cadence and of torque while seated, over some minutes around
  each second. Seconds that are probably standing do not count towards it, and those far from it
  count little (a dash over a crest shall not make the slope behind it look slow);
* *standing* differs from the habit by one step in each, down in cadence and up in torque. The two
  steps are learned; a witness counts by its step over its spread, and what the two together are
  worth is read off the spread of their sum, so that hearing the same news twice is no proof.
  Slower without pressing harder is easing off, and no sign of standing;
* postures last: a stand for half a minute, a seat for some minutes, on average.

Habit, steps and postures are found in turn, each from the others (expectation and maximisation,
with a forward and backward pass over the seconds).

What it cannot do: tell standing from any other sudden spell of slow, heavy pedalling (the foot of
a hill, a short hard gear, riding on after a stop); see a rider who stands without slowing down;
know anything while the cranks are still. The ratio of speed to cadence (the gear) was tried as a
third witness and made nothing better on the one ride that has it and measured positions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coach.analysis.repair import Repaired
from coach.analysis.timer import LONGEST_HOLD
from coach.messages import Posture
from coach.ride import Column

Bools = npt.NDArray[np.bool_]

TURNING = 20.0
"""Above this the cranks turn [rpm]; below there is nothing to go by."""
HABIT = 90.0
"""Spread of the window over which a habit is a mean [s]: hills are longer, stands are shorter."""
ENOUGH = 10.0
"""So many seconds of sitting around weigh as much as the mean of the ride [s]."""
FAR = 3.0
"""Seconds this many spreads away from the habit count half towards it."""
STAND, SEAT = 30.0, 200.0
"""How long a stand and a seat last on average [s]; coaches give 45 to 90 s to begin with."""
LOUDEST = 2.0
"""The most that one second may say for a posture (natural logarithm of the odds)."""
FIRST_STEP = 0.10
"""What is looked for at first: one cog slower and as much harder (logarithms)."""
LEAST_STEP = 0.05
"""A cadence above 0.95 of the habit is no sign of standing."""
LARGEST_STEP = 0.5
"""More than this is another thing, and counts as this much (logarithm: 40 % slower)."""
LEAST_DROP = 0.10
"""One cog is 9 to 12 %; by less than this the cadence of a seated rider wanders as well."""
LEAST_SEPARATION = 2.0
"""Step over spread; below 2 not even the best threshold gets more than 84 % right."""
LARGEST_SHARE = 1 / 3
"""Who pedals slowly for more of the ride than this has two habits; elite riders stood 22 %."""
FINEST = 0.01
"""No spread is smaller: cadence comes in whole turns per minute."""
ROUNDS = 16
"""By then the steps stand still to three digits on the rides that were looked at."""
SHORTEST_STAND = 5
"""Nobody stands for less [s]."""
SHORTEST_RIDE = 300
"""With less pedalling there is no habit to learn [s]."""

WORTH = {Posture.SEATED: 0.95, Posture.STANDING: 0.55}
"""The most an estimate may be trusted: on two rides with measured positions 97 % of the seconds
called seated were so, and 60 % of those called standing; rounded down."""
NO_SIGN = 0.5
"""Confidence in "seated" where no second way of pedalling was found: anybody's guess."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What was learned of the rider.

    Attributes
    ----------
    cadence : float
        Median cadence of the seconds held to be seated [rpm].
    drop, push : float
        By how much standing is slower and harder than the habit, as fractions; `push` is NaN
        without power.
    separation : float
        The step between the two postures over the spread of the seated one.
    distinct : bool
        Whether there are two ways of pedalling at all; if not, every second is called seated.
    """

    cadence: float
    drop: float
    push: float
    separation: float
    distinct: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """A guess for each row of a repaired ride.

    Attributes
    ----------
    known : ndarray of bool, shape (n_rows,)
        Where there is a guess: the cranks turn, or rest for no longer than 10 s.
    standing : ndarray of bool, shape (n_rows,)
        Likely standing; False where nothing is known.
    confidence : ndarray, shape (n_rows,)
        From 0 to 1, the same all through a stretch of one posture; NaN where nothing is known.
    habit : Habit or None
        ``None`` when there was too little to learn one.
    missing : tuple of str
        What the ride lacked for a better guess, or for any, in words.
    """

    known: Bools
    standing: Bools
    confidence: Column
    habit: Habit | None
    missing: tuple[str, ...]


def estimate_posture(rows: Repaired) -> Estimate:
    """Guess the posture second by second.

    Parameters
    ----------
    rows : Repaired
        Only `cadence`, `power` and `riding` are looked at.

    Returns
    -------
    Estimate
        Without any known row when there is no cadence, or less than 5 min of pedalling.
    """
    nothing = np.zeros(len(rows), dtype=bool)
    unknown = np.full(len(rows), np.nan)
    if not np.isfinite(rows.cadence).any():
        return Estimate(nothing, nothing, unknown, None, ("no cadence",))
    powered = bool(np.isfinite(rows.power).any())
    missing = () if powered else ("no power: guessed from cadence alone",)
    turning = pedalling(rows) if powered else rows.cadence > TURNING
    if turning.sum() < SHORTEST_RIDE:
        short = f"only {turning.sum()} s of pedalling; a habit takes {SHORTEST_RIDE} s to learn"
        return Estimate(nothing, nothing, unknown, None, (*missing, short))

    cadence = np.where(turning, rows.cadence, 1.0)
    columns = [np.log(cadence)]
    if powered:
        columns.append(np.log(np.where(turning, rows.power, 1.0) / cadence))
    witnesses = np.array(columns)
    probability, evidence, steps, separation = _two_states(witnesses, turning)

    known = rows.riding & _bridged(turning)
    standing = _without_short(known & (probability > 0.5), SHORTEST_STAND)
    share = float(standing[turning].mean())
    drop = 1.0 - math.exp(steps[0])
    distinct = (
        drop >= LEAST_DROP and separation >= LEAST_SEPARATION and 0.0 < share <= LARGEST_SHARE
    )
    if not distinct:
        standing = nothing
        missing = (*missing, "no second way of pedalling to tell standing by")
    seated = turning & ~standing
    habit = Habit(
        cadence=float(np.median(rows.cadence[seated])),
        drop=drop,
        push=math.exp(steps[1]) - 1.0 if powered else math.nan,
        separation=separation,
        distinct=distinct,
    )
    if distinct:
        confidence = _confidence(standing, known, turning, evidence, share)
    else:
        confidence = np.where(known, NO_SIGN, np.nan)
    return Estimate(known, standing, confidence, habit, missing)


def pedalling(rows: Repaired) -> Bools:
    """Tell in which rows the rider pedals: the cranks turn, and not for nothing."""
    return (rows.cadence > TURNING) & (rows.power > 0)


def stretches(labels: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """Return where each stretch of equal labels begins, and behind the last one the end."""
    changes = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    return np.concatenate(([0], changes, [labels.size]))


class _Blur:
    """Weighted sums over a bell-shaped window around each row, by fast Fourier transform."""

    def __init__(self, size: int, spread: float) -> None:
        reach = min(size, int(3 * spread))
        bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
        self._length = 1 << (size + 2 * reach).bit_length()
        self._bell = np.fft.rfft(bell, self._length)
        self._inner = slice(reach, reach + size)

    def __call__(self, values: Column) -> Column:
        spectrum = np.fft.rfft(values, self._length) * self._bell
        return np.fft.irfft(spectrum, self._length)[self._inner]


def _two_states(witnesses: Column, turning: Bools) -> tuple[Column, Column, Column, float]:
    """Learn habit, steps and postures in turn.

    Returns the probability of standing and the evidence for it (logarithm of the odds) in each
    row, the steps from seated to standing, and the largest of these over its spread.
    """
    around = _Blur(turning.size, HABIT)
    steps = np.full(len(witnesses), FIRST_STEP)
    steps[0] = -FIRST_STEP
    probability = np.zeros(turning.size)
    nearness = np.ones(turning.size)
    for turn in range(ROUNDS):
        seated = np.where(turning, (1.0 - probability) * nearness, 0.0)
        residuals = _from_habit(witnesses, seated, around)
        standing = np.where(turning, probability, 0.0)
        if turn > 0 and standing.sum() > 0:
            bounded = np.clip(residuals, -LARGEST_STEP, LARGEST_STEP)
            steps = (bounded * standing).sum(axis=1) / standing.sum()
            steps[0] = min(steps[0], -LEAST_STEP)
            steps[1:] = np.maximum(steps[1:], 0.0)
        spread = np.sqrt((residuals**2 * seated).sum(axis=1) / seated.sum())
        weights = steps / np.maximum(spread, FINEST) ** 2
        signal, step = weights @ residuals, float(weights @ steps)
        noise = 1.4826 * _weighted_median(np.abs(signal), np.where(turning, 1 - probability, 0))
        noise = max(noise, FINEST * float(np.linalg.norm(weights)))
        nearness = 1.0 / (1.0 + (signal / (FAR * noise)) ** 2)
        evidence = np.where(turning, step * (signal - step / 2) / noise**2, 0.0)
        # Slower and no harder is easing off: nothing that speaks for standing.
        easing = (residuals[1:] < 0.0).any(axis=0)
        evidence = np.where(easing, np.minimum(evidence, 0.0), evidence)
        probability = _forward_backward(np.clip(evidence, -LOUDEST, LOUDEST))
    return probability, evidence, steps, step / noise


def _from_habit(witnesses: Column, seated: Column, around: _Blur) -> Column:
    """Return what each witness says above its habit; `seated` weighs the rows."""
    weight = np.maximum(around(seated), 0.0) + ENOUGH
    residuals = np.empty_like(witnesses)
    for witness, residual in zip(witnesses, residuals, strict=True):
        overall = (witness * seated).sum() / seated.sum()
        residual[:] = witness - (around(witness * seated) + ENOUGH * overall) / weight
    return residuals


def _weighted_median(values: Column, weights: Column) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(running, running[-1] / 2)]])


def _forward_backward(evidence: Column) -> Column:
    """Return the probability of standing in each row, given the evidence of all rows.

    Parameters
    ----------
    evidence : ndarray, shape (n_rows,)
        Logarithm of the odds of each row's observation, standing to seated; 0 says nothing.

    Notes
    -----
    Source: L. R. Rabiner, *A tutorial on hidden Markov models*, Proc. IEEE 77 (1989), section
    III A, for two states.
    """
    rise, sit = 1.0 / SEAT, 1.0 / STAND
    odds = np.exp(evidence).tolist()
    before = [0.0] * len(odds)
    standing = rise / (rise + sit)
    for row, ratio in enumerate(odds):
        standing = standing * ratio / (standing * ratio + 1.0 - standing)
        before[row] = standing
        standing = standing * (1.0 - sit) + (1.0 - standing) * rise
    after = before[-1]
    probability = [after] * len(odds)
    for row in range(len(odds) - 2, -1, -1):
        here = before[row]
        expected = here * (1.0 - sit) + (1.0 - here) * rise
        up, down = after / expected, (1.0 - after) / (1.0 - expected)
        after = here * ((1.0 - sit) * up + sit * down)
        probability[row] = after
    return np.array(probability)


def _bridged(turning: Bools) -> Bools:
    """Fill rests of the cranks of up to 10 s; not those at either end."""
    filled = turning.copy()
    edges = stretches(turning)
    for start, end in zip(edges[1:-2].tolist(), edges[2:-1].tolist(), strict=True):
        if not turning[start] and end - start <= LONGEST_HOLD:
            filled[start:end] = True
    return filled


def _without_short(standing: Bools, shortest: int) -> Bools:
    """Return the stands that last at least so many rows."""
    kept = standing.copy()
    edges = stretches(standing)
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if end - start < shortest:
            kept[start:end] = False
    return kept


def _confidence(
    standing: Bools, known: Bools, turning: Bools, evidence: Column, share: float
) -> Column:
    """Return how far each stretch may be trusted.

    The seconds of a stretch say much the same: together they are one witness, not many. So the
    mean of their evidence is weighed against how rare standing is in the ride, and the result
    scaled by what such guesses were worth where the truth was known.
    """
    confidence = np.full(standing.size, np.nan)
    rare = math.log(share / (1.0 - share))
    edges = stretches(np.where(known, standing, 2))
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if not known[start]:
            continue
        said = evidence[start:end][turning[start:end]]
        odds = rare + float(np.clip(said, -8.0, 8.0).mean()) if said.size else rare
        likely = 1.0 / (1.0 + math.exp(-odds))
        if standing[start]:
            confidence[start:end] = WORTH[Posture.STANDING] * likely
        else:
            confidence[start:end] = WORTH[Posture.SEATED] * (1.0 - likely)
    return confidence
