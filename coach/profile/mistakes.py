"""From pydantic's errors to lines that a rider can act on: all mistakes of a file at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from coach.errors import ProfileError
from coach.profile.lines import KeyPath, format_key, line_of
from coach.profile.toml import Document

MOST_MISTAKES = 100
"""More than anybody reads."""

_LONGEST_FOUND = 60
_MISWRITTEN_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_QUOTED = re.compile(r"'([^']+)'")

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in file and schema an error is."""

    path: KeyPath
    expected: str
    """Completes "expected ..."; from the innermost field that the schema knows."""
    names: tuple[str, ...]
    """What the table around it may hold."""


def validate(model: type[Model], document: Document) -> Model:
    """Hold a document against its schema.

    Raises
    ------
    ProfileError
        With every mistake of syntax and of content, one a line, in the order of the file:
        ``FILE:LINE: key: what was expected, what was found[, did you mean ...]``.
    """
    errors: list[ErrorDetails] = []
    try:
        checked = model.model_validate(document.data)
        if not document.mistakes:
            return checked
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
    located = [(_locate(model, error), error) for error in errors]
    placed = [(line_of(place.path, document.lines), place, error) for place, error in located]
    placed.sort(key=lambda each: each[0])
    # What could not be read as TOML is text here; the schema says better what belongs there. What
    # is missing stands on no line, it only borrows that of its table.
    known = {line for line, place, _ in placed if place.path in document.lines}
    mistakes = [(line, text) for line, text in document.mistakes.items() if line not in known]
    mistakes += [
        (line, _describe(place, error, model)) for line, place, error in placed[:MOST_MISTAKES]
    ]
    mistakes.sort(key=lambda each: each[0])
    texts = [f"{document.file}:{line}: {text}" for line, text in mistakes]
    if len(placed) > MOST_MISTAKES:
        texts.append(f"{document.file}: and {len(placed) - MOST_MISTAKES} more")
    raise ProfileError(texts)


def _locate(model: type[BaseModel], error: ErrorDetails) -> _Place:
    """Follow an error's location through the schema, past the tags of unions."""
    table = model
    variants: dict[str, type[BaseModel]] = {}
    path: KeyPath = ()
    expected = ""
    names: tuple[str, ...] = ()
    for piece in error["loc"]:
        if isinstance(piece, int) or piece not in variants:
            path = (*path, piece)
        if isinstance(piece, int):
            continue
        if piece in variants:
            table, variants = variants[piece], {}
            continue
        names = tuple(table.model_fields)
        field = table.model_fields.get(piece)
        if field is None:
            break
        expected = field.description or ""
        inner = _tables_in(field.annotation)
        variants = {kind: each for each in inner for kind in _kinds(each)} if inner[1:] else {}
        table = inner[0] if inner else table
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _Place((*path, "kind"), "one of " + ", ".join(variants), tuple(variants))
    return _Place(path, expected, names)


def _tables_in(annotation: object) -> list[type[BaseModel]]:
    """Return the tables that a field may hold, however deep in lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables_in(part)]


def _kinds(table: type[BaseModel]) -> tuple[str, ...]:
    return get_args(table.model_fields["kind"].annotation)


def _describe(place: _Place, error: ErrorDetails, model: type[BaseModel]) -> str:
    """Say key, expectation, finding and guess."""
    expected, found, guess = place.expected, _found(error["input"]), ""
    match error["type"]:
        case "missing":
            found = "nothing"
        case "extra_forbidden":
            name = str(place.path[-1])
            expected, found = "one of " + ", ".join(place.names), format_key(place.path[-1:])
            guess = _closest(name, place.names) or _elsewhere(name, model)
        case "union_tag_not_found":
            found = "nothing"
        case "union_tag_invalid":
            found = _found(error["input"]["kind"])
            guess = _closest(error["input"]["kind"], place.names)
        case "literal_error":
            guess = _closest(error["input"], _QUOTED.findall(error["ctx"]["expected"]))
        case "short_warm_up" | "named_twice":
            expected, found = error["ctx"]["expected"], error["ctx"]["found"]
        case "float_type" | "int_type":
            guess = _number(error["input"])
    meant = f", did you mean {guess}?" if guess else ""
    return f"{format_key(place.path)}: expected {expected}, found {found}{meant}"


def _closest(found: object, names: tuple[str, ...] | list[str]) -> str:
    matches = get_close_matches(str(found)[:_LONGEST_FOUND].lower(), names, n=1)
    return f"'{matches[0]}'" if matches else ""


def _elsewhere(name: str, model: type[BaseModel]) -> str:
    """Return the key of this name in another table of the file."""
    for table, field in model.model_fields.items():
        if any(name in inner.model_fields for inner in _tables_in(field.annotation)):
            return f"'{table}.{name}'"
    return ""


def _number(found: object) -> str:
    """Return the number in ``"75"`` or ``"72,5"``."""
    is_number = isinstance(found, str) and _MISWRITTEN_NUMBER.fullmatch(found)
    return str(found).replace(",", ".") if is_number else ""


def _found(value: object) -> str:
    match value:
        case dict():
            return "a table"
        case [{}, *_]:
            return f"{len(value)} tables"
        case bool():
            return str(value).lower()
        case str() | list():
            text = repr(value)
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_FOUND else text[:_LONGEST_FOUND] + " ..."
