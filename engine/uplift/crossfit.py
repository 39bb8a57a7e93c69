"""Cross-fitting: predictions for every customer by models that never saw that customer's outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.job import JobContext
from engine.uplift.additive import AdditiveEffect, Moments, fit_additive, gather_moments
from engine.uplift.features import FeatureSpace
from engine.uplift.outcome import expect_outcome
from engine.uplift.trial import FloatArray, IntArray, Trial

FOLDS = 3


@dataclass(frozen=True)
class CrossFit:
    """Out-of-fold results per customer of the trial, in its order.

    ``predictions`` and ``scores`` are (customers, offers): the uplift predicted, and the doubly-robust score whose
    mean over any group of customers is that group's uplift without bias. ``baseline`` is the chance to say yes
    without an offer.
    """

    fold: IntArray
    predictions: FloatArray
    scores: FloatArray
    baseline: FloatArray


def draw_folds(trial: Trial, seed: int) -> IntArray:
    """Draw folds at random with the same share of every arm in each."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(trial.arm))
    by_arm = order[np.argsort(trial.arm[order], kind="stable")]
    fold = np.empty(len(order), dtype=np.int64)
    fold[by_arm] = np.arange(len(order)) % FOLDS
    return fold


def cross_fit(
    space: FeatureSpace, features: pd.DataFrame, codes: FloatArray, trial: Trial, *, seed: int, context: JobContext
) -> tuple[CrossFit, AdditiveEffect, list[Any]]:
    """Fit on all folds but one, predict that one, for each; then fit the effect on everybody.

    Returns the out-of-fold results, the effect to predict others with, and the outcome models of the folds.
    """
    fold = draw_folds(trial, seed)
    part = context.part(0.0, 0.5)
    expected, models = expect_outcome(codes, trial.outcome, space.categorical, fold, seed, part)
    expected = np.clip(expected, 0.001, 0.999)
    moments = gather_moments(space, features, trial, expected, fold, context.part(0.5, 0.7))
    predictions = np.zeros((len(trial.arm), len(trial.offers)))
    for k in range(FOLDS):
        context.progress(0.7 + 0.08 * k)
        effect = fit_additive(space, moments, trial.shares, [j for j in range(FOLDS) if j != k], context)
        predictions[fold == k] = effect.predict(features[fold == k], context)
    context.progress(0.94)
    final = fit_additive(space, moments, trial.shares, list(range(FOLDS)), context)
    baseline = np.clip(expected - predictions @ trial.shares[1:], 0.001, 0.999)
    scores = robust_scores(trial, predictions, baseline)
    return CrossFit(fold, predictions, scores, baseline), final, models


def robust_scores(trial: Trial, predictions: FloatArray, baseline: FloatArray) -> FloatArray:
    """Return (customers, offers) doubly-robust scores of each offer against none.

    Source: Robins, Rotnitzky and Zhao (1994), JASA 89; the shares of a randomised trial stand for the propensity.
    """
    shares = trial.shares
    control = baseline + (trial.arm == 0) * (trial.outcome - baseline) / shares[0]
    scores = np.empty_like(predictions)
    for j in range(len(trial.offers)):
        expected = np.clip(baseline + predictions[:, j], 0.0, 1.0)
        asked = trial.arm == j + 1
        scores[:, j] = expected + asked * (trial.outcome - expected) / shares[j + 1] - control
    return scores


__all__ = ["CrossFit", "Moments", "cross_fit", "draw_folds", "robust_scores"]
