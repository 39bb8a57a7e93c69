"""The SQL that turns numbered lines into typed rows, and says of each bad one what is wrong with it."""

# ruff: noqa: S608 - the SQL is built from our own column names; what a file says comes in as data only

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import columns
from engine.logs.cutting import HIDDEN, HIDING, NOT_UTF8, OPEN_QUOTE, PADDED, UNPRINTABLE, UNUSUAL
from engine.logs.layout import Column, Content, Header, Layout

LONGEST_IDENTIFIER = 64
LONGEST_REJECT = 500  # characters of a bad row that are kept
FIRST_YEAR, LAST_YEAR = 1990, 2099  # of a call; phones with an unset clock say 1970
LONGEST_CALL = 7 * 86_400
OLDEST_BIRTH_YEAR = 1900
STRAY = "Time is far from all others"

SQL_TYPES: dict[Content, str] = {
    "identifier": "VARCHAR",
    "text": "VARCHAR",
    "time": "TIMESTAMP",
    "date": "DATE",
    "seconds": "INTEGER",
    "number": "DOUBLE",
    "year": "INTEGER",
    "outcome": "TINYINT",
}


@dataclass(frozen=True)
class Limits:
    """What is possible in view of the rows read before: between which moments, and born until which year."""

    first: datetime = datetime(FIRST_YEAR, 1, 1)
    last: datetime = datetime(LAST_YEAR, 12, 31)
    birth_year: int = LAST_YEAR


def create_table(layout: Layout) -> str:
    """Return the SQL that makes the empty, clean table of a kind."""
    fields = ", ".join(f'"{column.name}" {SQL_TYPES[column.content]}' for column in layout.columns)
    return f"CREATE TABLE {layout.kind} ({fields})"


def _literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _field(place: int, delimiter: str) -> str:
    """Return the SQL of a field's text, trimmed."""
    part = f"fields[{place + 1}]"
    shown = f"replace({part}, chr({HIDDEN}), {_literal(delimiter)})"
    return f"CASE WHEN marks & {HIDING | PADDED} <> 0 THEN trim({shown}) ELSE {part} END"


def _value(column: Column, decimal_comma: bool) -> str:
    """Return the SQL of a column's typed value, from its trimmed text."""
    text = f'"{column.name}_text"'
    number = f"replace({text}, ',', '.')" if decimal_comma else text
    values: dict[Content, str] = {
        "identifier": text,
        "text": f"nullif({text}, '')",
        "time": f"try_cast({text} AS TIMESTAMP)",
        "date": f"try_cast({text} AS DATE)",
        "seconds": f"try_cast({number} AS DOUBLE)",
        "number": f"try_cast({number} AS DOUBLE)",
        "year": f"try_cast({text} AS INTEGER)",
        "outcome": f"try_cast({text} AS TINYINT)",
    }
    return values[column.content]


def _checks(column: Column, limits: Limits) -> list[tuple[str, str]]:
    """Return (SQL condition, reason) for each way in which a column's value can be wrong."""
    text, value, words = f'"{column.name}_text"', f'"{column.name}"', column.words
    empty = (f"{text} = ''", f"{words} is empty")
    wrong = f"{text} <> '' AND {value} IS NULL"
    checks: dict[Content, list[tuple[str, str]]] = {
        "identifier": [
            empty,
            (f"length({text}) > {LONGEST_IDENTIFIER}", f"{words} is longer than {LONGEST_IDENTIFIER} characters"),
            (f"marks & {UNUSUAL} <> 0 AND regexp_matches({text}, '\\p{{C}}')", f"{words} has unprintable characters"),
        ],
        "text": [],
        "time": [
            empty,
            (wrong, f"{words} is not a date"),
            (
                f"NOT isfinite({value}) OR year({value}) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}",
                f"{words} is impossible",
            ),
            (f"{value} NOT BETWEEN TIMESTAMP '{limits.first}' AND TIMESTAMP '{limits.last}'", STRAY),
        ],
        "date": [
            (wrong, f"{words} is not a date"),
            (
                f"NOT isfinite({value}) OR year({value}) NOT BETWEEN {OLDEST_BIRTH_YEAR} AND {LAST_YEAR}",
                f"{words} is impossible",
            ),
        ],
        "seconds": [
            empty,
            (f"{wrong} OR NOT isfinite({value})", f"{words} is not a number"),
            (f"{value} < 0", f"{words} is negative"),
            (f"{value} > {LONGEST_CALL}", f"{words} is impossible"),
        ],
        "number": [
            empty,
            (f"{wrong} OR NOT isfinite({value})", f"{words} is not a number"),
            (f"{value} < 0", f"{words} is negative"),
        ],
        "year": [
            (wrong, f"{words} is not a year"),
            (f"{value} NOT BETWEEN {OLDEST_BIRTH_YEAR} AND {limits.birth_year}", f"{words} is impossible"),
        ],
        "outcome": [
            empty,
            (f"{wrong} OR {value} NOT IN (0, 1)", f"{words} is not 0 or 1"),
        ],
    }
    return checks[column.content]


