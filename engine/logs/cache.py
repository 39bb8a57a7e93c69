"""Clean tables kept for the next run, as Parquet in an encrypted file beside the campaign's.

The file is SQLite under the campaign's cipher (DuckDB writes no encrypted Parquet without an extension that has to be
downloaded). Its key is random and kept in the campaign file: who erases the key has erased the cache.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.errors import CampaignFileError, InputError
from engine.job import JobContext
from engine.logs.layout import LAYOUTS
from engine.logs.plan import ImportPlan
from engine.logs.reader import FileReport, ImportReport, Logs, empty_tables, summed_up
from engine.logs.text_table import TextTable

if TYPE_CHECKING:
    import apsw

    from engine.campaign import Campaign

VERSION = 1  # of the clean tables; a cache of another one is not used
ROWS_A_PIECE = 500_000
ENDS = 1 << 20  # bytes at the beginning and the end of a file that its fingerprint looks at
TABLES = (*LAYOUTS, "rejects")
SUFFIX = "-tables"  # of the cache's name, after the campaign file's
KEY, READING = "tables_key", "reading"  # documents of the campaign file


@dataclass(frozen=True)
class KeptTables:
    """Where clean tables are kept, and under which key."""

    path: Path
    key: str


@dataclass(frozen=True)
class Reading:
    """How what is known came: out of ``files``, of the kept ``tables``, which may not have fitted (``was_void``), or of
    a ``warehouse``.
    """

    way: Literal["files", "tables", "warehouse"]
    on: str  # day, as in 2026-01-31
    was_void: bool = False

    def to_json(self) -> str:
        """Return it as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Reading:
        """Return what ``to_json`` wrote."""
        return cls(**json.loads(text))


def new_cache_key() -> str:
    """Return a fresh key for a cache."""
    return secrets.token_hex(32)


def tables_path(campaign_file: Path) -> Path:
    """Return where a campaign file's clean tables are kept: beside it."""
    return campaign_file.with_name(campaign_file.name + SUFFIX)


def kept_tables(campaign: Campaign) -> KeptTables | None:
    """Return where a campaign keeps its clean tables, there yet or not; None if it keeps none."""
    key = campaign.read_document(KEY)
    return None if key is None else KeptTables(tables_path(campaign.path), key)


def start_keeping(campaign: Campaign) -> KeptTables:
    """Let a campaign keep its clean tables, from the next reading on."""
    kept = kept_tables(campaign) or KeptTables(tables_path(campaign.path), new_cache_key())
    campaign.write_document(KEY, kept.key)
    return kept


def forget_tables(campaign: Campaign) -> None:
    """Erase the key and the file of a campaign's clean tables; from then on it keeps none.

    Raises CampaignFileError if the file cannot be deleted.
    """
    campaign.erase_document(KEY)
    delete_tables(campaign.path)


def delete_tables(campaign_file: Path) -> None:
    """Delete the file of a campaign's clean tables, whose key is erased; CampaignFileError if that cannot be done."""
    path = tables_path(campaign_file)
    try:
        forget_import(path)
    except OSError as error:
        raise CampaignFileError(
            f"The key of the kept tables is erased, but the file “{path.name}” could not be deleted "
            f"({error.strerror or error}). Delete it yourself; nobody can read it any more."
        ) from error


def read_clean_tables(
    plan: ImportPlan,
    kept: KeptTables | None,
    context: JobContext,
    without: Callable[[ImportReport], ImportReport] = lambda report: report,
) -> tuple[ImportReport, Reading]:
    """Return the clean tables of a plan: those kept, if nothing has changed since, else out of the files.

    What is read from files is kept again, after ``without`` took out what must not stay. Raises InputError if a file
    is not there any more or cannot be used, CampaignFileError if the tables cannot be kept.
    """
    today = date.today().isoformat()
    if kept is None:
        return without(plan.run(context)), Reading("files", today)
    was_there = kept.path.is_file()
    state = fingerprint(plan)
    report = kept_import(kept.path, kept.key, state, context)
    if report is not None:
        return report, Reading("tables", today)
    report = without(plan.run(context.part(0.0, 0.85)))
    try:
        keep_import(kept.path, kept.key, state, report, context.part(0.85, 1.0))
    except BaseException:
        report.tables.connection.close()
        raise
    return report, Reading("files", today, was_there)


def fingerprint(plan: ImportPlan) -> str:
    """Return what tells this plan and the present state of its files from any other.

    Of each file: its place, size, time of change, and SHA-256 of its first and last MiB. Raises InputError if one
    cannot be read.
    """
    digest = hashlib.sha256(repr((VERSION, plan.time_zone)).encode())
    for file in plan.files:
        settings = [(c.name, c.role, c.form, c.unit, c.is_utc) for c in file.columns]
        source = file.source
        try:
            state = source.path.stat()
            with source.path.open("rb") as content:
                first = content.read(ENDS)
                content.seek(max(0, state.st_size - ENDS))
                digest.update(hashlib.sha256(first + content.read(ENDS)).digest())
        except OSError as error:
            raise InputError(f"{source.path} cannot be read ({error.strerror or error}).") from error
        parts = (str(source.path.resolve()), source.shape, source.member, state.st_size, state.st_mtime_ns, file.kind,
                 file.encoding, file.delimiter, file.has_header, file.skipped, file.decimal, settings)  # fmt: skip
        digest.update(repr(parts).encode())
    return digest.hexdigest()


