"""Measures reading call records: python dev.py bench logs --rows N [--memory GB] [--dirty SHARE]. Figures only.

Each contender reads the same CSV file and makes the same three tables of it: figures of each caller, changes of
handset, and ties. Each runs in a process of its own; the process's CPU time and greatest memory are shown.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COLUMNS = (
    "{'caller': 'VARCHAR', 'callee': 'VARCHAR', 'time': 'TIMESTAMP', 'seconds': 'INTEGER', 'cell': 'VARCHAR', "
    "'phone_type': 'VARCHAR'}"
)
FEATURES = """CREATE TABLE features AS SELECT caller, count(*) AS calls, sum(seconds) AS seconds,
    avg(seconds) AS mean, count(DISTINCT callee) AS contacts, count(DISTINCT cell) AS places,
    avg((hour(time) >= 22 OR hour(time) < 7)::INTEGER) AS night, max(time) AS last FROM calls GROUP BY caller"""
CHANGES = """CREATE TABLE changes AS SELECT caller, time, before, phone_type FROM (
    SELECT caller, time, phone_type, lag(phone_type) OVER (PARTITION BY caller ORDER BY time, callee) AS before
    FROM calls
    ) WHERE before <> phone_type"""
TIES = """CREATE TABLE ties AS SELECT caller, callee, count(*) AS calls, sum(seconds) AS seconds
    FROM calls GROUP BY caller, callee"""
BAD_ROWS = (
    ",0036301234567,2025-11-05 10:00:00,60,BUD-001,SM-G991B", "cut short",
    "+36301234567,+36301234568,05/31/2025 10:00,60,BUD-001,SM-G991B",
    "+36301234567,+36301234568,2025-11-05 10:00:00,-1,BUD-001,SM-G991B",
    '+36301234567,+36301234568,2025-11-05 10:00:00,60,BUD-001,"SM-G991B',
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What a contender took: seconds of wall and CPU, the greatest memory, and how many rows its tables have."""

    wall: float
    cpu: float
    megabytes: int
    rows: tuple[int, int, int]


