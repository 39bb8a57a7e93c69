from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.job import JobContext
from engine.uplift.qini import deciles, qini, rank_best_first, uplift_curve

ONE_FOLD = np.zeros(60, dtype=np.int64)


def drawn(seed: int, rows: int = 60, values: int = 8) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(0.05, 1.0, rows), random.integers(0, values, rows) / 10


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
