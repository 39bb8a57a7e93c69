"""The QThread that runs a Job. QtCore only, so it works without widgets."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from engine.job import Job, JobCancelled, JobContext, Throttle

NICENESS = 5  # a third of the window's share where both want the processor


class JobThread(QThread):
    """Runs one Job; its signals reach bound slots of QObjects in the thread they live in."""

    progressed = Signal(float, str)
    succeeded = Signal(object)
    failed = Signal(Exception)
    cancelled = Signal()

    def __init__(self, job: Job[Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job = job
        self._context = JobContext(Throttle(self.progressed.emit))

    def cancel(self) -> None:
        """Ask the job to stop at its next step."""
        self._context.cancel()

    def run(self) -> None:
        """Do the work; ends in exactly one of succeeded, failed and cancelled."""
        self.setPriority(QThread.Priority.LowPriority)
        _give_way()
        try:
            result = self.job.run(self._context)
        except JobCancelled:
            self.cancelled.emit()
        except Exception as error:
            self.failed.emit(error)
        else:
            self.succeeded.emit(result)


def _give_way() -> None:
    """Let the window go first on Linux, where Qt's priorities say nothing; threads that this one begins do so too."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
