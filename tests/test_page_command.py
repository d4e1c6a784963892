"""``coach page``: what it prints, and the one sentence it says when it cannot."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from coach.commands.page import page as command
from coach.errors import CoachError, ProtocolError, RiderInputError

VECTORS = tomllib.loads((Path(__file__).parent / "data" / "vectors.toml").read_text("utf-8"))


def run(*arguments):
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def printed(*arguments):
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def plain(hex_):
    return hex_.replace(" ", "")


@pytest.mark.parametrize("vector", VECTORS["command"], ids=lambda v: f"{v['page']} {v['hex']}")
def test_encode_prints_the_golden_bytes(vector):
    keys = [f"{key}={value}" for key, value in vector["keys"].items()]
    profile = vector.get("profile", "fec")
    assert printed("encode", "--profile", profile, vector["page"], *keys) == {
        "page": vector["page"],
        "hex": plain(vector["hex"]),
    }


@pytest.mark.parametrize(
    "vector",
    VECTORS["command"] + VECTORS["page"],
    ids=lambda v: f"{v['page']} {v['hex']}",
)
def test_decode_prints_the_golden_fields(vector):
    sender = vector.get("sender", "device")
    profile = vector.get("profile", "fec")
    told = printed("decode", "--profile", profile, "--from", sender, plain(vector["hex"]))
    assert (told["page"], list(told)) == (vector["page"], ["page", "number", "fields"])
    fields = told["fields"]
    assert {key: fields[key] for key in vector["keys"]} == vector["keys"]
    assert [key for key in vector.get("absent", []) if fields[key] is not None] == []
    # Numbers, texts and null: a flag is 0 or 1.
    assert {type(value) for value in fields.values()} <= {int, float, str, type(None)}


@pytest.mark.parametrize(
    "vector",
    VECTORS["command"] + VECTORS["page"],
    ids=lambda v: f"{v['page']} {v['hex']}",
)
def test_what_decode_prints_can_be_encoded_again(vector):
    ways = ("--profile", vector.get("profile", "fec"))
    sender = ("--from", vector.get("sender", "device"))
    told = printed("decode", *ways, *sender, plain(vector["hex"]))
    keys = [f"{k}={json.dumps(v).strip(chr(34))}" for k, v in told["fields"].items()]
    again = printed("encode", *ways, told["page"], *keys)["hex"]
    assert printed("decode", *ways, *sender, again) == told


@pytest.mark.parametrize(
    "digits",
    [
        ["31ffffffffff2003"],
        ["31FFFFFFFFFF2003"],
        ["0x31ffffffffff2003"],
        ["31 ff ff ff ff ff 20 03"],
        ["31", "ff", "ff", "ff", "ff", "ff", "20", "03"],
        ["0x31,0XFF,0xff,0xff,0xff,0xff,0x20,0x03"],
        ["31:ff:ff:ff:ff:ff:20:03"],
    ],
)
def test_hex_is_taken_however_it_is_written(digits):
    assert printed("decode", *digits)["fields"] == {"power_w": 200.0}


def test_sender_tells_the_two_pages_1_apart():
    assert printed("decode", "0180ffffffffffff")["page"] == "calibration_response"
    told = printed("decode", "--from", "display", "0180ffffffffffff")
    assert told["fields"] == {"zero_offset": 0, "spin_down": 1}


def test_readable_table():
    result = run("decode", "31ffffffffff2003")
    assert result.stdout == "fec page 0x31 target_power\n  power_w  200.0\n"
    result = run("decode", "47310100ffff2003")
    assert result.stdout.splitlines() == [
        "fec page 0x47 command_status",
        "  command   target_power",
        "  sequence  1",
        "  status    pass",
        "  data      ff ff 20 03",
        "  power_w   200.0",
    ]
    result = run("decode", "36ffffffffffff05")
    assert result.stdout.splitlines() == [
        "fec page 0x36 fe_capabilities",
        "  maximum_resistance_n  -",
        "  basic_resistance      yes",
        "  target_power          no",
        "  simulation            yes",
    ]


def test_readable_bytes_can_be_pasted_back():
    digits = run("encode", "target_power", "power_w=200").stdout
    assert digits == "31 ff ff ff ff ff 20 03\n"
    assert run("decode", *digits.split()).exit_code == 0


@pytest.mark.parametrize(
    ("page", "keys", "hex_"),
    [
        ("general_fe_data", [], "10190000ffffff00"),
        ("general_fe_data", ["distance_m=37", "speed_mps=10.141"], "101900259d27ff04"),
        ("specific_trainer_data", [], "1900ff0000ff0f00"),
        ("general_settings", [], "11ffffffff7fff00"),
        ("wind_resistance", [], "32ffffffffffffff"),
    ],
)
def test_keys_not_given_are_absent(page, keys, hex_):
    assert printed("encode", page, *keys)["hex"] == hex_


@pytest.mark.parametrize(
    ("keys", "hex_"),
    [
        (["status=pass", "sequence=1", "command=target_power", "power_w=200"], "47310100ffff2003"),
        (["status=3", "command=0x33", "data=ff145050"], "4733ff03ff145050"),
        (["command=track_resistance", "grade_pct=-3.5", "crr=0.004"], "4733ffffffc24c50"),
        ([], "47ffffffffffffff"),
    ],
)
def test_command_status_takes_the_keys_of_its_command(keys, hex_):
    assert printed("encode", "command_status", *keys)["hex"] == hex_


def test_codes_flags_and_hexadecimal_numbers():
    keys = ["state=in_use", "lap=1", "user_configuration_required=yes", "power_w=0xc8"]
    fields = printed("decode", printed("encode", "specific_trainer_data", *keys)["hex"])["fields"]
    assert (fields["state"], fields["lap"], fields["power_w"]) == ("in_use", 1, 200)
    assert fields["user_configuration_required"] == 1


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (
            ["decode", "31ff"],
            ProtocolError,
            "a fec page: expected 8 bytes, found 2 (31 ff)",
        ),
        (
            ["decode", ""],
            ProtocolError,
            "a fec page: expected 8 bytes, found 0 (nothing)",
        ),
        (
            ["decode", "hello"],
            RiderInputError,
            "these are not bytes in hexadecimal: 'hello'; "
            "type eight bytes, such as 31 ff ff ff ff ff 20 03",
        ),
        (
            ["decode", "31fffffffffff2003"],
            RiderInputError,
            "these are not bytes in hexadecimal: '31fffffffffff2003'; "
            "type eight bytes, such as 31 ff ff ff ff ff 20 03",
        ),
        (
            ["decode", "ee00000000000000"],
            ProtocolError,
            "page 0xee: no fec page that we know (ee 00 00 00 00 00 00 00)",
        ),
        (
            ["encode", "target_pwer", "power_w=200"],
            RiderInputError,
            "no fec page is called 'target_pwer'; did you mean target_power?",
        ),
        (
            ["encode", "target_power", "power=200"],
            RiderInputError,
            "page target_power has no key 'power'; did you mean power_w?",
        ),
        (
            ["encode", "target_power", "zzz=200"],
            RiderInputError,
            "page target_power has no key 'zzz'; there are power_w",
        ),
        (
            ["encode", "target_power", "200"],
            RiderInputError,
            "expected key=value, found '200'",
        ),
        (
            ["encode", "target_power", "power_w=1", "power_w=2"],
            RiderInputError,
            "power_w is given twice",
        ),
        (
            ["encode", "target_power"],
            ProtocolError,
            "page 0x31 target_power: power_w is missing, expected 0 to 4000 W",
        ),
        (
            ["encode", "target_power", "power_w=null"],
            ProtocolError,
            "page 0x31 target_power: power_w is missing, expected 0 to 4000 W",
        ),
        (
            ["encode", "calibration_request", "spin_down=null"],
            ProtocolError,
            "page 0x01 calibration_request: spin_down is missing, expected 0 or 1",
        ),
        (
            ["encode", "target_power", "power_w=5000"],
            ProtocolError,
            "page 0x31 target_power: power_w: expected 0 to 4000 W, found 5000",
        ),
        (
            ["encode", "target_power", "power_w=nan"],
            ProtocolError,
            "page 0x31 target_power: power_w: expected 0 to 4000 W, found nan",
        ),
        (
            ["encode", "target_power", "power_w=lots"],
            ProtocolError,
            "page 0x31 target_power: power_w: expected a number, 0 to 4000 W, found 'lots'",
        ),
        (
            ["encode", "command_status", "command=target_power", "grade_pct=5"],
            ProtocolError,
            "page 0x47 command_status: grade_pct: the command target_power has no such key",
        ),
        (
            ["encode", "command_status", "power_w=5"],
            ProtocolError,
            "page 0x47 command_status: power_w: give its command too, such as command=target_power",
        ),
        (
            ["encode", "command_status", "data=ff"],
            ProtocolError,
            "page 0x47 command_status: data: expected 4 bytes, two hexadecimal digits each, "
            "found b'\\xff'",
        ),
    ],
)
def test_each_mistake_is_one_sentence(arguments, error, sentence):
    with pytest.raises(error) as raised:
        run(*arguments)
    assert str(raised.value) == sentence


def test_unknown_profile_is_misuse():
    result = run("decode", "--profile", "treadmill", "31ffffffffff2003")
    assert result.exit_code == 2
    assert "'fec', 'power', 'heart'" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["decode", "f" * 100_000],
        ["decode", "g" * 100_000],
        ["encode", "target_power" * 5_000],
        ["encode", "target_power", "power" * 20_000 + "=1"],
        ["encode", "target_power", "power_w=" + "9" * 100_000],
        ["encode", "target_power", "power_w=1e999"],
        ["encode", "target_power", "power_w=" + "9" * 4_000],
        ["encode", "specific_trainer_data", "state=" + "x" * 100_000],
        ["encode", "command_status", "data=" + "00" * 50_000],
    ],
    ids=lambda arguments: arguments[-1][:24],
)
def test_long_mistakes_have_short_sentences(arguments):
    with pytest.raises(CoachError) as raised:
        run(*arguments)
    assert len(str(raised.value)) < 600


@given(words=st.lists(st.text(max_size=20), max_size=4), verb=st.sampled_from(["decode", "encode"]))
def test_anything_typed_is_answered_or_a_sentence(words, verb):
    try:
        result = run(verb, "--profile", "power", "--", *words)
    except CoachError as error:
        assert "\n" not in str(error).strip()  # noqa: PT017
    else:
        assert result.exit_code in (0, 2)
