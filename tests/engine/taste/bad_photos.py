"""Photos of the demo people as a bad camera far away would have them, in a folder for each person."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from engine.campaign import PhotoRights
from engine.resources import ROOT, resource

SMILING = ROOT / "tests" / "data" / "people"


def write_bad_photos(folder: Path, people: int) -> None:
    """Write two photos of each of the first so many people."""
    neutral = sorted(path for part in ("inventory", "customers") for path in resource("demo", part).glob("*.jpg"))
    for path in neutral[:people]:
        person = path.name.split("_")[0]
        _blurred(path, folder / person / "a.jpg")
        _blurred(SMILING / path.name.replace("neutral", "smiling"), folder / person / "b.jpg")


def releases_of(folder: Path) -> list[PhotoRights]:
    """Return the record of a release by each person in a folder."""
    return [PhotoRights(path.name, "yes") for path in sorted(folder.iterdir())]


def _blurred(source: Path, target: Path) -> None:
    """Bring a photo to 32 x 32 pixels, of which the face has about 13, and back to 320 x 320."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as photo:
        photo.resize((32, 32), Image.Resampling.BOX).resize((320, 320), Image.Resampling.BILINEAR).save(target)
