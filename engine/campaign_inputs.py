"""What a campaign is made from, and what is still missing for one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine import columns
from engine.errors import InputError
from engine.handsets.naming import NamedHandsets
from engine.logs import ImportPlan, Lack
from engine.logs.plan import lacking

if TYPE_CHECKING:
    from engine.warehouse import Address, WarehousePlan


@dataclass(frozen=True)
class WarehouseSource:
    """Where the records and the customers are, if not in files, and which tables hold them."""

    address: Address
    plan: WarehousePlan


@dataclass(frozen=True)
class CampaignInputs:
    """What a campaign is made from. ``template``: a family's name or folder for all ads, instead of each offer's.

    ``accept_rejects`` says that a person agreed to files of which many rows are set aside. With a ``warehouse``, the
    plan holds the catalogue and the last campaign alone. ``tacs``: the operator's own table of TACs; ``names``: what
    the designer calls unknown handsets; ``keep_tables``: keep the clean tables too; ``logo``: a picture of the
    brand's; ``rights``: the table of rights to the photos; ``embedder``: the name of the network that embeds the faces
    (``engine.faces.EmbedderName``), ``embedder_file`` its weights where they do not come along.
    """

    plan: ImportPlan
    inventory: Path
    photos: Path
    template: str | None = None
    name: str = "Campaign"
    accept_rejects: bool = False
    warehouse: WarehouseSource | None = None
    tacs: Path | None = None
    names: NamedHandsets = field(default_factory=NamedHandsets)
    keep_tables: bool = False
    logo: Path | None = None
    rights: Path | None = None
    embedder: str = "facenet-casia"
    embedder_file: Path | None = None

    @property
    def bears_sample_logo(self) -> bool:
        """Whether the ads would go out with the logo that the program's own families were drawn with."""
        from engine.ads import families

        return self.logo is None and (self.template is None or self.template in families())

    @property
    def customer_list(self) -> str:
        """The name of the file that lists the customers."""
        return self.plan.of_kind("customers")[0].source.name


@dataclass(frozen=True)
class DemoInputs:
    """A campaign made from a simulated operator."""

    customers: int = 20_000
    template: str | None = None


def lacks_for_campaign(plan: ImportPlan) -> tuple[Lack, ...]:
    """Return what the files do not give, the needed first; a campaign needs more than an import.

    It needs to know who the customers are, what can be offered, and which phones are used.
    """
    needed = {
        "customers": "No customer list is there. Choose the file with residence and birth year.",
        "offers": "No offer catalogue is there. Choose the file with margin and cost.",
    }
    found = [
        replace(lack, needed=True, sentence=needed[lack.kind]) if not lack.role and lack.kind in needed else lack
        for lack in plan.lacks()
    ]
    if plan.of_kind("calls") and not plan.has_phones:
        sentence = lacking(plan.of_kind("calls")[0], [columns.PHONE_TYPE])
        found.append(Lack("calls", columns.PHONE_TYPE, True, sentence))
    for offers in plan.of_kind("offers"):
        if missing := [role for role in (columns.MARGIN, columns.COST) if offers.place(role) is None]:
            found.append(Lack("offers", missing[0], True, lacking(offers, missing)))
    if len(catalogues := plan.of_kind("offers")) > 1:
        names = ", ".join(file.source.name for file in catalogues)
        found.append(Lack("offers", "", True, f"Several files hold offers ({names}). Leave out all but one."))
    kept = [lack for lack in found if lack.needed or lack.role not in _needed_roles(found, lack)]
    return tuple(sorted(kept, key=lambda lack: not lack.needed))


def _needed_roles(found: list[Lack], lack: Lack) -> set[str]:
    """Return the roles of a lack's kind that are missed for sure, so that none is named twice."""
    return {other.role for other in found if other.needed and other.kind == lack.kind}


def require_enough(plan: ImportPlan) -> None:
    """Raise InputError with the first thing that a campaign needs and the files do not give."""
    for lack in lacks_for_campaign(plan):
        if lack.needed:
            raise InputError(lack.sentence)
