import numpy as np
import pandas as pd
import pytest

from engine.demo import simulate_population
from engine.demo.people import simulate_people
from engine.demo.phones import Hazards
from engine.demo.world import AGE_BANDS, DAYS_PER_MONTH, MAKERS, MONTHS, TOWNS, Planted, age_band

HORIZON = 24.0


def overall(loyalty):
    rows = loyalty[(loyalty["age_band"] == "all") & (loyalty["residence"] == "all")]
    return rows.pivot(index="maker", columns="next_maker", values="probability").loc[list(MAKERS), list(MAKERS)]


def spells_in_months(population):
    """Return per spell seen in the logs: maker, entry and exit in months of the handset's age, cause (-1 = none)."""
    drawn, table = population.drawn, population.spells
    month = np.timedelta64(round(DAYS_PER_MONTH * 86_400), "s")
    start = table["start"].to_numpy()
    since = population.customers.set_index("customer")["since"].loc[table["customer"]].to_numpy()
    seen_from = np.maximum(np.maximum(start, since.astype(start.dtype)), np.datetime64("2024-11-01"))
    until = np.datetime64("2024-11-01") + drawn.until[drawn.spells.customer].astype("timedelta64[s]")
    end = np.where(table["end"].isna(), until, table["end"].to_numpy())
    makers = {maker: place for place, maker in enumerate(MAKERS)}
    cause = table["next_maker"].map(makers).fillna(-1).to_numpy(dtype=int)
    left = (cause < 0) & (end < np.datetime64("2026-11-01"))
    return pd.DataFrame(
        {
            "maker": table["maker"].to_numpy(),
            "entry": (seen_from - start) / month,
            "exit": (end - start) / month,
            "cause": np.where(left, len(MAKERS), cause),
        }
    )


def aalen_johansen(spells, cause):
    """Return the cumulative incidence of a cause at 24 months, with late entry."""
    events = spells[(spells["cause"] >= 0) & (spells["exit"] <= HORIZON)].sort_values("exit")
    entries, exits = np.sort(spells["entry"]), np.sort(spells["exit"])
    time = events["exit"].to_numpy()
    at_risk = np.searchsorted(entries, time) - np.searchsorted(exits, time)
    surviving = np.concatenate([[1.0], np.cumprod(1.0 - 1.0 / at_risk)[:-1]])
    return float((surviving / at_risk)[(events["cause"] == cause).to_numpy()].sum())


def test_an_aalen_johansen_estimate_finds_the_planted_loyalty(population):
    truth = overall(population.truth.loyalty)
    spells = spells_in_months(population)
    for place, maker in enumerate(MAKERS):
        own = spells[spells["maker"] == maker]
        events = ((own["cause"] == place) & (own["exit"] <= HORIZON)).sum()
        estimate, planted = aalen_johansen(own, place), truth.loc[maker, maker]
        assert abs(estimate - planted) < 3.5 * planted / np.sqrt(events), maker


def test_the_estimate_has_no_bias_over_many_populations():
    errors = []
    for seed in range(4):
        population = simulate_population(3_000, seed=seed)
        spells, truth = spells_in_months(population), overall(population.truth.loyalty)
        errors += [
            aalen_johansen(spells[spells["maker"] == maker], place) - truth.loc[maker, maker]
            for place, maker in enumerate(MAKERS[:4])
        ]
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(len(errors))
    assert abs(np.mean(errors)) < 0.01


def test_counting_the_unchanged_as_disloyal_would_miss_the_planted_loyalty(population):
    spells, truth = spells_in_months(population), overall(population.truth.loyalty)
    own = spells[spells["maker"] == "Apple"]
    naive = ((own["cause"] == MAKERS.index("Apple")) & (own["exit"] <= HORIZON)).mean()
    assert truth.loc["Apple", "Apple"] - naive > 0.05


