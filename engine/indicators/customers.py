"""One row per customer: everything the logs say of the customer's habits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.activity import OF_RHYTHM, activity, rhythm
from engine.indicators.contacts import OF_CONTACTS, contacts, same_maker
from engine.indicators.conversations import conversations
from engine.indicators.interactions import SECOND, interactions
from engine.indicators.measures import left_joined, share
from engine.indicators.people import MONTHS, PERSON, described, numbered, period
from engine.indicators.places import places
from engine.indicators.records import Records, quick_records, records_of
from engine.indicators.tables import Tables
from engine.indicators.tallies import quick_contact_tallies
from engine.indicators.times import MONTH, week_of
from engine.indicators.usage import RECENT_DAYS, data_use

WEEK = "week"

COUNTS = (
    "active_days", "number_of_calls_in", "number_of_calls_out", "number_of_messages_in", "number_of_messages_out",
    "contacts", "contacts_calls", "contacts_messages", "places", "frequent_places",
)  # fmt: skip
MEASURES = (
    "night_share", "night_share_calls", "night_share_messages",
    "initiated_share", "initiated_conversations_share", "response_rate", "response_delay_mean", "response_delay_std",
    "call_seconds_mean", "call_seconds_std",
    "interevent_mean", "interevent_mean_calls", "interevent_mean_messages",
    "interevent_std", "interevent_std_calls", "interevent_std_messages",
    "contact_entropy", "contact_entropy_calls", "contact_entropy_messages",
    "balance_mean", "balance_mean_calls", "balance_mean_messages",
    "balance_std", "balance_std_calls", "balance_std_messages",
    "interactions_per_contact_mean", "interactions_per_contact_mean_calls", "interactions_per_contact_mean_messages",
    "interactions_per_contact_std", "interactions_per_contact_std_calls", "interactions_per_contact_std_messages",
    "pareto_share", "pareto_share_calls", "pareto_share_messages", "pareto_seconds_share",
    "place_entropy", "home_share", "gyration_km",
)  # fmt: skip
HABITS = (*COUNTS, *MEASURES)  # of one customer, or of one customer's week
OF_CONVERSATIONS = frozenset(
    {"initiated_conversations_share", "response_rate", "response_delay_mean", "response_delay_std"}
)
SAME_MAKER = "same_maker_contacts"
OF_PLACES = frozenset({"places", "frequent_places", "place_entropy", "home_share", "gyration_km"})
OF_TOTALS = ("number_of_calls_in", "number_of_calls_out", "number_of_messages_in", "number_of_messages_out")
OF_DATA = frozenset(
    {
        "megabytes", "megabytes_trend", "usage_records", "categories", "category_entropy", "top_category",
        "top_category_share",
    }
)  # fmt: skip

Keep = Callable[[ir.Table], ir.Table]  # writes an intermediate table down, where that pays, and returns it


def habits(
    records: Records, cells: ir.Table | None, keys: Sequence[str] = (PERSON,), *, names: Collection[str] = HABITS
) -> ir.Table:
    """Return those of HABITS that are in ``names``, and call_seconds: one row per value of ``keys``.

    What is not defined, such as the delay of an answer where none was given, is null; so is a number of contacts by
    message where no message was sent or received. What is not asked for costs little or nothing.
    """
    wanted = set(names)
    parts = [activity(records.tallies, keys)]
    if wanted & OF_RHYTHM:
        parts.append(rhythm(records.moments, keys, wanted))
    if wanted & OF_CONTACTS:
        parts.append(contacts(records.tallies, keys, wanted))
    if wanted & OF_CONVERSATIONS:
        parts.append(conversations(records.every, records.tallies, keys))
    if wanted & OF_PLACES:
        parts.append(places(records.stays, cells, keys))
    joined = left_joined(parts[0], parts[1:], keys)
    if wanted & OF_CONVERSATIONS:  # bandicoot's word where there are no messages
        conversed = joined.initiated_conversations_share.fill_null(0.0)
        joined = joined.mutate(initiated_conversations_share=conversed)
    return joined.select(*keys, "call_seconds", *(name for name in HABITS if name in wanted))


def with_weeks(every: ir.Table, cells: ir.Table | None) -> ir.Table:
    """Return, by person, the mean and the spread of each of HABITS over the weeks with any interaction.

    Columns are the names of HABITS with ``_weekly_mean`` and ``_weekly_std``; home is that of the whole time. Weeks
    begin on Monday. A week in which an indicator is not defined does not count for it. ``every`` are interactions.
    """
    keys = [PERSON, WEEK]
    weeks = habits(records_of(every.mutate(**{WEEK: week_of(every[SECOND])}), keys), cells, keys)
    spread: dict[str, ir.Value] = {}
    for name in HABITS:
        value = weeks[name].cast("float64")
        spread[f"{name}_weekly_mean"] = value.mean()
        spread[f"{name}_weekly_std"] = value.std(how="pop")
    return weeks.group_by(PERSON).aggregate(**spread)


def indicators(
    tables: Tables,
    as_of: datetime | None = None,
    *,
    names: Collection[str] | None = None,
    span: ir.Table | None = None,
    keep: Keep | None = None,
) -> ir.Table:
    """Return one row per customer of ``tables.customers``: who, monthly figures, HABITS and the use of data.

    Nothing later than ``as_of`` is looked at; without it, all is. ``names`` are the columns that are wanted beside
    customer: few are quicker than all. ``span`` is the period, where ``tables`` do not have all records of it.
    docs/indicators.md defines each column.
    """
    span = period(tables, as_of) if span is None else span
    people, records = _kept(tables, as_of, keep) if keep else _unkept(tables, as_of)
    parts = [habits(records, tables.cells, names=HABITS if names is None else {*names, *OF_TOTALS})]
    if tables.usage is not None and (names is None or OF_DATA.intersection(names)):
        parts.append(data_use(tables.usage, people, span, as_of))
    if tables.makers is not None and (names is None or SAME_MAKER in names):
        parts.append(same_maker(records.tallies, people, tables.makers))
    joined = left_joined(described(tables.customers, people, span), parts, [PERSON])
    found = _columns(joined)
    return joined.select(
        **{name: found[name] for name in found if names is None or name in names or name == columns.CUSTOMER}
    )


def _unkept(tables: Tables, as_of: datetime | None) -> tuple[ir.Table, Records]:
    people = numbered(tables.customers)
    return people, quick_records(tables.calls, people, as_of)


def _kept(tables: Tables, as_of: datetime | None, keep: Keep) -> tuple[ir.Table, Records]:
    people = keep(numbered(tables.customers))
    every = keep(interactions(tables.calls, people, as_of))
    return people, records_of(every, [PERSON], keep(quick_contact_tallies(tables.calls, people, as_of)))


def weekly_indicators(tables: Tables, as_of: datetime | None = None) -> ir.Table:
    """Return one row per customer: the mean and the spread over weeks that ``with_weeks`` describes."""
    people = numbered(tables.customers)
    weeks = with_weeks(interactions(tables.calls, people, as_of), tables.cells)
    return left_joined(people, [weeks], [PERSON]).drop(PERSON)


def _columns(joined: ir.Table) -> Mapping[str, ir.Value]:
    """Return the columns of the indicators in their documented order."""
    found: dict[str, ir.Value] = {
        name: joined[name] for name in (columns.CUSTOMER, columns.RESIDENCE, columns.SEX, "age", "tenure_months")
    }
    months = joined[MONTHS]
    calls_in, calls_out = (joined[f"number_of_calls_{way}"].fill_null(0) for way in ("in", "out"))
    messages = joined.number_of_messages_in.fill_null(0) + joined.number_of_messages_out.fill_null(0)
    found |= {
        "calls": (calls_in + calls_out) / months,
        "messages": messages / months,
        "minutes": joined.call_seconds.fill_null(0.0) / 60 / months,
        "incoming_share": share(calls_in, calls_in + calls_out),
    }
    found |= {name: joined[name].fill_null(0).cast("int64") for name in COUNTS if name in joined.columns}
    found |= {name: joined[name] for name in MEASURES if name in joined.columns}
    if "megabytes_sum" in joined.columns:
        found |= _data_columns(joined)
    if SAME_MAKER in joined.columns:
        found[SAME_MAKER] = joined[SAME_MAKER]
    texts = (columns.CUSTOMER, columns.RESIDENCE, columns.SEX, "top_category")
    return {name: value if name in (*texts, *COUNTS) else value.cast("float64") for name, value in found.items()}


def _data_columns(joined: ir.Table) -> dict[str, ir.Value]:
    """Return the columns about the use of data; the trend is the log of the last 90 days' month to the usual one."""
    months = joined[MONTHS]
    recent_months = ibis.least(months, RECENT_DAYS / MONTH)
    monthly = joined.megabytes_sum.fill_null(0.0) / months
    recent = joined.recent_sum.fill_null(0.0) / recent_months
    return {
        "megabytes": monthly,
        "megabytes_trend": ((recent + 1.0) / (monthly + 1.0)).ln(),
        "usage_records": joined.records.fill_null(0) / months,
        "categories": joined.categories.fill_null(0),
        "category_entropy": joined.category_entropy,
        "top_category": joined.top_category,
        "top_category_share": joined.top_category_share,
    }
