"""The quick way for rows that are plain beyond doubt; every other line is left to the careful one.

Arrow splits a block of lines; numpy converts and checks whole columns. Nothing can be swallowed: lines and rows are
counted, and the reader is told of no quotation marks (they are resolved on the bytes before). What is doubtful in the
least - a number with a sign, a blank at an edge, a letter where an ASCII digit is usual - is not judged here.

Measured on 10 M rows of calls (677 MB), CPU seconds into a DuckDB table: DuckDB's own read_csv 5.3 to 6.4, but it
cannot tell the line of a row that is well-formed and wrong; strings by Arrow, cast and inserted block by block by
DuckDB 7.9; strings by Arrow streamed into one INSERT 6.2 to 7.5, without any check; this, with all checks, 8.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from engine import columns
from engine.logs.cutting import HIDDEN, OPEN_QUOTE, REPLACED, Places, unquoted
from engine.logs.forms import EPOCH_MILLISECONDS, EPOCH_SECONDS, ISO, UNIT_FACTORS, zone_steps
from engine.logs.layout import Column
from engine.logs.lines import LONGEST_LINE, NEWLINE, Block
from engine.logs.names import plain_name
from engine.logs.plan import ColumnPlan, FilePlan
from engine.logs.rows import LONGEST_CALL, LONGEST_IDENTIFIER, LONGEST_TEXT, Limits
from engine.logs.values import CALL_WORDS, MESSAGE_WORDS

LEAST_BYTES = 1 << 16  # a smaller block is not worth it
QUOTE = 34
FEW_QUOTES = 0.05  # to a line; below that the lines with quotation marks are left to the careful way
MOST_DOUBTFUL = 0.25  # of a block's lines; above that all of it takes the careful way
Flags = NDArray[np.bool_]
Converted = tuple[pa.Array, Flags]  # values, and which of them are doubtful


@dataclass(frozen=True)
class Quick:
    """How a file is read the quick way: what must be true of a row beside its own form."""

    file: FilePlan
    limits: Limits
    zone: str

    def rows(self, block: Block) -> tuple[pa.Table, Places] | None:
        """Return a block's plain rows as columns of the clean table, and the places of all other lines.

        None if the block as a whole needs the careful way.
        """
        data, count = block.data, block.count
        if len(data) < LEAST_BYTES or not self._is_plain(data):
            return None
        text, flawed = _without_quotes(data, count, self.file.delimiter)
        split = _split(text, count, self.file)
        if split is None:
            return None
        table, invalid = split
        at = np.delete(np.arange(count), invalid) if len(invalid) else np.arange(count)
        doubtful = np.zeros(len(at), dtype=np.bool_)
        converted: dict[str, pa.Array] = {}
        for column in self.file.layout.columns:
            place = self.file.place(column.name)
            if place is not None:
                strings = table.column(f"f{place}").combine_chunks()
                if column.name == columns.TIME and (clock := self.file.place(columns.CLOCK)) is not None:
                    strings = _side_by_side(strings, table.column(f"f{clock}").combine_chunks())
                converted[column.name], doubts = self._convert(strings, column, self.file.written(column.name))
                doubtful |= doubts
        others = np.unique(np.concatenate([invalid, at[doubtful], flawed]))
        if len(others) > MOST_DOUBTFUL * count:
            return None
        rows = pa.table(converted)
        if len(others):
            rows = rows.filter(pa.array(~np.isin(at, others, assume_unique=True)))
        return rows, others

    def _is_plain(self, data: bytes) -> bool:
        """Whether a block is valid UTF-8, was fully decoded, has no stray line end and no line that is too long."""
        if b"\r" in data or (self.file.encoding != "utf-8" and REPLACED in data):
            return False
        window = LONGEST_LINE // 2
        if any(data.find(b"\n", at, at + window) < 0 for at in range(0, len(data) - window, window)):
            return False
        try:
            return data.isascii() or bool(data.decode("utf-8"))
        except UnicodeDecodeError:
            return False

    def _convert(self, strings: pa.Array, column: Column, planned: ColumnPlan) -> Converted:
        """Return a column's values, and which of them are doubtful."""
        if column.content == "identifier":
            return strings, _doubtful_identifiers(strings)
        if column.content == "time":
            return self._times(strings, planned)
        if column.content == "seconds":
            seconds, doubtful = _whole_numbers(strings, 6)
            return pa.array(seconds.astype(np.int32)), doubtful | (seconds > LONGEST_CALL)
        if column.content == "number":
            return _numbers(strings, self.file.decimal, UNIT_FACTORS[planned.unit])
        codes = strings.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        if column.content == "event":
            return _events(strings, codes)
        texts, wrong = _texts(strings.dictionary, self.file.delimiter)
        doubtful = np.append(wrong, False)[codes]  # -1, which is empty, takes the last
        return pa.DictionaryArray.from_arrays(strings.indices, texts), doubtful

    def _times(self, strings: pa.Array, planned: ColumnPlan) -> Converted:
        """Return times in microseconds."""
        if planned.form in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
            numbers, doubtful = _whole_numbers(strings, 13)
            moments = numbers * (1_000_000 if planned.form == EPOCH_SECONDS else 1_000)
        else:
            moments, doubtful = _moments(strings, planned.form)
        if planned.is_utc and self.zone:
            steps = zone_steps(self.zone)
            starts = np.array([start for start, _ in steps[1:]], dtype="datetime64[us]").astype(np.int64)
            ahead = np.array([seconds for _, seconds in steps], dtype=np.int64) * 1_000_000
            moments = moments + ahead[np.searchsorted(starts, moments, side="right")]
        first, last = np.array([self.limits.first, self.limits.last], dtype="datetime64[us]").astype(np.int64)
        return pa.array(moments).cast(pa.timestamp("us")), doubtful | (moments < first) | (moments > last)


