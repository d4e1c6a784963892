"""FIT workouts: what Garmin's encoder writes is read, and its decoder reads what is written."""

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import fitdecode
import pytest
from garmin_fit_sdk import Decoder, Encoder, Stream
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.errors import ProfileError, RiderInputError
from coach.formats.fit.crc import crc16
from coach.formats.fit.encoding import encode_block, encode_file
from coach.formats.fit.profile import FILE_ID, FLOAT64, WORKOUT_STEP
from coach.formats.fit.workout import OPEN_LENGTH, decode, encode, is_workout
from coach.formats.posture_words import parse_posture
from coach.formats.workouts import one_line
from coach.messages import Mode, Posture
from coach.profile import find_workout, load_workout, workout_names
from coach.profile.plan import Part, WorkoutPlan
from coach.workout import SegmentKind, TextCue

RIDES = (Path(__file__).parents[2] / "shared" / "rides").resolve()
needs_rides = pytest.mark.skipif(not RIDES.is_dir(), reason=f"no recorded rides in {RIDES}")

STEADY, SEATED, STANDING = SegmentKind.STEADY, Posture.SEATED, Posture.STANDING


def part(duration=60.0, start=0.8, end=None, kind=STEADY, **more):
    values = {"effort": "", "resistance_steps": 0.0, "posture": None, **more}
    return Part(kind, duration, start, start if end is None else end, **values)


def plan_of(*parts, **more):
    return WorkoutPlan("test", more.pop("title", "Test"), more.pop("about", ""), parts, **more)


def read_with_garmin(data):
    stream = Stream.from_byte_array(bytearray(data))
    assert Decoder(stream).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    return messages


def garmin_file(*steps, kind="workout", **head):
    """A workout as Garmin's encoder writes it; raw values, as the encoder knows no subfields."""
    encoder = Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": kind, "manufacturer": "garmin", "serial_number": 7})
    head = {"wkt_name": "Theirs", "sport": "cycling", "num_valid_steps": len(steps), **head}
    encoder.write_mesg({"mesg_num": 26, **head})
    for index, step in enumerate(steps):
        encoder.write_mesg({"mesg_num": 27, "message_index": index, **step})
    return encoder.close()


def timed(seconds=60, **more):
    return {"duration_type": "time", "duration_value": round(1000 * seconds), **more}


def powered(seconds=60, low=80, high=None, **more):
    ends = {"custom_target_value_low": low, "custom_target_value_high": high or low}
    return timed(seconds, target_type="power", target_value=0, **ends, **more)


def repeat(back, times, kind="repeat_until_steps_cmplt"):
    return {"duration_type": kind, "duration_value": back, "target_value": times}


def mended(data):
    """The same bytes with the checksum that belongs to them."""
    return data[:-2] + crc16(data[:-2]).to_bytes(2, "little")


# --- written --------------------------------------------------------------------------------------

CLIMB = plan_of(
    part(120.0, 0.5, 0.7, SegmentKind.WARM_UP, posture=SEATED, effort="easy, CR10 2"),
    part(
        90.0,
        0.95,
        kind=SegmentKind.HILL,
        posture=SEATED,
        stand_from=2 / 3,
        cadence=(70.0, 85.0),
        standing_cadence=(60.0, 75.0),
        cues=(TextCue(0.0, "Smooth"), TextCue(75.5, "Hüften vor")),
    ),
    *3
    * (
        part(20.0, 1.2, kind=SegmentKind.INTERVAL, posture=STANDING),
        part(40.0, 0.45, kind=SegmentKind.RECOVERY, posture=SEATED),
    ),
    part(30.0, 250.0, absolute=True, label="Sprint"),
    part(60.0, 0.0, kind=SegmentKind.FREE),
    part(45.5, 0.4, kind=SegmentKind.COOL_DOWN),
    title="Très dur",
    about="one hill, three efforts",
)


