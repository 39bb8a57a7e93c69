"""Spells counted by day, for each age band, town and maker: any weighted group of them costs one product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.handsets.incidence import CENSORED, LEAVING, Counts, FloatArray, IntArray
from engine.handsets.spells import Spells

EVERY = -1


@dataclass(frozen=True)
class Tally:
    """Spells counted in cells of one age band, town and maker each, as parallel arrays over cells.

    ``spells`` and ``owners`` are how many spells and people a cell holds, ``people`` those of them who are in no cell
    of an earlier maker. ``by_day`` (columns, cells) is sparse: what happens on day 1 to ``horizon`` by cause, then how
    many more are watched for a change on each day than on the one before, then the same for leaving. ``unwatched`` are
    changes before anybody watched, laid out as ``by_day`` begins. ``customers`` are whose spells they are, by cell.
    """

    band: IntArray
    town: IntArray
    place: IntArray
    maker: IntArray
    spells: IntArray
    owners: IntArray
    people: IntArray
    by_day: Any
    unwatched: Any
    customers: tuple[IntArray, ...]
    makers: int
    horizon: int

    def __len__(self) -> int:
        return len(self.maker)

    def among(self, cells: IntArray) -> Tally:
        """Return the tally of some of the cells."""
        return Tally(
            self.band[cells], self.town[cells], self.place[cells], self.maker[cells], self.spells[cells],
            self.owners[cells], self.people[cells], self.by_day[:, cells], self.unwatched[:, cells],
            tuple(self.customers[cell] for cell in cells.tolist()), self.makers, self.horizon,
        )  # fmt: skip

    @cached_property
    def strata(self) -> tuple[IntArray, ...]:
        """Ways to tell alike cells apart, from age band and town to none: a stratum of each cell."""
        towns, places = int(self.town.max(initial=0)) + 1, int(self.place.max(initial=0)) + 1
        ways = (self.band * towns + self.town, self.band * places + self.place, self.band)
        return (*(np.unique(way, return_inverse=True)[1] for way in ways), np.zeros_like(self.band))

    def counts(self, weights: FloatArray) -> Counts:
        """Return, for each column of (cells, columns) weights, the counts of all spells, weighted as their cells.

        The counts have an axis for the columns in front.
        """
        events, shape = self.horizon * (self.makers + 1), (-1, self.horizon, self.makers + 1)
        plain, squares = np.split(np.ascontiguousarray((self.by_day @ np.hstack([weights, weights**2])).T), 2)
        at_risk = plain[:, events:].reshape(-1, 2, self.horizon).cumsum(axis=-1)
        return Counts(
            plain[:, :events].reshape(shape), squares[:, :events].reshape(shape), at_risk[:, 0], at_risk[:, 1]
        )

    def are_at_least(self, fewest: int, cells: IntArray) -> bool:
        """Return whether so many people stand behind some cells; who is in several of them is one."""
        owners = np.bincount(self.maker[cells], self.owners[cells], self.makers)
        if owners.max() >= fewest or owners.sum() < fewest:
            return bool(owners.max() >= fewest)
        return len(np.unique(np.concatenate([self.customers[cell] for cell in cells.tolist()]))) >= fewest


def tally_of(spells: Spells, horizon: int) -> Tally:
    """Count spells by day, up to ``horizon`` days of their handset's age."""
    makers, towns = len(spells.makers), int(spells.town.max(initial=0)) + 1
    code, cell = np.unique((spells.band * towns + spells.town) * makers + spells.maker, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    first = order[np.searchsorted(cell[order], np.arange(len(code)))]
    whose = np.split(spells.customer[order], np.searchsorted(cell[order], np.arange(1, len(code))))
    owned, once = np.unique(spells.customer * makers + spells.maker, return_index=True)
    is_first = np.append(True, owned[1:] // makers != owned[:-1] // makers)
    by_day, unwatched = _by_day(spells, cell, len(code), horizon)
    size, owners, people = (np.bincount(some, minlength=len(code)) for some in (cell, cell[once], cell[once[is_first]]))
    return Tally(
        spells.band[first], spells.town[first], spells.place[first], spells.maker[first], size, owners, people,
        by_day, unwatched, tuple(whose), makers, horizon,
    )  # fmt: skip


def _by_day(spells: Spells, cell: IntArray, cells: int, horizon: int) -> tuple[Any, Any]:
    """Return the sparse tables of a tally."""
    from scipy.sparse import coo_matrix

    makers, seen = len(spells.makers), spells.observed
    events = horizon * (makers + 1)
    end = np.where(seen.cause == LEAVING, seen.leave_until, seen.change_until)
    column = (np.maximum(end, 1) - 1) * (makers + 1) + np.where(seen.cause == LEAVING, makers, seen.cause)
    happens = (seen.cause != CENSORED) & (end <= horizon)
    watched = happens & (end > seen.entry)
    rows, columns, values = [cell[watched]], [column[watched]], [np.ones(int(watched.sum()))]
    for start, until in ((events, seen.change_until), (events + horizon, seen.leave_until)):
        at_risk = until > seen.entry
        for day, step in ((seen.entry, 1.0), (until, -1.0)):
            counted = at_risk & (day < horizon)
            rows.append(cell[counted])
            columns.append(start + day[counted])
            values.append(np.full(int(counted.sum()), step))
    shape = (events + 2 * horizon, cells)
    by_day = coo_matrix((np.concatenate(values), (np.concatenate(columns), np.concatenate(rows))), shape=shape).tocsc()
    missed = happens & ~watched & (seen.cause != LEAVING)
    unwatched = coo_matrix((np.ones(int(missed.sum())), (column[missed], cell[missed])), shape=(events, cells)).tocsc()
    return by_day, unwatched
