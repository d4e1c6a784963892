"""Workouts of Zwift: what is read of them, what is written, and that both agree."""

from __future__ import annotations

import tracemalloc
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import ProfileError
from coach.formats import zwo
from coach.messages import Mode, Posture
from coach.profile import find_workout, load_workout, workout_names
from coach.profile.plan import Part, WorkoutPlan
from coach.workout import SegmentKind, TextCue

DATA = Path(__file__).parent / "data" / "workouts"
RIDES = Path(__file__).parents[2] / "shared" / "rides"
CLIMBS = (DATA / "climbs.zwo").read_bytes()
SIT, STAND = Posture.SEATED, Posture.STANDING


def _file(blocks: str, head: str = "") -> bytes:
    return f"<workout_file>{head}\n<workout>\n{blocks}\n</workout></workout_file>".encode()


def _read(blocks: str, head: str = "") -> WorkoutPlan:
    decoded = zwo.decode(_file(blocks, head), "x.zwo")
    assert decoded.warnings == ()
    return decoded.plan


def _part(duration: float, power: float, end: float | None = None, **more) -> Part:
    part = Part(
        kind=SegmentKind.STEADY,
        duration=duration,
        power_start=power,
        power_end=power if end is None else end,
        effort="",
        resistance_steps=0.0,
        posture=None,
    )
    return replace(part, **more)


def _plan(*parts: Part, **more) -> WorkoutPlan:
    return replace(WorkoutPlan(name="x", title="x", about="", parts=parts), **more)


# --- reading ----------------------------------------------------------------------------------


@pytest.mark.skipif(not RIDES.is_dir(), reason="the shared rides are not here")
def test_the_ramp_test_of_another_program():
    # Oracle: the file's own attributes, added by hand: 600 + 300 + 300 + 6 * 30.
    decoded = zwo.decode((RIDES / "ramp_test.zwo").read_bytes(), "ramp_test.zwo")
    plan = decoded.plan
    assert (plan.name, plan.title, plan.duration) == ("ramp_test", "Ramp Test", 1380)
    assert [(part.duration, part.power_start, part.power_end) for part in plan.parts] == [
        (600, 0.4, 0.75),
        (300, 0.75, 1.0),
        (300, 0.55, 0.55),
        *[(30, power, power) for power in (0.476, 0.595, 0.714, 0.833, 0.952, 1.071)],
    ]
    assert decoded.warnings == ()
    [note] = decoded.notes
    assert note.startswith("line 5: ")
    assert "210 W" in note


def test_every_kind_of_block_and_event():
    decoded = zwo.decode(CLIMBS, "some/climbs.zwo")
    plan = decoded.plan
    assert (plan.name, plan.title, plan.author) == ("climbs", "Bakker & “byger”", "Åse Ødegård")
    assert plan.about == "Three pairs, then a climb."
    on, off = {"cadence": (60, 75)}, {"cadence": (90, 100)}
    assert plan.parts == (
        _part(300.5, 0.4, 0.7, kind=SegmentKind.WARM_UP, cadence=(85, 95)),
        _part(
            40, 1.1, label="Interval 1", **on,
            cues=(TextCue(0, "Ready?"), TextCue(0, 'Go "hard"')),
        ),
        _part(20.25, 0.5, label="Recovery 1", **off),
        _part(19.75, 1.1, label="Interval 2", posture=STAND, **on),
        _part(20.25, 1.1, label="Interval 2", posture=SIT, **on),
        _part(20.25, 0.5, label="Recovery 2", posture=SIT, **off),
        _part(19.5, 1.1, label="Interval 3", posture=SIT, **on),
        _part(
            20.5, 1.1, label="Interval 3", posture=STAND, **on,
            cues=(TextCue(0, "Stand, and hold it"),),
        ),
        # Standing ends with its effort.
        _part(20.25, 0.5, label="Recovery 3", **off),
        _part(
            120, 0.8, 1.0,
            cues=(TextCue(30, "første"), TextCue(30, "andre"), TextCue(30, "tredje")),
        ),
        _part(60, 0, kind=SegmentKind.FREE),
        _part(15, 0, kind=SegmentKind.FREE, label="Max effort"),
        _part(60, 200, absolute=True),
        _part(240, 0.6, 0.3, kind=SegmentKind.COOL_DOWN, cues=(TextCue(240, "Takk!"),)),
    )  # fmt: skip
    assert decoded.warnings == (
        "line 24: <banana> is not understood and is left out",
        "line 24: Slope of <SteadyState> is not understood and is left out",
        "line 24: powers above 10 are read as watts, not shares of FTP",
    )


