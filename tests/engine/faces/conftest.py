"""The demo people, read once for all tests of faces."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.faces import FaceReader, Gallery
from engine.faces.reader import shared_reader
from engine.resources import resource

SMILING = Path(__file__).resolve().parents[2] / "data" / "people"


@pytest.fixture(scope="session")
def reader() -> FaceReader:
    return shared_reader()


@pytest.fixture(scope="session")
def neutral(reader: FaceReader, tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The demo's 78 people, inventory and customers, with a neutral face."""
    folder = tmp_path_factory.mktemp("people")
    for part in ("inventory", "customers"):
        shutil.copytree(resource("demo", part), folder / part)
    return Gallery.from_folder(folder, reader=reader)


@pytest.fixture(scope="session")
def smiling(reader: FaceReader) -> Gallery:
    """The same people, smiling."""
    return Gallery.from_folder(SMILING, reader=reader)


@pytest.fixture(scope="session")
def photo() -> Path:
    """One person's portrait, 800 x 800."""
    return sorted(resource("demo", "inventory").glob("*.jpg"))[0]
