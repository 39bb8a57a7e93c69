"""Cross-fitting: predictions for every customer by models that never saw that customer's outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.job import JobContext
from engine.uplift.additive import AdditiveEffect, fit_additive, gather_moments
from engine.uplift.features import FeatureSpace
from engine.uplift.learner import Learner, calibrate, calibrate_out_of_fold
from engine.uplift.outcome import OutcomeModel, fit_outcome
from engine.uplift.trial import BoolArray, FloatArray, IntArray, Trial
from engine.uplift.yardsticks import SoloModels, fit_solo_models

FOLDS = 3


@dataclass(frozen=True)
class CrossFit:
    """Out-of-fold results per customer of the trial, in its order.

    ``predictions`` and ``scores`` are (customers, offers): the uplift predicted, and the doubly-robust score whose
    mean over any group of customers is that group's uplift without bias. ``solo`` are SoloModel's own predictions.
    """

    fold: IntArray
    predictions: FloatArray
    scores: FloatArray
    solo: FloatArray


def draw_folds(trial: Trial, seed: int) -> IntArray:
    """Draw folds at random with the same share of every arm, and of those who said yes in it, in each."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(trial.arm))
    kind = 2 * trial.arm + trial.outcome.astype(np.int64)
    alike = order[np.argsort(kind[order], kind="stable")]
    fold = np.empty(len(order), dtype=np.int64)
    fold[alike] = np.arange(len(order)) % FOLDS
    return fold


def cross_fit(
    space: FeatureSpace, features: pd.DataFrame, codes: FloatArray, trial: Trial, *, seed: int, context: JobContext
) -> tuple[CrossFit, Learner]:
    """Fit on all folds but one and predict that one, for each; return the results and the learner for others."""
    fold = draw_folds(trial, seed)
    expected, solo = np.zeros(len(fold)), np.zeros((len(fold), len(trial.offers)))
    trees = _Trees(codes, space.categorical, trial, seed)
    for k in range(FOLDS):
        outside = fold == k
        outcome_model, solo_models = trees.fit(~outside, context.part(0.18 * k, 0.18 * (k + 1)))
        expected[outside] = outcome_model.predict(codes[outside], context)
        solo[outside] = solo_models.predict(codes[outside], context)
    smooth, additive = _cross_fit_additive(space, features, trial, expected, fold, context.part(0.54, 0.8))
    outcome_model, solo_models = trees.fit(np.ones(len(fold), dtype=bool), context.part(0.8, 1.0))
    raw = (smooth + solo) / 2
    baseline = np.clip(expected - raw @ trial.shares[1:], 0.001, 0.999)
    scores = robust_scores(trial, raw, baseline)
    predictions = calibrate_out_of_fold(raw, scores, fold)
    learner = Learner(space, trial.shares, outcome_model, solo_models, additive, calibrate(raw, scores))
    return CrossFit(fold, predictions, scores, solo), learner


@dataclass(frozen=True)
class _Trees:
    """What the boosted trees are fitted on."""

    codes: FloatArray
    categorical: list[int]
    trial: Trial
    seed: int

    def fit(self, inside: BoolArray, context: JobContext) -> tuple[OutcomeModel, SoloModels]:
        """Fit both kinds on the customers ``inside``."""
        context.progress(0.0)
        answers = self.trial.outcome[inside]
        outcome_model = fit_outcome(self.codes[inside], answers, self.categorical, self.seed, context)
        part = context.part(0.2, 1.0)
        return outcome_model, fit_solo_models(self.codes, self.categorical, self.trial, inside, self.seed, part)


def _cross_fit_additive(
    space: FeatureSpace,
    features: pd.DataFrame,
    trial: Trial,
    expected: FloatArray,
    fold: IntArray,
    context: JobContext,
) -> tuple[FloatArray, AdditiveEffect]:
    """Return the additive learner's out-of-fold uplifts and its fit on everybody."""
    moments = gather_moments(space, features, trial, expected, fold, context.part(0.0, 0.4))
    uplift = np.zeros((len(trial.arm), len(trial.offers)))
    for k in range(FOLDS):
        context.progress(0.4 + 0.15 * k)
        effect = fit_additive(space, moments, trial.shares, [j for j in range(FOLDS) if j != k], context)
        uplift[fold == k] = effect.predict(features[fold == k], context)
    context.progress(0.85)
    return uplift, fit_additive(space, moments, trial.shares, list(range(FOLDS)), context)


def robust_scores(trial: Trial, uplift: FloatArray, baseline: FloatArray) -> FloatArray:
    """Return (customers, offers) doubly-robust scores of each offer against none.

    Source: Robins, Rotnitzky and Zhao (1994), JASA 89; the shares of a randomised trial stand for the propensity.
    """
    shares = trial.shares
    control = baseline + (trial.arm == 0) * (trial.outcome - baseline) / shares[0]
    scores = np.empty_like(uplift)
    for j in range(len(trial.offers)):
        expected = np.clip(baseline + uplift[:, j], 0.0, 1.0)
        asked = trial.arm == j + 1
        scores[:, j] = expected + asked * (trial.outcome - expected) / shares[j + 1] - control
    return scores
