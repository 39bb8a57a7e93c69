from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.job import JobCancelled, JobContext
from engine.uplift.additive import CHUNK, fit_additive, gather_moments
from engine.uplift.features import learn_features
from engine.uplift.ridge import FREE, RidgeProblem, effect_width, solve_ridge
from engine.uplift.trial import Trial


def test_a_group_that_explains_nothing_vanishes_and_one_that_does_stays():
    random = np.random.default_rng(0)
    rows = 5_000
    x = np.column_stack([np.ones(rows), random.normal(size=(rows, 8))])
    truth = np.array([0.3, 0.2, -0.1, 0.15, 0.1, 0.0, 0.0, 0.0, 0.0])
    y = x @ truth + random.normal(size=rows)
    group = np.array([FREE, 0, 0, 0, 0, 1, 1, 1, 1])
    gram = x.T @ x
    width = effect_width(np.diag(gram), group, 2)
    problem = RidgeProblem(gram, x.T @ y, float(y @ y), float(rows), width)
    found = solve_ridge(problem, group, np.ones(9, dtype=bool), JobContext())
    assert found.kept.tolist() == [True] * 5 + [False] * 4
    assert found.coefficients[:5] == pytest.approx(truth[:5], abs=4 / rows**0.5)
    assert not found.coefficients[5:].any()
    assert found.noise == pytest.approx(1.0, abs=0.1)
    assert np.sqrt(np.diag(found.covariance)[:5]) == pytest.approx(1 / rows**0.5, rel=0.1)


def planted(rows: int) -> tuple[pd.DataFrame, Trial, np.ndarray, np.ndarray]:
    """Two offers: one works with age, the other on owners of one maker who are young."""
    random = np.random.default_rng(11)
    features = pd.DataFrame(
        {
            "maker": random.choice(["A", "B", "C"], rows),
            "age": random.uniform(20, 80, rows),
            "calls": random.gamma(2, 30, rows),
        }
    )
    young = (80 - features["age"].to_numpy()) / 60
    uplift = np.column_stack([0.2 * (1 - young), 0.25 * young * (features["maker"] == "B")])
    baseline = np.full(rows, 0.2)
    arm = random.integers(0, 3, rows)
    chance = baseline + np.where(arm > 0, uplift[np.arange(rows), np.maximum(arm - 1, 0)], 0.0)
    trial = Trial(("first", "second"), arm, (random.random(rows) < chance).astype(float))
    return features, trial, uplift, baseline + uplift @ trial.shares[1:]


def test_effects_of_features_and_of_pairs_are_found():
    features, trial, uplift, expected = planted(30_000)
    space = learn_features(features)
    codes = space.rows(features).codes
    fold = np.arange(len(features)) % 3
    moments = gather_moments(space, codes, trial, expected, fold, JobContext())
    effect = fit_additive(space, moments, trial.shares, [0, 1, 2], JobContext())
    found = effect.predict(codes, JobContext())
    assert np.sqrt(((found - uplift) ** 2).mean()) < 0.02
    assert np.corrcoef(found[:, 1], uplift[:, 1])[0, 1] > 0.97
    assert 0.85 < (np.abs(found - uplift) < 1.96 * np.sqrt(effect.variance(codes, JobContext()))).mean() <= 1.0


def test_a_fold_that_is_left_out_leaves_no_trace():
    features, trial, _, expected = planted(6_000)
    space = learn_features(features)
    codes = space.rows(features).codes
    fold = np.arange(len(features)) % 3
    other = Trial(trial.offers, trial.arm, np.where(fold == 2, 1.0 - trial.outcome, trial.outcome))
    fits = [
        fit_additive(
            space, gather_moments(space, codes, t, expected, fold, JobContext()), t.shares, [0, 1], JobContext()
        )
        for t in (trial, other)
    ]
    assert np.array_equal(fits[0].coefficients, fits[1].coefficients)


def test_moments_do_not_depend_on_the_chunks():
    features, trial, _, expected = planted(CHUNK + 5_000)
    space = learn_features(features)
    codes = space.rows(features).codes
    fold = np.arange(len(features)) % 2
    moments = gather_moments(space, codes, trial, expected, fold, JobContext())
    design = space.design(codes)
    design[:, 1:] -= design[:, 1:].mean(axis=0)
    mine = (fold == 1) & (trial.arm == 2)
    weight = 1 / (expected * (1 - expected))
    assert moments.gram[1, 2] == pytest.approx((design[mine] * weight[mine, None]).T @ design[mine], rel=1e-6, abs=1e-4)
    assert moments.rows.sum() == len(features)


def test_a_cancel_stops_the_sums():
    features, trial, _, expected = planted(3_000)
    space = learn_features(features)
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        gather_moments(space, space.rows(features).codes, trial, expected, np.arange(3_000) % 3, context)
