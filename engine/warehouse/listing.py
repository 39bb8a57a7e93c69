"""Who the customers of a warehouse are, and which days its records cover: what is asked first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.errors import InputError
from engine.indicators import Tables
from engine.indicators.times import DAY, second_of
from engine.job import JobContext
from engine.logs.importing import usual_limits
from engine.logs.reader import FileReport
from engine.warehouse.asking import asked
from engine.warehouse.clean import clean_tables, duplicates
from engine.warehouse.connect import Warehouse
from engine.warehouse.plan import WarehousePlan

if TYPE_CHECKING:
    import pyarrow as pa

RECORDS = ("calls", "usage")


@dataclass(frozen=True, eq=False)
class Listing:
    """A warehouse's clean tables, its customer list by customer, and the span and number of its records."""

    tables: Tables
    customers: pa.Table
    first: datetime
    last: datetime
    records: tuple[FileReport, ...]


def list_customers(warehouse: Warehouse, plan: WarehousePlan, context: JobContext | None = None) -> Listing:
    """Ask for the customer list and for the days of the records.

    Raises InputError if the plan does not fit the tables, WarehouseError if the warehouse fails.
    """
    context = context or JobContext()
    context.progress(0.0, "Asking the warehouse")
    tables = clean_tables(warehouse, plan)
    surplus = asked(warehouse, duplicates(tables.customers), context)
    if surplus:
        raise InputError(
            f"The table {plan.sources['customers'].name} has {surplus:,} rows without a key or with one that another "
            "row has too. Name a table, or a view, with one row per customer."
        )
    context.progress(0.3, "Asking the warehouse for the days of its records")
    days = asked(warehouse, _days(tables), context).to_pylist()
    if not days:
        raise InputError(f"The table {plan.sources['calls'].name} has no call. Name a table with records.")
    first, last = min(day["first"] for day in days), max(day["last"] for day in days)
    _refuse_strays(days, first, last, plan)
    context.progress(0.7, "Asking the warehouse for the customers")
    customers = asked(warehouse, tables.customers, context).sort_by([(columns.CUSTOMER, "ascending")])
    records = tuple(
        FileReport(plan.sources[kind].name, kind, sum(day["number"] for day in days if day["kind"] == kind), 0)
        for kind in RECORDS
        if kind in plan.sources
    )
    return Listing(tables, customers, first, last, records)


def _days(tables: Tables) -> ir.Table:
    """Return the expression of kind, day (since 1970), number of records, first and last time: a row per day."""
    times = [
        table.filter(table[columns.TIME].notnull()).select(columns.TIME, kind=ibis.literal(kind))
        for kind, table in zip(RECORDS, (tables.calls, tables.usage), strict=True)
        if table is not None
    ]
    every = ibis.union(*times) if len(times) > 1 else times[0]
    time = every[columns.TIME]
    return every.group_by("kind", day=second_of(time) // DAY).aggregate(
        number=every.count(), first=time.min(), last=time.max()
    )


def _refuse_strays(days: list[dict[str, datetime]], first: datetime, last: datetime, plan: WarehousePlan) -> None:
    """Raise InputError if a few records lie far from all others: they would shift every age and length of stay."""
    limits = usual_limits([(day["first"].date(), day["number"]) for day in days])  # type: ignore[misc]
    if limits.first <= first and last <= limits.last:
        return
    bounds = {"from": limits.first.date() if first < limits.first else None,
              "until": limits.last.date() if last > limits.last else None}  # fmt: skip
    stray = " and ".join(f"{key} = {day}" for key, day in bounds.items() if day)
    raise InputError(
        f"The records of {plan.sources['calls'].name} cover {first.date()} to {last.date()}, but almost all of them "
        f"lie within {limits.first.date()} to {limits.last.date()}. To leave the others out, write {stray} at the top "
        "of the plan."
    )
