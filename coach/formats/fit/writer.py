"""A `Ride` to FIT bytes: a valid activity file, the same for the same ride.

* FIT counts whole seconds. The ride's start is rounded to one, and so is each time since the
  start, half up: samples taken once a second, give or take half of it, keep their seconds.
* Messages stand in the order of time; records keep their own order, duplicates included.
* ``rider_position_change``, ``time_standing`` and ``stand_count`` are written only where pedals
  measured the posture or the rider declared it; the session's ``position_source`` says which.
* RR intervals stand in ``hrv`` messages behind the record of their second, as head units write
  them; nothing else in a FIT file says when they were.
* The session's totals are the ride's own where it has them, else computed by `coach.analysis`.
* Every file has a timer start, a final stop and a lap, since uploads expect them: a ride that
  has none gets one of each over its whole length.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

import coach
from coach.analysis.posture import stand_count, time_standing
from coach.analysis.timer import elapsed_time, timer_time
from coach.formats.fit import plan, profile
from coach.formats.fit.encoding import OUR_INDEX, Block, Values, encode_block, encode_file
from coach.messages import PostureSource
from coach.ride import Column, Lap, Ride, TimerChange

PRODUCT_NAME = "Six Hills"
_PRODUCT = 0
_SERIAL_NUMBER = 6
"""Of no device, so that it tells nothing about anyone's; zero would mean "none"."""

_TRUSTED = (PostureSource.MEASURED, PostureSource.DECLARED)

_SPORT_NUMBERS = {name: number for number, name in profile.SPORTS.items()}
_INDOOR_SUB_SPORTS = {
    "cycling": profile.SUB_SPORT_INDOOR_CYCLING,
    "running": profile.SUB_SPORT_TREADMILL,
    "rowing": profile.SUB_SPORT_INDOOR_ROWING,
    "walking": profile.SUB_SPORT_INDOOR_WALKING,
}


def encode(ride: Ride) -> bytes:
    """Write a ride as an activity file.

    Parameters
    ----------
    ride : Ride
        Any ride, from any reader. Values that do not fit their field (a heart rate of 255, a
        power above 65534 W) become "no value".

    Returns
    -------
    bytes
        The whole file; the same ride always gives the same bytes.

    Notes
    -----
    Source: Garmin, *FIT Activity File*, *FIT Protocol*, and FIT SDK 21.218 (``Profile.xlsx``).
    """
    activity = _Activity(ride)
    head = [activity.file_id(), activity.file_creator(), activity.device_info()]
    body = [activity.rider(), activity.plan(), activity.stream(), activity.session()]
    end = activity.activity()
    # Which developer fields there are is known last, and has to be said first.
    return encode_file(b"".join([*head, activity.our_fields(), *body, end]))