def test_sitting_holds_until_another_word_and_standing_until_its_block_ends():
    steady = '<SteadyState Duration="60" Power="0.5">{}</SteadyState>'
    event = '<textevent timeoffset="{}" message="{}"/>'
    plan = _read(
        steady.format("")
        + steady.format(event.format(0, "Sit"))
        + steady.format("")
        + steady.format(event.format(20, "Stand") + event.format(40, "Stand up!"))
        + steady.format("")
    )
    assert [(part.duration, part.posture) for part in plan.parts] == [
        (60, None), (60, SIT), (60, SIT), (20, SIT), (40, STAND), (60, None),
    ]  # fmt: skip


def test_a_ramp_cut_by_a_posture_keeps_its_line():
    plan = _read(
        '<Ramp Duration="90" PowerLow="0.5" PowerHigh="0.8">'
        '<textevent timeoffset="30" message="Stand: 60-75 rpm"/></Ramp>'
    )
    assert plan.parts == (
        _part(30, 0.5, 0.6),
        _part(60, 0.6, 0.8, posture=STAND, cadence=(60, 75)),
    )


def test_a_change_of_posture_ends_the_cadence_of_the_one_before():
    plan = _read(
        '<SteadyState Duration="60" Power="1" Cadence="90">'
        '<textevent timeoffset="20" message="Stand: 60-75 rpm"/>'
        '<textevent timeoffset="40" message="Sit"/></SteadyState>'
    )
    assert [part.cadence for part in plan.parts] == [(85, 95), (60, 75), (85, 95)]


def test_lines_count_blanks_before_the_declaration():
    decoded = zwo.decode(b"\n\n" + _file('<FreeRide Duration="60"/><a/>'), "x.zwo")
    assert decoded.warnings == ("line 5: <a> is not understood and is left out",)


@pytest.mark.parametrize(
    ("attributes", "power"),
    [
        ('Power="0.75"', (0.75, 0.75)),
        ('Power="0,75"', (0.75, 0.75)),
        ('PowerLow="0.5" PowerHigh="0.75"', (0.5, 0.75)),
        ('PowerHigh="0.75"', (0.75, 0.75)),
        ('Power="0.6" PowerLow="0.75"', (0.6, 0.6)),
        ('Power="0"', (0, 0)),
    ],
)
def test_powers_of_a_block(attributes, power):
    [part] = _read(f'<SteadyState Duration="60" {attributes}/>').parts
    assert (part.kind, part.power_start, part.power_end) == (SegmentKind.STEADY, *power)


def test_powers_of_repeats_may_be_ramps():
    on, off = _read(
        '<IntervalsT Repeat="1" OnDuration="60" OffDuration="30" PowerOnLow="0.9"'
        ' PowerOnHigh="1.1" PowerOffLow="0.6" PowerOffHigh="0.5"/>'
    ).parts
    assert (on.power_start, on.power_end, off.power_start, off.power_end) == (0.9, 1.1, 0.6, 0.5)


@pytest.mark.parametrize(
    "order", ['PowerLow="0.6" PowerHigh="0.3"', 'PowerLow="0.3" PowerHigh="0.6"']
)
def test_a_cool_down_falls_however_its_ends_are_named(order):
    [part] = _read(f'<Cooldown Duration="60" {order}/>').parts
    assert (part.power_start, part.power_end) == (0.6, 0.3)


