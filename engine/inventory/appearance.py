"""Hair and age of the person on a photo, for the ranking; of a customer only with consent."""

from __future__ import annotations

from datetime import date

import numpy as np

from engine.campaign import Appearance, Campaign
from engine.faces import Detection, age_range, decode_photo, hair_colour, landmarks
from engine.faces.photo import RgbArray
from engine.job import JobContext


def appearance_of(rgb: RgbArray, face: Detection) -> Appearance:
    """Measure hair colour and age range of a face in a (height, width, 3) photo. Raises ModelError.

    Of a customer, ask for the consent first (``customer_portrait``).
    """
    mesh = landmarks(rgb, face)
    hair, age = hair_colour(rgb, face, mesh), age_range(rgb, face, mesh)
    return Appearance(
        None if hair is None else (hair.lightness, hair.a, hair.b),
        (float(age.low), float(age.high)),
    )


def measure_missing(campaign: Campaign, on: date, context: JobContext | None = None) -> int:
    """Measure hair and age on stored photos of which neither is known, as in files from before they were measured.

    Of customers, only those whose consent holds ``on`` that day are looked at. Returns how many photos were measured;
    each is kept at once, so that a cancel loses nothing. Raises JobCancelled, ModelError.
    """
    context = context or JobContext()
    known = campaign.inventory.appearances()
    missing = [key for role in ("inventory", "customer") for key in campaign.photo_keys(role) if key not in known]
    measured = 0
    for place, key in enumerate(missing):
        context.progress(place / len(missing), f"Looking at hair and age: {place:,} of {len(missing):,}")
        try:
            photo = campaign.photo(key)
        except KeyError:  # gone meanwhile
            continue
        consent = None if photo.customer is None else campaign.consent(photo.customer)
        if photo.customer is None or (consent is not None and consent.holds(on)):
            face = Detection(photo.box, photo.points.astype(np.float32), photo.score)
            campaign.inventory.measure(key, appearance_of(decode_photo(photo.jpeg), face))
            measured += 1
    return measured
