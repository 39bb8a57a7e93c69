"""The loyalty heat map: owners of which maker take which maker next. Selected by mouse and keys."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QSizePolicy, QStyleOptionGraphicsItem, QToolTip, QWidget

from gui.charts.loyalty_grid import LoyaltyGrid, Measure, cell_text, cell_words, tr
from gui.theme import Theme, font, ink_on, look, theme

CELL_GAP = 2.0
CELL_RADIUS = 3.0
HATCH = 7.0
LABEL_GAP = 8


def paint_hatched(painter: QPainter, box: QRectF, now: Theme) -> None:
    """Hatch a box with lines, which every kind of picture can hold; a pattern brush it cannot."""
    painter.setPen(QPen(now.colour("border"), 1))
    left, top, width, height = box.x(), box.y(), box.width(), box.height()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, CELL_RADIUS, CELL_RADIUS)
    step = HATCH
    while step < width + height:
        start = QPointF(left + max(0.0, step - height), top + min(step, height))
        end = QPointF(left + min(step, width), top + max(0.0, step - width))
        painter.drawLine(start, end)
        step += HATCH
    painter.setPen(Qt.PenStyle.NoPen)


class _Cells(QGraphicsItem):
    """All cells in one item. It paints in device pixels, so gaps, rings and text stay crisp at any size."""

    def __init__(self) -> None:
        super().__init__()
        self.grid: LoyaltyGrid | None = None
        self.measure = Measure.CHANCE
        self.row: int | None = None
        self.column: int | None = None

    def boundingRect(self) -> QRectF:
        """Cover one unit per cell."""
        size = len(self.grid.makers) if self.grid else 1
        return QRectF(0, 0, size, size)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint every cell, then the ring of the selection."""
        if self.grid is None:
            return
        place = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = theme()
        count = len(self.grid.makers)
        for row in range(count):
            for column in range(count):
                box = place.mapRect(QRectF(column, row, 1, 1)).adjusted(
                    CELL_GAP / 2, CELL_GAP / 2, -CELL_GAP / 2, -CELL_GAP / 2
                )
                self._paint_cell(painter, box, row, column, now)
        if self.row is not None:
            first, width = (0, count) if self.column is None else (self.column, 1)
            self._paint_ring(painter, place.mapRect(QRectF(first, self.row, width, 1)), now)
        painter.restore()

    def _paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int, now: Theme) -> None:
        assert self.grid is not None
        value = self.grid.value(row, column, self.measure)
        painter.setPen(Qt.PenStyle.NoPen)
        followed = self.grid.followed(row)
        if self.grid.is_too_few(row) or followed is not None:
            paint_hatched(painter, box, now)
            is_short = followed and not self.grid.is_too_few(row)
            self._paint_note(
                painter, box, tr("{months} mo.").format(months=followed) if is_short else tr("too few"), now
            )
            return
        if value is None:
            painter.setBrush(now.colour("background"))
            painter.drawRoundedRect(box, CELL_RADIUS, CELL_RADIUS)
            return
        ramp = now.diverging if self.measure is Measure.UPLIFT else now.sequential
        ground = ramp[self.grid.step(value, self.measure)]
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box, CELL_RADIUS, CELL_RADIUS)
        painter.setPen(QColor(ink_on(ground)))
        painter.setFont(font("caption", weight=800 if row == column else 400, tabular=True))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cell_text(value, self.measure))

    def _paint_note(self, painter: QPainter, box: QRectF, text: str, now: Theme) -> None:
        """Write on the ground's colour why there is no number."""
        painter.setFont(font("caption"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        ground = painter.boundingRect(box, flags, text).adjusted(-3, 0, 3, 0)
        painter.fillRect(ground, now.colour("surface"))
        painter.setPen(now.colour("muted"))
        painter.drawText(box, flags, text)

    def _paint_ring(self, painter: QPainter, box: QRectF, now: Theme) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(now.colour("surface"), 4))
        painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), CELL_RADIUS, CELL_RADIUS)
        painter.setPen(QPen(now.colour("text"), 2))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), CELL_RADIUS + 1, CELL_RADIUS + 1)


