"""Who the customers are: town, age, sex, name, tenure, and the community they live in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.demo.world import (
    DAYS_PER_MONTH,
    LOG_DAYS,
    THIS_YEAR,
    TOWNS,
    BoolArray,
    FloatArray,
    IntArray,
    age_band,
    stream,
)
from engine.resources import resource

COMMUNITY_SIZE = 32
CANDIDATES_PER_PHOTO = 8
FEMALE_NAMES = (
    "Mária", "Erzsébet", "Ilona", "Katalin", "Éva", "Anna", "Zsuzsanna", "Margit",
    "Judit", "Ágnes", "Julianna", "Andrea", "Ildikó", "Erika", "Krisztina", "Mónika",
    "Edit", "Gabriella", "Tünde", "Szilvia", "Anita", "Nikolett", "Zsófia", "Eszter",
    "Réka", "Vivien", "Dóra", "Boglárka", "Fanni", "Petra", "Lili", "Hanna",
)  # fmt: skip
MALE_NAMES = (
    "László", "István", "József", "János", "Zoltán", "Sándor", "Ferenc", "Gábor",
    "Attila", "Péter", "Tamás", "Zsolt", "Tibor", "András", "Csaba", "Imre",
    "Lajos", "György", "Balázs", "Norbert", "Róbert", "Krisztián", "Gergő", "Ádám",
    "Dávid", "Dániel", "Bence", "Máté", "Levente", "Marcell", "Botond", "Milán",
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """The customers as parallel arrays."""

    ids: NDArray[np.object_]  # six digits or more, text
    names: NDArray[np.object_]
    town: IntArray  # index in TOWNS
    age: IntArray  # years at the end of the logs
    female: BoolArray
    community: IntArray
    since_day: IntArray  # first day as a customer, 0 is the first day of the logs
    photo: IntArray  # for whom the person could stand: row in resources/demo/customers.csv, or -1

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def birth_year(self) -> IntArray:
        """Year of birth."""
        return THIS_YEAR - self.age

    @property
    def band(self) -> IntArray:
        """Index in AGE_BANDS."""
        return age_band(self.age)

    @property
    def present_from(self) -> FloatArray:
        """Months after the start of the logs at which the person is first seen there."""
        return np.maximum(self.since_day, 0) / DAYS_PER_MONTH


def customer_photos() -> pd.DataFrame:
    """Return the pictures that can stand for customers: photo (file name), age_years, sex."""
    return pd.read_csv(resource("demo", "customers.csv"))


def simulate_people(customers: int, seed: int) -> People:
    """Draw the customers. Communities share a town mostly, and an age more or less."""
    rng = stream(seed, "people")
    communities = max(1, round(customers / COMMUNITY_SIZE))
    community = rng.integers(0, communities, customers)
    shares = np.array([town.share for town in TOWNS])
    home = rng.choice(len(TOWNS), communities, p=shares)
    town = np.where(rng.random(customers) < 0.8, home[community], rng.choice(len(TOWNS), customers, p=shares))
    years = rng.normal(45.0, 8.0, communities)[community] + rng.normal(0.0, 13.0, customers)
    age: IntArray = np.clip(np.where(years < 18.0, 36.0 - years, years), 18.0, 88.0).astype(np.int64)
    female = rng.random(customers) < 0.52
    photo = _cast_photos(customers, rng)
    photos = customer_photos()
    cast = photo >= 0
    age[cast] = photos["age_years"].round().to_numpy(dtype=np.int64)[photo[cast]]
    female[cast] = (photos["sex"] == "female").to_numpy()[photo[cast]]
    width = max(6, len(str(customers)))
    ids = np.array([f"{number:0{width}d}" for number in range(1, customers + 1)], dtype=object)
    names = _first_names(age, female, rng)
    return People(ids, names, town, age, female, community, _since(age, rng), photo)


def _cast_photos(customers: int, rng: np.random.Generator) -> IntArray:
    """Return for each customer the picture whose age and sex they are given, or -1; several for each picture."""
    photos = min(len(customer_photos()), customers // 4)
    each = int(np.clip(customers // 100, 1, CANDIDATES_PER_PHOTO))
    photo = np.full(customers, -1, dtype=np.int64)
    chosen = rng.choice(customers, photos * each, replace=False)
    photo[chosen] = np.repeat(np.arange(photos), each)
    return photo


def _since(age: IntArray, rng: np.random.Generator) -> IntArray:
    """Return the first day as a customer; 8 of 100 come while the logs run, adults only."""
    customers = len(age)
    before = 30.0 + rng.gamma(1.6, 1150.0, customers)
    adult = (age - 18.0) * 365.0 + 60.0 - LOG_DAYS
    days = -np.minimum(np.minimum(before, 7_900.0), np.maximum(adult, 30.0))
    joins = rng.random(customers) < 0.08
    return np.where(joins, rng.integers(5, LOG_DAYS - 60, customers), days).astype(np.int64)


def _first_names(age: IntArray, female: BoolArray, rng: np.random.Generator) -> NDArray[np.object_]:
    """Return first names: those late in the lists are given to the young."""
    names = np.array([MALE_NAMES, FEMALE_NAMES], dtype=object)
    place = np.clip((88.0 - age) / 70.0 * 31.0 + rng.normal(0.0, 6.0, len(age)), 0.0, 31.0).round().astype(np.int64)
    return np.asarray(names[female.astype(np.int64), place], dtype=object)
