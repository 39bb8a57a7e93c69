"""A file by its plan as chunks of numbered lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.errors import InputError
from engine.logs.cutting import cut_lines
from engine.logs.lines import read_blocks
from engine.logs.plan import FilePlan
from engine.logs.probing import split_line


@dataclass(frozen=True)
class Chunk:
    """Some lines, as cut_lines returns them, and how far in the file they end (0 to 1)."""

    lines: pa.Table
    done: float


def read_chunks(file: FilePlan) -> Iterator[Chunk]:
    """Yield the rows of a file, without its header, in bounded memory.

    Raises InputError if the file can no longer be read or its header is not the one of the plan.
    """
    was_utf8 = file.encoding == "utf-8" or file.source.is_structured
    first = True
    for block in read_blocks(file.source, file.encoding):
        data, line = block.data, block.first_line
        if first and file.has_header:
            header, _, data = data.partition(b"\n")
            _require_header(file, header)
            line += 1
        first = False
        lines = np.arange(line, line + data.count(b"\n"))
        yield Chunk(cut_lines(data, file.delimiter, lines, was_utf8=was_utf8), block.done)


def _require_header(file: FilePlan, header: bytes) -> None:
    """Raise InputError if a header line is not the one the plan was made for."""
    names = split_line(header.decode("utf-8", "replace"), file.delimiter)
    expected = [column.name for column in file.columns]
    if names != expected:
        raise InputError(
            f"The columns of {file.source.name} are not those that the plan was made for "
            f'({len(expected)} columns, the first is "{expected[0]}"). Look at the file again.'
        )
