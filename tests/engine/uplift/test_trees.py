from __future__ import annotations

import numpy as np
import pytest
from sklift.models import SoloModel

from engine.job import JobContext
from engine.uplift.outcome import effect_trees, outcome_trees
from engine.uplift.trees import TreeArrays, tree_arrays
from engine.uplift.yardsticks import solo_uplift

ROWS = 4_000


def codes(seed: int, *, unseen: bool = False) -> np.ndarray:
    """Two categories and two numbers, all with missing values; codes 9 and 4 only where they are ``unseen`` before."""
    random = np.random.default_rng(seed)
    found = np.column_stack(
        [
            random.integers(0, 9 + unseen, ROWS),
            random.integers(0, 4 + unseen, ROWS),
            random.normal(size=ROWS),
            random.poisson(2, ROWS),
        ]
    ).astype(float)
    found[random.random(found.shape) < 0.1] = np.nan
    return found


def answers(given: np.ndarray, treated: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(5)
    chance = 0.2 + 0.1 * (given[:, 0] > 4) + treated * np.where(np.isnan(given[:, 2]), 0.3, 0.1 * (given[:, 1] == 2))
    return (random.random(len(given)) < chance).astype(int)


def test_a_walk_for_both_arms_says_what_scikit_uplift_says():
    given, others = codes(1), codes(2, unseen=True)
    treated = np.arange(ROWS) % 2
    solo = SoloModel(outcome_trees([0, 1], 0, JobContext())).fit(given, answers(given, treated), treated)
    trees = tree_arrays(solo.estimator)
    for some in (given, others, others[:1], others[:0]):
        expected = solo.predict(some) if len(some) else np.zeros(0)
        assert solo_uplift(trees, some) == pytest.approx(expected, abs=1e-14)
    assert np.abs(solo_uplift(trees, others)).max() > 0.05


def test_trees_of_effects_and_of_categorical_arms_predict_as_they_did():
    given, others = codes(3), codes(4, unseen=True)
    effect = effect_trees([0, 1], ROWS, 0, JobContext()).fit(given, given[:, 0] > 4)
    assert tree_arrays(effect).margin(others)[0] == pytest.approx(effect.predict(others), abs=1e-14)
    arm = (np.arange(ROWS) % 3).astype(float)
    seen = np.column_stack([given, arm])
    by_arm = outcome_trees([0, 1, 4], 0, JobContext()).fit(seen, answers(given, arm))
    for place, chance in enumerate(tree_arrays(by_arm).chance(others, range(3))):
        expected = by_arm.predict_proba(np.column_stack([others, np.full(ROWS, float(place))]))[:, 1]
        assert chance == pytest.approx(expected, abs=1e-14)


def test_trees_survive_json():
    given = codes(6)
    trees = tree_arrays(outcome_trees([0, 1], 0, JobContext()).fit(given, answers(given, np.ones(ROWS))))
    assert np.array_equal(TreeArrays.from_lists(trees.to_lists()).chance(given), trees.chance(given))
