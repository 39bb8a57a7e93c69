"""Campaigns of the demo operator in which no offer changes anything."""

from __future__ import annotations

from collections.abc import Iterable

from engine.demo import simulate_population
from engine.uplift import fit_uplift

CUSTOMERS = 20_000


def false_alarms(seeds: Iterable[int]) -> list[int]:
    """Return the seeds for which a signal is found although none was planted."""
    found = []
    for seed in seeds:
        population = simulate_population(CUSTOMERS, seed=seed, effect=0.0)
        history = population.history
        model = fit_uplift(population.features, history["offer"], history["outcome"], seed=seed, yardsticks=False)
        if model.evaluation.has_signal:
            found.append(seed)
    return found