def write_calls(path: Path, rows: int, dirty: float) -> None:
    """Write call records: 68 bytes a row, 50 calls a caller, one handset change in 200 calls, some rows bad."""
    import duckdb

    people = max(rows // 50, 100)
    good = f"""SELECT '+3630' || lpad((h % {people})::VARCHAR, 7, '0') || ',+3630'
            || lpad(((h * 31 + h // 7 % 25 * 7919) % {people})::VARCHAR, 7, '0')
            || strftime(TIMESTAMP '2025-07-01' + to_seconds(h // 11 % 15552000), ',%Y-%m-%d %H:%M:%S,')
            || (h // 13 % 900)::VARCHAR || ',BUD-' || lpad((h // 17 % 997)::VARCHAR, 3, '0')
            || ',SM-G99' || ((h % {people} + (h // 11 % 15552000 > 12000000)::INTEGER * (h % 3)) % 50)::VARCHAR || 'B'
        AS "caller,callee,time,seconds,cell,phone_type"
        FROM (SELECT (hash(i) >> 8)::BIGINT AS h FROM range({rows}) t(i))"""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({good}) TO '{path}' (HEADER, QUOTE '', ESCAPE '', DELIMITER '\x02')")
    if dirty:
        _spoil(path, rows, dirty)


def _spoil(path: Path, rows: int, dirty: float) -> None:
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


def by_semblance(path: Path) -> tuple[int, int, int]:
    """Import with a detected plan, then the three queries."""
    from engine.logs import detect

    report = detect([path]).run()
    connection = report.tables.connection
    connection.execute("SET preserve_insertion_order = false")
    return _query(connection)


def by_hand(path: Path) -> tuple[int, int, int]:
    """Read with DuckDB's own reader, as one would write it by hand."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    skipping = "ignore_errors = true, quote = ''"
    connection.execute(f"CREATE TABLE calls AS FROM read_csv('{path}', header = true, {skipping}, columns = {COLUMNS})")
    return _query(connection)


def _query(connection) -> tuple[int, int, int]:
    for sql in (FEATURES, CHANGES, TIES):
        connection.execute(sql)
    counts = [
        connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("features", "changes", "ties")
    ]
    return counts[0], counts[1], counts[2]


def by_pandas(path: Path) -> tuple[int, int, int]:
    """The same in pandas, with its fastest reader and Arrow's types."""
    import pandas as pd

    types = dict.fromkeys(("caller", "callee", "cell", "phone_type"), "string[pyarrow]")
    calls = pd.read_csv(path, engine="pyarrow", dtype=types, dtype_backend="pyarrow", parse_dates=["time"])
    hour = calls["time"].dt.hour
    calls["night"] = ((hour >= 22) | (hour < 7)).astype("int8")
    features = calls.groupby("caller", sort=False).agg(
        calls=("seconds", "size"), seconds=("seconds", "sum"), mean=("seconds", "mean"), contacts=("callee", "nunique"),
        places=("cell", "nunique"), night=("night", "mean"), last=("time", "max"),
    )  # fmt: skip
    ordered = calls[["caller", "time", "callee", "phone_type"]].sort_values(["caller", "time", "callee"])
    before, same = ordered["phone_type"].shift(1), ordered["caller"].shift(1) == ordered["caller"]
    changes = ordered[same & (before != ordered["phone_type"])]
    ties = calls.groupby(["caller", "callee"], sort=False).agg(calls=("seconds", "size"), seconds=("seconds", "sum"))
    return len(features), len(changes), len(ties)


def by_polars(path: Path) -> tuple[int, int, int]:
    """The same in Polars, lazily, streaming."""
    import polars as pl

    types = dict.fromkeys(("caller", "callee", "cell", "phone_type"), pl.String)
    read = pl.scan_csv(path, schema_overrides={**types, "seconds": pl.Int32}, try_parse_dates=True)
    calls = read.collect(engine="streaming").lazy()
    hour = pl.col("time").dt.hour()
    features = calls.group_by("caller").agg(
        pl.len().alias("calls"), pl.col("seconds").sum(), pl.col("seconds").mean().alias("mean"),
        pl.col("callee").n_unique().alias("contacts"), pl.col("cell").n_unique().alias("places"),
        ((hour >= 22) | (hour < 7)).mean().alias("night"), pl.col("time").max().alias("last"),
    )  # fmt: skip
    ordered = calls.select("caller", "time", "callee", "phone_type").sort("caller", "time", "callee")
    changes = ordered.with_columns(before=pl.col("phone_type").shift(1), owner=pl.col("caller").shift(1)).filter(
        (pl.col("owner") == pl.col("caller")) & (pl.col("before") != pl.col("phone_type"))
    )
    ties = calls.group_by("caller", "callee").agg(pl.len().alias("calls"), pl.col("seconds").sum())
    heights = [frame.collect(engine="streaming").height for frame in (features, changes, ties)]
    return heights[0], heights[1], heights[2]


CONTENDERS: dict[str, Callable[[Path], tuple[int, int, int]]] = {
    "Semblance": by_semblance,
    "DuckDB by hand": by_hand,
    "Polars": by_polars,
    "pandas": by_pandas,
}


def run_one(name: str, path: Path, memory: float) -> None:
    """Run a contender here and print its figures as JSON."""
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (int(memory * 2**30), int(memory * 2**30)))
    begun = time.perf_counter()
    rows = CONTENDERS[name](path)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, rows]))


def measure(name: str, path: Path, memory: float) -> Figures | None:
    """Run a contender in a process of its own; None if it failed, as one without memory does."""
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.logs",
        "--one",
        name,
        "--file",
        str(path),
        "--memory",
        str(memory),
    ]
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    wall, cpu, megabytes, rows = json.loads(done.stdout.splitlines()[-1])
    return Figures(wall, cpu, megabytes, (rows[0], rows[1], rows[2]))


def main(arguments: list[str] | None = None) -> None:
    """Measure all contenders and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench logs", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--dirty", type=float, default=0.0, metavar="SHARE", help="of bad rows")
    parser.add_argument("--memory", type=float, default=0.0, metavar="GB", help="limit of a contender's data")
    parser.add_argument("--only", choices=CONTENDERS, action="append")
    parser.add_argument("--file", type=Path, help="read this file of call records instead of making one")
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        run_one(chosen.one, chosen.file, chosen.memory)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.file or Path(folder, "calls.csv")
        if not chosen.file:
            write_calls(path, chosen.rows, chosen.dirty)
        print(f"{path.stat().st_size / 1e6:,.0f} MB")
        print(f"{'':16}{'wall s':>9}{'CPU s':>9}{'MB':>9}   features, changes, ties")
        for name in chosen.only or CONTENDERS:
            figures = measure(name, path, chosen.memory)
            if figures is None:
                print(f"{name:16}failed")
            else:
                counts = ", ".join(f"{count:,}" for count in figures.rows)
                print(f"{name:16}{figures.wall:9.1f}{figures.cpu:9.1f}{figures.megabytes:9,}   {counts}")


if __name__ == "__main__":
    main()
