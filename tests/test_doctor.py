"""``coach doctor``: each cause simulated, and what a rider then reads."""

from __future__ import annotations

import errno
import json
import sys
import threading
import time
from array import array
from pathlib import Path

import pytest
from plugged import MadeUp, Plugged, usb_error

from coach.cli import run
from coach.clock import ManualClock, MonotonicClock
from coach.commands import doctor as command
from coach.errors import TrainerUnavailable
from coach.profile import profiles_dir
from coach.trainers.ant import causes, doctor, node, udev
from coach.trainers.ant import usb as sticks_on_usb
from coach.trainers.ant.causes import StickUnavailable
from coach.trainers.ant.doctor import Bench, Check, ask, examine_pretend, examine_usb
from coach.trainers.ant.found import Device
from coach.trainers.ant.serial import Framer, Id, Message

TRAINER = Device("trainer", 12345, "Tacx")
STRAP = Device("heart_rate", 23456)
PEDALS = Device("power_meter", 34567)
LINUX = ["libusb", "stick", "permission", "kernel_driver", "free", "genuine", "answers", "trainer"]


class Named:
    """A stick that was opened."""

    name = "ANTUSB-m (0fcf:1009)"

    def __init__(self, maker="Dynastream Innovations"):
        self.maker = maker
        self.closed = False

    def manufacturer(self):
        return self.maker

    def close(self):
        self.closed = True


def raising(error):
    def call(*_):
        raise error

    return call


def bench(system="linux", *, prepare=lambda: None, channels=8, heard=(TRAINER, STRAP)):
    return Bench(
        system,
        prepare,
        channels if callable(channels) else lambda _: channels,
        heard if callable(heard) else lambda _: list(heard),
    )


def checks(*arguments, stick=Named, **more):
    return list(examine_usb(bench(*arguments, **more), stick))


def failure(*arguments, **more):
    """Return the last check, which failed, after all others went well."""
    *before, last = checks(*arguments, **more)
    assert all(check.ok for check in before)
    assert not last.ok
    assert last.cause
    assert last.remedy
    return last


# --- the checks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "names"),
    [
        ("linux", LINUX),
        ("darwin", [name for name in LINUX if name != "permission"]),
        ("win32", ["libusb", "stick", "windows_driver", *LINUX[4:]]),
    ],
)
def test_a_ready_rider_passes_every_check(system, names):
    done = checks(system)
    assert [check.name for check in done] == names
    assert all(check.ok and check.cause is None and check.remedy is None for check in done)


def test_no_libusb():
    last = failure(prepare=raising(StickUnavailable(causes.NO_LIBUSB)))
    assert last.name == "libusb"
    assert "libusb" in last.cause
    assert "pip install" in last.remedy


OPENING = [
    ("linux", causes.NO_STICK, "stick", "no ANT stick", "plug one in"),
    ("linux", causes.SERIAL_STICK, "stick", "0fcf:1004", "ANTUSB-m"),
    ("linux", causes.GONE, "stick", "went away", "plug it in again"),
    ("linux", causes.NO_PERMISSION, "permission", "may not open", "coach doctor --install-udev"),
    ("linux", causes.KERNEL_DRIVER, "kernel_driver", "driver of the oper", "usb_serial_simple"),
    ("linux", causes.HELD, "free", "another program holds", "close whatever else uses it"),
    ("darwin", causes.HELD, "free", "another program holds", "Garmin Express"),
    ("win32", causes.HELD_OR_DRIVER, "free", "another program holds it, or", "Device Manager"),
    ("win32", causes.NO_WINDOWS_DRIVER, "windows_driver", "no driver", "Garmin's ANT driver"),
    ("linux", causes.faulty(OSError("odd")), "answers", "(odd)", "unplug it"),
]


@pytest.mark.parametrize(("system", "cause", "name", "what", "remedy"), OPENING)
def test_a_stick_that_cannot_be_opened(system, cause, name, what, remedy):
    done = checks(system, stick=raising(StickUnavailable(cause)))
    *before, last = done
    assert all(check.ok for check in before)
    assert last.name == name
    assert not last.ok
    assert what in last.cause
    assert remedy in last.remedy
    # What stands before the failed check went well, what stands behind it is left out.
    whole = [check.name for check in checks(system)]
    if name != "answers":
        assert [check.name for check in done] == whole[: whole.index(name) + 1]
    else:
        assert [check.name for check in before] == ["libusb", "stick"]


