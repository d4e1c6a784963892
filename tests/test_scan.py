"""What is on the air: the conversation with the stick, what pages tell, and who is chosen."""

from __future__ import annotations

import json
import threading
from array import array

import pytest
from garmin_fit_sdk import Profile
from hypothesis import given
from hypothesis import strategies as st

from coach.cli import run
from coach.clock import SteppedClock
from coach.errors import TrainerNotFound, TrainerUnavailable
from coach.messages import Source
from coach.profile import example_rider
from coach.protocol import common, fec, heart
from coach.trainers.ant import serial
from coach.trainers.ant.found import MAKERS, Device, choose_sensor, choose_trainer, is_trainers_own
from coach.trainers.ant.scan import Scan, listen
from coach.trainers.ant.serial import Code, Framer, Id, Message
from coach.trainers.faults import load_scenario
from coach.trainers.stick import Air, Faults, PretendStick

TRAINER, STRAP, PEDALS = (17, 12345), (120, 23456), (11, 34567)
PAGE_16 = fec.GeneralFeData(
    state="in_use", elapsed_time_s=1.0, speed_mps=8.0, heart_rate_source="none"
).encode()

# Captured frames. Source: tests of incyclist/ant-plus, in the reference notes on FE-C, 3.3.
CAPTURED_TRAINER = "a4 14 4e 00 10 19 fd 25 9d 27 00 35 e0 67 12 11 05 10 00 68 00 48 86 97"
CAPTURED_POWER = "a4 14 4e 00 50 ff ff ff 82 00 23 00 e0 f4 ed 0b 05 10 00 68 00 ad 1c ce"


class Stick:
    """The stick's side of a scan, as far as a scan needs one."""

    def __init__(self, capabilities="08 03 00 ba 36 00 df", refuses=None, deaf_to=None):
        self.capabilities = bytes.fromhex(capabilities)
        self.refuses = dict(refuses or {})
        self.deaf_to = dict(deaf_to or {})
        self.written = []
        self.scanning = False
        self.open_channels = {}
        self.types = {}

    def answer(self, message):
        """Return what the stick says to one message."""
        self.written.append(message)
        if self.deaf_to.get(message.id, 0) > 0:
            self.deaf_to[message.id] -= 1
            return []
        if message.id == Id.REQUEST:
            return [Message(Id.CAPABILITIES, self.capabilities)]
        number = message.data[0]
        code = self.refuses.get(message.id, Code.NO_ERROR)
        if code == Code.NO_ERROR:
            if message.id == Id.CHANNEL_ID:
                self.types[number] = message.data[3]
            if message.id == Id.OPEN_SCAN_MODE:
                self.scanning = True
            if message.id == Id.OPEN_CHANNEL:
                self.open_channels[number] = self.types[number]
        return [Message(Id.CHANNEL_RESPONSE, bytes((number, message.id, code)))]


def page(device, payload, rssi=None, channel=0, transmission_type=5, message=Id.BROADCAST):
    """Return what a stick says when it hears a page of a device."""
    device_type, number = device
    flags = serial.EXTENDED_ID | (serial.EXTENDED_RSSI if rssi is not None else 0)
    tail = bytes((flags, number & 0xFF, number >> 8, device_type, transmission_type))
    if rssi is not None:
        tail += bytes((serial.RSSI_IN_DBM, rssi & 0xFF, 0x80, 0))
    return Message(message, bytes((channel,)) + payload + tail)


def set_up(stick, seconds=30.0):
    """Let scan and stick talk until neither has anything to say."""
    scan, now = Scan(), 50.0
    scan.start(now)
    while now < 50.0 + seconds:
        while scan.outbox:
            waiting = list(scan.outbox)
            scan.outbox.clear()
            for message in waiting:
                for answer in stick.answer(message):
                    scan.receive(answer, now)
        now += 0.1
        scan.tick(now)
    return scan


def heard(*messages, stick=None):
    scan = set_up(stick or Stick(), 0.2)
    for message in messages:
        scan.receive(message, 60.0)
    return scan.devices


def parts(message):
    return message.encode().hex(" ")


# --- the conversation with the stick ------------------------------------------------------------


