"""Randomised campaigns with a known truth, other than the demo's: effects are smooth, sums of one feature each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

OFFERS = ("gadget", "plan", "upgrade")
MAKERS = ("Samsung", "Xiaomi", "Huawei", "Apple", "Honor", "Motorola", "Nokia")


@dataclass(frozen=True)
class KnownTrial:
    """What a campaign's file holds, and what is true. ``uplift`` is (customers, offers) in the order of OFFERS."""

    features: pd.DataFrame
    treatment: np.ndarray
    outcome: np.ndarray
    uplift: np.ndarray
    baseline: np.ndarray


def known_trial(customers: int, seed: int, *, effect: float = 1.0, towns: int = 40) -> KnownTrial:
    """Draw customers, and give each one of three offers or none by chance; ``effect`` 0 plants no effect."""
    world, people = np.random.default_rng(7), np.random.default_rng(1000 + seed)
    town = people.choice(towns, customers, p=world.dirichlet(np.full(towns, 0.7)))
    maker = people.choice(7, customers, p=[0.32, 0.22, 0.12, 0.14, 0.08, 0.07, 0.05])
    age = np.clip(people.normal(45, 16, customers), 18, 88)
    months = people.gamma(2, 10, customers)
    megabytes = np.exp(people.normal(6, 1.1, customers))
    taste_of_town, taste_of_maker = world.normal(0, 0.6, (3, towns)), world.normal(0, 0.8, (3, 7))
    slope = np.array([0.2, 0.9, -0.5])
    liking = (
        taste_of_maker[:, maker].T
        + 0.6 * taste_of_town[:, town].T
        + 0.9 * np.tanh((months[:, None] - 22) / 9)
        - np.clip((age[:, None] - 45) / 20, -1.5, 1.5) * slope
    )
    log_odds = -2.2 + world.normal(0, 0.35, towns)[town] + 0.02 * (months - 18) - 0.008 * (age - 45)
    baseline = 1 / (1 + np.exp(-log_odds - 0.15 * np.log(megabytes / 400)))
    uplift = np.clip(0.03 + 0.06 * liking, 0.003 - baseline[:, None], 0.3) * effect
    arm = people.permutation(np.arange(customers) % 4)
    chance = baseline + np.where(arm > 0, uplift[np.arange(customers), arm - 1], 0.0)
    features = pd.DataFrame(
        {
            "residence": pd.Categorical.from_codes(town, [f"town {i:04}" for i in range(towns)]),
            "maker": pd.Categorical.from_codes(maker, list(MAKERS)),
            "sex": pd.Series(np.array(["female", "male", None], dtype=object)[people.integers(0, 3, customers)]),
            "age": np.where(people.random(customers) < 0.03, np.nan, age),
            "phone_age_months": months,
            "megabytes": megabytes,
            "contacts": people.poisson(14, customers),
        }
    )
    treatment = np.array(["none", *OFFERS], dtype=object)[arm]
    return KnownTrial(features, treatment, (people.random(customers) < chance).astype(int), uplift, baseline)


def true_qini(uplift: np.ndarray, ranked_by: np.ndarray) -> float:
    """Return Qini of a ranking, by the true uplift."""
    rank = (pd.Series(-ranked_by).rank() - 0.5) / len(ranked_by)
    return float(((uplift - uplift.mean()) * (0.5 - rank)).mean())


def share_of_true_qini(uplift: np.ndarray, predicted: np.ndarray) -> float:
    """Return how much of the true ranking's Qini the predicted one has, each customer with their best offer.

    Both are judged by the true uplift: the predicted ranking by that of the offer predicted best for each customer.
    """
    rows, best = np.arange(len(uplift)), predicted.argmax(axis=1)
    got = true_qini(uplift[rows, best], predicted.max(axis=1))
    return got / true_qini(uplift.max(axis=1), uplift.max(axis=1))
