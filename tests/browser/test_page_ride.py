"""The whole way: a ride in a process of its own, watched and steered on its page."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.rides import Ride, wait_for
from browser.visits import DESK, LAPTOP, SIZES, VOICE, Visit, Visits

pytestmark = pytest.mark.browser

START = re.compile("^start", re.IGNORECASE)


def clock(visit: Visit) -> float:
    """The ride's clock as the page last heard of it [s]."""
    times = [
        message.get("time_s", message.get("frame", {}).get("time_s"))
        for message in map(json.loads, visit.received)
        if message["type"] in ("frame", "hello")
    ]
    return [each for each in times if each is not None][-1]


def begun(ride: Ride, visits: Visits, *words: str, speed: float = 1) -> Visit:
    """A ride that was begun on its page."""
    visit = visits(ride.ride(*words, speed=speed), LAPTOP, VOICE)
    visit.state("ready")
    visit.page.get_by_role("button", name=START).click()
    visit.state("riding")
    return visit


def test_start_begins_the_ride_and_lets_it_be_heard(ride: Ride, visits: Visits) -> None:
    visit = visits(ride.ride(), LAPTOP, VOICE)
    visit.state("ready")
    assert not ride.commands(), "nothing is asked of a trainer before the start"
    visit.page.get_by_role("button", name=START).click()
    visit.state("riding")
    visit.shows("cue", "seated")
    assert visit.page.evaluate("said.length") > 0, "sound was not armed"
    wait_for(ride.commands)
    target = visit.page.locator("[data-target]").first
    expect(target).to_have_text(re.compile(r"^\d+$"))


def test_harder_on_the_page_reaches_the_trainer_within_a_second(ride: Ride, visits: Visits) -> None:
    visit = begun(ride, visits)
    target = visit.page.locator("[data-target]").first
    expect(target).to_have_text(re.compile(r"^\d+$"))
    visit.frames(8)
    before, pressed = int(target.inner_text()), clock(visit)
    visit.page.keyboard.press("+")
    visit.until(f"document.querySelector('[data-target]').dataset.target >= {1.04 * before}")

    def asked() -> list[float]:
        return [
            at
            for at, kind, command in ride.commands()
            if kind == "TargetPower" and at > pressed and command["power"] > 1.03 * before
        ]

    assert wait_for(asked)[0] - pressed <= 1.0


def test_pause_takes_the_load_off_and_the_same_key_brings_it_back(
    ride: Ride, visits: Visits
) -> None:
    visit = begun(ride, visits, speed=4)
    wait_for(lambda: [each for each in ride.commands() if each[1] == "TargetPower"])
    visit.page.keyboard.press("Space")
    visit.state("paused")
    paused = clock(visit)
    expect(visit.page.get_by_text("palpitations").filter(visible=True)).to_be_visible()

    def released() -> bool:
        at, _, command = ride.commands()[-1]
        return at >= paused - 1.0 and not any(
            value for name, value in command.items() if name in ("power", "resistance")
        )

    wait_for(released)
    visit.page.keyboard.press("Space")
    visit.state("riding")
    wait_for(lambda: ride.commands()[-1][2].get("power", 0.0) > 50.0)


def test_the_page_says_at_once_that_the_coach_is_gone_and_comes_back_with_it(
    ride: Ride, visits: Visits
) -> None:
    visit = begun(ride, visits)
    visit.expects("ERR_CONNECTION_REFUSED")
    port = re.search(r":(\d+)/", visit.requests[0])
    assert port is not None
    ride.kill()
    visit.state("reconnecting", within=1.0)
    expect(visit.page.get_by_text(re.compile("coach", re.IGNORECASE)).first).to_be_visible()
    assert ride.ride("--port", port[1]) == visit.requests[0]
    visit.state("ready")
    visit.page.get_by_role("button", name=START).click()
    visit.state("riding")