@pytest.mark.parametrize(
    ("attributes", "band"),
    [
        ('Cadence="90"', (85, 95)),
        ('Cadence="90" CadenceLow="60" CadenceHigh="75"', (60, 75)),
        ('CadenceLow="60"', None),
        ('Cadence="0"', None),
        ('Cadence="22"', (20, 27)),
    ],
)
def test_cadences_of_a_block(attributes, band):
    [part] = _read(f'<SteadyState Duration="60" Power="1" {attributes}/>').parts
    assert part.cadence == band


@pytest.mark.parametrize(
    ("attributes", "what"),
    [
        ("", "no power that can be read"),
        ('Power="x"', "no power that can be read"),
        ('Power="nan"', "no power that can be read"),
        ('Power="inf"', "no power that can be read"),
        ('Power="-0.5"', "a power that nobody rides"),
        ('Power="3001"', "a power that nobody rides"),
        ('PowerLow="0.5" PowerHigh="250"', "one power in watts and one that is none"),
        ('PowerLow="0.5" PowerHigh="x"', "no power that can be read"),
        ('Zone="3"', "no power that can be read"),
    ],
)
def test_a_block_without_a_power_keeps_its_time(attributes, what):
    decoded = zwo.decode(_file(f'<SteadyState Duration="60" {attributes}/>'), "x.zwo")
    [part] = decoded.plan.parts
    assert (part.kind, part.duration) == (SegmentKind.FREE, 60)
    assert decoded.warnings == (f"line 3: <SteadyState> has {what}; it is left to the rider",)


@pytest.mark.parametrize(
    "block",
    [
        '<SteadyState Power="1"/>',
        '<SteadyState Duration="0" Power="1"/>',
        '<SteadyState Duration="-60" Power="1"/>',
        '<SteadyState Duration="nan" Power="1"/>',
        '<SteadyState Duration="1_0" Power="1"/>',
        '<FreeRide Duration="x"/>',
        '<IntervalsT Repeat="0" OnDuration="60" OffDuration="60" OnPower="1" OffPower="1"/>',
        '<IntervalsT Repeat="1.5" OnDuration="60" OffDuration="60" OnPower="1" OffPower="1"/>',
        '<IntervalsT Repeat="2" OnDuration="-1" OffDuration="60" OnPower="1" OffPower="1"/>',
        '<IntervalsT Repeat="2" OnPower="1" OffPower="1"/>',
    ],
)
def test_a_block_without_a_length_is_left_out_and_said(block):
    decoded = zwo.decode(_file(f'{block}\n<FreeRide Duration="60"/>'), "x.zwo")
    assert decoded.plan.duration == 60
    assert decoded.warnings
    assert all(warning.startswith("line 3: ") for warning in decoded.warnings)
    with pytest.raises(ProfileError, match=r"x\.zwo:1: it has no block to ride; line 3: "):
        zwo.decode(_file(block), "x.zwo")


