"""The plan as an iCalendar file: read by `icalendar`, and by hand from the bytes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.training.calendar import encode, session_text, session_time
from coach.training.plan import Plan, Request, Session, SessionKind, Week
from coach.workout import Raised

STAMP = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 10, 5)


def command(session: Session) -> str | None:
    return f"coach {session.kind}" if session.workout else None


def plan_of(start: date, weeks: int, *sessions: Session) -> Plan:
    """Weeks with these sessions, or with hills on Mondays and intervals on Sundays."""
    return Plan(
        tuple(
            Week(
                number + 1,
                first,
                sessions
                or (
                    Session(first, SessionKind.HILLS, "hills"),
                    Session(first + timedelta(days=6), SessionKind.INTERVALS, "intervals"),
                ),
                easy=number % 4 == 3,
                why="A sentence, with a comma; a semicolon and a back\\slash.",
            )
            for number, first in ((n, start + timedelta(weeks=n)) for n in range(weeks))
        )
    )


def request_of(start: date, weeks: int, zone: str, at: time = time(18)) -> Request:
    return Request(start, weeks, (0, 2, 6), at=at, zone=zone)


def encoded(start: date, weeks: int, zone: str, *sessions: Session, at: time = time(18)) -> bytes:
    return encode(
        plan_of(start, weeks, *sessions), request_of(start, weeks, zone, at), STAMP, command
    )


def events_of(data: bytes) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(data).events


# --- an iCalendar reader of a few lines, which knows no library and no zone -----------------------


def unfolded(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().splitlines()


def onsets(data: bytes) -> list[tuple[datetime, timedelta]]:
    """When which offset begins, by RFC 5545, section 3.6.5: DTSTART is in TZOFFSETFROM."""
    found = []
    values: dict[str, str] = {}
    for line in unfolded(data):
        name, _, value = line.partition(":")
        if line in ("BEGIN:STANDARD", "BEGIN:DAYLIGHT"):
            values = {}
        elif line in ("END:STANDARD", "END:DAYLIGHT"):
            local = datetime.strptime(values["DTSTART"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            found.append(
                (local - offset(values["TZOFFSETFROM"]), offset(values["TZOFFSETTO"])),
            )
        else:
            values[name] = value
    return sorted(found)


def offset(text: str) -> timedelta:
    sign, hours, minutes = re.fullmatch(r"([+-])(\d\d)(\d\d)", text).groups()
    return (1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes))


def begun(data: bytes) -> list[str]:
    """The values of DTSTART of all events, as they stand in the file."""
    text = "\n".join(unfolded(data))
    return re.findall(r"BEGIN:VEVENT.*?DTSTART[^:]*:(\S+)", text, re.DOTALL)


# --- what is in the file --------------------------------------------------------------------------


def test_every_session_is_an_event():
    events = events_of(encoded(MONDAY, 4, "Europe/Berlin"))
    assert [event.start.date() for event in events] == [
        MONDAY + timedelta(days=7 * week + day) for week in range(4) for day in (0, 6)
    ]
    assert [str(event.categories[1]) for event in events[:2]] == ["Hills", "Intervals"]


def test_an_event_says_what_why_and_what_to_type():
    session = Session(MONDAY, SessionKind.HILLS, "hills", raised=Raised(power=0.02))
    (event,) = events_of(encoded(MONDAY, 1, "Europe/Berlin", session))
    assert event.summary == "Hills: +2 % FTP on each hill"
    why, typed, note = event.description.split("\n\n")
    assert why == "Week 1: A sentence, with a comma; a semicolon and a back\\slash."
    assert typed == "coach hills"
    assert note == "General fitness information, not medical advice."
    assert event.duration == timedelta(minutes=90)


def test_rest_is_a_whole_day_that_takes_the_place_of_what_was_planned_there():
    request = request_of(MONDAY, 1, "Europe/Berlin")
    hills, rest = (
        plan_of(MONDAY, 1, session)
        for session in (
            Session(MONDAY, SessionKind.HILLS, "hills"),
            Session(MONDAY, SessionKind.REST),
        )
    )
    (before,) = events_of(encode(hills, request, STAMP, command))
    data = encode(rest, request, STAMP + timedelta(days=1), command)
    (after,) = events_of(data)
    assert before.uid == after.uid
    assert before.sequence < after.sequence
    assert after.summary == "Rest"
    assert after.description == (
        "Week 1: A sentence, with a comma; a semicolon and a back\\slash.\n\n"
        "General fitness information, not medical advice."
    )
    assert {"DTSTART;VALUE=DATE:20261005", "TRANSP:TRANSPARENT"} <= set(unfolded(data))
    assert not any(line.startswith("DTEND") for line in unfolded(data))
    assert b"VTIMEZONE" not in data


def test_an_easy_week_is_named():
    summaries = [event.summary for event in events_of(encoded(MONDAY, 4, "UTC"))]
    assert [("easy week" in summary) for summary in summaries] == [False] * 6 + [True] * 2


def test_the_same_plan_gives_the_same_bytes():
    assert encoded(MONDAY, 4, "Europe/Berlin") == encoded(MONDAY, 4, "Europe/Berlin")


def test_a_plan_made_again_replaces_its_events():
    request = request_of(MONDAY, 8, "Europe/Berlin")
    plan = plan_of(MONDAY, 8)
    first = events_of(encode(plan, request, STAMP, command))
    later = events_of(encode(plan, request, STAMP + timedelta(days=1), command))
    assert [event.uid for event in first] == [event.uid for event in later]
    assert len({event.uid for event in first}) == len(first)
    assert all(old.sequence < new.sequence for old, new in zip(first, later, strict=True))
    assert all(old.stamp < new.stamp for old, new in zip(first, later, strict=True))


def test_a_stamp_is_written_in_utc_and_one_before_1970_too():
    early = datetime(1969, 12, 31, 23, tzinfo=ZoneInfo("America/New_York")) - timedelta(days=1)
    data = encode(plan_of(MONDAY, 1), request_of(MONDAY, 1, "UTC"), early, command)
    assert b"DTSTAMP:19691231T040000Z" in data
    assert b"SEQUENCE:0\r\n" in data


def test_lines_end_and_fold_as_the_rfc_has_it():
    data = encoded(MONDAY, 52, "America/Argentina/ComodRivadavia")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")
    # Section 3.1: no line longer than 75 octets, without the line break.
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def test_the_head_is_as_the_rfc_has_it():
    lines = unfolded(encoded(MONDAY, 1, "Europe/Berlin"))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines.count("VERSION:2.0") == 1
    assert lines.count("PRODID:-//Six Hills//coach plan//EN") == 1
    assert not any(line.startswith(("METHOD", "BEGIN:VALARM")) for line in lines)


def test_an_empty_plan_is_a_calendar_all_the_same():
    assert events_of(encode(Plan(()), request_of(MONDAY, 1, "Europe/Berlin"), STAMP, command)) == []


# --- times ----------------------------------------------------------------------------------------

ZONES = [
    ("Europe/Berlin", date(2026, 10, 19), "2026-10-25T01:00:00+00:00"),
    ("Europe/Berlin", date(2027, 3, 22), "2027-03-28T01:00:00+00:00"),
    ("America/New_York", date(2026, 10, 26), "2026-11-01T06:00:00+00:00"),
    ("America/New_York", date(2027, 3, 8), "2027-03-14T07:00:00+00:00"),
    ("Australia/Lord_Howe", date(2026, 9, 28), "2026-10-03T15:30:00+00:00"),
    ("Australia/Lord_Howe", date(2027, 3, 29), "2027-04-03T15:00:00+00:00"),
    # Ramadan in Morocco, 30 days of another time: from the tz database's table for 2027.
    ("Africa/Casablanca", date(2027, 2, 1), "2027-02-07T02:00:00+00:00"),
    ("Africa/Casablanca", date(2027, 3, 8), "2027-03-14T02:00:00+00:00"),
]


@pytest.mark.parametrize(("zone", "start", "change"), ZONES)
def test_the_change_of_the_clock_is_in_the_file_to_the_second(zone, start, change):
    assert datetime.fromisoformat(change) in [at for at, _ in onsets(encoded(start, 2, zone))]


@pytest.mark.parametrize(("zone", "start", "_change"), ZONES)
def test_a_session_begins_at_the_same_time_by_the_clock(zone, start, _change):
    data = encoded(start, 2, zone)
    assert [text[-7:] for text in begun(data)] == ["T180000"] * 4
    for event in events_of(data):
        assert event.start == event.start.replace(hour=18, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("zone", sorted({zone for zone, *_ in ZONES} | {"Asia/Kolkata"}))
def test_the_file_knows_the_zone_at_every_half_hour(zone):
    data = encoded(date(2026, 9, 7), 52, zone)
    known = onsets(data)
    last = datetime(2027, 9, 5, tzinfo=UTC)
    moment = datetime(2026, 9, 7, tzinfo=UTC)
    while moment < last:
        holds = [to for at, to in known if at <= moment][-1]
        assert holds == moment.astimezone(ZoneInfo(zone)).utcoffset(), moment
        moment += timedelta(minutes=30)


def test_a_zone_without_change_has_one_observance():
    assert len(onsets(encoded(MONDAY, 52, "Asia/Kolkata"))) == 1


def test_utc_needs_no_zone():
    data = encoded(MONDAY, 1, "UTC")
    assert b"VTIMEZONE" not in data
    assert begun(data) == ["20261005T180000Z", "20261011T180000Z"]


@pytest.mark.parametrize(
    ("zone", "day", "at", "start", "minutes"),
    [
        # 02:30 does not exist: the clock goes from 2 to 3, and shows 03:30.
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), "20270328T033000", 90),
        # 02:30 exists twice: the first, in summer time.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "20261025T023000", 90),
        ("Europe/Berlin", date(2026, 10, 25), time(1, 30), "20261025T013000", 90),
        ("Europe/Berlin", date(2027, 3, 28), time(1, 30), "20270328T013000", 90),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "20261004T024500", 90),
    ],
)
def test_a_session_in_the_night_of_the_change(zone, day, at, start, minutes):
    data = encoded(day, 1, zone, Session(day, SessionKind.HILLS, "hills"), at=at)
    assert begun(data) == [start]
    (event,) = events_of(data)
    assert event.end.astimezone(UTC) - event.start.astimezone(UTC) == timedelta(minutes=minutes)
    assert event.start.fold == 0


def test_an_end_in_the_second_of_two_equal_hours_is_written_in_utc():
    day = date(2026, 10, 25)
    data = encoded(
        day, 1, "Europe/Berlin", Session(day, SessionKind.HILLS, "hills"), at=time(1, 30)
    )
    # 01:30 in summer time is 23:30 UTC; an hour and a half later it is 02:00 again.
    assert "DTEND:20261025T010000Z" in unfolded(data)


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(sorted({zone for zone, *_ in ZONES})),
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)
@example(zone="Europe/Berlin", day=date(2026, 10, 25), at=time(2, 0))
@example(zone="Europe/Berlin", day=date(2026, 10, 25), at=time(2, 59))
def test_a_session_is_never_shorter_or_longer_than_it_is(zone, day, at):
    """By the bytes alone: local times resolved by the file's own VTIMEZONE."""
    data = encoded(day, 1, zone, Session(day, SessionKind.INTERVALS, "intervals"), at=at)
    (start,) = begun(data)
    (end,) = re.findall(r"DTEND[^:]*:(\S+)", "\n".join(unfolded(data)))
    assert resolved(end, data) - resolved(start, data) == timedelta(minutes=23)


