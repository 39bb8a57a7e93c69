"""A randomised trial of one offer whose effect on everybody is known: smooth, bent, stepped and crossed effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

COST = 0.05  # of asking one customer, when a yes is worth 1


@dataclass(frozen=True)
class KnownEffects:
    """What a campaign's file holds, and what is true of each customer."""

    features: pd.DataFrame
    treatment: np.ndarray
    outcome: np.ndarray
    uplift: np.ndarray
    baseline: np.ndarray


def known_effects(customers: int, seed: int, *, effect: float = 1.0, share: float = 0.5) -> KnownEffects:
    """Draw customers, give a ``share`` of them the offer by lot; ``effect`` 0 plants none."""
    people, world = np.random.default_rng(1000 + seed), np.random.default_rng(7)
    town = people.integers(0, 12, customers)
    maker = people.choice(6, customers, p=[0.3, 0.25, 0.18, 0.12, 0.1, 0.05])
    plan, sex = people.integers(0, 4, customers), people.integers(0, 2, customers)
    age = np.clip(people.normal(42, 15, customers), 18, 85)
    tenure = people.gamma(2, 18, customers)
    revenue = np.exp(people.normal(3, 0.5, customers))
    gigabytes = np.exp(people.normal(1, 0.9, customers))
    calls, phone_age = people.gamma(2, 40, customers), people.gamma(2, 9, customers)
    town_says_yes = world.normal(0, 0.35, 12)
    maker_says_yes = np.array([0.6, 0.2, -0.1, -0.3, 0.0, -0.5])
    town_is_won = world.normal(0, 0.5, 12)
    maker_is_won = np.array([-0.6, 0.4, 0.3, 0.0, 0.6, -0.2])
    log_odds = -2.2 + town_says_yes[town] + maker_says_yes[maker] + 0.02 * (phone_age - 18) + 0.15 * (plan == 3)
    log_odds += -0.01 * (age - 42) + 0.25 * np.log(gigabytes) + 0.1 * np.log(revenue / 20)
    baseline = 1 / (1 + np.exp(-log_odds))
    liking = 0.6 * maker_is_won[maker] + 0.7 * town_is_won[town] + 0.9 * np.tanh((phone_age - 20) / 8)
    liking += -0.24 * ((age - 45) / 15) ** 2 + 0.4 * (gigabytes > 4) * (age < 40) - 0.3 * (tenure > 60)
    uplift = np.clip(0.035 + 0.05 * liking, 0.003 - baseline, 0.997 - baseline).clip(-0.10, 0.25) * effect
    asked = people.random(customers) < share
    outcome = (people.random(customers) < baseline + uplift * asked).astype(np.int64)
    features = pd.DataFrame(
        {
            "residence": pd.Categorical.from_codes(town, [f"town {i:02}" for i in range(12)]),
            "maker": pd.Categorical.from_codes(maker, list("ABCDEF")),
            "plan": pd.Categorical.from_codes(plan, ["S", "M", "L", "XL"]),
            "sex": sex.astype(np.int8),
            "age": age,
            "tenure": tenure,
            "revenue": revenue,
            "gigabytes": gigabytes,
            "calls": calls,
            "phone_age": phone_age,
        }
    )
    return KnownEffects(features, np.where(asked, "plan", "none").astype(object), outcome, uplift, baseline)


def town_effects(customers: int, seed: int, *, towns: int = 2_000, effect: float = 1.0) -> KnownEffects:
    """Draw customers of towns as large as each other, in four hidden groups that an offer works on differently."""
    people, world = np.random.default_rng(2000 + seed), np.random.default_rng(77)
    working = np.linspace(-0.1, 0.1, 4)[world.integers(0, 4, towns)]
    town, age = people.integers(0, towns, customers), np.clip(people.normal(45, 15, customers), 18, 88)
    baseline = 0.15 + 0.05 * (age < 40)
    uplift = np.maximum(0.06 + working[town] + 0.04 * np.tanh((age - 45) / 15), 0.005 - baseline) * effect
    asked = people.random(customers) < 0.5
    outcome = (people.random(customers) < baseline + uplift * asked).astype(np.int64)
    names = pd.Categorical.from_codes(town, [f"town {i:04}" for i in range(towns)])
    features = pd.DataFrame({"residence": names, "age": age})
    return KnownEffects(features, np.where(asked, "plan", "none").astype(object), outcome, uplift, baseline)


def error_in_points(uplift: np.ndarray, predicted: np.ndarray) -> float:
    """Return the root mean square error of the predicted uplift, in points of 100."""
    return float(100 * np.sqrt(np.mean((predicted - uplift) ** 2)))


def share_of_oracle(uplift: np.ndarray, predicted: np.ndarray) -> float:
    """Return what asking whoever is predicted to be worth COST earns, as a share of what knowing the truth earns."""
    earned = np.where(predicted > COST, uplift - COST, 0.0).mean()
    return float(earned / np.maximum(uplift - COST, 0.0).mean())


def true_slope(uplift: np.ndarray, predicted: np.ndarray) -> float:
    """Return the slope of the truth on the prediction: 1 where predictions are neither too bold nor too shy."""
    return float(np.polyfit(predicted, uplift, 1)[0])
