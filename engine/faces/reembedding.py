"""An inventory's faces once more, for another network: embeddings of two are never compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.errors import PhotoError
from engine.faces.crop import crop_face
from engine.faces.detector import Detection, FloatArray
from engine.faces.facenet import BATCH, FaceNet
from engine.faces.photo import RgbArray, decode_photo
from engine.job import JobContext


@dataclass(frozen=True, eq=False)
class KeptFace:
    """A stored picture, its face in that picture's pixels, and the SHA-256 that its embedding carries."""

    jpeg: bytes
    face: Detection
    model: str


@dataclass(frozen=True, eq=False)
class NewEmbedding:
    """What takes the place of a stored picture's embedding: 512 float32 of unit length, and whose they are."""

    key: str
    embedding: FloatArray
    model: str


def reembed(
    keys: Sequence[str],
    read: Callable[[str], KeptFace | None],
    keep: Callable[[Sequence[NewEmbedding]], None],
    facenet: FaceNet,
    context: JobContext | None = None,
) -> int:
    """Embed stored pictures with another network; return how many were.

    ``read`` gives the picture of a key, or None where it is gone or may not be used any more; ``keep`` takes some
    at a time, and what it took need not be done again: pictures that this network embedded are passed over. Until
    all are done, only those of one network may be compared. Raises JobCancelled between batches, PhotoError if a
    stored picture is damaged.
    """
    context = context or JobContext()
    waiting: list[tuple[str, RgbArray]] = []
    done = 0
    for index, key in enumerate(keys):
        context.progress(index / len(keys), f"Photo {index + 1:,} of {len(keys):,}")
        kept = read(key)
        if kept is not None and kept.model != facenet.sha256:
            waiting.append((key, crop_face(_decoded(key, kept), kept.face)))
        if waiting and (len(waiting) == BATCH or index == len(keys) - 1):
            rows = facenet.embed([crop for _, crop in waiting], context)
            keep([NewEmbedding(key, row, facenet.sha256) for (key, _), row in zip(waiting, rows, strict=True)])
            done += len(waiting)
            waiting.clear()
    context.progress(1.0, f"{done:,} photos embedded anew")
    return done


def _decoded(key: str, kept: KeptFace) -> RgbArray:
    try:
        return decode_photo(kept.jpeg)
    except PhotoError as error:
        raise PhotoError(f"The kept picture of {key} is damaged. Add the photo again, or remove it.") from error
