"""The Recommendations page, on a real campaign and on what else a campaign can find."""

import csv
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from engine.campaign import Campaign
from engine.columns import NO_OFFER, RECOMMENDATION_COLUMNS
from engine.offers import recommend
from engine.offers.without_trial import offers_by_loyalty
from gui import numbers
from gui.budget import budget_of
from gui.findings import Finding, finding_of
from gui.jobs import JobQueue
from gui.recommendations_columns import customer_store
from gui.recommendations_page import RecommendationsPage
from gui.results import read_results

CLICK = Qt.MouseButton.LeftButton
KEPT = ("first_name", "residence", "birth_year", "current_model")


@pytest.fixture(scope="module")
def campaign(demo_campaign_path, tmp_path_factory):
    path = tmp_path_factory.mktemp("recommendations") / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        yield campaign


@pytest.fixture(scope="module")
def results(campaign):
    """The demo, with a signal and a gain whatever chance made of its 2,000 customers."""
    found = read_results(campaign)
    evaluation = replace(found.evaluation, has_signal=True)
    return replace(found, evaluation=evaluation, value=replace(found.value, gain=38.0, gain_low=9.0, gain_high=67.0))


@pytest.fixture
def page(qtbot):
    jobs = JobQueue()
    page = RecommendationsPage(jobs)
    page.queue = jobs
    qtbot.addWidget(page)
    page.resize(1440, 820)
    page.show()
    return page


@pytest.fixture
def shown(page, campaign, results, qtbot):
    page.set_campaign(campaign, results)
    settle(page, qtbot)
    return page


def settle(page, qtbot):
    qtbot.waitUntil(lambda: not page._photos._queue.is_busy and not page.customers._work.is_busy, timeout=10_000)


def keys(page):
    store = customer_store(page._results)
    return [store.key(row) for row in page.customers.rows]


def column(page, name):
    return page._results.customers[name].to_pylist()


def without_signal(results):
    evaluation = replace(results.evaluation, has_signal=False, qini=0.001, qini_low=-0.004, qini_high=0.006)
    table, offers = results.customers, [offer.key for offer in results.offers]
    parts = (
        np.column_stack([table[f"{part}:{key}"].to_numpy() for key in offers]) for part in ("uplift", "low", "high")
    )
    frame = recommend(
        *parts, table["baseline"].to_numpy(), table["customer"].to_pylist(), table["current_maker"].to_pylist(),
        results.offers, evaluation,
    )  # fmt: skip
    return replace(results, customers=pa.Table.from_pandas(frame, preserve_index=False), evaluation=evaluation)


def without_trial(results):
    table = results.customers
    frame = offers_by_loyalty(
        table["customer"].to_pylist(), table["current_maker"].to_pylist(), results.offers, results.loyalty
    )
    for name in KEPT:
        frame[name] = table[name].to_pandas().to_numpy()
    customers = pa.Table.from_pandas(frame, preserve_index=False)
    return replace(results, customers=customers, evaluation=None, value=None, curve=None)


def words(page):
    return f"{page.verdict.text()} {page.honesty.accessibleName()}"


def test_the_page_opens_with_whom_to_ask_and_those_worth_most_first(shown):
    asked = sum(offer != NO_OFFER for offer in column(shown, "offer"))
    assert shown.verdict.text().startswith(f"Ask {numbers.decimal(asked)} customers.")
    assert "more than one offer for all" in shown.verdict.text()
    assert (
        shown.figures[0].value.accessibleName()
        == f"{numbers.decimal(asked)} of {numbers.decimal(len(column(shown, 'offer')))}"
    )
    worth = np.array(column(shown, "expected_value"))
    assert worth[shown.customers.rows].tolist() == sorted(worth, reverse=True)
    assert "The signal is real." in words(shown)


def test_every_figure_that_is_an_estimate_has_its_likely_range(shown):
    assert all("likely" in card.range.accessibleName() for card in shown.figures[1:])
    assert "+38" in shown.figures[2].accessibleName()
    assert "+9 to +67" in shown.figures[2].accessibleName()


def test_an_empty_page_says_what_is_missing(page):
    assert page.empty.isVisible()
    assert not page.pane.isVisible()
    assert not page.export.isVisible()


def test_typing_searches_and_the_button_brings_everybody_back(shown, qtbot):
    shown.customers.search.setFocus()
    with qtbot.waitSignal(shown.customers.arranged):
        qtbot.keyClicks(shown.customers.search, "szeged")
    towns = {column(shown, "residence")[row] for row in shown.customers.rows}
    assert towns == {"Szeged"}
    with qtbot.waitSignal(shown.customers.arranged):
        qtbot.keyClicks(shown.customers.search, " nobody")
    assert shown.customers.clear.isVisible()
    assert not shown.export.isEnabled()
    qtbot.mouseClick(shown.customers.clear, CLICK)
    assert len(shown.customers.rows) == len(column(shown, "offer")) > 1000
    assert shown.export.isEnabled()
    settle(shown, qtbot)


