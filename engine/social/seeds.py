"""With whom to begin: the customers who together reach most people within two hops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, e, lgamma, log, log2, sqrt
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InputError
from engine.job import JobContext
from engine.social.web import PASS_ON, BoolArray, FloatArray, IntArray, Listening

if TYPE_CHECKING:
    from scipy import sparse

NOBODY = -1
AT_ONCE = 200_000  # samples between two looks at whether the job was cancelled
PLENTY = 4_000_000  # samples, of 12 bytes; more are drawn only for what the theorem promises
GREEDY = 1.0 - 1.0 / e  # what the greedy choice keeps of the best, at worst


@dataclass(frozen=True)
class Seeds:
    """The customers to begin with, and how good the choice is at least."""

    customers: tuple[str, ...]  # in the order chosen: the first ones are the seeds for a smaller k
    reached: float  # customers expected to be reached within two hops, the seeds among them; exact in the model
    best_possible: float  # no k customers reach more, with ``confidence``
    guarantee: float  # reached / best_possible
    confidence: float
    samples: int


def choose_seeds(
    web: Listening,
    k: int,
    *,
    candidates: Sequence[str] | None = None,
    error: float = 0.1,
    enough: float = 0.9,
    confidence: float = 0.99,
    seed: int = 0,
    context: JobContext | None = None,
) -> Seeds:
    """Choose ``k`` customers, of all or of the ``candidates``, whose reach together covers most customers.

    Reverse-reachable sets are drawn, twice as many each time, until the greedy choice is shown to reach ``enough`` of
    what the best choice could, with ``confidence``; or, once there are PLENTY of them, at least 1 - 1/e - ``error`` of
    it, which is sure to be come to. The model is that of engine.social.web.reach_of, in which what a choice reaches is
    known exactly: sampling serves to choose, and to bound what is possible. The same arguments give the same seeds;
    equals by key. Raises InputError for k < 1, KeyError for an unknown candidate, JobCancelled.
    Source: Tang, Tang, Xiao and Yuan (2018), SIGMOD, OPIM-C; the bound of its lemma 5.2.
    """
    context = context or JobContext()
    if k < 1:
        raise InputError(f"A campaign needs at least 1 seed, and {k} were asked for. Ask for more.")
    may_be = _candidates(web, candidates)
    people = int(web.is_customer.sum())
    k = min(k, int(may_be.sum()))
    if not k:
        return Seeds((), 0.0, 0.0, 1.0, confidence, 0)
    most, rounds = _sample_sizes(people, k, error, 1.0 - confidence)
    walks = np.empty((0, 3), dtype=np.int32)
    rng = np.random.default_rng(seed)
    failure = log(rounds / (1.0 - confidence))
    for turn in range(rounds):
        size = ceil(most / 2 ** (rounds - 1 - turn))
        walks = np.concatenate([walks, reverse_walks(web, size - len(walks), rng, context)])
        chosen, covered = greedy_cover(walks, may_be, k, context)
        best = (sqrt(covered + failure / 2.0) + sqrt(failure / 2.0)) ** 2 * people / len(walks)
        reached = reached_by(web.share, web.is_customer, chosen)
        best = max(min(best, float(people)), reached)
        context.progress((turn + 1) / rounds, "Choosing seeds")
        wanted = GREEDY - error if len(walks) >= PLENTY else max(enough, GREEDY - error)
        if reached >= wanted * best:
            break
    context.progress(1.0, "Seeds chosen")
    names = tuple(web.parties.take(chosen).to_pylist())
    return Seeds(names, reached, best, reached / best, confidence, len(walks))


def reverse_walks(web: Listening, count: int, rng: np.random.Generator, context: JobContext) -> IntArray:
    """Return (count, 3) samples: a random customer, whom that one follows, and whom that one follows; or NOBODY.

    In the linear threshold model a reverse-reachable set is a walk, since everybody follows one contact at most.
    """
    customers = np.flatnonzero(web.is_customer).astype(np.int32)
    edges = np.concatenate([[0.0], np.cumsum(web.share.data)])
    parts = [np.empty((0, 3), dtype=np.int32)]
    for start in range(0, count, AT_ONCE):
        context.check()
        root = rng.choice(customers, min(AT_ONCE, count - start))
        first = _followed(web.share, edges, root, rng)
        second = _followed(web.share, edges, first, rng)
        second[second == root] = NOBODY
        parts.append(np.stack([root, first, second], axis=1))
    return np.concatenate(parts)


def greedy_cover(walks: IntArray, may_be: BoolArray, k: int, context: JobContext) -> tuple[IntArray, float]:
    """Return the k nodes that cover most walks, one after the other, and a bound on what any k could cover.

    The bound is the least, over the steps looked at, of what is covered plus the k largest gains still to be had.
    """
    walks = np.where((walks != NOBODY) & may_be[walks], walks, NOBODY)
    node, walk = walks.ravel(), np.repeat(np.arange(len(walks)), walks.shape[1])
    order = np.argsort(node, kind="stable")
    order = order[np.searchsorted(node[order], 0) :]
    node, walk = node[order], walk[order]
    gain = np.bincount(node, minlength=len(may_be))
    first = np.concatenate([[0], np.cumsum(gain)])
    gain[~may_be] = -1
    is_covered = np.zeros(len(walks), dtype=np.bool_)
    chosen, covered, bound = np.empty(k, dtype=np.int64), 0, np.inf
    for step in range(k + 1):
        if step & (step - 1) == 0 or step == k:  # at 0, 1, 2, 4, ... and the end
            context.check()
            bound = min(bound, covered + float(np.maximum(np.partition(gain, -k)[-k:], 0).sum()))
        if step == k:
            break
        best = int(gain.argmax())
        own = walk[first[best] : first[best + 1]]
        new = own[~is_covered[own]]
        is_covered[new] = True
        covered += len(new)
        lost = walks[new].ravel()
        np.subtract.at(gain, lost[lost != NOBODY], 1)
        gain[best] = -1
        chosen[step] = best
    return chosen, bound


def reached_by(share: sparse.csr_array, is_customer: BoolArray, seeds: IntArray, pass_on: float = PASS_ON) -> float:
    """Return how many customers are expected to be reached within two hops of the seeds, these among them; exact."""
    begins = np.zeros(len(is_customer))
    begins[seeds] = 1.0
    once = pass_on * (share @ begins)
    within_one = np.where(begins > 0.0, 1.0, once)
    within_two = np.where(begins > 0.0, 1.0, pass_on * (share @ within_one))
    # Whom somebody follows may in turn follow that somebody, who is no seed: this adds nothing, as it should.
    return float(within_two[is_customer].sum())


def reached_by_first(web: Listening, seeds: IntArray, context: JobContext | None = None) -> FloatArray:
    """Return how many customers the first 1, 2, ... seeds are expected to reach within two hops; exact."""
    context = context or JobContext()
    reached = np.empty(len(seeds))
    for place in range(len(seeds)):
        context.progress(place / len(seeds), "Measuring the seeds")
        reached[place] = reached_by(web.share, web.is_customer, seeds[: place + 1])
    return reached


def _followed(share: sparse.csr_array, edges: np.ndarray, who: IntArray, rng: np.random.Generator) -> IntArray:
    """Return whom each one follows, drawn by share; NOBODY for those who follow nobody, or are nobody.

    Shares of less than 1 in all, where a contact was erased, leave the rest of the chance to nobody.
    """
    luck = rng.random(len(who)) / PASS_ON
    start, end = share.indptr[who], share.indptr[who + 1]
    follows = (who != NOBODY) & (luck < edges[end] - edges[start])
    at = edges[start] + luck
    place = np.clip(np.searchsorted(edges, at, side="right") - 1, start, np.maximum(end - 1, start))
    found = np.full(len(who), NOBODY, dtype=np.int32)
    found[follows] = share.indices[place[follows]]
    return found


def _candidates(web: Listening, candidates: Sequence[str] | None) -> BoolArray:
    if candidates is None:
        return web.is_customer.copy()
    may_be = np.zeros(len(web.parties), dtype=np.bool_)
    may_be[web.numbers(candidates)] = True
    return may_be & web.is_customer


def _sample_sizes(people: int, k: int, error: float, failure: float) -> tuple[float, int]:
    """Return the number of samples that is enough whatever the web, and in how many doublings it is come to."""
    choices = lgamma(people + 1) - lgamma(k + 1) - lgamma(people - k + 1)
    rest = log(6.0 / failure)
    most = 2.0 * people * (GREEDY * sqrt(rest) + sqrt(GREEDY * (choices + rest))) ** 2 / (error**2 * k)
    least = most * error**2 * k / people
    return most, max(1, ceil(log2(most / least)) + 1)
