"""The pane of one customer."""

from gui import numbers
from tests.gui.recommendations.given import CLICK, keys, settle


def test_the_pane_follows_the_row_and_leads_to_the_preview(shown, results, qtbot):
    customer = results.matched[0]
    shown.show_customer(customer)
    settle(shown, qtbot)
    assert numbers.customer_key(customer) in shown.pane.who.accessibleName()
    assert shown.pane.photo.face is not None
    assert shown.pane.photo.isVisible()
    assert len(shown.pane.offers.lines) == 3
    with qtbot.waitSignal(shown.step_wanted) as wanted:
        qtbot.mouseClick(shown.pane.open_preview, CLICK)
    assert wanted.args == ["preview", customer]


def test_a_search_without_a_hit_leaves_nobody_in_the_pane(shown, results, qtbot):
    customer = results.matched[0]
    shown.show_customer(customer)
    settle(shown, qtbot)
    with qtbot.waitSignal(shown.customers.arranged):
        shown.customers.search.setText("nobody is called so")
    assert shown.customer == ""
    assert not shown.pane.open_preview.isVisible()
    with qtbot.waitSignal(shown.customers.arranged):
        shown.customers.search.clear()
    settle(shown, qtbot)
    assert shown.pane.open_preview.isVisible()
    assert numbers.customer_key(shown.customer) in shown.pane.who.accessibleName()


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
