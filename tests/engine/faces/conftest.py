"""The demo people, read once for all tests of faces, and for all workers of a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.faces import Detection, FaceReader, Gallery, GalleryPhoto
from engine.faces.reader import shared_reader
from engine.resources import resource
from tests.conftest import made_once

SMILING = Path(__file__).resolve().parents[2] / "data" / "people"


@pytest.fixture(scope="session")
def reader() -> FaceReader:
    return shared_reader()


def _write(gallery: Gallery, file: Path) -> None:
    faces = [photo.face for photo in gallery.photos]
    assert [photo.name for photo in gallery.photos] == list(gallery.names)
    np.savez(
        file,
        names=gallery.names,
        paths=[str(photo.path) for photo in gallery.photos],
        sizes=[(photo.width, photo.height) for photo in gallery.photos],
        boxes=[face.box for face in faces],
        points=[face.points for face in faces],
        scores=[face.score for face in faces],
        embeddings=gallery.embeddings,
    )


def _read(file: Path) -> Gallery:
    with np.load(file) as kept:
        columns = {name: kept[name] for name in kept.files}
    names = [str(name) for name in columns["names"]]
    photos = [
        GalleryPhoto(
            name,
            Path(str(columns["paths"][at])),
            *map(int, columns["sizes"][at]),
            Detection(tuple(map(float, columns["boxes"][at])), columns["points"][at], float(columns["scores"][at])),
        )
        for at, name in enumerate(names)
    ]
    return Gallery(names, columns["embeddings"], photos=photos)


@pytest.fixture(scope="session")
def neutral(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The demo's 78 people, inventory and customers, with a neutral face."""

    def make(folder: Path) -> None:
        for part in ("inventory", "customers"):
            shutil.copytree(resource("demo", part), folder / "people" / part)
        _write(Gallery.from_folder(folder / "people", reader=shared_reader()), folder / "gallery.npz")

    return _read(made_once(tmp_path_factory, "neutral", make) / "gallery.npz")


@pytest.fixture(scope="session")
def smiling(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The same people, smiling."""

    def make(folder: Path) -> None:
        _write(Gallery.from_folder(SMILING, reader=shared_reader()), folder / "gallery.npz")

    return _read(made_once(tmp_path_factory, "smiling", make) / "gallery.npz")


@pytest.fixture(scope="session")
def photo() -> Path:
    """One person's portrait, 800 x 800."""
    return sorted(resource("demo", "inventory").glob("*.jpg"))[0]