def test_a_stick_that_can_scan_is_set_up_in_this_order():
    # Bytes from the reference notes, 3.2, where they are the same; scan mode from the ANT protocol.
    stick = Stick()
    scan = set_up(stick)
    assert [parts(message) for message in stick.written] == [
        "a4 02 4d 00 54 bf",
        "a4 09 46 00 b9 a5 21 fb bd 72 c3 45 64",
        "a4 02 6e 00 e0 28",
        "a4 03 42 00 40 00 a5",
        "a4 05 51 00 00 00 00 00 f0",
        "a4 02 45 00 39 da",
        "a4 01 5b 00 fe",
    ]
    assert stick.scanning
    assert not scan.narrow
    assert scan.failure == ""


def test_each_message_waits_for_the_answer_to_the_one_before():
    scan = Scan()
    scan.start(0.0)
    assert [message.id for message in scan.outbox] == [Id.REQUEST]
    scan.receive(Message(Id.CHANNEL_RESPONSE, bytes((0, Id.NETWORK_KEY, 0))), 0.1)
    assert len(scan.outbox) == 1
    scan.receive(Message(Id.CAPABILITIES, Stick().capabilities), 0.1)
    assert [message.id for message in scan.outbox] == [Id.REQUEST, Id.NETWORK_KEY]


@pytest.mark.parametrize("lost", [Id.REQUEST, Id.NETWORK_KEY, Id.ASSIGN_CHANNEL, Id.OPEN_SCAN_MODE])
def test_what_is_not_answered_is_asked_again(lost):
    stick = Stick(deaf_to={lost: 2})
    assert set_up(stick).failure == ""
    assert stick.scanning
    assert [message.id for message in stick.written].count(lost) == 3


def test_a_message_done_whose_answer_was_lost_is_no_refusal():
    scan = Scan()
    scan.start(0.0)
    stick = Stick()
    for _ in range(3):  # capabilities, key, lib config
        (answer,) = stick.answer(scan.outbox.pop())
        scan.receive(answer, 0.0)
    assert scan.outbox[-1].id == Id.ASSIGN_CHANNEL
    scan.tick(2.0)
    wrong = Message(Id.CHANNEL_RESPONSE, bytes((0, Id.ASSIGN_CHANNEL, Code.WRONG_STATE)))
    scan.receive(wrong, 2.0)
    assert scan.outbox[-1].id == Id.CHANNEL_ID
    assert not scan.narrow


def test_a_stick_that_does_not_answer_is_told_of():
    stick = Stick(deaf_to={Id.REQUEST: 99})
    scan = set_up(stick)
    assert "the ANT stick does not answer" in scan.failure
    assert "coach doctor" in scan.failure
    assert len(stick.written) == 3


def test_a_refused_key_is_told_of():
    scan = set_up(Stick(refuses={Id.NETWORK_KEY: Code.INVALID_MESSAGE}))
    assert "refuses to listen" in scan.failure


def test_a_stick_without_lib_config_is_asked_the_older_way():
    stick = Stick(refuses={Id.LIB_CONFIG: Code.INVALID_MESSAGE})
    assert set_up(stick).failure == ""
    assert "a4 02 66 00 01 c1" in [parts(message) for message in stick.written]
    assert stick.scanning


@pytest.mark.parametrize(
    "stick",
    [
        Stick(capabilities="08 03 00 ba 32 00 df"),
        Stick(capabilities="08 03 00 ba"),
        Stick(refuses={Id.OPEN_SCAN_MODE: Code.INVALID_MESSAGE}),
        Stick(refuses={Id.OPEN_SCAN_MODE: Code.WRONG_STATE, Id.UNASSIGN_CHANNEL: 21}),
    ],
    ids=["cannot", "too old to say", "says it can", "says it can, and more"],
)
def test_a_stick_that_cannot_scan_listens_for_one_of_each_kind(stick):
    scan = set_up(stick)
    assert scan.narrow
    assert scan.failure == ""
    assert stick.open_channels == {0: 17, 1: 120, 2: 11}
    found = [page(TRAINER, PAGE_16, channel=0), page(STRAP, bytes(8), channel=1)]
    for message in found:
        scan.receive(message, 100.0)
    assert [device.device_number for device in scan.devices] == [12345, 23456]