@pytest.mark.parametrize(
    ("blocks", "sentence"),
    [
        ('<FreeRide Duration="43201"/>', r"x\.zwo:3: <FreeRide> is longer than 12 hours"),
        ('<FreeRide Duration="1e300"/>', r"x\.zwo:3: .* longer than 12 hours"),
        ('<FreeRide Duration="30000"/>' * 2, r"x\.zwo:3: the workout is longer than 12 hours"),
        (
            '<IntervalsT Repeat="1e9" OnDuration="60" OffDuration="60" OnPower="1" OffPower="1"/>',
            r"x\.zwo:3: its repeats are longer than 12 hours",
        ),
        (
            '<IntervalsT Repeat="501" OnDuration="1" OffDuration="1" OnPower="1" OffPower="1"/>',
            r"x\.zwo:3: its repeats are more than 1000 blocks",
        ),
        ('<FreeRide Duration="1"/>' * 1001, r"x\.zwo:3: the workout has more than 1000 blocks"),
    ],
)
def test_what_nobody_rides_is_refused(blocks, sentence):
    with pytest.raises(ProfileError, match=sentence) as error:
        zwo.decode(_file(blocks), "x.zwo")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", r"x\.zwo:1: the file ends early; export the workout again"),
        (CLIMBS[:-20], r"x\.zwo:28: the file ends early; "),
        (b"\n\n<workout_file>\n<a></b>", r"x\.zwo:4: the XML is broken; "),
        (b"<gpx/>", r"x\.zwo:1: expected <workout_file>, .* found <gpx>"),
        (b"<workout_file/>", r"x\.zwo:1: it has no block to ride"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', r"x\.zwo:1: the encoding it declares"),
        (b"<a>" * 300_000, r"x\.zwo:1: it has more, or more deeply nested, elements"),
        (b" " * (1024 * 1024 + 1), r"x\.zwo:1: size: expected at most 1024 KB, found more"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><workout_file>&d;</workout_file>',
            r"x\.zwo:1: it declares a document type",
        ),
        (
            _file('<FreeRide Duration="60"/>', "<durationType>Distance</durationType>"),
            r"x\.zwo:1: its blocks are by distance; only workouts by time can be ridden",
        ),
    ],
    ids=range(10),
)
def test_a_broken_workout_ends_in_a_sentence_with_its_line(data, sentence):
    with pytest.raises(ProfileError, match=f"^{sentence}"):
        zwo.decode(data, "x.zwo")


@pytest.mark.parametrize(
    ("inside", "warning"),
    [
        ('<textevent timeoffset="x" message="a"/>', "has no time that can be read"),
        ('<textevent timeoffset="-1" message="a"/>', "has no time that can be read"),
        ('<textevent distoffset="5" message="a"/>', "distoffset of <textevent> is not understood"),
        ('<textevent timeoffset="61" message="a"/>', "is said at that end"),
        (f'<textevent message="{"a" * 301}"/>', "a text is cut after 300 characters"),
    ],
)
def test_texts_that_make_no_sense_are_said(inside, warning):
    blocks = f'<FreeRide Duration="60">\n{inside}\n</FreeRide>'
    [told] = zwo.decode(_file(blocks), "x.zwo").warnings
    assert told.startswith("line 4: ")
    assert warning in told


def test_texts_are_bounded_in_number():
    blocks = f'<FreeRide Duration="60">{"<textevent>a</textevent>" * 5000}</FreeRide>'
    decoded = zwo.decode(_file(blocks), "x.zwo")
    assert len(decoded.plan.parts[0].cues) == 1000
    assert decoded.warnings == ("line 3: texts after the first 1000 are left out",)


def test_warnings_are_bounded_in_number():
    blocks = "".join(f"<a{number}/>" for number in range(3000)) + '<FreeRide Duration="60"/>'
    warnings = zwo.decode(_file(blocks), "x.zwo").warnings
    assert len(warnings) == 51
    assert warnings[-1] == "and 450 more"


def test_a_workout_for_runners_is_said():
    decoded = zwo.decode(_file('<FreeRide Duration="60"/>', "<sportType>run</sportType>"), "x.zwo")
    [warning] = decoded.warnings
    assert "for runners" in warning


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_declared_encoding_decides(encoding):
    text = _file('<FreeRide Duration="60"/>', "<name>Übergang</name>").decode()
    declared = encoding.removesuffix("-sig")
    document = f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)
    assert zwo.decode(document, "x.zwo").plan.title == "Übergang"


def test_memory_is_bounded():
    large = b"<workout_file>" + b'<a b="c"/>' * 50_000 + b"</workout_file>"
    tracemalloc.start()
    try:
        with pytest.raises(ProfileError, match="no block to ride"):
            zwo.decode(large, "x.zwo")
        assert tracemalloc.get_traced_memory()[1] < 4 * len(large)
    finally:
        tracemalloc.stop()


