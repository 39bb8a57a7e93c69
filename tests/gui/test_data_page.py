import csv
from dataclasses import replace

import pyarrow.compute as pc
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from gui import numbers
from gui.data_cards import allowances, reject_reasons
from gui.data_page import DataPage
from gui.theme import TABLE_HEADER, theme


@pytest.fixture
def page(qtbot, jobs, on_screen, still_campaign, still_results):
    page = on_screen(DataPage(jobs))
    page.set_campaign(still_campaign, still_results)
    qtbot.waitExposed(page)
    return page


def choose(qtbot, page, measure):
    qtbot.mouseClick(page.loyalty.segments.button(measure), Qt.MouseButton.LeftButton)


def click_cell(qtbot, chart, row, column):
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.cell_rect(row, column).center())


def test_the_verdict_counts_rows_customers_and_what_was_set_aside(page, still_results):
    rows = sum(file.rows for file in still_results.files)
    aside = sum(file.rejected for file in still_results.files)
    assert aside > 0
    assert page.verdict.text() == (
        f"{numbers.decimal(rows - aside)} rows are in, of 2,000 customers. "
        f"{aside} rows were set aside, each with its reason."
    )


def test_every_file_is_listed_with_its_kind_in_words(page, still_results):
    table = page.files.table
    assert table.row_count == len(still_results.files)
    kinds = {table.cell(row, 1).text for row in range(table.row_count)}
    assert kinds == {"Calls", "Internet use", "Customers", "Last campaign", "Offers"}
    for row, file in enumerate(still_results.files):
        assert table.cell(row, 0).text == file.file
        assert table.cell(row, 2).text == numbers.decimal(file.rows)
        assert table.cell(row, 3).text == numbers.decimal(file.rejected)
        assert (table.cell(row, 4).text, table.cell(row, 4).icon) == ("Read", "check")


def test_rows_set_aside_are_counted_by_reason_with_the_first_one_as_it_stands(page, still_results):
    reasons = reject_reasons(still_results.rejects)
    assert sum(reason.rows for reason in reasons) == still_results.rejects.num_rows
    assert [reason.rows for reason in reasons] == sorted((reason.rows for reason in reasons), reverse=True)
    top = reasons[0]
    first = next(row for row in still_results.rejects.to_pylist() if row["reason"] == top.reason)
    assert page.rejects.table.cell(0, 0).text == top.reason
    assert (
        page.rejects.table.cell(0, 2).tip == f"{first['file']}, line {numbers.decimal(first['line'])}: {first['text']}"
    )
    assert page.rejects.heading.text().startswith(f"Set aside: {still_results.rejects.num_rows} rows, 0.")


def test_the_list_of_rows_set_aside_is_saved_as_csv(page, qtbot, jobs, still_results, tmp_path, monkeypatch):
    path = tmp_path / "aside.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    with qtbot.waitSignal(jobs.emptied):
        qtbot.mouseClick(page.rejects.save, Qt.MouseButton.LeftButton)
    with path.open(encoding="utf-8", newline="") as file:
        saved = list(csv.DictReader(file))
    expected = still_results.rejects.to_pylist()
    assert list(saved[0]) == ["file", "line", "column", "reason", "text"]
    assert [row["column"] for row in saved] == [row["column"] or "" for row in expected]
    assert [row["text"] for row in saved] == [row["text"] for row in expected]
    assert [int(row["line"]) for row in saved] == [row["line"] for row in expected]
    assert list(tmp_path.glob(".*.part")) == []


def test_a_list_that_cannot_be_saved_is_told_and_leaves_nothing(page, qtbot, jobs, tmp_path):
    with qtbot.waitSignal(jobs.failed) as told:
        page.save_rejects(tmp_path / "missing folder" / "aside.csv")
    assert isinstance(told.args[0], OSError)
    assert not (tmp_path / "missing folder").exists()


def test_what_the_files_allow_says_only_what_is_true_now(still_results):
    lines = {line.part: line for line in allowances(still_results)}
    assert [part for part, line in lines.items() if not line.is_enough] == ["circle"]  # no operator has others' calls
    assert lines["circle"].sentence.startswith(f"{still_results.circles:,} circles")
    rows = still_results.loyalty.rows
    changes = int(rows.loc[rows["group"] == "all", "changes"].sum())
    assert lines["loyalty"].sentence == f"24 months of phones, {changes} changes seen"
    assert lines["faces"].sentence.startswith("24 customers with photo consent")
    without = replace(still_results, files=(), matched=(), loyalty=None, circles=0)
    assert not any(line.is_enough for line in allowances(without))
    assert "there is no circle" in allowances(without)[3].sentence
    assert "no customer's photo with consent" in allowances(without)[2].sentence


def test_changes_that_cannot_be_dated_make_no_chance_of_zero(page, still_results):
    rows = still_results.loyalty.rows.assign(changes=0)
    undated = replace(still_results, loyalty=replace(still_results.loyalty, rows=rows))
    assert "phone_since" in {line.part: line for line in allowances(undated)}["loyalty"].sentence
    page.set_campaign(None, undated)
    assert page.loyalty.map.isHidden()


