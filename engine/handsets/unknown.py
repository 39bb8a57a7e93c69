"""The phone types that nothing resolves: how many events and customers each has, and what a campaign keeps of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from engine.columns import NAME, PHONE_TYPE
from engine.handsets.phone_types import EVENTS, PhoneTypes
from engine.handsets.tables import HandsetTables
from engine.job import JobContext
from engine.logs.queries import interruptible

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign
    from engine.logs import Logs

TABLE = "unknown_handsets"  # of the campaign file: phone_type, events, customers; the most frequent first
COUNTS = "phone_type_counts"  # a document
CUSTOMERS = "customers"
MOST_KEPT = 1_000
USERS_SQL = f"""
    SELECT s.{NAME} AS {PHONE_TYPE}, count(DISTINCT e.customer) AS {CUSTOMERS}
    FROM (SELECT caller AS customer, phone_type FROM calls UNION ALL SELECT customer, phone_type FROM usage) AS e
    JOIN unknown_spellings AS s USING ({PHONE_TYPE}) SEMI JOIN customers USING (customer)
    GROUP BY 1"""  # noqa: S608


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


def unknown_handsets(logs: Logs, phone_types: PhoneTypes, context: JobContext | None = None) -> pa.Table:
    """Return the unknown phone types, the most frequent first: phone_type, events, customers who use it."""
    import pyarrow as pa

    schema = pa.schema([(PHONE_TYPE, pa.string()), (EVENTS, pa.int64()), (CUSTOMERS, pa.int64())])
    if phone_types.unknown.empty:
        return schema.empty_table()
    connection = logs.connection
    connection.register("unknown_spellings", phone_types.spellings)
    users = interruptible(connection, lambda: connection.execute(USERS_SQL).df(), context or JobContext())
    connection.unregister("unknown_spellings")
    table = phone_types.unknown.merge(users, on=PHONE_TYPE, how="left").fillna({CUSTOMERS: 0})
    return pa.Table.from_pandas(table.astype({CUSTOMERS: "int64"}), schema=schema, preserve_index=False)


def keep_unknown(
    campaign: Campaign, logs: Logs, phone_types: PhoneTypes, tables: HandsetTables, context: JobContext | None = None
) -> None:
    """Keep the most frequent unknown phone types in the campaign, and the counts."""
    unknown = unknown_handsets(logs, phone_types, context)
    tacs = tables.operator
    counts = PhoneTypeCounts(
        types=unknown.num_rows,
        events=int(phone_types.unknown[EVENTS].sum()),
        all_events=sum(phone_types.events.values()),
        tacs=len(tacs.rows),
        tacs_set_aside=tacs.set_aside,
        tacs_first_reason=tacs.first_reason,
    )
    with campaign.transaction():
        campaign.write_table(TABLE, unknown.slice(0, MOST_KEPT))
        campaign.write_document(COUNTS, counts.to_json())
