"""Long queries that a cancel ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

from engine.job import JobContext

Result = TypeVar("Result")
PATIENCE = 0.1  # seconds between two looks at whether the job was cancelled


class Connection(Protocol):
    """What can be told to stop from another thread."""

    def interrupt(self) -> None:
        """End the query that runs now."""


def interruptible(connection: Connection, work: Callable[[], Result], context: JobContext) -> Result:
    """Do ``work``, which queries the connection, and return its result.

    The work is done in another thread, while this one waits and interrupts the query once the job is cancelled.
    Raises JobCancelled then, and whatever the work raises otherwise.
    """
    context.check()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="query") as executor:
        future = executor.submit(work)
        while not wait([future], timeout=PATIENCE).done:
            if context.is_cancelled:
                connection.interrupt()
    context.check()  # a cancelled job's result, or its interruption, is nobody's any more
    return future.result()
