"""What is known of a rider's posture: from one source at a time, and never without its name.

Pedals measure it, the rider declares it by key, or it is guessed from the pedalling. The three
are not mixed: where the source asked for says nothing, nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.analysis.estimate import Estimate, estimate_posture, stretches
from coach.analysis.posture import PostureInterval, ride_end, ride_posture, stand_count, stands
from coach.analysis.repair import Repaired
from coach.messages import Posture, PostureSource, RiderPosition
from coach.ride import PEDALLED, PositionChange, Ride

SOURCES = (PostureSource.MEASURED, PostureSource.DECLARED, PostureSource.ESTIMATED)
"""Who may be asked, the most trusted first."""

NOBODY = {
    PostureSource.MEASURED: "no measured positions",
    PostureSource.DECLARED: "no posture declared by key",
}
UNCONFIRMED = {
    PostureSource.MEASURED: "no measured position was confirmed while the ride lasted",
    PostureSource.DECLARED: "no posture was declared while the ride lasted",
}


@dataclass(frozen=True, slots=True)
class PostureSegment:
    """A stretch of the ride in one posture, and who says so."""

    start: float
    """Seconds since the ride's start."""
    end: float
    posture: Posture | None
    """``None`` where nobody knows."""
    confidence: float
    """From 0 (nobody knows) to 1 (measured, or the rider's own word)."""
    source: PostureSource | None
    """``None`` where nobody knows."""


@dataclass(frozen=True, slots=True)
class Told:
    """A ride's posture as one source tells it."""

    source: PostureSource | None
    """``None`` when the ride has nothing to tell it from."""
    time_standing: float | None
    """[s]."""
    stand_count: int | None
    segments: tuple[PostureSegment, ...]
    """In order, from 0 to the last record without a gap; empty for a ride without times."""
    estimate: Estimate | None = None
    """The guess behind it, where it is one."""
    missing: tuple[str, ...] = ()
    """What nobody knows and what was lacking, in words."""


def tell(ride: Ride, rows: Repaired, source: PostureSource | None = None) -> Told:
    """Tell a ride's posture.

    Parameters
    ----------
    ride : Ride
        As a reader made it.
    rows : Repaired
        The same ride, repaired.
    source : PostureSource, optional
        Who is asked: measured, declared or estimated; by default the first of these that has
        something to say.

    Raises
    ------
    ValueError
        If `source` is none of the three: what was prescribed is not what was done.
    """
    if source is not None and source not in SOURCES:
        raise ValueError(f"posture is measured, declared or estimated, not {source}")
    if ride_end(ride) is None:
        return Told(None, None, None, (), missing=("no record with a time",))
    missing: tuple[str, ...] = ()
    for each in SOURCES if source is None else (source,):
        told = _estimated(ride, rows) if each is PostureSource.ESTIMATED else _seen(ride, each)
        if told.source is not None:
            return told
        missing += told.missing
    return Told(None, None, None, tuple(_filled(ride, ())), missing=missing)


def changes_told(ride: Ride, source: PostureSource) -> Sequence[PositionChange]:
    """Return the position changes of one source, measured or declared; empty when it has none."""
    if ride.position_source is source:
        return ride.positions
    return ride.declared if source is PostureSource.DECLARED else ()


def _seen(ride: Ride, source: PostureSource) -> Told:
    """Tell what pedals measured or the rider declared."""
    changes = changes_told(ride, source)
    if not changes:
        return Told(None, None, None, (), missing=(NOBODY[source],))
    settled = ride_posture(ride, changes)
    segments = _filled(
        ride, [PostureSegment(*interval, confidence=1.0, source=source) for interval in settled]
    )
    if not any(each.posture for each in segments):
        return Told(None, None, None, (), missing=(UNCONFIRMED[source],))
    own = changes is ride.positions
    return Told(
        source,
        _standing(segments),
        stand_count(ride) if own else stands(ride, changes),
        tuple(segments),
        missing=_unknown(ride, settled),
    )


def _estimated(ride: Ride, rows: Repaired) -> Told:
    """Guess from the pedalling."""
    if ride.sport not in PEDALLED:
        return Told(None, None, None, (), missing=(f"no cranks: the sport is {ride.sport}",))
    guess = estimate_posture(rows)
    if guess.habit is None:
        return Told(None, None, None, (), missing=guess.missing)
    segments = _filled(ride, _guessed(guess, rows))
    count = sum(each.posture is Posture.STANDING for each in segments)
    return Told(
        PostureSource.ESTIMATED,
        _standing(segments),
        count,
        tuple(segments),
        guess,
        guess.missing,
    )


def _guessed(guess: Estimate, rows: Repaired) -> list[PostureSegment]:
    """Return the stretches of one likely posture."""
    edges = stretches(guess.known.astype(int) + (guess.known & guess.standing))
    ends = [*rows.time.tolist(), float("inf")]
    return [
        PostureSegment(
            ends[first],
            ends[behind],
            Posture.STANDING if guess.standing[first] else Posture.SEATED,
            float(guess.confidence[first]),
            PostureSource.ESTIMATED,
        )
        for first, behind in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        if guess.known[first]
    ]


def _filled(ride: Ride, segments: Sequence[PostureSegment]) -> list[PostureSegment]:
    """Fill from 0 to the end of the ride: what lies between is known to nobody."""
    last = ride_end(ride) or 0.0
    filled: list[PostureSegment] = []
    at = 0.0
    for each in segments:
        start, end = max(each.start, at), min(each.end, last)
        if end <= start:
            continue
        if start > at:
            filled.append(PostureSegment(at, start, None, 0.0, None))
        filled.append(PostureSegment(start, end, each.posture, each.confidence, each.source))
        at = end
    if last > at:
        filled.append(PostureSegment(at, last, None, 0.0, None))
    return filled


def _standing(segments: Sequence[PostureSegment]) -> float:
    return sum(each.end - each.start for each in segments if each.posture is Posture.STANDING)


def _unknown(ride: Ride, settled: Sequence[PostureInterval]) -> tuple[str, ...]:
    """Say for how much of the riding nobody told the posture."""
    # Somebody who sits from the first second to the last is known for all the time ridden.
    always = ride_posture(ride, (PositionChange(0.0, RiderPosition.SEATED),))
    silent = _length(always) - _length(settled)
    return (f"no position for {silent:.0f} s of riding",) if silent >= 1.0 else ()


def _length(intervals: Sequence[PostureInterval]) -> float:
    return sum(max(0.0, each.end - max(each.start, 0.0)) for each in intervals)
