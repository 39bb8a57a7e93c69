"""What the indicators are made of: shares, spreads, entropies, Pareto counts, and joining them by customer."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir


def share(part: ir.NumericValue, whole: ir.NumericValue) -> ir.NumericValue:
    """Return part / whole, missing where there is no whole. Some back ends would divide whole numbers as such."""
    return part.cast("float64") / whole.nullif(0)


def spread(number: ir.Value, total: ir.Value, squares: ir.Value) -> ir.NumericValue:
    """Return the standard deviation of ``number`` whole numbers from their exact sum and sum of squares.

    Sums beyond 2**53 are rounded, and so could say less than nothing of numbers that are all the same.
    """
    return ibis.greatest(number * squares - total * total, 0.0).sqrt() / number


def entropy(weight: ir.NumericColumn) -> ir.FloatingScalar:
    """Return the Shannon entropy (in nats) of the shares that positive ``weight`` has in its group."""
    total = weight.sum()
    return total.ln() - (weight * weight.ln()).sum() / total


def needed_for_pareto(
    table: ir.Table, keys: Sequence[str], weight: ir.NumericColumn, times: ir.NumericColumn
) -> ir.NumericValue:
    """Say of each row, which stands for ``times`` equals of ``weight``, how many are needed for 80 % of all weight.

    The heaviest come first. Which of equals does not matter to their number, so the order needs no more columns. The
    weights are whole, so the sums and the comparison are exact.
    """
    mass = weight * times
    before = mass.sum().over(ibis.window(group_by=list(keys), order_by=weight.desc(), rows=(None, -1)))
    total = mass.sum().over(ibis.window(group_by=list(keys)))
    missing = total * 4.0 - before.fill_null(0.0) * 5.0
    needed = (missing / (weight * 5.0).nullif(0.0)).ceil().cast("float64")
    return ibis.least(times, ibis.greatest(needed.fill_null(0.0), 0.0))


def left_joined(first: ir.Table, others: Sequence[ir.Table], keys: Sequence[str]) -> ir.Table:
    """Return ``first`` with the columns of the others, by ``keys``."""
    joined = first
    for other in others:
        wanted = [*joined.columns, *(name for name in other.columns if name not in keys)]
        joined = joined.left_join(other, list(keys), rname="{name}_right").select(wanted)
    return joined
