"""ANT sticks on USB: find them, open one, move its bytes.

libusb comes with the install, and is handed to pyusb here. A stick is opened the way openant
does it, but the very stick that was found, and with an error that names the cause. What was not
tried on hardware: all of it; the steps are those of openant and GoldenCheetah.

Nothing of USB is touched before `sticks` or `stick` is called.
"""

from __future__ import annotations

import errno
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import usb.core
import usb.util

from coach.trainers.ant.causes import (
    GONE,
    KERNEL_DRIVER,
    NO_LIBUSB,
    NO_STICK,
    SERIAL_STICK,
    StickUnavailable,
    of_error,
)

_SYSTEM = sys.platform
VENDOR = 0x0FCF
"""Dynastream, who made ANT; Garmin, Suunto and Tacx sell the sticks under this number too."""
_MODELS = {0x1008: "ANTUSB2", 0x1009: "ANTUSB-m"}
_SERIAL_ONLY = 0x1004

_READ_SIZE = 4096
_READ_TIME = 100
"""How long a read waits for the stick to say something [ms]."""
_WRITE_TIME = 500
"""How long a stick may take to accept a few bytes [ms]."""
# The numbers that Linux, macOS and Windows have for a time-out.
_TIMEOUTS = (110, 60, 10060, errno.ETIMEDOUT)


def prepare() -> None:
    """Give pyusb the libusb that came with the install.

    Raises
    ------
    StickUnavailable
        If it cannot be loaded.
    """
    _backends()


@cache
def _backends() -> tuple[Any, ...]:
    """Return pyusb's ways to the sticks, the best first."""
    import libusb_package
    import usb.backend.libusb1

    found = [usb.backend.libusb1.get_backend(find_library=libusb_package.find_library)]
    if _SYSTEM == "win32":
        # Garmin's driver is libusb-win32, which libusb 1.0 only speaks with a DLL of libusbK
        # beside it; the DLL that came with the driver speaks it always.
        import usb.backend.libusb0

        found.append(usb.backend.libusb0.get_backend())
    backends = tuple(backend for backend in found if backend is not None)
    if not backends:
        raise StickUnavailable(NO_LIBUSB)
    return backends


@dataclass(frozen=True, slots=True)
class Found:
    """A stick that is plugged in, opened or not."""

    product: int
    device: Any
    """pyusb's handle."""

    @property
    def usable(self) -> bool:
        """Whether it is of a kind that this program can open."""
        return self.product in _MODELS

    @property
    def name(self) -> str:
        """What it is called, such as ``ANTUSB-m (0fcf:1009)``."""
        return f"{_MODELS.get(self.product, 'serial stick')} ({VENDOR:04x}:{self.product:04x})"


def sticks() -> list[Found]:
    """Return the sticks that are plugged in; on Windows one may be there once for each way to it.

    Raises
    ------
    StickUnavailable
        If libusb cannot be loaded, or does not list its devices.
    """
    with _named_causes():
        return [
            Found(device.idProduct, device)
            for backend in _backends()
            for device in usb.core.find(find_all=True, idVendor=VENDOR, backend=backend)
            if device.idProduct in _MODELS or device.idProduct == _SERIAL_ONLY
        ]


def stick() -> UsbStick:
    """Return the first stick that can be opened, open.

    Raises
    ------
    StickUnavailable
        If there is none; it names why the first one could not be opened.
    """
    found = sticks()
    refused: StickUnavailable | None = None
    for each in found:
        if not each.usable:
            continue
        opened = UsbStick(each)
        try:
            opened.open()
        except StickUnavailable as error:
            refused = refused or error
        else:
            return opened
    raise refused or StickUnavailable(SERIAL_STICK if found else NO_STICK)


