"""The checks of the last campaign: each in a row with its figure, and the pictures behind them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from engine.columns import NO_OFFER
from engine.uplift import Finding
from gui import numbers
from gui.checks import checks_of
from gui.checks_panel import learner_words
from gui.customer_groups import reach_lines
from gui.recommendations_columns import customer_store
from tests.gui.recommendations.given import CLICK, settle, without_signal

NAMES = ["Signal", "Personal gain", "Equal groups", "Overlap", "Placebo", "Kept promises", "Unseen causes",
         "Thin groups", "Reach by age", "Reach by town"]  # fmt: skip


@pytest.fixture(scope="module")
def store(results):
    return customer_store(results)


def rows(results, store):
    return {check.name: check for check in checks_of(results, store)}


def test_every_check_has_its_figure_its_range_and_the_customers_behind_it(results, store):
    found, evaluation, honesty = rows(results, store), results.evaluation, results.honesty
    assert sorted(found) == sorted(NAMES)
    assert found["Signal"].number == numbers.points(evaluation.qini)
    assert found[
        "Signal"
    ].range == f"likely {100 * evaluation.qini_low:.1f} to {100 * evaluation.qini_high:.1f}".replace("-", numbers.MINUS)
    assert found["Personal gain"].range == "likely +9 to +67"
    assert found["Overlap"].number == numbers.percent(honesty.overlap.effective / honesty.customers, 0)
    assert found["Placebo"].number.endswith("of 5")
    assert found["Kept promises"].number == numbers.decimal(evaluation.calibration.slope, 2)
    assert {found[name].customers for name in NAMES[2:4]} == {honesty.customers}
    assert found["Placebo"].customers == honesty.placebo.customers
    assert found["Unseen causes"].state == "fine"


def test_what_is_wrong_comes_first_in_the_words_of_what_was_found(results, store):
    red = Finding("red", "placebo", "Shuffled among the customers, the offers show a signal in 3 of 5 trials.", 900)
    amber = Finding("amber", "not randomised", "Seen together, not caused.", 900)
    honesty = replace(results.honesty, findings=(red, amber), is_randomised=False, e_value=1.9, e_value_low=1.4)
    found = checks_of(replace(results, honesty=honesty), store)
    assert (found[0].name, found[0].state, found[0].sentence) == ("Placebo", "stop", red.sentence)
    cause = next(check for check in found if check.name == "Unseen causes")
    assert (cause.state, cause.number, cause.range) == ("look", "1.9 times", "1.4 at its least")
    none = rows(without_signal(results), store)
    assert (none["Signal"].state, none["Kept promises"].state) == ("stop", "shown")
    assert "Personal gain" not in none


def test_a_campaign_without_kept_checks_says_what_it_can(results, store):
    assert "Placebo" not in rows(replace(results, honesty=None), store)
    assert checks_of(replace(results, evaluation=None), store) == ()


def test_no_difference_between_learners_is_said(results):
    used, *others = results.evaluation.leaderboard
    same = replace(others[0], name="SoloModel", behind=0.001, behind_low=-0.001, behind_high=0.003, refused="")
    worse = replace(others[1], name="TwoModels", behind=0.02, behind_low=0.01, behind_high=0.03, refused="")
    said = learner_words(replace(results.evaluation, leaderboard=(used, same, worse)))
    assert said.endswith("No difference to the one in use: SoloModel. Worse: TwoModels.")


def test_the_checks_take_the_customers_place_and_give_it_back(shown, qtbot):
    qtbot.mouseClick(shown.checks, CLICK)
    panel = shown.panel
    assert panel.isVisible()
    settle(shown, qtbot)
    assert not shown.customers.isVisible()
    assert shown.honesty.isVisible()
    assert [check.name for check in panel.rows.checks if check.name in NAMES]
    assert len(panel.propensity.names) == len(shown._results.offers)
    assert panel.learners.lines[0].note.startswith("Qini")
    assert len(panel.best.lines) == 4
    line = shown._results.evaluation.calibration
    start = (
        f"starts at {numbers.points(line.intercept, 2)}, likely {numbers.points(line.intercept_low, 2, signed=False)}"
    )
    assert start in panel.cards[1].says.text()
    assert not panel.cards[1].picture.picture.image().isNull()
    assert b"<svg" in panel.cards[0].picture.picture.svg()
    qtbot.keyClick(panel.scroller, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert shown.customers.isVisible()


def test_the_share_of_every_group_that_gets_an_offer_is_drawn(results, store):
    lines = reach_lines(store, "residence", results.offers, largest_first=True)
    town, codes = lines[0], store.text("residence")
    mine = codes.codes == codes.code(town.name)
    asked = store.text("offer").rows_with(lambda key: key != NO_OFFER)[mine]
    assert mine.sum() == max(codes.counts().values())
    assert town.value == pytest.approx(asked.mean())
    assert f"of {numbers.decimal(int(mine.sum()))} customers get an offer: Samsung 5G " in town.says
    ages = reach_lines(store, "age_band", results.offers)
    assert [line.name for line in ages] == sorted(line.name for line in ages)
    assert all(line.value is not None or line.note.startswith("only ") for line in ages)


def test_the_reach_is_of_who_gets_an_offer_now(shown, qtbot):
    budget = shown._shown.budget
    budget.decide(shown._shown.store, 300)
    qtbot.mouseClick(shown.checks, CLICK)
    before = next(check for check in shown.panel.rows.checks if check.name == "Reach by age").sentence
    budget.decide(shown._shown.store, budget.most)
    after = rows(shown._results, shown._shown.store)["Reach by age"].sentence
    assert before != after
    settle(shown, qtbot)
