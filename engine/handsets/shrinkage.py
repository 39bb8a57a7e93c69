"""Small cells drawn toward their margins, as far as cells of their kind are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.handsets.incidence import FloatArray, Incidence, interval

MOST_ALIKE = 1e-3  # a margin counts for at most as much as 1,000 spells of the cell's own
LEAST_ALIKE = 1.0
TINY = 1e-12


@dataclass(frozen=True)
class Estimate:
    """The chance of each change, and of any change by each day, with variances; ``exposed`` is in spells' worth.

    ``loss`` is how much larger the variance is than that of as many spells watched from beginning to end.
    """

    probability: FloatArray
    variance: FloatArray
    exposed: float
    any: FloatArray
    any_variance: FloatArray
    loss: float

    @classmethod
    def of(cls, found: Incidence) -> Estimate:
        """Take an incidence as it is."""
        plain = _spread(found.probability) / max(found.exposed, TINY)
        loss = float(found.variance.sum()) / plain if plain > TINY else 1.0
        return cls(found.probability, found.variance, found.exposed, found.any, found.any_variance, max(loss, 0.1))

    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Return the 95 % interval of each chance."""
        return interval(self.probability, self.variance, self.exposed)

    def any_interval(self) -> tuple[FloatArray, FloatArray]:
        """Return the 95 % interval of the chance of any change by each day."""
        return interval(self.any, self.any_variance, self.exposed)


@dataclass(frozen=True)
class SmallCell:
    """What was seen of one maker's owners at some ages and places, and what they are drawn toward."""

    maker: int
    own: Incidence
    margin: Estimate


def shrunk(cells: Sequence[SmallCell]) -> list[Estimate]:
    """Draw each cell toward its margin; small cells go further.

    How far depends on the variance between cells and margins beyond that within cells, of all cells or of the maker's,
    whichever is larger; it is told apart for coming back, moving over and either. This is an empirical Bayes estimate
    with the margin as prior mean; the variance is the mean squared error of the mixture. Source: Rao and Molina
    (2015), Small Area Estimation, chapter 6.
    """
    every = _alike(cells)
    makers = {maker: _alike([cell for cell in cells if cell.maker == maker]) for maker in {c.maker for c in cells}}
    return [_mixed(cell, *np.maximum(every, makers[cell.maker])) for cell in cells]


def _alike(cells: Sequence[SmallCell]) -> FloatArray:
    """Return the variance between cells and margins for coming back, moving over and either."""
    sides = [(cell, cell.own.probability, cell.margin.probability) for cell in cells]
    back = _between([(cell, own[[cell.maker]], margin[[cell.maker]]) for cell, own, margin in sides])
    over = _between([(cell, np.delete(own, cell.maker), np.delete(margin, cell.maker)) for cell, own, margin in sides])
    either = _between([(cell, cell.own.any[-1:], cell.margin.any[-1:]) for cell in cells])
    return np.array([back, over, either])


def _between(cells: Sequence[tuple[SmallCell, FloatArray, FloatArray]]) -> float:
    """Return the variance between cells and margins as a share of the chance times its complement.

    It makes the standardised squares come out at one per cell. Source: Paule and Mandel (1982), NIST J. Res. 87(5).
    """
    from scipy.optimize import brentq

    if not cells:
        return MOST_ALIKE
    spread = np.array([_spread(margin) for _, _, margin in cells]) + TINY
    squares = np.array([float(((own - margin) ** 2).sum()) for _, own, margin in cells])
    within = np.array([cell.margin.loss / max(cell.own.exposed, TINY) for cell, _, _ in cells])

    def surplus(between: float) -> float:
        return float((squares / (spread * (within + between))).sum()) - len(cells)

    if surplus(MOST_ALIKE) <= 0.0:
        return MOST_ALIKE
    return float(brentq(surplus, MOST_ALIKE, LEAST_ALIKE)) if surplus(LEAST_ALIKE) < 0.0 else LEAST_ALIKE


def _mixed(cell: SmallCell, back: float, over: float, either: float) -> Estimate:
    """Mix a cell with its margin, given how far such cells lie from their margins."""
    own, margin = cell.own, cell.margin
    between = np.full(len(own.probability), over)
    between[cell.maker] = back
    weight = own.exposed / (own.exposed + margin.loss / between)
    probability = weight * own.probability + (1.0 - weight) * margin.probability
    within = margin.loss * probability * (1.0 - probability) / max(own.exposed, TINY)
    doubt = between * margin.probability * (1.0 - margin.probability) + margin.variance
    any_weight = own.exposed / (own.exposed + margin.loss / either)
    any_doubt = either * margin.any * (1.0 - margin.any) + margin.any_variance
    any_change = any_weight * own.any + (1.0 - any_weight) * margin.any
    return Estimate(
        probability,
        weight**2 * within + (1.0 - weight) ** 2 * doubt,
        own.exposed + margin.loss / over,
        np.minimum(any_change * (float(probability.sum()) / max(float(any_change[-1]), TINY)), 1.0),
        any_weight**2 * own.any_variance + (1.0 - any_weight) ** 2 * any_doubt,
        margin.loss,
    )


def crossed(first: Estimate, second: Estimate, both: Estimate) -> Estimate:
    """Return what two margins of a table say of the cell where they meet, without interaction between them.

    Odds of any change multiply, and so do the shares of the next makers; ``both`` is the estimate for everybody.
    """
    share = first.probability * second.probability / np.maximum(both.probability, TINY)
    return _met(first, second, both, share)


def carried(maker: Estimate, here: Estimate, everywhere: Estimate) -> Estimate:
    """Return what a maker's owners would do if ages and places differed only in how many change, whatever the maker.

    ``here`` and ``everywhere`` are estimates for all makers together.
    """
    return _met(maker, here, everywhere, maker.probability)


def _met(first: Estimate, second: Estimate, both: Estimate, share: FloatArray) -> Estimate:
    changed = first.any * second.any / np.maximum(both.any, TINY)
    waiting = (1.0 - first.any) * (1.0 - second.any) / np.maximum(1.0 - both.any, TINY)
    any_change = changed / np.maximum(changed + waiting, TINY)
    probability = any_change[-1] * share / max(float(share.sum()), TINY)
    relative = sum(one.variance / np.maximum(one.probability, TINY) ** 2 for one in (first, second))
    any_relative = sum(one.any_variance / np.maximum(one.any, TINY) ** 2 for one in (first, second))
    return Estimate(
        probability,
        np.where(probability > 0.0, probability**2 * relative, 0.0),
        min(first.exposed, second.exposed),
        any_change,
        np.where(any_change > 0.0, any_change**2 * any_relative, 0.0),
        first.loss,
    )


def _spread(probability: FloatArray) -> float:
    return float((probability * (1.0 - probability)).sum())
