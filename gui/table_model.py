"""The one model for large tables: it knows columns and an index array, and makes a cell only when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.column_store import IntArray
from gui.theme import Tone

AnyIndex = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class TableCell:
    """A cell's text; ``dot`` marks a number that is not clearly different from zero, ``says`` is for assistive tech."""

    text: str
    tone: Tone | None = None
    icon: str = ""
    dot: bool = False
    tip: str = ""
    says: str = ""


@dataclass(frozen=True)
class TableColumn:
    """A column: its heading, how a row's cell is made, and by which column of the store it sorts.

    ``widest`` is a text as wide as the column should be; ``falls`` means that the first click sorts the highest first;
    ``is_extra`` that it is shown on request.
    """

    title: str
    cell: Callable[[int], TableCell]
    sorts_by: str
    widest: str
    is_number: bool = False
    falls: bool = False
    stretches: bool = False
    tip: str = ""
    is_extra: bool = False


class ColumnTableModel(QAbstractTableModel):
    """Shows rows of columns, in the order of an index array of row numbers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[TableColumn, ...] = ()
        self._rows: IntArray = np.empty(0, dtype=np.int64)

    @property
    def rows(self) -> IntArray:
        """The row numbers that are shown, in their order."""
        return self._rows

    def show_columns(self, columns: Sequence[TableColumn], rows: IntArray) -> None:
        """Show other columns."""
        self.beginResetModel()
        self.columns, self._rows = tuple(columns), rows
        self.endResetModel()

    def show_rows(self, rows: IntArray) -> None:
        """Show other rows of the same columns, or the same rows in another order."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def refresh(self) -> None:
        """Say that what stands in the cells is another now; rows and their order are the same."""
        if len(self._rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self.columns) - 1))

    def source_row(self, place: int) -> int:
        """Return the row number that stands at a place."""
        return int(self._rows[place])

    def place_of(self, row: int) -> int:
        """Return where a row number stands, -1 if it is not shown."""
        found = np.flatnonzero(self._rows == row)
        return int(found[0]) if len(found) else -1

    def cell(self, index: AnyIndex) -> TableCell:
        """Return what stands in a cell."""
        return self.columns[index.column()].cell(int(self._rows[index.row()]))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, tool tip, alignment or what assistive tech reads."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index).text
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.cell(index).tip or None
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            cell = self.cell(index)
            return (cell.says or cell.text) if role == Qt.ItemDataRole.AccessibleTextRole else cell.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[index.column()].is_number else LEFT
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading."""
        if orientation == Qt.Orientation.Horizontal and section < len(self.columns):
            column = self.columns[section]
            if role == Qt.ItemDataRole.DisplayRole:
                return column.title
            if role == Qt.ItemDataRole.ToolTipRole:
                return column.tip or None
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if column.is_number else LEFT
        return None
