"""How a photo is kept in the campaign file: re-encoded without metadata, not too large, with its one face."""

from __future__ import annotations

from functools import partial

from engine.campaign import StoredPhoto
from engine.faces import Detection, Subject, encode_photo, hair_top
from engine.faces.photo import RgbArray

LONGEST_SIDE = 1600  # pixels of a stored photo; enough for an ad of 1080 x 1920


def stored_photo(rgb: RgbArray, subject: Subject, face: Detection, model: str) -> partial[StoredPhoto]:
    """Return what makes a photo as it is kept of its key, role, customer and embedding.

    rgb: (height, width, 3); model: the SHA-256 that the network's embeddings carry. It holds the picture encoded, not
    its pixels; the face is in the kept picture's pixels.
    """
    scale = min(1.0, LONGEST_SIDE / max(subject.width, subject.height))
    x, y, w, h = (float(value) * scale for value in subject.box)
    return partial(
        StoredPhoto,
        jpeg=encode_photo(rgb, LONGEST_SIDE),
        width=max(1, round(subject.width * scale)),
        height=max(1, round(subject.height * scale)),
        box=(x, y, w, h),
        points=subject.points * scale,
        score=float(face.score),
        hair_top=subject.hair_top * scale,
        model=model,
    )


def subject_of(rgb: RgbArray, face: Detection) -> Subject:
    """Return a photo with its face as it can be framed; finds the top of the hair."""
    return Subject(rgb.shape[1], rgb.shape[0], face.box, face.points, hair_top(rgb, face))
