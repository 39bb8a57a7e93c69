"""Each customer's handsets one after the other, as calls and internet use show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine import columns
from engine.handsets.resolve import UNKNOWN_HANDSET, Handset, HandsetTables, default_tables, model_key, resolve_handset
from engine.handsets.runs import (
    DAY,
    DWELL_DAYS,
    BoolArray,
    FloatArray,
    IntArray,
    Runs,
    dwelling,
    joined,
    merged,
    most_seen,
    without_visits,
)
from engine.job import JobContext
from engine.logs.queries import interruptible

if TYPE_CHECKING:
    import duckdb

    from engine.logs import Logs

MONTH = DAY * 365.25 / 12  # microseconds
UNKNOWN = np.iinfo(np.int64).max
EVERY_STRINGS = 20_000  # between two looks at whether the job was cancelled

# One row per customer: a running number, when the handset was got, and when the observation ends. Whoever left was
# watched to the end of that day.
CUSTOMERS_SQL = """
    CREATE OR REPLACE TEMP TABLE watched AS
    WITH logs AS (
        SELECT max(time) AS finish
        FROM (SELECT max(time) AS time FROM calls UNION ALL SELECT max(time) FROM usage)
    )
    SELECT customer, row_number() OVER (ORDER BY customer) - 1 AS number,
        epoch_us(phone_since::TIMESTAMP) AS phone_since,
        coalesce(left_on <= finish::DATE, false) AS has_left,
        epoch_us(CASE WHEN left_on < finish::DATE THEN left_on + INTERVAL 1 DAY ELSE finish END) AS until
    FROM customers, logs"""
RUNS_SQL = """
    WITH events AS (
        SELECT number, time, handset
        FROM calls JOIN watched ON caller = customer JOIN phone_types USING (phone_type)
        UNION ALL
        SELECT number, time, handset FROM usage JOIN watched USING (customer) JOIN phone_types USING (phone_type)
    ),
    marked AS (
        SELECT *, handset IS DISTINCT FROM lag(handset) OVER (PARTITION BY number ORDER BY time, handset) AS begins
        FROM events
    ),
    counted AS (
        SELECT *, sum(begins::INTEGER) OVER (
            PARTITION BY number ORDER BY time, handset ROWS UNBOUNDED PRECEDING) AS run
        FROM marked
    )
    SELECT number, any_value(handset) AS handset, epoch_us(min(time)) AS first,
        coalesce(epoch_us(min(time, 3)[3]), -1) AS third, count(*) AS events
    FROM counted GROUP BY number, run ORDER BY number, run"""


@dataclass(frozen=True)
class _Watched:
    """Customers by number: when they got the handset first seen (or UNKNOWN), and when their observation ends."""

    customer: pd.Series
    phone_since: IntArray  # microseconds
    until: IntArray
    has_left: BoolArray


def handset_history(
    logs: Logs, *, tables: HandsetTables | None = None, context: JobContext | None = None
) -> pd.DataFrame:
    """Return one row per customer and handset, ordered by customer and time.

    Columns: customer, maker, model; start (of the first handset: phone_since if known, else when first seen); end
    (missing = still used); next_maker (missing = none was seen); left (whether the customer left with this handset);
    entry_months (months of ownership before the handset was watched: 0 if it came within the logs, NaN if unknown);
    months (of ownership until the end of observation: the next handset, leaving, or the end of the logs);
    sure_months (of ownership up to which a next handset would have been noticed: the last 14 days of an observation
    are too short to tell it from a lent one).

    A handset counts from 3 events and 14 days on; what is shorter (a lent phone, a second SIM) is passed over. If
    nothing of a customer dwells, the handset seen most often stands, with entry_months NaN. Strings and IMEIs that
    name no handset are no events. Customers without any event have no row.
    """
    context = context or JobContext()
    handsets = _resolve_all(logs.connection, tables or default_tables(), context.part(0.0, 0.3))
    context.progress(0.3, "Following handsets")
    logs.connection.execute(CUSTOMERS_SQL)
    watched = _read_watched(logs.connection)
    runs = interruptible(logs.connection, lambda: _read_runs(logs.connection), context)
    context.progress(0.9, "Following handsets")
    table = _history(runs, watched, handsets)
    context.progress(1.0, "Handsets followed")
    return table


def maker_shares(history: pd.DataFrame) -> pd.DataFrame:
    """Return maker, customers, share of the handsets in use now, the largest share first."""
    current = history.loc[history["end"].isna(), columns.MAKER]
    counts = current.value_counts().rename_axis(columns.MAKER).rename("customers").reset_index()
    counts = counts.sort_values(["customers", columns.MAKER], ascending=[False, True], ignore_index=True)
    return counts.assign(share=counts["customers"] / max(len(current), 1))


def _resolve_all(connection: duckdb.DuckDBPyConnection, tables: HandsetTables, context: JobContext) -> list[Handset]:
    """Resolve each distinct string once into the table ``phone_types``; return the handsets by their number."""
    rows = connection.execute(
        "SELECT phone_type FROM calls WHERE phone_type IS NOT NULL "
        "UNION SELECT phone_type FROM usage WHERE phone_type IS NOT NULL ORDER BY 1"
    ).fetchall()
    handsets: list[Handset] = []
    numbers: dict[tuple[str, str], int] = {}
    strings, resolved = [], []
    for place, (string,) in enumerate(rows):
        if place % EVERY_STRINGS == 0:
            context.progress(place / len(rows), "Reading phone types")
        handset = resolve_handset(string, tables)
        if handset == UNKNOWN_HANDSET:
            continue
        number = numbers.setdefault((handset.maker, model_key(handset.model)), len(handsets))
        if number == len(handsets):
            handsets.append(handset)
        strings.append(string)
        resolved.append(number)
    types = pd.DataFrame({"phone_type": pd.Series(strings, dtype="str"), "handset": pd.Series(resolved, dtype="int32")})
    connection.register("resolved", types)
    connection.execute("CREATE OR REPLACE TEMP TABLE phone_types AS SELECT * FROM resolved")
    connection.unregister("resolved")
    return handsets


def _read_watched(connection: duckdb.DuckDBPyConnection) -> _Watched:
    """Read the customers' observation times."""
    table = connection.execute("SELECT * FROM watched ORDER BY number").df()
    return _Watched(
        table[columns.CUSTOMER].astype("str"),
        table[columns.PHONE_SINCE].fillna(UNKNOWN).to_numpy(dtype=np.int64),
        table["until"].to_numpy(dtype=np.int64),
        table["has_left"].to_numpy(dtype=np.bool_),
    )


