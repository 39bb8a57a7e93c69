"""What the designer chooses: one offer for all, personal ones, none for somebody."""

import csv
from dataclasses import replace

from PySide6.QtCore import Qt

from engine.columns import NO_OFFER
from engine.offers import Choice
from gui import numbers
from gui.findings import Finding, finding_of
from tests.gui.recommendations.given import (
    CLICK,
    Reader,
    click_and_wait,
    column,
    ctrl_z,
    keys,
    offer_in_file,
    primary_buttons,
    settle,
    without_gain,
    words,
)


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
    shown.exporting.save(tmp_path / "nothing.csv", shown.customers.rows)
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
        page.exporting.save(tmp_path / "all.csv", page.customers.rows)
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
    assert not page.take_back.isEnabled()
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
    results = replace(page._results, value=replace(page._results.value, best_single_offer="voucher"))
    page._decisions._shown = replace(page._shown, results=results)
    with qtbot.waitSignal(page.queue.failed, timeout=10_000) as failed:
        qtbot.mouseClick(page.no_gain.use_single, CLICK)
    assert 'has no offer "voucher"' in str(failed.args[0])
    assert page.no_gain.use_single.isEnabled()


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
    assert page.customers.table.chosen == page._shown.store.row_of(customer)
    assert page.pane.sentence.text.endswith("No offer.</span> You chose to send this one no offer.")
    assert page.verdict.text().startswith(f"Ask {numbers.decimal(asked - 1)} customers.")
    assert page.pane.no_offer.accessibleName() == "Offer again"
    click_and_wait(page, page.pane.no_offer, qtbot)
    assert offer_in_file(demo_campaign, customer) == was
    assert page.pane.no_offer.accessibleName() == "No offer"
    key = numbers.customer_key(customer)
    done = [f"Offer kept from customer {key}", f"Offer given back to customer {key}"]
    assert [each.name for each in page.queue.history] == done
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


def test_nothing_is_exported_while_the_offers_are_being_changed(page, demo_campaign, qtbot):
    Reader(page, demo_campaign, gain_low=1.0).read()
    settle(page, qtbot)
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.mouseClick(page.pane.no_offer, CLICK)
        page.customers.sort_by(0)
        assert not page.export.isEnabled()
    settle(page, qtbot)
    assert page.export.isEnabled()
