"""Ride to the last seconds before the first standing, and take a picture of the live page.

Usage: python examples/page_picture.py [PICTURE.png]

Needs Chromium (COACH_CHROMIUM names another), and what the tests need: pip install '.[test]'.
"""

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from coach import profile
from coach.clock import ManualClock
from coach.journal import Header, Journal
from coach.live.web.display import Intro, WebDisplay
from coach.messages import Cue, Key, Posture, Snapshot
from coach.runner import Run
from coach.trainers.simulated import SimulatedTrainer

SIZE = {"width": 1366, "height": 768}
BEFORE = 7.0
"""Seconds before the rider is to stand."""
COLOURS = 128
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Camera:
    """A display that takes one picture of a page, then quits the ride."""

    def __init__(self, page: WebDisplay) -> None:
        self.picture = b""
        self._page = page

    def open(self) -> None:
        """Serve the page."""
        self._page.serve()

    def show(self, snapshot: Snapshot, cues: Sequence[Cue]) -> None:
        """Have this moment shown; it is taken when it is the one."""
        self._page.show(snapshot, cues)
        stands = snapshot.next_posture is Posture.STANDING
        if not self.picture and stands and (snapshot.next_posture_in or 0.0) <= BEFORE:
            self.picture = take(self._page, snapshot)

    def keys(self) -> Sequence[Key]:
        """Quit once there is a picture."""
        return [Key.QUIT] if self.picture else []

    def close(self) -> None:
        """Serve the page no more."""
        self._page.stop()


def take(page: WebDisplay, snapshot: Snapshot) -> bytes:
    """Open the page in a browser as it is now, and return what is to be seen there."""
    path = os.environ.get("COACH_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        visit = browser.new_page(viewport=SIZE)
        visit.goto(page.url)
        page.show(snapshot, ())  # what is older than two seconds is drawn as stale
        visit.wait_for_selector('[data-state="riding"]')
        visit.wait_for_timeout(500)
        picture = visit.screenshot()
        browser.close()
    return picture


def main(path: Path) -> None:
    """Ride, and keep the picture with few colours: a quarter of the bytes."""
    rider = profile.example_rider()
    plan = profile.load_workout(profile.find_workout("hills"))
    workout = profile.compile_workout(plan, rider)
    trainer = SimulatedTrainer(rider, seed=7)
    page = WebDisplay(
        workout, rider, Intro(workout.title, workout.duration / 60, workout.hills), port=0
    )
    camera = Camera(page)
    with tempfile.TemporaryDirectory() as folder:
        header = Header(workout.title, trainer.start, rider, workout, "sim:seed=7", "example")
        journal = Journal(Path(folder) / "short.ride", header)
        Run(journal, trainer, ManualClock(), [trainer.rider, camera]).ride()
    picture = Image.open(io.BytesIO(camera.picture)).convert("RGB")
    picture.quantize(COLOURS).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "page.png"))
