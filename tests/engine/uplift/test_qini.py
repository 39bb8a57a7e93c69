from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.job import JobContext
from engine.uplift.qini import (
    auuc,
    calibration_line,
    classic_qini,
    deciles,
    qini,
    rank_best_first,
    uplift_at,
    uplift_curve,
)

ONE_FOLD = np.zeros(60, dtype=np.int64)


def drawn(seed: int, rows: int = 60, values: int = 8) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(0.05, 1.0, rows), random.integers(0, values, rows) / 10


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_ties_give_the_mean_over_all_their_orders(seed: int, values: int):
    score, prediction = drawn(seed, values=values)
    random = np.random.default_rng(seed)
    each = []
    for _ in range(200):
        broken = prediction + random.permutation(60) * 1e-9
        each.append(qini(score, broken, ONE_FOLD).value)
    spread = np.std(each) / 200**0.5
    assert qini(score, prediction, ONE_FOLD).value == pytest.approx(np.mean(each), abs=6 * spread + 1e-9)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_rows_changes_nothing(seed: int):
    score, prediction = drawn(seed)
    order = np.random.default_rng(seed).permutation(60)
    assert qini(score[order], prediction[order], ONE_FOLD).value == pytest.approx(
        qini(score, prediction, ONE_FOLD).value
    )


def test_equal_predictions_have_no_qini_and_no_width():
    found = qini(drawn(1)[0], np.full(60, 0.1), ONE_FOLD)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_qini_is_the_area_between_curve_and_random_line(seed: int):
    score, prediction = drawn(seed, values=10)
    curve = uplift_curve(score, rank_best_first(prediction, ONE_FOLD), JobContext(), points=61)
    area = np.trapezoid(np.array(curve.gain) - np.array(curve.random), curve.share)
    assert qini(score, prediction, ONE_FOLD).value == pytest.approx(area, abs=1e-9)
    assert curve.gain[0] == 0.0
    assert curve.gain[-1] == pytest.approx(score.mean()) == pytest.approx(curve.random[-1])


def test_folds_are_ranked_by_themselves():
    score, prediction = drawn(4)
    fold = np.arange(60) % 3
    shifted = prediction + fold * 100.0
    assert qini(score, shifted, fold) == qini(score, prediction, fold)


def test_interval_of_qini_covers_the_truth():
    covered, runs, rows = 0, 300, 3_000
    for seed in range(runs):
        random = np.random.default_rng(seed)
        x = random.normal(size=rows)
        uplift = 0.05 + 0.04 * x
        noise = random.choice([-1.0, 1.0], rows) * np.where(random.random(rows) < 0.1, 2.5, 0.4)
        prediction = np.round(x + random.normal(size=rows), 1)
        found = qini(uplift + noise, prediction, np.zeros(rows, dtype=np.int64))
        truth = 0.04 * 0.5 / np.pi**0.5 / 2**0.5  # 0.04 x covariance of a normal with its rank, at correlation 1/sqrt 2
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / runs <= 0.98


def test_deciles_hold_all_customers_and_their_mean():
    score, prediction = drawn(6)
    rows = deciles(score, prediction, rank_best_first(prediction, ONE_FOLD))
    assert [row.number for row in rows] == list(range(1, 11))
    assert sum(row.customers for row in rows) == 60
    assert np.mean([row.uplift for row in rows]) == pytest.approx(score.mean())
    assert np.mean([row.predicted for row in rows]) == pytest.approx(prediction.mean())
    assert all(a.predicted >= b.predicted for a, b in pairwise(rows))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(20, 400), st.floats(0.1, 0.9))
def test_the_classic_qini_is_that_of_scikit_uplift_on_untied_scores(seed: int, rows: int, share: float):
    from sklift.metrics import qini_auc_score

    random = np.random.default_rng(seed)
    treated = (random.random(rows) < share).astype(int)
    outcome = (random.random(rows) < 0.3).astype(int)
    assume(0 < treated.sum() < rows and len(np.unique(outcome[treated == 1])) == len(np.unique(outcome)) == 2)
    prediction = random.permutation(rows) / rows
    known = qini_auc_score(outcome, prediction, treated)
    assume(np.isfinite(known))
    assert classic_qini(outcome, prediction, treated) == pytest.approx(known, rel=1e-9, abs=1e-9)


def test_ties_change_neither_area_nor_uplift_at_a_share_nor_slope():
    score, prediction = drawn(7, values=3)
    weight = np.ones(60)
    order = np.random.default_rng(1).permutation(60)
    found = []
    for rows in (np.arange(60), order):
        ranking = rank_best_first(prediction[rows], ONE_FOLD)
        found.append(
            (
                auuc(score[rows], ranking).value,
                *(uplift_at(score[rows], ranking, share, weight).uplift for share in (0.1, 0.3)),
                calibration_line(score[rows], prediction[rows], weight).slope,
                classic_qini((score[rows] > 0) * 1.0, prediction[rows], (rows % 2) * 1.0),
            )
        )
    assert found[0] == pytest.approx(found[1])


def test_weights_count_as_so_many_customers():
    score, prediction = drawn(8)
    times = np.random.default_rng(2).integers(1, 4, 60)
    once, many = times.astype(float), np.repeat(np.arange(60), times)
    folds = np.zeros(len(many), dtype=np.int64)
    assert qini(score, prediction, ONE_FOLD, once).value == pytest.approx(
        qini(score[many], prediction[many], folds).value
    )
    ranking, repeated = rank_best_first(prediction, ONE_FOLD, once), rank_best_first(prediction[many], folds)
    assert auuc(score, ranking, once).value == pytest.approx(auuc(score[many], repeated).value)
    for one, other in zip(
        deciles(score, prediction, ranking, once), deciles(score[many], prediction[many], repeated), strict=True
    ):
        assert (one.uplift, one.predicted) == pytest.approx((other.uplift, other.predicted))


def test_the_calibration_line_finds_predictions_that_are_too_bold():
    random = np.random.default_rng(9)
    truth = random.normal(0.05, 0.03, 40_000)
    line = calibration_line(truth + random.normal(0, 0.3, 40_000), 0.05 + 2 * (truth - 0.05), np.ones(40_000))
    assert line.slope_low < 0.5 < line.slope_high < 0.7
    assert line.intercept == pytest.approx(0.025, abs=0.01)


def test_the_ranges_of_the_calibration_line_hold_the_truth():
    random = np.random.default_rng(10)
    held = np.zeros(3)
    for _ in range(400):
        predicted = random.normal(0.05, 0.04, 1_500)
        noise = random.normal(0, 0.2 + 2 * np.abs(predicted))
        line = calibration_line(0.02 + 0.7 * predicted + noise, predicted, np.ones(1_500))
        at = line.at(0.12)
        assert at is not None and line.intercept_low is not None and line.intercept_high is not None
        ranges = (
            (line.intercept_low, 0.02, line.intercept_high),
            (line.slope_low, 0.7, line.slope_high),
            (at.low, 0.104, at.high),
        )
        held += [low < truth < high for low, truth, high in ranges]
    assert (held > 400 * 0.92).all() and (held < 400 * 0.98).all(), held
