"""What each kind of file must and may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine import columns

Content = Literal[
    "identifier", "text", "time", "clock", "date", "seconds", "number", "year", "outcome", "event", "degrees"
]
Kind = Literal["calls", "usage", "customers", "history", "offers", "cells"]


@dataclass(frozen=True)
class Column:
    """One role that a column of a file can play; a file without a needed one cannot be read.

    ``serves`` says what cannot be done where the role is missing.
    """

    name: str
    content: Content
    needed: bool = True
    serves: str = ""

    @property
    def words(self) -> str:
        """The name as a person writes it at the start of a sentence."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of file's clean table, and the parts that files may have in columns of their own."""

    kind: Kind
    columns: tuple[Column, ...]
    parts: tuple[Column, ...] = ()

    @property
    def roles(self) -> tuple[Column, ...]:
        """All that a column of the file can be."""
        return tuple(each for column in self.columns for each in (column, *self._parts_of(column)))

    def _parts_of(self, column: Column) -> tuple[Column, ...]:
        return self.parts if column.content == "time" else ()

    def column(self, name: str) -> Column:
        """Return the role of that name; KeyError if the kind has none."""
        for column in self.roles:
            if column.name == name:
                return column
        raise KeyError(name)


PARTS = (Column(columns.CLOCK, "clock", False),)
CALLS = Layout(
    "calls",
    (
        Column(columns.CALLER, "identifier"),
        Column(columns.CALLEE, "identifier"),
        Column(columns.TIME, "time"),
        Column(columns.SECONDS, "seconds"),
        Column(columns.CELL, "text", False, "places: how far customers move and where they are at home"),
        Column(columns.PHONE_TYPE, "text", False, "phones: which one each customer has and had, loyalty, offers"),
        Column(columns.KIND, "event", False, "way to tell messages from calls"),
    ),
    PARTS,
)
USAGE = Layout(
    "usage",
    (
        Column(columns.CUSTOMER, "identifier"),
        Column(columns.TIME, "time"),
        Column(columns.MEGABYTES, "number"),
        Column(columns.PHONE_TYPE, "text", False, "phones seen between calls"),
        Column(columns.CATEGORY, "text", False, "kinds of internet use"),
    ),
    PARTS,
)
CUSTOMERS = Layout(
    "customers",
    (
        Column(columns.CUSTOMER, "identifier"),
        Column(columns.FIRST_NAME, "text", False, "ads that call the customer by name"),
        Column(columns.RESIDENCE, "text", True, "offers by residence"),
        Column(columns.BIRTH_YEAR, "year", True, "offers by age"),
        Column(columns.SEX, "text", False, "offers by sex"),
        Column(columns.SINCE, "date", False, "offers by length of the subscription"),
        Column(columns.LEFT_ON, "date", False, "way to leave out who is no customer any more"),
        Column(columns.PHONE_SINCE, "date", False, "age of the phone that is seen first"),
        Column(columns.PHOTO_CONSENT, "date", False, "faces: without consent no photo is used"),
    ),
)
HISTORY = Layout(
    "history",
    (
        Column(columns.CUSTOMER, "identifier"),
        Column(columns.OFFER, "identifier"),
        Column(columns.OUTCOME, "outcome"),
        Column(columns.ASKED_ON, "date", False, "way to tell what was known when the customer was asked"),
    ),
)
OFFERS = Layout(
    "offers",
    (
        Column(columns.OFFER, "identifier"),
        Column(columns.MARGIN, "text", False, "offers weighed by what they earn"),
        Column(columns.COST, "text", False, "offers weighed by what they cost"),
        *(
            Column(name, "text", False)
            for name in (
                columns.NAME, columns.MAKER, "template", "headline", "headline_short", "body", "price", "unit", "cta",
                "cta_short", "legal", "legal_short", "has_handset", "language", "stock", "budget",
            )
        ),
    ),
)  # fmt: skip
CELLS = Layout(
    "cells",
    (
        Column(columns.CELL, "identifier"),
        Column(columns.LATITUDE, "degrees"),
        Column(columns.LONGITUDE, "degrees"),
    ),
)
LAYOUTS: dict[Kind, Layout] = {
    layout.kind: layout for layout in (CALLS, USAGE, CELLS, CUSTOMERS, OFFERS, HISTORY)
}  # in the order in which they are read: customers are judged by the logs, history by customers and offers
