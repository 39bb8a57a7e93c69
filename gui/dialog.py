"""What all dialogs share: the title, room for content, and buttons at the foot with the first choice at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from gui.enter_key import focused_button, press_by_enter
from gui.focus_ring import tell_ring_of_tab
from gui.theme import PAGE_MARGIN
from gui.widgets import Label, column


class Dialog(QDialog):
    """A dialog in the window's look. Content goes into ``body``; buttons into ``buttons``, from left to right."""

    def __init__(self, title: str, parent: QWidget | None = None, *, heading: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.setModal(True)
        self.heading = Label(heading or title, "title", wrap=True)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        outer = column(self.heading, 12, (self.body, 1), 20, self.buttons, gap=0, margins=(PAGE_MARGIN,) * 4)
        self.setLayout(outer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button that has the focus on Enter, not the first choice; a switch leaves Enter to that."""
        button = focused_button(self)
        if not press_by_enter(event, None if button is not None and button.isCheckable() else button):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring when somebody goes on by Tab."""
        before = self.focusWidget()
        moved = super().focusNextPrevChild(forward)
        tell_ring_of_tab(self, before)
        return moved
