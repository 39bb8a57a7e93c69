"""Where the faces are: YuNet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

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
STRIDES = (8, 16, 32)  # pixels between the places where the network looks for small, medium and large faces
PARTS = ("cls", "obj", "bbox", "kps")
OUTPUTS = tuple(f"{part}_{stride}" for part in PARTS for stride in STRIDES)


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
    """YuNet in an ONNX Runtime session, loaded once; may be shared by threads.

    It answers as cv2.FaceDetectorYN does, in half the time. Source: Wu, Peng, Yu (2023), YuNet: a tiny
    millisecond-level face detector; OpenCV Zoo, 2023mar.
    """

    def __init__(self, threads: int = 2) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = checked_model(MODEL).read_bytes()
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def detect(self, rgb: RgbArray) -> list[Detection]:
        """Find the faces of a photo, the largest and most central first; [] where there is none.

        Faces of a score under SURE_SCORE are returned only if there is no surer one.
        """
        height, width = rgb.shape[:2]
        small = _small(rgb)
        rows = _distinct(self._rows(small))
        sure = rows[rows[:, 14] >= SURE_SCORE]
        factors = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        found = [_detection(row, factors) for row in (sure if len(sure) else rows)]
        return sorted(found, key=lambda face: _order(face, width, height))

    def _rows(self, small: RgbArray) -> FloatArray:
        """Run the network: (n, 15) rows of box 4, points 10, score 1, of RETRY_SCORE or more."""
        picture = np.zeros((1, 3, LONGEST_SIDE, LONGEST_SIDE), np.float32)
        picture[0, :, : small.shape[0], : small.shape[1]] = small[..., ::-1].transpose(2, 0, 1)
        answers = dict(zip(OUTPUTS, self._session.run(list(OUTPUTS), {"input": picture}), strict=True))
        rows = []
        for stride in STRIDES:
            score, face, box, points = (answers[f"{part}_{stride}"][0] for part in PARTS)
            scores = np.sqrt(np.clip(score[:, 0], 0, 1) * np.clip(face[:, 0], 0, 1))
            at = np.flatnonzero(scores >= RETRY_SCORE)
            cell = np.column_stack([at % (LONGEST_SIDE // stride), at // (LONGEST_SIDE // stride)]).astype(np.float32)
            size = np.exp(box[at, 2:]) * stride
            corner = (cell + box[at, :2]) * stride - size / 2
            spots = (points[at].reshape(-1, 5, 2) + cell[:, np.newaxis]) * stride
            rows.append(np.column_stack([corner, size, spots.reshape(-1, 10), scores[at]]))
        return np.concatenate(rows).astype(np.float32)


def _small(rgb: RgbArray) -> RgbArray:
    """Return the photo with a longest side of at most LONGEST_SIDE: halved, and then brought to the size."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.ascontiguousarray(rgb)
    while min(small.shape[1] // size[0], small.shape[0] // size[1]) >= 2:
        half = (small.shape[1] // 2, small.shape[0] // 2)
        small = np.asarray(cv2.resize(small, half, interpolation=cv2.INTER_AREA), np.uint8)
    if (small.shape[1], small.shape[0]) != size:
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return small


def _distinct(rows: FloatArray) -> FloatArray:
    """Keep, of rows whose boxes overlap, the one with the highest score."""
    import cv2

    kept = cv2.dnn.NMSBoxes(rows[:, :4].tolist(), rows[:, 14].tolist(), RETRY_SCORE, OVERLAP)
    return rows[np.asarray(kept, np.intp).ravel()]


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
