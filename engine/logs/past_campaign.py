"""The last campaign from files, where the customers are known from elsewhere."""

# ruff: noqa: S608 - the SQL is built from our own column names; what is read comes in as data only

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.job import JobContext
from engine.logs.detection import detect_table
from engine.logs.importing import Import, PlannedSource
from engine.logs.layout import CUSTOMERS, Kind
from engine.logs.plan import ImportPlan
from engine.logs.reader import FileReport, ImportReport, empty_tables, summed_up
from engine.logs.rows import Limits, select_listed
from engine.logs.sources import find_sources
from engine.logs.text_table import read_text_table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def past_campaign_plan(offers: Path, history: Path | None) -> ImportPlan:
    """Return the plan of a catalogue and, if there is one, of the last campaign.

    Raises InputError if one of them cannot be used at all.
    """
    given: list[tuple[Path, Kind]] = [(offers, "offers")]
    if history is not None:
        given.append((history, "history"))
    files = (detect_table(source, kind) for path, kind in given for source in find_sources(path))
    return require_columns(ImportPlan(tuple(files)))


def require_columns(plan: ImportPlan) -> ImportPlan:
    """Return the plan of a catalogue and a last campaign; InputError if one of them lacks a column that is needed."""
    for lack in plan.lacks():
        if lack.needed and lack.role:
            raise InputError(lack.sentence)
    return plan


def read_past_campaign(
    plan: ImportPlan, customers: pa.Table, records: Sequence[FileReport], name: str, limits: Limits, context: JobContext
) -> ImportReport:
    """Read catalogue and last campaign, judged by a customer list that is no file, itself judged as a file's is.

    ``customers`` has the columns of a customer list, ``name`` is what it is called; ``records`` are reported as they
    are given. Raises InputError if a file has no row that can be used.
    """
    connection = empty_tables()
    try:
        reports = [*records, _keep_customers(connection, customers, name, limits)]
        files = Import(plan, connection, is_compressed=False)
        catalogue = read_text_table(plan.of_kind("offers")[0])
        for file in plan.files:
            source = PlannedSource(file, file.source.name)
            if file.kind == "offers":
                reports.append(files.keep_offers(source, catalogue))
            else:
                reports.append(files.read_file(source, Limits(), context))
        return summed_up(connection, reports, catalogue)
    except BaseException:
        connection.close()
        raise


def _keep_customers(
    connection: duckdb.DuckDBPyConnection, customers: pa.Table, name: str, limits: Limits
) -> FileReport:
    """Put the customers into their table, and those who cannot be used among the rows set aside."""
    connection.register("listed", customers)
    connection.execute(f"CREATE TEMP TABLE judged AS {select_listed(CUSTOMERS, limits)}")
    connection.unregister("listed")
    names = ", ".join(f'"{column.name}"' for column in CUSTOMERS.columns)
    connection.execute(f"INSERT INTO customers SELECT {names} FROM judged WHERE reason IS NULL ORDER BY line")
    rejected = connection.execute(
        "INSERT INTO rejects SELECT ?, line, reason, row, wrong_column FROM judged WHERE reason IS NOT NULL", [name]
    ).fetchall()[0][0]
    connection.execute("DROP TABLE judged")
    if rejected == customers.num_rows:
        raise InputError(f"None of the {rejected:,} rows of {name} can be used. Name another table of customers.")
    return FileReport(name, "customers", customers.num_rows, rejected)
