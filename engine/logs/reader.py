"""Files of an operator into clean tables, with every bad row set aside."""

# ruff: noqa: S608 - the SQL is built from our own column names; what a file says comes in as data only

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from engine import columns
from engine.errors import InputError
from engine.job import JobContext
from engine.logs.detection import detect_table
from engine.logs.layout import LAYOUTS, Kind
from engine.logs.plan import FilePlan, ImportPlan, lacking
from engine.logs.rows import STRAY, Limits, create_table, select_rows
from engine.logs.sources import find_sources
from engine.logs.text_table import TextTable, read_text_table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

STRAY_SHARE = 0.0005  # of the records, at either end of the logs, may be far from the others
STRAY_DISTANCE = timedelta(days=31)
MOST_SET_ASIDE = 0.05  # of a file's rows; above it a person is asked
MOST_MISREAD = 0.01  # of a file's rows may be in another encoding; more would leave towns out by their spelling
UNUSABLE = 0.5  # of a file's rows set aside: the rest would mislead
UNREADABLE_REASON = "Letters are not "
ROWS_AT_ONCE = 500_000  # plain rows that go into a table in one go
COMPRESSED = "clean"  # the name of the database that is compressed
COMPRESSED_ABOVE = 2 << 30  # bytes of logs, some 30 million calls, whose tables would take 2.7 GB
PACKED_TO = 8  # times its size a packed file is taken to hold
LINES_AT_ONCE = 100_000  # lines that are judged in one go


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
    """Clean tables of every kind in a DuckDB in memory, and the rows that were set aside.

    ``offers`` has the keys of the catalogue and NO_OFFER; ``catalogue`` is the catalogue as it was read.
    """

    connection: duckdb.DuckDBPyConnection
    files: tuple[FileReport, ...]
    rejects: pa.Table  # REJECT_COLUMNS, by file and line
    catalogue: TextTable | None = None


@dataclass(frozen=True)
class Reason:
    """Why rows of a file were set aside, how many, and the first of them."""

    file: str
    reason: str
    rows: int
    line: int
    text: str


@dataclass(frozen=True)
class ImportReport:
    """What an import came to."""

    rows: int
    accepted: int
    rejected: int
    reasons: tuple[Reason, ...]  # the most frequent first
    tables: Logs

    @property
    def questions(self) -> tuple[str, ...]:
        """What a person has to agree to before these tables are used: files of which too much was set aside."""
        return tuple(
            f"{file.file}: {file.rejected:,} of {file.rows:,} rows cannot be used ({file.rejected / file.rows:.0%}), "
            f"most of them because: {self._reason(file).reason.lower()}."
            for file in self.tables.files
            if file.rejected > MOST_SET_ASIDE * file.rows
        )

    @property
    def needs_asking(self) -> bool:
        """Whether more than 5 % of a file was set aside."""
        return bool(self.questions)

    def require_usable(self, *, accept_rejects: bool) -> None:
        """Raise InputError if a file is misread or half lost, or if rows were set aside that nobody agreed to."""
        for file in self.tables.files:
            if not file.rejected:
                continue
            most = self._reason(file)
            misread = most.reason.startswith(UNREADABLE_REASON) and most.rows > MOST_MISREAD * file.rows
            if misread or file.rejected > UNUSABLE * file.rows:
                raise InputError(
                    f"{file.file}: {file.rejected:,} of {file.rows:,} rows cannot be used, most of them because: "
                    f"{most.reason.lower()}. {'Save it as CSV UTF-8' if misread else 'Correct the file'} and start "
                    "again."
                )
        if self.questions and not accept_rejects:
            raise InputError(f"{self.questions[0]} Correct the file, or start again with --accept-rejects.")

    def _reason(self, file: FileReport) -> Reason:
        return next(reason for reason in self.reasons if reason.file == file.file)


def read_logs(files: LogFiles, *, context: JobContext | None = None) -> Logs:
    """Read an operator's files into clean tables.

    Every data row is either in a table or among the rejects. Blank lines are no rows; a row is one line, so a field
    cannot hold a line break. Raises InputError if a file cannot be used at all: it is missing, empty, not text, lacks
    a column, or has no row that can be used.
    """
    return run_plan(plan_of(files), context or JobContext()).tables


