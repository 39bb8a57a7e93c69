"""Events on handsets put together to spells: which handset was truly the customer's, and from when."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DWELL_DAYS = 14
DWELL_EVENTS = 3
DAY = 86_400_000_000  # microseconds
NEVER = -1

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Runs:
    """Stretches of events on one handset, as parallel arrays ordered by customer and time. Times are microseconds."""

    customer: IntArray
    handset: IntArray
    first: IntArray  # the first event
    third: IntArray  # the third event, NEVER if there are fewer
    events: IntArray

    def __getitem__(self, kept: BoolArray | IntArray) -> Runs:
        return Runs(*(getattr(self, field.name)[kept] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def begins(self) -> BoolArray:
        """Whether a run is its customer's first."""
        return np.append(True, self.customer[1:] != self.customer[:-1])[: len(self)]

    @property
    def ends(self) -> BoolArray:
        """Whether a run is its customer's last."""
        return np.append(self.customer[1:] != self.customer[:-1], True)[: len(self)]

    def until(self, watched_until: IntArray) -> IntArray:
        """Return when each run gives way to the next one, or the customer's observation ends (by customer)."""
        following = np.append(self.first[1:], 0)[: len(self)]
        return np.asarray(np.where(self.ends, watched_until[self.customer], following))


def joined(one: Runs, other: Runs) -> Runs:
    """Return the runs of both, one after the other."""
    return Runs(*(np.append(getattr(one, field.name), getattr(other, field.name)) for field in fields(Runs)))


def dwelling(runs: Runs, since: IntArray, watched_until: IntArray) -> BoolArray:
    """Return which runs are long enough for a handset of one's own, given when each began and the observation ends."""
    days = (runs.until(watched_until) - np.minimum(since, runs.first)) / DAY
    return np.asarray((runs.events >= DWELL_EVENTS) & (days >= DWELL_DAYS))


def merged(runs: Runs) -> Runs:
    """Join neighbours on the same handset."""
    if not len(runs):
        return runs
    starts = np.flatnonzero(runs.begins | np.append(True, runs.handset[1:] != runs.handset[:-1]))
    first = runs[starts]
    last = np.append(starts[1:], len(runs)) - 1
    # The third event of a joined run: its first part's, or, if that has fewer, about where its second part begins.
    second = np.where(last > starts, runs.first[np.minimum(starts + 1, last)], NEVER)
    third = np.where(first.third == NEVER, second, first.third)
    return Runs(first.customer, first.handset, first.first, third, np.add.reduceat(runs.events, starts))


def without_visits(runs: Runs, watched_until: IntArray) -> Runs:
    """Pass over visits: short runs between two runs of one other handset, each of which has more events."""
    runs = merged(runs)
    while len(runs):
        inner = np.flatnonzero(~runs.begins & ~runs.ends)
        inner = inner[~dwelling(runs, runs.first, watched_until)[inner]]
        before, after = inner - 1, inner + 1
        fewer = runs.events[inner] < np.minimum(runs.events[before], runs.events[after])
        visits = inner[(runs.handset[before] == runs.handset[after]) & fewer]
        if not len(visits):
            break
        kept = np.ones(len(runs), dtype=np.bool_)
        kept[visits] = False
        runs = merged(runs[kept])
    return runs


def most_seen(runs: Runs) -> Runs:
    """Return one run per customer: the handset with the most events, the later one of equals."""
    table = pd.DataFrame(
        {"customer": runs.customer, "handset": runs.handset, "first": runs.first, "events": runs.events}
    )
    table = table.groupby(["customer", "handset"], as_index=False).agg({"first": "min", "events": "sum"})
    table = table.sort_values(["customer", "events", "first"]).drop_duplicates("customer", keep="last")
    customer, handset, first, events = (table[name].to_numpy(dtype=np.int64) for name in table.columns)
    return Runs(customer, handset, first, np.full(len(table), NEVER, dtype=np.int64), events)
