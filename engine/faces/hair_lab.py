"""The colour of the hair around a face, as CIELAB; its name is for people to say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.faces.detector import Detection, FloatArray
from engine.faces.hair import shared_outline
from engine.faces.mesh import CHIN, FOREHEAD, OVAL, Landmarks, landmarks
from engine.faces.photo import RgbArray
from engine.faces.warp import moved, warped

SIDE = 256
VIEW = 2.6  # side of the square that is looked at, in face heights from forehead to chin
MIDDLE = 0.35  # so far above the face's middle lies the square's, in the same unit
PERSON = 0.5
REACH = 0.6  # hair is sought so far to either side, in face heights
TALLEST = 0.8  # and so far above the middle between the eyes
BETWEEN_THE_EYES = 168
SKIN = (151, 9, 108, 337, 69, 299, 50, 280)  # points of forehead and cheeks
SKIN_LIKE = 9.0  # dE from the skin under which an area is hardly hair
LIGHTER, MUCH_LIGHTER, GREY = 3.0, 20.0, 2.0  # in lightness, and in a: measured on the demo's bald people
ONE_COLOUR = 14.0  # dE within which areas are one hair colour
FEWEST = 60  # pixels of the square
CLUSTERS = 3


@dataclass(frozen=True)
class HairColour:
    """A colour in CIELAB (D65): lightness 0 to 100, a from green to red, b from blue to yellow."""

    lightness: float
    a: float
    b: float

    def rgb(self) -> tuple[int, int, int]:
        """Return the swatch's colour, sRGB bytes."""
        import cv2

        lab = np.array([[[self.lightness, self.a, self.b]]], np.float32)
        red, green, blue = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0, 0] * 255, 0, 255).round()
        return int(red), int(green), int(blue)


def hair_difference(first: HairColour, second: HairColour) -> float:
    """Return how different two hair colours are: dE, CIE 1976, the distance in CIELAB."""
    steps = (first.lightness - second.lightness, first.a - second.a, first.b - second.b)
    return float(np.sqrt(sum(step * step for step in steps)))


def hair_colour(rgb: RgbArray, face: Detection, mesh: Landmarks | None = None) -> HairColour | None:
    """Return the median colour of the hair around a face; None where no hair can be told from skin and background.

    Of a customer only with their consent: see ``customer_portrait``. Raises ModelError.
    """
    mesh = mesh or landmarks(rgb, face)
    there = _look(mesh)
    picture = warped(rgb, there, SIDE)
    points = moved(mesh.points, there)
    lab = _lab(picture)
    area = _area(points, shared_outline().mask(picture) > PERSON)
    colours = lab[area]
    if len(colours) < FEWEST:
        return None
    skin = np.median(lab[_skin(points)], axis=0)
    heights = np.argwhere(area)[:, 0].astype(np.float64)
    colour = _dominant(colours, skin, (points[BETWEEN_THE_EYES, 1] - heights) / _tall(points))
    return None if colour is None else HairColour(*(float(value) for value in colour))


def _tall(points: npt.NDArray[np.float64]) -> float:
    return max(1.0, float(np.hypot(*(points[CHIN] - points[FOREHEAD]))))


def _look(mesh: Landmarks) -> npt.NDArray[np.float64]:
    """Return what brings head and hair, upright, to the square."""
    flat = np.asarray(mesh.points[:, :2], np.float64)
    up = flat[FOREHEAD] - flat[CHIN]
    tall = max(1.0, float(np.hypot(*up)))
    up /= tall
    across = np.array([-up[1], up[0]])
    centre = (flat[FOREHEAD] + flat[CHIN]) / 2 + up * MIDDLE * tall
    turn = SIDE / (VIEW * tall) * np.stack([across, -up])
    return np.column_stack([turn, SIDE / 2 - turn @ centre])


def _lab(picture: RgbArray) -> FloatArray:
    import cv2

    smooth = cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.float32) / 255.0
    return np.asarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB), np.float32)


def _area(points: npt.NDArray[np.float64], person: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which pixels may be hair: of the person, around and above the face, joined to it."""
    import cv2

    face = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(face, [points[list(OVAL)].round().astype(np.int32)], 1)
    tall = _tall(points)
    margin = max(3, int(0.06 * tall)) | 1
    grown = cv2.dilate(face, np.ones((margin, margin), np.uint8)) > 0
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    above = (points[BETWEEN_THE_EYES, 1] - rows) / tall
    aside = np.abs(columns - points[BETWEEN_THE_EYES, 0]) / tall
    near = person & (above > 0) & (above < TALLEST) & (aside < REACH)
    _, labels = cv2.connectedComponents((near | (face > 0)).astype(np.uint8))
    own = np.unique(labels[face > 0])
    return np.asarray(near & ~grown & np.isin(labels, own), np.bool_)


def _skin(points: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows and columns of some pixels of skin."""
    places = points[list(SKIN)].round().astype(np.intp)
    steps = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)])
    spots = np.clip((places[:, np.newaxis] + steps).reshape(-1, 2), 0, SIDE - 1)
    return spots[:, 1], spots[:, 0]


def _dominant(colours: FloatArray, skin: FloatArray, above: npt.NDArray[np.float64]) -> FloatArray | None:
    """Return the median of the colour that has most of the crown and is not the skin's."""
    import cv2

    start = np.digitize(colours[:, 0], np.quantile(colours[:, 0], [1 / 3, 2 / 3])).astype(np.int32)
    ends = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 30, 0.5)
    _, labels, centres = cv2.kmeans(colours, CLUSTERS, start.reshape(-1, 1), ends, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    labels = labels.ravel()
    crown = np.exp(-(((above - 0.55) / 0.3) ** 2))
    from_skin = np.linalg.norm((centres - skin) * (0.6, 1, 1), axis=1)
    weights = np.array([crown[labels == index].sum() for index in range(CLUSTERS)])
    winner = int(np.argmax(weights * np.where(from_skin > SKIN_LIKE, 1.0, 0.25)))
    same = np.linalg.norm(centres - centres[winner], axis=1) < ONE_COLOUR
    median = np.median(colours[same[labels]], axis=0)
    return None if _is_scalp(median, skin) else np.asarray(median, np.float32)


def _is_scalp(colour: FloatArray, skin: FloatArray) -> bool:
    """Whether a colour is the skin's own, or the light's on a bald head: lighter than the skin and not grey."""
    lighter = float(colour[0] - skin[0])
    if lighter > LIGHTER and (float(colour[1]) > GREY or lighter > MUCH_LIGHTER):
        return True
    return float(np.linalg.norm((colour - skin) * (0.6, 1, 1))) < SKIN_LIKE
