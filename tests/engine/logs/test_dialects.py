"""Any table, written in any dialect that is supported, comes back equal."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.logs import FilePlan, ImportPlan, detect, quick
from engine.logs.correcting import correct_dialect, correct_kind, correct_role
from engine.logs.layout import Kind
from engine.logs.reader import ImportReport
from tests.engine.logs.delivery import write

NAMES: dict[Kind, tuple[tuple[str, ...], ...]] = {
    "calls": (
        ("caller", "callee", "time", "seconds", "cell", "phone_type"),
        ("Hívó szám", "Hívott szám", "Kezdet", "Időtartam", "Cella", "Készülék"),
        ("Anrufer", "Angerufener", "Beginn", "Dauer", "Funkzelle", "Endgerät"),
    ),
    "usage": (
        ("customer", "time", "megabytes", "category"),
        ("Ügyfél", "Időpont", "Adatmennyiség", "Kategória"),
        ("Kunde", "Zeitpunkt", "Datenvolumen", "Kategorie"),
    ),
    "customers": (
        ("customer", "residence", "birth_year", "since"),
        ("Ügyfélszám", "Lakóhely", "Születési év", "Szerződés kezdete"),
        ("Kundennummer", "Wohnort", "Geburtsjahr", "Kunde seit"),
    ),
}
CORPUS = Path(__file__).parents[2] / "data" / "logs"
LETTERS = {  # that an encoding has; õ and û would be ő and ű, which nobody means
    "utf-8": "aőűéß日😀", "utf-8-sig": "aőűé日", "utf-16": "aőűé日", "cp1250": "aőűéŐÚ", "iso-8859-2": "aőűéŐÚ",
    "latin-1": "aéüöß",
}  # fmt: skip
DAYS = ["%Y-%m-%d", "%Y.%m.%d.", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d"]
CLOCKS = ["%H:%M:%S", "%H:%M"]


class Dialect(NamedTuple):
    """How a table is written."""

    encoding: str
    delimiter: str
    quoting: int
    line_end: str
    language: int
    day: str
    clock: str
    decimal: str
    has_header: bool


dialects = st.builds(
    Dialect,
    st.sampled_from(sorted(LETTERS)),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(0, 2),
    st.sampled_from(DAYS),
    st.sampled_from(CLOCKS),
    st.sampled_from([".", ","]),
    st.booleans(),
)
parties = st.builds(str.format, st.sampled_from(["{}", "0{}", "00{}", "+36{}"]), st.integers(10**5, 10**12))
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2027, 1, 1))
moments = MOMENTS.map(lambda moment: moment.replace(second=0, microsecond=0, fold=0))
FIRST = datetime(2016, 1, 25, 10, 5)  # tells the day from the month


def texts(encoding: str) -> st.SearchStrategy[str]:
    """Return texts of letters that an encoding has, with what is special in CSV between them."""
    letter = st.sampled_from(list(LETTERS[encoding] + "bZ09"))
    middle = st.text(st.sampled_from(list(LETTERS[encoding] + " ,;|\"'")), max_size=6)
    return st.builds(lambda a, b, c: a + b + c, letter, middle, letter)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Kind, Dialect, list[tuple[object, ...]]]:
    """Return a kind, a dialect and rows."""
    kind, dialect = draw(st.sampled_from(sorted(NAMES))), draw(dialects)
    text = texts(dialect.encoding)
    number = st.integers(0, 10**7).map(lambda n: n / 100)
    of_kind = {
        "calls": st.tuples(parties, parties, moments, st.integers(0, 86_400), text | st.none(), st.just("SM-G991B")),
        "usage": st.tuples(parties, moments, number, text | st.none()),
        "customers": st.tuples(parties, text, st.integers(1930, 2010), moments.map(datetime.date)),
    }
    first = {
        "calls": ("06301234567", "06209876543", FIRST, 65, "B1", "SM-G991B"),
        "usage": ("06301234567", FIRST, 12.5, "video"),
        "customers": ("06301234567", "Eger", 1980, FIRST.date()),
    }
    unique = {row[0]: row for row in [first[kind], *draw(st.lists(of_kind[kind], max_size=6))]}
    return kind, dialect, list(unique.values())


def written(value: object, dialect: Dialect) -> str:
    """Return a value as a dialect writes it."""
    if isinstance(value, datetime):
        return value.strftime(f"{dialect.day} {dialect.clock}")
    if isinstance(value, date):
        return value.strftime(dialect.day)
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", dialect.decimal if dialect.delimiter != "," else ".")
    return "" if value is None else str(value)


def as_file(kind: Kind, dialect: Dialect, rows: list[tuple[object, ...]]) -> bytes:
    """Return a table as a file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=dialect.delimiter, quoting=dialect.quoting, lineterminator=dialect.line_end)
    if dialect.has_header:
        writer.writerow([name.encode(dialect.encoding, "replace").decode(dialect.encoding).replace("?", "o")
                         for name in NAMES[kind][dialect.language]])  # fmt: skip
    writer.writerows([[written(value, dialect) for value in row] for row in rows])
    return buffer.getvalue().encode(dialect.encoding)


def corrected(file: FilePlan, kind: Kind, dialect: Dialect) -> FilePlan:
    """Correct what the values of a table without names cannot tell: which of the 8-bit encodings, its kind, its roles.

    That it has no names, its delimiter, its decimal mark, and how times are written must have been found out.
    """
    assert (file.has_header, file.delimiter, file.skipped) == (False, dialect.delimiter, 0)
    if not dialect.encoding.startswith("utf-"):
        file = correct_dialect(file, replace(file.dialect, encoding=dialect.encoding))
    if file.kind != kind:
        file = correct_kind(file, kind)
    for place, role in enumerate(NAMES[kind][0]):
        if file.columns[place].role != role:
            file = correct_role(file, place, role)
    return file


def imported(folder: Path, kind: Kind, dialect: Dialect, content: bytes) -> ImportReport:
    """Detect and import one table; customers come with calls, as nothing is read without logs."""
    (file,) = detect([write(folder / "table.txt", content)]).files
    if dialect.has_header:
        assert file.kind == kind
    else:
        file = corrected(file, kind, dialect)
    return ImportPlan((file, *some_calls().files) if kind == "customers" else (file,)).run()


@cache
def some_calls() -> ImportPlan:
    """Return the plan of a file of calls, looked at once."""
    return detect([CORPUS / "plain.csv"])


@pytest.mark.usefixtures("many_imports")
@settings(max_examples=500, deadline=None)
@given(tables())
def test_any_table_in_any_dialect_comes_back_equal(table: tuple[Kind, Dialect, list[tuple[object, ...]]]) -> None:
    """With names of columns as it stands; without, once a person said what only they can know."""
    kind, dialect, rows = table
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "LEAST_BYTES", 0)
        report = imported(Path(folder), kind, dialect, as_file(kind, dialect, rows))
    names = ", ".join(NAMES[kind][0])
    found = report.tables.connection.execute(f"SELECT {names} FROM {kind} ORDER BY ALL").fetchall()
    assert sorted(map(repr, found)) == sorted(map(repr, rows))
    assert report.rejected == 0
    report.tables.connection.close()
