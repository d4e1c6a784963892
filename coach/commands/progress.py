"""``coach progress``: week by week, what was done of what was planned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.commands import health, options
from coach.commands.chart import check_name
from coach.commands.opening import DONE_WITH_LOSS
from coach.commands.plan import kept_plan
from coach.commands.saving import existing_folder, readable
from coach.commands.who import own_rider
from coach.errors import CoachError, ProfileError, RiderInputError

if TYPE_CHECKING:
    from rich.table import Table

    from coach.charts.style import ThemeName
    from coach.rider import Rider
    from coach.training.done import Asks
    from coach.training.history import History
    from coach.training.plan import Request, Session
    from coach.training.weekly import Count, WeekDone

MOST_WEEKS = 104
NO_MEASURE = "Power on hills is what was asked plus what you did, no measure of fitness."
_TOMORROW = timedelta(days=1)
"""A ride east of here may be of tomorrow."""


@click.command()
@options.out
@options.rider_file
@click.option(
    "--weeks",
    type=click.IntRange(1, MOST_WEEKS),
    metavar="N",
    default=8,
    show_default=True,
    help="How many weeks.",
)
@click.option("--until", metavar="DATE", help="The last day, such as 2026-11-22; else today.")
@click.option(
    "--chart",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw it too: .png, .svg or .pdf.",
)
@click.option("--theme", type=click.Choice(("light", "dark")), default="light", show_default=True)
@click.option("--simulated", is_flag=True, help="Count rides of the simulator as done.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def progress(
    ctx: click.Context,
    out: Path,
    rider_file: Path | None,
    weeks: int,
    until: str | None,
    chart: Path | None,
    theme: ThemeName,
    simulated: bool,
    as_json: bool,
) -> None:
    """Tell week by week what was done: hills, standing, strength.

    Beside it stands what was planned, where 'coach plan --save' has kept a plan in the folder.
    """
    if chart is not None:
        check_name(chart)
    existing_folder(out)
    today = datetime.now().astimezone().date()
    last = today if until is None else _day(until)
    # numpy comes in here: a wrong option should be answered at once.
    from coach.archive import survey
    from coach.training.plan import make_plan
    from coach.training.weekly import week_start, weekly

    losses: list[str] = []
    request = _request(out, rider_file, losses)
    first = week_start(last, 0 if request is None else request.start.weekday())
    first -= timedelta(days=7 * (weeks - 1))
    # A plan answers to all that was done since it began.
    since = first if request is None else min(first, request.start)
    found = survey(out, first=since, last=None if until is None else last, simulated=simulated)
    for text in (*losses, *found.losses, *found.notes):
        click.echo(readable(text), err=True)
    plan = None if request is None else make_plan(request, found.history, today)
    if until is None:
        last = _with_days_ahead(found.history, today, weeks)
    asks = _asker(rider_file, simulated=simulated)
    done = weekly(plan, found.history, first, last, asks=asks)
    saved = None
    if chart is not None:
        # matplotlib comes in here; and the file before the words, for `head` closes a pipe early.
        from coach.charts.weeks import save_weeks

        saved = save_weeks(done, today, chart, theme)
    if as_json:
        click.echo(format_json(done))
    else:
        _show(done, today, found.before)
    if saved is not None:
        click.echo(f"saved: {readable(str(saved))}", err=as_json)
    if losses or found.losses:
        ctx.exit(DONE_WITH_LOSS)


def _day(text: str) -> date:
    from coach.training.kept import to_date

    try:
        return to_date(text)
    except ValueError as error:
        raise RiderInputError(f"--until: expected {error}") from error


def _request(out: Path, rider_file: Path | None, losses: list[str]) -> Request | None:
    """Return the kept plan's request; one that makes no sense is told, and not gone by."""
    from coach.training.kept import KEPT_NAME

    try:
        kept = kept_plan(out)
        return None if kept is None else health.held_back(kept, rider_file)
    except ProfileError as error:
        losses += [*error.mistakes, f"{out / KEPT_NAME}: what was planned is left out"]
    except CoachError as error:
        losses.append(f"{error}; what was planned is left out")
    return None


def _asker(rider_file: Path | None, *, simulated: bool) -> Callable[[Session], Asks | None]:
    """Return what tells of a planned ride how much it asks of this rider."""
    from coach import profile
    from coach.training.done import asks

    rider: Rider | None = None
    try:
        rider, _ = own_rider(rider_file, example_allowed=simulated)
    except RiderInputError:
        # Nobody can say what is asked of a rider without a file.
        if rider_file is not None:
            raise

    def asked(session: Session) -> Asks | None:
        if rider is None or session.workout is None:
            return None
        workout = profile.compile_workout(
            profile.load_workout(profile.find_workout(session.workout)),
            rider,
            moderate_minutes=session.moderate,
            rounds=session.rounds,
            raised=session.raised,
        )
        return asks(workout)

    return asked


def _with_days_ahead(history: History, today: date, weeks: int) -> date:
    """Return the last day to show; what is dated after today is told, and shown where it can be."""
    days = [ride.start.date() for ride in history.rides]
    days += [session.start.date() for session in history.strength]
    ahead = sorted(day for day in days if day > today + _TOMORROW)
    if not ahead:
        return today
    what = "1 session is" if len(ahead) == 1 else f"{len(ahead)} sessions are"
    click.echo(
        f"{what} dated after today, {today}, the last one {ahead[-1]}: set this computer's clock"
        " right, if it is wrong",
        err=True,
    )
    limit = today + timedelta(days=7 * weeks)
    if ahead[-1] > limit:
        click.echo(f"what is dated after {limit} is not shown", err=True)
    return max([today, *(day for day in ahead if day <= limit)])