class _Activity:
    """The messages of one ride; each method gives one kind, or the stream in order of time."""

    def __init__(self, ride: Ride) -> None:
        self._ride = ride
        since_epoch = (ride.start - profile.EPOCH).total_seconds() if ride.start else 0.0
        self._zero = math.floor(since_epoch + 0.5)
        self._elapsed = elapsed_time(ride) or 0.0
        self._timer = timer_time(ride) or 0.0
        self._laps = ride.laps or [Lap(0.0, self._elapsed, self._timer)]
        self._positions = ride.positions if ride.position_source in _TRUSTED else []
        # A searchable axis: a record that steps back belongs where the file has it.
        self._time = np.fmax.accumulate(np.nan_to_num(ride.time, nan=-np.inf))
        self._end = self._last_moment()
        self._sport = _SPORT_NUMBERS.get(ride.sport, profile.SPORT_GENERIC)
        self._sub_sport = profile.SUB_SPORT_GENERIC
        if ride.indoor:
            self._sub_sport = _INDOOR_SUB_SPORTS.get(ride.sport, profile.SUB_SPORT_GENERIC)
        self._locals = 0
        self._our_numbers: set[int] = set()

    def file_id(self) -> bytes:
        """What the file is and who wrote it."""
        fields: dict[str, Values] = {
            "type": [profile.FILE_TYPE_ACTIVITY],
            "manufacturer": [profile.MANUFACTURER_DEVELOPMENT],
            "product": [_PRODUCT],
            "serial_number": [_SERIAL_NUMBER],
            "time_created": [self._zero],
            "product_name": [PRODUCT_NAME],
        }
        return self._block(profile.FILE_ID, fields).encode()

    def file_creator(self) -> bytes:
        """The version that wrote the file."""
        fields: dict[str, Values] = {"software_version": [100 * _software_version()]}
        return self._block(profile.FILE_CREATOR, fields).encode()

    def device_info(self) -> bytes:
        """The program, in the place of a device."""
        fields: dict[str, Values] = {
            "timestamp": [self._zero],
            "device_index": [0],
            "manufacturer": [profile.MANUFACTURER_DEVELOPMENT],
            "product": [_PRODUCT],
            "software_version": [_software_version()],
            "product_name": [PRODUCT_NAME],
        }
        return self._block(profile.DEVICE_INFO, fields).encode()

    def rider(self) -> bytes:
        """The rider's mass, where it is known."""
        if self._ride.rider_mass is None:
            return b""
        return self._block(profile.USER_PROFILE, {"weight": [self._ride.rider_mass]}).encode()

    def plan(self) -> bytes:
        """The plan, where there was one."""
        workout = self._ride.workout
        if workout is None or not workout.segments:
            return b""
        head = plan.workout_fields(workout, self._sport, self._sub_sport)
        steps = self._block(profile.WORKOUT_STEP, plan.step_fields(workout))
        return self._block(profile.WORKOUT, head).encode() + steps.encode()

    def stream(self) -> bytes:
        """Records, events, laps and RR intervals, merged by time.

        Within one second a start or a position comes before the records, a stop or a lap behind
        them, RR intervals last; events keep their order among themselves, as a stop and a start
        may share a second.
        """
        records = self._block(profile.RECORD, self._record_fields())
        events, event_times, stops = self._events()
        laps = self._block(profile.LAP, self._lap_fields())
        lap_ends = self._lap_ends()
        places = np.where(
            stops, self._place(event_times, after=True), self._place(event_times, after=False)
        )
        merged = [
            *zip(np.maximum.accumulate(places), _whole(event_times), events.rows, strict=True),
            *zip(self._place(lap_ends, after=True), _whole(lap_ends), laps.rows, strict=True),
        ]
        parts = [events.definition, records.definition, laps.definition]
        if len(self._ride.rr_intervals):
            hrv, told = self._hrv()
            merged += zip(self._place(told, after=True), told, hrv.rows, strict=True)
            parts.append(hrv.definition)
        merged.sort(key=lambda message: (message[0], message[1]))
        done = 0
        for place, _, row in merged:
            parts += [records.rows[done:place].tobytes(), row.tobytes()]
            done = place
        return b"".join([*parts, records.rows[done:].tobytes()])

    def session(self) -> bytes:
        """The ride as a whole."""
        ride = self._ride
        trusted = ride.position_source in _TRUSTED
        fields: dict[str, Values] = {
            "message_index": [0],
            "timestamp": [self._stamp(self._end)],
            "event": [profile.EVENT_SESSION],
            "event_type": [profile.TYPE_STOP],
            "start_time": [self._stamp(0.0)],
            "sport": [self._sport],
            "sub_sport": [self._sub_sport],
            "total_elapsed_time": [self._elapsed],
            "total_timer_time": [self._timer],
            "total_distance": [_highest(ride.distance)],
            **_statistics(ride, [slice(None)]),
            "total_ascent": [ride.ascent],
            "first_lap_index": [0],
            "num_laps": [len(self._laps)],
            "trigger": [profile.TRIGGER_ACTIVITY_END],
            "threshold_power": [ride.threshold_power],
            "sport_profile_name": [ride.name],
            "time_standing": [time_standing(ride) if trusted else None],
            "stand_count": [stand_count(ride) if trusted else None],
            "position_source": [ride.position_source or "" if trusted else ""],
            "virtual_altitude": [1 if ride.virtual_altitude else None],
        }
        return self._block(profile.SESSION, fields).encode()

    def activity(self) -> bytes:
        """What the file holds in all; always last."""
        fields: dict[str, Values] = {
            "timestamp": [self._stamp(self._end)],
            "total_timer_time": [self._timer],
            "num_sessions": [1],
            "type": [profile.ACTIVITY_MANUAL],
            "event": [profile.EVENT_ACTIVITY],
            "event_type": [profile.TYPE_STOP],
        }
        return self._block(profile.ACTIVITY, fields).encode()

    def our_fields(self) -> bytes:
        """Say whose the developer fields are, and what each one is; only those written so far."""
        if not self._our_numbers:
            return b""
        application: dict[str, Values] = {
            "application_id": [profile.APPLICATION_ID],
            "manufacturer_id": [profile.MANUFACTURER_DEVELOPMENT],
            "developer_data_index": [OUR_INDEX],
            "application_version": [100 * _software_version()],
        }
        ours = [profile.OUR_FIELDS[number] for number in sorted(self._our_numbers)]
        descriptions: dict[str, Values] = {
            "developer_data_index": [OUR_INDEX] * len(ours),
            "field_definition_number": [field.number - profile.DEVELOPER for _, field in ours],
            "fit_base_type_id": [field.type.code for _, field in ours],
            "field_name": [name for name, _ in ours],
            "units": [field.unit for _, field in ours],
        }
        identity = self._block(profile.DEVELOPER_DATA_ID, application)
        return identity.encode() + self._block(profile.FIELD_DESCRIPTION, descriptions).encode()

    def _block(self, kind: profile.Message, fields: Mapping[str, Values]) -> Block:
        """Lay out messages of one kind under a local type of their own."""
        block = encode_block(self._locals, kind, fields)
        self._locals += 1
        self._our_numbers.update(f.number for f in block.fields.values() if f.is_ours)
        return block

    def _record_fields(self) -> dict[str, Values]:
        ride = self._ride
        # A whole and a fraction, as FIT has it; 1/128 rpm that rounds up to one carries over.
        cadence = np.floor(ride.cadence * 128 + 0.5)
        fraction = cadence % 128
        return {
            "timestamp": self._zero + _whole(ride.time),
            "power": ride.power,
            "cadence": (cadence - fraction) / 128,
            "fractional_cadence": fraction / 128
            if (fraction > 0).any()
            else np.full(len(ride), np.nan),
            "heart_rate": ride.heart_rate,
            "enhanced_speed": ride.speed,
            "distance": ride.distance,
            "enhanced_altitude": _above_the_lowest(ride),
            "grade": ride.grade,
            "target_power": ride.target_power,
            "posture_prescribed": ride.prescribed_standing,
        }

    def _events(self) -> tuple[Block, Column, npt.NDArray[np.bool_]]:
        """Return the events in order of time, when they were, and which of them stop the timer."""
        timer = sorted(self._ride.timer, key=lambda change: change.time)
        timer = timer or [TimerChange(0.0, running=True)]
        if timer[-1].running:
            timer = [*timer, TimerChange(self._end, running=False)]
        rows = [
            (
                change.time,
                profile.EVENT_TIMER,
                profile.TYPE_START if change.running else profile.TYPE_STOP_ALL,
                profile.TIMER_TRIGGER_MANUAL,
            )
            for change in timer
        ] + [
            (
                change.time,
                profile.EVENT_RIDER_POSITION,
                profile.TYPE_MARKER,
                profile.RIDER_POSITIONS.index(change.position),
            )
            for change in self._positions
        ]
        rows.sort(key=lambda row: row[0])
        times, events, types, values = np.array(rows, np.float64).T
        fields: dict[str, Values] = {
            "timestamp": self._zero + _whole(times),
            "event": events,
            "event_type": types,
            "data": values,
        }
        stops = (events == profile.EVENT_TIMER) & (types == profile.TYPE_STOP_ALL)
        return self._block(profile.EVENT, fields), times, stops

    def _hrv(self) -> tuple[Block, Column]:
        """Return the messages with RR intervals, those of one second together, and the seconds."""
        beats = self._ride.rr_intervals
        seconds = _whole(beats.time)
        begins = np.flatnonzero(np.diff(seconds, prepend=np.nan) != 0)
        number = np.arange(seconds.size)
        first = begins[np.searchsorted(begins, number, "right") - 1]
        place = (number - first) % profile.HRV_INTERVALS
        table = np.full((int((place == 0).sum()), profile.HRV_INTERVALS), np.nan)
        table[np.cumsum(place == 0) - 1, place] = beats.interval
        return self._block(profile.HRV, {"time": table}), seconds[place == 0]

    def _lap_fields(self) -> dict[str, Values]:
        ride, laps = self._ride, self._laps
        starts = np.array([lap.start for lap in laps])
        ends = np.array([_lap_end(lap) for lap in laps])
        first = np.searchsorted(self._time, starts, "left").tolist()
        last = np.searchsorted(self._time, ends, "left").tolist()
        # The record at the very end has no next lap to belong to.
        last[-1] = int(np.searchsorted(self._time, ends[-1], "right"))
        pieces = [slice(a, b) for a, b in zip(first, last, strict=True)]
        segments = ride.workout.segments if ride.workout else ()
        count = len(laps)
        return {
            "message_index": list(range(count)),
            "timestamp": self._zero + _whole(self._lap_ends()),
            "event": [profile.EVENT_LAP] * count,
            "event_type": [profile.TYPE_STOP] * count,
            "start_time": self._zero + _whole(starts),
            "total_elapsed_time": [lap.elapsed_time for lap in laps],
            "total_timer_time": [lap.timer_time for lap in laps],
            "total_distance": self._distance_at(ends) - self._distance_at(starts),
            **_statistics(ride, pieces),
            "intensity": [
                plan.intensity(segments[lap.segment].kind)
                if lap.segment is not None and lap.segment < len(segments)
                else profile.INTENSITY_ACTIVE
                for lap in laps
            ],
            "lap_trigger": [profile.TRIGGER_MANUAL] * (count - 1) + [profile.TRIGGER_SESSION_END],
            "sport": [self._sport] * count,
            "sub_sport": [self._sub_sport] * count,
            "wkt_step_index": [lap.segment for lap in laps],
        }

    def _lap_ends(self) -> Column:
        """Return when the laps were written [s]: each at its end, none before its predecessor."""
        return np.maximum.accumulate([_lap_end(lap) for lap in self._laps])

    def _place(self, times: Column, *, after: bool) -> npt.NDArray[np.intp]:
        """Return where among the records messages of these times belong."""
        return np.searchsorted(_whole(self._time), _whole(times), "right" if after else "left")

    def _distance_at(self, times: Column) -> Column:
        """Return the distance ridden by these times [m], NaN in a ride without distance."""
        known = np.isfinite(self._ride.distance) & np.isfinite(self._time)
        if not known.any():
            return np.full(times.shape, np.nan)
        return np.interp(times, self._time[known], self._ride.distance[known])

    def _last_moment(self) -> float:
        """Return when the last thing happened [s]."""
        moments = [_lap_end(lap) for lap in self._laps]
        moments += [change.time for change in self._ride.timer]
        moments += [change.time for change in self._positions]
        if self._time.size and np.isfinite(self._time[-1]):
            moments.append(float(self._time[-1]))
        return max(moments)

    def _stamp(self, time: float) -> float:
        return self._zero + math.floor(time + 0.5)


