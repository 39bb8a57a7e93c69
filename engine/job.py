"""What long work is, with no Qt in sight."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")
Report = Callable[[float, str], None]


class JobCancelled(Exception):
    """Raised inside a job once the person asked it to stop."""


class JobContext:
    """Handed to long work: it reports progress and notices a cancel. Without arguments it does so silently."""

    def __init__(self, report: Report | None = None, *, shares: JobContext | None = None) -> None:
        """Make a context that reports to ``report``; one that ``shares`` another is cancelled with it."""
        self._report = report
        self._cancelled: threading.Event = threading.Event() if shares is None else shares._cancelled

    def cancel(self) -> None:
        """Ask the work to stop; it does so at its next ``progress`` or ``check``. Safe from any thread."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether a cancel is pending."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise JobCancelled if a cancel is pending."""
        if self._cancelled.is_set():
            raise JobCancelled

    def progress(self, fraction: float, message: str = "") -> None:
        """Report how far the work is (0 to 1) and what it does now; raise JobCancelled if a cancel is pending."""
        self.check()
        if self._report is not None:
            self._report(min(max(fraction, 0.0), 1.0), message)

    def part(self, start: float, end: float) -> JobContext:
        """Return a context whose 0 to 1 is this one's ``start`` to ``end``; a cancel reaches both."""
        return JobContext(
            lambda fraction, message: self.progress(start + (end - start) * fraction, message), shares=self
        )


@dataclass(frozen=True)
class Job(Generic[Result]):
    """Long work with the name that the job bar shows."""

    name: str
    work: Callable[[JobContext], Result]

    def run(self, context: JobContext | None = None) -> Result:
        """Do the work here and now, in this thread."""
        return self.work(context or JobContext())


class Throttle:
    """Lets at most ``per_second`` calls through, and always the last step (fraction 1)."""

    def __init__(self, report: Report, per_second: float = 10.0) -> None:
        self._report = report
        self._pause = 1.0 / per_second
        self._last = -self._pause

    def __call__(self, fraction: float, message: str) -> None:
        """Pass the report on, or drop it if the last one was a moment ago."""
        now = time.monotonic()
        if now - self._last >= self._pause or fraction >= 1.0:
            self._last = now
            self._report(fraction, message)