def _references(layout: Layout) -> list[tuple[str, str]]:
    """Return (SQL condition, reason) for rows that contradict the rows before them or another table."""
    twice = (
        f"{columns.CUSTOMER} IN (SELECT {columns.CUSTOMER} FROM {layout.kind}) "
        f"OR row_number() OVER (PARTITION BY {columns.CUSTOMER}, reason IS NULL ORDER BY line) > 1",
        "Customer is listed twice",
    )
    if layout.kind == "customers":
        return [(f"{columns.LEFT_ON} < {columns.SINCE}", "Left on is before since"), twice]
    if layout.kind == "history":
        return [
            (
                f"{columns.CUSTOMER} NOT IN (SELECT {columns.CUSTOMER} FROM customers)",
                "Customer is not in the customer list",
            ),
            (f"{columns.OFFER} NOT IN (SELECT {columns.OFFER} FROM offers)", "Offer is not in the catalogue"),
            twice,
        ]
    return []


def _cases(checks: list[tuple[str, str]]) -> str:
    """Return the WHEN parts of an SQL CASE, first reason first."""
    return " ".join(f"WHEN {condition} THEN {_literal(reason)}" for condition, reason in checks)


def select_rows(layout: Layout, header: Header, limits: Limits) -> str:
    """Return the SQL that reads the registered table ``chunk`` into typed columns with line, reason and row.

    ``reason`` is NULL for a good row; the first thing wrong decides. ``row`` is the text of a bad one. Blank lines are
    no rows.
    """
    present = [column for column in layout.columns if column.name in header.positions]
    texts = ", ".join(
        f'{_field(header.positions[column.name], header.delimiter)} AS "{column.name}_text"' for column in present
    )
    values = ", ".join(
        f'{_value(column, header.delimiter != ",") if column in present else "NULL"} AS "{column.name}"'
        for column in layout.columns
    )
    shape = [
        (f"marks & {NOT_UTF8} <> 0", "Letters are not UTF-8"),
        (f"marks & {UNPRINTABLE} <> 0", "Row has unprintable characters"),
        (f"marks & {OPEN_QUOTE} <> 0", "Quote is not closed"),
        (f"len(fields) < {header.width}", "Row is cut short"),
        (f"len(fields) > {header.width}", "Row has too many columns"),
    ]
    checks = shape + [check for column in present for check in _checks(column, limits)]
    kept = ", ".join(f'"{column.name}"' for column in layout.columns)
    row = f"rtrim(raw, chr(13) || chr(10))[:{LONGEST_REJECT}]"
    return f"""
        WITH cut AS (
            SELECT line, marks, raw, string_split(text, {_literal(header.delimiter)}) AS fields FROM chunk
            WHERE (text <> '' AND (marks & {PADDED} = 0 OR trim(text) <> ''))
                OR trim(raw, ' ' || chr(13) || chr(10)) <> ''
        ),
        texts AS (SELECT line, marks, raw, fields, {texts} FROM cut),
        typed AS (SELECT *, {values} FROM texts),
        judged AS (SELECT *, CASE {_cases(checks)} END AS reason FROM typed),
        related AS (SELECT * {_related(layout)} FROM judged)
        SELECT line, {kept}, reason, CASE WHEN reason IS NOT NULL THEN {row} END AS row FROM related"""


def _related(layout: Layout) -> str:
    """Return the SQL that adds the reasons of rows that contradict others, where there can be such."""
    references = _references(layout)
    return f"REPLACE (coalesce(reason, CASE {_cases(references)} END) AS reason)" if references else ""
