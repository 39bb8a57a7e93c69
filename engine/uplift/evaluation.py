"""What a trial says about an uplift model, as plain numbers that travel as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.columns import NO_OFFER
from engine.job import JobContext
from engine.uplift.crossfit import CrossFit
from engine.uplift.qini import (
    CalibrationLine,
    Curve,
    Decile,
    Estimate,
    UpliftAt,
    auuc,
    calibration_line,
    classic_qini,
    deciles,
    mean_and_error,
    mean_with_interval,
    qini_contributions,
    rank_best_first,
    uplift_at,
    uplift_curve,
)
from engine.uplift.trial import FloatArray, Trial, unknown_offer

LEARNER = "Semblance"
SHARES = (0.1, 0.2, 0.3, 0.5)  # of the customers, best first, whose uplift is told
LEVEL = 0.05  # of the test for a signal: how often it may err where there is none
DIMENSIONS = 20  # independent effects that a model has to tell apart: see chance_variance


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
    """How well a learner ranks customers for one offer.

    ``classic`` is the normalised Qini coefficient that others quote; None where chances or weights differ between
    customers, which it does not know of, and in files of earlier versions.
    """

    offer: str
    qini: float
    low: float
    high: float
    classic: float | None = None


@dataclass(frozen=True)
class LearnerScore:
    """A learner's Qini on the common folds; with ``refused`` the reason why there is none.

    ``behind`` is by how much it lies behind the learner that is used, customer by customer on the same folds, with
    95 % interval; where that holds 0, nobody can tell the two apart.
    """

    name: str
    qini: float
    low: float
    high: float
    offers: tuple[OfferScore, ...]
    refused: str = ""
    behind: float = 0.0
    behind_low: float = 0.0
    behind_high: float = 0.0

    @property
    def is_different(self) -> bool:
        """Whether it ranks customers better or worse than the learner that is used."""
        return not self.refused and (self.behind_low > 0 or self.behind_high < 0)


@dataclass(frozen=True)
class Contender:
    """A learner to be scored beside the one that is used, or the reason why it was not."""

    name: str
    predictions: FloatArray | None
    refused: str = ""


@dataclass(frozen=True)
class Signal:
    """The test whether customers differ at all in how offers work on them, one-sided at LEVEL."""

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
    auuc: Estimate | None = None
    best: tuple[UpliftAt, ...] = ()
    calibration: CalibrationLine | None = None

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
        held["best"] = tuple(UpliftAt(**one) for one in held.get("best", ()))
        for name, kind in (("auuc", Estimate), ("calibration", CalibrationLine)):
            held[name] = kind(**held[name]) if held.get(name) else None
        return cls(**held)


def evaluate(
    trial: Trial, crossfit: CrossFit, contenders: Sequence[Contender], context: JobContext
) -> UpliftEvaluation:
    """Put the trial, the model's out-of-fold predictions and other learners' into one evaluation."""
    score, prediction = best_offer(crossfit, crossfit.predictions)
    weight = crossfit.weight
    ranking = rank_best_first(prediction, crossfit.fold, weight)
    added = qini_contributions(score, ranking, weight)
    overall = mean_with_interval(added, weight)
    signal = signal_test(crossfit)
    board = [_score_learner(LEARNER, trial, crossfit, crossfit.predictions, added)]
    for one in contenders:
        context.check()
        if one.predictions is None:
            board.append(LearnerScore(one.name, 0.0, 0.0, 0.0, (), one.refused))
        else:
            board.append(_score_learner(one.name, trial, crossfit, one.predictions, added))
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
        curve=uplift_curve(score, ranking, context, weight=weight),
        deciles=deciles(score, prediction, ranking, weight),
        auuc=auuc(score, ranking, weight),
        best=tuple(uplift_at(score, ranking, share, weight) for share in SHARES),
        calibration=calibration_line(score, prediction, weight),
    )


def best_offer(crossfit: CrossFit, predictions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return score and prediction of the offer that is predicted best for each customer."""
    rows, best = np.arange(len(predictions)), predictions.argmax(axis=1)
    return crossfit.scores[rows, best], predictions[rows, best]


