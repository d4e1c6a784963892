"""Why there is no ride on a stick: each cause in a rider's words, with its cure. Pure.

The causes and their cures come from what riders reported of openant, FortiusANT, GoldenCheetah and
node-usb, and from what libusb documents. No stick was at hand when this was written: that the
systems report these causes by these numbers was read, not tried, most of all for macOS and Windows.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

from coach.errors import TrainerUnavailable


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong with a stick, or with what is on the air."""

    check: str
    """Name of the check of ``coach doctor`` that fails of it."""
    what: str
    """A sentence without its full stop."""
    remedy: str
    """What to do, as an order."""


class StickUnavailable(TrainerUnavailable):
    """There is no stick to ride with, for one of the causes below."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"{cause.what}: {cause.remedy}; 'coach doctor' looks into it")
        self.cause = cause


NO_LIBUSB = Cause(
    "libusb",
    "the library that talks to USB sticks (libusb) cannot be loaded",
    "install it again with 'pip install --force-reinstall libusb-package'",
)
NO_STICK = Cause(
    "stick",
    "no ANT stick is plugged in",
    "plug one in (an ANTUSB2 or ANTUSB-m, sold under many brands), or try another port",
)
SERIAL_STICK = Cause(
    "stick",
    "the ANT stick is an old one that works as a serial port (0fcf:1004)",
    "use an ANTUSB2 or ANTUSB-m stick instead",
)
GONE = Cause(
    "stick",
    "the ANT stick went away while it was being opened",
    "plug it in again, straight into the computer or into a hub with its own power",
)
NO_PERMISSION = Cause(
    "permission",
    "this user may not open the ANT stick",
    "type 'coach doctor --install-udev', then unplug the stick and plug it in again",
)
KERNEL_DRIVER = Cause(
    "kernel_driver",
    "a driver of the operating system holds the ANT stick and does not let go",
    "unplug the stick, type 'sudo modprobe -r usb_serial_simple' (on Linux), plug it in again",
)
HELD = Cause(
    "free",
    "another program holds the ANT stick",
    "close whatever else uses it (Zwift, Garmin Express, another 'coach ride'), then try again",
)
HELD_OR_DRIVER = Cause(
    "free",
    "Windows does not hand over the ANT stick: another program holds it, or its driver is not one "
    "that this program can use",
    "close whatever else uses it (Zwift, Garmin Express); if that does not help, give the stick "
    "Garmin's ANT driver in the Device Manager",
)
NO_WINDOWS_DRIVER = Cause(
    "windows_driver",
    "Windows has no driver for the ANT stick that this program can use",
    "give the stick Garmin's ANT driver in the Device Manager (or WinUSB with Zadig, after which "
    "Zwift and Garmin Express no longer find it)",
)
SILENT = Cause(
    "answers",
    "the ANT stick does not answer",
    "unplug it, wait a moment, plug it in again, into another port if that does not help",
)
NOTHING_AWAKE = Cause(
    "trainer",
    "nothing is awake near the ANT stick",
    "turn the cranks and put on the strap; bring the stick within 2 m of the trainer, away from "
    "USB 3 ports",
)


def faulty(error: Exception) -> Cause:
    """Return the cause of an error that has no better name."""
    words = " ".join(str(error).split()) or type(error).__name__
    return Cause("answers", f"the ANT stick cannot be set up ({words[:120]})", SILENT.remedy)


def asleep(heard: str) -> Cause:
    """Return the cause when only sensors are heard.

    Parameters
    ----------
    heard : str
        Which ones, such as ``heart_rate 23456``.
    """
    return Cause(
        "trainer",
        f"the stick hears {heard} but no trainer: it is asleep, without power or out of reach",
        "turn the cranks, check the trainer's plug, and that it is set to ANT+ FE-C",
    )


def clone(maker: str) -> Cause:
    """Return the cause when a stick is of a make that is known for trouble."""
    return Cause(
        "genuine",
        f"the ANT stick is made by {maker}; riders report that these drop out when they are reset",
        "try it; if it stops in a ride, use one made by Dynastream, Garmin or Suunto",
    )


NAMELESS = Cause(
    "genuine",
    "the ANT stick does not say who made it; those of Dynastream, Garmin and Suunto do",
    "try it; if it stops in a ride, use one made by Dynastream, Garmin or Suunto",
)

_CLONES = ("CYCPLUS",)
"""Makers of sticks that go offline when reset.

Source: WouterJD/FortiusANT issues 61 and 65, pull request 77. Other copies say in their
descriptors that Dynastream made them, so a stick that passes is not thereby proven genuine.
"""


def make(manufacturer: str | None) -> Cause | None:
    """Return what is to be said about the maker of a stick, ``None`` for nothing.

    Parameters
    ----------
    manufacturer : str or None
        As its USB descriptor has it.
    """
    if not manufacturer:
        return NAMELESS
    for maker in _CLONES:
        if maker in manufacturer.upper():
            return clone(maker)
    return None


def of_error(error: Exception, system: str) -> Cause:
    """Return the cause behind an error of USB.

    Parameters
    ----------
    error : Exception
        Raised by pyusb while a stick was opened or used.
    system : str
        As `sys.platform` has it.

    Returns
    -------
    Cause
    """
    windows = system == "win32"
    if isinstance(error, NotImplementedError):
        # So pyusb tells libusb's NOT_SUPPORTED: a device without a driver that libusb knows.
        return NO_WINDOWS_DRIVER if windows else faulty(error)
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        if windows:
            return HELD_OR_DRIVER
        # macOS has no such permissions; it refuses what another program has opened.
        return NO_PERMISSION if system.startswith("linux") else HELD
    if number == errno.EBUSY:
        return HELD
    if number == errno.ENOENT and windows:
        return NO_WINDOWS_DRIVER
    if number in (errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ESHUTDOWN):
        return GONE
    return faulty(error)
