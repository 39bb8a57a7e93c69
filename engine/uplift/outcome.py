"""Boosted trees: the outcome expected from the features, and effects on doubly-robust scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.job import JobContext
from engine.uplift.trial import FloatArray, IntArray


def outcome_trees(categorical: list[int], seed: int, *, leaf: int = 100) -> Any:
    """Return an unfitted classifier of yes and no: few small trees, strongly regularised."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=60,
        max_leaf_nodes=8,
        min_samples_leaf=leaf,
        learning_rate=0.08,
        l2_regularization=10.0,
        categorical_features=categorical or None,
        early_stopping=False,
        random_state=seed,
    )


def effect_trees(categorical: list[int], seed: int, *, leaf: int = 400) -> Any:
    """Return an unfitted regressor of doubly-robust scores: noise is large, so leaves are large."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=60,
        max_leaf_nodes=8,
        min_samples_leaf=leaf,
        learning_rate=0.05,
        l2_regularization=10.0,
        categorical_features=categorical or None,
        early_stopping=False,
        random_state=seed,
    )


def expect_outcome(
    codes: FloatArray, outcome: FloatArray, categorical: list[int], fold: IntArray, seed: int, context: JobContext
) -> tuple[FloatArray, list[Any]]:
    """Return each customer's out-of-fold chance to say yes, whatever the arm, and the model of each fold."""
    expected, models = np.zeros(len(outcome)), []
    folds = int(fold.max()) + 1
    for k in range(folds):
        context.progress(k / folds)
        inside = fold != k
        model = outcome_trees(categorical, seed).fit(codes[inside], outcome[inside])
        expected[~inside] = model.predict_proba(codes[~inside])[:, 1]
        models.append(model)
    return expected, models
