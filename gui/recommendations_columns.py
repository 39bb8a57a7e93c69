"""The columns of the customers' table: what stands in each, and how it sorts and is searched."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.columns import (
    BIRTH_YEAR,
    CURRENT_MAKER,
    CUSTOMER,
    EXPECTED_VALUE,
    NO_OFFER,
    OFFER,
    PLANNED,
    RESIDENCE,
    SEGMENT,
    UNKNOWN_MAKER,
    UPLIFT,
    UPLIFT_HIGH,
    UPLIFT_LOW,
)
from gui import numbers
from gui.budget import PLANNED_WORTH, uplift_column
from gui.column_store import ColumnStore, FloatArray, TextColumn, fold
from gui.customer_facts import BASELINE, CURRENT_MODEL
from gui.findings import offer_name
from gui.money import currency_of
from gui.offer_words import age_band, is_clear
from gui.segment_words import segment_rank, segment_words
from gui.table_model import TableCell, TableColumn

if TYPE_CHECKING:
    from engine.offers import Offer
    from gui.results import CampaignResults

AGE_BAND = "age_band"


def tr(text: str) -> str:
    """Translate a phrase of the customers' table."""
    return QCoreApplication.translate("recommendations", text)


def customer_store(results: CampaignResults) -> ColumnStore:
    """Return the campaign's customers with their age bands, searched by key, town and phone."""
    assert results.customers is not None
    names = {offer.key: offer.name for offer in results.offers}
    store = ColumnStore(
        results.customers,
        key=CUSTOMER,
        searched=(RESIDENCE, CURRENT_MAKER, CURRENT_MODEL),
        ranks={
            OFFER: lambda key: (key == NO_OFFER, fold(names.get(key, key))),
            SEGMENT: segment_rank,
        },
    )
    if store.has(BIRTH_YEAR) and results.span is not None:
        bands = age_bands(store.numbers(BIRTH_YEAR), results.span[1].year)
        store.put(AGE_BAND, bands, stays=True, rank=bands.values.index)
    return store


def age_bands(birth_years: FloatArray, year: int) -> TextColumn:
    """Return the age band of each customer in a year, the youngest first among the bands."""
    born = np.where(birth_years >= 0, birth_years, -1.0).astype(np.int64)  # not known: -1, the last place of the table
    names: dict[str, int] = {}
    table = np.full(int(born.max(initial=0)) + 2, -1, dtype=np.int32)
    for each in np.flatnonzero(np.bincount(born[born >= 0]))[::-1].tolist():
        table[each] = names.setdefault(age_band(each, year), len(names))
    return TextColumn(table[born], tuple(names))


def customer_columns(results: CampaignResults, store: ColumnStore, *, has_trial: bool) -> tuple[TableColumn, ...]:
    """Return the columns; without a past campaign nothing is known of uplift and worth, so towns stand there."""
    known: tuple[TableColumn, ...] = (_customer(store), _has_now(store), _offer(results, store))
    if has_trial:
        known = (*known, _uplift(store), _likely(store), _worth(results, store), _segment(store))
    extra = [
        _texts(store, title, name, widest)
        for title, name, widest in (
            (tr("Town"), RESIDENCE, "Székesfehérvár"),
            (tr("Age"), AGE_BAND, "65 or over"),
            (tr("Phone"), CURRENT_MODEL, "Samsung Galaxy S21"),
        )
        if store.has(name)
    ]
    if extra and not has_trial:
        extra[0] = replace(extra[0], is_extra=False, stretches=True)
    if has_trial and store.has(BASELINE):
        extra.append(_baseline(store))
    if has_trial:
        extra.extend(_offer_uplift(store, each) for each in results.offers if store.has(uplift_column(each.key)))
    return (*known, *extra)


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
    beyond = tr("Beyond the budget: {offer} would be worth asking")

    def cell(row: int) -> TableCell:
        key = store.value(OFFER, row)
        if key != NO_OFFER:
            return TableCell(offer_name(results.offers, key))
        planned = store.value(PLANNED, row) if store.has(PLANNED) else NO_OFFER
        tip = "" if planned in ("", NO_OFFER) else beyond.format(offer=offer_name(results.offers, planned))
        return TableCell(offer_name(results.offers, NO_OFFER), "muted", tip=tip)

    widest = max((offer.name for offer in results.offers), key=len, default="")
    return TableColumn(tr("Offer"), cell, OFFER, widest[:18], stretches=True)


def _texts(store: ColumnStore, title: str, name: str, widest: str) -> TableColumn:
    return TableColumn(title, lambda row: TableCell(store.value(name, row)), name, widest, is_extra=True)


def _baseline(store: ColumnStore) -> TableColumn:
    chance = store.numbers(BASELINE)

    def cell(row: int) -> TableCell:
        return TableCell("" if math.isnan(chance[row]) else numbers.points(float(chance[row]), signed=False))

    tip = tr("Of 100 customers like this one, how many say yes without any offer")
    return TableColumn(
        tr("Says yes anyway"), cell, BASELINE, "00.0", is_number=True, falls=True, tip=tip, is_extra=True
    )


def _offer_uplift(store: ColumnStore, offer: Offer) -> TableColumn:
    name = uplift_column(offer.key)
    uplift = store.numbers(name)

    def cell(row: int) -> TableCell:
        return TableCell("" if math.isnan(uplift[row]) else numbers.points(float(uplift[row])))

    tip = tr("Of 100 customers like this one, how many more say yes with {offer} than without it")
    return TableColumn(
        tr("Uplift, {offer}").format(offer=offer.name), cell, name, "\u221200.0", is_number=True, falls=True,
        tip=tip.format(offer=offer.name), is_extra=True,
    )  # fmt: skip


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

    tip = tr("Of 100 customers like this one, how many more say yes with the offer than without it; a grey dot where "
             "there is no clear difference")  # fmt: skip
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
    tip = tr("Expected gain from asking this customer: margin times uplift, less the cost of asking")

    def cell(row: int) -> TableCell:
        value = float(store.numbers(EXPECTED_VALUE)[row])
        if math.isnan(value):
            return TableCell("")
        digits = 0 if abs(value) >= 100 or value == 0 else 1
        return TableCell(numbers.decimal(value, digits), None if value > 0 else "muted")

    title = currency_of(results.offers).heading(tr("Worth"))
    order = PLANNED_WORTH if store.has(PLANNED_WORTH) else EXPECTED_VALUE
    return TableColumn(title, cell, order, "00,000", is_number=True, falls=True, tip=tip)


def _segment(store: ColumnStore) -> TableColumn:
    def cell(row: int) -> TableCell:
        words = segment_words(store.value(SEGMENT, row))
        return TableCell(words.name, words.tone, words.icon, tip=words.tip)

    longest = max((segment_words(segment).name for segment in ("sleeping dog", "sure thing")), key=len)
    return TableColumn(tr("Segment"), cell, SEGMENT, f"{longest}      ")
