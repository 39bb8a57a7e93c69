"""With whom: contacts, entropy, balance, Pareto shares."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.interactions import CONTACT, IS_MESSAGE, IS_OUTGOING
from engine.indicators.people import PERSON

PARETO = 0.8  # of the interactions, the seconds or the half hours


def contact_counts(records: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return one row per ``keys`` and contact: calls, calls_out, messages, messages_out, seconds."""
    is_message, is_outgoing = records[IS_MESSAGE], records[IS_OUTGOING]
    return records.group_by([*keys, CONTACT]).aggregate(
        calls=records.count(where=~is_message),
        calls_out=records.count(where=~is_message & is_outgoing),
        messages=records.count(where=is_message),
        messages_out=records.count(where=is_message & is_outgoing),
        seconds=records[columns.SECONDS].cast("float64").sum(where=~is_message).fill_null(0.0),
    )


def contacts(counts: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return, by ``keys``, the indicators of all interactions, of calls and of messages (suffixed)."""
    both = counts.mutate(interactions=counts.calls + counts.messages, out=counts.calls_out + counts.messages_out)
    every = _of(both, keys, both.interactions, both.out, "")
    calls = _of(counts, keys, counts.calls, counts.calls_out, "_calls")
    messages = _of(counts, keys, counts.messages, counts.messages_out, "_messages")
    return left_joined(every, [calls, messages, _pareto_seconds(counts, keys)], keys)


def same_maker(counts: ir.Table, people: ir.Table, makers: ir.Table) -> ir.Table:
    """Return (person, same_maker_contacts): of the contacts whose maker is known, the share that has the own one."""
    theirs = makers.select(**{CONTACT: makers[columns.CUSTOMER], "their_maker": makers[columns.MAKER]})
    own = makers.join(people, columns.CUSTOMER).select(PERSON, columns.MAKER)
    pairs = counts.select(PERSON, CONTACT).join(theirs, CONTACT).join(own, PERSON)
    same = (pairs[columns.MAKER] == pairs.their_maker).cast("float64")
    return pairs.group_by(PERSON).aggregate(same_maker_contacts=same.mean())


def entropy(weight: ir.NumericColumn) -> ir.FloatingScalar:
    """Return the Shannon entropy (in nats) of the shares that positive ``weight`` has in its group."""
    total = weight.sum()
    return total.ln() - (weight * weight.ln()).sum() / total


def needed_for_pareto(table: ir.Table, keys: Sequence[str], weight: ir.NumericColumn) -> ir.BooleanValue:
    """Say of each row whether it is among the fewest that together have 80 % of the ``weight``.

    Which of equal rows comes first does not matter to their number. The weights are whole, so the sums are exact.
    """
    before = weight.sum().over(ibis.window(group_by=list(keys), order_by=weight.desc(), rows=(None, -1)))
    total = weight.sum().over(ibis.window(group_by=list(keys)))
    return before.fill_null(0.0) * 5.0 < total * 4.0


def left_joined(first: ir.Table, others: Sequence[ir.Table], keys: Sequence[str]) -> ir.Table:
    """Return ``first`` with the columns of the others, by ``keys``."""
    joined = first
    for other in others:
        wanted = [*joined.columns, *(name for name in other.columns if name not in keys)]
        joined = joined.left_join(other, list(keys), rname="{name}_right").select(wanted)
    return joined


def _of(
    counts: ir.Table, keys: Sequence[str], number: ir.IntegerColumn, outgoing: ir.IntegerColumn, suffix: str
) -> ir.Table:
    """Return the indicators of one kind of interactions, of those who have any."""
    ties = counts.select(*keys, number=number.cast("float64"), out=outgoing.cast("float64")).filter(
        lambda table: table.number > 0
    )
    ties = ties.mutate(is_needed=needed_for_pareto(ties, keys, ties.number))
    total = ties.number.sum()
    measures = {
        "contacts": ties.count(),
        "contact_entropy": entropy(ties.number),
        "balance_mean": ties.out.mean() / total,
        "balance_std": ties.out.std(how="pop") / total,
        "interactions_per_contact_mean": ties.number.mean(),
        "interactions_per_contact_std": ties.number.std(how="pop"),
        "pareto_share": ties.count(where=ties.is_needed) / total,
    }
    return ties.group_by(list(keys)).aggregate(**{name + suffix: measure for name, measure in measures.items()})


def _pareto_seconds(counts: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return the contacts that 80 % of the time on the phone was spent with, as a share of the calls."""
    ties = counts.filter(counts.calls > 0).select(*keys, "calls", "seconds")
    ties = ties.mutate(is_needed=needed_for_pareto(ties, keys, ties.seconds))
    return ties.group_by(list(keys)).aggregate(
        pareto_seconds_share=ties.count(where=ties.is_needed) / ties.calls.sum()
    )
