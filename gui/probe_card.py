"""The customer whose face is compared, with quality in words, and hair and age to correct."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QColorDialog, QLineEdit, QMenu, QPushButton

from engine.campaign import Appearance
from gui import numbers
from gui.consent_words import ConsentChip
from gui.faces_data import tr
from gui.faces_words import HAIR_NAMES, age_words, guess_words, quality_words, read_age
from gui.photo_view import FacePicture
from gui.picture import Picture
from gui.probe import Probe
from gui.theme import RADIUS_CONTROL, font, look, theme
from gui.widgets import Button, Card, Chip, Flow, Frame, Label, column, row

SMALLEST, LARGEST = 144, 200  # sides of the photo


class ProbePicture(FacePicture):
    """A whole photo with the box of the face in it."""

    def __init__(self) -> None:
        super().__init__(frame="accent")

    def show_probe(self, probe: Probe) -> None:
        """Show the photo as it is."""
        assert probe.faces.face is not None
        self._face = probe.faces.face
        self.setAccessibleName(tr("The customer's photo"))
        self.show_image(probe.faces.face.image)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photo, and the box over it."""
        super().paintEvent(event)
        if self._face is None or self.shown.image is None:
            return
        place, stored = self.picture_rect(), self._face.stored
        scale = place.width() / stored.width
        x, y, w, h = (value * scale for value in stored.box)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(place.x() + x, place.y() + y, w, h)
        for colour, width in ((QColor(0, 0, 0, 110), 4.0), (QColor("white"), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawRoundedRect(box, 4, 4)


class Swatch(QPushButton):
    """A colour of hair; a click offers others. ``chosen`` carries red, green and blue."""

    chosen = Signal(int, int, int)

    def __init__(self) -> None:
        super().__init__()
        self._colour: QColor | None = None
        self.setFixedSize(44, 30)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._offer)
        look().changed.connect(self.update)

    @property
    def colour(self) -> QColor | None:
        """The colour that is shown; None where it is not known."""
        return self._colour

    def show_colour(self, colour: QColor | None) -> None:
        """Show a colour."""
        self._colour = colour
        said = tr("not known") if colour is None else colour.name()
        self.setAccessibleName(tr("Hair colour: {colour}").format(colour=said))
        self.setToolTip(tr("Hair colour, to be corrected"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the colour, or a dash where there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("control_border"), 1))
        painter.setBrush(self._colour or theme().colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
        if self._colour is None:
            painter.setPen(theme().colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "?")

    def menu_of_colours(self) -> QMenu:
        """Return the colours that hair has, and the way to any other."""
        menu = QMenu(self)
        for name, colour in HAIR_NAMES:
            dot = QPixmap(32, 32)
            dot.fill(QColor(*colour))
            menu.addAction(QIcon(dot), tr(name), partial(self.chosen.emit, *colour))
        menu.addSeparator()
        menu.addAction(tr("Another colour…"), self._ask)
        return menu

    @Slot()
    def _offer(self) -> None:
        menu = self.menu_of_colours()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    @Slot()
    def _ask(self) -> None:
        dialog = QColorDialog(self._colour or QColor("#806040"), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(tr("Hair colour"))
        dialog.colorSelected.connect(self._take)
        dialog.open()

    @Slot(QColor)
    def _take(self, colour: QColor) -> None:
        self.chosen.emit(colour.red(), colour.green(), colour.blue())


class ProbeCard(Card):
    """``hair_set`` carries red, green, blue; ``age_set`` a range of years, or None to guess it again."""

    hair_set = Signal(int, int, int)
    age_set = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._appearance = Appearance()
        self.picture = ProbePicture()
        self.front = Picture()
        self.front.setAccessibleName(tr("The same face turned to the front, for the eye only"))
        self.front.setToolTip(tr("The same face turned to the front. Faces are compared by the photo, never by this."))
        self.front.hide()
        self.chip = Chip("", "accent")
        self.consent = Chip("", "plain")
        self.quality = Label("", "strong", wrap=True)
        self.advice = Label("", "body", "muted", wrap=True)
        self.swatch = Swatch()
        self.swatch.chosen.connect(self.hair_set)
        self.age = QLineEdit()
        self.age.setFont(font(tabular=True))
        self.age.setMinimumWidth(76)
        self.age.setMaximumWidth(104)
        self.age.setAccessibleName(tr("Age, from and to"))
        self.age.setToolTip(tr("Age range, to be corrected; leave it empty to have it guessed again"))
        self.age.editingFinished.connect(self._read_age)
        self.looks = Frame(
            row(
                Label(tr("Hair"), "body", "muted"),
                self.swatch,
                8,
                Label(tr("Age"), "body", "muted"),
                (self.age, 1),
                (None, 1),
            ),
            "clear",
        )
        self.change = Button(tr("Change photo…"), "plain", "photo")
        self.show_front = Button(tr("From the front"), "quiet", "person", tip=tr("See the face turned to the front"))
        self.show_front.setCheckable(True)
        self.show_front.toggled.connect(self._toggle_front)
        self.previous = Button("", "plain", "left", tip=tr("Previous customer (Left)"))
        self.next = Button("", "plain", "right", tip=tr("Next customer (Right)"))
        chips = Frame(Flow(self.chip, self.consent, gap=6), "clear")
        self.note = Label("", "caption", "muted", wrap=True)
        buttons = Frame(Flow(self.previous, self.next, self.change, self.show_front, gap=6), "clear")
        words = column(chips, self.quality, self.advice, self.looks, self.note, None, buttons, gap=6)
        self.body.addLayout(row(self.picture, self.front, (words, 1), gap=16))
        self.set_side(LARGEST)

    def set_side(self, side: int) -> None:
        """Make the pictures squares of a side."""
        for picture in (self.picture, self.front):
            picture.setFixedSize(side, side)
        self.show_front.set_text(
            tr("From the front") if side == LARGEST else tr("Front")
        )  # in one line with the others
        self._take_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the height that the words need at the width there is."""
        super().resizeEvent(event)
        self._take_room()

    def _take_room(self) -> None:
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            self.setFixedHeight(max(layout.minimumSize().height(), layout.heightForWidth(self.width())))

    def show_probe(self, probe: Probe, consent: ConsentChip, note: str) -> None:
        """Show a customer's face; ``note`` says what else must be known."""
        self._appearance = probe.appearance
        self.chip.setText(tr("Customer {key}").format(key=numbers.customer_key(probe.customer)))
        self.consent.show_chip(consent.text, consent.kind)
        has_face = probe.faces.face is not None
        may_change = probe.faces.consent is not None and consent.kind != "plain"
        self.change.setVisible(may_change and probe.faces.consent is not None and not probe.faces.consent.withdrawn_on)
        self.change.set_text(tr("Change photo…") if has_face else tr("Add photo…"))
        self.looks.setVisible(has_face)
        self.show_front.setVisible(has_face and probe.frontal is not None)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        if not has_face:
            self.forget_face()
            self.picture.set_frame(None)
            self.picture.show_notice(*_why_no_photo(probe, consent))
            self.quality.setText(tr("Nothing is compared for this customer."))
            self.advice.setText(tr("The ad goes without a matched face."))
            self.advice.show()
            self._take_room()
            return
        self.picture.set_frame("accent")
        self.picture.show_probe(probe)
        self.quality.setText(quality_words(probe.quality))
        wrong = () if probe.quality is None else probe.quality.sentences
        self.advice.setText(" ".join(wrong) or guess_words(probe.appearance))
        self.show_appearance(probe.appearance)
        if probe.frontal is None:
            self.front.clear()
        else:
            self.front.show_image(probe.frontal)
        self._toggle_front(self.show_front.isChecked() and probe.frontal is not None)
        self._take_room()

    def forget_face(self) -> None:
        """Show and keep nothing of the face any more."""
        self.picture.clear()
        self.front.clear()
        self.show_front.hide()
        self.looks.hide()
        self.quality.clear()
        self.advice.clear()
        self.show_appearance(Appearance())
        self._toggle_front(False)

    def show_appearance(self, appearance: Appearance) -> None:
        """Show hair and age."""
        from engine.faces import HairColour

        self._appearance = appearance
        hair = None if appearance.hair is None else QColor(*HairColour(*appearance.hair).rgb())
        self.swatch.show_colour(hair)
        self.age.setText(age_words(appearance.age))
        self.age.setProperty("wrong", False)
        self._restyle()

    @Slot(bool)
    def _toggle_front(self, shown: bool) -> None:
        self.front.setVisible(shown)
        self._take_room()

    @Slot()
    def _read_age(self) -> None:
        text = self.age.text()
        if text == age_words(self._appearance.age):
            return
        age = read_age(text)
        self.age.setProperty("wrong", age is None and bool(text.strip()))
        self._restyle()
        if age is not None or not text.strip():
            self.age_set.emit(age)

    def _restyle(self) -> None:
        self.age.style().unpolish(self.age)
        self.age.style().polish(self.age)


def _why_no_photo(probe: Probe, consent: ConsentChip) -> tuple[str, str]:
    """Return icon and words of the tile that stands in the photo's place."""
    record = probe.faces.consent
    if record is not None and record.withdrawn_on is not None:
        day = numbers.long_date(record.withdrawn_on)
        return "lock", tr("Consent withdrawn, face data erased {day}").format(day=day)
    return ("photo", tr("No photo of this customer")) if consent.kind == "positive" else ("lock", consent.text)
