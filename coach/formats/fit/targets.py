"""What a step of a FIT workout asks for: power, cadence, or something only words can say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from coach.formats.fit import profile
from coach.profile.plan import Band
from coach.workout import power_tolerance

_ZONE_ENDS = (0.0, 0.55, 0.75, 0.90, 1.05, 1.20, 1.50)
"""Where Coggan's seven zones begin, as shares of threshold power; the last has no end."""
_MOST_POWER = 4000.0
"""ANT+ asks no trainer for more (Target Power, data page 49) [W]."""
_CADENCES = (20.0, 200.0)
"""What can be asked of a pair of legs [rpm]; a convention."""
_BPM_OFFSET = 100
"""Of ``workout_hr``: up to here percent of the highest, above it beats a minute."""


@dataclass(frozen=True, slots=True)
class Step:
    """A workout_step message; numbers as they stand, ``None`` where there is no value.

    What a number means, its type says: those of a cadence can be watts as well.
    """

    NUMBERS: ClassVar = (
        "duration_type",
        "duration_value",
        "target_type",
        "target_value",
        "custom_target_value_low",
        "custom_target_value_high",
        "intensity",
        "secondary_target_type",
        "secondary_target_value",
        "secondary_custom_target_cadence_low",
        "secondary_custom_target_cadence_high",
    )

    number: int
    """From 1, as riders count."""
    index: int
    """What a repeat calls it."""
    at: int
    """Byte in the file."""
    name: str
    notes: str
    numbers: dict[str, float | None]

    @property
    def duration_type(self) -> float | None:
        """Of ``wkt_step_duration``."""
        return self.numbers["duration_type"]

    @property
    def duration_value(self) -> float | None:
        """Length, in the unit of its type, or the step that a repeat goes back to."""
        return self.numbers["duration_value"]

    @property
    def target_value(self) -> float | None:
        """Zone of the first target, or how long a repeat goes on."""
        return self.numbers["target_value"]

    @property
    def intensity(self) -> float | None:
        """Of ``intensity``."""
        return self.numbers["intensity"]

    @property
    def targets(self) -> tuple[Target, Target]:
        """The first and the second target."""
        return (
            Target(
                self.numbers["target_type"],
                self.numbers["target_value"],
                self.numbers["custom_target_value_low"],
                self.numbers["custom_target_value_high"],
            ),
            Target(
                self.numbers["secondary_target_type"],
                self.numbers["secondary_target_value"],
                self.numbers["secondary_custom_target_cadence_low"],
                self.numbers["secondary_custom_target_cadence_high"],
            ),
        )


class Told:
    """What there is to say of steps, each sentence once, with the first step that it is about."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._count: Counter[str] = Counter()

    def tell(self, step: Step, text: str) -> None:
        """Note that a step `text`, which completes "step 3 ..."."""
        self._first.setdefault(text, f"byte {step.at}: step {step.number} {text}")
        self._count[text] += 1

    def sentences(self) -> tuple[str, ...]:
        """Return all that was told, in the order of the first steps."""
        return tuple(
            first + (f" ({count} steps in all)" if (count := self._count[text]) > 1 else "")
            for text, first in self._first.items()
        )


class Report(NamedTuple):
    """All that is told of the steps of a file."""

    warnings: Told
    """What is not understood, or not as the file wants it."""
    notes: Told
    """How a target is read; nothing is missing for that."""


class Target(NamedTuple):
    """One of the two targets of a step."""

    type: float | None
    """Of ``wkt_step_target``."""
    zone: float | None
    """One of the rider's; none or 0 for a range of its own."""
    low: float | None
    high: float | None

    @property
    def range(self) -> tuple[float, float] | None:
        """Low and high in this order; one alone is both."""
        ends = [value for value in (self.low, self.high) if value is not None and value >= 0]
        return (min(ends), max(ends)) if ends else None


class Power(NamedTuple):
    """A power that is asked for."""

    value: float
    """[W], or a fraction of threshold power."""
    watts: bool


