"""The chance of each customer to get each offer, where the features decided and not a lot alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.job import JobContext
from engine.uplift.outcome import draw_rows, outcome_trees
from engine.uplift.trial import LEAST_CHANCE, FloatArray, IntArray, Trial

TREES = 40
PACE = 0.15  # faster than for outcomes: a chance that is drawn to the middle leaves the arms uneven


def with_estimated_propensity(
    codes: FloatArray, categorical: list[int], trial: Trial, fold: IntArray, seed: int, context: JobContext
) -> Trial:
    """Return the trial with propensities that its features tell, out of fold, cut at LEAST_CHANCE."""
    found = estimate_propensity(codes, categorical, trial, fold, seed, context)
    return replace(trial, propensity=np.clip(found, LEAST_CHANCE, 1 - LEAST_CHANCE))


def estimate_propensity(
    codes: FloatArray, categorical: list[int], trial: Trial, fold: IntArray, seed: int, context: JobContext
) -> FloatArray:
    """Return (customers, arms) chances to be in each arm, as the features tell them, out of fold.

    One classifier per offer against none, so that the odds of two arms do not depend on a third.
    """
    arms, folds = len(trial.offers) + 1, np.unique(fold)
    odds = np.ones((len(codes), arms))
    for place, k in enumerate(folds):
        for arm in range(1, arms):
            context.progress((place + (arm - 1) / (arms - 1)) / len(folds))
            rows = draw_rows((fold != k) & np.isin(trial.arm, (0, arm)), seed)
            trees: Any = outcome_trees(categorical, seed, context, trees=TREES).set_params(learning_rate=PACE)
            chance = trees.fit(codes[rows], trial.arm[rows] == arm).predict_proba(codes[fold == k])[:, 1]
            odds[fold == k, arm] = chance / (1 - chance)
    found: FloatArray = odds / odds.sum(axis=1, keepdims=True)
    return found
