"""A turned face seen from the front, for the eye alone: FaceNet knows the turned one better."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.faces.detector import Detection
from engine.faces.mesh import CHIN, FOREHEAD, Landmarks, axes
from engine.faces.photo import RgbArray
from engine.faces.warp import moved, similarity, warped

MOST_TURNED = 30.0  # degrees from which on it looks grotesque
SIDE = 480
VIEW = 2.0  # side of the result in face heights, forehead to chin
RINGS = (1.5, 2.2)  # of still points around the face, in half sizes of the mesh
AROUND = 32
STEP = 4


def frontal_view(rgb: RgbArray, face: Detection, landmarks: Landmarks) -> RgbArray | None:
    """Return a (480, 480, 3) picture of the face as from the front; None from 30 degrees of yaw or pitch on.

    The mesh is turned to the front and the photo is drawn over it triangle by triangle; what lies around the face
    goes over into the still picture. For display only, never for the embedding.
    """
    if max(abs(landmarks.yaw), abs(landmarks.pitch)) >= MOST_TURNED:
        return None
    import cv2

    there = _look(landmarks)
    still = warped(rgb, there, SIDE)
    seen = moved(landmarks.points, there)
    front = _front(landmarks, seen)
    ring = _ring(front)
    source, target = np.vstack([seen, ring]), np.vstack([front, ring])
    columns, rows = _displaced(source, target)
    return np.asarray(cv2.remap(still, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _look(mesh: Landmarks) -> npt.NDArray[np.float64]:
    """Return what brings the face, upright, to the middle of the square."""
    flat = np.asarray(mesh.points[:, :2], np.float64)
    up = flat[FOREHEAD] - flat[CHIN]
    tall = max(1.0, float(np.hypot(*up)))
    up /= tall
    turn = SIDE / (VIEW * tall) * np.stack([np.array([-up[1], up[0]]), -up])
    return np.column_stack([turn, SIDE / 2 - turn @ ((flat[FOREHEAD] + flat[CHIN]) / 2)])


def _front(mesh: Landmarks, seen: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return where the points would be seen from the front, laid over where they are."""
    points = np.asarray(mesh.points, np.float64)
    front = ((points - points.mean(axis=0)) @ axes(points).T)[:, :2]
    return moved(front, similarity(front, seen))


def _ring(front: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the points that stay: rings around the face, and the corners of the picture."""
    low, high = front.min(axis=0), front.max(axis=0)
    angles = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    rings = [(low + high) / 2 + circle * (high - low) / 2 * size for size in RINGS]
    far = np.array([[-1, -1], [2, -1], [-1, 2], [2, 2]]) * float(SIDE)
    return np.vstack([*rings, far])


def _displaced(
    source: npt.NDArray[np.float64], target: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return, for each pixel of the result, the column and row of the picture that it shows.

    Found for every fourth pixel, and in between by straight lines: a sixteenth of the work, and not to be seen.
    """
    import cv2
    from scipy.interpolate import LinearNDInterpolator

    ticks = (np.arange(SIDE // STEP) + 0.5) * STEP - 0.5
    grid = np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2)
    places = LinearNDInterpolator(target, source)(grid).reshape(len(ticks), len(ticks), 2).astype(np.float32)
    shift = places - grid.reshape(places.shape).astype(np.float32)
    fine = cv2.resize(shift, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    columns, rows = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    return np.ascontiguousarray(fine[..., 0] + columns), np.ascontiguousarray(fine[..., 1] + rows)
