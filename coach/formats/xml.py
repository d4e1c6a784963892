"""A bounded walk over the XML of rides and workouts from anywhere.

Names are local names, since programs disagree about namespaces. Whatever is wrong with a file
ends the walk, and `Walk.problem` says what and where: what was read before that is the caller's.
A document type is refused, with it every entity trick; size, depth and element count are bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

MAX_BYTES = 64 * 1024 * 1024
MAX_ELEMENTS = 3_000_000
MAX_POINTS = 350_000
"""A ride of four days at 1 Hz, with laps; `MAX_ELEMENTS` leaves room for all that devices write."""
MAX_DEPTH = 64

_TOO_MUCH = "it has more, or more deeply nested, elements than any ride or workout"

# Codes of expat for a file that ends before it should (expat.h, enum XML_Error).
_NO_ELEMENTS, _UNCLOSED_TOKEN, _PARTIAL_CHARACTER, _UNCLOSED_CDATA = 3, 5, 6, 20
_CUT_SHORT = {_NO_ELEMENTS, _UNCLOSED_TOKEN, _PARTIAL_CHARACTER, _UNCLOSED_CDATA}


class Item(NamedTuple):
    """An element that is complete, or that begins here."""

    parent: str
    """Local name of the element around it; empty at the root."""
    name: str
    """Local name."""
    text: str
    """Without blanks at its ends; empty while the element only begins."""
    attributes: dict[str, str]
    begins: bool
    line: int
    """On which it begins, counted from 1."""


class _Element(Element):
    """An element that knows its line."""

    line: int


class Walk:
    """Iterates once over all elements of a document, each when it is complete.

    Parameters
    ----------
    data : bytes
        The file; its own encoding declaration decides.
    announced : collection of str
        Local names of the elements that are also told of where they begin.

    Attributes
    ----------
    problem : str or None
        What ended the walk before the document's end, in words, with the line.
    """

    def __init__(self, data: bytes, announced: Collection[str]) -> None:
        self._data = data
        # in practice: some exporters write blanks before the XML declaration.
        self._blanks = len(data) - len(data.lstrip())
        self._blank_lines = data[: self._blanks].count(b"\n")
        self._announced = announced
        self.problem: str | None = None

    def __iter__(self) -> Iterator[Item]:
        if len(self._data) > MAX_BYTES:
            self.problem = f"the file is larger than {MAX_BYTES // 1024 // 1024} MB"
            return

        def reached() -> int:
            come: int = parser.parser.CurrentLineNumber
            return come + self._blank_lines

        def made(tag: str, attributes: dict[str, str]) -> _Element:
            element = _Element(tag, attributes)
            element.line = reached()
            return element

        parser = DefusedXMLParser(target=TreeBuilder(element_factory=made), forbid_dtd=True)
        try:
            yield from self._items(parser)
        except ParseError as error:
            line = error.position[0] + self._blank_lines
            what = "the file ends early" if error.code in _CUT_SHORT else "the XML is broken"
            self.problem = f"line {line}: {what}"
        except DefusedXmlException:
            self.problem = (
                f"line {reached()}: it declares a document type (DOCTYPE), which no ride or workout"
                " needs"
            )
        except (ValueError, LookupError):
            self.problem = "line 1: the encoding it declares is not supported"

    def _items(self, parser: DefusedXMLParser) -> Iterator[Item]:
        around: list[Element] = []
        count = points = 0
        for event, element in iterparse(
            BytesIO(self._data[self._blanks :]), ("start", "end"), parser
        ):
            if event == "start":
                if (name := _local(element)) in self._announced:
                    points += 1
                    outer = _local(around[-1]) if around else ""
                    yield Item(outer, name, "", element.attrib, True, element.line)
                around.append(element)
                count += 1
                if points > MAX_POINTS or count > MAX_ELEMENTS or len(around) > MAX_DEPTH:
                    self.problem = f"line {element.line}: {_TOO_MUCH}"
                    return
                continue
            around.pop()
            parent = around[-1] if around else None
            text = (element.text or "").strip()
            outer = "" if parent is None else _local(parent)
            yield Item(outer, _local(element), text, element.attrib, False, element.line)
            if parent is not None:
                # Forget what was read, or a long ride would be held twice.
                parent.remove(element)


def read_bounded(path: str | Path) -> bytes:
    """Return the content of a file, or of its first bytes just past the bound.

    Raises
    ------
    OSError
        If the file cannot be opened or read.
    """
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
