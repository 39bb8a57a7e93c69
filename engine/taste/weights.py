"""The three weights of the ranking, learnt from judgements."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from engine.taste.comparisons import Comparisons, FloatArray

STRENGTH = 1.0  # C of the regression: the inverse of its pull towards no preference
NOTHING = 1e-9


def fit_weights(comparisons: Comparisons) -> FloatArray:
    """Fit a logistic regression, without intercept, of the choices on the differences of the terms.

    Returns (3,) coefficients, none negative: nobody is asked for faces because they are unlike. Where the free fit
    has negative ones, the best fit among the subsets of terms is taken, which is the constrained optimum because the
    loss is convex. All are 0 where no term helps. Source: Bradley and Terry (1952), Biometrika 39(3/4).
    """
    terms = comparisons.terms.shape[1]
    best, least = np.zeros(terms), _loss(np.zeros(terms), comparisons)
    for size in range(terms, 0, -1):
        for chosen in itertools.combinations(range(terms), size):
            coefficients = np.zeros(terms)
            coefficients[list(chosen)] = _free_fit(comparisons.terms[:, chosen], comparisons.chose_a)
            loss = _loss(coefficients, comparisons)
            if coefficients.min() >= 0 and loss < least:
                best, least = coefficients, loss
        if best.max() > NOTHING and size == terms:
            break
    return best


def normalised(coefficients: FloatArray) -> FloatArray | None:
    """Return coefficients as weights that sum to 1; None where all are 0."""
    total = float(coefficients.sum())
    return coefficients / total if total > NOTHING else None


def _free_fit(terms: FloatArray, chose_a: npt.NDArray[np.bool_]) -> FloatArray:
    from sklearn.linear_model import LogisticRegression

    # A choice of a over b is one of b over a seen from the other side: with both, one answer alone can be fitted.
    both = np.concatenate([terms, -terms])
    answers = np.concatenate([chose_a, ~chose_a])
    model = LogisticRegression(C=STRENGTH / 2, fit_intercept=False, tol=1e-6, max_iter=200).fit(both, answers)
    return np.asarray(model.coef_[0], np.float64)


def _loss(coefficients: FloatArray, comparisons: Comparisons) -> float:
    """Return what the regression makes least: the penalty and the loss of each answer."""
    margins = np.where(comparisons.chose_a, 1.0, -1.0) * (comparisons.terms @ coefficients)
    return float(STRENGTH * np.logaddexp(0.0, -margins).sum() + coefficients @ coefficients / 2)