def test_makers_stand_by_share_and_other_is_last(page, still_results):
    said = page.makers.bars.accessibleDescription().split(", ")
    shares = [share.share for share in still_results.makers if share.maker != "Other"]
    assert shares == sorted(shares, reverse=True)
    assert said[0].startswith(still_results.makers[0].maker)
    assert said[-1].startswith("Other")
    assert len(said) <= 8


def test_the_heat_map_opens_on_the_most_loyal_maker_with_its_range(page, still_results):
    rows = still_results.loyalty.rows
    own = rows[(rows["group"] == "all") & (rows["maker"] == rows["next_maker"])].sort_values("probability")
    best = own.iloc[-1]
    chance, low, high = (round(100 * best[name]) for name in ("probability", "low", "high"))
    assert f"{best['maker']} owners come back: {chance} of 100 ({low} to {high})." in page.loyalty.sentence.text
    assert "What we see, not what an offer caused." in page.loyalty.sentence.text


def test_a_cell_is_selected_by_mouse_and_said_with_its_range(page, qtbot):
    click_cell(qtbot, page.loyalty.map, 0, 1)
    assert page.loyalty.map.selection == (0, 1)
    text = page.loyalty.sentence.text
    assert "Samsung to Xiaomi:" in text
    assert " to " in text.split("(")[1]
    assert page.loyalty.map.accessibleDescription().startswith("Samsung to Xiaomi")


def test_a_row_is_selected_by_its_name(page, qtbot):
    chart = page.loyalty.map
    middle = chart.cell_rect(1, 0).center().y()
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(4, middle))
    assert chart.selection == (1, -1)
    assert "Xiaomi owners come back" in page.loyalty.sentence.text


def test_the_selection_moves_by_arrow_keys(page, qtbot):
    chart = page.loyalty.map
    chart.setFocus()
    chart.select(0, 0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(chart, key)
    assert chart.selection == (1, 1)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    assert chart.selection == (0, -1)


def test_count_and_uplift_say_what_they_are(page, qtbot, still_results):
    page.loyalty.map.select(0, 0)
    choose(qtbot, page, 2)
    rows = still_results.loyalty.rows
    cell = rows[(rows["group"] == "all") & (rows["maker"] == "Samsung") & (rows["next_maker"] == "Samsung")].iloc[0]
    assert f"{int(cell['changes'])} changes seen, from {int(cell['owners'])} owners" in page.loyalty.sentence.text
    choose(qtbot, page, 1)
    assert "more of 100 come back than come over" in page.loyalty.sentence.text
    assert "within 24 months" in page.loyalty.explains.text()


def test_the_way_on_leads_to_loyalty(page, qtbot):
    with qtbot.waitSignal(page.step_wanted) as wanted:
        qtbot.mouseClick(page.proceed, Qt.MouseButton.LeftButton)
    assert wanted.args == ["loyalty", ""]


def test_without_a_campaign_the_page_says_what_is_missing(page):
    page.set_campaign(None, None)
    assert page.empty.isVisible()
    assert not page.scroller.isVisible()
    assert not page.proceed.isVisible()


@pytest.mark.parametrize("width", [968, 1232])
def test_nothing_is_cut_off_at_any_width(page, qtbot, width):
    page.resize(width, 592)
    qtbot.wait(50)
    assert page.width() == width
    content = page.scroller.widget()
    assert content.width() <= page.scroller.viewport().width()
    for button in page.findChildren(QPushButton):
        if button.isVisible():
            place = button.mapTo(page, QPoint(0, 0))
            assert place.x() >= 0
            assert place.x() + button.width() <= width
            assert button.width() >= button.minimumSizeHint().width()


def test_one_reason_is_one_line(still_results):
    one = still_results.rejects.filter(pc.equal(still_results.rejects["reason"], "Row is cut short"))
    assert len(reject_reasons(one)) == 1
    assert reject_reasons(one)[0].rows == one.num_rows


def test_lists_keep_their_least_height_whatever_stands_below_them(page, qtbot):
    page.files.keep.show()
    page.files.note.setText("Read from the files, 28 November 2026. Only results per customer are kept.")
    for width, height in ((1232, 852), (1158, 680), (968, 592)):
        page.resize(width, height)
        qtbot.wait(20)
        for table in (page.files.table, page.rejects.table):
            assert table.height() >= table.minimumSizeHint().height(), (width, table.accessibleName())


def test_a_list_paints_no_half_row_at_its_foot(page):
    table = page.files.table
    table.resize(table.width(), TABLE_HEADER + 3 * 32 + 14)

    def colours_at_the_foot():
        image = table.viewport().grab().toImage()
        return {image.pixelColor(x, image.height() - y).name() for x in range(image.width()) for y in range(1, 14)}

    assert colours_at_the_foot() == {theme().colours.surface.lower()}
    table.verticalScrollBar().setValue(10)
    assert len(colours_at_the_foot()) > 1
