"""Campaigns in which no offer changes anything: to customers of the demo operator, and of another world."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.demo import simulate_population
from engine.demo.trial import OFFERS, run_trial
from engine.uplift import UpliftEvaluation, evaluate_uplift
from tests.engine.uplift.known_effects import known_effects


def silent_campaigns(of_three: int, of_one: int) -> Iterator[UpliftEvaluation]:
    """Yield evaluations of campaigns of three offers to the demo operator's customers, and of one offer to others."""
    population = simulate_population(1_200, seed=101, effect=0.0)
    customers = population.features.index
    baseline = population.truth.baseline.loc[customers].to_numpy()
    for seed in range(of_three):
        history = run_trial(customers, baseline, np.zeros((len(customers), len(OFFERS))), OFFERS, seed)
        yield evaluate_uplift(population.features, history["offer"], history["outcome"], seed=seed)
    for seed in range(of_one):
        trial = known_effects(1_000, seed=300 + seed, effect=0.0)
        yield evaluate_uplift(trial.features, trial.treatment, trial.outcome, seed=seed)


def test_nothing_planted_gives_no_signal_in_at_least_18_of_20_campaigns():
    assert sum(found.has_signal for found in silent_campaigns(5, 15)) <= 2
