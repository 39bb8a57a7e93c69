"""How long a cancel takes: in an import, and in the middle of each long question to the records."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.handsets import handset_history, logged_phone_types
from engine.indicators import Tables, customer_indicators
from engine.job import JobCancelled, JobContext
from engine.logs import detect
from engine.social.records import web_from_records

MOMENTS = (0.3, 0.7)  # of the time that the work takes


@dataclass(frozen=True)
class Cancel:
    """What was cancelled, after how many seconds, and how many it took; threads that were left are counted."""

    work: str
    after: float
    took: float
    threads_left: int


def measure_cancels(folder: Path) -> list[Cancel]:
    """Do everything once to know how long it takes, then cancel it at some moments."""
    import ibis

    plan = detect([folder])
    begun = time.perf_counter()
    logs = plan.run().tables
    took = time.perf_counter() - begun
    found = [_cancelled("Import", plan.run, share * took) for share in MOMENTS]
    tables = ibis.duckdb.from_connection(logs.connection)
    asked = Tables(tables.table("calls"), tables.table("customers"))
    phone_types = logged_phone_types(logs)
    works: dict[str, Callable[[JobContext], object]] = {
        "Features": lambda context: customer_indicators(logs.connection, asked, context=context),
        "Handset history": lambda context: handset_history(logs, phone_types=phone_types, context=context),
        "Ties": lambda context: web_from_records(logs.connection, context),
    }
    for name, work in works.items():
        begun = time.perf_counter()
        work(JobContext())
        took = time.perf_counter() - begun
        found += [_cancelled(name, work, share * took) for share in MOMENTS]
    return found


def _cancelled(name: str, work: Callable[[JobContext], object], after: float) -> Cancel:
    """Cancel some work after some seconds."""
    context, threads, asked = JobContext(), threading.active_count(), 0.0

    def cancel() -> None:
        nonlocal asked
        asked = time.perf_counter()
        context.cancel()

    timer = threading.Timer(after, cancel)
    timer.start()
    try:
        work(context)
        took = float("nan")  # it was over before
    except JobCancelled:
        took = time.perf_counter() - asked
    timer.cancel()
    timer.join()
    return Cancel(name, after, took, threading.active_count() - threads)
