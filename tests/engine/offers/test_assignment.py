from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from engine.columns import NO_OFFER
from engine.job import JobCancelled, JobContext
from engine.offers import PERSUADABLE, Offer, assign, assignment, capacities, offer_for_all, policy_value, recommend
from engine.uplift import UpliftModel, fit_uplift
from tests.engine.offers.test_recommendation import evaluation_of, offers_of
from tests.engine.uplift.trials import OFFERS, known_trial


def total(value: np.ndarray, chosen: np.ndarray) -> float:
    asked = chosen >= 0
    return float(value[np.flatnonzero(asked), chosen[asked]].sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25), st.integers(1, 4))
def test_no_other_assignment_within_stock_earns_more(seed: int, customers: int, offers: int):
    random = np.random.default_rng(seed)
    value = np.round(random.normal(0, 10, (customers, offers)))
    capacity = random.integers(0, 6, offers)
    chosen = assign(value, capacity.astype(float))
    assert (np.bincount(chosen[chosen >= 0], minlength=offers) <= capacity).all()
    assert all(value[i, j] > 0 for i, j in enumerate(chosen) if j >= 0)
    places = np.repeat(np.arange(offers), capacity)
    slots = np.hstack([value[:, places], np.zeros((customers, customers))])
    best = slots[linear_sum_assignment(slots, maximize=True)].sum()
    assert total(value, chosen) == pytest.approx(best)


def test_first_come_first_served_would_earn_less():
    value = np.array([[10.0, 9.0], [8.0, 1.0]])
    assert assign(value, np.array([1.0, 1.0])).tolist() == [1, 0]


def test_a_large_base_is_solved_by_prices_as_well_as_at_once(monkeypatch: pytest.MonkeyPatch):
    random = np.random.default_rng(2)
    value = random.normal(20, 60, (6_000, 1)) + random.normal(0, 40, (6_000, 3))
    capacity = np.array([600.0, 300.0, 1_200.0])
    at_once = assign(value, capacity)
    monkeypatch.setattr(assignment, "SOLVED_AT_ONCE", 500)
    by_prices = assign(value, capacity)
    assert np.bincount(by_prices[by_prices >= 0]).tolist() == [600, 300, 1_200]
    assert total(value, by_prices) == pytest.approx(total(value, at_once), rel=1e-12)


def test_a_cancel_ends_it():
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        assign(np.ones((10, 2)), np.array([1.0, 1.0]), context=context)


def test_stock_and_budget_limit_what_is_cheaper_to_run_out_of():
    plain, *_ = offers_of([100.0], [8.0])
    limited = (plain, replace(plain, stock=40), replace(plain, budget=100.0), replace(plain, stock=5, budget=100.0))
    assert capacities(limited).tolist() == [math.inf, 40.0, 12.0, 5.0]
    assert capacities([replace(plain, cost=0.0, budget=1.0)]).tolist() == [math.inf]
    assert capacities(limited, share=0.5).tolist() == [math.inf, 20.0, 6.0, 2.0]


def recommended(stock: tuple[int | None, ...], *, has_signal: bool = True, away: np.ndarray | None = None):
    uplift = np.random.default_rng(3).uniform(0.0, 0.2, (400, 2))
    offers = [replace(o, stock=n) for o, n in zip(offers_of([1000.0, 1000.0], [20.0, 20.0]), stock, strict=True)]
    evaluation = evaluation_of([0.10, 0.09], has_signal=has_signal)
    names = [f"{i:03}" for i in range(400)]
    parts = (uplift, uplift - 0.01, uplift + 0.01, np.full(400, 0.1))
    table = recommend(*parts, names, ["Nokia"] * 400, offers, evaluation, away=away)
    return table, parts, offers


def test_recommendations_keep_to_the_stock():
    free, _, _ = recommended((None, None))
    table, _, _ = recommended((30, 50))
    assert table["offer"].value_counts().to_dict() == {"offer-0": 30, "offer-1": 50, NO_OFFER: 320}
    assert (table["segment"] == free["segment"]).all(), "who is left without is still to be won"
    assert not table.loc[table["offer"] == NO_OFFER, "expected_value"].any()
    assert set(table.loc[table["offer"] != NO_OFFER, "segment"]) == {PERSUADABLE}


def test_who_is_away_takes_no_stock():
    away = np.arange(400) < 200
    table, _, _ = recommended((30, 50), away=away)
    assert set(table.loc[away, "offer"]) == {NO_OFFER}
    assert (table["offer"] != NO_OFFER).sum() == 80


def test_one_offer_for_all_goes_to_those_worth_most_while_it_lasts():
    table, parts, offers = recommended((None, 25))
    one = offer_for_all(table, *parts, offers, "offer-1")
    asked = (one["offer"] == "offer-1").to_numpy()
    assert asked.sum() == 25
    assert parts[0][asked, 1].min() >= parts[0][~asked, 1].max()


def test_without_a_signal_the_stock_is_given_out_by_the_same_lot_each_time():
    first, second = (recommended((60, None), has_signal=False)[0] for _ in range(2))
    assert (first["offer"] == "offer-0").sum() == 60
    assert first["offer"].tolist() == second["offer"].tolist()


@pytest.fixture(scope="module")
def model() -> UpliftModel:
    trial = known_trial(3_000, seed=21)
    return fit_uplift(trial.features, trial.treatment, trial.outcome, yardsticks=False)


def test_the_value_of_limited_offers_is_that_of_those_given_out(model: UpliftModel):
    offers = tuple(Offer(key, key, "", 900.0, 20.0) for key in OFFERS)
    free = policy_value(model, offers)
    limited = tuple(replace(offer, stock=10_000) for offer in offers)
    assert policy_value(model, limited) == free
    scarce = policy_value(model, limited, base=300_000)
    assert 0.05 < scarce.asked <= 0.1
    assert 0 < scarce.value_per_customer < free.value_per_customer
    assert scarce.random_value == pytest.approx(free.random_value / 10)
    assert scarce.best_single_offer_value == pytest.approx(free.best_single_offer_value / 30)
