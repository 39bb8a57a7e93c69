"""Where rows come from: plain and packed text, workbooks and Parquet, all as one stream of bytes of text."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from engine.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    from python_calamine import CalamineWorkbook

CHUNK_BYTES = 4 << 20  # measured: larger ones leave the processor's cache
LARGEST_WORKBOOK = 64 << 20  # bytes; a workbook has at most 1,048,576 rows
UNPACKED_RATIO, UNPACKED_FREE = 200, 256 << 20  # more than this many times its size is no log: logs shrink to a tenth
MOST_MEMBERS = 10_000
TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".psv", ".dat", ".cdr", ".log")
READ_ALONE = (".gz", ".zip", ".parquet", ".pq", ".xlsx")  # but not out of a zip
ENDINGS = (*TEXT_ENDINGS, *READ_ALONE)
NEVER_READ = (".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst", ".xls", ".xlsb", ".ods")  # which could be tables
Shape = Literal["text", "gzip", "zip", "parquet", "workbook"]


@dataclass(frozen=True)
class Source:
    """A table in a file: the whole of it, a member of a zip or a sheet of a workbook."""

    path: Path
    shape: Shape
    member: str = ""

    @property
    def name(self) -> str:
        """How the table is called in sentences and reports."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @property
    def place(self) -> str:
        """The name with its folder, for tables that have the same name."""
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @property
    def size(self) -> int:
        """The bytes of the file, at least 1. Raises InputError if it is not there any more."""
        with told(self.path, self.name):
            return max(self.path.stat().st_size, 1)

    @property
    def is_structured(self) -> bool:
        """Whether the file itself says where its columns are."""
        return self.shape in ("parquet", "workbook")


@dataclass(frozen=True)
class Stream:
    """Bytes of text as they come: ``read`` returns some, b"" at the end; ``done`` says how far in the file that is."""

    read: Callable[[int], bytes]
    done: Callable[[], float]


