"""An import plan at work: files into the clean tables, one after the other, and every bad row set aside."""

# ruff: noqa: S608 - the SQL is built from our own column names; what a file says comes in as data only

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine import columns
from engine.errors import InputError
from engine.job import JobContext
from engine.logs.layout import LAYOUTS, Kind
from engine.logs.plan import FilePlan, ImportPlan
from engine.logs.queries import ended_by_cancel
from engine.logs.reader import COMPRESSED, FileReport, ImportReport, empty_tables, recorded_days, summed_up
from engine.logs.rows import STRAY, Limits, select_rows
from engine.logs.text_table import TextTable, read_text_table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

STRAY_SHARE = 0.0005  # of the records, at either end of the logs, may be far from the others
STRAY_DISTANCE = timedelta(days=31)
ROWS_AT_ONCE = 500_000  # plain rows that go into a table in one go
COMPRESSED_ABOVE = 2 << 30  # bytes of logs, some 30 million calls, whose tables would take 2.7 GB
PACKED_TO = 8  # times its size a packed file is taken to hold
LINES_AT_ONCE = 100_000  # lines that are judged in one go
DAYS_SQL = """
    SELECT time::DATE AS day, count(*), min(time), max(time)
    FROM (SELECT time FROM calls UNION ALL SELECT time FROM usage) GROUP BY day ORDER BY day"""


def run_plan(plan: ImportPlan, context: JobContext) -> ImportReport:
    """Do ImportPlan.run."""
    for lack in plan.lacks():
        if lack.needed:
            raise InputError(lack.sentence)
    order = list(LAYOUTS)
    files = sorted((file for file in plan.files if file.kind), key=lambda file: order.index(file.layout.kind))
    names = Counter(file.source.name for file in files)
    is_large = sum(_unpacked(file) for file in files if file.kind in ("calls", "usage")) > COMPRESSED_ABOVE
    import_ = Import(plan, empty_tables(is_compressed=is_large), is_large)
    try:
        sources = [PlannedSource(file, file.source.name if names[file.source.name] == 1 else file.source.place)
                   for file in files]  # fmt: skip
        with ended_by_cancel(import_.connection, context):
            return import_.report(sources, context)
    except BaseException:
        import_.connection.close()
        raise


def _unpacked(file: FilePlan) -> int:
    """Return about how many bytes of text a file holds."""
    return file.source.size * (1 if file.source.shape == "text" else PACKED_TO)


@dataclass(frozen=True)
class PlannedSource:
    """A file with how it is called."""

    file: FilePlan
    name: str


@dataclass(frozen=True)
class Import:
    """A plan at work."""

    plan: ImportPlan
    connection: duckdb.DuckDBPyConnection
    is_compressed: bool

    def report(self, sources: Sequence[PlannedSource], context: JobContext) -> ImportReport:
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
                limits = Limits(birth_year=recorded_days(self.connection)[1].year)
            if kind == "offers":
                reports.append(self.keep_offers(source, catalogues[source.name]))
            else:
                here = limits if kind == "customers" else Limits()
                reports.append(self.read_file(source, here, context.part(start, end)))
        if limits == Limits():
            reports = self._set_strays_aside(sources, reports, context.part(1.0, 1.0))
        context.progress(1.0, "Logs read")
        return summed_up(self.connection, reports, next(iter(catalogues.values()), None))

    def keep_offers(self, source: PlannedSource, catalogue: TextTable) -> FileReport:
        """Make the table ``offers`` with the keys of the catalogue and NO_OFFER."""
        place = source.file.place(columns.OFFER)
        if not catalogue.rows:
            raise InputError(f"{source.name} has no offer. Add at least one row.")
        keys = {row[place] for _, row in catalogue.rows if place is not None and len(row) > place}
        self.connection.execute("INSERT INTO offers SELECT unnest(?)", [sorted(keys - {columns.NO_OFFER})])
        return FileReport(source.name, "offers", len(catalogue.rows), 0)

    def read_file(self, source: PlannedSource, limits: Limits, context: JobContext) -> FileReport:
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
        """Insert rows that are beyond doubt; return how many.

        One thread does it in half the CPU time of two, which wait for each other's order.
        """
        if kind == "calls" and columns.KIND not in rows.column_names:
            values = ", ".join(f'"{name}"' for name in rows.column_names)
            sql = f"INSERT INTO calls ({values}, {columns.KIND}) SELECT {values}, '{columns.CALL}' FROM plain"
        else:
            sql = f"INSERT INTO {kind} BY NAME SELECT * FROM plain"
        self.connection.register("plain", rows)
        if len(rows) < ROWS_AT_ONCE:
            count = self._count(sql)
        else:
            self.connection.execute("SET threads = 1")
            count = self._count(sql)
            self.connection.execute("RESET threads")
        self.connection.unregister("plain")
        if self.is_compressed:
            self._run(f"CHECKPOINT {COMPRESSED}")
        return count

    def _chunks(self, source: PlannedSource, limits: Limits, context: JobContext) -> Iterator[pa.Table | None]:
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
        self._run(f"CREATE OR REPLACE TEMP TABLE typed AS {judge}")
        self.connection.unregister("chunk")

    def _set_strays_aside(
        self, sources: Sequence[PlannedSource], reports: Sequence[FileReport], context: JobContext
    ) -> list[FileReport]:
        """Move the few records that lie far outside the time of all others to the rejects; return the new reports.

        One wrong year would stretch the logs, and with them every customer's age and tenure. Far is more than a month
        before the first, or after the last, 1 in 2,000.
        """
        limits, least, most = usual_times(self._run(DAYS_SQL))
        if limits.first <= least and most <= limits.last:
            return list(reports)
        for kind in ("calls", "usage"):
            self._run(f"DELETE FROM {kind} WHERE time NOT BETWEEN ? AND ?", [limits.first, limits.last])
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

    def _run(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Run a query and return its rows."""
        return self.connection.execute(sql, list(values)).fetchall()

    def _count(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run an INSERT and return how many rows went in."""
        return int(self._run(sql, values)[0][0])

    def _nothing_usable(self, source: PlannedSource, rejected: int) -> str:
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


def usual_times(days: Sequence[tuple[date, int, datetime, datetime]]) -> tuple[Limits, datetime, datetime]:
    """Return the limits of all but stray times, by the day, and the first and last time there is.

    ``days`` are rows of DAYS_SQL: a day, how many records it has, the first and the last of them.
    """
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
