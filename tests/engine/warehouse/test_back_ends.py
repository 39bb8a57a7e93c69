"""Indicators, handset changes and ties: the same to the last row from DuckDB, Spark and PostgreSQL."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from engine.errors import InputError, WarehouseError
from engine.job import JobCancelled, JobContext
from engine.logs.queries import interruptible
from engine.warehouse import (
    Answer,
    Listing,
    Source,
    WarehousePlan,
    fetch,
    list_customers,
    open_warehouse,
    parse_address,
)
from engine.warehouse.address import PASSWORD_VARIABLE
from engine.warehouse.clean import clean_tables
from tests.engine.warehouse.records import create_statements, create_table, make_rows

KINDS = ("calls", "usage", "customers", "cells")
PLAN = WarehousePlan({kind: Source(kind) for kind in KINDS})
AS_OF = datetime(2016, 4, 10, 2, 30)
IN_CI = bool(os.environ.get("CI"))


@pytest.fixture(scope="module")
def duckdb_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("warehouse") / "telco.duckdb"
    with duckdb.connect(path) as connection:
        for statement in create_statements(make_rows(), "duckdb"):
            connection.execute(statement)
    return f"duckdb://{path}"


@pytest.fixture(scope="module")
def spark_url(tmp_path_factory: pytest.TempPathFactory, duckdb_url: str) -> Iterator[str]:
    """One small session; its tables are Parquet files that DuckDB wrote: inserting the rows would take seconds."""
    if shutil.which("java") is None and not IN_CI:
        pytest.skip("Spark needs Java 17")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.sql.warehouse.dir", str(folder))
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.default.parallelism", "1")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.constraintPropagation.enabled", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    session.sql("CREATE DATABASE telco")
    session.sql("USE telco")
    with duckdb.connect(duckdb_url.removeprefix("duckdb://"), read_only=True) as connection:
        for kind in KINDS:
            (folder / kind).mkdir()
            connection.execute(f"COPY {kind} TO '{folder / kind / 'rows.parquet'}'")
            session.sql(f"{create_table(kind, 'spark')} USING parquet LOCATION '{folder / kind}'")
    yield "spark://local/telco"
    session.stop()


def postgres_program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="module")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    initdb, pg_ctl = postgres_program("initdb"), postgres_program("pg_ctl")
    if (initdb is None or pg_ctl is None) and not IN_CI:
        pytest.skip("PostgreSQL (Debian's package postgresql) is not installed")
    import psycopg

    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    prefix: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(folder / "data")
    subprocess.run(
        [*prefix, initdb, "-D", data, "-U", "analyst", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    with (folder / "data" / "pg_hba.conf").open("r+", encoding="utf-8") as rules:
        others = rules.read()
        rules.seek(0)
        rules.write(f"host all guest 127.0.0.1/32 scram-sha-256\n{others}")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -F"
    subprocess.run(
        [*prefix, pg_ctl, "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    try:
        with psycopg.connect(host="127.0.0.1", port=port, user="analyst", dbname="postgres", autocommit=True) as client:
            for statement in create_statements(make_rows(), "postgres"):
                client.execute(statement)
            client.execute("CREATE ROLE guest LOGIN PASSWORD 'swordfish'; GRANT SELECT ON customers TO guest")
        yield f"postgres://analyst@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*prefix, pg_ctl, "-D", data, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/"
        )
        shutil.rmtree(folder, ignore_errors=True)


def answer_of(url: str, as_of: datetime | None) -> tuple[Listing, Answer]:
    with open_warehouse(parse_address(url)) as warehouse:
        listing = list_customers(warehouse, PLAN)
        return listing, fetch(warehouse, listing, as_of=as_of)


@functools.cache
def answer_of_duckdb(url: str, as_of: datetime | None) -> tuple[Listing, Answer]:
    return answer_of(url, as_of)


def assert_equal(found: pa.Table, expected: pa.Table) -> None:
    """Equal to the last row: texts, whole numbers and times exactly, sums of fractions to 12 digits."""
    assert found.column_names == expected.column_names
    pd.testing.assert_frame_equal(
        found.to_pandas(), expected.to_pandas(), check_exact=False, rtol=1e-11, atol=1e-9, check_dtype=False
    )
    for name, column in zip(found.column_names, found.columns, strict=True):
        assert column.null_count == expected[name].null_count, name


@pytest.mark.parametrize(("back_end", "as_of"), [("postgres", None), ("postgres", AS_OF), ("spark", AS_OF)])
def test_every_back_end_finds_what_duckdb_finds(
    back_end: str, as_of: datetime | None, duckdb_url: str, request: pytest.FixtureRequest
) -> None:
    listed, expected = answer_of_duckdb(duckdb_url, as_of)
    listing, found = answer_of(request.getfixturevalue(f"{back_end}_url"), as_of)
    assert listing.customers.equals(listed.customers)
    assert (listing.first, listing.last, listing.records) == (listed.first, listed.last, listed.records)
    assert_equal(found.indicators, expected.indicators)
    assert_equal(found.ties, expected.ties)
    pd.testing.assert_frame_equal(found.handsets, expected.handsets)
    assert found.self_calls == expected.self_calls > 0
    assert min(found.indicators.num_rows, found.ties.num_rows, len(found.handsets)) >= 5


ZONED = {
    "duckdb": "CREATE TABLE zoned AS SELECT * FROM (VALUES ('1', '2', TIMESTAMPTZ '2016-07-01 10:00:00+00', 'SMS'), "
    "('1', '2', TIMESTAMPTZ '2016-12-01 10:00:00+00', 'voice')) AS t(a, b, started, what)",
    "spark": "CREATE OR REPLACE TEMP VIEW zoned AS SELECT * FROM (VALUES ('1', '2', "
    "TIMESTAMP '2016-07-01 10:00:00+00:00', 'SMS'), ('1', '2', TIMESTAMP '2016-12-01 10:00:00+00:00', 'voice')) "
    "AS t(a, b, started, what)",
}
ZONED["postgres"] = ZONED["duckdb"]


@pytest.mark.parametrize("back_end", ["duckdb", "postgres", "spark"])
def test_times_with_a_zone_become_the_clock_on_the_wall(back_end: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{back_end}_url")
    names = {"caller": "a", "callee": "b", "time": "started", "kind": "what"}
    sources = {"calls": Source("zoned", names, ("SMS", "MMS")), "customers": Source("customers")}
    if back_end == "duckdb":
        with duckdb.connect(url.removeprefix("duckdb://")) as connection:
            connection.execute(ZONED[back_end])
    with open_warehouse(parse_address(url)) as warehouse:
        if back_end != "duckdb":
            warehouse.backend.raw_sql(ZONED[back_end])
        with pytest.raises(InputError, match="time_zone = 'Europe/Budapest'"):
            clean_tables(warehouse, WarehousePlan(sources))
        calls = clean_tables(warehouse, WarehousePlan(sources, "Europe/Budapest")).calls
        rows = calls.select("time", "kind", "seconds").to_pyarrow().sort_by("time").to_pylist()
    assert rows == [
        {"time": datetime(2016, 7, 1, 12), "kind": "message", "seconds": None},
        {"time": datetime(2016, 12, 1, 11), "kind": "call", "seconds": None},
    ]


def test_a_cancel_ends_a_long_question_of_postgresql(postgres_url: str) -> None:
    context = JobContext()
    timer = threading.Timer(0.3, context.cancel)
    with open_warehouse(parse_address(postgres_url)) as warehouse:
        client = warehouse.backend.con
        timer.start()
        with pytest.raises(JobCancelled):
            interruptible(
                warehouse, lambda: client.execute("SELECT sum(n) FROM generate_series(1, 1e11) AS t(n)"), context
            )
        assert client.execute("SELECT 1").fetchall() == [(1,)]


def test_a_password_comes_from_the_environment_and_a_wrong_one_is_never_shown(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = parse_address(postgres_url.replace("analyst@", "guest@"))
    monkeypatch.setenv(PASSWORD_VARIABLE, "hunter2")
    with (
        pytest.raises(WarehouseError, match=r"cannot be reached: .*password.*Check the") as refusal,
        open_warehouse(address),
    ):
        pass
    assert "hunter2" not in str(refusal.value)
    monkeypatch.setenv(PASSWORD_VARIABLE, "swordfish")
    with open_warehouse(address) as warehouse, pytest.raises((InputError, WarehouseError), match="permission denied"):
        list_customers(warehouse, PLAN)
