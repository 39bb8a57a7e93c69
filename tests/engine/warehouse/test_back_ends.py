"""Indicators, handset changes and ties: the same to the last row from DuckDB, Spark and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from engine.warehouse import Answer, Source, WarehousePlan, fetch, open_warehouse, parse_address
from tests.engine.warehouse.records import create_statements, make_rows

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
def spark_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
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
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    session.sql("CREATE DATABASE telco")
    session.sql("USE telco")
    for statement in create_statements(make_rows(), "spark"):
        session.sql(statement)
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
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -F"
    subprocess.run(
        [*prefix, pg_ctl, "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    try:
        with psycopg.connect(host="127.0.0.1", port=port, user="analyst", dbname="postgres", autocommit=True) as client:
            for statement in create_statements(make_rows(), "postgres"):
                client.execute(statement)
            client.execute(
                "CREATE VIEW zoned AS SELECT caller AS a, callee AS b, time AT TIME ZONE 'Europe/Budapest' AS started, "
                "seconds, cell, phone_type, CASE kind WHEN 'message' THEN 'SMS' ELSE 'voice' END AS kind FROM calls"
            )
        yield f"postgres://analyst@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*prefix, pg_ctl, "-D", data, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/"
        )
        shutil.rmtree(folder, ignore_errors=True)


def answer_of(url: str, as_of: datetime | None) -> Answer:
    with open_warehouse(parse_address(url)) as warehouse:
        return fetch(warehouse, PLAN, as_of=as_of)


@pytest.fixture(scope="module", params=[None, AS_OF], ids=["all", "as_of"])
def as_of(request: pytest.FixtureRequest) -> datetime | None:
    return request.param


@pytest.fixture(scope="module")
def from_duckdb(duckdb_url: str, as_of: datetime | None) -> Answer:
    return answer_of(duckdb_url, as_of)


def assert_equal(found: pa.Table, expected: pa.Table) -> None:
    """Equal to the last row: texts, whole numbers and times exactly, sums of fractions to 12 digits."""
    assert found.column_names == expected.column_names
    pd.testing.assert_frame_equal(
        found.to_pandas(), expected.to_pandas(), check_exact=False, rtol=1e-11, atol=1e-9, check_dtype=False
    )
    for name, column in zip(found.column_names, found.columns, strict=True):
        assert column.null_count == expected[name].null_count, name


@pytest.mark.parametrize("back_end", ["spark", "postgres"])
def test_every_back_end_finds_what_duckdb_finds(
    back_end: str, from_duckdb: Answer, as_of: datetime | None, request: pytest.FixtureRequest
) -> None:
    found = answer_of(request.getfixturevalue(f"{back_end}_url"), as_of)
    assert_equal(found.customers, from_duckdb.customers)
    assert_equal(found.ties, from_duckdb.ties)
    pd.testing.assert_frame_equal(found.handsets, from_duckdb.handsets)
    assert found.end == from_duckdb.end
    assert min(found.customers.num_rows, found.ties.num_rows, len(found.handsets)) >= 5
