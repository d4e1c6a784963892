"""The rows of a recorded ride: what was measured, and where on its road the rider is."""

from __future__ import annotations

from coach.messages import Sample, Telemetry
from coach.progress import Progress
from coach.road import VirtualRoad
from coach.telemetry import PowerMean

Place = tuple[float | None, float | None, float | None, float | None]
"""Speed [m/s], distance [m], altitude [m] and grade."""


class Recorder:
    """Makes one row a second.

    Parameters
    ----------
    mass : float
        Rider and bike, for the road under a ride that stands still [kg].
    altitude : float
        Of that road's start [m].
    recording : bool
        The ride is a recorded one: it has a road of its own, and its rows are whole.
    """

    def __init__(self, mass: float, altitude: float, *, recording: bool) -> None:
        self._recording = recording
        self._road = VirtualRoad(mass, altitude)
        self._power = PowerMean()
        self._has_power = False

    def ride_on(
        self, telemetry: Telemetry, grade: float | None, dt: float, *, riding: bool
    ) -> float:
        """Let `dt` seconds pass; without a power that moves the rider there is no road.

        Returns
        -------
        float
            How far that was [m].
        """
        self._has_power = self._has_power or telemetry.power is not None
        before = self._road.distance
        if riding and self._has_power:
            self._road.ride_on(telemetry.power or 0.0, grade or 0.0, dt)
        return self._road.distance - before

    @property
    def speed(self) -> float:
        """On the road [m/s]."""
        return self._road.speed

    def bend(self, way: float, before: float | None, after: float | None) -> None:
        """Count the last `way` metres to the grade that had begun there."""
        self._road.bend(way, before or 0.0, after or 0.0)

    def restart(self) -> None:
        """Begin the next mean of power anew: what was counted meanwhile is no part of it."""
        self._power.restart()

    def place(self, telemetry: Telemetry, grade: float | None) -> Place:
        """Return where the rider is: a recording's own place, else the road's."""
        if self._recording:
            return telemetry.speed, telemetry.distance, telemetry.altitude, telemetry.grade
        if not self._has_power:
            return None, None, None, None
        road = self._road
        return road.speed, road.distance, road.altitude, grade

    def row(
        self,
        time: float,
        timer_time: float,
        progress: Progress,
        telemetry: Telemetry,
        target: float | None,
        felt_grade: float | None,
    ) -> Sample:
        """Make one row.

        Parameters
        ----------
        time, timer_time : float
            With and without pauses [s].
        progress : Progress
            Where in the plan the rider is.
        telemetry : Telemetry
            What is measured.
        target : float or None
            What the rider should ride [W].
        felt_grade : float or None
            What the trainer is asked to let feel, as a fraction; the road's own may be another.
        """
        segment = progress.segment
        speed, distance, altitude, grade = self.place(telemetry, segment.grade)
        return Sample(
            time=time,
            timer_time=timer_time,
            segment=segment.index,
            power=telemetry.power if self._recording else self._power.mean(telemetry),
            cadence=telemetry.cadence,
            heart_rate=telemetry.heart_rate,
            speed=speed,
            distance=distance,
            altitude=altitude,
            grade=grade,
            target_power=target,
            posture=segment.posture,
            felt_grade=felt_grade,
        )
