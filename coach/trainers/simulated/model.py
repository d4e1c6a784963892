"""Characters for the simulated rider: who does what is asked, who does it late, who does not.

A model is a TOML file; some are shipped and called by name. This module reads them, what they do
is in `rider` and `stance`. They are made up, each to show one thing that a coach must live with;
none was fitted to a real rider.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coach.profile import find_profile, profile_names
from coach.profile.toml import parse_document, read_text
from coach.trainers.simulated.stance import REACTION

STANDING_CADENCE = 68.0
"""Middle of what riders choose out of the saddle, 65 to 72 [rpm]."""

_FOLDER = "models"

Span = tuple[float, float]
"""The least and the most [s]."""


@dataclass(frozen=True, slots=True)
class RiderModel:
    """A character; as it stands here the rider does all that is asked."""

    name: str = "obedient"
    about: str = ""
    """One line for whoever chooses a model."""
    reaction: Span = REACTION
    """From a change of the posture asked for to the rider's own."""
    stays_seated: bool = False
    """Whatever posture is asked for."""
    own_power: float | None = None
    """Share of threshold power to ride to, whatever is shown; ``None`` for what is shown."""
    sits_after: float | None = None
    """Share of a standing stretch after which to sit down."""
    stops_every: Span | None = None
    """Between two rests of the legs."""
    stops_for: float = 10.0
    """How long such a rest lasts [s]."""
    cadence: float | None = None
    """Liked in the saddle, also uphill [rpm]; ``None`` for what the rider file says."""
    standing_cadence: float = STANDING_CADENCE
    """[rpm]."""


OBEDIENT = RiderModel()
"""Who rides where nobody was chosen."""


def model_names() -> list[str]:
    """Return the names of the shipped models."""
    return profile_names(_FOLDER)


def load_model(name_or_path: str | Path) -> RiderModel:
    """Load a shipped model by its name, or a file.

    Raises
    ------
    RiderInputError
        If there is no such model or file.
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    path = find_profile(_FOLDER, "rider model", name_or_path)
    return parse_model(read_text(path, "a rider model"), str(path))


def parse_model(text: str, file: str) -> RiderModel:
    """Parse a model.

    Parameters
    ----------
    text : str
        TOML; ``obedient.toml`` shows all keys.
    file : str
        Name for the errors; the name of the model is its stem.

    Raises
    ------
    ProfileError
        With all mistakes of the file, each with its line and key.
    """
    from coach.profile.mistakes import validate
    from coach.trainers.simulated.model_schema import ModelFile

    return validate(ModelFile, parse_document(text, file)).to_model(Path(file).stem)
