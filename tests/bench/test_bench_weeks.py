"""The eight weeks of the README, all of them ridden: a minute in the simulator.

Each ride's noise comes from its date, so they are ridden as of the day of the README's table.
"""

from __future__ import annotations

from test_readme import EXAMPLE, SIX, WEEKS, piped, ride_weeks, shown


def test_eight_weeks_of_the_obedient_rider(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)
    said = ride_weeks(8, SIX.date(), monkeypatch).splitlines()
    assert said[-1:] == shown(EXAMPLE)
    assert piped(WEEKS) == shown(WEEKS)
