"""The indicators of a DuckDB that is at hand, a share of the customers at a time, so that memory stays in bounds."""

# ruff: noqa: S608 - the SQL is built by Ibis from our own column names

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import ibis

from engine import columns
from engine.indicators.customers import indicators
from engine.indicators.people import period
from engine.indicators.tables import Tables
from engine.job import JobContext
from engine.logs.queries import in_share, interruptible

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir
    import pyarrow as pa

CALLS_AT_ONCE = 10_000_000  # take 1 to 2 GB; of more, shares of half as many are looked at, beside them all in memory
SOME_CALLS, SOME_CUSTOMERS, DESCRIBED = "some_calls", "some_customers", "described"


def customer_indicators(
    connection: duckdb.DuckDBPyConnection,
    tables: Tables,
    *,
    as_of: datetime | None = None,
    names: Collection[str] | None = None,
    calls_at_once: int = CALLS_AT_ONCE,
    context: JobContext | None = None,
) -> pa.Table:
    """Compute ``indicators`` of tables of this connection; one row per customer, in the order of the customer's text.

    A share is some customers, with the calls that have them on either side. Intermediate tables are temporary and
    gone afterwards, also after a cancel.
    """
    context = context or JobContext()
    calls = connection.execute(f"SELECT count(*) FROM ({_sql(tables.calls)})").fetchall()[0][0]
    shares = 1 if calls <= calls_at_once else -(-4 * calls // calls_at_once)
    some = replace(
        tables,
        calls=ibis.table(tables.calls.schema(), name=SOME_CALLS),
        customers=ibis.table(tables.customers.schema(), name=SOME_CUSTOMERS),
    )
    asked = indicators(some, as_of, names=names, span=period(tables, as_of))
    context.check()
    question = _sql(asked)
    try:
        for share in range(shares):
            context.progress(share / shares, "Describing customers")
            _look_at(connection, tables, share, shares, context)
            write = f"INSERT INTO {DESCRIBED}" if share else f"CREATE TEMP TABLE {DESCRIBED} AS"
            _run(connection, f"{write} {question}", context)
        found = connection.sql(f"FROM {DESCRIBED} ORDER BY {columns.CUSTOMER}").to_arrow_table()
    finally:
        connection.execute(f"DROP TABLE IF EXISTS {DESCRIBED}")
        connection.execute(f"DROP {_shape(shares)} IF EXISTS {SOME_CALLS}; DROP VIEW IF EXISTS {SOME_CUSTOMERS}")
    context.progress(1.0, "Customers described")
    return found


def _look_at(
    connection: duckdb.DuckDBPyConnection, tables: Tables, share: int, shares: int, context: JobContext
) -> None:
    """Show one share: all calls as they are, or its own taken out once, for they are looked at several times."""
    caller, callee, customer = (
        in_share(party, share, shares) for party in (columns.CALLER, columns.CALLEE, columns.CUSTOMER)
    )
    needed = ", ".join(f'"{name}"' for name in tables.calls.columns if name != columns.PHONE_TYPE)
    calls = f"SELECT {needed} FROM ({_sql(tables.calls)}) WHERE {caller} OR {callee}"
    _run(connection, f"CREATE OR REPLACE TEMP {_shape(shares)} {SOME_CALLS} AS {calls}", context)
    customers = f"SELECT * FROM ({_sql(tables.customers)}) WHERE {customer}"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {SOME_CUSTOMERS} AS {customers}")


def _shape(shares: int) -> str:
    return "TABLE" if shares > 1 else "VIEW"


def _sql(table: ir.Table) -> str:
    return str(ibis.to_sql(table, dialect="duckdb"))


def _run(connection: duckdb.DuckDBPyConnection, sql: str, context: JobContext) -> None:
    interruptible(connection, lambda: connection.execute(sql), context)
