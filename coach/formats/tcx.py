"""Read a TCX activity: laps of track points, with watts and speed in Garmin's extension."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from coach.formats.track import Track, nothing_read, parse_number, parse_time
from coach.formats.xml import Walk, read_bounded
from coach.ride import Lap, Ride

_COLUMN = {
    ("Trackpoint", "Time"): "time",
    ("Trackpoint", "AltitudeMeters"): "altitude",
    ("Trackpoint", "DistanceMeters"): "distance",
    ("Trackpoint", "Cadence"): "cadence",
    ("TPX", "RunCadence"): "cadence",
    ("HeartRateBpm", "Value"): "heart_rate",
    ("TPX", "Watts"): "power",
    ("TPX", "Speed"): "speed",
}
_SPORTS = {"biking": "cycling"}


def load(path: str | Path) -> Ride:
    """Read a TCX file; see `decode`."""
    return decode(read_bounded(path))


def decode(data: bytes) -> Ride:
    """Read all activities of a TCX document as one ride.

    Parameters
    ----------
    data : bytes
        The document.

    Returns
    -------
    Ride
        One sample for each track point, nothing repaired. Not empty `warnings` mean that the
        document was read in part.

    Raises
    ------
    RideFileError
        If there is no track point to be read.

    Notes
    -----
    Source: Garmin TrainingCenterDatabase v2 and ActivityExtension v2 schemas.
    """
    track, sport = Track(), "cycling"
    texts: dict[str, str] = {}
    laps: list[_Lap] = []
    walk = Walk(data, announced=("Activity", "Lap", "Trackpoint"))
    for item in walk:
        if item.name == "Trackpoint" and item.begins:
            texts = {}
        elif item.name == "Trackpoint":
            track.add(texts)
        elif (column := _COLUMN.get((item.parent, item.name))) is not None:
            texts[column] = item.text
        elif item.name == "Lap" and item.begins:
            laps.append(_Lap(parse_time(item.attributes.get("StartTime", "")), len(track)))
        elif item.parent == "Lap" and item.name == "TotalTimeSeconds" and laps:
            laps[-1].timer_time = parse_number(item.text)
        elif item.name == "Activity" and item.begins:
            kind = item.attributes.get("Sport", "").lower()
            sport = _SPORTS.get(kind, kind or sport)
    if not len(track):
        raise nothing_read(walk.problem, "TCX", data)

    ride = track.ride("altitude", "distance", "cadence", "heart_rate", "power", "speed")
    ride.sport = sport
    ride.laps = _laps(laps, ride, whole=walk.problem is None)
    ride.warnings = track.warnings(walk.problem)
    return ride


@dataclass(slots=True)
class _Lap:
    """A lap as far as it has been read."""

    start: datetime | None
    first_point: int
    timer_time: float | None = None
    """``TotalTimeSeconds`` [s]: devices leave pauses out of it."""


def _laps(read: list[_Lap], ride: Ride, *, whole: bool) -> list[Lap]:
    """Place laps in the ride: each lasts until the next one starts, the last until the end.

    A lap's own total stands before its points: in a document cut short it counts what is lost.
    """
    if ride.start is None or not read:
        return []
    starts = [
        (lap.start - ride.start).total_seconds()
        if lap.start is not None
        else float(ride.time[min(lap.first_point, len(ride) - 1)])
        for lap in read
    ]
    finite = ride.time[np.isfinite(ride.time)]
    ends = [*starts[1:], float(finite.max())]
    laps = []
    for lap, start, end in zip(read, starts, ends, strict=True):
        elapsed = max(0.0, end - start)
        stated = lap.timer_time
        timer = elapsed if stated is None or math.isnan(stated) else stated
        if not whole:
            timer = min(timer, elapsed)
        if math.isfinite(start) and math.isfinite(elapsed):
            laps.append(Lap(start, elapsed, timer))
    return laps
