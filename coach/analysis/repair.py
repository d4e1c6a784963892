"""From what a device wrote to what can be reckoned with: sound samples at 1 Hz.

In this order:

1. samples without a time, or whose time stamp repeats or runs backward, are left out, and so is
   what was recorded while the timer stood still;
2. values that no rider and no sensor can mean are left out; a power spike is replaced by the mean
   of its neighbours, because a hole in the power would break every window over it;
3. the rest is brought to 1 Hz by time-weighted hold: each value holds until the next, so smart
   recording gives the same means as a sample every second;
4. a silence of up to 10 s is bridged by the last value, a longer one is missing: never zero.

Nothing is hidden: each kind of repair is a note in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coach.analysis.timer import LONGEST_HOLD, in_order, pauses
from coach.ride import COLUMNS, Column, Ride

SPIKE_POWER = 2000.0
"""A single sample above this is a spike [W]."""
SPIKE_THRESHOLDS = 8.0
"""A single sample above this many times threshold power is a spike."""
HEART_RATE_JUMP = 10.0
"""No heart changes faster than this [bpm/s]."""
LONGEST_SLIP = 100.0
"""By so much may a distance be corrected from one sample to the next [m]."""
PLAUSIBLE = {
    "power": (0.0, np.inf),
    "cadence": (0.0, 180.0),
    "heart_rate": (35.0, 220.0),
    "speed": (0.0, 100 / 3.6),
    "altitude": (-500.0, 9000.0),
}
"""What a rider and a sensor can mean, both ends included; beyond it a value is missing."""

Indices = npt.NDArray[np.intp]

_WORDS = {"heart_rate": "heart rate"}


@dataclass(frozen=True, slots=True)
class Repaired:
    """A ride at 1 Hz, without pauses.

    Between two stretches of riding (a pause, a silence above 10 s) stands one row that is NaN in
    every column, so that no window reaches across; a gap of any length costs that one row.

    Attributes
    ----------
    time : ndarray, shape (n_rows,)
        Start of the row in seconds since the ride's start; not decreasing.
    seconds : ndarray, shape (n_rows,)
        How long the row lasts: 1 s, or the length of the gap.
    riding : ndarray of bool, shape (n_rows,)
        Which rows are a second of riding, not a gap.
    power, cadence, heart_rate, speed, distance, altitude, grade, target_power : ndarray
        Shape (n_rows,), units as in `coach.ride.Ride`; NaN where nothing is known.
    spikes : int
        How many power spikes were replaced.
    notes : tuple of str
        What was repaired, in words for the rider.
    """

    time: Column
    seconds: Column
    riding: npt.NDArray[np.bool_]
    power: Column
    cadence: Column
    heart_rate: Column
    speed: Column
    distance: Column
    altitude: Column
    grade: Column
    target_power: Column
    spikes: int = 0
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.time.size)


def repaired(ride: Ride) -> Repaired:
    """Repair a ride and bring it to 1 Hz.

    Parameters
    ----------
    ride : Ride
        As a reader made it; stays as it is.

    Returns
    -------
    Repaired
        At most ten rows for each sample, plus one for each gap; no rows for a route without times.

    Notes
    -----
    Source: the conventions of Allen, Coggan, McGregor, *Training and Racing with a Power Meter*
    (zeros count, pauses do not), with gaps as missing values. There is no bound in watts per
    kilogram: sprints of strong riders pass 20 W/kg.
    """
    notes: list[str] = []
    kept = in_order(ride.time)
    if not kept.size:
        notes.append("no record has a time: distances and times are those of a route, not a ride")
    elif kept.size < len(ride):
        notes.append(
            f"{_count(len(ride) - kept.size, 'record')} without a time of its own left out"
        )
    still = pauses(ride.timer)
    kept = kept[~_within(ride.time[kept], still)]

    time = ride.time[kept]
    columns = {name: getattr(ride, name)[kept] for name in COLUMNS}
    for name in PLAUSIBLE:
        # A model counts from where it likes: down a mountain from 0 is no impossible height.
        deepest = -np.inf if name == "altitude" and ride.virtual_altitude else PLAUSIBLE[name][0]
        columns[name] = _plausible(name, columns[name], deepest, notes)
    columns["heart_rate"] = _without_jumps(time, columns["heart_rate"], notes)
    columns["distance"] = _without_leaps(time, columns["distance"], notes)
    columns["power"], spikes = _without_spikes(columns["power"], ride.threshold_power)
    if spikes:
        notes.append(f"{_count(spikes, 'power spike')} replaced by the mean of the neighbours")

    rows, seconds, riding, means = _resample(time, columns, still)
    return Repaired(rows, seconds, riding, **means, spikes=spikes, notes=tuple(notes))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _within(time: Column, spans: list[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Tell which times lie inside a span; its ends, where a device still writes, do not."""
    inside = np.zeros(time.shape, dtype=bool)
    for start, end in spans:
        first, last = np.searchsorted(time, start, "right"), np.searchsorted(time, end, "left")
        inside[first:last] = True
    return inside


