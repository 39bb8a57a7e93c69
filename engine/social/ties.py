"""Who calls whom: one expression that every database can run, from call records to a tie for each pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.columns import CALLEE, CALLER, KIND, MESSAGE, SECONDS, TIME

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir


# A tie, beside CALLER, CALLEE and SECONDS: what of the window went from the one to the other
CALLS = "calls"
MESSAGES = "messages"
LAST = "last"  # timestamp of the last call or message
MUTUAL = "mutual"  # whether the other one called or wrote back
CONTACTS = "contacts"  # how many parties the caller called or wrote to, before pruning
ANSWERING = "answering"  # how many of them did so too

WINDOW_DAYS = 90
MOST_CONTACTS = 50


@dataclass(frozen=True)
class TieRules:
    """Which ties come back: of the last ``days`` before the end of the records, ``most`` of each caller."""

    days: int = WINDOW_DAYS
    most: int = MOST_CONTACTS


def tie_table(calls: ir.Table, *, until: datetime | None = None, rules: TieRules | None = None) -> ir.Table:
    """Return the expression of the directed ties in call records; it is run by whoever holds the records.

    ``calls`` has caller, callee, time, seconds and may have kind. The window ends with the last record, or ``until``.
    Columns: caller, callee, calls, messages, seconds, last, mutual, contacts, answering. A caller keeps the
    ``most`` ties: mutual ones first, then those with more calls and messages, more seconds, the later last one, and
    the lesser key, so that no order is left to chance. Calls to oneself are no ties.
    """
    import ibis

    rules = rules or TieRules()
    pairs = _pairs(_within(calls, until, rules.days))
    back = pairs.select(**{CALLER: pairs[CALLEE], CALLEE: pairs[CALLER], MUTUAL: ibis.literal(True)})
    ties = pairs.left_join(back, [CALLER, CALLEE]).select(pairs, back[MUTUAL].fill_null(False).name(MUTUAL))
    order = [
        ties[MUTUAL].desc(), (ties[CALLS] + ties[MESSAGES]).desc(), ties[SECONDS].desc(), ties[LAST].desc(),
        ties[CALLEE].asc(),
    ]  # fmt: skip
    of_caller = ibis.window(group_by=ties[CALLER])
    counted = ties.mutate(
        ibis.row_number().over(ibis.window(group_by=ties[CALLER], order_by=order)).name("place"),
        ties.count().over(of_caller).name(CONTACTS),
        ties.count(where=ties[MUTUAL]).over(of_caller).name(ANSWERING),
    )
    return counted.filter(counted["place"] < rules.most).drop("place")


def self_calls(calls: ir.Table, *, until: datetime | None = None, rules: TieRules | None = None) -> ir.IntegerScalar:
    """Return the expression of how many records of the window are of parties who call themselves."""
    recent = _within(calls, until, (rules or TieRules()).days)
    return recent.filter(recent[CALLER] == recent[CALLEE]).count()


def tie_weight(calls: NDArray[Any], messages: NDArray[Any]) -> NDArray[np.float64]:
    """Return the damped weight of ties: log(1 + calls + messages), so that the tenth call counts less than the first.

    It is reckoned here and not in the database, so that it is the same to the last bit whichever made the counts.
    """
    return np.log1p(np.asarray(calls, dtype=np.float64) + np.asarray(messages, dtype=np.float64))


def _within(calls: ir.Table, until: datetime | None, days: int) -> ir.Table:
    """Return the records of the last days."""
    import ibis

    end = calls[TIME].max() if until is None else ibis.literal(until, type="timestamp")
    recent = calls.filter(calls[TIME] > end - ibis.interval(days=days))
    return recent if until is None else recent.filter(recent[TIME] <= end)


def _pairs(recent: ir.Table) -> ir.Table:
    """Return a row per directed pair."""
    records = recent.filter(recent[CALLER] != recent[CALLEE])
    has_kind = KIND in records.columns
    everything = records.count()
    messages = records.count(where=records[KIND] == MESSAGE) if has_kind else everything - everything
    return records.group_by([CALLER, CALLEE]).agg(
        **{
            CALLS: everything - messages,
            MESSAGES: messages,
            SECONDS: records[SECONDS].sum().fill_null(0).cast("int64"),
            LAST: records[TIME].max(),
        }
    )
