from __future__ import annotations

import numpy as np
import pytest

from engine.taste.intervals import mean_interval, share_interval, wilson


def test_wilsons_interval_is_that_of_the_paper():
    assert wilson(0.8, 50) == pytest.approx((0.6696, 0.8876), abs=1e-4)
    assert wilson(1.0, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)


def test_the_intervals_hold_the_truth_as_often_as_they_say_where_answers_of_a_person_hang_together():
    lot = np.random.default_rng(0)
    persons = np.repeat(np.arange(25), 8)
    held = np.zeros(2)
    for _ in range(400):
        chance = lot.beta(4, 2, 25)[persons]  # two thirds on the whole, more or less for each
        hits = (lot.random(200) < chance).astype(float)
        for place, interval in enumerate((share_interval(hits, persons), mean_interval(hits, persons))):
            held[place] += interval.low <= 2 / 3 <= interval.high
    assert (held / 400 > 0.92).all()
    naive = share_interval(hits, np.arange(200))
    assert share_interval(hits, persons).low < naive.low


def test_of_one_person_nothing_is_known():
    interval = mean_interval(np.array([1.0, 0.0, 1.0]), np.array(["p", "p", "p"]))
    assert interval.low == -np.inf and interval.high == np.inf
