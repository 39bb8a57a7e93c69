"""One row per customer from the clean tables."""

from __future__ import annotations

from pathlib import Path

import duckdb
import ibis
import pandas as pd
import pytest

from engine.indicators import HABITS, Tables, customer_indicators, indicators, weekly_indicators
from engine.indicators.customers import OF_DATA
from engine.job import JobCancelled, JobContext
from tests.engine.logs.delivery import call_lines, read

ROOT = Path(__file__).resolve().parents[3]
CUSTOMERS = """customer,residence,birth_year,sex,since,left_on
001,Győr,1980,female,2016-04-01,
002,Pécs,1990,,2026-03-01,
003,Győr,,male,2020-01-01,2026-02-01
004,,1955,,,
"""
CALLS = [
    "001,002,2026-01-01 00:00:00,60,X,SM-G991B",
    "001,002,2026-01-09 23:00:00,120,X,SM-G991B",
    "001,+3611,2026-01-20 12:00:00,60,Y,SM-G991B",
    "003,001,2026-01-21 06:59:59,60,X,SM-G991B",
    "001,003,2026-02-10 12:00:00,60,X,SM-G991B",
    "002,001,2026-03-21 12:00:00,60,X,SM-G991B",
    "001,002,2026-04-01 00:00:00,60,X,SM-G991B",
]
USAGE = """customer,time,megabytes,category
001,2026-01-01 12:00:00,30,video
001,2026-03-31 12:00:00,60,social
001,2026-03-31 13:00:00,10,
002,2026-03-31 12:00:00,10,video
"""
MONTHLY = (
    "age", "tenure_months", "calls", "minutes", "contacts", "incoming_share", "megabytes", "megabytes_trend",
    "usage_records",
)  # fmt: skip


SOME = ("active_days", "contact_entropy", "home_share", "response_rate", "megabytes_trend", "top_category")


def tables_of(connection: duckdb.DuckDBPyConnection, **more: ibis.Table) -> Tables:
    backend = ibis.duckdb.from_connection(connection)
    return Tables(*(backend.table(name) for name in ("calls", "customers", "usage")), **more)


def found(table: ibis.Table) -> pd.DataFrame:
    return table.to_pyarrow().to_pandas().set_index("customer").sort_index()


def test_who_never_called_has_counts_of_zero_and_nothing_else(tmp_path: Path) -> None:
    logs = read(tmp_path, calls=call_lines(CALLS), usage=USAGE, customers=CUSTOMERS)
    counted = ["active_days", "contacts", "number_of_messages_in", "places", "calls", "minutes"]
    others = ["night_share", "contact_entropy", "home_share", "interevent_mean", "incoming_share"]
    silent = found(indicators(tables_of(logs.connection), names=[*counted, *others])).loc["004"]
    assert silent[counted].tolist() == [0] * 6
    assert silent[others].isna().all()


def test_what_the_data_are_used_for_is_counted_where_it_is_given(tmp_path: Path) -> None:
    logs = read(tmp_path, calls=call_lines(CALLS), usage=USAGE, customers=CUSTOMERS)
    row = found(indicators(tables_of(logs.connection), names=OF_DATA)).loc["001"]
    assert (row["categories"], row["top_category"]) == (2, "social")
    assert row["top_category_share"] == pytest.approx(2 / 3)
    assert row["category_entropy"] == pytest.approx(0.636514168)


def test_contacts_are_compared_by_maker_where_it_is_known(tmp_path: Path) -> None:
    logs = read(tmp_path, calls=call_lines(CALLS), usage=USAGE, customers=CUSTOMERS)
    known = "VALUES ('001', 'A'), ('002', 'A'), ('003', 'B')"
    logs.connection.execute(f"CREATE TABLE makers AS FROM ({known}) t(customer, maker)")
    makers = ibis.duckdb.from_connection(logs.connection).table("makers")
    tables = tables_of(logs.connection, makers=makers)
    same = found(indicators(tables, names=["same_maker_contacts"]))["same_maker_contacts"]
    assert same.tolist()[:3] == [0.5, 1.0, 0.0]
    assert pd.isna(same["004"])


@pytest.fixture
def odd() -> duckdb.DuckDBPyConnection:
    """Calls as no importer would leave them."""
    connection = duckdb.connect()
    connection.execute(
        """CREATE TABLE calls (caller VARCHAR, callee VARCHAR, time TIMESTAMP, seconds INTEGER, cell VARCHAR,
            phone_type VARCHAR, kind VARCHAR);
        INSERT INTO calls VALUES
            ('1', '1', '2026-01-05 10:00:00', 60, 'X', NULL, 'call'),
            ('1', NULL, '2026-01-05 11:00:00', 60, 'X', NULL, 'call'),
            ('', '1', '2026-01-05 12:00:00', 60, 'X', NULL, 'call'),
            ('1', '2', NULL, 60, 'X', NULL, 'call'),
            ('1', '2', '2026-01-05 13:00:00.9', NULL, '', NULL, NULL),
            ('2', '1', '2026-01-05 13:00:02.1', NULL, 'Y', NULL, 'message');
        CREATE TABLE customers (customer VARCHAR, residence VARCHAR, birth_year INTEGER, sex VARCHAR, since DATE,
            left_on DATE);
        INSERT INTO customers VALUES ('1', NULL, NULL, NULL, NULL, NULL);
        CREATE TABLE usage (customer VARCHAR, time TIMESTAMP, megabytes DOUBLE, category VARCHAR);"""
    )
    return connection


