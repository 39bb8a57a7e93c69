"""Learners stacked: each has the say that its uplifts earn on customers it was not fitted on.

The default stacks the additive R-learner and SoloModel, which err in different ways. The additive effect finds what
changes gradually and needs few customers; the trees of SoloModel find combinations of features, and lean on what makes
people say yes anyway. How much each one counts is learnt by the doubly-robust scores, drawn to equal parts as far as
the data are weak. Where the two disagree, the likely range is wider.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.job import JobContext
from engine.uplift.additive import AdditiveFound
from engine.uplift.features import FeatureSpace, Rows
from engine.uplift.learners import Effect
from engine.uplift.outcome import OutcomeModel
from engine.uplift.qini import Z95
from engine.uplift.trial import FloatArray, IntArray

DEFAULT = ("Additive", "SoloModel")
TRUST = 0.25  # standard deviation around the prior of slope and say, before the data speak
WIDEN = 1.1  # see UpliftModel.forecast


@dataclass(frozen=True)
class Calibration:
    """From the parts' raw predictions to the uplift: an intercept per offer, and each part's say, the same for all."""

    intercept: FloatArray
    say: FloatArray

    def apply(self, raw: FloatArray) -> FloatArray:
        """Return (rows, offers) uplifts of (parts, rows, offers) raw predictions."""
        return self.intercept + np.tensordot(self.say, raw, axes=1)


def calibrate(raw: FloatArray, scores: FloatArray, weight: FloatArray) -> Calibration:
    """Fit scores = intercept + sum of say x raw by least squares, no part's say below 0.

    The sum of the says is drawn towards 1 and their differences towards 0, as far as the data are weak: a normal
    prior with standard deviation TRUST on each, against the errors of the least squares.
    """
    parts = len(raw)
    means = np.average(raw, axis=1, weights=weight)
    centred = raw - means[:, None]
    target = scores - np.average(scores, axis=0, weights=weight)
    say = np.full(parts, 1.0 / parts)
    kept = np.flatnonzero((centred**2).sum(axis=(1, 2)) > 0)
    while len(kept):
        found = _say(centred[kept], target, weight)
        if found.min() >= 0:
            say = np.zeros(parts)
            say[kept] = found
            break
        kept = np.delete(kept, int(found.argmin()))
    else:
        say = np.zeros(parts)
    intercept = np.average(scores, axis=0, weights=weight) - say @ means
    return Calibration(intercept, say)


def _say(centred: FloatArray, target: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the says of the parts: the least squares' answer and the prior, each by its certainty."""
    gram = np.einsum("pro,qro,r->pq", centred, centred, weight, optimize=True)
    found = np.linalg.lstsq(gram, np.einsum("pro,ro,r->p", centred, target, weight, optimize=True), rcond=None)[0]
    left = target - np.tensordot(found, centred, axes=1)
    pulls = np.einsum("pro,ro,r->pr", centred, left, weight, optimize=True)
    noise = pulls @ pulls.T  # how far the customers pull apart, whatever the noise of each
    inverse = np.linalg.pinv(noise)
    certainty = gram @ inverse @ gram
    prior = _prior_certainty(len(centred))
    wanted = np.full(len(centred), 1.0 / len(centred))
    answer: FloatArray = np.linalg.solve(certainty + prior, certainty @ found + prior @ wanted)
    return answer


def _prior_certainty(parts: int) -> FloatArray:
    """Return the prior's inverse covariance: sd TRUST of the sum, and of one of two parts' share of it."""
    total = np.ones((parts, parts)) / TRUST**2
    apart = (np.eye(parts) - 1.0 / parts) / (2 * TRUST**2)
    return total + apart


def calibrate_out_of_fold(
    raw: FloatArray, scores: FloatArray, weight: FloatArray, fold: IntArray
) -> tuple[FloatArray, tuple[Calibration, ...]]:
    """Return (customers, offers) uplifts, each fold calibrated on the others, and these calibrations."""
    uplift, used = np.empty_like(scores), []
    for k in np.unique(fold):
        mine = fold == k
        used.append(calibrate(raw[:, ~mine], scores[~mine], weight[~mine]))
        uplift[mine] = used[-1].apply(raw[:, mine])
    return uplift, tuple(used)


@dataclass(frozen=True)
class Forecast:
    """What is expected of each customer.

    ``uplift`` with its 95 % likely range ``low`` to ``high``, all (customers, offers), and ``baseline`` (customers,),
    the chance to say yes without an offer.
    """

    uplift: FloatArray
    low: FloatArray
    high: FloatArray
    baseline: FloatArray


@dataclass(frozen=True)
class Stack:
    """Everything fitted, ready for customers outside the trial. ``folds`` are each part's fits without one fold."""

    space: FeatureSpace
    shares: FloatArray
    expected: OutcomeModel
    names: tuple[str, ...]
    parts: tuple[Effect, ...]
    folds: tuple[tuple[Effect, ...], ...]
    calibration: Calibration

    def uplift(self, features: pd.DataFrame, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts."""
        return self.uplift_of(self.rows(features), context)

    def uplift_of(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts of customers as the parts take them."""
        return self.calibration.apply(self._raw(rows, context))

    def rows(self, features: pd.DataFrame) -> Rows:
        """Return customers as the parts take them."""
        return self.space.rows(features)

    def forecast(self, features: pd.DataFrame, context: JobContext) -> Forecast:
        """Return the uplifts, their likely ranges and the chance to say yes without an offer."""
        rows = self.rows(features)
        raw = self._raw(rows, context)
        uplift = self.calibration.apply(raw)
        reach = Z95 * WIDEN * self._deviation(rows, raw, context)
        expected = self.expected.predict(rows.codes, context)
        return Forecast(
            uplift=uplift,
            low=np.maximum(uplift - reach, -1.0),
            high=np.minimum(uplift + reach, 1.0),
            baseline=np.clip(expected - uplift @ self.shares[1:], 0.0, 1.0),
        )

    def _raw(self, rows: Rows, context: JobContext) -> FloatArray:
        return np.stack([part.predict(rows, context) for part in self.parts])

    def _deviation(self, rows: Rows, raw: FloatArray, context: JobContext) -> FloatArray:
        """Return (rows, offers) standard deviations: of the first part, and of how far the parts are apart."""
        say = self.calibration.say
        first = self.parts[0]
        if isinstance(first, AdditiveFound):
            own = first.deviation(rows, context)
        else:
            own = self._between_folds(0, rows, raw[0], context)
        if len(self.parts) == 1 or say.sum() == 0:
            return float(say.sum()) * own
        middle = np.tensordot(say / say.sum(), raw, axes=1)
        apart = np.sqrt(np.tensordot(say / say.sum(), (raw - middle) ** 2, axes=1))
        spread: FloatArray = say.sum() * np.hypot(own, 2 * apart)
        return spread

    def _between_folds(self, part: int, rows: Rows, whole: FloatArray, context: JobContext) -> FloatArray:
        """Return the grouped jackknife's standard deviation of a part: how far fits without one fold lie about it."""
        without = np.stack([effect.predict(rows, context) for effect in self.folds[part]])
        count = len(without)
        spread: FloatArray = np.sqrt((count - 1) / count * ((without - whole) ** 2).sum(axis=0))
        return spread