def test_garmin_reads_what_is_written():
    messages = read_with_garmin(encode(CLIMB, datetime(2026, 3, 1, tzinfo=UTC)).data)
    (file_id,), (head,) = messages["file_id_mesgs"], messages["workout_mesgs"]
    assert (file_id["type"], file_id["manufacturer"]) == ("workout", "development")
    assert file_id["time_created"] == datetime(2026, 3, 1, tzinfo=UTC)
    assert (head["wkt_name"], head["wkt_description"]) == ("Très dur", "one hill, three efforts")
    assert (head["sport"], head["sub_sport"]) == ("cycling", "indoor_cycling")
    steps = messages["workout_step_mesgs"]
    assert head["num_valid_steps"] == len(steps) == 10
    assert [step["message_index"] for step in steps] == list(range(10))
    seen = [
        (
            step.get("wkt_step_name"),
            step.get("duration_time"),
            step["target_type"],
            step.get("custom_target_value_low"),
            step.get("custom_target_value_high"),
            step["intensity"],
            step.get("notes"),
        )
        for step in steps
    ]
    assert seen == [
        ("Warm-up", 60, "power", 55, 55, "warmup", "Sit\neasy, CR10 2"),
        ("Warm-up", 60, "power", 65, 65, "warmup", "Sit\neasy, CR10 2"),
        ("Hill 1", 60, "power", 95, 95, "active", "Sit\nSmooth"),
        ("Hill 1 standing", 30, "power", 95, 95, "active", "Stand\nAt 0:15.5: Hüften vor"),
        ("Interval standing", 20, "power", 120, 120, "interval", "Stand"),
        ("Recovery", 40, "power", 45, 45, "recovery", "Sit"),
        (None, None, "open", None, None, "active", None),
        ("Sprint", 30, "power", 1250, 1250, "active", None),
        (None, 60, "open", None, None, "active", None),
        ("Cool-down", 45.5, "power", 40, 40, "cooldown", None),
    ]
    again = steps[6]
    assert again["duration_type"] == "repeat_until_steps_cmplt"
    assert (again["duration_step"], again["repeat_steps"]) == (4, 3)
    cadences = [
        (
            step.get("secondary_target_type"),
            step.get("secondary_custom_target_cadence_low"),
            step.get("secondary_custom_target_cadence_high"),
        )
        for step in steps[2:5]
    ]
    assert cadences == [("cadence", 70, 85), ("cadence", 60, 75), (None, None, None)]


