"""Moving a face to where a network or an eye wants it: similarity transforms and warps that do not alias."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.faces.photo import RgbArray

Matrix = npt.NDArray[np.float64]  # (2, 3): what takes (x, y, 1) of one picture to (x, y) of another
Points = npt.NDArray[np.floating]

FINE_ENOUGH = 0.6  # under this scale linear interpolation would skip pixels


def similarity(source: Points | Sequence[Sequence[float]], target: Points | Sequence[Sequence[float]]) -> Matrix:
    """Return the turn, scale and shift that takes (n, 2) points nearest to others, by least squares.

    Points that lie in one place are only shifted.
    """
    before, after = np.asarray(source, np.float64), np.asarray(target, np.float64)
    middle, goal = before.mean(axis=0), after.mean(axis=0)
    x, y = (before - middle).T
    u, v = (after - goal).T
    spread = float((x * x + y * y).sum())
    along, across = (1.0, 0.0) if spread < 1e-9 else ((x * u + y * v).sum() / spread, (x * v - y * u).sum() / spread)
    turn = np.array([[along, -across], [across, along]])
    return np.column_stack([turn, goal - turn @ middle])


def moved(points: Points, matrix: Matrix) -> Matrix:
    """Take (n, 2) points through a matrix."""
    return np.asarray(points, np.float64)[:, :2] @ matrix[:, :2].T + matrix[:, 2]


def inverse(matrix: Matrix) -> Matrix:
    """Return the way back."""
    back = np.linalg.inv(matrix[:, :2])
    return np.column_stack([back, -back @ matrix[:, 2]])


def warped(rgb: RgbArray, matrix: Matrix, side: int) -> RgbArray:
    """Return the (side, side, 3) picture to which ``matrix`` takes the photo; beyond its edge the edge is repeated.

    Where the photo is made much smaller it is halved first: four pixels averaged, which costs next to nothing.
    """
    import cv2

    matrix = np.array(matrix, np.float64)
    scale = math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))
    part, left, top = _needed(rgb, matrix, side)
    matrix[:, 2] += matrix[:, :2] @ (left, top)
    while scale < FINE_ENOUGH and min(part.shape[:2]) >= 4:
        even = part[: part.shape[0] // 2 * 2, : part.shape[1] // 2 * 2]
        half = (even.shape[1] // 2, even.shape[0] // 2)
        part = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), np.uint8)
        matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5)  # the middle of a pixel stays the middle
        matrix[:, :2] *= 2
        scale *= 2
    flags, border = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(part, matrix, (side, side), flags=flags, borderMode=border), np.uint8)


def resized(rgb: RgbArray, width: int, height: int, last: int | None = None) -> RgbArray:
    """Return the picture in another size, at least 1 x 1: halved as often as that goes, then brought to the size.

    ``last``: how cv2 shall do the rest; by default linearly.
    """
    import cv2

    small = rgb
    while min(small.shape[1] // width, small.shape[0] // height) >= 2:
        half = (small.shape[1] // 2, small.shape[0] // 2)
        small = np.asarray(cv2.resize(small, half, interpolation=cv2.INTER_LINEAR), np.uint8)
    if (small.shape[1], small.shape[0]) != (width, height):
        rest = cv2.INTER_LINEAR if last is None else last
        small = np.asarray(cv2.resize(small, (width, height), interpolation=rest), np.uint8)
    return small


def _needed(rgb: RgbArray, matrix: Matrix, side: int) -> tuple[RgbArray, int, int]:
    """Return the part of the photo that the result shows, and where it lies in it."""
    height, width = rgb.shape[:2]
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]], np.float64)
    places = moved(corners, inverse(matrix))
    margin = 2 + 2 / max(1e-6, math.sqrt(abs(float(np.linalg.det(matrix[:, :2])))))
    low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
    left, top = (int(np.clip(value, 0, limit - 1)) for value, limit in zip(low, (width, height), strict=True))
    right, bottom = (
        int(np.clip(math.ceil(value), start + 1, limit))
        for value, start, limit in zip(high, (left, top), (width, height), strict=True)
    )
    return rgb[top:bottom, left:right], left, top
