"""The SQL that turns numbered lines into typed rows, and says of each bad one what is wrong with it."""

# ruff: noqa: S608 - the SQL is built from our own column names; what a file says comes in as data only

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import columns
from engine.logs.cutting import HIDDEN, HIDING, OPEN_QUOTE, PADDED, TOO_LONG, UNPRINTABLE, UNREADABLE, UNUSUAL
from engine.logs.forms import CLOCK, FIRST_YEAR, LAST_YEAR, clock_sql, number_sql, time_sql
from engine.logs.layout import Column, Content, Layout
from engine.logs.lines import LONGEST_LINE
from engine.logs.plan import ColumnPlan, FilePlan
from engine.logs.values import CALL_WORDS, MESSAGE_WORDS

LONGEST_IDENTIFIER = 64
LONGEST_TEXT = 1_000
LONGEST_REJECT = 500  # characters of a bad row that are kept
LONGEST_CALL = 7 * 86_400
OLDEST_BIRTH_YEAR = 1900
STRAY = "Time is far from all others"

SQL_TYPES: dict[Content, str] = {  # a clock is joined to its time
    "identifier": "VARCHAR",
    "text": "VARCHAR",
    "time": "TIMESTAMP",
    "date": "DATE",
    "seconds": "INTEGER",
    "number": "DOUBLE",
    "year": "INTEGER",
    "outcome": "TINYINT",
    "event": f"ENUM ('{columns.CALL}', '{columns.MESSAGE}')",
    "degrees": "DOUBLE",
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


def _text(role: str, place: int, file: FilePlan) -> str:
    """Return the SQL of a role's text; of a time in two columns it is both, or empty if either is."""
    text = _field(place, file.delimiter)
    clock_place = file.place(columns.CLOCK) if role == columns.TIME else None
    if clock_place is None:
        return text
    clock = _field(clock_place, file.delimiter)
    return f"CASE WHEN {text} = '' OR {clock} = '' THEN '' ELSE {text} || ' ' || {clock} END"


def _words(text: str) -> str:
    """Return the SQL of a text in small letters without accents, its words between blanks."""
    return f"' ' || regexp_replace(lower(strip_accents({text})), '[^a-z0-9]+', ' ', 'g') || ' '"


def _event_sql(text: str) -> str:
    """Return the SQL of what was done, CALL or MESSAGE; NULL where the text says neither."""

    def has(words: frozenset[str]) -> str:
        return f"regexp_matches({_words(text)}, ' ({'|'.join(sorted(words))}) ')"

    return (
        f"CASE WHEN {text} = '' THEN '{columns.CALL}' WHEN {has(MESSAGE_WORDS)} THEN '{columns.MESSAGE}' "
        f"WHEN {has(CALL_WORDS)} THEN '{columns.CALL}' END"
    )


def _value(column: Column, planned: ColumnPlan, file: FilePlan, zone: str) -> str:
    """Return the SQL of a column's typed value, from its trimmed text."""
    text = f'"{column.name}_text"'
    number = number_sql(text, file.decimal, planned.unit)
    if column.content == "seconds" and planned.form == CLOCK:
        number = clock_sql(text)
    day = time_sql(text, planned.form, "", is_utc=False)
    values: dict[Content, str] = {
        "identifier": text,
        "text": f"nullif({text}, '')",
        "time": time_sql(text, planned.form, zone, is_utc=planned.is_utc),
        "date": f"try_cast({text} AS DATE)" if not planned.form else f"CAST({day} AS DATE)",
        "seconds": number,
        "number": number,
        "year": f"try_cast({text} AS INTEGER)",
        "outcome": f"try_cast({text} AS TINYINT)",
        "event": _event_sql(text),
        "degrees": number_sql(text, file.decimal, ""),
    }
    return values[column.content]


def _checks(column: Column, limits: Limits, *, has_kind: bool) -> list[tuple[str, str]]:
    """Return (SQL condition, reason) for each way in which a column's value can be wrong."""
    text, value, words = f'"{column.name}_text"', f'"{column.name}"', column.words
    empty = (f"{text} = ''", f"{words} is empty")
    wrong = f"{text} <> '' AND {value} IS NULL"
    of_call = (f"{text} = '' AND \"{columns.KIND}\" IS DISTINCT FROM '{columns.MESSAGE}'", empty[1])
    checks: dict[Content, list[tuple[str, str]]] = {
        "identifier": [
            empty,
            (f"length({text}) > {LONGEST_IDENTIFIER}", f"{words} is longer than {LONGEST_IDENTIFIER} characters"),
            (f"marks & {UNUSUAL} <> 0 AND regexp_matches({text}, '\\p{{C}}')", f"{words} has unprintable characters"),
        ],
        "text": [(f"length({text}) > {LONGEST_TEXT}", f"{words} is longer than {LONGEST_TEXT:,} characters")],
        "event": [(wrong, f"{words} is neither a call nor a message")],
        "degrees": [
            empty,
            (f"{wrong} OR NOT isfinite({value})", f"{words} is not a number"),
            (f"abs({value}) > {90 if column.name == columns.LATITUDE else 180}", f"{words} is impossible"),
        ],
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
            of_call if has_kind else empty,
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
    key = columns.CELL if layout.kind == "cells" else columns.CUSTOMER
    twice = (
        f"{key} IN (SELECT {key} FROM {layout.kind}) "
        f"OR row_number() OVER (PARTITION BY {key}, wrong IS NULL ORDER BY line) > 1",
        f"{key.capitalize()} is listed twice",
    )
    if layout.kind == "cells":
        return [twice]
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


def _cases(conditions: Sequence[str], first: int = 1) -> str:
    """Return the SQL of the number of the first condition that holds, NULL if none does."""
    return f"CASE {' '.join(f'WHEN {each} THEN {number}' for number, each in enumerate(conditions, first))} END"


def _list(texts: Sequence[str]) -> str:
    """Return texts as an SQL list, in which "" is NULL."""
    return f"[{', '.join(_literal(text) if text else 'NULL' for text in texts)}]"


def select_rows(file: FilePlan, limits: Limits, zone: str, *, related: bool = True) -> str:
    """Return the SQL that reads the registered table ``chunk`` into typed columns with line, reason, column and row.

    ``reason`` is NULL for a good row; the first thing wrong decides, and ``column`` names the column it is found in.
    ``row`` is the text of a bad one. Blank lines are no rows. Whether rows contradict others, in this table or another,
    is looked at if they are ``related``.
    """
    layout, width = file.layout, len(file.columns)
    present = {column: place for column in layout.columns if (place := file.place(column.name)) is not None}
    has_kind = any(column.name == columns.KIND for column in present)
    texts = ", ".join(f'{_text(column.name, place, file)} AS "{column.name}_text"' for column, place in present.items())
    values = ", ".join(
        f"{_value(column, file.written(column.name), file, zone) if column in present else _default(column)} "
        f'AS "{column.name}"'
        for column in layout.columns
    )
    unreadable = "UTF-8" if file.encoding == "utf-8" or file.source.is_structured else file.encoding
    shape = [
        (f"marks & {TOO_LONG} <> 0", f"Row is longer than {LONGEST_LINE:,} bytes"),
        (f"marks & {UNREADABLE} <> 0", f"Letters are not {unreadable}"),
        (f"marks & {UNPRINTABLE} <> 0", "Row has unprintable characters"),
        (f"marks & {OPEN_QUOTE} <> 0", "Quote is not closed"),
        (f"len(fields) < {width}", "Row is cut short"),
        (f"len(fields) > {width}", "Row has too many columns"),
    ]
    flaws = [(condition, reason, "") for condition, reason in shape]
    for column, place in present.items():
        checks = _checks(column, limits, has_kind=has_kind)
        flaws += [(condition, reason, file.columns[place].name) for condition, reason in checks]
    references = _references(layout) if related else []
    kept = ", ".join(_kept(column) for column in layout.columns)
    row = f"rtrim(raw, chr(13) || chr(10))[:{LONGEST_REJECT}]"
    return f"""
        WITH cut AS (
            SELECT line, marks, raw, string_split(text, {_literal(file.delimiter)}) AS fields FROM chunk
            WHERE (text <> '' AND (marks & {PADDED} = 0 OR trim(text) <> ''))
                OR trim(raw, ' ' || chr(13) || chr(10)) <> ''
        ),
        texts AS (SELECT line, marks, raw, fields, {texts} FROM cut),
        typed AS (SELECT *, {values} FROM texts),
        {_judging("typed", flaws, references, kept, row)}"""


def select_listed(layout: Layout, limits: Limits) -> str:
    """Return the SQL that judges the registered table ``listed``, which has the layout's columns in their types.

    The result is that of select_rows; ``line`` is the place of a row, 1 for the first, and ``row`` its values.
    """
    names = [column.name for column in layout.columns]
    values = ", ".join(f'CAST("{c.name}" AS {SQL_TYPES[c.content]}) AS "{c.name}"' for c in layout.columns)
    texts = ", ".join(f'coalesce(CAST("{name}" AS VARCHAR), \'\') AS "{name}_text"' for name in names)
    flaws = [
        (condition, reason, column.name)
        for column in layout.columns
        for condition, reason in _checks(column, limits, has_kind=False)
    ]
    kept = ", ".join(f'"{name}"' for name in names)
    row = "concat_ws(',', " + ", ".join(f'"{name}_text"' for name in names) + f")[:{LONGEST_REJECT}]"
    return f"""
        WITH typed AS (SELECT row_number() OVER () AS line, {UNUSUAL} AS marks, {values} FROM listed),
        texts AS (SELECT *, {texts} FROM typed),
        {_judging("texts", flaws, _references(layout), kept, row)}"""


def _judging(
    source: str, flaws: Sequence[tuple[str, str, str]], references: Sequence[tuple[str, str]], kept: str, row: str
) -> str:
    """Return the SQL that goes on from a named query of typed values to line, ``kept``, reason, row and wrong_column.

    ``flaws`` are SQL condition, reason and column.
    """
    judged = _cases([condition for condition, _, _ in flaws])
    wrong = f"coalesce(wrong, {_cases([condition for condition, _ in references], len(flaws) + 1)})"
    reasons = _list([reason for _, reason, _ in flaws] + [reason for _, reason in references])
    return f"""judged AS (SELECT *, {judged} AS wrong FROM {source}),
        related AS (SELECT * {f"REPLACE ({wrong} AS wrong)" if references else ""} FROM judged)
        SELECT line, {kept}, {reasons}[wrong] AS reason, CASE WHEN wrong IS NOT NULL THEN {row} END AS row,
            {_list([column for _, _, column in flaws])}[wrong] AS wrong_column
        FROM related"""


def _default(column: Column) -> str:
    """Return the SQL of what a column holds that the file does not have."""
    return f"'{columns.CALL}'" if column.content == "event" else "NULL"


def _kept(column: Column) -> str:
    """Return the SQL of a column as it goes into the clean table: a message has no length."""
    if column.content == "seconds":
        return f'coalesce("{column.name}", 0) AS "{column.name}"'
    return f'"{column.name}"'
