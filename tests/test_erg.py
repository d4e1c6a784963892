"""Workouts in .erg and .mrc and roads in .crs: what is read, what is refused, what is written."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.errors import ProfileError, RideFileError
from coach.formats import crs
from coach.formats.erg import decode, decode_crs, encode_erg, encode_mrc
from coach.formats.workouts import LARGEST, MOST_PARTS
from coach.messages import Mode, Posture
from coach.profile import example_rider, find_workout, load_workout, workout_names
from coach.profile.plan import Part, WorkoutPlan
from coach.workout import SegmentKind, TextCue

FILES = Path(__file__).parent / "data" / "workouts"
RIDER = example_rider()
SIT, STAND = Posture.SEATED, Posture.STANDING


def mrc(rows: str, head: str = "MINUTES PERCENT", texts: str = "") -> bytes:
    said = f"[COURSE TEXT]\n{texts}\n[END COURSE TEXT]\n" if texts else ""
    return (
        f"[COURSE HEADER]\n{head}\n[END COURSE HEADER]\n"
        f"[COURSE DATA]\n{rows}\n[END COURSE DATA]\n{said}"
    ).encode()


def blocks(data: bytes) -> list[tuple[float, float, float]]:
    decoded = decode(data, "w.mrc")
    assert decoded.warnings == ()
    return [(p.duration, p.power_start, p.power_end) for p in decoded.plan.parts]


def power_at(plan: WorkoutPlan, seconds: float) -> float:
    for part in plan.parts:
        if seconds < part.duration:
            return part.power_start + (part.power_end - part.power_start) * seconds / part.duration
        seconds -= part.duration
    return plan.parts[-1].power_end


def in_one_sentence(read: Callable[[], Any]) -> Any:
    """What is read, or None where that is refused in one sentence."""
    try:
        return read()
    except (ProfileError, RideFileError) as error:
        said = str(error)
    assert said
    assert "\n" not in said
    return None


def posture_at(plan: WorkoutPlan, seconds: float) -> Posture | None:
    for part in plan.parts:
        if seconds < part.duration:
            stands = part.stand_from is not None and seconds >= round(
                part.stand_from * part.duration
            )
            return STAND if stands else part.posture
        seconds -= part.duration
    return None


# What is read


def test_the_example_of_trainerroad():
    # Source: TrainerRoad, "Creating a Workout from an ERG or MRC File": its file and its ramp.
    rows = """0.00 50