def can_be_quick(file: FilePlan) -> bool:
    """Whether a file is of a large kind, and its times and lengths are written in a way that is known here."""
    if file.kind not in ("calls", "usage") or len(file.columns) < 2:
        return False
    for column in file.columns:
        if column.role == columns.SECONDS and (column.form or column.unit):
            return False
        if column.role == columns.TIME and column.form not in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
            return _places(file.written(columns.TIME).form) is not None
    return True


def _without_quotes(data: bytes, count: int, delimiter: str) -> tuple[bytes, Places]:
    """Return a block without enclosing quotation marks, and the places of lines with flaws in their bytes."""
    array = np.frombuffer(data, dtype=np.uint8)
    controls = int(np.count_nonzero(array < 32)) - count
    quotes = int(np.count_nonzero(array == QUOTE))
    if not controls and not quotes:
        return data, np.array([], dtype=np.intp)
    ends = np.flatnonzero(array == NEWLINE)
    marks = np.zeros(len(ends), dtype=np.int8)
    is_odd = (array < 32) & (array != 9) & (array != NEWLINE)
    if quotes > FEW_QUOTES * count:
        data = unquoted(array, ends, ord(delimiter), marks)
    else:
        is_odd |= array == QUOTE
    marks[np.searchsorted(ends, np.flatnonzero(is_odd))] |= OPEN_QUOTE
    return data, np.flatnonzero(marks & OPEN_QUOTE)


def _split(data: bytes, count: int, file: FilePlan) -> tuple[pa.Table, Places] | None:
    """Return the fields that are used, as strings, and the places of lines with another number of fields.

    Columns of texts that repeat are dictionaries. None if rows and lines do not agree.
    """
    invalid: list[int] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        invalid.append(row.number - 1)
        return "skip"

    repeating = {column.name for column in file.layout.columns if column.content in ("text", "event")}
    kinds = {
        f"f{place}": pa.dictionary(pa.int32(), pa.string()) if column.role in repeating else pa.string()
        for place, column in enumerate(file.columns)
        if column.role
    }
    table = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(
            column_names=[f"f{place}" for place in range(len(file.columns))],
            use_threads=False,
            block_size=len(data) + 1,
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=file.delimiter,
            quote_char=False,
            double_quote=False,
            ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=kinds,
            include_columns=list(kinds),
            check_utf8=False,
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )
    if table.num_rows + len(invalid) != count:
        return None
    return table, np.array(invalid, dtype=np.intp)


