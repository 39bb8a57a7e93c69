"""Which tables of a warehouse hold what, and what is said of those that do not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from engine.errors import InputError, PlaceError, WarehouseError
from engine.job import JobCancelled, JobContext
from engine.logs import FileReport
from engine.warehouse import (
    Source,
    Warehouse,
    WarehousePlan,
    fetch,
    list_customers,
    load_plan,
    open_warehouse,
    parse_address,
    parse_plan,
)

PLAN = """
warehouse = "postgres://analyst@db.example/telco"
time_zone = "Europe/Budapest"

[tables.calls]
name = "cdr.calls"
columns = { caller = "a_number", callee = "b_number" }
messages = ["SMS", "MMS"]

[tables.customers]
name = "crm.subscribers"
"""


def test_a_plan_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    calls = Source("cdr.calls", {"caller": "a_number", "callee": "b_number"}, ("SMS", "MMS"))
    sources = {"calls": calls, "customers": Source("crm.subscribers")}
    assert load_plan(path) == WarehousePlan(sources, "Europe/Budapest", "postgres://analyst@db.example/telco")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("analyst@", "analyst:hunter2@", "password"),
        ("Europe/Budapest", "Europe/Atlantis", "Europe/Atlantis is no time zone"),
        ("[tables.customers]", "[tables.clients]", "clients, which is not known"),
        ('[tables.customers]\nname = "crm.subscribers"', "", "names no table for customers"),
        ('name = "cdr.calls"', "name = 7", "name is not given as text"),
        ("caller =", "a_party =", "a_party, which is not known"),
        ('["SMS", "MMS"]', '"SMS"', "messages has to be a list"),
        ("time_zone", "files", "is a plan for reading files"),
        ("time_zone", "password", "password, which is not known"),
        ('time_zone = "Europe/Budapest"', "until = 2026", "until is not given as a day"),
        ('time_zone = "Europe/Budapest"', "from = 2026-01-01T10:00:00", "from is not given as a day"),
    ],
)
def test_a_wrong_plan_is_refused_with_what_to_do(old: str, new: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refusal:
        parse_plan(PLAN.replace(old, new), "plan.toml")
    assert "hunter2" not in str(refusal.value)


def test_a_missing_or_broken_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match=r"plan\.toml cannot be used"):
        load_plan(tmp_path / "plan.toml")
    (tmp_path / "broken.toml").write_text("a = = 1", encoding="utf-8")
    with pytest.raises(InputError, match="is not TOML"):
        load_plan(tmp_path / "broken.toml")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """Calls and customers under names of an operator's own, without anything optional."""
    path = tmp_path / "telco.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            """CREATE SCHEMA cdr;
            CREATE TABLE cdr.calls AS SELECT '0' || range % 7 AS a, '0' || range % 11 AS b,
                '2026-01-01'::TIMESTAMP + to_hours(range) AS at, 'later' AS said FROM range(500);
            CREATE TABLE people AS SELECT '0' || range AS customer FROM range(9);
            CREATE TABLE twice AS SELECT '01' AS customer FROM range(3);
            CREATE TABLE empty AS FROM cdr.calls LIMIT 0;
            CREATE TABLE stray AS SELECT '1' AS a, '2' AS b, '2026-01-01'::TIMESTAMP + to_hours(range) AS at
                FROM range(5000) UNION ALL SELECT '1', '2', TIMESTAMP '2106-02-07';"""
        )
    with open_warehouse(parse_address(f"duckdb://{path}")) as opened:
        yield opened


NAMES = {"caller": "a", "callee": "b", "time": "at"}


def plan(calls: str = "cdr.calls", customers: str = "people", **names: str) -> WarehousePlan:
    return WarehousePlan({"calls": Source(calls, NAMES | names), "customers": Source(customers)})


def test_the_least_that_is_needed_is_enough(warehouse: Warehouse) -> None:
    listing = list_customers(warehouse, plan())
    answer = fetch(warehouse, listing)
    assert listing.customers.num_rows == answer.indicators.num_rows == 9
    assert listing.records == (FileReport("cdr.calls", "calls", 500, 0),)
    assert answer.handsets.empty
    described = {row["customer"]: row for row in answer.indicators.to_pylist()}
    assert described["01"]["contacts"] == 10  # all but itself
    assert described["08"]["contacts"] == 7
    assert described["01"]["call_seconds_mean"] is None
    assert answer.ties.num_rows == 7 * 11 - 7  # without calls to oneself
    assert answer.self_calls > 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (plan(calls="cdr.nothing"), "has no table cdr.nothing"),
        (plan(caller="who"), r"cdr.calls has no column who \(caller\)"),
        (plan(seconds="length"), r"cdr.calls has no column length \(seconds\)"),
        (plan(time="said"), "said of cdr.calls is string, not a time"),
        (plan(customers="twice"), "twice has 2 rows without a key or with one that another row has too"),
        (plan(calls="empty"), "empty has no call"),
    ],
)
def test_a_plan_that_does_not_fit_the_tables_is_refused(
    warehouse: Warehouse, wrong: WarehousePlan, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        list_customers(warehouse, wrong)


def test_what_the_warehouse_cannot_do_is_said(warehouse: Warehouse) -> None:
    listing = list_customers(warehouse, plan(seconds="said"))
    with pytest.raises(WarehouseError, match=r"could not answer: .*later"):
        fetch(warehouse, listing)


def test_a_cancel_ends_the_questions(warehouse: Warehouse) -> None:
    steps: list[float] = []

    def report(fraction: float, _: str) -> None:
        steps.append(fraction)
        if fraction >= 0.4:
            context.cancel()

    context = JobContext(report)
    with pytest.raises(JobCancelled):
        fetch(warehouse, list_customers(warehouse, plan()), context=context)
    assert steps[0] == 0.0
    assert steps[-1] == 0.4


def test_no_record_comes_back(warehouse: Warehouse) -> None:
    """A customer, a handset or a tie is a row; the 500 calls are not."""
    answer = fetch(warehouse, list_customers(warehouse, plan()))
    assert max(answer.indicators.num_rows, answer.ties.num_rows, len(answer.handsets)) < 100
    assert "2026-01-01" not in json.dumps(answer.indicators.to_pylist(), default=str)


def test_few_records_far_from_all_others_are_named_with_what_leaves_them_out(warehouse: Warehouse) -> None:
    """Of 5,000 records one is of 2106: it would make everybody 80 years older."""
    source = Source("stray", NAMES)
    strayed = WarehousePlan({"calls": source, "customers": Source("people")})
    with pytest.raises(InputError, match=r"cover 2026-01-01 to 2106-02-07.*write until = 2026-08-\d\d at the top"):
        list_customers(warehouse, strayed)
    listing = list_customers(warehouse, replace(strayed, last=date(2026, 8, 28)))
    assert (listing.first, listing.last.year) == (datetime(2026, 1, 1), 2026)
    some = list_customers(warehouse, replace(strayed, first=date(2026, 2, 1), last=date(2026, 2, 2)))
    assert (some.first, some.last) == (datetime(2026, 2, 1), datetime(2026, 2, 2, 23))
    assert some.records[0].rows == 48
