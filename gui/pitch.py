"""The pitch: one sentence, three pictures and one line of evidence on the full screen, for people who decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from gui import numbers
from gui.ad_composer import AdComposer, AdWish, ComposedAd
from gui.customer_faces import CustomerFaces
from gui.customer_facts import CustomerFacts, customer_facts
from gui.face_loader import FaceLoader
from gui.findings import chosen_for_all
from gui.jobs import Leaving
from gui.offer_words import by_phones, evidence, why_no_offer
from gui.photo_view import FacePicture
from gui.picture import Picture
from gui.preview_order import PreviewOrder
from gui.results import CampaignResults
from gui.theme import Role, Tone, font, load_theme, type_style

if TYPE_CHECKING:
    from engine.campaign import Campaign

DESIGN = (1440, 900)
PICTURE = (392, 490)
MARGIN, TITLE_TOP, PICTURES_TOP, FOOT = 80, 56, 200, 48
SMALLEST_TEXT = 12
POINTER_MS = 2_000
DIM_AFTER_MS = 200
AD_SIZES = ("1080x1350", "1080x1080")  # the first one that the templates have
BACK = (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Backspace)
ON = (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Space, Qt.Key.Key_Return)


class _Text(QLabel):
    """A line in the dark theme whose size follows the screen's."""

    def __init__(self, role: Role, tone: Tone, parent: QWidget, text: str = "") -> None:
        super().__init__(text, parent)
        self._role: Role = role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setStyleSheet(f"color: {load_theme('dark').colour(tone).name()}; background: transparent;")

    def fit(self, scale: float, box: QRectF) -> None:
        """Stand in a box, in the size of the role times ``scale``."""
        fitted: QFont = font(self._role, tabular=self._role == "lead")
        fitted.setPixelSize(max(SMALLEST_TEXT, round(type_style(self._role).size * scale)))
        self.setFont(fitted)
        self.setGeometry(box.toRect())


def _evidence(facts: CustomerFacts, results: CampaignResults) -> str:
    """Return the line of evidence; without a past campaign, by what the offer was chosen."""
    if results.evaluation is None and not facts.cannot_be_asked:
        lead = "" if facts.offer is None else f"{facts.offer.name}. "
        return f"{lead}{by_phones(has_offer=facts.offer is not None)}"
    if facts.offer is None:
        return why_no_offer(facts.segment, is_withheld=facts.is_withheld)
    is_personal = results.evaluation is None or results.evaluation.has_signal
    return evidence(facts.offer.name, facts.uplift, facts.low, facts.high, is_personal=is_personal)


