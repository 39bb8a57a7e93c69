"""Loyalty: whether a handset is followed by another of the same maker."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from engine import columns
from engine.ages import AGE_BANDS
from engine.handsets.association import FEWEST_OWNERS, Association, associations
from engine.handsets.incidence import BoolArray, Counts, Incidence, IntArray, cumulative_incidence, incidence_of
from engine.handsets.loyalty_table import (
    CURVE_COLUMNS,
    GROUPS,
    ROW_COLUMNS,
    LoyaltyTable,
    typed_curves,
    typed_rows,
)
from engine.handsets.shrinkage import Estimate, SmallCell, carried, crossed, shrunk
from engine.handsets.spells import DAYS_PER_MONTH, Spells, spells_of
from engine.handsets.tally import EVERY, Tally, tally_of
from engine.job import JobContext

SHORTEST_MONTHS = 3
Place = tuple[int, int, int]  # maker, age band, place, each a code or EVERY


@dataclass(frozen=True)
class _Cell:
    """What was seen of one maker's owners at some ages and places, and up to which day they were followed.

    ``everybody`` are the owners of all makers there.
    """

    everybody: Tally
    owners: int
    changes: IntArray
    followed: int
    found: Incidence | None  # None if too few people are behind it, or too few were seen from the beginning
    estimate: Estimate | None


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
    not enter. Makers below 1.5 % of the handsets are put together as "Other", all but the 30 largest towns as
    "Elsewhere"; of unknown handsets there is no row. Where the spells together cannot be followed for
    ``horizon_months``, the table's horizon is as long as they can; below 3 months it has no rows.
    """
    context = context or JobContext()
    context.check()
    history = history[history["entry_months"].notna()]
    spells = None if history.empty else spells_of(history, customers, as_of)
    months = 0 if spells is None else _followed_months(spells, horizon_months)
    if spells is None or months < SHORTEST_MONTHS:
        return LoyaltyTable(typed_rows(pd.DataFrame()), horizon_months)
    horizon = round(months * DAYS_PER_MONTH)
    cells = {key: cell for key, cell in _estimated(spells, horizon, context).items() if key[0] != EVERY}
    compared = _compared(spells, cells, horizon, context)
    rows: list[tuple[object, ...]] = []
    curves: list[tuple[object, ...]] = []
    for number, (where, cell) in enumerate(cells.items()):
        context.progress(0.8 + 0.2 * number / len(cells), "Estimating loyalty")
        rows += _rows(spells, where, cell, compared)
        curves += _curve(spells, where, cell)
    context.progress(1.0, "Loyalty estimated")
    return LoyaltyTable(
        typed_rows(pd.DataFrame(rows, columns=list(ROW_COLUMNS))),
        months,
        typed_curves(pd.DataFrame(curves, columns=list(CURVE_COLUMNS))),
    )


def _followed_months(spells: Spells, most: int) -> int:
    """Return for how many months, at most ``most``, the owners of all makers together were followed."""
    found = cumulative_incidence(spells.observed, len(spells.makers), round(most * DAYS_PER_MONTH))
    return min(most, _whole_months(found.followed))


def _estimated(spells: Spells, horizon: int, context: JobContext) -> dict[Place, _Cell]:
    """Return every cell that has owners, group after group; those of later groups are drawn toward earlier ones."""
    tally = tally_of(spells, horizon)
    every = np.full(len(tally), EVERY, dtype=np.int64)
    cells: dict[Place, _Cell] = {}
    levels = ((every, every), (tally.band, every), (every, tally.place), (tally.band, tally.place))
    for number, (band, place) in enumerate(levels):
        context.progress(0.1 * number, "Estimating loyalty")
        group = _group(spells, tally, band, place, context)
        cells |= group
        small = {
            key: SmallCell(key[0], cell.found, margin)
            for key, cell in group.items()
            if cell.followed == horizon and cell.found and (margin := _margin(key, cells, horizon))
        }
        for key, estimate in zip(small, shrunk(list(small.values())), strict=True):
            cells[key] = replace(cells[key], estimate=estimate)
    return cells


def _group(spells: Spells, tally: Tally, band: IntArray, place: IntArray, context: JobContext) -> dict[Place, _Cell]:
    """Return the cells of one group, each by itself; where ages or places are together, those of all makers too."""
    known = np.flatnonzero((band < len(AGE_BANDS)) & (place < len(spells.places)))
    named = [code for code, name in enumerate(spells.makers) if name != columns.UNKNOWN_MAKER]
    cells: dict[Place, _Cell] = {}
    together: dict[Place, _Cell] = {}
    group = (place + 1) * (len(AGE_BANDS) + 1) + band + 1
    for code in np.unique(group[known]).tolist():
        context.check()
        mine = np.flatnonzero(group == code)
        here, where = tally.among(mine), (int(band[mine[0]]), int(place[mine[0]]))
        makers = [maker for maker in named if (here.maker == maker).any()]
        sides = np.column_stack([*(here.maker == maker for maker in makers), np.isin(here.maker, named)])
        owners = [
            *(int(here.owners[here.maker == maker].sum()) for maker in makers),
            int(here.people[sides[:, -1]].sum()),
        ]
        counts = here.counts(sides.astype(np.float64))
        found = [_cell(here, *one) for one in zip(sides.T, owners, counts.one_by_one(), strict=True)]
        cells |= {(maker, *where): cell for maker, cell in zip(makers, found[:-1], strict=True)}
        if EVERY in where and makers:
            together[(EVERY, *where)] = found[-1]
    return cells | together


