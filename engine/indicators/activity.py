"""When and how often: active days, night share, who began, lengths of calls, times between interactions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import ibis
import ibis.expr.types as ir

from engine.indicators.interactions import IS_MESSAGE, SECOND
from engine.indicators.measures import share, spread
from engine.indicators.tallies import TALLIES
from engine.indicators.times import DAY

GAPS = {"": "gap", "_calls": "gap_calls", "_messages": "gap_messages"}  # by the ending of the indicators' names
OF_RHYTHM = frozenset(
    {"active_days", *(f"interevent_{measure}{ending}" for measure in ("mean", "std") for ending in GAPS)}
)


def activity(tallies: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return, by ``keys``, what contact_tallies say without regard to whom the interactions were with."""
    number = {name: tallies[name].sum() for name in TALLIES}
    calls, messages, seconds = number["calls"], number["messages"], number["seconds"]
    calls_out, messages_out, timed = number["calls_out"], number["messages_out"], number["timed"].nullif(0.0)
    measures: dict[str, ir.Value] = {
        "number_of_calls_in": ibis.cases((calls > 0, calls - calls_out)),
        "number_of_calls_out": ibis.cases((calls > 0, calls_out)),
        "number_of_messages_in": ibis.cases((messages > 0, messages - messages_out)),
        "number_of_messages_out": ibis.cases((messages > 0, messages_out)),
        "night_share": share(number["nights"], number["interactions"]),
        "night_share_calls": share(number["night_calls"], calls),
        "night_share_messages": share(number["nights"] - number["night_calls"], messages),
        "initiated_share": share(calls_out, calls),
        "call_seconds": seconds,
        "call_seconds_mean": seconds / timed,
        "call_seconds_std": spread(timed, seconds, number["squares"]),
    }
    return tallies.group_by(list(keys)).aggregate(**measures)


def rhythm(moments: ir.Table, keys: Sequence[str], names: Collection[str] = OF_RHYTHM) -> ir.Table:
    """Return, by ``keys``, those of OF_RHYTHM that are named: days, and the seconds between interactions.

    Rows of the same second may stand in any order: the gaps between them are zero either way, and those to the others
    are the same. So the order needs no more columns than the time.
    """
    second, is_message = moments[SECOND], moments[IS_MESSAGE]
    window = ibis.window(group_by=list(keys), order_by=second)
    before = ibis.window(group_by=list(keys), order_by=second, rows=(None, -1))
    last = second.lag().over(window)
    gaps: dict[str, ir.Value] = {
        "": second - last,
        "_calls": ibis.cases((~is_message, second - second.max(where=~is_message).over(before))),
        "_messages": ibis.cases((is_message, second - second.max(where=is_message).over(before))),
    }
    wanted = [ending for ending in GAPS if {f"interevent_mean{ending}", f"interevent_std{ending}"} & set(names)]
    timed = moments.select(
        *keys,
        is_new_day=(last // DAY != second // DAY).fill_null(True),
        **{GAPS[ending]: gaps[ending].cast("float64") for ending in wanted},
    )
    measures: dict[str, ir.Value] = {"active_days": timed.count(where=timed.is_new_day)}
    for ending in wanted:
        gap = timed[GAPS[ending]]
        measures |= {f"interevent_mean{ending}": gap.mean(), f"interevent_std{ending}": gap.std(how="pop")}
    return timed.group_by(list(keys)).aggregate(**{name: measures[name] for name in measures if name in names})
