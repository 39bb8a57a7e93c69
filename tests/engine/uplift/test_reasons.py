from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.uplift import Explainer, explainer_of, fit_uplift
from tests.engine.conftest import FittedTrial
from tests.engine.uplift.trials import OFFERS, known_trial


@pytest.fixture(scope="module")
def explainer(fitted: FittedTrial) -> Explainer:
    return explainer_of(fitted.model)


def test_the_plain_numbers_predict_as_the_model_does(fitted: FittedTrial, explainer: Explainer):
    some = fitted.trial.features.iloc[:400]
    strangers = some.head(2).assign(residence="nowhere", maker=None, age=np.nan)
    for features in (some, strangers):
        predicted = fitted.model.predict(features)
        for j, offer in enumerate(OFFERS):
            assert explainer.uplift(features, offer) == pytest.approx(predicted[:, j], abs=1e-12)


def test_reasons_add_up_to_the_last_digit(fitted: FittedTrial, explainer: Explainer):
    for row in (3, 77):
        customer = fitted.trial.features.iloc[[row]]
        found = explainer.explain(customer, "plan")
        assert found.uplift == pytest.approx(fitted.model.predict(customer)[0, 1], abs=1e-12)
        assert found.average + sum(reason.uplift for reason in found.reasons) == pytest.approx(found.uplift, abs=1e-12)
        sizes = [abs(reason.uplift) for reason in found.reasons]
        assert sizes == sorted(sizes, reverse=True)
        first, rest = found.foremost(2)
        assert found.average + sum(one.uplift for one in first) + rest == pytest.approx(found.uplift, abs=1e-12)


def test_a_feature_with_an_effect_is_a_reason_and_one_without_is_none():
    random = np.random.default_rng(1)
    rows = 4_000
    features = pd.DataFrame({"age": random.uniform(20, 80, rows), "calls": random.poisson(30, rows)})
    asked = random.random(rows) < 0.5
    outcome = random.random(rows) < 0.2 + asked * np.where(features["age"] > 50, 0.3, 0.0)
    treatment = np.where(asked, "plan", "none").astype(object)
    model = fit_uplift(features, treatment, outcome.astype(int), yardsticks=False)
    explainer = explainer_of(model)
    old, young = (explainer.explain(pd.DataFrame({"age": [age], "calls": [30]}), "plan") for age in (70.0, 30.0))
    assert (old.reasons[0].feature, old.reasons[0].value) == ("age", 70.0)
    assert old.reasons[0].uplift > 0.08
    assert young.reasons[0].uplift < -0.08
    assert abs(old.reasons[1].uplift) < 0.02


def test_a_customer_is_explained_within_100_ms(fitted: FittedTrial, explainer: Explainer):
    customer = fitted.trial.features.iloc[[5]]
    explainer.explain(customer, "plan")
    used = []
    for _ in range(3):
        start = time.process_time()
        explainer.explain(customer, "plan")
        used.append(time.process_time() - start)
    assert min(used) < 0.1


def test_what_is_kept_explains_as_before_and_holds_nobody(fitted: FittedTrial, explainer: Explainer):
    again = Explainer.from_json(explainer.to_json())
    customer = fitted.trial.features.iloc[[9]]
    assert again.explain(customer, "gadget") == explainer.explain(customer, "gadget")
    numbers = fitted.trial.features[["age", "megabytes"]].dropna()
    assert not any((numbers == row).all(axis=1).any() for row in explainer.crowd[["age", "megabytes"]].to_numpy())


def test_what_cannot_be_explained_is_said(fitted: FittedTrial, explainer: Explainer):
    customer = fitted.trial.features.iloc[[0]]
    with pytest.raises(InputError, match='"voucher" was not in the last campaign'):
        explainer.explain(customer, "voucher")
    with pytest.raises(InputError, match='"age" is missing'):
        explainer.explain(customer.drop(columns="age"), "plan")
    trial = known_trial(700, seed=1)
    other = fit_uplift(trial.features, trial.treatment, trial.outcome, learners=("Additive",), yardsticks=False)
    with pytest.raises(InputError, match="Only Additive and SoloModel together"):
        explainer_of(other)
