"""Small PNG files: a chart has some 4000 colours, most of them edges of letters and lines.

The 256 that matter are enough for the eye and take a third of the bytes. They are chosen so that
flat ground stays true to the last bit and nothing small is lost: a general quantizer either spends
its colours on what is common, and a zone that was ridden for a minute comes out in the wrong
colour, or it spreads them evenly, and white comes out nearly white.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image

COLOURS = 256
MOST_DIFFERENT = 1 << 16
"""Beyond this many different colours it is no chart, and is written as it is."""


def write_png(
    pixels: npt.NDArray[np.uint8], stream: BinaryIO, dpi: float, colours: int = COLOURS
) -> None:
    """Write an image with a palette.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 4)
        Red, green, blue and alpha, which is not kept.
    stream : binary file
    dpi : float
        Dots per inch, for whoever prints it.
    colours : int
        At most so many, up to 256.
    """
    height, width = pixels.shape[:2]
    image = Image.frombuffer("RGBA", (width, height), pixels.tobytes()).convert("RGB")
    counted = image.getcolors(MOST_DIFFERENT)
    if counted is not None:
        counts = np.array([count for count, _ in counted], dtype=np.float64)
        found = np.array([colour for _, colour in counted], dtype=np.int16)
        palette, nearest = choose_palette(found, counts, colours)
        table = np.zeros(1 << 24, dtype=np.uint8)
        table[_packed(found)] = nearest
        indices = table[_packed(pixels[..., :3])]
        image = Image.frombuffer("P", (width, height), indices.tobytes())
        image.putpalette(palette.astype(np.uint8).tobytes())
    image.save(stream, format="png", dpi=(dpi, dpi))


def choose_palette(
    found: npt.NDArray[np.int16], counts: npt.NDArray[np.float64], colours: int
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    """Choose a palette, one colour after the other: whichever costs most while it is missing.

    Parameters
    ----------
    found : ndarray of int16, shape (n, 3)
        The different colours of an image.
    counts : ndarray, shape (n,)
        How many pixels have each.
    colours : int
        At most so many.

    Returns
    -------
    palette : ndarray of int16, shape (m, 3)
        Some of those found, at most `colours`.
    nearest : ndarray of uint8, shape (n,)
        Index in the palette for each colour found.
    """
    missing = np.full(counts.shape, np.inf)
    nearest = np.zeros(counts.shape, dtype=np.uint8)
    chosen: list[int] = []
    worst = int(counts.argmax())
    wide = found.astype(np.int32)
    while len(chosen) < colours and missing[worst] > 0:
        distance = ((wide - wide[worst]) ** 2).sum(axis=1)
        closer = distance < missing
        missing[closer] = distance[closer]
        nearest[closer] = len(chosen)
        chosen.append(worst)
        worst = int((counts * missing).argmax())
    return found[chosen], nearest


def _packed(colours: npt.NDArray[np.int16] | npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Return each colour as one number below 2 ** 24."""
    red, green, blue = np.moveaxis(colours.astype(np.int32), -1, 0)
    packed: npt.NDArray[np.int32] = red << 16 | green << 8 | blue
    return packed
