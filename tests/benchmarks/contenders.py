"""The same three tables from the same two files: by Semblance, and by hand in DuckDB, Polars and pandas.

``features``: customer and FEATURES, as docs/indicators.md defines them. ``runs``: customer, handset, first, third,
events: the stretches of a customer's calls on one handset. ``ties``: the columns of engine.social.tie_table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

FEATURES = (
    "calls", "minutes", "contacts", "incoming_share", "night_share", "contact_entropy", "balance_mean",
    "interevent_mean", "interevent_std",
)  # fmt: skip
MONTH = 365.25 / 12  # days
CALL_COLUMNS = (
    "{'caller': 'VARCHAR', 'callee': 'VARCHAR', 'time': 'TIMESTAMP', 'seconds': 'INTEGER', 'cell': 'VARCHAR', "
    "'phone_type': 'VARCHAR'}"
)
FEATURES_SQL = f"""
    WITH sides AS (
        SELECT caller AS customer, callee AS contact, time, seconds, 0 AS incoming FROM calls WHERE caller <> callee
        UNION ALL
        SELECT callee, caller, time, seconds, 1 FROM calls WHERE caller <> callee
    ),
    own AS (SELECT person, contact, time, seconds, incoming FROM sides JOIN customers USING (customer)),
    contacts AS (
        SELECT person, contact, count(*) AS calls, sum(seconds) AS seconds, sum(incoming) AS incoming,
            count(*) FILTER (time::TIME >= TIME '19:00:00' OR time::TIME <= TIME '07:00:00') AS night
        FROM own GROUP BY person, contact
    ),
    figures AS (
        SELECT person, sum(calls) AS calls, sum(seconds) AS seconds, count(*) AS contacts, sum(incoming) AS incoming,
            sum(night) AS night, ln(sum(calls)) - sum(calls * ln(calls)) / sum(calls) AS contact_entropy
        FROM contacts GROUP BY person
    ),
    gaps AS (
        SELECT person, epoch(time) - lag(epoch(time)) OVER (PARTITION BY person ORDER BY time) AS gap FROM own
    ),
    rhythm AS (
        SELECT person, avg(gap) AS interevent_mean, stddev_pop(gap) AS interevent_std FROM gaps GROUP BY person
    ),
    span AS (
        SELECT greatest(date_diff('second', min(time), max(time)) / 86400.0 / {MONTH}, 0.5) AS months FROM calls
    )
    SELECT customer, coalesce(calls, 0) / months AS calls, coalesce(seconds, 0) / 60 / months AS minutes,
        coalesce(contacts, 0) AS contacts, incoming / calls AS incoming_share, night / calls AS night_share,
        contact_entropy, (calls - incoming) / contacts / calls AS balance_mean, interevent_mean, interevent_std
    FROM customers LEFT JOIN figures USING (person) LEFT JOIN rhythm USING (person), span"""
RUNS_SQL = """
    WITH seen AS (
        SELECT person, time, phone_type AS handset FROM calls JOIN customers ON caller = customer
        WHERE phone_type IS NOT NULL
    ),
    placed AS (
        SELECT *, lag(handset) OVER calls AS before, lead(time, 2) OVER calls AS third,
            row_number() OVER calls AS place, count(*) OVER (PARTITION BY person) AS total
        FROM seen WINDOW calls AS (PARTITION BY person ORDER BY time, handset)
    ),
    runs AS (
        SELECT person, handset, time AS first,
            coalesce(lead(place) OVER runs, total + 1) - place AS events, CASE WHEN events >= 3 THEN third END AS third
        FROM placed WHERE before IS DISTINCT FROM handset WINDOW runs AS (PARTITION BY person ORDER BY place)
    )
    SELECT customer, handset, first, third, events FROM runs JOIN customers USING (person)"""
TIES_SQL = """
    WITH pairs AS (
        SELECT caller, callee, count(*) AS calls, sum(seconds)::BIGINT AS seconds, max(time) AS last
        FROM calls WHERE time > (SELECT max(time) FROM calls) - INTERVAL 90 DAY AND caller <> callee
        GROUP BY caller, callee
    ),
    ties AS (
        SELECT one.*, 0 AS messages, other.caller IS NOT NULL AS mutual
        FROM pairs one LEFT JOIN pairs other ON one.caller = other.callee AND one.callee = other.caller
    )
    SELECT *, count(*) OVER (PARTITION BY caller) AS contacts,
        count(*) FILTER (mutual) OVER (PARTITION BY caller) AS answering
    FROM ties
    QUALIFY row_number() OVER (
        PARTITION BY caller ORDER BY mutual DESC, calls DESC, seconds DESC, last DESC, callee) <= 50"""


WRONG_SQL = """
    DELETE FROM calls WHERE caller IS NULL OR callee IS NULL OR time IS NULL OR seconds IS NULL
        OR seconds NOT BETWEEN 0 AND 7 * 86400 OR starts_with(phone_type, '"')"""
TORN_SQL = "SELECT count(DISTINCT line) FROM reject_errors"


@dataclass(frozen=True)
class Found:
    """The three tables, and how many rows of calls were set aside; None if that is not counted."""

    features: pa.Table
    runs: pa.Table
    ties: pa.Table
    rejected: int | None = None


def by_semblance(folder: Path) -> Found:
    """Import with a detected plan, then what a campaign computes from the records, by the program's own expressions."""
    import ibis
    import pyarrow as pa

    from engine.handsets import logged_phone_types
    from engine.handsets.history import CUSTOMERS_SQL, read_runs
    from engine.handsets.runs import NEVER
    from engine.indicators import Tables, customer_indicators
    from engine.job import JobContext
    from engine.logs import detect
    from engine.social.records import read_ties

    report = detect([folder]).run()
    logs, connection = report.tables, report.tables.connection
    tables = ibis.duckdb.from_connection(connection)
    calls = tables.table("calls")
    features = customer_indicators(connection, Tables(calls, tables.table("customers")), names=FEATURES)
    phone_types = logged_phone_types(logs).numbers
    connection.execute(CUSTOMERS_SQL)
    runs = read_runs(connection, phone_types, JobContext())
    watched = connection.sql("SELECT customer FROM watched ORDER BY number").to_arrow_table()["customer"]
    named = phone_types.set_index("handset")["phone_type"].loc[range(len(phone_types))]  # each is a model of its own
    moments = pa.timestamp("us")
    found = {
        "customer": watched.take(pa.array(runs.customer)),
        "handset": pa.array(named).take(pa.array(runs.handset)),
        "first": pa.array(runs.first).cast(moments),
        "third": pa.array(runs.third, mask=runs.third == NEVER).cast(moments),
        "events": pa.array(runs.events),
    }
    return Found(features, pa.table(found), read_ties(connection, JobContext()), report.rejected)


