import numpy as np
import pandas as pd
import pytest

from engine.demo import simulate_population
from engine.demo.trial import Observables, true_baseline, true_uplift
from engine.demo.world import AGE_BANDS, MAKERS, TOWNS, Planted


def values(population, customers):
    offers = population.offers.set_index("offer")
    return population.truth.uplift.loc[customers] * offers["margin"] - offers["cost"]


def test_uplift_follows_from_what_the_files_show(population):
    features = population.features
    wealth = {town.name: town.wealth * 2 - 1 for town in TOWNS}
    seen = Observables(
        age=features["age"].to_numpy(),
        wealth=features["residence"].astype(str).map(wealth).to_numpy(),
        maker=features["maker"].cat.codes.to_numpy(dtype=np.int64),
        phone_age_months=features["phone_age_months"].to_numpy(),
        tenure_years=features["tenure_months"].to_numpy() / 12,
        megabytes=features["megabytes"].to_numpy(),
    )
    truth = population.truth
    np.testing.assert_allclose(true_uplift(seen, 1.0), truth.uplift.loc[features.index], atol=1e-12)
    np.testing.assert_allclose(true_baseline(seen), truth.baseline.loc[features.index], atol=1e-12)


def test_uplift_is_strong_and_differs_between_customers(population):
    uplift = population.truth.uplift
    assert uplift.min().min() == pytest.approx(-0.08)
    assert 0.3 <= uplift.max().max() <= 0.35
    assert (uplift.std() > 0.09).all()
    chance = uplift.add(population.truth.baseline, axis=0)
    assert chance.min().min() > 0.005 and chance.max().max() < 0.6


def test_every_offer_puts_sleeping_dogs_off(population):
    dogs = population.truth.sleeping_dog
    assert 0.04 < dogs.mean() < 0.12
    assert (population.truth.uplift[dogs] < -0.05).all().all()


def test_one_offer_for_all_pays_and_the_others_do_not(population):
    single = values(population, population.history["customer"]).mean()
    assert single.idxmax() == "samsung-5g"
    assert single.max() > 500
    assert (single.drop("samsung-5g") < 0).all()


def test_personal_offers_earn_clearly_more_than_the_best_single_offer(population):
    value = values(population, population.history["customer"])
    best = value.max(axis=1)
    assert 0.3 < (best > 0).mean() < 0.6
    assert best.clip(lower=0).mean() > value.mean().max() + 800
    assert (value.idxmax(axis=1)[best > 0].value_counts(normalize=True) > 0.15).all()


def test_the_trial_is_randomised_in_equal_arms_among_those_present(population):
    history, customers = population.history, population.customers.set_index("customer")
    counts = history["offer"].value_counts()
    assert set(counts.index) == {"none", "samsung-5g", "xiaomi-15", "iphone-tradein"}
    assert counts.max() - counts.min() <= 1
    assert set(history["customer"]) == set(customers.index[customers["left_on"].isna()])
    baseline = population.truth.baseline.loc[history["customer"]].to_numpy()
    means = pd.Series(baseline).groupby(history["offer"].to_numpy()).mean()
    assert means.max() - means.min() < 0.004


def test_outcomes_come_as_often_as_planted(population):
    history, truth = population.history, population.truth
    chance = truth.baseline.loc[history["customer"]].to_numpy().copy()
    for offer in truth.uplift:
        asked = (history["offer"] == offer).to_numpy()
        chance[asked] += truth.uplift.loc[history.loc[asked, "customer"], offer].to_numpy()
    surprise = history["outcome"].to_numpy() - chance
    for rows in np.array_split(np.argsort(chance), 8):
        error = np.sqrt((chance[rows] * (1 - chance[rows])).sum())
        assert abs(surprise[rows].sum()) < 4 * error


def test_without_effect_offers_change_nothing(population):
    null = simulate_population(20_000, seed=4, effect=0.0)
    assert (null.truth.uplift == 0.0).all().all()
    assert not null.truth.sleeping_dog.any()
    rates = null.history.groupby("offer")["outcome"].mean()
    assert rates.max() - rates.min() < 4 * np.sqrt(2 * 0.1 * 0.9 / 4_400)
    pd.testing.assert_frame_equal(null.features, population.features)
    pd.testing.assert_frame_equal(null.spells, population.spells)


def test_history_features_and_truth_are_about_the_same_customers(population):
    assert population.features.index.tolist() == population.history["customer"].tolist()
    assert set(population.features.index) <= set(population.truth.uplift.index)
    assert population.truth.uplift.index.tolist() == population.customers["customer"].tolist()


def test_contacts_are_alike_because_of_taste_and_of_influence():
    def assortativity(**planted):
        return simulate_population(8_000, seed=3, planted=Planted(**planted)).truth.assortativity

    neither = assortativity(taste_spread=0.0, influence=0.0)
    taste = assortativity(taste_spread=1.5, influence=0.0)
    influence = assortativity(taste_spread=0.0, influence=4.0)
    assert abs(neither) < 0.01
    assert taste > neither + 0.03
    assert influence > neither + 0.02


def test_truth_names_every_maker_band_and_town(population):
    loyalty = population.truth.loyalty
    assert set(loyalty["maker"]) == set(loyalty["next_maker"]) == set(MAKERS)
    assert set(loyalty["age_band"]) == {*AGE_BANDS, "all"}
    assert set(loyalty["residence"]) == {*(town.name for town in TOWNS), "all"}
    assert loyalty["probability"].between(0, 1).all()
    assert not loyalty.duplicated(["maker", "next_maker", "age_band", "residence"]).any()
