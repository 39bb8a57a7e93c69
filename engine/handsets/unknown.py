"""The phone types that nothing resolves: how many events and customers each has, and what a campaign keeps of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from engine.columns import CALLER, CUSTOMER, NAME, PHONE_TYPE
from engine.handsets.phone_types import EVENTS, PhoneTypes
from engine.handsets.tables import HandsetTables
from engine.job import JobContext
from engine.logs.queries import interruptible

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

    from engine.campaign import Campaign
    from engine.logs import Logs

TABLE = "unknown_handsets"  # of the campaign file: phone_type, events, customers; the most frequent first
COUNTS = "phone_type_counts"  # a document
CUSTOMERS = "customers"
SPELLINGS = "unknown_spellings"  # of the tables of a query
MOST_KEPT = 1_000


@dataclass(frozen=True)
class PhoneTypeCounts:
    """How much of the logs names a known handset, and what came of the operator's own table of TACs."""

    types: int  # unknown ones
    events: int  # of the unknown ones
    all_events: int
    tacs: int = 0  # rows of the operator's table that are used
    tacs_set_aside: int = 0
    tacs_first_reason: str = ""

    def to_json(self) -> str:
        """Return the counts as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> PhoneTypeCounts:
        """Return what ``to_json`` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, eq=False)
class UnknownHandsets:
    """The unknown phone types, the most frequent first: phone_type, events, customers who use it; and the counts."""

    table: pa.Table
    counts: PhoneTypeCounts


def users_of(calls: ir.Table, usage: ir.Table, customers: ir.Table, spellings: ir.Table) -> ir.Table:
    """Return the expression of how many customers use each phone type: name, customers.

    ``spellings`` are those of PhoneTypes; of the other tables only customer (caller) and phone_type are looked at.
    """
    import ibis

    seen = ibis.union(
        calls.select(calls[PHONE_TYPE], **{CUSTOMER: calls[CALLER]}), usage.select(usage[PHONE_TYPE], usage[CUSTOMER])
    )
    named = seen.join(spellings, PHONE_TYPE).semi_join(customers, CUSTOMER)
    return named.group_by(NAME).aggregate(**{CUSTOMERS: named[CUSTOMER].nunique()})


def users_in_logs(logs: Logs, phone_types: PhoneTypes, context: JobContext | None = None) -> pd.DataFrame:
    """Return what ``users_of`` finds in the clean tables."""
    import ibis

    connection = logs.connection
    connection.register(SPELLINGS, phone_types.spellings)
    backend = ibis.duckdb.from_connection(connection)
    tables = (backend.table(name) for name in ("calls", "usage", "customers", SPELLINGS))
    sql = str(ibis.to_sql(users_of(*tables), dialect="duckdb"))
    users = interruptible(connection, lambda: connection.execute(sql).df(), context or JobContext())
    connection.unregister(SPELLINGS)
    return users


def unknown_handsets(phone_types: PhoneTypes, users: pd.DataFrame, tables: HandsetTables) -> UnknownHandsets:
    """Put together what is unknown, from the phone types and ``users_of`` them."""
    import pyarrow as pa

    schema = pa.schema([(PHONE_TYPE, pa.string()), (EVENTS, pa.int64()), (CUSTOMERS, pa.int64())])
    unknown = phone_types.unknown.merge(users.rename(columns={NAME: PHONE_TYPE}), on=PHONE_TYPE, how="left")
    unknown = unknown.fillna({CUSTOMERS: 0}).astype({CUSTOMERS: "int64"})
    tacs = tables.operator
    counts = PhoneTypeCounts(
        types=len(unknown),
        events=int(phone_types.unknown[EVENTS].sum()),
        all_events=sum(phone_types.events.values()),
        tacs=len(tacs.rows),
        tacs_set_aside=tacs.set_aside,
        tacs_first_reason=tacs.first_reason,
    )
    return UnknownHandsets(pa.Table.from_pandas(unknown, schema=schema, preserve_index=False), counts)


def keep_unknown(campaign: Campaign, unknown: UnknownHandsets) -> None:
    """Keep the most frequent unknown phone types in the campaign, and the counts."""
    with campaign.transaction():
        campaign.write_table(TABLE, unknown.table.slice(0, MOST_KEPT))
        campaign.write_document(COUNTS, unknown.counts.to_json())
