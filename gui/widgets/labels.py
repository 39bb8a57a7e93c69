"""Text in its role, icons beside it, and chips."""

from __future__ import annotations

from html import escape
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.icons import icon_pixmap
from gui.theme import Role, Tone, font, look, theme

ChipKind = Literal["plain", "accent", "lookalike", "positive", "warning", "danger"]
CHIP_TONES: dict[ChipKind, tuple[Tone, Tone]] = {
    "plain": ("sunken", "text"),
    "accent": ("accent_soft", "accent_soft_text"),
    "lookalike": ("lookalike_soft", "lookalike_soft_text"),
    "positive": ("positive_soft", "positive"),
    "warning": ("warning_soft", "warning"),
    "danger": ("danger_soft", "danger"),
}


def plain(text: str) -> str:
    """Return text that came from a file or a person, made safe for a rich label."""
    return escape(text)


def bold(text: str) -> str:
    """Return plain text as semibold HTML (weight 600: <b> would be faux bold with these fonts)."""
    return f'<span style="font-weight:600">{escape(text)}</span>'


class Label(QLabel):
    """Text in the size and weight of its role. Plain unless ``rich``; what is put into rich text must be escaped."""

    def __init__(
        self,
        text: str = "",
        role: Role = "body",
        tone: Tone | None = None,
        *,
        wrap: bool = False,
        tabular: bool = False,
        rich: bool = False,
        align: Qt.AlignmentFlag | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
        self.setFont(font(role, tabular=tabular))
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        if align is not None:
            self.setAlignment(align)
        if tone is not None:
            self.setProperty("tone", tone)  # before it is polished for the first time, so once is enough

    def set_tone(self, tone: Tone) -> None:
        """Change the colour of the text."""
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)


class ElidedLabel(Label):
    """One line that ends in an ellipsis where it does not fit; the whole text is then its tool tip."""

    def __init__(self, text: str = "", role: Role = "body", tone: Tone | None = None, *, tabular: bool = False) -> None:
        super().__init__("", role, tone, tabular=tabular)
        self._whole = ""
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.set_whole(text)

    def set_whole(self, text: str) -> None:
        """Show a text, cut to the width there is."""
        self._whole = text
        self.setAccessibleName(text)
        self._cut()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size of the whole text."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text again."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class IconLabel(QLabel):
    """An icon beside a word. It says nothing by itself, so assistive tech passes it by unless it has a name."""

    def __init__(self, name: str, tone: Tone = "text", size: int = 18, *, says: str = "") -> None:
        super().__init__()
        self._name, self._tone, self._size = name, tone, size
        self.setFixedSize(size, size)
        self.setAccessibleName(says)
        self.setToolTip(says)
        self._draw()
        look().changed.connect(self._draw)

    def set_icon(self, name: str, tone: Tone, says: str = "") -> None:
        """Show another icon, or the same in another colour."""
        self._name, self._tone = name, tone
        self.setAccessibleName(says)
        self.setToolTip(says)
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(icon_pixmap(self._name, self._tone, self._size, max(2.0, self.devicePixelRatioF())))


class Chip(QLabel):
    """A short text on a soft pill. Painted by hand, because a style sheet drops a radius beyond half the height."""

    def __init__(self, text: str = "", kind: ChipKind = "plain") -> None:
        super().__init__(text)
        self._kind: ChipKind = kind
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font("caption", weight=600))
        self.setContentsMargins(10, 2, 10, 2)
        self.setFixedHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._colour()
        look().changed.connect(self._colour)

    @property
    def kind(self) -> ChipKind:
        """What the chip stands for."""
        return self._kind

    def show_chip(self, text: str, kind: ChipKind) -> None:
        """Change text and kind."""
        self._kind = kind
        self.setText(text)
        self._colour()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill, then the text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(CHIP_TONES[self._kind][0]))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        painter.end()
        super().paintEvent(event)

    def _colour(self) -> None:
        colour = theme().colour(CHIP_TONES[self._kind][1]).name()
        self.setStyleSheet(f"color: {colour}; background: transparent;")
        self.update()
