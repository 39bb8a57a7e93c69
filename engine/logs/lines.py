"""Text files as chunks of numbered lines: every line is seen, whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.errors import InputError

CHUNK_BYTES = 8 << 20
BATCH_LINES = 65_536
PROBE_BYTES = 1 << 16
Data = NDArray[np.uint8]
Places = NDArray[np.intp]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HIDDEN = 0x1F  # stands for a delimiter within quotation marks

# What a line's marks say of it, bit by bit; from NOT_UTF8 on they are flaws.
QUOTED, PADDED, UNUSUAL, NOT_UTF8, UNPRINTABLE, OPEN_QUOTE = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True)
class TextFile:
    """A text file whose beginning was looked at: its header line and what ends its lines."""

    path: Path
    name: str  # how the file is called in sentences and reports
    header: str
    newline: bytes
    bytes: int


@dataclass(frozen=True)
class Chunk:
    """Some whole lines: Arrow columns line (1 is the file's first), text (without line end), marks.

    In the text every delimiter separates; those within quotation marks are HIDDEN.
    """

    table: pa.Table
    bytes_read: int


def open_text(path: Path, kind: str, name: str | None = None) -> TextFile:
    """Look at the beginning of a text file. Raises InputError if it is missing, empty, a folder or not text."""
    name = name or path.name
    if path.is_dir():
        raise InputError(f"{name} is a folder, but a {kind} file is needed. Choose the CSV file in it.")
    try:
        with path.open("rb") as file:
            probe = file.read(PROBE_BYTES)
            size = file.seek(0, 2)
    except FileNotFoundError as error:
        raise InputError(f"The {kind} file {path} does not exist. Check its name and folder.") from error
    except OSError as error:
        raise InputError(f"The {kind} file {path} cannot be read ({error.strerror}). Check its permissions.") from error
    probe = probe.removeprefix(BYTE_ORDER_MARK)
    if not probe.strip():
        raise InputError(f"{name} is empty. Choose a {kind} file with a header line and rows.")
    newline = b"\r" if b"\n" not in probe and b"\r" in probe else b"\n"
    first = probe.split(newline, 1)[0].rstrip(b"\r")
    if _is_binary(probe, first):
        raise InputError(f"{name} is not a plain text file. Save the {kind} table as CSV in UTF-8 and choose that.")
    try:
        header = first.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"The first line of {name} is not in UTF-8. Save the {kind} table as CSV in UTF-8.") from error
    return TextFile(path, name, header, newline, size)


def _is_binary(probe: bytes, first: bytes) -> bool:
    """Whether a file's beginning is not text: zero bytes in its first line, or many of them, or UTF-16."""
    return (
        b"\0" in first
        or first.startswith((b"PK\x03\x04", b"\x89PNG", b"\xff\xfe", b"\xfe\xff", b"%PDF", b"PAR1"))
        or probe.count(b"\0") * 100 > len(probe)
    )


def read_lines(text: TextFile, delimiter: str) -> Iterator[Chunk]:
    """Yield the lines after the header, chunk by chunk, in bounded memory.

    Raises InputError if the file can no longer be read.
    """
    line = 2
    try:
        with text.path.open("rb") as file:
            _skip_header(file, text)
            rest = b""
            while block := file.read(CHUNK_BYTES):
                whole, newline, tail = (rest + block).rpartition(text.newline)
                rest = tail
                if newline:
                    table = _table(whole + newline, text.newline, delimiter, line)
                    line += table.num_rows
                    yield Chunk(table, file.tell())
            if rest:
                yield Chunk(_table(rest + text.newline, text.newline, delimiter, line), file.tell())
    except OSError as error:
        raise InputError(f"{text.path} cannot be read to its end ({error.strerror}).") from error


def _skip_header(file: BinaryIO, text: TextFile) -> None:
    """Leave ``file`` at the first byte after the header line."""
    head = file.read(PROBE_BYTES)
    end = head.find(text.newline)
    file.seek(end + 1 if end >= 0 else len(head))


def _table(block: bytes, newline: bytes, delimiter: str, first_line: int) -> pa.Table:
    """Cut a block, which ends with a line end, into numbered lines and mark what is special about them."""
    block, broken = _as_utf8(block.replace(b"\r\n", newline), newline)
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == newline[0])
    marks = np.zeros(len(ends), dtype=np.int8)

    def mark(places: Places, bit: int) -> None:
        marks[np.unique(np.searchsorted(ends, places))] |= bit

    marks[broken] |= NOT_UTF8
    mark(np.flatnonzero((data < 32) & (data != 9) & (data != newline[0])), UNPRINTABLE)
    if not block.isascii() or (b"\t" in block and delimiter != "\t"):
        mark(np.flatnonzero((data >= 128) | (data == 9)), UNUSUAL)
    spaces = np.flatnonzero(data == 32)
    beside = (ord(delimiter), newline[0])
    mark(spaces[np.isin(data[spaces - 1], beside) | np.isin(data[spaces + 1], beside)], PADDED)
    if b'"' in block:
        block = _hide_delimiters(data, ends, ord(delimiter), marks)
    offsets = np.append(0, ends - np.arange(len(ends))).astype(np.int32)
    columns = {
        "line": pa.array(np.arange(first_line, first_line + len(ends))),
        "text": pa.StringArray.from_buffers(
            len(ends), pa.py_buffer(offsets), pa.py_buffer(block.replace(newline, b""))
        ),
        "marks": pa.array(marks),
    }
    table = pa.table(columns)
    return pa.Table.from_batches(table.to_batches(BATCH_LINES), table.schema)


def _as_utf8(block: bytes, newline: bytes) -> tuple[bytes, Places]:
    """Return the block as valid UTF-8, and the numbers of the lines in which bytes had to be replaced."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        lines = block.split(newline)
        repaired = [line.decode("utf-8", "replace").encode("utf-8") for line in lines]
        broken = [number for number, (old, new) in enumerate(zip(lines, repaired, strict=True)) if old != new]
        return newline.join(repaired), np.array(broken, dtype=np.intp)
    return block, np.array([], dtype=np.intp)


def _hide_delimiters(data: Data, ends: Places, delimiter: int, marks: NDArray[np.int8]) -> bytes:
    """Replace the delimiters within quotation marks by HIDDEN, and mark the lines with quotation marks.

    Only a mark at the beginning of a field quotes; in a line without such a one they stand for themselves.
    """
    quotes = np.flatnonzero(data == ord('"'))
    line = np.searchsorted(ends, quotes)
    before, earlier = data[quotes - 1], data[quotes - 2]  # before the first byte comes the last, a line end
    is_start = np.isin(before, (delimiter, data[-1])) | ((before == 32) & np.isin(earlier, (delimiter, data[-1])))
    quoting = np.zeros(len(ends), dtype=np.bool_)
    quoting[line[is_start]] = True
    is_odd = np.bincount(line, minlength=len(ends)) % 2 == 1
    marks[quoting] |= QUOTED
    marks[quoting & is_odd] |= OPEN_QUOTE
    delimiters = np.flatnonzero(data == delimiter)
    passed = np.searchsorted(quotes[(quoting & ~is_odd)[line]], delimiters)
    hidden = data.copy()
    hidden[delimiters[passed % 2 == 1]] = HIDDEN
    return hidden.tobytes()
