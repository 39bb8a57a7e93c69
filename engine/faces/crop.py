"""The cut-out that FaceNet looks at."""

from __future__ import annotations

import math

import numpy as np

from engine.faces.detector import Box, Detection, FloatArray
from engine.faces.photo import RgbArray
from engine.faces.warp import similarity, warped

SIDE = 160
MARGIN = 32
RECIPE = "2: box stretched, turned faces by five points"  # part of the identity that embeddings carry
TURNED = 20.0  # degrees to the side from which on a face is laid by its points
TILTED = 10.0  # degrees of tilt from which on it is: measured, two photos of one person then stay at .93, not at .90
FROM_NOSE = 1.15  # tangent of the turn per eye distance that the nose is off the middle: fitted to the mesh's yaw
STRETCH = 1.416  # of a crop across: a face box is so much taller than wide
TEMPLATE = np.array(
    [[50.3, 64.0], [110.7, 63.8], [81.2, 88.8], [54.9, 109.5], [105.9, 109.4]]
)  # where the stretched crops of the demo people have the five points


def crop_face(rgb: RgbArray, face: Detection) -> RgbArray:
    """Cut a face out of the photo for FaceNet: (160, 160, 3).

    The box with its margin, stretched; a face that is turned to the side by 20 degrees or tilted by 10 is laid
    where an upright one has its eyes, nose and mouth, and stretched alike, so that the two can be compared.
    """
    turn, tilt = turn_and_tilt(face)
    if abs(turn) >= TURNED or abs(tilt) >= TILTED:
        return aligned_crop(rgb, face)
    return stretched_box(rgb, face.box)


def turn_and_tilt(face: Detection) -> tuple[float, float]:
    """Estimate from the five points how a face is turned to the side and tilted, in degrees.

    Over 0 where it looks to the right of the picture, and where it is tilted clockwise; 0 where the points do not
    tell. Within 4 degrees of the mesh's on average, and 100 times quicker.
    """
    left, right, nose, *mouth = np.asarray(face.points, np.float64)
    across = right - left
    width = math.hypot(*across)
    middle = (left + right) / 2
    down = (mouth[0] + mouth[1]) / 2 - middle
    area = float(across[0] * down[1] - across[1] * down[0])
    if width < 1e-6 or abs(area) < 1e-6:
        return 0.0, 0.0
    to_nose = nose - middle
    off = float(to_nose[0] * down[1] - to_nose[1] * down[0]) / area  # eye distances beside the middle line
    return math.degrees(math.atan(FROM_NOSE * off)), math.degrees(math.atan2(across[1], across[0]))


def aligned_crop(rgb: RgbArray, face: Detection) -> RgbArray:
    """Lay a face by its five points where the stretched crop of an upright one has them: (160, 160, 3)."""
    middle = SIDE / 2
    natural = (TEMPLATE - middle) / (STRETCH, 1.0) + middle
    matrix = similarity(face.points, natural)
    matrix[0] *= STRETCH
    matrix[0, 2] += middle * (1 - STRETCH)
    return warped(rgb, matrix, SIDE)


def stretched_box(rgb: RgbArray, box: Box) -> RgbArray:
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