@pytest.mark.parametrize("name", workout_names())
def test_shipped_workouts_are_valid_for_garmin_and_fitdecode(name):
    plan = load_workout(find_workout(name))
    data = encode(plan).data
    messages = read_with_garmin(data)
    with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.RAISE) as reader:
        frames = [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
    assert Counter(frame.name for frame in frames) == {
        "file_id": 1,
        "workout": 1,
        "workout_step": len(messages["workout_step_mesgs"]),
    }
    assert is_workout(data)
    back = decode(data, f"{name}.fit")
    assert (back.warnings, back.notes) == ((), ())
    assert (back.plan.name, back.plan.title) == (name, plan.title)
    assert back.plan.duration == plan.duration
    assert [each.effort for each in back.plan.parts if each.effort][-1] == plan.parts[-1].effort


def test_a_ramp_keeps_its_work_and_has_no_stair_finer_than_a_percent():
    stairs = decode(encode(plan_of(part(600.0, 0.4, 0.6))).data, "x").plan.parts
    assert [each.duration for each in stairs] == 10 * [60.0]
    assert [each.power_start for each in stairs] == [each / 100 for each in range(41, 60, 2)]
    (flat,) = decode(encode(plan_of(part(600.0, 0.4, 0.41))).data, "x").plan.parts
    assert (flat.duration, flat.power_start) == (600.0, 0.41)
    sprint = decode(encode(plan_of(part(30.0, 100.0, 300.0, absolute=True))).data, "x").plan.parts
    assert [(each.power_start, each.absolute) for each in sprint] == [(200.0, True)]


def test_a_ramp_test_is_its_minutes_in_watts_and_a_free_test_asks_nothing():
    ramp = part(240.0, 0.0, kind=SegmentKind.TEST, ramp_from=100.0, ramp_step=25.0)
    found = decode(encode(plan_of(ramp)).data, "x").plan.parts
    assert [each.power_start for each in found] == [100.0, 125.0, 150.0, 175.0]
    assert all(each.absolute and each.duration == 60.0 for each in found)
    (free,) = decode(encode(plan_of(part(1200.0, 0.0, kind=SegmentKind.TEST))).data, "x").plan.parts
    assert (free.kind, free.duration) == (SegmentKind.FREE, 1200.0)


@pytest.mark.parametrize(
    ("plan", "lost"),
    [
        (plan_of(part()), None),
        (plan_of(part(end=0.9)), "stairs"),
        (plan_of(part(start=0.875)), "whole percent"),
        (plan_of(part(cadence=(80.5, 90.0))), "whole turns"),
        (plan_of(part(grade=0.05)), "by grade"),
        (plan_of(part(kind=SegmentKind.HILL)), "by grade"),
        (plan_of(part(kind=SegmentKind.HILL, mode=Mode.POWER)), None),
        (plan_of(part(resistance_steps=1.0)), "steps of resistance"),
        (plan_of(part(0.0 + 60, 0.0, kind=SegmentKind.TEST, grade=0.02)), "a test lasts"),
        (plan_of(part(), most_rounds=3), "choice of more"),
        (plan_of(part(), author="Ada"), "who wrote"),
        (plan_of(part(cues=(TextCue(1.0, "now"),))), "with their time"),
        (plan_of(part(cues=(TextCue(61.0, "late"),))), "come too late"),
        (plan_of(part(cues=(TextCue(0.0, "x" * 254),))), None),
        (plan_of(part(cues=(TextCue(0.0, "x" * 255),))), "no room"),
        (plan_of(part(), title="ä" * 128), "254 bytes"),
        (plan_of(part(label="ä" * 128)), "254 bytes"),
    ],
)
def test_what_is_lost_is_told_once(plan, lost):
    twice = replace(plan, parts=plan.parts * 2)
    found = encode(twice).lost
    assert len(found) == (lost is not None)
    assert lost is None or lost in found[0]


def test_powers_are_rounded_half_up_and_no_watts_are_no_thousand_percent():
    parts = [part(start=0.575), part(start=220.5, absolute=True), part(start=0.0, absolute=True)]
    back = decode(encode(plan_of(*parts)).data, "x").plan.parts
    found = [(each.power_start, each.absolute) for each in back]
    assert found == [(0.58, False), (221.0, True), (0.0, False)]


def test_fractions_of_a_millisecond_do_not_add_up():
    parts = [part(10.0004, 0.5 + 0.01 * n) for n in range(50)]
    assert decode(encode(plan_of(*parts)).data, "x").plan.duration == pytest.approx(500.02)


def test_repeats_one_behind_the_other_go_back_to_their_own_steps():
    first, second = [part(start=0.9), part(start=0.5)], [part(start=1.1), part(start=0.6)]
    plan = plan_of(*3 * first, *2 * second, part(start=0.4))
    data = encode(plan).data
    back = [step.get("duration_step") for step in read_with_garmin(data)["workout_step_mesgs"]]
    assert back == [None, None, 0, None, None, 3, None]
    assert decode(data, "x").plan.parts == plan.parts


def test_where_notes_are_full_the_block_goes_on_as_another_step():
    cues = tuple(TextCue(float(n), f"{n} " + "ä" * 60) for n in range(10))
    first, *rest = decode(encode(plan_of(part(posture=STANDING, cues=cues))).data, "x").plan.parts
    assert len(rest) == 9
    assert first.duration == 1.0
    assert [block.cues for block in rest] == [(TextCue(0.0, cue.text),) for cue in cues[1:]]
    assert {block.posture for block in [first, *rest]} == {STANDING}


def test_words_are_written_on_one_line():
    plan = plan_of(part(cues=(TextCue(0.0, "Breathe\nout\x07"), TextCue(5.0, "\n"))))
    assert decode(encode(plan).data, "x").plan.parts[0].cues == (TextCue(0.0, "Breathe out"),)


def test_long_text_is_cut_between_characters():
    plan = decode(encode(plan_of(part(), title="ä" * 200)).data, "x").plan
    assert plan.title == "ä" * 127


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([part(start=10.5)], "1050 % of FTP"),
        ([part(start=70_000.0, absolute=True)], "70000 W"),
        ([part(1.0, 0.01 * (n % 97)) for n in range(4100)], "at most 4096"),
    ],
)
def test_what_fit_cannot_number_is_refused(parts, words):
    with pytest.raises(RiderInputError, match=words):
        encode(plan_of(*parts))