def by_hand(folder: Path) -> Found:
    """Read with DuckDB's own reader and ask in SQL, as one who knows it well would write it by hand.

    Rows that cannot be read are noted by the reader, those that say what cannot be are deleted, and both are counted.
    """
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    skipping = "header = true, store_rejects = true, quote = ''"
    calls = f"read_csv('{folder / 'calls.csv'}', {skipping}, columns = {CALL_COLUMNS})"
    connection.execute(f"CREATE TABLE calls AS FROM {calls}")
    rejected = sum(connection.execute(sql).fetchall()[0][0] for sql in (WRONG_SQL, TORN_SQL))
    customers = f"read_csv('{folder / 'customers.csv'}', all_varchar = true)"
    connection.execute(f"CREATE TABLE customers AS SELECT row_number() OVER () AS person, * FROM {customers}")
    tables = (connection.sql(sql).to_arrow_table() for sql in (FEATURES_SQL, RUNS_SQL, TIES_SQL))
    return Found(*tables, rejected=rejected)


def by_polars(folder: Path) -> Found:
    """The same in Polars, lazily, streaming."""
    import polars as pl

    texts = dict.fromkeys(("caller", "callee", "cell", "phone_type"), pl.String)
    read = pl.scan_csv(
        folder / "calls.csv", schema_overrides={**texts, "seconds": pl.Int32}, try_parse_dates=True,
        quote_char=None, ignore_errors=True,
    )  # fmt: skip
    calls = read.collect(engine="streaming").lazy()
    customers = pl.scan_csv(folder / "customers.csv", schema_overrides={"customer": pl.String}).select("customer")
    asked = (_features_by_polars(calls, customers), _runs_by_polars(calls, customers), _ties_by_polars(calls))
    return Found(*(each.collect(engine="streaming").to_arrow() for each in asked))


