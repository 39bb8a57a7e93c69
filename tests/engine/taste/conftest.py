"""The demo people as they lie in the demo campaign, with their real embeddings, ages and hair."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.campaign import Campaign
from engine.taste.teaching import judged_faces
from tests.engine.taste.designers import Faces


@pytest.fixture(scope="session")
def faces(demo_campaign_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Faces:
    """The 78 people of inventory and customers."""
    path = tmp_path_factory.mktemp("faces") / demo_campaign_path.name
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as opened:
        return Faces.of(judged_faces(opened))
