"""Call detail records: who calls whom, when, for how long, from which cell and on which handset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.demo.population import Population
from engine.demo.world import DAY_SECONDS, FIRST_DAY, LAST_DAY, LOG_DAYS, TOWNS, FloatArray, IntArray, stream

CALLS_EACH = 90.0  # in two years, by somebody all of whose contacts are there all the time
WEEK = (1.0, 1.0, 1.0, 1.05, 1.2, 0.85, 0.7)  # Monday to Sunday
DAY = (3, 2, 1, 1, 1, 3, 10, 28, 44, 52, 56, 57, 58, 54, 52, 54, 60, 68, 70, 62, 50, 34, 18, 8)  # by hour
NIGHT = (20, 14, 9, 6, 4, 3, 5, 12, 22, 30, 36, 40, 44, 44, 44, 46, 52, 60, 66, 70, 72, 66, 52, 36)
FINENESS = 4_096
FORMS = 3  # of a handset in the logs: phone type, IMEI, nothing


@dataclass(frozen=True)
class _Habits:
    """How each customer calls."""

    rate: FloatArray  # per tie: calls a day
    late: NDArray[np.bool_]
    home: IntArray  # cell
    work: IntArray
    town_first: IntArray  # first cell of the home town
    town_cells: IntArray


class CallRecords:
    """Makes the call detail records of a population, a month at a time."""

    def __init__(self, population: Population, seed: int) -> None:
        self._drawn = population.drawn
        self._rng = stream(seed, "calls")
        people, ties = self._drawn.people, self._drawn.ties
        numbers = [f"+36{number}" for number in ties.foreign_numbers.tolist()]
        self._numbers = pa.array([*people.ids, *numbers], pa.string())
        cells = [f"{town.code}-{cell:03d}" for town in TOWNS for cell in range(1, town.cells + 1)]
        self._cells = pa.array(cells, pa.string())
        self._handsets = handset_names(population)
        self._habits = self._draw_habits()
        self._odd = OddHandsets(population, seed)

    def months(self) -> Iterator[tuple[np.datetime64, pa.Table]]:
        """Yield each calendar month of the logs with its records, in order of time."""
        last = LAST_DAY.astype("datetime64[M]")
        for month in np.arange(FIRST_DAY.astype("datetime64[M]"), last + 1):
            first = int((month.astype("datetime64[D]") - FIRST_DAY).astype(int))
            days = int(((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int))
            yield month, self._records(first, days)

    def _draw_habits(self) -> _Habits:
        people, ties, rng = self._drawn.people, self._drawn.ties, self._rng
        activity = np.exp(rng.normal(-0.1, 0.45, len(people))) * CALLS_EACH / LOG_DAYS
        counts = np.array([town.cells for town in TOWNS])
        first, cells = (np.cumsum(counts) - counts)[people.town], counts[people.town]
        home, work = (first + (rng.random(len(people)) * cells).astype(np.int64) for _ in range(2))
        late = rng.random(len(people)) < np.where(people.age < 35, 0.5, 0.15)
        return _Habits(activity[ties.caller] * ties.weight, late, home, work, first, cells)

    def _records(self, first: int, days: int) -> pa.Table:
        """Return the records of ``days`` days from day ``first`` of the logs on."""
        drawn, rng = self._drawn, self._rng
        calls = rng.poisson(self._habits.rate * days)
        tie = np.repeat(np.arange(len(calls)), calls)
        caller, callee = drawn.ties.caller[tie], drawn.ties.callee[tie]
        second = (first + self._days(first, days, len(tie))) * DAY_SECONDS + self._time_of_day(caller)
        since = np.maximum(drawn.people.since_day, 0) * DAY_SECONDS
        here = (second >= since[caller]) & (second < drawn.until[caller])
        own = np.minimum(callee, len(since) - 1)
        here &= (callee >= len(since)) | ((second >= since[own]) & (second < drawn.until[own]))
        rows = np.flatnonzero(here)
        rows = rows[np.argsort(second[rows], kind="stable")]
        return self._table(caller[rows], callee[rows], second[rows])

    def _days(self, first: int, days: int, calls: int) -> IntArray:
        """Return days of the month, by the rhythm of the week."""
        weekday = (int(FIRST_DAY.astype("datetime64[D]").astype(int)) + 3 + first + np.arange(days)) % 7
        return _lookup(np.array(WEEK)[weekday])[self._rng.integers(0, FINENESS, calls)]

    def _time_of_day(self, caller: IntArray) -> IntArray:
        """Return seconds of the day, by the rhythm of day or night."""
        hours = np.stack([_lookup(np.array(DAY)), _lookup(np.array(NIGHT))])
        hour = hours[self._habits.late[caller].astype(np.int64), self._rng.integers(0, FINENESS, len(caller))]
        return np.asarray(hour * 3_600 + self._rng.integers(0, 3_600, len(caller)))

    def _table(self, caller: IntArray, callee: IntArray, second: IntArray) -> pa.Table:
        rng = self._rng
        seconds = np.exp(rng.normal(4.1, 1.1, len(caller))).astype(np.int32)
        seconds[rng.random(len(caller)) < 0.06] = 0
        spell = self._drawn.spells.at(caller, second)
        return pa.table(
            {
                "caller": pa.DictionaryArray.from_arrays(caller.astype(np.int32), self._numbers),
                "callee": pa.DictionaryArray.from_arrays(callee.astype(np.int32), self._numbers),
                "time": clock(second),
                "seconds": seconds,
                "cell": pa.DictionaryArray.from_arrays(
                    pa.array(self._cell(caller), pa.int32(), mask=rng.random(len(caller)) < 0.01), self._cells
                ),
                "phone_type": phone_types(self._handsets, self._odd.swap(caller, second, spell), rng),
            }
        )

    def _cell(self, caller: IntArray) -> IntArray:
        """Return cells: at home, at work, elsewhere in town, or on a journey."""
        habits, rng = self._habits, self._rng
        place = rng.random(len(caller))
        town = habits.town_first[caller] + (rng.random(len(caller)) * habits.town_cells[caller]).astype(np.int64)
        away = rng.integers(0, len(self._cells), len(caller))
        choices = [place < 0.4, place < 0.65, place < 0.96]
        return np.select(choices, [habits.home[caller], habits.work[caller], town], away).astype(np.int32)


class OddHandsets:
    """Handsets that are no change: a phone lent for a few days, a SIM that now and then sits in a second phone."""

    def __init__(self, population: Population, seed: int) -> None:
        rng = stream(seed, "odd")
        spells, customers = population.drawn.spells, len(population.drawn.people)
        foreign = rng.integers(0, len(spells.model), customers)
        self._foreign = foreign
        self.lent = rng.random(customers) < 0.03
        self.dual = ~self.lent & (rng.random(customers) < 0.015)
        self._from = (rng.random(customers) * (LOG_DAYS - 20) * DAY_SECONDS).astype(np.int64)
        self._until = self._from + (rng.uniform(4.0, 9.0, customers) * DAY_SECONDS).astype(np.int64)
        self._calls = np.zeros(customers, dtype=np.int64)

    def swap(self, caller: IntArray, second: IntArray, spell: IntArray) -> IntArray:
        """Return the spells, whose handset is recorded, of calls in order of time, month after month."""
        lent = self.lent[caller] & (second >= self._from[caller]) & (second < self._until[caller])
        dual = np.flatnonzero(self.dual[caller])
        turn = self._turn(caller[dual])
        lent[dual] = turn % 9 == 4
        return np.where(lent, self._foreign[caller], spell)

    def _turn(self, caller: IntArray) -> IntArray:
        """Return the number of each call among its caller's, counted over all months."""
        order = np.argsort(caller, kind="stable")
        ordered = caller[order]
        number = np.empty(len(caller), dtype=np.int64)
        number[order] = np.arange(len(caller)) - np.searchsorted(ordered, ordered, side="left")
        number += self._calls[caller]
        self._calls += np.bincount(caller, minlength=len(self._calls))
        return number


def handset_names(population: Population) -> pa.Array:
    """Return the ways in which the logs name the handset of each spell: all phone types, then all IMEIs."""
    spells, catalogue = population.drawn.spells, population.drawn.catalogue
    return pa.array([*catalogue.phone_type[spells.model], *spells.imei], pa.string())


def phone_types(names: pa.Array, spell: IntArray, rng: np.random.Generator) -> pa.DictionaryArray:
    """Return what is recorded of each handset: the phone type mostly, the IMEI for 9 in 100, nothing for 2."""
    form = rng.random(len(spell))
    place = np.where(form < 0.89, spell, spell + len(names) // 2).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(place, mask=form >= 0.98), names)


def clock(second: IntArray) -> pa.Array:
    """Return seconds after the first day as moments."""
    return pa.array(FIRST_DAY.astype("datetime64[s]") + second, pa.timestamp("s"))


def _lookup(weight: NDArray[Any]) -> IntArray:
    """Return a table that an even random number turns into an index with these weights."""
    edges = np.cumsum(weight) / np.sum(weight) * FINENESS
    return np.searchsorted(edges, np.arange(FINENESS) + 0.5)
