"""Ties made from call records by DuckDB, as the program makes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import duckdb
import ibis
import numpy as np
import pyarrow as pa

from engine.demo.calls import CALLS_EACH
from engine.demo.population import Population
from engine.demo.world import LOG_DAYS
from engine.social import SocialWeb, TieRules, self_calls, social_web, tie_table

Record = tuple[str, str, datetime, int, str]


def calls_table(records: Sequence[Record]) -> ibis.Table:
    """Put call records into a DuckDB of their own."""
    return ibis.duckdb.from_connection(connection_with(records)).table("calls")


def connection_with(
    records: Sequence[Record], connection: duckdb.DuckDBPyConnection | None = None
) -> duckdb.DuckDBPyConnection:
    """Put these records into the table calls of a DuckDB, a new one if none is given."""
    types = (pa.string(), pa.string(), pa.timestamp("us"), pa.int32(), pa.string())
    names = ("caller", "callee", "time", "seconds", "kind")
    columns = zip(*records, strict=True) if records else [()] * len(names)
    table = pa.table([pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names=names)
    connection = connection or duckdb.connect()
    connection.register("records", table)
    connection.execute("CREATE OR REPLACE TABLE calls AS SELECT * FROM records")
    return connection


def ties_of(records: Sequence[Record], rules: TieRules | None = None) -> pa.Table:
    """Return the ties of call records; to open a database and to compile the expression takes longer than to run it."""
    return connection_with(records, _one_for_all()).sql(_tie_sql(rules)).to_arrow_table()


@cache
def _one_for_all() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


@cache
def _tie_sql(rules: TieRules | None) -> str:
    return str(ibis.to_sql(tie_table(calls_table([]), rules=rules), dialect="duckdb"))


def self_calls_of(records: Sequence[Record]) -> int:
    return int(self_calls(calls_table(records)).execute())


def plain_ties(rows: Sequence[tuple[str, str, int]]) -> pa.Table:
    """Return ties of these callers, callees and numbers of calls, as tie_table would."""
    pairs = {(caller, callee) for caller, callee, _ in rows}
    contacts = Counter(caller for caller, _, _ in rows)
    answering = Counter(caller for caller, callee, _ in rows if (callee, caller) in pairs)
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


def web_of(population: Population, seed: int) -> SocialWeb:
    """Return the web of 90 days of a population's calls."""
    drawn, rng = population.drawn, np.random.default_rng(seed)
    caller, callee = drawn.ties.caller, drawn.ties.callee
    activity = np.exp(rng.normal(-0.1, 0.45, len(drawn.people))) * CALLS_EACH / LOG_DAYS
    calls = rng.poisson(activity[caller] * drawn.ties.weight * 90)
    caller, callee, calls = caller[calls > 0], callee[calls > 0], calls[calls > 0]
    names = pa.array([*drawn.people.ids, *(f"+36{number}" for number in drawn.ties.foreign_numbers.tolist())])
    mutual = np.isin(callee * len(names) + caller, caller * len(names) + callee)
    ties = pa.table(
        {
            "caller": names.take(pa.array(caller)),
            "callee": names.take(pa.array(callee)),
            "calls": calls,
            "messages": np.zeros_like(calls),
            "mutual": mutual,
            "contacts": np.bincount(caller)[caller],
            "answering": np.bincount(caller, mutual).astype(np.int64)[caller],
        }
    )
    return social_web(ties, customers=drawn.people.ids.tolist())
