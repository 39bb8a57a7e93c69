"""The first thing one sees: open the demo, make a campaign, open one; and the product in one picture."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.resources import resource
from gui.icons import mark_pixmap
from gui.numbers import decimal
from gui.settings import Recent
from gui.theme import RADIUS_CARD, RADIUS_PHOTO, Tone, look, theme
from gui.widgets import Button, Chip, ElidedLabel, IconLabel, Label, clear, column, row

FRAME = 4
WIDEST = 1188


class StartPicture(QWidget):
    """One still picture, scaled to its place, with rounded corners and the frame of its role."""

    def __init__(self, name: str, says: str, frame: Tone | None = None) -> None:
        super().__init__()
        self._image = QImage(str(resource("demo", "start", name)))
        if self._image.isNull():
            raise OSError(f"The picture {name} is missing from the program. Install Semblance again.")
        self._frame: Tone | None = frame
        self.setAccessibleName(says)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        look().changed.connect(self.update)

    def heightForWidth(self, width: int) -> int:
        """Return the height that keeps the picture's proportions."""
        return round(width * self._image.height() / self._image.width())

    def sizeHint(self) -> QSize:
        """Return half the picture's pixels: it is kept for dense screens."""
        return self._image.size() / 2

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, its hairline or its frame."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        room = FRAME if self._frame is not None else 0
        inner = whole.adjusted(room, room, -room, -room)
        radius = RADIUS_PHOTO if self._frame is not None else RADIUS_CARD
        path = QPainterPath()
        path.addRoundedRect(inner, radius, radius)
        ratio = self.devicePixelRatioF()
        scaled = self._image.scaled(
            (inner.size() * ratio).toSize(),
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.save()
        painter.setClipPath(path)
        painter.drawImage(inner, scaled)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._frame is not None:
            painter.setPen(QPen(theme().colour(self._frame), 2))
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), radius + 3, radius + 3)
        else:
            painter.setPen(QPen(theme().colour("border"), 1))
            painter.drawPath(path)


class RecentButton(QPushButton):
    """A recent campaign as a card to press."""

    def __init__(self, recent: Recent, words: str) -> None:
        super().__init__()
        self.recent = recent
        self.setObjectName("card_button")
        self.setFixedHeight(54)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{recent.name}. {words}")
        self.setToolTip(recent.path)
        name, line = ElidedLabel(recent.name, "strong"), ElidedLabel(words, "body", "muted")
        texts = column(name, line, gap=0)
        self.setLayout(
            row(IconLabel("lock", "muted"), (texts, 1), IconLabel("right", "muted"), gap=12, margins=(14, 8, 14, 8))
        )
        for part in self.findChildren(QLabel):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setToolTip("")


