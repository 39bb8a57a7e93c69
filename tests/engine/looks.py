"""How often work looks at a cancel, and how much it does between two looks."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from engine.job import JobContext


class Looks(threading.Event):
    """Stands for a cancel that never comes, and notes the CPU time of the process between two looks at it.

    Looks of other threads than the one that made it do not count.
    """

    def __init__(self) -> None:
        super().__init__()
        self._watched = threading.get_ident()
        self._last = time.process_time()
        self.gaps: list[float] = []

    def is_set(self) -> bool:
        if threading.get_ident() == self._watched:
            now = time.process_time()
            self.gaps.append(now - self._last)
            self._last = now
        return super().is_set()


class Watched(JobContext):
    """A context whose looks at a cancel are noted, those of its parts included."""

    def __init__(self) -> None:
        super().__init__()
        self._cancelled = self.looks = Looks()


@contextmanager
def without_others_litter() -> Iterator[None]:
    """Keep Python from walking, between two looks, over all that other tests left: it can take .4 s in a long run."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
