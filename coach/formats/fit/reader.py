"""FIT bytes to a `Ride`: which messages make which part of it, and by which rules.

* Time 0 is the first record's, or the session's start where that is up to ten minutes earlier; no
  single stamp that contradicts the others moves the ride. `Ride.start` is its wall clock, absent
  where the device only counted seconds since it was switched on.
* Every record is a sample, in the order of the file, duplicates included. A record without a
  time, or with one that lies a month and more from the ride, happened when the one before did.
* Files written one behind the other are one ride on one time axis; session totals add up. A file
  that begins before the one ahead of it ended, or a month and more later, is laid directly
  behind it.
* RR intervals carry no time of their own. They get that of the record, event or lap ahead of
  them, so to the second at best; those of a device that saves up its ``hrv`` messages come late.
* Altitude is field 78, else 2; speed is 73, else 6; where a file has neither speed nor distance,
  both come from the compressed pair (field 8) of old devices.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from coach.analysis.power import recorded
from coach.analysis.timer import in_order, sound_times
from coach.errors import RideFileError
from coach.formats.fit import profile
from coach.formats.fit.messages import Column, Messages
from coach.formats.fit.plan import read_plan
from coach.formats.fit.structure import Contents, read_structure
from coach.messages import PostureSource
from coach.ride import Lap, PositionChange, Ride, RrIntervals, TimerChange

LONGEST_RIDE = 30 * 86_400.0
"""A time further than this from the middle of the records is damage [s]: nobody who walks a ride
second by second may be sent across the years that one flipped bit can add."""
EARLIEST_START = 600.0
"""A session that began longer than this before its first record is damage [s]: devices write
their first record within seconds."""


def decode(data: bytes) -> Ride:
    """Read a ride from the bytes of a FIT file, or of several chained.

    Parameters
    ----------
    data : bytes
        The whole file. A damaged one is read as far as it goes.

    Returns
    -------
    Ride
        Columns as recorded; `Ride.warnings` says what could not be read, and where.

    Raises
    ------
    RideFileError
        If the bytes are not a FIT file, or hold neither a record nor a session.

    Notes
    -----
    Source: Garmin, *FIT Protocol*, and FIT SDK 21.218 (``Profile.xlsx``).
    """
    contents = read_structure(data)
    records = Messages(data, contents.runs, profile.RECORD)
    sessions = Messages(data, contents.runs, profile.SESSION)
    if not len(records) and not len(sessions):
        raise RideFileError(_nothing_to_ride(data, contents))
    events = Messages(data, contents.runs, profile.EVENT)
    laps = Messages(data, contents.runs, profile.LAP)
    axis = _TimeAxis(contents.files, records, sessions, [events, laps])
    ride = _read_records(records, axis)
    ride.start = axis.start
    ride.warnings[:0] = [
        f"{problem}; {len(records)} records were read" for problem in contents.problems
    ]
    _read_sessions(ride, sessions)
    _read_events(ride, events, axis)
    ride.rider_mass = _last(Messages(data, contents.runs, profile.USER_PROFILE).column("weight"))
    _read_workout(ride, data, contents)
    _read_laps(ride, laps, axis)
    hrv = Messages(data, contents.runs, profile.HRV)
    if len(hrv):
        ride.rr_intervals = _rr_intervals(hrv, [records, events, laps], axis)
    if ride.positions:
        declared = PostureSource.DECLARED in sessions.text("position_source")
        ride.position_source = PostureSource.DECLARED if declared else PostureSource.MEASURED
    return ride


class _TimeAxis:
    """From the timestamps of one file, or of several chained, to seconds since the ride's start."""

    def __init__(
        self, files: list[int], records: Messages, sessions: Messages, others: list[Messages]
    ) -> None:
        self._files = files
        self._middle, self._shift = np.full((2, len(files)), np.nan)
        stamps, starts = records.times(), sessions.column("start_time")
        of_stamp, of_start = records.files(files), sessions.files(files)
        ends = np.concatenate([kind.times() for kind in (sessions, *others)])
        of_end = np.concatenate([kind.files(files) for kind in (sessions, *others)])
        self._zero: float | None = None
        end = 0.0
        for at in range(len(files)):
            span = _span(stamps[of_stamp == at], starts[of_start == at], ends[of_end == at])
            if span is None:
                continue
            first, self._middle[at], last = span
            if self._zero is None:
                self._zero = self._shift[at] = first
            elif 0 <= first - self._zero - end <= LONGEST_RIDE:
                self._shift[at] = self._zero
            else:
                self._shift[at] = first - end - 1
            end = last - self._shift[at]

    @property
    def start(self) -> datetime | None:
        """The wall clock of time 0."""
        if self._zero is None or self._zero < profile.FIRST_DATE:
            return None
        return profile.EPOCH + timedelta(seconds=self._zero)

    def seconds(self, messages: Messages, stamps: Column) -> Column:
        """Return seconds since the ride's start, NaN for times that cannot belong to it.

        Parameters
        ----------
        messages : Messages
            Whose times they are.
        stamps : ndarray, shape (n_messages,)
            In FIT's seconds.
        """
        file = messages.files(self._files)
        near = np.abs(stamps - self._middle[file]) <= LONGEST_RIDE
        return np.where(near, stamps - self._shift[file], np.nan)


