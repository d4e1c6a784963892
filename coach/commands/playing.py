"""A film of a ride on the live page: who plays it, and how long it stays."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from coach.commands.signals import ended_by_signals
from coach.commands.watching import Watching, phone_lines, served
from coach.errors import RiderInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from coach.clock import Clock
    from coach.journal import Header
    from coach.live.film import Film
    from coach.live.keyboard import Keyboard
    from coach.live.web.display import WebDisplay
    from coach.messages import Key
    from coach.ride import Ride

TICK = 0.1
"""Between two looks at what the viewers want [s]: no leap takes longer."""
AGAIN = 0.25
"""After so long a page is told again what it shows and where in the film that is [s]."""
GONE = 10.0
"""A page that was away for so long has been closed; until then it may be loading anew [s]."""


def wants_live(watching: Watching, *, live: bool) -> bool:
    """Return whether the page is wanted, by commands that show one only when asked to.

    Parameters
    ----------
    watching : Watching
        What was chosen of the page's options.
    live : bool
        Whether ``--live`` was typed.

    Raises
    ------
    RiderInputError
        If the options do not go together.
    """
    if not live and watching.given:
        raise RiderInputError("there is a page only with --live; add it, or leave its options out")
    return live and watching.wants_page(1.0)


def speed_of_film(speed: float | None, *, given: bool) -> int:
    """Return how many times as fast as it was ridden a film is played.

    Parameters
    ----------
    speed : float or None
        Value of the option ``--speed``.
    given : bool
        Whether it was typed; a film is played as fast as it was ridden otherwise.

    Raises
    ------
    RiderInputError
        If no film is played at this speed.
    """
    from coach.live.player import SPEEDS

    if not given:
        return 1
    if speed not in SPEEDS:
        offered = ", ".join(map(str, SPEEDS))
        typed = "max" if speed is None else f"{speed:g}"
        raise RiderInputError(f"--speed {typed}: with --live it is one of {offered}")
    return int(speed)


def show_film(
    film: Film,
    header: Header,
    ride: Ride,
    saved: Sequence[Path],
    watching: Watching,
    *,
    speed: int,
) -> None:
    """Serve a page, and play a film on it until it is closed.

    Parameters
    ----------
    film : Film
        Not empty.
    header : Header
        Of the ride that was filmed.
    ride : Ride
    saved : sequence of Path
        Its files; the page shows them when the film was closed.
    watching : Watching
        What was chosen of the page's options.
    speed : int
        To begin with.

    Raises
    ------
    CoachError
        If the page cannot be served.
    """
    from coach.clock import MonotonicClock
    from coach.commands.start_and_end import end_of
    from coach.live.keyboard import keyboard
    from coach.live.plan import Trace, ridden_elevation
    from coach.live.player import KEYS, SPEEDS
    from coach.live.web.display import Intro

    plan = header.workout
    ridden = Trace(plan)
    for frame in film.frames():
        ridden.follow(frame)
    intro = Intro(plan.title, plan.duration / 60.0, plan.hills)
    page = watching.page(
        plan,
        header.rider,
        intro,
        mode="replay",
        bindings=KEYS,
        elevation=ridden_elevation(plan, film.frames()),
        ridden=ridden,
        speeds=SPEEDS,
    )
    board = keyboard(sys.stdin, KEYS)
    with served(page, watching), ended_by_signals() as ended:
        for line in phone_lines(page):
            click.echo(line, err=True)
        click.echo("the page plays the ride until you close it", err=True)
        if board is not None:
            click.echo(" · ".join(f"{each.name} {each.does}" for each in KEYS), err=True)
            board.open()
        try:
            play(film, page, MonotonicClock(), board, speed=speed, over=lambda: bool(ended))
        finally:
            if board is not None:
                board.close()
        end = end_of(ride, saved)
        page.end(replace(end, words=("The replay is closed.", *end.words)))


def play(
    film: Film,
    page: WebDisplay,
    clock: Clock,
    keyboard: Keyboard[Key] | None = None,
    *,
    speed: int = 1,
    over: Callable[[], bool] = lambda: False,
) -> None:
    """Play a film on a page until its viewers close it.

    It waits for the first viewer as long as that takes, runs only while somebody watches, and
    stays at the last moment when it has come to its end. It is over when nobody has watched for
    a while after somebody did, when the key that quits is pressed on a page or in the terminal, or
    when the page's server has failed.

    Parameters
    ----------
    film : Film
        Not empty.
    page : WebDisplay
        In the mode of a replay, and served.
    clock : Clock
        Real time, or a test's.
    keyboard : Keyboard, optional
        Of the terminal, open; its keys are those of the page.
    speed : int
        To begin with, one of `coach.live.player.SPEEDS`.
    over : callable
        Whether it is to end now.
    """
    from coach.live.player import Player, Showing
    from coach.live.web.wire import Seek
    from coach.messages import Key

    player = Player(film, speed)
    watched, left, before = 0.0, math.inf, clock.now()
    shown: Showing | None = None
    told: tuple[bool, int] | None = None
    show_at = tell_at = -math.inf
    while page.alive and not over():
        now = clock.now()
        for key in [*page.keys(), *(keyboard.read() if keyboard is not None else ())]:
            if key is Key.QUIT:
                return
            player.press(key)
            tell_at = now
        for wish in page.wishes():
            if isinstance(wish, Seek):
                player.seek(wish.at)
            else:
                player.set_speed(wish.times)
            tell_at = now
        if page.viewers:
            watched += now - before
            left = now
        elif now - left > GONE:
            return
        before = now
        showing = player.tick(watched)
        # The same again where nothing is new: a page that hears nothing calls it stale.
        if showing != shown or now >= show_at:
            page.show_frame(showing.frame, showing.cues, showing.sounds)
            shown, show_at = Showing(showing.frame), now + AGAIN
        if now >= tell_at or told != (player.playing, player.speed):
            page.show_film(player)
            told = player.playing, player.speed
            tell_at = now + AGAIN if player.playing else math.inf
        clock.sleep_until(now + TICK)
