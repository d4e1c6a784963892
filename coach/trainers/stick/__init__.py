"""A pretend ANT stick: rides, scans and calibrations without hardware, byte for byte.

`stick` is the driver that openant and ours open; `chip` is the radio in it, with its `channel` and
the `commands` of the host; `air` is who is on the air, `trouble` what goes wrong on purpose.

It is asked for by a text after ``--stick``: ``virtual``, ``virtual:seed=3``,
``virtual:faults=unplugged``, ``virtual:faults=./mine.toml,seed=3``.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from coach.clock import Clock
from coach.errors import RiderInputError
from coach.rider import Rider
from coach.trainers import LARGEST_SEED
from coach.trainers.faults import Scenario, load_scenario
from coach.trainers.stick.air import Air
from coach.trainers.stick.stick import PretendStick
from coach.trainers.stick.trouble import Faults
from coach.units import whole_number

__all__ = ["Air", "Faults", "PretendStick", "check_stick", "make_stick", "stick_from"]

SEED = 7
"""The rider's, unless another one is asked for."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a text asks for."""

    seed: int | None = None
    scenario: Scenario | None = None


def check_stick(text: str) -> None:
    """Check what was typed after ``--stick`` without making the stick.

    Raises
    ------
    RiderInputError
        If there is no such stick, option or value, or no such fault scenario.
    ProfileError
        If the fault scenario has mistakes.
    """
    _choose(text)


def stick_from(text: str, rider: Rider, clock: Clock) -> PretendStick:
    """Make the stick that a text asks for; it is not open yet.

    Parameters
    ----------
    text : str
        As typed after ``--stick``.
    rider : Rider
        Who sits on the simulated trainer.
    clock : Clock
        Shared with the driver.

    Raises
    ------
    RiderInputError
        If there is no such stick, option or value, or no such fault scenario.
    ProfileError
        If the fault scenario has mistakes.
    """
    choice = _choose(text)
    return make_stick(rider, clock, choice.scenario, choice.seed)


def make_stick(
    rider: Rider, clock: Clock, scenario: Scenario | None = None, seed: int | None = None
) -> PretendStick:
    """Make a stick; it is not open yet.

    Parameters
    ----------
    rider : Rider
        Who sits on the simulated trainer.
    clock : Clock
        Shared with the driver.
    scenario : Scenario, optional
        What goes wrong.
    seed : int, optional
        Of all chance; by default `SEED` for the rider, and the scenario's own for the faults.
    """
    air = Air(rider, SEED if seed is None else seed)
    if scenario is None:
        return PretendStick(clock, air)
    return PretendStick(
        clock, air, Faults(scenario.faults, scenario.seed if seed is None else seed)
    )


def _choose(text: str) -> _Choice:
    name, _, rest = text.partition(":")
    if name != "virtual":
        raise RiderInputError(
            f"--stick {text}: no stick is called {name!r}; type --stick virtual for the pretend"
            " one, or leave --stick out for the one on USB"
        )
    seed: int | None = None
    scenario: Scenario | None = None
    for option in rest.split(",") if rest else ():
        key, _, value = option.partition("=")
        if key == "seed":
            seed = _seed(text, value)
        elif key == "faults":
            scenario = load_scenario(value)
        else:
            close = get_close_matches(key, ["faults", "seed"], 1)
            meant = f" (did you mean {close[0]!r}?)" if close else ""
            raise RiderInputError(
                f"--stick {text}: virtual has no option {key!r}{meant}; "
                "it takes virtual:faults=FILE,seed=7"
            )
    return _Choice(seed, scenario)


def _seed(text: str, value: str) -> int:
    seed = whole_number(value)
    if seed is None or seed > LARGEST_SEED:
        raise RiderInputError(
            f"--stick {text}: seed is a whole number from 0 to {LARGEST_SEED}, not {value!r}"
        )
    return seed
