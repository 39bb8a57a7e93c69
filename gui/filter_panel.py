"""The panel behind the filter's icon: lists of values to tick, one list at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from gui import numbers
from gui.column_store import fold
from gui.theme import font
from gui.widgets import Button, SearchField, Segments, column, row

WIDTH = 440
HEIGHT = 360
LONG_LIST = 12  # more values than these are searched
KEY = int(Qt.ItemDataRole.UserRole)


def tr(text: str) -> str:
    """Translate a phrase of the filter panel."""
    return QCoreApplication.translate("filters", text)


@dataclass(frozen=True)
class TickValue:
    """A value to tick: its key, its name, how many rows have it; None where that does not matter."""

    key: str
    name: str
    count: int | None = None


@dataclass(frozen=True)
class TickList:
    """A list of values under a title, with those that are ticked."""

    key: str
    title: str
    values: tuple[TickValue, ...]
    ticked: frozenset[str] = field(default_factory=frozenset)


class FilterPanel(QFrame):
    """Opens below its button, closes on Esc or a click elsewhere; ``ticked`` tells a list and what is ticked in it."""

    ticked = Signal(str, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setFixedSize(WIDTH, HEIGHT)
        self.setAccessibleName(tr("Filters and columns"))
        self._lists: tuple[TickList, ...] = ()
        self._place = 0
        self.switch: Segments | None = None
        self.search = SearchField(tr("Find a value"))
        self.search.searched.connect(self._find)
        self.values = QListWidget()
        self.values.setFont(font())
        self.values.setUniformItemSizes(True)
        self.values.itemChanged.connect(self._tell)
        self.clear = Button(tr("Clear this list"), "quiet", "undo")
        self.clear.clicked.connect(self._clear)
        self._head = row(None)
        self.setLayout(
            column(self._head, self.search, (self.values, 1), row(None, self.clear), gap=8, margins=(12, 12, 12, 8))
        )

    def open_below(self, button: QWidget, lists: Sequence[TickList]) -> None:
        """Show lists under a button, the one that was shown last in front."""
        self._lists = tuple(lists)
        self._place = min(self._place, len(self._lists) - 1)
        if self.switch is not None:
            self._head.removeWidget(self.switch)
            self.switch.deleteLater()
        self.switch = Segments([each.title for each in self._lists], self._place, name=tr("List"))
        self.switch.chosen.connect(self.show_list)
        self._head.insertWidget(0, self.switch)
        self.show_list(self._place)
        corner = button.mapToGlobal(QPoint(button.width() - WIDTH, button.height() + 4))
        self.move(max(corner.x(), 0), corner.y())
        self.show()
        self.values.setFocus()

    @Slot(int)
    def show_list(self, place: int) -> None:
        """Show one of the lists."""
        self._place = place
        shown = self._lists[place]
        self.search.setVisible(len(shown.values) > LONG_LIST)
        self.search.clear()
        self.values.setAccessibleName(shown.title)
        self.values.blockSignals(True)
        self.values.clear()
        for each in shown.values:
            count = "" if each.count is None else f"  {numbers.decimal(each.count)}"
            item = QListWidgetItem(f"{each.name}{count}")
            item.setData(KEY, each.key)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if each.key in shown.ticked else Qt.CheckState.Unchecked)
            self.values.addItem(item)
        self.values.setCurrentRow(0)
        self.values.blockSignals(False)

    def tick(self, key: str, ticked: bool = True) -> None:
        """Tick a value of the list that is shown, as a person does."""
        for item in self._items():
            if item.data(KEY) == key:
                item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)

    def _items(self) -> list[QListWidgetItem]:
        return [self.values.item(place) for place in range(self.values.count())]

    @Slot(str)
    def _find(self, text: str) -> None:
        for item in self._items():
            item.setHidden(fold(text) not in fold(item.text()))

    @Slot()
    def _clear(self) -> None:
        self.values.blockSignals(True)
        for item in self._items():
            item.setCheckState(Qt.CheckState.Unchecked)
        self.values.blockSignals(False)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        ticked = frozenset(item.data(KEY) for item in self._items() if item.checkState() == Qt.CheckState.Checked)
        shown = self._lists[self._place]
        before, after = self._lists[: self._place], self._lists[self._place + 1 :]
        self._lists = (*before, TickList(shown.key, shown.title, shown.values, ticked), *after)
        self.ticked.emit(shown.key, ticked)
