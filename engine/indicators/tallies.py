"""How often and how long each customer and each contact spoke: what most indicators are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.interactions import CONTACT, IS_MESSAGE, IS_OUTGOING, SECOND, is_message, told
from engine.indicators.people import PERSON
from engine.indicators.times import is_night, second_of

TALLIES = (
    "interactions", "calls", "messages", "nights", "night_calls", "timed", "seconds", "squares", "out", "calls_out",
    "messages_out",
)  # fmt: skip


def contact_tallies(records: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return one row per ``keys`` and contact, from interactions.

    The columns TALLIES are float64: interactions, calls, messages, nights, night_calls; out, calls_out and
    messages_out, those of them that went out; of the calls whose length is known their number timed, their seconds and
    the squares of these. Sums of whole numbers are exact in float64, and cheaper than filtered counts.
    """
    return _both_ways(_tallies(records, [*keys, CONTACT, IS_OUTGOING]), keys)


def quick_contact_tallies(calls: ir.Table, people: ir.Table, as_of: datetime | None) -> ir.Table:
    """Return what contact_tallies says of the interactions of ``people`` by person, without making interactions.

    Records are added up by their two parties first: there are many fewer pairs, and only they are looked at from
    either side.
    """
    clean = told(calls, as_of)
    parties = [columns.CALLER, columns.CALLEE]
    rows = clean.select(
        *parties,
        columns.SECONDS,
        **{SECOND: second_of(clean[columns.TIME]), IS_MESSAGE: is_message(clean)},
    )
    pairs = _tallies(rows, parties)
    sides = []
    for own, other, is_outgoing in ((*parties, True), (*reversed(parties), False)):
        side = pairs.join(people, pairs[own] == people[columns.CUSTOMER])
        numbers = [name for name in TALLIES if name in pairs.columns]
        sides.append(side.select(PERSON, *numbers, **{CONTACT: side[other], IS_OUTGOING: ibis.literal(is_outgoing)}))
    return _both_ways(ibis.union(*sides), [PERSON])


def _tallies(records: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return one row per ``keys``: what does not hang on the direction. Some back ends take 1.0 for a decimal."""
    messages = records[IS_MESSAGE]
    nights = is_night(records[SECOND])
    seconds = ibis.cases((~messages, records[columns.SECONDS])).cast("float64")

    def number(what: ir.BooleanValue) -> ir.NumericScalar:
        return ibis.ifelse(what, 1, 0).cast("float64").sum()

    return records.group_by(list(keys)).aggregate(
        interactions=records.count().cast("float64"),
        calls=number(~messages),
        messages=number(messages),
        nights=number(nights),
        night_calls=number(nights & ~messages),
        timed=seconds.count().cast("float64"),
        seconds=seconds.sum().fill_null(0.0),
        squares=(seconds * seconds).sum().fill_null(0.0),
    )


def _both_ways(tallies: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Add up what went out and what came in, and say how much of it went out."""
    own = [*keys, CONTACT]
    numbers = {name: tallies[name].sum() for name in TALLIES if name in tallies.columns}
    out = {
        name: ibis.ifelse(tallies[IS_OUTGOING], tallies[number], 0.0).cast("float64").sum()
        for name, number in (("out", "interactions"), ("calls_out", "calls"), ("messages_out", "messages"))
    }
    return tallies.group_by(own).aggregate(**numbers, **out)
