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


def offers_by_loyalty(
    customers: Sequence[str], current_maker: Sequence[str], offers: Sequence[Offer], loyalty: LoyaltyTable
) -> pd.DataFrame:
    """Return one row per customer with RECOMMENDATION_COLUMNS, without any figure of effect.

    Everybody gets the offer to whose maker the owners of the same phones most often go next, by the loyalty table;
    none where the table does not know it. That is an association: uplift, range and value stay missing.
    """
    chance = loyalty.rows[loyalty.rows["group"] == "all"].pivot_table(
        index="maker", columns="next_maker", values="probability", dropna=False
    )
    keys = np.array([offer.key for offer in offers], dtype=object)
    by_offer = chance.reindex(columns=[offer.maker for offer in offers]).to_numpy(dtype=float, na_value=np.nan)
    known = np.isfinite(by_offer).any(axis=1)
    best = np.where(known, keys[np.nan_to_num(by_offer, nan=-1.0).argmax(axis=1)], NO_OFFER)
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
