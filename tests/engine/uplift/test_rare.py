"""Towns that are too many and too small for a column each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.job import JobContext
from engine.uplift import Explainer, UpliftModel, explainer_of, fit_uplift
from engine.uplift.features import MOST_LEVELS, learn_features
from engine.uplift.rare import fit_rare
from tests.engine.uplift.known_effects import KnownEffects, error_in_points, town_effects

TOWNS = 500


@pytest.fixture(scope="module")
def towns() -> tuple[KnownEffects, UpliftModel]:
    trial = town_effects(25_000, 0, towns=TOWNS)
    return trial, fit_uplift(trial.features, trial.treatment, trial.outcome, yardsticks=False)


def test_effects_of_rare_levels_are_found_in_common_and_by_offer_and_vanish_where_there_are_none():
    random = np.random.default_rng(1)
    levels, rows = 300, 30_000
    common, own = random.normal(0, 0.08, (levels, 1)), random.normal(0, 0.05, (levels, 2))
    level, arm = random.integers(-1, levels, rows), random.integers(0, 3, rows)
    contrast = (arm[:, None] == (1, 2)) - np.full(2, 1 / 3)
    truth = np.where(level[:, None] < 0, 0.0, (common + own)[level])
    noise = random.normal(0, 0.35, rows)
    weight = np.full(rows, 1 / 0.35**2)
    found = fit_rare(level, levels, contrast, weight, (contrast * truth).sum(axis=1) + noise, JobContext())
    assert found.effect.shape == found.variance.shape == (levels + 1, 2)
    assert not found.effect[-1].any()
    error = found.effect[:-1] - common - own
    assert error.std() < 0.8 * (common + own).std()
    assert (np.abs(error) < 1.96 * np.sqrt(found.variance[:-1])).mean() == pytest.approx(0.95, abs=0.03)
    none = fit_rare(level, levels, contrast, weight, noise, JobContext())
    assert np.abs(none.effect).max() < 0.01


def test_towns_without_a_column_of_their_own_are_told_apart(towns: tuple[KnownEffects, UpliftModel]):
    _, model = towns
    others = town_effects(20_000, 1, towns=TOWNS)
    category = model.learner.space.categories[0]
    assert (len(category.levels), len(category.rare)) == (MOST_LEVELS, TOWNS - MOST_LEVELS)
    rows = model.learner.rows(others.features)
    is_rare = rows.rare[:, 0] >= 0
    strangers = replace(rows, rare=np.full_like(rows.rare, -1))
    with_own, without = (model.learner.uplift_of(seen, JobContext())[is_rare, 0] for seen in (rows, strangers))
    truth = others.uplift[is_rare]
    assert error_in_points(truth, with_own) < 0.9 * error_in_points(truth, without)
    forecast = model.forecast(others.features)
    held = (forecast.low[:, 0] <= others.uplift) & (others.uplift <= forecast.high[:, 0])
    assert held[is_rare].mean() > 0.85


def test_reasons_know_of_rare_towns(towns: tuple[KnownEffects, UpliftModel]):
    trial, model = towns
    explainer = Explainer.from_json(explainer_of(model).to_json())
    predicted = model.predict(trial.features.head(300))[:, 0]
    assert explainer.uplift(trial.features.head(300), "plan") == pytest.approx(predicted, abs=1e-12)
    effect, rare = explainer.rare[0][:-1, 0], model.learner.space.categories[0].rare
    customer = trial.features.head(1).assign(residence=rare[int(effect.argmax())], age=45.0)
    found = explainer.explain(customer, "plan")
    assert found.reasons[0].feature == "residence"
    assert found.average + sum(reason.uplift for reason in found.reasons) == pytest.approx(found.uplift, abs=1e-12)


def test_rare_levels_stand_in_bands_of_like_frequency():
    trial = town_effects(6_000, 2, towns=400)
    trial.features["residence"] = trial.features["residence"].astype(str)
    trial.features.loc[:1_999, "residence"] = "capital"
    space = learn_features(trial.features)
    category, rows = space.categories[0], space.rows(trial.features)
    counts = trial.features["residence"].value_counts()
    for name, band in zip(category.rare, category.band, strict=True):
        assert category.band[0] <= band < len(category.shares)
        alike = [counts[one] for one, place in zip(category.rare, category.band, strict=True) if place == band]
        assert max(alike) < 2 * counts[name] + 1
    assert category.shares.sum() == pytest.approx(1.0)
    stranger = space.rows(trial.features.head(1).assign(residence="elsewhere"))
    assert np.isnan(stranger.codes[0, 0])
    assert stranger.rare[0, 0] == -1
    assert rows.rare.max() == len(category.rare) - 1
