"""Two fits for all tests here: the demo operator's last campaign, and a smaller one with smooth effects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pytest

from engine.demo import simulate_population
from engine.demo.population import Population
from engine.uplift import Forecast, UpliftModel, fit_uplift
from tests.engine.conftest import FittedTrial
from tests.engine.looks import Looks, Watched, without_others_litter
from tests.engine.uplift.trials import known_trial


@dataclass(frozen=True)
class FittedDemo:
    population: Population
    model: UpliftModel
    uplift: np.ndarray  # the truth, (customers of the trial, offers of the model)
    forecast: Forecast
    looks: Looks  # at a cancel, while it was made


@contextmanager
def few_trees() -> Iterator[None]:
    """Let learners make few trees, where it is shown what they do and not how well."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("engine.uplift.outcome.MOST_TREES", 20)
        changed.setattr("engine.uplift.outcome.EFFECT_TREES", 20)
        yield


@pytest.fixture
def in_a_hurry() -> Iterator[None]:
    """Make few trees in one test."""
    with few_trees():
        yield


@pytest.fixture(scope="session")
def demo() -> FittedDemo:
    """The demo operator with 20,000 customers."""
    population = simulate_population(20_000, seed=0)
    history = population.history
    model = fit_uplift(population.features, history["offer"], history["outcome"], seed=0, yardsticks=False)
    truth = population.truth.uplift.loc[population.features.index, list(model.offers)]
    with without_others_litter():
        watched = Watched()
        forecast = model.forecast(population.features, context=watched)
    return FittedDemo(population, model, truth.to_numpy(), forecast, watched.looks)


@pytest.fixture(scope="session")
def fitted() -> FittedTrial:
    """A trial with 6,000 customers and thousands of towns."""
    trial = known_trial(6_000, seed=5, towns=3_000)
    return FittedTrial(trial, fit_uplift(trial.features, trial.treatment, trial.outcome, seed=1))
