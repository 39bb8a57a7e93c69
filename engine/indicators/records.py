"""Interactions as the indicators need them: all, added up by contact, and only what orders and places need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis.expr.types as ir

from engine import columns
from engine.indicators.interactions import IS_MESSAGE, SECOND, interactions, moments, stays
from engine.indicators.tallies import contact_tallies, quick_contact_tallies


@dataclass(frozen=True)
class Records:
    """``every`` interaction; their contact_tallies; ``moments`` (second, is_message); ``stays`` (second, cell)."""

    every: ir.Table
    tallies: ir.Table
    moments: ir.Table
    stays: ir.Table


def records_of(every: ir.Table, keys: Sequence[str], tallies: ir.Table | None = None) -> Records:
    """Return interactions by ``keys``, all made from the one table."""
    return Records(
        every,
        contact_tallies(every, keys) if tallies is None else tallies,
        every.select(*keys, SECOND, IS_MESSAGE),
        every.filter(every[columns.CELL].notnull()).select(*keys, SECOND, columns.CELL),
    )


def quick_records(calls: ir.Table, people: ir.Table, as_of: datetime | None) -> Records:
    """Return interactions by person, each made by itself.

    To look at the calls again is cheaper than to write all interactions down for those who need a part of them.
    """
    made = (make(calls, people, as_of) for make in (interactions, quick_contact_tallies, moments, stays))
    return Records(*made)
