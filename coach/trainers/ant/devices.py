"""Which devices on the air are the rider's own."""

from __future__ import annotations

from dataclasses import dataclass

from coach.messages import Source


@dataclass(frozen=True, slots=True)
class Devices:
    """ANT+ device numbers; ``None`` takes the only one of its kind that is heard."""

    trainer: int | None = None
    heart_rate: int | None = None
    power_meter: int | None = None
    without: frozenset[Source] = frozenset()
    """Kinds that are not listened to at all."""
