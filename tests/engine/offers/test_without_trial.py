"""Offers where no past campaign says what they do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.columns import CURRENT_MAKER, NO_OFFER, OFFER, UPLIFT
from engine.handsets import LoyaltyTable
from engine.offers import Offer
from engine.offers.without_trial import FEWEST_CHANGES, offers_by_loyalty

SAMSUNG, XIAOMI = Offer("s", "S", "Samsung", 100, 10), Offer("x", "X", "Xiaomi", 100, 10)


def loyalty(**chances: dict[str, tuple[float, int]]) -> LoyaltyTable:
    """Return a table of the chance and the number of changes from each maker to each next one."""
    rows = [
        {"group": "all", "maker": maker, "next_maker": following, "probability": chance, "changes": changes}
        for maker, by_next in chances.items()
        for following, (chance, changes) in by_next.items()
    ]
    return LoyaltyTable(pd.DataFrame(rows), 24)


def chosen(table: LoyaltyTable, *offers: Offer, makers: tuple[str, ...] = ("Samsung", "Nokia")) -> list[str]:
    frame = offers_by_loyalty([str(n) for n in range(len(makers))], makers, offers, table)
    assert frame[CURRENT_MAKER].tolist() == list(makers)
    assert frame[UPLIFT].isna().all()
    return frame[OFFER].tolist()


def test_owners_get_the_offer_to_whose_maker_they_go_most_often():
    table = loyalty(
        Samsung={"Samsung": (0.4, 40), "Xiaomi": (0.2, 20)}, Nokia={"Samsung": (0.1, 6), "Xiaomi": (0.2, 12)}
    )
    assert chosen(table, SAMSUNG, XIAOMI) == chosen(table, XIAOMI, SAMSUNG) == ["s", "x"]


@pytest.mark.parametrize(
    "going",
    [
        {"Samsung": (0.0, 0), "Xiaomi": (0.0, 0)},
        {"Samsung": (0.2, 20), "Xiaomi": (0.2, 20)},
        {"Samsung": (0.2, FEWEST_CHANGES - 1), "Xiaomi": (0.0, 0)},
        {"Samsung": (np.nan, 0)},
    ],
    ids=["nobody changed", "as often", "too few", "not told"],
)
def test_where_it_cannot_be_told_nobody_gets_an_offer_in_whatever_order_they_stand(going):
    table = loyalty(Samsung=going, Nokia={"Samsung": (0.3, 30), "Xiaomi": (0.1, 10)})
    assert chosen(table, SAMSUNG, XIAOMI) == chosen(table, XIAOMI, SAMSUNG) == [NO_OFFER, "s"]


def test_of_one_makers_offers_the_one_that_earns_most_is_chosen():
    table = loyalty(Samsung={"Samsung": (0.4, 40)}, Nokia={"Samsung": (0.3, 30)})
    better = Offer("better", "B", "Samsung", 200, 10)
    assert chosen(table, SAMSUNG, better) == chosen(table, better, SAMSUNG) == ["better", "better"]


def test_an_unknown_phone_gets_no_offer():
    table = loyalty(Samsung={"Samsung": (0.4, 40)})
    assert chosen(table, SAMSUNG, makers=("unknown",)) == [NO_OFFER]
