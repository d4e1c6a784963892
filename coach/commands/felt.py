"""``coach felt``: how hard a ride was, by the rider's own word; and the question after a ride."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from coach.commands import options
from coach.commands.asking import answer_to, at_a_terminal
from coach.commands.saving import to_type
from coach.errors import CoachError, RiderInputError

QUESTION = "How hard was the hardest part, 0 to 10 (empty to leave it out)"

_HELP = """Say how hard the hardest part of a ride was.

CR10 is Borg's scale, in half steps:

\b
   0    nothing at all
   0.5  extremely weak
   1    very weak
   2    weak
   3    moderate
   4    somewhat strong
   5    strong
   7    very strong
  10    extremely strong

Without RIDE, the newest ride of ours in the folder is meant. The answer is kept in the .ride
file, for 'coach summary' and for the weeks ahead; it is not written into FIT files, because the 1
to 10 of a watch is another scale.
"""


@click.command(help=_HELP)
@click.argument("words", nargs=-1, required=True, metavar="[RIDE] CR10")
@options.out
def felt(words: tuple[str, ...], out: Path) -> None:
    """Say how hard the hardest part of a ride was."""
    from coach import journal
    from coach.analysis.effort import cr10_text, parse_cr10

    if len(words) > 2:
        raise RiderInputError(f"{words[2]!r} is one word too many; type 'coach felt [RIDE] CR10'")
    try:
        cr10 = parse_cr10(words[-1])
    except ValueError as error:
        raise RiderInputError(f"CR10: {error}; 'coach felt --help' shows the scale") from error
    path = Path(words[0]) if len(words) == 2 else _newest(out)
    if path.suffix.lower() != ".ride":
        raise RiderInputError(f"{path}: how it felt is kept in a .ride file only; name one")
    if not os.path.isfile(path):
        raise RiderInputError(f"{path}: no such ride file")
    journal.felt(path, cr10)
    click.echo(f"{path}: felt {cr10_text(cr10)}")


def _newest(folder: Path) -> Path:
    from coach.archive import newest

    path = newest(folder)
    if path is None:
        raise RiderInputError(
            f"{folder}: there is no ride of ours; name one, or its folder by --out"
        )
    return path


def ask(path: Path) -> None:
    """Ask whoever has just ridden; nothing is lost when nobody answers.

    Parameters
    ----------
    path : Path
        The finished ride, with all of its files saved.
    """
    from coach import journal
    from coach.analysis.effort import cr10_text, parse_cr10
    from coach.live.keyboard import Keyboard, keyboard
    from coach.messages import Key

    if not at_a_terminal():
        return
    keys: Keyboard[Key] | None = keyboard(sys.stdin, ())
    if keys is not None:
        # A key pressed once too often while the ride was saved is no answer.
        keys.open()
        keys.read()
        keys.close()

    def check(text: str) -> None:
        if text:
            parse_cr10(text)

    try:
        answer = answer_to(QUESTION, check)
        if answer:
            journal.felt(path, parse_cr10(answer))
            click.echo(f"Felt {cr10_text(parse_cr10(answer))}.")
    except click.Abort:
        click.echo(f"\nleft out; {to_type('felt', path, 'CR10')} keeps it later", err=True)
    except CoachError as error:
        click.echo(f"left out: {error}", err=True)
