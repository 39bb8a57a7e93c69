"""What comes back from a warehouse: a row per customer, the handsets, the pruned ties. Never the records."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from engine import columns
from engine.errors import InputError, WarehouseError
from engine.handsets.changes import NUMBER, handset_events, handset_runs, phone_type_counts
from engine.handsets.history import history_of_runs
from engine.handsets.phone_types import HANDSET, resolve_phone_types
from engine.handsets.tables import HandsetTables, default_tables
from engine.indicators import Tables, indicators
from engine.indicators.customers import Keep, unkept
from engine.job import JobCancelled, JobContext
from engine.logs.queries import interruptible
from engine.social.ties import tie_table
from engine.warehouse.clean import clean_tables, duplicates
from engine.warehouse.connect import Warehouse, said
from engine.warehouse.plan import WarehousePlan

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Answer:
    """What a campaign needs of the records.

    ``customers``: the columns of docs/indicators.md, by customer. ``handsets``: as handset_history returns them.
    ``ties``: those of social.tie_table, by caller and callee. ``end``: the last time in the records.
    """

    customers: pa.Table
    handsets: pd.DataFrame
    ties: pa.Table
    end: datetime


def fetch(
    warehouse: Warehouse,
    plan: WarehousePlan,
    *,
    as_of: datetime | None = None,
    handset_tables: HandsetTables | None = None,
    context: JobContext | None = None,
) -> Answer:
    """Let the warehouse compute indicators, handset changes and ties, and take the results.

    Raises InputError if the plan does not fit the tables, WarehouseError if the warehouse fails on the way.
    """
    context = context or JobContext()
    tables = clean_tables(warehouse, plan)
    context.progress(0.0, "Asking the warehouse")
    surplus = _asked(warehouse, duplicates(tables.customers), context)
    if surplus:
        raise InputError(
            f"The table {plan.sources['customers'].name} has {surplus:,} rows without a key or with one that another "
            "row has too. Name a table, or a view, with one row per customer."
        )
    end = as_of or _asked(warehouse, _end(tables), context)
    if end is None or pd.isna(end):
        raise InputError(f"The table {plan.sources['calls'].name} has no call. Name a table with records.")
    context.progress(0.1, "Describing customers in the warehouse")
    with ExitStack() as kept:
        described = _asked(warehouse, indicators(tables, as_of, keep=_keep(warehouse, kept)), context)
    context.progress(0.5, "Following handsets in the warehouse")
    handsets = _handsets(warehouse, tables, end, handset_tables or default_tables(), context.part(0.5, 0.8))
    context.progress(0.8, "Counting ties in the warehouse")
    ties = _asked(warehouse, tie_table(tables.calls, until=as_of), context)
    context.progress(1.0, "The warehouse has answered")
    return Answer(_sorted(described, columns.CUSTOMER), handsets, _sorted(ties, columns.CALLER, columns.CALLEE), end)


def runs_of(tables: Tables, resolved: ir.Table, end: datetime) -> ir.Table:
    """Return the expression of the customers' stretches on one handset, with the customer's text as the key."""
    people = tables.customers.select(columns.CUSTOMER, **{NUMBER: tables.customers[columns.CUSTOMER]})
    return handset_runs(handset_events(_until(tables.calls, end), _until(_usage(tables), end), people), resolved)


def _keep(warehouse: Warehouse, kept: ExitStack) -> Keep:
    """Return how intermediate tables are kept: Spark would make them anew for each use, the others see to it."""
    return (lambda table: kept.enter_context(table.cache())) if warehouse.address.scheme == "spark" else unkept


def _handsets(
    warehouse: Warehouse, tables: Tables, end: datetime, known: HandsetTables, context: JobContext
) -> pd.DataFrame:
    """Have the distinct phone types counted, resolve them here, and have the runs found by their numbers."""
    typed = [_until(table, end).select(columns.PHONE_TYPE) for table in (tables.calls, _usage(tables))]
    counts = _asked(warehouse, phone_type_counts(ibis.union(*typed)), context).to_pandas()
    phone_types = resolve_phone_types(counts, known)
    context.progress(0.4, "Following handsets in the warehouse")
    numbers = phone_types.numbers
    resolved = ibis.memtable(
        {columns.PHONE_TYPE: numbers[columns.PHONE_TYPE].tolist(), HANDSET: numbers[HANDSET].tolist()},
        schema={columns.PHONE_TYPE: "string", HANDSET: "int64"},
    )
    runs = _asked(warehouse, runs_of(tables, resolved, end), context).to_pandas()
    context.progress(0.9, "Following handsets in the warehouse")
    watched = tables.customers.select(columns.CUSTOMER, columns.PHONE_SINCE, columns.LEFT_ON)
    customers = _asked(warehouse, watched, context).to_pandas()
    return history_of_runs(runs, customers, end, phone_types.handsets)


def _usage(tables: Tables) -> ir.Table:
    """Return the usage records, or a table of none."""
    if tables.usage is not None:
        return tables.usage
    calls = tables.calls.filter(ibis.literal(False))
    return calls.select(columns.TIME, columns.PHONE_TYPE, **{columns.CUSTOMER: calls[columns.CALLER]})


def _until(records: ir.Table, end: datetime) -> ir.Table:
    return records.filter(records[columns.TIME] <= ibis.literal(end, type="timestamp"))


def _end(tables: Tables) -> ir.Value:
    """Return the expression of the last time in the records."""
    times = [table.select(columns.TIME) for table in (tables.calls, tables.usage) if table is not None]
    both = ibis.union(*times) if len(times) > 1 else times[0]
    return both[columns.TIME].max()


def _asked(warehouse: Warehouse, question: ir.Expr, context: JobContext) -> Any:
    """Run an expression in the warehouse: a table comes as Arrow, a scalar as a Python value."""
    try:
        answer = interruptible(warehouse, lambda: warehouse.backend.to_pyarrow(question), context)
    except JobCancelled:
        raise
    except Exception as error:  # each back end has a family of its own
        raise WarehouseError(
            f"{warehouse.address} could not answer: {said(error)}. Nothing was kept; mend that and run it again."
        ) from error
    return answer if isinstance(question, ir.Table) else answer.as_py()


def _sorted(table: pa.Table, *names: str) -> pa.Table:
    """Sort by text as bytes, because each database has an order of its own for text."""
    return table.sort_by([(name, "ascending") for name in names])
