"""Block letters and digits that can be read from the saddle, two metres away.

The letters are our own: five rows, strokes two cells wide so that a vertical stroke is about as
thick as a horizontal one. Only what the display says in large is here.
"""

from __future__ import annotations

from functools import lru_cache

ROWS = 5
"""Height of a letter before it is enlarged [rows]."""

_LETTERS = {
    "A": (" #### ", "##  ##", "######", "##  ##", "##  ##"),
    "D": ("##### ", "##  ##", "##  ##", "##  ##", "##### "),
    "E": ("######", "##    ", "##### ", "##    ", "######"),
    "I": ("####", " ## ", " ## ", " ## ", "####"),
    "N": ("##  ##", "### ##", "######", "## ###", "##  ##"),
    "O": (" #### ", "##  ##", "##  ##", "##  ##", " #### "),
    "P": ("##### ", "##  ##", "##### ", "##    ", "##    "),
    "R": ("##### ", "##  ##", "##### ", "## ## ", "##  ##"),
    "S": (" #####", "##    ", " #### ", "    ##", "##### "),
    "T": ("######", "  ##  ", "  ##  ", "  ##  ", "  ##  "),
    "U": ("##  ##", "##  ##", "##  ##", "##  ##", " #### "),
    "Y": ("##  ##", "##  ##", " #### ", "  ##  ", "  ##  "),
    "0": (" ### ", "## ##", "## ##", "## ##", " ### "),
    "1": ("  ## ", " ### ", "  ## ", "  ## ", " ####"),
    "2": ("#### ", "   ##", " ### ", "##   ", "#####"),
    "3": ("#### ", "   ##", " ### ", "   ##", "#### "),
    "4": ("## ##", "## ##", "#####", "   ##", "   ##"),
    "5": ("#####", "##   ", "#### ", "   ##", "#### "),
    "6": (" ### ", "##   ", "#### ", "## ##", " ### "),
    "7": ("#####", "   ##", "  ## ", " ##  ", " ##  "),
    "8": (" ### ", "## ##", " ### ", "## ##", " ### "),
    "9": (" ### ", "## ##", " ####", "   ##", " ### "),
    ":": ("  ", "##", "  ", "##", "  "),
    ".": ("  ", "  ", "  ", "  ", "##"),
    "—": ("     ", "     ", "#####", "     ", "     "),
    " ": ("  ", "  ", "  ", "  ", "  "),
}


@lru_cache(maxsize=256)
def big(text: str, tall: int = 1, wide: int = 1) -> tuple[str, ...]:
    """Write a short text in block letters.

    Parameters
    ----------
    text : str
        Made of the letters of READY, SEATED, STAND IN, PAUSED, DONE, RIDE IN, digits, ``:``,
        ``.`` and ``—``.
    tall, wide : int
        How many times to enlarge a letter downwards and sideways.

    Returns
    -------
    tuple of str
        ``ROWS * tall`` rows of equal length, made of ``█`` and spaces.

    Raises
    ------
    ValueError
        If a character has no block letter.
    """
    missing = sorted(set(text) - set(_LETTERS))
    if missing:
        raise ValueError(f"no block letter for {' '.join(missing)}")
    rows = (" ".join(_LETTERS[letter][row] for letter in text) for row in range(ROWS))
    wider = ("".join(cell * wide for cell in row).replace("#", "█") for row in rows)
    return tuple(row for row in wider for _ in range(tall))


def big_width(text: str, wide: int = 1) -> int:
    """Return how many cells `big` takes sideways."""
    return len(big(text, 1, wide)[0])
