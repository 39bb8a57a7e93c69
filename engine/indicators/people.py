"""The customers: a number for each, their age and how long they could be observed."""

from __future__ import annotations

from datetime import datetime

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.tables import Tables
from engine.indicators.times import DAY, MONTH, second_of

PERSON = "person"  # the customer's number inside one query: its four bytes are sorted in half the time of the text
MONTHS = "months"
SHORTEST_MONTHS = 0.5  # of observation, so that newcomers' monthly figures stay in bounds


def numbered(customers: ir.Table) -> ir.Table:
    """Return (customer, person): each customer with a number, by the order of the text."""
    number = ibis.row_number().over(order_by=customers[columns.CUSTOMER]).cast("int32")
    return customers.select(columns.CUSTOMER, **{PERSON: number})


def period(tables: Tables, as_of: datetime | None) -> ir.Table:
    """Return one row: ``start``, the first time in the logs, and ``end``, ``as_of`` or else the last time."""
    spans = [
        logs.aggregate(start=logs[columns.TIME].min(), end=logs[columns.TIME].max())
        for logs in (tables.calls, tables.usage)
        if logs is not None
    ]
    both = ibis.union(*spans) if len(spans) > 1 else spans[0]
    end = both.end.max() if as_of is None else ibis.literal(as_of, type="timestamp")
    return both.aggregate(start=both.start.min(), end=end)


def described(customers: ir.Table, people: ir.Table, span: ir.Table) -> ir.Table:
    """Return person, customer, residence, sex, age, tenure_months and months (of observation) of each customer.

    ``span`` is the one row of the period.
    """
    customers = customers.join(people, columns.CUSTOMER).cross_join(span)
    since = second_of(customers[columns.SINCE].cast("timestamp"))
    left = second_of(customers[columns.LEFT_ON].cast("timestamp"))
    start, end = second_of(customers.start), second_of(customers.end)
    seen = ibis.least(end, left.fill_null(end)) - ibis.greatest(start, since.fill_null(start))
    return customers.select(
        PERSON,
        columns.CUSTOMER,
        columns.RESIDENCE,
        columns.SEX,
        age=customers.end.year() - customers[columns.BIRTH_YEAR],
        tenure_months=(end // DAY - since // DAY).cast("float64") / MONTH,
        **{MONTHS: ibis.greatest(seen.cast("float64") / DAY / MONTH, SHORTEST_MONTHS)},
    )