def test_a_stick_of_two_channels_looks_for_trainer_and_strap():
    stick = Stick(capabilities="02 03 00 ba 32 00 df")
    set_up(stick)
    assert stick.open_channels == {0: 17, 1: 120}


def test_a_closed_channel_is_opened_again():
    stick = Stick(capabilities="08 03 00 ba 32 00 df")
    scan = set_up(stick)
    stick.open_channels.clear()
    scan.receive(Message(Id.CHANNEL_RESPONSE, bytes((1, 1, Code.CHANNEL_CLOSED))), 100.0)
    while scan.outbox:
        for answer in stick.answer(scan.outbox.pop(0)):
            scan.receive(answer, 100.0)
    assert stick.open_channels == {1: 120}


def test_a_stick_that_stops_answering_is_told_of():
    scan = set_up(Stick(capabilities="08 03 00 ba 32 00 df", deaf_to={Id.OPEN_CHANNEL: 99}))
    assert "has stopped answering" in scan.failure


# --- what is heard ------------------------------------------------------------------------------


def test_captured_frames_are_devices():
    captured = bytes.fromhex(CAPTURED_TRAINER + CAPTURED_POWER)
    assert heard(*Framer().feed(captured)) == [
        Device("trainer", 4711),
        # Their signal strength is in steps of the stick's own: not told.
        Device("power_meter", 60916, manufacturer="130"),
    ]


def test_the_makers_are_told():
    maker = common.ManufacturerIdentification(hardware_revision=1, manufacturer=89, model=2875)
    stranger = common.ManufacturerIdentification(manufacturer=999)
    nobody = common.ManufacturerIdentification()
    assert heard(
        page(TRAINER, maker.encode()),
        page(PEDALS, stranger.encode()),
        page((17, 7), nobody.encode()),
    ) == [
        Device("trainer", 7),
        Device("trainer", 12345, manufacturer="Tacx"),
        Device("power_meter", 34567, manufacturer="999"),
    ]


@pytest.mark.parametrize(("number", "name"), MAKERS.items())
def test_the_makers_numbers_are_garmins(number, name):
    # "4iiiis" and "kinetic_by_kurt" and "coros_byte" are written with a little more there.
    listed = Profile["types"]["manufacturer"]
    known = {int(key): value for key, value in listed.items()}[number]
    assert known.replace("_", "").lower().startswith(name.lower())


def strap_pages(*pages):
    """Return a strap's messages; the toggle moves, as it does on a strap that has pages."""
    plain = heart.DefaultOrUnknownPage(heart_rate_bpm=120, beat_time_s=1.0, beat_count=1)
    messages = [plain.encode()]
    for each in pages:
        payload = each.encode()
        messages += [bytes((payload[0] | 0x80,)) + payload[1:], plain.encode()]
    return [page(STRAP, payload, transmission_type=1) for payload in messages]


BEAT = {"beat_time_s": 1.0, "beat_count": 1, "heart_rate_bpm": 120}


def test_a_strap_tells_maker_and_battery():
    maker = heart.ManufacturerInformation(manufacturer=123, serial_high=1, **BEAT)
    battery = heart.BatteryStatus(battery_level_pct=80, voltage_v=3.0, status="good", **BEAT)
    assert heard(*strap_pages(maker, battery)) == [
        Device("heart_rate", 23456, manufacturer="Polar", battery="good")
    ]


def test_a_percentage_stands_in_for_a_battery_in_words():
    battery = heart.BatteryStatus(battery_level_pct=80, **BEAT)
    assert heard(*strap_pages(battery)) == [Device("heart_rate", 23456, battery="80 %")]


def test_an_old_strap_has_no_pages_to_read():
    # The toggle never moves: what looks like page 2 is whatever an old strap sends there.
    maker = heart.ManufacturerInformation(manufacturer=123, serial_high=1, **BEAT).encode()
    assert heard(page(STRAP, maker), page(STRAP, maker)) == [Device("heart_rate", 23456)]