6.60 50
6.60 140
7.98 140
7.98 50
9.07 50
9.07 150
10.10 150
10.10 50
14.07 50
14.07 115
22.07 115
22.07 50
32.08 50
32.08 115
40.08 115
40.08 50
51.88 50"""
    head = "VERSION = 2\nUNITS = ENGLISH\nDESCRIPTION = A description\nFILE NAME = blah.mrc\n"
    decoded = decode(mrc(rows, head + "MINUTES PERCENT"), "any.mrc")
    plan = decoded.plan
    assert (plan.name, plan.title, plan.about) == ("any", "blah", "A description")
    assert decoded.warnings == decoded.notes == ()
    assert [part.duration for part in plan.parts] == pytest.approx(
        [396.0, 82.8, 65.4, 61.8, 238.2, 480.0, 600.6, 480.0, 708.0]
    )
    assert plan.duration == pytest.approx(60 * 51.88)
    assert [part.power_start for part in plan.parts] == [
        0.5, 1.4, 0.5, 1.5, 0.5, 1.15, 0.5, 1.15, 0.5,
    ]  # fmt: skip
    assert {part.kind for part in plan.parts} == {SegmentKind.STEADY}
    assert not any(part.absolute for part in plan.parts)
    ramp = blocks(mrc("0 50\n6.60 50\n6.60 100\n7.98 140\n7.98 50\n9 50"))[1]
    assert ramp == (82.8, 1.0, 1.4)


def test_watts_with_and_without_an_ftp():
    # The first rows of a file that trainerday.com wrote (dmwnz/SimCycling, issue 2).
    rows = "0.00\t138\n5.00\t188\n5.00\t188\n15.00\t225"
    decoded = decode(mrc(rows, "FTP = 250\nMINUTES WATTS"), "w.erg")
    assert [part.power_start for part in decoded.plan.parts] == [138 / 250, 188 / 250]
    assert decoded.plan.parts[1].power_end == 225 / 250
    assert "250 W" in decoded.notes[0]
    assert not decoded.plan.parts[0].absolute
    assert decoded.warnings == ()

    decoded = decode(mrc(rows, "FTP = 0\nMINUTES WATTS"), "w.erg")
    assert [part.power_start for part in decoded.plan.parts] == [138, 188]
    assert all(part.absolute for part in decoded.plan.parts)
    assert "no FTP" in decoded.notes[0]
    assert decoded.warnings == ()

    decoded = decode(mrc(rows, "FTP = 9000\nMINUTES WATTS"), "w.erg")
    assert decoded.plan.parts[0].absolute
    assert decoded.warnings == (
        "line 2: 'FTP = 9000' makes no sense; the watts were left as they are",
    )


def test_our_own_file_with_everything_in_it():
    decoded = decode((FILES / "over-unders.mrc").read_bytes(), "over-unders.mrc")
    plan = decoded.plan
    assert plan.title == "unders"
    assert plan.about == "Zwei Blöcke über und unter der Schwelle"
    assert decoded.warnings == (
        "line 23: '13.5 105 90' has more than a time and a power; the rest was left out",
    )
    assert [(p.duration, p.power_start, p.power_end, p.posture, p.label) for p in plan.parts] == [
        (300, 0.4, 0.6, None, "Warm-up"),
        (120, 0.95, 0.95, None, ""),
        (60, 1.05, 1.05, STAND, ""),
        (150, 0.5, 0.5, SIT, ""),
        (120, 0.95, 0.95, SIT, "Second block"),
        (60, 1.05, 1.05, SIT, ""),
        (390, 0.45, 0.4, SIT, ""),
    ]
    assert [part.cues for part in plan.parts[:3]] == [
        (TextCue(240, "Stand up in 10 seconds"),),
        (TextCue(0, "Kante halten – nicht mehr"),),
        (TextCue(30, "Rep 1 of 2"),),
    ]
    assert plan.parts[0].kind is SegmentKind.WARM_UP
    assert [part.cadence for part in plan.parts[2:4]] == [None, (85, 95)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_every_system(encoding, end):
    text = mrc("0 50\n10 50", "DESCRIPTION = Über „10 %“\nMINUTES PERCENT").decode()
    decoded = decode(text.replace("\n", end).encode(encoding), "w.mrc")
    assert decoded.warnings == ()
    assert decoded.plan.about == "Über „10 %“"
    assert decoded.plan.duration == 600


@pytest.mark.parametrize(
    "rows",
    [
        "0 50\n10 50",
        "  0\t50 \n\n 10.0   50.0  ",
        "0,00\t50,0\n10,0\t50",
        "0.00,50\n10.00,50",
        "0, 50\n2.5, 50\n10, 50",
        "0 50%\n10 50%",
        "0 50 ; easy\n;5 90\n1e1 5e1",
        "0 50\n5 50\n10 50",
        "0 20\n0 30\n0 50\n10 50\n10 99",
    ],
)
def test_one_block_in_many_ways(rows):
    assert blocks(mrc(rows)) == [(600, 0.5, 0.5)]


@pytest.mark.parametrize(
    ("text", "total"),
    [
        # No header line, no ends; a section that follows ends the one before.
        (b"MINUTES PERCENT\n[COURSE DATA]\n0 50\n10 50\n[END COURSE DATA]", 600),
        (b"[COURSE HEADER]\nMINUTES PERCENT\n[COURSE DATA]\n0 50\n1 50\n[END]", 60),
        (b"[course header]\n;MINUTES FTP\n[ Course  Data ]\n0 50\n1 50\n[end course data]", 60),
        (b"[HEADER]\nMINUTES\tPERCENT OF FTP\n[DATA]\n0 50\n1 50\n[END DATA]", 60),
    ],
)
def test_headers_as_they_are_found(text, total):
    decoded = decode(text, "w.mrc")
    assert decoded.warnings == ()
    assert decoded.plan.duration == total


def test_a_file_that_is_cut_short_says_so():
    whole = mrc("0 50\n10 50\n10 90\n20 90")
    decoded = decode(whole[: whole.index(b"\n10 90")], "w.mrc")
    assert decoded.plan.duration == 600
    assert decoded.warnings == ("line 6: '[COURSE DATA]' has no end: is the file cut short?",)


def test_what_stands_around_the_text_does_no_harm():
    head = "DESCRIPTION = first\nDESCRIPTION = second\nMINUTES PERCENT"
    decoded = decode(b"\n" + mrc("0 50\n10 50", head) + b"\0" * 512, "w.mrc")
    assert decoded.warnings == ()
    assert decoded.plan.about == "first"
    decoded = decode(mrc("0 50\n" + 2001 * "1" + " 50\n10 50"), "w.mrc")
    assert decoded.plan.duration == 600
    assert "longer than 2000 characters" in decoded.warnings[0]


def test_two_blocks_at_one_power_stay_two():
    assert blocks(mrc("0 50\n5 50\n5 50\n10 50")) == [(300, 0.5, 0.5)] * 2


def test_a_first_row_that_comes_late_holds_from_the_start():
    decoded = decode(mrc("5 50\n10 60"), "w.mrc")
    assert [(p.duration, p.power_end) for p in decoded.plan.parts] == [(300, 0.5), (300, 0.6)]
    assert decoded.notes == ("the first row is at 5 min; its power holds from the start",)


def test_rows_that_are_none_are_left_out_and_told():
    decoded = decode(mrc("0 50\nhello there\n10 50"), "w.mrc")
    assert decoded.plan.duration == 600
    assert decoded.warnings == ("line 6: 'hello there' is no row of a time and a power; left out",)
    many = decode(mrc("0 50\n" + "x\n" * 1000 + "10 50"), "w.mrc").warnings
    assert len(many) == 4
    assert many[-1] == ("and 997 more lines like that")


def test_unknown_sections_and_lines_are_told():
    data = mrc("0 50\n10 50") + b"stray\n[PERFPRO NOTES]\n3 4\n[END PERFPRO NOTES]\n"
    decoded = decode(b"[COURSE HEADER]\nwhat is this\n" + data, "w.mrc")
    assert decoded.plan.duration == 600
    told = " ".join(decoded.warnings)
    assert "'what is this' in the header" in told
    assert "'stray' stands outside" in told
    assert "'[PERFPRO NOTES]' is no section" in told


def test_lap_marks_cut_and_name():
    decoded = decode(mrc("0 50\n[LAP]\n2.5 LAP Go on\n10 50\n10 LAP 0 ;x\n10 80\n12 80\nLAP"), "w")
    assert [(p.duration, p.label) for p in decoded.plan.parts] == [
        (150, ""), (450, "Go on"), (120, "x"),
    ]  # fmt: skip
    assert decoded.warnings == ()


def test_texts_with_and_without_tabs():
    rows = "\n".join(
        [
            "10\tTwo\tcolumns\tof text\t15",
            "20 Rep 3 of 5",
            "30   Spin easy   10",
            "40\t5\t10",
            "0.5\tEarly",
            "600\tThe end\t10",
            "601\tToo late\t10",
            "-1\tToo early\t10",
            "x\tNo time\t10",
            "50",
        ]
    )
    decoded = decode(mrc("0 50\n5 50\n5 70\n10 70", texts=rows), "w.mrc")
    assert decoded.plan.parts[0].cues == (
        TextCue(0.5, "Early"),
        TextCue(10, "Two columns of text"),
        TextCue(20, "Rep 3 of 5"),
        TextCue(30, "Spin easy"),
        TextCue(40, "5"),
    )
    assert decoded.plan.parts[1].cues == (TextCue(300, "The end"),)
    assert [warning.split(":")[0] for warning in decoded.warnings] == [
        "line 17", "line 18", "line 19", "line 20",
    ]  # fmt: skip


def test_our_names_are_names_once():
    said = "Warm-up: easy, CR10 2\n0\tHill 1: hard, CR10 5\n300\tHill 2: hard, CR10 5"
    plan = decode(mrc("0 50\n5 50\n5 LAP Mine\n5 60\n9 60", texts=f"0\t{said}"), "w").plan
    first, second = plan.parts
    assert (first.label, first.effort, first.kind) == (
        "Warm-up", "easy, CR10 2", SegmentKind.WARM_UP,
    )  # fmt: skip
    assert (second.label, second.effort) == ("Mine", "")
    assert words_of(plan) == ["Hill 1: hard, CR10 5", "Hill 2: hard, CR10 5"]


def test_posture_cuts_holds_and_ends():
    words = "600\tSit\t5\n60\tStand\t5\n90\tSit: 70-80 rpm\t5\n330\tStand up! All out\t5"
    plan = decode(mrc("0 50\n5 50\n5 100\n10 50\n10 40\n12 40", texts=words), "w.mrc").plan
    assert [(p.duration, p.posture, p.cadence) for p in plan.parts] == [
        (60, None, None),
        (30, STAND, None),
        (210, SIT, (70, 80)),
        (30, SIT, (70, 80)),
        (270, STAND, None),
        (120, SIT, None),
    ]
    # The ramp is cut on its line, and the words that say more are still said.
    assert (plan.parts[3].power_end, plan.parts[4].power_start) == (0.95, 0.95)
    assert plan.parts[4].cues == (TextCue(0, "Stand up! All out"),)
    assert plan.parts[1].cues == ()
    # A stranger's "Stand" is for its own effort.
    plan = decode(mrc("0 50\n5 50\n5 90\n6 90", texts="60 Stand"), "w.mrc").plan
    assert [part.posture for part in plan.parts] == [None, STAND, None]


# What is refused


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "w.mrc:1: expected MINUTES WATTS or MINUTES PERCENT in [COURSE HEADER] to here"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "expected MINUTES WATTS or MINUTES PERCENT"),
        (mrc("0 50\n10 50", "VERSION = 2"), "w.mrc:7: expected MINUTES WATTS or MINUTES PERCENT"),
        (mrc("0 50\n10 50", "MINUTES"), "w.mrc:2: expected MINUTES WATTS or"),
        (mrc("0 50\n10 50", "MINUTES HEARTRATE"), "found 'MINUTES HEARTRATE'"),
        (mrc("0 5 0\n1 5 0", "DISTANCE GRADE WIND"), "w.mrc:2: DISTANCE GRADE WIND is a road"),
        (mrc(""), "w.mrc:6: expected rows of times and powers, two at least"),
        (mrc("10 50"), "two at least"),
        (mrc("0 50\n0 60"), "two at least"),
        (mrc("0 50\n10 50\n9.5 50"), "w.mrc:7: expected a time not before 10 min, found '9.5 50'"),
        (mrc("0 50\n10 nan"), "w.mrc:6: expected minutes and 0 to 1000 % of FTP"),
        (mrc("0 50\nnan nan\n10 50"), "w.mrc:6: expected minutes and 0 to 1000 % of FTP"),
        (mrc("0 50\ninf 50"), "w.mrc:6: expected minutes"),
        (mrc("0 50\n10"), "found '10'"),
        (mrc("0 50\n10 50W"), "found '10 50W'"),
        (mrc("0 50\n10:00 50"), "found '10:00 50'"),
        (mrc("0 50\n5,5,50"), "found '5,5,50'"),
        (mrc("0 50\n1_0 50"), "found '1_0 50'"),
        (mrc("0 50\n١٠ 50"), "expected minutes"),
        (mrc("-1 50\n10 50"), "w.mrc:5: expected minutes"),
        (mrc("0 -50\n10 50"), "found '0 -50'"),
        (mrc("0 1001\n10 50"), "0 to 1000 % of FTP, found '0 1001'"),
        (mrc("0 50%\n10 50%", "MINUTES WATTS"), "0 to 3000 W, found '0 50%'"),
        (mrc("0 3001\n10 50", "MINUTES WATTS"), "0 to 3000 W, found '0 3001'"),
        (mrc("0 50\n720.1 50"), "w.mrc:6: expected a workout of at most 12 hours"),
        (mrc("0 50\n1e308 50"), "at most 12 hours"),
        (mrc("0 50\n1e999 50"), "expected minutes"),
    ],
)
def test_what_is_refused_says_where_and_what(data, said):
    with pytest.raises(ProfileError) as refused:
        decode(data, "w.mrc")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_too_much_is_refused_at_once():
    with pytest.raises(ProfileError, match="at most 1024 KB"):
        decode(b"0 1\n" * (LARGEST // 4 + 1), "w.mrc")
    rows = "\n".join(f"{i / 60:.4f} {50 + i % 2}" for i in range(MOST_PARTS + 2))
    with pytest.raises(ProfileError, match=r"^w.mrc:1005: 1001 stretches"):
        decode(mrc(rows), "w.mrc")
    # A row a second of one power is one stretch, however many they are.
    rows = "\n".join(f"{i / 60:.4f} 50" for i in range(40_000))
    assert len(decode(mrc(rows), "w.mrc").plan.parts) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * 10_000_000,
        b"[" * 10_000_000,
        b"0 1 0\n" * 1_700_000,
        mrc("0.001 1 0\n" * 1_000_000, "UNITS = METRIC\nDISTANCE GRADE WIND"),
        b"; \n" * 3_000_000,
    ],
    ids=["lines", "brackets", "rows", "legs", "comments"],
)
def test_ten_megabytes_take_bounded_time_and_memory(data):
    begin = time.process_time()
    ride = in_one_sentence(lambda: decode_crs(data))
    assert ride is None or ride.warnings
    assert time.process_time() - begin < 5.0


SCRAPS = st.lists(
    st.sampled_from(
        [
            "[COURSE HEADER]", "[END COURSE HEADER]", "[COURSE DATA]", "[END COURSE DATA]",
            "[COURSE TEXT]", "[END COURSE TEXT]", "[LAP]", "LAP", "3 LAP x", "MINUTES WATTS",
            "MINUTES PERCENT", "DISTANCE GRADE WIND", "UNITS = METRIC", "FTP = 200", "FTP = nan",
            "0 50", "10 60", "10 90", "20 40", "30 1e400", "5 -3 0", "0 0 0", "1,5 2,5 0",
            "30\tStand\t10", "60\tSit: 80-90 rpm\t5", "61 Sit", "x", ";", ",", "=", "\0", "[", "5",
        ]
    )
    | st.text(max_size=20),
    max_size=30,
)  # fmt: skip


def test_what_looks_like_a_section_costs_no_time():
    # Blanks without an end made the search for one take seconds a megabyte.
    lines = ("[END" + " " * 1900 + "x\n", "[ " * 900 + "\n", "[" * 1900 + "]\n")
    for line in lines:
        begin = time.process_time()
        in_one_sentence(lambda line=line: decode(line.encode() * (LARGEST // 2000), "w.mrc"))
        assert time.process_time() - begin < 1.0


def test_texts_have_an_end_too():
    texts = "".join(f"{i % 600}\tword\t5\n" for i in range(5 * MOST_PARTS))
    decoded = decode(mrc("0 50\n10 50", texts=texts), "w.mrc")
    assert len(decoded.plan.parts[0].cues) == MOST_PARTS
    (told,) = decoded.warnings
    assert told.endswith(f"comes after {MOST_PARTS} texts; no more are read")


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300) | SCRAPS.map(lambda rows: "\n".join(rows).encode("utf-8", "replace"))
)
@example(mrc("0 50\n10 60").replace(b"\n", b"\r"))
def test_any_bytes_are_a_workout_or_one_sentence(data):
    decoded = in_one_sentence(lambda: decode(data, "w.mrc"))
    if decoded is not None:
        plan = decoded.plan
        assert all(part.duration > 0 for part in plan.parts)
        assert all(0 <= cue.at <= part.duration for part in plan.parts for cue in part.cues)
        again = decode(encode_erg(plan, RIDER).data, "w.erg").plan
        assert again.duration == pytest.approx(plan.duration, abs=1e-6)
    ride = in_one_sentence(lambda: decode_crs(data))
    if ride is not None:
        assert np.isfinite(ride.distance).all()
        assert np.isfinite(ride.altitude).all()
        assert (np.diff(ride.distance) > 0).all()


# What is written


def part(**given_values: object) -> Part:
    values: dict[str, object] = {
        "kind": SegmentKind.STEADY, "duration": 60.0, "power_start": 0.5, "power_end": 0.5,
        "effort": "", "resistance_steps": 0.0, "posture": None,
    }  # fmt: skip
    return Part(**{**values, **given_values})  # type: ignore[arg-type]


def plan_of(*parts: Part, **values: str) -> WorkoutPlan:
    return WorkoutPlan("mine", **{"title": "Mine", "about": "", **values}, parts=parts)


def test_a_file_of_ours_byte_for_byte():
    plan = plan_of(
        part(duration=600.0, power_end=0.75, posture=SIT, cadence=(85, 95)),
        part(duration=10.0, power_start=1.2, power_end=1.2, posture=STAND, label="Über 1",
             cues=(TextCue(2.5, "Tab\there"), TextCue(2.5, "Zwei"))),
        part(duration=0.1234, power_start=0.3333, power_end=0.3333),
        about="Über", author="Ich",
    )  # fmt: skip
    encoded = encode_mrc(plan)
    assert encoded.data.decode() == "\r\n".join(
        [
            "[COURSE HEADER]", "VERSION = 2", "UNITS = ENGLISH", "DESCRIPTION = Über",
            "FILE NAME = Mine.mrc", "SOURCE = Ich", "MINUTES PERCENT", "[END COURSE HEADER]",
            "[COURSE DATA]", "0.00\t50", "10.00\t75", "10.00\t120", "10.166667\t120",
            "10.166667\t33.33", "10.168717\t33.33", "[END COURSE DATA]",
            "[COURSE TEXT]", "0\tSit: 85-95 rpm\t10", "600\tStand\t10", "600\tÜber 1\t10",
            "602.5\tTab here\t10", "602.5\tZwei\t10", "[END COURSE TEXT]", "",
        ]
    )  # fmt: skip
    assert encoded.lost == ()
    lines = encode_erg(plan, RIDER).data.decode().split("\r\n")
    assert lines[6:8] == ["FTP = 220", "MINUTES WATTS"]
    assert lines[10:16] == [
        "0.00\t110", "10.00\t165", "10.00\t264", "10.166667\t264", "10.166667\t73.33",
        "10.168717\t73.33",
    ]  # fmt: skip


def test_watts_for_everybody_stay_so():
    plan = plan_of(part(power_start=150.0, power_end=200.5, absolute=True))
    encoded = encode_erg(plan, RIDER)
    assert b"FTP" not in encoded.data
    assert b"0.00\t150\r\n1.00\t200.5\r\n" in encoded.data
    assert encoded.lost == ()
    assert decode(encoded.data, "mine.erg").plan == plan
    with pytest.raises(ProfileError, match=r"mine: it asks for watts"):
        encode_mrc(plan)
    mixed = encode_erg(plan_of(*plan.parts, part()), RIDER)
    assert mixed.lost == ("with an FTP in the file, parts in watts are fitted to other riders too",)
    assert [p.power_start for p in decode(mixed.data, "m").plan.parts] == [150 / 220, 0.5]


def test_words_stay_in_their_part():
    plan = plan_of(part(cues=(TextCue(-5, "early"), TextCue(90, "late"))), part())
    assert b"0\tearly\t10\r\n60\tlate\t10\r\n" in encode_mrc(plan).data


def test_a_plan_without_parts_is_no_file():
    for write in (encode_mrc, lambda plan: encode_erg(plan, RIDER)):
        with pytest.raises(ProfileError, match="mine: the workout has no part to write"):
            write(plan_of())


@pytest.mark.parametrize("name", workout_names())
def test_our_own_workouts_come_back(name):
    plan = load_workout(find_workout(name))
    encoded = encode_erg(plan, RIDER)
    decoded = decode(encoded.data, f"{name}.erg")
    again = decoded.plan
    assert decoded.warnings == ()
    assert (again.name, again.title, again.about) == (plan.name, plan.title, plan.about)
    assert again.duration == plan.duration
    for second in range(int(plan.duration)):
        at = second + 0.5
        assert posture_at(again, at) is posture_at(plan, at)
        if not any(p.kind is SegmentKind.TEST for p in plan.parts):
            assert power_at(again, at) == pytest.approx(power_at(plan, at), abs=1e-4)
    assert again.parts[0].kind is SegmentKind.WARM_UP
    assert again.parts[0].effort == plan.parts[0].effort
    assert again.parts[0].cadence == plan.parts[0].cadence
    assert again.parts[-1].kind is SegmentKind.COOL_DOWN
    # What was read is in normal form.
    second_time = encode_erg(again, RIDER)
    assert second_time.lost == ()
    assert decode(second_time.data, f"{name}.erg").plan == again


def test_what_the_six_hills_lose():
    lost = encode_mrc(load_workout(find_workout("hills"))).lost
    assert lost == (
        "grades and resistances are left out, and power is asked for instead (6 parts)",
        "the resistance steps are left out (13 parts)",
    )


def test_the_ramp_of_a_test_is_written_in_watts():
    plan = load_workout(find_workout("ftp-ramp"))
    encoded = encode_erg(plan, RIDER)
    assert any("tests to the limit" in lost for lost in encoded.lost)
    again = decode(encoded.data, "ftp-ramp.erg").plan
    assert power_at(again, 12 * 60 + 90) * 220 == pytest.approx(120)
    with pytest.raises(ProfileError, match="write it as"):
        encode_mrc(plan)


def test_everything_that_is_lost_is_told():
    plan = plan_of(
        part(posture=SIT),
        part(cadence=(80, 90), resistance_steps=1.0),
        part(kind=SegmentKind.HILL, grade=0.05, posture=SIT),
        part(kind=SegmentKind.FREE, power_start=0.0, power_end=0.0, posture=SIT),
        part(kind=SegmentKind.TEST, power_start=0.0, power_end=0.0, posture=SIT),
    )
    lost = encode_mrc(replace(plan, most_rounds=3)).lost
    assert lost == (
        "grades and resistances are left out, and power is asked for instead (1 part)",
        "the resistance steps are left out (1 part)",
        "free stretches are 0 W: nothing says there that nothing is asked (1 part)",
        "tests to the limit last to their full length (1 part)",
        "a cadence is left out where the posture is left to the rider (1 part)",
        "the posture stays as before where it is left to the rider (1 part)",
        "one round is written, and the plan has up to 3",
    )
    assert encode_mrc(plan_of(part(kind=SegmentKind.HILL, mode=Mode.POWER))).lost == ()
    # After a standing part nobody is left standing.
    assert encode_mrc(plan_of(part(posture=STAND), part())).lost == ()


def words_of(plan: WorkoutPlan) -> list[str]:
    return [cue.text for part in plan.parts for cue in part.cues]


def test_words_that_read_as_another_posture_do_not_lift_anybody():
    plan = plan_of(
        part(posture=SIT, cues=(TextCue(0, "Stand!"), TextCue(20, "Standing, one gear harder"))),
        part(
            posture=STAND,
            cadence=(60, 70),
            cues=(TextCue(0, "Stand"), TextCue(5, "Sit: tall"), TextCue(9, "Stand: tall")),
        ),
        part(posture=STAND, cues=(TextCue(0, "Stand: last one"),)),
        part(label="Standing", effort="", cues=(TextCue(30, "Stand"),)),
    )
    encoded = encode_mrc(plan)
    assert encoded.lost == ("words that would read as another posture stand in quotation marks",)
    again = decode(encoded.data, "mine.mrc").plan
    for second in range(240):
        assert posture_at(again, second + 0.5) is posture_at(plan, second + 0.5)
    assert words_of(again)[:3] == ['"Stand!"', '"Standing, one gear harder"', '"Sit: tall"']
    # At the end of a part, or in one too short to be written, they are heard in the next one.
    assert again.parts[1].cadence == again.parts[2].cadence == (60, 70)
    late = part(posture=STAND, cues=(TextCue(60, "Stand"),))
    short = part(duration=0.0001, posture=STAND)
    encoded = encode_mrc(plan_of(late, short, part()))
    assert encoded.data.count(b"1.00\t50\r\n") == 2
    again = decode(encoded.data, "mine.mrc").plan
    assert posture_at(again, 61) is None
    # Words that ask for what is asked anyway are not said twice.
    assert encode_mrc(plan_of(plan.parts[2])).data.count(b"Stand") == 1


milliseconds = st.integers(1, 900_000).map(lambda ms: ms / 1000)
texts = st.text(max_size=30)
bands = st.tuples(st.integers(40, 90), st.integers(91, 130)).map(lambda b: (b[0] * 1.0, b[1] * 1.0))


@st.composite
def plans(draw):
    """Plans of every kind of part that has a power, cued and postured in any way."""
    parts = []
    for _ in range(draw(st.integers(1, 8))):
        duration = draw(milliseconds)
        first, last = draw(st.tuples(*[st.integers(0, 20_000)] * 2))
        flat = draw(st.booleans())
        offsets = st.integers(0, round(1000 * duration)).map(lambda ms: ms / 1000)
        cues = draw(st.lists(st.builds(TextCue, offsets, texts), max_size=3))
        posture = draw(st.sampled_from([None, SIT, STAND]))
        stands = posture is SIT and draw(st.booleans())
        parts.append(
            part(
                kind=draw(
                    st.sampled_from([SegmentKind.STEADY, SegmentKind.HILL, SegmentKind.WARM_UP])
                ),
                duration=duration,
                power_start=first / 1e4,
                power_end=first / 1e4 if flat else last / 1e4,
                posture=posture,
                stand_from=draw(st.sampled_from([0.25, 0.5])) if stands else None,
                cadence=draw(st.none() | bands),
                standing_cadence=draw(st.none() | bands),
                label=draw(texts),
                effort=draw(texts),
                cues=tuple(sorted(cues, key=lambda cue: cue.at)),
            )
        )
    return plan_of(*parts, title=draw(texts), about=draw(texts), author=draw(texts))


@settings(max_examples=150, deadline=None)
@given(plans())
def test_what_is_written_is_read(plan):
    encoded = encode_mrc(plan)
    decoded = decode(encoded.data, "mine.mrc")
    again = decoded.plan
    assert decoded.warnings == ()
    assert again.duration == pytest.approx(plan.duration, abs=0.001)
    goes_on = any("posture stays" in lost for lost in encoded.lost)
    start = 0.0
    for written in plan.parts:
        stands = round((written.stand_from or 0) * written.duration)
        for share in (0.1, 0.4, 0.6, 0.9):
            inside = share * written.duration
            # Not where rounding to milliseconds may have moved an edge.
            if min(inside, abs(inside - stands), written.duration - inside) < 0.01:
                continue
            at = start + inside
            slope = abs(written.power_end - written.power_start) / written.duration
            close = 1e-4 + 0.002 * slope
            assert power_at(again, at) == pytest.approx(power_at(plan, at), abs=close)
            wanted, found = posture_at(plan, at), posture_at(again, at)
            assert found is wanted or (wanted is None and found is SIT and goes_on)
        start += written.duration
    assert decode(encode_mrc(again).data, "mine.mrc").plan.duration == again.duration


@settings(max_examples=150, deadline=None)
@given(plans())
def test_what_was_read_is_in_normal_form(plan):
    first = decode(encode_mrc(plan).data, "mine.mrc").plan
    encoded = encode_mrc(first)
    second = decode(encoded.data, "mine.mrc").plan
    assert second == first
    assert encode_mrc(second).data == encoded.data


# Roads


def heights(*products: float, ways: list[float]) -> list[float]:
    """Add up what legs gain, given length times grade of each: its sine, not its tangent."""
    found = [0.0]
    for product, way in zip(products, ways, strict=True):
        found.append(found[-1] + way * math.sin(math.atan(product / way)))
    return found


def test_a_road_of_legs():
    ride = crs.load(FILES / "two-climbs.crs")
    assert ride.name == "Two climbs"
    assert ride.distance.tolist() == pytest.approx([0, 1000, 3500, 5000, 6000, 6500])
    assert ride.altitude.tolist() == pytest.approx(
        heights(0, 150, -60, 85, 0, ways=[1000, 2500, 1500, 1000, 500])
    )
    assert np.isnan(ride.time).all()
    assert ride.virtual_altitude
    assert ride.warnings == []


def road(rows: str, head: str = "UNITS = METRIC\nDISTANCE GRADE WIND") -> bytes:
    return mrc(rows, head)


def test_miles_and_kilometres():
    # An international mile is 1609.344 m (1959).
    ride = decode_crs(road("1 10 0\n0.5 -2,5 0", "UNITS = English\nDISTANCE GRADE WIND"))
    assert ride.distance.tolist() == pytest.approx([0, 1609.344, 2414.016])
    assert ride.altitude.tolist() == pytest.approx(
        heights(160.9344, -20.1168, ways=[1609.344, 804.672])
    )
    assert ride.warnings == []
    ride = decode_crs(road("1 10", "DISTANCE GRADE"))
    assert ride.distance[-1] == 1000
    assert ride.warnings == [
        "line 6: '[COURSE HEADER]' names no UNITS; lengths were taken as kilometres"
    ]


def test_distances_from_the_start_are_told_from_legs():
    # As GoldenCheetah's gradient creator once wrote them (issue 1835), and with doubled rows.
    ride = decode_crs(road("0 5 0\n0.5 5 0\n0.5 -2 0\n1.5 -2 0"))
    assert ride.distance.tolist() == pytest.approx([0, 500, 1500])
    assert ride.altitude.tolist() == pytest.approx(heights(25, -20, ways=[500, 1000]))
    assert "read as distances from the start" in ride.warnings[0]
    assert decode_crs(road("0 5 0\n0.5 -2 0\n1.5 0 0")).altitude.tolist() == pytest.approx(
        heights(25, -20, ways=[500, 1000])
    )
    # Two rows, or a first leg with a length, are legs.
    assert decode_crs(road("0 5 0\n0.5 2 0")).altitude.tolist() == pytest.approx(
        heights(0, 10, ways=[1, 500])[1:]
    )
    assert decode_crs(road("1 0 0\n2 0 0\n3 0 0")).distance[-1] == 6000


def test_what_is_no_leg_is_left_out_and_told():
    rows = "1 5 0\nx\n-1 5 0\n1 nan 0\n1 101 0\n2 -3 20\n3000 0 0\n1 5 0"
    ride = decode_crs(road(rows))
    assert ride.distance.tolist() == pytest.approx([0, 1000, 3000])
    told = " ".join(ride.warnings)
    for line in ("line 7", "line 8", "line 9"):
        assert line in told
    assert "and 1 more line like that" in told
    assert "'2 -3 20' has wind" in told
    assert "'3000 0 0' is over 2000 km" in told
    ride = decode_crs(road("1 5 0\n1e308 5 0\n1e308 5 0"))
    assert ride.distance.tolist() == [0, 1000]
    assert ride.warnings == ["line 7: '1e308 5 0' is over 2000 km; the road ends before"]
    ride = decode_crs(road("1 40 0\n1 -99 0\n1 25 0"))
    assert [line.split("is")[0] for line in ride.warnings] == [
        "line 6: '1 40 0' ", "line 7: '1 -99 0' "
    ]  # fmt: skip
    assert np.diff(ride.altitude) / 1000 == pytest.approx(
        math.sin(math.atan(0.25)) * np.array([1, -1, 1])
    )
    ride = decode_crs(
        road("1 5 0", "UNITS = METRIC\nDISTANCE GRADE WIND") + b"[COURSE TEXT]\n5 a\n[END]"
    )
    assert ride.warnings == [
        "line 9: '5 a' and all of [COURSE TEXT] was left out: a road has no words here"
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1: no leg of a road"),
        (road(""), "no leg of a road"),
        (road("x"), "no leg of a road"),
        (road("0 5 0"), "line 6: no leg of the road has a length"),
        (mrc("0 50\n10 50"), "line 2: MINUTES PERCENT is a workout by time and no road"),
        (b'<?xml version="1.0"?><TrainingCenterDatabase/>', "no leg of a road"),
    ],
)
def test_what_is_no_road_is_refused(data, said):
    with pytest.raises(RideFileError, match=r"^[^\n]+$") as refused:
        decode_crs(data)
    assert said in str(refused.value)
