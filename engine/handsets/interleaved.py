"""Two handsets used in turn by one customer: which one stands, and whether one takes over from the other."""

from __future__ import annotations

import numpy as np

from engine.handsets.runs import DAY, BoolArray, IntArray, Runs, merged

FEWEST_RUNS = 5  # A B A B A: whoever went back twice within weeks has both
LONGEST_DAYS = 60  # between two uses of a handset that was never given up
MOST_ASTRAY = 0.2  # share of the events on the wrong side of a change that is still one


def in_turn(runs: Runs) -> Runs:
    """Keep, of each stretch in which two handsets alternate, only the one that stands at each time.

    A stretch has at least 5 runs, none between the first and the last longer than 60 days. Within it there is at most
    one change: at the moment that leaves the fewest events on the wrong side, if these are at most a fifth. Else the
    handset with more events stands throughout, the earlier one of equals.
    """
    while True:
        begin, end = _stretches(runs)
        if not len(begin):
            return runs
        runs = merged(runs[_standing(runs, begin, end)])


def _stretches(runs: Runs) -> tuple[IntArray, IntArray]:
    """Return the first and the last run of each stretch."""
    back = np.zeros(len(runs) + 1, dtype=np.bool_)
    if len(runs) >= FEWEST_RUNS:
        same = (runs.handset[2:] == runs.handset[:-2]) & (runs.customer[2:] == runs.customer[:-2])
        back[2:-1] = same & (runs.first[2:] - runs.first[1:-1] < LONGEST_DAYS * DAY)
    edges = np.flatnonzero(back[1:] != back[:-1])
    begin, end = edges[::2] - 1, edges[1::2]
    long = end - begin + 1 >= FEWEST_RUNS
    begin, end = begin[long], end[long]
    # Stretches that share a run are taken one after the other.
    apart = np.append(True, begin[1:] > end[:-1])[: len(begin)]
    return begin[apart], end[apart]


def _standing(runs: Runs, begin: IntArray, end: IntArray) -> BoolArray:
    """Return which runs stand: those outside of stretches, and within one those of the handset that is in use."""
    length = end - begin + 1
    starts = np.cumsum(length) - length
    stretch = np.repeat(np.arange(len(begin)), length)
    place = np.arange(len(stretch)) - starts[stretch]
    run = begin[stretch] + place
    is_one = place % 2 == 0  # the handset that begins the stretch
    one, other = (_running(np.where(side, runs.events[run], 0), starts, stretch) for side in (is_one, ~is_one))
    last = starts + length - 1
    ones, others = one[last], other[last]
    # Events astray if the change, one way or the other, comes after this run.
    to_other, to_one = other + (ones[stretch] - one), one + (others[stretch] - other)
    fewest = np.minimum(np.minimum.reduceat(to_other, starts), np.minimum.reduceat(to_one, starts))
    changes = (fewest < np.minimum(ones, others)) & (fewest <= MOST_ASTRAY * (ones + others))
    cost = np.minimum(to_other, to_one)
    hits = np.flatnonzero(cost == fewest[stretch])
    at = np.full(len(begin), -1)
    at[stretch[hits][::-1]] = hits[::-1]  # the first of them
    one_first = np.where(changes, to_other[at] <= to_one[at], ones >= others)
    before = np.arange(len(stretch)) <= np.where(changes, at, last)[stretch]
    kept = np.ones(len(runs), dtype=np.bool_)
    kept[run] = is_one == (one_first[stretch] == before)
    return kept


def _running(values: IntArray, starts: IntArray, stretch: IntArray) -> IntArray:
    """Return running totals that begin anew in each stretch."""
    total = np.cumsum(values)
    return np.asarray(total - (total - values)[starts][stretch])
