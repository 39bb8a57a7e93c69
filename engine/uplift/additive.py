"""The additive R-learner: effects as shrunken sums over features, with every shrinkage learnt from the data.

The outcome's surprise (outcome less its expectation) is explained by (arm - share) x features: the residual-on-residual
regression of Nie and Wager (2021), Biometrika 108(2). Each feature has one effect common to all offers and one of each
offer's own; each group of coefficients has its own variance, found by maximising the marginal likelihood (MacKay,
1992, Neural Computation 4(3)). As arms are few, all that is needed of the data are one Gram matrix per fold and arm,
so that a million customers cost one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.job import JobContext
from engine.uplift.features import FeatureSpace
from engine.uplift.trial import BoolArray, FloatArray, IntArray, Trial

CHUNK = 32_768
ROUNDS = 40
SMALLEST_VARIANCE = 2e-7  # of a coefficient, in probability squared: 0.04 points of 100 are nothing
CAUTION = 0.5  # added to a group's degrees of freedom: groups must earn their variance


@dataclass(frozen=True)
class Moments:
    """Weighted Gram matrices of the design per fold and arm, centred: (folds, arms, columns, columns) and so on."""

    gram: FloatArray
    cross: FloatArray
    square: FloatArray
    rows: FloatArray
    centre: FloatArray


@dataclass(frozen=True)
class AdditiveEffect:
    """A fitted additive effect: coefficients (offers, columns) and their covariance (offers, columns, columns)."""

    space: FeatureSpace
    centre: FloatArray
    coefficients: FloatArray
    covariance: FloatArray

    def predict(self, features: pd.DataFrame, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        parts = [self._centred(chunk) @ self.coefficients.T for chunk in _chunks(features, context)]
        return np.vstack(parts) if parts else np.zeros((0, len(self.coefficients)))

    def deviation(self, features: pd.DataFrame, context: JobContext) -> FloatArray:
        """Return (rows, offers) standard deviations of the uplifts, given the data."""
        parts = []
        for chunk in _chunks(features, context):
            rows = self._centred(chunk)
            parts.append(np.column_stack([np.einsum("ij,ij->i", rows @ c, rows) for c in self.covariance]))
        return np.sqrt(np.maximum(np.vstack(parts), 0.0)) if parts else np.zeros((0, len(self.coefficients)))

    def _centred(self, features: pd.DataFrame) -> FloatArray:
        return self.space.design(features) - self.centre


def _chunks(features: pd.DataFrame, context: JobContext) -> Sequence[pd.DataFrame]:
    chunks = []
    for start in range(0, len(features), CHUNK):
        context.check()
        chunks.append(features.iloc[start : start + CHUNK])
    return chunks


def gather_moments(
    space: FeatureSpace,
    features: pd.DataFrame,
    trial: Trial,
    expected: FloatArray,
    fold: IntArray,
    context: JobContext,
) -> Moments:
    """Sum the Gram matrices over all customers, in one pass.

    ``expected`` is the outcome expected from the features alone (in probability, out of fold). Rows are weighted by
    the inverse of its variance, so that customers who hardly ever say yes inform as they should.
    """
    width, folds, arms = len(space.groups()), int(fold.max()) + 1, len(trial.offers) + 1
    gram, cross = np.zeros((folds, arms, width, width)), np.zeros((folds, arms, width))
    square, rows = np.zeros((folds, arms)), np.zeros((folds, arms))
    weight = 1.0 / np.clip(expected * (1.0 - expected), 0.02, 0.25)
    surprise = trial.outcome - expected
    total = np.zeros(width)
    for start in range(0, len(features), CHUNK):
        context.progress(start / len(features))
        part = slice(start, start + CHUNK)
        design = space.design(features.iloc[part])
        total += design.sum(axis=0)
        for k in range(folds):
            for a in range(arms):
                mine = (fold[part] == k) & (trial.arm[part] == a)
                d, w, r = design[mine], weight[part][mine], surprise[part][mine]
                weighted = d * w[:, None]
                gram[k, a] += weighted.T @ d
                cross[k, a] += weighted.T @ r
                square[k, a] += float(w @ r**2)
                rows[k, a] += len(d)
    centre = total / len(features)
    centre[0] = 0.0
    shift = np.eye(width)
    shift[0] -= centre
    return Moments(shift.T @ gram @ shift, cross @ shift, square, rows, centre)


def fit_additive(
    space: FeatureSpace, moments: Moments, shares: FloatArray, folds: Sequence[int], context: JobContext
) -> AdditiveEffect:
    """Fit effects on the given folds' moments; raise JobCancelled between rounds."""
    problem = _Problem.of(space, moments, shares, list(folds))
    coefficients, covariance = problem.solve(context)
    width, offers = len(space.groups()), len(shares) - 1
    own = coefficients.reshape(-1, width)
    blocks = covariance.reshape(len(own), width, len(own), width)
    if len(own) > offers:
        table = own[1:] + own[0]
        spread = [blocks[0, :, 0] + blocks[0, :, j] + blocks[j, :, 0] + blocks[j, :, j] for j in range(1, offers + 1)]
    else:
        table, spread = own, [blocks[j, :, j] for j in range(offers)]
    return AdditiveEffect(space, moments.centre, table, np.stack(spread))


