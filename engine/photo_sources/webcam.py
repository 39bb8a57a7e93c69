"""A webcam's pictures, each with the face that is in it; what to do with them is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from engine.errors import CameraError
from engine.faces.detector import Detection, FaceDetector
from engine.faces.photo import RgbArray

SIZE = (1280, 720)  # asked for; a camera gives what it has
NO_ANSWER = (
    "No webcam answers. Plug one in, close other programs that use it, allow this program to use it in the system's "
    "privacy settings, or choose a photo."
)
STOPPED = "The webcam stopped answering. Plug it in again, or choose a photo."


@dataclass(frozen=True, eq=False)
class WebcamFrame:
    """A picture of the webcam, (height, width, 3) RGB, not mirrored, and the faces in it, the one that is meant first.

    Nothing is embedded: that needs the consent of the person.
    """

    rgb: RgbArray
    faces: tuple[Detection, ...]

    @property
    def face(self) -> Detection | None:
        """The largest and most central face, or None."""
        return self.faces[0] if self.faces else None


class Webcam:
    """An open webcam, by its number, or a recorded video in its place; close it, or use it in a with statement.

    Opening and each frame block: for a thread that is not the window's. Frames are of the thread that reads them.
    """

    def __init__(self, detector: FaceDetector, source: int | Path = 0) -> None:
        """Open it. Raises CameraError if none answers, ModelError from the detector."""
        import cv2

        self._detector = detector
        self._capture: Any = cv2.VideoCapture(source if isinstance(source, int) else str(source.resolve()))
        if not self._capture.isOpened():
            raise CameraError(NO_ANSWER)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # what is shown is now, not a moment ago
        for setting, pixels in zip((cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT), SIZE, strict=True):
            self._capture.set(setting, pixels)

    def frame(self) -> WebcamFrame:
        """Return the next picture. Raises CameraError once there is none."""
        import cv2

        is_there, bgr = self._capture.read()
        if not is_there or bgr is None or bgr.ndim != 3:
            raise CameraError(STOPPED)
        rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
        return WebcamFrame(rgb, tuple(self._detector.detect(rgb)))

    def frames(self) -> Iterator[WebcamFrame]:
        """Yield pictures for as long as they are asked for. Raises CameraError once there are no more."""
        while True:
            yield self.frame()

    def close(self) -> None:
        """Let go of the camera; its light goes out."""
        self._capture.release()

    def __enter__(self) -> Webcam:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
