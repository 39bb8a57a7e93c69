"""The operator whose files the commands are given."""

from __future__ import annotations

import pytest

from engine.demo import DemoOperator, simulate_operator


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> DemoOperator:
    """CSV files and photo folders as a user would have them; few photos, since each costs time."""
    operator = simulate_operator(tmp_path_factory.mktemp("own") / "delivery", customers=2_000, seed=3)
    for folder in (operator.inventory, operator.photos):
        for photo in sorted(folder.iterdir())[8:]:
            photo.unlink()
    return operator
