"""A campaign's faces embedded anew where another network made their embeddings: two are never compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from engine.campaign import Campaign
from engine.faces import Detection, KeptFace, NewEmbedding, reembed
from engine.faces.facenet import FaceNet
from engine.inventory.network import network_sha256, reader_of
from engine.job import JobContext


def read_by_others(campaign: Campaign, on: date, model: str | None = None) -> tuple[str, ...]:
    """Return the photos that another network than the campaign's, or than ``model``, read, by key.

    Customers' photos count as far as their consent holds ``on`` that day: nobody reads the others any more.
    """
    from engine.inventory.matching import PREFIX  # which knows this module

    model = model or network_sha256(campaign)

    def may_be_read(key: str) -> bool:
        consent = campaign.consent(key.removeprefix(PREFIX))
        return consent is not None and consent.holds(on)

    inventory = (key for key, of in campaign.inventory.models().items() if of != model)
    customers = (key for key, of in campaign.inventory.models("customer").items() if of != model and may_be_read(key))
    return (*inventory, *customers)


def renew_embeddings(
    campaign: Campaign, on: date, context: JobContext | None = None, *, facenet: FaceNet | None = None
) -> int:
    """Embed the stored photos of a campaign with one network, by default the campaign's; return how many were.

    Photos that it embedded before are passed over, and so are customers whose consent does not hold ``on`` that day.
    Each batch is kept at once: after a cancel it goes on from there. A photo that is replaced meanwhile stays as it
    is. Only what the campaign keeps is read, never the files that the photos came from. Match everybody afterwards.
    Raises JobCancelled, ModelError, and PhotoError with the name of a kept photo that is damaged.
    """
    context = context or JobContext()
    facenet = facenet or reader_of(campaign, context).facenet
    keys = read_by_others(campaign, on, facenet.sha256)

    seen: dict[str, tuple[str, bytes]] = {}

    def read(key: str) -> KeptFace | None:
        try:
            photo = campaign.photo(key)
        except KeyError:
            return None
        consent = None if photo.customer is None else campaign.consent(photo.customer)
        if photo.customer is not None and (consent is None or not consent.holds(on)):
            return None
        seen[key] = photo.model, photo.picture.digest
        return KeptFace(photo.jpeg, Detection(photo.box, photo.points.astype(np.float32), photo.score), photo.model)

    def keep(found: Sequence[NewEmbedding]) -> None:
        with campaign.transaction():
            same = [one for one in found if _content(campaign, one.key) == seen.pop(one.key)]
            campaign.inventory.keep_embeddings((one.key, one.embedding, one.model) for one in same)

    return reembed(keys, read, keep, facenet, context) if keys else 0


def _content(campaign: Campaign, key: str) -> tuple[str, bytes] | None:
    """Return which network embedded a photo, and a digest of its picture; None where it is gone."""
    try:
        photo = campaign.photo(key)
    except KeyError:
        return None
    return photo.model, photo.picture.digest