class StartPage(QWidget):
    """Has no rail and no job bar of its own; what is pressed is told by signals."""

    demo_wanted = Signal()
    new_wanted = Signal()
    open_wanted = Signal()
    recent_wanted = Signal(Recent)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Start"))
        self.recent_buttons: list[RecentButton] = []
        promise = self.tr("Everything stays on this computer. Customers without consent are never matched.")
        foot = row(IconLabel("offline", "positive", 18), (Label(promise, "body", "muted", wrap=True), 1))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(56)
        grid.setColumnStretch(0, 10)
        grid.setColumnStretch(1, 11)
        grid.addWidget(self._left(), 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._pictures(), 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(foot, 3, 0)
        for stretched in (0, 2):
            grid.setRowStretch(stretched, 1)
        inner = QWidget()
        inner.setMaximumWidth(WIDEST)
        inner.setLayout(grid)
        outer = row(margins=(48, 32, 48, 32))
        outer.addStretch(0)
        outer.addWidget(inner, 1)
        outer.addStretch(0)
        self.setLayout(outer)

    def _left(self) -> QWidget:
        self.demo_button = Button(self.tr("Open the demo"), "primary", "play", large=True)
        self.new_button = Button(self.tr("New campaign"), "plain", "plus", large=True, tip=_tip("Ctrl+N"))
        self.open_button = Button(self.tr("Open…"), "plain", "open", large=True, tip=_tip("Ctrl+O"))
        for button, signal in (
            (self.demo_button, self.demo_wanted),
            (self.new_button, self.new_wanted),
            (self.open_button, self.open_wanted),
        ):
            button.clicked.connect(signal)
        self.note = Label("", "body", "muted", wrap=True)
        self.recent_title = Label(self.tr("Recent campaigns"), "section")
        self._recents = QVBoxLayout()
        self._recents.setSpacing(4)
        mark = QLabel()
        mark.setPixmap(mark_pixmap(64, 3.0))
        mark.setFixedSize(64, 64)
        sentence = self.tr("The offer each customer is most likely to be won by,\nshown by a face like their own.")
        name = Label(self.tr("Semblance"), "display")
        name.setContentsMargins(0, 0, 0, 0)
        content = column(
            mark, 12, name, Label(sentence, "lead", "muted", wrap=True), 20,
            row(self.demo_button, self.new_button, self.open_button, None), 4, self.note, 24,
            self.recent_title, 2, self._recents,
        )  # fmt: skip
        left = QWidget()
        left.setLayout(content)
        self.set_busy("")
        return left

    def _pictures(self) -> QWidget:
        customer = StartPicture("customer.jpg", self.tr("A customer who gave consent"), "accent")
        alike = StartPicture("lookalike.jpg", self.tr("The campaign photo most like them"), "lookalike")
        ad = StartPicture("ad.jpg", self.tr("The ad composed for this customer with that face"))
        people = row(
            (column(customer, Chip(self.tr("The customer, with consent"), "accent")), 1),
            column(None, IconLabel("right", "muted", 24), None, 28, gap=0),
            (column(alike, Chip(self.tr("The look-alike in your photos"), "lookalike")), 1),
            gap=14,
        )
        right = QWidget()
        right.setLayout(column(people, 8, ad, gap=12))
        return right

    def set_recents(self, recents: tuple[Recent, ...]) -> None:
        """List the campaigns that were open lately; without any, the list is left out."""
        clear(self._recents)
        self.recent_buttons = []
        self.recent_title.setVisible(bool(recents))
        for recent in recents:
            button = RecentButton(recent, self._words(recent))
            button.clicked.connect(self._open_recent)
            self._recents.addWidget(button)
            self.recent_buttons.append(button)
        self._fit_recents()

    def set_busy(self, work: str) -> None:
        """Say what is being done, such as opening a campaign; its progress is in the bar below. Empty: nothing is."""
        for button in (self.demo_button, self.new_button, self.open_button, *self.recent_buttons):
            button.setEnabled(not work)
        if work:
            self.note.setText(self.tr("{work}. The bar below shows how far it is.").format(work=work))
        else:
            self.note.setText(
                self.tr("The demo is a simulated operator with synthetic people. Its passphrase is demo.")
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many recent campaigns as there is height for."""
        super().resizeEvent(event)
        self._fit_recents()

    def _fit_recents(self) -> None:
        room = 2 if self.height() < 700 else 4 if self.height() < 860 else 5
        for index, button in enumerate(self.recent_buttons):
            button.setVisible(index < room)

    def _words(self, recent: Recent) -> str:
        counts = self.tr("{customers} customers, {offers} with an offer").format(
            customers=decimal(recent.customers), offers=decimal(recent.with_offer)
        )
        return f"{counts}. {self._day(recent.when.date())}"

    def _day(self, day: date) -> str:
        days = (date.today() - day).days
        if days == 0:
            return self.tr("Today")
        if days == 1:
            return self.tr("Yesterday")
        pattern = "d MMMM" if day.year == date.today().year else "d MMMM yyyy"
        return QLocale().toString(QDate(day.year, day.month, day.day), pattern)

    @Slot()
    def _open_recent(self) -> None:
        button = self.sender()
        if isinstance(button, RecentButton):
            self.recent_wanted.emit(button.recent)


def _tip(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
