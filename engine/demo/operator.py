"""The simulated operator's delivery: CSV files, photos, and the truth behind them."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from engine.demo.calls import CallRecords, clock, handset_names, phone_types
from engine.demo.dirt import CALL_BREAKS, USAGE_BREAKS, DirtyFile, DirtyRow, dirty_customers
from engine.demo.population import PlantedTruth, Population, simulate_population
from engine.demo.usage import CATEGORIES
from engine.demo.world import FIRST_DAY, stream
from engine.job import JobContext
from engine.logs import LogFiles
from engine.resources import resource

if TYPE_CHECKING:
    import duckdb

CALL_MONTHS = 24


@dataclass(frozen=True)
class DemoOperator:
    """Where the delivery lies and what is true of it."""

    files: LogFiles
    inventory: Path
    photos: Path
    truth: PlantedTruth
    dirty: pd.DataFrame  # the broken rows: file, line (1 is the header), kind, text
    population: Population


def simulate_operator(
    folder: Path,
    *,
    customers: int = 20_000,
    seed: int = 0,
    effect: float = 1.0,
    context: JobContext | None = None,
) -> DemoOperator:
    """Write what an operator delivers into ``folder`` and return where it lies, with the planted truth.

    Call detail records in half-year files, usage in yearly ones, customers, offers, the last campaign (randomised),
    the photo inventory and some customers' photos. The same arguments give the same bytes.
    """
    context = context or JobContext()
    folder.mkdir(parents=True, exist_ok=True)
    population = simulate_population(customers, seed, effect, context=context.part(0.0, 0.15))
    rng = stream(seed, "dirt")
    with _Writer(folder) as writer:
        context.check()
        dirty = _write_customers(writer, population, rng)
        writer.write("spring_trial.csv", pa.Table.from_pandas(population.history, preserve_index=False))
        context.check()
        usage = _write_usage(writer, population, seed, rng, dirty)
        calls = _write_calls(writer, population, seed, rng, dirty, context.part(0.2, 0.98))
    shutil.copyfile(resource("demo", "offers.csv"), folder / "offers.csv")
    inventory, photos = _copy_photos(folder, population)
    context.progress(1.0, "The demo operator's files are there")
    files = LogFiles(
        tuple(calls), tuple(usage), folder / "customers.csv", folder / "offers.csv", folder / "spring_trial.csv"
    )
    rows = pd.DataFrame(dirty, columns=["file", "line", "kind", "text"])
    return DemoOperator(files, inventory, photos, population.truth, rows, population)


class _Writer:
    """Turns Arrow tables into CSV: text is quoted where it must be, times are YYYY-MM-DD HH:MM:SS."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._part = folder / "part.tmp"

    def __enter__(self) -> _Writer:
        import duckdb

        self._connection: duckdb.DuckDBPyConnection = duckdb.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._part.unlink(missing_ok=True)

    def write(self, name: str, table: pa.Table) -> None:
        """Write a table as a file of the delivery."""
        self._copy(table, self.folder / name, header=True)

    def rows(self, table: pa.Table) -> bytes:
        """Return a table's rows as CSV, without a header."""
        self._copy(table, self._part, header=False)
        return self._part.read_bytes()

    def _copy(self, table: pa.Table, path: Path, *, header: bool) -> None:
        import duckdb

        self._connection.register("rows", table)
        target = str(path).replace("'", "''")
        try:
            self._connection.execute(f"COPY (FROM rows) TO '{target}' (FORMAT csv, HEADER {header})")
        except duckdb.IOException as error:
            code = errno.ENOSPC if "No space left" in str(error) else errno.EIO
            raise OSError(code, os.strerror(code), str(path)) from error
        self._connection.unregister("rows")


def _write_customers(writer: _Writer, population: Population, rng: np.random.Generator) -> list[DirtyRow]:
    """Write the customer list; return its broken rows."""
    table, wrong = dirty_customers(population.customers, rng)
    writer.write("customers.csv", _dates(pa.Table.from_pandas(table, preserve_index=False)))
    lines = (writer.folder / "customers.csv").read_text(encoding="utf-8").splitlines()
    return [DirtyRow("customers.csv", row + 2, kind, lines[row + 1]) for row, kind in wrong.items()]


def _dates(table: pa.Table) -> pa.Table:
    """Return a table whose moments are days."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.date32()))
    return table


def _write_calls(
    writer: _Writer, population: Population, seed: int, rng: np.random.Generator, dirty: list[DirtyRow],
    context: JobContext,
) -> list[Path]:  # fmt: skip
    """Write the call detail records by half-years; return the files."""
    files: dict[str, DirtyFile] = {}
    for number, (month, table) in enumerate(CallRecords(population, seed).months()):
        year, half = str(month)[:4], 1 if int(str(month)[5:7]) <= 6 else 2
        name = f"calls_{year}h{half}.csv"
        if name not in files:
            files[name] = DirtyFile(writer.folder / name, ",".join(table.column_names), CALL_BREAKS, rng)
        files[name].append(writer.rows(table))
        context.progress((number + 1) / CALL_MONTHS, f"Calls of {month}")
    for file in files.values():
        dirty += file.planted
    return [file.path for file in files.values()]


def _write_usage(
    writer: _Writer, population: Population, seed: int, rng: np.random.Generator, dirty: list[DirtyRow]
) -> list[Path]:
    """Write the internet usage records by years; return the files."""
    drawn, draw = population.drawn, stream(seed, "usage types")
    usage = drawn.usage
    spell = drawn.spells.at(usage.customer, usage.second)
    category = pa.DictionaryArray.from_arrays(usage.category.astype(np.int32), pa.array(CATEGORIES))
    table = pa.table(
        {
            "customer": pa.DictionaryArray.from_arrays(
                usage.customer.astype(np.int32), pa.array(drawn.people.ids, pa.string())
            ),
            "time": clock(usage.second),
            "megabytes": usage.megabytes,
            "category": category,
            "phone_type": phone_types(handset_names(population), spell, draw),
        }
    )
    paths = []
    day = FIRST_DAY + usage.second // 86_400
    year = day.astype("datetime64[Y]").astype(int) + 1970
    for value in np.unique(year):
        rows = np.flatnonzero(year == value)
        file = DirtyFile(writer.folder / f"usage_{value}.csv", ",".join(table.column_names), USAGE_BREAKS, rng)
        file.append(writer.rows(table.slice(int(rows[0]), len(rows))))
        dirty += file.planted
        paths.append(file.path)
    return paths


def _copy_photos(folder: Path, population: Population) -> tuple[Path, Path]:
    """Copy the inventory, and the customers' photos under their numbers."""
    inventory, photos = folder / "inventory", folder / "photos"
    for place in (inventory, photos):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
    for photo in sorted(resource("demo", "inventory").glob("*.jpg")):
        shutil.copyfile(photo, inventory / photo.name)
    for customer, photo in zip(population.photos["customer"], population.photos["photo"], strict=True):
        shutil.copyfile(resource("demo", "customers", photo), photos / f"{customer}.jpg")
    return inventory, photos