def test_the_battery_of_pedals_stays_known():
    low = common.BatteryStatus(voltage_v=2.4, status="low").encode()
    unknown = common.BatteryStatus(voltage_v=2.4).encode()
    assert heard(page(PEDALS, low), page(PEDALS, unknown)) == [
        Device("power_meter", 34567, battery="low")
    ]


@pytest.mark.parametrize(("rssi", "told"), [(-40, -40), (-100, -100), (None, None)])
def test_the_strength_of_the_signal(rssi, told):
    assert heard(page(TRAINER, PAGE_16, rssi)) == [Device("trainer", 12345, rssi=told)]


def test_the_latest_strength_counts():
    messages = [page(TRAINER, PAGE_16, -70), page(TRAINER, PAGE_16, -50), page(TRAINER, PAGE_16)]
    assert heard(*messages)[0].rssi == -50


@pytest.mark.parametrize(
    ("device_type", "profile"),
    [
        (17, "trainer"), (120, "heart_rate"), (11, "power_meter"), (121, "speed_cadence"),
        (122, "cadence"), (123, "speed"), (40, "type 40"), (0x80 | 17, "trainer"),
    ],
)  # fmt: skip
def test_profiles_have_names(device_type, profile):
    assert heard(page((device_type, 5), PAGE_16)) == [Device(profile, 5)]


def test_a_treadmill_is_no_trainer():
    treadmill = fec.GeneralFeData(
        equipment_type="treadmill", state="in_use", elapsed_time_s=1.0, heart_rate_source="none"
    )
    (device,) = heard(page(TRAINER, treadmill.encode()))
    assert device.profile == "treadmill"
    with pytest.raises(TrainerNotFound):
        choose_trainer([device])


def test_the_same_number_on_two_profiles_is_two_devices():
    assert heard(page((17, 5), PAGE_16), page((11, 5), bytes(8)), page((17, 5), PAGE_16)) == [
        Device("trainer", 5),
        Device("power_meter", 5),
    ]


def test_a_page_without_its_sender_is_nobodys():
    assert heard(Message(Id.BROADCAST, b"\x00" + PAGE_16)) == []


def test_acknowledged_pages_count_too():
    assert heard(page(TRAINER, PAGE_16, message=Id.ACKNOWLEDGED)) == [Device("trainer", 12345)]


def test_a_ride_s_own_kinds_come_first():
    types = [40, 123, 11, 120, 17, 16]
    profiles = [device.profile for device in heard(*(page((each, 1), PAGE_16) for each in types))]
    assert profiles == ["trainer", "heart_rate", "power_meter", "speed", "type 16", "type 40"]


@given(st.lists(st.tuples(st.sampled_from([*Id, 0, 255]), st.binary(max_size=20)), max_size=40))
def test_no_message_of_a_stick_disturbs_it(messages):
    scan = Scan()
    scan.start(0.0)
    for at, (number, data) in enumerate(messages):
        scan.receive(Message(number, data), at * 0.3)
        scan.tick(at * 0.3)
    for device in scan.devices:
        assert 0 <= device.device_number <= 65535


# --- who is chosen ------------------------------------------------------------------------------

OURS = [
    Device("trainer", 12345, "Tacx"),
    Device("heart_rate", 23456),
    Device("power_meter", 12345),
    Device("power_meter", 34567, "Favero"),
    Device("speed", 9),
]


def test_the_only_one_of_each_kind_is_chosen():
    assert choose_trainer(OURS) is OURS[0]
    assert choose_sensor(OURS, Source.HEART_RATE) is OURS[1]


def test_a_trainers_own_power_channel_is_never_the_pedals():
    assert choose_sensor(OURS, Source.POWER_METER) is OURS[3]
    assert choose_sensor(OURS[:3], Source.POWER_METER) is None
    assert [each for each in OURS if is_trainers_own(each, OURS)] == [OURS[2]]


def test_nothing_to_choose_from():
    assert choose_sensor([], Source.HEART_RATE) is None
    with pytest.raises(TrainerNotFound, match="turn the cranks"):
        choose_trainer(OURS[1:])


def test_several_trainers_are_listed():
    two = [*OURS, Device("trainer", 23)]
    with pytest.raises(TrainerNotFound) as caught:
        choose_trainer(two)
    assert str(caught.value) == (
        "2 trainers are on the air: ant:12345 (Tacx), ant:23; name yours with --trainer ant:NUMBER"
    )


