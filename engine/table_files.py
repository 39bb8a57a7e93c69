"""A table, or some of its rows, as a file that other programs read: CSV, Parquet, or a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.errors import InputError
from engine.job import JobContext
from engine.unfinished import whole_file

if TYPE_CHECKING:
    import xlsxwriter

IntArray = npt.NDArray[np.int64]
Writer = Callable[..., None]
DECIMALS = 6
CHUNK = 50_000
SHEET_CHUNK = 2_000
SHEET_ROWS = 1_048_575  # of a worksheet, below the heading
NOTE = "note"
# What a spreadsheet would take for a formula; a number with a sign, such as a telephone number, it would not.
FORMULA = r"^[=@\t\r]|^[+-]([^0-9]|.*[^0-9 .,])"


def write_csv(
    table: pa.Table,
    path: Path,
    *,
    rows: IntArray | None = None,
    note: str = "",
    context: JobContext | None = None,
) -> None:
    """Write a table, or some of its rows in their order, as CSV in UTF-8; whole or not at all.

    Texts stand in quotation marks, an apostrophe before those that a spreadsheet would take for a formula; numbers
    have up to six decimals; a ``note`` stands in every row, as last column. Raises OSError, and JobCancelled between
    chunks.
    """
    import pyarrow.csv

    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="none")
    with whole_file(path) as unfinished, pyarrow.csv.CSVWriter(
        unfinished, _with_note(table.schema, note), write_options=options
    ) as writer:  # fmt: skip
        for part in _parts(table, rows, CHUNK, context):
            writer.write_table(_noted(_without_formulas(part), note))


def write_parquet(
    table: pa.Table,
    path: Path,
    *,
    rows: IntArray | None = None,
    note: str = "",
    context: JobContext | None = None,
) -> None:
    """Write the same as Parquet: types and texts as they are, the ``note`` as last column and in the file's own notes.

    Raises OSError, and JobCancelled between chunks.
    """
    import pyarrow.parquet

    schema = _with_note(table.schema, note).with_metadata({NOTE: note} if note else {})
    with whole_file(path) as part, pyarrow.parquet.ParquetWriter(part, schema, compression="zstd") as writer:
        for chunk in _parts(table, rows, CHUNK, context):
            writer.write_table(_noted(chunk, note).replace_schema_metadata(schema.metadata))


def write_workbook(
    table: pa.Table,
    path: Path,
    *,
    rows: IntArray | None = None,
    note: str = "",
    context: JobContext | None = None,
) -> None:
    """Write the same as a workbook without formulas: texts are texts, whatever they begin with.

    The ``note`` stands on a sheet of its own and above each printed page. Raises InputError for more rows than a
    sheet has, OSError, and JobCancelled between chunks.
    """
    import xlsxwriter

    count = table.num_rows if rows is None else len(rows)
    if count > SHEET_ROWS:
        raise InputError(f"A sheet holds {SHEET_ROWS:,} rows and these are {count:,}. Choose CSV or Parquet instead.")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with whole_file(path) as unfinished, xlsxwriter.Workbook(str(unfinished), options) as book:
        sheet = book.add_worksheet("Recommendations")
        _begin_sheet(book, sheet, table.schema, note)
        first = 1
        for part in _parts(table, rows, SHEET_CHUNK, context):
            cells = zip(*(column.to_pylist() for column in part.columns), strict=True)
            for line, values in enumerate(cells, start=first):
                _write_line(sheet, line, values)
            first += part.num_rows
        if part_count := first - 1:
            sheet.autofilter(0, 0, part_count, table.num_columns - 1)
        _add_notes(book, note, count)


def _begin_sheet(book: xlsxwriter.Workbook, sheet: Any, schema: pa.Schema, note: str) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    if note:
        sheet.set_header(f"&L{note.replace('&', '&&')[:250]}")
    bold = book.add_format({"bold": True})
    for place, field in enumerate(schema):
        sheet.set_column(place, place, max(12, len(field.name) + 3))
        sheet.write_string(0, place, field.name, bold)


def _write_line(sheet: Any, line: int, values: tuple[Any, ...]) -> None:
    """Write the cells of a line; what is missing stays empty."""
    for place, value in enumerate(values):
        if value is None or value != value:  # noqa: PLR0124 - nan
            continue
        if isinstance(value, bool):
            sheet.write_boolean(line, place, value)
        elif isinstance(value, int | float):
            sheet.write_number(line, place, value)
        else:
            sheet.write_string(line, place, str(value))


def _add_notes(book: xlsxwriter.Workbook, note: str, count: int) -> None:
    if not note:
        return
    sheet = book.add_worksheet("Please read")
    sheet.set_column(0, 0, 100)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, note, wrapped)
    sheet.write_string(1, 0, f"{count:,} rows.", wrapped)


WRITERS: dict[str, Writer] = {".csv": write_csv, ".parquet": write_parquet, ".xlsx": write_workbook}


def write_table_file(
    table: pa.Table, path: Path, *, rows: IntArray | None = None, note: str = "", context: JobContext | None = None
) -> None:
    """Write in the format that the file's ending names. Raises InputError for another ending, and as the writers do."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"{path.name} is no kind of table that can be written. End it in {', '.join(WRITERS)}.")
    writer(table, path, rows=rows, note=note, context=context)


def _parts(table: pa.Table, rows: IntArray | None, size: int, context: JobContext | None) -> Iterator[pa.Table]:
    """Return the rows chunk by chunk, numbers rounded; looks for a cancel before each."""
    context = context or JobContext()
    count = table.num_rows if rows is None else len(rows)
    for start in range(0, count, size):
        context.progress(start / count)
        yield _rounded(table.slice(start, size) if rows is None else table.take(pa.array(rows[start : start + size])))


def _with_note(schema: pa.Schema, note: str) -> pa.Schema:
    return schema.append(pa.field(NOTE, pa.string())) if note else schema


def _noted(table: pa.Table, note: str) -> pa.Table:
    if not note:
        return table
    return table.append_column(pa.field(NOTE, pa.string()), pa.repeat(note, table.num_rows).cast(pa.string()))


def _rounded(table: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            table = table.set_column(place, field, pc.round(table[field.name], DECIMALS))
    return table


def _without_formulas(table: pa.Table) -> pa.Table:
    """Put an apostrophe before texts that a spreadsheet would work out."""
    import pyarrow.compute as pc

    for place, field in enumerate(table.schema):
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            continue
        column = table[field.name]
        suspect = pc.fill_null(pc.match_substring_regex(column, FORMULA), False)
        if pc.any(suspect).as_py():
            quoted = pc.binary_join_element_wise(pa.scalar("'", field.type), column, pa.scalar("", field.type))
            table = table.set_column(place, field, pc.if_else(suspect, quoted, column))
    return table