def test_a_ride_that_ended_shows_its_chart_and_where_its_files_are(
    ride: Ride, visits: Visits, screenshots: Path
) -> None:
    visit = begun(ride, visits, speed=20)
    visit.page.keyboard.press("n")
    visit.shows("hill", "1")
    began = clock(visit)
    while clock(visit) < began + 60:
        visit.frames(1)
    visit.page.keyboard.press("q")
    visit.state("ended", within=40)
    chart = visit.page.locator("img")
    expect(chart).to_be_visible()
    assert chart.get_attribute("alt")
    visit.until("document.images[0].complete")
    assert visit.page.evaluate("document.images[0].naturalWidth") >= 1000
    assert ride.wait() == 0
    visit.page.screenshot(path=screenshots / "ride-ended.png")
    visit.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    visit.page.screenshot(path=screenshots / "desk-ride-ended.png")
    words = visit.page.locator("body").inner_text()
    files = [each.name for each in ride.out.iterdir() if each.suffix == ".fit"]
    assert files
    assert files[0] in words
    assert re.search("hill 1", words, re.IGNORECASE)
    assert not visit.violations()
    # The coach is gone for good, and the page does not look for it.
    visit.state("ended")


def test_when_the_page_goes_the_ride_goes_on(ride: Ride, visits: Visits) -> None:
    visit = begun(ride, visits, speed=20)
    url = visit.requests[0]
    left = clock(visit)
    visit.page.close()
    wait_for(lambda: ride.rows(f"SELECT 1 FROM steps WHERE now > {left + 20} LIMIT 1"))
    back = visits(url)
    back.state("riding")
    assert clock(back) > left + 20


def recording(path: Path) -> Path:
    """Write ten minutes of riding, harder in their second half, as another program would."""
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    points = "".join(
        f"<Trackpoint><Time>{start + timedelta(seconds=each):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"<DistanceMeters>{8 * each}</DistanceMeters>"
        f"<HeartRateBpm><Value>{120 + each // 20}</Value></HeartRateBpm><Cadence>80</Cadence>"
        '<Extensions><TPX xmlns="http://www.garmin.com/xmlschemas/ActivityExtension/v2">'
        f"<Watts>{150 if each < 300 else 250}</Watts></TPX></Extensions></Trackpoint>"
        for each in range(600)
    )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase'
        ' xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Biking"><Id>{start:%Y-%m-%dT%H:%M:%SZ}</Id>'
        f'<Lap StartTime="{start:%Y-%m-%dT%H:%M:%SZ}"><TotalTimeSeconds>599</TotalTimeSeconds>'
        f"<Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>",
        encoding="utf-8",
    )
    return path


def test_a_recorded_ride_is_watched_and_wound(
    ride: Ride, visits: Visits, tmp_path: Path, screenshots: Path
) -> None:
    file = recording(tmp_path / "ridden.tcx")
    visit = visits(ride.start("replay", str(file), "--live", "--port", "0", "--no-browser"))
    visit.state("riding")
    visit.shows("power", "150")
    scrubber = visit.page.get_by_role("slider")
    expect(scrubber).to_be_visible()
    visit.settle()
    # As a hand does it: into the last quarter.
    box = scrubber.bounding_box()
    assert box is not None
    scrubber.click(position={"x": 0.8 * box["width"], "y": box["height"] / 2})
    visit.shows("power", "250")
    visit.settle()
    for size, (width, height) in SIZES.items():
        visit.page.set_viewport_size({"width": width, "height": height})
        visit.settle()
        visit.page.screenshot(path=screenshots / f"{size}-replay.png")
        assert visit.look("clipped") + visit.look("overlapping") + visit.look("covered") == [], size
    assert not visit.violations()
    # Though the scrubber has the focus, space is the film's.
    visit.page.keyboard.press("Space")
    visit.state("paused")
    expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    scrubber.focus()
    visit.page.keyboard.press("Home")
    visit.shows("power", "150")
