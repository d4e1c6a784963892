"""What a ride was, in numbers: totals, laps and hills."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coach.analysis.account import Account, account
from coach.analysis.asked import Asked
from coach.analysis.climbs import ridden_altitude, smoothed, total_ascent
from coach.analysis.done import Done
from coach.analysis.hills import Hill, hills
from coach.analysis.posture import stand_count, time_standing
from coach.analysis.power import average, highest, if_known, normalized_power, work
from coach.analysis.repair import Repaired, repaired
from coach.analysis.timer import elapsed_time, timer_time
from coach.messages import Posture
from coach.ride import Column, Lap, Ride

Json = dict[str, object]

MODEL_STEP = 0.5
"""The altitude of a model has no noise but that of writing it down in steps of 0.2 m [m]."""


@dataclass(frozen=True, slots=True)
class LapSummary:
    """One lap; averages are over the time ridden in it, and what is unknown is ``None``."""

    index: int
    """From 1."""
    start: float
    """Seconds since the ride's start."""
    elapsed_time: float
    """[s]."""
    timer_time: float
    """[s]."""
    average_power: float | None
    """[W]."""
    max_power: float | None
    """[W]."""
    average_cadence: float | None
    """[rpm], coasting left out."""
    average_heart_rate: float | None
    """[bpm]."""
    max_heart_rate: float | None
    """[bpm]."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A ride in numbers; what was not recorded is ``None``.

    `samples` and `power_sum` are of the records as they are, spikes and duplicates included, so
    that two programs can compare what they read; everything else is of the repaired ride.
    """

    samples: int
    power_sum: float | None
    """Plain sum of all recorded powers [W]."""
    elapsed_time: float | None
    """[s]."""
    timer_time: float | None
    """[s]."""
    average_power: float | None
    """[W], coasting included."""
    normalized_power: float | None
    """[W]."""
    work: float | None
    """[J]."""
    average_cadence: float | None
    """[rpm], coasting left out."""
    average_heart_rate: float | None
    """[bpm]."""
    max_heart_rate: float | None
    """[bpm]."""
    ascent: float | None
    """[m]."""
    time_standing: float | None
    """[s]."""
    stand_count: int | None
    laps: tuple[LapSummary, ...]
    hills: tuple[Hill, ...]
    account: Account
    """What the plan asked, and what was done."""
    cr10: float | None = None
    """How hard the hardest part was, by the rider's own word on Borg's scale of 0 to 10."""
    notes: tuple[str, ...] = ()
    """What was repaired, in words; not part of the JSON."""

    def as_json(self) -> Json:
        """Return plain values, each key with its unit, ``None`` where nothing is known."""
        return {
            "samples": self.samples,
            "power_sum_w": _round(self.power_sum, 3),
            "elapsed_time_s": _round(self.elapsed_time, 3),
            "timer_time_s": _round(self.timer_time, 3),
            "average_power_w": _round(self.average_power, 1),
            "normalized_power_w": _round(self.normalized_power, 1),
            "work_kj": None if self.work is None else _round(self.work / 1000, 3),
            "average_cadence_rpm": _round(self.average_cadence, 1),
            "average_heart_rate_bpm": _round(self.average_heart_rate, 1),
            "max_heart_rate_bpm": _round(self.max_heart_rate, 1),
            "ascent_m": _round(self.ascent, 1),
            "time_standing_s": _round(self.time_standing, 3),
            "stand_count": self.stand_count,
            "cr10": _round(self.cr10, 1),
            "laps": [_lap_json(lap) for lap in self.laps],
            "hills": [_hill_json(hill) for hill in self.hills],
            "posture": _account_json(self.account),
        }


def summarize(ride: Ride) -> Summary:
    """Reckon what a ride was.

    Parameters
    ----------
    ride : Ride
        As a reader made it; stays as it is.

    Returns
    -------
    Summary
        The session's own totals where the ride has them, else figures from laps and records.
    """
    rows = repaired(ride)
    climbed = hills(ride, rows)
    return Summary(
        samples=len(ride),
        power_sum=if_known(work(ride.power)),
        elapsed_time=elapsed_time(ride),
        timer_time=timer_time(ride),
        average_power=if_known(average(rows.power)),
        normalized_power=if_known(normalized_power(rows.power)),
        work=if_known(work(rows.power)),
        average_cadence=if_known(average(_turning(rows.cadence))),
        average_heart_rate=if_known(average(rows.heart_rate)),
        max_heart_rate=if_known(highest(rows.heart_rate)),
        ascent=_ascent(ride, rows),
        time_standing=time_standing(ride),
        stand_count=stand_count(ride),
        laps=tuple(_lap(index, lap, rows) for index, lap in enumerate(ride.laps, start=1)),
        hills=tuple(climbed),
        account=account(ride, rows, climbed),
        cr10=ride.cr10,
        notes=rows.notes,
    )


def _turning(cadence: Column) -> Column:
    """Return the cadences at which the cranks turn."""
    return cadence[cadence > 0]


