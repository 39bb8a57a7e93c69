"""Which face goes into which ad when no photo may be in too many: the best for all together, not first come first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.errors import SemblanceError
from engine.job import JobContext

NOBODY = -1
IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


def assign_with_cap(
    candidates: IntArray, worth: FloatArray, capacity: IntArray, context: JobContext | None = None
) -> IntArray:
    """Return each ad's photo, or NOBODY, so that the sum of worths is the largest and no photo is used too often.

    candidates: (ads, k) photos, NOBODY where there are fewer; worth: (ads, k), what each is worth, only those over 0
    are given; capacity: (photos,) ads that each may still be in. It is a transport problem, a linear programme whose
    solutions are whole numbers (Dantzig, 1951), solved by HiGHS on the candidates alone. Photos that fewer want than
    may have them set no limit. Raises JobCancelled before it is solved.
    """
    context = context or JobContext()
    if not candidates.size:
        return np.full(len(candidates), NOBODY, np.intp)
    usable = (candidates != NOBODY) & (worth > 0)
    wanted = np.bincount(candidates[usable], minlength=len(capacity))
    usable &= capacity[np.maximum(candidates, 0)] > 0
    best = np.where(usable, worth, 0.0).argmax(axis=1)
    rows = np.arange(len(candidates))
    chosen = np.where(usable.any(axis=1), candidates[rows, best], NOBODY)
    if (np.bincount(chosen[chosen >= 0], minlength=len(capacity)) <= capacity).all():
        return chosen
    context.check()
    return _solved(candidates, worth, usable, np.where(wanted > capacity, capacity, len(candidates)))


def _solved(candidates: IntArray, worth: FloatArray, usable: npt.NDArray[np.bool_], capacity: IntArray) -> IntArray:
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    ads, places = np.nonzero(usable)
    photos = candidates[ads, places]
    known, row = np.unique(ads, return_inverse=True)
    tight, column = np.unique(photos[capacity[photos] < len(candidates)], return_inverse=True)
    cells = np.arange(len(ads))
    limited = np.flatnonzero(capacity[photos] < len(candidates))
    lines = np.concatenate([row, len(known) + column])
    matrix = coo_matrix((np.ones(len(lines)), (lines, np.concatenate([cells, limited])))).tocsr()
    limits = np.concatenate([np.ones(len(known)), capacity[tight]])
    found = linprog(-worth[ads, places], A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs-ds")
    if found.status != 0:
        raise SemblanceError(f"The faces could not be given out within the limit: {found.message}")
    chosen = np.full(len(candidates), NOBODY, dtype=np.intp)
    given = found.x > 0.5
    chosen[ads[given]] = photos[given]
    return chosen
