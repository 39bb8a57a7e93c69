"""How much likelier the owners of one maker come to a maker than otherwise equal owners of others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.handsets.incidence import Z95, FloatArray, Incidence, IntArray, cumulative_incidence, interval
from engine.handsets.spells import Spells

FEWEST_OWNERS = 10
FEWEST_IN_STRATUM = 5
MOST_LOST = 0.1


@dataclass(frozen=True)
class Association:
    """A difference of two chances and their ratio, each with its 95 % interval; seen together, not caused.

    The ratio is NaN where either chance is zero.
    """

    uplift: float
    uplift_low: float
    uplift_high: float
    ratio: float
    ratio_low: float
    ratio_high: float


def associations(
    spells: Spells, rows: IntArray, maker: int, next_makers: Sequence[int], horizon: int
) -> dict[int, Association]:
    """Compare the owners of a maker with others among the spells ``rows``, by next maker.

    The others own neither ``maker`` nor the next maker: whoever comes back does not count as moving over. Both sides
    are standardised to the same age bands and towns. A next maker is missing where fewer than 10 people are on a side,
    or the two sides are not found together at enough ages and towns.
    """
    owner = spells.maker[rows]
    found = {}
    for following in next_makers:
        own, other = rows[owner == maker], rows[(owner != maker) & (owner != following)]
        if min(spells.people(own), spells.people(other)) < FEWEST_OWNERS:
            continue
        weights = _balanced(spells, own, other)
        if weights is None:
            continue
        sides = [
            _chance(
                cumulative_incidence(spells.observed[side].weighted(weight), len(spells.makers), horizon),
                weight,
                following,
            )
            for side, weight in zip((own, other), weights, strict=True)
        ]
        found[following] = _compared(*sides)
    return found


@dataclass(frozen=True)
class _Chance:
    value: float
    low: float
    high: float
    variance: float


def _chance(found: Incidence, weight: FloatArray, maker: int) -> _Chance:
    """Return one chance with its interval; weighted spells count for fewer than they are."""
    exposed = found.exposed * float(weight.sum() / (weight**2).sum())
    low, high = interval(found.probability[[maker]], found.variance[[maker]], exposed)
    return _Chance(float(found.probability[maker]), float(low[0]), float(high[0]), float(found.variance[maker]))


def _compared(one: _Chance, other: _Chance) -> Association:
    """Return difference and ratio; the difference's interval comes from both intervals, so it holds at zero too.

    Source: Zou and Donner (2008), Statistics in Medicine 27(10), 1693-1702.
    """
    uplift = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    if min(one.value, other.value) <= 0.0:
        return Association(uplift, uplift - below, uplift + above, math.nan, math.nan, math.nan)
    ratio = one.value / other.value
    spread = math.exp(Z95 * math.sqrt(one.variance / one.value**2 + other.variance / other.value**2))
    return Association(uplift, uplift - below, uplift + above, ratio, ratio / spread, ratio * spread)


def _balanced(spells: Spells, own: IntArray, other: IntArray) -> tuple[FloatArray, FloatArray] | None:
    """Return weights that give both sides the same ages and towns.

    Strata with few spells on a side tell nothing; where too many would be lost, coarser ones are taken.
    """
    for stratum in spells.strata:
        levels = int(max(stratum[own].max(), stratum[other].max())) + 1
        counts = np.stack([np.bincount(stratum[side], minlength=levels) for side in (own, other)])
        kept = (counts >= FEWEST_IN_STRATUM).all(axis=0)
        if counts[0, kept].sum() >= (1.0 - MOST_LOST) * len(own):
            weights = np.where(kept, counts.sum(axis=0) / np.maximum(counts, 1), 0.0)
            return weights[0][stratum[own]], weights[1][stratum[other]]
    return None
