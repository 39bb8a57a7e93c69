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

MOMENTS = (0.5, 2.0, 8.0)  # seconds after the work began


@dataclass(frozen=True)
class Cancel:
    """What was cancelled, after how many seconds, and how many it took; threads that were left are counted."""

    work: str
    after: float
    took: float
    threads_left: int


def measure_cancels(folder: Path) -> list[Cancel]:
    """Cancel each work at some moments; only the import is done to its end too, for the others need its tables."""
    import ibis

    plan = detect([folder])
    found = [_cancelled("Import", plan.run, after) for after in MOMENTS]
    logs = plan.run().tables
    tables = ibis.duckdb.from_connection(logs.connection)
    asked = Tables(tables.table("calls"), tables.table("customers"))
    phone_types = logged_phone_types(logs)
    works: dict[str, Callable[[JobContext], object]] = {
        "Features": lambda context: customer_indicators(logs.connection, asked, context=context),
        "Handset history": lambda context: handset_history(logs, phone_types=phone_types, context=context),
        "Ties": lambda context: web_from_records(logs.connection, context),
    }
    for name, work in works.items():
        found += [_cancelled(name, work, after) for after in MOMENTS]
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
