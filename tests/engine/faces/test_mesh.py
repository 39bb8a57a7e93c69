from __future__ import annotations

import numpy as np
import pytest

from engine.faces import Detection, FaceReader, Gallery, decode_photo, default_face, frontal_view, landmarks
from engine.faces.crop import TILTED, TURNED, aligned_crop, crop_face, stretched_box, turn_and_tilt
from tests.engine.faces.test_detector import pasted, resized
from tests.engine.faces.turned_people import tilted, turned

EVERY = 9


@pytest.fixture(scope="module")
def people(neutral: Gallery):
    """Nine people: their photo, the detected face and its mesh."""
    found = []
    for entry in neutral.photos[::EVERY]:
        rgb = decode_photo(entry.path)
        found.append((rgb, entry.face, landmarks(rgb, entry.face)))
    return found


def detected(reader: FaceReader, rgb: np.ndarray) -> Detection:
    return default_face(reader.detector.detect(rgb))


def test_the_mesh_lies_where_the_face_is(people):
    for rgb, face, mesh in people:
        assert mesh.points.shape == (468, 3)
        assert mesh.presence > 0.95
        assert (mesh.points[:, :2] >= 0).all() and (mesh.points[:, :2] <= rgb.shape[0]).all()
        off = np.linalg.norm(mesh.five() - face.points, axis=1) / face.box[2]
        assert off.max() < 0.08 and np.median(off) < 0.04


def test_people_looking_into_the_camera_are_hardly_turned(people):
    turns = np.array([(mesh.yaw, mesh.pitch, mesh.roll) for _, _, mesh in people])
    assert np.abs(turns).max(axis=0) == pytest.approx([0, 0, 0], abs=9)
    assert np.abs(turns[:, 0]).mean() < 3


def test_size_and_place_do_not_matter(people, reader: FaceReader):
    rgb, _, mesh = people[0]
    scene = pasted(900, 1400, (resized(rgb, 0.5), 800, 300))
    small = landmarks(scene, detected(reader, scene))
    expected = mesh.points[:, :2] * 0.5 + (800, 300)
    assert np.abs(small.points[:, :2] - expected).max() < 5


def test_a_mirrored_face_is_turned_the_other_way(people, reader: FaceReader):
    rgb, _, mesh = people[1]
    side = turned(rgb, mesh, 20)
    one = landmarks(side, detected(reader, side))
    mirrored = np.ascontiguousarray(side[:, ::-1])
    other = landmarks(mirrored, detected(reader, mirrored))
    assert one.yaw > 8
    assert other.yaw == pytest.approx(-one.yaw, abs=4)
    assert other.pitch == pytest.approx(one.pitch, abs=4)


@pytest.mark.parametrize("degrees", [-25, 25])
def test_a_tilted_picture_has_a_tilted_face(people, reader: FaceReader, degrees: float):
    rgb, _, mesh = people[2]
    picture = tilted(rgb, degrees)
    face = detected(reader, picture)
    assert landmarks(picture, face).roll - mesh.roll == pytest.approx(degrees, abs=3)
    assert turn_and_tilt(face)[1] == pytest.approx(degrees, abs=4)


def test_where_there_is_no_face_the_mesh_says_so():
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8)
    points = np.array([[120, 130], [180, 130], [150, 165], [130, 195], [170, 195]], np.float32)
    assert landmarks(noise, Detection((90, 80, 120, 160), points, 0.6)).presence < 0.5


@pytest.mark.parametrize("points", [np.zeros((5, 2)), np.full((5, 2), 9e3), np.linspace(0, 9, 10).reshape(5, 2)])
def test_odd_points_give_a_mesh_and_a_crop(points: np.ndarray):
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), np.uint8)
    face = Detection((5.0, 5.0, 40.0, 50.0), points.astype(np.float32), 0.9)
    assert np.isfinite(landmarks(noise, face).points).all()
    assert crop_face(noise, face).shape == aligned_crop(noise, face).shape == (160, 160, 3)


def test_the_five_points_tell_the_turn_as_the_mesh_does(people, reader: FaceReader):
    for rgb, face, mesh in people[:4]:
        assert turn_and_tilt(face) == pytest.approx((mesh.yaw, mesh.roll), abs=5)
        side = turned(rgb, mesh, -25)
        found = detected(reader, side)
        assert turn_and_tilt(found)[0] == pytest.approx(landmarks(side, found).yaw, abs=10)


def test_only_turned_and_tilted_faces_are_laid_by_their_points(people, reader: FaceReader):
    rgb, face, _ = people[0]
    assert max(np.abs(turn_and_tilt(face))) < min(TURNED, TILTED)
    assert (crop_face(rgb, face) == stretched_box(rgb, face.box)).all()
    picture = tilted(rgb, 20)
    found = detected(reader, picture)
    assert (crop_face(picture, found) == aligned_crop(picture, found)).all()
    assert (crop_face(picture, found) != stretched_box(picture, found.box)).any()


def test_a_tilted_face_stays_as_like_the_upright_one_as_if_it_were_upright(people, reader: FaceReader):
    upright = reader.facenet.embed([crop_face(rgb, face) for rgb, face, _ in people[:5]])
    pictures = [tilted(rgb, 20) for rgb, _, _ in people[:5]]
    found = [detected(reader, picture) for picture in pictures]
    laid = reader.facenet.embed([crop_face(*pair) for pair in zip(pictures, found, strict=True)])
    boxed = reader.facenet.embed([stretched_box(p, face.box) for p, face in zip(pictures, found, strict=True)])
    with_points, with_box = ((rows * upright).sum(axis=1).mean() for rows in (laid, boxed))
    assert with_points > 0.94
    assert with_points > with_box + 0.04


def test_the_aligned_crop_of_an_upright_face_is_as_good_as_the_stretched_one(people, reader: FaceReader):
    rows = reader.facenet.embed([aligned_crop(rgb, face) for rgb, face, _ in people[:4]])
    boxed = reader.facenet.embed([stretched_box(rgb, face.box) for rgb, face, _ in people[:4]])
    assert (rows * boxed).sum(axis=1).min() > 0.9


def test_a_turned_face_is_shown_from_the_front(people, reader: FaceReader):
    for rgb, _, mesh in people[:3]:
        side = turned(rgb, mesh, 22)
        face = detected(reader, side)
        there = landmarks(side, face)
        view = frontal_view(side, face, there)
        assert view is not None and view.shape == (480, 480, 3) and view.dtype == np.uint8
        front = landmarks(view, detected(reader, view))
        assert abs(there.yaw) > 8
        assert abs(front.yaw) < 0.6 * abs(there.yaw)


@pytest.mark.parametrize(
    ("yaw", "pitch", "is_shown"), [(29.9, 0, True), (30, 0, False), (-31, 0, False), (0, 30, False)]
)
def test_from_30_degrees_on_nothing_is_shown(people, yaw: float, pitch: float, is_shown: bool):
    rgb, face, mesh = people[0]
    there = type(mesh)(mesh.points, yaw, pitch, mesh.roll, mesh.presence)
    assert (frontal_view(rgb, face, there) is not None) == is_shown