def format_json(weeks: Sequence[WeekDone]) -> str:
    """Format weeks for programs."""
    return json.dumps({"weeks": [_week_json(week) for week in weeks]}, indent=2, allow_nan=False)


def _week_json(week: WeekDone) -> dict[str, object]:
    return {
        "start": week.start.isoformat(),
        "easy": week.easy,
        "rides_done": week.rides.done,
        "rides_planned": week.rides.planned,
        "rides_missed": week.rides.missed,
        "hills": week.hills,
        "hill_power_w": _rounded(week.hill_power),
        "hill_power_planned_w": _rounded(week.hill_power_planned),
        "hill_power_pct_ftp": None if week.hill_share is None else _rounded(100 * week.hill_share),
        "standing_measured_s": _rounded(week.standing_measured),
        "standing_declared_s": _rounded(week.standing_declared),
        "standing_planned_s": _rounded(week.standing_planned),
        "strength_done": week.strength.done,
        "strength_planned": week.strength.planned,
        "strength_missed": week.strength.missed,
        "strength_sets_done": week.sets,
        "strength_sets_asked": week.sets_asked,
        "load": _rounded(week.load),
        "rides_with_load": week.rides_with_load,
        "cr10": week.cr10,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _show(weeks: Sequence[WeekDone], today: date, before: date | None) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(f"Week by week, {_span(weeks)}", style="bold"))
    counts = [count for week in weeks for count in (week.rides, week.strength)]
    if not any(count.done or count.planned for count in counts):
        console.print("No rides and no strength sessions in these weeks.")
        if before is not None:
            console.print(f"The last ride before them: --until {before} shows it.")
        return
    console.print()
    console.print(_table(weeks, today))
    console.print()
    for line in _footnotes(weeks, today):
        console.print(Text(line, style="dim"))


def _span(weeks: Sequence[WeekDone]) -> str:
    first, last = weeks[0].start, weeks[-1].end
    return f"{first.day} {first:%b} {first.year} to {last.day} {last:%b} {last.year}"


def _table(weeks: Sequence[WeekDone], today: date) -> Table:
    """Return a table that fits 80 columns; what no week has is left out."""
    from rich.table import Table

    columns = {
        "Week\nof": [f"{week.start.day} {week.start:%b}" for week in weeks],
        "": [_marks(week, today) for week in weeks],
        "\nRides": [_of(week.rides) for week in weeks],
        "\nMissed": [_missed(week) for week in weeks],
        "Hills\nW": [_beside(week.hill_power, week.hill_power_planned) for week in weeks],
        "Stood\npedals": [_clock(week.standing_measured) for week in weeks],
        "Stood\nby key": [_clock(week.standing_declared) for week in weeks],
        "Stand\nasked": [_clock(week.standing_planned) for week in weeks],
        "Strength\nsets": [
            f"{week.sets}/{week.sets_asked}" if week.strength.done else "" for week in weeks
        ],
        "\nLoad": [_load(week) for week in weeks],
        "\nFelt": ["" if week.cr10 is None else f"{week.cr10:g}" for week in weeks],
    }
    table = Table(box=None, pad_edge=False, header_style="dim")
    known = {heading: cells for heading, cells in columns.items() if any(cells)}
    for heading in known:
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for row in zip(*known.values(), strict=True):
        table.add_row(*row)
    return table


def _footnotes(weeks: Sequence[WeekDone], today: date) -> Iterator[str]:
    """Yield what the table's marks and numbers mean, as far as they are there."""
    if any("*" in _marks(week, today) for week in weeks):
        yield "* not over yet"
    if any("e" in _marks(week, today) for week in weeks):
        yield "e easy week of the plan"
    if any(_beside(week.hill_power, week.hill_power_planned).count("/") for week in weeks):
        yield "Hills: done/planned, the mean over the time on hills."
    if any("+" in _load(week) for week in weeks):
        yield "Load: + some rides of that week have none, without power or FTP."
    if any(week.standing_measured is not None or week.standing_declared is not None
           for week in weeks):  # fmt: skip
        yield "Stood: as pedals measured it, or as you told by key; no ride is in both."
    if any(week.cr10 is not None for week in weeks):
        yield "Felt: the hardest ride, 0 to 10 on Borg's scale."
    if any(week.hill_power is not None for week in weeks):
        yield NO_MEASURE


def _marks(week: WeekDone, today: date) -> str:
    easy = "e" if week.easy else ""
    return f"{easy}*" if week.start <= today <= week.end else easy


def _of(count: Count) -> str:
    return str(count.done) if count.planned is None else f"{count.done}/{count.planned}"


def _missed(week: WeekDone) -> str:
    return str((week.rides.missed or 0) + (week.strength.missed or 0) or "")


def _beside(done: float | None, planned: float | None) -> str:
    if planned is None:
        return "" if done is None else f"{done:.0f}"
    return f"{'-' if done is None else format(done, '.0f')}/{planned:.0f}"


def _load(week: WeekDone) -> str:
    if week.load is None:
        return ""
    return f"{week.load:.0f}{'+' if week.rides_with_load < week.rides.done else ''}"


def _clock(seconds: float | None) -> str:
    from coach.units import clock_text

    return "" if seconds is None else clock_text(seconds)
