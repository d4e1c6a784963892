"""Sticks on USB: pyusb as it is, on a system that is made up."""

from __future__ import annotations

import errno
import subprocess
import sys
from array import array

import pytest
import usb.backend
import usb.core
from plugged import MadeUp, Plugged, usb_error

from coach.errors import TrainerUnavailable
from coach.trainers.ant import causes
from coach.trainers.ant import usb as sticks_on_usb
from coach.trainers.ant.causes import StickUnavailable
from coach.trainers.ant.usb import UsbStick, stick, sticks

ANTUSB2, ANTUSB_M, SERIAL = 0x1008, 0x1009, 0x1004


@pytest.fixture
def plug_in(monkeypatch):
    def plug_in(*plugged, system="linux"):
        monkeypatch.setattr(sticks_on_usb, "_backends", lambda: (MadeUp(*plugged),))
        monkeypatch.setattr(sticks_on_usb, "_SYSTEM", system)

    return plug_in


def refusal():
    with pytest.raises(StickUnavailable) as caught:
        stick()
    return caught.value


# --- what is there --------------------------------------------------------------------------------


def test_importing_coach_touches_no_usb():
    loaded = (
        "import sys, coach.cli, coach.trainers, coach.trainers.ant.causes;"
        "print([name for name in sys.modules if name.split('.')[0] in ('usb', 'openant')])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_libusb_comes_with_the_install():
    import libusb_package
    import usb.backend.libusb1

    sticks_on_usb.prepare()
    assert libusb_package.find_library("usb-1.0") is not None
    (first, *_) = sticks_on_usb._backends()
    assert type(first) is usb.backend.libusb1._LibUSB


def test_libusb_that_does_not_load_is_named(monkeypatch):
    import usb.backend.libusb1

    sticks_on_usb._backends.cache_clear()
    monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda find_library: None)
    with pytest.raises(StickUnavailable) as caught:
        sticks_on_usb.prepare()
    assert caught.value.cause is causes.NO_LIBUSB
    monkeypatch.undo()
    sticks_on_usb.prepare()  # a failure is not kept


def test_on_windows_garmins_own_library_is_the_second_way(monkeypatch):
    import usb.backend.libusb0

    first, second = sticks_on_usb._backends()[0], object()
    sticks_on_usb._backends.cache_clear()
    monkeypatch.setattr(sticks_on_usb, "_SYSTEM", "win32")
    monkeypatch.setattr(usb.backend.libusb0, "get_backend", lambda: second)
    try:
        assert sticks_on_usb._backends() == (first, second)
    finally:
        sticks_on_usb._backends.cache_clear()


def test_sticks_are_told_from_everything_else_on_the_bus(plug_in):
    mouse = Plugged(0x1008, vendor=0x046D)
    watch = Plugged(0x0003)
    plug_in(mouse, Plugged(ANTUSB2), watch, Plugged(ANTUSB_M), Plugged(SERIAL))
    assert [each.name for each in sticks()] == [
        "ANTUSB2 (0fcf:1008)", "ANTUSB-m (0fcf:1009)", "serial stick (0fcf:1004)",
    ]  # fmt: skip
    assert [each.usable for each in sticks()] == [True, True, False]


# --- opening --------------------------------------------------------------------------------------


def test_a_stick_is_opened_as_openant_does_it_and_claimed_at_once(plug_in):
    found = Plugged(ANTUSB_M)
    plug_in(found)
    opened = stick()
    assert opened.name == "ANTUSB-m (0fcf:1009)"
    steps = ["ask_kernel", "configure", "reset", "claim"]
    assert [call for call in found.calls if call in (*steps, "detach")] == steps
    calls = list(found.calls)
    opened.open()
    assert found.calls == calls, "a stick is opened once"


def test_a_stick_is_reset_on_linux_only(plug_in):
    for system in ("darwin", "win32"):
        found = Plugged(ANTUSB_M)
        plug_in(found, system=system)
        stick()
        assert "reset" not in found.calls


def test_linuxs_own_driver_is_taken_off_and_put_back(plug_in):
    found = Plugged(ANTUSB2)
    found.kernel_driver = True
    plug_in(found)
    opened = stick()
    assert found.calls.index("detach") < found.calls.index("configure")
    opened.close()
    assert found.calls.index("release") < found.calls.index("attach")
    assert found.calls[-1] == "close"


