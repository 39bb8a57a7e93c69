"""Boosted trees, and the outcome that they expect from the features alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.job import JobContext
from engine.uplift.trees import TreeArrays, tree_arrays
from engine.uplift.trial import BoolArray, FloatArray, IntArray, Trial

MOST_ROWS = 150_000  # per fit: more makes small trees slower, not better
MOST_TREES = 100
EFFECT_TREES = 60
CHUNK = 16_384  # rows predicted between two looks at a cancel


def outcome_trees(categorical: list[int], seed: int, context: JobContext, *, trees: int | None = None) -> Any:
    """Return an unfitted classifier of yes and no: ``trees`` or MOST_TREES, that see half of the features at a split.

    Its ``fit`` raises JobCancelled between two trees. scikit-learn asks for a score after each to know when to stop;
    the score given never stops it, so that the trees are those of a fit without one.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = MOST_TREES if trees is None else trees
    return HistGradientBoostingClassifier(
        max_iter=trees,
        max_leaf_nodes=8,
        min_samples_leaf=50,
        learning_rate=0.08,
        l2_regularization=10.0,
        max_features=0.5,
        categorical_features=categorical or None,
        random_state=seed,
        **_cancelled_with(context, trees),
    )


def effect_trees(categorical: list[int], rows: int, seed: int, context: JobContext) -> Any:
    """Return an unfitted regressor of effects, strongly regularised: few slow trees with large leaves."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=EFFECT_TREES,
        max_leaf_nodes=8,
        min_samples_leaf=max(50, rows // 200),
        learning_rate=0.05,
        l2_regularization=50.0,
        categorical_features=categorical or None,
        random_state=seed,
        **_cancelled_with(context, EFFECT_TREES),
    )


def _cancelled_with(context: JobContext, trees: int) -> dict[str, Any]:
    """Return the arguments by which a fit looks at a cancel after each tree, and is otherwise a plain one."""
    cancel = JobContext(shares=context)  # the trees outlive the work, and must not hold on to its progress bar

    def score(*_given: Any, **_weights: Any) -> float:
        cancel.check()
        return 0.0

    return {"early_stopping": True, "validation_fraction": None, "n_iter_no_change": trees + 1, "scoring": score}


@dataclass(frozen=True)
class OutcomeModel:
    """What is expected of a customer, whatever the arm."""

    trees: TreeArrays

    def predict(self, codes: FloatArray, context: JobContext) -> FloatArray:
        """Return (rows,) chances to say yes, never quite 0 or 1; raise JobCancelled between chunks."""
        chances = predict_in_chunks(lambda rows: self.trees.chance(rows)[0], codes, context)
        return np.clip(chances, 0.001, 0.999)


def fit_outcome(
    codes: FloatArray, categorical: list[int], trial: Trial, inside: BoolArray, seed: int, context: JobContext
) -> OutcomeModel:
    """Fit the outcome on the features alone, on the customers ``inside``; raise JobCancelled between trees."""
    some = draw_rows(inside, seed)
    trees = outcome_trees(categorical, seed, context, trees=60)
    trees.fit(codes[some], trial.outcome[some], sample_weight=trial.balance_of(some))
    return OutcomeModel(tree_arrays(trees))


@dataclass(frozen=True)
class OutcomeByArm:
    """What is expected of a customer in each arm: boosted trees that see the arm as one more category."""

    trees: TreeArrays
    arms: int

    def predict(self, codes: FloatArray, context: JobContext) -> FloatArray:
        """Return (rows, arms) chances to say yes, never quite 0 or 1; raise JobCancelled between chunks."""
        chances = predict_in_chunks(lambda rows: self.trees.chance(rows, range(self.arms)).T, codes, context)
        return np.clip(chances, 0.001, 0.999)


def fit_outcome_by_arm(
    codes: FloatArray, categorical: list[int], trial: Trial, inside: BoolArray, seed: int, context: JobContext
) -> OutcomeByArm:
    """Fit the outcome on features and arm, on the customers ``inside``; raise JobCancelled between trees."""
    some = draw_rows(inside, seed)
    seen = np.column_stack([codes[some], trial.arm[some].astype(np.float64)])
    trees = outcome_trees([*categorical, codes.shape[1]], seed, context)
    weight = None if trial.weight is None else trial.weight[some]
    trees.fit(seen, trial.outcome[some], sample_weight=weight)
    return OutcomeByArm(tree_arrays(trees), len(trial.offers) + 1)


def predict_in_chunks(
    predict: Callable[[FloatArray], FloatArray], codes: FloatArray, context: JobContext
) -> FloatArray:
    """Return what ``predict`` says of all rows, (rows, ...); raise JobCancelled between chunks."""
    answers = []
    for start in range(0, max(len(codes), 1), CHUNK):
        context.check()
        answers.append(predict(codes[start : start + CHUNK]))
    return np.concatenate(answers)


def draw_rows(inside: BoolArray, seed: int) -> IntArray:
    """Return the rows to fit trees on: all that are ``inside``, or as many by lot as small trees can use."""
    rows = np.flatnonzero(inside)
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False))
    return rows
