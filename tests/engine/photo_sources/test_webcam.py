from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import CameraError, SemblanceError
from engine.faces import FaceDetector, decode_photo
from engine.photo_sources import Webcam
from engine.resources import resource


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two frames of somebody at the left and at the right of a red wall, and one of the wall."""
    path = tmp_path_factory.mktemp("video") / "person.avi"
    rgb = cv2.resize(decode_photo(sorted(resource("demo", "inventory").glob("*.jpg"))[0]), (360, 360))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (800, 400))
    for left in (20, 420, None):
        frame = np.full((400, 800, 3), (200, 30, 30), np.uint8)
        if left is not None:
            frame[20:380, left : left + 360] = rgb
        writer.write(frame[..., ::-1])
    writer.release()
    return path


def test_frames_come_in_rgb_with_the_face_that_is_in_them(detector: FaceDetector, video: Path):
    with Webcam(detector, video) as webcam:
        left, right, wall = (webcam.frame() for _ in range(3))
        with pytest.raises(CameraError, match=r"^The webcam stopped answering\."):
            webcam.frame()
    assert left.rgb.shape == (400, 800, 3)
    assert left.rgb[5, 5].tolist() == pytest.approx([200, 30, 30], abs=12)
    assert left.face is not None and right.face is not None
    assert left.face.box[0] + left.face.box[2] / 2 == pytest.approx(200, abs=30)
    assert right.face.box[0] - left.face.box[0] == pytest.approx(400, abs=12)
    assert wall.faces == () and wall.face is None


def test_frames_are_given_until_there_are_no_more(detector: FaceDetector, video: Path):
    seen = 0
    with Webcam(detector, video) as webcam, pytest.raises(CameraError):
        for _ in webcam.frames():
            seen += 1
    assert seen == 3


@pytest.mark.parametrize("source", [99, Path("not-there.avi")])
def test_no_camera_is_said_in_a_sentence(detector: FaceDetector, source: int | Path):
    with pytest.raises(SemblanceError, match=r"^No webcam answers\. .*choose a photo\.$"):
        Webcam(detector, source)


def test_what_is_no_video_is_no_camera(detector: FaceDetector, tmp_path: Path):
    path = tmp_path / "notes.avi"
    path.write_bytes(b"not a video" * 100)
    with pytest.raises(CameraError):
        Webcam(detector, path)