def test_a_driver_that_was_not_there_is_not_put_back(plug_in):
    found = Plugged(ANTUSB2)
    plug_in(found)
    stick().close()
    assert "attach" not in found.calls


def test_the_first_stick_that_can_be_opened_is_taken(plug_in):
    held = Plugged(ANTUSB_M, configure=usb_error(errno.EBUSY))
    free = Plugged(ANTUSB_M)
    plug_in(Plugged(SERIAL), held, free)
    opened = stick()
    assert "claim" in free.calls
    assert held.calls[-1] == "close", "a stick that is held is left alone"
    opened.close()


def test_of_several_sticks_that_fail_the_first_one_is_told(plug_in):
    plug_in(
        Plugged(ANTUSB2, open=usb_error(errno.EACCES)),
        Plugged(ANTUSB_M, claim=usb_error(errno.EBUSY)),
    )
    assert refusal().cause is causes.NO_PERMISSION


CAUSES = [
    ("linux", {"ask_kernel": usb_error(errno.EACCES)}, causes.NO_PERMISSION),
    ("linux", {"open": usb_error(errno.EACCES)}, causes.NO_PERMISSION),
    ("linux", {"open": usb_error(errno.EPERM)}, causes.NO_PERMISSION),
    ("linux", {"configure": usb_error(errno.EBUSY)}, causes.HELD),
    ("linux", {"claim": usb_error(errno.EBUSY)}, causes.HELD),
    ("linux", {"reset": usb_error(errno.ENOENT)}, causes.GONE),
    ("linux", {"open": usb_error(errno.ENODEV)}, causes.GONE),
    ("darwin", {"open": usb_error(errno.EACCES)}, causes.HELD),
    ("darwin", {"claim": usb_error(errno.EBUSY)}, causes.HELD),
    ("win32", {"open": NotImplementedError("Operation not supported")}, causes.NO_WINDOWS_DRIVER),
    ("win32", {"open": usb_error(errno.ENOENT)}, causes.NO_WINDOWS_DRIVER),
    ("win32", {"open": usb_error(errno.EACCES)}, causes.HELD_OR_DRIVER),
    ("win32", {"claim": usb_error(errno.EBUSY)}, causes.HELD),
]


@pytest.mark.parametrize(("system", "fails", "cause"), CAUSES)
def test_each_error_of_the_system_has_its_cause(plug_in, system, fails, cause):
    found = Plugged(ANTUSB_M, **fails)
    plug_in(found, system=system)
    assert refusal().cause is cause


def test_a_driver_that_does_not_let_go_is_named(plug_in):
    for error in (usb_error(errno.EPERM), usb_error(errno.EINVAL), NotImplementedError()):
        found = Plugged(ANTUSB2, detach=error)
        found.kernel_driver = True
        plug_in(found)
        assert refusal().cause is causes.KERNEL_DRIVER


def test_a_stick_that_is_pulled_while_its_driver_lets_go_is_gone(plug_in):
    found = Plugged(ANTUSB2, detach=usb_error(errno.ENODEV))
    found.kernel_driver = True
    plug_in(found)
    assert refusal().cause is causes.GONE


def test_windows_has_no_kernel_driver_to_ask_about(plug_in):
    found = Plugged(ANTUSB_M, ask_kernel=NotImplementedError())
    plug_in(found, system="win32")
    assert stick().name == "ANTUSB-m (0fcf:1009)"


def test_an_error_without_a_name_is_told_in_its_own_words(plug_in):
    text = "libusb0-dll:err [control_msg] sending failed\r\n"  # as users saw it, without a number
    plug_in(Plugged(ANTUSB2, configure=usb_error(None, text)), system="win32")
    refused = refusal()
    assert refused.cause.check == "answers"
    assert "libusb0-dll:err [control_msg] sending failed)" in refused.cause.what


@pytest.mark.parametrize(("interfaces", "endpoints"), [(0, 0), (1, 0), (1, 1)])
def test_a_stick_whose_descriptors_make_no_sense_is_no_crash(plug_in, interfaces, endpoints):
    found = Plugged(ANTUSB2)
    found.interfaces, found.endpoints = interfaces, endpoints
    plug_in(found)
    assert refusal().cause.check == "answers"
    assert found.calls[-1] == "close"


