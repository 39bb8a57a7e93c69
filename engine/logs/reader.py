"""Files of an operator into clean tables, with every bad row set aside."""

# ruff: noqa: S608 - the SQL is built from our own column names; what a file says comes in as data only

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from engine import columns
from engine.errors import InputError
from engine.job import JobContext
from engine.logs.layout import CALLS, CUSTOMERS, HISTORY, OFFERS, USAGE, Header, Layout, read_header
from engine.logs.lines import TextFile, open_text, read_lines
from engine.logs.rows import STRAY, Limits, create_table, select_rows

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


STRAY_SHARE = 0.0005  # of the records, at either end of the logs, may be far from the others
STRAY_DISTANCE = timedelta(days=31)


@dataclass(frozen=True)
class LogFiles:
    """The files a campaign is made from."""

    calls: tuple[Path, ...]
    usage: tuple[Path, ...]
    customers: Path
    offers: Path
    history: Path | None


@dataclass(frozen=True)
class FileReport:
    """How many data rows a file has, and how many of them were set aside."""

    file: str
    kind: str
    rows: int
    rejected: int


@dataclass(frozen=True)
class Logs:
    """Clean tables calls, usage, customers and history in a DuckDB in memory, and the rows that were set aside."""

    connection: duckdb.DuckDBPyConnection
    files: tuple[FileReport, ...]
    rejects: pa.Table  # REJECT_COLUMNS, by file and line


@dataclass(frozen=True)
class _Source:
    """A file whose header is known."""

    text: TextFile
    layout: Layout
    header: Header


def read_logs(files: LogFiles, *, context: JobContext | None = None) -> Logs:
    """Read an operator's files into clean tables.

    Every data row is either in a table or among the rejects. Blank lines are no rows; a row is one line, so a field
    cannot hold a line break. Raises InputError if a file cannot be used at all: it is missing, empty, not text, lacks
    a column, or has no row that can be used.
    """
    context = context or JobContext()
    sources = _open(files)
    connection = _connect()
    try:
        return _read(sources, files.offers, connection, context)
    except BaseException:
        connection.close()
        raise


def log_span(logs: Logs) -> tuple[date, date]:
    """Return the first and the last day on which something is recorded in the logs."""
    return _span(logs.connection)