def _cell(everybody: Tally, mine: BoolArray, owners: int, counts: Counts) -> _Cell:
    """Return the cell of some makers' owners.

    One that was not followed to the horizon is estimated for as long as it was, in whole months, from 3 on.
    """
    horizon, followed, found = everybody.horizon, 0, None
    if owners >= FEWEST_OWNERS:
        found, followed = incidence_of(counts), horizon
        if found.followed < horizon:
            months = _whole_months(found.followed)
            followed = round(months * DAYS_PER_MONTH) if months >= SHORTEST_MONTHS else 0
            found = incidence_of(counts.until(followed)) if followed else None
    changes = counts.events[: followed or horizon, :-1].sum(axis=0)
    if everybody.unwatched.nnz:
        unwatched = (everybody.unwatched @ mine.astype(np.float64)).reshape(horizon, -1)
        changes = changes + unwatched[: followed or horizon, :-1].sum(axis=0)
    estimate = None if found is None else Estimate.of(found)
    return _Cell(everybody, owners, changes.astype(np.int64), followed, found, estimate)


def _whole_months(days: int) -> int:
    return int((days + 0.5) / DAYS_PER_MONTH)


def _margin(key: Place, cells: dict[Place, _Cell], horizon: int) -> Estimate | None:
    """Return what a cell is drawn toward: what its age and its place say together.

    For one of them alone that is what its maker's owners do, as far as all makers' owners there change more or less.
    """
    maker, band, place = key
    if maker == EVERY or (band, place) == (EVERY, EVERY):
        return None

    def told(*where: int) -> Estimate | None:
        cell = cells.get((where[0], where[1], where[2]))
        return cell.estimate if cell is not None and cell.followed == horizon else None

    own = told(maker, EVERY, EVERY)
    if own is None:
        return None
    if EVERY in (band, place):
        here, everywhere = told(EVERY, band, place), told(EVERY, EVERY, EVERY)
        return own if here is None or everywhere is None else carried(own, here, everywhere)
    first, second = told(maker, band, EVERY), told(maker, EVERY, place)
    return own if first is None or second is None else crossed(first, second, own)


def _rows(
    spells: Spells, where: Place, cell: _Cell, compared: dict[tuple[Place, int], Association]
) -> list[tuple[object, ...]]:
    """Return the rows of a cell in ROW_COLUMNS: one per next maker, or one that says how few there are."""
    maker, band, place = where
    group = GROUPS[band != EVERY, place != EVERY]
    names = (group, *_names(spells, where))
    counts = (cell.owners, round(cell.followed / DAYS_PER_MONTH))
    if cell.estimate is None:
        return [(*names, spells.makers[maker], *(math.nan,) * 9, *counts, int(cell.changes[maker]))]
    low, high = cell.estimate.interval()
    return [
        (
            *names,
            following,
            *(float(part[code]) for part in (cell.estimate.probability, low, high)),
            *(astuple(compared[where, code]) if (where, code) in compared else (math.nan,) * 6),
            *counts,
            int(cell.changes[code]),
        )
        for code, following in enumerate(spells.makers)
    ]


def _names(spells: Spells, where: Place) -> tuple[str, str, str]:
    """Return the age band and the residence of a cell, "" for all, and its maker."""
    maker, band, place = where
    return (
        "" if band == EVERY else AGE_BANDS[band],
        "" if place == EVERY else spells.places[place],
        spells.makers[maker],
    )


def _compared(
    spells: Spells, cells: dict[Place, _Cell], horizon: int, context: JobContext
) -> dict[tuple[Place, int], Association]:
    """Compare each cell's owners with others of its ages and places: those who come back, and for everybody all."""
    named = [code for code, name in enumerate(spells.makers) if name != columns.UNKNOWN_MAKER]
    together: dict[tuple[int, int], list[Place]] = {}
    for where, cell in cells.items():
        if cell.estimate is not None and cell.followed == horizon:
            together.setdefault(where[1:], []).append(where)
    found: dict[tuple[Place, int], Association] = {}
    for number, group in enumerate(together.values()):
        context.progress(0.4 + 0.4 * number / len(together), "Estimating loyalty")
        band, place = group[0][1:]
        pairs = [
            (maker, following)
            for maker, _, _ in group
            for following in (named if (band, place) == (EVERY, EVERY) else [maker])
        ]
        told = associations(cells[group[0]].everybody, pairs)
        found |= {((maker, band, place), following): one for (maker, following), one in told.items()}
    return found


def _curve(spells: Spells, where: Place, cell: _Cell) -> list[tuple[object, ...]]:
    """Return, in CURVE_COLUMNS, how many of 1 have no next handset yet, by month as far as the cell was followed."""
    if cell.estimate is None:
        return []
    names = _names(spells, where)
    low, high = cell.estimate.any_interval()
    found: list[tuple[object, ...]] = [(*names, 0, 1.0, 1.0, 1.0)]
    for month in range(1, round(cell.followed / DAYS_PER_MONTH) + 1):
        day = min(round(month * DAYS_PER_MONTH), cell.followed)
        found.append((*names, month, *(1.0 - float(part[day]) for part in (cell.estimate.any, high, low))))
    return found
