"""What the ads' tests share: the families of the program, words to set, and a real person from the demo."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from engine.ads import AdCopy, LayerCache, Portrait, TemplateFamily, families, load_family, register_fonts
from engine.faces.detector import FaceDetector
from engine.faces.hair import hair_top
from engine.faces.photo import decode_photo
from engine.resources import resource

EN = AdCopy(
    headline="Anna, your next phone is waiting",
    headline_short="Anna, your new phone",
    body="Unlimited 5G and a new phone with nothing to pay today.",
    price="€24.90",
    unit="/month",
    cta="See the offer",
    cta_short="See offer",
    legal="Offer valid until 31 December 2026 with a 24 month contract. Price includes tax. Terms apply.",
    legal_short="24 month contract. Terms apply.",
    has_handset=True,
)
HU = AdCopy(
    headline="Zsófi, őrült gyors 5G-re váltanál?",
    headline_short="Zsófi, jöhet az 5G?",
    body="Korlátlan net, űrgyors feltöltés és új készülék 0 Ft induló részlettel.",
    price="12 990",
    unit="Ft/hó",
    cta="Megnézem",
    cta_short="Megnézem",
    legal="Az ajánlat 2026. december 31-ig, 24 hónapos hűségidővel érvényes. Az ár bruttó. Részletek az üzletekben.",
    legal_short="24 hónap hűségidővel. Részletek az üzletekben.",
    has_handset=True,
    language="hu",
)
LONG = AdCopy(
    headline="Krisztián, a megkülönböztetett figyelmet érdemlő előfizetőinknek most még gyorsabb 5G jár",
    headline_short="Krisztián, még gyorsabb 5G jár",
    body=HU.body,
    price="129 990",
    unit=HU.unit,
    cta="Megnézem az ajánlatot",
    cta_short=HU.cta_short,
    legal=HU.legal,
    legal_short=HU.legal_short,
    has_handset=True,
    language="hu",
)
TINY = AdCopy(
    headline="Hi, Bo",
    headline_short="Hi, Bo",
    body="More data.",
    price="€9",
    unit=EN.unit,
    cta=EN.cta,
    cta_short=EN.cta_short,
    legal=EN.legal,
    legal_short=EN.legal_short,
    has_handset=True,
)
COPIES = {"en": EN, "hu": HU, "long": LONG, "tiny": TINY}
SHIPPED = families()


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    register_fonts()


@pytest.fixture(scope="session")
def shipped() -> dict[str, TemplateFamily]:
    return {key: load_family(resource("templates", key)) for key in SHIPPED}


@pytest.fixture(scope="session")
def person() -> Portrait:
    """A person of the demo, measured as in a campaign."""
    rgb = decode_photo(resource("demo", "inventory", "p001_neutral.jpg"))
    face = FaceDetector().detect(rgb)[0]
    return Portrait(rgb, face.box, hair_top(rgb, face))


@pytest.fixture(scope="session")
def layers() -> LayerCache:
    return LayerCache(limit_bytes=800_000_000)


@pytest.fixture
def own_family(tmp_path: Path) -> Path:
    """A family of a user's own: a copy of one that comes with the program, in a folder that may be changed."""
    folder = tmp_path / "ours"
    shutil.copytree(resource("templates", "shelf"), folder)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Change a file's text; the text must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """Return a picture as (h, w, 3) uint8, red first."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def with_alpha(image: QImage) -> npt.NDArray[np.uint8]:
    """Return a picture of 32 bits a pixel as (h, w, 4) uint8, as it lies in memory."""
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()