def _features_by_polars(calls: Any, customers: Any) -> Any:
    import polars as pl

    others = calls.filter(pl.col("caller") != pl.col("callee"))
    clock = pl.col("time").dt.time()
    night = (clock >= pl.time(19)) | (clock <= pl.time(7))
    sides = pl.concat(
        others.select(
            customer=own, contact=other, time="time", seconds="seconds", night=night,
            incoming=pl.lit(own == "callee").cast(pl.Int32),
        )
        for own, other in (("caller", "callee"), ("callee", "caller"))
    ).join(customers, on="customer", how="semi")  # fmt: skip
    contacts = sides.group_by("customer", "contact").agg(
        pl.len().alias("calls"), pl.col("seconds").sum(), pl.col("incoming").sum(), pl.col("night").sum()
    )
    figures = contacts.group_by("customer").agg(
        pl.col("calls").sum(), pl.col("seconds").sum(), pl.col("incoming").sum(), pl.col("night").sum(),
        pl.len().alias("contacts"), (pl.col("calls") * pl.col("calls").log()).sum().alias("logs"),
    )  # fmt: skip
    ordered = sides.select("customer", "time").sort("customer", "time")
    gap = (pl.col("time") - pl.col("time").shift(1)).dt.total_seconds()
    gaps = ordered.with_columns(gap=pl.when(pl.col("customer") == pl.col("customer").shift(1)).then(gap))
    rhythm = gaps.group_by("customer").agg(mean=pl.col("gap").mean(), std=pl.col("gap").std(ddof=0))
    days = (pl.col("time").max() - pl.col("time").min()).dt.total_seconds() / 86_400 / MONTH
    span = calls.select(months=pl.max_horizontal(days, 0.5))
    joined = customers.join(figures, on="customer", how="left").join(rhythm, on="customer", how="left")
    joined = joined.join(span, how="cross")
    return joined.select(
        "customer",
        calls=pl.col("calls").fill_null(0) / pl.col("months"),
        minutes=pl.col("seconds").fill_null(0) / 60 / pl.col("months"),
        contacts=pl.col("contacts").fill_null(0),
        incoming_share=pl.col("incoming") / pl.col("calls"),
        night_share=pl.col("night") / pl.col("calls"),
        contact_entropy=pl.col("calls").log() - pl.col("logs") / pl.col("calls"),
        balance_mean=(pl.col("calls") - pl.col("incoming").cast(pl.Int64)) / pl.col("contacts") / pl.col("calls"),
        interevent_mean="mean",
        interevent_std="std",
    )


def _runs_by_polars(calls: Any, customers: Any) -> Any:
    import polars as pl

    seen = calls.select(customer="caller", time="time", handset="phone_type").drop_nulls()
    seen = seen.join(customers, on="customer", how="semi").sort("customer", "time", "handset").with_row_index("place")
    is_new = pl.col("customer") != pl.col("customer").shift(1)
    third = pl.when(pl.col("customer") == pl.col("customer").shift(-2)).then(pl.col("time").shift(-2))
    begins = seen.with_columns(third=third).filter(
        is_new.fill_null(True) | (pl.col("handset") != pl.col("handset").shift(1))
    )
    end = pl.col("place").shift(-1).fill_null(seen.select(pl.len()).collect().item())
    counted = begins.with_columns(events=(end - pl.col("place")).cast(pl.Int64))
    return counted.select(
        "customer", "handset", "events", first="time", third=pl.when(pl.col("events") >= 3).then(pl.col("third"))
    )


def _ties_by_polars(calls: Any) -> Any:
    import polars as pl

    end = pl.col("time").max()
    recent = calls.filter((pl.col("time") > end - pl.duration(days=90)) & (pl.col("caller") != pl.col("callee")))
    pairs = recent.group_by("caller", "callee").agg(
        pl.len().alias("calls"), pl.col("seconds").sum().cast(pl.Int64), pl.col("time").max().alias("last")
    )
    back = pairs.select(caller="callee", callee="caller", mutual=pl.lit(True))
    ties = pairs.join(back, on=["caller", "callee"], how="left").with_columns(
        pl.col("mutual").fill_null(False), messages=pl.lit(0)
    )
    ordered = ties.sort(
        "caller", "mutual", "calls", "seconds", "last", "callee", descending=[False, True, True, True, True, False]
    )
    place = pl.int_range(pl.len()).over("caller")
    contacts, answering = pl.len().over("caller"), pl.col("mutual").sum().over("caller")
    return ordered.with_columns(place=place, contacts=contacts, answering=answering).filter(pl.col("place") < 50)


def by_pandas(folder: Path) -> Found:
    """The same in pandas, with its fastest reader and Arrow's types."""
    import pandas as pd
    import pyarrow as pa

    types = dict.fromkeys(("caller", "callee", "cell", "phone_type"), "string[pyarrow]")
    calls = pd.read_csv(
        folder / "calls.csv", engine="pyarrow", dtype=types, dtype_backend="pyarrow", parse_dates=["time"],
        on_bad_lines="skip",
    )  # fmt: skip
    customers = pd.read_csv(folder / "customers.csv", dtype={"customer": "string[pyarrow]"})["customer"]
    made = (_features_by_pandas(calls, customers), _runs_by_pandas(calls, customers), _ties_by_pandas(calls))
    return Found(*(pa.Table.from_pandas(each, preserve_index=False) for each in made))


