"""The command ``coach``: which commands there are, and how they end.

Commands live in `coach.commands` and are imported only when typed: ``coach --help`` must answer at
once. Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 misused,
3 done with loss (a ride file read in part).
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import Any

import click

from coach import __version__
from coach.errors import CoachError, ProfileError, ProtocolError, RiderInputError

FAILED, MISUSED = 1, 2

_COMMANDS = {
    "demo": (
        "coach.commands.demo",
        "Ride the six hills in seconds, simulated from start to chart.",
    ),
    "ride": ("coach.commands.ride", "Ride a workout or a road on a trainer."),
    "replay": ("coach.commands.replay", "Ride a recorded ride again."),
    "recover": ("coach.commands.replay", "Finish a ride that was interrupted."),
    "summary": ("coach.commands.summary", "Tell what a ride was: power, heart rate, hills."),
    "posture": (
        "coach.commands.posture",
        "Tell when a ride was ridden standing, and who says so.",
    ),
    "chart": ("coach.commands.chart", "Draw a ride."),
    "plan": ("coach.commands.plan", "Plan the weeks: hills, intervals, strength and rest."),
    "progress": (
        "coach.commands.progress",
        "Tell week by week what was done of what was planned.",
    ),
    "felt": ("coach.commands.felt", "Say how hard a ride was."),
    "technique": ("coach.commands.technique", "Check bike, saddle height and how you sit."),
    "strength": (
        "coach.commands.strength",
        "Go through the strength routine, guided and logged.",
    ),
    "workout": ("coach.commands.workout", "List and show workouts; show roads."),
    "convert": (
        "coach.commands.convert",
        "Write a workout for another program: .zwo .erg .mrc .fit.",
    ),
    "rider": ("coach.commands.rider", "Make a rider file."),
    "ftp": ("coach.commands.ftp", "Test FTP, or estimate it from a ride, as a band."),
    "doctor": (
        "coach.commands.doctor",
        "Check the ANT stick and the way to the trainer; name the cure.",
    ),
    "scan": ("coach.commands.scan", "List the ANT+ devices on the air."),
    "calibrate": ("coach.commands.calibrate", "Calibrate a trainer by a spin-down."),
    "selftest": (
        "coach.commands.selftest",
        "Ride through every fault of the link, simulated, and judge.",
    ),
    "simulate": (
        "coach.commands.simulate",
        "Be a trainer, a strap and pedals for another program.",
    ),
    "page": ("coach.commands.page", "Decode and encode ANT+ data pages."),
}

_WELCOME = """\
Try it without a trainer:   coach demo
Ride the six hills:         coach ride hills --trainer sim
Look at a ride you have:    coach chart FILE"""


class _LazyGroup(click.Group):
    """A group that knows the names and words of its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order a rider meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command that was typed."""
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands for the help page."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="coach")
@click.pass_context
def coach(ctx: click.Context) -> None:
    """Six Hills: a cycling coach that drives a smart trainer."""
    if ctx.invoked_subcommand is None:
        click.echo(_WELCOME)


def run(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code; every error becomes a sentence.

    Parameters
    ----------
    arguments : list of str, optional
        What follows ``coach``; the process's own arguments by default.
    """
    try:
        code: Any = coach.main(arguments, prog_name="coach", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        return FAILED
    except (ProfileError, ProtocolError, RiderInputError) as error:
        click.echo(str(error), err=True)
        return MISUSED
    except CoachError as error:
        click.echo(str(error), err=True)
        return FAILED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        _write_no_more()
        return 0
    except OSError as error:
        _write_no_more()
        where = f"{error.filename}: " if error.filename else "the output cannot be written: "
        click.echo(f"{where}{error.strerror or error}", err=True)
        return FAILED
    return code if isinstance(code, int) else 0


def _write_no_more() -> None:
    """Let what is left in the output's buffer go nowhere at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Entry point of the ``coach`` command."""
    for stream in (sys.stdout, sys.stderr):
        # A narrow terminal shows a question mark where it cannot show a dash or a name.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run())
