"""The columns of the customers' table: what stands in each, and how it sorts and is searched."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.columns import (
    CURRENT_MAKER,
    CUSTOMER,
    EXPECTED_VALUE,
    NO_OFFER,
    OFFER,
    RESIDENCE,
    SEGMENT,
    UNKNOWN_MAKER,
    UPLIFT,
    UPLIFT_HIGH,
    UPLIFT_LOW,
)
from gui import numbers
from gui.column_store import ColumnStore, fold
from gui.customer_facts import CURRENT_MODEL
from gui.findings import offer_name
from gui.money import currency_of
from gui.offer_words import is_clear
from gui.segment_words import segment_rank, segment_words
from gui.table_model import TableCell, TableColumn

if TYPE_CHECKING:
    from gui.results import CampaignResults


def tr(text: str) -> str:
    """Translate a phrase of the customers' table."""
    return QCoreApplication.translate("recommendations", text)


def customer_store(results: CampaignResults) -> ColumnStore:
    """Return the campaign's customers, searched by key, town and phone, filtered by offer."""
    assert results.customers is not None
    names = {offer.key: offer.name for offer in results.offers}
    return ColumnStore(
        results.customers,
        key=CUSTOMER,
        searched=(RESIDENCE, CURRENT_MAKER, CURRENT_MODEL),
        filtered=OFFER,
        ranks={
            OFFER: lambda key: (key == NO_OFFER, fold(names.get(key, key))),
            SEGMENT: segment_rank,
        },
    )


def customer_columns(results: CampaignResults, store: ColumnStore, *, has_trial: bool) -> tuple[TableColumn, ...]:
    """Return the columns; without a past campaign nothing is known of uplift and worth, so towns stand there."""
    known = (_customer(store), _has_now(store), _offer(results, store))
    if not has_trial:
        return (*known, _town(store)) if store.has(RESIDENCE) else known
    return (*known, _uplift(store), _likely(store), _worth(results, store), _segment(store))


def _customer(store: ColumnStore) -> TableColumn:
    return TableColumn(
        tr("Customer"), lambda row: TableCell(numbers.customer_key(store.key(row))), CUSTOMER, "000\u00a0000"
    )


def _has_now(store: ColumnStore) -> TableColumn:
    def cell(row: int) -> TableCell:
        maker = store.value(CURRENT_MAKER, row)
        if maker in ("", UNKNOWN_MAKER):
            return TableCell(tr("Not known"), "muted")
        model = store.value(CURRENT_MODEL, row) if store.has(CURRENT_MODEL) else ""
        return TableCell(maker, tip=model if model.startswith(maker) else f"{maker} {model}".strip())

    return TableColumn(tr("Has now"), cell, CURRENT_MAKER, "Not known")


def _offer(results: CampaignResults, store: ColumnStore) -> TableColumn:
    def cell(row: int) -> TableCell:
        key = store.value(OFFER, row)
        return TableCell(offer_name(results.offers, key), "muted" if key == NO_OFFER else None)

    widest = max((offer.name for offer in results.offers), key=len, default="")
    return TableColumn(tr("Offer"), cell, OFFER, widest[:18], stretches=True)


def _town(store: ColumnStore) -> TableColumn:
    return TableColumn(
        tr("Town"), lambda row: TableCell(store.value(RESIDENCE, row)), RESIDENCE, "Székesfehérvár", stretches=True
    )


def _uplift(store: ColumnStore) -> TableColumn:
    middle, low, high = (store.numbers(name) for name in (UPLIFT, UPLIFT_LOW, UPLIFT_HIGH))
    unclear = tr("no clear difference: the likely range contains zero")

    def cell(row: int) -> TableCell:
        value = float(middle[row])
        if math.isnan(value):
            return TableCell("")
        text = numbers.points(value)
        if is_clear(float(low[row]), float(high[row])):
            return TableCell(text)
        return TableCell(text, "muted", dot=True, tip=unclear, says=f"{text}, {unclear}")

    tip = tr("Of 100 customers like this one, how many more say yes with the offer than without it")
    return TableColumn(tr("Uplift"), cell, UPLIFT, "\u221200.0", is_number=True, falls=True, tip=tip)


def _likely(store: ColumnStore) -> TableColumn:
    low, high = store.numbers(UPLIFT_LOW), store.numbers(UPLIFT_HIGH)

    def cell(row: int) -> TableCell:
        ends = float(low[row]), float(high[row])
        if math.isnan(ends[0]):
            return TableCell("")
        text = numbers.likely_range(*(numbers.points(end, signed=False) for end in ends))
        return TableCell(text, None if is_clear(*ends) else "muted")

    tip = tr("95 % confidence interval of the uplift, in points of 100; sorts by its lower end")
    widest = numbers.likely_range("\u221200.0", "00.0")
    return TableColumn(tr("Likely range"), cell, UPLIFT_LOW, widest, is_number=True, falls=True, tip=tip)


def _worth(results: CampaignResults, store: ColumnStore) -> TableColumn:
    worth = store.numbers(EXPECTED_VALUE)
    tip = tr("Expected gain from asking this customer: margin times uplift, less the cost of asking")

    def cell(row: int) -> TableCell:
        value = float(worth[row])
        if math.isnan(value):
            return TableCell("")
        digits = 0 if abs(value) >= 100 or value == 0 else 1
        return TableCell(numbers.decimal(value, digits), None if value > 0 else "muted")

    title = currency_of(results.offers).heading(tr("Worth"))
    return TableColumn(title, cell, EXPECTED_VALUE, "00,000", is_number=True, falls=True, tip=tip)


def _segment(store: ColumnStore) -> TableColumn:
    def cell(row: int) -> TableCell:
        words = segment_words(store.value(SEGMENT, row))
        return TableCell(words.name, words.tone, words.icon, tip=words.tip)

    longest = max((segment_words(segment).name for segment in ("sleeping dog", "sure thing")), key=len)
    return TableColumn(tr("Segment"), cell, SEGMENT, f"{longest}      ")