def test_no_stick_and_only_a_serial_stick(plug_in):
    plug_in()
    assert refusal().cause is causes.NO_STICK
    plug_in(Plugged(SERIAL))
    assert refusal().cause is causes.SERIAL_STICK


def every_cause():
    return [
        *(value for value in vars(causes).values() if isinstance(value, causes.Cause)),
        causes.faulty(OSError("x")),
        causes.asleep("heart_rate 23456"),
        causes.clone("CYCPLUS"),
    ]


@pytest.mark.parametrize("cause", every_cause(), ids=lambda cause: cause.what[:30])
def test_every_sentence_says_stick_and_names_the_doctor(cause):
    sentence = str(StickUnavailable(cause))
    assert "stick" in cause.what
    assert sentence.startswith(cause.what)
    assert cause.remedy in sentence
    assert "'coach doctor'" in sentence
    assert sentence.isascii()
    assert "\n" not in sentence
    assert isinstance(StickUnavailable(cause), TrainerUnavailable)


# --- reading and writing --------------------------------------------------------------------------

IDLE = [
    usb.core.USBTimeoutError("Operation timed out", -7, 110),
    usb_error(110, "Operation timed out"),
    usb_error(60, "Operation timed out"),
    usb_error(10060, "Operation timed out"),
    usb_error(None, "b'libusb0-dll:err [_usb_reap_async] timeout error\\n'"),
]


@pytest.mark.parametrize("error", IDLE, ids=repr)
def test_an_idle_line_is_no_error(plug_in, error):
    found = Plugged(ANTUSB_M)
    plug_in(found)
    opened = stick()
    found.says = [error, bytes.fromhex("a4016f20ea")]
    assert opened.read() == array("B")
    assert opened.read() == array("B", bytes.fromhex("a4016f20ea"))


LOST = [
    usb_error(errno.ENODEV),
    usb_error(errno.EPIPE),
    usb_error(errno.EIO),
    usb_error(None, "b'libusb0-dll:err [_usb_reap_async] reaping request failed, win error'"),
]


@pytest.mark.parametrize("error", LOST, ids=repr)
def test_a_lost_stick_is_an_error(plug_in, error):
    found = Plugged(ANTUSB_M)
    plug_in(found)
    opened = stick()
    found.says = [error]
    with pytest.raises(usb.core.USBError):
        opened.read()


def test_bytes_go_out(plug_in):
    found = Plugged(ANTUSB_M)
    plug_in(found)
    stick().write(array("B", bytes.fromhex("a4014a00ef")))
    assert found.wrote == bytes.fromhex("a4014a00ef")


def test_closing_a_stick_that_is_gone_fails_nobody(plug_in):
    found = Plugged(ANTUSB_M)
    found.kernel_driver = True
    plug_in(found)
    opened = stick()
    gone = usb_error(errno.ENODEV)
    found.fails = {"release": gone, "attach": gone, "close": gone, "open": gone}
    opened.close()
    opened.close()


def test_a_closed_stick_says_so(plug_in):
    plug_in(Plugged(ANTUSB_M))
    opened = stick()
    opened.close()
    for call in (opened.read, lambda: opened.write(array("B"))):
        with pytest.raises(usb.core.USBError) as caught:
            call()
        assert caught.value.errno == errno.ENODEV


def test_a_stick_can_be_opened_again(plug_in):
    found = Plugged(ANTUSB_M)
    plug_in(found)
    opened = stick()
    opened.close()
    opened.open()
    found.says = [b"\xa4"]
    assert opened.read() == array("B", b"\xa4")


# --- who made it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("maker", "told"),
    [
        ("Dynastream Innovations", "Dynastream Innovations"),
        ("CYCPLUS\0", "CYCPLUS"),  # in practice some texts end in a zero
        ("", None),
        (None, None),
    ],
)
def test_the_maker_is_what_the_stick_says(plug_in, maker, told):
    plug_in(Plugged(ANTUSB2, maker=maker))
    assert stick().manufacturer() == told


def test_a_maker_that_cannot_be_read_is_not_told(plug_in):
    plug_in(Plugged(ANTUSB2, ask_text=usb_error(errno.EPIPE)))
    assert stick().manufacturer() is None


def test_the_driver_is_all_that_a_transport_needs(plug_in):
    from coach.trainers.ant.node import Driver, StickSource

    source: StickSource = stick
    plug_in(Plugged(ANTUSB_M))
    driver: Driver = source()
    assert isinstance(driver, UsbStick)
