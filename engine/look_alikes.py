"""Whose face goes into a customer's ad: the designer's pick, the nearest one if it is close, or nobody's."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from engine.campaign import Campaign
from engine.faces import LikenessScale, likeness, pair_cosines
from engine.job import JobContext

CLOSE = 20  # of 100; below it nobody in the photos is close, and the ad goes without a face
MOST_MEASURED = 200  # photos that measure the scale; their pairs are 19,900
SCALE_DOCUMENT = "likeness"


def is_close(value: int) -> bool:
    """Whether a likeness of 0 to 100 is enough to show the face to the customer."""
    return value >= CLOSE


def likeness_scale(campaign: Campaign, context: JobContext | None = None) -> LikenessScale:
    """Return the scale of likeness of a campaign's photos.

    It is measured once and kept in the campaign file, until the campaign photos change. The upper end is the demo
    people's: an inventory does not say which of its photos show one person.
    """
    context = context or JobContext()
    inventory = campaign.photo_keys("inventory")
    of = hashlib.sha256("\n".join(inventory).encode()).hexdigest()
    kept = json.loads(campaign.read_document(SCALE_DOCUMENT) or "{}")
    if kept.get("inventory") == of:
        return LikenessScale(kept["strangers"], kept["one_person"])
    scale = _measured(campaign, inventory, context)
    found = {"inventory": of, "strangers": scale.strangers, "one_person": scale.one_person}
    campaign.write_document(SCALE_DOCUMENT, json.dumps(found))
    return scale


def _measured(campaign: Campaign, inventory: tuple[str, ...], context: JobContext) -> LikenessScale:
    step = max(1, -(-len(inventory) // MOST_MEASURED))
    photos = []
    for place, key in enumerate(inventory[::step]):
        context.progress(place * step / len(inventory), "Measuring likeness")
        photos.append(campaign.photo(key))
    rows = [photo.embedding for photo in photos if photo.model == photos[0].model]
    return LikenessScale.from_pairs(pair_cosines(np.stack(rows))) if len(rows) > 1 else LikenessScale()


def face_in_ad(campaign: Campaign, customer: str, scale: LikenessScale) -> str | None:
    """Return the key of the inventory photo in a customer's ad, or None where the ad goes without a face."""
    chosen = campaign.chosen_face(customer)
    if chosen is not None:
        return chosen
    nearest = campaign.matches(customer)[:1]
    return next((match.photo for match in nearest if is_close(likeness(match.cosine, scale))), None)
