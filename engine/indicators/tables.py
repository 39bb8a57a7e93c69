"""What the indicators are computed from: the clean tables, wherever they are kept."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir


@dataclass(frozen=True)
class Tables:
    """The clean tables as Ibis tables of one back end; columns are those of engine/columns.py.

    ``usage`` and ``cells`` may be missing. ``makers`` (customer, maker) says whose phone each customer has now; with it
    the contacts are compared by maker. ``customer`` is unique in ``customers`` and in ``makers``, ``cell`` in
    ``cells``. Times are the clock on the wall, without a zone.
    """

    calls: ir.Table
    customers: ir.Table
    usage: ir.Table | None = None
    cells: ir.Table | None = None
    makers: ir.Table | None = None
