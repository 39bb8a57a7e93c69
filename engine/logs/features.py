"""What is known of each customer: the numbers that uplift is learnt from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine import columns
from engine.job import JobContext
from engine.logs.queries import interruptible

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from engine.logs.reader import Logs

DAYS_PER_MONTH = 365.25 / 12
RECENT_DAYS = 90
SHORTEST_MONTHS = 0.5  # of observation, so that newcomers' monthly figures stay in bounds

CUSTOMERS_SQL = """
    WITH logs AS (
        SELECT min(time) AS start FROM (SELECT min(time) AS time FROM calls UNION ALL SELECT min(time) FROM usage)
    )
    SELECT customer, residence, sex, year($as_of) - birth_year AS age,
        date_diff('day', since, $as_of::DATE) / $month AS tenure_months,
        greatest(date_diff('second', greatest(start, since), least($as_of, left_on)) / 86400.0 / $month, $least)
            AS months
    FROM customers, logs"""
CALLS_SQL = """
    WITH sides AS (
        SELECT caller AS customer, callee AS contact, time, seconds, false AS incoming FROM calls WHERE time <= $as_of
        UNION ALL
        SELECT callee, caller, time, seconds, true FROM calls WHERE time <= $as_of
    ),
    ties AS (
        SELECT customer, contact, count(*) AS calls, sum(seconds) AS seconds, count(*) FILTER (incoming) AS incoming,
            count(*) FILTER (hour(time) >= 22 OR hour(time) < 7) AS night
        FROM sides SEMI JOIN customers USING (customer) GROUP BY ALL
    )
    SELECT ties.customer, sum(calls) AS calls, sum(seconds) / 60 AS minutes, count(*) AS contacts,
        sum(incoming) / sum(calls) AS incoming_share, sum(night) / sum(calls) AS night_share,
        avg((own.maker = theirs.maker)::INTEGER) AS same_maker_contacts
    FROM ties LEFT JOIN current own ON own.customer = ties.customer
        LEFT JOIN current theirs ON theirs.customer = contact
    GROUP BY ties.customer"""
USAGE_SQL = """
    SELECT customer, sum(megabytes) AS megabytes, count(*) AS usage_records,
        coalesce(sum(megabytes) FILTER (time > $as_of - to_days($recent)), 0) AS recent
    FROM usage SEMI JOIN customers USING (customer) WHERE time <= $as_of GROUP BY customer"""


def customer_features(
    logs: Logs, handsets: pd.DataFrame, *, as_of: datetime | None = None, context: JobContext | None = None
) -> pd.DataFrame:
    """Return one row per customer, in the order of the customer list, with the customer as index.

    Nothing later than ``as_of`` (the end of the logs if not given) is looked at. residence, maker (now) and sex are
    categories. age is in years; tenure_months since joining; phone_age_months of the handset in use; phones_before and
    makers_before count earlier handsets and their other makers; own_maker_share is the share of the handsets so far
    that are of the present maker. calls, minutes, megabytes and usage_records are per month of observation; contacts
    is a count; night_share (22 to 7 o'clock) and incoming_share are shares of the calls, same_maker_contacts that of
    the contacts whose handset is known to be of the customer's maker; megabytes_trend is the log ratio of the last 90
    days' monthly megabytes to the whole. What is unknown is NaN.
    """
    context = context or JobContext()
    connection = logs.connection
    as_of = (
        as_of
        or connection.execute(
            "SELECT max(time) FROM (SELECT time FROM calls UNION ALL SELECT time FROM usage)"
        ).fetchall()[0][0]
    )
    context.progress(0.0, "Describing customers")
    people = _read(connection, context, CUSTOMERS_SQL, as_of=as_of, month=DAYS_PER_MONTH, least=SHORTEST_MONTHS)
    phones = handsets_at(handsets, as_of)
    connection.register("current", phones.reset_index()[[columns.CUSTOMER, columns.MAKER]])
    calls = _read(connection, context, CALLS_SQL, as_of=as_of).reindex(people.index)
    connection.unregister("current")
    context.progress(0.7, "Describing customers")
    usage = _read(connection, context, USAGE_SQL, as_of=as_of, recent=RECENT_DAYS).reindex(people.index)
    phones = phones.reindex(people.index)
    months = people.pop("months")
    recent_months = np.minimum(months, RECENT_DAYS / DAYS_PER_MONTH)
    monthly = usage["megabytes"].fillna(0.0) / months
    features = people.assign(
        residence=people[columns.RESIDENCE].astype("category"),
        sex=people[columns.SEX].astype("category"),
        maker=phones.pop(columns.MAKER).fillna(columns.UNKNOWN_MAKER).astype("category"),
        calls=calls["calls"].fillna(0.0) / months,
        minutes=calls["minutes"].fillna(0.0) / months,
        contacts=calls["contacts"].fillna(0.0),
        night_share=calls["night_share"],
        incoming_share=calls["incoming_share"],
        same_maker_contacts=calls["same_maker_contacts"],
        megabytes=monthly,
        megabytes_trend=np.log((usage["recent"].fillna(0.0) / recent_months + 1.0) / (monthly + 1.0)),
        usage_records=usage["usage_records"].fillna(0.0) / months,
    )
    features = features.join(phones)
    numbers = features.columns.difference([columns.RESIDENCE, columns.SEX, columns.MAKER])
    context.progress(1.0, "Customers described")
    return features.astype(dict.fromkeys(numbers, "float64"))


def handsets_at(handsets: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return, by customer, the handset in use at a moment and what came before it.

    Columns: maker, phone_age_months, phones_before, makers_before, own_maker_share. ``handsets`` is ordered by
    customer and time, as handset_history returns it.
    """
    import pandas as pd

    past = handsets.loc[handsets["start"] <= as_of, [columns.CUSTOMER, columns.MAKER, "start"]]
    owner = past.groupby(columns.CUSTOMER, sort=False)
    now = past.set_index(columns.CUSTOMER).loc[~past.duplicated(columns.CUSTOMER, keep="last").to_numpy()]
    phones = owner.size().reindex(now.index)
    is_own = past[columns.MAKER].to_numpy() == now[columns.MAKER].reindex(past[columns.CUSTOMER]).to_numpy()
    own = pd.Series(is_own, index=past[columns.CUSTOMER]).groupby(level=0, sort=False).mean()
    return pd.DataFrame(
        {
            columns.MAKER: now[columns.MAKER],
            "phone_age_months": (as_of - now["start"]).dt.total_seconds() / 86_400 / DAYS_PER_MONTH,
            "phones_before": phones - 1,
            "makers_before": owner[columns.MAKER].nunique().reindex(now.index) - 1,
            "own_maker_share": own.reindex(now.index),
        }
    )


def _read(connection: duckdb.DuckDBPyConnection, context: JobContext, sql: str, **values: object) -> pd.DataFrame:
    """Run a query and return its table by customer."""
    table = interruptible(connection, lambda: connection.execute(sql, values).df(), context)
    return table.set_index(columns.CUSTOMER)
