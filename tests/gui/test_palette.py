"""Ctrl+K, as somebody uses it who never touches the mouse."""

import pyarrow as pa
from PySide6.QtCore import Qt

from gui import numbers
from gui.palette import Palette, customers_like

PATIENCE = 30_000


def palette_of(window, qtbot):
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(Palette)
    assert palette is not None
    assert palette.focusWidget() is palette.field
    return palette


def test_a_page_is_reached_by_its_name(demo_window, qtbot):
    palette = palette_of(demo_window, qtbot)
    assert {"Data", "Recommendations", "Preview", "Settings", "Close the campaign"} <= set(palette.names)
    qtbot.keyClicks(palette.field, "prev")
    assert palette.names == ("Preview",)
    assert palette.field.accessibleDescription() == "Preview"
    with qtbot.waitSignal(demo_window.workspace.page("preview").ad_shown, timeout=PATIENCE):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert demo_window.workspace.step == "preview"
    qtbot.waitUntil(lambda: demo_window.findChild(Palette) is None)


def test_arrow_keys_choose_while_one_types_and_escape_leaves(demo_window, qtbot):
    palette = palette_of(demo_window, qtbot)
    first, second = palette.names[:2]
    assert palette.field.accessibleDescription() == first
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.field.accessibleDescription() == second
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: demo_window.findChild(Palette) is None)
    assert demo_window.workspace.step == "data"


def test_a_customer_is_reached_by_key(demo_window, qtbot):
    order = demo_window.workspace.results.order
    customer = order[order.with_face + 3]
    palette = palette_of(demo_window, qtbot)
    qtbot.keyClicks(palette.field, numbers.customer_key(customer).replace("\u00a0", " "))
    assert palette.names[0] == f"Customer {numbers.customer_key(customer)}"
    page = demo_window.workspace.page("preview")
    with qtbot.waitSignal(page.ad_shown, timeout=PATIENCE):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert demo_window.workspace.step == "preview"
    assert page.customer == customer


def test_who_is_not_in_the_table_is_shown_in_the_preview(demo_window, qtbot):
    demo_window.workspace.show_step("recommendations")
    table = demo_window.workspace.results.customers
    gone = table["customer"].to_pylist()[table["segment"].to_pylist().index("left")]
    palette = palette_of(demo_window, qtbot)
    qtbot.keyClicks(palette.field, gone)
    page = demo_window.workspace.page("preview")
    with qtbot.waitSignal(page.ad_shown, timeout=PATIENCE):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert (demo_window.workspace.step, page.customer) == ("preview", gone)


def test_what_the_page_can_do_is_offered_and_done(demo_window, qtbot):
    demo_window.workspace.show_step("preview")
    page = demo_window.workspace.page("preview")
    qtbot.waitUntil(lambda: page.ad_card.picture.shown.image is not None, timeout=PATIENCE)
    palette = palette_of(demo_window, qtbot)
    assert "Withdraw consent" in palette.names
    assert "Previous customer (Left)" not in palette.names  # the first customer has none before
    qtbot.keyClicks(palette.field, "next customer")
    with qtbot.waitSignal(page.ad_shown, timeout=PATIENCE):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert page.customer == page._turning.shown[1]


def test_what_nothing_fits_is_said(demo_window, qtbot):
    palette = palette_of(demo_window, qtbot)
    qtbot.keyClicks(palette.field, "no such thing")
    assert palette.names == ()
    assert palette.nothing.isVisible()
    assert palette.field.accessibleDescription() == "Nothing fits."
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.reject()


def test_without_a_campaign_there_is_no_palette(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.findChild(Palette) is None


def test_keys_that_begin_so_come_before_keys_that_contain_it():
    table = pa.table({"customer": ["900182", "018204", "182777", "+36301"]})
    assert customers_like(table, "018 2") == ("018204", "900182")
    assert customers_like(table, "182") == ("182777", "900182", "018204")
    assert customers_like(table, "+36") == ("+36301",)
    assert customers_like(table, "preview") == ()
    assert customers_like(None, "018") == ()
