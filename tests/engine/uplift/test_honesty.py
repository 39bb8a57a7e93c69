from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.unseen_causes import e_value
from engine.uplift import Honesty, UpliftModel, check_honesty, fit_uplift
from engine.uplift.checks import imbalances
from engine.uplift.features import learn_features
from engine.uplift.honesty import LIGHTS, SURE, Finding
from engine.uplift.trial import check_trial
from tests.engine.uplift.known_effects import known_effects
from tests.engine.uplift.test_learners import chosen_by_age


@pytest.fixture(scope="module")
def drawn() -> tuple[UpliftModel, Honesty]:
    """A trial drawn by lot, with strong effects."""
    trial = known_effects(4_000, seed=1, effect=2.0)
    model = fit_uplift(trial.features, trial.treatment, trial.outcome, yardsticks=False)
    return model, check_honesty(model)


def kinds(honesty: Honesty, light: str) -> set[str]:
    return {finding.kind for finding in honesty.findings if finding.light == light}


def test_a_trial_drawn_by_lot_is_green_all_over(drawn: tuple[UpliftModel, Honesty]):
    _, honesty = drawn
    assert kinds(honesty, "green") == {"signal", "arms alike", "placebo", "calibration"}
    assert not honesty.reds
    assert max(abs(one.difference) for one in honesty.balance) < 0.1
    assert sum(map(sum, honesty.overlap.counts)) == honesty.customers == 4_000
    assert honesty.overlap.effective == pytest.approx(4_000)
    assert honesty.overlap.trimmed == 0.0
    assert honesty.e_value is None
    assert all(finding.customers == 4_000 for finding in honesty.findings)


def test_the_panel_survives_json_and_keeps_its_order(drawn: tuple[UpliftModel, Honesty]):
    _, honesty = drawn
    more = honesty.with_findings(
        [Finding("amber", "thin group", "Age 65+: only 12 customers.", 12), Finding("red", "x", "", 1)]
    )
    assert Honesty.from_json(more.to_json()) == more
    lights = [LIGHTS.index(finding.light) for finding in more.findings]
    assert lights == sorted(lights)
    assert more.findings[0].light == "red"


def test_no_signal_is_red(drawn: tuple[UpliftModel, Honesty]):
    model, _ = drawn
    silent = replace(model, evaluation=replace(model.evaluation, has_signal=False, qini_low=-0.01))
    honesty = check_honesty(silent)
    assert [finding.kind for finding in honesty.reds] == ["no signal"]
    assert "no difference between customers" in honesty.reds[0].sentence
    assert "calibration" not in kinds(honesty, "green"), "where there is no signal, nothing was promised"


def test_offers_given_by_choice_as_if_by_lot_are_red():
    features, treatment, outcome, _ = chosen_by_age(3_000, seed=3)
    honesty = check_honesty(fit_uplift(features, treatment, outcome, yardsticks=False))
    assert "arms differ" in {finding.kind for finding in honesty.reds}
    assert honesty.overlap.told > 10
    assert honesty.balance[0].feature == "age"


def test_estimated_chances_even_the_arms_out_and_an_e_value_is_said():
    features, treatment, outcome, _ = chosen_by_age(4_000, seed=4)
    honesty = check_honesty(fit_uplift(features, treatment, outcome, propensity="estimated", yardsticks=False))
    assert not honesty.is_randomised
    assert abs(honesty.balance[0].difference) < 0.15
    assert honesty.overlap.effective < 3_500
    assert honesty.e_value is not None
    assert honesty.e_value_low is not None
    assert 1.0 <= honesty.e_value_low < honesty.e_value
    assert "not randomised" in kinds(honesty, "amber")
    (cause,) = (finding.sentence for finding in honesty.findings if finding.kind == "not randomised")
    assert cause.startswith("Seen together, not caused. An unseen cause")


def test_customers_who_could_not_have_got_anything_else_are_counted():
    random = np.random.default_rng(5)
    features, treatment, outcome, chances = chosen_by_age(2_000, seed=5)
    certain = random.random(2_000) < 0.3
    extreme = np.where((treatment == "plan")[:, None], [0.01, 0.99], [0.99, 0.01])
    chances[certain] = extreme[certain]
    honesty = check_honesty(fit_uplift(features, treatment, outcome, propensity=chances, yardsticks=False))
    assert honesty.overlap.trimmed == pytest.approx(certain.mean())
    assert "overlap" in {finding.kind for finding in honesty.reds}


def test_e_values_are_those_of_the_paper():
    assert [round(e_value(ratio), 2) for ratio in (1.2, 1.5, 2.0, 3.0)] == [1.69, 2.37, 3.41, 5.45]
    assert e_value(0.5) == e_value(2.0)
    assert e_value(1.0) == 1.0


def test_many_features_of_a_small_trial_drawn_by_lot_raise_no_alarm():
    """Of so many differences the largest is large: by its own z, one such trial in eight would be red."""
    alarms, by_itself = 0, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        features = pd.DataFrame(rng.lognormal(0, 1.5, (1_500, 25)), columns=[f"habit_{n}" for n in range(25)])
        features["town"] = rng.choice([f"town {n}" for n in range(60)], 1_500, p=rng.dirichlet(np.full(60, 1.5)))
        arms = rng.choice(["none", "a", "b", "c"], 1_500)
        trial, space = check_trial(features, arms, (rng.random(1_500) < 0.2).astype(int)), learn_features(features)
        found = imbalances(space, space.rows(features), trial)
        alarms += any(one.z_alone > SURE for one in found)
        by_itself += any(abs(one.z) > SURE for one in found)
    assert alarms <= 1
    assert by_itself >= 4
