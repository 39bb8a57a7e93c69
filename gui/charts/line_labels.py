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
PROBES = 9  # points at which a line is looked at under a name
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

    def between(self, left: float | FloatArray, right: float | FloatArray) -> FloatArray:
        """Return PROBES heights from left to right, (PROBES,) or (PROBES, places)."""
        found: FloatArray = np.interp(np.linspace(left, right, PROBES), self.x, self.y)
        return found


def place_labels(
    lines: Sequence[PixelLine], sizes: Sequence[tuple[float, float]], area: Box, taken: Sequence[Box] = ()
) -> tuple[Box, ...]:
    """Return a box per line, above or below it: inside the area, off the other lines and off what is taken.

    Where nothing is clear the least bad place is returned; further right is better among equals.
    """
    placed: list[Box] = []
    for own, (width, height) in enumerate(sizes):
        lefts = np.linspace(area.x + GAP, max(area.x + GAP, area.x + area.width - width - GAP), TRIED)
        under = [line.between(lefts, lefts + width) for line in lines]
        mine = under.pop(own)
        found: list[tuple[float, Box]] = []
        for tops in (mine.min(axis=0) - GAP - height, mine.max(axis=0) + GAP):
            scores = _scores(lefts, tops, height, mine, under, area)
            for left, top, score in zip(lefts.tolist(), tops.tolist(), scores.tolist(), strict=True):
                box = Box(left, top, width, height)
                found.append((score - _overlaps(box, (*taken, *placed)), box))
        placed.append(max(found, key=lambda one: one[0])[1])
    return tuple(placed)


def is_crossed(box: Box, lines: Sequence[PixelLine]) -> bool:
    """Whether a line runs through a box."""
    return any(
        float(heights.max()) > box.y and float(heights.min()) < box.y + box.height
        for heights in (line.between(box.x, box.x + box.width) for line in lines)
    )


def _scores(
    lefts: FloatArray, tops: FloatArray, height: float, mine: FloatArray, others: Sequence[FloatArray], area: Box
) -> FloatArray:
    """Return how good places are: clearance counts up to what is enough, steepness and what lies outside against it.

    ``mine`` and ``others`` are the heights of the lines at PROBES points under each place.
    """
    scores: FloatArray = 0.02 * (lefts - area.x) / max(area.width, 1.0) * ENOUGH - 0.3 * np.ptp(mine, axis=0)
    for there in others:
        clear = np.maximum(tops - there.max(axis=0), there.min(axis=0) - (tops + height))
        scores += np.where(clear >= 0, np.minimum(ENOUGH, clear), 4.0 * clear)
        apart = there.mean(axis=0)
        scores -= BETWEEN * ((apart - mine.mean(axis=0)) * (apart - (tops + height / 2)) < 0)
    outside = np.maximum(0.0, area.y - tops) + np.maximum(0.0, tops + height - area.y - area.height)
    return scores - 10.0 * outside


def _overlaps(box: Box, taken: Sequence[Box]) -> float:
    """Return what speaks against a place for covering what is taken."""
    return sum(5.0 + box.overlap(other) for other in taken if box.overlap(other) > 0)
