"""Erasing all about one customer."""

from dataclasses import replace

from PySide6.QtCore import Qt

from gui.erasing import ErasingDialog
from gui.results import read_results
from tests.gui.recommendations.given import CLICK, settle


def test_a_customer_is_erased_after_a_question_and_is_on_no_page_any_more(page, demo_campaign, results, qtbot):
    page.set_campaign(demo_campaign, results)
    settle(page, qtbot)
    assert page.pane.isVisible()
    customer, count = page.pane.customer, demo_campaign.read_table("customers").num_rows
    qtbot.mouseClick(page.pane.erase, CLICK)
    dialog = page.findChild(ErasingDialog)
    assert dialog.keep.isDefault()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert demo_campaign.read_table("customers").num_rows == count
    qtbot.mouseClick(page.pane.erase, CLICK)
    dialog = next(each for each in page.findChildren(ErasingDialog) if each.isVisible())
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.mouseClick(dialog.erase, CLICK)
    left = demo_campaign.read_table("customers")["customer"].to_pylist()
    assert len(left) == count - 1
    assert customer not in left
    assert demo_campaign.customer_photo(customer) is None
    assert customer not in "".join(event.text for event in demo_campaign.events())
    page.set_campaign(demo_campaign, replace(results, customers=read_results(demo_campaign).customers))
    settle(page, qtbot)
    assert page.pane.customer in left
