"""The budget: customers ranked by what asking them is worth, and what is decided when only the first are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.columns import EXPECTED_VALUE, NO_OFFER, OFFER, PLANNED, UPLIFT, WITHHELD
from gui.column_store import CodeArray, ColumnStore, FloatArray, IntArray, TextColumn, sort_order

if TYPE_CHECKING:
    from engine.offers import Offer

PLANNED_WORTH = (
    "planned_worth"  # what asking is worth, also to those whom the budget leaves out: the order of the table
)


@dataclass(frozen=True, eq=False)
class Budget:
    """Who is asked under every budget: ``order`` are those worth asking, the most worth first.

    ``spent`` is the money spent on the best k, for every k from 0; ``place`` is each row's place in the order, and
    ``planned`` its offer when it is asked.
    """

    order: IntArray
    spent: FloatArray
    place: CodeArray
    planned: TextColumn
    worth: FloatArray

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.place)

    @property
    def most(self) -> int:
        """How many are worth asking."""
        return len(self.order)

    def asked(self, share: float) -> int:
        """Return how many are asked when the budget is for a share of all customers."""
        return min(self.most, max(0, round(share * self.customers)))

    def cost(self, share: float) -> float:
        """Return what asking a share costs."""
        return float(self.spent[self.asked(share)])

    def decide(self, store: ColumnStore, asked: int) -> None:
        """Put into a store what each customer gets, and is worth, when the best ``asked`` are asked."""
        among = self.place < asked
        none = np.int32(self.planned.code(NO_OFFER))
        store.put(OFFER, TextColumn(np.where(among, self.planned.codes, none), self.planned.values))
        store.put(EXPECTED_VALUE, np.where(among, self.worth, 0.0))


def uplift_column(offer: str) -> str:
    """Return the name of an offer's column of uplifts."""
    return f"uplift:{offer}"


def budget_of(store: ColumnStore, offers: Sequence[Offer]) -> Budget | None:
    """Return what it costs to ask the customers with an offer, those worth most first.

    Puts PLANNED_WORTH into the store. None where the campaign does not know what asking is worth.
    """
    if not store.has(UPLIFT) or np.isnan(store.numbers(UPLIFT)).any():
        return None
    planned = _with_none(store.text(PLANNED if store.has(PLANNED) else OFFER))
    known = {offer.key: offer for offer in offers}
    margins, costs = (
        np.array([getattr(known[key], name) if key in known else 0.0 for key in planned.values])
        for name in ("margin", "cost")
    )
    worth = margins[planned.codes] * store.numbers(UPLIFT) - costs[planned.codes]
    asked = np.flatnonzero(planned.codes != planned.code(NO_OFFER))
    order = asked[sort_order(worth[asked], descending=True)]
    place = np.full(len(store), len(store), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    spent = np.concatenate([[0.0], np.cumsum(costs[planned.codes[order]])])
    worth[place == len(store)] = 0.0
    store.put(PLANNED_WORTH, _with_withheld(store, offers, worth), stays=True)
    return Budget(order, spent, place, planned, worth)


def _with_withheld(store: ColumnStore, offers: Sequence[Offer], worth: FloatArray) -> FloatArray:
    """Return the worth with that of the offers which the designer withheld: their rows stay where they were."""
    if not store.has(WITHHELD):
        return worth
    withheld, uplift = store.numbers(WITHHELD) > 0, store.numbers(UPLIFT)
    found = worth.copy()
    for offer in offers:
        if store.has(uplift_column(offer.key)):
            mine = withheld & (store.numbers(uplift_column(offer.key)) == uplift)
            found[mine] = np.maximum(offer.margin * uplift[mine] - offer.cost, 0.0)
    return found


def _with_none(offers: TextColumn) -> TextColumn:
    """Return the same column in whose values NO_OFFER is, also for rows without a text."""
    values = offers.values if NO_OFFER in offers.values else (*offers.values, NO_OFFER)
    none = np.int32(values.index(NO_OFFER))
    return TextColumn(np.where(offers.codes < 0, none, offers.codes).astype(np.int32), values)
