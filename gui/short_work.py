"""Work that is done at once for few rows and in a thread for many, so that the window never waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.job import Job, JobContext
from gui.jobs import JobQueue

MANY_ROWS = 50_000


class ShortWork(QObject):
    """Does one kind of work over and over; only what was asked for last is delivered.

    ``share`` of the rows that others do at once are done at once: less than 1 for work that takes longer per row.
    """

    failed = Signal(Exception)
    settled = Signal()  # nothing runs and nothing waits

    def __init__(self, name: str, done: Callable[[Any], object], parent: QObject, *, share: float = 1.0) -> None:
        super().__init__(parent)
        self._name, self._share = name, share
        self._done = done
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)
        self._queue.emptied.connect(self.settled)

    @property
    def is_busy(self) -> bool:
        """Whether a thread is at work."""
        return self._queue.is_busy

    def ask(self, work: Callable[[], object], rows: int) -> None:
        """Do the work over a number of rows; its result goes to ``done``, now or later."""
        self.give_up()
        if rows < self._share * MANY_ROWS and not self._queue.is_busy:
            self._done(work())
            return

        def in_job(context: JobContext) -> object:
            context.check()
            return work()

        self._queue.start(Job(self._name, in_job), self._done)

    def give_up(self) -> None:
        """Want no result any more."""
        self._queue.drop_all()