@pytest.mark.parametrize(
    ("profile", "option"), [("heart_rate", "heart=7"), ("power_meter", "power=7")]
)
def test_several_sensors_are_listed(profile, option):
    with pytest.raises(TrainerNotFound, match=option):
        choose_sensor([*OURS, Device(profile, 7)], Source(profile))


# --- listening on a stick -----------------------------------------------------------------------


@pytest.fixture
def clock():
    return SteppedClock()


@pytest.fixture
def stick(clock):
    return PretendStick(clock, Air(example_rider()))


OWN_POWER = ("power_meter", 12345)
ON_THE_AIR = [("trainer", 12345), ("heart_rate", 23456), OWN_POWER, ("power_meter", 34567)]


def names(devices):
    return [(device.profile, device.device_number) for device in devices]


def test_everybody_on_the_air_is_heard_at_once(stick, clock):
    assert names(listen(stick, clock, 1.0)) == ON_THE_AIR


def test_who_listens_for_longer_hears_makers_and_batteries(stick, clock):
    devices = listen(stick, clock, 70.0)
    assert {device.manufacturer for device in devices} == {"development"}
    assert [device.battery for device in devices] == [None, "good", None, "good"]
    assert all(device.rssi is not None for device in devices)


def test_news_are_told_once(stick, clock):
    told = []
    listen(stick, clock, 70.0, told.append)
    assert set(names(told)) == set(ON_THE_AIR)
    assert len(told) == len(set(told)) < 20


def test_listening_ends_when_enough_was_heard(stick, clock):
    start = clock.now()
    devices = listen(stick, clock, 60.0, until=lambda heard: len(heard) >= 2)
    assert len(devices) >= 2
    assert clock.now() - start < 2.0


def test_a_scan_says_nothing_to_the_devices(stick, clock):
    record = []
    stick.air.record = lambda time, payload: record.append(payload)
    listen(stick, clock, 5.0)
    assert record == []


def test_a_stick_is_let_go_of_and_can_be_opened_again(stick, clock):
    for _ in range(2):
        assert names(listen(stick, clock, 1.0)) == ON_THE_AIR
    assert not [each for each in threading.enumerate() if each.name == "openant.base"]


class Narrow(PretendStick):
    """A stick whose capabilities have no continuous scanning."""

    def read(self):
        messages = Framer().feed(bytes(super().read()))
        without = bytes.fromhex("08 03 00 ba 32 00 df")
        return array(
            "B",
            b"".join(
                Message(each.id, without if each.id == Id.CAPABILITIES else each.data).encode()
                for each in messages
            ),
        )


def test_a_narrow_stick_hears_the_first_of_each_kind_and_says_so(clock):
    notes = []
    stick = Narrow(clock, Air(example_rider()))
    devices = listen(stick, clock, 20.0, on_note=notes.append)
    assert [device.profile for device in devices] == ["trainer", "heart_rate", "power_meter"]
    assert len(notes) == 1
    assert "only the first one" in notes[0]


def test_no_stick_is_told_as_it_is(clock):
    def missing():
        raise TrainerUnavailable("there is no ANT stick")

    with pytest.raises(TrainerUnavailable, match="there is no ANT stick"):
        listen(missing, clock, 5.0)


def test_a_stick_pulled_out_while_it_listens_is_told_of(clock):
    stick = PretendStick(clock, Air(example_rider()), Faults(load_scenario("unplugged").faults))
    with pytest.raises(TrainerUnavailable, match="stick was unplugged"):
        listen(stick, clock, 60.0)


class Mute(PretendStick):
    """A stick that starts up and then says nothing."""

    def read(self):
        data = super().read()
        return data if data and data[2] == Id.STARTUP else data[:0]


def test_a_stick_that_says_nothing_is_told_of(clock):
    stick = Mute(clock, Air(example_rider()))
    with pytest.raises(TrainerUnavailable, match="does not answer"):
        listen(stick, clock, 60.0)


