"""What a campaign was made from, kept in the campaign file so that it can be read again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.campaign_inputs import CampaignInputs, DemoInputs, WarehouseSource
from engine.logs.plan_file import plan_text, read_plan

if TYPE_CHECKING:
    from engine.campaign import Campaign

DOCUMENT = "made_from"


@dataclass(frozen=True)
class MadeFrom:
    """The inputs of a campaign without the names of handsets, which the campaign keeps by themselves; and the seed."""

    inputs: CampaignInputs | DemoInputs
    seed: int


def keep_origin(campaign: Campaign, made: MadeFrom) -> None:
    """Keep what a campaign was made from; files and folders by their whole path."""
    inputs = made.inputs
    if isinstance(inputs, DemoInputs):
        content = {"seed": made.seed, "demo": asdict(inputs)}
    else:
        content = {
            "seed": made.seed,
            "plan": plan_text(inputs.plan),
            "warehouse": None if inputs.warehouse is None else _asked(inputs.warehouse),
            "inventory": str(inputs.inventory.resolve()),
            "photos": str(inputs.photos.resolve()),
            "template": _whole(inputs.template),
            "name": inputs.name,
            "accept_rejects": inputs.accept_rejects,
            "tacs": None if inputs.tacs is None else str(inputs.tacs.resolve()),
            "keep_tables": inputs.keep_tables,
            "logo": None if inputs.logo is None else str(inputs.logo.resolve()),
            "rights": None if inputs.rights is None else str(inputs.rights.resolve()),
            "embedder": inputs.embedder,
            "embedder_file": None if inputs.embedder_file is None else str(inputs.embedder_file.resolve()),
        }
    campaign.write_document(DOCUMENT, json.dumps(content, ensure_ascii=False))


def kept_origin(campaign: Campaign) -> MadeFrom | None:
    """Return what a campaign was made from; None if it was made before that was kept."""
    text = campaign.read_document(DOCUMENT)
    if text is None:
        return None
    content = json.loads(text)
    seed = content.pop("seed")
    if "demo" in content:
        return MadeFrom(DemoInputs(**content["demo"]), seed)
    tacs, warehouse, logo = content.pop("tacs"), content.pop("warehouse"), content.pop("logo")
    rights = content.pop("rights", None)  # which older campaigns do not name, nor a network
    weights = content.pop("embedder_file", None)
    inputs = CampaignInputs(
        plan=read_plan(content.pop("plan").encode(), campaign.path.name, campaign.path.parent),
        inventory=Path(content.pop("inventory")),
        photos=Path(content.pop("photos")),
        tacs=None if tacs is None else Path(tacs),
        warehouse=None if warehouse is None else _source(warehouse, campaign.path.name),
        logo=None if logo is None else Path(logo),
        rights=None if rights is None else Path(rights),
        embedder_file=None if weights is None else Path(weights),
        **content,
    )
    return MadeFrom(inputs, seed)


def asked_warehouse(campaign: Campaign) -> str:
    """Return the address of the warehouse that a campaign is made from, without a password; "" if it is from files."""
    warehouse = json.loads(campaign.read_document(DOCUMENT) or "{}").get("warehouse")
    return "" if warehouse is None else str(warehouse["address"])


def _asked(source: WarehouseSource) -> dict[str, str]:
    """Return which warehouse is asked for which tables; the address has no password."""
    from engine.warehouse.plan import plan_text

    return {"address": str(source.address), "plan": plan_text(source.plan)}


def _source(content: dict[str, str], name: str) -> WarehouseSource:
    """Return what ``_asked`` told."""
    from engine.warehouse.address import parse_address
    from engine.warehouse.plan import parse_plan

    return WarehouseSource(parse_address(content["address"]), parse_plan(content["plan"], name))


def _whole(template: str | None) -> str | None:
    """Return a template's folder by its whole path, a family by its name."""
    return str(Path(template).resolve()) if template is not None and Path(template).exists() else template
