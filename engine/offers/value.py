"""What personal offers are worth, judged on customers that the predictions were not fitted on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.columns import NO_OFFER
from engine.job import JobContext
from engine.offers.catalogue import Offer
from engine.offers.recommendation import expected_values
from engine.uplift.model import UpliftModel
from engine.uplift.qini import mean_with_interval, rank_best_first
from engine.uplift.trial import FloatArray, IntArray


@dataclass(frozen=True)
class PolicyValue:
    """Money per customer of personal offers, of one offer for all, and the difference; each with 95 % interval.

    ``best_single_offer`` is NO_OFFER, worth 0, where no offer earns more than it costs on average.
    ``customers`` is how many customers of the trial stand behind the numbers, ``asked`` the share of them with an
    offer worth sending.
    """

    value_per_customer: float
    low: float
    high: float
    best_single_offer: str
    best_single_offer_value: float
    best_single_offer_low: float
    best_single_offer_high: float
    gain: float
    gain_low: float
    gain_high: float
    customers: int
    asked: float

    def to_json(self) -> str:
        """Return the value as JSON text."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> PolicyValue:
        """Return the value that ``to_json`` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class ProfitCurve:
    """Profit per customer of the whole base when only the best ``share`` is asked, each with their best offer.

    ``low`` and ``high`` are the 95 % band; ``single`` asks as many, drawn by lot, with the best single offer;
    ``random`` asks as many, drawn by lot, each with their own best offer. ``asked`` is the share that is worth asking.
    ``over_single`` is ``profit`` less ``single``, with its own 95 % interval; empty in files of earlier versions.
    """

    share: tuple[float, ...]
    profit: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    single: tuple[float, ...]
    random: tuple[float, ...]
    single_offer: str
    asked: float
    over_single: tuple[float, ...] = ()
    over_single_low: tuple[float, ...] = ()
    over_single_high: tuple[float, ...] = ()

    def to_json(self) -> str:
        """Return the curve as JSON text."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> ProfitCurve:
        """Return the curve that ``to_json`` wrote."""
        held: dict[str, Any] = json.loads(text)
        numbers = {name: tuple(value) for name, value in held.items() if isinstance(value, list)}
        return cls(**(held | numbers))


def policy_value(model: UpliftModel, offers: Sequence[Offer], *, context: JobContext | None = None) -> PolicyValue:
    """Return what personal offers earn per customer of the trial, against the best single offer for all.

    The personal policy sends the offer with the highest expected value, or none where that is not above 0; the single
    offer is chosen on other folds than those it is judged on. Doubly-robust, out of fold. Raises InputError for an
    offer that was not in the trial.
    """
    (context or JobContext()).check()
    found, predicted = _values(model, offers)
    best = predicted.argmax(axis=1)
    rows = np.arange(len(best))
    asked = predicted[rows, best] > 0
    personal = np.where(asked, found[rows, best], 0.0)
    key, single = _best_single(found, model.crossfit.fold, offers)
    value, other, gain = (mean_with_interval(part) for part in (personal, single, personal - single))
    return PolicyValue(
        value.value, value.low, value.high,
        key, other.value, other.low, other.high,
        gain.value, gain.low, gain.high,
        len(found), float(asked.mean()),
    )  # fmt: skip


def profit_curve(
    model: UpliftModel, offers: Sequence[Offer], *, points: int = 101, context: JobContext | None = None
) -> ProfitCurve:
    """Return profit over the share asked, customers ranked by the expected value of their best offer.

    Doubly-robust, out of fold. The shares are ``points`` equally spaced ones from 0 to 1 and ``asked``, where the
    curve meets ``policy_value``: values of different folds are in the same money, so all are ranked together. Raises
    InputError for an offer that was not in the trial.
    """
    context = context or JobContext()
    found, predicted = _values(model, offers)
    best = predicted.argmax(axis=1)
    rows = np.arange(len(best))
    score, prediction = found[rows, best], predicted[rows, best]
    key, single = _best_single(found, model.crossfit.fold, offers)
    ranking = rank_best_first(prediction, np.zeros_like(model.crossfit.fold))
    asked = float((prediction > 0).mean())
    shares = np.union1d(np.linspace(0.0, 1.0, points), [asked])
    estimates, gains = [], []
    for share in shares:
        context.check()
        earned = score * ranking.asked(float(share))
        estimates.append(mean_with_interval(earned))
        gains.append(mean_with_interval(earned - share * single))
    return ProfitCurve(
        share=tuple(shares.tolist()),
        profit=tuple(e.value for e in estimates),
        low=tuple(e.low for e in estimates),
        high=tuple(e.high for e in estimates),
        single=tuple((shares * float(single.mean())).tolist()),
        random=tuple((shares * float(score.mean())).tolist()),
        single_offer=key,
        asked=asked,
        over_single=tuple(e.value for e in gains),
        over_single_low=tuple(e.low for e in gains),
        over_single_high=tuple(e.high for e in gains),
    )


def _values(model: UpliftModel, offers: Sequence[Offer]) -> tuple[FloatArray, FloatArray]:
    """Return (customers, offers) values by the trial's scores, and as predicted out of fold, in money."""
    columns = model.columns_of([offer.key for offer in offers])
    found = expected_values(model.crossfit.scores[:, columns], offers)
    return found, expected_values(model.crossfit.predictions[:, columns], offers)


def _best_single(found: FloatArray, fold: IntArray, offers: Sequence[Offer]) -> tuple[str, FloatArray]:
    """Return the best single offer's key, and each customer's value under the one that was best in other folds."""
    with_none = np.column_stack([np.zeros(len(found)), found])
    value = np.empty(len(found))
    for k in np.unique(fold):
        mine = fold == k
        value[mine] = with_none[mine, int(with_none[~mine].mean(axis=0).argmax())]
    key = (NO_OFFER, *(offer.key for offer in offers))[int(with_none.mean(axis=0).argmax())]
    return key, value
