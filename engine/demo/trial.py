"""The last, randomised campaign, and what each offer truly does to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.columns import NO_OFFER
from engine.demo.world import BoolArray, FloatArray, IntArray, stream

OFFERS = ("samsung-5g", "xiaomi-15", "iphone-tradein")
# How well the offered handset suits the owner of each maker's, in the order of MAKERS.
SUITS = (
    (0.9, 0.1, 0.4, -0.2, 0.2, 0.5, 0.5, 0.2),
    (0.0, 0.9, 0.3, -0.3, 0.7, 0.3, 0.0, 0.2),
    (0.1, 0.0, 0.0, 1.0, 0.0, 0.0, -0.2, 0.1),
)
LOWEST, HIGHEST = -0.08, 0.35


@dataclass(frozen=True)
class Observables:
    """What the logs show of each customer at their end, as parallel arrays."""

    age: IntArray  # years
    wealth: FloatArray  # of the town, -1 to 1
    maker: IntArray
    phone_age_months: FloatArray
    tenure_years: FloatArray
    megabytes: FloatArray  # per month

    @property
    def sleeping_dog(self) -> BoolArray:
        """Whether every offer puts the customer off: 50 or older, five years here, a handset under 18 months old."""
        return np.asarray((self.age >= 50) & (self.tenure_years >= 5.0) & (self.phone_age_months < 18.0))

    @property
    def ripe(self) -> FloatArray:
        """How ready the handset is to be replaced: 0 up to 18 months, 1 from 28."""
        return np.asarray(np.clip((self.phone_age_months - 18.0) / 10.0, 0.0, 1.0))

    @property
    def heavy(self) -> FloatArray:
        """How much internet the customer uses: 0 up to 120 MB a month, 1 from 600."""
        return np.asarray(np.clip((self.megabytes - 120.0) / 480.0, 0.0, 1.0))


def true_baseline(seen: Observables) -> FloatArray:
    """Return each one's chance of buying without an offer."""
    chance = 0.07 + 0.03 * seen.ripe + 0.02 * seen.heavy + 0.02 * (seen.tenure_years < 2.0)
    return np.asarray(np.where(seen.sleeping_dog, 0.18, chance))


def true_uplift(seen: Observables, effect: float) -> FloatArray:
    """Return (customers, offers) the change in that chance which each offer makes, times ``effect``.

    It depends on what the logs show and on nothing else: maker, handset age, age, town, tenure, internet use.
    """
    young, old = seen.age < 35, seen.age >= 55
    taste = np.stack(
        [
            0.01 * old - 0.01 * young,
            0.04 * young - 0.03 * old - 0.03 * seen.wealth,
            0.06 * young - 0.04 * old + 0.04 * seen.wealth,
        ],
        axis=1,
    )
    suits = np.array(SUITS).T[seen.maker]
    ripe, heavy = seen.ripe[:, None], seen.heavy[:, None]
    uplift = -0.18 + 0.24 * ripe + 0.20 * suits + 0.12 * ripe * suits + 0.02 * heavy + taste
    uplift = np.where(seen.sleeping_dog[:, None], LOWEST, np.clip(uplift, LOWEST, HIGHEST))
    baseline = true_baseline(seen)[:, None]
    return np.asarray(np.clip(uplift * effect, 0.01 - baseline, 0.99 - baseline))


def run_trial(
    customers: pd.Index, baseline: FloatArray, uplift: FloatArray, offers: tuple[str, ...], seed: int
) -> pd.DataFrame:
    """Give every customer one of the offers or none, in equal shares by chance; return customer, offer, outcome."""
    rng = stream(seed, "trial")
    arm = rng.permutation(np.arange(len(customers)) % (len(offers) + 1))
    chance = baseline + np.where(arm > 0, uplift[np.arange(len(customers)), np.maximum(arm - 1, 0)], 0.0)
    outcome = (rng.random(len(customers)) < chance).astype(np.int64)
    names = np.array([NO_OFFER, *offers], dtype=object)
    return pd.DataFrame({"customer": customers, "offer": names[arm], "outcome": outcome})
