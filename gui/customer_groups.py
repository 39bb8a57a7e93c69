"""The customers by town and age band: how many there are, and how many of them get an offer, as is decided now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.columns import NO_OFFER, OFFER
from gui import numbers
from gui.charts.row_chart import RowLine
from gui.column_store import BoolArray, ColumnStore, IntArray

if TYPE_CHECKING:
    from engine.offers import Offer
    from engine.offers.reach import Unevenness


MOST_GROUPS = 8


def tr(text: str) -> str:
    """Translate a phrase about groups of customers."""
    return QCoreApplication.translate("groups", text)


def _counts(store: ColumnStore, column: str, among: BoolArray | None = None) -> IntArray:
    """Return how many customers each group has, or how many of those ``among`` it; who is in none is left out."""
    found = store.text(column)
    mine = found.codes >= 0 if among is None else among & (found.codes >= 0)
    return np.bincount(found.codes[mine], minlength=len(found.values))


def thinnest(store: ColumnStore, column: str) -> tuple[str, int]:
    """Return the group with the fewest customers and their number; no name where there are no groups."""
    if not store.has(column) or not store.text(column).values:
        return "", 0
    counts = _counts(store, column)
    least = int(counts.argmin())
    return store.text(column).values[least], int(counts[least])


def reach_lines(
    store: ColumnStore, column: str, offers: Sequence[Offer], *, largest_first: bool = False
) -> list[RowLine]:
    """Return the share of each of the largest groups that gets an offer, in the column's order; thin ones say so."""
    from engine.offers.reach import THIN

    if not store.has(column):
        return []
    names, counts, given = store.text(column).values, _counts(store, column), store.text(OFFER)
    largest = np.argsort(-counts, kind="stable")[:MOST_GROUPS].tolist()
    each = {
        offer.name: _counts(store, column, given.codes == given.code(offer.key))
        for offer in offers
        if offer.key in given.values
    }
    found = []
    for place in largest if largest_first else sorted(largest):
        count, name = int(counts[place]), names[place]
        if count < THIN:
            words = tr("only {count} customers") if count > 1 else tr("only {count} customer")
            found.append(RowLine(name, name, note=words.format(count=numbers.decimal(count))))
            continue
        share = sum(int(one[place]) for one in each.values()) / count
        parts = (f"{offer} {numbers.percent(int(one[place]) / count, 0)}" for offer, one in each.items())
        unit = tr("of {count} customers get an offer: {parts}").format(
            count=numbers.decimal(count), parts=", ".join(parts)
        )
        found.append(RowLine(name, name, share, number=numbers.percent(share, 0), unit=unit))
    return found


def reach_of(store: ColumnStore, column: str) -> Unevenness | None:
    """Compare the groups whom offers reach most and least, thin ones left out; None where there are not two."""
    from engine.offers.reach import unevenness

    if not store.has(column):
        return None
    asked = store.text(OFFER).rows_with(lambda key: key != NO_OFFER)
    counts = [int(count) for count in _counts(store, column)]
    return unevenness(column, store.text(column).values, counts, [int(n) for n in _counts(store, column, asked)])
