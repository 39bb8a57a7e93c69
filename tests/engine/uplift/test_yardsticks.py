from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.job import JobCancelled, JobContext
from engine.uplift import fit_uplift
from engine.uplift.outcome import MOST_ROWS, MOST_TREES, draw_rows, outcome_trees
from engine.uplift.trial import Trial
from engine.uplift.yardsticks import ClassTransformationLearner, TwoModelsLearner
from tests.engine.uplift.trials import known_trial


@pytest.mark.usefixtures("in_a_hurry")
def test_a_pandas_index_that_differs_changes_nothing():
    trial = known_trial(2_400, seed=2)
    rows = np.isin(trial.treatment, ("none", "plan"))
    features, treatment, outcome = trial.features[rows], trial.treatment[rows], trial.outcome[rows]
    shuffled = np.random.default_rng(0).permutation(len(features))
    plain = fit_uplift(features, treatment, outcome)
    indexed = fit_uplift(
        features.set_axis(shuffled),
        pd.Series(treatment, index=shuffled[::-1]),
        pd.Series(outcome, index=[f"customer {i}" for i in range(len(features))]),
    )
    assert indexed.evaluation == plain.evaluation
    assert [row.name for row in plain.evaluation.leaderboard] == [
        "Semblance", "SoloModel", "TwoModels", "ClassTransformation",
    ]  # fmt: skip
    assert all(row.qini != 0 for row in plain.evaluation.leaderboard)


def test_class_transformation_is_refused_where_arms_are_unequal():
    trial = Trial(("plan",), np.repeat([0, 1], [500, 200]), np.arange(700) % 2.0)
    assert TwoModelsLearner().refusal(trial) == ""
    assert "plan was given to 29% of the two" in ClassTransformationLearner().refusal(trial)


def test_two_models_are_refused_where_nobody_says_yes_without_an_offer():
    arm = np.repeat([0, 1], 700)
    trial = Trial(("plan",), arm, arm * (np.arange(1_400) % 3 == 0).astype(float))
    assert TwoModelsLearner().refusal(trial).endswith('with "none" there are 0.')
    assert ClassTransformationLearner().refusal(trial) == ""


def test_plots_of_scikit_uplift_are_never_loaded():
    script = (
        "import sys, numpy as np, pandas as pd\n"
        "from engine.uplift import fit_uplift\n"
        "light = {'sklearn', 'scipy', 'sklift'} & set(sys.modules)\n"
        "r = np.random.default_rng(0)\n"
        "fit_uplift(pd.DataFrame({'a': r.normal(size=600)}), r.choice(['none', 'x'], 600), r.integers(0, 2, 600))\n"
        "print(sorted(light), 'sklift.models' in sys.modules,\n"
        "      [name for name in sys.modules if name.startswith(('matplotlib', 'sklift.viz', 'sklift.metrics'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True []"


def test_trees_are_fitted_on_no_more_rows_than_they_can_use():
    inside = np.arange(2 * MOST_ROWS) % 3 > 0
    rows = draw_rows(inside, seed=1)
    assert len(np.unique(rows)) == MOST_ROWS
    assert inside[rows].all()
    assert np.array_equal(draw_rows(inside[:900], seed=1), np.flatnonzero(inside[:900]))


def test_trees_that_can_be_cancelled_are_those_of_a_plain_fit():
    random = np.random.default_rng(0)
    codes = np.column_stack([random.integers(0, 9, 12_000), random.normal(size=(12_000, 3))]).astype(float)
    answers = (random.random(12_000) < 0.2 + 0.1 * (codes[:, 1] > 0)).astype(float)
    trees = outcome_trees([0], 3, JobContext()).fit(codes, answers)
    plain = outcome_trees([0], 3, JobContext()).set_params(early_stopping=False, scoring="loss").fit(codes, answers)
    assert trees.n_iter_ == plain.n_iter_ == MOST_TREES
    np.testing.assert_array_equal(trees.predict_proba(codes), plain.predict_proba(codes))


def test_a_cancel_ends_a_fit_between_two_trees():
    random = np.random.default_rng(0)
    codes, answers = random.normal(size=(2_000, 3)), random.integers(0, 2, 2_000)
    context = JobContext()
    trees = outcome_trees([], 0, context)
    score, seen = trees.scoring, []

    def cancel_after_ten(*given: Any) -> float:
        seen.append(given)
        if len(seen) == 10:
            context.cancel()
        return score(*given)

    with pytest.raises(JobCancelled):
        trees.set_params(scoring=cancel_after_ten).fit(codes, answers)
    assert len(seen) == 10
