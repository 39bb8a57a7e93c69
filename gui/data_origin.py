"""What a campaign was read from, what is kept of that, and what a person named since."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.handsets import NamedHandsets
    from engine.handsets.unknown import PhoneTypeCounts
    from engine.logs.cache import Reading


@dataclass(frozen=True)
class UnknownHandset:
    """A phone type that nothing resolved when the campaign was read."""

    phone_type: str
    events: int
    customers: int


def _no_names() -> NamedHandsets:
    from engine.handsets import NamedHandsets

    return NamedHandsets()


@dataclass(frozen=True)
class DataOrigin:
    """``warehouse`` is the address of the one that is asked, "" for a campaign from files.

    ``kept_bytes`` is the size of the clean tables beside the campaign file, 0 if there are none yet.

    ``names`` are those given so far, ``names_used`` those of the last reading; ``counts`` is None for a campaign that
    was made before unknown phone types were kept.
    """

    can_read_again: bool = False
    warehouse: str = ""
    reading: Reading | None = None
    keeps_tables: bool = False
    kept_bytes: int = 0
    names: NamedHandsets = field(default_factory=_no_names)
    names_used: NamedHandsets = field(default_factory=_no_names)
    unknown: tuple[UnknownHandset, ...] = ()
    counts: PhoneTypeCounts | None = None

    @property
    def warehouse_name(self) -> str:
        """The warehouse's file or host, "" if the campaign is from files."""
        scheme, _, rest = self.warehouse.partition("://")
        return PurePath(rest).name if scheme == "duckdb" else rest.rpartition("@")[2].partition("/")[0]

    @property
    def asks_network(self) -> bool:
        """Whether reading again connects to a database server."""
        return bool(self.warehouse) and not self.warehouse.startswith(("duckdb:", "spark://local"))

    @property
    def new_names(self) -> int:
        """How many names were given, changed or taken back since the last reading."""
        return self.names.differing(self.names_used)


def read_origin(campaign: Campaign) -> DataOrigin:
    """Read it from a campaign, inside a job."""
    from engine.handsets.naming import NAMES_USED, read_names
    from engine.handsets.unknown import COUNTS, TABLE, PhoneTypeCounts
    from engine.logs.cache import READING, Reading, kept_tables
    from engine.made_from import DOCUMENT, asked_warehouse

    reading, counts, table = campaign.read_document(READING), campaign.read_document(COUNTS), campaign.read_table(TABLE)
    kept = kept_tables(campaign)
    return DataOrigin(
        warehouse=asked_warehouse(campaign),
        can_read_again=campaign.read_document(DOCUMENT) is not None,
        reading=None if reading is None else Reading.from_json(reading),
        keeps_tables=kept is not None,
        kept_bytes=kept.path.stat().st_size if kept is not None and kept.path.is_file() else 0,
        names=read_names(campaign),
        names_used=read_names(campaign, NAMES_USED),
        unknown=() if table is None else tuple(UnknownHandset(**row) for row in table.to_pylist()),
        counts=None if counts is None else PhoneTypeCounts.from_json(counts),
    )
