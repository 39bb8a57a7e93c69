"""Cross-fitting: predictions for every customer by models that never saw that customer's outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.job import JobContext
from engine.uplift.features import FeatureSpace, Rows
from engine.uplift.learners import Effect, Learner, fit_out_of_fold, learner_named
from engine.uplift.meta import doubly_robust
from engine.uplift.outcome import fit_outcome
from engine.uplift.propensity import with_estimated_propensity
from engine.uplift.qini import rank_best_first
from engine.uplift.sample import Sample, draw_folds
from engine.uplift.stack import Stack, calibrate, calibrate_out_of_fold
from engine.uplift.trial import FloatArray, IntArray, Trial

ENOUGH = 2_000  # customers by whom models are compared


@dataclass(frozen=True)
class CrossFit:
    """Out-of-fold results per customer of the trial, in its order.

    ``predictions`` and ``scores`` are (customers, offers): the uplift predicted, and the doubly-robust score whose
    weighted mean over any group of customers is that group's uplift without bias. ``weight`` (customers,) is how many
    others each stands for. ``parts`` are the stacked learners' own predictions, by name. ``agreement`` is how much the
    folds' models rank customers alike, as ``agreement_of`` tells it.
    """

    fold: IntArray
    predictions: FloatArray
    scores: FloatArray
    weight: FloatArray
    parts: dict[str, FloatArray]
    agreement: float


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
    predictions, calibrations = calibrate_out_of_fold(stacked, scores, trial.weights, fold)
    some = drawn(rows, seed)
    told = [
        calibration.apply(np.stack([effects[k].predict(some, context) for effects in fits]))
        for k, calibration in enumerate(calibrations)
    ]
    parts = dict(zip(learners, raw, strict=True))
    found = CrossFit(fold, predictions, scores, trial.weights, parts, agreement_of(told))
    return found, Fits(sample, named, tuple(fits))


def drawn(rows: Rows, seed: int) -> Rows:
    """Return at most ENOUGH customers, by lot."""
    if len(rows) <= ENOUGH:
        return rows
    return rows[np.sort(np.random.default_rng(seed).choice(len(rows), ENOUGH, replace=False))]


def agreement_of(told: Sequence[FloatArray]) -> float:
    """Return the mean rank correlation of two folds' models, of (rows, offers) uplifts by each fold's model."""
    nobody, found = np.zeros(len(told[0]), dtype=np.int64), []
    for offer in range(told[0].shape[1]):
        ranks = np.stack([rank_best_first(one[:, offer], nobody).middle - 0.5 for one in told])
        size = np.maximum(np.sqrt((ranks**2).sum(axis=1)), 1e-12)
        alike = (ranks @ ranks.T) / np.outer(size, size)
        found.append(float(alike[np.triu_indices(len(told), 1)].mean()))
    return float(np.mean(found))


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
