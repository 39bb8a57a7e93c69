"""Whether a photo shows a face well enough to be compared, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.faces.crop import stretched_box
from engine.faces.detector import Detection
from engine.faces.mesh import Landmarks, shared_mesh
from engine.faces.photo import RgbArray

Problem = Literal["too_small", "blurred", "too_dark", "turned_away", "eyes_cut_off"]

SMALLEST_FACE = 50.0  # pixels across the face box: under it the likeness to another photo of the person begins to fall
LEAST_SHARPNESS = 12.0  # there it has fallen by .1 of .93
LEAST_LIGHT = 30.0  # so too; a dark face in good light has 50
MOST_YAW = 35.0  # degrees
EDGE = 0.25  # eye distances between an eye and the photo's edge

SENTENCES: dict[Problem, str] = {
    "too_small": "The face is too small in the photo: choose a larger photo, or one taken from nearer.",
    "blurred": "The face is blurred: choose a sharper photo.",
    "too_dark": "The face is too dark: choose a photo with more light on the face.",
    "turned_away": "The face is turned away: choose a photo that shows it from the front.",
    "eyes_cut_off": "An eye is cut off by the edge of the photo: choose a photo that shows the whole face.",
}


@dataclass(frozen=True)
class PhotoQuality:
    """What keeps a photo from being compared well, with the figures it was judged by.

    ``face_pixels`` across the face box; ``sharpness`` of the face, brought to 160 pixels; ``light``, 0 to 255;
    ``yaw`` in degrees.
    """

    problems: tuple[Problem, ...]
    face_pixels: float
    sharpness: float
    light: float
    yaw: float

    @property
    def usable(self) -> bool:
        """Whether nothing stands against comparing the face."""
        return not self.problems

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is wrong and what to do, a sentence for each problem."""
        return tuple(SENTENCES[problem] for problem in self.problems)


def photo_quality(rgb: RgbArray, face: Detection, landmarks: Landmarks | None = None) -> PhotoQuality:
    """Judge how well a photo shows a face; ``landmarks`` are found if not given. Raises ModelError."""
    mesh = landmarks or shared_mesh().fit(rgb, face)
    grey = _grey(stretched_box(rgb, face.box))
    sharpness, light = _sharpness(grey), float(np.median(grey))
    found: dict[Problem, bool] = {
        "too_small": face.box[2] < SMALLEST_FACE,
        "blurred": sharpness < LEAST_SHARPNESS,
        "too_dark": light < LEAST_LIGHT,
        "turned_away": abs(mesh.yaw) > MOST_YAW,
        "eyes_cut_off": _eyes_cut_off(rgb, face),
    }
    problems = tuple(problem for problem, is_so in found.items() if is_so)
    return PhotoQuality(problems, face.box[2], sharpness, light, mesh.yaw)


def _grey(crop: RgbArray) -> RgbArray:
    import cv2

    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.uint8)


def _sharpness(grey: RgbArray) -> float:
    """Return the variance of the Laplacian. Source: Pech-Pacheco et al. (2000), Diatom autofocusing."""
    import cv2

    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _eyes_cut_off(rgb: RgbArray, face: Detection) -> bool:
    """Whether an eye lies beyond the photo's edge, or so near to it that a part of it does."""
    height, width = rgb.shape[:2]
    eyes = np.asarray(face.points, np.float64)[:2]
    room = EDGE * float(np.hypot(*(eyes[1] - eyes[0])))
    inside = (eyes >= room) & (eyes <= np.array([width, height]) - 1 - room)
    return not bool(inside.all())
