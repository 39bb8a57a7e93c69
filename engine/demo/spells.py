"""The handsets as the operator can see them: one spell per customer and handset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.demo.catalogue import Catalogue, choose_models, imei
from engine.demo.people import People
from engine.demo.phones import PhoneLives
from engine.demo.world import DAY_SECONDS, FIRST_DAY, LOG_DAYS, MAKERS, MONTH_SECONDS, FloatArray, IntArray, stream


@dataclass(frozen=True)
class Spells:
    """Handset spells as parallel arrays, ordered by customer and start. Times are seconds after the first day."""

    customer: IntArray
    model: IntArray  # row of the catalogue
    start: IntArray  # may lie before the logs
    end: IntArray  # the next handset's start, or when the customer is last seen
    changed: NDArray[np.bool_]  # whether another handset followed while the person was a customer
    imei: NDArray[np.object_]

    def at(self, customer: IntArray, second: IntArray) -> IntArray:
        """Return the spell that each customer is in at each moment."""
        span = 4_000_000_000
        keys = self.customer * span + np.maximum(self.start, 0)
        return np.searchsorted(keys, customer * span + second, side="right") - 1

    def table(self, ids: NDArray[np.object_], catalogue: Catalogue) -> pd.DataFrame:
        """Return customer, maker, model, start, end (missing = still used), next_maker (missing = not seen)."""
        makers = np.array(MAKERS, dtype=object)
        maker = makers[catalogue.maker[self.model]]
        following = np.append(maker[1:], np.array([None], dtype=object))
        day = FIRST_DAY.astype("datetime64[s]")
        return pd.DataFrame(
            {
                "customer": ids[self.customer],
                "maker": maker,
                "model": catalogue.model[self.model],
                "start": day + self.start,
                "end": pd.Series(day + self.end).where(self.changed),
                "next_maker": pd.Series(following).where(self.changed),
            }
        )


def seconds_of(month: FloatArray) -> IntArray:
    """Return seconds after the first day of months after it."""
    return np.asarray(np.floor(month * MONTH_SECONDS), dtype=np.int64)


def handset_spells(people: People, lives: PhoneLives, catalogue: Catalogue, seed: int) -> Spells:
    """Return the spells that overlap a customer's time with the operator within the logs."""
    rng = stream(seed, "spells")
    customers = len(people)
    customer = np.concatenate([np.arange(customers), lives.customer])
    month = np.concatenate([lives.first_start, lives.month])
    maker = np.concatenate([lives.first_maker, lives.maker])
    order = np.lexsort((month, customer))
    customer, month, maker = customer[order], month[order], maker[order]
    last = np.append(customer[1:] != customer[:-1], True)
    until = np.minimum(seconds_of(np.minimum(lives.left, 1e3)), LOG_DAYS * DAY_SECONDS)[customer]
    start = seconds_of(month)
    end = np.where(last, until, np.append(start[1:], 0))
    seen = end > np.maximum(people.since_day[customer], 0) * DAY_SECONDS
    model = _models_in_order(catalogue, customer, maker, month, rng)
    serial = rng.integers(0, 1_000_000, len(customer))
    return Spells(
        customer[seen], model[seen], start[seen], end[seen], ~last[seen], imei(catalogue.tac[model], serial)[seen]
    )


def _models_in_order(
    catalogue: Catalogue, customer: IntArray, maker: IntArray, month: FloatArray, rng: np.random.Generator
) -> IntArray:
    """Return the model of each spell; the next one is always another, so that a change can be seen."""
    model = np.full(len(customer), -1, dtype=np.int64)
    number = np.arange(len(customer)) - np.searchsorted(customer, customer, side="left")
    for turn in range(int(number.max()) + 1):
        rows = np.flatnonzero(number == turn)
        before = model[rows - 1] if turn else np.full(len(rows), -1, dtype=np.int64)
        model[rows] = choose_models(catalogue, maker[rows], month[rows], before, rng)
    return model
