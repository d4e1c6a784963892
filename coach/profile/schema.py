"""What the files that riders write have in common, and the kinds of values in them.

The description of every field of a table completes the sentence "expected ...". Schemas import
pydantic and are themselves imported only when a file is read; what has passed turns itself into the
SI of the core.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _printable(value: str) -> str:
    """Refuse what would move the cursor of a terminal or break a line."""
    if not value.isprintable():
        raise ValueError
    return value


def rising(value: list[float]) -> list[float]:
    """Refuse a span whose end is not above its beginning."""
    if value[0] >= value[-1]:
        raise ValueError
    return value


Text = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_printable)]
Cadence = Annotated[float, Field(ge=30, le=130)]


class Table(BaseModel):
    """A table that takes nothing it does not know, and nothing that merely looks like a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
