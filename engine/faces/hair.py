"""Where the hair ends: the person's outline above a face."""

from __future__ import annotations

import functools

import numpy as np

from engine.faces.detector import Box, Detection, FloatArray
from engine.faces.photo import RgbArray
from engine.faces.session import network_session
from engine.faces.warp import resized
from engine.resources import checked_model

MODEL = "selfie_segmentation.onnx"
SIDE = 256
PERSON = 0.5

VIEW = 3.0  # side of the square the network sees, in face heights
VIEW_TOP = 1.3  # of which so much lies above the face box
TALLEST = 1.2  # no hair is taller above the box than this, in face heights
COLUMNS = 0.6  # hair is sought so far to either side of the face's middle, in face widths
FEWEST = 0.04  # share of those columns that must show the person: a single hair is not the top
GUESS = 0.45  # hair above the box where the outline cannot be used, in face heights


class PersonOutline:
    """MediaPipe's selfie segmentation, loaded once; may be shared by threads."""

    def __init__(self) -> None:
        self._session = network_session(checked_model(MODEL).read_bytes())
        self._input = self._session.get_inputs()[0].name

    def mask(self, rgb: RgbArray) -> FloatArray:
        """Return (256, 256) probabilities that a pixel of the (squeezed) picture belongs to a person."""
        small = resized(rgb, SIDE, SIDE).astype(np.float32) / 255.0
        (answer,) = self._session.run(None, {self._input: np.ascontiguousarray(small.transpose(2, 0, 1)[np.newaxis])})
        return np.asarray(answer, np.float32).reshape(SIDE, SIDE)


@functools.cache
def shared_outline() -> PersonOutline:
    """Return this process's segmentation network, loaded at the first call."""
    return PersonOutline()


def hair_top(rgb: RgbArray, face: Detection) -> float:
    """Return the y of the hair's top in pixels of the photo, from 0 to the top of the face box.

    Where the person cannot be told from the background, or from somebody behind, it is 0.45 face heights above the
    box: enough for most hair.
    """
    x, y, w, h = face.box
    guess = max(0.0, y - GUESS * h)
    left, top, right, bottom = _view(rgb, face.box)
    if right - left < 2 or bottom - top < 2:
        return min(guess, max(0.0, y))
    mask = shared_outline().mask(rgb[top:bottom, left:right])
    scale_x, scale_y = SIDE / (right - left), SIDE / (bottom - top)
    centre = (x + w / 2 - left) * scale_x
    rows = _rows(mask, centre, COLUMNS * w * scale_x)
    start = int(np.clip((y + 0.25 * h - top) * scale_y, 0, SIDE - 1))
    if np.median(rows[start : start + max(1, int(0.5 * h * scale_y))]) < 0.5:
        return guess
    found = top + _crossing(rows, start) / scale_y
    if found < y - TALLEST * h or found > y:
        return guess if found < y else max(0.0, y)
    return float(max(0.0, found))


def _view(rgb: RgbArray, box: Box) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the square around a face, cut at the photo's edges."""
    height, width = rgb.shape[:2]
    x, y, w, h = box
    middle = x + w / 2
    first = y - VIEW_TOP * h
    left, right = int(max(0, middle - VIEW * h / 2)), int(min(width, middle + VIEW * h / 2))
    return left, int(max(0, first)), right, int(min(height, first + VIEW * h))


def _rows(mask: FloatArray, centre: float, reach: float) -> FloatArray:
    """Return, for each row, the share of the columns around the face that shows the person."""
    left = int(np.clip(centre - reach, 0, SIDE - 1))
    right = int(np.clip(centre + reach, left + 1, SIDE))
    share: FloatArray = (mask[:, left:right] > PERSON).mean(axis=1).astype(np.float32)
    return share


def _crossing(rows: FloatArray, start: int) -> float:
    """Return the row where the person ends, going up from ``start``; 0 if at the picture's top."""
    empty = np.flatnonzero(rows[: start + 1] < FEWEST)
    return float(empty[-1] + 1) if len(empty) else 0.0
