"""Makes the three pictures of the start page out of the demo people, by the same parts that make a campaign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from engine.resources import resource

if TYPE_CHECKING:
    from engine.ads import AdCopy

CUSTOMER = "p022_neutral.jpg"
LOOKALIKE = "p005_neutral.jpg"
OFFER = "samsung-5g"
FAMILY = "cover"
SIDE = 540  # pixels: twice the size on the page
AD_SIZE = "1200x628"
QUALITY = 90


def make_start_pictures(folder: Path) -> None:
    """Write customer.jpg and lookalike.jpg, framed alike, and ad.jpg into a folder."""
    from engine.ads import Portrait, compose, encode_jpeg, load_family
    from engine.faces import Subject, decode_photo, eye_frame, hair_top, one_face

    folder.mkdir(parents=True, exist_ok=True)
    photos = {
        "customer": resource("demo", "customers", CUSTOMER),
        "lookalike": resource("demo", "inventory", LOOKALIKE),
    }
    subjects = []
    for path in photos.values():
        face, rgb = one_face(path), decode_photo(path)
        subjects.append(Subject(rgb.shape[1], rgb.shape[0], face.box, face.points, hair_top(rgb, face)))
    for (name, path), frame in zip(photos.items(), eye_frame(*subjects), strict=True):
        part = QImage(str(path)).copy(round(frame.x), round(frame.y), round(frame.width), round(frame.height))
        _save(part, folder / f"{name}.jpg")
    alike = subjects[1]
    portrait = Portrait(decode_photo(photos["lookalike"]), alike.box, alike.hair_top)
    ad = compose(load_family(resource("templates", FAMILY)), AD_SIZE, _copy(), portrait)
    (folder / "ad.jpg").write_bytes(encode_jpeg(ad.image))


def _copy() -> AdCopy:
    from engine.ads import AdCopy
    from engine.offers import read_offers

    offer = next(each for each in read_offers(resource("demo", "offers.csv")) if each.key == OFFER)
    return AdCopy(
        headline=offer.headline, body=offer.body, price=offer.price, unit=offer.unit, cta=offer.cta, legal=offer.legal,
        headline_short=offer.headline_short, cta_short=offer.cta_short, legal_short=offer.legal_short,
        has_handset=offer.has_handset, language=offer.language,
    )  # fmt: skip


def _save(image: QImage, path: Path) -> None:
    size = min(SIDE, image.width())
    mode = Qt.TransformationMode.SmoothTransformation
    if not image.scaledToWidth(size, mode).save(str(path), quality=QUALITY):
        raise OSError(f"{path} cannot be written")
