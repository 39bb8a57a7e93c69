"""Loyalty: whether a handset is followed by another of the same maker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import columns
from engine.handsets.incidence import (
    CENSORED,
    LEAVING,
    Z95,
    FloatArray,
    IntArray,
    Observed,
    cumulative_incidence,
    interval,
)
from engine.job import JobContext

OTHER_MAKERS = "Other"
ALL, AGE, RESIDENCE = "all", "age", "residence"
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
AGE_BAND_STARTS = (18, 25, 35, 45, 55, 65)
FEWEST_OWNERS = 10
FEWEST_IN_STRATUM = 5
SMALLEST_SHARE = 0.015
DAYS_PER_MONTH = 365.25 / 12
TEXT_COLUMNS = ("group", "level", "maker", "next_maker")
NUMBER_COLUMNS = ("probability", "low", "high", "owners", "changes", "uplift", "uplift_low", "uplift_high")


@dataclass(frozen=True)
class LoyaltyTable:
    """The chance of each next maker within the horizon, by maker now, for everybody and for groups.

    ``rows``: group ("all", "age" or "residence"), level (the age band or town; "" for all), maker, next_maker;
    probability with its 95 % interval low to high: the chance that the owner of a new handset of ``maker`` has a next
    one, of ``next_maker``, within the horizon and before leaving; owners and changes, counted. With fewer than 10
    owners there is only the row where next_maker is maker, and its probability is NaN. uplift with its interval: the
    chance of coming to ``maker`` for its owners less that for the owners of others, at equal age band and residence;
    it stands where group is "all" and next_maker is maker. It is an association, not an effect.
    """

    rows: pd.DataFrame
    horizon_months: int

    def to_json(self) -> str:
        """Return the table as JSON text."""
        rows = self.rows.astype(object).where(self.rows.notna(), None)
        return json.dumps({"horizon_months": self.horizon_months, "rows": rows.to_dict("list")}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> LoyaltyTable:
        """Return the table that ``to_json`` wrote."""
        content = json.loads(text)
        return cls(
            _typed(pd.DataFrame(content["rows"], columns=[*TEXT_COLUMNS, *NUMBER_COLUMNS])), content["horizon_months"]
        )


@dataclass(frozen=True)
class _Spells:
    """Spells as parallel arrays of codes, with the names that the codes stand for."""

    observed: Observed
    customer: IntArray
    maker: IntArray
    band: IntArray  # len(AGE_BANDS) if the age is unknown or below the first band
    town: IntArray  # len(towns) if unknown
    makers: tuple[str, ...]
    towns: tuple[str, ...]

    @property
    def strata(self) -> Iterator[IntArray]:
        """Yield ways to tell alike spells apart, from the finest to none."""
        yield self.band * (len(self.towns) + 1) + self.town
        yield self.band
        yield np.zeros_like(self.band)


def loyalty(
    history: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    horizon_months: int = 24,
    as_of: date | None = None,
    context: JobContext | None = None,
) -> LoyaltyTable:
    """Estimate what the next handset's maker will be from histories that mostly end before it.

    ``history`` is that of handset_history; ``customers`` has customer (as column or index), birth_year and residence.
    Ages are those in the year of ``as_of``, or of the last date in the history. Spells whose beginning is unknown do
    not enter. Makers below 1.5 % of the handsets are put together as "Other"; of unknown handsets there is no row.
    """
    context = context or JobContext()
    context.check()
    history = history[history["entry_months"].notna()]
    if history.empty:
        return LoyaltyTable(_typed(pd.DataFrame()), horizon_months)
    spells = _prepare(history, customers, as_of)
    horizon = round(horizon_months * DAYS_PER_MONTH)
    levels = (
        (ALL, np.zeros_like(spells.band), ("",)),
        (AGE, spells.band, AGE_BANDS),
        (RESIDENCE, spells.town, spells.towns),
    )
    tables = []
    for place, (group, level, names) in enumerate(levels):
        context.progress(0.1 + 0.2 * place, "Estimating loyalty")
        tables.append(_group(spells, group, level, names, horizon, context))
    context.progress(0.7, "Estimating loyalty")
    rows = pd.concat(tables, ignore_index=True)
    _add_uplift(rows, spells, horizon)
    context.progress(1.0, "Loyalty estimated")
    return LoyaltyTable(_typed(rows), horizon_months)


def _prepare(history: pd.DataFrame, customers: pd.DataFrame, as_of: date | None) -> _Spells:
    """Turn history and customers into codes."""
    makers, code = _common_makers(history)
    following = history["next_maker"].map(code)
    entry, change, leave = (
        np.floor(history[name].to_numpy() * DAYS_PER_MONTH + 0.5) for name in ("entry_months", "sure_months", "months")
    )
    cause = np.where(following.isna(), np.where(history["left"], LEAVING, CENSORED), following.fillna(0))
    people = customers if columns.CUSTOMER not in customers else customers.set_index(columns.CUSTOMER)
    person = people.index.get_indexer(pd.Index(history[columns.CUSTOMER]))
    last = as_of.year if as_of else max(history["start"].max(), history["end"].fillna(history["start"]).max()).year
    residence = people[columns.RESIDENCE].astype("category")
    town = np.append(residence.cat.codes.to_numpy(), -1)[person]
    age = last - np.append(people[columns.BIRTH_YEAR].to_numpy(dtype=float, na_value=np.nan), np.nan)[person]
    band = np.where(age >= AGE_BAND_STARTS[0], np.searchsorted(AGE_BAND_STARTS, age, side="right") - 1, len(AGE_BANDS))
    towns = tuple(str(name) for name in residence.cat.categories)

    def codes(values: NDArray[Any]) -> IntArray:
        return np.asarray(values, dtype=np.int64)

    observed = Observed(codes(entry), codes(change), codes(leave), codes(cause), np.ones(len(history)))
    owner = codes(pd.factorize(history[columns.CUSTOMER])[0])
    maker = codes(history[columns.MAKER].map(code).to_numpy())
    town = codes(np.where(town < 0, len(towns), town))
    return _Spells(observed, owner, maker, codes(band), town, makers, towns)


def _common_makers(history: pd.DataFrame) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the names of the makers, the largest first, and the code of each maker that stands in the history."""
    share = history[columns.MAKER].value_counts(normalize=True)
    present = sorted(
        set(share.index) | set(history["next_maker"].dropna()), key=lambda name: (-share.get(name, 0.0), name)
    )
    large = [name for name in present if share.get(name, 0.0) >= SMALLEST_SHARE]
    last = (OTHER_MAKERS, columns.UNKNOWN_MAKER)
    group = {name: name if name in large or name in last else OTHER_MAKERS for name in present}
    makers = [name for name in large if name not in last] + [name for name in last if name in group.values()]
    return tuple(makers), {name: makers.index(group[name]) for name in present}


