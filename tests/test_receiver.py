"""From pages to telemetry: what was said last, and nothing that nobody said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.messages import (
    Capabilities,
    Event,
    EventKind,
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
from coach.receiver import BEATLESS, POWER_GAP, REACQUIRED_AFTER, Receiver
from coach.telemetry import STALE, fresh


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


# --- the link -----------------------------------------------------------------------------------


def link(time, kind, source=Source.TRAINER):
    return Event(time, kind, "", source.value)


@pytest.mark.parametrize(
    ("event", "searching"),
    [
        (link(1.0, EventKind.LINK_SEARCHING), True),
        (link(1.0, EventKind.LINK_LOST), True),
        (Event(1.0, EventKind.STICK_LOST), True),
        (Event(1.0, EventKind.STICK_BACK), False),
        (link(1.0, EventKind.LINK_STALE), False),
        (link(1.0, EventKind.LINK_LOST, Source.HEART_RATE), False),
        (link(1.0, EventKind.LINK_SEARCHING, Source.POWER_METER), False),
    ],
)
def test_a_driver_tells_that_it_looks_for_the_trainer(event, searching):
    receiver = Receiver()
    receiver.read(trainer(0.0, data()))
    receiver.heed(event)
    assert receiver.telemetry.searching is searching


@pytest.mark.parametrize("lost", [EventKind.LINK_SEARCHING, EventKind.LINK_LOST])
@pytest.mark.parametrize("found", [EventKind.LINK_FOUND, EventKind.LINK_BACK])
def test_a_driver_tells_that_the_trainer_is_found(lost, found):
    receiver = Receiver()
    receiver.heed(link(0.0, lost))
    receiver.heed(link(1.0, found, Source.HEART_RATE))
    receiver.heed(Event(1.0, EventKind.STICK_BACK))
    receiver.read(trainer(1.0, data()))
    assert receiver.telemetry.searching
    receiver.heed(link(1.5, found))
    assert not receiver.telemetry.searching


@pytest.mark.parametrize("page_first", [True, False])
@pytest.mark.parametrize("lost", [link(1.0, EventKind.LINK_LOST), Event(1.0, EventKind.STICK_LOST)])
def test_after_a_loss_power_starts_anew_however_short_the_silence(lost, page_first):
    receiver = Receiver()
    receiver.read(trainer(0.0, data(1, 100)))
    receiver.read(trainer(0.25, data(2, 300)))
    receiver.heed(lost)
    back = [
        lambda: receiver.read(trainer(1.5, data(6, 9_000))),
        lambda: receiver.heed(link(1.5, EventKind.LINK_BACK)),
    ]
    for each in back if page_first else reversed(back):
        each()
    receiver.read(trainer(1.75, data(7, 9_150)))
    told = receiver.telemetry
    assert (told.connection, told.power_total, told.power_events) == (2, 350, 2)


def test_a_stale_link_that_is_good_again_loses_no_count():
    receiver = Receiver()
    receiver.read(trainer(0.0, data(1, 100)))
    receiver.heed(link(3.0, EventKind.LINK_STALE))
    receiver.read(trainer(3.25, data(14, 2_100)))
    receiver.heed(link(3.25, EventKind.LINK_BACK))
    told = receiver.telemetry
    assert (told.connection, told.power_total, told.power_events) == (1, 2_000, 13)


# --- what the trainer cannot do -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "known"),
    [
        (fec.TargetPower(power_w=200), Capabilities(target_power=False)),
        (fec.TrackResistance(grade_pct=5), Capabilities(simulation=False)),
        (fec.BasicResistance(basic_resistance_pct=20), Capabilities(basic_resistance=False)),
        (fec.WindResistance(), None),
        (fec.UserConfiguration(user_weight_kg=75), None),
    ],
)
def test_a_set_point_that_is_not_supported_is_one_the_trainer_has_not(command, known):
    status = fec.CommandStatus.answering(command, 3, ReplyStatus.NOT_SUPPORTED)
    assert after(trainer(0.0, status)).capabilities == known


@pytest.mark.parametrize(
    "status", [each for each in ReplyStatus if each is not ReplyStatus.NOT_SUPPORTED]
)
def test_any_other_answer_denies_nothing(status):
    answer = fec.CommandStatus.answering(fec.TargetPower(power_w=200), 3, status)
    assert after(trainer(0.0, answer)).capabilities is None


def test_what_the_trainer_did_not_support_it_cannot_do_whatever_it_says_of_itself():
    page = fec.FeCapabilities(
        basic_resistance=True, target_power=True, simulation=True, maximum_resistance_n=900
    )
    command = fec.TargetPower(power_w=200)
    status = fec.CommandStatus.answering(command, 3, ReplyStatus.NOT_SUPPORTED)
    for pages in ((page, status), (status, page), (page, status, page)):
        told = after(*(trainer(time, each) for time, each in enumerate(pages)))
        assert told.capabilities == Capabilities(True, False, True, 900)


# --- values that stand still --------------------------------------------------------------------


def shown(receiver, now):
    told = fresh(receiver.telemetry, now)
    return told.power, told.cadence, told.speed


def test_values_that_a_trainer_repeats_go_stale_though_its_pages_keep_coming():
    receiver = Receiver()
    for tick in range(40):
        time = tick * 0.25
        receiver.read(trainer(time, fec.GeneralFeData(speed_mps=8.0)))
        receiver.read(trainer(time, data(7, 1_000, power_w=200, cadence_rpm=90)))
        fresh_still = time <= STALE
        assert shown(receiver, time) == ((200, 90, 8.0) if fresh_still else (None, None, None))
    assert receiver.telemetry.time == time
    receiver.read(trainer(10.0, data(8, 1_210, power_w=210, cadence_rpm=91)))
    assert shown(receiver, 10.0) == (210, 91, 8.0)


def test_pages_repeated_three_or_four_times_do_not_flicker():
    receiver = Receiver()
    for tick in range(120):
        time, count = tick * 0.25, tick // 4
        receiver.read(trainer(time, data(count, 200 * count, power_w=200, cadence_rpm=90)))
        assert shown(receiver, time)[:2] == (200, 90)


@pytest.mark.parametrize("power_w", [0, None])
def test_counters_that_stand_still_without_power_are_no_fault(power_w):
    receiver = Receiver()
    for tick in range(40):
        receiver.read(trainer(tick * 0.25, data(7, 1_000, power_w=power_w, cadence_rpm=0)))
    assert shown(receiver, 9.75) == (power_w, 0, None)


def test_values_of_a_trainer_that_is_looked_for_are_not_shown():
    receiver = Receiver()
    receiver.read(trainer(0.0, data(7, power_w=200, cadence_rpm=90, target_power_limits=1)))
    receiver.heed(link(0.5, EventKind.LINK_LOST))
    told = fresh(receiver.telemetry, 0.5)
    assert (told.power, told.cadence, told.power_total, told.power_limit) == (None,) * 4


# --- the heart ----------------------------------------------------------------------------------


def beat(time, count, *, page=heart.DefaultOrUnknownPage, toggle=False, **keys):
    payload = page(page_toggle=toggle, beat_count=count % 256, heart_rate_bpm=140, **keys).encode()
    return Page(time, Source.HEART_RATE, payload)


def test_a_strap_that_counts_no_beats_any_more_has_no_heart_rate():
    receiver = Receiver()
    for tick in range(80):
        time = tick * 0.25
        receiver.read(beat(time, min(int(2 * time), 4)))
        assert receiver.telemetry.heart_rate == (140 if time <= 2.0 + BEATLESS else None)
    receiver.read(beat(20.0, 5))
    assert receiver.telemetry.heart_rate == 140


def test_the_last_interval_between_two_beats():
    # Page 4 of the reference notes, section 3.3: previous beat 0.0 s, last beat 1.0 s.
    vector = bytes.fromhex("84ff00000004098c")
    receiver = Receiver()
    receiver.read(beat(0.0, 8))
    receiver.read(Page(1.0, Source.HEART_RATE, vector))
    assert receiver.telemetry.rr_interval == 1.0
    receiver.read(Page(1.25, Source.HEART_RATE, vector))
    assert receiver.telemetry.rr_interval == 1.0
    assert fresh(receiver.telemetry, 1.25).rr_interval == 1.0
    assert fresh(receiver.telemetry, 5.0).rr_interval is None


def rr(*beats):
    receiver = Receiver()
    # The toggle changes once, so that the strap is known to have pages.
    receiver.read(beat(0.0, beats[0][0], toggle=False))
    for time, (count, page) in enumerate(beats):
        times = (
            {"previous_beat_time_s": 63.5, "beat_time_s": 0.25}
            if page is heart.PreviousHeartBeat
            else {}
        )
        receiver.read(beat(float(time), count, page=page, toggle=True, **times))
    return receiver.telemetry.rr_interval


def test_the_interval_told_is_that_of_the_last_beat():
    plain, four = heart.DefaultOrUnknownPage, heart.PreviousHeartBeat
    assert rr((1, plain), (2, four)) == 0.75
    assert rr((1, plain), (2, plain), (2, four)) == 0.75
    assert rr((1, four)) is None
    assert rr((1, plain), (2, four), (4, plain)) is None


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


def test_values_that_change_are_new_also_where_the_trainer_counts_no_events():
    receiver = Receiver()
    for time, watts in ((1.0, 200.0), (2.0, 200.0), (3.0, 210.0)):
        receiver.read(Page(time, Source.TRAINER, data(power_w=watts).encode()))
    assert receiver.telemetry.values_time == 3.0
    receiver.read(Page(4.0, Source.TRAINER, data(power_w=210.0).encode()))
    assert receiver.telemetry.values_time == 3.0
