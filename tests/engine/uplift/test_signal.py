"""The test for a signal errs as often as it says, whatever the folds' models share; all without fitting anything."""

from __future__ import annotations

import numpy as np
import pytest

from engine.uplift.evaluation import LEVEL, chance_variance

Z90 = 1.6448536269514722
LOGS = 4_000


def silent(effects: int, folds: int, linear: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return z and agreement of many silent trials: how often each effect seems to work is chance alone.

    A fold's model follows the outcomes of the other folds, and by the rest of its variance nothing.
    """
    random = np.random.default_rng(seed)
    seen = random.normal(size=(LOGS, folds, effects))
    followed = seen.sum(axis=1, keepdims=True) - seen
    whim = random.normal(size=seen.shape) * (folds - 1) ** 0.5
    model = linear**0.5 * followed + (1 - linear) ** 0.5 * whim
    length = np.linalg.norm(model, axis=2)
    z = (seen * model).sum(axis=(1, 2)) / np.sqrt((length**2).sum(axis=1))
    alike = np.einsum("tae,tbe->tab", model, model) / (length[:, :, None] * length[:, None, :])
    first, second = np.triu_indices(folds, 1)
    return z, alike[:, first, second].mean(axis=1)


@pytest.mark.parametrize("folds", [3, 5])
@pytest.mark.parametrize("linear", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("effects", [8, 20, 60])
def test_silent_trials_show_a_signal_at_the_level(effects: int, linear: float, folds: int):
    found = zip(*silent(effects, folds, linear, seed=1), strict=True)
    told = np.mean([z / chance_variance(z, agreement, folds) ** 0.5 > Z90 for z, agreement in found])
    assert 0.025 < told < 0.07
    assert LEVEL == 0.05


def test_taken_for_independent_they_would_show_one_far_too_often():
    z, _ = silent(20, 3, 1.0, seed=2)
    assert (z > Z90).mean() > 0.1
    assert z.var() == pytest.approx(2.0, abs=0.2)


def test_the_variance_lies_between_that_of_independent_folds_and_of_linear_models():
    assert chance_variance(0.0, 0.5, 3) == pytest.approx(2.0)
    assert chance_variance(0.0, 0.75, 5) == pytest.approx(2.0)
    assert chance_variance(2.0, 0.9, 3) == 2.0
    assert chance_variance(2.0, -0.1, 3) == 1.0
