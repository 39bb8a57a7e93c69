"""Bytes into numbered lines that can be split at every delimiter: the work that is slow once lines are strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.logs.lines import LONGEST_LINE, NEWLINE

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_LINES = 65_536
HIDDEN = 0x1F  # stands for a delimiter within quotation marks

# What a line's marks say of it, bit by bit; from UNREADABLE on they are flaws.
HIDING, PADDED, UNUSUAL, UNREADABLE, UNPRINTABLE, OPEN_QUOTE, TOO_LONG = 1, 2, 4, 8, 16, 32, 64
REPLACED = "\ufffd".encode()

Data = NDArray[np.uint8]
Places = NDArray[np.intp]
Marks = NDArray[np.int8]


def cut_lines(block: bytes, delimiter: str, lines: Places, *, was_utf8: bool = True) -> pa.Table:
    """Cut a block of lines, which have the given numbers, and mark what is special about each.

    Arrow columns: line; raw (as it stands in the file, with its line end); text (without quotation marks and line
    end; a delimiter that was within quotation marks is HIDDEN); marks (bits). In a block that ``was_utf8`` bytes that
    are not are told; in another one, which was decoded before, the letters that stand for such bytes.
    """
    import pyarrow as pa

    block, broken = _as_utf8(block, was_utf8=was_utf8)
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == NEWLINE)
    marks = np.zeros(len(ends), dtype=np.int8)
    marks[broken] |= UNREADABLE
    marks[np.diff(ends, prepend=-1) > LONGEST_LINE + 1] |= TOO_LONG
    _mark(marks, ends, np.flatnonzero((data < 32) & (data != 9) & (data != NEWLINE)), UNPRINTABLE)
    if not block.isascii() or (b"\t" in block and delimiter != "\t"):
        _mark(marks, ends, np.flatnonzero((data >= 128) | (data == 9)), UNUSUAL)
    raw = _strings(block, ends + 1)
    if b'"' in block:
        block = unquoted(data, ends, ord(delimiter), marks)
        data = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(data == NEWLINE)
    spaces = np.flatnonzero(data == 32)
    beside = (ord(delimiter), NEWLINE)  # before the first byte comes the last, a line end
    _mark(marks, ends, spaces[np.isin(data[spaces - 1], beside) | np.isin(data[spaces + 1], beside)], PADDED)
    columns = {
        "line": pa.array(lines),
        "raw": raw,
        "text": _strings(block.replace(b"\n", b""), ends - np.arange(len(ends))),
        "marks": pa.array(marks),
    }
    table = pa.table(columns)
    return pa.Table.from_batches(table.to_batches(BATCH_LINES), table.schema)


def _strings(block: bytes, ends: Places) -> pa.StringArray:
    """Return the strings of a block that end where they end, without copying it."""
    import pyarrow as pa

    offsets = np.append(0, ends).astype(np.int32)
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block))


def _mark(marks: Marks, ends: Places, places: Places, bit: int) -> None:
    """Set a bit in the marks of the lines in which the places lie."""
    marks[np.unique(np.searchsorted(ends, places))] |= bit


def _as_utf8(block: bytes, *, was_utf8: bool) -> tuple[bytes, Places]:
    """Return the block as valid UTF-8, and the places of the lines in which letters had to be replaced."""
    lines = block.split(b"\n") if not was_utf8 and REPLACED in block else []
    if lines:
        return block, np.array([place for place, line in enumerate(lines) if REPLACED in line], dtype=np.intp)
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        lines = block.split(b"\n")
        repaired = [line.decode("utf-8", "replace").encode("utf-8") for line in lines]
        broken = [number for number, (old, new) in enumerate(zip(lines, repaired, strict=True)) if old != new]
        return b"\n".join(repaired), np.array(broken, dtype=np.intp)
    return block, np.array([], dtype=np.intp)


def unquoted(data: Data, ends: Places, delimiter: int, marks: Marks) -> bytes:
    """Return the block without the quotation marks that enclose fields, the delimiters within them HIDDEN.

    Only a mark at the beginning of a field quotes; in a line without such a one they stand for themselves. A doubled
    mark within a field stands for one. Lines whose marks do not close are left alone and marked OPEN_QUOTE.
    """
    quotes = np.flatnonzero(data == ord('"'))
    line = np.searchsorted(ends, quotes)
    edges = (delimiter, NEWLINE)
    at_start, at_end = np.isin(data[quotes - 1], edges), np.isin(data[quotes + 1], edges)
    after_space, before_space = data[quotes - 1] == 32, data[quotes + 1] == 32
    starts = at_start | (after_space & np.isin(data[quotes - 2], edges))
    quoting = np.zeros(len(ends), dtype=np.bool_)
    quoting[line[starts]] = True

    counts = np.bincount(line, minlength=len(ends))
    opens = (np.arange(len(quotes)) - (np.cumsum(counts) - counts)[line]) % 2 == 0
    touches_next = np.append((np.diff(quotes) == 1) & (line[1:] == line[:-1]), False)
    doubled = ~opens & touches_next  # this mark and the next one, an opening, stand for one mark
    second = np.append(False, doubled[:-1])
    is_right = np.where(opens, second | at_start | after_space, doubled | at_end | before_space)
    wrong = counts % 2 == 1
    wrong[line[~is_right]] = True
    marks[quoting & wrong] |= OPEN_QUOTE

    enclosing = (quoting & ~wrong)[line]
    places = np.flatnonzero(data == delimiter)
    hidden = places[np.searchsorted(quotes[enclosing], places) % 2 == 1]
    _mark(marks, ends, hidden, HIDING)
    changed, kept = data.copy(), np.ones(len(data), dtype=np.bool_)
    changed[hidden] = HIDDEN
    kept[quotes[enclosing & ~second]] = False
    return changed[kept].tobytes()