@pytest.mark.parametrize(
    ("maker", "words"), [("CYCPLUS", "CYCPLUS"), (None, "does not say"), ("", "does not say")]
)
def test_a_clone_is_named_and_the_rest_is_looked_at(maker, words):
    done = checks(stick=lambda: Named(maker))
    assert [check.name for check in done] == LINUX
    assert [check.name for check in done if not check.ok] == ["genuine"]
    (genuine,) = (check for check in done if not check.ok)
    assert words in genuine.cause
    assert "Dynastream, Garmin or Suunto" in genuine.remedy


@pytest.mark.parametrize("maker", ["Dynastream Innovations", "Suunto", "Garmin"])
def test_the_makers_that_riders_report_as_good_are(maker):
    assert causes.make(maker) is None


def test_the_stick_is_let_go_before_it_is_asked():
    stick = Named()
    seen = []
    list(examine_usb(bench(channels=lambda _: seen.append(stick.closed) or 8), lambda: stick))
    assert seen == [True]


def test_a_stick_is_let_go_even_if_nobody_asks_for_more():
    stick = Named()
    examination = examine_usb(bench(), lambda: stick)
    assert [next(examination).name, next(examination).name] == ["libusb", "stick"]
    examination.close()
    assert stick.closed


def test_a_stick_that_does_not_answer():
    last = failure(channels=None)
    assert last.name == "answers"
    assert "does not answer" in last.cause
    assert "unplug it" in last.remedy


def test_a_stick_that_is_taken_away_before_it_is_asked():
    last = failure(channels=raising(StickUnavailable(causes.HELD)))
    assert (last.name, last.cause) == ("answers", causes.HELD.what)


def test_nothing_awake():
    last = failure(heard=[])
    assert last.name == "trainer"
    assert "nothing is awake" in last.cause
    assert "turn the cranks" in last.remedy


@pytest.mark.parametrize(
    ("heard", "words"),
    [([STRAP], "heart_rate 23456"), ([STRAP, PEDALS], "heart_rate 23456, power_meter 34567")],
)
def test_a_trainer_asleep(heard, words):
    last = failure(heard=heard)
    assert last.name == "trainer"
    assert words in last.cause
    assert "asleep" in last.cause
    assert "turn the cranks" in last.remedy


@pytest.mark.parametrize(
    "error", [StickUnavailable(causes.GONE), TrainerUnavailable("the stick refuses to listen")]
)
def test_a_stick_that_fails_while_it_listens(error):
    last = failure(heard=raising(error))
    assert last.name == "trainer"
    assert last.cause in str(error)


def test_a_pretend_stick_needs_libusb_all_the_same():
    assert [check.name for check in examine_pretend(bench(), Named)] == [
        "libusb", "stick", "answers", "trainer",
    ]  # fmt: skip
    first, *_ = examine_pretend(bench(prepare=raising(StickUnavailable(causes.NO_LIBUSB))), Named)
    assert not first.ok


def test_the_trainers_own_power_channel_is_not_told():
    last = checks(heard=[TRAINER, Device("power_meter", 12345), PEDALS])[-1]
    assert last.note == "hears trainer 12345, power_meter 34567"


def test_programs_are_told_four_things():
    assert Check("free", False, "held", "close it").as_json() == {
        "name": "free", "ok": False, "cause": "held", "remedy": "close it",
    }  # fmt: skip


# --- asking a stick, through openant --------------------------------------------------------------


class Answering:
    """A stick that answers so many requests late, or never."""

    def __init__(self, *, silent=0, opens=None):
        self.asked = 0
        self.silent = silent
        self.opens = opens
        self.closed = threading.Event()
        self._framer = Framer()
        self._said = []

    def open(self):
        if self.opens is not None:
            raise self.opens

    def close(self):
        self.closed.set()

    def read(self):
        if not self._said:
            time.sleep(0.01)
            return array("B")
        return array("B", self._said.pop(0).encode())

    def write(self, data):
        for message in self._framer.feed(bytes(data)):
            if message.id == Id.RESET and self.silent is not None:
                self._said.append(Message(Id.STARTUP, b"\x20"))
            elif message == Message(Id.REQUEST, bytes((0, Id.CAPABILITIES))):
                self.asked += 1
                if self.silent is not None and self.asked > self.silent:
                    # Captured from a stick; source: reference notes on FE-C, section 3.2.
                    answer = bytes.fromhex("0803 00ba 3600 df".replace(" ", ""))
                    self._said.append(Message(Id.CAPABILITIES, answer))


def test_a_stick_tells_its_channels():
    stick = Answering()
    assert ask(lambda: stick, MonotonicClock()) == 8
    assert stick.closed.is_set()


def test_a_stick_is_asked_again(monkeypatch):
    monkeypatch.setattr(doctor, "_ASK_AGAIN", 0.02)
    stick = Answering(silent=2)
    assert ask(lambda: stick, MonotonicClock()) == 8
    assert stick.asked >= 3


