"""The arrow keys belong to what has the focus and moves by them, not to a page that turns customers by them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})


class _OwnArrows(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_early = event.type() == QEvent.Type.ShortcutOverride
        if is_early and isinstance(event, QKeyEvent) and Qt.Key(event.key()) in ARROWS:
            event.accept()
            return True
        return super().eventFilter(watched, event)


def keep_arrows(*widgets: QWidget) -> None:
    """Let widgets have the arrow keys while they have the focus."""
    for widget in widgets:
        widget.installEventFilter(_OwnArrows(widget))
