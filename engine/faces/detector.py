"""Where the faces are: YuNet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine.faces.photo import RgbArray
from engine.faces.session import network_session
from engine.faces.warp import resized
from engine.resources import checked_model

FloatArray = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]  # x, y, width, height in pixels of the photo

MODEL = "face_detection_yunet_2023mar.onnx"
SURE_SCORE = 0.8
RETRY_SCORE = 0.6
OVERLAP = 0.3
LONGEST_SIDE = 640
QUICK_SIDE = 256
STEP = 32  # the network takes pictures of multiples of it
LEAST_QUICK = 32  # pixels across a face at QUICK_SIDE from which on neither it nor one of half its area is missed
HINT_SCORE = 0.4  # of something at QUICK_SIDE that may be another face
AROUND = 0.15  # of the face box on each side, where its place is looked for once more
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

    def __init__(self) -> None:
        self._session = network_session(checked_model(MODEL).read_bytes())

    def detect(self, rgb: RgbArray) -> list[Detection]:
        """Find the faces of a photo, the largest and most central first; [] where there is none.

        Faces of a score under SURE_SCORE are returned only if there is no surer one.
        """
        return self._in_all(rgb, _small(rgb))

    def leading(self, rgb: RgbArray) -> list[Detection]:
        """Find the faces that a photo may be about, in the order of ``detect``; [] where there is none.

        Where one large face is alone it takes half the time: it is found in a smaller picture, and its place then in
        the one that ``detect`` looks at, around it alone; small faces behind it are passed over.
        """
        small = _small(rgb)
        if max(small.shape[:2]) == LONGEST_SIDE:
            rows = self._rows(_smaller(small, QUICK_SIDE), HINT_SCORE)
            if len(rows) == 1 and rows[0, 14] >= SURE_SCORE and rows[0, 2] >= LEAST_QUICK:
                box = rows[0, :4] * np.float32(LONGEST_SIDE / QUICK_SIDE)
                again = self._around(small, box)
                if again is not None:
                    return [_detection(again, _factors(rgb, small))]
        return self._in_all(rgb, small)

    def _in_all(self, rgb: RgbArray, small: RgbArray) -> list[Detection]:
        rows = self._rows(small, RETRY_SCORE)
        sure = rows[rows[:, 14] >= SURE_SCORE]
        found = [_detection(row, _factors(rgb, small)) for row in (sure if len(sure) else rows)]
        return sorted(found, key=lambda face: _order(face, rgb.shape[1], rgb.shape[0]))

    def _around(self, small: RgbArray, box: FloatArray) -> FloatArray | None:
        """Return the row of the face that lies where a box is, of a look around it alone; None if it is not sure."""
        x, y, w, h = (float(value) for value in box)
        left, right = _steps(x - AROUND * w, x + (1 + AROUND) * w, small.shape[1])
        top, bottom = _steps(y - AROUND * h, y + (1 + AROUND) * h, small.shape[0])
        rows = self._rows(small[top:bottom, left:right], SURE_SCORE)
        if len(rows) != 1:
            return None
        row: FloatArray = rows[0]
        row[[0, *range(4, 14, 2)]] += left
        row[[1, *range(5, 14, 2)]] += top
        return row

    def _rows(self, small: RgbArray, least: float) -> FloatArray:
        """Run the network: (n, 15) rows of box 4, points 10, score 1, of a score of ``least`` or more; none twice."""
        height, width = (-(-size // STEP) * STEP for size in small.shape[:2])
        picture = np.zeros((1, 3, height, width), np.float32)
        picture[0, :, : small.shape[0], : small.shape[1]] = small[..., ::-1].transpose(2, 0, 1)
        answers = dict(zip(OUTPUTS, self._session.run(list(OUTPUTS), {"input": picture}), strict=True))
        rows = []
        for stride in STRIDES:
            score, face, box, points = (answers[f"{part}_{stride}"][0] for part in PARTS)
            scores = np.sqrt(np.clip(score[:, 0], 0, 1) * np.clip(face[:, 0], 0, 1))
            at = np.flatnonzero(scores >= least)
            cell = np.column_stack([at % (width // stride), at // (width // stride)]).astype(np.float32)
            size = np.exp(box[at, 2:]) * stride
            corner = (cell + box[at, :2]) * stride - size / 2
            spots = (points[at].reshape(-1, 5, 2) + cell[:, np.newaxis]) * stride
            rows.append(np.column_stack([corner, size, spots.reshape(-1, 10), scores[at]]))
        return _distinct(np.concatenate(rows).astype(np.float32), least)


def _small(rgb: RgbArray) -> RgbArray:
    return _smaller(rgb, LONGEST_SIDE)


def _smaller(rgb: RgbArray, longest: int) -> RgbArray:
    """Return the photo with a longest side of at most so many pixels."""
    height, width = rgb.shape[:2]
    scale = min(1.0, longest / max(height, width))
    return resized(rgb, max(1, round(width * scale)), max(1, round(height * scale)))


def _factors(rgb: RgbArray, small: RgbArray) -> FloatArray:
    """Return what brings x and y of the smaller picture to those of the photo."""
    return np.array([rgb.shape[1] / small.shape[1], rgb.shape[0] / small.shape[0]], np.float32)


def _steps(start: float, end: float, limit: int) -> tuple[int, int]:
    """Return a stretch that holds the one from start to end as far as it is in the picture, in whole STEPs."""
    return max(0, int(start // STEP) * STEP), min(limit, int(-(-end // STEP)) * STEP)


def _distinct(rows: FloatArray, least: float) -> FloatArray:
    """Keep, of rows whose boxes overlap, the one with the highest score."""
    import cv2

    kept = cv2.dnn.NMSBoxes(rows[:, :4].tolist(), rows[:, 14].tolist(), least, OVERLAP)
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
