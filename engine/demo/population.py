"""A population with everything that is true of it, in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.demo.catalogue import Catalogue, read_catalogue
from engine.demo.people import People, customer_photos, simulate_people
from engine.demo.phones import PhoneLives, simulate_phones
from engine.demo.spells import Spells, handset_spells
from engine.demo.ties import Ties, simulate_ties
from engine.demo.trial import OFFERS, Observables, run_trial, true_baseline, true_uplift
from engine.demo.usage import Usage, monthly_megabytes, simulate_usage
from engine.demo.world import (
    DAY_SECONDS,
    FIRST_DAY,
    LOG_DAYS,
    MAKERS,
    MONTHS,
    PLANTED,
    TOWNS,
    FloatArray,
    IntArray,
    Planted,
    stream,
    town_wealth,
)
from engine.errors import InputError
from engine.job import JobContext
from engine.resources import resource


@dataclass(frozen=True)
class PlantedTruth:
    """What was planted, to be found again from the files."""

    uplift: pd.DataFrame  # index customer, a column per offer: change in the probability to buy
    baseline: pd.Series  # index customer: probability to buy without an offer
    sleeping_dog: pd.Series  # index customer: whether every offer makes it less likely
    loyalty: pd.DataFrame  # see engine.demo.loyalty.RiskTally.loyalty
    homophily: float  # standard deviation of the log attraction to a maker that a community shares
    influence: float  # log hazard ratio for a maker when all of one's ties use it against none
    assortativity: float  # share of ties to users of the same maker, less what chance would give, at the end


@dataclass(frozen=True)
class Drawn:
    """The parts a population was put together from."""

    people: People
    ties: Ties
    lives: PhoneLives
    spells: Spells
    usage: Usage
    catalogue: Catalogue
    until: IntArray  # second at which each customer is last seen


@dataclass(frozen=True)
class Population:
    """A simulated operator's customers. Tables are in the shapes of the files; ``features`` has the same customers in
    the same order as ``history``, as the logs show them at their end."""

    customers: pd.DataFrame
    features: pd.DataFrame
    history: pd.DataFrame
    offers: pd.DataFrame
    spells: pd.DataFrame
    truth: PlantedTruth
    photos: pd.DataFrame  # customer, photo (file name in resources/demo/customers)
    drawn: Drawn


def simulate_population(
    customers: int = 20_000,
    seed: int = 0,
    effect: float = 1.0,
    *,
    planted: Planted = PLANTED,
    context: JobContext | None = None,
) -> Population:
    """Simulate customers, their handsets, internet use and the last campaign; write nothing.

    The same arguments give the same population, to the last bit. ``effect`` scales the true uplift: 0 plants none.
    Raises InputError for less than one customer, and JobCancelled.
    """
    context = context or JobContext()
    if customers < 1:
        raise InputError(f"A demo needs at least 1 customer, and {customers} were asked for. Ask for more.")
    drawn = _draw(customers, seed, planted, context)
    people = drawn.people
    seen = _observables(drawn)
    baseline, uplift = true_baseline(seen), true_uplift(seen, effect)
    offers = read_demo_offers()
    photos, holder = _choose_photos(drawn, true_uplift(seen, 1.0), offers)
    table = _customer_table(drawn, holder, seed)
    index = pd.Index(people.ids, name="customer")
    here = np.isinf(drawn.lives.left)
    history = run_trial(index[here], baseline[here], uplift[here], OFFERS, seed)
    truth = PlantedTruth(
        uplift=pd.DataFrame(uplift, index=index, columns=list(OFFERS)),
        baseline=pd.Series(baseline, index=index, name="baseline"),
        sleeping_dog=pd.Series(seen.sleeping_dog & (effect > 0.0), index=index, name="sleeping_dog"),
        loyalty=drawn.lives.risk.loyalty(),
        homophily=planted.taste_spread,
        influence=planted.influence,
        assortativity=_assortativity(drawn),
    )
    spells = drawn.spells.table(people.ids, drawn.catalogue)
    features = _features(drawn, seen).loc[here]
    return Population(table, features, history, offers, spells, truth, photos, drawn)


def read_demo_offers() -> pd.DataFrame:
    """Return the catalogue of the simulated operator."""
    return pd.read_csv(resource("demo", "offers.csv"), dtype={"price": str})


def _draw(customers: int, seed: int, planted: Planted, context: JobContext) -> Drawn:
    """Draw people, ties, handsets and internet use."""
    people = simulate_people(customers, seed)
    ties = simulate_ties(people, seed)
    lives = simulate_phones(people, ties, seed, planted=planted, context=context)
    catalogue = read_catalogue()
    context.check()
    spells = handset_spells(people, lives, catalogue, seed)
    until = np.full(len(people), LOG_DAYS * DAY_SECONDS, dtype=np.int64)
    gone = ~spells.changed & (spells.end < LOG_DAYS * DAY_SECONDS)
    until[spells.customer[gone]] = spells.end[gone]
    context.check()
    usage = simulate_usage(people, spells, until, seed)
    context.check()
    return Drawn(people, ties, lives, spells, usage, catalogue, until)


def _observables(drawn: Drawn) -> Observables:
    people, lives = drawn.people, drawn.lives
    return Observables(
        age=people.age,
        wealth=town_wealth(people.town),
        maker=lives.last_maker,
        phone_age_months=MONTHS - lives.last_start,
        tenure_years=(LOG_DAYS - people.since_day) / 365.25,
        megabytes=monthly_megabytes(drawn.usage, people, drawn.until),
    )


def _features(drawn: Drawn, seen: Observables) -> pd.DataFrame:
    """Return what a model may look at: index customer."""
    people = drawn.people
    return pd.DataFrame(
        {
            "residence": pd.Categorical.from_codes(people.town, pd.Index([town.name for town in TOWNS])),
            "maker": pd.Categorical.from_codes(seen.maker, pd.Index(MAKERS)),
            "sex": pd.Categorical.from_codes(people.female.astype(np.int64), pd.Index(["male", "female"])),
            "age": people.age,
            "tenure_months": seen.tenure_years * 12.0,
            "phone_age_months": seen.phone_age_months,
            "megabytes": seen.megabytes,
            "usage_records": np.bincount(drawn.usage.customer, minlength=len(people)),
        },
        index=pd.Index(people.ids, name="customer"),
    )


def _choose_photos(drawn: Drawn, uplift: FloatArray, offers: pd.DataFrame) -> tuple[pd.DataFrame, IntArray]:
    """Give each picture to its candidate most worth an offer; return the table and the rows of their holders."""
    people = drawn.people
    value = (uplift * offers["margin"].to_numpy() - offers["cost"].to_numpy()).max(axis=1)
    best = np.lexsort((-value, people.photo))
    best = best[(people.photo[best] >= 0) & np.isinf(drawn.lives.left[best])]
    first = np.unique(people.photo[best], return_index=True)[1]
    holder = np.sort(best[first])
    names = customer_photos()["photo"].to_numpy(dtype=object)
    return pd.DataFrame({"customer": people.ids[holder], "photo": names[people.photo[holder]]}), holder


def _customer_table(drawn: Drawn, holder: IntArray, seed: int) -> pd.DataFrame:
    """Return the customers as their file lists them."""
    rng = stream(seed, "consent")
    people, spells = drawn.people, drawn.spells
    customers = len(people)
    earliest = np.maximum(people.since_day, -1_000)
    consent = earliest + (rng.random(customers) * (LOG_DAYS - earliest)).astype(np.int64)
    agrees = rng.random(customers) < 0.7
    told = rng.random(customers) < 0.96
    agrees[holder], told[holder] = True, True
    first = np.unique(spells.customer, return_index=True)[1]
    phone_day = np.floor(spells.start[first] / DAY_SECONDS).astype(np.int64)
    left_day = np.where(np.isinf(drawn.lives.left), -1, drawn.until // DAY_SECONDS)
    return pd.DataFrame(
        {
            "customer": people.ids,
            "first_name": people.names,
            "residence": np.array([town.name for town in TOWNS], dtype=object)[people.town],
            "birth_year": people.birth_year,
            "sex": pd.Series(np.where(people.female, "female", "male")).where(told),
            "since": FIRST_DAY + people.since_day,
            "left_on": pd.Series(FIRST_DAY + left_day).where(left_day >= 0),
            "phone_since": FIRST_DAY + phone_day,
            "photo_consent": pd.Series(FIRST_DAY + consent).where(agrees),
        }
    )


def _assortativity(drawn: Drawn) -> float:
    """Return how much oftener than by chance ties join users of one maker."""
    maker = drawn.lives.last_maker
    own = drawn.ties.callee < len(maker)
    if not own.any():
        return 0.0
    same = float((maker[drawn.ties.caller[own]] == maker[drawn.ties.callee[own]]).mean())
    shares = np.bincount(maker, minlength=len(MAKERS)) / len(maker)
    return same - float((shares**2).sum())
