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

Maker = Callable[[Rider], Trainer]

_LARGEST_SEED = 2**31 - 1
_RADIO = ("ant", "ble")


def check(text: str) -> str:
    """Check what was typed after ``--trainer`` without making the trainer.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    str
        Its kind: ``sim``, ``none`` or ``replay``.

    Raises
    ------
    RiderInputError
        If there is no such trainer, or it has no such option or value. A recording is not opened.
    """
    _choose(text)
    return text.partition(":")[0]


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
    return _choose(text)(rider)


def _choose(text: str) -> Maker:
    """Return what makes the trainer that a text names, its options read."""
    name, _, rest = text.partition(":")
    if name in _KINDS:
        return _KINDS[name](text, rest)
    if name.lower().startswith(_RADIO):
        raise _refusal(
            text,
            "radio trainers come with the driver, which is not there yet; "
            "sim, none and replay:FILE work today",
        )
    raise _refusal(
        text,
        f"no trainer is called {name!r}{_meant(name, list(_KINDS))}; there are {', '.join(_KINDS)}",
    )


def _simulated(text: str, rest: str) -> Maker:
    seed, response = 7, "medium"
    for option in rest.split(",") if rest else ():
        key, _, value = option.partition("=")
        if key == "seed":
            seed = _seed(text, value)
        elif key == "response":
            response = _response(text, value)
        else:
            raise _refusal(
                text,
                f"sim has no option {key!r}{_meant(key, ['seed', 'response'])}; "
                "it takes sim:seed=7,response=medium",
            )

    def make(rider: Rider) -> Trainer:
        from coach.trainers.simulated import SimulatedTrainer

        return SimulatedTrainer(rider, seed, response)

    return make


def _seed(text: str, value: str) -> int:
    is_whole = value.isascii() and value.isdecimal() and len(value) <= 10
    if not is_whole or int(value) > _LARGEST_SEED:
        raise _refusal(text, f"seed is a whole number from 0 to {_LARGEST_SEED}, not {value!r}")
    return int(value)


def _response(text: str, value: str) -> str:
    from coach.trainers.simulated.machine import RESPONSES

    if value not in RESPONSES:
        known = list(RESPONSES)
        raise _refusal(
            text, f"response is one of {', '.join(known)}, not {value!r}{_meant(value, known)}"
        )
    return value


def _uncontrolled(text: str, rest: str) -> Maker:
    if rest:
        raise _refusal(text, "none takes no options; type --trainer none")

    def make(_: Rider) -> Trainer:
        from coach.trainers.uncontrolled import UncontrolledTrainer

        return UncontrolledTrainer()

    return make


def _replay(text: str, rest: str) -> Maker:
    if not rest:
        raise _refusal(text, "replay needs a ride; type replay:FILE")

    def make(_: Rider) -> Trainer:
        from coach.rides import load_ride
        from coach.trainers.replay import ReplayTrainer

        return ReplayTrainer(load_ride(Path(rest)))

    return make


def _refusal(text: str, why: str) -> RiderInputError:
    return RiderInputError(f"--trainer {text.rstrip(':')}: {why}")


def _meant(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


_KINDS: dict[str, Callable[[str, str], Maker]] = {
    "sim": _simulated,
    "none": _uncontrolled,
    "replay": _replay,
}
"""What reads the options of every trainer there is, by name."""