def keep_import(path: Path, key: str, state: str, report: ImportReport, context: JobContext | None = None) -> None:
    """Keep an import in a new cache file; one that was there is replaced once the new one is whole.

    Raises CampaignFileError if it cannot be written, as on a full disk; then, and after a cancel, there is none.
    """
    from engine.campaign import encrypted

    context = context or JobContext()
    forget_import(path)
    part = path.with_name(path.name + ".part")
    encrypted.remove(part)
    encrypted.reserve(part)
    try:
        with _opened(part, key, is_new=True) as connection, encrypted.whole(connection):
            connection.execute("CREATE TABLE document (name TEXT PRIMARY KEY, text TEXT) STRICT")
            connection.execute(
                "CREATE TABLE piece (name TEXT, position INTEGER, data BLOB, PRIMARY KEY (name, position)) STRICT"
            )
            documents = {"state": state, "files": json.dumps([asdict(file) for file in report.tables.files])}
            if report.tables.catalogue is not None:
                documents["catalogue"] = json.dumps(asdict(report.tables.catalogue))
            connection.executemany("INSERT INTO document VALUES (?, ?)", list(documents.items()))
            total = max(report.rows, 1)
            done = 0
            for name in TABLES:
                for position, (data, rows) in enumerate(_pieces(report.tables, name)):
                    connection.execute("INSERT INTO piece VALUES (?, ?, ?)", (name, position, data))
                    done += rows
                    context.progress(min(done / total, 1.0), "Keeping the clean tables")
        part.replace(path)
    except BaseException:
        encrypted.remove(part)
        raise


def kept_import(path: Path, key: str, state: str, context: JobContext | None = None) -> ImportReport | None:
    """Return the import kept at ``path``, or None if there is none for this state of plan and files.

    A cache that cannot be read counts as none: it can be made again.
    """
    context = context or JobContext()
    if not path.is_file():
        return None
    with suppress(CampaignFileError), _opened(path, key) as connection:
        rows = connection.execute("SELECT name, text FROM document").fetchall()
        documents = {str(name): str(text) for name, text in rows}
        if documents.get("state") != state:
            return None
        tables = empty_tables()
        try:
            pieces = connection.execute("SELECT name, position FROM piece ORDER BY name, position").fetchall()
            for number, (name, position) in enumerate(pieces):
                context.progress(number / len(pieces), "Reading the tables that were kept")
                _insert(tables, connection, str(name), int(str(position)))
        except BaseException:
            tables.close()
            raise
        files = tuple(FileReport(**file) for file in json.loads(documents["files"]))
        catalogue = json.loads(documents["catalogue"]) if "catalogue" in documents else None
        context.progress(1.0, "Logs read")
        return summed_up(tables, files, _catalogue(catalogue) if catalogue else None)
    return None


def forget_import(path: Path) -> None:
    """Delete a cache file, if there is one."""
    from engine.campaign import encrypted

    encrypted.remove(path)


@contextmanager
def _opened(path: Path, key: str, *, is_new: bool = False) -> Iterator[apsw.Connection]:
    """Open a cache file. Raises CampaignFileError if it is damaged, locked or under another key."""
    from engine.campaign import encrypted

    with encrypted.explained(path.name):
        connection = encrypted.connect(path, key)
        try:
            if is_new:
                connection.pragma("journal_mode", "memory")  # the file is thrown away if it is not finished
                encrypted.format_file(connection)
                connection.pragma("secure_delete", "on")
            else:
                encrypted.unlock(connection, path)
            yield connection
        finally:
            connection.close()


def _pieces(logs: Logs, name: str) -> Iterator[tuple[bytes, int]]:
    """Yield a table as Parquet files of some rows, and how many rows each has."""
    import pyarrow as pa
    import pyarrow.parquet

    reader = logs.connection.sql(f'FROM "{name}"').to_arrow_reader(ROWS_A_PIECE)
    for batch in reader:
        sink = pa.BufferOutputStream()
        pyarrow.parquet.write_table(pa.Table.from_batches([batch]), sink, compression="zstd", compression_level=1)
        yield sink.getvalue().to_pybytes(), batch.num_rows


def _insert(tables: object, connection: apsw.Connection, name: str, position: int) -> None:
    """Put one piece into its table; ``tables`` is the DuckDB connection."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet

    assert isinstance(tables, duckdb.DuckDBPyConnection)
    assert name in TABLES
    row = connection.execute("SELECT data FROM piece WHERE name = ? AND position = ?", (name, position)).fetchone()
    assert row is not None
    tables.register("piece", pyarrow.parquet.read_table(pa.BufferReader(row[0])))
    if name == "offers":
        tables.execute("DELETE FROM offers")
    tables.execute(f'INSERT INTO "{name}" FROM piece')
    tables.unregister("piece")


def _catalogue(content: dict[str, list[list[object]]]) -> TextTable:
    """Return a catalogue from JSON, which has no tuples."""
    rows = tuple((int(str(line)), tuple(map(str, cells))) for line, cells in _pairs(content["rows"]))
    return TextTable(str(content["name"]), tuple(map(str, content["columns"])), rows)


def _pairs(rows: list[list[object]]) -> Iterator[tuple[object, list[object]]]:
    for line, cells in rows:
        assert isinstance(cells, list)
        yield line, cells