def signal_test(crossfit: CrossFit) -> Signal:
    """Test whether customers differ in how offers work on them.

    The statistic is the mean over offers of each offer's own Qini, so that offers which differ, but work alike on
    everybody, are no signal.
    """
    from scipy.stats import norm

    added = signal_contributions(crossfit.scores, crossfit)
    value, error = mean_and_error(added, crossfit.weight)
    naive = value / error if error > 0 else 0.0
    z = naive / math.sqrt(chance_variance(naive, crossfit.agreement, int(crossfit.fold.max()) + 1))
    p_value = float(norm.sf(z))
    return Signal(z, p_value, p_value < LEVEL)


def chance_variance(naive: float, agreement: float, folds: int) -> float:
    """Return the variance, where there is no signal, of the z that takes customers for independent; 1 to 2.

    Fold j is scored by a model that learnt from fold k, and k by one that learnt from j. What the outcomes of the two
    share by chance shows both times, as far as a model follows the outcomes linearly: wholly so gives 2, not at all 1.
    Two folds' models share all but two of the folds they learnt from, so that linear ones without a signal agree by
    (folds - 2) / (folds - 1). What agreement there is, over that, is how linear they are. By chance, outcomes of folds
    that are alike raise both the agreement and z: their share of the agreement is z / sqrt(folds (folds - 1) d), with d
    independent effects (DIMENSIONS), and is left out. With linear models of d effects all this is exact to the first
    order in 1 / sqrt d.
    """
    by_chance = naive / math.sqrt(folds * (folds - 1) * DIMENSIONS)
    linear = (agreement - by_chance) * (folds - 1) / (folds - 2)
    return 1.0 + min(max(linear, 0.0), 1.0)


def signal_contributions(scores: FloatArray, crossfit: CrossFit) -> FloatArray:
    """Return what each customer adds to the mean over offers of each offer's own Qini, by some scores."""
    fold, weight = crossfit.fold, crossfit.weight
    added: FloatArray = np.mean(
        [
            qini_contributions(scores[:, j], rank_best_first(crossfit.predictions[:, j], fold, weight), weight)
            for j in range(scores.shape[1])
        ],
        axis=0,
    )
    return added


def _score_learner(
    name: str, trial: Trial, crossfit: CrossFit, predictions: FloatArray, used: FloatArray
) -> LearnerScore:
    """Score a learner by itself, and against what each customer adds to Qini by the learner that is ``used``."""
    fold, weight = crossfit.fold, crossfit.weight
    score, prediction = best_offer(crossfit, predictions)
    added = qini_contributions(score, rank_best_first(prediction, fold, weight), weight)
    overall, behind = mean_with_interval(added, weight), mean_with_interval(used - added, weight)
    offers = []
    for j, offer in enumerate(trial.offers):
        ranking = rank_best_first(predictions[:, j], fold, weight)
        one = mean_with_interval(qini_contributions(crossfit.scores[:, j], ranking, weight), weight)
        classic = _classic(trial, j + 1, predictions[:, j])
        offers.append(OfferScore(offer, one.value, one.low, one.high, classic))
    return LearnerScore(
        name, overall.value, overall.low, overall.high, tuple(offers),
        behind=behind.value, behind_low=behind.low, behind_high=behind.high,
    )  # fmt: skip


def _classic(trial: Trial, arm: int, prediction: FloatArray) -> float | None:
    """Return the classic Qini of an arm against the control group, or None where it would be wrong."""
    if trial.propensity is not None or trial.weight is not None:
        return None
    mine = (trial.arm == arm) | (trial.arm == 0)
    found = classic_qini(trial.outcome[mine], prediction[mine], (trial.arm[mine] == arm).astype(np.float64))
    return found if math.isfinite(found) else None


def _arms(trial: Trial, crossfit: CrossFit) -> tuple[Arm, ...]:
    arms = []
    for j, offer in enumerate((NO_OFFER, *trial.offers)):
        mine = trial.arm == j
        yes = int(trial.outcome[mine].sum())
        average = mean_with_interval(crossfit.scores[:, j - 1], crossfit.weight) if j else Estimate(0.0, 0.0, 0.0)
        rate = yes / int(mine.sum())
        arms.append(Arm(offer, int(mine.sum()), yes, rate, average.value, average.low, average.high))
    return tuple(arms)
