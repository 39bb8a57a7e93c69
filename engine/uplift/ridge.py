"""Ridge regression in which every group of coefficients has a variance of its own, learnt from the data.

The variances are those that make the data most likely (MacKay, 1992, Neural Computation 4(3)): groups that explain
nothing vanish, and the covariance of the coefficients is at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.job import JobContext
from engine.uplift.trial import BoolArray, FloatArray, IntArray

NEVER = -2  # group of a coefficient that is fixed at 0
FREE = -1  # group of a coefficient that is not shrunken
ROUNDS = 30
SMALLEST_EFFECT = 0.0025  # a group whose effects vary less than this (in probability) vanishes
CAUTION = 0.5  # added to a group's degrees of freedom: a group must earn its variance
SETTLED = 0.05  # stop when no group's log variance moves more


@dataclass(frozen=True)
class RidgeProblem:
    """Weighted least squares by its sums: X'WX, X'Wy, y'Wy and the number of rows.

    ``width`` (groups,) is the variance of each group's effects over customers when each coefficient has variance 1.
    """

    gram: FloatArray
    cross: FloatArray
    square: float
    rows: float
    width: FloatArray


@dataclass(frozen=True)
class RidgeSolution:
    """Coefficients with covariance (0 where not kept), which are kept, each group's variance, and the noise."""

    coefficients: FloatArray
    covariance: FloatArray
    kept: BoolArray
    variance: FloatArray
    noise: float


def solve_ridge(
    problem: RidgeProblem,
    group: IntArray,
    tried: BoolArray,
    context: JobContext,
    *,
    start: RidgeSolution | None = None,
) -> RidgeSolution:
    """Return the solution over the coefficients ``tried``; ``start`` gives variances to begin with."""
    width = problem.width
    variance = _first_guess(width, start)
    noise = start.noise if start else problem.square / problem.rows
    keep = tried & (group != NEVER)
    for _ in range(ROUNDS):
        theta, inverse, precision = _posterior(problem, group, keep, variance, noise, context)
        mine, spread = group[keep], np.diag(inverse)
        shrunken = mine >= 0
        size = np.bincount(mine[shrunken], minlength=len(variance))
        freedom = size - np.bincount(mine[shrunken], spread[shrunken], len(variance)) / variance
        length = np.bincount(mine[shrunken], theta[shrunken] ** 2, len(variance))
        before = variance
        variance = np.where(size > 0, np.maximum(length / (np.maximum(freedom, 0.0) + CAUTION), 1e-12), variance)
        used = len(theta) - float(precision @ spread)
        left = problem.square - 2 * theta @ problem.cross[keep] + theta @ problem.gram[np.ix_(keep, keep)] @ theta
        noise = float(left / (problem.rows - used))
        alive = (size > 0) & (variance * width >= SMALLEST_EFFECT**2)
        keep &= (group < 0) | alive[np.maximum(group, 0)]
        if not alive.any() or np.abs(np.log(variance[alive] / before[alive])).max() < SETTLED:
            break
    theta, inverse, _ = _posterior(problem, group, keep, variance, noise, context)
    coefficients, covariance = np.zeros(len(keep)), np.zeros((len(keep), len(keep)))
    coefficients[keep] = theta
    covariance[np.ix_(keep, keep)] = inverse
    return RidgeSolution(coefficients, covariance, keep, variance, noise)


def effect_width(own: FloatArray, group: IntArray, groups: int) -> FloatArray:
    """Return RidgeProblem's ``width`` of the Gram matrix's diagonal over all coefficients."""
    scale = own[group == FREE].mean()  # the constants' diagonal: what a column that is always 1 has
    width: FloatArray = np.bincount(np.maximum(group, 0), np.where(group >= 0, own, 0.0), groups) / scale
    return width


def _first_guess(width: FloatArray, start: RidgeSolution | None) -> FloatArray:
    guess = 0.02**2 / np.maximum(width, 1e-12)
    if start is None:
        return guess
    return np.where(start.variance * width >= SMALLEST_EFFECT**2, start.variance, guess)


def _posterior(
    problem: RidgeProblem, group: IntArray, keep: BoolArray, variance: FloatArray, noise: float, context: JobContext
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean, covariance and prior precision of the kept coefficients."""
    from scipy.linalg import cho_factor
    from scipy.linalg.lapack import dpotri

    context.check()
    mine = group[keep]
    precision = np.where(mine < 0, 1e-8, 1.0 / variance[np.maximum(mine, 0)])
    matrix = problem.gram[np.ix_(keep, keep)] / noise
    matrix[np.diag_indices(len(matrix))] += precision
    factor, _ = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    context.check()
    triangle = np.tril(dpotri(factor, lower=1, overwrite_c=1)[0])
    inverse: FloatArray = triangle + np.tril(triangle, -1).T
    return inverse @ problem.cross[keep] / noise, inverse, precision
