"""Draw any recorded ride (.ride .fit .gpx .tcx), light and dark.

Usage: python examples/post_ride_chart.py RIDE.fit [FOLDER]
"""

import sys
from pathlib import Path

from coach.charts.figures import save_charts
from coach.rides import load_ride


def main(file: Path, folder: Path) -> None:
    """Draw both themes and print where they are."""
    for path in save_charts(load_ride(file), folder / file.stem):
        print(path)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "."))