class Pitch(QWidget):
    """Shows customer, look-alike and ad, and no control. Arrow keys turn, Esc leaves, the pointer hides.

    Of a customer it shows the key, nothing else. ``left`` tells at which customer it was left.
    """

    left = Signal(str)
    failed = Signal(Exception)
    loaded = Signal(str)
    ad_shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Semblance"))
        self.setMouseTracking(True)
        self._theme = load_theme("dark")
        self._results: CampaignResults | None = None
        self._customers = PreviewOrder()
        self._facts: CustomerFacts | None = None
        self._faces: CustomerFaces | None = None
        self._size = AD_SIZES[0]
        self._loader = FaceLoader(self)
        self._loader.loaded.connect(self._take_faces)
        self._loader.failed.connect(self.failed)
        self._composer = AdComposer(self)
        self._composer.composed.connect(self._show_ad)
        self._composer.failed.connect(self._ad_failed)
        self._pointer = self._timer(POINTER_MS, self._hide_pointer)
        self._late = self._timer(DIM_AFTER_MS, self._dim)
        self._make_parts()

    def _timer(self, milliseconds: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def _make_parts(self) -> None:
        self.title = _Text("pitch", "text", self)
        self.face = FacePicture(frame="accent", radius=12, always=self._theme, parent=self)
        self.look_alike = FacePicture(frame="lookalike", radius=12, always=self._theme, parent=self)
        self.ad = Picture(radius=12, always=self._theme, parent=self)
        self._pictures: tuple[Picture, ...] = (self.face, self.look_alike, self.ad)
        self.names = tuple(
            _Text("title", "text", self, text) for text in ("", self.tr("The look-alike"), self.tr("The ad"))
        )
        said = (
            self.tr("with their consent"),
            self.tr("from the campaign's photos"),
            self.tr("composed for this one person"),
        )
        self.notes = tuple(_Text("lead", "muted", self, text) for text in said)
        self.evidence = _Text("lead", "text", self)
        self.counter = _Text("lead", "muted", self)
        self.counter.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for part in self.findChildren(QWidget):
            part.setMouseTracking(True)
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def customer(self) -> str:
        """The customer that is shown."""
        return self._facts.customer if self._facts is not None else ""

    def set_campaign(self, campaign: Campaign, results: CampaignResults, customer: str = "") -> None:
        """Show a campaign's customers who have a look-alike, from one of them; where nobody has, all with an offer."""
        self._results = results
        self._customers = results.order.only_with_face() if results.order.with_face else results.order
        self._loader.set_campaign(campaign, results)
        self._composer.set_campaign(campaign)
        if len(self._customers):
            self.show_customer(customer if self._customers.place(customer) >= 0 else self._customers[0])

    def show_customer(self, customer: str) -> None:
        """Go to one of the customers."""
        facts = None if self._results is None else customer_facts(self._results, customer)
        if facts is None:
            return
        self._facts, self._faces = facts, None
        self._late.start()
        self._composer.give_up()
        self._loader.ask(customer)

    @Slot(object)
    def _take_faces(self, faces: CustomerFaces) -> None:
        facts, results = self._facts, self._results
        if facts is None or results is None:
            return
        self._faces = faces
        self._late.stop()
        name = self.tr("Customer {key}").format(key=numbers.customer_key(facts.customer))
        self.names[0].setText(name)
        place = self._customers.place(facts.customer) + 1
        self.counter.setText(self.tr("{place} of {all}").format(
            place=numbers.decimal(place), all=numbers.decimal(len(self._customers))))  # fmt: skip
        self.title.setText(f"{self._title_of_face(faces)} {self._title_of_offer(results)}")
        self.evidence.setText(_evidence(facts, results))
        self._show_faces(faces)
        if facts.offer is not None:
            self._ask_for_ad()
        else:
            self.ad.show_notice("no-offer", self.tr("No ad"))
            self.ad_shown.emit(facts.customer)
        self.setAccessibleName(f"{name}. {self.evidence.text()}")
        self.loaded.emit(facts.customer)

    def _title_of_face(self, faces: CustomerFaces) -> str:
        is_own = faces.contact is None
        return self.tr("A face like theirs.") if is_own else self.tr("A face like one they listen to.")

    def _title_of_offer(self, results: CampaignResults) -> str:
        """Say how the offer was chosen, and no more than is known."""
        if results.evaluation is None:
            return self.tr("An offer chosen by their phone.")
        is_personal = results.evaluation.has_signal and chosen_for_all(results) is None
        return self.tr("An offer that fits them.") if is_personal else self.tr("One offer for all.")

    def _show_faces(self, faces: CustomerFaces) -> None:
        alike = faces.in_ad
        self.notes[0].setText(self.tr("with their consent") if faces.face is not None else "")
        is_own = faces.contact is None
        self.notes[1].setText(
            self.tr("from the campaign's photos") if is_own else self.tr("of a contact of theirs who agreed")
        )
        if faces.face is None:
            self.face.show_notice("lock", self.tr("No photo consent"))
        else:
            others = () if alike is None else (alike.photo,)
            self.face.show_face(faces.face, others, name=self.tr("The customer's face"))
        if alike is None:
            self.look_alike.show_notice("lookalike", self.tr("No look-alike"))
        else:
            others = () if faces.face is None else (faces.face,)
            self.look_alike.show_face(alike.photo, others, name=self.tr("The look-alike's face"))

    def _ask_for_ad(self) -> None:
        if self._facts is None or self._faces is None:
            return
        photo = None if self._faces.in_ad is None else self._faces.in_ad.key
        if not self._composer.ask(AdWish(self._facts.customer, self._size, photo)):
            self._late.start()

    @Slot(object)
    def _show_ad(self, composed: ComposedAd) -> None:
        self._late.stop()
        self.ad.show_image(composed.ad.image)
        self.ad.setAccessibleName(self.tr("The ad"))
        self.ad_shown.emit(composed.wish.customer)

    @Slot(Exception)
    def _ad_failed(self, error: Exception) -> None:
        """Try the size that all templates have, then say why there is no ad."""
        if self._size != AD_SIZES[-1]:
            self._size = AD_SIZES[-1]
            self._ask_for_ad()
            return
        self._late.stop()
        self.ad.show_notice("stop", str(error))

    @Slot()
    def _dim(self) -> None:
        """Dim what is old once it takes longer than a moment."""
        for picture in self._pictures if self._faces is None else (self.ad,):
            picture.set_dimmed(True)

    # keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn to another customer, or leave."""
        key = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self.close()
        elif key in ON or key in BACK:
            self._turn(1 if key in ON else -1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and len(self._customers):
            self.show_customer(self._customers[0 if key == Qt.Key.Key_Home else len(self._customers) - 1])
        else:
            super().keyPressEvent(event)

    def _turn(self, step: int) -> None:
        place = self._customers.place(self.customer)
        if place >= 0 and 0 <= place + step < len(self._customers):
            self.show_customer(self._customers[place + step])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the pointer while it moves."""
        self.unsetCursor()
        self._pointer.start()

    @Slot()
    def _hide_pointer(self) -> None:
        self.setCursor(Qt.CursorShape.BlankCursor)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Want nothing any more and tell where it ended."""
        self._loader.give_up()
        self._composer.give_up()
        self.left.emit(self.customer)
        super().closeEvent(event)
        Leaving(self).leave()

    # the room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything where it stands on a screen of 1440 x 900, larger or smaller."""
        super().resizeEvent(event)
        width, height = event.size().width(), event.size().height()
        scale = min(width / DESIGN[0], height / DESIGN[1])
        margin = MARGIN * scale
        room = width - 2 * margin
        spare = (height - DESIGN[1] * scale) / 2  # shared above and below the pictures
        self.title.fit(scale, QRectF(margin, TITLE_TOP * scale + spare / 2, room, 64 * scale))
        wide, tall = PICTURE[0] * scale, PICTURE[1] * scale
        step = (room - wide) / 2
        top = PICTURES_TOP * scale + spare
        for place, picture in enumerate(self._pictures):
            left = margin + place * step
            picture.setGeometry(QRectF(left, top, wide, tall).toAlignedRect())
            below = top + tall + 8 * scale
            across = min(step - 16, width - margin - left)
            self.names[place].fit(scale, QRectF(left, below, across, 32 * scale))
            self.notes[place].fit(scale, QRectF(left, below + 32 * scale, across, 24 * scale))
        foot = height - (FOOT + 28) * scale - spare / 2
        self.evidence.fit(scale, QRectF(margin, foot, room - 140 * scale, 28 * scale))
        self.counter.fit(scale, QRectF(width - margin - 130 * scale, foot, 130 * scale, 28 * scale))
        self._pointer.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and an arrow from picture to picture."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("background"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self.face.height() / PICTURE[1]
        painter.setPen(
            QPen(self._theme.colour("muted"), 2 * size, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
        )
        for before, after in zip(self._pictures, self._pictures[1:], strict=False):
            x = (before.geometry().right() + after.geometry().left()) / 2 - 3 * size
            y = before.geometry().center().y() - 10 * size
            tip = QPointF(x + 8 * size, y)
            painter.drawPolyline([tip + QPointF(-8 * size, -8 * size), tip, tip + QPointF(-8 * size, 8 * size)])
