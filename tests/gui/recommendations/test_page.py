"""How the page opens, and the room it takes."""

import numpy as np
from PySide6.QtCore import QPoint, Qt

from engine.columns import NO_OFFER
from engine.uplift import Decile
from gui import numbers
from gui.charts.deciles import named_tones
from gui.findings import verdict
from tests.gui.recommendations.given import column, primary_buttons, words


def test_the_page_opens_with_whom_to_ask_and_those_worth_most_first(shown):
    asked = sum(offer != NO_OFFER for offer in column(shown, "offer"))
    assert shown.verdict.text().startswith(f"Ask {numbers.decimal(asked)} customers.")
    assert "Personal offers earn more than one for all." in shown.verdict.text()
    assert shown.figures[0].value.accessibleName() == f"{numbers.decimal(asked)} of 2,000"
    left = 2_000 - len(column(shown, "offer"))
    assert shown.figures[0].range.accessibleName() == f"customers, {left} of them gone"
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


def test_curve_and_slider_need_no_scrolling_in_the_window_of_a_small_laptop(shown, qtbot):
    shown.resize(1366, 680)  # the window of 1366 x 728 less its job bar
    qtbot.waitUntil(lambda: shown.curve is not None)
    qtbot.wait(50)
    slider, scroller = shown.curve.profit.slider, shown.scroller.viewport()
    assert slider.mapTo(scroller, QPoint(0, slider.height())).y() <= scroller.height()
    assert shown.scroller.verticalScrollBar().maximum() == 0


def test_titles_of_the_curves_are_whole_beside_the_pane(shown, qtbot):
    shown.resize(1280, 680)
    qtbot.waitUntil(lambda: shown.curve is not None)
    for index in range(3):
        shown.curve.segments.button(index).click()
        qtbot.wait(10)
        assert shown.curve.title.text() == shown.curve.title.accessibleName()


def test_there_is_one_primary_button(shown):
    assert primary_buttons(shown) == ["Open in Preview"]


def test_colours_of_the_tenths_are_named_where_they_are_worn_first():
    ends = [(0.2, 0.3), (0.1, 0.2), (-0.01, 0.05), (-0.02, 0.04), (-0.09, -0.02)]
    tenths = [Decile(place + 1, 100, low, low, low, high) for place, (low, high) in enumerate(ends)]
    assert [(named.text, named.first, named.last) for named in named_tones(tenths)] == [
        ("No clear difference", 3, 4),
        ("Fewer say yes", 5, 5),
    ]
    assert named_tones(tenths[:2]) == ()
