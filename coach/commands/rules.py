"""The rules from a ride to the strength routine, told to people and to programs."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coach.strength.routine import Dose, Routine
    from coach.training.emphasis import Rule

WIDTH = 80
_INDENT = 12
_UNIT = re.compile(r"(?<=\d) (?=%|(?:s|rpm|minutes)\b)")

_HEAD = (
    "What the last ride changes in the strength routine. A rule speaks only of what is known: "
    "standing counts where pedals measured it or you told it by key, never where it is estimated.",
    "Where rules disagree, the first group in this list comes first, alone; and a rule that holds "
    "the sets or takes one off overrules every set more, for two days after the ride. No exercise "
    "is left out, and none gets more sets than the routine has.",
    "A study named here says what happens on the bike. That an exercise changes it has not been "
    "shown: going from a ride to an exercise is a convention in every rule.",
)


def show_rules(as_json: bool) -> None:
    """Print the table of rules with its evidence, for people or for programs."""
    from coach.training.emphasis import RULES

    if as_json:
        click.echo(json.dumps([_as_json(rule) for rule in RULES], indent=2))
        return
    click.echo("\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in _HEAD))
    for rule in RULES:
        click.echo()
        click.echo("\n".join(_lines(rule)))


def why_lines(routine: Routine, dose: Dose, rules: Sequence[Rule]) -> list[str]:
    """Say in two lines at most why today's routine is not as ever.

    Parameters
    ----------
    routine : Routine
        That today's work is chosen from.
    dose : Dose
        What is asked without any rule.
    rules : sequence of Rule
        As `coach.training.emphasis.applying` returns them.

    Returns
    -------
    list of str
        A sentence each; empty when no rule changes anything.
    """
    from coach.training.emphasis import deciding

    first, limit = deciding(routine, rules)
    lines: list[str] = []
    if first is not None:
        titles = [group.title for group in routine.groups if group.name in first.groups]
        lines.append(f"{' and '.join(titles)} first: {first.seen}.")
    # One set always stays.
    if limit is not None and limit.sets < 0 and min(dose.sets, routine.sets) > 1:
        lines.append(f"One set less of everything: {limit.seen}.")
    elif limit is not None and first is not None:
        lines.append(f"No set more: {limit.seen}.")
    return lines


def _lines(rule: Rule) -> Iterator[str]:
    yield rule.name.replace("_", " ").capitalize()
    known = "Established" if rule.established else "Not established"
    for label, text in (
        ("when", rule.fact),
        ("then", rule.does),
        ("evidence", rule.evidence),
        ("source", f"{known}: {rule.source}."),
    ):
        # A number stays beside its unit.
        whole = _UNIT.sub("\N{NO-BREAK SPACE}", text)
        filled = textwrap.fill(
            whole,
            WIDTH,
            initial_indent=f"  {label}".ljust(_INDENT),
            subsequent_indent=" " * _INDENT,
        )
        yield filled.replace("\N{NO-BREAK SPACE}", " ")


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name,
        "fact": rule.fact,
        "groups": list(rule.groups),
        "sets": rule.sets,
        "does": rule.does,
        "evidence": rule.evidence,
        "source": rule.source,
        "established": rule.established,
    }