def _ascent(ride: Ride, rows: Repaired) -> float | None:
    """Return the session's own ascent, else that of the altitude.

    A sensor's altitude is smoothed before it is added up: so the totals of five recording devices
    are met within 6 %, four of them within 3 % or 1 m. Not smoothed is what no sensor measured:
    the altitude of a model, of which every rise counts, and of a route, whose points are no
    seconds.
    """
    if ride.ascent is not None:
        return ride.ascent
    if not len(rows):
        return total_ascent(ride.altitude)
    altitude = ridden_altitude(rows)
    if ride.virtual_altitude:
        return total_ascent(altitude, noise=MODEL_STEP)
    return total_ascent(smoothed(altitude))


def _lap(index: int, lap: Lap, rows: Repaired) -> LapSummary:
    within: npt.NDArray[np.bool_] = (rows.time >= lap.start) & (
        rows.time < lap.start + lap.elapsed_time
    )
    power, heart_rate = rows.power[within], rows.heart_rate[within]
    return LapSummary(
        index=index,
        start=lap.start,
        elapsed_time=lap.elapsed_time,
        timer_time=lap.timer_time,
        average_power=if_known(average(power)),
        max_power=if_known(highest(power)),
        average_cadence=if_known(average(_turning(rows.cadence[within]))),
        average_heart_rate=if_known(average(heart_rate)),
        max_heart_rate=if_known(highest(heart_rate)),
    )


def _round(value: float | None, digits: int) -> float | int | None:
    """Round for people and programs; a whole number is written as one."""
    if value is None or not math.isfinite(value):
        return None
    rounded = round(float(value), digits)
    return int(rounded) if rounded.is_integer() else rounded


def _lap_json(lap: LapSummary) -> Json:
    return {
        "index": lap.index,
        "start_s": _round(lap.start, 3),
        "duration_s": _round(lap.elapsed_time, 3),
        "timer_time_s": _round(lap.timer_time, 3),
        "average_power_w": _round(lap.average_power, 1),
        "max_power_w": _round(lap.max_power, 1),
        "average_cadence_rpm": _round(lap.average_cadence, 1),
        "average_heart_rate_bpm": _round(lap.average_heart_rate, 1),
        "max_heart_rate_bpm": _round(lap.max_heart_rate, 1),
    }


def _hill_json(hill: Hill) -> Json:
    grade = hill.average_grade
    return {
        "index": hill.index,
        "start_s": _round(hill.start, 3),
        "duration_s": _round(hill.duration, 3),
        "ascent_m": _round(hill.ascent, 1),
        "distance_m": _round(hill.distance, 1),
        "average_grade_pct": None if grade is None else _round(100 * grade, 2),
        "average_power_w": _round(hill.average_power, 1),
        "average_cadence_rpm": _round(hill.average_cadence, 1),
        "max_heart_rate_bpm": _round(hill.max_heart_rate, 1),
        "standing_s": _round(hill.standing, 3),
    }


def _account_json(account: Account) -> Json:
    return {
        "source": "none" if account.source is None else account.source.value,
        "note": account.note or None,
        **_done_json(account.ride),
        "per_hill": [
            {"hill": hill.index, "start_s": _round(hill.start, 3), **_done_json(done)}
            for hill, done in account.hills
        ],
        "segments": [_stretch_json(stretch, done) for stretch, done in account.stretches],
    }


def _done_json(done: Done) -> Json:
    posture = done.posture
    return {
        "asked_standing_s": _round(done.asked_standing, 3) if done.asked else None,
        "done_standing_s": None if posture is None else _round(posture.stood, 3),
        "unasked_standing_s": None if posture is None else _round(posture.stood_unasked, 3),
        "in_posture_s": None if posture is None else _round(posture.kept, 3),
        "unknown_s": None if posture is None else _round(posture.unknown, 3),
        "stand_cues": done.cues if done.asked else None,
        "reaction_s": None if posture is None else _round(posture.reaction, 3),
        "early": None if posture is None else posture.early,
        "late": None if posture is None else posture.late,
        "missed": None if posture is None else posture.missed,
        "aborted": None if posture is None else posture.aborted,
        "on_target_pct": _percent(done.on_target),
        "in_cadence_pct": _percent(done.in_cadence),
    }


def _stretch_json(stretch: Asked, done: Done) -> Json:
    kept = reaction = None
    if done.posture is not None:
        standing = stretch.posture is Posture.STANDING
        kept = done.posture.kept
        reaction = done.posture.reaction if standing else done.posture.sit_reaction
    return {
        "segment": None if stretch.segment is None else stretch.segment.index,
        "start_s": _round(stretch.start, 3),
        "duration_s": _round(stretch.end - stretch.start, 3),
        "posture": None if stretch.posture is None else stretch.posture.value,
        "in_posture_s": _round(kept, 3),
        "reaction_s": _round(reaction, 3),
        "on_target_pct": _percent(done.on_target),
        "in_cadence_pct": _percent(done.in_cadence),
    }


def _percent(share: float | None) -> float | int | None:
    return None if share is None else _round(100 * share, 1)
