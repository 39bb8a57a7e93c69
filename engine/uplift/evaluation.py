"""What a trial says about an uplift model, as plain numbers that travel as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.columns import NO_OFFER
from engine.job import JobContext
from engine.uplift.crossfit import CrossFit
from engine.uplift.qini import (
    Z95,
    Curve,
    Decile,
    Estimate,
    deciles,
    mean_with_interval,
    qini,
    qini_contributions,
    rank_best_first,
    uplift_curve,
)
from engine.uplift.trial import FloatArray, Trial, unknown_offer
from engine.uplift.yardsticks import Yardstick

LEARNER = "Semblance"


@dataclass(frozen=True)
class Arm:
    """One arm of the trial: who was in it and, for an offer, its average uplift with 95 % interval."""

    offer: str
    customers: int
    outcomes: int
    rate: float
    uplift: float
    low: float
    high: float


@dataclass(frozen=True)
class OfferScore:
    """How well a learner ranks customers for one offer."""

    offer: str
    qini: float
    low: float
    high: float


@dataclass(frozen=True)
class LearnerScore:
    """A learner's Qini on the common folds; with ``refused`` the reason why there is none."""

    name: str
    qini: float
    low: float
    high: float
    offers: tuple[OfferScore, ...]
    refused: str = ""


@dataclass(frozen=True)
class Signal:
    """The test whether customers differ at all in how offers work on them, one-sided at 2.5 %."""

    z: float
    p_value: float
    is_real: bool


@dataclass(frozen=True)
class UpliftEvaluation:
    """The honesty checks of an uplift model, all on customers that the predictions were not fitted on.

    Qini, curve and deciles rank customers by the uplift of the offer that the model likes best for each (the highest
    out-of-fold prediction) and score them by the doubly-robust score of that same offer: what one gets who asks
    the best customers first, each with their best offer. In additional yeses per customer. ``has_signal`` asks for
    both: customers differ by the test of ``signal_test`` (``z``, ``p_value``), and the interval of Qini is above 0.
    """

    qini: float
    qini_low: float
    qini_high: float
    has_signal: bool
    z: float
    p_value: float
    customers: int
    arms: tuple[Arm, ...]
    leaderboard: tuple[LearnerScore, ...]
    curve: Curve
    deciles: tuple[Decile, ...]

    def average(self, offer: str) -> Estimate:
        """Return an offer's average uplift over all customers; raise InputError if it was not in the trial."""
        for arm in self.arms:
            if arm.offer == offer:
                return Estimate(arm.uplift, arm.low, arm.high)
        raise unknown_offer(offer, [arm.offer for arm in self.arms[1:]])

    def to_json(self) -> str:
        """Return the evaluation as JSON text."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> UpliftEvaluation:
        """Return the evaluation that ``to_json`` wrote."""
        held: dict[str, Any] = json.loads(text)
        held["arms"] = tuple(Arm(**arm) for arm in held["arms"])
        held["leaderboard"] = tuple(
            LearnerScore(**(row | {"offers": tuple(OfferScore(**offer) for offer in row["offers"])}))
            for row in held["leaderboard"]
        )
        held["curve"] = Curve(**{name: tuple(numbers) for name, numbers in held["curve"].items()})
        held["deciles"] = tuple(Decile(**decile) for decile in held["deciles"])
        return cls(**held)


def evaluate(
    trial: Trial, crossfit: CrossFit, yardsticks: tuple[Yardstick, ...], context: JobContext
) -> UpliftEvaluation:
    """Put the trial, the model's out-of-fold predictions and the yardsticks' into one evaluation."""
    score, prediction = best_offer(crossfit, crossfit.predictions)
    overall = qini(score, prediction, crossfit.fold)
    ranking = rank_best_first(prediction, crossfit.fold)
    signal = signal_test(crossfit)
    board = [_score_learner(LEARNER, trial, crossfit, crossfit.predictions)]
    for yardstick in yardsticks:
        if yardstick.predictions is None:
            board.append(LearnerScore(yardstick.name, 0.0, 0.0, 0.0, (), yardstick.refused))
        else:
            board.append(_score_learner(yardstick.name, trial, crossfit, yardstick.predictions))
    return UpliftEvaluation(
        qini=overall.value,
        qini_low=overall.low,
        qini_high=overall.high,
        has_signal=signal.is_real and overall.low > 0,
        z=signal.z,
        p_value=signal.p_value,
        customers=len(trial.arm),
        arms=_arms(trial, crossfit),
        leaderboard=tuple(board),
        curve=uplift_curve(score, ranking, context),
        deciles=deciles(score, prediction, ranking),
    )


def best_offer(crossfit: CrossFit, predictions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return score and prediction of the offer that is predicted best for each customer."""
    rows, best = np.arange(len(predictions)), predictions.argmax(axis=1)
    return crossfit.scores[rows, best], predictions[rows, best]


def signal_test(crossfit: CrossFit) -> Signal:
    """Test whether customers differ in how offers work on them.

    The statistic is the mean over offers of each offer's own Qini, so that offers which differ, but work alike on
    everybody, are no signal. Where there is none, the folds are not independent: each pair of folds meets twice, once
    each way round, and both meetings may come out alike. Then the variance is twice that of independent folds, so
    half of it is given away: with no effect the test says "signal" at most once in forty times.
    """
    from scipy.stats import norm

    offers = crossfit.predictions.shape[1]
    added = np.mean(
        [
            qini_contributions(crossfit.scores[:, j], rank_best_first(crossfit.predictions[:, j], crossfit.fold))
            for j in range(offers)
        ],
        axis=0,
    )
    spread = float(added.std())
    z = float(added.mean()) / spread * (len(added) / 2) ** 0.5 if spread > 0 else 0.0
    return Signal(z, float(norm.sf(z)), z > Z95)


def _score_learner(name: str, trial: Trial, crossfit: CrossFit, predictions: FloatArray) -> LearnerScore:
    overall = qini(*best_offer(crossfit, predictions), crossfit.fold)
    offers = []
    for j, offer in enumerate(trial.offers):
        one = qini(crossfit.scores[:, j], predictions[:, j], crossfit.fold)
        offers.append(OfferScore(offer, one.value, one.low, one.high))
    return LearnerScore(name, overall.value, overall.low, overall.high, tuple(offers))


def _arms(trial: Trial, crossfit: CrossFit) -> tuple[Arm, ...]:
    arms = []
    for j, offer in enumerate((NO_OFFER, *trial.offers)):
        mine = trial.arm == j
        yes = int(trial.outcome[mine].sum())
        average = mean_with_interval(crossfit.scores[:, j - 1]) if j else Estimate(0.0, 0.0, 0.0)
        rate = yes / int(mine.sum())
        arms.append(Arm(offer, int(mine.sum()), yes, rate, average.value, average.low, average.high))
    return tuple(arms)