def test_planted_loyalty_equals_the_lives_of_new_handsets():
    """Without taste and influence the hazards of a group are known: its incidence follows by small steps."""
    planted = Planted(taste_spread=0.0, influence=0.0)
    truth = simulate_population(15_000, seed=2, planted=planted).truth.loyalty
    table = truth.set_index(["maker", "next_maker", "age_band", "residence"])["probability"]
    people = simulate_people(15_000, seed=2)
    hazards = Hazards(people, 2, planted)
    groups = np.array([(0, 1, 0), (3, 2, 0), (1, 3, 1), (2, 4, 0)])  # maker, age band, town
    rows = np.array([np.flatnonzero((people.band == band) & (people.town == town))[0] for _, band, town in groups])
    maker = np.zeros(len(people), dtype=int)
    maker[rows] = groups[:, 0]
    no_exposure = np.zeros((len(people), len(MAKERS)))
    surviving, chance = np.ones(len(rows)), np.zeros((len(rows), len(MAKERS)))
    for age in np.arange(0.1, HORIZON, 0.2):
        months = np.full(len(people), age)
        change = hazards.next_handset(maker, months, no_exposure)[rows]
        total = change.sum(axis=1) + hazards.leaving(months)[rows]
        chance += change * (surviving / total * -np.expm1(-total * 0.2))[:, None]
        surviving *= np.exp(-total * 0.2)
    for (own, band, town), expected in zip(groups, chance, strict=True):
        found = [table.loc[(MAKERS[own], other, AGE_BANDS[band], TOWNS[town].name)] for other in MAKERS]
        np.testing.assert_allclose(found, expected, atol=0.012)


def test_loyalty_differs_by_maker_age_and_town(population):
    table = population.truth.loyalty.set_index(["maker", "next_maker", "age_band", "residence"])["probability"]
    apple = table["Apple"]["Apple"]
    assert apple["all"]["all"] > table["Samsung"]["Samsung"]["all"]["all"] > table["Nokia"]["Nokia"]["all"]["all"]
    assert apple["25-34"]["all"] > apple["65+"]["all"] + 0.1
    assert apple["all"]["Budapest"] > apple["all"]["Miskolc"] + 0.05


def test_about_nine_of_twenty_customers_change_their_handset(population):
    changed = population.spells.loc[population.spells["next_maker"].notna(), "customer"].nunique()
    assert 8_500 < changed < 10_000


def test_a_next_handset_is_always_another_model(population):
    spells = population.spells
    same = spells["customer"].eq(spells["customer"].shift(-1)) & spells["model"].eq(spells["model"].shift(-1))
    assert not same.any()
    assert (spells["end"].isna() | (spells["end"] > spells["start"])).all()


def test_a_change_can_be_seen_in_the_internet_use(population):
    """Whoever changes 18 days before being last seen has three records, over 14 days, on the new handset."""
    drawn, day = population.drawn, 86_400
    spells, usage = drawn.spells, drawn.usage
    place = spells.at(usage.customer, usage.second)
    first = np.full(len(spells.start), np.iinfo(np.int64).max)
    last = np.full(len(spells.start), -1)
    np.minimum.at(first, place, usage.second)
    np.maximum.at(last, place, usage.second)
    since = np.maximum(drawn.people.since_day, 0)[spells.customer] * day
    long = (spells.start > since) & (spells.end - spells.start > 18 * day)
    assert (np.bincount(place, minlength=len(first))[long] >= 3).all()
    assert ((first - spells.start)[long] <= day).all()
    assert ((last - first)[long] >= 14 * day).all()


def test_phone_since_is_about_the_handset_first_seen(population):
    first = population.spells.drop_duplicates("customer").set_index("customer")["start"]
    table = population.customers.set_index("customer")
    assert (table["phone_since"] == first.dt.floor("D").loc[table.index]).all()


@pytest.mark.parametrize("age, band", [(18, 0), (24, 0), (25, 1), (64, 4), (65, 5), (88, 5)])
def test_age_bands_begin_where_they_say(age, band):
    assert age_band(np.array([age]))[0] == band


def test_the_logs_are_two_years():
    assert MONTHS * DAYS_PER_MONTH == 730
