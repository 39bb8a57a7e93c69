"""Rows and columns in one line each, and rows that break."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QLayoutItem, QVBoxLayout, QWidget

Item = QWidget | QLayout | int | None
Margins = tuple[int, int, int, int]


def row(*items: Item | tuple[Item, int], gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QHBoxLayout:
    """Lay items out from left to right: a widget, a layout, pixels of space, None for a stretch, (item, stretch)."""
    layout = QHBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def column(*items: Item | tuple[Item, int], gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QVBoxLayout:
    """Lay items out from top to bottom; the items are those of ``row``."""
    layout = QVBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete the widgets."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if inner is not None:
            clear(inner)
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _fill(layout: QBoxLayout, items: tuple[Item | tuple[Item, int], ...], gap: int, margins: Margins) -> None:
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    for each in items:
        item, stretch = each if isinstance(each, tuple) else (each, 0)
        if item is None:
            layout.addStretch(stretch or 1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item, stretch)
        else:
            layout.addWidget(item, stretch)


class Flow(QLayout):
    """A row that breaks into more rows where it does not fit, as words do."""

    def __init__(self, *widgets: QWidget, gap: int = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item (Qt calls this)."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, or None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove an item and return it, or None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Want no more room than needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the rows at a width."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        """Return the size of one row."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        gaps = self.spacing() * max(0, len(sizes) - 1)
        return QSize(sum(size.width() for size in sizes) + gaps, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Return the size of the largest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:
        """Lay the items out, in the middle of the height there is."""
        super().setGeometry(rect)
        spare = max(0, rect.height() - self.heightForWidth(rect.width()))
        self._place(rect.adjusted(0, spare // 2, 0, 0), move=True)

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Return the height used; each row is as high as its highest item, the others stand in its middle."""
        x, y = rect.x(), rect.y()
        line: list[tuple[QLayoutItem, QRect]] = []
        height = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            width = min(size.width(), max(rect.width(), item.minimumSize().width()))
            if width < size.width() and item.hasHeightForWidth():
                size.setHeight(item.heightForWidth(width))
            if line and x + width > rect.right() + 1:
                _settle(line, height, move=move)
                x, y, line, height = rect.x(), y + height + self.spacing(), [], 0
            line.append((item, QRect(QPoint(x, y), QSize(width, size.height()))))
            x += width + self.spacing()
            height = max(height, size.height())
        _settle(line, height, move=move)
        return y + height - rect.y()


def _settle(line: list[tuple[QLayoutItem, QRect]], height: int, *, move: bool) -> None:
    if move:
        for item, place in line:
            item.setGeometry(place.translated(0, (height - place.height()) // 2))
