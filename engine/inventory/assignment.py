"""Which face goes into which ad when no photo may be in too many: the best for all together, not first come first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.errors import SemblanceError
from engine.job import JobContext

NOBODY = -1
MOST_CELLS = 8_000_000  # of the matching; beyond them the linear programme needs less memory
IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def assign_with_cap(
    candidates: IntArray, worth: FloatArray, capacity: IntArray, context: JobContext | None = None
) -> IntArray:
    """Return each ad's photo, or NOBODY, so that the sum of worths is the largest and no photo is used too often.

    candidates: (ads, k) photos, NOBODY where there are fewer; worth: (ads, k), what each is worth, only those over 0
    are given; capacity: (photos,) ads that each may still be in. Photos that fewer ads want than may have them set no
    limit; with the others it is a transport problem, solved exactly. Raises JobCancelled before it is solved.
    """
    context = context or JobContext()
    usable = (candidates != NOBODY) & (worth > 0) & (capacity[np.maximum(candidates, 0)] > 0)
    chosen = _best(candidates, worth, usable)
    if (np.bincount(chosen[chosen >= 0], minlength=len(capacity)) <= capacity).all():
        return chosen
    context.check()
    wanted = np.bincount(candidates[usable], minlength=len(capacity))
    is_tight = usable & (wanted > capacity)[np.maximum(candidates, 0)]
    free = _best(candidates, worth, usable & ~is_tight)
    gain = np.where(usable & ~is_tight, worth, 0.0).max(axis=1)  # without a tight photo
    cells = int(capacity[candidates[is_tight]].sum())
    solve = _matched if cells <= MOST_CELLS else _programmed
    given = solve(candidates, worth, is_tight, gain, capacity)
    return np.where(given == NOBODY, free, given)


def _best(candidates: IntArray, worth: FloatArray, usable: BoolArray) -> IntArray:
    """Return the photo of most worth to each ad."""
    if not candidates.size:
        return np.full(len(candidates), NOBODY, np.intp)
    best = np.where(usable, worth, 0.0).argmax(axis=1)
    chosen: IntArray = np.where(usable.any(axis=1), candidates[np.arange(len(candidates)), best], NOBODY)
    return chosen


def _matched(
    candidates: IntArray, worth: FloatArray, is_tight: BoolArray, gain: FloatArray, capacity: IntArray
) -> IntArray:
    """Return the tight photos' ads by a matching in which each photo stands as often as it may be used.

    Source: Jonker, Volgenant (1987), A shortest augmenting path algorithm for dense and sparse linear assignment
    problems; scipy's is the sparse one.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    ads, places = np.nonzero(is_tight)
    photos = candidates[ads, places]
    first = np.concatenate([[0], np.cumsum(capacity)])  # of each photo's slots
    often = capacity[photos]
    rows = np.repeat(ads, often)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(often) - often, often)
    columns = np.repeat(first[photos], often) + step
    own = first[-1] + np.arange(len(candidates))  # what each ad has without a tight photo
    most = 1.0 + max(float(worth.max()), float(gain.max()))  # a cost of 0 would be no cell
    costs = most - np.concatenate([np.repeat(worth[ads, places], often), gain])
    cells = (np.concatenate([rows, np.arange(len(candidates))]), np.concatenate([columns, own]))
    found, slots = min_weight_full_bipartite_matching(
        coo_matrix((costs, cells), shape=(len(candidates), first[-1] + len(candidates))).tocsr()
    )
    chosen = np.full(len(candidates), NOBODY, np.intp)
    given = slots < first[-1]
    chosen[found[given]] = np.searchsorted(first, slots[given], side="right") - 1
    return chosen


def _programmed(
    candidates: IntArray, worth: FloatArray, is_tight: BoolArray, gain: FloatArray, capacity: IntArray
) -> IntArray:
    """Return the same by a linear programme, whose solutions are whole numbers (Dantzig, 1951)."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    is_better = is_tight & (worth > gain[:, None])
    ads, places = np.nonzero(is_better)
    photos = candidates[ads, places]
    known, row = np.unique(ads, return_inverse=True)
    tight, column = np.unique(photos, return_inverse=True)
    cells = np.arange(len(ads))
    lines = np.concatenate([row, len(known) + column])
    matrix = coo_matrix((np.ones(len(lines)), (lines, np.tile(cells, 2)))).tocsr()
    limits = np.concatenate([np.ones(len(known)), capacity[tight]])
    found = linprog(gain[ads] - worth[ads, places], A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs-ds")
    if found.status != 0:
        raise SemblanceError(f"The faces could not be given out within the limit: {found.message}")
    chosen = np.full(len(candidates), NOBODY, np.intp)
    given = found.x > 0.5
    chosen[ads[given]] = photos[given]
    return chosen
