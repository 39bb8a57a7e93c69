"""The three weights of the ranking, learnt from judgements."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from engine.taste.comparisons import FACE, PARTS, Comparisons, FloatArray

STRENGTH = 100.0  # C of the regression: parts are shares, so that a step is about a tenth
NOTHING = 1e-9
_SUBSETS = [list(some) for size in (3, 2, 1) for some in itertools.combinations(range(PARTS), size)]


def fit_weights(comparisons: Comparisons) -> FloatArray:
    """Fit a logistic regression, without intercept, of the choices on the differences of the parts.

    Returns (3,) coefficients, none negative: no face is sought because it is unlike. Where the free fit has negative
    ones, the best fit on fewer parts is taken; because the loss is convex, it is the best of all without negative
    ones. All are 0 where no part helps. Source: Bradley and Terry (1952), Biometrika 39(3/4).
    """
    best, least = np.zeros(PARTS), _loss(np.zeros(PARTS), comparisons)
    for chosen in _SUBSETS:
        coefficients = np.zeros(PARTS)
        coefficients[chosen] = _free_fit(comparisons.parts[:, chosen], comparisons.chose_a)
        if coefficients.min() < 0:
            continue
        loss = _loss(coefficients, comparisons)
        if loss < least:
            best, least = coefficients, loss
        if len(chosen) == PARTS:
            break
    return best


def or_plain(coefficients: FloatArray) -> FloatArray:
    """Return the coefficients, or those of plain cosine where all are 0."""
    return coefficients if coefficients.sum() > NOTHING else np.eye(PARTS)[FACE]


def _free_fit(parts: FloatArray, chose_a: npt.NDArray[np.bool_]) -> FloatArray:
    from sklearn.linear_model import LogisticRegression

    # A choice of a over b is one of b over a seen from the other side: with both, one answer alone can be fitted.
    both = np.concatenate([parts, -parts])
    answers = np.concatenate([chose_a, ~chose_a])
    model = LogisticRegression(C=STRENGTH / 2, fit_intercept=False, tol=1e-6, max_iter=200).fit(both, answers)
    return np.asarray(model.coef_[0], np.float64)


def _loss(coefficients: FloatArray, comparisons: Comparisons) -> float:
    """Return what the regression makes least: the penalty and the loss of each answer."""
    margins = np.where(comparisons.chose_a, 1.0, -1.0) * (comparisons.parts @ coefficients)
    return float(STRENGTH * np.logaddexp(0.0, -margins).sum() + coefficients @ coefficients / 2)
