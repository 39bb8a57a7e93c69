"""Placing a portrait: the face goes to the target, hair and photo edges permitting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.ads.geometry import Box


@dataclass(frozen=True, eq=False)
class Portrait:
    """A photo with the measures that place it.

    rgb: (h, w, 3) uint8. box: the detector's (x, y, w, h), brow to chin. hair_top: the y of the hair's top. In photo
    pixels.
    """

    rgb: npt.NDArray[np.uint8]
    box: tuple[float, float, float, float]
    hair_top: float


@dataclass(frozen=True)
class PhotoSlot:
    """Where an ad shows the photo: the visible rect with its corner radius, the face's target, the hair's limit."""

    box: Box
    radius: float
    face: Box
    top: float


@dataclass(frozen=True)
class Crop:
    """A part of the photo (``source``, photo pixels), enlarged ``scale`` times, and where it puts face and hair."""

    source: Box
    scale: float
    face: Box
    hair_top: float


def crop_portrait(slot: PhotoSlot, portrait: Portrait) -> Crop:
    """Choose the part of the photo that fills the slot.

    Face height to the target's and chin on its lower edge; then smaller, though never so small that the photo does
    not fill the slot, until the hair is under the limit; then moved so that the photo is never left.
    """
    height, width = portrait.rgb.shape[:2]
    x, y, face_width, face_height = portrait.box
    chin = y + face_height
    hair = min(portrait.hair_top, y)
    scale = min(slot.face.height / face_height, (slot.face.bottom - slot.top) / (chin - hair))
    scale = max(scale, slot.box.width / width, slot.box.height / height)
    source_width, source_height = slot.box.width / scale, slot.box.height / scale
    middle = slot.face.x + slot.face.width / 2
    left = x + face_width / 2 - (middle - slot.box.x) / scale
    above = chin - (slot.face.bottom - slot.box.y) / scale
    above = min(above, hair - (slot.top - slot.box.y) / scale)
    left = min(max(left, 0.0), max(width - source_width, 0.0))
    above = min(max(above, 0.0), max(height - source_height, 0.0))
    face = Box(
        slot.box.x + (x - left) * scale, slot.box.y + (y - above) * scale, face_width * scale, face_height * scale
    )
    return Crop(Box(left, above, source_width, source_height), scale, face, slot.box.y + (hair - above) * scale)
