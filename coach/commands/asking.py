"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from coach.errors import RiderInputError

TRIES = 5
"""How often a question is asked; whoever pipes nonsense in is not asked for ever."""


def at_a_terminal() -> bool:
    """Return whether somebody sits there who can read a question and answer it."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def answer_to(question: str, check: Callable[[str], None], usual: str = "") -> str:
    """Ask until an answer is good.

    Parameters
    ----------
    question : str
    check : callable
        Raises a ``ValueError`` that says what was expected.
    usual : str
        What an empty answer means.

    Returns
    -------
    str
        Without the blanks around it.

    Raises
    ------
    RiderInputError
        If no answer was good.
    click.Abort
        If nobody is there to answer, or Ctrl-C was pressed.
    """
    for _ in range(TRIES):
        answer: str = click.prompt(question, usual, show_default=bool(usual), type=str, err=True)
        try:
            check(answer.strip())
        except ValueError as error:
            click.echo(f"  {error}", err=True)
        else:
            return answer.strip()
    raise RiderInputError(f"nothing was written; {TRIES} answers to {question!r} made no sense")


def agrees(question: str, usual: str = "") -> bool:
    """Ask for yes or no; see `answer_to`."""

    def check(text: str) -> None:
        if text.lower() not in ("y", "yes", "n", "no"):
            raise ValueError("expected y or n")

    return answer_to(f"{question}, y or n?", check, usual).lower().startswith("y")
