"""Large tables: arranged by index arrays, painted and sorted without a proxy."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from gui.column_store import Arrangement, ColumnStore, TextColumn, search_words, sort_order
from gui.large_table import LargeTable
from gui.short_work import MANY_ROWS, ShortWork
from gui.table_model import ColumnTableModel, TableCell, TableColumn

TOWNS = ["Győr", "Pécs", None, "Szeged", "Győr"]
SCORES = [0.2, None, 0.9, -0.1, 0.2]


@pytest.fixture
def store():
    table = pa.table(
        {
            "customer": pa.array(["000204", "000017", "018204", "000003", "123456"], pa.large_string()),
            "town": pa.array(TOWNS, pa.large_string()),
            "phone": ["Samsung", "Xiaomi", "Samsung", "Apple", "Apple"],
            "score": SCORES,
        }
    )
    return ColumnStore(table, key="customer", searched=("town", "phone"))


def columns(store):
    return (
        TableColumn("Customer", lambda row: TableCell(store.key(row)), "customer", "000000"),
        TableColumn("Town", lambda row: TableCell(store.value("town", row)), "town", "Szeged", stretches=True),
        TableColumn("Score", lambda row: TableCell(str(SCORES[row])), "score", "0.00", is_number=True, falls=True),
    )


@given(st.lists(st.one_of(st.floats(allow_nan=True, width=16), st.integers(-3, 3)), max_size=40), st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_order_is_that_of_a_stable_sort_with_missing_values_last(values, descending):
    numbers = np.array(values, dtype=np.float64)
    sign = -1 if descending else 1
    expected = sorted(
        range(len(values)), key=lambda row: math.inf if math.isnan(numbers[row]) else sign * float(numbers[row])
    )
    assert sort_order(numbers, descending=descending).tolist() == expected


def test_missing_values_come_last_both_ways(store):
    assert store.arrange(Arrangement(column="score")).tolist() == [3, 0, 4, 2, 1]
    assert store.arrange(Arrangement(column="score", descending=True)).tolist() == [2, 0, 4, 3, 1]
    assert store.arrange(Arrangement(column="town")).tolist()[-1] == 2


def test_towns_sort_as_people_sort_them_and_keys_as_texts(store):
    assert [TOWNS[row] for row in store.arrange(Arrangement(column="town"))][:4] == ["Győr", "Győr", "Pécs", "Szeged"]
    assert [store.key(row) for row in store.arrange(Arrangement(column="customer"))] == [
        "000003", "000017", "000204", "018204", "123456",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("gyor", [0, 4]),
        ("GYŐR samsung", [0]),
        ("204", [0, 2]),
        ("018 204", [2]),
        ("apple", [3, 4]),
        ("nobody", []),
        ("  ", [0, 1, 2, 3, 4]),
    ],
)
def test_a_search_finds_keys_towns_and_phones_without_accents(store, search, found):
    assert store.arrange(Arrangement(search=search)).tolist() == found


def test_a_filter_and_a_search_hold_together_in_the_order_chosen(store):
    how = Arrangement(search="2", column="score", descending=True).keeping("phone", ["Samsung", "Apple"])
    assert store.arrange(how).tolist() == [2, 0, 4]


def test_filters_of_several_columns_hold_at_once_and_are_let_go(store):
    how = Arrangement().keeping("phone", ["Samsung", "Apple"]).keeping("town", ["Győr"])
    assert store.arrange(how).tolist() == [0, 4]
    assert store.arrange(how.keeping("phone", [])).tolist() == [0, 4]
    assert store.arrange(how.keeping("town", [])).tolist() == [0, 2, 3, 4]
    assert how.kept("town") == {"Győr"}


def test_a_column_that_changes_is_sorted_as_it_is_now(store):
    store.put("live", np.array([3.0, 1.0, 2.0, 5.0, 4.0]))
    assert store.arrange(Arrangement(column="live")).tolist() == [1, 2, 0, 4, 3]
    store.put("live", np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert store.arrange(Arrangement(column="live")).tolist() == [0, 1, 2, 3, 4]
    store.put("phone", TextColumn(np.array([1, 1, 0, 0, -1], np.int32), ["Apple", "Xiaomi"]))
    assert store.arrange(Arrangement(column="phone")).tolist() == [2, 3, 0, 1, 4]
    assert store.text("phone").counts() == {"Apple": 2, "Xiaomi": 2}


def test_digits_that_stand_apart_are_one_key():
    assert search_words("018 204") == ("018204",)
    assert search_words("Szeged 204") == ("szeged", "204")


def test_columns_in_several_chunks_are_read_as_one(store):
    parts = pa.chunked_array([["b", "a"], [], ["c"]], pa.large_string())
    towns = pa.chunked_array([["x"], ["y", "x"]], pa.large_string())
    chunked = ColumnStore(pa.table({"customer": parts, "town": towns}), key="customer", searched=("town",))
    assert chunked.row_of("c") == 2
    assert chunked.value("town", 1) == "y"
    assert chunked.text("town").counts() == {"x": 2, "y": 1}
    assert chunked.arrange(Arrangement(column="customer")).tolist() == [1, 0, 2]


def test_the_model_keeps_the_promises_of_qt(store, qtbot):
    model = ColumnTableModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_columns(columns(store), np.arange(5))
    model.show_rows(np.array([4, 1]))
    assert model.rowCount() == 2
    assert model.index(0, 0).data() == "123456"
    assert model.place_of(1) == 1
    assert model.place_of(0) == -1


@pytest.fixture
def table(store, qtbot):
    table = LargeTable("Customers")
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.show_columns(columns(store), np.arange(5))
    table.show()
    return table


def test_the_heading_has_a_selection_of_its_own(table):
    assert table.horizontalHeader().selectionModel() is not table.selectionModel()


def test_a_click_on_a_heading_asks_for_its_order(table, qtbot):
    x = table.columnViewportPosition(2) + 10
    with qtbot.waitSignal(table.sort_wanted) as asked:
        qtbot.mouseClick(table.header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
    assert asked.args == [2]


def test_keys_choose_a_heading_and_sort_by_it(table, qtbot):
    table.header.show_sort(0, False)
    table.header.setFocus()
    table.header.focusInEvent(_focus())
    qtbot.keyClick(table.header, Qt.Key.Key_Right)
    qtbot.keyClick(table.header, Qt.Key.Key_Right)
    with qtbot.waitSignal(table.sort_wanted) as asked:
        qtbot.keyClick(table.header, Qt.Key.Key_Return)
    assert asked.args == [2]


def _focus():
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent

    return QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)


def test_the_chosen_row_stays_chosen_in_another_order(table):
    table.choose_place(3)
    table.show_rows(np.array([4, 3, 0]))
    assert table.chosen == 3
    assert table.currentIndex().row() == 1


def test_a_letter_begins_a_search_and_return_opens(table, qtbot):
    table.choose_place(2)
    with qtbot.waitSignal(table.typed) as typed:
        qtbot.keyClick(table, "s")
    assert typed.args == ["s"]
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [2]


def test_ctrl_c_copies_the_row(table, qtbot):
    table.choose_place(0)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "000204\tGyőr\t0.2"


def test_shift_and_ctrl_select_rows_and_ctrl_a_all_of_them(table, qtbot):
    table.choose_place(1)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert table.selected_rows.tolist() == [1, 2]
    at = QPoint(20, table.rowViewportPosition(4) + 5)
    with qtbot.waitSignal(table.selected) as told:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, at)
    assert told.args == [3]
    assert table.selected_rows.tolist() == [1, 2, 4]
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert len(QApplication.clipboard().text().splitlines()) == 3
    qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert table.selected_rows.tolist() == [0, 1, 2, 3, 4]


def test_more_rows_than_the_clipboard_is_for_are_told(table, qtbot, monkeypatch):
    monkeypatch.setattr("gui.large_table.MOST_COPIED", 4)
    QApplication.clipboard().clear()
    table.selectAll()
    with qtbot.waitSignal(table.too_many_to_copy):
        qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == ""


def test_numbers_keep_their_width_where_texts_give_way(table, store):
    table.resize(210, 300)
    table.show_columns(columns(store), np.arange(5))
    assert table.columnWidth(2) >= table.fontMetrics().horizontalAdvance("0.00") + 16
    assert sum(table.columnWidth(place) for place in range(3)) <= table.viewport().width() + 3


class _Taker(QObject):
    def __init__(self):
        super().__init__()
        self.taken = []

    def take(self, result):
        self.taken.append(result)


def test_much_work_goes_into_a_thread_and_only_the_last_counts(qtbot):
    taker = _Taker()
    work = ShortWork("Arranging", taker.take, taker)
    work.ask(lambda: "few", 10)
    assert taker.taken == ["few"]
    work.ask(lambda: "stale", MANY_ROWS)
    work.ask(lambda: "last", MANY_ROWS)
    assert taker.taken == ["few"]
    qtbot.waitUntil(lambda: not work.is_busy, timeout=5_000)
    assert taker.taken == ["few", "last"]
