"""Conversations: runs of messages between two people, cut by a call or by an hour's silence."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from engine.indicators.interactions import CONTACT, IS_MESSAGE, IS_OUTGOING, SECOND
from engine.indicators.measures import share, spread
from engine.indicators.times import HOUR


def conversations(records: ir.Table, tallies: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return, by ``keys``, initiated_conversations_share, response_rate, response_delay_mean and _std (seconds).

    ``tallies`` are the contact_tallies of the records. Rows of the same second stand calls first, then what came in.
    """
    pair = [*keys, CONTACT]
    who_write = tallies.filter(tallies.messages > 0).select(pair)
    messages = _messages(records.semi_join(who_write, pair), pair)
    number = ibis.ifelse(messages.is_start, 1, 0).sum().over(rows=(None, 0), group_by=pair, order_by=_order(messages))
    talks = messages.mutate(number=number)
    waits = talks.delay.notnull()
    per_talk = talks.group_by([*pair, "number"]).aggregate(
        is_own=talks.count(where=talks.is_start & talks[IS_OUTGOING]) > 0,
        has_answer=talks.count(where=talks[IS_OUTGOING]) > 0,
        delays=talks.count(where=waits).cast("float64"),
        delay_sum=talks.delay.sum().fill_null(0.0),
        delay_squares=(talks.delay * talks.delay).sum().fill_null(0.0),
    )
    return _summed(per_talk, keys)


def _order(records: ir.Table) -> list[ir.Value]:
    return [records[SECOND], records[IS_MESSAGE], records[IS_OUTGOING]]


def _messages(records: ir.Table, pair: Sequence[str]) -> ir.Table:
    """Return the messages, whether each starts a conversation, and the delay of an answer (seconds, or null)."""
    window = ibis.window(group_by=list(pair), order_by=_order(records))
    seen = records.select(
        *pair,
        SECOND,
        IS_MESSAGE,
        IS_OUTGOING,
        gap=records[SECOND] - records[SECOND].lag().over(window),
        after_message=records[IS_MESSAGE].lag().over(window),
        after_outgoing=records[IS_OUTGOING].lag().over(window),
    )
    goes_on = (seen.after_message & (seen.gap < HOUR)).fill_null(False)
    seen = seen.filter(seen[IS_MESSAGE]).mutate(is_start=~goes_on)
    is_answer = ~seen.is_start & seen[IS_OUTGOING] & ~seen.after_outgoing & (seen.gap > 0)
    return seen.mutate(delay=ibis.cases((is_answer, seen.gap)).cast("float64"))


def _summed(per_talk: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return the shares and delays; sums of whole numbers are exact, and so is the spread made of them."""
    answers = per_talk.delays.sum().nullif(0)
    total, squares = per_talk.delay_sum.sum(), per_talk.delay_squares.sum()
    return per_talk.group_by(list(keys)).aggregate(
        initiated_conversations_share=share(per_talk.count(where=per_talk.is_own), per_talk.count()),
        response_rate=share(
            per_talk.count(where=~per_talk.is_own & per_talk.has_answer), per_talk.count(where=~per_talk.is_own)
        ),
        response_delay_mean=total / answers,
        response_delay_std=spread(answers, total, squares),
    )