def _side_by_side(days: pa.Array, clocks: pa.Array) -> pa.Array:
    """Return days and clocks with a blank between, empty where either is."""
    return pc.fill_null(pc.binary_join_element_wise(days, clocks, " "), "")


def _buffers(strings: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return the offsets and the bytes of an array of strings."""
    _, offsets, data = strings.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[strings.offset : strings.offset + len(strings) + 1]
    letters = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return ends, letters[: ends[-1]]


def _doubtful_identifiers(strings: pa.Array) -> Flags:
    """Return which identifiers are empty, long, or not of visible ASCII letters alone."""
    ends, letters = _buffers(strings)
    lengths = np.diff(ends)
    doubtful = (lengths == 0) | (lengths > LONGEST_IDENTIFIER)
    unusual = np.flatnonzero((letters - np.uint8(33)) > 93)  # below 33 or above 126
    doubtful[np.searchsorted(ends, unusual, side="right") - 1] = True
    found: Flags = doubtful
    return found


def _texts(strings: pa.Array, delimiter: str) -> Converted:
    """Return texts with the delimiters that were hidden, and which are too long or have blanks at their edges."""
    hidden = chr(HIDDEN)
    if pc.any(pc.match_substring(strings, hidden)).as_py():
        strings = pc.replace_substring(strings, hidden, delimiter)
    doubtful = pc.or_(
        pc.greater(pc.binary_length(strings), LONGEST_TEXT),
        pc.or_(pc.starts_with(strings, " "), pc.ends_with(strings, " ")),
    )
    return strings, doubtful.to_numpy(zero_copy_only=False)


def _events(strings: pa.DictionaryArray, codes: NDArray[np.int32]) -> Converted:
    """Return CALL or MESSAGE, and where neither is said."""
    kinds, unknown = [], []
    for text in strings.dictionary.to_pylist():
        words = set(plain_name(text).split("_"))
        kinds.append(columns.MESSAGE if words & MESSAGE_WORDS else columns.CALL)
        unknown.append(not words & (MESSAGE_WORDS | CALL_WORDS))
    codes = np.where(codes < 0, len(kinds), codes).astype(np.int32)
    known = pa.array([*kinds, columns.CALL])
    return pa.DictionaryArray.from_arrays(pa.array(codes), known), np.array([*unknown, False])[codes]


def _whole_numbers(strings: pa.Array, most: int) -> tuple[NDArray[np.int64], Flags]:
    """Return the values of strings of digits, and which are empty, longer than ``most``, or no digits alone."""
    ends, letters = _buffers(strings)
    lengths = np.diff(ends)
    doubtful = (lengths == 0) | (lengths > most)
    values = np.zeros(len(lengths), dtype=np.int64)
    padded = np.append(letters, np.uint8(48))
    scale = 1
    for place in range(min(int(lengths.max(initial=0)), most)):
        has_digit = lengths > place
        digits = padded[np.where(has_digit, ends[1:] - 1 - place, len(letters))] - np.uint8(48)
        doubtful |= digits > 9
        values += digits.astype(np.int64) * scale
        scale *= 10
    return values, doubtful


def _numbers(strings: pa.Array, decimal: str, factor: float) -> Converted:
    """Return decimal numbers, and which are no plain ones."""
    if decimal == ",":
        strings = pc.replace_substring(strings, ",", ".")
    try:
        values = pc.cast(strings, pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(strings, r"^\d+(\.\d+)?$")
        values = pc.cast(pc.if_else(plain, strings, None), pa.float64())
    numbers = values.to_numpy(zero_copy_only=False)
    doubtful = ~(np.isfinite(numbers) & (numbers >= 0))
    return (pa.array(numbers * factor) if factor != 1.0 else values), doubtful


@lru_cache
def _places(form: str) -> tuple[int, dict[str, int], dict[int, int]] | None:
    """Return the width of times of a form, where its parts begin and which letters stand between; None if it varies."""
    form = form or "%Y-%m-%d %H:%M:%S"
    if "%I" in form:
        return None
    width, parts, between, rest = 0, {}, {}, form
    while rest:
        if rest[0] == "%":
            parts[rest[1]] = width
            width, rest = width + (4 if rest[1] == "Y" else 2), rest[2:]
        else:
            between[width] = ord(rest[0])
            width, rest = width + 1, rest[1:]
    return width, parts, between


FIRST_YEAR_OF_TABLE, LAST_YEAR_OF_TABLE = 1900, 2100
MONTHS = np.arange(f"{FIRST_YEAR_OF_TABLE}-01", f"{LAST_YEAR_OF_TABLE + 1}-02", dtype="datetime64[M]")
MONTH_STARTS = MONTHS.astype("datetime64[D]").astype(np.int64)
MONTH_LENGTHS = np.diff(MONTH_STARTS)


def _moments(strings: pa.Array, form: str) -> tuple[NDArray[np.int64], Flags]:
    """Return times of a fixed width in microseconds since 1970, and which strings are none."""
    known = _places(form)
    assert known is not None
    width, parts, between = known
    ends, letters = _buffers(strings)
    lengths = np.diff(ends)
    right = lengths == width
    if not right.all():
        wrong = ~right & (lengths > 0)
        if wrong.any():
            letters = letters[np.repeat(~wrong, lengths)]
    table = letters.reshape(-1, width)
    found, doubtful = _fields(table, parts, between, is_iso=form == ISO)
    values = np.zeros(len(lengths), dtype=np.int64)
    doubts = ~right
    values[right], doubts[right] = found, doubtful
    return values, doubts


def _fields(
    table: NDArray[np.uint8], parts: dict[str, int], between: dict[int, int], *, is_iso: bool
) -> tuple[NDArray[np.int64], Flags]:
    """Return the moments that rows of letters say, and which of them say none."""
    wrong = np.zeros(len(table), dtype=np.bool_)

    def number(start: int, digits: int) -> NDArray[np.int32]:
        value = np.zeros(len(table), dtype=np.int32)
        for place in range(start, start + digits):
            digit = table[:, place] - np.uint8(48)
            np.logical_or(wrong, digit > 9, out=wrong)
            value = value * 10 + digit
        return value

    for place, letter in between.items():
        is_right = table[:, place] == letter
        if is_iso and letter == ord(" "):
            is_right |= table[:, place] == ord("T")
        np.logical_or(wrong, ~is_right, out=wrong)
    year, month, day = number(parts["Y"], 4), number(parts["m"], 2), number(parts["d"], 2)
    hour, minute, second = (
        number(parts[part], 2) if part in parts else np.zeros(len(table), dtype=np.int32) for part in "HMS"
    )
    wrong |= (year < FIRST_YEAR_OF_TABLE) | (year > LAST_YEAR_OF_TABLE) | (month < 1) | (month > 12)
    wrong |= (hour > 23) | (minute > 59) | (second > 59) | (day < 1)
    index = np.where(wrong, 0, (year - FIRST_YEAR_OF_TABLE) * 12 + month - 1)
    wrong |= day > MONTH_LENGTHS[index]
    seconds = (hour * 60 + minute) * 60 + second
    return (MONTH_STARTS[index] + (day - 1)) * 86_400_000_000 + seconds.astype(np.int64) * 1_000_000, wrong
