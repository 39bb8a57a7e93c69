"""What is known of each customer: the numbers that uplift is learnt from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from engine import columns
from engine.job import JobContext

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from engine.logs.reader import Logs

DAYS_PER_MONTH = 365.25 / 12
CATEGORIES = (columns.RESIDENCE, columns.SEX, columns.MAKER)
HABITS = (
    columns.RESIDENCE, columns.SEX, "age", "tenure_months", "calls", "messages", "minutes", "incoming_share",
    "night_share", "contacts", "same_maker_contacts", "contact_entropy", "balance_mean", "pareto_share",
    "interevent_std", "home_share", "place_entropy", "megabytes", "megabytes_trend", "usage_records",
)  # fmt: skip
"""The indicators that are features; docs/indicators.md defines them, and says why not all of them are."""


def customer_features(
    logs: Logs, handsets: pd.DataFrame, *, as_of: datetime | None = None, context: JobContext | None = None
) -> pd.DataFrame:
    """Return one row per customer, by customer, with HABITS and the columns of handsets_at; maker is a category.

    Nothing later than ``as_of`` (the end of the logs if not given) is looked at. What is unknown is NaN.
    """
    import ibis

    from engine.indicators import Tables, customer_indicators

    connection = logs.connection
    phones = handsets_at(handsets, as_of or last_time(logs))
    connection.register("current", current_makers(phones))
    backend = ibis.duckdb.from_connection(connection)
    tables = Tables(*(backend.table(name) for name in ("calls", "customers", "usage", "cells", "current")))
    try:
        described = customer_indicators(connection, tables, as_of=as_of, names=HABITS, context=context)
    finally:
        connection.unregister("current")
    return features_of(described, phones)


def last_time(logs: Logs) -> datetime:
    """Return the last moment of the logs."""
    query = "SELECT max(time) FROM (SELECT time FROM calls UNION ALL SELECT time FROM usage)"
    last: datetime = logs.connection.execute(query).fetchall()[0][0]
    return last


def current_makers(phones: pd.DataFrame) -> pd.DataFrame:
    """Return customer and maker, the ``makers`` of engine.indicators.Tables, from what handsets_at returns."""
    return phones[columns.MAKER].reset_index()


def features_of(described: pa.Table, phones: pd.DataFrame) -> pd.DataFrame:
    """Put indicators (customer and HABITS at least) and the handsets of the same moment together as features.

    Numbers are rounded to single precision: a database adds fractions in the order in which its threads finish, and
    the last bits of a sum must not decide what is learnt.
    """
    table = described.select([columns.CUSTOMER, *HABITS]).to_pandas().set_index(columns.CUSTOMER).sort_index()
    features = table.join(phones)
    features[columns.MAKER] = features[columns.MAKER].fillna(columns.UNKNOWN_MAKER)
    single = features.astype({name: "category" if name in CATEGORIES else "float32" for name in features})
    typed: pd.DataFrame = single.astype({name: "float64" for name in features if name not in CATEGORIES})
    return typed


def handsets_at(handsets: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Return, by customer, the handset in use at a moment and what came before it.

    Columns: maker, phone_age_months, phones_before and makers_before (earlier handsets and their other makers), and
    own_maker_share, the share of the handsets so far that are of the present maker. ``handsets`` is ordered by
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
