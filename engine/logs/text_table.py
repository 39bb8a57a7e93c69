"""A small table read whole, as text: the offer catalogue."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from engine.errors import InputError
from engine.logs import sources
from engine.logs.names import plain_name
from engine.logs.plan import FilePlan
from engine.logs.sources import open_stream, told

LARGEST = 16 << 20  # bytes


@dataclass(frozen=True)
class TextTable:
    """Rows of trimmed text, each with the line at which it ends. A column with a role is named by the role."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_text_table(file: FilePlan) -> TextTable:
    """Read a table; rows that hold nothing are left out. A quoted field may have several lines.

    Raises InputError if it cannot be read, is too large, is not in its encoding, or has a quote that does not close.
    """
    source = file.source
    data = b""
    with told(source.path, source.name), open_stream(source) as stream:
        while part := stream.read(sources.CHUNK_BYTES):
            data += part
            if len(data) > LARGEST:
                raise InputError(f"{source.name} is too large for a {file.kind or 'small'} table. Choose another one.")
    encoding = "utf-8" if source.is_structured else file.encoding
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        shown = "UTF-8" if encoding == "utf-8" else encoding
        raise InputError(f"{source.name} is not in {shown}. Save it again as CSV UTF-8.") from error
    lines = io.StringIO(text, newline="")
    for _ in range(file.skipped):
        lines.readline()
    reader = csv.reader(lines, delimiter=file.delimiter, strict=True)
    try:
        rows = [(file.skipped + reader.line_num, tuple(cell.strip() for cell in row)) for row in reader]
    except csv.Error as error:
        raise InputError(
            f"{source.name}, line {file.skipped + reader.line_num}: the quotation marks do not close ({error}). "
            "Correct that line."
        ) from error
    names = tuple(column.role or plain_name(column.name) for column in file.columns)
    return TextTable(source.name, names, tuple(row for row in rows[file.has_header :] if any(row[1])))