class UsbStick:
    """A driver for one stick, in openant's terms: open, close, read, write.

    Parameters
    ----------
    found : Found
        Which stick.
    """

    def __init__(self, found: Found) -> None:
        self.name = found.name
        self._device = found.device
        self._in: Any = None
        self._out: Any = None
        self._interface = 0
        self._detached = False

    def open(self) -> None:
        """Open the stick; does nothing when it is open.

        Raises
        ------
        StickUnavailable
            With its cause.
        """
        if self._in is not None:
            return
        try:
            with _named_causes():
                self._open()
        except StickUnavailable:
            self.close()
            raise

    def _open(self) -> None:
        device = self._device
        # Linux hands Suunto's and Garmin's sticks to its own serial driver.
        if self._kernel_holds():
            self._detach()
        device.set_configuration()
        if _SYSTEM.startswith("linux"):
            # A stick that a killed program left in the middle of a word begins anew. Elsewhere
            # a reset takes the stick off the bus for seconds, and this handle with it.
            device.reset()
        interface = device.get_active_configuration()[(0, 0)]
        self._interface = interface.bInterfaceNumber
        # pyusb would claim it at the first read, too late to tell that somebody else has it.
        usb.util.claim_interface(device, self._interface)
        ways = {usb.util.endpoint_direction(end.bEndpointAddress): end for end in interface}
        if len(ways) < 2:
            raise usb.core.USBError("it has no pair of endpoints")
        self._out = ways[usb.util.ENDPOINT_OUT]
        self._in = ways[usb.util.ENDPOINT_IN]

    def _kernel_holds(self) -> bool:
        try:
            return bool(self._device.is_kernel_driver_active(self._interface))
        except NotImplementedError:
            return False  # Windows has no such thing

    def _detach(self) -> None:
        try:
            self._device.detach_kernel_driver(self._interface)
        except (usb.core.USBError, NotImplementedError) as error:
            cause = of_error(error, _SYSTEM)
            raise StickUnavailable(cause if cause is GONE else KERNEL_DRIVER) from error
        self._detached = True

    def close(self) -> None:
        """Let go of the stick, which may be long gone; never fails."""
        self._in = self._out = None
        with suppress(Exception):
            usb.util.release_interface(self._device, self._interface)
        if self._detached:
            self._detached = False
            with suppress(Exception):
                self._device.attach_kernel_driver(self._interface)
        with suppress(Exception):
            usb.util.dispose_resources(self._device)

    def read(self) -> array[int]:
        """Return what the stick said within 0.1 s; empty when it said nothing.

        Raises
        ------
        usb.core.USBError
            If the stick is gone or closed.
        """
        end = self._in
        if end is None:
            raise usb.core.USBError("the stick is closed", errno=errno.ENODEV)
        try:
            said: array[int] = end.read(_READ_SIZE, _READ_TIME)
        except usb.core.USBError as error:
            if _is_idle(error):
                return array("B")
            raise
        return said

    def write(self, data: array[int]) -> None:
        """Hand bytes to the stick.

        Raises
        ------
        usb.core.USBError
            If the stick is gone or closed, or does not take them.
        """
        end = self._out
        if end is None:
            raise usb.core.USBError("the stick is closed", errno=errno.ENODEV)
        end.write(data, _WRITE_TIME)

    def manufacturer(self) -> str | None:
        """Return who made the stick, by its own word; ``None`` when it does not say."""
        try:
            text = usb.util.get_string(self._device, self._device.iManufacturer)
        except (usb.core.USBError, NotImplementedError, ValueError):
            return None
        # In practice some texts end in zero bytes.
        return text.replace("\0", "").strip() or None if text else None


def _is_idle(error: usb.core.USBError) -> bool:
    """Return whether a read just had nothing to return."""
    if isinstance(error, usb.core.USBTimeoutError) or error.errno in _TIMEOUTS:
        return True
    # libusb-win32 has no numbers, only words.
    return error.errno is None and ("timeout" in str(error) or "timed out" in str(error))


@contextmanager
def _named_causes() -> Iterator[None]:
    """Turn pyusb's errors into `StickUnavailable`."""
    try:
        yield
    except usb.core.NoBackendError as error:
        raise StickUnavailable(NO_LIBUSB) from error
    # Where a stick's descriptors make no sense, pyusb just fails to find its way in them.
    except (usb.core.USBError, NotImplementedError, LookupError, ValueError) as error:
        raise StickUnavailable(of_error(error, _SYSTEM)) from error
