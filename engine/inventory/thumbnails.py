"""Small pictures of the inventory's heads, kept in the campaign file so that a grid of thousands opens at once."""

from __future__ import annotations

from collections.abc import Iterable

from engine.campaign import Campaign, StoredPhoto
from engine.faces import Framed, decode_photo, eye_frame
from engine.faces.photo import RgbArray, jpeg_of
from engine.faces.warp import resized
from engine.job import JobContext

SIDE = 192  # pixels: a cell of 96 on a screen of twice the density
QUALITY = 82
TALLEST = 4.5  # eye distances: head and neck


def thumbnail_of(rgb: RgbArray, framed: Framed) -> bytes:
    """Return the head of a photo as a JPEG of 192 x 192, the eyes where they are in every thumbnail.

    rgb: (height, width, 3), at any scale of what ``framed`` tells.
    """
    import cv2

    (frame,) = eye_frame(framed, tallest=TALLEST)
    scale = rgb.shape[1] / framed.width
    left, top = max(0, round(frame.x * scale)), max(0, round(frame.y * scale))
    head = rgb[top : top + max(1, round(frame.height * scale)), left : left + max(1, round(frame.width * scale))]
    picture = resized(head, SIDE, SIDE, cv2.INTER_AREA if head.shape[0] > SIDE else cv2.INTER_CUBIC)
    return jpeg_of(picture, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420)


def thumbnails(campaign: Campaign, keys: Iterable[str], context: JobContext | None = None) -> dict[str, bytes]:
    """Return the thumbnails of photos as JPEG by key; those that are missing are made and kept.

    Call it in a job with the keys that are visible: a kept one costs a millisecond, one to be made some 30. Photos
    that are not stored are passed over.
    """
    context = context or JobContext()
    wanted = list(dict.fromkeys(keys))
    found = campaign.inventory.thumbnails(wanted)
    made: dict[str, bytes] = {}
    for place, key in enumerate(wanted):
        if key in found:
            continue
        context.progress(place / len(wanted), f"Making small pictures: {place:,} of {len(wanted):,}")
        try:
            photo = campaign.photo(key)
        except KeyError:
            continue
        made[key] = _of_stored(photo)
    if made:
        campaign.inventory.keep_thumbnails(made)
    return found | made


def _of_stored(photo: StoredPhoto) -> bytes:
    return thumbnail_of(decode_photo(photo.jpeg), photo)
