"""The pane of one customer beside its page, or sliding over it where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QObject, QPoint, QPropertyAnimation, Slot
from PySide6.QtWidgets import QStyle

from gui.recommendations_detail import DetailPane
from gui.theme import DETAIL_PANE, PAGE_MARGIN
from gui.widgets import Page

SLIDES_BELOW = 1280  # width of the window
SLIDE_MS = 140


class SlidingPane(QObject):
    """Puts a pane beside a page, over it, or away."""

    def __init__(self, page: Page, pane: DetailPane) -> None:
        super().__init__(page)
        self._page, self._pane = page, pane
        self._is_open = False
        self._has_customer = False
        self._slide = QPropertyAnimation(pane, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._settle)

    @property
    def is_over(self) -> bool:
        """Whether the pane lies over the page instead of beside it."""
        return self._page.window().width() < SLIDES_BELOW

    @property
    def can_close(self) -> bool:
        """Whether the pane lies over the page now."""
        return self._is_open and self.is_over

    def open(self, *, slides: bool) -> None:
        """Bring the pane in where it is not there anyway."""
        if not self._is_open:
            self._is_open = True
            self.place(slides=slides)

    def close(self) -> bool:
        """Let the pane slide out; False where it does not lie over the page."""
        if not self.can_close:
            return False
        self._is_open = False
        self.place(slides=True)
        return True

    def show_customers(self, has_customer: bool) -> None:
        """Say whether there are single customers to show."""
        self._has_customer = has_customer
        self._is_open = self._is_open and has_customer
        self.place()

    def place(self, *, slides: bool = False) -> None:
        """Put the pane where it belongs in the room there is now."""
        page, pane, over = self._page, self._pane, self.is_over
        beside = self._has_customer and not over
        layout = page.layout()
        assert layout is not None
        layout.setContentsMargins(PAGE_MARGIN, 16, DETAIL_PANE + 16 if beside else PAGE_MARGIN, 12)
        pane.set_closable(over)
        pane.resize(DETAIL_PANE, page.height())
        is_in = beside or (self._has_customer and over and self._is_open)
        target = QPoint(page.width() - DETAIL_PANE if is_in else page.width(), 0)
        self._slide.stop()
        moves = page.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, page)
        pane.raise_()
        if slides and moves and page.isVisible():
            pane.show()
            self._slide.setDuration(SLIDE_MS)
            self._slide.setEndValue(target)
            self._slide.start()
            return
        pane.move(target)
        pane.setVisible(is_in)

    @Slot()
    def _settle(self) -> None:
        """Hide the pane once it has slid out, so that Tab does not reach it."""
        self._pane.setVisible(self._pane.x() < self._page.width())
