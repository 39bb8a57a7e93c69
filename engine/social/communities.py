"""Circles of people who call each other more than chance would have them, and how deep inside the web each one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.job import JobContext

if TYPE_CHECKING:
    from scipy import sparse

IntArray = NDArray[np.integer[Any]]
FloatArray = NDArray[np.floating[Any]]

CIRCLE = 400.0
"""People per unit of resolution: circles are found as in a town of so many, however large the web."""
TURNS = 4  # a sweep moves a random quarter of the people at a time, or neighbours would change places for ever
SWEEPS = 12
FEW = 0.002  # a level ends with a sweep in which no more than this share moves


def communities(weights: sparse.csr_array, seed: int = 0, context: JobContext | None = None) -> IntArray:
    """Return the community of each node, numbered by first member, from a symmetric matrix of tie weights.

    Louvain's method: everybody moves to the neighbouring community that gains most modularity, then communities are
    taken for nodes. Moves are made a quarter of the nodes at a time by sparse matrix products, so that a million
    people take seconds. The resolution grows with the web, lest communities do: unlike at resolution 1, a circle of
    thirty is found among millions. The same arguments give the same communities. Raises JobCancelled.
    Sources: Blondel et al. (2008), J. Stat. Mech. P10008; Reichardt and Bornholdt (2006), Phys. Rev. E 74, 016110;
    Fortunato and Barthelemy (2007), PNAS 104, 36.
    """
    context = context or JobContext()
    people = weights.shape[0]
    resolution = max(1.0, people / CIRCLE)
    rng = np.random.default_rng(seed)
    found = np.arange(people)
    graph = weights
    while True:
        label = _settled(graph, resolution, rng, context)
        groups, label = np.unique(label, return_inverse=True)
        found = label[found]
        if len(groups) == graph.shape[0]:
            break
        member = _membership(label, len(groups))
        graph = (member.T @ graph @ member).tocsr()
    _, first = np.unique(found, return_index=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(len(first))
    return number[found]


def core_numbers(pattern: sparse.csr_array, context: JobContext | None = None) -> IntArray:
    """Return for each node the largest k such that it has k neighbours in the k-core, from a symmetric pattern.

    The pattern's diagonal is empty. Source: Seidman (1983), Social Networks 5(3); peeled as Batagelj and Zaversnik do.
    """
    context = context or JobContext()
    indptr, indices = pattern.indptr, pattern.indices
    left = np.diff(indptr).astype(np.int64)
    core = np.zeros(len(left), dtype=np.int32)
    alive = np.ones(len(left), dtype=np.bool_)
    level = 0
    while alive.any():
        context.check()
        level = max(level, int(left[alive].min()))
        peeled = np.flatnonzero(alive & (left <= level))
        while len(peeled):
            core[peeled] = level
            alive[peeled] = False
            touched, times = np.unique(indices[spans(indptr, peeled)], return_counts=True)
            left[touched] -= times
            peeled = touched[alive[touched] & (left[touched] <= level)]
    return core


def _settled(graph: sparse.csr_array, resolution: float, rng: np.random.Generator, context: JobContext) -> IntArray:
    """Return labels after moving nodes until hardly any gains by it."""
    nodes = graph.shape[0]
    strength = np.asarray(graph.sum(axis=1)).ravel()
    price = resolution / max(float(strength.sum()), 1e-300)
    loops = graph.diagonal()
    label = np.arange(nodes)
    waiting = np.ones(nodes, dtype=np.bool_)
    for _ in range(SWEEPS):
        moved = 0
        queue = rng.permutation(np.flatnonzero(waiting))
        for turn in np.array_split(queue, TURNS):
            context.check()
            some = np.sort(turn)
            waiting[some] = False
            chosen = _best(graph, some, label, strength, loops, price)
            changes = chosen != label[some]
            movers = some[changes]
            label[movers] = chosen[changes]
            near = graph.indices[spans(graph.indptr, movers)]
            waiting[near[label[near] != np.repeat(label[movers], np.diff(graph.indptr)[movers])]] = True
            moved += len(movers)
        if moved <= FEW * nodes:
            break
    return label


def _best(
    graph: sparse.csr_array, some: IntArray, label: IntArray, strength: FloatArray, loops: FloatArray, price: float
) -> IntArray:
    """Return the community that gains most for each of some nodes; the present one unless another is better."""
    nodes = graph.shape[0]
    towards = (graph[some] @ _membership(label, nodes)).tocsr()
    degree = np.diff(towards.indptr)
    row = np.repeat(np.arange(len(some)), degree)
    own = label[some]
    total = np.bincount(label, strength, minlength=nodes)
    is_own = towards.indices == own[row]
    within = total[towards.indices] - np.where(is_own, strength[some][row], 0.0)
    gain = towards.data - np.where(is_own, loops[some][row], 0.0) - price * strength[some][row] * within
    staying = -price * strength[some] * (total[own] - strength[some])
    staying[row[is_own]] = gain[is_own]
    linked = degree > 0
    best = np.full(len(some), -np.inf)
    best[linked] = np.maximum.reduceat(gain, towards.indptr[:-1][linked]) if linked.any() else 0.0
    chosen = own.copy()
    hits = np.flatnonzero((gain >= best[row]) & (gain > staying[row] + 1e-12))
    chosen[row[hits]] = nodes
    np.minimum.at(chosen, row[hits], towards.indices[hits])
    return chosen


def _membership(label: IntArray, groups: int) -> sparse.csr_array:
    from scipy import sparse

    nodes = len(label)
    return sparse.csr_array((np.ones(nodes), label, np.arange(nodes + 1)), shape=(nodes, groups))


def spans(indptr: IntArray, rows: IntArray) -> IntArray:
    """Return the places of all entries of some rows."""
    starts, lengths = indptr[rows].astype(np.int64), np.diff(indptr)[rows].astype(np.int64)
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)