def test_a_stick_that_is_silent_is_given_up(monkeypatch):
    monkeypatch.setattr(node, "START_UP_TIME", 0.01)
    stick = Answering(silent=None)
    assert ask(lambda: stick, ManualClock()) is None
    assert stick.asked >= 1
    assert stick.closed.is_set()


def test_a_stick_that_takes_too_long_to_open_is_given_up():
    assert ask(raising(TrainerUnavailable("the ANT stick does not answer")), ManualClock()) is None


def test_a_stick_that_does_not_open_has_its_cause():
    with pytest.raises(StickUnavailable) as caught:
        ask(raising(StickUnavailable(causes.HELD)), ManualClock())
    assert caught.value.cause is causes.HELD
    gone = Answering(opens=usb_error(errno.ENODEV))
    with pytest.raises(StickUnavailable) as caught:
        ask(lambda: gone, ManualClock())
    assert caught.value.cause is causes.GONE


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def plug_in(monkeypatch):
    """Plug sticks into a made-up Linux, where the air and the answers are made up too."""

    def plug_in(*plugged, heard=(TRAINER,)):
        monkeypatch.setattr(sticks_on_usb, "_backends", lambda: (MadeUp(*plugged),))
        monkeypatch.setattr(sticks_on_usb, "_SYSTEM", "linux")
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(doctor, "ask", lambda stick, clock: 8)
        monkeypatch.setattr("coach.trainers.ant.scan.listen", lambda *_, **__: list(heard))

    return plug_in


def test_without_a_stick_the_doctor_says_so(plug_in, capsys):
    plug_in()
    assert run(["doctor"]) == 1
    out = capsys.readouterr().out
    assert out == (
        "ok      libusb\n"
        "FAILED  stick           no ANT stick is plugged in\n"
        "                        -> plug one in (an ANTUSB2 or ANTUSB-m, sold under many\n"
        "                        brands), or try another port\n"
        "\n"
        "not ready yet\n"
    )


def test_on_this_very_machine_the_doctor_comes_to_an_end(capsys):
    began = time.monotonic()
    # A machine without a stick is answered at once; where there is one, the words differ.
    if sticks_on_usb.sticks():
        pytest.skip("a stick is plugged in")
    assert run(["doctor", "--json"]) == 1
    assert time.monotonic() - began < 5
    by_name = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert by_name["libusb"]["ok"] is True
    assert by_name["stick"]["ok"] is False


