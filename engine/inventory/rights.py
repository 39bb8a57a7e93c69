"""Whether a photo may be used: its model release, where it may be shown, and until when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from engine.campaign.records import PhotoRights

if TYPE_CHECKING:
    from engine.campaign import Campaign

TABLE_DOCUMENT = "rights_table"  # the name of the table that the rights were read from
LONGEST_CODE = 3  # letters of a country's code
Standing = Literal["cleared", "unknown", "barred"]


def may_be_used(
    rights: PhotoRights | None, on: date, territory: str | None = None, *, photo: str = "", has_table: bool = False
) -> str | None:
    """Return why a photo may not be used on a day in a territory, as a sentence; None if it may.

    A photo without a record may be used, unless the campaign has a table of rights, which then must clear it. ``photo``
    is what the sentence calls it.
    """
    name = photo or (rights.photo if rights is not None else "") or "The photo"
    if rights is None:
        return (
            f"{name} is not in the table of rights. Record its release, or choose another photo." if has_table else None
        )
    if rights.release == "no":
        return f"{name} has no model release. Record the release, or choose another photo."
    if rights.release == "unknown" and has_table:
        return f"The table of rights does not say that {name} is released. Record the release, or choose another photo."
    if rights.expires_on is not None and rights.expires_on < on:
        return f"The rights to {name} ended on {rights.expires_on.isoformat()}. Renew them, or choose another photo."
    if territory and rights.territories and territory_name(territory).casefold() not in _folded(rights.territories):
        there = ", ".join(rights.territories)
        return f"{name} may be shown in {there} only, not in {territory}. Choose another photo."
    return None


def territory_name(text: str) -> str:
    """Write a territory as all write it: "hu" and " HU" are HU, "HUNGARY" is Hungary, "South Tyrol" stays."""
    name = " ".join(text.split())
    if len(name) <= LONGEST_CODE and name.isascii():
        return name.upper()
    return name.title() if name.islower() or name.isupper() else name


def territory_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Write territories as all write them, each once."""
    names = (territory_name(text) for text in texts)
    return tuple({name.casefold(): name for name in names if name}.values())


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(territory_name(name).casefold() for name in names)


def release_unknown(rights: PhotoRights | None, photo: str) -> str | None:
    """Return the sentence that a photo's release is not known, though it may be used; None if it is known."""
    if rights is not None and rights.release != "unknown":
        return None
    return f"Release unknown: nothing says that the person on {photo} agreed. Record the model release."


@dataclass(frozen=True)
class Clearance:
    """What may be used of an inventory on one day."""

    on: date
    territory: str | None = None
    has_table: bool = False
    rights: Mapping[str, PhotoRights] = field(default_factory=dict)  # by photo key

    @classmethod
    def read(cls, campaign: Campaign, on: date, keys: Iterable[str] | None = None) -> Clearance:
        """Read the rights of all photos of a campaign, or of some."""
        from engine.inventory.settings import match_settings

        table = rights_table_name(campaign)
        return cls(on, match_settings(campaign).territory, table is not None, campaign.inventory.rights(keys))

    @property
    def bars_nothing(self) -> bool:
        """Whether there is nothing by which a photo could be barred."""
        return not self.has_table and not self.rights

    def reason(self, photo: str) -> str | None:
        """Return why a photo may not be used, as a sentence; None if it may."""
        return may_be_used(self.rights.get(photo), self.on, self.territory, photo=photo, has_table=self.has_table)

    def standing(self, photo: str) -> Standing:
        """Return how a photo stands: cleared, of unknown release but usable, or barred."""
        if self.reason(photo) is not None:
            return "barred"
        return "cleared" if release_unknown(self.rights.get(photo), photo) is None else "unknown"


def rights_table_name(campaign: Campaign) -> str | None:
    """Return the name of the table that a campaign's rights were read from; None without one."""
    text = campaign.read_document(TABLE_DOCUMENT)
    return None if text is None else str(json.loads(text))


def set_rights(campaign: Campaign, keys: Iterable[str], rights: PhotoRights) -> None:
    """Record the same rights for some photos; the key in ``rights`` is passed over."""
    from dataclasses import replace

    campaign.inventory.set_rights(replace(rights, photo=key) for key in keys)
