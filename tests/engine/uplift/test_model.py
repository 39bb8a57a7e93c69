from __future__ import annotations

import json

import numpy as np
import pytest
from sklift.metrics import qini_auc_score

from engine.errors import InputError
from engine.job import JobCancelled, JobContext
from engine.uplift import UpliftEvaluation, evaluate_uplift, fit_uplift
from tests.engine.conftest import FittedTrial
from tests.engine.uplift.conftest import FittedDemo
from tests.engine.uplift.known_effects import known_effects
from tests.engine.uplift.trials import OFFERS, known_trial, share_of_true_qini, true_qini


def test_predicted_ranking_has_most_of_the_true_one(demo: FittedDemo):
    predicted = demo.model.predict(demo.population.features)
    assert np.array_equal(predicted, demo.forecast.uplift)
    assert share_of_true_qini(demo.uplift, predicted) > 0.90
    assert share_of_true_qini(demo.uplift, demo.model.crossfit.predictions) > 0.88
    for j in range(predicted.shape[1]):
        truth = demo.uplift[:, j]
        assert true_qini(truth, predicted[:, j]) / true_qini(truth, truth) > 0.87


def test_smooth_effects_are_found_too(smooth: FittedTrial):
    assert smooth.model.offers == OFFERS
    assert share_of_true_qini(smooth.trial.uplift, smooth.model.predict(smooth.trial.features)) > 0.85
    assert smooth.model.evaluation.has_signal


def test_the_interval_of_qini_holds_what_the_ranking_is_truly_worth(demo: FittedDemo):
    evaluation, out_of_fold = demo.model.evaluation, demo.model.crossfit.predictions
    best = demo.uplift[np.arange(len(out_of_fold)), out_of_fold.argmax(axis=1)]
    true = true_qini(best, out_of_fold.max(axis=1))
    assert evaluation.qini_low < true < evaluation.qini_high
    assert evaluation.has_signal
    assert evaluation.qini_low > 0


def test_averages_and_baseline_are_those_of_the_population(demo: FittedDemo):
    for j, offer in enumerate(demo.model.offers):
        average = demo.model.evaluation.average(offer)
        assert average.low < demo.uplift[:, j].mean() < average.high
        assert demo.forecast.uplift[:, j].mean() == pytest.approx(average.value, abs=0.003)
    baseline = demo.forecast.baseline
    truth = demo.population.truth.baseline.loc[demo.population.features.index]
    assert baseline.mean() == pytest.approx(truth.mean(), abs=0.006)


def test_likely_ranges_hold_the_true_uplifts(demo: FittedDemo, fitted: FittedTrial):
    other = fitted.model.forecast(fitted.trial.features)
    for forecast, truth in ((demo.forecast, demo.uplift), (other, fitted.trial.uplift)):
        assert (forecast.low < forecast.high).all()
        assert ((forecast.low <= truth) & (truth <= forecast.high)).mean() > 0.88


def test_offers_that_work_alike_on_everybody_give_no_signal():
    random = np.random.default_rng(3)
    trial = known_trial(8_000, seed=3, effect=0.0)
    gain = np.select([trial.treatment == "plan", trial.treatment == "gadget"], [0.12, 0.05], 0.0)
    outcome = (random.random(8_000) < trial.baseline + gain).astype(int)
    evaluation = evaluate_uplift(trial.features, trial.treatment, outcome)
    assert not evaluation.has_signal
    assert evaluation.average("plan").low > 0.08


def test_evaluation_counts_arms_and_scores_learners(fitted: FittedTrial):
    evaluation = fitted.model.evaluation
    assert [arm.offer for arm in evaluation.arms] == ["none", *OFFERS]
    assert [arm.customers for arm in evaluation.arms] == [1_500] * 4
    assert sum(arm.outcomes for arm in evaluation.arms) == fitted.trial.outcome.sum()
    ours = evaluation.leaderboard[0]
    assert (ours.name, ours.qini, ours.low, ours.high) == (
        "Semblance", evaluation.qini, evaluation.qini_low, evaluation.qini_high,
    )  # fmt: skip
    assert all(len(row.offers) == 3 and row.low < row.qini < row.high for row in evaluation.leaderboard)
    plan = np.isin(fitted.trial.treatment, ("none", "plan"))
    known = qini_auc_score(
        fitted.trial.outcome[plan], fitted.model.crossfit.predictions[plan, 1], fitted.trial.treatment[plan] == "plan"
    )
    assert ours.offers[1].classic == pytest.approx(known, rel=1e-9, abs=1e-9)
    assert len(evaluation.curve.share) == len(evaluation.curve.gain) == 101
    assert len(evaluation.deciles) == 10