def test_calls_to_oneself_to_nobody_and_without_a_time_are_no_interactions(odd: duckdb.DuckDBPyConnection) -> None:
    row = found(indicators(tables_of(odd))).loc["1"]
    assert row[["number_of_calls_in", "number_of_calls_out", "number_of_messages_in"]].tolist() == [0, 1, 1]
    assert row["contacts"] == 1
    assert row["interevent_mean"] == 2  # whole seconds
    assert pd.isna(row["call_seconds_mean"])
    assert row["places"] == 0


def test_calls_of_one_length_spread_by_nothing_even_where_sums_are_rounded(odd: duckdb.DuckDBPyConnection) -> None:
    odd.execute(
        """DELETE FROM calls; INSERT INTO calls
        SELECT '1', 'c' || range % 7, '2026-01-05'::TIMESTAMP + to_days(range::INT), 604_799, 'X', NULL, 'call'
        FROM range(3_001)"""
    )
    row = found(indicators(tables_of(odd), names=["call_seconds_mean", "call_seconds_std"])).loc["1"]
    assert row["call_seconds_mean"] == 604_799
    assert 0 <= row["call_seconds_std"] < 1


def busy(people: int = 40, rows: int = 6_000) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        f"""SELECT setseed(0.25);
        CREATE TABLE calls AS SELECT '0' || (random() * {people})::INT AS caller, '0' || (random() * 60)::INT AS callee,
            '2026-01-01'::TIMESTAMP + to_seconds((random() * 5e6)::BIGINT) AS time, (random() * 100)::INT AS seconds,
            'c' || (random() * 9)::INT AS cell, if(random() < 0.5, 'call', 'message') AS kind FROM range({rows});
        CREATE TABLE customers AS SELECT '0' || range AS customer, 'Győr' AS residence, 1980 AS birth_year,
            NULL::VARCHAR AS sex, NULL::DATE AS since, NULL::DATE AS left_on FROM range({people});
        CREATE TABLE usage AS SELECT caller AS customer, time, seconds::DOUBLE AS megabytes, NULL::VARCHAR AS category
            FROM calls;"""
    )
    return connection


def test_shares_of_the_customers_give_what_all_at_once_give() -> None:
    connection = busy()
    tables = tables_of(connection)
    steps: list[float] = []
    by_shares = customer_indicators(
        connection, tables, names=SOME, calls_at_once=3_000,
        context=JobContext(lambda fraction, _: steps.append(fraction)),
    )  # fmt: skip
    at_once = indicators(tables, names=SOME).order_by("customer").to_pyarrow()
    pd.testing.assert_frame_equal(by_shares.to_pandas(), at_once.to_pandas())
    assert steps == [share / 8 for share in range(9)]


def test_columns_that_are_asked_for_are_what_they_are_among_all() -> None:
    tables = tables_of(busy(rows=500))
    every = found(indicators(tables))
    asked = ["contacts"], ["pareto_seconds_share", "contacts_messages"], ["response_rate", "home_share"], ["age"]
    for names in (MONTHLY, *asked):
        some = indicators(tables, names=names)
        assert set(some.columns) == {"customer", *names}
        rows = found(some)
        pd.testing.assert_frame_equal(rows, every[rows.columns])


def test_a_cancel_leaves_no_table_behind() -> None:
    connection = busy()
    context = JobContext(lambda fraction, _: context.cancel() if fraction else None)
    with pytest.raises(JobCancelled):
        customer_indicators(connection, tables_of(connection), names=SOME, calls_at_once=3_000, context=context)
    tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    assert [name for (name,) in tables] == ["calls", "customers", "usage"]


def test_weeks_have_a_row_for_every_customer() -> None:
    rows = found(weekly_indicators(tables_of(busy(people=70))))
    assert len(rows) == 70
    assert rows["active_days_weekly_mean"].between(1, 7).sum() == rows["active_days_weekly_mean"].notna().sum() > 30


def test_every_column_is_documented_once() -> None:
    connection = busy(rows=10)
    backend = ibis.duckdb.from_connection(connection)
    tables = tables_of(connection, makers=backend.table("customers").mutate(maker=ibis.literal("A")))
    text = (ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    documented = [name.strip().strip("`") for row in rows for name in row.split(",")]
    assert sorted(documented) == sorted(indicators(tables).columns)
    assert set(HABITS) <= set(documented)
