"""Handset spells as arrays of codes: whose, of which maker, at which age, where, and how long in sight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import columns
from engine.ages import AGE_BAND_STARTS, AGE_BANDS
from engine.handsets.incidence import CENSORED, LEAVING, IntArray, Observed

OTHER_MAKERS = "Other"
OTHER_PLACES = "Elsewhere"
SMALLEST_SHARE = 0.015
MOST_PLACES = 30
DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Spells:
    """Spells as parallel arrays of codes, with the names that the codes stand for.

    ``place`` is ``town`` with all but the 30 largest put together.
    """

    observed: Observed
    customer: IntArray
    maker: IntArray
    band: IntArray  # len(AGE_BANDS) if the age is unknown or below the first band
    town: IntArray  # the number of towns if unknown
    place: IntArray  # len(places) if unknown
    makers: tuple[str, ...]
    places: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.maker)


def spells_of(history: pd.DataFrame, customers: pd.DataFrame, as_of: date | None = None) -> Spells:
    """Turn a history whose spells all have an entry, and its customers, into codes."""
    makers, code = _common_makers(history)
    number, names = pd.factorize(history[columns.MAKER])
    maker = np.array([code[name] for name in names])[number]
    number, names = pd.factorize(history["next_maker"])
    following = np.append([code[name] for name in names], CENSORED)[number]
    entry, change, leave = (
        np.floor(history[name].to_numpy() * DAYS_PER_MONTH + 0.5) for name in ("entry_months", "sure_months", "months")
    )
    cause = np.where((following == CENSORED) & history["left"].to_numpy(), LEAVING, following)
    people = customers if columns.CUSTOMER not in customers else customers.set_index(columns.CUSTOMER)
    customer, keys = pd.factorize(history[columns.CUSTOMER])
    person = people.index.get_indexer(pd.Index(keys))[customer]
    last = as_of.year if as_of else max(history["start"].max(), history["end"].fillna(history["start"]).max()).year
    age = last - np.append(people[columns.BIRTH_YEAR].to_numpy(dtype=float, na_value=np.nan), np.nan)[person]
    band = np.where(age >= AGE_BAND_STARTS[0], np.searchsorted(AGE_BAND_STARTS, age, side="right") - 1, len(AGE_BANDS))
    residence = people[columns.RESIDENCE].astype("category")
    town = np.append(residence.cat.codes.to_numpy(), -1)[person].astype(np.int64)
    towns = [str(name) for name in residence.cat.categories]
    town = np.where(town < 0, len(towns), town)
    places, place = _common_places(town, towns)

    def codes(values: NDArray[Any]) -> IntArray:
        return np.asarray(values, dtype=np.int64)

    return Spells(
        Observed(codes(entry), codes(change), codes(leave), codes(cause), np.ones(len(history))),
        codes(customer),
        codes(maker),
        codes(band),
        codes(town),
        codes(place),
        makers,
        places,
    )


def _common_makers(history: pd.DataFrame) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the names of the makers, the largest first, and the code of each maker that stands in the history."""
    share = history[columns.MAKER].value_counts(normalize=True)
    present = sorted(
        set(share.index) | set(history["next_maker"].dropna().unique()), key=lambda name: (-share.get(name, 0.0), name)
    )
    large = [name for name in present if share.get(name, 0.0) >= SMALLEST_SHARE]
    last = (OTHER_MAKERS, columns.UNKNOWN_MAKER)
    group = {name: name if name in large or name in last else OTHER_MAKERS for name in present}
    makers = [name for name in large if name not in last] + [name for name in last if name in group.values()]
    return tuple(makers), {name: makers.index(group[name]) for name in present}


def _common_places(town: IntArray, towns: list[str]) -> tuple[tuple[str, ...], IntArray]:
    """Return the names of the largest towns, the largest first, and the place of each spell."""
    count = np.bincount(town, minlength=len(towns) + 1)[: len(towns)]
    order = [int(number) for number in np.argsort(-count, kind="stable") if count[number] > 0]
    named, rest = order[:MOST_PLACES], order[MOST_PLACES:]
    places = [towns[number] for number in named]
    if rest and OTHER_PLACES not in places:
        places.append(OTHER_PLACES)
    code = np.full(len(towns) + 1, len(places))
    code[named] = range(len(named))
    if rest:
        code[rest] = places.index(OTHER_PLACES)
    return tuple(places), code[town]