def _group(
    spells: _Spells, group: str, level: IntArray, names: tuple[str, ...], horizon: int, context: JobContext
) -> pd.DataFrame:
    """Return the rows of one group: every level and maker that has owners."""
    makers = len(spells.makers)
    named = [code for code, name in enumerate(spells.makers) if name != columns.UNKNOWN_MAKER]
    known = np.flatnonzero((level < len(names)) & np.isin(spells.maker, named))
    cell = (level * makers + spells.maker)[known]
    order = known[np.argsort(cell, kind="stable")]
    cells, starts = np.unique(np.sort(cell), return_index=True)
    tables = []
    for number, rows in zip(cells, np.split(order, starts[1:]), strict=True):
        context.check()
        place, maker = divmod(int(number), makers)
        tables.append(_cell(spells, rows, maker, horizon).assign(group=group, level=names[place]))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _cell(spells: _Spells, rows: IntArray, maker: int, horizon: int) -> pd.DataFrame:
    """Return the rows of the owners ``rows`` of one maker: one per next maker."""
    owners = len(np.unique(spells.customer[rows]))
    observed = spells.observed[rows]
    within = (observed.cause >= 0) & (observed.change_until <= horizon)
    changes = np.bincount(observed.cause[within], minlength=len(spells.makers))
    if owners < FEWEST_OWNERS:
        following, values = np.array([maker]), np.full((3, 1), np.nan)
    else:
        found = cumulative_incidence(observed, len(spells.makers), horizon)
        following = np.arange(len(spells.makers))
        values = np.stack([found.probability, *interval(found.probability, found.variance, found.exposed)])
    return pd.DataFrame(
        {
            columns.MAKER: spells.makers[maker],
            "next_maker": [spells.makers[code] for code in following],
            "probability": values[0],
            "low": values[1],
            "high": values[2],
            "owners": owners,
            "changes": changes[following],
        }
    )


def _add_uplift(rows: pd.DataFrame, spells: _Spells, horizon: int) -> None:
    """Add the columns uplift, uplift_low and uplift_high to ``rows``."""
    rows[["uplift", "uplift_low", "uplift_high"]] = np.nan
    own = rows.index[(rows["group"] == ALL) & (rows[columns.MAKER] == rows["next_maker"]) & rows["probability"].notna()]
    for row in own:
        maker = spells.makers.index(rows.at[row, columns.MAKER])
        rows.loc[row, ["uplift", "uplift_low", "uplift_high"]] = _uplift(spells, maker, horizon)


def _uplift(spells: _Spells, maker: int, horizon: int) -> FloatArray:
    """Return how much likelier its owners than others come to a maker, with the interval, at equal strata.

    Strata with few spells on a side tell nothing; where too many would be lost, coarser ones are taken.
    """
    owns = spells.maker == maker
    for stratum in spells.strata:
        counts = np.stack([np.bincount(stratum[side], minlength=stratum.max() + 1) for side in (owns, ~owns)])
        kept = (counts >= FEWEST_IN_STRATUM).all(axis=0)
        if counts[0, kept].sum() >= 0.9 * owns.sum():
            break
    sides = []
    for side, count in zip((owns, ~owns), counts, strict=True):
        weight = np.where(kept, counts.sum(axis=0) / np.maximum(count, 1), 0.0)[stratum[side]]
        sides.append(cumulative_incidence(spells.observed[side].weighted(weight), len(spells.makers), horizon))
    uplift = sides[0].probability[maker] - sides[1].probability[maker]
    spread = Z95 * np.sqrt(sides[0].variance[maker] + sides[1].variance[maker])
    return np.array([uplift, uplift - spread, uplift + spread])


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their columns in order and typed."""
    types = dict.fromkeys(TEXT_COLUMNS, "str") | dict.fromkeys(NUMBER_COLUMNS, "float64")
    rows = rows.reindex(columns=[*TEXT_COLUMNS, *NUMBER_COLUMNS])
    return rows.astype(types | {"owners": "int64", "changes": "int64"})
