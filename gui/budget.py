"""What asking costs: customers ranked by what their best offer is worth, and their costs added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.columns import EXPECTED_VALUE
from gui.column_store import ColumnStore, FloatArray, sort_order

if TYPE_CHECKING:
    from engine.offers import Offer


@dataclass(frozen=True, eq=False)
class Budget:
    """Money spent when the best k customers are asked, for every k from 0."""

    spent: FloatArray

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.spent) - 1

    def asked(self, share: float) -> int:
        """Return how many customers a share of all is."""
        return min(self.customers, max(0, round(share * self.customers)))

    def cost(self, share: float) -> float:
        """Return what asking a share costs."""
        return float(self.spent[self.asked(share)])


def uplift_column(offer: str) -> str:
    """Return the name of an offer's column of uplifts."""
    return f"uplift:{offer}"


def budget_of(store: ColumnStore, offers: Sequence[Offer]) -> Budget | None:
    """Return what it costs to ask the best customers first, each with their best offer.

    None where the campaign does not know what each offer does to each customer.
    """
    known = [offer for offer in offers if store.has(uplift_column(offer.key))]
    if not known or not store.has(EXPECTED_VALUE):
        return None
    values = np.column_stack([offer.margin * store.numbers(uplift_column(offer.key)) - offer.cost for offer in known])
    if np.isnan(values).any():
        return None
    best = values.argmax(axis=1)
    order = sort_order(values[np.arange(len(best)), best], descending=True)
    costs = np.array([offer.cost for offer in known])[best[order]]
    return Budget(np.concatenate([[0.0], np.cumsum(costs)]))
