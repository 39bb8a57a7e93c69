"""Cards, notices and the states a part of a page can be in: empty, loading, failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.theme import CARD_PADDING, Tone
from gui.widgets.buttons import Button
from gui.widgets.labels import IconLabel, Label, bold, plain
from gui.widgets.layouts import Flow, clear, column, row

LINE_INSET = 6  # puts the first row of statements at the height of the button beside it
HEADING_HEIGHT = 24  # of a card, with or without a small button beside it
NoticeTone = Literal["accent", "positive", "warning", "danger"]


class Frame(QFrame):
    """A frame with a layout, styled by name: card, sunken, pane, clear."""

    def __init__(self, layout: QLayout, name: str = "card") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setLayout(layout)


class Line(QFrame):
    """A hairline between parts."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("line")
        self.setFixedHeight(1)


class Card(QFrame):
    """A card with an optional title; content goes into ``body``, controls beside the title."""

    def __init__(self, title: str = "", *, gap: int = 8, padding: int = CARD_PADDING) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(title)
        outer = column(gap=gap, margins=(padding, padding - 6 if title else padding, padding, padding))
        self.heading = Label(title, "section")
        self.heading.setMinimumHeight(HEADING_HEIGHT)
        self._controls = QHBoxLayout()
        self._controls.setSpacing(8)
        if title:
            head = row(self.heading, None, self._controls)
            outer.addLayout(head)
        self.body = QVBoxLayout()
        self.body.setSpacing(gap)
        outer.addLayout(self.body, 1)
        self.setLayout(outer)

    def set_title(self, title: str) -> None:
        """Change the title."""
        self.heading.setText(title)
        self.setAccessibleName(title)

    def add_control(self, control: QWidget) -> None:
        """Put a control at the right of the title."""
        self._controls.addWidget(control)


class Notice(QFrame):
    """A sentence on a soft ground with its icon; ``text`` is rich, so escape what comes from outside."""

    def __init__(self, tone: NoticeTone, icon_name: str, text: str = "", action: Button | None = None) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._icon = IconLabel(icon_name, tone, 20)
        self._text = Label(text, rich=True, wrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        layout = row(self._icon, (self._text, 1), gap=10, margins=(12, 8, 12, 8))
        if action is not None:
            layout.addWidget(action)
        self.setLayout(layout)
        self._show(tone)

    @property
    def text(self) -> str:
        """The sentence as it stands there."""
        return self._text.text()

    def set_notice(self, tone: NoticeTone, icon_name: str, text: str) -> None:
        """Say something else."""
        self._icon.set_icon(icon_name, tone)
        self._text.setText(text)
        self._show(tone)

    def _show(self, tone: NoticeTone) -> None:
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)


@dataclass(frozen=True)
class HonestyMark:
    """One statement of the honesty line: icon, colour, a few strong words, and the rest."""

    icon: str
    tone: Tone
    strong: str
    rest: str = ""


class _Statement(Label):
    """A sentence as wide as its line where there is room, and wrapped where there is not."""

    def __init__(self, text: str) -> None:
        super().__init__(text, rich=True)
        self._line = super().sizeHint()
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Ask for one line."""
        return self._line


class HonestyLine(QWidget):
    """What was found about the figures above, always there: red first, then amber, then green."""

    def __init__(self, action: Button | None = None) -> None:
        super().__init__()
        self._marks = Flow(gap=12)
        layout = row((column(LINE_INSET, self._marks, None, gap=0), 1), gap=8, margins=(2, 0, 0, 0))
        if action is not None:
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)

    def set_marks(self, marks: Sequence[HonestyMark]) -> None:
        """Show statements in the order given."""
        clear(self._marks)
        for mark in marks:
            text = _Statement(f"{bold(mark.strong)} {plain(mark.rest)}".strip())
            statement = Frame(row(IconLabel(mark.icon, mark.tone, 18), (text, 1), gap=8), "clear")
            self._marks.addWidget(statement)
        self.setAccessibleName(" ".join(f"{mark.strong} {mark.rest}" for mark in marks))


class EmptyState(QWidget):
    """One icon, what is missing, what to do, one button. Centred in the room it gets."""

    def __init__(self, icon_name: str, missing: str, advice: str, action: QWidget | None = None) -> None:
        super().__init__()
        self.setAccessibleName(f"{missing}. {advice}")
        centre = Qt.AlignmentFlag.AlignHCenter
        self.missing = Label(missing, "section", wrap=True, align=centre)
        self.advice = Label(advice, "body", "muted", wrap=True, align=centre)
        inner = QWidget()
        inner.setMaximumWidth(360)
        middle = column(gap=8)
        middle.addWidget(IconLabel(icon_name, "muted", 48), 0, centre)
        middle.addWidget(self.missing)
        middle.addWidget(self.advice)
        if action is not None:
            middle.addSpacing(4)
            middle.addWidget(action, 0, centre)
        inner.setLayout(middle)
        centred = QHBoxLayout()
        centred.addStretch(0)
        centred.addWidget(inner, 1)
        centred.addStretch(0)
        self.setLayout(column(None, centred, None, margins=(16, 16, 16, 16)))


class Skeleton(QWidget):
    """Grey bars where there is nothing yet; they do not move."""

    def __init__(self, bars: int = 4) -> None:
        super().__init__()
        layout = column(gap=8)
        for _ in range(bars):
            bar = QFrame()
            bar.setObjectName("skeleton")
            bar.setFixedHeight(14)
            layout.addWidget(bar)
        layout.addStretch(1)
        self.setLayout(layout)


class ErrorCard(Card):
    """What happened, in which file or row, and what to do, in the place it concerns. The repair is the first button."""

    def __init__(self, happened: str, what_to_do: str, actions: Sequence[Button] = ()) -> None:
        super().__init__()
        self.setAccessibleName(f"{happened}. {what_to_do}")
        self.happened = Label(happened, "section", wrap=True)
        self.what_to_do = Label(what_to_do, wrap=True)
        self.body.addLayout(row(IconLabel("stop", "danger", 22), (self.happened, 1), gap=10))
        self.body.addWidget(self.what_to_do)
        if actions:
            self.body.addSpacing(8)
            self.body.addLayout(row(*actions, None))
        self.body.addStretch(1)


def dim(widget: QWidget, dimmed: bool) -> None:
    """Dim old values until new ones are there, or show them fully again."""
    if not dimmed:
        widget.setGraphicsEffect(None)  # type: ignore[arg-type]
        return
    effect = QGraphicsOpacityEffect(widget)
    effect.setOpacity(0.5)
    widget.setGraphicsEffect(effect)
