"""From the clean tables in DuckDB to the social web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.columns import CUSTOMER
from engine.job import JobContext
from engine.logs.queries import interruptible
from engine.social.ties import TieRules, self_calls, tie_table
from engine.social.web import SocialWeb, WebRules, social_web

if TYPE_CHECKING:
    import duckdb


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
    found, alone = interruptible(
        connection,
        lambda: (tie_table(calls, rules=tie_rules).to_pyarrow(), self_calls(calls, rules=tie_rules).to_pyarrow()),
        context,
    )
    customers = tables.table("customers").select(CUSTOMER).to_pyarrow()[CUSTOMER]
    return social_web(
        found,
        context.part(0.5, 1.0),
        customers=customers.combine_chunks(),
        self_calls=alone.as_py(),
        rules=web_rules,
    )
