"""From pages to telemetry: what was said last, and nothing that nobody said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.messages import (
    Capabilities,
    Page,
    PowerLimit,
    Reply,
    ReplyStatus,
    RiderPosition,
    Source,
    TargetPower,
    Telemetry,
    TrackResistance,
)
from coach.protocol import common, fec, heart, power
from coach.receiver import POWER_GAP, REACQUIRED_AFTER, Receiver


def trainer(time, page):
    return Page(time, Source.TRAINER, page.encode())


def strap(time, **keys):
    return Page(time, Source.HEART_RATE, heart.DefaultOrUnknownPage(**keys).encode())


def pedals(time, position):
    page = power.PedalPosition(rider_position=position)
    return Page(time, Source.POWER_METER, page.encode())


def data(event_count=1, accumulated=0, **keys):
    return fec.SpecificTrainerData(
        event_count=event_count % 256, accumulated_power_w=accumulated % 65_536, **keys
    )


def after(*pages):
    receiver = Receiver()
    for page in pages:
        receiver.read(page)
    return receiver.telemetry


def test_nothing_heard_is_nothing_told():
    assert Receiver().telemetry == Telemetry()


def test_trainer_data():
    # Source: vector of incyclist, pycycling and Auuki.
    told = after(Page(3.0, Source.TRAINER, bytes.fromhex("19025a9001c840b2")))
    assert told == Telemetry(
        time=3.0,
        values_time=3.0,
        power=200,
        power_total=0.0,
        power_events=0,
        cadence=90,
        power_limit=PowerLimit.SPEED_TOO_HIGH,
        wants_configuration=True,
        connection=1,
    )


def test_absent_power_and_cadence_replace_what_was_known():
    told = after(
        trainer(0.0, data(power_w=200, cadence_rpm=90)),
        Page(0.25, Source.TRAINER, bytes.fromhex("1901ff0000ff0f33")),
    )
    assert (told.power, told.cadence) == (None, None)
    assert told.power_limit is PowerLimit.LIMIT_REACHED


def test_limits_and_wishes_end():
    told = after(
        trainer(0.0, data(target_power_limits=1, user_configuration_required=True)),
        trainer(0.25, data()),
    )
    assert (told.power_limit, told.wants_configuration) == (None, False)


def test_power_is_summed_over_lost_and_repeated_pages():
    told = after(
        trainer(0.0, data(254, 65_000)),
        trainer(0.25, data(255, 65_200)),
        trainer(0.5, data(255, 65_200)),
        # 0 and 1 were lost on the way.
        trainer(1.25, data(2, 65_800)),
    )
    assert (told.power_total, told.power_events) == (800, 4)


def test_power_is_not_summed_across_a_long_gap():
    pages = [trainer(0.0, data(1, 100)), trainer(0.25, data(2, 300))]
    # Other pages keep the connection alive, but page 25 is late.
    count = int(POWER_GAP) + 2
    pages += [trainer(t, fec.GeneralFeData()) for t in range(1, count)]
    told = after(*pages, trainer(count, data(60, 9_000)), trainer(count + 1, data(61, 9_250)))
    assert (told.power_total, told.power_events) == (450, 2)
    assert told.connection == 1


def test_power_is_summed_across_a_short_gap():
    pages = [trainer(t, fec.GeneralFeData()) for t in range(1, int(POWER_GAP))]
    told = after(trainer(0.0, data(1, 100)), *pages, trainer(POWER_GAP, data(121, 24_100)))
    assert (told.power_total, told.power_events) == (24_000, 120)


def test_connection_counts_acquisitions_and_power_starts_anew():
    receiver = Receiver()
    receiver.read(trainer(0.0, data(1, 100)))
    receiver.read(trainer(REACQUIRED_AFTER, data(2, 300)))
    assert receiver.telemetry.connection == 1
    receiver.read(trainer(2 * REACQUIRED_AFTER + 0.1, data(3, 900)))
    receiver.read(trainer(2 * REACQUIRED_AFTER + 0.2, data(4, 1_000)))
    assert receiver.telemetry.connection == 2
    assert (receiver.telemetry.power_total, receiver.telemetry.power_events) == (300, 2)


def test_other_devices_do_not_keep_the_trainer_connected():
    told = after(
        trainer(0.0, data()),
        strap(4.0, heart_rate_bpm=140),
        pedals(4.5, 2),
        trainer(6.0, data()),
    )
    assert (told.connection, told.time) == (2, 6.0)


def test_speed():
    page = fec.GeneralFeData(speed_mps=8.25)
    assert after(trainer(0.0, page)).speed == 8.25
    assert after(trainer(0.0, page), trainer(0.25, fec.GeneralFeData())).speed is None


@pytest.mark.parametrize(
    ("source", "rate", "told"),
    [
        ("ant", 140, (140, 1.0)),
        ("hand_contact", 140, (140, 1.0)),
        ("none", 140, (None, None)),
        ("ant", 0, (None, 1.0)),  # captured so: no contact
        ("ant", None, (None, 1.0)),
    ],
)
def test_heart_rate_of_the_trainer_counts_when_it_says_where_from(source, rate, told):
    page = fec.GeneralFeData(heart_rate_bpm=rate, heart_rate_source=source)
    telemetry = after(trainer(1.0, page))
    assert (telemetry.heart_rate, telemetry.heart_rate_time) == told


def test_the_strap_goes_before_the_trainer():
    general = fec.GeneralFeData(heart_rate_bpm=90, heart_rate_source="ant")
    told = after(trainer(0.0, general), strap(0.1, heart_rate_bpm=140), trainer(0.25, general))
    assert (told.heart_rate, told.heart_rate_time) == (140, 0.1)


def test_a_strap_without_contact_has_no_heart_rate():
    told = after(strap(0.0, heart_rate_bpm=140), strap(0.25, heart_rate_bpm=None))
    assert (told.heart_rate, told.heart_rate_time) == (None, 0.25)


def test_common_page_80_of_a_strap_is_no_heart_rate():
    receiver = Receiver()
    receiver.read(Page(0.0, Source.HEART_RATE, bytes.fromhex("50ffff0159003b0b")))
    assert (receiver.telemetry.heart_rate, receiver.ignored) == (None, 1)


@pytest.mark.parametrize("position", list(RiderPosition))
def test_position_of_the_pedals(position):
    told = after(pedals(7.0, position))
    assert (told.position, told.position_time) == (position, 7.0)


def test_capabilities():
    # Source: FortiusANT encoder.
    told = after(Page(0.0, Source.TRAINER, bytes.fromhex("36ffffffffe80307")))
    assert told.capabilities == Capabilities(True, True, True, 1000)
    told = after(trainer(0.0, fec.FeCapabilities(simulation=True)))
    assert told.capabilities == Capabilities(False, False, True, None)


@pytest.mark.parametrize(
    ("hex_", "reply"),
    [
        ("47310100ffff2003", Reply(2.0, "target_power", ReplyStatus.PASS, 1, TargetPower(200.0))),
        (
            "47330503ffc24c50",
            Reply(2.0, "track_resistance", ReplyStatus.REJECTED, 5, TrackResistance(-0.035)),
        ),
        (
            "4731ff04ffff2003",
            Reply(2.0, "target_power", ReplyStatus.PENDING, None, TargetPower(200.0)),
        ),
        ("47fc0102ffffffff", Reply(2.0, "page_0xfc", ReplyStatus.NOT_SUPPORTED, 1)),
        ("47ffffffffffffff", None),  # no command yet
        ("47ffff00ffffffff", None),
        ("473101ffffff2003", None),  # not even tried
        ("47310180ffff2003", None),  # a status without a name
    ],
)
def test_command_status_is_a_reply(hex_, reply):
    receiver = Receiver()
    assert receiver.read(Page(2.0, Source.TRAINER, bytes.fromhex(hex_))) == reply
    assert receiver.telemetry == Telemetry(time=2.0, connection=1)


@pytest.mark.parametrize("hex_", ["ee00000000000000", "1902", "", "fc" * 20])
def test_unknown_and_damaged_pages_are_ignored_and_counted(hex_):
    receiver = Receiver()
    for source in Source:
        assert receiver.read(Page(1.0, source, bytes.fromhex(hex_))) is None
    assert receiver.ignored == 3
    # The trainer is there, whatever it meant.
    assert receiver.telemetry == Telemetry(time=1.0, connection=1)


def test_pages_that_tell_nothing_of_the_ride_are_no_mistakes():
    receiver = Receiver()
    receiver.read(trainer(0.0, common.ManufacturerIdentification(manufacturer=89)))
    receiver.read(Page(0.0, Source.POWER_METER, power.PowerOnly(power_w=150).encode()))
    assert receiver.ignored == 0
    assert receiver.telemetry == Telemetry(time=0.0, connection=1)


def test_telemetry_is_made_once_for_each_change():
    receiver = Receiver()
    receiver.read(trainer(0.0, data(power_w=200)))
    first = receiver.telemetry
    assert receiver.telemetry is first
    receiver.read(trainer(0.25, data(power_w=210)))
    assert (receiver.telemetry.power, first.power) == (210, 200)


pages = st.lists(
    st.builds(
        Page,
        st.just(0.0),
        st.sampled_from(Source),
        st.one_of(
            st.binary(max_size=9),
            st.builds(
                lambda number, rest: bytes([number]) + rest,
                st.sampled_from([0x10, 0x19, 0x36, 0x47, 0xE2, 0x00, 0x84]),
                st.binary(min_size=7, max_size=7),
            ),
        ),
    ),
    max_size=30,
)


@given(pages=pages, gaps=st.lists(st.floats(0, 100), min_size=30, max_size=30))
def test_any_pages_are_taken_and_telemetry_depends_on_them_alone(pages, gaps):
    time = 0.0
    busy, lazy = Receiver(), Receiver()
    for page, gap in zip(pages, gaps, strict=False):
        time += gap
        heard = Page(time, page.source, page.payload)
        replies = busy.read(heard), lazy.read(heard)
        told = busy.telemetry
        assert replies[0] == replies[1]
        assert told.heart_rate is None or told.heart_rate > 0
        assert told.power is None or 0 <= told.power <= 4094
    assert busy.telemetry == lazy.telemetry
