"""Tables as files for other programs: whole or not at all, rounded, and nothing in them is worked out."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import python_calamine

from engine.errors import InputError
from engine.job import JobCancelled, JobContext
from engine.table_files import WRITERS, write_csv, write_table_file, write_workbook

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "+1-2"]
HARMLESS = ["+36301234567", "-12", "018204", "Győr", "a=b", "+36 30 123 45 67", ""]


@pytest.fixture
def table() -> pa.Table:
    texts = [*FORMULAS, *HARMLESS, None]
    numbers = [0.1 + 0.2, float("nan"), *range(len(texts) - 2)]
    return pa.table({"customer": pa.array(texts, pa.string()), "worth": pa.array(numbers, pa.float64())})


def test_a_text_that_looks_like_a_formula_is_text_in_a_csv_file(table: pa.Table, tmp_path: Path):
    import csv

    write_csv(table, tmp_path / "out.csv", note="=note")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["customer"] for row in rows] == [*(f"'{text}" for text in FORMULAS), *HARMLESS, ""]
    assert rows[0]["worth"] == "0.3"


def test_a_workbook_holds_no_formula_and_keeps_every_text(table: pa.Table, tmp_path: Path):
    import zipfile

    write_workbook(table, tmp_path / "out.xlsx", note="The signal is real.")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    rows = python_calamine.CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == [*FORMULAS, *HARMLESS, ""]
    assert (rows[1][1], rows[2][1], rows[3][1]) == (0.3, "", 0.0)
    notes = python_calamine.CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(1).to_python()
    assert notes == [["The signal is real."], ["14 rows."]]


def test_parquet_keeps_types_and_carries_the_note(table: pa.Table, tmp_path: Path):
    write_table_file(table, tmp_path / "out.parquet", rows=np.array([2, 0]), note="Read this.")
    found = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert found.to_pydict() == {"customer": ["-2+3", "=1+1"], "worth": [0.0, 0.3], "note": ["Read this."] * 2}
    assert found.schema.metadata[b"note"] == b"Read this."


@pytest.mark.parametrize("ending", list(WRITERS))
def test_a_file_that_was_cancelled_is_not_there_and_what_was_there_stays(table: pa.Table, tmp_path: Path, ending: str):
    path = tmp_path / f"out{ending}"
    path.write_text("before")
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        write_table_file(table, path, context=context)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "before"


def test_more_rows_than_a_sheet_has_are_refused_before_anything_is_written(tmp_path: Path):
    table = pa.table({"customer": pa.nulls(1_048_576, pa.string())})
    with pytest.raises(InputError, match="1,048,575 rows and these are 1,048,576"):
        write_workbook(table, tmp_path / "out.xlsx")
    with pytest.raises(InputError, match=r"out\.txt is no kind of table"):
        write_table_file(table, tmp_path / "out.txt")
    assert not list(tmp_path.iterdir())
