"""What the engine's tests share: the demo campaign, and one with smooth effects, fitted once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.campaign import Campaign
from engine.uplift import UpliftModel, fit_uplift
from tests.engine.uplift.trials import KnownTrial, known_trial


@dataclass(frozen=True)
class FittedTrial:
    trial: KnownTrial
    model: UpliftModel


@pytest.fixture
def campaign(demo_campaign: Campaign) -> Campaign:
    """A copy of the demo campaign, open, to be changed at will."""
    return demo_campaign


@pytest.fixture(scope="session")
def smooth() -> FittedTrial:
    """A trial of three offers to 12,000 customers."""
    trial = known_trial(12_000, seed=21)
    return FittedTrial(trial, fit_uplift(trial.features, trial.treatment, trial.outcome, yardsticks=False))
