"""The Recommendations page, on a real campaign and on what else a campaign can find."""

import csv
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QPushButton

from engine.campaign import Campaign
from engine.columns import NO_OFFER, RECOMMENDATION_COLUMNS
from engine.offers import Choice, recommend
from engine.offers.without_trial import offers_by_loyalty
from gui import numbers
from gui.budget import budget_of
from gui.findings import Finding, finding_of
from gui.honesty import honesty_marks
from gui.jobs import JobQueue
from gui.money import likely
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


def without_gain(results, **value):
    return replace(results, value=replace(results.value, gain=4.0, gain_low=-11.0, gain_high=19.0, **value))


def primary_buttons(page):
    buttons = [each for each in page.findChildren(QPushButton) if each.isVisible()]
    assert all(each.accessibleName() for each in buttons)
    return [each.text() for each in buttons if each.property("kind") == "primary"]


def test_where_personal_offers_gain_nothing_the_single_offer_comes_first(shown, campaign, results, tmp_path, qtbot):
    same = without_gain(results, best_single_offer="xiaomi-15", best_single_offer_low=20.0)
    shown.set_campaign(campaign, same)
    assert finding_of(same) is Finding.NO_GAIN
    assert shown.verdict.text() == "One offer for all, Xiaomi 15, does as well."
    assert "4\u00a0Ft a customer more, likely \u221211 to 19" in words(shown)
    assert "no clear difference" in shown.figures[2].range.accessibleName()
    assert primary_buttons(shown) == ["Use Xiaomi 15 for all"]
    assert shown.no_gain.keep_personal.isVisible()
    assert not shown.customers.isVisible()
    assert not shown.pane.isVisible()
    assert not shown.export.isEnabled()
    assert shown.curve.profit.slider.isHidden()
    shown.save_shown(tmp_path / "nothing.csv")
    assert not shown.queue.is_busy


def test_a_single_offer_that_may_not_pay_is_not_praised(shown, campaign, results):
    unsure = {"best_single_offer": "xiaomi-15", "best_single_offer_low": -30.0, "best_single_offer_high": 90.0}
    shown.set_campaign(campaign, without_gain(results, **unsure))
    said = shown.no_gain.reason.text()
    assert "Nor is it clear that Xiaomi 15 for all earns more than it costs: likely \u221230 to 90" in said


def test_where_no_offer_pays_for_all_none_is_the_first_choice(shown, campaign, results):
    shown.set_campaign(campaign, without_gain(results, best_single_offer=NO_OFFER))
    assert shown.verdict.text() == "Sending no offer at all does as well."
    assert "No offer for all earns more than it costs." in shown.no_gain.reason.text()
    assert primary_buttons(shown) == ["Send no offer"]


class Reader(QObject):
    """Shows a page its campaign anew after each change, as the window does, with a signal and a gain as wanted."""

    def __init__(self, page, campaign, *, gain_low=-11.0):
        super().__init__(page)
        self.page, self.campaign, self.gain_low = page, campaign, gain_low
        page.changed.connect(self.read)

    @Slot()
    def read(self):
        found = read_results(self.campaign)
        value = replace(found.value, gain=4.0, gain_low=self.gain_low, gain_high=19.0, best_single_offer="xiaomi-15")
        evaluation = replace(found.evaluation, has_signal=True)
        self.page.set_campaign(self.campaign, replace(found, evaluation=evaluation, value=value))


def click_and_wait(page, button, qtbot):
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.mouseClick(button, CLICK)
    settle(page, qtbot)


