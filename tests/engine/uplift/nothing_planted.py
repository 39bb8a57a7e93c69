"""Campaigns of the demo operator in which no offer changes anything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.demo import simulate_population
from engine.demo.trial import OFFERS, run_trial
from engine.uplift import evaluate_uplift

CUSTOMERS = 20_000


def false_alarms(operator: int, campaigns: Sequence[int]) -> list[int]:
    """Return the seeds of campaigns to one operator's customers that find a signal although none was planted."""
    population = simulate_population(CUSTOMERS, seed=operator, effect=0.0)
    customers = population.features.index
    baseline = population.truth.baseline.loc[customers].to_numpy()
    found = []
    for seed in campaigns:
        history = run_trial(customers, baseline, np.zeros((len(customers), len(OFFERS))), OFFERS, seed)
        if evaluate_uplift(population.features, history["offer"], history["outcome"], seed=seed).has_signal:
            found.append(seed)
    return found
