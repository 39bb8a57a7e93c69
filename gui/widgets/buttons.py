"""Buttons of every kind. There is one primary button on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from gui.icons import icon
from gui.theme import Tone, font, look
from gui.widgets.arrows import keep_arrows
from gui.widgets.labels import IconLabel

Kind = Literal["plain", "primary", "quiet", "danger", "chosen", "segment", "filter", "rail"]
ICON_TONES: dict[Kind, tuple[Tone, Tone]] = {
    "plain": ("text", "text"),
    "primary": ("accent_text", "accent_text"),
    "quiet": ("text", "text"),
    "danger": ("danger", "danger"),
    "chosen": ("lookalike_soft_text", "lookalike_soft_text"),
    "segment": ("muted", "text"),
    "filter": ("text", "accent_soft_text"),
    "rail": ("text", "accent_soft_text"),
}


class Button(QPushButton):
    """A button by kind, with an icon that follows the theme. Without text it needs ``tip``, which is also its name."""

    def __init__(
        self,
        text: str = "",
        kind: Kind = "plain",
        icon_name: str = "",
        *,
        tip: str = "",
        icon_after: bool = False,
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        if not text and not tip:
            raise ValueError("A button without text needs a tool tip.")
        self._icon_name = icon_name
        self._kind: Kind = kind
        self.setProperty("kind", kind)
        self.setProperty("large", large)
        self.setProperty("bare", not text)
        self.setFont(font("strong" if kind not in ("filter", "rail") else "body"))
        self.setAccessibleName(text or tip)
        self.setToolTip(tip)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if icon_after:
            self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        if not text:
            self.setMinimumWidth(44 if kind != "quiet" else 32)
        self._recolour()
        look().changed.connect(self._recolour)

    @property
    def kind(self) -> Kind:
        """What the button is."""
        return self._kind

    @property
    def icon_name(self) -> str:
        """The name of the icon, empty without one."""
        return self._icon_name

    def set_kind(self, kind: Kind) -> None:
        """Make the button another kind, as when the first choice on a page changes."""
        self._kind = kind
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._recolour()

    def set_icon(self, name: str) -> None:
        """Change the icon."""
        self._icon_name = name
        self._recolour()

    def set_text(self, text: str) -> None:
        """Change the text and with it the accessible name."""
        self.setText(text)
        self.setAccessibleName(text or self.toolTip())

    def _recolour(self) -> None:
        if not self._icon_name:
            self.setIcon(QIcon())
            return
        off, on = ICON_TONES[self._kind]
        size = 20 if self._kind == "rail" else 18
        self.setIconSize(QSize(size, size))
        self.setIcon(icon(self._icon_name, off, size, tone_on=on))


class FilterButton(Button):
    """A pill that filters and carries a count: "Samsung 5G  2,804"."""

    def __init__(self, text: str, count: str = "") -> None:
        super().__init__(text, "filter")
        self._text = text
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_count(count)

    def set_count(self, count: str) -> None:
        """Show how many rows there are behind the filter, already formatted."""
        self.set_text(f"{self._text}  {count}" if count else self._text)


class RailButton(Button):
    """A step of the rail with the mark of its state at the right; narrow, it is the icon alone."""

    def __init__(self, text: str, icon_name: str, *, tip: str = "", checkable: bool = True) -> None:
        super().__init__(text, "rail", icon_name, tip=tip)
        self._text, self._tip = text, tip
        self.setCheckable(checkable)
        self.setFixedHeight(38)
        self._mark = IconLabel("check", "positive", 16)
        self._mark.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 10, 0)
        layout.addStretch(1)
        layout.addWidget(self._mark)
        self.toggled.connect(self._weigh)

    def set_mark(self, name: str, tone: Tone, says: str) -> None:
        """Show a mark (an icon and what it says), or none if ``name`` is empty."""
        self._mark.setVisible(bool(name) and bool(self.text()))
        self._mark.setProperty("given", bool(name))
        if name:
            self._mark.set_icon(name, tone, says)
        self.setAccessibleDescription(says)

    @property
    def mark_says(self) -> str:
        """What the mark says, empty without one."""
        return self.accessibleDescription()

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon alone, with the name as tool tip, or icon and name."""
        self.setText("" if narrow else self._text)
        self.setAccessibleName(self._text)
        self.setToolTip(f"{self._text}. {self._tip}" if narrow and self._tip else self._text if narrow else self._tip)
        self._mark.setVisible(not narrow and bool(self._mark.property("given")))

    def _weigh(self, checked: bool) -> None:
        self.setFont(font("strong" if checked else "body"))


class Segments(QFrame):
    """A segmented control: exactly one of a few short words. ``chosen`` carries the index."""

    chosen = Signal(int)

    def __init__(self, items: Sequence[str], selected: int = 0, *, name: str = "") -> None:
        super().__init__()
        self.setObjectName("sunken")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setSpacing(2)
        layout.setContentsMargins(3, 3, 3, 3)
        for index, text in enumerate(items):
            button = Button(text, "segment")
            button.setCheckable(True)
            button.setChecked(index == selected)
            button.setAccessibleName(f"{name}: {text}" if name else text)
            self._group.addButton(button, index)
            keep_arrows(button, by_keys=True)  # whoever clicked goes on with what the page is about
            layout.addWidget(button)
        self._group.idClicked.connect(self.chosen)

    @property
    def selected(self) -> int:
        """The index of the one that is chosen."""
        return self._group.checkedId()

    def select(self, index: int) -> None:
        """Choose one without telling anybody."""
        self._group.button(index).setChecked(True)

    def button(self, index: int) -> QPushButton:
        """Return one of the buttons."""
        button = self._group.button(index)
        assert isinstance(button, QPushButton)
        return button
