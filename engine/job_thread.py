"""The QThread that runs a Job. QtCore only, so it works without widgets."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from engine.job import Job, JobCancelled, JobContext, Throttle


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
        try:
            result = self.job.run(self._context)
        except JobCancelled:
            self.cancelled.emit()
        except Exception as error:
            self.failed.emit(error)
        else:
            self.succeeded.emit(result)
