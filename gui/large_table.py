"""The view of large tables: rows painted by hand, a heading that sorts by click and by keys."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.column_store import IntArray
from gui.icons import icon_pixmap
from gui.table_model import LEFT, RIGHT, ColumnTableModel, TableColumn
from gui.theme import TABLE_HEADER, font, look, theme

AnyIndex = QModelIndex | QPersistentModelIndex
PADDING = 14
TIGHT = 8
ICON = 16
DOT = 6
ARROW = 14
LEAST = 44
MOST_COPIED = 10_000  # rows
ADDS, SPANS = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _padding(table: QObject | None) -> int:
    """Return the room left and right of a cell's text."""
    return table.padding if isinstance(table, LargeTable) else PADDING


class _Cells(QStyledItemDelegate):
    """Paints cells: the theme's selection, a line below, the text with its icon or its dot."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one cell."""
        model = index.model()
        if not isinstance(model, ColumnTableModel):
            return
        now = theme()
        cell = model.cell(index)
        is_number = model.columns[index.column()].is_number
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        box: QRect = option.rect
        if is_selected:
            painter.fillRect(box, now.colour("accent_soft"))
        painter.setPen(now.colour("border"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        padding = _padding(self.parent())
        inner = box.adjusted(padding, 0, -padding, 0)
        tone = cell.tone or "text"
        if is_selected and tone in ("text", "muted"):
            tone = "accent_soft_text"
        if cell.icon:
            pixmap = icon_pixmap(cell.icon, tone, ICON, max(1.0, painter.device().devicePixelRatio()))
            painter.drawPixmap(inner.x(), inner.center().y() - ICON // 2 + 1, pixmap)
            inner.setLeft(inner.left() + ICON + 6)
        painter.setFont(font(tabular=is_number))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, inner.width())
        painter.setPen(now.colour(tone))
        painter.drawText(inner, RIGHT if is_number else LEFT, text)
        if cell.dot:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("control_border"))
            x = inner.right() - metrics.horizontalAdvance(text) - DOT - 6
            painter.drawEllipse(x, inner.center().y() - DOT // 2 + 1, DOT, DOT)


class SortHeader(QHeaderView):
    """Headings that sort. With the focus on them, Left and Right choose one, Space or Return sorts by it."""

    sort_wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.sorted_by = -1
        self.descending = False
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)
        self.setFixedHeight(TABLE_HEADER)
        self.setMinimumSectionSize(LEAST)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.sectionClicked.connect(self.sort_wanted)

    @property
    def current(self) -> int:
        """The heading that the keys have chosen, -1 without the focus."""
        return self._current

    def show_sort(self, column: int, descending: bool) -> None:
        """Mark the heading that the rows are sorted by."""
        self.sorted_by, self.descending = column, descending
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a heading, or sort by it."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._current = min(max(self._current + step, 0), self.count() - 1)
            self.viewport().update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.sort_wanted.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the heading that the rows are sorted by."""
        self._current = max(self.sorted_by, 0)
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Choose none any more."""
        self._current = -1
        self.viewport().update()
        super().focusOutEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint a heading, with an arrow where it is the one that is sorted by."""
        model = self.model()
        if not isinstance(model, ColumnTableModel) or not rect.isValid():
            return
        now = theme()
        is_number = model.columns[section].is_number
        is_sorted = section == self.sorted_by
        painter.save()
        painter.fillRect(rect, now.colour("surface"))
        painter.setPen(now.colour("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if section == self._current:
            painter.setPen(QPen(now.colour("focus"), 2))
            painter.drawRoundedRect(rect.adjusted(3, 3, -3, -4), 5, 5)
        padding = _padding(self.parent())
        inner = rect.adjusted(padding, 0, -padding, 0)
        painter.setFont(font("caption", weight=600))
        painter.setPen(now.colour("text" if is_sorted else "muted"))
        title = painter.fontMetrics().elidedText(
            model.columns[section].title, Qt.TextElideMode.ElideRight, inner.width() + (ARROW if is_sorted else 0)
        )
        painter.drawText(inner, RIGHT if is_number else LEFT, title)
        if is_sorted:
            width = painter.fontMetrics().horizontalAdvance(title)
            x = inner.right() - width - ARROW - 1 if is_number else inner.x() + width + 3
            name = "down" if self.descending else "up"
            density = max(1.0, painter.device().devicePixelRatio())
            painter.drawPixmap(x, inner.center().y() - ARROW // 2 + 1, icon_pixmap(name, "text", ARROW, density))
        painter.restore()


class LargeTable(QTableView):
    """A table of any length.

    ``sort_wanted`` tells a column, ``row_chosen`` the row number under the cursor, ``moved`` the same once a person
    moved it, ``opened`` on Return or a click, ``typed`` the first letter of a search, ``selected`` how many rows are
    selected, ``too_many_to_copy`` that the clipboard is not the way for so many.
    """

    sort_wanted = Signal(int)
    row_chosen = Signal(int)
    moved = Signal(int)
    opened = Signal(int)
    typed = Signal(str)
    selected = Signal(int)
    too_many_to_copy = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.padding = PADDING
        self.rows = ColumnTableModel(self)
        self.setModel(self.rows)
        self.header = SortHeader(self)
        self.setHorizontalHeader(self.header)
        self._separate_header()
        self.setItemDelegate(_Cells(self))
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.header.sort_wanted.connect(self.sort_wanted)
        self.selectionModel().currentRowChanged.connect(self._choose)
        self.selectionModel().selectionChanged.connect(self._count_selected)
        self.clicked.connect(self._open)
        look().changed.connect(self._follow_look)
        self._follow_look()

    def show_columns(self, columns: tuple[TableColumn, ...], rows: IntArray) -> None:
        """Show other columns."""
        self.rows.show_columns(columns, rows)
        self._share_width()

    def show_rows(self, rows: IntArray) -> None:
        """Show other rows, or the same in another order, from the top; the chosen row stays so if it is among them."""
        chosen = self.chosen
        self.rows.show_rows(rows)
        self.selected.emit(0)
        place = self.rows.place_of(chosen) if chosen >= 0 else -1
        if len(rows):
            self.choose_place(max(place, 0))
            self.scrollToTop()

    @property
    def chosen(self) -> int:
        """The row number under the cursor, -1 if there is none."""
        index = self.currentIndex()
        return self.rows.source_row(index.row()) if index.isValid() else -1

    @property
    def selected_rows(self) -> IntArray:
        """The row numbers that are selected, in the order in which they are shown."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(place) for place in range(selection.size())]
        spans = sorted((each.top(), each.bottom()) for each in ranges)
        places = [np.arange(first, last + 1) for first, last in spans]
        found: IntArray = self.rows.rows[np.unique(np.concatenate(places))] if places else self.rows.rows[:0]
        return found

    def choose_place(self, place: int) -> None:
        """Put the cursor on a place and show it."""
        index = self.rows.index(place, 0)
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        )
        self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the rows on Ctrl+C, open one on Return, begin a search with a letter."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy(self.selected_rows)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.chosen >= 0:
            self.opened.emit(self.chosen)
        else:
            before = self.chosen
            super().keyPressEvent(event)
            if self.chosen not in (before, -1):
                self.moved.emit(self.chosen)

    def keyboardSearch(self, search: str) -> None:
        """Search in the field: Qt's own search would walk through a million rows."""
        if search.strip():
            self.typed.emit(search)

    def sizeHint(self) -> QSize:
        """Ask for some rows."""
        return QSize(600, TABLE_HEADER + 6 * look().row_height)

    def minimumSizeHint(self) -> QSize:
        """Keep a few rows in sight."""
        return QSize(320, TABLE_HEADER + 3 * look().row_height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width again."""
        super().resizeEvent(event)
        self._share_width()

    def changeEvent(self, event: QEvent) -> None:
        """Share the width again in another font or language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._share_width()

    def _separate_header(self) -> None:
        """Give the header a selection of its own: sharing the table's costs a second per click at a million rows."""
        self.header.setSelectionModel(QItemSelectionModel(self.rows, self.header))

    def _follow_look(self) -> None:
        self.verticalHeader().setDefaultSectionSize(look().row_height)
        self._share_width()
        self.header.viewport().update()
        self.viewport().update()

    def _share_width(self) -> None:
        """Give each column what its texts need; what is left goes to those that stretch, what is missing is taken
        off the padding first, then off the texts, never off numbers.
        """
        columns, room = self.rows.columns, self.viewport().width()
        if not columns:
            return
        needed = [self._needed(column) for column in columns]
        self.padding = PADDING if sum(needed) + 2 * PADDING * len(columns) <= room else TIGHT
        widths = [need + 2 * self.padding for need in needed]
        spare = room - sum(widths)
        giving = [
            place for place, column in enumerate(columns) if (column.stretches if spare > 0 else not column.is_number)
        ]
        whole = sum(widths[place] for place in giving)
        for place in giving:
            share = spare / len(giving) if spare > 0 else spare * widths[place] / whole
            widths[place] = max(LEAST, widths[place] + math.floor(share))
        for place, width in enumerate(widths):
            self.setColumnWidth(place, width)

    def _needed(self, column: TableColumn) -> int:
        text = QFontMetrics(font(tabular=column.is_number)).horizontalAdvance(column.widest)
        title = QFontMetrics(font("caption", weight=600)).horizontalAdvance(column.title) + ARROW + 2
        return max(text, title) + 2

    def _choose(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid():
            self.row_chosen.emit(self.rows.source_row(current.row()))

    def _copy(self, rows: IntArray) -> None:
        if len(rows) > MOST_COPIED:
            self.too_many_to_copy.emit()
            return
        lines = ("\t".join(column.cell(row).text for column in self.rows.columns) for row in rows.tolist())
        QApplication.clipboard().setText("\n".join(lines))

    def _count_selected(self) -> None:
        selection = self.selectionModel().selection()
        self.selected.emit(sum(selection.at(place).height() for place in range(selection.size())))

    def _open(self, index: QModelIndex) -> None:
        self.moved.emit(self.rows.source_row(index.row()))
        if QApplication.keyboardModifiers() & (ADDS | SPANS):
            return  # the row joins a selection
        self.opened.emit(self.rows.source_row(index.row()))
