"""The customers by town and age band: how many there are, and how many of them get an offer, as is decided now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.columns import NO_OFFER, OFFER
from gui.column_store import BoolArray, ColumnStore, IntArray

if TYPE_CHECKING:
    from engine.offers.reach import Unevenness


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


def reach_of(store: ColumnStore, column: str) -> Unevenness | None:
    """Compare the groups whom offers reach most and least, thin ones left out; None where there are not two."""
    from engine.offers.reach import THIN, Unevenness

    if not store.has(column):
        return None
    names, counts = store.text(column).values, _counts(store, column)
    large = np.flatnonzero(counts >= THIN)
    if len(large) < 2:
        return None
    asked = store.text(OFFER).rows_with(lambda key: key != NO_OFFER)
    share = _counts(store, column, asked)[large] / counts[large]
    most, least = int(share.argmax()), int(share.argmin())
    if share[most] == 0:
        return None
    return Unevenness(
        column, float(share[least] / share[most]), names[large[most]], float(share[most]),
        names[large[least]], float(share[least]), int(counts[large].sum()),
    )  # fmt: skip
