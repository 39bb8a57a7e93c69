from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.faces import Detection, FaceReader, Gallery, decode_photo, hair_top
from tests.engine.faces.test_detector import pasted, resized


def detected(reader: FaceReader, rgb: np.ndarray, index: int = 0) -> Detection:
    return reader.detector.detect(rgb)[index]


def ground_truth(rgb: np.ndarray, face: Detection) -> float:
    """Where the person begins, by the difference from the studio's plain background."""
    x, _, w, _ = face.box
    columns = rgb[:, int(x - 0.1 * w) : int(x + 1.1 * w)].astype(int)
    background = np.median(columns[:3].reshape(-1, 3), axis=0)
    different = (np.abs(columns - background).max(axis=2) > 45).mean(axis=1) > 0.04
    return float(np.argmax(different))


def test_the_top_of_the_hair_is_found_on_the_demo_people(reader: FaceReader, neutral: Gallery):
    errors = []
    for entry in neutral.photos[::3]:
        rgb = decode_photo(entry.path)
        found = hair_top(rgb, entry.face)
        assert 0 <= found <= entry.face.box[1]
        errors.append((found - ground_truth(rgb, entry.face)) / entry.face.box[3])
    assert np.median(np.abs(errors)) < 0.04
    assert np.abs(errors).max() < 0.15


@pytest.mark.parametrize("factor", [0.4, 1.0, 2.5])
def test_place_and_size_do_not_matter(reader: FaceReader, photo: Path, factor: float):
    rgb = decode_photo(photo)
    expected = hair_top(rgb, detected(reader, rgb))
    part = resized(rgb, factor)
    side = part.shape[0]
    scene = pasted(side + 300, side + 900, (part, 700, 250))
    found = hair_top(scene, detected(reader, scene))
    assert (found - 250) / factor == pytest.approx(expected, abs=14)


def test_a_person_above_does_not_count_as_hair(reader: FaceReader, neutral: Gallery):
    above, below = (decode_photo(entry.path) for entry in neutral.photos[:2])
    expected = hair_top(below, detected(reader, below))
    scene = pasted(1600, 800, (above, 0, 0), (below, 0, 800))
    face = max(reader.detector.detect(scene), key=lambda face: face.box[1])
    assert hair_top(scene, face) == pytest.approx(800 + expected, abs=25)


def test_where_nobody_can_be_told_it_is_a_guess():
    plain = np.full((1000, 800, 3), 200, np.uint8)
    points = np.zeros((5, 2), np.float32)
    assert hair_top(plain, Detection((300.0, 500.0, 150.0, 200.0), points, 0.9)) == pytest.approx(410)
    assert hair_top(plain, Detection((300.0, 50.0, 150.0, 200.0), points, 0.9)) == 0.0


def test_a_face_cut_by_the_photos_edge_has_its_hair_at_the_edge(reader: FaceReader, photo: Path):
    rgb = decode_photo(photo)
    face = detected(reader, rgb)
    cut = np.ascontiguousarray(rgb[int(face.box[1]) - 20 :])
    found = hair_top(cut, detected(reader, cut))
    assert found == pytest.approx(0, abs=4)


@pytest.mark.parametrize(
    "box",
    [(-50.0, -80.0, 60.0, 90.0), (90.0, 90.0, 40.0, 40.0), (200.0, 200.0, 10.0, 10.0), (5.0, 5.0, 0.0, 0.0)],
)
def test_odd_boxes_give_a_place_in_the_photo(box: tuple[float, float, float, float]):
    noise = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    found = hair_top(noise, Detection(box, np.zeros((5, 2), np.float32), 0.9))
    assert 0 <= found <= max(0.0, box[1])
