"""From clean tables in DuckDB to the web, in one step."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from engine.job import JobCancelled, JobContext
from engine.social import TieRules, records, web_from_records
from engine.social.records import read_ties
from tests.engine.social.conftest import Record, connection_with

WHEN = datetime(2026, 10, 1, 8)


def call(caller: str, callee: str) -> Record:
    return caller, callee, WHEN, 60, "call"


def test_web_is_made_of_calls_and_customers() -> None:
    made = [call("anna", "bela"), call("bela", "anna"), call("anna", "outside"), call("anna", "anna")]
    with connection_with(made) as connection:
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


def test_many_calls_taken_in_shares_of_the_callers_give_the_same_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(5)
    people = [f"p{number}" for number in range(40)]
    times = [WHEN - timedelta(hours=draw.randrange(24 * 200)) for _ in range(900)]
    with connection_with(
        [(*draw.choices(people, k=2), time, draw.randrange(9), "call") for time in times]
    ) as connection:
        rules = TieRules(most=5)
        whole = read_ties(connection, JobContext(), rules=rules)
        monkeypatch.setattr(records, "CALLS_AT_ONCE", 130)
        fractions: list[float] = []
        shares = read_ties(connection, JobContext(lambda fraction, _: fractions.append(fraction)), rules=rules)
    assert len(fractions) == 14
    assert whole.num_rows > 100
    order = [("caller", "ascending"), ("callee", "ascending")]
    assert shares.sort_by(order).to_pylist() == whole.sort_by(order).to_pylist()


def test_cancelled_query_stops() -> None:
    context = JobContext()
    context.cancel()
    with connection_with([call("anna", "bela")]) as connection, pytest.raises(JobCancelled):
        web_from_records(connection, context)
