"""What can be said without a randomised campaign: which offer follows the way that people like this one went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from engine.columns import (
    CURRENT_MAKER,
    CUSTOMER,
    EXPECTED_VALUE,
    NO_OFFER,
    OFFER,
    RECOMMENDATION_COLUMNS,
    SEGMENT,
    UPLIFT,
    UPLIFT_HIGH,
    UPLIFT_LOW,
)
from engine.handsets import LoyaltyTable
from engine.offers.catalogue import Offer

UNKNOWN_SEGMENT = "unknown"
FEWEST_CHANGES = 10  # of the owners of one maker's phones, for where they go next to say anything


def offers_by_loyalty(
    customers: Sequence[str], current_maker: Sequence[str], offers: Sequence[Offer], loyalty: LoyaltyTable
) -> pd.DataFrame:
    """Return one row per customer with RECOMMENDATION_COLUMNS, without any figure of effect.

    Everybody gets the offer to whose maker the owners of the same phones most often go next, by the loyalty table; of
    several offers of that maker, the one that earns most. None goes to owners of whom fewer than FEWEST_CHANGES changes
    were seen, or who go to the makers of several offers equally often. It is an association: uplift, range and value
    stay missing.
    """
    everybody = loyalty.rows[loyalty.rows["group"] == "all"]
    seen = everybody.groupby("maker")["changes"].sum()
    chance = everybody.pivot_table(index="maker", columns="next_maker", values="probability", dropna=False)
    by_maker: dict[str, Offer] = {}
    for offer in offers:
        rival = by_maker.get(offer.maker)
        if rival is None or offer.margin - offer.cost > rival.margin - rival.cost:
            by_maker[offer.maker] = offer
    reached = chance.reindex(columns=list(by_maker)).to_numpy(dtype=float, na_value=np.nan)
    reached = np.nan_to_num(reached)
    most = reached.max(axis=1, initial=0.0)
    is_told = (most > 0) & ((reached == most[:, None]).sum(axis=1) == 1)
    is_told &= seen.reindex(chance.index).fillna(0).to_numpy() >= FEWEST_CHANGES
    keys = np.array([offer.key for offer in by_maker.values()], dtype=object)
    best = np.where(is_told, keys[reached.argmax(axis=1)], NO_OFFER)
    chosen = pd.Series(best, index=chance.index).reindex(list(current_maker)).fillna(NO_OFFER)
    missing = np.full(len(chosen), np.nan)
    table = {
        CUSTOMER: np.asarray(customers, dtype=object),
        CURRENT_MAKER: np.asarray(current_maker, dtype=object),
        OFFER: chosen.to_numpy(dtype=object),
        UPLIFT: missing,
        UPLIFT_LOW: missing,
        UPLIFT_HIGH: missing,
        EXPECTED_VALUE: missing,
        SEGMENT: np.full(len(chosen), UNKNOWN_SEGMENT, dtype=object),
    }
    return pd.DataFrame(table, columns=list(RECOMMENDATION_COLUMNS))
