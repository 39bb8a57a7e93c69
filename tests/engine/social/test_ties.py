"""Call records become ties: those of the last 90 days, pruned in an order that leaves nothing to chance."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import duckdb
import ibis
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.social import TieRules, tie_table
from tests.engine.social.conftest import Record, calls_table, self_calls_of, ties_of

LAST = datetime(2026, 10, 31, 12)
PEOPLE = ["036", "36", "+3620", "b", "B", "é", ""]


def record(caller: str, callee: str, days_ago: float = 0, seconds: int = 60, kind: str = "call") -> Record:
    return caller, callee, LAST - timedelta(days=days_ago), seconds, kind


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    one = st.builds(
        record,
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.sampled_from([0, 0.5, 1, 44, 89.9, 90, 90.1, 300]),
        st.integers(0, 3),
        st.sampled_from(["call", "message"]),
    )
    return draw(st.lists(one, max_size=60))


def brute_force(all_records: list[Record], most: int) -> set[tuple]:
    """Return ties by the definition, in plain Python."""
    end = max((time for _, _, time, _, _ in all_records), default=LAST)
    pairs = defaultdict(list)
    for caller, callee, time, seconds, kind in all_records:
        if time > end - timedelta(days=90) and caller != callee:
            pairs[caller, callee].append((time, seconds, kind))
    ties = set()
    for caller in {caller for caller, _ in pairs}:
        own = []
        for (one, other), group in pairs.items():
            if one == caller:
                messages = sum(kind == "message" for _, _, kind in group)
                seconds, last = sum(s for _, s, _ in group), max(time for time, _, _ in group)
                own.append((other, len(group) - messages, messages, seconds, last, (other, caller) in pairs))
        own.sort(key=lambda tie: tie[0].encode())
        own.sort(key=lambda tie: (tie[5], tie[1] + tie[2], tie[3], tie[4]), reverse=True)
        answering = sum(tie[5] for tie in own)
        ties |= {(caller, *tie, len(own), answering) for tie in own[:most]}
    return ties


@settings(max_examples=40, deadline=None)
@given(records(), st.sampled_from([1, 2, 50]))
def test_ties_are_those_of_the_definition(some: list[Record], most: int) -> None:
    found = ties_of(some, TieRules(most=most))
    assert found.column_names == [
        "caller", "callee", "calls", "messages", "seconds", "last", "mutual", "contacts", "answering",
    ]  # fmt: skip
    rows = list(zip(*(found[name].to_pylist() for name in found.column_names), strict=True))
    assert len(rows) == len(set(rows))
    assert set(rows) == brute_force(some, most)


def test_mutual_ties_are_kept_before_stronger_one_way_ones() -> None:
    some = [record("a", "shop")] * 9 + [record("a", "friend"), record("friend", "a")]
    kept = ties_of(some, TieRules(most=1)).filter(pc.field("caller") == "a")
    assert kept["callee"].to_pylist() == ["friend"]
    assert kept["contacts"].to_pylist() == [2]


def test_self_calls_are_dropped_and_counted() -> None:
    some = [record("a", "a"), record("a", "a", 200), record("a", "b"), record("b", "b")]
    assert self_calls_of(some) == 2
    assert ties_of(some).num_rows == 1


def test_window_may_end_before_the_records_do() -> None:
    some = [record("a", "b", 95), record("a", "c", 1)]
    earlier = tie_table(calls_table(some), until=LAST - timedelta(days=10)).to_pyarrow()
    assert earlier["callee"].to_pylist() == ["b"]


def test_records_without_a_kind_are_calls() -> None:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE calls AS SELECT 'a' AS caller, 'b' AS callee, now()::TIMESTAMP AS time, 1 AS seconds"
    )
    ties = tie_table(ibis.duckdb.from_connection(connection).table("calls")).to_pyarrow()
    assert (ties["calls"].to_pylist(), ties["messages"].to_pylist()) == ([1], [0])


@pytest.mark.parametrize("dialect", ["pyspark", "postgres"])
def test_expression_compiles_for_other_databases(dialect: str) -> None:
    schema = {
        "caller": "string", "callee": "string", "time": "timestamp", "seconds": "int32", "kind": "string",
    }  # fmt: skip
    text = ibis.to_sql(tie_table(ibis.table(schema, name="calls")), dialect=dialect)
    assert "PARTITION BY" in text
