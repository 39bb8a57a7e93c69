"""The webcam's pictures, one after another, as fast as they are shown and no faster."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.job import Job, JobContext
from gui.jobs import JobQueue, Task

if TYPE_CHECKING:
    from engine.photo_sources import WebcamFrame

WAIT_SECONDS = 0.5  # for the window to show a picture, before the job looks whether it was cancelled


class CameraFeed(QObject):
    """``seen`` carries a WebcamFrame; call ``next`` once it is shown. ``failed`` says why there is no picture."""

    seen = Signal(object)
    failed = Signal(Exception)
    _came = Signal(object)

    def __init__(self, parent: QObject, source: int | Path = 0) -> None:
        super().__init__(parent)
        self.source = source
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)
        self._task: Task | None = None
        self._shown = threading.Event()
        self._came.connect(self._tell)

    @property
    def is_on(self) -> bool:
        """Whether the camera is open, or about to be."""
        return self._task is not None

    def start(self) -> None:
        """Open the camera."""
        if self._task is not None:
            return
        source, came, shown = self.source, self._came, self._shown
        shown.set()

        def work(context: JobContext) -> None:
            from engine.faces import FaceDetector
            from engine.photo_sources import Webcam

            with Webcam(FaceDetector(), source) as camera:
                while True:
                    context.check()
                    if shown.wait(WAIT_SECONDS):
                        frame: WebcamFrame = camera.frame()
                        shown.clear()
                        came.emit(frame)

        self._task = self._queue.start(Job(self.tr("Camera"), work), failed=self._fail, noted=False)

    def stop(self) -> None:
        """Let go of the camera."""
        if self._task is not None:
            self._queue.drop(self._task)
            self._task = None
            self._shown.set()

    def next(self) -> None:
        """Want the next picture."""
        self._shown.set()

    @Slot(object)
    def _tell(self, frame: WebcamFrame) -> None:
        if self._task is not None:
            self.seen.emit(frame)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._task = None
        self.failed.emit(error)
