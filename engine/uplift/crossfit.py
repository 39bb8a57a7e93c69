"""Cross-fitting: predictions for every customer by models that never saw that customer's outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.job import JobContext
from engine.uplift.features import FeatureSpace
from engine.uplift.learners import Effect, Learner, fit_out_of_fold, learner_named
from engine.uplift.meta import doubly_robust
from engine.uplift.outcome import fit_outcome
from engine.uplift.propensity import with_estimated_propensity
from engine.uplift.sample import Rows, Sample, draw_folds
from engine.uplift.stack import Stack, calibrate, calibrate_out_of_fold
from engine.uplift.trial import FloatArray, IntArray, Trial


@dataclass(frozen=True)
class CrossFit:
    """Out-of-fold results per customer of the trial, in its order.

    ``predictions`` and ``scores`` are (customers, offers): the uplift predicted, and the doubly-robust score whose
    weighted mean over any group of customers is that group's uplift without bias. ``weight`` (customers,) is how many
    others each stands for. ``parts`` are the stacked learners' own predictions, by name.
    """

    fold: IntArray
    predictions: FloatArray
    scores: FloatArray
    weight: FloatArray
    parts: dict[str, FloatArray]


@dataclass(frozen=True)
class Fits:
    """What cross-fitting leaves for the fit on everybody."""

    sample: Sample
    learners: tuple[Learner, ...]
    folds: tuple[tuple[Effect, ...], ...]


def cross_fit(
    space: FeatureSpace, rows: Rows, trial: Trial, learners: Sequence[str], *, seed: int, context: JobContext
) -> tuple[CrossFit, Fits]:
    """Fit stacked learners on all folds but one and predict that one, for each; return results and what fits are left.

    A trial that was not drawn by lot gets its propensity estimated on the way.
    """
    fold = draw_folds(trial, seed)
    if not trial.is_randomised:
        trial = with_estimated_propensity(rows.codes, space.categorical, trial, fold, seed, context.part(0.0, 0.1))
    sample = _sample(space, rows, trial, fold, seed, context.part(0.1, 0.2))
    named = tuple(learner_named(name) for name in learners)
    raw, fits = [], []
    for place, learner in enumerate(named):
        start, end = (0.2 + 0.8 * at / len(named) for at in (place, place + 1))
        uplift, effects = fit_out_of_fold(learner, sample, context.part(start, end))
        raw.append(uplift)
        fits.append(effects)
    stacked = np.stack(raw)
    scores = robust_scores(sample, stacked.mean(axis=0))
    predictions = calibrate_out_of_fold(stacked, scores, trial.weights, fold)
    parts = dict(zip(learners, raw, strict=True))
    return CrossFit(fold, predictions, scores, trial.weights, parts), Fits(sample, named, tuple(fits))


def fit_everybody(fits: Fits, crossfit: CrossFit, context: JobContext) -> Stack:
    """Fit the stacked learners on all folds, for customers outside the trial."""
    sample = fits.sample
    everybody = np.ones(len(sample.fold), dtype=bool)
    expected = fit_outcome(
        sample.rows.codes, sample.space.categorical, sample.trial, everybody, sample.seed, context.part(0.0, 0.2)
    )
    parts = []
    for place, learner in enumerate(fits.learners):
        start, end = (0.2 + 0.8 * at / len(fits.learners) for at in (place, place + 1))
        parts.append(learner.fit(sample, sample.all_folds, context.part(start, end)))
    raw = np.stack(list(crossfit.parts.values()))
    calibration = calibrate(raw, crossfit.scores, crossfit.weight)
    names = tuple(crossfit.parts)
    return Stack(sample.space, sample.trial.shares, expected, names, tuple(parts), fits.folds, calibration)


def _sample(space: FeatureSpace, rows: Rows, trial: Trial, fold: IntArray, seed: int, context: JobContext) -> Sample:
    """Return the sample with the outcome that is expected of everybody, out of fold."""
    sample = Sample(space, rows, trial, fold, np.zeros(len(fold)), seed)
    expected = np.zeros(len(fold))
    for k in sample.all_folds:
        outside = fold == k
        part = context.part(k / len(sample.all_folds), (k + 1) / len(sample.all_folds))
        model = fit_outcome(rows.codes, space.categorical, trial, ~outside, seed, part)
        expected[outside] = model.predict(rows.codes[outside], part)
    return replace(sample, expected=expected)


def robust_scores(sample: Sample, uplift: FloatArray) -> FloatArray:
    """Return (customers, offers) doubly-robust scores of each offer against none."""
    trial = sample.trial
    baseline = np.clip(sample.expected - uplift @ trial.shares[1:], 0.001, 0.999)[:, None]
    by_arm = np.hstack([baseline, np.clip(baseline + uplift, 0.0, 1.0)])
    return doubly_robust(trial, by_arm)