def test_the_choice_changes_table_totals_and_export_and_is_taken_back(page, demo_campaign, qtbot, tmp_path):
    Reader(page, demo_campaign).read()
    before = demo_campaign.read_table("customers")
    click_and_wait(page, page.no_gain.use_single, qtbot)
    assert Choice.from_json(demo_campaign.read_document("choice")) == Choice("for_all", "xiaomi-15")
    offers = column(page, "offer")
    asked = offers.count("xiaomi-15")
    assert set(offers) <= {"xiaomi-15", NO_OFFER}
    assert asked > 1000
    assert page.verdict.text().startswith(f"Ask {numbers.decimal(asked)} customers, all with Xiaomi 15")
    assert page.figures[0].value.accessibleName().startswith(numbers.decimal(asked))
    assert page.figures[1].name.accessibleName() == "Xiaomi 15 for all, over no offers"
    assert primary_buttons(page) == ["Open in Preview"]
    with qtbot.waitSignal(page.queue.emptied, timeout=10_000):
        page.save_shown(tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        assert [row["offer"] for row in csv.DictReader(file)].count("xiaomi-15") == asked
    click_and_wait(page, page.take_back, qtbot)
    assert demo_campaign.read_table("customers").equals(before)
    assert page.no_gain.isVisible()


def test_personal_offers_are_shown_on_request_and_the_single_one_stays_first(page, demo_campaign, qtbot):
    Reader(page, demo_campaign).read()
    click_and_wait(page, page.no_gain.keep_personal, qtbot)
    assert page.customers.isVisible()
    assert page.export.isEnabled()
    assert not page.take_back.isVisible()
    assert len(set(column(page, "offer"))) > 2
    assert primary_buttons(page) == ["Use Xiaomi 15 for all"]
    click_and_wait(page, page.use_single, qtbot)
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(page, qtbot)
    assert page.no_gain.isVisible()


def test_a_choice_that_cannot_be_kept_is_told_and_can_be_made_again(page, demo_campaign, qtbot):
    reader = Reader(page, demo_campaign)
    reader.read()
    page._results = replace(page._results, value=replace(page._results.value, best_single_offer="voucher"))
    with qtbot.waitSignal(page.queue.failed, timeout=10_000) as failed:
        qtbot.mouseClick(page.no_gain.use_single, CLICK)
    assert 'has no offer "voucher"' in str(failed.args[0])
    assert page.no_gain.use_single.isEnabled()


def ctrl_z(page, qtbot):
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(page, qtbot)


def offer_in_file(campaign, customer):
    table = campaign.read_table("customers")
    return table["offer"][table["customer"].to_pylist().index(customer)].as_py()


def test_an_offer_is_withheld_from_one_customer_and_given_back(page, demo_campaign, qtbot):
    Reader(page, demo_campaign, gain_low=1.0).read()
    settle(page, qtbot)
    customer = keys(page)[40]
    page.show_customer(customer)
    was, asked = offer_in_file(demo_campaign, customer), sum(offer != NO_OFFER for offer in column(page, "offer"))
    assert was != NO_OFFER
    click_and_wait(page, page.pane.no_offer, qtbot)
    assert offer_in_file(demo_campaign, customer) == NO_OFFER
    assert page.customer == customer
    assert page.customers.table.chosen == customer_store(page._results).row_of(customer)
    assert page.pane.sentence.text.endswith("No offer.</span> You chose to send this one no offer.")
    assert page.verdict.text().startswith(f"Ask {numbers.decimal(asked - 1)} customers.")
    assert page.pane.no_offer.accessibleName() == "Offer again"
    click_and_wait(page, page.pane.no_offer, qtbot)
    assert offer_in_file(demo_campaign, customer) == was
    assert page.pane.no_offer.accessibleName() == "No offer"
    page.show_customer(keys(page)[0])
    ctrl_z(page, qtbot)
    assert (page.customer, offer_in_file(demo_campaign, customer)) == (customer, NO_OFFER)
    ctrl_z(page, qtbot)
    assert offer_in_file(demo_campaign, customer) == was
    with qtbot.assertNotEmitted(page.changed, wait=200):
        qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    page.show_customer(next(key for key, offer in zip(
        column(page, "customer"), column(page, "offer"), strict=True) if offer == NO_OFFER))  # fmt: skip
    assert not page.pane.no_offer.isEnabled()
    settle(page, qtbot)


def test_a_customer_is_found_behind_a_search_in_a_table_too_long_to_wait_for(shown, qtbot, monkeypatch):
    monkeypatch.setattr("gui.short_work.MANY_ROWS", 0)
    customer = keys(shown)[300]
    with qtbot.waitSignal(shown.customers.arranged):
        qtbot.keyClicks(shown.customers.search, "nobody")
    assert shown.show_customer(customer)
    settle(shown, qtbot)
    assert shown.customer == customer
    assert not shown.show_customer("no such key")


def test_nothing_is_exported_while_the_offers_are_being_changed(page, demo_campaign, qtbot):
    Reader(page, demo_campaign, gain_low=1.0).read()
    settle(page, qtbot)
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.mouseClick(page.pane.no_offer, CLICK)
        page.customers.sort_by(0)
        assert not page.export.isEnabled()
    settle(page, qtbot)
    assert page.export.isEnabled()


def test_the_figure_and_the_curve_say_the_same_of_those_who_are_asked(shown):
    asked = sum(offer != NO_OFFER for offer in column(shown, "offer"))
    profit = shown.curve.profit
    assert profit.chart.text.endswith(f": {numbers.decimal(asked)} customers")
    middle, low, high = profit.chart.value_at(profit.slider.share)
    money = shown.curve._currency
    assert shown.figures[1].value.accessibleName() == money.amount(middle)
    assert shown.figures[1].range.accessibleName() in (likely(low, high), f"no clear difference, {likely(low, high)}")


def age_mask(results, low, high):
    ages = results.span[1].year - results.customers["birth_year"].to_numpy()
    return (ages >= low) & (ages <= high)


def marks_of(results):
    return {mark.strong: mark.rest for mark in honesty_marks(results, customer_store(results))}


def test_the_age_with_few_customers_is_named(shown):
    counts = {band: age_mask(shown._results, *ends).sum() for band, ends in {
        "18 to 24": (18, 24), "25 to 34": (25, 34), "35 to 44": (35, 44), "45 to 54": (45, 54),
        "55 to 64": (55, 64), "65 or over": (65, 200),
    }.items()}  # fmt: skip
    least = min(counts, key=counts.get)
    assert counts[least] < 250
    assert marks_of(shown._results)[f"Age {least}:"] == f"only {counts[least]} customers."


def test_uneven_reach_is_named(shown):
    results = shown._results
    young = age_mask(results, 35, 44)
    assert young.sum() > 250

    def with_offers(asked):
        offers = pa.array(np.where(asked, "xiaomi-15", NO_OFFER), results.customers.schema.field("offer").type)
        place = results.customers.schema.get_field_index("offer")
        return replace(results, customers=results.customers.set_column(place, "offer", offers))

    assert "Offers reach" not in marks_of(with_offers(np.ones(len(young), dtype=bool)))
    half = np.arange(len(young)) % 2 == 0
    said = marks_of(with_offers(half & ~young))["Offers reach"]
    assert said.endswith("0\u00a0% at 35 to 44.")
    assert 45 <= int(said[:2]) <= 60


def test_without_a_signal_nothing_personal_is_shown_or_exported(shown, campaign, results, tmp_path):
    shown.set_campaign(campaign, without_signal(results))
    assert "We found no difference between customers." in shown.verdict.text()
    assert "\u22120.4 to +0.6" in words(shown)
    assert shown.figures[2].value.accessibleName() == "Not known"
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
    assert primary_buttons(shown) == ["Open in Preview"]


def test_importing_the_page_imports_nothing_heavy():
    heavy = ("torch", "onnxruntime", "cv2", "sklearn", "matplotlib", "sklift", "pyqtgraph")
    code = f"import sys, gui.recommendations_page; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