# --- writing ----------------------------------------------------------------------------------


def _written(plan: WorkoutPlan) -> list[tuple[str, dict[str, str], list[tuple[str, str]]]]:
    """Return element, attributes and events of each block, read by the standard library."""
    workout = ET.fromstring(zwo.encode(plan).data).find("workout")
    assert workout is not None
    return [
        (block.tag, block.attrib, [(e.attrib["timeoffset"], e.attrib["message"]) for e in block])
        for block in workout
    ]


def test_a_hill_with_two_postures_is_one_block():
    plan = load_workout(find_workout("hills"))
    blocks = _written(plan)
    assert len(blocks) == len(plan.parts)
    tag, attributes, events = blocks[5]
    assert tag == "SteadyState"
    assert attributes == {
        "Duration": "240", "Power": "0.9", "Cadence": "78", "CadenceLow": "70", "CadenceHigh": "85",
    }  # fmt: skip
    assert events == [("0", "Hill 3: increased, CR10 4"), ("120", "Stand: 60-75 rpm")]
    assert blocks[6][2] == [("0", "Sit"), ("0", "Downhill 3: very easy, CR10 1-2")]


def test_pairs_that_repeat_are_one_block_with_events_at_their_offsets():
    pairs = [
        part
        for posture in (None, SIT, STAND)
        for part in (_part(40.5, 1.1, posture=posture), _part(20, 0.5, posture=posture and SIT))
    ]
    pairs[4] = replace(pairs[4], cues=(TextCue(10, "Hold"),))
    [(tag, attributes, events)] = _written(_plan(*pairs))
    assert tag == "IntervalsT"
    assert attributes == {
        "Repeat": "3", "OnDuration": "40.5", "OffDuration": "20",
        "OnPower": "1.1", "OffPower": "0.5",
    }  # fmt: skip
    assert events == [("60.5", "Sit"), ("121", "Stand"), ("131", "Hold"), ("161.5", "Sit")]


def test_pairs_are_written_out_where_a_repeat_would_lose_their_cadence():
    pair = [_part(40, 1.1), _part(20, 0.5, cadence=(80, 95))]
    assert [tag for tag, *_ in _written(_plan(*2 * pair))] == ["SteadyState"] * 4
    pair[1] = replace(pair[1], cadence=(80, 90))
    [(tag, attributes, _)] = _written(_plan(*2 * pair))
    assert (tag, attributes["CadenceResting"]) == ("IntervalsT", "85")


def test_pairs_of_all_repeats_are_counted_and_their_names_not_written():
    plan = _plan(*2 * [_part(40, 1.1), _part(20, 0.5)], *2 * [_part(30, 1.2), _part(20, 0.4)])
    read = zwo.decode(zwo.encode(plan).data, "x.zwo").plan
    assert [part.label for part in read.parts[4:]] == [
        "Interval 3", "Recovery 3", "Interval 4", "Recovery 4",
    ]  # fmt: skip
    assert [(tag, events) for tag, _, events in _written(read)] == [("IntervalsT", [])] * 2


def test_equal_blocks_are_no_repeat():
    assert [tag for tag, *_ in _written(_plan(*4 * [_part(40, 1.0)]))] == ["SteadyState"] * 4


def test_a_text_at_the_end_of_a_part_is_said_in_the_next():
    blocks = _written(_plan(_part(60, 1, cues=(TextCue(200, "Now"),)), _part(60, 0.5)))
    assert [events for *_, events in blocks] == [[], [("0", "Now")]]


def test_words_of_the_file_that_ask_for_the_posture_are_enough():
    plan = _read(
        '<FreeRide Duration="60"><textevent timeoffset="20" message="Stand, gear up"/></FreeRide>'
    )
    [(_, _, events)] = _written(plan)
    assert events == [("20", "Stand, gear up")]


