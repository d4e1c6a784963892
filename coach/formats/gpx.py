"""Read a GPX track: places and times, with power, heart rate and cadence in extensions.

GPX 1.1 itself knows latitude, longitude, elevation and time. Power comes as a bare ``power``
(Strava) or ``PowerInWatts`` (Garmin's power extension), heart rate and cadence as ``hr`` and
``cad`` of Garmin's track point extension. Places are used for the distance and not kept.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from coach.formats.track import Track, nothing_read
from coach.formats.xml import Walk, read_bounded
from coach.ride import Column, Ride

EARTH_RADIUS = 6_371_008.8
"""Mean radius [m] (IUGG R1)."""

_COLUMN = {
    "time": "time",
    "ele": "altitude",
    "power": "power",
    "powerinwatts": "power",
    "hr": "heart_rate",
    "heartrate": "heart_rate",
    "cad": "cadence",
    "cadence": "cadence",
    "speed": "speed",
}
_POINTS = {"trkpt", "rtept"}
_SPORTS = {"1": "cycling", "9": "running", "biking": "cycling", "virtualride": "cycling"}
"""What programs write as the type of a track; the numbers are Strava's."""


def load(path: str | Path) -> Ride:
    """Read a GPX file; see `decode`."""
    return decode(read_bounded(path))


def decode(data: bytes) -> Ride:
    """Read the tracks (or, without a track, the routes) of a GPX document.

    Parameters
    ----------
    data : bytes
        The document.

    Returns
    -------
    Ride
        One sample for each point, nothing repaired; `time` is NaN for a route without times.
        Not empty `warnings` mean that the document was read in part.

    Raises
    ------
    RideFileError
        If there is no point to be read.

    Notes
    -----
    Source: GPX 1.1 schema, Topografix; Garmin TrackPointExtension v1 and PowerExtension v1.
    """
    track, title, kind = Track(), "", ""
    texts: dict[str, str] = {}
    walk = Walk(data, announced=_POINTS)
    for item in walk:
        if item.name in _POINTS and item.begins:
            texts = {
                "latitude": item.attributes.get("lat", ""),
                "longitude": item.attributes.get("lon", ""),
            }
        elif item.name in _POINTS:
            track.add(texts)
        elif item.parent in ("trk", "rte"):
            title = title or (item.text if item.name == "name" else "")
            kind = kind or (item.text.lower() if item.name == "type" else "")
        elif (column := _COLUMN.get(item.name.lower())) is not None:
            texts[column] = item.text
    if not len(track):
        raise nothing_read(walk.problem, "GPX", data)

    ride = track.ride("altitude", "power", "heart_rate", "cadence", "speed")
    ride.distance = along(track.column("latitude"), track.column("longitude"))
    ride.name = title
    ride.sport = _SPORTS.get(kind, kind or "cycling")
    ride.virtual_altitude = kind == "virtualride"
    ride.warnings = track.warnings(walk.problem)
    return ride


def along(latitude: Column, longitude: Column) -> Column:
    """Distance along places on the globe.

    Parameters
    ----------
    latitude, longitude : ndarray, shape (n_points,)
        Degrees; NaN where unknown.

    Returns
    -------
    ndarray, shape (n_points,)
        Great-circle distance since the first place [m]; NaN where the place is unknown, and the
        way across such points is the straight one.

    Notes
    -----
    Source: haversine formula, R. W. Sinnott, *Virtues of the Haversine*, Sky and Telescope 68
    (1984) 159.
    """
    known = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    phi, theta = np.radians(latitude[known]), np.radians(longitude[known])
    chord = (
        np.sin(np.diff(phi) / 2) ** 2
        + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(theta) / 2) ** 2
    )
    steps = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    distance = np.full(latitude.shape, np.nan)
    if known.any():
        distance[known] = np.concatenate(([0.0], np.cumsum(steps)))
    return distance