@dataclass(frozen=True)
class _Problem:
    """Ridge regression with a variance per group: gram A, cross b, square yy, rows n, group per coefficient."""

    gram: FloatArray
    cross: FloatArray
    square: float
    rows: float
    group: IntArray
    fixed_at_zero: IntArray

    @classmethod
    def of(cls, space: FeatureSpace, moments: Moments, shares: FloatArray, folds: list[int]) -> _Problem:
        """Lay out the coefficients: common effect (only if there are several offers), then one block per offer."""
        groups, arms = space.groups(), len(shares)
        shared = arms > 2
        contrast = np.eye(arms)[:, 1:] - shares[1:]
        if shared:
            contrast = np.column_stack([contrast.sum(axis=1), contrast])
        gram = moments.gram[folds].sum(axis=0)
        cross = moments.cross[folds].sum(axis=0)
        a = sum(np.kron(np.outer(t, t), g) for t, g in zip(contrast, gram, strict=True))
        b = sum(np.kron(t, c) for t, c in zip(contrast, cross, strict=True))
        count = int(groups.max()) + 1
        own = np.where(groups < 0, -1, groups + count * shared)
        group = np.concatenate([groups] * shared + [own] * (arms - 1))
        square, rows = float(moments.square[folds].sum()), float(moments.rows[folds].sum())
        return cls(np.asarray(a), np.asarray(b), square, rows, group, np.array([0] * shared, dtype=np.int64))

    def solve(self, context: JobContext) -> tuple[FloatArray, FloatArray]:
        """Return coefficients and covariance at the variances that make the data most likely."""
        variance = np.full(int(self.group.max()) + 1, 0.02**2)
        noise = self.square / self.rows
        keep = np.ones(len(self.group), dtype=bool)
        keep[self.fixed_at_zero] = False
        for _ in range(ROUNDS):
            context.check()
            theta, inverse, precision = self._posterior(keep, variance, noise)
            group, spread = self.group[keep], np.diag(inverse)
            mine = group >= 0
            size = np.bincount(group[mine], minlength=len(variance))
            freedom = size - np.bincount(group[mine], spread[mine], len(variance)) / variance
            length = np.bincount(group[mine], theta[mine] ** 2, len(variance))
            before = variance
            variance = np.where(size > 0, np.maximum(length / (np.maximum(freedom, 0.0) + CAUTION), 1e-10), variance)
            used = len(theta) - float(precision @ spread)
            left = self.square - 2 * theta @ self.cross[keep] + theta @ self.gram[np.ix_(keep, keep)] @ theta
            noise = float(left / (self.rows - used))
            alive = variance >= SMALLEST_VARIANCE
            keep &= (self.group < 0) | alive[np.maximum(self.group, 0)]
            if not alive.any() or np.abs(np.log(variance[alive] / before[alive])).max() < 0.02:
                break
        theta, inverse, _ = self._posterior(keep, variance, noise)
        coefficients, covariance = np.zeros(len(keep)), np.zeros((len(keep), len(keep)))
        coefficients[keep] = theta
        covariance[np.ix_(keep, keep)] = inverse
        return coefficients, covariance

    def _posterior(
        self, keep: BoolArray, variance: FloatArray, noise: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return mean, covariance and prior precision of the kept coefficients."""
        from scipy.linalg import cho_factor, cho_solve

        group = self.group[keep]
        precision = np.where(group < 0, 1e-8, 1.0 / variance[np.maximum(group, 0)])
        matrix = self.gram[np.ix_(keep, keep)] / noise
        matrix[np.diag_indices(len(matrix))] += precision
        factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
        inverse: FloatArray = cho_solve(factor, np.eye(len(precision)), check_finite=False)
        return inverse @ self.cross[keep] / noise, inverse, precision
