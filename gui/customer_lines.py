"""What the pane of one customer lists: the phones so far, and what each offer does, as rows on one axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from engine.columns import CUSTOMER
from gui import numbers
from gui.budget import uplift_column
from gui.charts.row_chart import RowLine, difference_tone
from gui.column_store import ColumnStore

if TYPE_CHECKING:
    from engine.offers import Offer
    from gui.results import CampaignResults


def tr(text: str) -> str:
    """Translate a phrase about one customer."""
    return QCoreApplication.translate("customer", text)


@dataclass(frozen=True)
class Phone:
    """A phone that a customer had: since when, which, and whether it is in use now."""

    since: date | None
    name: str
    is_now: bool


def phones_of(results: CampaignResults, customer: str) -> tuple[Phone, ...]:
    """Return a customer's phones, the latest first."""
    import pyarrow.compute as pc

    if results.phones is None:
        return ()
    found = []
    for phone in results.phones.filter(pc.equal(results.phones[CUSTOMER], customer)).to_pylist():
        maker, model, since = phone["maker"] or "", phone["model"] or "", phone["start"]
        name = model if model.startswith(maker) else f"{maker} {model}".strip()
        day = since.date() if isinstance(since, datetime) else since
        found.append(Phone(day, name, phone["end"] is None))
    return tuple(sorted(found, key=lambda each: each.since or date.min, reverse=True))


def offer_lines(results: CampaignResults, store: ColumnStore, number: int, chosen: str) -> tuple[RowLine, ...]:
    """Return what each offer does to the customer in a row; empty where the campaign does not know."""
    found = []
    for offer in results.offers:
        if store.has(uplift_column(offer.key)):
            middle, low, high = (
                float(store.numbers(f"{part}:{offer.key}")[number]) for part in ("uplift", "low", "high")
            )
            if not math.isnan(middle):
                found.append(_line(offer, middle, low, high, chosen, is_level=False))
    return _best_first(found)


def loyalty_lines(results: CampaignResults, maker: str, chosen: str) -> tuple[RowLine, ...]:
    """Return how often owners of a maker's phones go next to the maker of each offer."""
    if results.loyalty is None:
        return ()
    rows = results.loyalty.rows
    is_told = rows["followed_months"] == results.loyalty.horizon_months
    mine = rows[(rows["group"] == "all") & (rows["maker"] == maker) & is_told]
    known: dict[str, Any] = {str(row.next_maker): row for row in mine.itertuples(index=False)}
    found = []
    for offer in results.offers:
        one = known.get(offer.maker)
        if one is not None:
            ends = (float(one.probability), float(one.low), float(one.high))
            found.append(_line(offer, *ends, chosen, is_level=True))
    return _best_first(found)


def _best_first(lines: list[RowLine]) -> tuple[RowLine, ...]:
    return tuple(sorted(lines, key=lambda line: -(line.value or 0.0)))


def _line(offer: Offer, middle: float, low: float, high: float, chosen: str, *, is_level: bool) -> RowLine:
    """Return an offer's row in points of 100; a level (not a difference) is written unsigned."""
    digits = 1 if any(0 < abs(end) < 0.005 for end in (low, high)) else 0
    spread = numbers.likely_range(*(numbers.points(end, digits, signed=False) for end in (low, high)))
    return RowLine(
        offer.key, offer.name, middle, low, high, numbers.points(middle, signed=not is_level), spread,
        tone=difference_tone(low, high), unit=tr("points of 100"), is_strong=offer.key == chosen,
    )  # fmt: skip
