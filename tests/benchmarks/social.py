"""Measures the social web: python dev.py bench social [--people N] [--rows N]."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import scipy.sparse  # noqa: F401  (its import is no part of what is measured)

from engine.social import SocialWeb, choose_seeds, social_web, tie_table
from engine.social.kept import circle_table, people_table

Result = TypeVar("Result")
TIES_A_PERSON = 10
CIRCLE = 40  # people who mostly call each other

# The same as tie_table, as one would write it by hand
BY_HAND = """
WITH recent AS (
    SELECT * FROM calls WHERE time > (SELECT max(time) FROM calls) - INTERVAL 90 DAY AND caller <> callee
), pairs AS (
    SELECT caller, callee, count(*) FILTER (kind IS DISTINCT FROM 'message') AS calls,
        count(*) FILTER (kind = 'message') AS messages, sum(seconds)::BIGINT AS seconds, max(time) AS last
    FROM recent GROUP BY caller, callee
), ties AS (
    SELECT one.*, other.caller IS NOT NULL AS mutual
    FROM pairs one LEFT JOIN pairs other ON one.caller = other.callee AND one.callee = other.caller
)
SELECT *, count(*) OVER (PARTITION BY caller) AS contacts,
    count(*) FILTER (mutual) OVER (PARTITION BY caller) AS answering
FROM ties
QUALIFY row_number() OVER (
    PARTITION BY caller ORDER BY mutual DESC, calls + messages DESC, seconds DESC, last DESC, callee) <= 50
"""
CALLS = """
CREATE TABLE calls AS
SELECT lpad(one::VARCHAR, 7, '0') AS caller,
    lpad((CASE WHEN hash(one, turn) % 10 < 5 THEN (one // 32) * 32 + hash(turn, one) % 32
        ELSE hash(one, turn, 7) % {people} END)::VARCHAR, 7, '0') AS callee,
    TIMESTAMP '2026-01-01' + to_seconds((random() * 90 * 86400)::INTEGER) AS time,
    (random() * 300)::INTEGER AS seconds, CASE WHEN random() < 0.2 THEN 'message' ELSE 'call' END AS kind
FROM (SELECT (random() * {people})::INTEGER AS one, (random() * random() * 15)::INTEGER AS turn FROM range({rows}))
"""


def measured(name: str, work: Callable[[], Result]) -> Result:
    """Do some work and say what it took."""
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    print(f"{name:52}{wall:8.2f}{used:8.2f} s{peak_memory():8.2f} GB", flush=True)
    return result


def peak_memory() -> float:
    """Return the most memory that this process ever had, in GB; not known on Windows."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "linux" else 1e9)


def measure_ties(rows: int) -> None:
    """Compare the expression with hand-written SQL over records all of which lie in the window."""
    with duckdb.connect() as connection:
        connection.execute(CALLS.format(rows=rows, people=max(rows // 50, 100)))
        expression = tie_table(ibis.duckdb.from_connection(connection).table("calls"))
        for turn in ("first", "second"):
            found = measured(f"Ties of {rows:,} records, expression, {turn} run", expression.to_pyarrow)
            by_hand = measured(
                f"Ties of {rows:,} records, SQL by hand, {turn} run",
                lambda: connection.sql(BY_HAND).to_arrow_table(),
            )
            assert found.num_rows == by_hand.num_rows


def random_ties(people: int, seed: int = 0) -> pa.Table:
    """Return about ten ties a person, caller by caller as a database hands them out."""
    rng = np.random.default_rng(seed)
    activity = np.cumsum(np.exp(rng.normal(0.0, 0.6, people)))
    one = np.searchsorted(activity, rng.random(int(people * TIES_A_PERSON * 0.69)) * activity[-1])
    near = np.minimum(one // CIRCLE * CIRCLE + rng.integers(0, CIRCLE, len(one)), people - 1)
    other = np.where(rng.random(len(one)) < 0.72, near, rng.integers(0, people, len(one)))
    pairs = np.unique(np.minimum(one, other) * people + np.maximum(one, other))
    one, other = pairs // people, pairs % people
    one, other = one[one != other], other[one != other]
    back = rng.random(len(one)) < 0.65
    caller, callee = np.concatenate([one, other[back]]), np.concatenate([other, one[back]])
    mutual = np.concatenate([back, np.ones(back.sum(), np.bool_)])
    order = np.lexsort((rng.random(len(caller)), rng.permutation(people)[caller]))
    caller, callee, mutual = caller[order], callee[order], mutual[order]
    names = pa.array([f"{number:07d}" for number in range(people)])
    return pa.table(
        {
            "caller": names.take(pa.array(caller)),
            "callee": names.take(pa.array(callee)),
            "calls": np.ceil(np.exp(rng.normal(0.7, 1.0, len(caller)))).astype(np.int64),
            "messages": np.zeros(len(caller), np.int64),
            "mutual": mutual,
            "contacts": np.bincount(caller, minlength=people)[caller],
            "answering": np.bincount(caller, mutual, minlength=people).astype(np.int64)[caller],
        }
    )


def measure_web(people: int) -> SocialWeb:
    """Put a web together and answer for everybody."""
    ties = random_ties(people)
    print(f"{people:,} people, {ties.num_rows:,} ties; memory before: {peak_memory():.2f} GB")
    return measured("Web with every customer's contacts ranked", lambda: social_web(ties))


def main(arguments: list[str]) -> None:
    """Measure everything and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench social", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--rows", type=int, default=10_000_000, metavar="N", help="call records for the ties")
    chosen = parser.parse_args(arguments)
    print(f"{'':52}{'wall':>8}{'CPU':>8}")
    web = measure_web(chosen.people)
    community = measured("Communities", web.communities)
    found = measured("50 seeds", lambda: choose_seeds(web, 50))
    print(f"  {found.guarantee:.3f} of the best possible, {found.samples:,} samples")
    kept = measured("Tables for the campaign file", lambda: (circle_table(web), people_table(web, community)))
    print(f"  {sum(table.nbytes for table in kept) / 1e6:.0f} MB before compression")
    measure_ties(chosen.rows)
