"""Fine-tuned networks in a campaign: adopted by the designer unless they do worse, in versions, with a way back."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.campaign import Campaign, TasteVersion
from engine.errors import InputError
from engine.faces.embedder import embedder_sha256
from engine.inventory.network import TunedChoice, embedder_of, keep_networks_used, networks_used
from engine.taste.fine_tuning import TunedNetwork
from engine.taste.intervals import Interval
from engine.taste.recognition import AnswersMet, Recognition

KIND = "network"


@dataclass(frozen=True)
class NetworkVersion:
    """A fine-tuned network that was adopted once."""

    number: int
    made_at: datetime
    sha256: str  # of the ONNX file
    base: str  # what the embeddings of the network carry that it began from
    trial: Recognition | AnswersMet
    people: int  # learnt from
    photos: int


def adopt_network(campaign: Campaign, tuned: TunedNetwork) -> NetworkVersion:
    """Keep a fine-tuned network as a new version and use it from now on; embed all faces anew afterwards
    (``engine.inventory.renew_embeddings``).

    Raises InputError if it does worse than before on people whom it did not see, or began from another network than the
    campaign's.
    """
    if tuned.base != embedder_sha256(embedder_of(campaign)):
        raise InputError(
            f"This network was not fine-tuned from {embedder_of(campaign)}, which the campaign uses, so it stays out. "
            "Adopt it in a campaign that is made with facenet-casia."
        )
    if not tuned.may_be_adopted:
        raise InputError(
            "The fine-tuned network does worse than before on people whom it did not see, so it is not adopted. Add "
            "people or photos, and fine-tune again."
        )
    facts = {
        "sha256": tuned.sha256,
        "base": tuned.base,
        "by": "identities" if isinstance(tuned.trial, Recognition) else "answers",
        "trial": dataclasses.asdict(tuned.trial),
        "people": tuned.people,
        "photos": tuned.photos,
    }
    with campaign.transaction():
        taken = max((kept.number for kept in campaign.judgements.versions()), default=0)
        kept = campaign.judgements.add_version(f"{KIND} {taken + 1}", KIND, json.dumps(facts), tuned.onnx)
        keep_networks_used(campaign, (*networks_used(campaign), TunedChoice(kept.number, tuned.sha256)))
    return _version(kept)


def network_versions(campaign: Campaign) -> tuple[NetworkVersion, ...]:
    """Return the networks that were adopted once, the oldest first."""
    return tuple(_version(kept) for kept in campaign.judgements.versions() if kept.kind == KIND)


def network_in_use(campaign: Campaign) -> NetworkVersion | None:
    """Return the fine-tuned network that a campaign uses; None where it is the original one."""
    tuned = networks_used(campaign)[-1]
    return None if tuned is None else next(one for one in network_versions(campaign) if one.number == tuned.version)


def use_network(campaign: Campaign, version: NetworkVersion | None) -> None:
    """Use a network that was adopted earlier, or the original one; embed all faces anew afterwards."""
    chosen = None if version is None else TunedChoice(version.number, version.sha256)
    keep_networks_used(campaign, (*networks_used(campaign), chosen))


def can_go_back_to_network(campaign: Campaign) -> bool:
    """Whether another network was in use before the present one."""
    return len(networks_used(campaign)) > 1


def go_back_to_network(campaign: Campaign) -> NetworkVersion | None:
    """Use the network that was in use before; embed all faces anew afterwards. Raises InputError if there is none."""
    used = networks_used(campaign)
    if len(used) < 2:
        raise InputError("No other network was in use before this one. Choose a version.")
    keep_networks_used(campaign, used[:-1])
    return network_in_use(campaign)


def forget_network(campaign: Campaign, version: NetworkVersion) -> None:
    """Remove a network's 94 MB from the campaign file. Raises InputError if it is in use."""
    forgotten, used = TunedChoice(version.number, version.sha256), networks_used(campaign)
    if used[-1] == forgotten:
        raise InputError("This network is in use. Use another one first, then remove it.")
    with campaign.transaction():
        campaign.judgements.forget_version(version.number)
        keep_networks_used(campaign, tuple(one for one in used if one != forgotten))


def _version(kept: TasteVersion) -> NetworkVersion:
    facts: dict[str, Any] = json.loads(kept.document)
    values: dict[str, Any] = {
        name: Interval(**value) if isinstance(value, dict) else value for name, value in facts["trial"].items()
    }
    trial: Recognition | AnswersMet = (Recognition if facts["by"] == "identities" else AnswersMet)(**values)
    return NetworkVersion(
        kept.number, kept.made_at, facts["sha256"], facts["base"], trial, facts["people"], facts["photos"]
    )