def _plausible(name: str, values: Column, lowest: float, notes: list[str]) -> Column:
    wrong = (values < lowest) | (values > PLAUSIBLE[name][1])
    # Zero is how straps and head units write "no heart rate": usual, so not worth a note.
    noted = wrong & (values != 0) if name == "heart_rate" else wrong
    if noted.any():
        word = _WORDS.get(name, name)
        notes.append(f"{_count(int(noted.sum()), f'impossible {word} value')} left out")
    return np.where(wrong, np.nan, values)


def _without_jumps(time: Column, heart_rate: Column, notes: list[str]) -> Column:
    """Leave out what follows a change of heart rate that no heart can make."""
    valid = np.flatnonzero(np.isfinite(heart_rate))
    rate = np.abs(np.diff(heart_rate[valid])) / np.diff(time[valid])
    wrong = valid[1:][rate > HEART_RATE_JUMP]
    if not wrong.size:
        return heart_rate
    notes.append(f"{_count(wrong.size, 'heart rate jump')} left out")
    heart_rate = heart_rate.copy()
    heart_rate[wrong] = np.nan
    return heart_rate


def _without_leaps(time: Column, distance: Column, notes: list[str]) -> Column:
    """Leave out lone distances that no rider can reach from the one before, nor leave again.

    A leap that lasts is another matter: a count that starts anew, or a satellite found again.
    """
    valid = np.flatnonzero(np.isfinite(distance))
    furthest = PLAUSIBLE["speed"][1] * np.diff(time[valid]) + LONGEST_SLIP
    leaps = np.abs(np.diff(distance[valid])) > furthest
    if not leaps.any():
        return distance
    wrong = valid[np.append(True, leaps) & np.append(leaps, True)]
    if not wrong.size:
        return distance
    notes.append(f"{_count(wrong.size, 'impossible distance')} left out")
    distance = distance.copy()
    distance[wrong] = np.nan
    return distance


def _without_spikes(power: Column, threshold_power: float | None) -> tuple[Column, int]:
    """Replace spikes by the mean of the nearest sound values on both sides."""
    limit = SPIKE_POWER
    if threshold_power is not None:
        limit = min(limit, SPIKE_THRESHOLDS * threshold_power)
    spikes = np.flatnonzero(power > limit)
    if not spikes.size:
        return power, 0
    sound = np.flatnonzero(power <= limit)
    power = power.copy()
    power[spikes] = np.nan
    if sound.size:
        at = np.searchsorted(sound, spikes)
        left, right = sound[np.maximum(at - 1, 0)], sound[np.minimum(at, sound.size - 1)]
        power[spikes] = (power[left] + power[right]) / 2
    return power, int(spikes.size)