def test_different_workouts_have_different_serial_numbers():
    files = [encode(plan_of(part(start=share))).data for share in (0.5, 0.6)]
    numbers = {read_with_garmin(data)["file_id_mesgs"][0]["serial_number"] for data in files}
    assert len(numbers) == 2


# --- read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "power", "watts"),
    [
        (powered(low=90), 0.9, False),
        (powered(low=95, high=105), 1.0, False),
        (powered(low=105, high=95), 1.0, False),
        (powered(low=1000), 10.0, False),
        (powered(low=1200, high=1220), 210.0, True),
        (powered(low=1000, high=1100), 50.0, True),
        (timed(target_type="power", target_value=4), 0.975, False),
        (timed(target_type="power", target_value=1), 0.275, False),
        (timed(target_type="power", target_value=7), 1.5, False),
        ({**powered(low=90), "target_type": "power_10s"}, 0.9, False),
    ],
)
def test_a_power_is_read_from_what_garmin_writes(step, power, watts):
    found = decode(garmin_file(step), "theirs.fit")
    (block,) = found.plan.parts
    assert (block.kind, block.duration, block.absolute) == (STEADY, 60.0, watts)
    assert block.power_start == block.power_end == pytest.approx(power)
    assert found.warnings == ()


def test_a_secondary_power_beats_a_primary_heart_rate():
    step = timed(
        target_type="heart_rate",
        target_value=3,
        secondary_target_type="power",
        secondary_custom_target_value_low=70,
        secondary_custom_target_value_high=70,
    )
    (block,) = decode(garmin_file(step), "x").plan.parts
    assert (block.kind, block.power_start) == (STEADY, 0.7)


def test_ranges_and_zones_are_noted():
    steps = [powered(low=94, high=106), powered(low=50, high=100), powered(low=95, high=105)]
    found = decode(garmin_file(*steps, timed(target_type="power", target_value=2)), "x")
    assert [note.split(": ", 1)[1] for note in found.notes] == [
        "step 1 asks for a wide range of power; it is ridden at the middle of it (2 steps in all)",
        "step 4 asks for power zone 2; it is ridden at 65 % of FTP"
        " (Coggan's zones; your device may have others)",
    ]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("step", "words", "warning"),
    [
        (timed(target_type="open"), (), None),
        (timed(), (), None),
        (
            timed(
                target_type="heart_rate",
                target_value=0,
                custom_target_value_low=240,
                custom_target_value_high=250,
            ),
            ("Heart rate 140 to 150 bpm",),
            "a heart rate",
        ),
        (
            timed(
                target_type="heart_rate",
                custom_target_value_low=70,
                custom_target_value_high=80,
            ),
            ("Heart rate 70 to 80 % of your highest",),
            "a heart rate",
        ),
        (timed(target_type="heart_rate", target_value=3), ("Heart rate zone 3",), "a heart rate"),
        (
            timed(
                target_type="speed",
                custom_target_value_low=8000,
                custom_target_value_high=9000,
            ),
            ("Speed 28.8 to 32.4 km/h",),
            "a speed",
        ),
        (timed(target_type="resistance", target_value=3), (), "cannot be read"),
        (timed(target_type="power"), (), "says none"),
        (timed(target_type="power", target_value=9), (), "that there is not"),
        (powered(low=90, high=1250), (), "at once"),
        (powered(low=6000), (), "more than 4000 W"),
    ],
)
def test_without_power_a_step_is_free_and_says_what_it_wants(step, words, warning):
    found = decode(garmin_file(step), "x")
    (block,) = found.plan.parts
    assert (block.kind, block.duration, block.power_start) == (SegmentKind.FREE, 60.0, 0.0)
    assert tuple(cue.text for cue in block.cues) == words
    assert len(found.warnings) == (warning is not None)
    assert warning is None or warning in found.warnings[0]


