"""From clean tables in DuckDB to the web, in one step."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.job import JobCancelled, JobContext
from engine.social import web_from_records
from tests.engine.social.conftest import Record, connection_with

WHEN = datetime(2026, 10, 1, 8)


def call(caller: str, callee: str) -> Record:
    return caller, callee, WHEN, 60, "call"


def test_web_is_made_of_calls_and_customers() -> None:
    records = [call("anna", "bela"), call("bela", "anna"), call("anna", "outside"), call("anna", "anna")]
    with connection_with(records) as connection:
        connection.execute("CREATE TABLE customers AS SELECT unnest(['anna', 'bela', 'cili']) AS customer")
        messages = []
        web = web_from_records(connection, JobContext(lambda fraction, message: messages.append((fraction, message))))
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (4,)
    assert web.self_calls == 1
    assert [each.contact for each in web.most_influential("anna")] == ["outside", "bela"]  # through anna to bela
    assert [each.is_customer for each in web.most_influential("anna")] == [False, True]
    assert web.most_influential("cili") == ()
    assert messages[0] == (0.0, "Finding who calls whom")
    assert [fraction for fraction, _ in messages] == sorted(fraction for fraction, _ in messages)
    assert messages[-1] == (1.0, "The social web is there")


def test_cancelled_query_stops() -> None:
    context = JobContext()
    context.cancel()
    with connection_with([call("anna", "bela")]) as connection, pytest.raises(JobCancelled):
        web_from_records(connection, context)
