"""A campaign with smooth effects, fitted once for the tests of uplift and of offers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.uplift import UpliftModel, fit_uplift
from tests.engine.uplift.trials import KnownTrial, known_trial


@dataclass(frozen=True)
class FittedTrial:
    trial: KnownTrial
    model: UpliftModel


@pytest.fixture(scope="session")
def smooth() -> FittedTrial:
    """A trial of three offers to 12,000 customers."""
    trial = known_trial(12_000, seed=21)
    return FittedTrial(trial, fit_uplift(trial.features, trial.treatment, trial.outcome, yardsticks=False))
