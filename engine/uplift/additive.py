"""The additive R-learner: effects as shrunken sums over features and pairs of them, shrinkage learnt from the data.

The outcome's surprise (outcome less its expectation) is explained by (arm - share) x features: the residual-on-residual
regression of Nie and Wager (2021), Biometrika 108(2). As arms are few, all that is needed of the data are one Gram
matrix per fold and arm, so that a million customers cost one pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.job import JobContext
from engine.uplift.features import FeatureSpace
from engine.uplift.ridge import NEVER, RidgeProblem, solve_ridge
from engine.uplift.trial import FloatArray, IntArray, Trial

if TYPE_CHECKING:
    from engine.uplift.sample import Rows, Sample

CHUNK = 32_768  # rows of a sum; another number would round it otherwise
PIECE = 4_096  # rows worked on between two looks at a cancel


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
        parts = [self._centred(piece) @ self.coefficients.T for piece in _pieces(features, context)]
        return np.vstack(parts) if parts else np.zeros((0, len(self.coefficients)))

    def deviation(self, features: pd.DataFrame, context: JobContext) -> FloatArray:
        """Return (rows, offers) standard deviations of the uplifts, given the data."""
        parts = []
        for piece in _pieces(features, context):
            rows = self._centred(piece)
            parts.append(np.column_stack([np.einsum("ij,ij->i", rows @ c, rows) for c in self.covariance]))
        return np.sqrt(np.maximum(np.vstack(parts), 0.0)) if parts else np.zeros((0, len(self.coefficients)))

    def _centred(self, features: pd.DataFrame) -> FloatArray:
        return self.space.design(features) - self.centre


@dataclass(frozen=True)
class AdditiveFound:
    """The additive effect, as all learners' effects are asked."""

    effect: AdditiveEffect

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        return self.effect.predict(rows.features, context)

    def deviation(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) standard deviations of the uplifts."""
        return self.effect.deviation(rows.features, context)


@dataclass(frozen=True)
class AdditiveLearner:
    """The additive R-learner."""

    name: str = "Additive"

    def refusal(self, trial: Trial) -> str:
        """Return nothing: it is right for every trial."""
        return ""

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> AdditiveFound:
        """Learn from the customers of these folds only."""
        moments = sample.moments(context.part(0.0, 0.5))
        found = fit_additive(sample.space, moments, sample.trial.shares, folds, context)
        context.progress(1.0)
        return AdditiveFound(found)


def _pieces(features: pd.DataFrame, context: JobContext) -> Iterator[pd.DataFrame]:
    """Yield the rows piece by piece; raise JobCancelled between two."""
    for start in range(0, len(features), PIECE):
        context.check()
        yield features.iloc[start : start + PIECE]


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
    width, folds, arms = len(space.layout.group), int(fold.max()) + 1, len(trial.offers) + 1
    gram, cross = np.zeros((folds, arms, width, width)), np.zeros((folds, arms, width))
    square, rows = np.zeros((folds, arms)), np.zeros((folds, arms))
    standing = trial.balance
    standing = standing * (standing.sum() / (standing**2).sum())  # so that they count as many as they are worth
    weight = standing / np.clip(expected * (1.0 - expected), 0.02, 0.25)
    surprise = trial.outcome - expected
    total = np.zeros(width)
    for start in range(0, len(features), CHUNK):
        context.progress(start / len(features))
        part = slice(start, start + CHUNK)
        design = np.vstack([space.design(piece) for piece in _pieces(features.iloc[part], context)])
        total += design.sum(axis=0)
        for k in range(folds):
            for a in range(arms):
                context.check()
                mine = (fold[part] == k) & (trial.arm[part] == a)
                d, w, r = design[mine], weight[part][mine], surprise[part][mine]
                weighted = d * w[:, None]
                gram[k, a] += weighted.T @ d
                cross[k, a] += weighted.T @ r
                square[k, a] += float(w @ r**2)
                rows[k, a] += standing[part][mine].sum()
    centre = total / len(features)
    centre[0] = 0.0
    for k, a in np.ndindex(folds, arms):
        context.check()
        _centre(gram[k, a], centre)
    return Moments(gram, cross - np.multiply.outer(cross[..., 0], centre), square, rows, centre)


def _centre(gram: FloatArray, centre: FloatArray) -> None:
    """Subtract ``centre`` times the constant, which is the first column, from the columns behind a Gram matrix."""
    first = gram[0].copy()
    gram -= np.multiply.outer(centre, first) + np.multiply.outer(first, centre)
    gram += first[0] * np.multiply.outer(centre, centre)


def fit_additive(
    space: FeatureSpace, moments: Moments, shares: FloatArray, folds: Sequence[int], context: JobContext
) -> AdditiveEffect:
    """Fit effects on the given folds' moments; raise JobCancelled between rounds.

    Each feature has one effect common to all offers and one of each offer's own. Pairs are tried only for features
    that have an effect by themselves.
    """
    layout, offers = space.layout, len(shares) - 1
    problem, column, group = _lay_out(layout.group, moments, shares, list(folds))
    single = ~layout.is_pair[column]
    alone = solve_ridge(problem, group, single, context)
    useful = np.unique(layout.parents[column[alone.kept & (group >= 0)], 0])
    tried = alone.kept | (~single & np.isin(layout.parents[column], useful).all(axis=1))
    tried[0] = alone.kept[0]
    found = solve_ridge(problem, group, tried, context, start=alone) if (tried & ~single).any() else alone
    width = len(layout.group)
    own = found.coefficients.reshape(-1, width)
    blocks = found.covariance.reshape(len(own), width, len(own), width)
    if len(own) > offers:
        table = own[1:] + own[0]
        spread = [blocks[0, :, 0] + blocks[0, :, j] + blocks[j, :, 0] + blocks[j, :, j] for j in range(1, offers + 1)]
    else:
        table, spread = own, [blocks[j, :, j] for j in range(offers)]
    return AdditiveEffect(space, moments.centre, table, np.stack(spread))


def _lay_out(
    groups: IntArray, moments: Moments, shares: FloatArray, folds: list[int]
) -> tuple[RidgeProblem, IntArray, IntArray]:
    """Lay out the coefficients: the common effect (if there are several offers), then one block per offer.

    Returns the problem, and per coefficient its design column and its group; the common constant, which the offers'
    own constants make up, is in no problem: its group is -2.
    """
    arms = len(shares)
    shared = arms > 2
    contrast = np.eye(arms)[:, 1:] - shares[1:]
    if shared:
        contrast = np.column_stack([contrast.sum(axis=1), contrast])
    blocks, width = contrast.shape[1], len(groups)
    gram, cross = moments.gram[folds].sum(axis=0), moments.cross[folds].sum(axis=0)
    whole = np.empty((blocks, width, blocks, width))
    for a, b in np.ndindex(blocks, blocks):
        whole[a, :, b] = np.tensordot(contrast[:, a] * contrast[:, b], gram, axes=1)
    size = blocks * width
    problem = RidgeProblem(
        whole.reshape(size, size),
        np.einsum("ta,tj->aj", contrast, cross).ravel(),
        float(moments.square[folds].sum()),
        float(moments.rows[folds].sum()),
    )
    own = np.where(groups < 0, -1, groups + (int(groups.max()) + 1) * shared)
    group = np.concatenate([groups] * shared + [own] * (arms - 1))
    if shared:
        group[0] = NEVER
    return problem, np.tile(np.arange(width), blocks), group
