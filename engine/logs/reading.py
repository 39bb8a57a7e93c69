"""A file by its plan as chunks: plain rows ready for the clean table, and numbered lines that need a closer look."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.errors import InputError
from engine.logs.cutting import cut_lines
from engine.logs.lines import NEWLINE, Block, read_blocks
from engine.logs.plan import FilePlan
from engine.logs.probing import split_line
from engine.logs.quick import Quick, can_be_quick
from engine.logs.rows import Limits

WORKERS = 2
SMALL = 1 << 16  # bytes of a file that is not worth any
AHEAD = 2  # blocks that are worked on while one is taken


@dataclass(frozen=True)
class Chunk:
    """Some lines of a file, and how far in the file they end (0 to 1).

    ``rows`` are columns of the clean table, beyond doubt; ``lines`` are as cut_lines returns them.
    """

    rows: pa.Table | None
    lines: pa.Table | None
    done: float


def read_chunks(file: FilePlan, limits: Limits, zone: str) -> Iterator[Chunk]:
    """Yield the rows of a file, without its header, in their order and in bounded memory.

    Raises InputError if the file can no longer be read or its header is not the one of the plan.
    """
    quick = Quick(file, limits, zone) if can_be_quick(file) else None
    if file.source.size < SMALL:
        yield from (_chunk(block, file, quick) for block in _body(file))
        return
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="logs") as executor:
        waiting: deque[Future[Chunk]] = deque()
        try:
            for block in _body(file):
                waiting.append(executor.submit(_chunk, block, file, quick))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _body(file: FilePlan) -> Iterator[Block]:
    """Yield the blocks of a file without what stands above its rows."""
    above = file.skipped + file.has_header
    for block in read_blocks(file.source, file.encoding):
        taken = min(above, block.count)
        if not taken:
            yield block
            continue
        *heads, data = block.data.split(b"\n", taken)
        above -= taken
        if file.has_header and not above:
            _require_header(file, heads[-1])
        if data:
            yield Block(data, block.first_line + taken, block.count - taken, block.done)


def _chunk(block: Block, file: FilePlan, quick: Quick | None) -> Chunk:
    """Return a block's rows the quick way as far as that goes, and the other lines cut with care."""
    found = quick.rows(block) if quick else None
    if found is None:
        lines = np.arange(block.first_line, block.first_line + block.count)
        return Chunk(None, _cut(block.data, file, lines), block.done)
    rows, others = found
    if not len(others):
        return Chunk(rows, None, block.done)
    ends = np.flatnonzero(np.frombuffer(block.data, dtype=np.uint8) == NEWLINE) + 1
    starts = np.append(0, ends[:-1])
    rest = b"".join(block.data[starts[at] : ends[at]] for at in others)
    return Chunk(rows, _cut(rest, file, others + block.first_line), block.done)


def _cut(data: bytes, file: FilePlan, lines: np.typing.NDArray[np.intp]) -> pa.Table:
    was_utf8 = file.encoding == "utf-8" or file.source.is_structured
    return cut_lines(data, file.delimiter, lines, was_utf8=was_utf8)


def _require_header(file: FilePlan, header: bytes) -> None:
    """Raise InputError if a header line is not the one the plan was made for."""
    names = split_line(header.decode("utf-8", "replace"), file.delimiter)
    expected = [column.name for column in file.columns]
    if names != expected:
        raise InputError(
            f"The columns of {file.source.name} are not those that the plan was made for "
            f'({len(expected)} columns, the first is "{expected[0]}"). Look at the file again.'
        )
