"""A forest plot: one row a group, chosen by mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from gui.charts.row_chart import GAP, RowChart


class ForestPlot(RowChart):
    """The rows, the first of which is everybody. ``chosen`` carries the key of the row a person chose."""

    chosen = Signal(str)
    inset = GAP
    foot = 16

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row; the one that is selected already returns to everybody."""
        place = self.row_at(event.position().y())
        if event.button() != Qt.MouseButton.LeftButton or place < 0:
            return
        key = self.lines[place].key
        self.chosen.emit(self.lines[0].key if key == self.selection else key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selection; Home returns to everybody."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if not self.lines or (key not in steps and key != Qt.Key.Key_Home):
            super().keyPressEvent(event)
            return
        keys = [line.key for line in self.lines]
        place = keys.index(self.selection) if self.selection in keys else 0
        target = 0 if key == Qt.Key.Key_Home else min(max(place + steps[key], 0), len(keys) - 1)
        self.chosen.emit(keys[target])
