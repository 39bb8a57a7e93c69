from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import NO_OFFER, RECOMMENDATION_COLUMNS
from engine.errors import InputError
from engine.offers import (
    LOST_CAUSE,
    PERSUADABLE,
    SEGMENTS,
    SLEEPING_DOG,
    SURE_THING,
    Offer,
    best_single_offer,
    recommend,
)
from engine.uplift import Arm, Curve, UpliftEvaluation

NOTHING = Curve((0.0,), (0.0,), (0.0,), (0.0,), (0.0,))


def offers_of(margins: list[float], costs: list[float]) -> list[Offer]:
    return [Offer(f"offer-{j}", "", "", m, c) for j, (m, c) in enumerate(zip(margins, costs, strict=True))]


def evaluation_of(averages: list[float], *, has_signal: bool, reach: float = 0.01) -> UpliftEvaluation:
    tried = [Arm(f"offer-{j}", 500, 60, 0.12, u, u - reach, u + reach) for j, u in enumerate(averages)]
    arms = (Arm(NO_OFFER, 500, 50, 0.1, 0.0, 0.0, 0.0), *tried)
    return UpliftEvaluation(0.01, 0.005, 0.015, has_signal, 3.0, 0.001, 1500, arms, (), NOTHING, ())


uplifts = st.lists(
    st.lists(st.floats(-0.5, 0.5).map(lambda x: round(x, 3)), min_size=3, max_size=3), min_size=1, max_size=20
)
money = st.lists(st.integers(0, 5_000).map(float), min_size=3, max_size=3)


@given(uplifts, money, money, st.integers(0, 1_000))
def test_everyone_gets_the_offer_with_the_highest_value(
    rows: list[list[float]], margins: list[float], costs: list[float], seed: int
):
    uplift = np.array(rows)
    reach = np.random.default_rng(seed).uniform(0, 0.3, uplift.shape)
    baseline = np.random.default_rng(seed).uniform(0, 1, len(rows))
    names = [f"{i:06}" for i in range(len(rows))]
    table = recommend(
        uplift, uplift - reach, uplift + reach, baseline, names, ["Nokia"] * len(rows),
        offers_of(margins, costs), evaluation_of([0.1] * 3, has_signal=True),
    )  # fmt: skip
    assert tuple(table.columns) == RECOMMENDATION_COLUMNS
    assert table["customer"].tolist() == names
    assert set(table["segment"]) <= set(SEGMENTS)
    for i, row in enumerate(table.itertuples()):
        values = [m * u - c for m, u, c in zip(margins, rows[i], costs, strict=True)]
        best = values.index(max(values))
        if max(values) > 0:
            assert row.offer == f"offer-{best}"
            assert row.expected_value == pytest.approx(max(values))
            assert row.segment == PERSUADABLE
        else:
            assert row.offer == NO_OFFER
            assert row.expected_value == 0.0
            assert row.segment != PERSUADABLE
        assert row.uplift == rows[i][best]
        assert (row.uplift_low, row.uplift_high) == ((uplift - reach)[i, best], (uplift + reach)[i, best])


def test_segments_follow_the_rule():
    uplift = np.array([[0.2], [0.01], [0.01], [-0.1], [-0.02]])
    reach = np.array([[0.05], [0.02], [0.02], [0.15], [0.10]])
    baseline = np.array([0.1, 0.6, 0.1, 0.5, 0.5])
    table = recommend(
        uplift, uplift - reach, uplift + reach, baseline, list("abcde"), ["Nokia"] * 5,
        offers_of([100.0], [5.0]), evaluation_of([0.1], has_signal=True),
    )  # fmt: skip
    assert table["segment"].tolist() == [PERSUADABLE, SURE_THING, LOST_CAUSE, SLEEPING_DOG, SURE_THING]
    assert table["offer"].tolist() == ["offer-0", "none", "none", "none", "none"]


def test_nobody_is_asked_for_a_yes_that_becomes_less_likely():
    table = recommend(
        np.array([[-0.1, -0.2]]), np.array([[-0.2, -0.3]]), np.array([[-0.05, -0.1]]), np.array([0.5]),
        ["1"], ["Nokia"], offers_of([0.0, 0.0], [0.0, 0.0]), evaluation_of([0.1, 0.1], has_signal=True),
    )  # fmt: skip
    assert table[["offer", "segment", "expected_value"]].values.tolist() == [[NO_OFFER, SLEEPING_DOG, 0.0]]


def flat(evaluation: UpliftEvaluation):
    random = np.random.default_rng(0)
    uplift = random.normal(0, 0.2, (50, 2))
    return recommend(
        uplift, uplift - 0.1, uplift + 0.1, random.random(50), [str(i) for i in range(50)], ["Nokia"] * 50,
        offers_of([1000.0, 800.0], [20.0, 10.0]), evaluation,
    )  # fmt: skip


def test_without_a_signal_all_get_the_best_single_offer():
    table = flat(evaluation_of([0.05, 0.09], has_signal=False))
    assert set(table["offer"]) == {"offer-1"}
    assert set(table["segment"]) == {PERSUADABLE}
    assert table["expected_value"].unique() == pytest.approx([62.0])
    assert np.unique(table[["uplift", "uplift_low", "uplift_high"]]).tolist() == pytest.approx([0.08, 0.09, 0.10])


def test_without_a_signal_and_without_a_clear_gain_nobody_gets_one():
    table = flat(evaluation_of([0.021, 0.015], has_signal=False))
    assert set(table["offer"]) == {NO_OFFER}
    assert not table["expected_value"].any()
    assert np.unique(table[["uplift", "uplift_low", "uplift_high"]]).tolist() == pytest.approx([0.005, 0.015, 0.025])


def test_the_best_single_offer_must_earn_more_than_it_costs_at_the_low_end():
    offers = offers_of([1000.0, 800.0], [20.0, 10.0])
    assert best_single_offer(offers, evaluation_of([0.05, 0.04], has_signal=False)) == 0
    assert best_single_offer(offers, evaluation_of([0.05, 0.04], has_signal=False, reach=0.031)) is None


def test_an_offer_that_was_never_tried_is_named():
    evaluation = evaluation_of([0.05], has_signal=False)
    with pytest.raises(InputError, match='"offer-1" was not in the last campaign'):
        best_single_offer(offers_of([1.0, 1.0], [0.0, 0.0]), evaluation)
    with pytest.raises(InputError, match='"voucher" was not in the last campaign'):
        best_single_offer([replace(offers_of([1.0], [0.0])[0], key="voucher")], evaluation)
