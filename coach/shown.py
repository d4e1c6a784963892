"""The moment of a ride as whoever shows it sees it."""

from __future__ import annotations

from coach.control import Control
from coach.messages import (
    PauseCause,
    PostureSource,
    RiderPosition,
    RideState,
    Snapshot,
    Telemetry,
)
from coach.progress import Progress
from coach.recorder import Place
from coach.wishes import Wishes


def shown(
    progress: Progress,
    control: Control,
    wishes: Wishes,
    telemetry: Telemetry,
    *,
    time: float,
    state: RideState,
    elapsed_time: float,
    timer_time: float,
    place: Place,
    pause: PauseCause | None,
    resumes_in: float | None,
    report: tuple[str, ...],
) -> Snapshot:
    """Return all that a display needs to show a moment.

    Parameters
    ----------
    progress, control, wishes
        The parts of the engine, as they are at that moment.
    telemetry : Telemetry
        What is measured; stale values already absent.
    time, elapsed_time, timer_time : float
        Ride clock, time with and without pauses [s].
    state : RideState
    place : tuple
        Where on the road the rider is.
    pause : PauseCause or None
    resumes_in : float or None
        What is left of the count-down [s].
    report : tuple of str
        What was made of the hill that is just over.
    """
    segment = progress.segment
    position, source = telemetry.position, PostureSource.MEASURED
    if position is None and wishes.declared is not None:
        position, source = RiderPosition(wishes.declared.value), PostureSource.DECLARED
    speed, distance, altitude, grade = place
    way = progress.way
    return Snapshot(
        time=time,
        state=state,
        elapsed_time=elapsed_time,
        timer_time=timer_time,
        remaining=max(0.0, progress.plan_remaining),
        segment=progress.index,
        kind=segment.kind.value,
        label=segment.label,
        effort=segment.effort,
        segment_remaining=max(0.0, progress.remaining),
        hill=segment.hill,
        hills=progress.hills,
        hill_remaining=progress.hill_remaining,
        posture=segment.posture,
        next_posture=progress.next_posture,
        next_posture_in=progress.next_posture_in,
        mode=control.mode or segment.mode,
        target_power=control.target_power,
        # The plan's; where it has none, what a recording knows of its own road.
        grade=grade if segment.grade is None else segment.grade,
        cadence_low=segment.cadence_low,
        cadence_high=segment.cadence_high,
        power=telemetry.power,
        cadence=telemetry.cadence,
        heart_rate=telemetry.heart_rate,
        speed=speed,
        distance=distance or 0.0,
        altitude=altitude or 0.0,
        position=position,
        position_source=None if position is None else source,
        intensity=wishes.felt(segment),
        limits=control.limits,
        pause=pause,
        resumes_in=resumes_in,
        swapped=progress.swapped,
        report=report,
        segment_way=None if way is None else max(0.0, way),
        hill_way=progress.hill_way,
        way=progress.plan_way,
        felt_grade=control.felt_grade,
        endless=segment.endless,
    )
