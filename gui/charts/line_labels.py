"""Where the names of lines go: on their lines, clear of the others, so that no legend is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
GAP = 4.0
ENOUGH = 18.0
TRIED = 32
BETWEEN = 40.0  # against a place where another line lies between a name and its own


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, y downwards."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """Return the area that two boxes share."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, across) * max(0.0, down)


@dataclass(frozen=True, eq=False)
class PixelLine:
    """A line in pixels, x ascending."""

    x: FloatArray
    y: FloatArray

    def between(self, left: float, right: float) -> FloatArray:
        """Return the heights from left to right."""
        found: FloatArray = np.interp(np.linspace(left, right, 9), self.x, self.y)
        return found


def place_labels(
    lines: Sequence[PixelLine], sizes: Sequence[tuple[float, float]], area: Box, taken: Sequence[Box] = ()
) -> tuple[Box, ...]:
    """Return a box per line, above or below it: inside the area, off the other lines and off what is taken.

    Where nothing is clear the least bad place is returned; further right is better among equals.
    """
    placed: list[Box] = []
    for own, size in enumerate(sizes):
        candidates = _candidates(lines[own], size, area)
        others = [line for place, line in enumerate(lines) if place != own]
        placed.append(max(candidates, key=lambda box: _score(box, lines[own], others, (*taken, *placed), area)))
    return tuple(placed)


def is_crossed(box: Box, lines: Sequence[PixelLine]) -> bool:
    """Whether a line runs through a box."""
    return any(
        float(heights.max()) > box.y and float(heights.min()) < box.y + box.height
        for heights in (line.between(box.x, box.x + box.width) for line in lines)
    )


def _candidates(line: PixelLine, size: tuple[float, float], area: Box) -> list[Box]:
    width, height = size
    found = []
    for left in np.linspace(area.x + GAP, max(area.x + GAP, area.x + area.width - width - GAP), TRIED):
        heights = line.between(left, left + width)
        found.append(Box(float(left), float(heights.min()) - GAP - height, width, height))
        found.append(Box(float(left), float(heights.max()) + GAP, width, height))
    return found


def _score(box: Box, own: PixelLine, others: Sequence[PixelLine], taken: Sequence[Box], area: Box) -> float:
    """Return how good a place is: clearance counts up to what is enough, steepness and overlaps count against it."""
    score = 0.02 * (box.x - area.x) / max(area.width, 1.0) * ENOUGH
    heights = own.between(box.x, box.x + box.width)
    score -= 0.3 * float(heights.max() - heights.min())
    for line in others:
        there = line.between(box.x, box.x + box.width)
        above, below = box.y - float(there.max()), float(there.min()) - (box.y + box.height)
        clear = max(above, below)
        score += min(ENOUGH, clear) if clear >= 0 else 4.0 * clear
        middle = box.y + box.height / 2
        if (there.mean() - heights.mean()) * (there.mean() - middle) < 0:
            score -= BETWEEN
    score -= sum(5.0 + box.overlap(other) for other in taken if box.overlap(other) > 0)
    outside = max(0.0, area.y - box.y) + max(0.0, box.y + box.height - area.y - area.height)
    return score - 10.0 * outside
