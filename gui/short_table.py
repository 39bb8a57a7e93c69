"""A table for short lists: quiet lines, numbers to the right, states with icon and word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QHeaderView, QSizePolicy, QTableView, QWidget

from gui.icons import icon
from gui.theme import TABLE_HEADER, Tone, font, look, theme

AnyIndex = QModelIndex | QPersistentModelIndex
ROW = 32
PADDING = 36  # the padding of both sides and the item's own margins


@dataclass(frozen=True)
class Column:
    """A column's heading; numbers stand at the right in tabular digits, one stretching column takes the room left.

    ``width`` is for a column of controls, in pixels; 0 is as wide as its texts need.
    """

    title: str
    is_number: bool = False
    stretches: bool = False
    width: int = 0


@dataclass(frozen=True)
class Cell:
    """A cell's text, with icon and tone for states and a tool tip for what is cut."""

    text: str
    tone: Tone | None = None
    icon: str = ""
    tip: str = ""


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: tuple[tuple[Cell, ...], ...] = ()

    def show(self, rows: Sequence[Sequence[Cell]]) -> None:
        self.beginResetModel()
        self.rows = tuple(tuple(cells) for cells in rows)
        self.endResetModel()

    def change(self, rows: Sequence[Sequence[Cell]]) -> None:
        self.rows = tuple(tuple(cells) for cells in rows)
        self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.rows[index.row()][index.column()]
        is_number = self.columns[index.column()].is_number
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(cell.icon, cell.tone or "text", 16) if cell.icon else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme().colour(cell.tone) if cell.tone else None
        plain = {
            Qt.ItemDataRole.DisplayRole: cell.text,
            Qt.ItemDataRole.TextAlignmentRole: _alignment(is_number),
            Qt.ItemDataRole.FontRole: font(tabular=is_number),
            Qt.ItemDataRole.ToolTipRole: f"<span>{escape(cell.tip)}</span>" if cell.tip else None,  # rich text wraps
        }
        return plain.get(Qt.ItemDataRole(role))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(self.columns[section].is_number)
        return None


def _alignment(is_number: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ShortTable(QTableView):
    """A few rows, all seen where there is room and scrolled where not; Ctrl+C copies the row.

    With ``wraps`` a row is as high as its sentence, else what is cut stands in the tool tip.
    """

    def __init__(self, columns: Sequence[Column], *, name: str, fewest: int = 3, wraps: bool = False) -> None:
        super().__init__()
        self._fewest = fewest
        self._is_whole = False
        self._holds_controls = False
        self._model = _Model(columns, self)
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(wraps)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setMinimumSectionSize(ROW)
        modes = QHeaderView.ResizeMode
        self.verticalHeader().setSectionResizeMode(modes.ResizeToContents if wraps else modes.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setFixedHeight(TABLE_HEADER)
        header.setMinimumSectionSize(48)
        look().changed.connect(self.viewport().update)

    def show_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show other rows; controls that were put into cells go."""
        self._model.show(rows)
        self._fit()

    def change_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show as many rows as before with other texts; controls in cells stay, and so does what is selected."""
        self._model.change(rows)
        self._fit()

    def put(self, row: int, column: int, control: QWidget) -> None:
        """Put a control into a cell."""
        self._holds_controls = True
        self.setIndexWidget(self._model.index(row, column), control)

    def control(self, row: int, column: int) -> QWidget:
        """Return the control that was put into a cell."""
        return self.indexWidget(self._model.index(row, column))

    def _fit(self) -> None:
        for place, column in enumerate(self._model.columns):
            if column.stretches:
                self.horizontalHeader().setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
            else:
                self.setColumnWidth(place, self._width(place, column))
        self.updateGeometry()

    def cell(self, row: int, column: int) -> Cell:
        """Return what stands in a cell."""
        return self._model.rows[row][column]

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._model.rows)

    def _width(self, place: int, column: Column) -> int:
        if column.width:
            return column.width
        metrics = QFontMetrics(font(tabular=column.is_number))
        title = QFontMetrics(font("caption", weight=600)).horizontalAdvance(column.title)
        widest = max((metrics.horizontalAdvance(cells[place].text) for cells in self._model.rows), default=0)
        icons = 22 if any(cells[place].icon for cells in self._model.rows) else 0
        return max(title, widest + icons) + PADDING

    def _height(self, rows: int) -> int:
        return TABLE_HEADER + rows * ROW + 1

    def sizeHint(self) -> QSize:
        """Ask for all rows."""
        return QSize(360, self._height(max(1, self.row_count)))

    def minimumSizeHint(self) -> QSize:
        """Keep a few rows in sight."""
        rows = self.row_count if self._is_whole else min(self._fewest, self.row_count)
        return QSize(200, self._height(max(1, rows)))

    def set_whole(self, is_whole: bool) -> None:
        """Keep all rows in sight, on a page that scrolls as a whole, or only a few."""
        self._is_whole = is_whole
        never, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(never if is_whole else needed)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint whole rows: what would be half a row at the foot stays empty until somebody scrolls."""
        super().paintEvent(event)
        bar, ground = self.verticalScrollBar(), self.viewport().rect()
        spare = ground.height() % ROW
        if spare and bar.value() < bar.maximum() and bar.value() % ROW == 0 and not self._holds_controls:
            ground.setTop(ground.bottom() + 1 - spare)
            QPainter(self.viewport()).fillRect(ground, theme().colour("surface"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected row on Ctrl+C."""
        rows = self.selectionModel().selectedRows()
        if event.matches(QKeySequence.StandardKey.Copy) and rows:
            cells = self._model.rows[rows[0].row()]
            QApplication.clipboard().setText("\t".join(cell.tip or cell.text for cell in cells))
            return
        super().keyPressEvent(event)
