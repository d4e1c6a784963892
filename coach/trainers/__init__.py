"""The machines, hardware or not, as peers behind one interface.

A trainer is chosen by a text, ``NAME`` or ``NAME:WHAT``: ``sim``, ``sim:seed=7``, ``none``,
``replay:FILE``. What a trainer needs is imported when it is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from coach.errors import RiderInputError
from coach.rider import Rider
from coach.trainers.base import Trainer

_LARGEST_SEED = 2**31 - 1


def make(text: str, rider: Rider) -> Trainer:
    """Make the trainer that a text names; it is not open yet.

    Parameters
    ----------
    text : str
        As typed after ``--trainer``.
    rider : Rider
        Who sits on a simulated one.

    Returns
    -------
    Trainer

    Raises
    ------
    RiderInputError
        If there is no such trainer, or it has no such option or value.
    RideFileError
        If the recording to replay cannot be read at all.
    """
    name, _, rest = text.partition(":")
    maker = _MAKERS.get(name)
    if maker is None:
        raise RiderInputError(
            f"--trainer {text}: no trainer is called {name!r}{_meant(name, list(_MAKERS))}; "
            f"there are {', '.join(_MAKERS)}"
        )
    return maker(text, rest, rider)


def _simulated(text: str, rest: str, rider: Rider) -> Trainer:
    from coach.trainers.simulated import SimulatedTrainer
    from coach.trainers.simulated.machine import RESPONSES

    seed, response = 7, "medium"
    for option in rest.split(",") if rest else ():
        key, _, value = option.partition("=")
        if key == "seed":
            if not (value.isascii() and value.isdecimal() and len(value) <= 10):
                raise _wrong_seed(text, value)
            seed = int(value)
            if seed > _LARGEST_SEED:
                raise _wrong_seed(text, value)
        elif key == "response":
            if value not in RESPONSES:
                raise RiderInputError(
                    f"--trainer {text}: response is one of {', '.join(RESPONSES)}, "
                    f"not {value!r}{_meant(value, list(RESPONSES))}"
                )
            response = value
        else:
            raise RiderInputError(
                f"--trainer {text}: sim has no option {key!r}"
                f"{_meant(key, ['seed', 'response'])}; it takes sim:seed=7,response=medium"
            )
    return SimulatedTrainer(rider, seed, response)


def _wrong_seed(text: str, value: str) -> RiderInputError:
    return RiderInputError(
        f"--trainer {text}: seed is a whole number from 0 to {_LARGEST_SEED}, not {value!r}"
    )


def _uncontrolled(text: str, rest: str, rider: Rider) -> Trainer:
    from coach.trainers.uncontrolled import UncontrolledTrainer

    if rest:
        raise RiderInputError(f"--trainer {text}: none takes no options; type --trainer none")
    return UncontrolledTrainer()


def _replay(text: str, rest: str, rider: Rider) -> Trainer:
    if not rest:
        raise RiderInputError(f"--trainer {text}: replay needs a ride; type replay:FILE")
    from coach.rides import load_ride
    from coach.trainers.replay import ReplayTrainer

    return ReplayTrainer(load_ride(Path(rest)))


def _meant(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


_MAKERS: dict[str, Callable[[str, str, Rider], Trainer]] = {
    "sim": _simulated,
    "none": _uncontrolled,
    "replay": _replay,
}
"""Every trainer there is, by name."""
