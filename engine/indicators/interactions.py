"""Calls and messages as their two parties see them."""

from __future__ import annotations

from datetime import datetime

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.people import PERSON
from engine.indicators.times import second_of

CONTACT = "contact"
SECOND = "second"  # whole seconds since the start of 1970, on the wall's clock
IS_MESSAGE = "is_message"
IS_OUTGOING = "is_outgoing"


def interactions(calls: ir.Table, people: ir.Table, as_of: datetime | None) -> ir.Table:
    """Return one row per customer and call or message: person, contact, second, is_message, is_outgoing, seconds, cell.

    A call between two customers is two rows. The cell is the caller's, so that an incoming row has none. A call to
    oneself, with an unknown party or without a time is no interaction; a call of unknown length is one.
    """
    return ibis.union(*(_side(told(calls, as_of), people, is_outgoing=way) for way in (True, False)))


def moments(calls: ir.Table, people: ir.Table, as_of: datetime | None) -> ir.Table:
    """Return person, second and is_message of the interactions."""
    sides = (_side(told(calls, as_of), people, is_outgoing=way) for way in (True, False))
    return ibis.union(*(side.select(PERSON, SECOND, IS_MESSAGE) for side in sides))


def stays(calls: ir.Table, people: ir.Table, as_of: datetime | None) -> ir.Table:
    """Return person, second and cell of the interactions that have a cell."""
    side = _side(told(calls, as_of), people, is_outgoing=True)
    return side.select(PERSON, SECOND, columns.CELL).filter(lambda table: table[columns.CELL].notnull())


def told(calls: ir.Table, as_of: datetime | None) -> ir.Table:
    """Return the records that are interactions."""
    caller, callee, time = calls[columns.CALLER], calls[columns.CALLEE], calls[columns.TIME]
    known = (caller != callee) & (caller != "") & (callee != "") & time.notnull()
    return calls.filter(known if as_of is None else known & (time <= ibis.literal(as_of, type="timestamp")))


def is_message(calls: ir.Table) -> ir.BooleanValue:
    """Say which records are messages; where it is not said, they are calls."""
    if columns.KIND not in calls.columns:
        return ibis.literal(False)
    return calls[columns.KIND].fill_null(columns.CALL) == columns.MESSAGE


def _side(calls: ir.Table, people: ir.Table, *, is_outgoing: bool) -> ir.Table:
    """Return the calls of those who called, or of those who were called."""
    own, other = (columns.CALLER, columns.CALLEE) if is_outgoing else (columns.CALLEE, columns.CALLER)
    joined = calls.join(people, calls[own] == people[columns.CUSTOMER])
    return joined.select(
        PERSON,
        **{
            CONTACT: joined[other],
            SECOND: second_of(joined[columns.TIME]),
            IS_MESSAGE: is_message(joined),
            IS_OUTGOING: ibis.literal(is_outgoing),
            columns.SECONDS: joined[columns.SECONDS],
            columns.CELL: joined[columns.CELL].nullif("") if is_outgoing else ibis.null("string"),
        },
    )
