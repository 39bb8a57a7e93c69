"""A photo that may become a customer's: looked at only with consent, judged, and kept if it is wanted; in jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter

from engine.job import Job, JobContext
from gui.faces_data import tr

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.faces import Detection, PhotoQuality
    from engine.faces.photo import RgbArray
    from engine.photo_sources import ProfilePhoto, ProfilePhotos

    Source = Path | bytes | QImage | RgbArray | ProfilePhoto

SMALL = 96  # pixels of a profile picture in its list
MOST_LISTED = 60
PICTURES = ("image/jpeg", "image/png", 'application/x-qt-windows-mime;value="PNG"')


@dataclass(frozen=True, eq=False)
class Candidate:
    """A decoded photo, the faces in it, the one that is meant, and how well it shows."""

    rgb: RgbArray
    image: QImage
    faces: tuple[Detection, ...]
    chosen: int  # place of the face that is meant, -1 without any
    quality: PhotoQuality | None = None
    frontal: QImage | None = None


@dataclass(frozen=True, eq=False)
class Profile:
    """The profile pictures of a Facebook download, the first of them small; None where one cannot be read."""

    found: ProfilePhotos
    small: tuple[QImage | None, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What must be known of the download, those pictures included that are not listed."""
        left_out = len(self.found.photos) - len(self.small)
        if not left_out:
            return self.found.sentences
        said = tr("The newest {count} profile pictures are listed; {left_out} older ones are left out.")
        return (*self.found.sentences, said.format(count=len(self.small), left_out=left_out))


def image_of(rgb: RgbArray) -> QImage:
    """Return pixels as a picture of their own."""
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


def picture_in(mime: QMimeData) -> bytes | QImage | None:
    """Return the picture that was pasted or dropped, as its file where there is one; None without a picture."""
    for kind in PICTURES:
        if mime.hasFormat(kind):
            return bytes(mime.data(kind).data())
    image = mime.imageData() if mime.hasImage() else None
    return image if isinstance(image, QImage) and not image.isNull() else None


def looking_job(campaign: Campaign, customer: str, on: date, photo: Source) -> Job[Candidate]:
    """Look for faces in a photo of a customer. Raises ConsentError before it is opened, PhotoError, NoFaceError."""

    def work(context: JobContext) -> Candidate:
        from engine.campaign import require_consent
        from engine.errors import NoFaceError
        from engine.faces import decode_photo, default_face
        from engine.faces.reader import shared_reader

        require_consent(customer, campaign.consent(customer), on)
        rgb = photo if isinstance(photo, np.ndarray) else decode_photo(_file(photo))
        context.check()
        faces = tuple(shared_reader(context).detector.detect(rgb))
        if not faces:
            raise NoFaceError(tr("The photo shows no face. Choose one that shows the person from the front."))
        return _judged(rgb, image_of(rgb), faces, faces.index(default_face(faces)))

    return Job(tr("Looking at the photo"), work)


def choosing_job(candidate: Candidate, place: int) -> Job[Candidate]:
    """Judge another face of the same photo."""

    def work(context: JobContext) -> Candidate:
        context.check()
        return _judged(candidate.rgb, candidate.image, candidate.faces, place)

    return Job(tr("Looking at the face"), work)


def _file(photo: Path | bytes | QImage | ProfilePhoto) -> Path | bytes:
    if isinstance(photo, QImage):
        return _png(photo)
    return photo if isinstance(photo, Path | bytes) else photo.read()


def _png(image: QImage) -> bytes:
    """Return a picture that came decoded as a file, so that it is judged as any from outside."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    writer.setQuality(100)  # of PNG: not compressed, which takes seconds
    writer.write(image)
    return bytes(buffer.data().data())


def _judged(rgb: RgbArray, image: QImage, faces: tuple[Detection, ...], place: int) -> Candidate:
    from engine.faces import frontal_view, landmarks, photo_quality

    mesh = landmarks(rgb, faces[place])
    front = frontal_view(rgb, faces[place], mesh)
    quality = photo_quality(rgb, faces[place], mesh)
    return Candidate(rgb, image, faces, place, quality, None if front is None else image_of(front))


def keeping_job(campaign: Campaign, customer: str, on: date, candidate: Candidate) -> Job[str]:
    """Keep a photo as the customer's, and find whom it is alike; return the customer.

    Raises ConsentError, before the face is embedded, unless the consent holds.
    """

    def work(context: JobContext) -> str:
        from engine.campaign import require_consent
        from engine.faces import Portrait
        from engine.inventory import match_customer
        from engine.inventory.network import reader_of
        from engine.look_alikes import likeness_scale
        from engine.portraits import keep_portrait

        require_consent(customer, campaign.consent(customer), on)
        reader = reader_of(campaign, context)
        (face,) = reader.embed(candidate.rgb, [candidate.faces[candidate.chosen]])
        context.progress(0.6, tr("Comparing"))
        scale = likeness_scale(campaign, context)
        with campaign.transaction():
            keep_portrait(campaign, customer, Portrait(candidate.rgb, face), on)
            match_customer(campaign, customer, scale, on)
        return customer

    return Job(tr("Keeping the photo"), work)


def profile_job(path: Path) -> Job[Profile]:
    """List the profile pictures of a Facebook download."""

    def work(context: JobContext) -> Profile:
        from engine.errors import SemblanceError
        from engine.photo_sources import facebook_profile_photos

        found = facebook_profile_photos(path)
        small: list[QImage | None] = []
        listed = found.photos[:MOST_LISTED]
        for place, photo in enumerate(listed):
            context.progress(place / len(listed), photo.name)
            try:
                small.append(_small(photo))
            except SemblanceError:
                small.append(None)
        return Profile(found, tuple(small))

    return Job(tr("Reading {name}").format(name=path.name), work)


def _small(photo: ProfilePhoto) -> QImage:
    from engine.faces import decode_photo
    from gui.thumb_loader import rounded

    return rounded(decode_photo(photo.read()), 2 * SMALL, SMALL)
