"""What comes back from a warehouse: a row per customer, the handsets, the pruned ties. Never the records."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from engine import columns
from engine.columns import NAME
from engine.handsets.changes import NUMBER, handset_events, handset_runs, phone_type_counts
from engine.handsets.history import history_of_runs
from engine.handsets.phone_types import HANDSET, PhoneTypes, resolve_phone_types
from engine.handsets.tables import HandsetTables, default_tables
from engine.handsets.unknown import CUSTOMERS, UnknownHandsets, unknown_handsets, users_of
from engine.indicators import Tables, customer_indicators, indicators
from engine.job import JobContext
from engine.logs.features import current_makers, handsets_at
from engine.social.ties import self_calls, tie_table
from engine.warehouse.asking import asked, told
from engine.warehouse.connect import Warehouse
from engine.warehouse.listing import Listing

if TYPE_CHECKING:
    import pyarrow as pa

MAKERS = "semblance_makers"  # the name of the makers in hand, beside the warehouse's own tables
Names = Collection[str] | None


@dataclass(frozen=True, eq=False)
class Answer:
    """What a campaign needs of the records.

    ``indicators``: the columns of docs/indicators.md that were asked for, by customer, at the end of the records;
    ``indicators_when_asked``: the same of an earlier day, if one was given. ``handsets``: as handset_history returns
    them. ``ties``: those of social.tie_table, by caller and callee. ``unknown``: the phone types nobody knows.
    """

    indicators: pa.Table
    indicators_when_asked: pa.Table | None
    handsets: pd.DataFrame
    ties: pa.Table
    self_calls: int
    unknown: UnknownHandsets


def fetch(
    warehouse: Warehouse,
    listing: Listing,
    *,
    names: Names = None,
    as_of: datetime | None = None,
    asked_on: datetime | None = None,
    handset_tables: HandsetTables | None = None,
    context: JobContext | None = None,
) -> Answer:
    """Let the warehouse compute handset changes, indicators and ties, and take the results.

    Nothing later than ``as_of`` is looked at; ``names`` are the indicators that are wanted, all if not given.
    Raises WarehouseError if the warehouse fails on the way, and JobCancelled.
    """
    context = context or JobContext()
    context.progress(0.0, "Following handsets in the warehouse")
    known = handset_tables or default_tables()
    end = as_of or listing.last
    phone_types, handsets = _handsets(warehouse, listing, end, known, context.part(0.0, 0.35))
    unknown = unknown_handsets(phone_types, _users(warehouse, listing.tables, phone_types, context), known)
    found = []
    for place, moment in enumerate([as_of] if asked_on is None else [as_of, asked_on]):
        context.progress(0.4 + 0.2 * place, "Describing customers in the warehouse")
        makers = current_makers(handsets_at(handsets, moment or end))
        describe = _described_here if warehouse.address.scheme == "duckdb" else _described
        found.append(describe(warehouse, listing.tables, makers, moment, names, context))
    context.progress(0.8, "Counting ties in the warehouse")
    calls = listing.tables.calls
    ties = _sorted(asked(warehouse, tie_table(calls, until=as_of), context), columns.CALLER, columns.CALLEE)
    alone = asked(warehouse, self_calls(calls, until=as_of), context)
    context.progress(1.0, "The warehouse has answered")
    return Answer(found[0], found[1] if asked_on else None, handsets, ties, alone, unknown)


def runs_of(tables: Tables, resolved: ir.Table, end: datetime) -> ir.Table:
    """Return the expression of the customers' stretches on one handset, with the customer's text as the key."""
    people = tables.customers.select(columns.CUSTOMER, **{NUMBER: tables.customers[columns.CUSTOMER]})
    return handset_runs(handset_events(_until(tables.calls, end), _until(_usage(tables), end), people), resolved)


def _described(
    warehouse: Warehouse, tables: Tables, makers: pd.DataFrame, moment: datetime | None, names: Names,
    context: JobContext,
) -> pa.Table:  # fmt: skip
    """Return the indicators; Spark keeps the intermediate tables, which it would make anew for each use."""
    described = replace(tables, makers=_uploaded(makers))
    with ExitStack() as kept:
        keep = (lambda table: kept.enter_context(table.cache())) if warehouse.address.scheme == "spark" else None
        question = indicators(described, moment, names=names, keep=keep)
        return _sorted(asked(warehouse, question, context), columns.CUSTOMER)


def _described_here(
    warehouse: Warehouse, tables: Tables, makers: pd.DataFrame, moment: datetime | None, names: Names,
    context: JobContext,
) -> pa.Table:  # fmt: skip
    """Return the indicators of a DuckDB, which works in this process and so may need all of its memory."""
    connection = warehouse.backend.con
    connection.register(MAKERS, makers)
    described = replace(tables, makers=warehouse.backend.table(MAKERS))
    with told(warehouse):
        found = customer_indicators(
            connection, described, as_of=moment, names=names, context=JobContext(shares=context)
        )
    connection.unregister(MAKERS)
    return found


def _handsets(
    warehouse: Warehouse, listing: Listing, end: datetime, known: HandsetTables, context: JobContext
) -> tuple[PhoneTypes, pd.DataFrame]:
    """Have the distinct phone types counted, resolve them here, and have the runs found by their numbers."""
    tables = listing.tables
    typed = [_until(table, end).select(columns.PHONE_TYPE) for table in (tables.calls, _usage(tables))]
    counts = asked(warehouse, phone_type_counts(ibis.union(*typed)), context).to_pandas()
    phone_types = resolve_phone_types(counts, known, context.part(0.3, 0.5))
    resolved = _uploaded(phone_types.numbers)
    runs = asked(warehouse, runs_of(tables, resolved, end), context).to_pandas()
    context.progress(0.9, "Following handsets in the warehouse")
    watched = listing.customers.select([columns.CUSTOMER, columns.PHONE_SINCE, columns.LEFT_ON]).to_pandas()
    return phone_types, history_of_runs(runs, watched, end, phone_types.handsets)


def _users(warehouse: Warehouse, tables: Tables, phone_types: PhoneTypes, context: JobContext) -> pd.DataFrame:
    """Have those counted who use an unknown phone type; nothing is asked where all are known."""
    if phone_types.spellings.empty:
        return pd.DataFrame({NAME: [], CUSTOMERS: []}).astype({NAME: "str", CUSTOMERS: "int64"})
    spellings = _uploaded(phone_types.spellings)
    question = users_of(tables.calls, _usage(tables), tables.customers, spellings)
    users: pd.DataFrame = asked(warehouse, question, context).to_pandas()
    return users


def _uploaded(table: pd.DataFrame) -> ir.Table:
    """Return a small table of texts and whole numbers as one that the warehouse is given for the question."""
    types = {name: "int64" if name == HANDSET else "string" for name in table}
    return ibis.memtable({name: table[name].tolist() for name in types}, schema=types)


def _usage(tables: Tables) -> ir.Table:
    """Return the usage records, or a table of none."""
    if tables.usage is not None:
        return tables.usage
    calls = tables.calls.filter(ibis.literal(False))
    return calls.select(columns.TIME, columns.PHONE_TYPE, **{columns.CUSTOMER: calls[columns.CALLER]})


def _until(records: ir.Table, end: datetime) -> ir.Table:
    return records.filter(records[columns.TIME] <= ibis.literal(end, type="timestamp"))


def _sorted(table: pa.Table, *names: str) -> pa.Table:
    """Sort by text as bytes, because each database has an order of its own for text."""
    return table.sort_by([(name, "ascending") for name in names])