def test_cadence_is_read_from_either_target():
    first = timed(target_type="cadence", custom_target_value_low=85, custom_target_value_high=95)
    second = powered(
        secondary_target_type="cadence",
        secondary_target_value=0,
        secondary_custom_target_value_low=60,
        secondary_custom_target_value_high=70,
    )
    silly = {**second, "secondary_custom_target_value_high": 900}
    found = decode(garmin_file(first, second, silly), "x")
    assert [block.cadence for block in found.plan.parts] == [(85, 95), (60, 70), None]
    assert [warning.split(" asks ")[1] for warning in found.warnings] == [
        "for a cadence and no power; it is a free stretch here",
        "for a cadence that makes no sense",
    ]


@pytest.mark.parametrize(
    ("kind", "value", "seconds", "warning"),
    [
        ("open", None, OPEN_LENGTH, "presses a key"),
        ("distance", 250_000, 300.0, "at 30 km/h"),
        ("hr_less_than", 220, OPEN_LENGTH, "does not end by time"),
        ("calories", 100, OPEN_LENGTH, "does not end by time"),
        ("repetition_time", 90_000, 90.0, None),
    ],
)
def test_every_step_is_given_a_time(kind, value, seconds, warning):
    step = {**powered(), "duration_type": kind, "duration_value": value}
    if value is None:
        del step["duration_value"]
    found = decode(garmin_file(step), "x")
    (block,) = found.plan.parts
    assert (block.duration, block.power_start) == (pytest.approx(seconds), 0.8)
    assert len(found.warnings) == (warning is not None)
    assert warning is None or warning in found.warnings[0]


def test_names_notes_and_intensities():
    kinds = ["warmup", "active", "interval", "recovery", "rest", "other", "cooldown"]
    steps = [powered(intensity=kind) for kind in kinds]
    steps[1].update(wkt_step_name="Côte standing", notes="Out of the saddle!\nEasy\nAt 0:30: Push")
    steps[2].update(notes="Stand, hips forward\nCount to ten\nAt 1:30: too late for 60 s")
    steps[3].update(wkt_step_name="Easy seated", notes="Seated\nlight, CR10 2\nlighter, CR10 1")
    found = decode(garmin_file(*steps, wkt_description="All kinds"), "x")
    warm_up, cool_down = SegmentKind.WARM_UP, SegmentKind.COOL_DOWN
    blocks = found.plan.parts
    assert [block.kind for block in blocks] == [warm_up, *5 * [STEADY], cool_down]
    assert [block.label for block in blocks] == ["", "Côte", "", "Easy seated", "Rest", "", ""]
    postures = [block.posture for block in blocks]
    assert postures == [None, STANDING, STANDING, SEATED, None, None, None]
    assert blocks[1].cues == (TextCue(0.0, "Easy"), TextCue(30.0, "Push"))
    assert [cue.text for cue in blocks[2].cues] == [
        "Stand, hips forward",
        "Count to ten",
        "At 1:30: too late for 60 s",
    ]
    assert (blocks[3].effort, blocks[3].cues) == ("light, CR10 2", (TextCue(0, "lighter, CR10 1"),))
    assert (found.plan.title, found.plan.about) == ("Theirs", "All kinds")
    (nameless,) = decode(garmin_file(powered(intensity="recovery")), "x").plan.parts
    assert nameless.label == "Recovery"


def shares(data):
    return [round(100 * block.power_start) for block in decode(data, "x").plan.parts]


def test_repeats_are_written_out_nested_and_by_time():
    data = garmin_file(powered(low=50), powered(low=90), powered(low=60), repeat(1, 3))
    assert shares(data) == [50, 90, 60, 90, 60, 90, 60]
    nested = garmin_file(
        powered(low=90), powered(low=60), repeat(0, 2), powered(low=40), repeat(0, 2)
    )
    assert shares(nested) == 2 * [90, 60, 90, 60, 40]
    by_time = garmin_file(powered(low=90), powered(low=60), repeat(0, 350_000, "repeat_until_time"))
    assert shares(by_time) == 3 * [90, 60]
    assert len(decode(by_time, "x").warnings) == 1


