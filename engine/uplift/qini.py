"""Qini, curve and deciles on doubly-robust scores, with ties shared fairly and closed-form intervals.

A doubly-robust score psi estimates one customer's uplift without bias, with much noise (Robins, Rotnitzky and Zhao,
1994). With rank 0 for the best prediction and 1 for the worst, mean of (psi - mean psi)(1/2 - rank) is the area
between the uplift curve and the random line (Radcliffe, 2007), and a mean has a closed-form interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.job import JobContext
from engine.uplift.trial import FloatArray, IntArray

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranking:
    """Where customers stand when asked best first: ties begin at the same ``start`` and share their ``width``.

    Both are shares (0 to 1) of the customer's own fold, as predictions of different folds come from different models.
    """

    start: FloatArray
    width: FloatArray

    @property
    def middle(self) -> FloatArray:
        """Return the rank: the middle of the customer's tie."""
        return self.start + self.width / 2

    def asked(self, share: float) -> FloatArray:
        """Return how much of each customer is among the best ``share``: 1, 0, or a part where a tie is cut."""
        part: FloatArray = np.clip((share - self.start) / self.width, 0.0, 1.0)
        return part


def rank_best_first(prediction: FloatArray, fold: IntArray) -> Ranking:
    """Rank customers within their folds by prediction, highest first."""
    start, width = np.zeros(len(prediction)), np.ones(len(prediction))
    for k in np.unique(fold):
        mine = fold == k
        _, tie, size = np.unique(-prediction[mine], return_inverse=True, return_counts=True)
        before = np.concatenate([[0], np.cumsum(size)[:-1]])
        start[mine], width[mine] = before[tie] / mine.sum(), size[tie] / mine.sum()
    return Ranking(start, width)


def mean_with_interval(contributions: FloatArray) -> Estimate:
    """Return the mean of independent contributions with its normal 95 % interval."""
    value = float(contributions.mean())
    reach = Z95 * float(contributions.std()) / len(contributions) ** 0.5
    return Estimate(value, value - reach, value + reach)


def qini_contributions(score: FloatArray, ranking: Ranking) -> FloatArray:
    """Return what each customer adds to Qini; their mean is Qini."""
    added: FloatArray = (score - score.mean()) * (0.5 - ranking.middle)
    return added


def qini(score: FloatArray, prediction: FloatArray, fold: IntArray) -> Estimate:
    """Return Qini in additional yeses per customer: the area between the uplift curve and the random line."""
    return mean_with_interval(qini_contributions(score, rank_best_first(prediction, fold)))


@dataclass(frozen=True)
class Curve:
    """Additional yeses per customer when only the best ``share`` is asked, with the 95 % band and the random line."""

    share: tuple[float, ...]
    gain: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    random: tuple[float, ...]


def uplift_curve(score: FloatArray, ranking: Ranking, context: JobContext, *, points: int = 101) -> Curve:
    """Return the curve at equally spaced shares from 0 to 1."""
    shares = np.linspace(0.0, 1.0, points)
    estimates = []
    for share in shares:
        context.check()
        estimates.append(mean_with_interval(score * ranking.asked(float(share))))
    return Curve(
        share=tuple(shares.tolist()),
        gain=tuple(e.value for e in estimates),
        low=tuple(e.low for e in estimates),
        high=tuple(e.high for e in estimates),
        random=tuple((shares * float(score.mean())).tolist()),
    )


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers, best first: what was predicted, and what the trial shows."""

    number: int
    customers: int
    predicted: float
    uplift: float
    low: float
    high: float


def deciles(score: FloatArray, prediction: FloatArray, ranking: Ranking) -> tuple[Decile, ...]:
    """Return the ten tenths; a tie across a border counts in both, by its parts."""
    rows = []
    for d in range(10):
        part = ranking.asked((d + 1) / 10) - ranking.asked(d / 10)
        size = float(part.sum())
        uplift, predicted = float(part @ score) / size, float(part @ prediction) / size
        reach = Z95 * float(np.sqrt((part**2) @ (score - uplift) ** 2)) / size
        rows.append(Decile(d + 1, round(size), predicted, uplift, uplift - reach, uplift + reach))
    return tuple(rows)