def test_chips_carry_counts_and_keep_the_offers_that_are_pressed(shown, qtbot):
    offers = column(shown, "offer")
    for key, chip in shown.customers.chips.items():
        assert chip.text().endswith(numbers.decimal(offers.count(key)))
    qtbot.mouseClick(shown.customers.chips["samsung-5g"], CLICK)
    qtbot.mouseClick(shown.customers.chips[NO_OFFER], CLICK)
    assert {offers[row] for row in shown.customers.rows} == {"samsung-5g", NO_OFFER}
    settle(shown, qtbot)


def test_a_click_on_a_heading_sorts_and_a_second_turns_the_order_round(shown, qtbot):
    table = shown.customers.table
    place = [each.sorts_by for each in table.rows.columns].index("uplift")
    at = QPoint(table.columnViewportPosition(place) + 12, 12)
    uplift = np.array(column(shown, "uplift"))
    qtbot.mouseClick(table.header.viewport(), CLICK, pos=at)
    assert uplift[shown.customers.rows].tolist() == sorted(uplift, reverse=True)
    qtbot.mouseClick(table.header.viewport(), CLICK, pos=at)
    assert uplift[shown.customers.rows].tolist() == sorted(uplift)
    settle(shown, qtbot)


def test_rows_that_are_not_clearly_different_from_zero_carry_the_dot(shown):
    low, high = np.array(column(shown, "uplift_low")), np.array(column(shown, "uplift_high"))
    place = [each.sorts_by for each in shown.customers.table.rows.columns].index("uplift")
    cell = shown.customers.table.rows.columns[place].cell
    for row in range(300):
        assert cell(row).dot == (low[row] <= 0 <= high[row])


def test_who_is_left_alone_has_a_warning_and_the_fields_word(shown, campaign, results, qtbot):
    customers = results.customers
    place = customers.column_names.index("segment")
    dogs = pa.array(["sleeping dog"] * customers.num_rows)
    shown.set_campaign(campaign, replace(results, customers=customers.set_column(place, "segment", dogs)))
    cell = shown.customers.table.rows.columns[-1].cell(0)
    assert (cell.text, cell.icon) == ("Leave alone", "warning")
    assert cell.tip.startswith("Sleeping dog")
    settle(shown, qtbot)


def test_the_pane_follows_the_row_and_leads_to_the_preview(shown, results, qtbot):
    customer = results.matched[0]
    shown.show_customer(customer)
    settle(shown, qtbot)
    assert numbers.customer_key(customer) in shown.pane.who.accessibleName()
    assert shown.pane.photo.face is not None
    assert shown.pane.photo.isVisible()
    assert len(shown.pane.offers.intervals) == 3
    with qtbot.waitSignal(shown.step_wanted) as wanted:
        qtbot.mouseClick(shown.pane.open_preview, CLICK)
    assert wanted.args == ["preview", customer]


def test_without_consent_a_lock_stands_in_the_photos_place(shown, campaign, qtbot):
    customer = next(key for key in keys(shown) if campaign.consent(key) is None)
    shown.show_customer(customer)
    settle(shown, qtbot)
    assert shown.pane.photo.face is None
    assert not shown.pane.photo.isVisible()
    assert shown.pane.consent.text() == "No photo consent"
    assert shown.pane.consent.kind == "plain"


def test_phones_so_far_are_those_of_the_customer_the_latest_first(shown, results, qtbot):
    phones = results.phones.to_pandas()
    customer = phones["customer"].value_counts().index[0]
    mine = phones[phones["customer"] == customer].sort_values("start", ascending=False)
    shown.show_customer(customer)
    settle(shown, qtbot)
    first = shown.pane.phones.itemAtPosition(0, 1).widget().accessibleName()
    assert mine.iloc[0]["model"] in first
    assert shown.pane.phones.rowCount() >= 2


def test_in_a_narrow_window_the_pane_slides_over_and_esc_sends_it_away(shown, qtbot):
    shown.resize(960, 592)
    assert not shown.pane.isVisible()
    shown.customers.table.setFocus()
    qtbot.keyClick(shown.customers.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown.pane.isVisible() and shown.pane.x() == shown.width() - shown.pane.width())
    qtbot.keyClick(shown.customers.table, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown.pane.isVisible())


