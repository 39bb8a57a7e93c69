"""Boosted trees, and the outcome that they expect from the features alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.uplift.trial import BoolArray, FloatArray, IntArray

MOST_ROWS = 150_000  # per fit: more makes small trees slower, not better, and a cancel late


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


@dataclass(frozen=True)
class OutcomeModel:
    """What is expected of a customer, whatever the arm."""

    trees: Any

    def predict(self, codes: FloatArray) -> FloatArray:
        """Return (rows,) chances to say yes, never quite 0 or 1."""
        return np.clip(np.asarray(self.trees.predict_proba(codes)[:, 1], dtype=np.float64), 0.001, 0.999)


def fit_outcome(codes: FloatArray, outcome: FloatArray, categorical: list[int], seed: int) -> OutcomeModel:
    """Fit the outcome on the features alone."""
    some = draw_rows(np.ones(len(outcome), dtype=bool), seed)
    return OutcomeModel(outcome_trees(categorical, seed).set_params(max_iter=60).fit(codes[some], outcome[some]))


def draw_rows(inside: BoolArray, seed: int) -> IntArray:
    """Return the rows to fit trees on: all that are ``inside``, or as many by lot as small trees can use."""
    rows = np.flatnonzero(inside)
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False))
    return rows