def plan_of(files: LogFiles) -> ImportPlan:
    """Return the plan of files whose kinds are known. Raises InputError if one cannot be used at all."""
    if not files.calls:
        raise InputError("No calls file was given. Choose at least one.")
    given: list[tuple[Path, Kind]] = [(path, "calls") for path in files.calls]
    given += [(path, "usage") for path in files.usage]
    given += [(files.customers, "customers"), (files.offers, "offers")]
    if files.history is not None:
        given.append((files.history, "history"))
    times = Counter(path.resolve() for path, _ in given)
    for path, _ in given:
        if times[path.resolve()] > 1:
            raise InputError(f"The file {path} is given twice. Give each file once.")
    planned = [detect_table(source, kind) for path, kind in given for source in find_sources(path)]
    plan = ImportPlan(tuple(planned))
    for file in planned:
        _require_one_of_each(file)
    for file in plan.of_kind("calls"):
        if not plan.has_phones:
            missing = [c.name for c in file.missing if c.needed or c.name == columns.PHONE_TYPE]
            raise InputError(lacking(file, missing))
    return plan


def _require_one_of_each(file: FilePlan) -> None:
    """Raise InputError if two columns of a file have the name of one that is used."""
    names = [column.name.lower() for column in file.columns]
    for column in file.columns:
        if column.role and names.count(column.name.lower()) > 1:
            raise InputError(f'{file.source.name} has two columns named "{column.name}". Rename or remove one of them.')


def run_plan(plan: ImportPlan, context: JobContext) -> ImportReport:
    """Do ImportPlan.run."""
    for lack in plan.lacks():
        if lack.needed:
            raise InputError(lack.sentence)
    order = list(LAYOUTS)
    files = sorted((file for file in plan.files if file.kind), key=lambda file: order.index(file.layout.kind))
    names = Counter(file.source.name for file in files)
    is_large = sum(_unpacked(file) for file in files if file.kind in ("calls", "usage")) > COMPRESSED_ABOVE
    import_ = _Import(plan, empty_tables(is_compressed=is_large), is_large)
    try:
        sources = [_Source(file, file.source.name if names[file.source.name] == 1 else file.source.place)
                   for file in files]  # fmt: skip
        return import_.report(sources, context)
    except BaseException:
        import_.connection.close()
        raise


def _unpacked(file: FilePlan) -> int:
    """Return about how many bytes of text a file holds."""
    return file.source.size * (1 if file.source.shape == "text" else PACKED_TO)


def log_span(logs: Logs) -> tuple[date, date]:
    """Return the first and the last day on which something is recorded in the logs."""
    return _span(logs.connection)


