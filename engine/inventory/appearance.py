"""Hair and age of the person on a photo, for the ranking; of a customer only with consent."""

from __future__ import annotations

from engine.campaign.records import Appearance
from engine.faces import Detection, age_range, hair_colour, landmarks
from engine.faces.photo import RgbArray


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
