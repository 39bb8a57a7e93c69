"""A real encrypted campaign file, and photos to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.campaign import Campaign, StoredPhoto

PASSPHRASE = "őszi kampány 2026"

MakePhoto = Callable[..., StoredPhoto]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spring.semblance"


@pytest.fixture
def campaign(path: Path) -> Iterator[Campaign]:
    with Campaign.create(path, PASSPHRASE, name="Spring") as campaign:
        yield campaign


def fake_photo(key: str, customer: str | None = None, seed: int = 0) -> StoredPhoto:
    """Return a photo that nobody can decode, with a face and an embedding drawn at random."""
    random = np.random.default_rng([seed, *key.encode()])
    embedding = random.normal(size=512).astype(np.float32)
    return StoredPhoto(
        key=key,
        role="inventory" if customer is None else "customer",
        customer=customer,
        jpeg=random.bytes(20_000),
        width=900,
        height=1200,
        box=(310.5, 220.25, 280.0, 360.0),
        points=random.uniform(0, 900, (5, 2)),
        score=0.93,
        hair_top=140.5,
        embedding=embedding / np.linalg.norm(embedding),
        model="9b" * 32,
    )


@pytest.fixture
def make_photo() -> MakePhoto:
    return fake_photo