def _span(connection: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """Return the first and last day in the tables calls and usage."""
    rows = connection.execute(
        "SELECT min(time)::DATE, max(time)::DATE FROM (SELECT time FROM calls UNION ALL SELECT time FROM usage)"
    ).fetchall()
    return rows[0][0], rows[0][1]


def empty_tables(*, is_compressed: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in memory, with an empty table of each kind, that neither touches files nor spills to disk.

    Compressed tables take a quarter of the memory (20 bytes instead of 90 for a call) and 2 CPU seconds for a million
    rows.
    """
    import duckdb

    connection = duckdb.connect(config={"enable_external_access": "false", "temp_directory": ""})
    if is_compressed:
        connection.execute(f"ATTACH ':memory:' AS {COMPRESSED} (COMPRESS)")
        connection.execute(f"USE {COMPRESSED}")
    for layout in LAYOUTS.values():
        if layout.kind != "offers":
            connection.execute(create_table(layout))
    connection.execute(f"CREATE TABLE offers AS SELECT '{columns.NO_OFFER}' AS offer")
    connection.execute(
        'CREATE TABLE rejects (file VARCHAR, line BIGINT, reason VARCHAR, text VARCHAR, "column" VARCHAR)'
    )
    return connection


def summed_up(
    connection: duckdb.DuckDBPyConnection, reports: Sequence[FileReport], catalogue: TextTable | None
) -> ImportReport:
    """Put together what came of all files."""
    rejects = connection.sql(
        'SELECT file, line, reason, text, "column" FROM rejects '
        "JOIN (SELECT unnest(?) AS file, unnest(range(?)) AS place) USING (file) ORDER BY place, line",
        params=[[report.file for report in reports], len(reports)],
    ).to_arrow_table()
    reasons = connection.execute(
        "SELECT file, reason, count(*), min(line), arg_min(text, line) FROM rejects GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    rows, rejected = sum(report.rows for report in reports), sum(report.rejected for report in reports)
    logs = Logs(connection, tuple(reports), rejects, catalogue)
    return ImportReport(rows, rows - rejected, rejected, tuple(Reason(*reason) for reason in reasons), logs)


@dataclass(frozen=True)
class _Source:
    """A file with how it is called."""

    file: FilePlan
    name: str


@dataclass(frozen=True)
class _Import:
    """A plan at work."""

    plan: ImportPlan
    connection: duckdb.DuckDBPyConnection
    is_compressed: bool

    def report(self, sources: Sequence[_Source], context: JobContext) -> ImportReport:
        """Read all files: the logs first, then what the logs are needed to judge."""
        sizes = [source.file.source.size for source in sources]
        catalogues = {
            source.name: read_text_table(source.file) for source in sources if source.file.kind == "offers"
        }  # a wrong catalogue is told before the long work
        reports: list[FileReport] = []
        limits = Limits()
        for number, source in enumerate(sources):
            start, end = (sum(sizes[:place]) / sum(sizes) for place in (number, number + 1))
            kind = source.file.kind
            if kind not in ("calls", "usage") and limits == Limits():
                reports = self._set_strays_aside(sources[:number], reports, context.part(start, start))
                limits = Limits(birth_year=_span(self.connection)[1].year)
            if kind == "offers":
                reports.append(self._keep_offers(source, catalogues[source.name]))
            else:
                here = limits if kind == "customers" else Limits()
                reports.append(self._read_file(source, here, context.part(start, end)))
        if limits == Limits():
            reports = self._set_strays_aside(sources, reports, context.part(1.0, 1.0))
        context.progress(1.0, "Logs read")
        return summed_up(self.connection, reports, next(iter(catalogues.values()), None))

    def _keep_offers(self, source: _Source, catalogue: TextTable) -> FileReport:
        """Make the table ``offers`` with the keys of the catalogue and NO_OFFER."""
        place = source.file.place(columns.OFFER)
        if not catalogue.rows:
            raise InputError(f"{source.name} has no offer. Add at least one row.")
        keys = {row[place] for _, row in catalogue.rows if place is not None and len(row) > place}
        self.connection.execute("INSERT INTO offers SELECT unnest(?)", [sorted(keys - {columns.NO_OFFER})])
        return FileReport(source.name, "offers", len(catalogue.rows), 0)

    def _read_file(self, source: _Source, limits: Limits, context: JobContext) -> FileReport:
        """Read one file into its table and the rejects. Raises InputError if no row of it can be used."""
        layout = source.file.layout
        names = ", ".join(f'"{column.name}"' for column in layout.columns)
        keep = f"INSERT INTO {layout.kind} SELECT {names} FROM typed WHERE reason IS NULL ORDER BY line"
        accepted = rejected = 0
        for rows in self._chunks(source, limits, context):
            if rows is not None:
                accepted += self._insert(layout.kind, rows)
                continue
            accepted += self._count(keep)
            rejected += self._count(
                "INSERT INTO rejects SELECT ?, line, reason, row, wrong_column FROM typed WHERE reason IS NOT NULL",
                [source.name],
            )
        if not accepted:
            raise InputError(self._nothing_usable(source, rejected))
        return FileReport(source.name, layout.kind, accepted + rejected, rejected)

    def _insert(self, kind: Kind, rows: pa.Table) -> int:
        """Insert rows that are beyond doubt; return how many."""
        if kind == "calls" and columns.KIND not in rows.column_names:
            values = ", ".join(f'"{name}"' for name in rows.column_names)
            sql = f"INSERT INTO calls ({values}, {columns.KIND}) SELECT {values}, '{columns.CALL}' FROM plain"
        else:
            sql = f"INSERT INTO {kind} BY NAME SELECT * FROM plain"
        self.connection.register("plain", rows)
        count = self._count(sql)
        self.connection.unregister("plain")
        if self.is_compressed:
            self.connection.execute(f"CHECKPOINT {COMPRESSED}")
        return count

    def _chunks(self, source: _Source, limits: Limits, context: JobContext) -> Iterator[pa.Table | None]:
        """Yield a file's plain rows, and None whenever other lines were put into the table ``typed``."""
        import pyarrow as pa

        from engine.logs.reading import read_chunks

        message = f"Reading {source.name}"
        context.progress(0.0, message)
        judge = select_rows(source.file, limits, self.plan.time_zone)
        rows: list[pa.Table] = []
        lines: list[pa.Table] = []
        for chunk in read_chunks(source.file, limits, self.plan.time_zone):
            rows += [chunk.rows] if chunk.rows is not None else []
            lines += [chunk.lines] if chunk.lines is not None else []
            if sum(map(len, rows)) >= ROWS_AT_ONCE:
                yield pa.concat_tables(rows)
                rows = []
            if sum(map(len, lines)) >= LINES_AT_ONCE:
                self._type(pa.concat_tables(lines), judge)
                lines = []
                yield None
            context.progress(chunk.done, message)
        if rows:
            yield pa.concat_tables(rows)
        if lines:
            self._type(pa.concat_tables(lines), judge)
            yield None
        self.connection.execute("DROP TABLE IF EXISTS typed")

    def _type(self, lines: pa.Table, judge: str) -> None:
        """Make the table ``typed`` of numbered lines."""
        self.connection.register("chunk", lines)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {judge}")
        self.connection.unregister("chunk")

    def _set_strays_aside(
        self, sources: Sequence[_Source], reports: Sequence[FileReport], context: JobContext
    ) -> list[FileReport]:
        """Move the few records that lie far outside the time of all others to the rejects; return the new reports.

        One wrong year would stretch the logs, and with them every customer's age and tenure. Far is more than a month
        before the first, or after the last, 1 in 2,000.
        """
        limits, least, most = _usual_times(self.connection)
        if limits.first <= least and most <= limits.last:
            return list(reports)
        for kind in ("calls", "usage"):
            self.connection.execute(f"DELETE FROM {kind} WHERE time NOT BETWEEN ? AND ?", [limits.first, limits.last])
        judged = []
        for source, report in zip(sources, reports, strict=True):
            found = 0
            for rows in self._chunks(source, limits, context):
                if rows is not None:
                    continue
                found += self._count(
                    "INSERT INTO rejects SELECT ?, line, reason, row, wrong_column FROM typed WHERE reason = ?",
                    [source.name, STRAY],
                )
            judged.append(replace(report, rejected=report.rejected + found))
        return judged

    def _count(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run an INSERT and return how many rows went in."""
        return int(self.connection.execute(sql, list(values)).fetchall()[0][0])

    def _nothing_usable(self, source: _Source, rejected: int) -> str:
        """Return the sentence about a file without a single good row."""
        kind = source.file.kind
        if not rejected:
            return f"{source.name} has a header line but no rows. Choose a {kind} file with rows."
        first = self.connection.execute(
            "SELECT line, reason FROM rejects WHERE file = ? ORDER BY line LIMIT 1", [source.name]
        ).fetchall()[0]
        return (
            f"None of the {rejected:,} rows of {source.name} can be used. "
            f"In line {first[0]}: {first[1][0].lower()}{first[1][1:]}. Correct the {kind} file."
        )


def _usual_times(connection: duckdb.DuckDBPyConnection) -> tuple[Limits, datetime, datetime]:
    """Return the limits of all but stray times, by the day, and the first and last time there is."""
    days = connection.execute(
        "SELECT time::DATE AS day, count(*), min(time), max(time) "
        "FROM (SELECT time FROM calls UNION ALL SELECT time FROM usage) GROUP BY day ORDER BY day"
    ).fetchall()
    return usual_limits([(day, count) for day, count, _, _ in days]), days[0][2], days[-1][3]


def usual_limits(days: Sequence[tuple[date, int]]) -> Limits:
    """Return the limits of all but stray records, from days and how many records each has."""
    total, before = sum(count for _, count in days), 0
    low, high = min(days)[0], max(days)[0]
    for day, count in sorted(days):
        if before <= total * STRAY_SHARE < before + count:
            low = day
        if before < total * (1 - STRAY_SHARE) <= before + count:
            high = day
        before += count
    first, last = datetime.combine(low, time()), datetime.combine(high, time(23, 59, 59))
    return Limits(first - STRAY_DISTANCE, last + STRAY_DISTANCE)
