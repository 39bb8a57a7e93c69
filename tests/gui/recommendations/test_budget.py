"""The budget: how many are asked, what that costs, and what follows it."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.columns import NO_OFFER
from engine.offers import Choice
from gui import numbers
from gui.budget import budget_of
from gui.money import likely
from gui.recommendations_columns import customer_store
from tests.gui.recommendations.given import CLICK, Reader, click_and_wait, column, ctrl_z, settle


def test_the_slider_lies_on_the_curves_axis_and_moves_the_budget(shown, qtbot):
    profit = shown.curve.profit
    shift = profit.chart.x() - profit.slider.x()
    assert profit.slider.ends() == pytest.approx([end + shift for end in profit.chart.span()], abs=0.5)
    budget = budget_of(customer_store(shown._results), shown._results.offers)
    before, share = shown.curve.said.text(), profit.slider.share
    profit.slider.setFocus()
    for _ in range(20):
        qtbot.keyClick(profit.slider, Qt.Key.Key_Left)
    assert profit.slider.share == pytest.approx(share - 0.2, abs=0.01)
    assert shown.curve.said.text() != before
    asked = budget.asked(profit.slider.share)
    assert profit.chart.text.endswith(f"{numbers.decimal(asked)} customers")
    assert shown.curve.said.text() == f"Budget {shown.curve._currency.amount(budget.cost(profit.slider.share))}"


def test_the_budget_is_the_sum_of_the_costs_of_those_asked(shown, results):
    costs = {offer.key: offer.cost for offer in results.offers} | {NO_OFFER: 0.0}
    offers = column(shown, "offer")
    asked = sum(offer != NO_OFFER for offer in offers)
    budget = budget_of(customer_store(shown._results), results.offers)
    assert budget.spent[asked] == pytest.approx(sum(costs[offer] for offer in offers))
    assert budget.asked(asked / len(offers)) == asked


def test_the_figure_and_the_curve_say_the_same_of_those_who_are_asked(shown):
    asked = sum(offer != NO_OFFER for offer in column(shown, "offer"))
    profit = shown.curve.profit
    assert profit.chart.text.endswith(f": {numbers.decimal(asked)} customers")
    middle, low, high = profit.chart.value_at(profit.slider.share)
    money = shown.curve._currency
    assert shown.figures[1].value.accessibleName() == money.amount(middle)
    assert shown.figures[1].range.accessibleName() in (likely(low, high), f"no clear difference, {likely(low, high)}")


@pytest.fixture
def changing(page, demo_campaign, qtbot):
    """The page on a campaign of the test's own, whose file may be changed."""
    Reader(page, demo_campaign, gain_low=1.0).read()
    settle(page, qtbot)
    return page


def drag(page, asked, qtbot, *, ends=True):
    """Drag the slider's handle to so many customers."""
    slider = page.curve.profit.slider
    left, right = slider.ends()
    at = QPoint(round(left + asked / len(page._shown.store) * (right - left)), slider.height() // 2)
    qtbot.mousePress(slider, CLICK, pos=at)
    if ends:
        qtbot.mouseRelease(slider, CLICK, pos=at)
    return slider.value()


def test_table_curve_and_totals_follow_the_slider_at_once(changing, qtbot):
    page, store = changing, changing._shown.store
    most = page._shown.budget.most
    worth = np.sort(np.array(column(page, "expected_value")))[::-1]
    with qtbot.assertNotEmitted(page.changed):
        place = page.figures[0].mapTo(page, page.figures[0].rect().topLeft())
        asked = drag(page, 300, qtbot, ends=False)
    qtbot.wait(10)
    assert page.figures[0].mapTo(page, page.figures[0].rect().topLeft()) == place
    assert 280 < asked < 320
    assert page.verdict.text().startswith(f"Ask the {asked} worth most.")
    assert page.figures[0].value.accessibleName() == f"{asked} of 2,000"
    assert page.figures[0].range.accessibleName() == f"{numbers.decimal(most)} are worth one"
    assert page.curve.profit.chart.text.endswith(f": {asked} customers")
    offers = page.customers.table.rows.columns[2].cell
    shown = [offers(row).text for row in page.customers.rows]
    assert "No offer" not in shown[:asked]
    assert set(shown[asked:]) == {"No offer"}
    assert store.numbers("expected_value")[page.customers.rows[:asked]].tolist() == worth[:asked].tolist()
    assert sum(int(chip.text().split()[-1].replace(",", "")) for chip in page.customers.chips.values()) == len(store)
    assert not page.export.isEnabled()
    qtbot.mouseRelease(page.curve.profit.slider, CLICK)
    with qtbot.waitSignal(page.changed, timeout=10_000):
        pass
    settle(page, qtbot)


def test_the_budget_is_kept_in_the_file_followed_by_the_export_and_taken_back(changing, demo_campaign, qtbot, tmp_path):
    page, before = changing, demo_campaign.read_table("customers")
    with qtbot.waitSignal(page.changed, timeout=10_000):
        asked = drag(page, 300, qtbot)
    settle(page, qtbot)
    assert Choice.from_json(demo_campaign.read_document("choice")).most == asked
    assert column(page, "offer").count(NO_OFFER) == len(column(page, "offer")) - asked
    assert page.curve.profit.slider.value() == asked
    assert "worth most" in page.verdict.text()
    with qtbot.waitSignal(page.queue.emptied, timeout=10_000):
        page.exporting.save(tmp_path / "asked.csv", page.customers.rows)
    with (tmp_path / "asked.csv").open(encoding="utf-8", newline="") as file:
        offers = [row["offer"] for row in csv.DictReader(file)]
    assert offers.index(NO_OFFER) == asked
    assert set(offers[asked:]) == {NO_OFFER}
    click_and_wait(page, page.take_back, qtbot)
    assert demo_campaign.read_table("customers").equals(before)
    assert not page.take_back.isEnabled()
    ctrl_z(page, qtbot)
    assert page.curve.profit.slider.value() == asked
    ctrl_z(page, qtbot)
    assert demo_campaign.read_table("customers").equals(before)


def test_a_customer_beyond_the_budget_is_told_so(changing, qtbot):
    page = changing
    last = int(page._shown.budget.order[-1])
    page.show_customer(page._shown.store.key(last))
    with qtbot.waitSignal(page.changed, timeout=10_000):
        drag(page, 300, qtbot)
        assert "Beyond the budget" in page.pane.sentence.text
    settle(page, qtbot)
    assert page.customer == page._shown.store.key(last)
    assert "Beyond the budget" in page.pane.sentence.text


def test_the_slider_stops_where_asking_is_worth_nothing_any_more(shown, qtbot):
    slider = shown.curve.profit.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert slider.value() == shown._shown.budget.most < len(shown._shown.store)
    assert not shown._budget.is_on_its_way
    settle(shown, qtbot)


def test_a_slider_that_is_moved_again_while_the_file_is_written_ends_where_it_was_left(changing, demo_campaign, qtbot):
    page = changing
    drag(page, 300, qtbot)
    qtbot.waitUntil(lambda: page._decisions.changes.is_busy, timeout=5_000)
    asked = drag(page, 500, qtbot)
    settle(page, qtbot)
    assert Choice.from_json(demo_campaign.read_document("choice")).most == asked
    assert page.curve.profit.slider.value() == asked
