"""Offers limited by stock or budget: given out so that all customers together earn most, not first come, first served.

It is a transport problem, a linear programme whose solutions are whole numbers (Dantzig, 1951). HiGHS solves it
through scipy. Of a large base most customers are clear-cut once the offers' shadow prices are nearly known: those are
fixed, the others solved exactly, and the prices must confirm what was fixed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.errors import SemblanceError
from engine.job import JobContext
from engine.offers.catalogue import Offer
from engine.uplift.trial import BoolArray, FloatArray, IntArray

NOBODY = -1  # the place of "no offer"
SOLVED_AT_ONCE = 20_000  # customers
FIRST_MARGIN = 0.05  # of the values' spread: how much clearer than the next a choice must be to be fixed


def capacities(offers: Sequence[Offer], *, share: float = 1.0) -> FloatArray:
    """Return how many customers each offer can go to, by its stock and its budget; infinite without a limit.

    ``share`` scales the limits to a part of the base.
    """
    found = []
    for offer in offers:
        stock = math.inf if offer.stock is None else offer.stock * share
        paid = math.inf if offer.budget is None or offer.cost <= 0 else offer.budget * share / offer.cost
        found.append(min(stock, paid))
    return np.floor(np.array(found) + 1e-9)


def assign(value: FloatArray, capacity: FloatArray, *, context: JobContext | None = None) -> IntArray:
    """Return each customer's offer (its column of ``value``), or NOBODY, so that the sum of values is the largest.

    ``value`` (customers, offers) is what each is worth with each; nothing at or below 0 is given out. Without a limit
    that binds, everybody gets their best. Raises JobCancelled.
    """
    context = context or JobContext()
    best = value.argmax(axis=1).astype(np.int64)
    chosen = np.where(value[np.arange(len(best)), best] > 0, best, NOBODY)
    taken = np.bincount(chosen[chosen >= 0], minlength=value.shape[1])
    if (taken <= capacity).all():
        return chosen
    if len(value) <= SOLVED_AT_ONCE:
        return _solve(value, capacity, context)[0]
    some = np.random.default_rng(0).choice(len(value), SOLVED_AT_ONCE, replace=False)
    prices = _solve(value[some], capacity * SOLVED_AT_ONCE / len(value), context)[1]
    margin = FIRST_MARGIN * float(value[some].std())
    while True:
        found = _solve_around(value, capacity, prices, margin, context)
        if found is not None:
            return found
        margin *= 2


def _solve_around(
    value: FloatArray, capacity: FloatArray, prices: FloatArray, margin: float, context: JobContext
) -> IntArray | None:
    """Fix whoever is clear-cut at these prices, solve the rest; None if the rest's prices contradict what was fixed."""
    chosen, lead = _at_prices(value, prices)
    open_ = lead < margin
    if open_.all():
        return _solve(value, capacity, context)[0]
    left = capacity - np.bincount(chosen[~open_ & (chosen >= 0)], minlength=value.shape[1])
    if (left < 0).any():
        return None
    chosen[open_], final = _solve(value[open_], left, context)
    gain = np.maximum((value[~open_] - final).max(axis=1, initial=0.0), 0.0)
    fixed = chosen[~open_]
    kept = np.where(fixed >= 0, value[~open_, np.maximum(fixed, 0)] - final[np.maximum(fixed, 0)], 0.0)
    return chosen if np.allclose(kept, gain, atol=1e-9 * max(1.0, float(np.abs(value).max()))) else None


def _at_prices(value: FloatArray, prices: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return what each customer would take at these prices, and how far that is ahead of the next best."""
    gain = np.column_stack([np.zeros(len(value)), value - prices])
    order = np.partition(gain, gain.shape[1] - 2, axis=1)
    return gain.argmax(axis=1).astype(np.int64) - 1, order[:, -1] - order[:, -2]


def _solve(value: FloatArray, capacity: FloatArray, context: JobContext) -> tuple[IntArray, FloatArray]:
    """Solve the linear programme; return each customer's offer or NOBODY, and each offer's shadow price."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    context.check()
    worth = value > 0
    customer, offer = np.nonzero(worth)
    chosen = np.full(len(value), NOBODY, dtype=np.int64)
    if not len(customer):
        return chosen, np.zeros(value.shape[1])
    known, row = np.unique(customer, return_inverse=True)
    cells = np.arange(len(customer))
    rows = np.concatenate([row, len(known) + offer])
    limits = np.concatenate([np.ones(len(known)), np.minimum(capacity, len(value))])
    matrix = coo_matrix((np.ones(len(rows)), (rows, np.tile(cells, 2))), shape=(len(limits), len(cells))).tocsr()
    found = linprog(-value[worth], A_ub=matrix, b_ub=limits, bounds=(0, 1), method="highs-ds")
    context.check()
    if found.status != 0:
        raise SemblanceError(f"The offers could not be given out within their stock: {found.message}")
    given = found.x > 0.5
    chosen[customer[given]] = offer[given]
    return chosen, np.maximum(-found.ineqlin.marginals[len(known) :], 0.0)


def drawn_by_lot(among: BoolArray, most: float) -> BoolArray:
    """Return at most so many of some customers, drawn by the same lot each time."""
    places = np.flatnonzero(among)
    if len(places) <= most:
        return among
    kept = np.zeros(len(among), dtype=bool)
    kept[np.random.default_rng(0).permutation(places)[: int(most)]] = True
    return kept