@pytest.mark.parametrize(
    ("steps", "found", "warning"),
    [
        ([powered(), repeat(1, 5)], [80], "to itself"),
        ([repeat(1, 5), powered()], [80], "to a later one"),
        ([powered(), repeat(9, 5)], [80], "to a later one"),
        ([powered(low=70), powered(), repeat(0, 2), repeat(1, 4)], [70, 80, 70, 80], "can begin"),
        ([powered(), repeat(0, 0)], [80], "no number of times"),
        ([powered(), repeat(0, 3, "repeat_until_calories")], [80], "no number of times"),
        ([powered(), {"duration_type": "repeat_until_steps_cmplt"}], [80], "no step that it names"),
        ([powered(0), powered()], [80], "has no length"),
    ],
)
def test_repeats_that_lead_nowhere_are_ridden_once(steps, found, warning):
    data = garmin_file(*steps)
    assert shares(data) == found
    (said,) = decode(data, "x").warnings
    assert warning in said


@pytest.mark.parametrize(
    "steps",
    [
        [powered(1), repeat(0, 4_000_000_000)],
        [powered(43_201)],
        [powered(), *[repeat(0, 2)] * 40],
        [powered(1)] * 1001,
        [powered(), repeat(0, 4_000_000_000, "repeat_until_time")],
    ],
)
def test_what_would_last_for_ever_is_refused_at_once(steps):
    data = garmin_file(*steps)
    began = time.perf_counter()
    with pytest.raises(ProfileError, match=r"^x.fit: byte \d+: with step \d+ .* 12 hours or 1000"):
        decode(data, "x.fit")
    assert time.perf_counter() - began < 1.0


def test_steps_are_ridden_in_the_order_of_their_numbers():
    first, second = powered(low=50), powered(low=60)
    first["message_index"], second["message_index"] = 1, 0
    assert shares(garmin_file(first, second)) == [60, 50]
    second["message_index"] = 1  # twice the same: the order of the file
    assert shares(garmin_file(first, second)) == [50, 60]


def test_strange_heads_are_told():
    found = decode(garmin_file(powered(), sport="running", num_valid_steps=3), "x")
    assert [warning.split(": ", 1)[1] for warning in found.warnings] == [
        "the workout says that it has 3 steps; found 1",
        "the workout is meant for running, not for cycling",
    ]


def test_text_that_is_not_utf8_is_told():
    data = garmin_file(powered(notes="Schoen"), wkt_name="Theirs").replace(b"Schoen", b"Sch\xf6ne")
    found = decode(mended(data), "x")
    assert found.plan.parts[0].cues == (TextCue(0.0, "Sch\ufffdne"),)
    assert len(found.warnings) == 1
    assert "UTF-8" in found.warnings[0]


# --- which file it is, and damage -----------------------------------------------------------------


@needs_rides
def test_recorded_rides_are_no_workouts():
    for path in sorted(RIDES.glob("*.fit")):
        data = path.read_bytes()
        assert not is_workout(data), path.name
        with pytest.raises(ProfileError, match=rf"^{path.name}: this is a recorded ride"):
            decode(data, path.name)


@pytest.mark.parametrize(
    ("kind", "words"), [("activity", "recorded ride"), ("course", "course"), ("sport", "type 3")]
)
def test_other_fit_files_are_named(kind, words):
    data = garmin_file(powered(), kind=kind)
    assert not is_workout(data)
    with pytest.raises(ProfileError, match=rf"^x.fit: this is .*{words} and no workout file"):
        decode(data, "x.fit")


GOOD = encode(CLIMB).data


