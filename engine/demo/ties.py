"""Who knows whom: communities, long-range ties, and contacts in other networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.demo.people import People
from engine.demo.world import FloatArray, IntArray, stream

if TYPE_CHECKING:
    from scipy import sparse

CLOSE_TIES = 3.5
LONG_TIES = 1.1
FOREIGN_TIES = 1.6


@dataclass(frozen=True)
class Ties:
    """Directed ties. A callee below the number of customers is one of them, any other is of another network."""

    caller: IntArray
    callee: IntArray
    weight: FloatArray  # share of the caller's calls that goes to the callee; sums to 1 per caller
    foreign_numbers: IntArray  # nine digits of the numbers of other networks

    def matrix(self, customers: int) -> sparse.csr_array:
        """Return the ties within the network, each row summing to 1 (or 0 where there are none)."""
        from scipy import sparse

        own = self.callee < customers
        entries = (self.weight[own].astype(np.float32), (self.caller[own], self.callee[own]))
        ties = sparse.csr_array(entries, shape=(customers, customers))
        total = np.maximum(np.asarray(ties.sum(axis=1)).ravel(), 1e-12)
        return sparse.csr_array(sparse.diags_array(1.0 / total).astype(np.float32) @ ties)


def simulate_ties(people: People, seed: int) -> Ties:
    """Draw the ties. Close ones lie within a community, long ones anywhere; both ends call."""
    rng = stream(seed, "ties")
    customers = len(people)
    first, second = _pairs(people, rng)
    strength = np.exp(rng.normal(0.0, 1.0, len(first)))
    strength *= np.where(people.community[first] == people.community[second], 1.0, 0.5)
    outside = np.repeat(np.arange(customers), 1 + rng.poisson(FOREIGN_TIES - 1.0, customers))
    caller = np.concatenate([first, second, outside])
    callee = np.concatenate([second, first, customers + np.arange(len(outside))])
    weight = np.concatenate([strength, strength, 0.4 * np.exp(rng.normal(0.0, 1.0, len(outside)))])
    total = np.bincount(caller, weight, minlength=customers)
    numbers = rng.choice([20, 30, 70], len(outside)) * 10_000_000 + rng.integers(1_000_000, 10_000_000, len(outside))
    return Ties(caller, callee, weight / total[caller], numbers)


def _pairs(people: People, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return both ends of the ties within the network, each pair once."""
    customers = len(people)
    members = np.argsort(people.community, kind="stable")
    sizes = np.bincount(people.community)
    starts = np.cumsum(sizes) - sizes
    near = np.repeat(np.arange(customers), rng.poisson(CLOSE_TIES, customers))
    own = people.community[near]
    near_end = members[starts[own] + (rng.random(len(near)) * sizes[own]).astype(np.int64)]
    far = np.repeat(np.arange(customers), rng.poisson(LONG_TIES, customers))
    far_end = rng.integers(0, customers, len(far))
    one, other = np.concatenate([near, far]), np.concatenate([near_end, far_end])
    keys = np.unique(np.minimum(one, other) * customers + np.maximum(one, other))
    first, second = keys // customers, keys % customers
    distinct = first != second
    return first[distinct], second[distinct]
