"""The networks, and folders of the demo's photos."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.campaign import Campaign
from engine.faces import FaceReader
from engine.faces.reader import shared_reader
from engine.resources import resource

PEOPLE = sorted(resource("demo", "inventory").glob("*.jpg"))


@pytest.fixture(scope="session")
def reader() -> FaceReader:
    return shared_reader()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Campaign]:
    with Campaign.create(tmp_path / "empty.semblance", "demo", name="Spring", is_demo=True) as campaign:
        yield campaign


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, int], Path]:
    """Put a demo person's photo under a name below a folder."""

    def copy(name: str, person: int) -> Path:
        place = tmp_path / "photos" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PEOPLE[person], place)
        return place

    return copy
