"""When and how often: active days, night share, who began, lengths of calls, times between interactions."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.interactions import IS_MESSAGE, IS_OUTGOING, SECOND
from engine.indicators.measures import share
from engine.indicators.times import DAY, is_night


def activity(records: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return, by ``keys``, what the interactions say without regard to whom they were with."""
    timed = _timed(records, keys)
    messages = timed[IS_MESSAGE]
    calls = ~messages
    outgoing = timed[IS_OUTGOING]
    night = is_night(timed[SECOND])
    seconds = timed[columns.SECONDS].cast("float64")
    any_calls, any_messages = calls.any(), messages.any()
    measures: dict[str, ir.Value] = {
        "active_days": timed.count(where=timed.is_new_day),
        "number_of_calls_in": ibis.cases((any_calls, timed.count(where=calls & ~outgoing))),
        "number_of_calls_out": ibis.cases((any_calls, timed.count(where=calls & outgoing))),
        "number_of_messages_in": ibis.cases((any_messages, timed.count(where=messages & ~outgoing))),
        "number_of_messages_out": ibis.cases((any_messages, timed.count(where=messages & outgoing))),
        "night_share": share(timed.count(where=night), timed.count()),
        "night_share_calls": share(timed.count(where=night & calls), timed.count(where=calls)),
        "night_share_messages": share(timed.count(where=night & messages), timed.count(where=messages)),
        "initiated_share": share(timed.count(where=calls & outgoing), timed.count(where=calls)),
        "call_seconds": seconds.sum(where=calls),
        "call_seconds_mean": seconds.mean(where=calls),
        "call_seconds_std": seconds.std(how="pop", where=calls),
    }
    for suffix, gap in (("", timed.gap), ("_calls", timed.gap_calls), ("_messages", timed.gap_messages)):
        measures[f"interevent_mean{suffix}"] = gap.mean()
        measures[f"interevent_std{suffix}"] = gap.std(how="pop")
    return timed.group_by(list(keys)).aggregate(**measures)


def _timed(records: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Add the seconds since the last interaction, call and message, and whether the day is a new one.

    Rows of the same second may stand in any order: the gaps between them are zero either way, and those to the others
    are the same. So the order needs no more columns than the time.
    """
    second, is_message = records[SECOND], records[IS_MESSAGE]
    window = ibis.window(group_by=list(keys), order_by=second)
    before = ibis.window(group_by=list(keys), order_by=second, rows=(None, -1))
    last = second.lag().over(window)
    last_call = second.max(where=~is_message).over(before)
    last_message = second.max(where=is_message).over(before)
    return records.mutate(
        is_new_day=(last // DAY != second // DAY).fill_null(True),
        gap=(second - last).cast("float64"),
        gap_calls=ibis.cases((~is_message, second - last_call)).cast("float64"),
        gap_messages=ibis.cases((is_message, second - last_message)).cast("float64"),
    )
