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
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SOUND, NOT_UTF8, UNPRINTABLE = 0, 1, 2


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
    """Some whole lines: Arrow columns line (1 is the file's first), text (line end included), flaw (0 is sound)."""

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
    first = probe.split(newline, 1)[0]
    if b"\0" in probe or probe.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name} is not a plain text file. Save the {kind} table as CSV in UTF-8 and choose that.")
    try:
        header = first.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(f"The first line of {name} is not in UTF-8. Save the {kind} table as CSV in UTF-8.") from error
    return TextFile(path, name, header, newline, size)


def read_lines(text: TextFile) -> Iterator[Chunk]:
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
                    table = _table(whole + newline, text.newline, line)
                    line += table.num_rows
                    yield Chunk(table, file.tell())
            if rest:
                yield Chunk(_table(rest, text.newline, line), file.tell())
    except OSError as error:
        raise InputError(f"{text.path} cannot be read to its end ({error.strerror}).") from error


def _skip_header(file: BinaryIO, text: TextFile) -> None:
    """Leave ``file`` at the first byte after the header line."""
    head = file.read(PROBE_BYTES)
    end = head.find(text.newline)
    file.seek(end + 1 if end >= 0 else len(head))


def _table(block: bytes, newline: bytes, first_line: int) -> pa.Table:
    """Cut a block into numbered lines. Control characters other than tab and line ends are a flaw."""
    block, broken = _as_utf8(block, newline)
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == newline[0]) + 1
    if not len(ends) or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    flaws = np.full(len(ends), SOUND, dtype=np.int8)
    controls = np.flatnonzero((data < 32) & (data != 9) & (data != 10) & (data != 13))
    flaws[np.searchsorted(ends, controls, side="right")] = UNPRINTABLE
    if broken is not None:
        flaws[broken] = NOT_UTF8
    text = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block))
    lines = pa.array(np.arange(first_line, first_line + len(ends)), type=pa.int64())
    table = pa.table({"line": lines, "text": text, "flaw": pa.array(flaws)})
    return pa.Table.from_batches(table.to_batches(BATCH_LINES), table.schema)


def _as_utf8(block: bytes, newline: bytes) -> tuple[bytes, NDArray[np.intp] | None]:
    """Return the block as valid UTF-8, and the numbers of the lines in which bytes had to be replaced."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        lines = block.split(newline)
        repaired = [line.decode("utf-8", "replace").encode("utf-8") for line in lines]
        broken = [number for number, (old, new) in enumerate(zip(lines, repaired, strict=True)) if old != new]
        return newline.join(repaired), np.array(broken, dtype=np.intp)
    return block, None
