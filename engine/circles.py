"""From the calls of a campaign to each customer's circle, kept in the campaign file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.job import JobContext

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign
    from engine.logs import Logs


def keep_circles(campaign: Campaign, logs: Logs, context: JobContext) -> None:
    """Find whom each customer listens to, and keep it; calls within no window of the logs make no circle.

    Raises JobCancelled.
    """
    from engine.social import social_web, write_circle

    context.progress(0.0, "Counting who calls whom")
    ties, alone = _ties(logs, context)
    customers = logs.connection.sql("SELECT customer FROM customers ORDER BY customer").to_arrow_table()["customer"]
    web = social_web(ties, context.part(0.3, 0.8), customers=customers.combine_chunks(), self_calls=alone)
    community = web.communities(context=context.part(0.8, 0.95))
    context.progress(0.95, "Keeping the circles")
    write_circle(campaign, web, community)
    context.progress(1.0, "Circles kept")


def _ties(logs: Logs, context: JobContext) -> tuple[pa.Table, int]:
    """Return the ties of the last months, and how many calls were to oneself."""
    import ibis

    from engine.logs.queries import interruptible
    from engine.social import self_calls, tie_table

    connection = logs.connection
    calls = ibis.duckdb.from_connection(connection).table("calls")
    ties = str(ibis.to_sql(tie_table(calls), dialect="duckdb"))
    alone = str(ibis.to_sql(self_calls(calls), dialect="duckdb"))
    found = interruptible(connection, lambda: connection.sql(ties).to_arrow_table(), context)
    return found, int(connection.execute(alone).fetchall()[0][0])
