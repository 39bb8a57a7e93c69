"""Influence on the next handset: found where it is planted, and not where friends are merely alike."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.demo.population import simulate_population
from engine.demo.world import Planted
from engine.job import JobCancelled, JobContext
from engine.social import Association, NextMakerInfluence, next_maker_influence, social_web
from tests.engine.social.conftest import plain_ties, web_of

CUSTOMERS = 12_000


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_likeness_among_friends_alone_is_within_noise_of_zero(seed: int) -> None:
    population = simulate_population(CUSTOMERS, seed, planted=Planted(influence=0.0))
    web = web_of(population, seed)
    found = next_maker_influence(web, population.spells, web.communities())
    assert found is not None
    assert not found.within_communities.is_clear
    assert abs(found.within_communities.points) < 2.0
    assert found.uncontrolled.is_clear  # what would be claimed without a look at communities
    assert found.uncontrolled.points > 2.0


@pytest.mark.parametrize("seed", [0, 1])
def test_planted_influence_is_found(seed: int) -> None:
    population = simulate_population(CUSTOMERS, seed, planted=Planted(influence=0.9))
    web = web_of(population, seed)
    found = next_maker_influence(web, population.spells, web.communities())
    assert found is not None
    assert found.within_communities.low > 4.0
    assert found.within_communities.points < found.uncontrolled.points
    assert found.changes > 5_000
    assert NextMakerInfluence.from_json(found.to_json()) == found


def test_too_few_changes_give_no_estimate() -> None:
    web = social_web(plain_ties([("a", "b", 1), ("b", "a", 1)]))
    history = pd.DataFrame(
        {
            "customer": ["a", "b"],
            "maker": ["Nokia", "Apple"],
            "start": pd.to_datetime(["2025-01-01", "2025-01-01"]),
            "end": pd.to_datetime(["2026-01-01", None]),
            "next_maker": ["Apple", None],
        }
    )
    assert next_maker_influence(web, history, web.communities()) is None
    assert next_maker_influence(web, history.iloc[:0], web.communities()) is None


def test_only_an_interval_without_zero_is_clear() -> None:
    assert not Association(3.0, -1.0, 7.0).is_clear
    assert Association(-9.0, -12.0, -6.0).is_clear


def test_cancelled_estimate_stops() -> None:
    context = JobContext()
    context.cancel()
    population = simulate_population(400, 0)
    web = social_web(plain_ties([("000001", "000002", 1)]), customers=population.drawn.people.ids.tolist())
    with pytest.raises(JobCancelled):
        next_maker_influence(web, population.spells, web.communities(), context)
