"""Long queries: a cancel ends them, and large tables are looked at in shares."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from engine.job import JobContext

Result = TypeVar("Result")
PATIENCE = 0.1  # seconds between two looks at whether the job was cancelled


class Connection(Protocol):
    """What can be told to stop from another thread."""

    def interrupt(self) -> None:
        """End the query that runs now."""


@contextmanager
def ended_by_cancel(connection: Connection, context: JobContext) -> Iterator[None]:
    """Let a cancel end whatever the connection does within the block, at once.

    Another thread looks whether the job was cancelled and interrupts the query then. Raises JobCancelled in the place
    of what the interrupted query says.
    """
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(PATIENCE):
            if context.is_cancelled:
                connection.interrupt()

    watcher = threading.Thread(target=watch, name="cancel", daemon=True)
    watcher.start()
    try:
        yield
    except Exception:
        context.check()
        raise
    finally:
        is_over.set()
        watcher.join()


def interruptible(connection: Connection, work: Callable[[], Result], context: JobContext) -> Result:
    """Do ``work``, which queries the connection, and return its result.

    Raises JobCancelled once the job is cancelled, and whatever the work raises otherwise.
    """
    context.check()
    with ended_by_cancel(connection, context):
        result = work()
    context.check()  # a cancelled job's result is nobody's any more
    return result


def in_share(party: str, share: int, shares: int) -> str:
    """Return DuckDB's words for whether the party in a column belongs to a share of all; to the only share all do.

    Ibis would have the hash taken for a text of bits, which takes longer than all else.
    """
    return f'hash("{party}") % {shares} = {share}' if shares > 1 else "true"
