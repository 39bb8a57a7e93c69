"""Qini, curve and deciles on doubly-robust scores, with ties shared fairly and closed-form intervals.

A doubly-robust score psi estimates one customer's uplift without bias, with much noise (Robins, Rotnitzky and Zhao,
1994). With rank 0 for the best prediction and 1 for the worst, mean of (psi - mean psi)(1/2 - rank) is the area
between the uplift curve and the random line (Radcliffe, 2007), and a mean has a closed-form interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
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


def rank_best_first(prediction: FloatArray, fold: IntArray, weight: FloatArray | None = None) -> Ranking:
    """Rank customers within their folds by prediction, highest first; raise InputError for one that is no number."""
    check_predictions(prediction)
    start, width = np.zeros(len(prediction)), np.ones(len(prediction))
    for k in np.unique(fold):
        mine = fold == k
        _, tie = np.unique(-prediction[mine], return_inverse=True)
        size = np.bincount(tie, None if weight is None else weight[mine])
        before = np.concatenate([[0], np.cumsum(size)[:-1]])
        start[mine], width[mine] = before[tie] / size.sum(), size[tie] / size.sum()
    return Ranking(start, width)


def check_predictions(prediction: FloatArray) -> None:
    """Raise InputError for a prediction that is no number: it would count as the best or the worst of all."""
    wrong = ~np.isfinite(prediction)
    if wrong.any():
        raise InputError(f"Row {int(wrong.argmax()) + 1} has no predicted uplift. Leave it out, or predict it.")


def mean_and_error(contributions: FloatArray, weight: FloatArray | None = None) -> tuple[float, float]:
    """Return the weighted mean of independent contributions, and its standard error."""
    if weight is None:
        return float(contributions.mean()), float(contributions.std()) / len(contributions) ** 0.5
    value = float(np.average(contributions, weights=weight))
    apart = weight * (contributions - value)
    return value, float(np.sqrt((apart * apart).sum()) / weight.sum())  # a threaded product would wait more than work


def mean_with_interval(contributions: FloatArray, weight: FloatArray | None = None) -> Estimate:
    """Return the weighted mean of independent contributions with its normal 95 % interval."""
    value, error = mean_and_error(contributions, weight)
    return Estimate(value, value - Z95 * error, value + Z95 * error)


def qini_contributions(score: FloatArray, ranking: Ranking, weight: FloatArray | None = None) -> FloatArray:
    """Return what each customer adds to Qini; their weighted mean is Qini."""
    added: FloatArray = (score - np.average(score, weights=weight)) * (0.5 - ranking.middle)
    return added


def qini(score: FloatArray, prediction: FloatArray, fold: IntArray, weight: FloatArray | None = None) -> Estimate:
    """Return Qini in additional yeses per customer: the area between the uplift curve and the random line."""
    ranking = rank_best_first(prediction, fold, weight)
    return mean_with_interval(qini_contributions(score, ranking, weight), weight)


def auuc(score: FloatArray, ranking: Ranking, weight: FloatArray | None = None) -> Estimate:
    """Return the area under the uplift curve, in additional yeses per customer."""
    return mean_with_interval(score * (1.0 - ranking.middle), weight)


@dataclass(frozen=True)
class UpliftAt:
    """The average uplift of the best ``share`` of the customers, with 95 % interval."""

    share: float
    uplift: float
    low: float
    high: float
    customers: int


def uplift_at(score: FloatArray, ranking: Ranking, share: float, weight: FloatArray) -> UpliftAt:
    """Return the uplift among the best ``share``; of a tie that is cut, each customer counts in part."""
    part = ranking.asked(share)
    found = mean_with_interval(score, part * weight)
    return UpliftAt(share, found.value, found.low, found.high, round(float(part.sum())))


@dataclass(frozen=True)
class CalibrationLine:
    """The straight line of the truth on the prediction: slope 1 where predictions are neither too bold nor too shy.

    Intercept and slope with 95 % intervals, and their covariance; the intercept's and the covariance are None in files
    of earlier versions.
    """

    intercept: float
    slope: float
    slope_low: float
    slope_high: float
    intercept_low: float | None = None
    intercept_high: float | None = None
    covariance: float | None = None

    def at(self, prediction: float) -> Estimate | None:
        """Return the uplift on the line where so much was predicted, or None if its interval was not kept."""
        if self.intercept_low is None or self.intercept_high is None or self.covariance is None:
            return None
        start = (self.intercept_high - self.intercept_low) / (2 * Z95)
        rise = (self.slope_high - self.slope_low) / (2 * Z95)
        variance = start**2 + 2 * prediction * self.covariance + (prediction * rise) ** 2
        value, reach = self.intercept + self.slope * prediction, Z95 * max(variance, 0.0) ** 0.5
        return Estimate(value, value - reach, value + reach)


def calibration_line(score: FloatArray, prediction: FloatArray, weight: FloatArray) -> CalibrationLine:
    """Return the line by least squares with 95 % intervals (White, 1980); slope 0 if all predictions are alike."""
    check_predictions(prediction)
    mean = float(np.average(prediction, weights=weight))
    centred = prediction - mean
    square = float((weight * centred**2).sum())
    middle = mean_with_interval(score, weight)
    if square <= 0:
        return CalibrationLine(middle.value, 0.0, 0.0, 0.0, middle.low, middle.high, 0.0)
    slope = float((weight * centred * (score - middle.value)).sum()) / square
    left = weight * (score - middle.value - slope * centred)
    slope_pull = left * centred / square
    pull = left / weight.sum() - mean * slope_pull
    reach, slope_reach = (Z95 * float(np.sqrt((one**2).sum())) for one in (pull, slope_pull))
    intercept = middle.value - slope * mean
    return CalibrationLine(
        intercept, slope, slope - slope_reach, slope + slope_reach, intercept - reach, intercept + reach,
        float((pull * slope_pull).sum()),
    )  # fmt: skip


def classic_qini(outcome: FloatArray, prediction: FloatArray, treated: FloatArray) -> float:
    """Return the normalised Qini coefficient of one offer against none: 1 for the perfect order, 0 for a random one.

    NaN where every order is as good. Customers with equal predictions enter the curve together. Source: Radcliffe
    (2007), as scikit-uplift's ``qini_auc_score`` counts it, which is what others quote; for what a ranking is worth,
    see ``qini``.
    """
    perfect_order = outcome * treated - outcome * (1 - treated)
    own, perfect = (_qini_area(outcome, order, treated) for order in (prediction, perfect_order))
    random = _gained(outcome, np.zeros(len(outcome)), treated)[1][-1] * len(outcome) / 2
    return float((own - random) / (perfect - random)) if perfect != random else float("nan")


def _gained(outcome: FloatArray, prediction: FloatArray, treated: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how many were asked, and the additional yeses of them, at the end of each tie; from 0."""
    order = np.argsort(-prediction, kind="stable")
    y, t, ranked = outcome[order], treated[order], prediction[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    asked = np.cumsum(t)[ends]
    others = ends + 1 - asked
    yes, other_yes = np.cumsum(y * t)[ends], np.cumsum(y * (1 - t))[ends]
    gained = yes - np.divide(other_yes * asked, others, out=np.zeros(len(ends)), where=others > 0)
    return np.append(0, ends + 1), np.append(0.0, gained)


def _qini_area(outcome: FloatArray, prediction: FloatArray, treated: FloatArray) -> float:
    asked, gained = _gained(outcome, prediction, treated)
    return float(np.trapezoid(gained, asked))


@dataclass(frozen=True)
class Curve:
    """Additional yeses per customer when only the best ``share`` is asked, with the 95 % band and the random line."""

    share: tuple[float, ...]
    gain: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    random: tuple[float, ...]


def uplift_curve(
    score: FloatArray,
    ranking: Ranking,
    context: JobContext,
    *,
    points: int = 101,
    weight: FloatArray | None = None,
) -> Curve:
    """Return the curve at equally spaced shares from 0 to 1."""
    shares = np.linspace(0.0, 1.0, points)
    estimates = []
    for share in shares:
        context.check()
        estimates.append(mean_with_interval(score * ranking.asked(float(share)), weight))
    return Curve(
        share=tuple(shares.tolist()),
        gain=tuple(e.value for e in estimates),
        low=tuple(e.low for e in estimates),
        high=tuple(e.high for e in estimates),
        random=tuple((shares * float(np.average(score, weights=weight))).tolist()),
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


def deciles(
    score: FloatArray, prediction: FloatArray, ranking: Ranking, weight: FloatArray | None = None
) -> tuple[Decile, ...]:
    """Return the ten tenths; a tie across a border counts in both, by its parts."""
    rows = []
    for d in range(10):
        part = ranking.asked((d + 1) / 10) - ranking.asked(d / 10)
        count = round(float(part.sum()))
        part = part if weight is None else part * weight
        found, predicted = mean_with_interval(score, part), float((part * prediction).sum() / part.sum())
        rows.append(Decile(d + 1, count, predicted, found.value, found.low, found.high))
    return tuple(rows)
