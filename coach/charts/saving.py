"""A chart on its way to a file: PNG, SVG or PDF by its name; same numbers, same bytes.

matplotlib is used without pyplot, so nothing global is kept and no window can open; its settings
are ours while drawing and saving, and only then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from coach.charts import style
from coach.charts.png import write_png
from coach.errors import RideFileError, RiderInputError

FORMATS = (".png", ".svg", ".pdf")


def check_theme(theme: str) -> None:
    """Make sure that there is such a theme.

    Raises
    ------
    RiderInputError
        If there is not.
    """
    if theme not in style.THEMES:
        raise RiderInputError(f"there is no theme {theme!r}; choose light or dark")


def check_suffix(path: Path) -> None:
    """Make sure that a chart can be written under this name.

    Raises
    ------
    RiderInputError
        If it cannot.
    """
    if path.suffix.lower() not in FORMATS:
        raise RiderInputError(
            f"{path}: a chart is a .png, .svg or .pdf; end the name in one of them"
        )


@contextmanager
def drawing(theme: str) -> Iterator[None]:
    """Use our settings and nobody's own matplotlibrc, then put everything back."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(style.settings(style.THEMES[theme]))
        yield


def save_figure(draw: Callable[[], Figure], path: Path, theme: str) -> Path:
    """Draw a figure into a file.

    Raises
    ------
    RideFileError
        If there is nothing to draw, or the file cannot be written.
    """
    with drawing(theme):
        figure = draw()
        image = BytesIO()
        if path.suffix.lower() == ".png":
            canvas: Any = figure.canvas
            canvas.draw()
            write_png(np.asarray(canvas.buffer_rgba()), image, style.DPI)
        else:
            # A date would make every file differ from the last.
            dated = "Date" if path.suffix.lower() == ".svg" else "CreationDate"
            figure.savefig(image, format=path.suffix[1:].lower(), metadata={dated: None})
    try:
        path.write_bytes(image.getvalue())
    except OSError as error:
        raise RideFileError(
            f"{path}: the chart cannot be written ({error.strerror}); choose another place"
        ) from error
    return path
