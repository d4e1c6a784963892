"""What the fuzzer learned about sticks, told again; `fuzz/fuzz_stick.py` says how it grows."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.stick_story import ANSWERS, DELIVERS, SETTLED, Story, check, frames

from coach.messages import Page, Source
from coach.trainers.ant import serial
from coach.trainers.ant.serial import Id, Message

CORPUS = Path(__file__).parent / "data" / "fuzz" / "stick"
STORIES = sorted(CORPUS.iterdir())
PAGE = Message(Id.BROADCAST, bytes.fromhex("00 19 01 5a c8 00 c8 00 30")).encode()


def test_the_corpus_is_small() -> None:
    assert 10 <= len(STORIES) < 60
    assert sum(each.stat().st_size for each in STORIES) < 100_000


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name[:8])
def test_no_stick_upsets_the_program(story: Path) -> None:
    check(story.read_bytes())


def test_a_story_tells_pages() -> None:
    story = Story(SETTLED | ANSWERS | DELIVERS)
    story.come(PAGE[:5])
    story.come(PAGE[5:])
    assert story.said == {(Source.TRAINER, PAGE[4:12]): 1} == frames(PAGE)


def test_the_rules_see_a_sample_that_nobody_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial, "reduce", lambda *_: 0)  # a framer that believes every checksum
    damaged = PAGE[:-1] + bytes((PAGE[-1] ^ 1,))
    with pytest.raises(AssertionError, match="never came from the stick"):
        check(bytes((SETTLED, len(damaged) - 1)) + damaged)


def test_the_rules_see_a_host_that_never_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(SETTLED | ANSWERS | DELIVERS)
    dialogue = story.host.dialogue
    monkeypatch.setattr(dialogue, "next", lambda now: b"\x46" * 8)
    with pytest.raises(AssertionError, match="more to say"):
        story.come(PAGE)


def test_the_rules_see_a_value_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(SETTLED)

    def hot(page: Page) -> None:
        story.receiver._told["power"] = 4095.0

    monkeypatch.setattr(story.receiver, "read", hot)
    with pytest.raises(AssertionError, match="power"):
        story.come(PAGE)
