"""The arrow keys belong to what has the focus and moves by them, not to a page that turns customers by them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})
BY_KEYS = frozenset({Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason})


class _OwnArrows(QObject):
    def __init__(self, widget: QWidget, by_keys: bool) -> None:
        super().__init__(widget)
        self._by_keys = by_keys
        self._is_reached = not by_keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._by_keys and event.type() == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._is_reached = event.reason() in BY_KEYS
        is_early = event.type() == QEvent.Type.ShortcutOverride
        if is_early and self._is_reached and isinstance(event, QKeyEvent) and Qt.Key(event.key()) in ARROWS:
            event.accept()
            return True
        return super().eventFilter(watched, event)


def keep_arrows(*widgets: QWidget, by_keys: bool = False) -> None:
    """Let widgets have the arrow keys while they have the focus; ``by_keys``: where it came by Tab, not by a click."""
    for widget in widgets:
        widget.installEventFilter(_OwnArrows(widget, by_keys))