def _span(connection: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """Return the first and last day in the tables calls and usage."""
    rows = connection.execute(
        "SELECT min(time)::DATE, max(time)::DATE FROM (SELECT time FROM calls UNION ALL SELECT time FROM usage)"
    ).fetchall()
    return rows[0][0], rows[0][1]


def _read(sources: Sequence[_Source], offers: Path, connection: duckdb.DuckDBPyConnection, context: JobContext) -> Logs:
    """Read the files in their order: the logs, then what the logs are needed to judge."""
    of_offers = _read_offer_keys(offers, connection)
    total = sum(source.text.bytes for source in sources)
    reports: list[FileReport] = []
    done = 0
    for number, source in enumerate(sources):
        if source.layout == CUSTOMERS:
            here = context.part(done / total, done / total)
            reports = _set_strays_aside(sources[:number], reports, connection, here)
            limits = Limits(birth_year=_span(connection)[1].year)
        else:
            limits = Limits()
        part = context.part(done / total, (done + source.text.bytes) / total)
        reports.append(_read_file(source, limits, connection, part))
        done += source.text.bytes
    place = next(number for number, source in enumerate(sources) if source.layout == CUSTOMERS) + 1
    reports.insert(place, of_offers)
    rejects = connection.sql(
        "SELECT file, line, reason, text FROM rejects JOIN (SELECT unnest(?) AS file, unnest(range(?)) AS place) "
        "USING (file) ORDER BY place, line",
        params=[[report.file for report in reports], len(reports)],
    ).to_arrow_table()
    context.progress(1.0, "Logs read")
    return Logs(connection, tuple(reports), rejects)


def _connect() -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in memory that neither touches files nor spills to disk."""
    import duckdb

    connection = duckdb.connect(config={"enable_external_access": "false", "temp_directory": ""})
    for layout in (CALLS, USAGE, CUSTOMERS, HISTORY):
        connection.execute(create_table(layout))
    connection.execute("CREATE TABLE rejects (file VARCHAR, line BIGINT, reason VARCHAR, text VARCHAR)")
    return connection


def _open(files: LogFiles) -> list[_Source]:
    """Look at every file before reading any, so that a wrong one is named at once."""
    if not files.calls:
        raise InputError("No calls file was given. Choose at least one.")
    given: list[tuple[Path, Layout]] = [(path, CALLS) for path in files.calls]
    given += [(path, USAGE) for path in files.usage]
    given.append((files.customers, CUSTOMERS))
    if files.history is not None:
        given.append((files.history, HISTORY))
    times = Counter(path.resolve() for path, _ in given)
    names = Counter([files.offers.name, *(path.name for path, _ in given)])
    sources = []
    for path, layout in given:
        if times[path.resolve()] > 1:
            raise InputError(f"The file {path} is given twice. Give each file once.")
        text = open_text(path, layout.kind, path.name if names[path.name] == 1 else str(path))
        sources.append(_Source(text, layout, read_header(text.header, layout, text.name)))
    return sources


def _read_offer_keys(path: Path, connection: duckdb.DuckDBPyConnection) -> FileReport:
    """Make the table ``offers`` with the keys of the catalogue and NO_OFFER."""
    text = open_text(path, OFFERS.kind)
    header = read_header(text.header, OFFERS, text.name)
    place = header.positions[columns.OFFER]
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=header.delimiter) if any(map(str.strip, row))][1:]
    if not rows:
        raise InputError(f"{text.name} has no offer. Add at least one row.")
    keys = {row[place].strip() for row in rows if len(row) > place}
    connection.execute("CREATE TABLE offers AS SELECT unnest(?) AS offer", [sorted(keys | {columns.NO_OFFER})])
    return FileReport(text.name, OFFERS.kind, len(rows), 0)


def _read_file(
    source: _Source, limits: Limits, connection: duckdb.DuckDBPyConnection, context: JobContext
) -> FileReport:
    """Read one file into its table and the rejects. Raises InputError if no row of it can be used."""
    text, layout = source.text, source.layout
    names = ", ".join(f'"{column.name}"' for column in layout.columns)
    accepted = rejected = 0
    for _ in _typed_chunks(source, limits, connection, context):
        accepted += _count(
            connection, f"INSERT INTO {layout.kind} SELECT {names} FROM typed WHERE reason IS NULL ORDER BY line"
        )
        rejected += _count(
            connection,
            "INSERT INTO rejects SELECT ?, line, reason, row FROM typed WHERE reason IS NOT NULL",
            [text.name],
        )
    if not accepted:
        raise InputError(_nothing_usable(text, layout, rejected, connection))
    return FileReport(text.name, layout.kind, accepted + rejected, rejected)


def _typed_chunks(
    source: _Source, limits: Limits, connection: duckdb.DuckDBPyConnection, context: JobContext
) -> Iterator[None]:
    """Put one chunk of the file after the other into the table ``typed``."""
    message = f"Reading {source.text.name}"
    context.progress(0.0, message)
    rows = select_rows(source.layout, source.header, limits)
    for chunk in read_lines(source.text, source.header.delimiter):
        connection.register("chunk", chunk.table)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {rows}")
        connection.unregister("chunk")
        yield
        context.progress(chunk.bytes_read / source.text.bytes, message)
    connection.execute("DROP TABLE IF EXISTS typed")


def _set_strays_aside(
    sources: Sequence[_Source],
    reports: Sequence[FileReport],
    connection: duckdb.DuckDBPyConnection,
    context: JobContext,
) -> list[FileReport]:
    """Move the few records that lie far outside the time of all others to the rejects; return the new reports.

    One wrong year would stretch the logs, and with them every customer's age and tenure. Far is more than a month
    before the first, or after the last, 1 in 2,000.
    """
    limits, least, most = _usual_times(connection)
    if limits.first <= least and most <= limits.last:
        return list(reports)
    for kind in ("calls", "usage"):
        connection.execute(f"DELETE FROM {kind} WHERE time NOT BETWEEN ? AND ?", [limits.first, limits.last])
    judged = []
    for source, report in zip(sources, reports, strict=True):
        found = 0
        for _ in _typed_chunks(source, limits, connection, context):
            found += _count(
                connection,
                "INSERT INTO rejects SELECT ?, line, reason, row FROM typed WHERE reason = ?",
                [source.text.name, STRAY],
            )
        judged.append(replace(report, rejected=report.rejected + found))
    return judged


def _usual_times(connection: duckdb.DuckDBPyConnection) -> tuple[Limits, datetime, datetime]:
    """Return the limits of all but stray times, and the first and last time there is."""
    low, high, least, most = connection.execute(
        "SELECT quantile_disc(time, ?), quantile_disc(time, 1 - ?), min(time), max(time) "
        "FROM (SELECT time FROM calls UNION ALL SELECT time FROM usage)",
        [STRAY_SHARE, STRAY_SHARE],
    ).fetchall()[0]
    return Limits(low - STRAY_DISTANCE, high + STRAY_DISTANCE), least, most


def _count(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> int:
    """Run an INSERT and return how many rows went in."""
    return int(connection.execute(sql, list(values)).fetchall()[0][0])


def _nothing_usable(text: TextFile, layout: Layout, rejected: int, connection: duckdb.DuckDBPyConnection) -> str:
    """Return the sentence about a file without a single good row."""
    if not rejected:
        return f"{text.name} has a header line but no rows. Choose a {layout.kind} file with rows."
    first = connection.execute(
        "SELECT line, reason FROM rejects WHERE file = ? ORDER BY line LIMIT 1", [text.name]
    ).fetchall()[0]
    return (
        f"None of the {rejected:,} rows of {text.name} can be used. "
        f"In line {first[0]}: {first[1][0].lower()}{first[1][1:]}. Correct the {layout.kind} file."
    )