def resolved(text: str, data: bytes) -> datetime:
    """Return the first moment at which the file's own clock shows a time."""
    wall = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    if text.endswith("Z"):
        return wall
    known = onsets(data)
    ends = [at for at, _ in known[1:]] + [datetime.max.replace(tzinfo=UTC)]
    shown = [
        wall - to
        for (at, to), until in zip(known, ends, strict=True)
        if at <= wall - to < until
    ]  # fmt: skip
    return min(shown)


# --- words and lengths ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("session", "text"),
    [
        (Session(MONDAY, SessionKind.HILLS, "hills"), "nothing added"),
        (
            Session(MONDAY, SessionKind.HILLS, "hills", Raised(0.04, 30.0, 15.0), moderate=20.0),
            "+4 % FTP, +30 s on each hill, stand +15 s, moderate block of 20 min",
        ),
        (Session(MONDAY, SessionKind.INTERVALS, "intervals"), "1 round"),
        (Session(MONDAY, SessionKind.INTERVALS, "intervals", rounds=2), "2 rounds"),
        (Session(MONDAY, SessionKind.REST), ""),
    ],
)
def test_a_session_is_told_in_words(session, text):
    assert session_text(session) == text


@pytest.mark.parametrize(
    ("session", "minutes"),
    [
        (Session(MONDAY, SessionKind.HILLS, "hills"), 90),
        (Session(MONDAY, SessionKind.HILLS, "hills", Raised(length=30.0)), 93),
        (Session(MONDAY, SessionKind.HILLS, "hills", moderate=20.0), 80),
        (Session(MONDAY, SessionKind.INTERVALS, "intervals"), 22.75),
        # Ten minutes of warm-up and five of cool-down stand around the round once.
        (Session(MONDAY, SessionKind.INTERVALS, "intervals", rounds=2), 22.75 + 7.75),
        (Session(MONDAY, SessionKind.REST), 0),
        # Reference notes on training science, section 3.6: 3 x 20 of the seven exercises.
        (Session(MONDAY, SessionKind.STRENGTH, "glutes"), 2745 / 60),
    ],
)
def test_a_session_takes_as_long_as_it_takes(session, minutes):
    assert session_time(session, easy=False) == pytest.approx(60 * minutes)


def test_an_event_is_as_long_as_its_session_in_that_week():
    data = encoded(MONDAY, 4, "UTC", Session(MONDAY, SessionKind.STRENGTH, "glutes"))
    lengths = [event.duration for event in events_of(data)]
    assert lengths == 3 * [timedelta(minutes=46)] + [timedelta(minutes=31)]


def test_strength_of_an_easy_week_has_a_set_less():
    # By hand: two of the three sets, 2 x (4 x 60 + 3 x 120 + 7 x 45) s.
    session = Session(MONDAY, SessionKind.STRENGTH, "glutes")
    assert session_time(session, easy=True) == 2 * (4 * 60 + 3 * 120 + 7 * 45) == 1830
    hills = Session(MONDAY, SessionKind.HILLS, "hills")
    assert session_time(hills, easy=True) == session_time(hills, easy=False)
