"""The learner: the mean of an additive R-learner and SoloModel, recalibrated on held-out scores.

The two err in different ways. The additive effect finds what changes gradually and needs few customers; the trees of
SoloModel find combinations of features, and lean on what makes people say yes anyway. Where they disagree, the likely
range is wider.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.job import JobContext
from engine.uplift.additive import AdditiveEffect
from engine.uplift.features import FeatureSpace
from engine.uplift.outcome import OutcomeModel
from engine.uplift.qini import Z95
from engine.uplift.trial import FloatArray, IntArray
from engine.uplift.yardsticks import SoloModels

TRUST = 0.25  # standard deviation around 1 of the slope of truth on prediction, before the data speak
WIDEN = 1.1  # see UpliftModel.forecast


@dataclass(frozen=True)
class Calibration:
    """The straight line from a raw prediction to the uplift: an intercept per offer, one slope for all."""

    intercept: FloatArray
    slope: float

    def apply(self, raw: FloatArray) -> FloatArray:
        """Return (rows, offers) uplifts."""
        return self.intercept + self.slope * raw


def calibrate(raw: FloatArray, scores: FloatArray) -> Calibration:
    """Fit scores = intercept + slope x raw by least squares, the slope drawn towards 1 as far as the data are weak."""
    centred = raw - raw.mean(axis=0)
    square = float((centred**2).sum())
    slope = 1.0
    if square > 0:
        noise = (scores - scores.mean(axis=0)) * centred
        found = float(noise.sum()) / square
        variance = float(((noise - found * centred**2).sum(axis=1) ** 2).sum()) / square**2
        slope = max((found / variance + 1.0 / TRUST**2) / (1.0 / variance + 1.0 / TRUST**2), 0.0)
    return Calibration(scores.mean(axis=0) - slope * raw.mean(axis=0), slope)


def calibrate_out_of_fold(raw: FloatArray, scores: FloatArray, fold: IntArray) -> FloatArray:
    """Return (customers, offers) uplifts, each fold calibrated on the others."""
    uplift = np.empty_like(raw)
    for k in np.unique(fold):
        mine = fold == k
        uplift[mine] = calibrate(raw[~mine], scores[~mine]).apply(raw[mine])
    return uplift


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
class Learner:
    """Everything fitted, ready for customers outside the trial."""

    space: FeatureSpace
    shares: FloatArray
    expected: OutcomeModel
    solo: SoloModels
    additive: AdditiveEffect
    calibration: Calibration

    def uplift(self, features: pd.DataFrame, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts."""
        return self._both(features, self.space.codes(features), context)[0]

    def forecast(self, features: pd.DataFrame, context: JobContext) -> Forecast:
        """Return the uplifts, their likely ranges and the chance to say yes without an offer."""
        codes = self.space.codes(features)
        uplift, apart = self._both(features, codes, context)
        spread = np.hypot(self.additive.deviation(features, context), apart)
        reach = Z95 * WIDEN * self.calibration.slope * spread
        expected = self.expected.predict(codes, context)
        return Forecast(
            uplift=uplift,
            low=np.maximum(uplift - reach, -1.0),
            high=np.minimum(uplift + reach, 1.0),
            baseline=np.clip(expected - uplift @ self.shares[1:], 0.0, 1.0),
        )

    def _both(self, features: pd.DataFrame, codes: FloatArray, context: JobContext) -> tuple[FloatArray, FloatArray]:
        """Return the uplift, and how far the two learners are apart."""
        smooth = self.additive.predict(features, context)
        trees = self.solo.predict(codes, context)
        return self.calibration.apply((smooth + trees) / 2), smooth - trees
