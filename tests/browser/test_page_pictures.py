"""Every picture that the page can be, at a desk's, a laptop's and a phone's size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.scenes import SCENES, SEATED
from browser.stage import Stage, ending
from browser.visits import PHONE, SIZES, Visit, Visits

pytestmark = pytest.mark.browser

LEAST_DIGITS = 91
"""On a 24-inch screen of 1920 by 1080 a millimetre is 3.61 px; digits are to be 25 mm high."""
LEAST_TARGET = 48
"""For a thumb, and a wet one [px]."""

STATES = {"ready": "ready", "ready-unheard": "ready", "no-trainer": "reconnecting"} | dict.fromkeys(
    ("paused", "rest", "counting"), "paused"
)
"""What the page calls each scene; the others are a ride."""


READ_ALOUD = {"ready", "seated", "paused", "ended"}
"""What axe-core looks at on a phone too: there is nothing in the others that a laptop has not."""


def pictures(visit: Visit, stage: Stage) -> Iterator[str]:
    """Show every picture in turn; give its name."""
    for number, (name, moment) in enumerate(SCENES.items()):
        # Each later than the seconds over which the one before would count in its mean power.
        stage.show(moment.but(time=10_000.0 + 10 * number))
        visit.state(STATES.get(name, "riding"))
        snapshot = moment.snapshot
        if snapshot.state == "riding":
            watts = snapshot.power
            visit.shows("power", "" if watts is None else f"{watts:.0f}")
        visit.settle()
        yield name
    stage.show(SEATED)
    visit.state("riding")
    stage.hush()
    visit.state("stale")
    visit.settle()
    yield "stale"
    stage.show(SEATED)
    visit.state("riding")
    stage.end(ending())
    visit.state("ended")
    visit.settle()
    yield "ended"


def measured(visit: Visit, size: str) -> list[str]:
    """All that is wrong with a picture, but for what axe-core finds."""
    faults = [each for look in ("clipped", "overlapping", "covered") for each in visit.look(look)]
    wide, screen = visit.page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    if wide > screen:
        faults.append(f"{wide} px wide on a screen of {screen}")
    if size == "phone":
        faults += visit.look("smallTargets", LEAST_TARGET)
    return faults


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_and_nobody_is_left_out(
    stage: Stage, visits: Visits, screenshots: Path, size: str
) -> None:
    stage.ride_to(SEATED)
    phone = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    visit = visits(stage.url, SIZES[size], **(phone if SIZES[size] == PHONE else {}))
    wrong = []
    for name in pictures(visit, stage):
        visit.page.screenshot(path=screenshots / f"{size}-{name}.png")
        faults = measured(visit, size)
        if size == "laptop" or (size == "phone" and name in READ_ALOUD):
            faults += visit.violations()
        wrong += [f"{size}, {name}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scene", ["seated", "standing", "widest"])
def test_digits_can_be_read_from_two_metres(stage: Stage, visits: Visits, scene: str) -> None:
    stage.show(SCENES[scene])
    visit = visits(stage.url, SIZES["desk"])
    visit.state("riding")
    snapshot = SCENES[scene].snapshot
    visit.shows("power", f"{snapshot.power:.0f}")
    visit.settle()
    heights = {
        name: round(visit.look("inkHeight", visit.page.locator(f"[data-{name}]").first))
        for name in ("power", "target", "cadence", "heart", "countdown")
    }
    assert all(each >= LEAST_DIGITS for each in heights.values()), heights
