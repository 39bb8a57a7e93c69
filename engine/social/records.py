"""From the clean tables in DuckDB to the social web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.columns import CALLEE, CALLER, CUSTOMER
from engine.job import JobContext
from engine.logs.queries import in_share, interruptible
from engine.social.ties import TieRules, self_calls, tie_table
from engine.social.web import SocialWeb, WebRules, social_web

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CALLS_AT_ONCE = 15_000_000  # take about 1 GB
SOME_CALLS = "some_calls"


def read_ties(connection: duckdb.DuckDBPyConnection, context: JobContext, *, rules: TieRules | None = None) -> pa.Table:
    """Read the ties in the table calls, as tie_table defines them, in any order. Raises JobCancelled.

    Many calls are taken in shares of the callers, each with those who called them, so that memory stays in bounds.
    """
    import ibis
    import pyarrow as pa

    calls = ibis.duckdb.from_connection(connection).table("calls")
    count, until = connection.execute("SELECT count(*), max(time) FROM calls").fetchall()[0]
    shares = 1 if count <= CALLS_AT_ONCE else -(-2 * count // CALLS_AT_ONCE)  # a share has the calls of either side
    ties = tie_table(ibis.table(calls.schema(), name=SOME_CALLS), until=until, rules=rules)
    question = str(ibis.to_sql(ties, dialect="duckdb"))
    found = []
    try:
        for share in range(shares):
            context.progress(share / shares, "Finding who calls whom")
            found.append(_ties_of(connection, question, share, shares, context))
    finally:
        connection.execute(f"DROP VIEW IF EXISTS {SOME_CALLS}")
    return pa.concat_tables(found)


def _ties_of(
    connection: duckdb.DuckDBPyConnection, question: str, share: int, shares: int, context: JobContext
) -> pa.Table:
    """Ask for the ties of a share of the callers; the question is about the view."""
    called, calling = (in_share(party, share, shares) for party in (CALLEE, CALLER))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {SOME_CALLS} AS FROM calls WHERE {calling} OR {called}")
    rows = f"FROM ({question}) WHERE {calling}"
    return interruptible(connection, lambda: connection.sql(rows).to_arrow_table(), context)


def web_from_records(
    connection: duckdb.DuckDBPyConnection,
    context: JobContext | None = None,
    *,
    tie_rules: TieRules | None = None,
    web_rules: WebRules | None = None,
) -> SocialWeb:
    """Make the social web of the tables calls and customers (those of engine.logs.Logs). Raises JobCancelled."""
    import ibis

    context = context or JobContext()
    context.progress(0.0, "Finding who calls whom")
    tables = ibis.duckdb.from_connection(connection)
    calls = tables.table("calls")
    found = read_ties(connection, context.part(0.0, 0.5), rules=tie_rules)
    alone = interruptible(connection, lambda: self_calls(calls, rules=tie_rules).to_pyarrow(), context)
    customers = tables.table("customers").select(CUSTOMER).to_pyarrow()[CUSTOMER]
    return social_web(
        found,
        context.part(0.5, 1.0),
        customers=customers.combine_chunks(),
        self_calls=alone.as_py(),
        rules=web_rules,
    )