def test_the_smallest_window_holds_every_action(shown):
    shown.resize(968, 592)
    assert shown.scroller.widget().minimumSizeHint().width() <= shown.scroller.viewport().width()
    for action in (shown.customers.search, shown.customers.details, *shown.customers.chips.values(), shown.export):
        assert action.isVisible()
        right = action.mapTo(shown, QPoint(action.width(), 0)).x()
        assert right <= shown.width()


def test_the_slider_lies_on_the_curves_axis_and_moves_the_budget(shown, qtbot):
    profit = shown.curve.profit
    shift = profit.chart.x() - profit.slider.x()
    assert profit.slider.ends() == pytest.approx([end + shift for end in profit.chart.span()], abs=0.5)
    budget = budget_of(customer_store(shown._results), shown._results.offers)
    before, share = shown.curve.said.text(), profit.slider.share
    profit.slider.setFocus()
    for _ in range(20):
        qtbot.keyClick(profit.slider, Qt.Key.Key_Left)
    assert profit.slider.share == pytest.approx(share - 0.2, abs=0.002)
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


def test_one_offer_for_all_is_called_as_good_where_it_is(shown, campaign, results, qtbot):
    value = replace(results.value, gain=4.0, gain_low=-11.0, gain_high=19.0)
    same = replace(results, value=value)
    shown.set_campaign(campaign, same)
    assert finding_of(same) is Finding.NO_GAIN
    assert "does as well" in words(shown)
    assert "4\u00a0Ft a customer more, likely \u221211 to 19" in words(shown)
    assert "no clear difference" in shown.figures[2].range.accessibleName()
    settle(shown, qtbot)


def test_without_a_signal_nothing_personal_is_shown_or_exported(shown, campaign, results, tmp_path):
    shown.set_campaign(campaign, without_signal(results))
    assert "We found no difference between customers." in shown.verdict.text()
    assert "\u22120.4 to +0.6" in words(shown)
    assert not shown.customers.isVisible()
    assert shown.no_signal.isVisible()
    assert not shown.pane.isVisible()
    assert not shown.export.isEnabled()
    assert not shown.curve.segments.button(0).isVisible()
    shown.save_shown(tmp_path / "nothing.csv")
    assert not shown.queue.is_busy


def test_without_a_past_campaign_offers_are_called_associations(shown, campaign, results, qtbot):
    shown.set_campaign(campaign, without_trial(results))
    assert "There was no past campaign." in words(shown)
    assert "Seen together, not caused." in words(shown)
    for word in ("effect", "because", "thanks to"):
        assert word not in words(shown)
    titles = [each.title for each in shown.customers.table.rows.columns]
    assert titles == ["Customer", "Has now", "Offer", "Town"]
    customer = next(
        key for key, maker in zip(keys(shown), column(shown, "current_maker"), strict=True) if maker == "Xiaomi"
    )
    shown.show_customer(customer)
    assert shown.pane.offers.intervals[0].is_level
    assert "Seen together, not caused." in shown.pane.sentence.text
    settle(shown, qtbot)


def test_the_export_holds_what_is_shown_in_its_order_and_repeats_the_honesty_line(shown, qtbot, tmp_path):
    qtbot.mouseClick(shown.customers.chips["xiaomi-15"], CLICK)
    path = tmp_path / "shown.csv"
    with qtbot.waitSignal(shown.queue.emptied, timeout=10_000):
        shown.save_shown(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*RECOMMENDATION_COLUMNS, "note"]
    assert [row["customer"] for row in rows] == keys(shown)
    assert {row["offer"] for row in rows} == {"xiaomi-15"}
    assert {row["note"] for row in rows} == {shown.honesty.accessibleName()}
    settle(shown, qtbot)


def test_the_checks_lead_to_the_qini_curve(shown, qtbot):
    qtbot.mouseClick(shown.checks, CLICK)
    assert shown.curve.stack.currentWidget() is shown.curve.qini
    assert shown.curve.said.text().startswith("Qini")
    qtbot.mouseClick(shown.curve.segments.button(2), CLICK)
    assert shown.curve.stack.currentWidget() is shown.curve.deciles


def test_there_is_one_primary_button(shown):
    buttons = [each for each in shown.findChildren(QPushButton) if each.isVisible()]
    assert [each.text() for each in buttons if each.property("kind") == "primary"] == ["Open in Preview"]
    assert all(each.accessibleName() for each in buttons)


def test_importing_the_page_imports_nothing_heavy():
    heavy = ("torch", "onnxruntime", "cv2", "sklearn", "matplotlib", "sklift", "pyqtgraph")
    code = f"import sys, gui.recommendations_page; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
