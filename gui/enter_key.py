"""Enter presses the button that has the focus, as Space does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget


def focused_button(window: QWidget) -> QAbstractButton | None:
    """Return the push button of a window that has the focus and can be pressed."""
    focused = window.focusWidget()
    return focused if isinstance(focused, QPushButton) and focused.isEnabled() else None


def press_by_enter(event: QKeyEvent, button: QAbstractButton | None) -> bool:
    """Press a button if Enter came, once however long it is held; return whether the key is used up."""
    if button is None or event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True
