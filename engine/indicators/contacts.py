"""With whom: contacts, entropy, balance, Pareto shares."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.interactions import CONTACT
from engine.indicators.measures import left_joined, needed_for_pareto, spread
from engine.indicators.people import PERSON

PER_KIND = (
    "contacts", "contact_entropy", "balance_mean", "balance_std", "interactions_per_contact_mean",
    "interactions_per_contact_std", "pareto_share",
)  # fmt: skip
OF_CONTACTS = frozenset(
    {name + suffix for name in PER_KIND for suffix in ("", "_calls", "_messages")} | {"pareto_seconds_share"}
)


def contacts(tallies: ir.Table, keys: Sequence[str], names: Collection[str] = OF_CONTACTS) -> ir.Table:
    """Return, by ``keys``, the indicators of all interactions, and those of calls and of messages that are named.

    ``tallies`` are contact_tallies.
    """
    every = _of(tallies, keys, tallies.interactions, tallies.out, "")
    others = []
    if any(name in names for name in OF_CONTACTS if name.endswith("_calls")):
        others.append(_of(tallies, keys, tallies.calls, tallies.calls_out, "_calls"))
    if any(name in names for name in OF_CONTACTS if name.endswith("_messages")):
        others.append(_of(tallies, keys, tallies.messages, tallies.messages_out, "_messages"))
    if "pareto_seconds_share" in names:
        others.append(_pareto_seconds(tallies, keys))
    return left_joined(every, others, keys)


def same_maker(tallies: ir.Table, people: ir.Table, makers: ir.Table) -> ir.Table:
    """Return (person, same_maker_contacts): of the contacts whose maker is known, the share that has the own one."""
    theirs = makers.select(**{CONTACT: makers[columns.CUSTOMER], "their_maker": makers[columns.MAKER]})
    own = makers.join(people, columns.CUSTOMER).select(PERSON, columns.MAKER)
    pairs = tallies.select(PERSON, CONTACT).join(theirs, CONTACT).join(own, PERSON)
    same = ibis.ifelse(pairs[columns.MAKER] == pairs.their_maker, 1, 0).cast("float64")
    return pairs.group_by(PERSON).aggregate(same_maker_contacts=same.mean())


def _of(
    tallies: ir.Table, keys: Sequence[str], number: ir.NumericColumn, outgoing: ir.NumericColumn, suffix: str
) -> ir.Table:
    """Return the indicators of one kind of interactions, of those who have any.

    Contacts with the same number of interactions are taken together first: there are few such numbers per customer.
    """
    ties = tallies.select(*keys, number=number, out=outgoing).filter(lambda table: table.number > 0)
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


def _pareto_seconds(tallies: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return the contacts that 80 % of the time on the phone was spent with, as a share of the calls."""
    ties = tallies.filter(tallies.calls > 0).select(*keys, "calls", "seconds", times=ibis.literal(1.0))
    ties = ties.mutate(needed=needed_for_pareto(ties, keys, ties.seconds, ties.times))
    return ties.group_by(list(keys)).aggregate(pareto_seconds_share=ties.needed.sum() / ties.calls.sum())
