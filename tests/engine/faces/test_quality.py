from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from engine.faces import (
    FaceReader,
    Gallery,
    Landmarks,
    PhotoQuality,
    decode_photo,
    default_face,
    landmarks,
    photo_quality,
)
from engine.faces.quality import SENTENCES
from tests.engine.faces.test_detector import resized

EVERY = 9


@pytest.fixture(scope="module")
def portraits(neutral: Gallery) -> list[np.ndarray]:
    return [decode_photo(entry.path) for entry in neutral.photos[::EVERY]]


def judged(reader: FaceReader, rgb: np.ndarray) -> PhotoQuality:
    return photo_quality(rgb, default_face(reader.detector.detect(rgb)))


def test_nothing_stands_against_the_demo_people(reader: FaceReader, portraits: list[np.ndarray]):
    for rgb in portraits:
        quality = judged(reader, rgb)
        assert quality.problems == () and quality.sentences == () and quality.usable
        assert quality.face_pixels > 200 and quality.sharpness > 100 and quality.light > 45


@pytest.mark.parametrize(("pixels", "is_small"), [(44, True), (56, False)])
def test_a_face_under_50_pixels_is_too_small(
    reader: FaceReader, portraits: list[np.ndarray], pixels: int, is_small: bool
):
    for rgb in portraits[:4]:
        width = default_face(reader.detector.detect(rgb)).box[2]
        quality = judged(reader, resized(rgb, pixels / width))
        assert quality.problems == (("too_small",) if is_small else ())


@pytest.mark.parametrize(("sigma", "is_blurred"), [(2, False), (7, True)])
def test_a_blurred_face_is_told_from_a_soft_one(
    reader: FaceReader, portraits: list[np.ndarray], sigma: float, is_blurred: bool
):
    for rgb in portraits[:4]:
        quality = judged(reader, cv2.GaussianBlur(rgb, (0, 0), sigma))
        assert quality.problems == (("blurred",) if is_blurred else ())


def in_light(rgb: np.ndarray, share: float) -> np.ndarray:
    """The same photo with a share of the light."""
    return (255 * (share * (rgb / 255) ** 2.2) ** (1 / 2.2)).astype(np.uint8)


def test_a_dark_photo_is_told_and_dark_people_are_not(reader: FaceReader, portraits: list[np.ndarray]):
    assert all("too_dark" not in judged(reader, in_light(rgb, 0.5)).problems for rgb in portraits)
    assert all("too_dark" in judged(reader, in_light(rgb, 0.02)).problems for rgb in portraits[:4])


def test_an_eye_at_the_edge_is_cut_off(reader: FaceReader, portraits: list[np.ndarray]):
    rgb = portraits[0]
    eye = default_face(reader.detector.detect(rgb)).points[0]
    cut = np.ascontiguousarray(rgb[:, int(eye[0]) - 6 :])
    assert "eyes_cut_off" in judged(reader, cut).problems
    beside = np.ascontiguousarray(rgb[:, int(eye[0]) - 60 :])
    assert "eyes_cut_off" not in judged(reader, beside).problems


@pytest.mark.parametrize(("yaw", "is_away"), [(34.9, False), (35.1, True), (-35.1, True)])
def test_over_35_degrees_a_face_is_turned_away(
    reader: FaceReader, portraits: list[np.ndarray], yaw: float, is_away: bool
):
    face = default_face(reader.detector.detect(portraits[0]))
    mesh: Landmarks = dataclasses.replace(landmarks(portraits[0], face), yaw=yaw)
    quality = photo_quality(portraits[0], face, mesh)
    assert quality.problems == (("turned_away",) if is_away else ())
    assert quality.usable is not is_away


def test_every_problem_has_a_sentence_with_what_to_do():
    every = PhotoQuality(tuple(SENTENCES), 1, 1, 1, 0)
    assert len(every.sentences) == len(set(every.sentences)) == 5
    for sentence in every.sentences:
        assert ": choose a " in sentence and sentence.endswith(".")
