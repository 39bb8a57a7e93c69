"""The customers' table in its card: search, chips and lists that filter, the rows, and what selected ones are for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget

from engine.columns import CURRENT_MAKER, NO_OFFER, OFFER, RESIDENCE, SEGMENT, UNKNOWN_MAKER
from gui import numbers
from gui.budget import PLANNED_WORTH
from gui.column_store import Arrangement, ColumnStore, IntArray, Rank, fold
from gui.filter_panel import FilterPanel, TickList, TickValue
from gui.findings import offer_name
from gui.fitting_scroll import FittingScroll
from gui.large_table import LargeTable
from gui.recommendations_columns import AGE_BAND, customer_columns, tr
from gui.segment_words import segment_rank, segment_words
from gui.selection_bar import SelectionBar
from gui.short_work import ShortWork
from gui.table_model import TableColumn
from gui.theme import ROW_COMFORTABLE, TABLE_HEADER
from gui.widgets import Button, EmptyState, FilterButton, Flow, SearchField, clear, column, row

if TYPE_CHECKING:
    import pyarrow as pa

    from gui.results import CampaignResults

SEARCH_WIDTH = 172
COLUMNS = "columns"


def filter_lists(store: ColumnStore, how: Arrangement) -> tuple[TickList, ...]:
    """Return the lists that customers are filtered by besides the offer, each with how many customers there are."""

    def listed(column: str, title: str) -> TickList:
        counts = store.text(column).counts()
        names = {key: _value_name(column, key) for key in counts}
        ranks: dict[str, Rank] = {SEGMENT: segment_rank, AGE_BAND: store.text(column).values.index}
        ordered = sorted((key for key in counts if names[key]), key=ranks.get(column, fold))
        return TickList(
            column, title, tuple(TickValue(key, names[key], counts[key]) for key in ordered), how.kept(column)
        )

    wanted = ((SEGMENT, tr("Segment")), (CURRENT_MAKER, tr("Has now")), (RESIDENCE, tr("Town")), (AGE_BAND, tr("Age")))
    return tuple(listed(column, title) for column, title in wanted if store.has(column))


def _value_name(column: str, key: str) -> str:
    if column == SEGMENT:
        return segment_words(key).name
    return tr("Not known") if key in ("", UNKNOWN_MAKER) else key


class CustomerTable(QFrame):
    """Every customer with the offer chosen; searched, filtered and sorted behind the window's back where they are many.

    ``chosen`` tells the row number under the cursor, ``picked`` the same once a person put it there, ``opened`` when
    the customer is wanted, ``arranged`` how many rows are shown once another search, filter or order is on the screen.
    """

    chosen = Signal(int)
    picked = Signal(int)
    opened = Signal(int)
    arranged = Signal(int)
    failed = Signal(Exception)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._results: CampaignResults | None = None
        self._store: ColumnStore | None = None
        self._how = Arrangement()
        self._columns: tuple[TableColumn, ...] = ()
        self._shown: frozenset[str] = frozenset()  # the columns, by what they sort by
        self._scrolled = -1  # where the rows stood before the same campaign was shown again
        self._wanted = ""  # the customer on whom the cursor stands after the next arrangement
        self._work = ShortWork(tr("Arranging customers"), self._take, self)
        self._work.failed.connect(self.failed)
        self.search = SearchField(tr("Customer, town or phone"), short=tr("Search"))
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(SEARCH_WIDTH)
        self.search.searched.connect(self._search)
        self.details = Button("", "quiet", "person", tip=tr("Show the customer (Return)"))
        self.details.clicked.connect(self._open_chosen)
        self.more = Button("", "quiet", "filter", tip=tr("Filters and columns"))
        self.more.clicked.connect(self._open_panel)
        self.panel: FilterPanel | None = None  # made when somebody opens it
        self.chips: dict[str, FilterButton] = {}
        self.filter_chips: dict[str, FilterButton] = {}
        self._chip_row = Flow(gap=6)
        self.table = LargeTable(tr("Customers and their offers"))
        self.table.setMinimumHeight(TABLE_HEADER + 2 * ROW_COMFORTABLE)
        self.table.sort_wanted.connect(self.sort_by)
        self.table.row_chosen.connect(self.chosen)
        self.table.moved.connect(self.picked)
        self.table.opened.connect(self.opened)
        self.table.typed.connect(self._begin_search)
        self.bar = SelectionBar()
        self.table.selected.connect(self.bar.show_count)
        self.table.too_many_to_copy.connect(self.bar.export_wanted)
        self.clear = Button(tr("Clear search and filter"), "plain", "undo")
        self.clear.clicked.connect(self.show_all)
        nobody = EmptyState(
            "search",
            tr("No customer matches"),
            tr("Nobody has all of these words and passes all of these filters."),
            self.clear,
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(FittingScroll(nobody))  # else its height would be the table's least
        tools = row((self.search, 1), (self._chip_row, 4), self.more, self.details, gap=6, margins=(12, 10, 4, 6))
        for part in (self.search, self.more, self.details):
            tools.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(tools, (self.stack, 1), self.bar, gap=0, margins=(1, 0, 1, 8)))
        self.setMinimumHeight(190)

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

        Search, filters, columns, cursor and place of the same campaign stay.
        """
        is_same = self._results is not None and [o.key for o in self._results.offers] == [o.key for o in results.offers]
        if self._store is not None and self.table.chosen >= 0:
            self._wanted = self._store.key(self.table.chosen) if is_same else ""
            self._scrolled = self.table.verticalScrollBar().value() if is_same else -1
        self._columns = columns = customer_columns(results, store, has_trial=has_trial)
        self._results, self._store = results, store
        if not is_same or not self._how.column or not store.has(self._how.column):
            self._how = Arrangement(column=PLANNED_WORTH if store.has(PLANNED_WORTH) else "", descending=has_trial)
            self._shown = frozenset(each.sorts_by for each in columns if not each.is_extra)
            self.search.clear()
        self._show_chips()
        self._show_columns()
        self._arrange()

    def follow_offers(self) -> None:
        """Show what each customer gets now that other offers were put into the store."""
        assert self._store is not None
        counts = self._store.text(OFFER).counts()
        for key, chip in self.chips.items():
            chip.set_count(numbers.decimal(counts.get(key, 0)))
        self.table.viewport().update()
        if self._how.column == OFFER or self._how.kept(OFFER):
            self._arrange()

    @property
    def selection(self) -> pa.StringArray:
        """The customers who are selected, in the order in which they are shown."""
        import pyarrow as pa

        store = self._store
        return pa.array([], pa.string()) if store is None else store.keys.take(pa.array(self.table.selected_rows))

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that are shown, by what they sort by."""
        return tuple(each.sorts_by for each in self.table.rows.columns)

    def _show_columns(self) -> None:
        shown = tuple(each for each in self._columns if each.sorts_by in self._shown)
        self.table.show_columns(shown or self._columns[:1], self.rows[:0])

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

    def follow_key(self, customer: str) -> None:
        """Put the cursor on a customer where search and filters show them; else leave it where it is."""
        if self._work.is_busy:
            self._wanted = customer
            return
        number = self._store.row_of(customer) if self._store is not None else -1
        place = self.table.rows.place_of(number) if number >= 0 else -1
        if place >= 0 and number != self.table.chosen:
            self.table.choose_place(place)

    def order_of_offers(self) -> pa.StringArray | None:
        """Return the customers with an offer in the order of the table; None while it does not show them all."""
        import pyarrow as pa

        store, how = self._store, self._how
        if store is None or how.search or how.filters or self._work.is_busy:
            return None
        offers = store.text(OFFER)
        has_offer = offers.rows_with(lambda key: key != NO_OFFER)
        return store.keys.take(pa.array(self.rows[has_offer[self.rows]]))

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
        self._how = replace(self._how, search="", filters=())
        self._show_filters()
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
            chip.setChecked(key in self._how.kept(OFFER))
            chip.setToolTip(tr("Show only customers with this offer; choose several to see them together"))
            chip.clicked.connect(self._filter)
            self.chips[key] = chip
            self._chip_row.addWidget(chip)
        self.filter_chips = {}
        self._show_filters()

    def _show_filters(self) -> None:
        """Show a chip for every list in which something is ticked; pressing it lets go of all that."""
        for chip in self.filter_chips.values():
            self._chip_row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.filter_chips = {}
        if self._results is None or self._store is None:
            return
        for each in filter_lists(self._store, self._how):
            if not each.ticked:
                continue
            names = [value.name for value in each.values if value.key in each.ticked]
            text = names[0] if len(names) == 1 else tr("{title}: {count}").format(title=each.title, count=len(names))
            chip = FilterButton(text)
            chip.setChecked(True)
            chip.setToolTip(tr("{title}: {names}. Press to let go").format(title=each.title, names=", ".join(names)))
            chip.clicked.connect(self._let_go)
            self.filter_chips[each.key] = chip
            self._chip_row.addWidget(chip)

    @Slot()
    def _let_go(self) -> None:
        for key, chip in self.filter_chips.items():
            if not chip.isChecked():
                self._how = self._how.keeping(key, ())
        self._show_filters()
        self._arrange()

    @Slot()
    def _open_panel(self) -> None:
        if self._store is None:
            return
        if self.panel is None:
            self.panel = FilterPanel(self)
            self.panel.ticked.connect(self._tick)
        columns = tuple(TickValue(each.sorts_by, each.title) for each in self._columns)
        choices = (*filter_lists(self._store, self._how), TickList(COLUMNS, tr("Columns"), columns, self._shown))
        self.panel.open_below(self.more, choices)

    @Slot(str, object)
    def _tick(self, key: str, ticked: frozenset[str]) -> None:
        if key == COLUMNS:
            self._shown = ticked
            self._wanted = self._store.key(self.table.chosen) if self._store and self.table.chosen >= 0 else ""
            self._show_columns()
        else:
            self._how = self._how.keeping(key, ticked)
            self._show_filters()
        self._arrange()

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
        self._how = self._how.keeping(OFFER, (key for key, chip in self.chips.items() if chip.isChecked()))
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
        if self._scrolled >= 0:
            self.table.verticalScrollBar().setValue(self._scrolled)
            self._scrolled = -1
        if self._wanted and self._store is not None:
            place = self.table.rows.place_of(self._store.row_of(self._wanted))
            self._wanted = ""
            if place >= 0:
                self.table.choose_place(place)  # which brings the row into sight, wherever it stands now
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