def test_a_fault_of_ours_is_not_hidden(stick, clock, monkeypatch):
    monkeypatch.setattr(Scan, "receive", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        listen(stick, clock, 5.0)


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def air_of(monkeypatch):
    """Let the command hear what a test says, in no time."""

    def prepare(told, heard=None, then=None):
        def hear(source, clock, seconds, on_device=None, on_note=None):
            for device in told:
                on_device(device)
            if then is not None:
                raise then
            return list(told if heard is None else heard)

        monkeypatch.setattr("coach.trainers.ant.scan.listen", hear)

    return prepare


def test_json_has_the_same_keys_for_every_device(air_of, capsys):
    air_of([Device("trainer", 12345, "Tacx", None, -58), Device("type 40", 7)])
    assert run(["scan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "devices": [
            {"profile": "trainer", "device_number": 12345, "manufacturer": "Tacx",
             "battery": None, "rssi": -58},
            {"profile": "type 40", "device_number": 7, "manufacturer": None,
             "battery": None, "rssi": None},
        ]
    }  # fmt: skip


def test_a_table_for_people_the_way_there_on_stderr(air_of, capsys):
    told = [*OURS[1:], Device("trainer", 12345), Device("trainer", 12345, "Tacx", None, -58)]
    air_of(told, told[:-2] + told[-1:])
    assert run(["scan"]) == 0
    out, err = capsys.readouterr()
    table = [line.split() for line in out.splitlines()]
    assert table[0] == ["Profile", "Number", "Maker", "Battery", "Signal"]
    assert ["trainer", "12345", "Tacx", "-", "-58", "dBm"] in table
    assert ["power_meter", "12345", "-", "-", "-", "the", "trainer's", "own"] in table
    assert "heard heart_rate 23456" in err
    assert err.count("heard trainer 12345") == 1
    assert "ride hills --trainer ant:12345" in err


def test_the_way_there_leads_to_the_same_stick(air_of, capsys):
    air_of([Device("trainer", 12345)])
    assert run(["scan"]) == 0
    assert "--stick" not in capsys.readouterr().err
    assert run(["scan", "--stick", "virtual:seed=3"]) == 0
    assert "--trainer ant:12345 --stick virtual:seed=3\n" in capsys.readouterr().err


def test_an_empty_air_is_an_answer(air_of, capsys):
    air_of([])
    assert run(["scan"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "turn the cranks" in err
    assert run(["scan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"devices": []}


def test_ctrl_c_ends_it_with_what_was_heard(air_of, capsys):
    air_of(OURS[:2], then=KeyboardInterrupt())
    assert run(["scan", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["devices"]) == 2


def test_no_stick_is_a_sentence(air_of, capsys):
    air_of([], then=TrainerUnavailable("no ANT stick was found; run 'coach doctor'"))
    assert run(["scan", "--json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "stick" in err
    assert "coach doctor" in err


@pytest.mark.parametrize("seconds", ["0", "-3", "soon", "nan", "1e9"])
def test_seconds_out_of_range_are_misuse(seconds, capsys):
    assert run(["scan", "--seconds", seconds]) == 2
    assert "--seconds" in capsys.readouterr().err


@pytest.mark.realtime
def test_the_command_on_the_pretend_stick(capsys):
    assert run(["scan", "--seconds", "1", "--stick", "virtual", "--json"]) == 0
    assert names(Device(**each) for each in json.loads(capsys.readouterr().out)["devices"]) == (
        ON_THE_AIR
    )


def test_a_stick_that_resets_itself_is_set_up_to_listen_again():
    scan = set_up(Stick())
    stick, ids = Stick(), []
    scan.start(60.0)
    while scan.outbox:
        message = scan.outbox.pop(0)
        ids.append(message.id)
        for answer in stick.answer(message):
            scan.receive(answer, 60.0)
    assert ids[0] == Id.REQUEST
    assert ids[-1] == Id.OPEN_SCAN_MODE


def test_a_scan_forgets_the_channels_of_a_stick_that_was_reset():
    scan = set_up(Stick("08 03 00 ba 00 00 df"))
    assert scan.narrow
    scan.start(60.0)
    scan.outbox.clear()
    scan.receive(Message(Id.CHANNEL_RESPONSE, bytes((1, serial.EVENT, Code.CHANNEL_CLOSED))), 60.5)
    assert scan.outbox == []