def test_watts_need_the_riders_ftp():
    plan = _plan(_part(60, 200, 250, absolute=True))
    assert _written(plan) == [("FreeRide", {"Duration": "60"}, [("0", "200 to 250 W")])]
    assert any("FTP" in lost for lost in zwo.encode(plan).lost)
    encoded = zwo.encode(plan, threshold_power=250)
    assert encoded.lost == ()
    [part] = zwo.decode(encoded.data, "x.zwo").plan.parts
    assert (part.power_start, part.power_end) == (0.8, 1.0)


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        (_plan(_part(60, 1, kind=SegmentKind.HILL)), "only named so"),
        (_plan(_part(60, 1, mode=Mode.GRADE)), "by its power"),
        (_plan(_part(60, 1, grade=0.05)), "grades"),
        (_plan(_part(60, 1, resistance_steps=1)), "resistance steps"),
        (_plan(_part(60, 1), climbing_speed=5.0), "speed"),
        (_plan(_part(60, 1), climbing_cadence=60.0), "cadence"),
        (_plan(_part(60, 1), most_rounds=3), "up to 3"),
        (_plan(_part(60, 0, kind=SegmentKind.TEST)), "tests to the limit"),
        (_plan(_part(60, 0.3, 0.6, kind=SegmentKind.COOL_DOWN)), "cool-down that gets harder"),
        (_plan(_part(60, 1, posture=SIT), _part(60, 1)), "left to the rider"),
        (_plan(_part(60, 1, cues=(TextCue(0, "a\nb"),))), "line breaks"),
        (_plan(_part(60, 1, posture=SIT, cues=(TextCue(9, "Stand!"),))), "another posture"),
        (_plan(_part(60, 1), about="a" * 301), "long texts"),
        (_plan(_part(60, 1), title="\ud800"), "cannot be shown"),
    ],
)
def test_what_the_file_cannot_hold_is_said(plan, word):
    assert any(word in lost for lost in zwo.encode(plan).lost)


def test_nothing_is_lost_of_a_plain_plan():
    plan = _plan(
        _part(60, 0.4, 0.6, kind=SegmentKind.WARM_UP, posture=SIT, cadence=(80, 95)),
        _part(60, 1.0, posture=STAND, mode=Mode.POWER, label="Moderate", effort="hard, CR10 5"),
        _part(60, 0, kind=SegmentKind.FREE, label="Max effort"),
    )
    encoded = zwo.encode(plan)
    assert encoded.lost == ()
    read = zwo.decode(encoded.data, "x.zwo").plan
    assert read == replace(
        plan, parts=(plan.parts[0], replace(plan.parts[1], mode=None), plan.parts[2])
    )


def test_a_plan_without_parts_is_refused():
    with pytest.raises(ProfileError, match="x: the workout has no part to write"):
        zwo.encode(_plan())


@pytest.mark.parametrize("name", workout_names())
def test_shipped_workouts_come_back_with_time_power_posture_and_cadence(name):
    plan = load_workout(find_workout(name))
    decoded = zwo.decode(zwo.encode(plan).data, f"{name}.zwo")
    assert decoded.warnings == ()
    read = decoded.plan
    assert (read.name, read.title, read.about) == (plan.name, plan.title, plan.about)
    for second in range(int(plan.duration)):
        was, now = _at(plan, second + 0.5), _at(read, second + 0.5)
        assert now == (was if was[0] != "test" else ("test", *now[1:]))


def _at(plan: WorkoutPlan, moment: float) -> tuple[object, ...]:
    """Return what is asked at a moment."""
    for part in plan.parts:
        if moment < part.duration:
            if part.kind is SegmentKind.TEST or part.label == "Test":
                return ("test",)
            share = moment / part.duration
            power = part.power_start + share * (part.power_end - part.power_start)
            standing = part.stand_from is not None and share >= part.stand_from
            return (
                part.effort,
                pytest.approx(power, abs=1e-6),
                STAND if standing else part.posture,
                part.standing_cadence if standing else part.cadence,
            )
        moment -= part.duration
    raise AssertionError("the plan is shorter")


