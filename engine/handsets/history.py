"""Each customer's handsets one after the other, as calls and internet use show them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import columns
from engine.handsets.changes import FIRST, NUMBER, THIRD, handset_events, handset_runs
from engine.handsets.handset import MODEL, Handset
from engine.handsets.interleaved import in_turn
from engine.handsets.phone_types import EVENTS, HANDSET, PhoneTypes, resolve_phone_types
from engine.handsets.runs import (
    DAY,
    DWELL_DAYS,
    DWELL_EVENTS,
    NEVER,
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
from engine.handsets.tables import HandsetTables, default_tables
from engine.job import JobContext
from engine.logs.queries import interruptible

if TYPE_CHECKING:
    import duckdb

    from engine.logs import Logs

MONTH = DAY * 365.25 / 12  # microseconds
RUN_COLUMNS = (columns.CUSTOMER, HANDSET, FIRST, THIRD, EVENTS)
UNKNOWN = np.iinfo(np.int64).max

PHONE_TYPES_SQL = """
    SELECT phone_type, sum(events)::BIGINT AS events
    FROM (
        SELECT phone_type, count(*) AS events FROM calls WHERE phone_type IS NOT NULL GROUP BY phone_type
        UNION ALL
        SELECT phone_type, count(*) FROM usage WHERE phone_type IS NOT NULL GROUP BY phone_type
    )
    GROUP BY phone_type ORDER BY phone_type"""
CUSTOMERS_SQL = """
    CREATE OR REPLACE TEMP TABLE watched AS
    SELECT customer, row_number() OVER (ORDER BY customer) - 1 AS number, phone_since, left_on FROM customers"""
COUNTS_SQL = "SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM usage), (SELECT count(*) FROM watched)"
FOLLOWED_SQL = """
    CREATE OR REPLACE TEMP TABLE followed AS SELECT customer, number FROM watched WHERE number >= ? AND number < ?"""
RECORDS_AT_ONCE = 10_000_000  # take about 1 GB
FINISH_SQL = "SELECT max(time) FROM (SELECT max(time) AS time FROM calls UNION ALL SELECT max(time) FROM usage)"


@dataclass(frozen=True)
class _Watched:
    """Customers by number: when they got the handset first seen (or UNKNOWN), and when their observation ends."""

    customer: pd.Series
    phone_since: IntArray  # microseconds
    until: IntArray
    has_left: BoolArray


def logged_phone_types(
    logs: Logs, *, tables: HandsetTables | None = None, context: JobContext | None = None
) -> PhoneTypes:
    """Resolve each distinct phone type of the logs once; ``unknown`` of the result is what is left to be named."""
    context = context or JobContext()
    context.progress(0.0, "Reading phone types")
    counts = interruptible(logs.connection, lambda: logs.connection.execute(PHONE_TYPES_SQL).df(), context)
    return resolve_phone_types(counts, tables or default_tables(), context)


def handset_history(
    logs: Logs,
    *,
    tables: HandsetTables | None = None,
    phone_types: PhoneTypes | None = None,
    context: JobContext | None = None,
) -> pd.DataFrame:
    """Return one row per customer and handset, ordered by customer and time.

    Columns: customer, maker, model, device_class; start (of the first handset: phone_since if known, else when first
    seen); end (missing = still used); censored (whether the observation ended with neither a next handset nor the
    customer's leaving); next_maker (missing = none was seen); left (whether the customer left with this handset);
    entry_months (months of ownership before the handset was watched: 0 if it came within the logs, NaN if unknown);
    months (of ownership until the end of observation: the next handset, leaving, or the end of the logs);
    sure_months (of ownership up to which a next handset would have been noticed: the last 14 days of an observation
    are too short to tell it from a lent one).

    A handset counts from 3 events and 14 days on; what is shorter (a lent phone, a SIM card put elsewhere for a few
    days) is passed over. Of two handsets used in turn over weeks (two SIM cards, a phone for work) the one with more
    events stands, until one takes over. If nothing of a customer dwells, the handset seen most often stands, with
    entry_months NaN. Tablets, watches, modems and the like are not the customer's phone: their events do not count,
    nor do those of strings and IMEIs that name no handset. Customers without any event have no row.

    ``phone_types`` are those of logged_phone_types, if they are there already.
    """
    context = context or JobContext()
    if phone_types is None:
        phone_types = logged_phone_types(logs, tables=tables, context=context.part(0.0, 0.3))
    context.progress(0.3, "Following handsets")
    connection = logs.connection
    connection.execute(CUSTOMERS_SQL)
    runs = read_runs(connection, phone_types.numbers, context.part(0.3, 0.9))
    customers = connection.execute("SELECT customer, phone_since, left_on FROM watched ORDER BY number").df()
    finish = connection.execute(FINISH_SQL).fetchall()[0][0]
    table = _history(runs, _watched(customers, finish), phone_types.handsets)
    context.progress(1.0, "Handsets followed")
    return table


def history_of_runs(
    runs: pd.DataFrame, customers: pd.DataFrame, finish: datetime, handsets: Sequence[Handset]
) -> pd.DataFrame:
    """Return the history, as handset_history does, from runs that were found where the records are.

    ``runs`` are those of changes.handset_runs in any order, ``customers`` has customer and, where known, phone_since
    and left_on; ``finish`` is the last event of the records; ``handsets`` are those of the PhoneTypes whose numbers
    the runs have. Runs of whoever is no customer are left out.
    """
    customers = customers.sort_values(columns.CUSTOMER, ignore_index=True)
    number = pd.Index(customers[columns.CUSTOMER]).get_indexer(pd.Index(runs[columns.CUSTOMER]))
    table = runs.assign(**{columns.CUSTOMER: number})[number >= 0]
    table = table.sort_values([columns.CUSTOMER, FIRST, HANDSET])
    found = {name: table[name].to_numpy() for name in RUN_COLUMNS}
    return _history(_runs(found), _watched(customers, finish), handsets)


def maker_shares(history: pd.DataFrame) -> pd.DataFrame:
    """Return maker, customers, share of the handsets in use now, the largest share first."""
    current = history.loc[history["end"].isna(), columns.MAKER]
    counts = current.value_counts().rename_axis(columns.MAKER).rename("customers").reset_index()
    counts = counts.sort_values(["customers", columns.MAKER], ascending=[False, True], ignore_index=True)
    return counts.assign(share=counts["customers"] / max(len(current), 1))


def _watched(customers: pd.DataFrame, finish: datetime | None) -> _Watched:
    """Return the customers' observation times: whoever left was watched to the end of that day."""
    since, left_on = (
        pd.to_datetime(customers[name] if name in customers else pd.Series(pd.NaT, index=customers.index))
        for name in (columns.PHONE_SINCE, columns.LEFT_ON)
    )
    last = pd.Timestamp(finish) if finish is not None else pd.Timestamp(0)
    until = (left_on + pd.Timedelta(days=1)).where(left_on < last.normalize(), last)
    return _Watched(
        customers[columns.CUSTOMER].astype("str"),
        np.where(since.isna(), UNKNOWN, _microseconds(since.to_numpy())),
        _microseconds(until.to_numpy()),
        (left_on <= last.normalize()).to_numpy(dtype=np.bool_),
    )


def read_runs(connection: duckdb.DuckDBPyConnection, numbers: pd.DataFrame, context: JobContext) -> Runs:
    """Read the stretches of events on one handset, of some customers at a time, so that memory stays in bounds.

    The table ``watched`` is that of CUSTOMERS_SQL; ``numbers`` are those of PhoneTypes. Raises JobCancelled.
    """
    connection.register("resolved", numbers)
    connection.execute("CREATE OR REPLACE TEMP TABLE phone_types AS SELECT * FROM resolved")
    connection.unregister("resolved")
    records, people = connection.execute(COUNTS_SQL).fetchall()[0]
    shares = max(1, -(-records // RECORDS_AT_ONCE))
    found = []
    for share in range(shares):
        context.progress(share / shares, "Following handsets")
        connection.execute(FOLLOWED_SQL, [people * share // shares, people * (share + 1) // shares])
        found.append(interruptible(connection, lambda: _followed(connection), context))
    context.progress(1.0, "Following handsets")
    return functools.reduce(joined, found)


def _followed(connection: duckdb.DuckDBPyConnection) -> Runs:
    """Read the runs of the customers in the table ``followed``."""
    found: Mapping[str, Any] = connection.execute(_runs_sql()).fetchnumpy()
    return _runs(found)


@functools.cache
def _runs_sql() -> str:
    """Return the query for the runs in DuckDB's words."""
    import ibis

    record = {columns.TIME: "timestamp(6)", columns.PHONE_TYPE: "string"}
    events = handset_events(
        ibis.table({columns.CALLER: "string", **record}, name="calls"),
        ibis.table({columns.CUSTOMER: "string", **record}, name="usage"),
        ibis.table({columns.CUSTOMER: "string", NUMBER: "int64"}, name="followed"),
    )
    resolved = ibis.table({columns.PHONE_TYPE: "string", HANDSET: "int32"}, name="phone_types")
    runs = handset_runs(events, resolved).order_by(columns.CUSTOMER, FIRST, HANDSET)
    return str(ibis.to_sql(runs, dialect="duckdb"))


def _runs(found: Mapping[str, NDArray[Any]]) -> Runs:
    """Return runs from the columns of changes.handset_runs, in the order of customer, first and handset."""
    customer, handset, events = (
        np.asarray(found[name], dtype=np.int64) for name in (columns.CUSTOMER, HANDSET, EVENTS)
    )
    third = np.where(events >= DWELL_EVENTS, _microseconds(np.ma.getdata(found[THIRD])), NEVER)
    return Runs(customer, handset, _microseconds(found[FIRST]), third, events)


def _microseconds(times: NDArray[Any]) -> IntArray:
    """Return moments as microseconds since 1970."""
    return times.astype("datetime64[us]").astype(np.int64)


def _history(runs: Runs, watched: _Watched, handsets: Sequence[Handset]) -> pd.DataFrame:
    """Put the spells together from the runs."""
    seen_from = np.full(len(watched.until), UNKNOWN, dtype=np.int64)
    seen_from[runs.customer[runs.begins]] = runs.first[runs.begins]
    # A date after the first event is about another handset.
    got = np.where(watched.phone_since <= seen_from, watched.phone_since, UNKNOWN)
    runs = without_visits(in_turn(merged(runs)), watched.until)
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
    classes = np.array([handset.device_class.value for handset in handsets], dtype=object)
    maker, last = makers[spells.handset], spells.ends
    left = last & watched.has_left[spells.customer]
    end = np.maximum(spells.until(watched.until), spells.first)
    sure = np.where(last, np.maximum(end - DWELL_DAYS * DAY, start), end)
    return pd.DataFrame(
        {
            columns.CUSTOMER: watched.customer.take(spells.customer).reset_index(drop=True),
            columns.MAKER: pd.Series(maker, dtype="str"),
            MODEL: pd.Series(models[spells.handset], dtype="str"),
            "device_class": pd.Series(classes[spells.handset], dtype="str"),
            "start": start.astype("datetime64[us]"),
            "end": pd.Series(end.astype("datetime64[us]")).where(~last | left),
            "censored": last & ~left,
            "next_maker": pd.Series(np.roll(maker, -1), dtype="str").where(~last),
            "left": left,
            "entry_months": entry,
            "months": (end - start) / MONTH,
            "sure_months": (sure - start) / MONTH,
        }
    )
