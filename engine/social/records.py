"""From the clean tables in DuckDB to the social web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.columns import CALLEE, CALLER, CUSTOMER
from engine.job import JobContext
from engine.logs.queries import interruptible
from engine.social.ties import TieRules, self_calls, tie_table
from engine.social.web import SocialWeb, WebRules, social_web

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir
    import pyarrow as pa

CALLS_AT_ONCE = 15_000_000  # take about 1 GB


def read_ties(connection: duckdb.DuckDBPyConnection, context: JobContext, *, rules: TieRules | None = None) -> pa.Table:
    """Read the ties in the table calls, as tie_table defines them, in any order. Raises JobCancelled.

    Many calls are taken in shares of the callers, each with those who called them, so that memory stays in bounds.
    """
    import ibis
    import pyarrow as pa

    calls = ibis.duckdb.from_connection(connection).table("calls")
    count, until = connection.execute("SELECT count(*), max(time) FROM calls").fetchall()[0]
    shares = 1 if count <= CALLS_AT_ONCE else -(-2 * count // CALLS_AT_ONCE)  # a share has the calls of either side
    found = []
    for share in range(shares):
        context.progress(share / shares, "Finding who calls whom")
        if shares == 1:
            ties = tie_table(calls, rules=rules)
        else:
            either = _is_in(calls[CALLER], share, shares) | _is_in(calls[CALLEE], share, shares)
            ties = tie_table(calls.filter(either), until=until, rules=rules)
            ties = ties.filter(_is_in(ties[CALLER], share, shares))
        found.append(interruptible(connection, ties.to_pyarrow, context))
    return pa.concat_tables(found)


def _is_in(party: ir.StringColumn, share: int, shares: int) -> ir.BooleanValue:
    """Say whether a party belongs to a share of all; a hash may be negative."""
    return (party.hash() % shares + shares) % shares == share


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
