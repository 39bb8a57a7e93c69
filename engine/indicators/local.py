"""The indicators of a DuckDB that is at hand, a share of the customers at a time, so that memory stays in bounds."""

# ruff: noqa: S608 - the SQL is built by Ibis from our own column names

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import ibis

from engine import columns
from engine.indicators.customers import Keep, indicators
from engine.indicators.tables import Tables
from engine.job import JobContext
from engine.logs.queries import interruptible

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir
    import pyarrow as pa

CALLS_AT_ONCE = 2_500_000  # take about 1 GB


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

    Intermediate tables are temporary and gone afterwards, also after a cancel.
    """
    context = context or JobContext()
    calls = connection.execute(f"SELECT count(*) FROM ({_sql(tables.calls)})").fetchall()[0][0]
    shares = max(1, -(-calls // calls_at_once))
    number = ibis.row_number().over(order_by=tables.customers[columns.CUSTOMER])
    split = tables.customers.mutate(share=number % shares)
    try:
        for share in range(shares):
            context.progress(share / shares, "Describing customers")
            some = replace(tables, customers=split.filter(split.share == share).drop("share"))
            with _kept(connection, context) as keep:
                question = indicators(some, as_of, names=names, keep=keep)
                context.check()
                rows = _sql(question)
                write = "INSERT INTO described" if share else "CREATE TEMP TABLE described AS"
                _run(connection, f"{write} {rows}", context)
        found = connection.sql(f"FROM described ORDER BY {columns.CUSTOMER}").to_arrow_table()
    finally:
        connection.execute("DROP TABLE IF EXISTS described")
    context.progress(1.0, "Customers described")
    return found


@contextmanager
def _kept(connection: duckdb.DuckDBPyConnection, context: JobContext) -> Iterator[Keep]:
    """Offer a way to write intermediate tables down, and drop them in the end."""
    backend = ibis.duckdb.from_connection(connection)
    names: list[str] = []

    def keep(table: ir.Table) -> ir.Table:
        names.append(f"kept_{len(names)}")
        _run(connection, f"CREATE OR REPLACE TEMP TABLE {names[-1]} AS {_sql(table)}", context)
        return backend.table(names[-1])

    try:
        yield keep
    finally:
        for name in names:
            connection.execute(f"DROP TABLE IF EXISTS {name}")


def _sql(table: ir.Table) -> str:
    return str(ibis.to_sql(table, dialect="duckdb"))


def _run(connection: duckdb.DuckDBPyConnection, sql: str, context: JobContext) -> None:
    interruptible(connection, lambda: connection.execute(sql), context)
