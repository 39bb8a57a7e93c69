from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.job import JobContext
from engine.uplift import UpliftModel, fit_uplift
from engine.uplift.crossfit import CrossFit
from engine.uplift.evaluation import Contender, evaluate
from engine.uplift.stack import calibrate
from engine.uplift.trial import Trial
from tests.engine.uplift.conftest import few_trees
from tests.engine.uplift.known_effects import KnownEffects, error_in_points, known_effects

OWN = ("Additive", "R", "DR", "X", "T", "S")
KNOWN = ("SoloModel", "TwoModels", "ClassTransformation")


@pytest.fixture(scope="module")
def compared() -> tuple[KnownEffects, UpliftModel]:
    """A trial of one offer, learnt by DR alone and by all others beside it."""
    trial = known_effects(4_000, seed=1)
    with few_trees():
        return trial, fit_uplift(trial.features, trial.treatment, trial.outcome, learners=("DR",), compared=OWN)


def test_all_learners_are_scored_on_the_same_folds(compared: tuple[KnownEffects, UpliftModel]):
    _, model = compared
    board = {row.name: row for row in model.evaluation.leaderboard}
    assert list(board) == ["Semblance", *OWN, *KNOWN]
    assert all(not row.refused and row.qini > 0 for row in board.values())
    assert all(row.behind_low <= row.behind <= row.behind_high for row in board.values())
    assert board["Semblance"].behind == 0.0
    assert not board["Semblance"].is_different


def test_a_single_learner_predicts_others_with_a_range(compared: tuple[KnownEffects, UpliftModel]):
    _, model = compared
    others = known_effects(5_000, seed=2)
    forecast = model.forecast(others.features)
    assert np.corrcoef(forecast.uplift[:, 0], others.uplift)[0, 1] > 0.4
    assert error_in_points(others.uplift, forecast.uplift[:, 0]) < 7
    assert (forecast.low < forecast.high).mean() > 0.99


def test_an_unknown_learner_is_named_with_those_there_are():
    trial = known_effects(600, seed=3)
    with pytest.raises(InputError, match=r'no learner "magic"\. Choose one of Additive, R, DR, X, T, S, SoloModel'):
        fit_uplift(trial.features, trial.treatment, trial.outcome, learners=("magic",))


def test_a_part_has_the_say_that_it_earns():
    random = np.random.default_rng(0)
    truth = random.normal(0.05, 0.05, (50_000, 1))
    scores = truth + random.normal(0, 0.5, truth.shape)
    good, noise = truth + random.normal(0, 0.02, truth.shape), random.normal(0.05, 0.05, truth.shape)
    say = calibrate(np.stack([good, noise]), scores, np.ones(50_000)).say
    assert say[0] > 0.75
    assert say[1] < 0.1
    few = calibrate(np.stack([good, noise])[:, :200], scores[:200], np.ones(200)).say
    assert few == pytest.approx([0.5, 0.5], abs=0.25), "two hundred customers cannot tell much"
    against = calibrate(np.stack([good, -good]), scores, np.ones(50_000))
    assert against.say.min() >= 0


def chosen_by_age(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, pd.DataFrame]:
    """A campaign in which the old, who say yes anyway, got the offer more often; it adds 10 points for everybody."""
    random = np.random.default_rng(seed)
    age = random.uniform(20, 80, rows)
    chance = np.where(age > 50, 0.8, 0.2)
    asked = random.random(rows) < chance
    outcome = random.random(rows) < np.where(age > 50, 0.5, 0.1) + 0.1 * asked
    features = pd.DataFrame({"age": age, "calls": random.poisson(30, rows)})
    treatment = np.where(asked, "plan", "none").astype(object)
    return features, treatment, outcome.astype(int), pd.DataFrame({"none": 1 - chance, "plan": chance})


@pytest.mark.usefixtures("in_a_hurry")
def test_known_and_estimated_chances_undo_what_a_choice_did():
    features, treatment, outcome, chances = chosen_by_age(4_000, seed=1)
    rates = [outcome[treatment == arm].mean() for arm in ("none", "plan")]
    assert rates[1] - rates[0] > 0.25, "by the plain rates, the offer seems to win many more"
    for propensity in (chances, "estimated"):
        model = fit_uplift(features, treatment, outcome, propensity=propensity)
        average = model.evaluation.average("plan")
        assert average.low < 0.1 < average.high
        assert model.predict(features).mean() == pytest.approx(0.1, abs=0.03)
        assert model.evaluation.leaderboard[-1].refused.startswith("It needs as many customers")


@pytest.mark.usefixtures("in_a_hurry")
def test_weights_stand_for_customers_who_are_not_there():
    random = np.random.default_rng(4)
    young = random.random(4_000) < 0.5
    asked = random.random(4_000) < 0.5
    outcome = (random.random(4_000) < 0.2 + asked * np.where(young, 0.3, 0.0)).astype(int)
    features = pd.DataFrame({"young": young, "calls": random.poisson(30, 4_000)})
    treatment = np.where(asked, "plan", "none").astype(object)
    weight = np.where(young, 9.0, 1.0)
    found = fit_uplift(features, treatment, outcome, weight=list(weight), learners=("DR",), compared=OWN).evaluation
    assert found.average("plan").value == pytest.approx(0.27, abs=0.04)
    assert all(np.isfinite(row.qini) for row in found.leaderboard)


def test_chances_and_weights_that_cannot_be_are_refused():
    features, treatment, outcome, chances = chosen_by_age(600, seed=2)
    for changed, said in (
        (chances.drop(columns="none"), 'chance to get "none" is missing'),
        (chances.head(10), "chances for 10 customers"),
        (chances.assign(plan=0.9), "Row 1 of the chances"),
    ):
        with pytest.raises(InputError, match=said):
            fit_uplift(features, treatment, outcome, propensity=changed)
    for weight, said in (([1.0] * 599, "599 weights for 600"), ([1.0] * 599 + [-1.0], 'Row 600 .* the weight "-1.0"')):
        with pytest.raises(InputError, match=said):
            fit_uplift(features, treatment, outcome, weight=weight)


def test_a_learner_that_ranks_alike_is_no_different_and_a_worse_one_is():
    random = np.random.default_rng(5)
    rows = 20_000
    truth = random.normal(0.05, 0.05, (rows, 1))
    scores = truth + random.normal(0, 0.4, truth.shape)
    trial = Trial(("plan",), np.arange(rows) % 2, (random.random(rows) < 0.2).astype(float))
    crossfit = CrossFit(np.arange(rows) % 3, truth, scores, np.ones(rows), {}, 0.5)
    near, worse = truth + random.normal(0, 0.001, truth.shape), -truth
    found = evaluate(trial, crossfit, (Contender("near", near), Contender("worse", worse)), JobContext())
    assert [row.is_different for row in found.leaderboard] == [False, False, True]
    assert found.leaderboard[2].behind_low > 0