def _features_by_pandas(calls: Any, customers: Any) -> Any:
    import datetime

    import numpy as np
    import pandas as pd

    others = calls.loc[calls["caller"] != calls["callee"], ["caller", "callee", "seconds", "time"]]
    clock = others["time"].dt.time
    others["night"] = ((clock >= datetime.time(19)) | (clock <= datetime.time(7))).astype("int8")
    called = others.rename(columns={"caller": "customer", "callee": "contact"}).assign(incoming=0)
    taken = others.rename(columns={"callee": "customer", "caller": "contact"}).assign(incoming=1)
    sides = pd.concat([called, taken], ignore_index=True)
    sides = sides[sides["customer"].isin(customers)]
    contacts = sides.groupby(["customer", "contact"], sort=False, as_index=False).agg(
        calls=("seconds", "size"), seconds=("seconds", "sum"), incoming=("incoming", "sum"), night=("night", "sum")
    )
    contacts["logs"] = contacts["calls"] * np.log(contacts["calls"])
    figures = contacts.groupby("customer", sort=False).agg(
        calls=("calls", "sum"), seconds=("seconds", "sum"), incoming=("incoming", "sum"), night=("night", "sum"),
        contacts=("contact", "size"), logs=("logs", "sum"),
    )  # fmt: skip
    ordered = sides[["customer", "time"]].sort_values(["customer", "time"], ignore_index=True)
    gap = ordered["time"].diff().dt.total_seconds().where(ordered["customer"] == ordered["customer"].shift(1))
    rhythm = gap.groupby(ordered["customer"], sort=False).agg(["mean", lambda gaps: gaps.std(ddof=0)])
    figures = figures.reindex(customers)
    rhythm = rhythm.reindex(customers)
    months = max((calls["time"].max() - calls["time"].min()).total_seconds() / 86_400 / MONTH, 0.5)
    return pd.DataFrame(
        {
            "calls": figures["calls"].fillna(0) / months,
            "minutes": figures["seconds"].fillna(0) / 60 / months,
            "contacts": figures["contacts"].fillna(0),
            "incoming_share": figures["incoming"] / figures["calls"],
            "night_share": figures["night"] / figures["calls"],
            "contact_entropy": np.log(figures["calls"]) - figures["logs"] / figures["calls"],
            "balance_mean": (figures["calls"] - figures["incoming"]) / figures["contacts"] / figures["calls"],
            "interevent_mean": rhythm.iloc[:, 0],
            "interevent_std": rhythm.iloc[:, 1],
        }
    ).reset_index()


def _runs_by_pandas(calls: Any, customers: Any) -> Any:
    seen = calls.loc[calls["phone_type"].notna() & calls["caller"].isin(customers), ["caller", "time", "phone_type"]]
    seen = seen.sort_values(["caller", "time", "phone_type"], ignore_index=True)
    is_new = (seen["caller"] != seen["caller"].shift(1)).fillna(True)
    third = seen["time"].shift(-2).where((seen["caller"] == seen["caller"].shift(-2)).fillna(False))
    begins = seen.assign(third=third)[is_new | (seen["phone_type"] != seen["phone_type"].shift(1)).fillna(True)]
    place = begins.index.to_series()
    events = place.shift(-1, fill_value=len(seen)) - place
    runs = begins.assign(events=events, third=begins["third"].where(events >= 3))
    return runs.rename(columns={"caller": "customer", "phone_type": "handset", "time": "first"})


def _ties_by_pandas(calls: Any) -> Any:
    import pandas as pd

    end = calls["time"].max()
    is_recent = (calls["time"] > end - pd.Timedelta(days=90)) & (calls["caller"] != calls["callee"])
    pairs = calls[is_recent].groupby(["caller", "callee"], sort=False, as_index=False).agg(
        calls=("seconds", "size"), seconds=("seconds", "sum"), last=("time", "max")
    )  # fmt: skip
    back = pairs[["caller", "callee"]].rename(columns={"caller": "callee", "callee": "caller"}).assign(mutual=True)
    ties = pairs.merge(back, on=["caller", "callee"], how="left")
    ties = ties.assign(mutual=ties["mutual"].fillna(False).astype("bool"), messages=0)
    ties = ties.sort_values(
        ["caller", "mutual", "calls", "seconds", "last", "callee"], ascending=[True, False, False, False, False, True]
    )
    own = ties.groupby("caller", sort=False)
    ties["contacts"], ties["answering"] = own["mutual"].transform("size"), own["mutual"].transform("sum")
    return ties[own.cumcount() < 50]


CONTENDERS: dict[str, Callable[[Path], Found]] = {
    "Semblance": by_semblance,
    "DuckDB by hand": by_hand,
    "Polars": by_polars,
    "pandas": by_pandas,
}
