"""The exact search for the nearest embeddings: what cannot be among them is left out by a look at their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from engine.faces.detector import FloatArray

TIE_DIGITS = 6  # cosines are alike to so many: float sums of the same numbers differ beyond, by where the row stands
TOP = 127  # of a byte
MANY = 20_000  # rows whose bytes are worth their making, which takes as long as four searches without them
ROWS = 512  # made, or multiplied out, at once: they stay in the processor's cache
STRETCH = 256  # values of which the largest alone is looked at first
FLOAT_SUM = 512 * 2.0**-24  # relative error of a float32 sum of 512 products, in whatever order
FLOAT_ERROR = 1e-5  # what else is lost in float32, and by TIE_DIGITS

Bytes = npt.NDArray[np.int8]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Rounded:
    """Rows x as whole numbers: x = scale * codes + rest. (n, 512) int8; scales and lengths of the rests, (n,)."""

    codes: Bytes
    scales: FloatArray
    rests: FloatArray

    @classmethod
    def of(cls, rows: FloatArray) -> _Rounded:
        codes = np.empty(rows.shape, np.int8)
        scales, rests = np.empty((2, len(rows)), np.float32)
        for start in range(0, len(rows), ROWS):
            part = slice(start, start + ROWS)
            scale = np.maximum(rows[part].max(axis=1), -rows[part].min(axis=1)) / np.float32(TOP)
            scale[scale == 0] = 1
            rest = rows[part] / scale[:, None]
            whole = np.rint(rest)
            codes[part], scales[part] = whole, scale
            rest -= whole
            rests[part] = np.sqrt(np.einsum("ij,ij->i", rest, rest)) * scale
        return cls(codes, scales, rests)

    def products(self, probe: _Rounded) -> FloatArray:
        """Return the products of the whole numbers with those of one probe, (n,)."""
        import simsimd

        found = np.empty((1, len(self.codes)), np.float32)  # 512 products of bytes are exact in it
        simsimd.cdist(probe.codes, self.codes, metric="dot", out=found)
        products: FloatArray = found[0]
        products *= self.scales
        products *= probe.scales[0]
        return products


class Embeddings:
    """Embeddings that are searched again and again; ``rows``, (n, 512) float32 of about unit length.

    Of many, a row x and a probe q are taken as bytes first: x = x' + r and q = q' + s, where x' and q' are whole
    numbers times a scale. Then x q = x' q' + x' s + r q, and by Cauchy and Schwarz |x q - x' q'| <= |x'| |s| + |r| |q|.
    The sum of products of bytes, x' q', reads a quarter of the memory and costs a ninth of that of floats. What so
    cannot reach the k-th largest cosine is left out, and the few others are multiplied out.
    """

    def __init__(self, rows: FloatArray) -> None:
        self.rows = np.ascontiguousarray(rows, np.float32)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def _longest(self) -> float:
        return float(np.sqrt(np.einsum("ij,ij->i", self.rows, self.rows).max(initial=0)))

    @cached_property
    def _rounded(self) -> _Rounded:
        return _Rounded.of(self.rows)

    def bounds(self, probe: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return between what the cosines of all rows with a (512,) probe lie as ``cosines`` gives them: (n,) twice."""
        probe = np.asarray(probe, np.float32)
        length = float(np.linalg.norm(probe))
        if len(self.rows) < MANY:
            near: FloatArray = self.rows @ probe
            reach = np.float32(FLOAT_SUM * self._longest * length + FLOAT_ERROR)
            return near - reach, near + reach
        rounded, asked = self._rounded, _Rounded.of(probe[None])
        near = rounded.products(asked)
        longest = self._longest + float(rounded.rests.max())
        reaches = rounded.rests * np.float32(length * (1 + FLOAT_ERROR))
        reaches += np.float32(longest * float(asked.rests[0]) * (1 + FLOAT_ERROR) + FLOAT_ERROR)
        return near - reaches, near + reaches

    def cosines(self, probe: FloatArray, places: Places) -> FloatArray:
        """Return the cosines of some rows with a (512,) probe, to TIE_DIGITS; those of equal rows are equal."""
        wide = np.asarray(probe, np.float64)
        found = np.empty(len(places), np.float64)
        for start in range(0, len(places), ROWS):
            part = slice(start, start + ROWS)
            found[part] = (self.rows[places[part]] * wide).sum(axis=1)
        return np.round(found, TIE_DIGITS).astype(np.float32)

    def nearest(self, probe: FloatArray, k: int) -> tuple[Places, FloatArray]:
        """Return the places of the k nearest rows and their cosines, nearest first; of equal ones the first."""
        k = min(k, len(self.rows))
        if k < 1:
            return np.empty(0, np.intp), np.empty(0, np.float32)
        low, high = self.bounds(probe)
        places = np.flatnonzero(high >= reached_by(low, k))
        cosines = self.cosines(probe, places)
        order = largest(cosines, k)
        return places[order], cosines[order]


def largest(values: FloatArray, k: int) -> Places:
    """Return the places of the k largest values, largest first; of equal ones the first in the array."""
    if k < 1:
        return np.empty(0, np.intp)
    above = np.flatnonzero(values >= reached_by(values, k))
    places: Places = above[np.argsort(-values[above], kind="stable")][:k]
    return places


def reached_by(values: FloatArray, k: int) -> float:
    """Return a number that at least k of the values reach, and hardly more: the k-th largest, or one under it.

    Of many values it is the k-th largest among the largest of each STRETCH of them: each of those is a value.
    """
    if len(values) >= 4 * k * STRETCH:
        whole = len(values) // STRETCH * STRETCH
        values = values[:whole].reshape(-1, STRETCH).max(axis=1)
    return float(np.partition(values, len(values) - k)[len(values) - k])
