"""Which words of a workout file ask for a posture, and which only speak of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.formats.posture_words import PostureWord, format_posture, parse_posture
from coach.messages import Posture

SIT, STAND = Posture.SEATED, Posture.STANDING


@pytest.mark.parametrize(
    ("message", "posture", "alone"),
    [
        ("Sit", SIT, True),
        ("Stand", STAND, True),
        ("STAND UP!!", STAND, True),
        ("  stand   up ", STAND, True),
        ("Out of the saddle...", STAND, True),
        ("Back in the saddle.", SIT, True),
        ("Sit down", SIT, True),
        ("Stand up now!", STAND, True),
        ("Sit down now: spin", SIT, False),
        ("Seated, 90 rpm", SIT, False),
        ("Stand: last minute", STAND, False),
        ("Stand up! All you have", STAND, False),
        ("Sit; spin it out", SIT, False),
        ("Standing. Heavy gear", STAND, False),
    ],
)
def test_plain_words_ask_for_a_posture(message, posture, alone):
    assert parse_posture(message) == PostureWord(posture, None, alone)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "!",
        "Stand up in 10 seconds",
        "Stand, in 10 seconds",
        "Stand up: next block",
        "Stand by",
        "Now",
        "Stand up now and then",
        "Stand now, sit in 10 s",
        "Stand-by!",
        "Standing start",
        "don't stand",
        "Stand: don’t sit",
        "Stand: not yet",
        "Stand, then sit",
        "Stand, or stay in the saddle",
        "Stand?",
        "Stand, heavy gear?",
        "Sit! Ready to stand?",
        "Sit up and enjoy the view",
        "Understand: easy",
        "You can stand",
        "Sits",
        "Stand_up",
    ],
)
def test_whatever_is_not_plain_is_only_text(message):
    assert parse_posture(message) is None


def test_our_words_carry_the_cadence():
    assert parse_posture("Stand: 60-75 rpm") == PostureWord(STAND, (60, 75), True)
    assert parse_posture("Sit: 72.5-80 rpm") == PostureWord(SIT, (72.5, 80), True)
    # Backwards it is no band, but still somebody's clause.
    assert parse_posture("Stand: 75-60 rpm") == PostureWord(STAND, None, False)
    assert parse_posture("Stand: 60-201 rpm").cadence is None
    assert parse_posture("Stand: 19-75 rpm").cadence is None


@given(
    st.sampled_from(Posture),
    st.none() | st.tuples(*[st.integers(20_000, 200_000).map(lambda n: n / 1000)] * 2).map(sorted),
)
def test_what_is_written_is_read(posture, band):
    cadence = None if band is None else tuple(band)
    assert parse_posture(format_posture(posture, cadence)) == PostureWord(posture, cadence, True)


@given(st.text(max_size=80))
def test_any_text_is_a_word_or_none(message):
    word = parse_posture(message)
    assert word is None or word.posture in Posture
