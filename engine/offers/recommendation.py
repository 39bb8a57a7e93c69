"""One recommendation per customer: the offer with the highest expected value, or none."""

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
from engine.job import JobContext
from engine.offers.assignment import assign, capacities, drawn_by_lot
from engine.offers.catalogue import Offer
from engine.offers.segments import SLEEPING_DOG, segments
from engine.uplift.evaluation import UpliftEvaluation
from engine.uplift.trial import BoolArray, FloatArray, IntArray


def recommend(
    uplift: FloatArray,
    low: FloatArray,
    high: FloatArray,
    baseline: FloatArray,
    customers: Sequence[str],
    current_maker: Sequence[str],
    offers: Sequence[Offer],
    evaluation: UpliftEvaluation,
    *,
    away: BoolArray | None = None,
    context: JobContext | None = None,
) -> pd.DataFrame:
    """Return one row per customer with RECOMMENDATION_COLUMNS.

    ``uplift``, ``low`` and ``high`` are (customers, offers) in the order of ``offers``. With a signal, each customer
    gets the offer with the highest margin x uplift - cost, or none where that is not above 0. A customer whom every
    offer drives away ("sleeping dog") never gets one. Uplift and its range are those of the offer recommended, and of
    the best one by value where none is. Without a signal, all customers get what is best on average: the offer of
    ``best_single_offer``, or none; uplift and range are that average.

    Where stock or budget of an offer do not reach, offers are given out so that all customers together earn most;
    who is ``away`` takes no stock. A customer worth an offer that ran out gets none, and stays a persuadable one.
    """
    there = np.ones(len(customers), dtype=bool) if away is None else ~away
    limits = capacities(offers)
    if not evaluation.has_signal:
        best, worth, middle, bottom, top = _same_for_all(len(customers), offers, evaluation)
        limit = limits[best[0]] if len(best) else np.inf
        asked = drawn_by_lot(worth & there, limit) if np.isfinite(limit) else worth
    else:
        value = expected_values(uplift, offers)
        best, asked, worth = _personal(value, uplift, there, limits, context or JobContext())
        rows = np.arange(len(best))
        middle, bottom, top = uplift[rows, best], low[rows, best], high[rows, best]
    margins, costs = _money(offers)
    gain = np.where(asked, margins[best] * middle - costs[best], 0.0)
    keys = np.array([offer.key for offer in offers], dtype=object)
    table = {
        CUSTOMER: np.asarray(customers, dtype=object),
        CURRENT_MAKER: np.asarray(current_maker, dtype=object),
        OFFER: np.where(asked, keys[best], NO_OFFER),
        UPLIFT: middle,
        UPLIFT_LOW: bottom,
        UPLIFT_HIGH: top,
        EXPECTED_VALUE: gain,
        SEGMENT: segments(middle, top, baseline, worth),
    }
    return pd.DataFrame(table, columns=list(RECOMMENDATION_COLUMNS))


def _personal(
    value: FloatArray, uplift: FloatArray, there: BoolArray, limits: FloatArray, context: JobContext
) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return each customer's offer, whether it is sent, and whether any offer is worth sending."""
    best = value.argmax(axis=1).astype(np.int64)
    rows = np.arange(len(best))
    worth = (value[rows, best] > 0) & (uplift[rows, best] > 0)
    if np.isinf(limits).all():
        return best, worth, worth
    allowed = np.where((uplift > 0) & there[:, None], value, 0.0)
    given = assign(allowed, limits, context=context)
    return np.where(given >= 0, given, best), given >= 0, worth


def offer_for_all(
    personal: pd.DataFrame,
    uplift: FloatArray,
    low: FloatArray,
    high: FloatArray,
    baseline: FloatArray,
    offers: Sequence[Offer],
    key: str,
    *,
    away: BoolArray | None = None,
) -> pd.DataFrame:
    """Return the rows that ``recommend`` made with one offer for all, or with NO_OFFER for everybody.

    Uplift, range, value and segment are those of that offer, so a value may be below 0. Sleeping dogs, whether of
    this offer or of all, still get none; a stock that does not reach goes to those who are worth most.
    """
    table = personal.copy()
    if key == NO_OFFER:
        table[OFFER], table[EXPECTED_VALUE] = NO_OFFER, 0.0
        return table
    place = [offer.key for offer in offers].index(key)
    middle, top, value = uplift[:, place], high[:, place], expected_values(uplift, offers)[:, place]
    segment = segments(middle, top, baseline, (value > 0) & (middle > 0))
    segment = np.where(personal[SEGMENT] == SLEEPING_DOG, SLEEPING_DOG, segment)
    asked = segment != SLEEPING_DOG
    limit = capacities(offers)[place]
    if np.isfinite(limit):
        wanted = np.flatnonzero(asked if away is None else asked & ~away)
        asked = np.zeros_like(asked)
        asked[wanted[np.argsort(-value[wanted], kind="stable")[: int(limit)]]] = True
    table[OFFER] = np.where(asked, key, NO_OFFER)
    table[UPLIFT], table[UPLIFT_LOW], table[UPLIFT_HIGH] = middle, low[:, place], top
    table[EXPECTED_VALUE] = np.where(asked, value, 0.0)
    table[SEGMENT] = segment
    return table


def expected_values(uplift: FloatArray, offers: Sequence[Offer]) -> FloatArray:
    """Return (customers, offers) margin x uplift - cost, in money per customer asked."""
    margins, costs = _money(offers)
    return uplift * margins - costs


def best_single_offer(offers: Sequence[Offer], evaluation: UpliftEvaluation) -> int | None:
    """Return the position of the offer to send to all, or None if no offer is clearly better than none.

    It is the offer with the highest average value; it counts as clearly better if the lower end of the likely range
    of that average is above 0.
    """
    averages = [evaluation.average(offer.key) for offer in offers]
    values = [offer.margin * average.value - offer.cost for offer, average in zip(offers, averages, strict=True)]
    best = int(np.argmax(values))
    return best if offers[best].margin * averages[best].low - offers[best].cost > 0 else None


def _money(offers: Sequence[Offer]) -> tuple[FloatArray, FloatArray]:
    return np.array([offer.margin for offer in offers]), np.array([offer.cost for offer in offers])


def _same_for_all(
    count: int, offers: Sequence[Offer], evaluation: UpliftEvaluation
) -> tuple[IntArray, BoolArray, FloatArray, FloatArray, FloatArray]:
    """Return best offer, whether to ask, and the average uplift with range, the same in every row."""
    chosen = best_single_offer(offers, evaluation)
    averages = [evaluation.average(offer.key) for offer in offers]
    values = [offer.margin * average.value - offer.cost for offer, average in zip(offers, averages, strict=True)]
    best = int(np.argmax(values))
    average = averages[best]
    return (
        np.full(count, best, dtype=np.int64),
        np.full(count, chosen is not None),
        np.full(count, average.value),
        np.full(count, average.low),
        np.full(count, average.high),
    )
