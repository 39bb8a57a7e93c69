"""468 points of a face, and how it is turned: MediaPipe's face mesh, by OpenCV."""

from __future__ import annotations

import functools
import math
import threading
from dataclasses import dataclass

import numpy as np

from engine.faces.detector import Detection, FloatArray
from engine.faces.photo import RgbArray
from engine.faces.session import tflite_network
from engine.faces.warp import Matrix, inverse, moved, warped

MODEL = "face_landmark.tflite"
POINTS, PRESENCE = "conv2d_21", "conv2d_31"  # the outputs by name: their order differs between versions of OpenCV
COUNT = 468
SIDE = 192
ROUNDS = 2  # the first finds where the face is, the second looks at it there
FROM_EYES, FROM_MOUTH = 3.45, 3.76  # side of the first look, in distances of the eyes and from eyes to mouth
AROUND = 1.5  # side of the second look, in sides of the mesh
STEADY = (0.02, 0.045, math.radians(3))  # in sides, its side and its angle: a second look less off is spared

EYE_CORNERS = (33, 263)  # the outer ones: at the picture's left, at its right
EYES = ((33, 133, 159, 145), (362, 263, 386, 374))
NOSE_TIP, NOSE_BASE = 4, 2
MOUTH_CORNERS = (61, 291)
TEMPLES = (234, 454)
FOREHEAD, CHIN = 10, 152
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
LEVEL = -2.5  # degrees of pitch that the mesh gives a face looking straight ahead, the mean of the demo people


@dataclass(frozen=True, eq=False)
class Landmarks:
    """The mesh of a face: (468, 3) points, x and y in pixels of the photo, z in the same unit, away from the camera.

    Degrees: ``yaw`` over 0 if the face is turned to the right of the picture, ``pitch`` over 0 if it looks up,
    ``roll`` over 0 if it is tilted clockwise. ``presence`` is how sure the network is, 0 to 1, that there is a face.
    """

    points: FloatArray
    yaw: float
    pitch: float
    roll: float
    presence: float

    def five(self) -> FloatArray:
        """Return the five points that YuNet gives, (5, 2), taken from the mesh: eyes, tip of the nose, mouth."""
        flat = self.points[:, :2]
        rows = [flat[list(eye)].mean(axis=0) for eye in EYES] + [flat[NOSE_TIP], *flat[list(MOUTH_CORNERS)]]
        return np.array(rows, np.float32)


class FaceMesh:
    """MediaPipe's face mesh, loaded once; may be shared by threads, which then take turns.

    Source: Kartynnik, Ablavatski, Grishchenko, Grundmann (2019), arXiv 1907.06724.
    """

    def __init__(self) -> None:
        self._network = tflite_network(MODEL)
        self._turn = threading.Lock()

    def fit(self, rgb: RgbArray, face: Detection) -> Landmarks:
        """Lay the mesh over a detected face."""
        centre, side, angle = _first_look(face)
        for _ in range(ROUNDS):
            there = _look(centre, side, angle)
            mesh, presence = self._points(warped(rgb, there, SIDE))
            flat = moved(mesh, inverse(there))
            points = np.column_stack([flat, mesh[:, 2] * side / SIDE])
            looked_at, (centre, side, angle) = (centre, side, angle), _second_look(flat)
            if _is_steady(looked_at, (centre, side, angle)):
                break
        yaw, pitch, roll = _turned(points)
        return Landmarks(points.astype(np.float32), yaw, pitch, roll, presence)

    def _points(self, picture: RgbArray) -> tuple[Matrix, float]:
        """Run the network: (468, 3) in pixels of the (192, 192, 3) picture, and the presence."""
        crop = picture.astype(np.float32) / 255.0
        with self._turn:
            self._network.setInput(np.ascontiguousarray(crop.transpose(2, 0, 1)[np.newaxis]))
            points, presence = self._network.forward([POINTS, PRESENCE])
        sure = 1 / (1 + math.exp(-float(np.clip(presence.ravel()[0], -50, 50))))
        return np.array(points, np.float64).reshape(COUNT, 3), sure


def _first_look(face: Detection) -> tuple[Matrix, float, float]:
    """Return middle, side and angle of the square in which the five points say the face is."""
    points = np.asarray(face.points, np.float64)
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across = points[1] - points[0]
    width, height = math.hypot(*across), math.hypot(*(mouth - eyes))
    side = max(FROM_EYES * width, FROM_MOUTH * height, 1.0)
    angle = math.atan2(across[1], across[0]) if width > 1 else 0.0
    return (eyes + mouth) / 2 - 0.03 * (mouth - eyes), side, angle


def _second_look(flat: Matrix) -> tuple[Matrix, float, float]:
    """Return middle, side and angle of the square around a mesh, upright by its eyes."""
    across = flat[EYE_CORNERS[1]] - flat[EYE_CORNERS[0]]
    angle = math.atan2(across[1], across[0])
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    upright = flat @ turn.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    return turn.T @ ((low + high) / 2), max(1.0, AROUND * float((high - low).max())), angle


def _is_steady(first: tuple[Matrix, float, float], second: tuple[Matrix, float, float]) -> bool:
    """Whether a second look would show what the first did: points are then off by .6 % of the eyes' distance."""
    aside = float(np.hypot(*(second[0] - first[0]))) / second[1]
    turn = abs(math.remainder(second[2] - first[2], math.tau))
    return aside <= STEADY[0] and abs(first[1] / second[1] - 1) <= STEADY[1] and turn <= STEADY[2]


def _look(centre: Matrix, side: float, angle: float) -> Matrix:
    """Return what brings that square of the photo to the network's."""
    scale = SIDE / side
    turn = scale * np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.column_stack([turn, SIDE / 2 - turn @ centre])


def axes(points: Matrix | FloatArray) -> Matrix:
    """Return the face's own directions in the photo's, (3, 3) rows of unit length: across, down, into the head."""
    mesh = np.asarray(points, np.float64)
    across = (mesh[EYE_CORNERS[1]] - mesh[EYE_CORNERS[0]]) / 2 + (mesh[TEMPLES[1]] - mesh[TEMPLES[0]]) / 2
    across /= max(1e-9, float(np.linalg.norm(across)))
    down = mesh[CHIN] - mesh[FOREHEAD]
    down -= across * (across @ down)
    down /= max(1e-9, float(np.linalg.norm(down)))
    return np.stack([across, down, np.cross(across, down)])


def _turned(points: Matrix) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees."""
    across, down, _ = axes(points)
    yaw = math.degrees(math.atan2(across[2], math.hypot(across[0], across[1])))
    pitch = -math.degrees(math.asin(float(np.clip(down[2], -1, 1)))) - LEVEL
    return yaw, pitch, math.degrees(math.atan2(across[1], across[0]))


@functools.cache
def shared_mesh() -> FaceMesh:
    """Return this process's mesh network, loaded at the first call."""
    return FaceMesh()


def landmarks(rgb: RgbArray, face: Detection) -> Landmarks:
    """Find 468 points of a detected face and how it is turned. Raises ModelError."""
    return shared_mesh().fit(rgb, face)
