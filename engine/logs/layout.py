"""What each kind of file must and may hold, and which of its columns is which."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine import columns
from engine.errors import InputError

Content = Literal["identifier", "text", "time", "date", "seconds", "number", "year", "outcome"]
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Column:
    """One column of a kind of file; a file without a needed one cannot be read."""

    name: str
    content: Content
    needed: bool = True
    aliases: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The name as a person writes it at the start of a sentence."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of file."""

    kind: str
    columns: tuple[Column, ...]


CALLS = Layout(
    "calls",
    (
        Column(columns.CALLER, "identifier"),
        Column(columns.CALLEE, "identifier"),
        Column(columns.TIME, "time"),
        Column(columns.SECONDS, "seconds"),
        Column(columns.CELL, "text", needed=False),
        Column(columns.PHONE_TYPE, "text", aliases=("imei",)),
    ),
)
USAGE = Layout(
    "usage",
    (
        Column(columns.CUSTOMER, "identifier"),
        Column(columns.TIME, "time"),
        Column(columns.MEGABYTES, "number"),
        Column(columns.PHONE_TYPE, "text", needed=False, aliases=("imei",)),
        Column(columns.CATEGORY, "text", needed=False),
    ),
)
CUSTOMERS = Layout(
    "customers",
    (
        Column(columns.CUSTOMER, "identifier"),
        Column(columns.FIRST_NAME, "text", needed=False),
        Column(columns.RESIDENCE, "text"),
        Column(columns.BIRTH_YEAR, "year"),
        Column(columns.SEX, "text", needed=False),
        Column(columns.SINCE, "date", needed=False),
        Column(columns.LEFT_ON, "date", needed=False),
        Column(columns.PHONE_SINCE, "date", needed=False),
        Column(columns.PHOTO_CONSENT, "date", needed=False),
    ),
)
HISTORY = Layout(
    "history",
    (
        Column(columns.CUSTOMER, "identifier"),
        Column(columns.OFFER, "identifier"),
        Column(columns.OUTCOME, "outcome"),
        Column(columns.ASKED_ON, "date", needed=False),
    ),
)
OFFERS = Layout("offers", (Column(columns.OFFER, "identifier"),))


@dataclass(frozen=True)
class Header:
    """How a file is divided: its delimiter, its number of columns, and where the known ones stand (0 is the first)."""

    delimiter: str
    width: int
    positions: dict[str, int]


def _names(line: str, delimiter: str) -> list[str]:
    """Return the column names of a header line, trimmed."""
    row = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    return [name.strip() for name in row]


def _positions(layout: Layout, names: Sequence[str], file: str) -> dict[str, int]:
    """Return where the known columns stand; raise InputError if one of them stands there twice."""
    lowered = [name.lower() for name in names]
    found: dict[str, int] = {}
    for column in layout.columns:
        for name in (column.name, *column.aliases):
            if lowered.count(name) > 1:
                raise InputError(f'{file} has two columns named "{name}". Rename or remove one of them.')
            if name in lowered:
                found[column.name] = lowered.index(name)
                break
    return found


def _quoted(names: Sequence[str], most: int = 12) -> str:
    """Return names in quotation marks for a sentence, at most a dozen."""
    shown = [f'"{name[:40]}"' for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")


def read_header(line: str, layout: Layout, file: str) -> Header:
    """Find the delimiter and the known columns in a header line.

    Names are compared trimmed and without regard to case. Raises InputError naming the file, the missing columns and
    what was found instead.
    """
    by_delimiter = {delimiter: _names(line, delimiter) for delimiter in DELIMITERS}
    known = {name for column in layout.columns for name in (column.name, *column.aliases)}

    def fit(delimiter: str) -> tuple[int, int]:
        names = by_delimiter[delimiter]
        return len(known & {name.lower() for name in names}), len(names)

    delimiter = max(DELIMITERS, key=fit)
    names = by_delimiter[delimiter]
    positions = _positions(layout, names, file)
    missing = [column.name for column in layout.columns if column.needed and column.name not in positions]
    if missing:
        word = "column" if len(missing) == 1 else "columns"
        raise InputError(
            f"{file} lacks the {word} {_quoted(missing)}, needed in a {layout.kind} file. "
            f"Found instead: {_quoted(names) or 'nothing'}. "
            f"Rename the {word} in the first line, or choose another file."
        )
    return Header(delimiter, len(names), positions)
