"""The map of the inventory: alike faces near each other, a probe among its neighbours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.campaign import Campaign
from engine.inventory import InventoryMap, inventory_map, map
from engine.job import JobCancelled, JobContext
from tests.engine.campaign.conftest import fake_photo


def add(campaign: Campaign, key: str, family: int) -> None:
    """Add a photo that is alike to all of its family."""
    photo, middle = fake_photo(key), np.random.default_rng(family).normal(size=512)
    row = photo.embedding * 0.6 + middle / np.linalg.norm(middle)
    campaign.add_photo(replace(photo, embedding=(row / np.linalg.norm(row)).astype(np.float32)))


@pytest.fixture
def campaign(tmp_path: Path):
    with Campaign.create(tmp_path / "a.semblance", "demo", name="Spring", is_demo=True) as campaign:
        with campaign.transaction():
            for number in range(36):
                add(campaign, f"{number:02d}.jpg", number % 3)
        yield campaign


def spread(places: np.ndarray) -> tuple[float, float]:
    """Return the mean distance within the three families, and between all."""
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    same = (np.arange(36)[:, None] - np.arange(36)[None]) % 3 == 0
    return float(distances[same].mean()), float(distances.mean())


def is_among_its_family(found: InventoryMap, embedding: np.ndarray) -> bool:
    """Whether the families of a map keep together, and a probe of the second lies amid it."""
    within, over_all = spread(found.places)
    place = found.place_of(embedding)
    return within < 0.5 * over_all and np.linalg.norm(place - found.places[1::3].mean(axis=0)) < over_all / 2


def test_alike_faces_are_near_each_other_and_so_is_a_probe(campaign: Campaign):
    found, embedding = inventory_map(campaign), campaign.photo("07.jpg").embedding
    assert found.places.shape == (36, 2)
    assert np.abs(found.places).max() == pytest.approx(1.0, abs=1e-5)
    assert is_among_its_family(found, embedding)
    assert found.place_of(embedding) == pytest.approx(tuple(found.places[7]), abs=1e-5)
    assert np.array_equal(inventory_map(campaign).places, found.places)


def test_t_sne_is_drawn_once_until_a_photo_changes(campaign: Campaign, monkeypatch: pytest.MonkeyPatch):
    first = inventory_map(campaign, method="tsne")
    assert is_among_its_family(first, campaign.photo("07.jpg").embedding)
    drawn = []
    monkeypatch.setattr(map, "_tsne", lambda embeddings, plane, context: drawn.append(1) or plane)
    assert np.array_equal(inventory_map(campaign, method="tsne").places, first.places)
    assert drawn == []
    add(campaign, "36.jpg", 0)
    assert len(inventory_map(campaign, method="tsne").places) == 37
    assert drawn == [1]


def test_few_photos_and_a_cancel(campaign: Campaign):
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        inventory_map(campaign, context, "tsne")
    campaign.inventory.remove(campaign.photo_keys("inventory")[2:])
    assert inventory_map(campaign, method="tsne").places.tolist() == [[0, 0], [0, 0]]
    campaign.inventory.remove(campaign.photo_keys("inventory"))
    assert inventory_map(campaign).place_of(np.ones(512, np.float32)) == (0.0, 0.0)
