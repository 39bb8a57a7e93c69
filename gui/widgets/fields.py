"""Fields that are more than Qt's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QResizeEvent, Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from gui.theme import font
from gui.widgets.buttons import Button
from gui.widgets.labels import IconLabel

PAUSE_MS = 120
CROSS = 30
FRAME = 24  # border, padding, and what Qt keeps off the text


class SearchField(QLineEdit):
    """A field that says what is searched for once the typing pauses; Esc clears it."""

    searched = Signal(str)

    def __init__(self, placeholder: str, parent: QWidget | None = None, *, short: str = "") -> None:
        super().__init__(parent)
        self._hints = (placeholder, short or placeholder)
        self.setPlaceholderText(placeholder)
        self.setToolTip(placeholder if short else "")
        self.setAccessibleName(placeholder)
        self.setFont(font())
        self.setFixedHeight(32)
        self.setTextMargins(24, 0, 20, 0)
        self.cross = Button("", "quiet", "close", tip=self.tr("Clear (Esc)"), parent=self)
        self.cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cross.setFixedWidth(CROSS)
        self.cross.clicked.connect(self.clear)
        self.cross.hide()
        glass = IconLabel("search", "muted", 18)
        glass.setParent(self)
        glass.move(9, 7)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.textChanged.connect(self._wait)
        self.textChanged.connect(self._show_cross)
        self.returnPressed.connect(self._tell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear on Esc while there is text; otherwise Esc goes on to the window."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cross at the right end, and the hint whole: its short form where the long one would be cut."""
        super().resizeEvent(event)
        margins = self.textMargins()
        room = self.width() - margins.left() - margins.right() - FRAME
        whole, short = self._hints
        self.setPlaceholderText(whole if self.fontMetrics().horizontalAdvance(whole) <= room else short)
        self.cross.setGeometry(self.width() - CROSS - 1, 1, CROSS, self.height() - 2)

    def _show_cross(self, text: str) -> None:
        self.cross.setVisible(bool(text))

    def _wait(self) -> None:
        self._pause.start()

    def _tell(self) -> None:
        self._pause.stop()
        self.searched.emit(self.text())


class DropArea(QFrame):
    """A frame on which files and folders can be dropped."""

    dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drop")
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, nothing else."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._mark(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Lose the mark."""
        self._mark(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which local paths were dropped."""
        self._mark(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def _mark(self, over: bool) -> None:
        self.setProperty("over", over)
        self.style().unpolish(self)
        self.style().polish(self)
