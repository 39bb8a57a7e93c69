"""Where the faces are: YuNet, by OpenCV."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from engine.faces.photo import RgbArray
from engine.resources import checked_model

FloatArray = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]  # x, y, width, height in pixels of the photo

MODEL = "face_detection_yunet_2023mar.onnx"
SURE_SCORE = 0.8
RETRY_SCORE = 0.6
OVERLAP = 0.3
LONGEST_SIDE = 640
SHORTEST_SIDE = 64  # OpenCV 4.14 returns faces out of thin air for pictures of at most 32 pixels on a side


@dataclass(frozen=True, eq=False)
class Detection:
    """A face in a photo: its box (brow to chin), five points and the detector's score.

    The points, (5, 2) pixels of the photo: the eye at the left of the picture, the eye at the right, the tip of the
    nose, the left and the right corner of the mouth.
    """

    box: Box
    points: FloatArray
    score: float


Detected = TypeVar("Detected", bound=Detection)


class FaceDetector:
    """YuNet, loaded once; may be shared by threads, which then take turns.

    Source: Wu, Peng, Yu (2023), YuNet: a tiny millisecond-level face detector; OpenCV Zoo, 2023mar.
    """

    def __init__(self) -> None:
        import cv2

        model = np.frombuffer(checked_model(MODEL).read_bytes(), np.uint8)
        size = (LONGEST_SIDE, LONGEST_SIDE)
        self._network: Any = cv2.FaceDetectorYN.create("onnx", model, np.empty(0, np.uint8), size, RETRY_SCORE, OVERLAP)
        self._turn = threading.Lock()

    def detect(self, rgb: RgbArray) -> list[Detection]:
        """Find the faces of a photo, the largest and most central first; [] where there is none.

        Faces of a score under SURE_SCORE are returned only if there is no surer one.
        """
        import cv2

        height, width = rgb.shape[:2]
        scale = min(1.0, LONGEST_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = rgb if scale == 1.0 else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        bgr = cv2.cvtColor(np.ascontiguousarray(small), cv2.COLOR_RGB2BGR)
        right, bottom = (max(0, SHORTEST_SIDE - side) for side in size)
        bgr = cv2.copyMakeBorder(bgr, 0, bottom, 0, right, cv2.BORDER_CONSTANT)
        with self._turn:
            self._network.setInputSize((bgr.shape[1], bgr.shape[0]))
            _, rows = self._network.detect(bgr)
        if rows is None:
            return []
        rows = np.asarray(rows, np.float32)
        sure = rows[rows[:, 14] >= SURE_SCORE]
        factors = np.array([width / size[0], height / size[1]], np.float32)
        found = [_detection(row, factors) for row in (sure if len(sure) else rows)]
        return sorted(found, key=lambda face: _order(face, width, height))


def default_face(faces: Sequence[Detected]) -> Detected:
    """Return the face that is meant if nobody says otherwise, of at least one: the largest and most central."""
    return faces[0]


def _detection(row: FloatArray, factors: FloatArray) -> Detection:
    """Bring one row of YuNet's (box 4, points 10, score) to pixels of the photo."""
    corner, size = row[:2] * factors, row[2:4] * factors
    box = (float(corner[0]), float(corner[1]), float(size[0]), float(size[1]))
    return Detection(box, row[4:14].reshape(5, 2) * factors, float(row[14]))


def _order(face: Detection, width: int, height: int) -> tuple[float, float, float]:
    """Sort key: the area, which counts half at the photo's corners."""
    x, y, w, h = face.box
    distance = math.hypot(x + w / 2 - width / 2, y + h / 2 - height / 2) / math.hypot(width / 2, height / 2)
    return (-w * h * (1 - distance / 2), y, x)
