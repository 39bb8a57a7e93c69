"""Handset changes as expressions that run where the records are: DuckDB, Spark, PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.columns import CALLER, CUSTOMER, PHONE_TYPE, TIME
from engine.handsets.phone_types import EVENTS, HANDSET

if TYPE_CHECKING:
    import ibis.expr.types as ir

NUMBER, FIRST, THIRD = "number", "first", "third"


def handset_events(calls: ir.Table, usage: ir.Table, customers: ir.Table) -> ir.Table:
    """Return customer, time and phone_type of the customers' own calls and internet use.

    ``customers`` has customer and number, which stands for the customer in the result: a short key makes what follows
    cheaper.
    """
    called = calls.join(customers, calls[CALLER] == customers[CUSTOMER])
    used = usage.join(customers, usage[CUSTOMER] == customers[CUSTOMER])
    both = (
        side.select(**{CUSTOMER: customers[NUMBER], TIME: own[TIME], PHONE_TYPE: own[PHONE_TYPE]})
        for side, own in ((called, calls), (used, usage))
    )
    return next(both).union(next(both))


def phone_type_counts(events: ir.Table) -> ir.Table:
    """Return phone_type and events, a row for each distinct phone type: what resolve_phone_types takes.

    ``events`` has at least phone_type; rows without one are left out.
    """
    return events.filter(events[PHONE_TYPE].notnull()).group_by(PHONE_TYPE).agg(**{EVENTS: lambda table: table.count()})


def handset_runs(events: ir.Table, resolved: ir.Table) -> ir.Table:
    """Return the stretches of a customer's events on one handset, as customer, handset, first, third, events.

    ``events`` has customer (of any type that can be compared), time and phone_type; ``resolved`` has phone_type and
    handset, a number. Events whose phone type is not resolved do not count. first and third are the times of the
    first and third event, third missing if there are fewer. Events at one time are taken in the order of their
    handsets, so that each back end finds the same runs; (customer, first, handset) is their order and their key.
    """
    import ibis

    seen = events.join(resolved, PHONE_TYPE).select(CUSTOMER, TIME, HANDSET)
    each = ibis.window(group_by=seen[CUSTOMER], order_by=[seen[TIME], seen[HANDSET]])
    marked = seen.mutate(
        before=seen[HANDSET].lag().over(each),
        third=seen[TIME].lead(2).over(each),
        place=ibis.row_number().over(each),
        total=seen.count().over(ibis.window(group_by=seen[CUSTOMER])),
    )
    begins = marked.filter(marked.before.isnull() | (marked.before != marked[HANDSET]))
    runs = ibis.window(group_by=begins[CUSTOMER], order_by=begins.place)
    counted = begins.mutate(**{EVENTS: begins.place.lead().over(runs).coalesce(begins.total) - begins.place})
    third = ibis.cases((counted[EVENTS] >= 3, counted.third))
    return counted.select(CUSTOMER, HANDSET, **{FIRST: counted[TIME], THIRD: third, EVENTS: counted[EVENTS]})