def find_sources(path: Path) -> list[Source]:
    """Return the tables of a file, or of the files in a folder and its folders that have a known ending, in order.

    Raises InputError if there is nothing, or if a zip holds too much.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if _is_delivered(file, path))
        if not files:
            raise InputError(f"The folder {path} holds no table ({', '.join(ENDINGS)}). Choose another folder.")
        return [source for file in files for source in find_sources(file)]
    shape = shape_of(path)
    if shape == "zip":
        return [Source(path, "zip", member) for member in _members(path)]
    if shape == "workbook":
        return [Source(path, "workbook", sheet) for sheet in _sheets(path)]
    return [Source(path, shape)]


def passed_over(path: Path) -> str:
    """Name the files of a folder that could hold tables and cannot be read, in a sentence; "" if there are none."""
    names = sorted(file.name for file in path.rglob("*") if _is_delivered(file, path, NEVER_READ))
    if not names:
        return ""
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return f"{names[0]}{more} in {path.name} cannot be read: unpack it, or save it as CSV in UTF-8."


def _is_delivered(file: Path, folder: Path, endings: tuple[str, ...] = ENDINGS) -> bool:
    """Whether a file of a folder is a table: of a known ending, not hidden, not a link out of the folder."""
    if any(part.startswith((".", "__MACOSX")) for part in file.relative_to(folder).parts):
        return False
    return file.suffix.lower() in endings and file.is_file() and file.resolve().is_relative_to(folder.resolve())


def shape_of(path: Path) -> Shape:
    """Look at the first bytes of a file. Raises InputError if it cannot be opened."""
    with told(path), path.open("rb") as file:
        first = file.read(4)
    if first[:2] == b"\x1f\x8b":
        return "gzip"
    if first == b"PAR1":
        return "parquet"
    if first == b"PK\x03\x04":
        try:
            with zipfile.ZipFile(path) as packed:
                names = set(packed.namelist())
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise InputError(f"{path.name} is a damaged zip file. Ask for it again.") from error
        return "workbook" if "[Content_Types].xml" in names and "xl/workbook.xml" in names else "zip"
    return "text"


@contextmanager
def told(path: Path, name: str = "") -> Iterator[None]:
    """Turn what the system says of a file into a sentence."""
    name = name or path.name
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"The file {path} does not exist. Check its name and folder.") from error
    except IsADirectoryError as error:
        raise InputError(f"{name} is a folder, but a file is needed. Choose the file in it.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError(f"{name} is packed and damaged: it ends early or was altered. Ask for it again.") from error
    except RuntimeError as error:  # what zipfile says of an encrypted member
        raise InputError(f"{name} is protected by a password. Unpack it first.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}). Check its permissions.") from error


def _members(path: Path) -> list[str]:
    """Return the tables packed in a zip, by name."""
    with told(path), zipfile.ZipFile(path) as packed:
        entries = packed.infolist()
        if len(entries) > MOST_MEMBERS:
            raise InputError(f"{path.name} holds {len(entries):,} files, too many for logs. Choose another file.")
        whole = path.stat().st_size
        if sum(entry.file_size for entry in entries) > max(UNPACKED_RATIO * whole, UNPACKED_FREE):
            raise _bomb(path.name)
    given = [
        entry.filename
        for entry in entries
        if not entry.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in Path(entry.filename).parts if part != "..")
    ]
    for name in given:
        if name.lower().endswith((*READ_ALONE, *NEVER_READ)):
            raise InputError(f"{path.name} holds {name}, which is not read out of a zip. Unpack it first.")
    names = [name for name in given if name.lower().endswith(TEXT_ENDINGS)]
    if not names:
        raise InputError(f"{path.name} holds no table ({', '.join(TEXT_ENDINGS)}). Choose another file.")
    if len(set(names)) < len(names):
        raise InputError(f"{path.name} holds two files of the same name. Ask for it again.")
    return sorted(names)


def _bomb(name: str) -> InputError:
    return InputError(
        f"{name} unpacks to more than {UNPACKED_RATIO} times its size, which no log does. It was not read."
    )


@contextmanager
def open_stream(source: Source) -> Iterator[Stream]:
    """Open a table as a stream of text: as it is packed, or as CSV in UTF-8 where it is no text.

    Raises InputError, here or while it is read, if the file is missing, damaged or unpacks to far more than its size.
    """
    with ExitStack() as stack:
        stack.enter_context(told(source.path, source.name))
        size = max(source.path.stat().st_size, 1)
        if source.is_structured:
            parts = _workbook(source) if source.shape == "workbook" else _parquet(source)
            yield _joined(parts)
            return
        file = stack.enter_context(source.path.open("rb"))
        if source.shape == "text":
            yield Stream(_steady(file.read, file, source.name), lambda: file.tell() / size)
        elif source.shape == "gzip":
            packed = stack.enter_context(gzip.GzipFile(fileobj=file))
            read = _steady(_guarded(packed, file.tell, source.name), file, source.name)
            yield Stream(read, lambda: file.tell() / size)
        else:
            opened = stack.enter_context(zipfile.ZipFile(file))
            entry = opened.getinfo(source.member)
            member = stack.enter_context(opened.open(entry))
            read = _guarded(member, lambda: entry.compress_size, source.name)
            yield Stream(read, lambda: member.tell() / max(entry.file_size, 1))


def _steady(read: Callable[[int], bytes], file: IO[bytes], name: str) -> Callable[[int], bytes]:
    """Return a read that refuses a file that is written to meanwhile: nobody would see that its end is missing."""
    size = os.fstat(file.fileno()).st_size

    def read_steady(most: int) -> bytes:
        data = read(most)
        if os.fstat(file.fileno()).st_size != size and (not data or file.tell() > size):
            raise InputError(f"{name} changed while it was read. Wait until it is written whole, and start again.")
        return data

    return read_steady


def _guarded(packed: IO[bytes] | gzip.GzipFile, consumed: Callable[[], int], name: str) -> Callable[[int], bytes]:
    """Return a read that refuses to unpack a bomb."""
    given = 0

    def read(most: int) -> bytes:
        nonlocal given
        data = packed.read(most)
        given += len(data)
        if given > max(UNPACKED_RATIO * consumed(), UNPACKED_FREE):
            raise _bomb(name)
        return data

    return read


def _joined(parts: Iterator[tuple[bytes, float]]) -> Stream:
    """Return a stream of parts, each with how far in the whole it ends."""
    done = 0.0

    def read(_most: int) -> bytes:
        nonlocal done
        data, done = next(parts, (b"", 1.0))
        return data

    return Stream(read, lambda: done)


def _sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets that hold something."""
    book = _open_workbook(path)
    return [name for name in book.sheet_names if book.get_sheet_by_name(name).height > 1] or book.sheet_names[:1]


