"""The ring round what has the focus, shown only to those who move by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from gui.theme import RADIUS_CONTROL, Tone, theme

WIDTH = 2


class _Ring(QWidget):
    """A frame that lies over a widget and lets the pointer through; ``clicked`` says that it was used there."""

    clicked = Signal()

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(target.rect())
        for surface in (target, target.viewport()) if isinstance(target, QAbstractScrollArea) else (target,):
            surface.installEventFilter(self)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the size of the widget below; go where the pointer takes over."""
        target = self.parentWidget()
        if event.type() == QEvent.Type.Resize and watched is target:
            self.setGeometry(target.rect())
        elif event.type() == QEvent.Type.MouseButtonPress:
            self.clicked.emit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring, and a hairline in it that sets it off a filled button."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        lines: tuple[tuple[Tone, float, float], ...] = (("surface", 1, WIDTH + 0.5), ("focus", WIDTH, WIDTH / 2))
        for tone, width, inset in lines:
            painter.setPen(QPen(theme().colour(tone), width))
            frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(frame, RADIUS_CONTROL - inset + 1, RADIUS_CONTROL - inset + 1)


class FocusRing(QObject):
    """Follows the focus of the application. Windows tell it of Tab (``moved_by_keys``); a mouse button hides it."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._ring: _Ring | None = None
        self._by_keys = False
        application.focusChanged.connect(self._follow)

    @property
    def target(self) -> QWidget | None:
        """The widget that wears the ring."""
        return None if self._ring is None else self._ring.parentWidget()

    def moved_by_keys(self) -> None:
        """Take note that the focus was moved by Tab; from now on it is shown."""
        self._by_keys = True
        self._wear(QApplication.focusWidget())

    @Slot("QWidget*", "QWidget*")
    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._by_keys = False
        self._wear(new if self._by_keys else None)

    @Slot()
    def _hide(self) -> None:
        """Show the ring no more, for the pointer has taken over on the widget that wears it."""
        self._by_keys = False
        self._wear(None)

    def _wear(self, widget: QWidget | None) -> None:
        if self._ring is not None:
            if self._ring.parentWidget() is widget:
                return
            self._ring.destroyed.disconnect(self._forget)  # it goes later, and would have the next one forgotten
            self._ring.hide()
            self._ring.deleteLater()
            self._ring = None
        if widget is not None and not widget.isWindow():
            self._ring = _Ring(widget)
            self._ring.clicked.connect(self._hide)
            self._ring.destroyed.connect(self._forget)

    @Slot()
    def _forget(self) -> None:
        """Let go of a ring that went with its widget."""
        self._ring = None


def focus_ring() -> FocusRing:
    """Return the running application's ring, made at the first call."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("There is no QApplication yet.")
    found = application.findChild(FocusRing)
    return found if found is not None else FocusRing(application)


def tell_ring_of_tab(window: QWidget, before: QWidget | None) -> None:
    """Call this in a window's focusNextPrevChild after the move, with what had the focus before it.

    Qt moves the focus by the same function when that widget was hidden or disabled: nobody pressed Tab then.
    """
    if window.isActiveWindow() and (before is None or (before.isVisible() and before.isEnabled())):
        focus_ring().moved_by_keys()
