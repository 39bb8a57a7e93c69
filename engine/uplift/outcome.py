"""Boosted trees, and the outcome that they expect from the features alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.job import JobContext
from engine.uplift.trial import FloatArray, IntArray


def outcome_trees(categorical: list[int], seed: int) -> Any:
    """Return an unfitted classifier of yes and no: small trees that see half of the features at each split."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=50,
        learning_rate=0.08,
        l2_regularization=10.0,
        max_features=0.5,
        categorical_features=categorical or None,
        early_stopping=False,
        random_state=seed,
    )


def expect_outcome(
    codes: FloatArray, outcome: FloatArray, categorical: list[int], fold: IntArray, seed: int, context: JobContext
) -> tuple[FloatArray, tuple[Any, ...]]:
    """Return each customer's out-of-fold chance to say yes, whatever the arm, and the model of each fold."""
    expected, models = np.zeros(len(outcome)), []
    folds = int(fold.max()) + 1
    for k in range(folds):
        context.progress(k / folds)
        inside = fold != k
        model = outcome_trees(categorical, seed).set_params(max_iter=60).fit(codes[inside], outcome[inside])
        expected[~inside] = model.predict_proba(codes[~inside])[:, 1]
        models.append(model)
    return np.clip(expected, 0.001, 0.999), tuple(models)
