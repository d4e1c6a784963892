"""A made-up operating system with ANT sticks plugged in, beneath pyusb as it is."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import usb.backend
import usb.core


def usb_error(number, text="no"):
    return usb.core.USBError(text, error_code=-1, errno=number)


class Plugged:
    """What is plugged into the made-up system, and what fails of it."""

    def __init__(self, product, vendor=0x0FCF, *, maker="Dynastream Innovations", **fails):
        self.product, self.vendor, self.maker = product, vendor, maker
        self.fails = fails
        """What to raise, by the name of the call."""
        self.kernel_driver = False
        self.interfaces, self.endpoints = 1, 2
        self.calls = []
        self.says = []
        """What a read returns or raises, one after the other."""

    def call(self, name):
        self.calls.append(name)
        if name in self.fails:
            raise self.fails[name]


class MadeUp(usb.backend.IBackend):
    """The part of an operating system that pyusb talks to, as libusb's users have it."""

    def __init__(self, *plugged):
        self.plugged = plugged

    def enumerate_devices(self):
        return iter(self.plugged)

    def get_device_descriptor(self, dev):
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=32, idVendor=dev.vendor, idProduct=dev.product,
            bcdDevice=0x100, iManufacturer=1 if dev.maker is not None else 0, iProduct=2,
            iSerialNumber=3, bNumConfigurations=1, address=1, bus=1, port_number=1,
            port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev, config):
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev, intf, alt, config):
        if intf >= dev.interfaces or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=dev.endpoints, bInterfaceClass=255, bInterfaceSubClass=0,
            bInterfaceProtocol=0, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev, ep, intf, alt, config):
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(0x81, 0x01)[ep], bmAttributes=2,
            wMaxPacketSize=64, bInterval=1, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev):
        dev.call("open")
        return dev

    def close_device(self, handle):
        handle.call("close")

    def set_configuration(self, handle, value):
        handle.call("configure")

    def get_configuration(self, handle):
        return 1

    def claim_interface(self, handle, intf):
        handle.call("claim")

    def release_interface(self, handle, intf):
        handle.call("release")

    def reset_device(self, handle):
        handle.call("reset")

    def is_kernel_driver_active(self, handle, intf):
        handle.call("ask_kernel")
        return handle.kernel_driver

    def detach_kernel_driver(self, handle, intf):
        handle.call("detach")

    def attach_kernel_driver(self, handle, intf):
        handle.call("attach")

    def ctrl_transfer(self, handle, kind, request, value, index, buff, timeout):
        handle.call("ask_text")
        text = b"\x09\x04" if not value & 0xFF else handle.maker.encode("utf-16-le")
        answer = bytes((len(text) + 2, 3)) + text
        buff[: len(answer)] = array("B", answer)
        return len(answer)

    def bulk_read(self, handle, ep, intf, buff, timeout):
        assert (ep, timeout) == (0x81, 100)
        said = handle.says.pop(0)
        if isinstance(said, Exception):
            raise said
        buff[: len(said)] = array("B", said)
        return len(said)

    def bulk_write(self, handle, ep, intf, data, timeout):
        assert ep == 0x01
        assert timeout <= 1000
        handle.call("write")
        handle.wrote = bytes(data)
        return len(data)