@pytest.mark.parametrize("number", [-1.0, 1e300, 4294967295.0])
def test_numbers_that_no_field_can_have_are_none(number):
    # A definition says how wide a number is, and may say anything.
    names = ("duration_value", "target_value", "custom_target_value_low")
    fields = {
        name: field._replace(type=FLOAT64 if name in names else field.type)
        for name, field in WORKOUT_STEP.fields.items()
    }
    rows = {name: [1.0, number] for name in names} | {"duration_type": [0, 0]}
    kind = {"type": [5]}
    body = encode_block(0, FILE_ID, kind).encode()
    body += encode_block(1, WORKOUT_STEP._replace(fields=fields), rows).encode()
    found = decode(encode_file(body), "x")
    assert [block.duration for block in found.plan.parts] == [0.001]
    assert [said.split(": ", 1)[1] for said in found.warnings] == [
        "the workout message is missing; the steps were read without it",
        "step 2 has no length; it is left out",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "byte 0: the file is empty"),
        (b"<workout_file/>", "not a FIT file"),
        (GOOD[:40], "no step of a workout"),
        (garmin_file(), "no step of a workout"),
        (garmin_file(timed(0)), "step 1 has no length"),
        (GOOD + bytes(1 << 20), "byte 1048576: .* no larger than 1 MB"),
    ],
)
def test_what_is_no_workout_is_refused_in_one_sentence(data, words):
    with pytest.raises(ProfileError, match=f"^x.fit: .*{words}") as refused:
        decode(data, "x.fit")
    assert len(refused.value.mistakes) == 1
    assert "\n" not in str(refused.value)


def test_half_of_a_workout_is_none():
    for end in range(0, len(GOOD) - 2, 7):
        with pytest.raises(ProfileError, match=r"^x: [^\n]*byte \d+[^\n]*$"):
            decode(GOOD[:end], "x")
    with pytest.raises(ProfileError, match=r"ends inside a message; 8 of its 10 steps are left"):
        decode(GOOD[:-100], "x")


def test_damage_is_told_and_what_is_whole_is_read():
    cut = decode(GOOD[:-2], "x")
    assert cut.plan == decode(GOOD, "x").plan
    assert ["checksum is missing" in warning for warning in cut.warnings] == [True]
    open_ended = GOOD[:4] + bytes(4) + GOOD[8:]
    assert decode(open_ended, "x").warnings == (
        "byte 4: the file was never closed; it was read to where it ends",
    )
    wrong = decode(GOOD[:-1] + bytes([GOOD[-1] ^ 1]), "x")
    assert wrong.plan == decode(GOOD, "x").plan
    assert ["checksum is wrong" in warning for warning in wrong.warnings] == [True]
    twice = decode(GOOD + GOOD, "x")
    assert twice.plan == wrong.plan
    assert [f"byte {len(GOOD)}: a second file" in warning for warning in twice.warnings] == [True]
    assert is_workout(GOOD[:-100])


def try_to_read(data):
    """Whatever it is: a plan that can be ridden, or one refusal."""
    is_workout(data)
    try:
        found = decode(data, "x.fit")
    except ProfileError:
        return
    assert 0 < found.plan.duration <= 12 * 3600
    assert len(found.plan.parts) <= 1000
    assert all(block.duration > 0 and block.power_start >= 0 for block in found.plan.parts)
    assert all(said.isprintable() for said in found.warnings + found.notes)


@given(st.binary(max_size=200))
@example(b"")
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_plan_or_a_sentence(data):
    try_to_read(data)
    try_to_read(GOOD[:14] + data)


STARTS = [GOOD] + [
    path.read_bytes()[:3000] for path in sorted(RIDES.glob("*.fit")) if path.stat().st_size < 4e5
]


@given(
    st.sampled_from(STARTS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    st.floats(0, 1),
)
@settings(max_examples=300, deadline=None)
def test_damaged_files_are_a_plan_or_a_sentence(start, hits, end):
    data = bytearray(start)
    for place, value in hits:
        data[int(place * len(data))] = value
    try_to_read(bytes(data[: 12 + int(end * len(data))]))
    # As a workout, whatever was in it.
    at = data.find(b"\x00\x00\x04", 14)
    if at >= 0:
        data[at + 2] = 5
    try_to_read(bytes(data))


# --- there and back -------------------------------------------------------------------------------

times = st.integers(1, 900_000).map(lambda ms: ms / 1000)
sayings = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
) | st.sampled_from(
    [
        "Stand",
        "sit down!",
        "At 0:10: go",
        "easy, CR10 2",
        "At 1:00",
        "x" * 90,
        "a seated",
        "standing",
    ]
)


