from __future__ import annotations

import threading
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.faces import FaceDetector, FaceReader, decode_photo
from engine.faces.crop import crop_face, network_input, stretched_box
from engine.faces.detector import MODEL, Detection
from engine.resources import checked_model, resource
from tests.engine.faces.conftest import SMILING


def found(reader: FaceReader, rgb: np.ndarray) -> list[Detection]:
    return reader.detector.detect(rgb)


def resized(rgb: np.ndarray, factor: float) -> np.ndarray:
    size = (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def pasted(height: int, width: int, *parts: tuple[np.ndarray, int, int]) -> np.ndarray:
    """Lay portraits at (x, y) on a plain ground."""
    scene = np.full((height, width, 3), 210, np.uint8)
    for rgb, x, y in parts:
        scene[y : y + rgb.shape[0], x : x + rgb.shape[1]] = rgb
    return scene


def test_the_five_points_lie_in_the_face_in_their_order(reader: FaceReader, photo: Path):
    (face,) = found(reader, decode_photo(photo))
    x, y, w, h = face.box
    left_eye, right_eye, nose, left_mouth, right_mouth = face.points
    assert face.score > 0.9
    assert ((face.points > (x, y)) & (face.points < (x + w, y + h))).all()
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < nose[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


@pytest.mark.parametrize(("factor", "error"), [(0.5, 0.05), (2.0, 0.005), (3.7, 0.005)])
def test_boxes_and_points_are_in_pixels_of_the_photo(reader: FaceReader, photo: Path, factor: float, error: float):
    rgb = decode_photo(photo)
    (face,), (other,) = found(reader, rgb), found(reader, resized(rgb, factor))
    assert np.array(other.box) / factor == pytest.approx(np.array(face.box), abs=error * face.box[3])
    assert other.points / factor == pytest.approx(face.points, abs=error * face.box[3])


def test_it_answers_as_opencvs_own_detector():
    reader = FaceDetector()
    model = np.frombuffer(checked_model(MODEL).read_bytes(), np.uint8)
    opencv = cv2.FaceDetectorYN.create("onnx", model, np.empty(0, np.uint8), (640, 512), 0.6, 0.3)
    people = [sorted(folder.glob("*.jpg"))[::20] for folder in (resource("demo", "inventory"), SMILING)]
    pictures = [decode_photo(path) for paths in people for path in paths]
    for first, second in pairwise(pictures):
        scene = pasted(512, 640, (resized(first, 0.4), 0, 100), (resized(second, 0.25), 400, 200))
        _, rows = opencv.detect(np.ascontiguousarray(scene[..., ::-1]))
        faces = reader.detect(scene)
        assert len(faces) == len(rows) == 2
        for face, row in zip(faces, sorted(rows, key=lambda row: -row[2]), strict=True):
            assert face.box == pytest.approx(row[:4].tolist(), abs=0.5)
            assert face.points.ravel() == pytest.approx(row[4:14], abs=0.5)
            assert face.score == pytest.approx(row[14], abs=0.01)


def test_one_large_face_is_found_in_half_the_time_at_its_place(reader: FaceReader, neutral):
    entries = neutral.photos[::6]
    pictures = [decode_photo(entry.path) for entry in entries]
    whole = [found(reader, rgb)[0] for rgb in pictures]
    off = [
        np.abs(np.subtract(face.box, entry.face.box)).max() / face.box[3]
        for face, entry in zip(whole, entries, strict=True)
    ]
    assert np.median(off) < 0.01 and max(off) < 0.04
    crops = [crop_face(rgb, face) for rgb, face in zip(pictures, whole, strict=True)]
    cosines = (reader.facenet.embed(crops) * neutral.embeddings[::6]).sum(axis=1)
    assert np.median(cosines) > 0.995 and cosines.min() > 0.96
    rgb = resized(pictures[0], 1.3)
    quick, slow = (
        min(_seconds(work, rgb) for _ in range(7)) for work in (reader.detector.leading, reader.detector.detect)
    )
    assert quick < 0.75 * slow


def _seconds(work, rgb: np.ndarray) -> float:
    began = time.thread_time()
    work(rgb)
    return time.thread_time() - began


@pytest.mark.parametrize("factor", [0.3, 0.5, 0.8])
def test_no_face_that_may_be_meant_is_passed_over_for_a_quick_look(reader: FaceReader, neutral, factor: float):
    for entry, other in pairwise(neutral.photos[::15]):
        first, second = decode_photo(entry.path), decode_photo(other.path)
        scene = pasted(900, 1700, (first, 20, 50), (resized(second, factor), 850, 60))
        faces, leading = found(reader, scene), reader.detector.leading(scene)
        assert len(faces) == 2
        assert [face.box for face in leading] == [face.box for face in faces]


def test_a_small_photo_and_one_without_a_face_are_looked_at_whole(reader: FaceReader, photo: Path):
    small = resized(decode_photo(photo), 0.5)
    for rgb in (small, pasted(900, 1700), pasted(2000, 3000, (resized(small, 0.38), 1400, 900))):
        assert [face.box for face in reader.detector.leading(rgb)] == [face.box for face in found(reader, rgb)]


def test_boxes_are_right_where_width_and_height_are_scaled_to_whole_pixels(reader: FaceReader, photo: Path):
    rgb = resized(decode_photo(photo), 0.5)
    (alone,) = found(reader, rgb)
    (face,) = found(reader, pasted(401, 1903, (rgb, 1500, 1)))
    assert np.array(face.box) - (1500, 1, 0, 0) == pytest.approx(np.array(alone.box), abs=0.06 * alone.box[3])


def test_the_largest_most_central_face_comes_first(reader: FaceReader, photo: Path):
    rgb = decode_photo(photo)
    small, large = resized(rgb, 0.4), resized(rgb, 0.8)
    faces = found(reader, pasted(700, 1100, (small, 10, 100), (large, 400, 30)))
    assert len(faces) == 2
    assert faces[0].box[0] > 400 > faces[1].box[0]
    three = found(reader, pasted(400, 1400, (small, 0, 40), (small, 540, 40), (small, 1040, 40)))
    assert 540 < three[0].box[0] < 1040
    assert len(three) == 3


def test_a_large_face_at_the_side_comes_before_a_small_one_in_the_middle(reader: FaceReader, photo: Path):
    rgb = decode_photo(photo)
    faces = found(reader, pasted(820, 1640, (rgb, 0, 10), (resized(rgb, 0.3), 810, 300)))
    assert [round(face.box[3], -2) for face in faces] == [300, 100]


def test_the_same_photo_gives_the_same_faces(reader: FaceReader, photo: Path):
    rgb = decode_photo(photo)
    first, second = found(reader, rgb), found(reader, rgb)
    assert first[0].box == second[0].box
    assert (first[0].points == second[0].points).all()


def test_nothing_is_found_where_there_is_no_face(reader: FaceReader):
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    for rgb in (noise, np.zeros((480, 640, 3), np.uint8), np.full((480, 640, 3), 255, np.uint8)):
        assert found(reader, rgb) == []


@pytest.mark.parametrize("side", [16, 31, 32, 33, 64])
def test_nothing_is_found_in_a_narrow_strip(reader: FaceReader, side: int):
    random = np.random.default_rng(0)
    for length in (16, 200, 640, 2000):
        for shape in ((side, length, 3), (length, side, 3)):
            for rgb in (random.integers(0, 255, shape, np.uint8), np.full(shape, 255, np.uint8)):
                assert found(reader, rgb) == []


def test_an_unsure_face_is_found_when_there_is_no_surer_one(reader: FaceReader, photo: Path):
    rgb = decode_photo(photo)
    unsure = resized(rgb, 0.19)
    (alone,) = found(reader, pasted(2000, 3000, (unsure, 1400, 900)))
    assert 0.6 <= alone.score < 0.8
    beside = found(reader, pasted(2000, 3000, (unsure, 1400, 900), (rgb, 100, 100)))
    assert [face.score >= 0.8 for face in beside] == [True]


def test_threads_may_share_the_detector(reader: FaceReader):
    pictures = [decode_photo(path) for path in sorted(resource("demo", "inventory").glob("*.jpg"))[:3]]
    sizes = [resized(rgb, 0.3 + 0.3 * index) for index, rgb in enumerate(pictures)]
    expected = [found(reader, rgb)[0].box for rgb in sizes]
    answers: dict[int, list] = {}

    def work(index: int) -> None:
        answers[index] = [found(reader, rgb)[0].box for rgb in sizes]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(answers.values()) == [expected] * 4


def ramp(width: int, height: int) -> np.ndarray:
    """A picture whose red is x and whose green is y."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x, y, 0 * x], -1).astype(np.uint8)


def test_the_crop_is_the_box_with_a_margin_of_32_in_160():
    crop = stretched_box(ramp(250, 250), (60.0, 80.0, 64.0, 96.0))
    # 64 wide: 8 on each side (52 to 132); 96 high: 12 above and below (68 to 188)
    assert crop.shape == (160, 160, 3)
    assert [crop[80, 0, 0], crop[80, -1, 0]] == pytest.approx([52, 131], abs=1)
    assert [crop[0, 80, 1], crop[-1, 80, 1]] == pytest.approx([68, 187], abs=1)


def test_the_crop_ends_at_the_photos_edge():
    crop = stretched_box(ramp(100, 100), (-10.0, 50.0, 80.0, 80.0))
    assert [crop[80, 0, 0], crop[80, -1, 0]] == pytest.approx([0, 79], abs=1)
    assert [crop[0, 80, 1], crop[-1, 80, 1]] == pytest.approx([40, 99], abs=1)


@given(
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    st.tuples(*[st.floats(-200, 200)] * 2, *[st.floats(0, 300)] * 2),
)
def test_any_box_gives_a_crop(size: tuple[int, int], box: tuple[float, float, float, float]):
    assert stretched_box(ramp(*size), box).shape == (160, 160, 3)


def test_the_networks_input_is_fixed_scaling_channels_first():
    crop = np.zeros((160, 160, 3), np.uint8)
    crop[3, 5] = (0, 255, 128)
    batch = network_input([crop, crop])
    assert batch.shape == (2, 3, 160, 160)
    assert batch.dtype == np.float32
    assert batch[1, :, 3, 5].tolist() == [-127.5 / 128, 127.5 / 128, 0.5 / 128]
