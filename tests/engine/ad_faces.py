"""Whose photo is in the ads of a campaign, asked of all customers at once and of one at a time."""

from __future__ import annotations

from engine.campaign import Campaign
from engine.look_alikes import AdFaces, LookAlikes, day_of_consent, likeness_scale

ASKED_ALONE = 5  # customers


def faces_of(campaign: Campaign) -> AdFaces:
    return AdFaces(campaign, likeness_scale(campaign), day_of_consent(campaign))


def in_ads(campaign: Campaign) -> dict[str, str | None]:
    """Return the photo in each matched customer's ad; one by one it is the same as of all at once."""
    faces, on = faces_of(campaign), day_of_consent(campaign)
    found = {each.customer: _photo(faces, each) for each in faces.everybody(on)}
    for customer in list(found)[:ASKED_ALONE]:
        assert _photo(faces, faces.of(customer, on)) == found[customer]
    return found


def in_ad(campaign: Campaign, customer: str) -> str | None:
    """Return the photo in a customer's ad, by what is asked of one customer and of all."""
    faces, on = faces_of(campaign), day_of_consent(campaign)
    shown = _photo(faces, faces.of(customer, on))
    among_all = {each.customer: _photo(faces, each) for each in faces.everybody(on)}
    assert among_all.get(customer) == shown
    return shown


def _photo(faces: AdFaces, each: LookAlikes) -> str | None:
    match = each.in_ad(faces.scale)
    return None if match is None else match.photo
