"""What an offer changes in rare levels of a category, such as small towns, over what it changes in levels like them.

Thousands of levels get no column of their own: what the rest of the additive effect leaves unexplained is explained by
a random effect per level, drawn to 0 as far as the level is small. How far effects spread is learnt from the data as
in ``solve_ridge``, for all offers together and for each offer's own part. Source: Robinson (1991), Statistical Science
6(1), on the prediction of random effects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.job import JobContext
from engine.uplift.ridge import CAUTION, ROUNDS, SETTLED, SMALLEST_EFFECT
from engine.uplift.trial import BoolArray, FloatArray, IntArray

FIRST_GUESS = 0.02**2
GONE = 1e-12  # variance of effects that vanish


@dataclass(frozen=True)
class RareEffects:
    """Each rare level's own effect and its variance, (levels + 1, offers); the last row, 0, is of all other levels."""

    effect: FloatArray
    variance: FloatArray


def fit_rare(
    level: IntArray,
    levels: int,
    contrast: FloatArray,
    weight: FloatArray,
    left: FloatArray,
    context: JobContext,
) -> RareEffects:
    """Fit the effects of ``levels`` rare levels; raise JobCancelled between rounds.

    ``level`` (rows,) is each customer's, -1 for none; ``contrast`` (rows, offers) whether they got each offer, less
    its share; ``left`` (rows,) what else does not explain of the outcome, in probability, with ``weight`` the inverse
    of its variance.
    """
    offers = contrast.shape[1]
    mine = level >= 0
    mixing = np.hstack([np.ones((offers, 1)), np.eye(offers)]) if offers > 1 else np.ones((1, 1))
    noise = float(np.average(weight * left**2))
    gram, cross = _sums(level[mine], levels, contrast[mine] @ mixing, weight[mine] / noise, left[mine])
    share = float(mine.mean())
    is_own = np.arange(mixing.shape[1]) >= (offers > 1)
    variance = np.full(mixing.shape[1], FIRST_GUESS)
    for _ in range(ROUNDS):
        context.check()
        effect, spread = _posterior(gram, cross, variance)
        before = variance
        variance = _variances(effect, spread, variance, is_own)
        variance = np.where(variance * share < SMALLEST_EFFECT**2, GONE, variance)
        if np.abs(np.log(variance / before)).max() < SETTLED:
            break
    effect, spread = _posterior(gram, cross, variance)
    by_offer = np.einsum("oc,lcd,od->lo", mixing, spread, mixing)
    return RareEffects(*(np.vstack([found, np.zeros(offers)]) for found in (effect @ mixing.T, by_offer)))


def _sums(
    level: IntArray, levels: int, parts: FloatArray, weight: FloatArray, left: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return each level's Gram matrix of the parts and their product with what is left."""
    width = parts.shape[1]
    gram, cross = np.empty((levels, width, width)), np.empty((levels, width))
    for i in range(width):
        cross[:, i] = np.bincount(level, weight * parts[:, i] * left, levels)
        for j in range(i + 1):
            gram[:, i, j] = gram[:, j, i] = np.bincount(level, weight * parts[:, i] * parts[:, j], levels)
    return gram, cross


def _posterior(gram: FloatArray, cross: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return each level's effects, and their covariance."""
    spread = np.asarray(np.linalg.inv(gram + np.diag(1.0 / variance)), dtype=np.float64)
    return np.einsum("lij,lj->li", spread, cross), spread


def _variances(effect: FloatArray, spread: FloatArray, variance: FloatArray, is_own: BoolArray) -> FloatArray:
    """Return the variances that make the data likelier: one for what offers have in common, one for their own parts."""
    found: FloatArray = variance.copy()
    own_spread = np.diagonal(spread, axis1=1, axis2=2)
    for parts in (is_own, ~is_own):
        if parts.any() and variance[parts].max() > GONE:
            freedom = effect[:, parts].size - float(own_spread[:, parts].sum() / variance[parts].max())
            found[parts] = max(float((effect[:, parts] ** 2).sum()) / (max(freedom, 0.0) + CAUTION), GONE)
    return found
