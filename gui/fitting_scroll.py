"""A scroll area that first lets its content shrink, and scrolls only below the content's least height."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class FittingScroll(QScrollArea):
    """Gives its content the whole height of the viewport, or its least height if that is more.

    Qt's own resizable scroll area takes the preferred height of content with wrapped text and would scroll early.
    Content that is ``only_text`` needs no more than its lines at the width there is.
    """

    def __init__(self, content: QWidget, *, only_text: bool = False) -> None:
        super().__init__()
        self._only_text = only_text
        self._is_long = False
        self._content = content
        content.setObjectName("clear")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.installEventFilter(self)

    def set_long(self, is_long: bool) -> None:
        """Give content that is to scroll in any case the height it prefers, or let it shrink to its least again."""
        self._is_long = is_long
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit again when the content wants another size."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the content into the new viewport."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self._content.layout()
        if layout is None:
            return
        width, height = self.viewport().width(), self.viewport().height()
        least = layout.minimumSize().height()  # Qt's least height for a width leaves parts below their own minimum
        if layout.hasHeightForWidth():
            lines = layout.minimumHeightForWidth(width)
            least = lines if self._only_text else max(least, lines)
            if self._is_long:
                least = max(least, layout.heightForWidth(width))
        self._content.resize(width, max(height, least))