def _open_workbook(path: Path) -> CalamineWorkbook:
    """Open a workbook that is not too large. Raises InputError."""
    from python_calamine import CalamineError, CalamineWorkbook

    size = path.stat().st_size
    with zipfile.ZipFile(path) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    if size > LARGEST_WORKBOOK or unpacked > 16 * LARGEST_WORKBOOK:
        raise InputError(f"{path.name} is too large for a workbook. Save its sheets as CSV and choose those.")
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, ValueError) as error:
        raise InputError(f"{path.name} cannot be read as a workbook ({error}). Save its sheet as CSV.") from error


def _workbook(source: Source) -> Iterator[tuple[bytes, float]]:
    """Yield a sheet as CSV, a line for each row."""
    book = _open_workbook(source.path)
    if source.member not in book.sheet_names:
        raise InputError(f'{source.path.name} has no sheet "{source.member}". Look at the file again.')
    rows = book.get_sheet_by_name(source.member).to_python(skip_empty_area=False)
    for start in range(0, len(rows), 20_000):
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        for row in rows[start : start + 20_000]:
            writer.writerow([_cell_text(value) for value in row])
        yield buffer.getvalue().encode(), min(1.0, (start + 20_000) / len(rows))


def _cell_text(value: object) -> str:
    """Return what a cell of a workbook shows, in one line."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).splitlines()).replace("\0", "\ufffd")


def _parquet(source: Source) -> Iterator[tuple[bytes, float]]:
    """Yield a Parquet file as CSV, its header first."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(source.path, memory_map=False) as file:
            total, done = max(file.metadata.num_rows, 1), 0
            header = io.StringIO()
            csv.writer(header, lineterminator="\n").writerow(
                [" ".join(name.splitlines()) for name in file.schema_arrow.names]
            )
            yield header.getvalue().encode(), 0.0
            options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
            for batch in file.iter_batches(65_536):
                sink = pa.BufferOutputStream()
                pyarrow.csv.write_csv(pa.record_batch(_texts(batch), names=batch.schema.names), sink, options)
                done += batch.num_rows
                yield sink.getvalue().to_pybytes(), done / total
    except pa.ArrowInvalid as error:
        raise InputError(f"{source.name} is a damaged Parquet file. Ask for it again.") from error
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise InputError(f"{source.name} has columns that are no text, number or time ({error}).") from error


def _texts(batch: pa.RecordBatch) -> list[pa.Array]:
    """Return a batch's columns as text: moments without fractions, whole numbers without a point, no line ends."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = []
    for column in batch.columns:
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("s"), safe=False)  # noqa: PLW2901
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())  # noqa: PLW2901
        if pa.types.is_floating(column.type) and pc.all(pc.or_kleene(pc.is_null(column), _is_whole(column))).as_py():
            column = column.cast(pa.int64(), safe=False)  # noqa: PLW2901
        text = pc.fill_null(column.cast(pa.string()), "")
        texts.append(pc.replace_substring_regex(text, r"[\r\n]+", " "))
    return texts


def _is_whole(column: pa.Array) -> pa.Array:
    """Whether the numbers are whole and fit into an int64."""
    import pyarrow.compute as pc

    return pc.and_(pc.equal(column, pc.round(column)), pc.less(pc.abs(column), 2.0**53))
