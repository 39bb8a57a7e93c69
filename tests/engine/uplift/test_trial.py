from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.uplift import fit_uplift
from engine.uplift.trial import check_trial


def trial(arms: dict[str, int]) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    treatment = np.repeat(np.array(list(arms), dtype=object), list(arms.values()))
    outcome = np.arange(len(treatment)) % 2
    return pd.DataFrame({"age": np.arange(len(treatment))}), treatment, outcome


def sentence(features: pd.DataFrame, treatment: object, outcome: object) -> str:
    with pytest.raises(InputError) as raised:
        fit_uplift(features, treatment, outcome)
    return str(raised.value)


def test_offers_come_in_alphabetical_order_with_the_control_group_first():
    checked = check_trial(*trial({"plan": 150, "none": 250, "gadget": 100}))
    assert checked.offers == ("gadget", "plan")
    assert np.bincount(checked.arm).tolist() == [250, 100, 150]
    assert checked.shares.tolist() == [0.5, 0.2, 0.3]


def test_columns_of_different_length_are_named_with_their_lengths():
    features, treatment, outcome = trial({"none": 300, "plan": 300})
    said = sentence(features, treatment, outcome[:-1])
    assert "600 customers, 600 offers and 599 outcomes" in said


def test_a_history_without_control_group_is_refused():
    assert 'no customer has the offer "none"' in sentence(*trial({"plan": 300, "gadget": 300}))


def test_a_history_with_the_control_group_only_is_refused():
    assert "control group only" in sentence(*trial({"none": 600}))


def test_a_small_arm_is_named_with_its_size():
    assert '"plan" has only 99 customers' in sentence(*trial({"none": 500, "plan": 99}))
    assert "The control group has only 40 customers" in sentence(*trial({"none": 40, "plan": 500}))


def test_an_outcome_other_than_0_and_1_is_named_with_its_row():
    features, treatment, outcome = trial({"none": 300, "plan": 300})
    texts = outcome.astype(object)
    texts[150] = "maybe"
    assert 'Row 151 of the history has the outcome "maybe"' in sentence(features, treatment, texts)
    assert 'Row 151 of the history has the outcome "2"' in sentence(
        features, treatment, np.where(np.arange(600) == 150, 2, outcome)
    )


def test_a_missing_offer_is_named_with_its_row():
    features, treatment, outcome = trial({"none": 300, "plan": 300})
    treatment[7] = None
    assert "Row 8 of the history names no offer" in sentence(features, treatment, outcome)


def test_a_history_in_which_hardly_anybody_said_yes_is_refused():
    features, treatment, outcome = trial({"none": 300, "plan": 300})
    said = sentence(features, treatment, outcome * (np.arange(600) < 12))
    assert said.startswith('Only 6 of the customers with the offer "plan" and of the control group said yes')
    assert "said no; at least 10" in sentence(features, treatment, outcome * 0 + 1)


def test_customers_without_features_are_refused():
    features, treatment, outcome = trial({"none": 300, "plan": 300})
    assert "Nothing is known about the customers" in sentence(features[[]], treatment, outcome)
    assert "the same features" in sentence(features.assign(age=30), treatment, outcome)