# --- both ways --------------------------------------------------------------------------------

_TEXT = st.text(max_size=12) | st.sampled_from(
    ["Stand", "Sit", "Stand, now", "Stand: 60-75 rpm", "Interval 1", "Recovery 1", "Hill 1",
     "Hill 2: hard, CR10 5", "Max effort", "<&\"'>", "Über", "坐", ""]
)  # fmt: skip
_LENGTH = st.sampled_from([0.001, 0.25, 20.0, 40.0, 60.0, 99.999])
_SHARE = st.sampled_from([0.0, 0.5, 1.0, 0.123456, 1 / 3, 1.5])
_BAND = st.sampled_from([None, (85.0, 95.0), (60.0, 75.0), (72.5, 80.0), (20.0, 200.0)])
_KIND = st.sampled_from([kind for kind in SegmentKind if kind is not SegmentKind.ROAD])
_PARTS = st.builds(
    Part,
    kind=_KIND | st.just(SegmentKind.STEADY),
    duration=_LENGTH,
    power_start=_SHARE,
    power_end=_SHARE,
    effort=_TEXT,
    resistance_steps=st.just(0.0),
    posture=st.sampled_from([None, SIT, STAND]),
    stand_from=st.sampled_from([None, None, 0.5, 0.9]),
    cadence=_BAND,
    standing_cadence=_BAND,
    absolute=st.booleans(),
    label=_TEXT,
    cues=st.lists(st.builds(TextCue, st.sampled_from([0, 0.25, 20, 45.5, 200]), _TEXT), max_size=3)
    .map(lambda cues: tuple(sorted(cues, key=lambda cue: cue.at))),
)  # fmt: skip
_STEADY = st.builds(
    _part,
    st.sampled_from([20.0, 40.0]),
    st.sampled_from([0.5, 1.0]),
    posture=st.sampled_from([None, SIT, STAND]),
    cadence=st.sampled_from([None, (85.0, 95.0)]),
    label=st.sampled_from(["", "", "Interval 1", "Recovery 1", "Hill 1"]),
)
_PLANS = st.lists(_PARTS, min_size=1, max_size=6) | st.lists(_STEADY, min_size=1, max_size=10)


_ON, _OFF = _part(40, 1.0), _part(20, 0.5)
_CLOSE_CALLS = [
    # A text that reads as a name, where posture changes under another name.
    [
        _part(60, 1.0, posture=SIT, label="Hill 1"),
        _part(60, 1.0, posture=STAND, label="Hill 1", cues=(TextCue(0, "Hill 9"),)),
    ],
    # Neighbours of a repeat that have the name which the repeat gives.
    [_part(60, 1.0, posture=SIT, label="Interval 1"), *2 * [replace(_ON, posture=STAND), _OFF]],
    [*2 * [_ON, replace(_OFF, posture=SIT)], _part(60, 0.5, posture=STAND, label="Recovery 2")],
    [*2 * [replace(_ON, label="Interval 1", cues=(TextCue(0, "Hill 9"),)), _OFF]],
]


@pytest.mark.parametrize("parts", _CLOSE_CALLS)
def test_close_calls_come_back_as_they_were(parts):
    encoded = zwo.encode(_plan(*parts))
    read = zwo.decode(encoded.data, "x.zwo").plan
    assert zwo.encode(read).data == encoded.data
    for part, found in zip(parts, read.parts, strict=True):
        assert (found.cues, found.power_start) == (part.cues, part.power_start)
        assert found.label == part.label or not part.label


