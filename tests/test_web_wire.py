"""What viewers may say, and what goes to them: pure."""

import itertools
import json
import math
import time
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.live.web.viewers import BURST, PER_SECOND, Bucket
from coach.live.web.wire import (
    LATEST,
    LONGEST,
    Answers,
    Press,
    Refused,
    Seek,
    Seen,
    Sounding,
    Speed,
    Start,
    Why,
    delta,
    message,
    parse,
    rounded,
)
from coach.messages import Key

SAID = {
    '{"type":"start"}': Start(),
    '{"type":"start","answers":null}': Start(),
    '{"type":"start","answers":{"any_yes":false,"bike_checked":true}}': Start(Answers(False, True)),
    '{"type":"sound","on":true}': Sounding(True),
    '{"type":"seek","at_s":12.5}': Seek(12.5),
    '{"type":"seek","at_s":0}': Seek(0.0),
    '{"type":"speed","speed":20}': Speed(20),
    '{"type":"speed","speed":2.0}': Speed(2),
    '{"type":"seen"}': Seen(),
    **{f'{{"type":"key","key":"{key.value}"}}': Press(key) for key in Key},
}


@pytest.mark.parametrize("text", SAID)
def test_what_is_said_is_understood(text):
    assert parse(text) == SAID[text]


REFUSED = {
    "": Why.NOT_JSON,
    "pause": Why.NOT_JSON,
    '{"type":"seen"': Why.NOT_JSON,
    "[]": Why.NOT_JSON,
    '"seen"': Why.NOT_JSON,
    "7": Why.NOT_JSON,
    "null": Why.NOT_JSON,
    "[" * 1000: Why.NOT_JSON,
    '{"type":' * 120: Why.NOT_JSON,
    '{"type":"seek","at_s":NaN}': Why.NOT_JSON,
    '{"type":"seek","at_s":Infinity}': Why.NOT_JSON,
    '{"type":"seen","type":"key","key":"quit"}': Why.NOT_JSON,
    '{"type":"start","answers":{"any_yes":true,"any_yes":false,"bike_checked":true}}': Why.NOT_JSON,
    "{}": Why.UNKNOWN,
    '{"type":null}': Why.UNKNOWN,
    '{"type":["key"]}': Why.UNKNOWN,
    '{"type":"hello"}': Why.UNKNOWN,
    '{"type":"Key","key":"quit"}': Why.UNKNOWN,
    '{"type":"key"}': Why.UNKNOWN,
    '{"type":"key","key":"PAUSE"}': Why.UNKNOWN,
    '{"type":"key","key":["pause"]}': Why.UNKNOWN,
    '{"type":"key","key":"pause","times":2}': Why.UNKNOWN,
    '{"type":"key","key":"\\ud800"}': Why.UNKNOWN,
    '{"type":"sound","on":1}': Why.UNKNOWN,
    '{"type":"sound","on":null}': Why.UNKNOWN,
    '{"type":"seen","really":true}': Why.UNKNOWN,
    '{"type":"start","answers":[]}': Why.UNKNOWN,
    '{"type":"start","answers":{}}': Why.UNKNOWN,
    '{"type":"start","answers":{"any_yes":0,"bike_checked":true}}': Why.UNKNOWN,
    '{"type":"seek","at_s":true}': Why.UNKNOWN,
    '{"type":"seek","at_s":"1"}': Why.UNKNOWN,
    '{"type":"seek","at_s":-0.1}': Why.OUT_OF_RANGE,
    '{"type":"seek","at_s":1e999}': Why.OUT_OF_RANGE,
    '{"type":"seek","at_s":-1e999}': Why.OUT_OF_RANGE,
    '{"type":"seek","at_s":' + "9" * 900 + "}": Why.OUT_OF_RANGE,
    f'{{"type":"seek","at_s":{LATEST + 1}}}': Why.OUT_OF_RANGE,
    '{"type":"speed","speed":1.5}': Why.OUT_OF_RANGE,
    '{"type":"speed","speed":-1}': Why.OUT_OF_RANGE,
    '{"type":"seen"}' + " " * LONGEST: Why.TOO_LARGE,
    '"' + "é" * (LONGEST // 2) + '"': Why.TOO_LARGE,
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_all_else_is_refused_with_words(text):
    with pytest.raises(Refused) as told:
        parse(text)
    assert told.value.why is REFUSED[text]
    words = str(told.value)
    assert words.endswith(".")
    assert words.isascii()


def test_halves_of_characters_are_refused_too():
    for text in ("\ud800", '{"type":"\ud800"}'):
        with pytest.raises(Refused):
            parse(text)


def test_as_long_as_allowed_is_read():
    text = '{"type":"seen"}'
    assert parse(text + " " * (LONGEST - len(text))) == Seen()


@given(st.text() | st.text(alphabet='{}[]":,\\eE+-.0123456789 truefalsnyp') | st.text(printable))
def test_no_text_does_anything_but_be_refused(text):
    with pytest.raises(Refused):
        parse(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
fields = st.sampled_from(["key", "on", "at_s", "speed", "answers", "any_yes", "bike_checked"])


@given(
    st.sampled_from(["start", "key", "sound", "seek", "speed", "seen"]),
    st.dictionaries(fields, json_values | st.sampled_from([key.value for key in Key])),
)
def test_what_looks_like_a_message_is_one_or_is_refused(kind, more):
    try:
        said = parse(json.dumps({"type": kind, **more}))
    except Refused:
        return
    assert isinstance(said, Start | Press | Sounding | Seek | Speed | Seen)
    if isinstance(said, Seek):
        assert 0 <= said.at <= LATEST


@pytest.mark.parametrize("text", ["[" * LONGEST, "9" * LONGEST, '{"' * (LONGEST // 2)])
def test_refusing_is_quick(text):
    start = time.perf_counter()
    for _ in range(100):
        with pytest.raises(Refused):
            parse(text)
    assert time.perf_counter() - start < 1.0


def test_a_message_is_one_line_of_json_with_its_type_first():
    assert message("cue", kind="stand", text="Stand\nnow") == (
        '{"type":"cue","kind":"stand","text":"Stand\\nnow"}'
    )


def test_numbers_are_as_short_as_they_are_shown():
    fields = {
        "power_w": 240.5, "target_power_w": 241.5, "cadence_rpm": 79.96, "heart_rate_bpm": 151.2,
        "speed_mps": 8.123, "way_m": 1234.56, "grade_pct": 4.349, "time_s": 12.2500001,
        "countdown_s": 9, "hill": 3, "at": 12.3456, "endless": False, "label": "Hill 3",
        "limits": ["a"], "power_verdict": None,
    }  # fmt: skip
    assert rounded(fields) == {
        # Halves to even, as in the terminal, so that no two displays tell different watts.
        "power_w": 240, "target_power_w": 242, "cadence_rpm": 80, "heart_rate_bpm": 151,
        "speed_mps": 8.1, "way_m": 1234.6, "grade_pct": 4.3, "time_s": 12.25,
        "countdown_s": 9, "hill": 3, "at": 12.35, "endless": False, "label": "Hill 3",
        "limits": ["a"], "power_verdict": None,
    }  # fmt: skip


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_absent(value):
    assert rounded({"power_w": value, "grade_pct": value}) == {"power_w": None, "grade_pct": None}


def test_nothing_is_minus_zero():
    told = message("frame", **rounded({"power_w": -0.2, "grade_pct": -0.01}))
    assert told == '{"type":"frame","power_w":0,"grade_pct":0.0}'


frames = st.dictionaries(
    st.sampled_from("abcdef"), st.none() | st.integers(0, 3) | st.just([1]) | st.text(max_size=2)
)


@given(frames, st.lists(frames))
def test_deltas_put_together_are_the_frame(first, later):
    every = [{**dict.fromkeys("abcdef"), **each} for each in [first, *later]]
    page = delta(None, every[0])
    for before, now in itertools.pairwise(every):
        new = delta(before, now)
        assert all(before[name] != now[name] for name in new)
        page.update(new)
        assert page == now


def test_so_many_at_once_and_then_so_many_a_second():
    bucket = Bucket(BURST, PER_SECOND)
    assert [bucket.take(5.0) for _ in range(BURST + 5)] == [True] * BURST + [False] * 5
    assert not bucket.take(5.0 + 0.9 / PER_SECOND)
    assert bucket.take(5.0 + 2.1 / PER_SECOND)
    # A long rest fills it to the brim and no further.
    assert sum(bucket.take(1e6) for _ in range(10 * BURST)) == BURST