def power_target(step: Step, report: Report) -> Power | None:
    """Return the power that a step asks for, ``None`` when it asks for none.

    Parameters
    ----------
    step : Step
    report : Report
        Takes what there is to say of it.
    """
    target = next((each for each in step.targets if each.type in profile.TARGET_POWERS), None)
    if target is None:
        return None
    if target.type != profile.TARGET_POWER:
        report.notes.tell(step, "asks for a mean power; it is asked for moment by moment here")
    if target.zone:
        return _zone(step, target.zone, report)
    if target.range is None:
        report.warnings.tell(step, "asks for a power and says none; it is a free stretch here")
        return None
    low, high = target.range
    watts = high > profile.WATTS_OFFSET
    if watts and low < profile.WATTS_OFFSET:
        report.warnings.tell(
            step, "asks for percent of FTP and watts at once; it is a free stretch here"
        )
        return None
    if watts:
        low, high = low - profile.WATTS_OFFSET, high - profile.WATTS_OFFSET
    if watts and high > _MOST_POWER:
        report.warnings.tell(
            step, f"asks for more than {_MOST_POWER:.0f} W; it is a free stretch here"
        )
        return None
    middle = (low + high) / 2
    room = power_tolerance(middle) if watts else 0.05 * middle
    if high - middle > room:
        report.notes.tell(step, "asks for a wide range of power; it is ridden at the middle of it")
    return Power(middle if watts else middle / 100, watts)


def cadence_band(step: Step, report: Report) -> Band | None:
    """Return the cadence that a step asks for [rpm], if any; see `power_target`."""
    target = next((each for each in step.targets if each.type == profile.TARGET_CADENCE), None)
    if target is None:
        return None
    if target.zone:
        report.warnings.tell(step, "asks for a cadence zone, which only its device knows")
        return None
    if (
        target.range is None
        or not _CADENCES[0] <= target.range[0] <= target.range[1] <= _CADENCES[1]
    ):
        report.warnings.tell(step, "asks for a cadence that makes no sense")
        return None
    return target.range


def words(step: Step, report: Report) -> tuple[str, ...]:
    """Return what a step without power asks for, as a rider reads it; see `power_target`."""
    target = step.targets[0]
    if target.type == profile.TARGET_HEART_RATE:
        report.warnings.tell(step, "asks for a heart rate and no power; it is a free stretch here")
        return _heart_rate(target)
    if target.type == profile.TARGET_SPEED:
        report.warnings.tell(step, "asks for a speed and no power; it is a free stretch here")
        if target.zone or target.range is None:
            return ()
        low, high = (value / 1000 * 3.6 for value in target.range)
        return (f"Speed {low:.1f} to {high:.1f} km/h",)
    if target.type == profile.TARGET_CADENCE:
        report.warnings.tell(step, "asks for a cadence and no power; it is a free stretch here")
    elif target.type not in (None, profile.TARGET_OPEN, *profile.TARGET_POWERS):
        report.warnings.tell(step, "asks for what cannot be read here; it is a free stretch")
    return ()


def _zone(step: Step, zone: float, report: Report) -> Power | None:
    if zone not in range(1, len(_ZONE_ENDS) + 1):
        report.warnings.tell(
            step, "asks for a power zone that there is not; it is a free stretch here"
        )
        return None
    begin = _ZONE_ENDS[int(zone) - 1]
    middle = begin if zone == len(_ZONE_ENDS) else (begin + _ZONE_ENDS[int(zone)]) / 2
    report.notes.tell(
        step,
        f"asks for power zone {zone:.0f}; it is ridden at {100 * middle:g} % of FTP"
        " (Coggan's zones; your device may have others)",
    )
    return Power(middle, watts=False)


def _heart_rate(target: Target) -> tuple[str, ...]:
    if target.zone:
        return (f"Heart rate zone {target.zone:.0f}",)
    if target.range is None:
        return ()
    low, high = target.range
    if low >= _BPM_OFFSET < high:
        return (f"Heart rate {low - _BPM_OFFSET:.0f} to {high - _BPM_OFFSET:.0f} bpm",)
    return (f"Heart rate {low:.0f} to {high:.0f} % of your highest",)
