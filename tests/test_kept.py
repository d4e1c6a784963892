"""The kept plan: what goes in comes out, and a mistake is told with its line and key."""

from datetime import date, time
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import ProfileError
from coach.training.kept import (
    DAYS,
    format_request,
    parse_request,
    to_date,
    to_days,
    to_time,
    to_weeks,
    to_zone,
)
from coach.training.plan import Level, Request

GOOD = """\
start = 2026-11-23
weeks = 8
days = ["mon", "wed", "sat"]
level = "standard"
at = "18:00"
zone = "Europe/Berlin"
"""

ZONES = sorted(available_timezones() - {"Factory", "localtime"})

requests = st.builds(
    Request,
    start=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    weeks=st.integers(1, 52),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    level=st.sampled_from(Level),
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    zone=st.sampled_from(ZONES),
)


def test_a_kept_plan_is_read_as_it_was_written_by_hand():
    assert parse_request(GOOD, "plan.toml") == Request(
        start=date(2026, 11, 23),
        weeks=8,
        days=(0, 2, 5),
        level=Level.STANDARD,
        at=time(18, 0),
        zone="Europe/Berlin",
    )


@given(requests)
def test_what_is_kept_is_what_was_asked(request):
    assert parse_request(format_request(request), "plan.toml") == request


def test_a_request_is_written_with_plain_keys():
    written = format_request(parse_request(GOOD, "plan.toml"))
    assert written.splitlines()[1:] == GOOD.splitlines()
    assert written.startswith("# ")


@pytest.mark.parametrize(
    ("line", "put", "told"),
    [
        (1, "start = 2026-02-30", "plan.toml:1: start: expected a date such as"),
        (1, 'start = "2026-11-23"', "plan.toml:1: start: expected a date such as"),
        (1, "start = 2026-11-23T10:00:00", "plan.toml:1: start: expected a date such as"),
        (1, "start = 9999-12-31", "plan.toml:1: start: expected a date such as"),
        (1, "start = 1999-12-31", "plan.toml:1: start: expected a date such as"),
        (2, "weeks = 0", "plan.toml:2: weeks: expected a number of weeks, 1 to 52, found 0"),
        (2, "weeks = 53", "plan.toml:2: weeks: expected a number of weeks, 1 to 52, found 53"),
        (2, "weeks = true", "plan.toml:2: weeks: expected"),
        (2, "weeks = 8.5", "plan.toml:2: weeks: expected"),
        (2, 'weeks = "8"', "plan.toml:2: weeks: expected a number of weeks, 1 to 52, found '8'"),
        (3, "days = []", "plan.toml:3: days: expected a list of days"),
        (3, 'days = ["mon", "mon"]', "plan.toml:3: days: expected a list of days"),
        (3, 'days = ["mon", "Monday"]', "plan.toml:3: days: expected a list of days"),
        (3, 'days = ["frida"]', "plan.toml:3: days: expected a list of days"),
        (3, 'days = "mon"', "plan.toml:3: days: expected a list of days"),
        (4, 'level = "stong"', "did you mean 'strong'?"),
        (5, 'at = "25:00"', "plan.toml:5: at: expected a time of day"),
        (5, "at = 18:00:00", "plan.toml:5: at: expected a time of day"),
        (6, 'zone = "Mars"', "plan.toml:6: zone: expected a time zone"),
        (6, 'zone = "Europe"', "plan.toml:6: zone: expected a time zone"),
        (6, 'zone = "/etc/passwd"', "plan.toml:6: zone: expected a time zone"),
        (6, "", "zone: expected a time zone such as \"Europe/Berlin\", found nothing"),
        (6, 'zone = "UTC"\nwekks = 3', "plan.toml:7: wekks: expected one of start, weeks"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_key(line, put, told):
    rows = GOOD.splitlines()
    rows[line - 1] = put
    with pytest.raises(ProfileError) as error:
        parse_request("\n".join(rows), "plan.toml")
    assert told in str(error.value)
    assert len(error.value.mistakes) == 1


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ProfileError) as error:
        parse_request(
            GOOD.replace("= 8", "= 0").replace("mon", "m").replace("18", "38"), "plan.toml"
        )
    assert [text.split(":")[1] for text in error.value.mistakes] == ["2", "3", "5"]


@pytest.mark.parametrize(
    ("names", "days"),
    [
        (["mon", "wed", "sat"], (0, 2, 5)),
        (["SAT", "Monday", " wed "], (0, 2, 5)),
        (list(DAYS), (0, 1, 2, 3, 4, 5, 6)),
        (["sunday"], (6,)),
    ],
)
def test_days_are_named_short_or_in_full_in_any_order(names, days):
    assert to_days(names) == days


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["frida"], "found 'frida', did you mean 'friday'?"),
        (["mon tue"], "found 'mon tue'"),
        ([""], "found nothing"),
        ([], "found none"),
        (["mon", "tue", "monday"], "found mon twice"),
        (["x" * 5000], "xxx ...'"),
        (["montag"], "found 'montag'"),
        (["\x1b[2J"], "found '\\x1b[2J'"),
    ],
)
def test_what_is_no_day_is_told(names, told):
    with pytest.raises(ValueError, match=r"days|every day") as error:
        to_days(names)
    assert told in str(error.value)
    assert len(str(error.value)) < 160


@pytest.mark.parametrize("text", ["0", "53", "abc", "", "-1", "8.5", "٨", "9" * 5000])
def test_what_is_no_number_of_weeks_is_told(text):
    with pytest.raises(ValueError, match="a number of weeks, 1 to 52, found") as error:
        to_weeks(text)
    assert len(str(error.value)) < 120


def test_one_week_and_fifty_two_are_weeks():
    assert (to_weeks("1"), to_weeks("52")) == (1, 52)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "31.12.2026", "9999-01-01", "1999-12-31", "", "20261123", "٢٠٢٦-١١-٢٣"]
)
def test_what_is_no_date_is_told(text):
    with pytest.raises(ValueError, match="a date such as 2026-11-23, from 2000 to 2099, found"):
        to_date(text)


def test_dates_on_the_borders_are_dates():
    assert to_date("2000-01-01") == date(2000, 1, 1)
    assert to_date("2099-12-31") == date(2099, 12, 31)


@pytest.mark.parametrize("text", ["24:00", "18:60", "18", "6pm", "", "18:00:00", "-1:00", "١٨:٠٠"])
def test_what_is_no_time_is_told(text):
    with pytest.raises(ValueError, match="a time of day such as 18:00, found"):
        to_time(text)


def test_times_are_read_with_one_digit_too():
    assert (to_time("7:05"), to_time("00:00"), to_time("23:59")) == (
        time(7, 5),
        time(0, 0),
        time(23, 59),
    )


@pytest.mark.parametrize("name", ["Mars", "", "Europe", "../x", "a\0b", "localtime", "x" * 5000])
def test_what_is_no_zone_is_told(name):
    with pytest.raises(ValueError, match="a time zone such as Europe/Berlin, found"):
        to_zone(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("New York", "America/New_York"),
    ],
)
def test_a_zone_is_guessed(name, meant):
    with pytest.raises(ValueError, match=f"did you mean '{meant}'"):
        to_zone(name)
