"""The cut-out that FaceNet looks at."""

from __future__ import annotations

import math

import numpy as np

from engine.faces.detector import Box, FloatArray
from engine.faces.photo import RgbArray

SIDE = 160
MARGIN = 32


def crop_face(rgb: RgbArray, box: Box) -> RgbArray:
    """Cut the box with its margin out of the photo and stretch it to (160, 160, 3).

    The margin is 32 of the 160 pixels, half on each side, and is cut at the photo's edge. Stretched, not squared:
    measured on LFW, stretching accepts more true pairs at the same false accepts.
    """
    import cv2

    height, width = rgb.shape[:2]
    x, y, w, h = box
    share = MARGIN / (SIDE - MARGIN) / 2
    left, right = _inside(x - w * share, x + w * (1 + share), width)
    top, bottom = _inside(y - h * share, y + h * (1 + share), height)
    part = rgb[top:bottom, left:right]
    smaller = part.shape[0] > SIDE
    stretched = cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return np.asarray(stretched, np.uint8)


def _inside(start: float, end: float, limit: int) -> tuple[int, int]:
    """Return whole pixels between 0 and ``limit``, at least one."""
    first = min(max(math.floor(max(start, 0.0)), 0), limit - 1)
    return first, min(max(math.floor(end), first + 1), limit)


def network_input(crops: list[RgbArray]) -> FloatArray:
    """Bring (160, 160, 3) crops to FaceNet's (n, 3, 160, 160), (x - 127.5) / 128."""
    batch = (np.stack(crops).astype(np.float32) - 127.5) / 128.0
    return np.ascontiguousarray(batch.transpose(0, 3, 1, 2))
