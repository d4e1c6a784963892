"""What may stand in the file of a rider model, and what one reads when it does not.

The description of every field completes the sentence "expected ...". This module imports pydantic
and is itself imported only when a model is read.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from coach.profile.schema import Cadence, Table, Text, rising
from coach.trainers.simulated.model import OBEDIENT, RiderModel

_Seconds = Annotated[float, Field(ge=1, le=3600)]
_Span = Annotated[list[_Seconds], Field(min_length=2, max_length=2), AfterValidator(rising)]

_SPAN = "two numbers of seconds, the least and the most, 1 to 3600, such as [2, 5]"
_CADENCE = "a number of turns a minute, 30 to 130"


class ModelFile(Table):
    """A rider model."""

    about: Text = Field(description="one line in quotes about the rider")
    reaction_s: _Span = Field(default=list(OBEDIENT.reaction), description=_SPAN)
    stays_seated: bool = Field(default=OBEDIENT.stays_seated, description="true or false")
    own_power_pct: float | None = Field(
        default=None, ge=20, le=105, description="a number of percent of FTP, 20 to 105"
    )
    sits_after_pct: float | None = Field(
        default=None, ge=10, le=90, description="a number of percent, 10 to 90"
    )
    stops_every_s: _Span | None = Field(default=None, description=_SPAN)
    stops_for_s: float = Field(
        default=OBEDIENT.stops_for, ge=1, le=120, description="a number of seconds, 1 to 120"
    )
    cadence_rpm: Cadence | None = Field(default=None, description=_CADENCE)
    standing_cadence_rpm: Cadence = Field(default=OBEDIENT.standing_cadence, description=_CADENCE)

    def to_model(self, name: str) -> RiderModel:
        """Return the model in SI; `name` is what the file is called."""
        every = self.stops_every_s
        return RiderModel(
            name=name,
            about=self.about,
            reaction=(self.reaction_s[0], self.reaction_s[1]),
            stays_seated=self.stays_seated,
            own_power=_share(self.own_power_pct),
            sits_after=_share(self.sits_after_pct),
            stops_every=None if every is None else (every[0], every[1]),
            stops_for=self.stops_for_s,
            cadence=self.cadence_rpm,
            standing_cadence=self.standing_cadence_rpm,
        )


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100