def test_evaluation_survives_json(fitted: FittedTrial):
    text = fitted.model.evaluation.to_json()
    assert UpliftEvaluation.from_json(text) == fitted.model.evaluation
    assert json.loads(text)["has_signal"] is fitted.model.evaluation.has_signal


@pytest.mark.usefixtures("in_a_hurry")
def test_the_same_seed_gives_the_same_model():
    trial = known_effects(800, seed=4)
    first, again, other = (
        fit_uplift(trial.features, trial.treatment, trial.outcome, seed=seed, yardsticks=False) for seed in (1, 1, 2)
    )
    assert again.evaluation == first.evaluation != other.evaluation
    assert np.array_equal(again.predict(trial.features), first.predict(trial.features))


def test_unknown_towns_and_missing_values_are_predicted(fitted: FittedTrial):
    stranger = fitted.trial.features.head(3).assign(residence="nowhere", maker=None, age=np.nan)
    forecast = fitted.model.forecast(stranger)
    assert forecast.uplift.shape == forecast.low.shape == (3, 3)
    assert np.isfinite(forecast.uplift).all()
    assert ((forecast.baseline >= 0) & (forecast.baseline <= 1)).all()
    assert fitted.model.predict(fitted.trial.features.head(0)).shape == (0, 3)


def test_order_of_columns_and_rows_does_not_matter(fitted: FittedTrial):
    some = fitted.trial.features.iloc[:500]
    expected = fitted.model.predict(some)
    assert fitted.model.predict(some[some.columns[::-1]].iloc[::-1])[::-1] == pytest.approx(expected)


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("kept", [["residence", "maker"], ["age", "megabytes"], ["maker"], ["contacts"]])
def test_one_offer_that_only_some_got_and_few_features_are_enough(kept: list[str]):
    trial = known_trial(2_000, seed=9)
    rows = np.isin(trial.treatment, ("none", "plan"))
    rows[np.flatnonzero(trial.treatment == "none")[:250]] = False
    model = fit_uplift(trial.features.loc[rows, kept], trial.treatment[rows], trial.outcome[rows])
    assert model.predict(trial.features[kept]).shape == (2_000, 1)
    assert [bool(row.refused) for row in model.evaluation.leaderboard] == [False, False, False, True]
    assert UpliftEvaluation.from_json(model.evaluation.to_json()) == model.evaluation


@pytest.mark.usefixtures("in_a_hurry")
def test_an_answer_that_nobody_gives_without_an_offer_can_be_learnt():
    trial = known_effects(2_000, seed=10)
    outcome = trial.outcome * (trial.treatment != "none")
    model = fit_uplift(trial.features, trial.treatment, outcome)
    assert model.evaluation.average("plan").low > 0
    assert model.forecast(trial.features).baseline.mean() < 0.02


def test_a_missing_feature_is_named(fitted: FittedTrial):
    with pytest.raises(InputError, match='"megabytes" is missing'):
        fitted.model.predict(fitted.trial.features.drop(columns="megabytes"))


def test_an_offer_that_was_never_tried_is_named(fitted: FittedTrial):
    assert fitted.model.columns_of(["upgrade", "gadget"]) == [2, 0]
    for ask in (lambda: fitted.model.columns_of(["voucher"]), lambda: fitted.model.evaluation.average("voucher")):
        with pytest.raises(
            InputError, match=r'"voucher" was not in the last campaign \(it had gadget, plan, upgrade\)'
        ):
            ask()


def test_a_forecast_for_20000_customers_looks_at_a_cancel_all_along(demo: FittedDemo):
    gaps = demo.looks.gaps
    assert len(gaps) > 15
    assert max(gaps) < 0.25 * sum(gaps)


@pytest.mark.usefixtures("in_a_hurry")
def test_progress_rises_and_a_cancel_ends_the_fit():
    trial = known_trial(700, seed=8)
    seen: list[float] = []
    fit_uplift(trial.features, trial.treatment, trial.outcome, context=JobContext(lambda part, _: seen.append(part)))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert len(seen) > 40

    def stop_half_way(part: float, _: str) -> None:
        if part > 0.5:
            context.cancel()

    context = JobContext(stop_half_way)
    with pytest.raises(JobCancelled):
        fit_uplift(trial.features, trial.treatment, trial.outcome, context=context)
