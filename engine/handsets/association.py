"""How much likelier the owners of one maker come to a maker than otherwise equal owners of others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.handsets.incidence import Z95, BoolArray, Counts, FloatArray, IntArray, chances_of, interval
from engine.handsets.tally import Tally

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


def associations(tally: Tally, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Association]:
    """Compare the owners of a maker with the others of a tally, for pairs of that maker and the next one.

    The others own neither of the two: whoever comes back does not count as moving over. Both sides are standardised to
    the same age bands and towns. A pair is missing where fewer than 10 people are on a side, or the two sides are not
    found together at enough ages and towns.
    """
    weights = {pair: weight for pair in pairs if (weight := _weights(tally, *pair)) is not None}
    if not weights:
        return {}
    chances = _chances(tally, np.hstack(list(weights.values())), np.repeat([after for _, after in weights], 2))
    return {pair: _compared(*chances[2 * place : 2 * place + 2]) for place, pair in enumerate(weights)}


def _weights(tally: Tally, maker: int, following: int) -> FloatArray | None:
    """Return the cells' weights among the owners and among the others, (cells, 2), or None if there are too few."""
    own = tally.maker == maker
    other = ~own & (tally.maker != following)
    if not all(tally.are_at_least(FEWEST_OWNERS, np.flatnonzero(side)) for side in (own, other)):
        return None
    return _balanced(tally, own, other)


@dataclass(frozen=True)
class _Chance:
    value: float
    low: float
    high: float
    variance: float


def _chances(tally: Tally, weights: FloatArray, makers: IntArray) -> list[_Chance]:
    """Return, for each column of weights, the chance of a change to one maker; weighted spells count for fewer."""
    counts, columns = tally.counts(weights), np.arange(len(makers))

    def about(part: FloatArray) -> FloatArray:
        own, every = part[columns, :, makers], part[..., :-1].sum(axis=-1)
        return np.stack([own, every - own, part[..., -1]], axis=-1)

    found = chances_of(Counts(about(counts.events), about(counts.squared), counts.watched, counts.staying))
    value, variance = found.reached[:, -1, 0], found.variance[:, 0]
    worth = (tally.spells @ weights) / (tally.spells @ weights**2)
    exposed = counts.watched.sum(axis=-1) / tally.horizon * worth
    low, high = interval(value, variance, exposed)
    return [_Chance(*map(float, row)) for row in zip(value, low, high, variance, strict=True)]


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


def _balanced(tally: Tally, own: BoolArray, other: BoolArray) -> FloatArray | None:
    """Return the cells' weights on either side, (cells, 2), that give both the same ages and towns.

    Strata with few spells on a side tell nothing; where too many would be lost, coarser ones are taken.
    """
    for stratum in tally.strata:
        counts = np.stack([np.bincount(stratum, tally.spells * side) for side in (own, other)])
        kept = (counts >= FEWEST_IN_STRATUM).all(axis=0)
        if counts[0, kept].sum() >= (1.0 - MOST_LOST) * counts[0].sum():
            weights = np.where(kept, counts.sum(axis=0) / np.maximum(counts, 1), 0.0)
            return np.column_stack([weights[0][stratum] * own, weights[1][stratum] * other])
    return None
