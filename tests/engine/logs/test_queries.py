"""A cancel ends a long query."""

from __future__ import annotations

import threading
import time

import duckdb
import pytest

from engine.job import JobCancelled, JobContext
from engine.logs.queries import interruptible


def test_a_cancel_interrupts_a_query_within_a_second() -> None:
    connection, context = duckdb.connect(), JobContext()
    endless = "SELECT sum(a.range * b.range % 7) FROM range(1000000) a, range(1000000) b"
    timer = threading.Timer(0.3, context.cancel)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(JobCancelled):
        interruptible(connection, lambda: connection.execute(endless).fetchall(), context)
    assert time.monotonic() - begun < 5  # a second, and what a busy machine takes; the query alone takes hours
    assert connection.execute("SELECT 1").fetchall() == [(1,)]
    timer.join()


def test_what_the_work_returns_or_raises_comes_through() -> None:
    connection = duckdb.connect()
    assert interruptible(connection, lambda: connection.execute("SELECT 7").fetchall(), JobContext()) == [(7,)]
    with pytest.raises(duckdb.Error, match="no_table"):
        interruptible(connection, lambda: connection.execute("FROM no_table"), JobContext())
