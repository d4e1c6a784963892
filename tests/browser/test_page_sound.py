"""What the page lets a rider hear: tones and words, caught where they leave it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from browser.scenes import READY, STANDS_AT, at
from browser.stage import Stage
from browser.visits import VOICE, Visit, Visits

pytestmark = pytest.mark.browser

RATE = 44_100

_RENDER = """async ([tone, rate]) => {
  const { render } = await import("/sound.js");
  const context = new OfflineAudioContext(1, rate * 1.5, rate);
  render(context, tone, 0.1);
  return [...(await context.startRendering()).getChannelData(0)];
}"""

_PLAYED = """
window.played = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) {
  window.played.push(Math.round(this.frequency.value));
  return start.apply(this, given);
};
"""
"""Keeps the frequency of each tone that the page starts."""


def notes(wave: np.ndarray) -> list[int]:
    """The frequencies of a sound [Hz], note by note, where silence parts them."""
    loud = np.abs(wave) > 0.01
    # Zero crossings are no silence: a note is loud somewhere in each hundredth of a second.
    frames = loud[: len(loud) // 441 * 441].reshape(-1, 441).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], frames, [0]])))
    heard = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        piece = wave[first * 441 : last * 441]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 2**17))
        heard.append(round(float(np.argmax(spectrum) * RATE / 2**17)))
    return heard


@pytest.fixture
def visit(stage: Stage, visits: Visits) -> Visit:
    stage.show(READY)
    return visits(stage.url)


@pytest.mark.parametrize(
    ("tone", "wanted"),
    [("tick", [660]), ("stand", [660, 990]), ("sit", [990, 660])],
)
def test_tones_are_those_of_the_contract(visit: Visit, tone: str, wanted: list[int]) -> None:
    # Reference notes on the look, section 5: ticks of 660 Hz, up to stand, down to sit.
    heard = notes(np.array(visit.page.evaluate(_RENDER, [tone, RATE])))
    assert len(heard) == len(wanted)
    assert heard == pytest.approx(wanted, abs=3)


@pytest.mark.parametrize("tone", ["tick", "stand", "sit", "note", "end"])
def test_tones_neither_crack_nor_go_on(visit: Visit, tone: str) -> None:
    wave = np.array(visit.page.evaluate(_RENDER, [tone, RATE]))
    assert 0.05 < np.abs(wave).max() < 0.9
    assert np.abs(np.diff(wave)).max() < 0.1, "a step in the wave is a click in the ear"
    assert not wave[: int(0.1 * RATE) - 1].any()
    assert not wave[RATE:].any()


def test_a_cue_is_heard_and_spoken_and_only_once(stage: Stage, visits: Visits) -> None:
    stage.show(READY)
    visit = visits(stage.url, (1366, 768), VOICE, _PLAYED)
    visit.page.get_by_role("button", name=re.compile("^start", re.IGNORECASE)).click()
    stage.key()
    for second in range(STANDS_AT - 15, STANDS_AT + 3):
        stage.show(at(second))
        left = STANDS_AT - second if second < STANDS_AT else STANDS_AT + 120 - second
        visit.shows("countdown", str(left))
        if left <= 4:
            visit.frames(2)  # half a second: ticks at a gallop are dropped
    visit.until("said.some((words) => words.startsWith('Stand: hips'))")
    said = visit.page.evaluate("said")
    assert [words for words in said if "ten seconds" in words] == ["Stand in ten seconds"]
    assert len([words for words in said if words.startswith("Stand: hips")]) == 1
    played = visit.page.evaluate("played")
    assert played[-5:] == [660, 660, 660, 660, 990], "three ticks, then up"


def test_a_page_that_was_not_touched_is_silent(stage: Stage, visits: Visits) -> None:
    stage.show(at(STANDS_AT - 2))
    visit = visits(stage.url, (1366, 768), VOICE, _PLAYED)
    visit.shows("cue", "seated")
    stage.show(at(STANDS_AT))
    visit.shows("cue", "standing")
    visit.frames(2)
    assert visit.page.evaluate("[said, played]") == [[], []]


def test_sound_can_be_had_on_a_page_that_joins_late_and_be_turned_off(
    stage: Stage, visits: Visits
) -> None:
    stage.show(at(STANDS_AT - 30))
    visit = visits(stage.url, (1366, 768), VOICE, _PLAYED)
    button = visit.page.get_by_role("button", name=re.compile("sound", re.IGNORECASE))
    button.click()
    visit.until("said.length > 0")
    stage.wait(lambda: stage.display.sounding == 1)
    button.click()
    stage.wait(lambda: stage.display.sounding == 0)
    before = visit.page.evaluate("[said.length, played.length]")
    stage.show(at(STANDS_AT))
    visit.shows("cue", "standing")
    visit.frames(2)
    assert visit.page.evaluate("[said.length, played.length]") == before


def test_without_a_voice_there_are_tones(stage: Stage, visits: Visits) -> None:
    stage.show(READY)
    none = "delete window.speechSynthesis; delete window.SpeechSynthesisUtterance;"
    visit = visits(stage.url, (1366, 768), none, _PLAYED)
    visit.page.get_by_role("button", name=re.compile("^start", re.IGNORECASE)).click()
    stage.key()
    stage.show(at(STANDS_AT - 1))
    visit.shows("cue", "seated")
    stage.show(at(STANDS_AT))
    visit.until("played.slice(-2).join() === '660,990'")
    expect(visit.page.locator("body")).to_have_attribute("data-state", "riding")
