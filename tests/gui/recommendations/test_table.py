"""The customers' table: searched, filtered, sorted."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from PySide6.QtCore import QPoint, Qt

from engine.columns import NO_OFFER
from gui import numbers
from tests.gui.recommendations.given import CLICK, CTRL, Reader, column, ctrl_z, keys, settle


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


def test_a_customer_is_found_behind_a_search_in_a_table_too_long_to_wait_for(shown, qtbot, monkeypatch):
    monkeypatch.setattr("gui.short_work.MANY_ROWS", 0)
    customer = keys(shown)[300]
    with qtbot.waitSignal(shown.customers.arranged):
        qtbot.keyClicks(shown.customers.search, "nobody")
    assert shown.show_customer(customer)
    settle(shown, qtbot)
    assert shown.customer == customer
    assert not shown.show_customer("no such key")


def choose_list(page, name, qtbot):
    """Open the panel at one of its lists."""
    qtbot.mouseClick(page.customers.more, CLICK)
    panel = page.customers.panel
    names = [each.title for each in panel._lists]
    qtbot.mouseClick(panel.switch.button(names.index(name)), CLICK)
    return panel


def test_several_filters_hold_at_once_and_each_is_let_go_by_its_chip(shown, qtbot):
    panel = choose_list(shown, "Town", qtbot)
    panel.tick("Szeged")
    panel = choose_list(shown, "Segment", qtbot)
    panel.tick("persuadable")
    panel.close()
    qtbot.mouseClick(shown.customers.chips["samsung-5g"], CLICK)
    rows = shown.customers.rows
    assert len(rows)
    for name, kept in (("residence", "Szeged"), ("segment", "persuadable"), ("offer", "samsung-5g")):
        assert {column(shown, name)[row] for row in rows} == {kept}
    chips = shown.customers.filter_chips
    assert [chip.text() for chip in chips.values()] == ["Can be won", "Szeged"]
    qtbot.mouseClick(chips["residence"], CLICK)
    assert len({column(shown, "residence")[row] for row in shown.customers.rows}) > 1
    assert list(shown.customers.filter_chips) == ["segment"]
    settle(shown, qtbot)


def test_a_list_says_how_many_customers_each_value_has_and_finds_among_many(shown, qtbot):
    panel = choose_list(shown, "Town", qtbot)
    towns = column(shown, "residence")
    texts = [item.text() for item in panel._items()]
    assert f"Szeged  {numbers.decimal(towns.count('Szeged'))}" in texts
    assert panel.search.isVisible() is (len(texts) > 12)
    panel._find("szeg")
    assert [item.text().split()[0] for item in panel._items() if not item.isHidden()] == ["Szeged"]
    panel.close()


def test_columns_are_chosen_and_sorted_by(shown, qtbot):
    panel = choose_list(shown, "Columns", qtbot)
    panel.tick("residence")
    panel.tick("segment", False)
    panel.close()
    titles = [each.title for each in shown.customers.table.rows.columns]
    assert "Town" in titles
    assert "Segment" not in titles
    shown.customers.sort_by(titles.index("Town"))
    towns = [column(shown, "residence")[row] for row in shown.customers.rows]
    assert towns == sorted(towns, key=towns.index)
    settle(shown, qtbot)


def test_selected_customers_get_no_offer_together_and_have_it_back(page, demo_campaign, qtbot):
    Reader(page, demo_campaign, gain_low=1.0).read()
    settle(page, qtbot)
    before = demo_campaign.read_table("customers")
    table = page.customers.table
    table.choose_place(0)
    for _ in range(2):
        qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.customers.bar.isVisible()
    assert page.customers.bar.count.text() == "3 selected"
    chosen = page.customers.selection.to_pylist()
    with qtbot.waitSignal(page.selection_wanted) as wanted:
        qtbot.mouseClick(page.customers.bar.preview, CLICK)
    assert wanted.args[0].to_pylist() == chosen
    with qtbot.waitSignal(page.changed, timeout=10_000):
        qtbot.mouseClick(page.customers.bar.no_offer, CLICK)
    settle(page, qtbot)
    after = demo_campaign.read_table("customers").to_pandas().set_index("customer")
    assert after.loc[chosen, "offer"].eq(NO_OFFER).all()
    assert after["withheld"].sum() == 3
    ctrl_z(page, qtbot)
    assert demo_campaign.read_table("customers").equals(before)


def test_ctrl_a_selects_all_that_are_shown(shown, qtbot):
    qtbot.keyClick(shown.customers.table, Qt.Key.Key_A, CTRL)
    count = numbers.decimal(len(shown.customers.rows))
    assert shown.customers.bar.count.text() == f"{count} selected"
