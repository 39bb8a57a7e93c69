"""The queue of long work: one Job after another in a thread, results delivered in the window's thread."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from PySide6.QtCore import QObject, QThread, Signal, Slot

from engine.job import Job
from engine.job_thread import JobThread

Outcome = Literal["done", "cancelled", "failed"]


@dataclass(frozen=True)
class FinishedJob:
    """What was done, how it ended and how long it took."""

    name: str
    outcome: Outcome
    seconds: float
    ended_at: datetime


class Task(QObject):
    """One job in the queue. Drop it when its result is no longer wanted: then nothing of it ever lands.

    One that ``is_lasting`` is done all the same.
    """

    succeeded = Signal(object)
    failed = Signal(Exception)
    cancelled = Signal()

    def __init__(self, job: Job[Any], afterwards: str | Callable[[Any], str], parent: QObject) -> None:
        super().__init__(parent)
        self.job = job
        self.afterwards = afterwards
        self.is_dropped = False
        self.handles_failure = False
        self.is_noted = True
        self.is_lasting = False

    @property
    def name(self) -> str:
        """The name that the job bar shows while it runs."""
        return self.job.name

    def name_once_done(self, result: object) -> str:
        """Return what the history calls it with its result."""
        return self.afterwards(result) if callable(self.afterwards) else self.afterwards


class JobQueue(QObject):
    """Runs jobs one after another.

    ``done``, ``failed`` and ``cancelled`` must be methods of QObjects: they are disconnected by themselves when
    their object goes. A failure without a ``failed`` slot of its own is told by the queue's ``failed``.
    Work that should not wait behind others (pictures of a page) goes into a queue of the page's own.
    """

    started = Signal(str)
    progressed = Signal(float, str)
    ended = Signal(FinishedJob)
    failed = Signal(Exception)
    changed = Signal()  # something began, ended or waits
    emptied = Signal()  # nothing runs and nothing waits

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: list[FinishedJob] = []
        self._waiting: deque[Task] = deque()
        self._task: Task | None = None
        self._thread: JobThread | None = None
        self._outcome: Outcome = "failed"
        self._result: object = None
        self._began = 0.0
        self._is_stopping = False

    @property
    def is_busy(self) -> bool:
        """Whether a job runs."""
        return self._thread is not None

    @property
    def is_keeping(self) -> bool:
        """Whether a lasting job runs or waits."""
        return any(task.is_lasting for task in (self._task, *self._waiting) if task is not None)

    @property
    def running(self) -> str:
        """The name of the job that runs, empty if none does."""
        return self._task.name if self._task is not None else ""

    @property
    def waiting(self) -> int:
        """How many jobs wait behind the one that runs."""
        return len(self._waiting)

    def start(
        self,
        job: Job[Any],
        done: Callable[[Any], object] | None = None,
        *,
        failed: Callable[[Exception], object] | None = None,
        cancelled: Callable[[], object] | None = None,
        afterwards: str | Callable[[Any], str] = "",
        replacing: Task | None = None,
        noted: bool = True,
        lasting: bool = False,
    ) -> Task:
        """Put a job into the queue; ``afterwards`` is what the history calls it once it is done, or says so
        of its result.

        ``replacing`` drops an earlier job whose result this one makes stale. A job that is not ``noted`` serves
        another one: once it is done the history does not tell of it. A ``lasting`` job is a promise to somebody: it is
        done even if the campaign, or the window, is closed before its turn comes.
        """
        task = Task(job, afterwards or job.name, self)
        task.is_noted, task.is_lasting = noted, lasting
        if done is not None:
            task.succeeded.connect(_bound(done))
        if failed is not None:
            task.failed.connect(_bound(failed))
            task.handles_failure = True
        if cancelled is not None:
            task.cancelled.connect(_bound(cancelled))
        if replacing is not None:
            self.drop(replacing)
        self._waiting.append(task)
        if not self._next():
            self.changed.emit()
        return task

    @Slot(str)
    def note(self, name: str) -> None:
        """Take note of something that was done elsewhere, in no time."""
        finished = FinishedJob(name, "done", 0.0, datetime.now())
        self.history.append(finished)
        self.ended.emit(finished)
        self.changed.emit()

    def drop(self, task: Task) -> None:
        """Give up a job: nothing of it lands any more, then it is asked to stop, unless it is a lasting one."""
        task.is_dropped = True
        if task.is_lasting:
            return
        if task in self._waiting:
            self._waiting.remove(task)
            task.deleteLater()
            self.changed.emit()
        elif task is self._task and self._thread is not None:
            self._thread.cancel()

    def drop_all(self) -> None:
        """Give up everything that runs or waits, as when the campaign it is about is closed."""
        for task in [*self._waiting, *([self._task] if self._task is not None else [])]:
            self.drop(task)

    @Slot()
    def cancel(self) -> None:
        """Ask the running job to stop; those that wait come next."""
        if self._thread is not None:
            self._thread.cancel()

    def stop(self) -> bool:
        """Ask everything to stop; return whether nothing runs any more. ``emptied`` comes when it does."""
        self._is_stopping = True
        self.drop_all()
        self.changed.emit()
        return not self.is_busy

    def wait(self, milliseconds: int = 10_000) -> bool:
        """Block until the running job has ended, for the program's last moments; return whether it has."""
        return self._thread is None or self._thread.wait(milliseconds)

    def _next(self) -> bool:
        """Begin the next job if none runs; return whether one was begun."""
        if self._thread is not None or not self._waiting:
            return False
        if self._is_stopping and not self._waiting[0].is_lasting:
            return False
        self._task = self._waiting.popleft()
        self._outcome, self._result = "failed", RuntimeError("The job ended without a result.")
        self._began = time.monotonic()
        thread = JobThread(self._task.job, self)
        thread.progressed.connect(self._progress)
        thread.succeeded.connect(self._succeed)
        thread.failed.connect(self._fail)
        thread.cancelled.connect(self._cancelled)
        thread.finished.connect(self._finish)
        self._thread = thread
        self.started.emit(self._task.name)
        self.changed.emit()
        thread.start(QThread.Priority.InheritPriority)
        return True

    @Slot(float, str)
    def _progress(self, fraction: float, message: str) -> None:
        if self._task is not None and not self._task.is_dropped:
            self.progressed.emit(fraction, message)

    @Slot(object)
    def _succeed(self, result: object) -> None:
        self._outcome, self._result = "done", result

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._outcome, self._result = "failed", error

    @Slot()
    def _cancelled(self) -> None:
        self._outcome, self._result = "cancelled", None

    @Slot()
    def _finish(self) -> None:
        """Deliver what came out, take note, and go on with the next."""
        task, thread = self._task, self._thread
        if task is None or thread is None:
            return
        outcome, result = self._outcome, self._result
        thread.wait()
        thread.deleteLater()
        self._task, self._thread, self._result = None, None, None
        name = task.name_once_done(result) if outcome == "done" else task.name
        finished = FinishedJob(name, outcome, time.monotonic() - self._began, datetime.now())
        if not task.is_dropped:
            if task.is_noted or outcome != "done":
                self.history.append(finished)
                self.ended.emit(finished)
            self._deliver(task, outcome, result)
        elif task.is_lasting and outcome == "failed":
            self.failed.emit(result)
        task.deleteLater()
        if not self._next():
            self.changed.emit()
            if not self.is_busy:
                self.emptied.emit()

    def _deliver(self, task: Task, outcome: Outcome, result: object) -> None:
        if outcome == "done":
            task.succeeded.emit(result)
        elif outcome == "cancelled":
            task.cancelled.emit()
        elif task.handles_failure:
            task.failed.emit(result)
        else:
            self.failed.emit(result)


class Leaving(QObject):
    """Deletes an object, such as a dialog that was closed, once no job of its queues runs any more."""

    def __init__(self, leaver: QObject) -> None:
        super().__init__(leaver)
        self._leaver = leaver

    @Slot()
    def leave(self) -> None:
        """Give up all jobs that are not lasting, and go as soon as none runs."""
        for queue in self._leaver.findChildren(JobQueue):
            queue.emptied.connect(self._go)
            queue.stop()
        self._go()

    @Slot()
    def _go(self) -> None:
        if not any(queue.is_busy or queue.waiting for queue in self._leaver.findChildren(JobQueue)):
            self._leaver.deleteLater()


def _bound(slot: Callable[..., object]) -> Callable[..., object]:
    """Return the slot if it is a method of a QObject; anything else could outlive what it works on."""
    if not isinstance(getattr(slot, "__self__", None), QObject):
        raise TypeError(f"{slot!r} is not a method of a QObject")
    return slot