def test_a_ready_rider_reads_what_was_found(plug_in, capsys):
    plug_in(Plugged(0x1009), heard=(STRAP, TRAINER))
    assert run(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert out == (
        "ok      libusb\n"
        "ok      stick           ANTUSB-m (0fcf:1009)\n"
        "ok      permission\n"
        "ok      kernel_driver\n"
        "ok      free\n"
        "ok      genuine         says Dynastream Innovations\n"
        "ok      answers         8 channels\n"
        "ok      trainer         hears heart_rate 23456, trainer 12345\n"
        "\n"
        "ready to ride\n"
    )
    assert "turn the cranks" in err


SEEN = [
    ([Plugged(0x1008, open=usb_error(errno.EACCES))], "permission", "may not open"),
    ([Plugged(0x1008, claim=usb_error(errno.EBUSY))], "free", "another program holds"),
    ([Plugged(0x1008, maker="CYCPLUS")], "genuine", "CYCPLUS"),
    ([Plugged(0x1004)], "stick", "serial port"),
]


@pytest.mark.parametrize(("plugged", "name", "words"), SEEN)
def test_what_is_wrong_comes_out_of_the_command(plug_in, capsys, plugged, name, words):
    plug_in(*plugged)
    assert run(["doctor", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["checks"]
    (failed,) = (check for check in document["checks"] if not check["ok"])
    assert list(failed) == ["name", "ok", "cause", "remedy"]
    assert failed["name"] == name
    assert words in failed["cause"]
    assert failed["remedy"]


def test_no_line_is_wider_than_a_terminal(plug_in, capsys):
    plug_in(Plugged(0x1008, maker="CYCPLUS"), heard=[STRAP, PEDALS])
    assert run(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("FAILED") for line in lines) == 2


@pytest.mark.realtime
def test_the_pretend_stick_is_ready(capsys):
    assert run(["doctor", "--stick", "virtual", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [check["name"] for check in document["checks"]] == [
        "libusb", "stick", "answers", "trainer",
    ]  # fmt: skip


@pytest.mark.realtime
@pytest.mark.parametrize(
    ("kind", "devices", "name", "words"),
    [
        ("asleep", 'devices = ["trainer"]', "trainer", "asleep"),
        ("asleep", 'devices = ["trainer", "heart_rate", "power_meter"]', "trainer", "nothing"),
        ("unplugged", "", "answers", "went away"),
    ],
)
def test_the_pretend_stick_in_trouble(tmp_path, capsys, monkeypatch, kind, devices, name, words):
    monkeypatch.setattr(doctor, "LISTEN_TIME", 1.0)
    scenario = tmp_path / "trouble.toml"
    scenario.write_text(
        'title = "Trouble from the start"\nseed = 1\nexpected = []\n'
        f'[[fault]]\nkind = "{kind}"\nfrom_s = 0\nuntil_s = 60\n{devices}\n'
    )
    assert run(["doctor", "--stick", f"virtual:faults={scenario}", "--json"]) == 1
    *before, last = json.loads(capsys.readouterr().out)["checks"]
    assert all(check["ok"] for check in before)
    assert (last["name"], last["ok"]) == (name, False)
    assert words in last["cause"]


# --- the rule for Linux ---------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(udev, "RULES", tmp_path / "rules.d")
    monkeypatch.setattr(udev, "_RELOAD", ("true",))
    return tmp_path / "rules.d" / udev.RULE_NAME


def shipped():
    return (profiles_dir() / "udev" / udev.RULE_NAME).read_text()


def test_the_rule_gives_the_sticks_to_whoever_sits_there_and_to_nobody_else():
    lines = [line for line in shipped().splitlines() if line and not line.startswith("#")]
    assert len(lines) == 2
    for line, product in zip(lines, ("1008", "1009"), strict=True):
        assert f'ATTR{{idVendor}}=="0fcf", ATTR{{idProduct}}=="{product}"' in line
        assert line.endswith('TAG+="uaccess"')
        assert "MODE" not in line
    # udev sorts rules by name, and this one turns the tag into a permission.
    assert udev.RULE_NAME < "73-seat-late.rules"


def test_the_rule_is_shown_and_written(rules, capsys):
    assert run(["doctor", "--install-udev"]) == 0
    out = capsys.readouterr().out
    assert rules.read_text() == shipped()
    assert rules.stat().st_mode & 0o777 == 0o644
    assert str(rules) in out
    assert shipped() in out
    assert "plug it in again" in out
    assert run(["doctor", "--install-udev"]) == 0, "twice does no harm"
    assert [path.name for path in rules.parent.iterdir()] == [udev.RULE_NAME]


def test_another_rule_of_that_name_is_kept_and_told(rules, capsys):
    rules.parent.mkdir()
    rules.write_text("# mine\n")
    assert run(["doctor", "--install-udev"]) == 0
    kept = rules.with_name(f"{udev.RULE_NAME}.old")
    assert kept.read_text() == "# mine\n"
    assert rules.read_text() == shipped()
    assert f"what was there before is now {kept}" in capsys.readouterr().out


def test_without_the_right_to_write_the_commands_are_told(rules, capsys, monkeypatch):
    monkeypatch.setattr(udev, "place", raising(PermissionError(13, "Permission denied")))
    assert run(["doctor", "--install-udev"]) == 1
    out = capsys.readouterr().out
    source = profiles_dir() / "udev" / udev.RULE_NAME
    assert "not written (Permission denied)" in out
    assert f"  sudo install -D -m 644 {source} {rules}\n  sudo true\n" in out
    assert "plug it in again" in out


def test_the_commands_survive_a_blank_in_a_path():
    (install, again) = udev.by_hand(Path("/a b/rule"), Path("/etc/rule"))
    assert install == "sudo install -D -m 644 '/a b/rule' /etc/rule"
    assert again == "sudo udevadm control --reload"


def test_a_udev_that_is_not_there_is_told(rules, capsys, monkeypatch):
    monkeypatch.setattr(udev, "_RELOAD", (str(rules.parent / "no-udevadm"), "control"))
    assert udev.reload() is False
    assert run(["doctor", "--install-udev"]) == 0
    assert "when the computer starts again" in capsys.readouterr().err


@pytest.mark.parametrize(("program", "worked"), [("true", True), ("false", False)])
def test_whether_udev_read_its_rules_is_known(monkeypatch, program, worked):
    monkeypatch.setattr(udev, "_RELOAD", (program,))
    assert udev.reload() is worked


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_need_no_rule(rules, capsys, monkeypatch, system):
    monkeypatch.setattr(command.sys, "platform", system)
    assert run(["doctor", "--install-udev"]) == 2
    assert "for Linux only" in capsys.readouterr().err
    assert not rules.exists()


def test_the_rule_goes_with_no_other_option(rules, capsys):
    assert run(["doctor", "--install-udev", "--json"]) == 2
    assert "no other option" in capsys.readouterr().err
    assert not rules.exists()
