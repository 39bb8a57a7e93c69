"""What personal offers are worth, judged on customers that the predictions were not fitted on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.columns import NO_OFFER
from engine.job import JobContext
from engine.offers.assignment import assign, capacities
from engine.offers.catalogue import Offer
from engine.offers.recommendation import expected_values
from engine.uplift.honesty import Finding
from engine.uplift.model import UpliftModel
from engine.uplift.qini import mean_with_interval, rank_best_first
from engine.uplift.trial import FloatArray, IntArray


@dataclass(frozen=True)
class PolicyValue:
    """Money per customer of personal offers, of one offer for all, and the difference; each with 95 % interval.

    ``best_single_offer`` is NO_OFFER, worth 0, where no offer earns more than it costs on average.
    ``random_value`` is that of giving everybody one of the offers by lot. ``customers`` is how many customers of the
    trial stand behind the numbers, ``asked`` the share of them with an offer worth sending.
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
    random_value: float = 0.0
    random_low: float = 0.0
    random_high: float = 0.0

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


def policy_value(
    model: UpliftModel, offers: Sequence[Offer], *, base: int | None = None, context: JobContext | None = None
) -> PolicyValue:
    """Return what personal offers earn per customer of the trial, against the best single offer for all.

    The personal policy sends the offer with the highest expected value, or none where that is not above 0; the single
    offer is chosen on other folds than those it is judged on. Stock and budget are for ``base`` customers (those of
    the trial if not given) and reach as far in the trial: personal offers are given out within them, the single one by
    lot. Doubly-robust, out of fold. Raises InputError for an offer that was not in the trial.
    """
    context = context or JobContext()
    context.check()
    found, predicted = _values(model, offers)
    limits = _limits(offers, base, len(found))
    given = assign(predicted, limits, context=context)
    asked = given >= 0
    personal = np.where(asked, found[np.arange(len(given)), np.maximum(given, 0)], 0.0)
    weight = model.crossfit.weight
    key, single = _best_single(found, model.crossfit.fold, weight, offers, limits)
    value, other, gain = (mean_with_interval(part, weight) for part in (personal, single, personal - single))
    reached = np.minimum(limits * len(offers) / len(found), 1.0)
    lot = mean_with_interval(np.sort(found * reached, axis=1).mean(axis=1), weight)  # in any order of the catalogue
    return PolicyValue(
        value.value, value.low, value.high,
        key, other.value, other.low, other.high,
        gain.value, gain.low, gain.high,
        len(found), float(np.average(asked, weights=weight)),
        lot.value, lot.low, lot.high,
    )  # fmt: skip


def value_finding(value: PolicyValue) -> Finding:
    """Say whether personal offers earn more than one offer for all, or none."""
    amounts = f"{value.gain:,.2f} a customer, likely range {value.gain_low:,.2f} to {value.gain_high:,.2f}"
    if value.gain_low > 0:
        return Finding("green", "gain", f"Personal offers earn more than one for all: {amounts}.", value.customers)
    single = "No offer at all" if value.best_single_offer == NO_OFFER else "One offer for all"
    return Finding("amber", "no gain", f"{single} does as well. Personal offers earn {amounts} more.", value.customers)


def profit_curve(
    model: UpliftModel,
    offers: Sequence[Offer],
    *,
    points: int = 101,
    base: int | None = None,
    context: JobContext | None = None,
) -> ProfitCurve:
    """Return profit over the share asked, customers ranked by the expected value of their best offer.

    Doubly-robust, out of fold. The shares are ``points`` equally spaced ones from 0 to 1 and ``asked``, where the
    curve meets ``policy_value``: values of different folds are in the same money, so all are ranked together. Where
    stock or budget for ``base`` customers bind, those whom nothing is left for come last, and earn nothing. Raises
    InputError for an offer that was not in the trial.
    """
    context = context or JobContext()
    found, predicted = _values(model, offers)
    limits = _limits(offers, base, len(found))
    score, prediction = _best_left(found, predicted, limits, context)
    weight = model.crossfit.weight
    key, single = _best_single(found, model.crossfit.fold, weight, offers, limits)
    ranking = rank_best_first(prediction, np.zeros_like(model.crossfit.fold), weight)
    asked = float(np.average(prediction > 0, weights=weight))
    shares = np.union1d(np.linspace(0.0, 1.0, points), [asked])
    estimates, gains = [], []
    for share in shares:
        context.check()
        earned = score * ranking.asked(float(share))
        estimates.append(mean_with_interval(earned, weight))
        gains.append(mean_with_interval(earned - share * single, weight))
    return ProfitCurve(
        share=tuple(shares.tolist()),
        profit=tuple(e.value for e in estimates),
        low=tuple(e.low for e in estimates),
        high=tuple(e.high for e in estimates),
        single=tuple((shares * float(np.average(single, weights=weight))).tolist()),
        random=tuple((shares * float(np.average(score, weights=weight))).tolist()),
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


def _limits(offers: Sequence[Offer], base: int | None, customers: int) -> FloatArray:
    """Return how many customers of the trial each offer reaches, if it reaches as large a share of the base."""
    return capacities(offers, share=1.0 if base is None else customers / base)


def _best_left(
    found: FloatArray, predicted: FloatArray, limits: FloatArray, context: JobContext
) -> tuple[FloatArray, FloatArray]:
    """Return each customer's value and its prediction with the best offer that is left for them."""
    rows, best = np.arange(len(found)), predicted.argmax(axis=1)
    if np.isinf(limits).all():
        return found[rows, best], predicted[rows, best]
    given = assign(predicted, limits, context=context)
    place = np.maximum(given, 0)
    below = float(np.minimum(predicted.min(), 0.0)) - 1.0
    return np.where(given >= 0, found[rows, place], 0.0), np.where(given >= 0, predicted[rows, place], below)


def _best_single(
    found: FloatArray, fold: IntArray, weight: FloatArray, offers: Sequence[Offer], limits: FloatArray
) -> tuple[str, FloatArray]:
    """Return the best single offer's key, and each customer's value under the one that was best in other folds.

    An offer that does not reach all is given by lot: everybody's value of it counts by the share it reaches.
    """
    with_none = np.column_stack([np.zeros(len(found)), found * np.minimum(limits / len(found), 1.0)])
    value = np.empty(len(found))
    for k in np.unique(fold):
        mine = fold == k
        averages = np.average(with_none[~mine], axis=0, weights=weight[~mine])
        value[mine] = with_none[mine, int(averages.argmax())]
    averages = np.average(with_none, axis=0, weights=weight)
    key = (NO_OFFER, *(offer.key for offer in offers))[int(averages.argmax())]
    return key, value