class LoyaltyMap(QWidget):
    """The heat map with its makers at the left and below.

    ``selected`` tells the row and the column of the selection (column -1 is the whole row). Arrow keys move it, Home
    and a click on a maker's name at the left select the row.
    """

    selected = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = _Cells()
        self._plot: Any = pg.PlotWidget(self)
        self._plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setBackground(None)
        self._plot.setStyleSheet("background: transparent; border: none;")
        item = self._plot.getPlotItem()
        item.layout.setContentsMargins(0, 0, 0, 0)
        item.setMenuEnabled(False)
        item.hideButtons()
        for side in ("left", "bottom"):
            item.hideAxis(side)
        view = item.getViewBox()
        view.setMouseEnabled(False, False)
        view.setDefaultPadding(0)
        view.invertY(True)
        view.addItem(self._cells, ignoreBounds=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Loyalty, owners in rows and next phones in columns"))
        look().changed.connect(self._repaint)

    def sizeHint(self) -> QSize:
        """Ask for a comfortable square."""
        return QSize(520, 380)

    def minimumSizeHint(self) -> QSize:
        """Leave room for the numbers in every cell."""
        count = len(self._cells.grid.makers) if self._cells.grid else 1
        return QSize(self._left() + count * 34, count * 28 + 36)

    def show_grid(self, grid: LoyaltyGrid) -> None:
        """Show another table; the selection is cleared."""
        self._cells.prepareGeometryChange()
        self._cells.grid = grid
        self._cells.row = self._cells.column = None
        size = len(grid.makers)
        self._plot.getPlotItem().getViewBox().setRange(xRange=(0, size), yRange=(0, size), padding=0)
        self._place()
        self.updateGeometry()
        self._repaint()

    def show_measure(self, measure: Measure) -> None:
        """Show another measure of the same table."""
        self._cells.measure = measure
        self._repaint()

    def select(self, row: int, column: int | None = None) -> None:
        """Select a cell, or a row, and tell it."""
        self._cells.row, self._cells.column = row, column
        self._repaint()
        self.selected.emit(row, -1 if column is None else column)

    @property
    def selection(self) -> tuple[int, int]:
        """The row and the column of the selection; column -1 is the whole row, row -1 is none."""
        row, column = self._cells.row, self._cells.column
        return (-1 if row is None else row, -1 if column is None else column)

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return where a cell stands in this widget."""
        grid = self._cells.grid
        count = len(grid.makers) if grid else 1
        area = QRectF(self._plot.geometry())
        width, height = area.width() / count, area.height() / count
        return QRectF(area.x() + column * width, area.y() + row * height, width, height).toAlignedRect()

    def _repaint(self) -> None:
        self._cells.update()
        self.update()

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(font("caption"))

    def _left(self) -> int:
        makers = self._cells.grid.makers if self._cells.grid else ()
        metrics = QFontMetricsF(font("caption", weight=600))  # that of the row selected
        return int(max((metrics.horizontalAdvance(maker) for maker in makers), default=0)) + 2 + LABEL_GAP

    def _is_staggered(self) -> bool:
        """Whether the names below need two lines, every second one lower."""
        makers = self._cells.grid.makers if self._cells.grid else ()
        room = (self.width() - self._left()) / max(1, len(makers))
        return any(self._metrics().horizontalAdvance(maker) + 3 > room for maker in makers)

    def _place(self) -> None:
        left = self._left()
        bottom = 36 if self._is_staggered() else 20
        self._plot.setGeometry(left, 0, max(1, self.width() - left), max(1, self.height() - bottom))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the cells all the room that the names leave."""
        self._place()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the makers' names; the cells paint themselves."""
        grid = self._cells.grid
        if grid is None:
            return
        painter = QPainter(self)
        staggered = self._is_staggered()
        for place, maker in enumerate(grid.makers):
            box = self.cell_rect(place, place)
            here = place == self._cells.row
            painter.setPen(theme().colour("text" if here else "muted"))
            painter.setFont(font("caption", weight=600 if here else 400))
            side = QRectF(0, box.y(), self._left() - LABEL_GAP, box.height())
            painter.drawText(side, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, maker)
            there = place == self._cells.column
            painter.setPen(theme().colour("text" if there else "muted"))
            painter.setFont(font("caption", weight=600 if there else 400))
            lower = 16 if staggered and place % 2 else 0
            top = self._plot.geometry().bottom() + 3 + lower
            below = QRectF(box.center().x() - 60, top, 120, 18)
            if below.right() > self.width():
                below.moveRight(min(self.width() + 60 - self._metrics().horizontalAdvance(maker) / 2, below.right()))
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, maker)

    def _hit(self, position: QPointF) -> tuple[int, int | None] | None:
        """Return the row and column under a point; column None for a name at the left."""
        grid = self._cells.grid
        area = QRectF(self._plot.geometry())
        if grid is None or not area.top() <= position.y() < area.bottom():
            return None
        count = len(grid.makers)
        row = int((position.y() - area.top()) / area.height() * count)
        if position.x() < area.left():
            return row, None
        column = int((position.x() - area.left()) / area.width() * count)
        return row, min(column, count - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the cell, or the row of a name."""
        hit = self._hit(event.position())
        if hit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.select(*hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selection; left of the first column is the whole row."""
        grid = self._cells.grid
        moves = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if grid is None or (key not in moves and key != Qt.Key.Key_Home):
            super().keyPressEvent(event)
            return
        row = self._cells.row if self._cells.row is not None else 0
        column = -1 if self._cells.column is None else self._cells.column
        if key == Qt.Key.Key_Home:
            self.select(row)
            return
        down, right = moves[key]
        last = len(grid.makers) - 1
        column = min(max(column + right, -1), last)
        self.select(min(max(row + down, 0), last), None if column < 0 else column)

    def event(self, event: QEvent) -> bool:
        """Show what stands behind the cell under the pointer."""
        if isinstance(event, QHelpEvent) and self._cells.grid is not None:
            hit = self._hit(QPointF(event.pos()))
            if hit is not None and hit[1] is not None:
                text = " ".join(cell_words(self._cells.grid, hit[0], hit[1], self._cells.measure))
                QToolTip.showText(event.globalPos(), text + "\n" + tr("Likely range: 95 % confidence interval"), self)
                return True
        return super().event(event)
