"""Data: volume, its trend, and what it is used for."""

from __future__ import annotations

from datetime import datetime

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.measures import entropy, left_joined
from engine.indicators.people import PERSON
from engine.indicators.times import DAY, second_of

RECENT_DAYS = 90


def data_use(usage: ir.Table, people: ir.Table, span: ir.Table, as_of: datetime | None) -> ir.Table:
    """Return, by person, the sums megabytes_sum, records and recent_sum, and the indicators of the categories.

    ``span`` is the one row of the period; recent are its last 90 days.
    """
    usage = usage.filter(usage[columns.TIME].notnull() & usage[columns.MEGABYTES].notnull())
    if as_of is not None:
        usage = usage.filter(usage[columns.TIME] <= ibis.literal(as_of, type="timestamp"))
    joined = usage.join(people, columns.CUSTOMER).cross_join(span)
    is_recent = second_of(joined[columns.TIME]) > second_of(joined.end) - RECENT_DAYS * DAY
    volume = joined[columns.MEGABYTES]
    by_category = joined.group_by([PERSON, columns.CATEGORY]).aggregate(
        volume=volume.sum(), recent=volume.sum(where=is_recent).fill_null(0.0), records=joined.count()
    )
    sums = by_category.group_by(PERSON).aggregate(
        megabytes_sum=by_category.volume.sum(),
        recent_sum=by_category.recent.sum(),
        records=by_category.records.sum(),
    )
    return left_joined(sums, [_categories(by_category)], [PERSON])


def _categories(by_category: ir.Table) -> ir.Table:
    """Return, by person, how many categories there are, their entropy, and the largest with its share."""
    used = by_category.filter(by_category[columns.CATEGORY].notnull() & (by_category.volume > 0))
    order = [used.volume.desc(), used[columns.CATEGORY]]
    used = used.mutate(rank=ibis.row_number().over(group_by=PERSON, order_by=order))
    return used.group_by(PERSON).aggregate(
        categories=used.count(),
        category_entropy=entropy(used.volume),
        top_category=used[columns.CATEGORY].max(where=used["rank"] == 0),
        top_category_share=used.volume.max() / used.volume.sum(),
    )
