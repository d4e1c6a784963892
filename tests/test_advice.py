"""What the coach says of the trainer: its limits in power mode, and what happened to the link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from timeline import HILLS, RIDER, drive, in_mode, pedalling

from coach.engine import Engine
from coach.guidance.advice import AGAIN, LASTING, SETTLING, LimitAdvice
from coach.guidance.news import SPOKEN, News
from coach.messages import (
    Capabilities,
    CueKind,
    Event,
    EventKind,
    Mode,
    PowerLimit,
    Telemetry,
)

LOW, HIGH, REACHED = (
    PowerLimit.SPEED_TOO_LOW,
    PowerLimit.SPEED_TOO_HIGH,
    PowerLimit.LIMIT_REACHED,
)


def said(
    limit: Callable[[float], PowerLimit | None], until: float, at: float = 100.0
) -> list[tuple[float, str]]:
    advice = LimitAdvice()
    cues = []
    for tick in range(int(until * 4) + 1):
        now = tick / 4
        told = Telemetry(time=now, cadence=80.0, power_limit=limit(now))
        cues += advice.words(now, at + now, told)
    return [(cue.time, cue.text) for cue in cues]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (LOW, "Spin faster or shift up: too slow for the trainer to hold the load"),
        (HIGH, "Shift down: the flywheel is too fast for this load"),
        (REACHED, "The trainer is at its limit"),
    ],
)
def test_a_limit_that_lasts_is_told_with_its_remedy(limit: PowerLimit, words: str) -> None:
    assert said(lambda _: limit, 10) == [(LASTING, words)]


def test_it_is_told_again_after_half_a_minute() -> None:
    assert [time for time, _ in said(lambda _: LOW, 70)] == [
        LASTING,
        LASTING + AGAIN,
        LASTING + 2 * AGAIN,
    ]


def test_a_moment_of_it_is_not_told() -> None:
    assert said(lambda now: LOW if now % 3.25 < 3 else None, 30) == []


def test_a_limit_that_comes_and_goes_is_told_once_in_half_a_minute() -> None:
    assert len(said(lambda now: LOW if now % 5 < 4 else None, 29)) == 1


def test_another_limit_is_other_news() -> None:
    heard = said(lambda now: LOW if now < 10 else HIGH, 20)
    assert [time for time, _ in heard] == [LASTING, 10 + LASTING]


def test_while_a_segments_load_is_on_its_way_nothing_is_told() -> None:
    assert [time for time, _ in said(lambda _: LOW, 20, at=0.0)] == [SETTLING]


def test_cranks_at_rest_are_too_slow_for_any_load() -> None:
    advice = LimitAdvice()
    for tick in range(100):
        assert not advice.words(tick / 4, 60.0, Telemetry(cadence=0.0, power_limit=LOW))


def advised(mode: Mode, **told: object) -> list[float]:
    step = drive(Engine(in_mode(mode), RIDER), 100, pedalling(power_limit=HIGH, **told))
    return [cue.time for cue in step.cues if cue.kind is CueKind.ADVICE]


def test_limits_count_in_power_mode_only() -> None:
    assert advised(Mode.POWER) == [5, 35, 65, 95]
    assert advised(Mode.GRADE) == advised(Mode.RESISTANCE) == []


def test_what_counts_is_the_mode_the_trainer_has() -> None:
    powerless = Capabilities(basic_resistance=True, target_power=False, simulation=True)
    assert advised(Mode.POWER, capabilities=powerless) == []
    roadless = Capabilities(basic_resistance=False, target_power=True, simulation=False)
    assert advised(Mode.GRADE, capabilities=roadless) == [5, 35, 65, 95]


def test_a_limit_is_not_told_while_the_ride_waits() -> None:
    engine = Engine(in_mode(Mode.POWER, HILLS), RIDER)
    searching = Telemetry(searching=True, power_limit=HIGH, connection=1)
    assert not [cue for cue in drive(engine, 30, searching).cues if "Shift" in cue.text]


# --- news of the link -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(EventKind))
def test_the_sentence_of_an_event_is_what_the_rider_hears(kind: EventKind) -> None:
    cues = News().words(Event(7.0, kind, "the ANT stick is gone: plug it in again"))
    if kind in SPOKEN:
        (cue,) = cues
        assert (cue.time, cue.kind) == (7.0, CueKind.ADVICE)
        assert cue.text == "The ANT stick is gone: plug it in again"
    else:
        assert cues == []


def test_an_event_without_words_is_not_spoken() -> None:
    assert News().words(Event(7.0, EventKind.STICK_LOST)) == []


def test_without_the_stick_every_link_is_lost_and_that_is_said_once() -> None:
    news = News()
    lost = Event(1.0, EventKind.LINK_LOST, "strap 23456 lost: looking for it", "heart_rate")
    assert news.words(lost)
    assert news.words(Event(2.0, EventKind.STICK_LOST, "the stick is gone"))
    assert not news.words(lost)
    assert news.words(Event(3.0, EventKind.STICK_BACK, "the stick is back"))
    assert news.words(lost)
