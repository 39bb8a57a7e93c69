"""From a photo to its faces with their embeddings."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import NoFaceError
from engine.faces.crop import crop_face
from engine.faces.detector import Detection, FaceDetector, FloatArray
from engine.faces.facenet import FaceNet, facenet_onnx
from engine.faces.photo import RgbArray, decode_photo, photo_name
from engine.job import JobContext

if TYPE_CHECKING:
    from engine.campaign.consent import Consent

RIVAL_SHARE = 0.4  # a second face with this share of the first one's area may be meant as well


@dataclass(frozen=True, eq=False)
class Face(Detection):
    """A detected face with its crop, (160, 160, 3) RGB, its embedding, 512 float32 of unit length, and the
    SHA-256 of the model that made it.
    """

    crop: RgbArray
    embedding: FloatArray
    model: str


@dataclass(frozen=True, eq=False)
class Portrait:
    """A decoded photo, (height, width, 3) RGB, and the one face that it is about."""

    rgb: RgbArray
    face: Face


class FaceReader:
    """The detector and FaceNet, loaded once and passed about; may be shared by threads."""

    def __init__(self, detector: FaceDetector, facenet: FaceNet) -> None:
        self.detector = detector
        self.facenet = facenet

    @classmethod
    def load(cls, context: JobContext | None = None) -> FaceReader:
        """Load both models; converts FaceNet first if that was never done here. Raises ModelError."""
        return cls(FaceDetector(), FaceNet(facenet_onnx(context)))

    def read(self, photo: Path | bytes) -> list[Face]:
        """Read all faces, the largest and most central first; [] where there is none. Raises PhotoError."""
        rgb = decode_photo(photo)
        return self.embed(rgb, self.detector.detect(rgb))

    def portrait(self, photo: Path | bytes) -> Portrait:
        """Read a photo of one person. Raises PhotoError, or NoFaceError if there is no face or no single one.

        Smaller faces in the background are passed over, and not embedded.
        """
        rgb = decode_photo(photo)
        found = self.detector.leading(rgb)
        if not found:
            raise NoFaceError(
                f"{photo_name(photo)} shows no face. Choose a photo that shows the person from the front."
            )
        rivals = [face for face in found if _area(face) >= RIVAL_SHARE * _area(found[0])]
        if len(rivals) > 1:
            raise NoFaceError(
                f"{photo_name(photo)} shows {len(rivals)} faces, and it cannot be told whose photo it is. "
                "Cut out the one person, or choose another photo."
            )
        return Portrait(rgb, self.embed(rgb, found[:1])[0])

    def embed(self, rgb: RgbArray, found: list[Detection]) -> list[Face]:
        """Crop and embed faces found in a photo."""
        crops = [crop_face(rgb, face) for face in found]
        rows = self.facenet.embed(crops)
        model = self.facenet.sha256
        return [
            Face(face.box, face.points, face.score, crop, row, model)
            for face, crop, row in zip(found, crops, rows, strict=True)
        ]


def _area(face: Detection) -> float:
    return face.box[2] * face.box[3]


@functools.cache
def _shared_detector() -> FaceDetector:
    return FaceDetector()


@functools.cache
def _shared_facenet() -> FaceNet:
    return FaceNet(facenet_onnx())


def shared_reader(context: JobContext | None = None) -> FaceReader:
    """Return this process's reader, whose models are loaded at the first call; raise JobCancelled between them."""
    context = context or JobContext()
    detector = _shared_detector()
    context.check()
    return FaceReader(detector, _shared_facenet())


def read_faces(photo: Path | bytes) -> list[Face]:
    """Read all faces of a photo, the largest and most central first; [] where there is none.

    Raises PhotoError for a broken, refused or oversized picture, ModelError if a model is missing or altered.
    """
    return shared_reader().read(photo)


def one_face(photo: Path | bytes) -> Face:
    """Read the one face a photo is about. Raises NoFaceError, PhotoError, ModelError."""
    return shared_reader().portrait(photo).face


def customer_portrait(
    customer: str, photo: Path | bytes, consent: Consent | None, on: date, *, reader: FaceReader | None = None
) -> Portrait:
    """Read a customer's photo, if they agreed to it.

    Raises ConsentError before the photo is opened unless ``consent`` is theirs and holds on that day; then as
    ``one_face``.
    """
    from engine.campaign.consent import require_consent

    require_consent(customer, consent, on)
    return (reader or shared_reader()).portrait(photo)