@st.composite
def blocks(draw):
    kind = draw(st.sampled_from([STEADY, SegmentKind.FREE, SegmentKind.WARM_UP, SegmentKind.HILL]))
    duration = draw(times)
    watts = draw(st.booleans())
    power = st.integers(1, 1500) if watts else st.integers(0, 200).map(lambda pct: pct / 100)
    start, end = draw(st.tuples(power, power) | power.map(lambda each: (each, each)))
    at = st.floats(0, duration).map(lambda seconds: round(seconds, 3))
    cues = draw(st.lists(st.builds(TextCue, at, sayings), max_size=3))
    return part(
        duration,
        start,
        end,
        kind,
        absolute=watts,
        label=draw(st.just("") | sayings),
        effort=draw(st.sampled_from(["", "hard, CR10 7-8", "steady on", "Stand"])),
        posture=draw(st.sampled_from([None, SEATED, STANDING])),
        cadence=draw(st.sampled_from([None, (80.0, 90.0)])),
        cues=tuple(sorted(cues, key=lambda cue: cue.at)),
    )


plans = st.lists(blocks(), min_size=1, max_size=6).map(lambda parts: plan_of(*parts))
rounds = st.tuples(st.lists(blocks(), min_size=1, max_size=3), st.integers(2, 4)).map(
    lambda each: plan_of(*each[0] * each[1])
)


@given(plans | rounds)
@settings(max_examples=100, deadline=None)
def test_there_and_back_is_the_normal_form(plan):
    written = encode(plan)
    back = decode(written.data, "test.fit")
    assert back.warnings == back.notes == ()
    again = encode(back.plan)
    assert decode(again.data, "test.fit").plan == back.plan
    assert not [text for text in again.lost if "notes" not in text and "254" not in text]
    assert back.plan.duration == pytest.approx(plan.duration, abs=1e-6)
    # Each part is found again where it was: one block, or the stairs of its ramp.
    rest = list(back.plan.parts)
    for each in plan.parts:
        mine, length = [], 0.0
        while length < each.duration - 5e-4:
            mine.append(rest.pop(0))
            length += mine[-1].duration
        assert length == pytest.approx(each.duration, abs=1e-6)
        assert {block.posture for block in mine} == {each.posture}
        assert {block.cadence for block in mine} == {each.cadence}
        label = one_line(each.label)
        if label or each.kind in (STEADY, SegmentKind.FREE):
            assert {block.label for block in mine} == {label}
        if each.kind is SegmentKind.FREE:
            assert {block.kind for block in mine} == {SegmentKind.FREE}
            continue
        finest = 1.0 if each.absolute else 0.01
        at = 0.0
        for block in mine:
            middle = (at + block.duration / 2) / each.duration
            wanted = each.power_start + (each.power_end - each.power_start) * middle
            assert block.absolute is (each.absolute and block.power_start > 0)
            assert block.power_start == pytest.approx(wanted, abs=0.51 * finest)
            at += block.duration
        percent = abs(each.power_end - each.power_start) / finest
        assert max(block.duration for block in mine) <= 60.001 or len(mine) >= percent - 1e-6
    assert rest == []


@given(st.lists(st.tuples(times, st.sampled_from([SEATED, STANDING])), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_words_keep_their_moment_and_their_meaning(stretches):
    words = ("Stand up", "At 0:05: wait", "fine, CR10 3", "Äußerst ruhig")
    parts = [
        part(duration, posture=posture, cues=tuple(TextCue(0.0, each) for each in words))
        for duration, posture in stretches
    ]
    late = [
        replace(each, cues=(TextCue(round(each.duration / 2, 3), "half way"),)) for each in parts
    ]
    for plan in (plan_of(*parts), plan_of(*late)):
        back = decode(encode(plan).data, "x").plan
        assert [each.cues for each in back.parts] == [each.cues for each in plan.parts]
        assert [each.posture for each in back.parts] == [each.posture for each in plan.parts]
        assert [each.effort for each in back.parts] == len(parts) * [""]
    assert parse_posture(words[0]) is not None