@given(_PLANS)
def test_a_file_read_and_written_again_is_the_same(parts):
    encoded = zwo.encode(_plan(*parts))
    decoded = zwo.decode(encoded.data, "x.zwo")
    assert decoded.warnings == ()
    again = zwo.encode(decoded.plan)
    assert again.data == encoded.data
    assert zwo.decode(again.data, "x.zwo").plan == decoded.plan


@given(st.lists(_STEADY, min_size=1, max_size=10))
def test_a_plan_written_and_read_is_the_same_plan(parts):
    plan = _plan(*parts)
    read = zwo.decode(zwo.encode(plan).data, "x.zwo").plan
    assert read.duration == plan.duration
    held = None
    for part, found in zip(parts, read.parts, strict=True):
        # Sitting holds; in a repeat a part without a name gets one.
        asked = part.posture or (SIT if held is SIT else None)
        assert found == replace(part, posture=asked, label=part.label or found.label)
        held = asked


@given(st.lists(_PARTS.map(lambda part: replace(part, absolute=False)), min_size=1, max_size=6))
def test_time_is_kept_to_the_millisecond(parts):
    read = zwo.decode(zwo.encode(_plan(*parts)).data, "x.zwo").plan
    total = sum(round(1000 * part.duration) for part in parts)
    assert sum(round(1000 * part.duration) for part in read.parts) == total


@given(st.data())
def test_damage_ends_in_a_plan_or_a_sentence(data):
    damaged = bytearray(CLIMBS)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    _plan_or_sentence(bytes(damaged))


_ATTRIBUTE = st.sampled_from(
    ["Duration", "Power", "PowerLow", "PowerHigh", "Repeat", "OnDuration", "OffDuration", "OnPower",
     "OffPower", "Cadence", "CadenceLow", "CadenceHigh", "CadenceResting", "timeoffset", "message"]
)  # fmt: skip
_VALUE = st.sampled_from(
    ["0", "1", "60", "0.5", "-1", "nan", "inf", "1e9", "1e308", "", "x", "200", "0.0001", "43200"]
)
_ELEMENT = st.sampled_from(
    ["SteadyState", "IntervalsT", "Ramp", "Warmup", "Cooldown", "FreeRide", "MaxEffort", "x"]
)


@given(
    st.lists(
        st.tuples(
            _ELEMENT, st.dictionaries(_ATTRIBUTE, _VALUE), st.dictionaries(_ATTRIBUTE, _VALUE)
        ),
        max_size=5,
    )
)
def test_any_values_end_in_a_plan_or_a_sentence(blocks):
    def attributes(found):
        return " ".join(f'{key}="{value}"' for key, value in found.items())

    _plan_or_sentence(
        _file(
            "\n".join(
                f"<{name} {attributes(own)}><textevent {attributes(event)}/></{name}>"
                for name, own, event in blocks
            )
        )
    )


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_end_in_a_sentence(data):
    with pytest.raises(ProfileError, match=r"^x\.zwo:\d+: "):
        zwo.decode(data, "x.zwo")


def _plan_or_sentence(data: bytes) -> None:
    try:
        decoded = zwo.decode(data, "x.zwo")
    except ProfileError:
        return
    plan = decoded.plan
    assert 0 < plan.duration <= 12 * 3600
    assert all(part.duration > 0 for part in plan.parts)
    again = zwo.encode(plan, threshold_power=200).data
    assert zwo.decode(again, "x.zwo").plan.duration == pytest.approx(plan.duration)


@pytest.mark.parametrize("length", ["nan", "-5", "", "abc", "1e999"])
def test_a_length_that_makes_no_sense_is_told_once(length):
    bad = f'<SteadyState Duration="{length}" Power="1"/>'
    blocks = bad + '<SteadyState Duration="60" Power="1"/>'
    data = f"<workout_file><workout>{blocks}</workout></workout_file>".encode()
    assert zwo.decode(data, "x.zwo").warnings == (
        "line 1: <SteadyState> has no length that can be read and is left out",
    )