def _read_runs(connection: duckdb.DuckDBPyConnection) -> Runs:
    """Read the stretches of events on one handset."""
    found = connection.execute(RUNS_SQL).fetchnumpy()
    return Runs(
        *(np.asarray(found[name], dtype=np.int64) for name in ("number", "handset", "first", "third", "events"))
    )


def _history(runs: Runs, watched: _Watched, handsets: Sequence[Handset]) -> pd.DataFrame:
    """Put the spells together from the runs."""
    seen_from = np.full(len(watched.until), UNKNOWN, dtype=np.int64)
    seen_from[runs.customer[runs.begins]] = runs.first[runs.begins]
    # A date after the first event is about another handset.
    got = np.where(watched.phone_since <= seen_from, watched.phone_since, UNKNOWN)
    runs = without_visits(runs, watched.until)
    since = np.where(runs.begins, got[runs.customer], runs.first)
    spells = merged(runs[dwelling(runs, since, watched.until)])
    rest = most_seen(runs[~np.isin(runs.customer, spells.customer)])
    is_sure = np.append(np.ones(len(spells), np.bool_), np.zeros(len(rest), np.bool_))
    spells = joined(spells, rest)
    order = np.argsort(spells.customer, kind="stable")
    spells, is_sure = spells[order], is_sure[order]
    is_first_seen = spells.begins & (spells.first == seen_from[spells.customer])
    start = np.where(is_first_seen, np.minimum(got[spells.customer], spells.first), spells.first)
    entry = np.where(spells.begins, np.nan, 0.0)
    is_known = is_first_seen & (got[spells.customer] != UNKNOWN) & is_sure
    entry[is_known] = (spells.third - start)[is_known] / MONTH
    return _table(spells, start, entry, watched, handsets)


def _table(
    spells: Runs, start: IntArray, entry: FloatArray, watched: _Watched, handsets: Sequence[Handset]
) -> pd.DataFrame:
    """Return the spells as a table."""
    makers = np.array([handset.maker for handset in handsets], dtype=object)
    models = np.array([handset.model for handset in handsets], dtype=object)
    maker, last = makers[spells.handset], spells.ends
    left = last & watched.has_left[spells.customer]
    end = np.maximum(spells.until(watched.until), spells.first)
    sure = np.where(last, np.maximum(end - DWELL_DAYS * DAY, start), end)
    return pd.DataFrame(
        {
            columns.CUSTOMER: watched.customer.take(spells.customer).reset_index(drop=True),
            columns.MAKER: pd.Series(maker, dtype="str"),
            "model": pd.Series(models[spells.handset], dtype="str"),
            "start": start.astype("datetime64[us]"),
            "end": pd.Series(end.astype("datetime64[us]")).where(~last | left),
            "next_maker": pd.Series(np.roll(maker, -1), dtype="str").where(~last),
            "left": left,
            "entry_months": entry,
            "months": (end - start) / MONTH,
            "sure_months": (sure - start) / MONTH,
        }
    )
