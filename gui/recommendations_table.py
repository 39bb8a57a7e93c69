"""The customers' table in its card: search, a chip per offer, and the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget

from engine.columns import EXPECTED_VALUE, NO_OFFER, OFFER
from gui import numbers
from gui.column_store import Arrangement, ColumnStore, IntArray
from gui.findings import offer_name
from gui.large_table import LargeTable
from gui.recommendations_columns import customer_columns, tr
from gui.short_work import ShortWork
from gui.widgets import Button, EmptyState, FilterButton, Flow, SearchField, clear, column, row

if TYPE_CHECKING:
    from gui.results import CampaignResults

SEARCH_WIDTH = 212


class CustomerTable(QFrame):
    """Every customer with the offer chosen; searched, filtered and sorted behind the window's back where they are many.

    ``chosen`` tells the row number under the cursor, ``opened`` the same when the customer is wanted, ``arranged``
    how many rows are shown once another search, filter or order is on the screen.
    """

    chosen = Signal(int)
    opened = Signal(int)
    arranged = Signal(int)
    failed = Signal(Exception)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._results: CampaignResults | None = None
        self._store: ColumnStore | None = None
        self._how = Arrangement()
        self._wanted = ""  # the customer on whom the cursor stands after the next arrangement
        self._work = ShortWork(tr("Arranging customers"), self._take, self)
        self._work.failed.connect(self.failed)
        self.search = SearchField(tr("Customer, town or phone"))
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(SEARCH_WIDTH)
        self.search.searched.connect(self._search)
        self.details = Button("", "quiet", "person", tip=tr("Show the customer (Return)"))
        self.details.clicked.connect(self._open_chosen)
        self.chips: dict[str, FilterButton] = {}
        self._chip_row = Flow(gap=6)
        self.table = LargeTable(tr("Customers and their offers"))
        self.table.sort_wanted.connect(self.sort_by)
        self.table.row_chosen.connect(self.chosen)
        self.table.opened.connect(self.opened)
        self.table.typed.connect(self._begin_search)
        self.clear = Button(tr("Clear search and filter"), "plain", "undo")
        self.clear.clicked.connect(self.show_all)
        nobody = EmptyState(
            "search",
            tr("No customer matches"),
            tr("Nobody has all of these words and one of these offers."),
            self.clear,
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(nobody)
        tools = row((self.search, 1), (self._chip_row, 3), self.details, gap=8, margins=(12, 10, 8, 6))
        tools.setAlignment(self.search, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(tools, (self.stack, 1), gap=0, margins=(1, 0, 1, 8)))
        self.setMinimumHeight(210)

    @property
    def rows(self) -> IntArray:
        """The row numbers that are shown, in their order."""
        return self.table.rows.rows

    @property
    def arrangement(self) -> Arrangement:
        """What is shown and in which order."""
        return self._how

    def show_customers(self, results: CampaignResults, store: ColumnStore, *, has_trial: bool) -> None:
        """Show a campaign's customers, those worth most first.

        Search, filter and cursor of the same campaign stay.
        """
        is_same = self._results is not None and [o.key for o in self._results.offers] == [o.key for o in results.offers]
        if self._store is not None and self.table.chosen >= 0:
            self._wanted = self._store.key(self.table.chosen) if is_same else ""
        self._results, self._store = results, store
        if not is_same or not self._how.column:
            self._how = Arrangement(column=EXPECTED_VALUE if has_trial else "", descending=has_trial)
            self.search.clear()
        self._show_chips()
        columns = customer_columns(results, store, has_trial=has_trial)
        self.table.show_columns(columns, self.rows[:0])
        self._arrange()

    def show_key(self, customer: str) -> bool:
        """Put the cursor on a customer, clearing what hides them; False if there is no such customer."""
        number = self._store.row_of(customer) if self._store is not None else -1
        if number < 0:
            return False
        place = self.table.rows.place_of(number)
        if place < 0:
            self._wanted = customer
            self.show_all()
        else:
            self.table.choose_place(place)
        return True

    @Slot(int)
    def sort_by(self, place: int) -> None:
        """Sort by a column; a second time turns the order round."""
        wanted = self.table.rows.columns[place]
        is_again = self._how.column == wanted.sorts_by
        self._how = replace(
            self._how, column=wanted.sorts_by, descending=not self._how.descending if is_again else wanted.falls
        )
        self._arrange()

    @Slot()
    def show_all(self) -> None:
        """Clear search and filter."""
        self.search.blockSignals(True)  # one arrangement, not two
        self.search.clear()
        self.search.blockSignals(False)
        for chip in self.chips.values():
            chip.setChecked(False)
        self._how = replace(self._how, search="", kept=frozenset())
        self._arrange()
        self.table.setFocus()

    def _show_chips(self) -> None:
        assert self._results is not None and self._store is not None
        counts = self._store.text(OFFER).counts()
        keys = [offer.key for offer in self._results.offers] + [NO_OFFER]
        clear(self._chip_row)
        self.chips = {}
        for key in keys:
            count = counts.get(key, 0)
            chip = FilterButton(offer_name(self._results.offers, key), numbers.decimal(count))
            chip.setChecked(key in self._how.kept)
            chip.setToolTip(tr("Show only customers with this offer; choose several to see them together"))
            chip.clicked.connect(self._filter)
            self.chips[key] = chip
            self._chip_row.addWidget(chip)

    @Slot(str)
    def _search(self, text: str) -> None:
        if text != self._how.search:
            self._how = replace(self._how, search=text)
            self._arrange()

    @Slot(str)
    def _begin_search(self, letter: str) -> None:
        self.search.setFocus()
        self.search.setText(letter)

    @Slot()
    def _filter(self) -> None:
        kept = frozenset(key for key, chip in self.chips.items() if chip.isChecked())
        self._how = replace(self._how, kept=kept)
        self._arrange()

    def _arrange(self) -> None:
        store, how = self._store, self._how
        if store is None:
            return
        self._work.ask(lambda: (how, store.arrange(how)), len(store))

    @Slot(object)
    def _take(self, arranged: tuple[Arrangement, IntArray]) -> None:
        """Bring an arrangement onto the screen."""
        how, rows = arranged
        self.table.show_rows(rows)
        if self._wanted and self._store is not None:
            place = self.table.rows.place_of(self._store.row_of(self._wanted))
            self._wanted = ""
            if place >= 0:
                self.table.choose_place(place)
        self.stack.setCurrentIndex(0 if len(rows) else 1)
        places = [place for place, each in enumerate(self.table.rows.columns) if each.sorts_by == how.column]
        self.table.header.show_sort(places[0] if places else -1, how.descending)
        self.arranged.emit(len(rows))

    @Slot()
    def _open_chosen(self) -> None:
        if self.table.chosen >= 0:
            self.opened.emit(self.table.chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the search field as wide as there is room for."""
        super().resizeEvent(event)
        self.search.setMaximumWidth(SEARCH_WIDTH if event.size().width() > 700 else 160)
