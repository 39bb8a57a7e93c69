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

from engine.job import JobContext
from engine.uplift.features import FeatureSpace, Rows
from engine.uplift.rare import RareEffects, fit_rare
from engine.uplift.ridge import FREE, NEVER, RidgeProblem, RidgeSolution, effect_width, solve_ridge
from engine.uplift.trial import FloatArray, IntArray, Trial

if TYPE_CHECKING:
    from engine.uplift.sample import Sample

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

    def predict(self, codes: FloatArray, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        middle = self.coefficients @ self.centre
        parts = [self.space.design(piece) @ self.coefficients.T - middle for piece in _pieces(codes, context)]
        return np.vstack(parts) if parts else np.zeros((0, len(self.coefficients)))

    def variance(self, codes: FloatArray, context: JobContext) -> FloatArray:
        """Return (rows, offers) variances of the uplifts, given the data."""
        parts = []
        for piece in _pieces(codes, context):
            rows = self.space.design(piece) - self.centre
            parts.append(np.column_stack([np.einsum("ij,ij->i", rows @ c, rows) for c in self.covariance]))
        return np.maximum(np.vstack(parts), 0.0) if parts else np.zeros((0, len(self.coefficients)))


@dataclass(frozen=True)
class AdditiveFound:
    """The additive effect as all learners' effects are asked, with ``rare`` for each category that has rare levels."""

    effect: AdditiveEffect
    rare: tuple[RareEffects, ...]

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        found = self.effect.predict(rows.codes, context)
        for one, level in zip(self.rare, rows.rare.T, strict=True):
            found += one.effect[level]
        return found

    def deviation(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) standard deviations of the uplifts."""
        found = self.effect.variance(rows.codes, context)
        for one, level in zip(self.rare, rows.rare.T, strict=True):
            found += one.variance[level]
        return np.sqrt(found)


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
        rare = _fit_rare(found, sample, folds, context) if sample.space.with_rare else ()
        context.progress(1.0)
        return AdditiveFound(found, rare)


def _fit_rare(
    effect: AdditiveEffect, sample: Sample, folds: Sequence[int], context: JobContext
) -> tuple[RareEffects, ...]:
    """Return the rare levels' own effects, category by category, each on what those before leave unexplained."""
    trial, inside = sample.trial, np.flatnonzero(sample.inside(folds))
    rows, offers = sample.rows[inside], np.arange(1, len(trial.offers) + 1)
    contrast = (trial.arm[inside, None] == offers) - trial.shares[1:]
    weight = row_weights(trial, sample.expected)[inside]
    left = trial.outcome[inside] - sample.expected[inside]
    left = left - (contrast * effect.predict(rows.codes, context)).sum(axis=1)
    found = []
    for place, level in zip(sample.space.with_rare, rows.rare.T, strict=True):
        one = fit_rare(level, len(sample.space.categories[place].rare), contrast, weight, left, context)
        left = left - (contrast * one.effect[level]).sum(axis=1)
        found.append(one)
    return tuple(found)


def _pieces(codes: FloatArray, context: JobContext) -> Iterator[FloatArray]:
    """Yield the rows piece by piece; raise JobCancelled between two."""
    for start in range(0, len(codes), PIECE):
        context.check()
        yield codes[start : start + PIECE]


def row_weights(trial: Trial, expected: FloatArray) -> FloatArray:
    """Return (rows,) weights by the inverse of the outcome's variance; as if drawn by lot, summing to their worth."""
    return _standing(trial) / np.clip(expected * (1.0 - expected), 0.02, 0.25)


def _standing(trial: Trial) -> FloatArray:
    """Return how many customers each one stands for, scaled so that they count as many as they are worth."""
    balance = trial.balance
    standing: FloatArray = balance * (balance.sum() / (balance**2).sum())
    return standing


def gather_moments(
    space: FeatureSpace,
    codes: FloatArray,
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
    standing, weight = _standing(trial), row_weights(trial, expected)
    surprise = trial.outcome - expected
    total = np.zeros(width)
    for start in range(0, len(codes), CHUNK):
        context.progress(start / len(codes))
        part = slice(start, start + CHUNK)
        design = np.vstack([space.design(piece) for piece in _pieces(codes[part], context)])
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
    centre = total / len(codes)
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
    that have an effect by themselves, and only what is tried is laid out.
    """
    layout = space.layout
    first = _lay_out(layout.group, moments, shares, list(folds), np.flatnonzero(~layout.is_pair))
    alone = solve_ridge(first.problem, first.group, np.ones(len(first.group), dtype=bool), context)
    useful = np.unique(layout.parents[first.column[alone.kept & (first.group >= 0)], 0])
    pairs = np.flatnonzero(layout.is_pair & np.isin(layout.parents, useful).all(axis=1))
    if not len(pairs):
        return _effect_of(space, moments.centre, len(shares) - 1, first, alone)
    kept = np.unique(first.column[alone.kept])
    second = _lay_out(layout.group, moments, shares, list(folds), np.concatenate([kept, pairs]))
    tried = np.isin(second.place, first.place[alone.kept]) | layout.is_pair[second.column]
    found = solve_ridge(second.problem, second.group, tried, context, start=alone)
    return _effect_of(space, moments.centre, len(shares) - 1, second, found)


@dataclass(frozen=True)
class LaidOut:
    """Coefficients as they are solved for: the common effect (if there are several offers), then a block per offer.

    Per coefficient its design column, its group, and its ``place`` among the coefficients of all design columns. The
    common constant, which the offers' own constants make up, is in no problem: its group is NEVER.
    """

    problem: RidgeProblem
    column: IntArray
    group: IntArray
    place: IntArray


def _lay_out(groups: IntArray, moments: Moments, shares: FloatArray, folds: list[int], columns: IntArray) -> LaidOut:
    """Lay out the coefficients of some design columns, the constant among them first."""
    arms = len(shares)
    contrast = np.eye(arms)[:, 1:] - shares[1:]
    if arms > 2:
        contrast = np.column_stack([contrast.sum(axis=1), contrast])
    blocks, width = contrast.shape[1], len(columns)
    gram = np.sum([moments.gram[k][:, columns[:, None], columns] for k in folds], axis=0)
    whole = np.empty((blocks, width, blocks, width))
    for a, b in np.ndindex(blocks, blocks):
        whole[a, :, b] = np.tensordot(contrast[:, a] * contrast[:, b], gram, axes=1)
    several, shared = int(groups.max()) + 1, arms > 2
    own = np.where(groups < 0, FREE, groups + several * shared)
    group = np.stack([groups] * shared + [own] * (arms - 1))
    if shared:
        group[0, 0] = NEVER
    diagonal = (contrast**2).T @ np.diagonal(moments.gram, axis1=2, axis2=3)[folds].sum(axis=0)
    problem = RidgeProblem(
        whole.reshape(blocks * width, -1),
        np.einsum("ta,tj->aj", contrast, moments.cross[folds].sum(axis=0)[:, columns]).ravel(),
        float(moments.square[folds].sum()),
        float(moments.rows[folds].sum()),
        effect_width(diagonal.ravel(), group.ravel(), several * (1 + shared)),
    )
    place = (np.arange(blocks)[:, None] * len(groups) + columns).ravel()
    return LaidOut(problem, np.tile(columns, blocks), group[:, columns].ravel(), place)


def _effect_of(
    space: FeatureSpace, centre: FloatArray, offers: int, laid_out: LaidOut, found: RidgeSolution
) -> AdditiveEffect:
    """Return each offer's coefficients and their covariance, over all design columns."""
    width = len(space.layout.group)
    columns = laid_out.column[: len(laid_out.column) // (offers + (offers > 1))]
    own = found.coefficients.reshape(-1, len(columns))
    blocks = found.covariance.reshape(len(own), len(columns), len(own), len(columns))
    if len(own) > offers:
        table = own[1:] + own[0]
        spread = [blocks[0, :, 0] + blocks[0, :, j] + blocks[j, :, 0] + blocks[j, :, j] for j in range(1, offers + 1)]
    else:
        table, spread = own, [blocks[j, :, j] for j in range(offers)]
    coefficients, covariance = np.zeros((offers, width)), np.zeros((offers, width, width))
    coefficients[:, columns] = table
    covariance[:, columns[:, None], columns] = np.stack(spread)
    return AdditiveEffect(space, centre, coefficients, covariance)
