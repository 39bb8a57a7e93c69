"""Text files as chunks of numbered lines: every line is seen, whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from engine.errors import InputError
from engine.logs.cutting import cut_lines

CHUNK_BYTES = 8 << 20
PROBE_BYTES = 1 << 16
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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
    """Some whole lines, as cut_lines returns them, and how far in the file they end."""

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
                    table = cut_lines(whole + newline, text.newline, delimiter, line)
                    line += table.num_rows
                    yield Chunk(table, file.tell())
            if rest:
                yield Chunk(cut_lines(rest + text.newline, text.newline, delimiter, line), file.tell())
    except OSError as error:
        raise InputError(f"{text.path} cannot be read to its end ({error.strerror}).") from error


def _skip_header(file: BinaryIO, text: TextFile) -> None:
    """Leave ``file`` at the first byte after the header line."""
    head = file.read(PROBE_BYTES)
    end = head.find(text.newline)
    file.seek(end + 1 if end >= 0 else len(head))
