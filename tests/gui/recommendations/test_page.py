"""How the page opens, and the room it takes."""

import numpy as np
from PySide6.QtCore import QPoint, Qt

from engine.columns import NO_OFFER
from gui import numbers
from gui.findings import verdict
from tests.gui.recommendations.given import column, primary_buttons, words


def test_the_page_opens_with_whom_to_ask_and_those_worth_most_first(shown):
    asked = sum(offer != NO_OFFER for offer in column(shown, "offer"))
    assert shown.verdict.text().startswith(f"Ask {numbers.decimal(asked)} customers.")
    assert "more than one offer for all" in shown.verdict.text()
    assert shown.figures[0].value.accessibleName() == f"{numbers.decimal(asked)} of 2,000"
    left = 2_000 - len(column(shown, "offer"))
    assert shown.figures[0].range.accessibleName() == f"customers, of whom {left} left"
    worth = np.array(column(shown, "expected_value"))
    assert worth[shown.customers.rows].tolist() == sorted(worth, reverse=True)
    assert "The signal is real." in words(shown)


def test_without_a_budget_nobody_is_asked(results):
    assert verdict(results, 0, is_limited=True).startswith("Ask nobody: there is no budget.")
    assert verdict(results, 1, is_limited=True).startswith("Ask the 1 worth most.")


def test_every_figure_that_is_an_estimate_has_its_likely_range(shown):
    assert all("likely" in card.range.accessibleName() for card in shown.figures[1:])
    assert "+38" in shown.figures[2].accessibleName()
    assert "+9 to +67" in shown.figures[2].accessibleName()


def test_an_empty_page_says_what_is_missing(page):
    assert page.empty.isVisible()
    assert not page.pane.isVisible()
    assert not page.export.isVisible()


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


def test_there_is_one_primary_button(shown):
    assert primary_buttons(shown) == ["Open in Preview"]
