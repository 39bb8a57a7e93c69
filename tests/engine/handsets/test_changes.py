"""The runs of one customer on one handset, as an expression, against the plain definition."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

import duckdb
import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.handsets.changes import handset_events, handset_runs, phone_type_counts

START = datetime(2025, 1, 1)
HANDSETS = {"a": 2, "b": 1, "c": 0, "a again": 2}
Event = tuple[str, int, str]


def by_definition(events: list[Event]) -> list[tuple[str, int, datetime, datetime | None, int]]:
    known = [(who, START + timedelta(hours=hour), HANDSETS[kind]) for who, hour, kind in events if kind in HANDSETS]
    rows = []
    for (who, handset), run in groupby(sorted(known), key=lambda event: (event[0], event[2])):
        times = [time for _, time, _ in run]
        rows.append((who, handset, times[0], times[2] if len(times) > 2 else None, len(times)))
    return rows


@pytest.fixture(scope="module")
def backend():
    return ibis.duckdb.connect()


def found(backend, events: list[Event]) -> list[tuple[object, ...]]:
    table = pd.DataFrame(
        {
            "customer": pd.Series([who for who, _, _ in events], dtype="str"),
            "time": pd.Series([START + timedelta(hours=hour) for _, hour, _ in events], dtype="datetime64[us]"),
            "phone_type": pd.Series([kind for _, _, kind in events], dtype="str"),
        }
    )
    resolved = pd.DataFrame({"phone_type": list(HANDSETS), "handset": list(HANDSETS.values())})
    runs = handset_runs(ibis.memtable(table), ibis.memtable(resolved)).order_by("customer", "first", "handset")
    rows = backend.to_pyarrow(runs).to_pylist()
    return [tuple(row[name] for name in ("customer", "handset", "first", "third", "events")) for row in rows]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 12), st.sampled_from([*HANDSETS, "nobody knows"])),
             min_size=1, max_size=40)
)  # fmt: skip
def test_runs_are_those_of_the_definition(backend, events: list[Event]) -> None:
    assert found(backend, events) == by_definition(events)


def test_events_are_the_customers_own_calls_and_internet_use(backend) -> None:
    moment = pd.Timestamp(START)
    calls = pd.DataFrame({"caller": ["x", "stranger"], "time": [moment] * 2, "phone_type": ["a", "b"]})
    usage = pd.DataFrame({"customer": ["y", "x"], "time": [moment] * 2, "phone_type": ["c", None]})
    customers = pd.DataFrame({"customer": ["x", "y"], "number": [0, 1]})
    events = handset_events(*(ibis.memtable(table) for table in (calls, usage, customers)))
    rows = backend.to_pyarrow(events.order_by("customer", ibis.desc("phone_type", nulls_first=False))).to_pylist()
    assert [(row["customer"], row["phone_type"]) for row in rows] == [(0, "a"), (0, None), (1, "c")]
    counts = backend.to_pyarrow(phone_type_counts(events).order_by("phone_type")).to_pylist()
    assert counts == [{"phone_type": "a", "events": 1}, {"phone_type": "c", "events": 1}]


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark", "postgres", "trino", "clickhouse"])
def test_every_window_has_a_total_order_or_none_in_each_dialect(dialect: str) -> None:
    events = ibis.table({"customer": "string", "time": "timestamp", "phone_type": "string"}, name="events")
    resolved = ibis.table({"phone_type": "string", "handset": "int32"}, name="resolved")
    words = " ".join(str(ibis.to_sql(handset_runs(events, resolved), dialect=dialect)).split())
    windows = [window.split(")")[0] for window in words.split(" OVER (")[1:]]
    assert len(windows) == 5
    for window in windows:
        order = window.partition("ORDER BY ")[2]
        assert not order or "place" in order or ("time" in order and "handset" in order)


def test_the_plain_connection_gives_the_same(backend) -> None:
    """The compiled words run on a connection of ours, which Ibis has never seen."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE events AS SELECT 7 AS customer, TIMESTAMP '2025-01-01' AS time, 'a' AS phone_type")
    connection.execute("CREATE TABLE resolved AS SELECT 'a' AS phone_type, 5::INTEGER AS handset")
    events = ibis.table({"customer": "int64", "time": "timestamp(6)", "phone_type": "string"}, name="events")
    resolved = ibis.table({"phone_type": "string", "handset": "int32"}, name="resolved")
    words = str(ibis.to_sql(handset_runs(events, resolved), dialect="duckdb"))
    assert connection.execute(words).fetchall() == [(7, 5, START, None, 1)]
