"""Connections to the warehouses, one way for all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError, WarehouseError
from engine.warehouse.address import Address, find_credentials

if TYPE_CHECKING:
    import ibis

DRIVERS = {
    "duckdb": "ibis-framework[duckdb]==12.0.0",
    "spark": "pyspark==4.0.5",
    "postgres": "psycopg[binary]==3.3.9",
    "trino": "ibis-framework[trino]==12.0.0",
    "clickhouse": "ibis-framework[clickhouse]==12.0.0",
}
PATIENCE = 20  # seconds within which PostgreSQL has to answer a knock


@dataclass(frozen=True)
class Warehouse:
    """An open warehouse."""

    address: Address
    backend: ibis.BaseBackend

    def interrupt(self) -> None:
        """End what the warehouse is doing for this connection, where it can be told to. Safe from any thread."""
        if self.address.scheme == "duckdb":
            self.backend.con.interrupt()
        elif self.address.scheme == "postgres":
            self.backend.con.cancel()
        elif self.address.scheme == "spark":
            self.backend._session.sparkContext.cancelAllJobs()


@contextmanager
def open_warehouse(address: Address) -> Iterator[Warehouse]:
    """Connect, and disconnect in the end.

    Raises InputError if there is no such file, WarehouseError if the driver is missing or nobody answers.
    """
    try:
        backend = _connected(address)
    except ImportError as error:
        raise WarehouseError(_missing(address)) from error
    except InputError:
        raise
    except Exception as error:  # each driver has a family of its own
        raise WarehouseError(f"{address} cannot be reached: {said(error)}. Check the address and the login.") from error
    try:
        yield Warehouse(address, backend)
    finally:
        if address.scheme != "spark":  # a session may be shared, and ends with the program
            backend.disconnect()


def _missing(address: Address) -> str:
    """Say what to do about a driver that is not there; the packaged program has no pip."""
    if getattr(sys, "frozen", False):
        return f"The driver for {address} is not part of the packaged program. Run Semblance from its source instead."
    return f"The driver for {address} is not installed. Run: pip install '{DRIVERS[address.scheme]}'"


def _connected(address: Address) -> ibis.BaseBackend:
    """Connect in another thread: in the main one Spark would take Ctrl-C for itself."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="connect") as executor:
        return executor.submit(_CONNECT[address.scheme], address).result()


def said(error: BaseException) -> str:
    """Return the first line of what a driver says, without its full stop."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")[:300]


def _duckdb(address: Address) -> ibis.BaseBackend:
    import ibis

    path = Path(address.path)
    if not path.is_file():
        raise InputError(f"There is no file {path}. Give the DuckDB file of the warehouse.")
    return ibis.duckdb.connect(path, read_only=True)


def _spark(address: Address) -> ibis.BaseBackend:
    import ibis
    from pyspark.sql import SparkSession

    is_local = address.host == "local"
    builder = SparkSession.builder.appName("Semblance")
    if is_local:
        builder = builder.master("local[*]").config("spark.ui.enabled", "false")
    else:
        builder = builder.master(f"spark://{address.host}:{address.port or 7077}")
    backend = ibis.pyspark.connect(builder.getOrCreate())
    if address.path:
        backend._session.catalog.setCurrentDatabase(address.path)
    return backend


def _postgres(address: Address) -> ibis.BaseBackend:
    import ibis

    login = find_credentials(address)
    (database,) = address.words(1)
    return ibis.postgres.connect(
        host=address.host,
        port=address.port or 5432,
        user=login.user,
        password=login.password,
        database=database,
        connect_timeout=PATIENCE,
    )


def _trino(address: Address) -> ibis.BaseBackend:
    import ibis

    login = find_credentials(address)
    catalog, schema = address.words(2)
    return ibis.trino.connect(
        host=address.host,
        port=address.port or (443 if login.password else 8080),
        user=login.user or "semblance",
        auth=login.password,
        database=catalog,
        schema=schema,
    )


def _clickhouse(address: Address) -> ibis.BaseBackend:
    import ibis

    login = find_credentials(address)
    (database,) = address.words(1)
    return ibis.clickhouse.connect(
        host=address.host,
        port=address.port or (8443 if login.password else 8123),
        user=login.user or "default",
        password=login.password or "",
        database=database or "default",
        secure=bool(login.password),
    )


_CONNECT: dict[str, Callable[[Address], ibis.BaseBackend]] = {
    "duckdb": _duckdb,
    "spark": _spark,
    "postgres": _postgres,
    "trino": _trino,
    "clickhouse": _clickhouse,
}
