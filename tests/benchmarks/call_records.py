"""Call records and a customer list, made up for measuring."""

from __future__ import annotations

from pathlib import Path

BAD_ROWS = (
    ",0036301234567,2025-11-05 10:00:00,60,BUD-001,SM-G991B", "cut short",
    "+36301234567,+36301234568,05/31/2025 10:00,60,BUD-001,SM-G991B",
    "+36301234567,+36301234568,2025-11-05 10:00:00,-1,BUD-001,SM-G991B",
    '+36301234567,+36301234568,2025-11-05 10:00:00,60,BUD-001,"SM-G991B',
)  # fmt: skip
CALLS = """
    SELECT '+3630' || lpad((h % {people})::VARCHAR, 7, '0') || ',+3630'
        || lpad(((h * 31 + h // 7 % 25 * 7919) % {people})::VARCHAR, 7, '0')
        || strftime(TIMESTAMP '2025-07-01' + to_seconds(h // 11 % 15552000), ',%Y-%m-%d %H:%M:%S,')
        || (h // 13 % 900)::VARCHAR || ',BUD-' || lpad((h // 17 % 997)::VARCHAR, 3, '0')
        || ',SM-G9' || lpad(((h % {people} + CASE WHEN h // 11 % 15552000 > 12000000 THEN h % {people} % 3 ELSE 0 END)
            % 50)::VARCHAR, 2, '0') || 'B'
    AS "caller,callee,time,seconds,cell,phone_type"
    FROM (SELECT (hash(i) >> 8)::BIGINT AS h FROM range({rows}) t(i))"""
CUSTOMERS = """
    SELECT '+3630' || lpad(i::VARCHAR, 7, '0') || ',Town ' || i % 50 || ',' || 1940 + i % 65
    AS "customer,residence,birth_year" FROM range({people}) t(i)"""
CALLS_A_PERSON = 50


def write_delivery(folder: Path, rows: int, dirty: float = 0.0) -> None:
    """Write calls.csv (68 bytes a row, 50 calls a customer, two in three change their handset) and customers.csv.

    ``dirty`` is the share of bad rows among the calls.
    """
    import duckdb

    people = max(rows // CALLS_A_PERSON, 100)
    with duckdb.connect() as connection:
        for name, sql in (("calls", CALLS), ("customers", CUSTOMERS)):
            rows_sql = sql.format(people=people, rows=rows)
            connection.execute(
                f"COPY ({rows_sql}) TO '{folder / name}.csv' (FORMAT csv, HEADER, QUOTE '', ESCAPE '', "
                "DELIMITER '\x02')"
            )
    if dirty:
        _spoil(folder / "calls.csv", dirty)


def _spoil(path: Path, dirty: float) -> None:
    """Put bad rows between the good ones, evenly."""
    every, number = int(1 / dirty), 0
    spoilt = path.with_suffix(".spoilt")
    with path.open("rb") as source, spoilt.open("wb") as target:
        for line in source:
            target.write(line)
            number += 1
            if number % every == 0:
                target.write(BAD_ROWS[number // every % len(BAD_ROWS)].encode() + b"\n")
    spoilt.replace(path)