def _software_version() -> float:
    """Return our version x.y.z as FIT has room for it: x.yz."""
    major, minor, patch = (int(part) for part in coach.__version__.split("."))
    return major + (10 * min(minor, 9) + min(patch, 9)) / 100


def _lap_end(lap: Lap) -> float:
    return lap.start + lap.elapsed_time


def _whole(seconds: Column) -> Column:
    """Round to whole seconds, half up."""
    return np.floor(seconds + 0.5)


def _above_the_lowest(ride: Ride) -> Column:
    """Return the altitude; a model's is counted from its lowest where that has no place in FIT."""
    lowest = ride.altitude[np.isfinite(ride.altitude)].min(initial=0.0)
    deep = lowest < -profile.RECORD.fields["enhanced_altitude"].offset
    return ride.altitude - lowest if ride.virtual_altitude and deep else ride.altitude


def _statistics(ride: Ride, pieces: list[slice]) -> dict[str, Values]:
    """Return means and maxima of pieces of the ride; cadence is averaged while pedalling."""
    pedalling = np.where(ride.cadence > 0, ride.cadence, np.nan)
    return {
        "avg_heart_rate": [_mean(ride.heart_rate[piece]) for piece in pieces],
        "max_heart_rate": [_highest(ride.heart_rate[piece]) for piece in pieces],
        "avg_cadence": [_mean(pedalling[piece]) for piece in pieces],
        "max_cadence": [_highest(ride.cadence[piece]) for piece in pieces],
        "avg_power": [_mean(ride.power[piece]) for piece in pieces],
        "max_power": [_highest(ride.power[piece]) for piece in pieces],
    }


def _mean(values: Column) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _highest(values: Column) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else None
