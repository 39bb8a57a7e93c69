"""Ties made from call records by DuckDB, as the program makes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb
import ibis
import pyarrow as pa

from engine.social import TieRules, self_calls, tie_table

Record = tuple[str, str, datetime, int, str]


def calls_table(records: Sequence[Record]) -> ibis.Table:
    """Put call records into a DuckDB of their own."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE calls (caller VARCHAR, callee VARCHAR, time TIMESTAMP, seconds INTEGER, kind VARCHAR)"
    )
    if records:
        connection.executemany("INSERT INTO calls VALUES (?, ?, ?, ?, ?)", records)
    return ibis.duckdb.from_connection(connection).table("calls")


def ties_of(records: Sequence[Record], rules: TieRules | None = None) -> pa.Table:
    return tie_table(calls_table(records), rules=rules).to_pyarrow()


def self_calls_of(records: Sequence[Record]) -> int:
    return int(self_calls(calls_table(records)).execute())


def plain_ties(rows: Sequence[tuple[str, str, int]]) -> pa.Table:
    """Return ties of these callers, callees and numbers of calls, as tie_table would."""
    pairs = {(caller, callee) for caller, callee, _ in rows}
    contacts = {caller: sum(each == caller for each, _, _ in rows) for caller, _, _ in rows}
    answering = {caller: sum(one == caller and (other, one) in pairs for one, other, _ in rows) for caller in contacts}
    return pa.table(
        {
            "caller": pa.array([caller for caller, _, _ in rows], pa.string()),
            "callee": pa.array([callee for _, callee, _ in rows], pa.string()),
            "calls": pa.array([calls for _, _, calls in rows], pa.int64()),
            "messages": pa.array([0] * len(rows), pa.int64()),
            "mutual": pa.array([(callee, caller) in pairs for caller, callee, _ in rows], pa.bool_()),
            "contacts": pa.array([contacts[caller] for caller, _, _ in rows], pa.int64()),
            "answering": pa.array([answering[caller] for caller, _, _ in rows], pa.int64()),
        }
    )
