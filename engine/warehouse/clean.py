"""A warehouse's tables as the clean tables: names, types and wall clocks, checked once."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import time as clock

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.errors import InputError
from engine.indicators import Tables
from engine.warehouse.connect import Warehouse, said
from engine.warehouse.plan import CONTENTS, Source, WarehousePlan


@ibis.udf.scalar.builtin(signature=(("string", "timestamp('UTC')"), "timestamp"))  # type: ignore[untyped-decorator]
def timezone(zone: str, time: object) -> object:
    """Name the function of DuckDB and PostgreSQL."""


@ibis.udf.scalar.builtin(signature=(("timestamp", "string"), "timestamp"))  # type: ignore[untyped-decorator]
def from_utc_timestamp(time: object, zone: str) -> object:
    """Name the function of Spark."""


def clean_tables(warehouse: Warehouse, plan: WarehousePlan) -> Tables:
    """Return the plan's tables as expressions over clean columns; nothing is read but names and types.

    Raises InputError if a table or a needed column is not there, or a type cannot be used.
    """
    found = {kind: _clean(warehouse, kind, source, plan) for kind, source in plan.sources.items()}
    return Tables(found["calls"], found["customers"], found.get("usage"), found.get("cells"))


def _clean(warehouse: Warehouse, kind: str, source: Source, plan: WarehousePlan) -> ir.Table:
    """Return one table with all columns of its kind; those that are not there are null."""
    table = _table(warehouse, source)
    content = CONTENTS[kind]
    values: dict[str, ir.Value] = {}
    for name, wanted in content.types.items():
        there = source.columns.get(name, name)
        if there in table.columns:
            values[name] = _value(table[there], wanted, warehouse, source, plan)
        elif name in content.needed or name in source.columns:
            raise InputError(
                f"The table {source.name} has no column {there} ({name}). "
                f"Say in the plan, under [tables.{kind}.columns], which it is; there are {', '.join(table.columns)}."
            )
        else:
            values[name] = ibis.null(wanted)
    if kind == "calls":
        is_message = values[columns.KIND].isin(source.messages).fill_null(False)
        values[columns.KIND] = ibis.ifelse(is_message, columns.MESSAGE, columns.CALL)
    clean = table.select(**values)
    return _within(clean, plan) if columns.TIME in values else clean


def _within(records: ir.Table, plan: WarehousePlan) -> ir.Table:
    """Return the records of the days that the plan wants."""
    time = records[columns.TIME]
    if plan.first is not None:
        records = records.filter(time >= ibis.literal(datetime.combine(plan.first, clock()), type="timestamp"))
    if plan.last is not None:
        after = datetime.combine(plan.last + timedelta(days=1), clock())
        records = records.filter(time < ibis.literal(after, type="timestamp"))
    return records


def _table(warehouse: Warehouse, source: Source) -> ir.Table:
    """Return the table called ``table``, ``schema.table`` or ``catalog.schema.table``."""
    *place, name = source.name.split(".")
    database = tuple(place) if len(place) > 1 else ".".join(place) or None
    try:
        return warehouse.backend.table(name, database=database)
    except Exception as error:  # each back end has a family of its own
        raise InputError(
            f"{warehouse.address} has no table {source.name} for this user: {said(error)}. Correct it in the plan."
        ) from error


def _value(value: ir.Column, wanted: str, warehouse: Warehouse, source: Source, plan: WarehousePlan) -> ir.Value:
    """Return a column in the wanted type; identifiers keep their zeros because text stays as it is."""
    dtype = value.type()
    if wanted != "timestamp":
        return value if dtype == ibis.dtype(wanted) else value.cast(wanted)
    if not dtype.is_timestamp():
        raise InputError(
            f"{value.get_name()} of {source.name} is {dtype}, not a time. Make a view with it as a timestamp."
        )
    if not _has_zone(value, warehouse, source):
        return value
    if plan.time_zone is None:
        raise InputError(
            f"{value.get_name()} of {source.name} has a time zone. Say in the plan what the clocks on the wall show, "
            "such as time_zone = 'Europe/Budapest'."
        )
    if warehouse.address.scheme in ("duckdb", "postgres"):
        return timezone(plan.time_zone, value)
    if warehouse.address.scheme == "spark":
        return from_utc_timestamp(value, plan.time_zone)
    raise InputError(
        f"{value.get_name()} of {source.name} has a time zone, which is not converted on {warehouse.address.scheme}. "
        "Make a view with it as local time."
    )


def _has_zone(time: ir.TimestampColumn, warehouse: Warehouse, source: Source) -> bool:
    """Say whether a column of times has a zone; of Spark's types Ibis does not tell."""
    if warehouse.address.scheme != "spark":
        return time.type().timezone is not None
    return bool(
        warehouse.backend._session.table(source.name).schema[time.get_name()].dataType.typeName() == "timestamp"
    )


def duplicates(customers: ir.Table) -> ir.IntegerScalar:
    """Return the expression of how many rows of the customers are too many or have no key."""
    key = customers[columns.CUSTOMER]
    return customers.count() - key.nunique()
