"""A device that was found on the air: what it tells of itself, and which one is the rider's.

Devices name their maker every quarter of a minute or so, and their battery every minute: who
listens longer knows more. A strap tells the lowest eight bits of its maker's number only.

Source: reference notes on FE-C, sections 2.1 to 2.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from coach.errors import DecodeError, TrainerNotFound
from coach.messages import Source
from coach.protocol import common, fec, heart, power
from coach.protocol.pages import DataPage

PROFILES = {
    fec.DEVICE_TYPE: Source.TRAINER.value,
    heart.DEVICE_TYPE: Source.HEART_RATE.value,
    power.DEVICE_TYPE: Source.POWER_METER.value,
    121: "speed_cadence",
    122: "cadence",
    123: "speed",
}
"""What the device types are called that have to do with a bicycle."""

NOT_TO_RIDE = ("treadmill", "elliptical", "rower", "climber", "nordic_skier")
"""Equipment that shares the trainers' device type."""

MAKERS = {
    1: "Garmin",
    6: "SRM",
    7: "Quarq",
    9: "Saris",
    15: "Dynastream",
    23: "Suunto",
    32: "Wahoo",
    41: "Shimano",
    45: "Xplova",
    48: "Pioneer",
    51: "4iiii",
    60: "Rotor",
    63: "Specialized",
    67: "Bkool",
    69: "Stages",
    70: "Sigma",
    73: "Wattbike",
    81: "Bontrager",
    83: "Scosche",
    86: "Elite",
    89: "Tacx",
    99: "Look",
    107: "Magene",
    111: "Technogym",
    115: "iGPSPORT",
    116: "ThinkRider",
    120: "Inpeak",
    121: "Kinetic",
    123: "Polar",
    129: "Coros",
    131: "Chileaf",
    132: "Cycplus",
    134: "Sigeyi",
    135: "Coospo",
    144: "Zwift",
    255: "development",
    260: "Zwift",
    261: "Watteam",
    263: "Favero",
    267: "Bryton",
    268: "SRAM",
    278: "Minoura",
    287: "VDO",
    290: "Kinetic",
    293: "JetBlack",
    294: "Coros",
}
"""Makers of trainers, straps and pedals by number. Source: type ``manufacturer`` of Garmin's FIT
profile, which has the numbers of the ANT+ list."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device, as far as it was heard."""

    profile: str
    """``trainer``, ``heart_rate``, ``power_meter``, ``speed_cadence`` ..., ``type 40``."""
    device_number: int
    manufacturer: str | None = None
    """Name, or number as digits where the name is not known here."""
    battery: str | None = None
    """``new``, ``good``, ``ok``, ``low``, ``critical``, or a percentage."""
    rssi: int | None = None
    """Signal strength of the latest page [dBm]; few sticks tell it."""


class Found:
    """Gathers what one device tells of itself.

    Parameters
    ----------
    device_type, device_number : int
        From the tail of its pages.

    Attributes
    ----------
    rssi : int or None
        As in `Device`, whose other values are read from the pages.
    """

    def __init__(self, device_type: int, device_number: int) -> None:
        self.profile = PROFILES.get(device_type, f"type {device_type}")
        self.device_number = device_number
        self.rssi: int | None = None
        self._manufacturer: str | None = None
        self._battery: str | None = None
        readers: Mapping[int, Callable[[bytes], DataPage]] = {
            fec.DEVICE_TYPE: fec.decode,
            power.DEVICE_TYPE: power.decode,
            heart.DEVICE_TYPE: heart.Strap().read,
        }
        self._read = readers.get(device_type)

    def read(self, payload: bytes) -> None:
        """Take a page; devices of other kinds have pages that are not known here."""
        if self._read is None:
            return
        try:
            page = self._read(payload)
        except DecodeError:
            return
        match page:
            case common.ManufacturerIdentification() | heart.ManufacturerInformation():
                number = page.manufacturer
                if number is not None:
                    self._manufacturer = MAKERS.get(number, str(number))
            case common.BatteryStatus() | heart.BatteryStatus():
                self._battery = _battery(page) or self._battery
            case fec.GeneralFeData() if page.equipment_type in NOT_TO_RIDE:
                self.profile = str(page.equipment_type)

    @property
    def device(self) -> Device:
        """What is known by now."""
        return Device(
            self.profile, self.device_number, self._manufacturer, self._battery, self.rssi
        )


def _battery(page: common.BatteryStatus | heart.BatteryStatus) -> str | None:
    if isinstance(page.status, str):
        return page.status
    if isinstance(page, heart.BatteryStatus) and page.battery_level_pct is not None:
        return f"{page.battery_level_pct} %"
    return None


def is_trainers_own(device: Device, devices: Sequence[Device]) -> bool:
    """Return whether a power meter is no pedals but a trainer's second voice.

    In practice trainers send their power once more, as a power meter of the same device number.
    """
    return device.profile == Source.POWER_METER and any(
        each.profile == Source.TRAINER and each.device_number == device.device_number
        for each in devices
    )


def choose_trainer(devices: Sequence[Device]) -> Device:
    """Return the only trainer.

    Raises
    ------
    TrainerNotFound
        If there is none, or more than one: a sentence with the choices.
    """
    trainers = [each for each in devices if each.profile == Source.TRAINER]
    if not trainers:
        raise TrainerNotFound(
            "no trainer was heard: switch it on, turn the cranks to wake it, and try again "
            "('coach scan' shows what is on the air)"
        )
    return _only(trainers, "trainers", "ant:", "--trainer ant:NUMBER")


def choose_sensor(devices: Sequence[Device], source: Source) -> Device | None:
    """Return the only heart-rate strap or power meter, or ``None`` if there is none.

    Parameters
    ----------
    devices : sequence of Device
        The trainers too: a power meter that is a trainer's own is not chosen.
    source : Source
        Which of the two.

    Raises
    ------
    TrainerNotFound
        If there is more than one: a sentence with the choices.
    """
    sensors = [
        each for each in devices if each.profile == source and not is_trainers_own(each, devices)
    ]
    if not sensors:
        return None
    if source == Source.HEART_RATE:
        return _only(sensors, "heart-rate straps", "heart=", "--trainer ant:NUMBER,heart=NUMBER")
    return _only(sensors, "power meters", "power=", "--trainer ant:NUMBER,power=NUMBER")


def _only(devices: list[Device], plural: str, prefix: str, option: str) -> Device:
    if len(devices) == 1:
        return devices[0]
    choices = ", ".join(
        f"{prefix}{each.device_number}" + (f" ({each.manufacturer})" if each.manufacturer else "")
        for each in devices
    )
    raise TrainerNotFound(
        f"{len(devices)} {plural} are on the air: {choices}; name yours with {option}"
    )


def in_order(devices: Iterable[Device]) -> list[Device]:
    """Return the devices sorted by kind, those of a ride first, then by number."""
    kinds = list(PROFILES.values())

    def place(device: Device) -> tuple[int, str, int]:
        rank = kinds.index(device.profile) if device.profile in kinds else len(kinds)
        return rank, device.profile, device.device_number

    return sorted(devices, key=place)
