from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.columns import NO_OFFER
from engine.errors import InputError
from engine.offers import Offer, PolicyValue, ProfitCurve, policy_value, profit_curve
from engine.uplift import fit_uplift
from tests.engine.conftest import FittedTrial
from tests.engine.uplift.known_effects import known_effects
from tests.engine.uplift.trials import OFFERS, KnownTrial

CATALOGUE = tuple(
    Offer(key, key, "", margin, cost) for key, margin, cost in zip(OFFERS, (900, 1000, 800), (20, 25, 15), strict=True)
)


def true_values(trial: KnownTrial) -> np.ndarray:
    return trial.uplift * [offer.margin for offer in CATALOGUE] - [offer.cost for offer in CATALOGUE]


def test_the_intervals_hold_the_true_values(smooth: FittedTrial):
    trial, model = smooth.trial, smooth.model
    found = policy_value(model, CATALOGUE)
    predicted = model.crossfit.predictions * [o.margin for o in CATALOGUE] - [o.cost for o in CATALOGUE]
    best = predicted.argmax(axis=1)
    rows = np.arange(12_000)
    worth = np.where(predicted[rows, best] > 0, true_values(trial)[rows, best], 0.0).mean()
    single = true_values(trial).mean(axis=0)
    assert found.low < worth < found.high
    assert found.best_single_offer == CATALOGUE[int(single.argmax())].key
    assert found.best_single_offer_low < single.max() < found.best_single_offer_high
    assert found.gain == pytest.approx(found.value_per_customer - found.best_single_offer_value)
    assert found.gain_low < worth - single.max() < found.gain_high
    assert found.gain_low > 0
    assert found.customers == 12_000


def test_the_profit_curve_ends_where_all_are_asked(smooth: FittedTrial):
    model = smooth.model
    curve = profit_curve(model, CATALOGUE)
    assert len(curve.share) == len(curve.profit) == 102
    assert (curve.share[0], curve.profit[0], curve.share[-1]) == (0.0, 0.0, 1.0)
    assert curve.profit[-1] == pytest.approx(curve.random[-1])
    assert curve.single_offer == policy_value(model, CATALOGUE).best_single_offer
    assert curve.single[-1] == pytest.approx(policy_value(model, CATALOGUE).best_single_offer_value)
    assert all(low <= profit <= high for low, profit, high in zip(curve.low, curve.profit, curve.high, strict=True))
    assert max(curve.profit) > curve.random[-1]


def test_the_profit_curve_meets_the_value_of_asking_whoever_is_worth_it(smooth: FittedTrial):
    model = smooth.model
    curve, value = profit_curve(model, CATALOGUE), policy_value(model, CATALOGUE)
    place = curve.share.index(curve.asked)
    assert curve.asked == value.asked
    assert (curve.profit[place], curve.low[place], curve.high[place]) == pytest.approx(
        (value.value_per_customer, value.low, value.high)
    )


def test_order_of_the_catalogue_changes_nothing(smooth: FittedTrial):
    model = smooth.model
    assert policy_value(model, CATALOGUE[::-1]) == policy_value(model, CATALOGUE)
    assert profit_curve(model, CATALOGUE[::-1]) == profit_curve(model, CATALOGUE)


def test_offers_that_cost_more_than_they_earn_are_for_nobody(smooth: FittedTrial):
    model = smooth.model
    dear = tuple(Offer(key, key, "", 10.0, 500.0) for key in OFFERS)
    found = policy_value(model, dear)
    assert (found.best_single_offer, found.best_single_offer_value) == (NO_OFFER, 0.0)
    assert (found.value_per_customer, found.gain, found.asked) == (0.0, 0.0, 0.0)


def test_value_and_curve_survive_json(smooth: FittedTrial):
    model = smooth.model
    value, curve = policy_value(model, CATALOGUE), profit_curve(model, CATALOGUE)
    assert PolicyValue.from_json(value.to_json()) == value
    assert ProfitCurve.from_json(curve.to_json()) == curve


def test_an_offer_that_was_never_tried_is_named(smooth: FittedTrial):
    model = smooth.model
    with pytest.raises(InputError, match='"voucher" was not in the last campaign'):
        policy_value(model, (*CATALOGUE, Offer("voucher", "", "", 1.0, 0.0)))


def test_customers_count_as_many_as_they_stand_for(smooth: FittedTrial):
    model = smooth.model
    voters = np.where(model.crossfit.scores[:, 1] > 0, 9.0, 1.0)  # who seem won by one offer stand for many
    weighted = replace(model, crossfit=replace(model.crossfit, weight=voters / voters.mean()))
    assert policy_value(model, CATALOGUE).best_single_offer != OFFERS[1]
    value, curve = policy_value(weighted, CATALOGUE), profit_curve(weighted, CATALOGUE)
    assert value.best_single_offer == curve.single_offer == OFFERS[1]
    place = curve.share.index(curve.asked)
    assert curve.profit[place] == pytest.approx(value.value_per_customer)
    assert curve.asked == value.asked


def test_where_nothing_differs_personal_offers_gain_nothing():
    gains = []
    for seed in range(3):
        trial = known_effects(1_500, seed=seed, effect=0.0)
        model = fit_uplift(trial.features, trial.treatment, trial.outcome, yardsticks=False)
        gains.append(policy_value(model, [Offer("plan", "plan", "", 1000.0, 25.0)]))
    assert sum(gain.gain_low > 0 for gain in gains) == 0