def _span(records: Column, starts: Column, ends: Column) -> tuple[float, float, float] | None:
    """Return when a file's ride began, the middle of its records, and when it was over.

    ``None`` if nothing in it has a time.
    """
    known = records[np.isfinite(records)]
    if not known.size:
        known = starts[np.isfinite(starts)]
    if not known.size:
        return None
    # A time that was written, so that something always lies near it.
    middle = float(np.sort(known)[known.size // 2])
    known = known[np.abs(known - middle) <= LONGEST_RIDE]
    if (np.diff(known) < 0).any():
        known = known[in_order(known)]
    first, last = float(known[0]), float(known[-1])
    starts = starts[(starts >= first - EARLIEST_START) & (starts <= first)]
    ends = ends[(ends >= last) & (ends <= last + EARLIEST_START)]
    return min([first, *starts.tolist()]), middle, max([last, *ends.tolist()])


def _nothing_to_ride(data: bytes, contents: Contents) -> str:
    if contents.problems:
        return f"{contents.problems[0]}; nothing of a ride was found"
    return (
        f"byte {data[0]}: expected the records of a ride, found none: "
        "a workout, a course or a device's settings is no ride"
    )


def _read_records(records: Messages, axis: _TimeAxis) -> Ride:
    """Make a ride of the records, one sample each."""
    time = axis.seconds(records, records.times())
    speed = _first_valid(records.column("enhanced_speed"), records.column("speed"))
    distance = records.column("distance")
    if np.isnan(speed).all() and np.isnan(distance).all():
        speed, distance = _speed_and_distance(records.raw("compressed_speed_distance"))
    fraction = records.column("fractional_cadence")
    ride = Ride.from_columns(
        _carried_forward(time),
        power=recorded(records.column("power")),
        cadence=records.column("cadence") + np.where(np.isnan(fraction), 0.0, fraction),
        heart_rate=records.column("heart_rate"),
        speed=speed,
        distance=distance,
        altitude=_first_valid(records.column("enhanced_altitude"), records.column("altitude")),
        grade=records.column("grade"),
        target_power=records.column("target_power"),
        prescribed_standing=records.column("posture_prescribed"),
    )
    untimed = int(np.isnan(time).sum())
    if untimed:
        ride.warnings.append(f"{untimed} of {len(records)} records carry no usable time")
    return ride


def _rr_intervals(hrv: Messages, timed: list[Messages], axis: _TimeAxis) -> RrIntervals:
    """Read the RR intervals; `timed` are the messages that tell when each was written."""
    stamps = [np.full(len(hrv), np.nan), *(axis.seconds(kind, kind.times()) for kind in timed)]
    places = np.concatenate([hrv.places, *(kind.places for kind in timed)])
    order = np.argsort(places)
    times = np.empty(places.size)
    times[order] = sound_times(np.concatenate(stamps)[order])
    intervals = hrv.table("time")
    valid = np.isfinite(intervals)
    return RrIntervals(np.repeat(times[: len(hrv)], valid.sum(axis=1)), intervals[valid])


def _first_valid(preferred: Column, other: Column) -> Column:
    return np.where(np.isnan(preferred), other, preferred)


def _carried_forward(time: Column) -> Column:
    """Give samples without a time that of the one before, the first ones that of the next."""
    known = np.isfinite(time)
    if not known.any():
        return np.zeros(time.size)
    latest = np.maximum.accumulate(np.where(known, np.arange(time.size), -1))
    return time[np.where(latest < 0, int(known.argmax()), latest)]


def _speed_and_distance(packed: list[bytes]) -> tuple[Column, Column]:
    """Unpack the compressed pair: 12 bits of 0.01 m/s, then 12 bits of 1/16 m that go round."""
    speed, distance = np.full((2, len(packed)), np.nan)
    valid = [at for at, raw in enumerate(packed) if len(raw) == 3 and raw != b"\xff\xff\xff"]
    low, middle, high = (
        np.frombuffer(b"".join(packed[at] for at in valid), np.uint8)
        .reshape(-1, 3)
        .astype(np.int64)
        .T
    )
    speed[valid] = (low | (middle & 0x0F) << 8) / 100
    distance[valid] = np.cumsum(np.diff(middle >> 4 | high << 4, prepend=0) & 0xFFF) / 16
    return speed, distance


def _read_sessions(ride: Ride, sessions: Messages) -> None:
    """Take over the device's own totals, added up, and what kind of ride it was."""
    ride.elapsed_time = _total(sessions.column("total_elapsed_time"))
    ride.timer_time = _total(sessions.column("total_timer_time"))
    ride.time_standing = _total(sessions.column("time_standing"))
    ride.ascent = _total(sessions.column("total_ascent"))
    stands = _total(sessions.column("stand_count"))
    ride.stand_count = None if stands is None else int(stands)
    ride.threshold_power = _last(sessions.column("threshold_power"))
    # Of several sports the ride is named after the cycling, else after the first.
    sports = sessions.column("sport")
    known = sports[np.isfinite(sports)]
    sport = profile.SPORT_CYCLING
    if known.size and sport not in known:
        sport = int(known[0])
        ride.sport = profile.SPORTS.get(sport, f"sport {sport}")
    named = zip(sessions.text("sport_profile_name"), sports.tolist(), strict=True)
    ride.name = next((name for name, of in named if name and (of == sport or np.isnan(of))), "")
    sub_sports = sessions.column("sub_sport")
    ride.indoor = bool(np.isin(sub_sports, profile.INDOOR_SUB_SPORTS).any())
    ride.virtual_altitude = bool(
        (sub_sports == profile.SUB_SPORT_VIRTUAL).any()
        or (sessions.column("virtual_altitude") == 1).any()
    )


def _total(column: Column) -> float | None:
    known = column[np.isfinite(column)]
    return float(known.sum()) if known.size else None


def _last(column: Column) -> float | None:
    known = column[np.isfinite(column)]
    return float(known[-1]) if known.size else None


def _read_events(ride: Ride, events: Messages, axis: _TimeAxis) -> None:
    """Take over the changes of the timer and of the rider's position."""
    columns = (
        axis.seconds(events, events.times()),
        events.column("event"),
        events.column("event_type"),
        events.column("data"),
    )
    for time, event, kind, value in np.column_stack(columns)[np.isfinite(columns[0])].tolist():
        if event == profile.EVENT_TIMER and kind == profile.TYPE_START:
            ride.timer.append(TimerChange(time, running=True))
        elif event == profile.EVENT_TIMER and kind in profile.STOPS:
            ride.timer.append(TimerChange(time, running=False))
        elif event == profile.EVENT_RIDER_POSITION and value in range(4):
            ride.positions.append(PositionChange(time, profile.RIDER_POSITIONS[int(value)]))


def _read_workout(ride: Ride, data: bytes, contents: Contents) -> None:
    """Rebuild the plan, where the file is one of ours."""
    try:
        ride.workout = read_plan(
            Messages(data, contents.runs, profile.WORKOUT),
            Messages(data, contents.runs, profile.WORKOUT_STEP),
        )
    except ValueError:
        ride.warnings.append("the plan inside the file is damaged; the ride was read without it")


def _read_laps(ride: Ride, laps: Messages, axis: _TimeAxis) -> None:
    """Take over the laps that say when they were."""
    end = axis.seconds(laps, laps.times())
    elapsed = laps.column("total_elapsed_time")
    start = _first_valid(axis.seconds(laps, laps.column("start_time")), end - elapsed)
    elapsed = _first_valid(elapsed, np.maximum(end - start, 0.0))
    timer = _first_valid(laps.column("total_timer_time"), elapsed)
    steps = laps.column("wkt_step_index")
    planned = len(ride.workout.segments) if ride.workout else 0
    for row in np.column_stack((start, elapsed, timer, steps)).tolist():
        if np.isfinite(row[:2]).all():
            # The index of a step means something only with the plan it counts in.
            segment = int(row[3]) if 0 <= row[3] < planned else None
            ride.laps.append(Lap(row[0], row[1], row[2], segment))