def _resample(
    time: Column, columns: dict[str, Column], still: list[tuple[float, float]]
) -> tuple[Column, Column, npt.NDArray[np.bool_], dict[str, Column]]:
    """Bring columns to 1 Hz by time-weighted hold, with one NaN row for each gap.

    All stretches are packed one behind the other on one axis, whole seconds each and one second
    apart, so that every column is one interpolation of its running integral.
    """
    if not time.size:
        return time, time, np.empty(0, dtype=bool), columns
    stops = np.array([start for start, _ in still])
    first, last = _stretches(time, stops)
    held = _held(time, last)
    length = time[last] + held[last] - time[first]
    # A microsecond of jitter is no row of its own, and no row begins once the timer has stopped.
    stopped = np.append(stops, np.inf)[np.searchsorted(stops, time[last])] - time[first]
    rows = np.maximum(1, np.minimum(np.ceil(length - 1e-3), np.floor(stopped) + 1)).astype(np.intp)
    held[last] = np.minimum(held[last], time[first] + rows - time[last])
    offset = np.concatenate(([0], np.cumsum(rows + 1)[:-1]))
    total = int(offset[-1] + rows[-1])

    row_time = (np.arange(total) - np.repeat(offset, rows + 1)[:total]).astype(np.float64)
    row_time += np.repeat(time[first], rows + 1)[:total]
    seconds = np.ones(total)
    gaps, resumed = (offset + rows)[:-1], time[first[1:]]
    row_time[gaps] = np.minimum(row_time[gaps], resumed)
    seconds[gaps] = resumed - row_time[gaps]
    riding = np.ones(total, dtype=bool)
    riding[gaps] = False

    stretch = np.repeat(np.arange(first.size), last - first + 1)
    packed = offset[stretch] + (time - time[first][stretch])
    knots = np.column_stack((packed, packed + held)).ravel()
    # What was never recorded is one column for all: of a long ride each would cost as much as time.
    absent = np.full(total, np.nan)
    absent.flags.writeable = False
    means = {
        name: _held_means(_bridged(time, values, stretch), knots, held, total)
        if np.isfinite(values).any()
        else absent
        for name, values in columns.items()
    }
    return row_time, seconds, riding, means


def _stretches(time: Column, stops: Column) -> tuple[Indices, Indices]:
    """Return the first and the last sample of each stretch without a gap or a pause."""
    paused = np.diff(np.searchsorted(stops, time)) > 0
    breaks = np.flatnonzero((np.diff(time) > LONGEST_HOLD) | paused)
    return np.concatenate(([0], breaks + 1)), np.concatenate((breaks, [time.size - 1]))


def _held(time: Column, last: Indices) -> Column:
    """Return how long each sample lasts [s]: until the next one in its stretch.

    The last of a stretch lasts as long as the one before it, at most a second, and never into the
    next stretch.
    """
    held = np.append(np.diff(time), 1.0)
    before = np.insert(np.diff(time), 0, 1.0)
    held[last] = np.minimum(1.0, np.minimum(held[last], before[last]))
    return held


def _bridged(time: Column, values: Column, stretch: Indices) -> Column:
    """Hold the last value over a silence of up to 10 s inside a stretch."""
    valid = np.isfinite(values)
    if valid.all() or not valid.any():
        return values
    index = np.arange(values.size)
    before = np.maximum.accumulate(np.where(valid, index, -1))
    after = np.minimum.accumulate(np.where(valid, index, values.size)[::-1])[::-1]
    known = (before >= 0) & (after < values.size)
    before, after = np.where(known, before, 0), np.where(known, after, 0)
    short = known & (stretch[before] == stretch[after])
    short &= time[after] - time[before] <= LONGEST_HOLD
    return np.where(short, values[before], np.nan)


def _held_means(values: Column, knots: Column, held: Column, total: int) -> Column:
    """Return the mean of the held values over each row; NaN where less than half is known."""
    known = np.isfinite(values)
    edges = np.arange(total + 1, dtype=np.float64)

    def integral(rates: Column) -> Column:
        running = np.concatenate(([0.0], np.cumsum(rates * held)))
        return np.diff(np.interp(edges, knots, np.repeat(running, 2)[1:-1]))

    covered = integral(known.astype(np.float64))
    enough = covered >= 0.5
    means = np.full(total, np.nan)
    np.divide(integral(np.where(known, values, 0.0)), covered, out=means, where=enough)
    return means
