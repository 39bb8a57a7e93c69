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
    """Return one row per ``keys`` and contact: calls, calls_out, messages, messages_out, seconds; all of them float64.

    Sums of whole numbers are exact in float64, and cheaper than filtered counts.
    """
    is_message, is_outgoing = records[IS_MESSAGE], records[IS_OUTGOING]
    seconds = records[columns.SECONDS].cast("float64").fill_null(0.0)
    return records.group_by([*keys, CONTACT]).aggregate(
        calls=ibis.ifelse(is_message, 0.0, 1.0).sum(),
        calls_out=ibis.ifelse(~is_message & is_outgoing, 1.0, 0.0).sum(),
        messages=ibis.ifelse(is_message, 1.0, 0.0).sum(),
        messages_out=ibis.ifelse(is_message & is_outgoing, 1.0, 0.0).sum(),
        seconds=ibis.ifelse(is_message, 0.0, seconds).sum(),
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


def spread(number: ir.Value, total: ir.Value, squares: ir.Value) -> ir.NumericValue:
    """Return the standard deviation of ``number`` whole numbers from their exact sum and sum of squares."""
    return (number * squares - total * total).sqrt() / number


def left_joined(first: ir.Table, others: Sequence[ir.Table], keys: Sequence[str]) -> ir.Table:
    """Return ``first`` with the columns of the others, by ``keys``."""
    joined = first
    for other in others:
        wanted = [*joined.columns, *(name for name in other.columns if name not in keys)]
        joined = joined.left_join(other, list(keys), rname="{name}_right").select(wanted)
    return joined


def _of(
    counts: ir.Table, keys: Sequence[str], number: ir.NumericColumn, outgoing: ir.NumericColumn, suffix: str
) -> ir.Table:
    """Return the indicators of one kind of interactions, of those who have any.

    Contacts with the same number of interactions are taken together first: there are few such numbers per customer.
    """
    ties = counts.select(*keys, number=number, out=outgoing).filter(lambda table: table.number > 0)
    alike = ties.group_by([*keys, "number"]).aggregate(
        times=ties.count().cast("float64"), out=ties.out.sum(), out_squares=(ties.out * ties.out).sum()
    )
    alike = alike.mutate(needed=needed_for_pareto(alike, keys, alike.number, alike.times))
    mass = alike.number * alike.times
    contacts, total, out = alike.times.sum(), mass.sum(), alike.out.sum()
    measures = {
        "contacts": contacts,
        "contact_entropy": total.ln() - (mass * alike.number.ln()).sum() / total,
        "balance_mean": out / contacts / total,
        "balance_std": spread(contacts, out, alike.out_squares.sum()) / total,
        "interactions_per_contact_mean": total / contacts,
        "interactions_per_contact_std": spread(contacts, total, (mass * alike.number).sum()),
        "pareto_share": alike.needed.sum() / total,
    }
    return alike.group_by(list(keys)).aggregate(**{name + suffix: measure for name, measure in measures.items()})


def _pareto_seconds(counts: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return the contacts that 80 % of the time on the phone was spent with, as a share of the calls."""
    ties = counts.filter(counts.calls > 0).select(*keys, "calls", "seconds", times=ibis.literal(1.0))
    ties = ties.mutate(needed=needed_for_pareto(ties, keys, ties.seconds, ties.times))
    return ties.group_by(list(keys)).aggregate(pareto_seconds_share=ties.needed.sum() / ties.calls.sum())
