"""The five faces that are most alike, framed like the customer's, each with its bars and a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from engine.inventory.ranking import RankedFace
from engine.inventory.settings import MatchWeights
from gui import numbers
from gui.faces_data import tr
from gui.faces_words import hair_word, hair_words, why_alike, years_word
from gui.photo_view import FacePhoto, FacePicture, photo_name
from gui.preview_reasons import LikenessBar
from gui.probe_ranking import SHOWN
from gui.theme import look, theme
from gui.widgets import Button, Card, ElidedLabel, Frame, IconLabel, Label, column, row

LEAST_PICTURE = 84
LINES, LINES_IF_SLIM, SLIM = 3, 5, 128  # of the sentence; the width of a card from which on three are enough
LINE = 16


class Dot(QWidget):
    """A small swatch of a colour of hair."""

    def __init__(self) -> None:
        super().__init__()
        self._colour: QColor | None = None
        self.setFixedSize(12, 12)
        look().changed.connect(self.update)

    def show_colour(self, colour: QColor | None) -> None:
        """Show a colour, or nothing."""
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot."""
        if self._colour is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().colour("border"))
        painter.setBrush(self._colour)
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


class AlikeCard(Card):
    """One of the five. ``wanted`` and ``banned`` carry its place."""

    wanted = Signal(int)
    banned = Signal(int)

    def __init__(self, place: int) -> None:
        super().__init__(padding=10, gap=6)
        self._place = place
        self.key = ""
        self.picture = FacePicture()
        self.picture.setMinimumSize(72, LEAST_PICTURE)
        self.number = Label(str(place + 1), "strong", "lookalike", tabular=True)
        self.name = ElidedLabel("", "strong")
        self.ban = Button("", "quiet", "ban", tip=tr("Not for this customer"))
        self.ban.clicked.connect(self._ban)
        self.bars = tuple(LikenessBar() for _ in range(3))
        self.values = tuple(
            Label("", "caption", tabular=True, align=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for _ in range(3)
        )
        self.hair = Dot()
        self._lines = lines = QGridLayout()
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setHorizontalSpacing(6)
        lines.setVerticalSpacing(3)
        lines.setColumnStretch(1, 1)
        for line, word in enumerate((tr("Face"), tr("Age"), tr("Hair"))):
            lines.addWidget(Label(word, "caption", "muted"), line, 0)
            self.bars[line].setMinimumWidth(16)
            lines.addWidget(self.bars[line], line, 1)
            value = row(self.hair, self.values[line], gap=4) if line == 2 else row(self.values[line])
            lines.addLayout(value, line, 2)
        self.warning = IconLabel("warning", "warning", 16)
        self.sentence = Label("", "caption", "muted", wrap=True, align=Qt.AlignmentFlag.AlignTop)
        self.use = Button(tr("Use this"), "plain")
        self.use.setProperty("tight", True)
        self.use.clicked.connect(self._want)
        said = row((column(self.warning, None, gap=0)), (self.sentence, 1), gap=4)
        self.body.addWidget(self.picture, 1)
        self.body.addLayout(row(self.number, (self.name, 1), gap=5))
        self.body.addLayout(lines)
        self.body.addLayout(said)
        self.body.addLayout(row((self.use, 1), self.ban, gap=2))
        self.setMinimumWidth(106)

    def show_face(self, one: RankedFace, *, in_use: bool, is_pinned: bool) -> None:
        """Say everything about a face; its picture comes by ``show_picture``."""
        self.key = one.photo
        name = photo_name(one.photo)
        self.name.set_whole(name)
        for bar, value in zip(self.bars, one.bars, strict=True):
            bar.show_value(value or 0)
        self.bars[1].setAccessibleName(tr("Age"))
        self.bars[2].setAccessibleName(tr("Hair"))
        words = numbers.decimal(one.likeness), years_word(one.years_apart), hair_word(one.hair_difference)
        for label, word in zip(self.values, words, strict=True):
            label.setText(word)
        self.warning.setVisible(one.may_be_the_customer)
        self.sentence.set_tone("warning" if one.may_be_the_customer else "muted")
        self.sentence.setText(tr("May be the customer. Look first.") if one.may_be_the_customer else why_alike(one))
        self.setToolTip(tr("Cosine {cosine}").format(cosine=numbers.decimal(one.cosine, 2)))
        self.use.set_kind("chosen" if in_use else "plain")
        self.use.set_icon("pin" if is_pinned else "check" if in_use else "")
        self.use.set_text(tr("In use") if in_use else tr("Use this"))
        tip = tr("Chosen by you; press again to let it go") if is_pinned else tr("Put this face into the ad ({key})")
        self.use.setToolTip(tip.format(key=self._place + 1))
        self.use.setAccessibleName(f"{self.use.text()}: {name}")
        self.ban.setAccessibleName(tr("Not for this customer: {photo}").format(photo=name))
        self.picture.set_frame("lookalike" if in_use else None)
        self.setAccessibleName(f"{self._place + 1} {name}, {one.likeness}, {self.sentence.text()}")

    def show_hair(self, lab: tuple[float, float, float] | None) -> None:
        """Show the colour of the hair as a dot."""
        from engine.faces import HairColour

        self.hair.show_colour(None if lab is None else QColor(*HairColour(*lab).rgb()))
        self.hair.setVisible(lab is not None)

    def show_picture(self, photo: FacePhoto | None, others: Sequence[FacePhoto]) -> None:
        """Show the face framed alike with others; dim the old one while it is loaded."""
        if photo is None:
            self.picture.set_dimmed(True)
        elif self.picture.face is not photo or self.picture.is_dimmed or others:
            self.picture.show_face(photo, others, name=photo_name(photo.stored.key))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the sentence's lines and the bars' room for every card, so that all five can be compared."""
        super().resizeEvent(event)
        is_slim = event.size().width() <= SLIM
        self.sentence.setFixedHeight((LINES_IF_SLIM if is_slim else LINES) * LINE)
        self._lines.setColumnMinimumWidth(2, 0 if is_slim else self._longest_value())

    def _longest_value(self) -> int:
        metrics = self.values[2].fontMetrics()
        return 18 + max(metrics.horizontalAdvance(word) for word in hair_words())

    @Slot()
    def _want(self) -> None:
        self.wanted.emit(self._place)

    @Slot()
    def _ban(self) -> None:
        self.banned.emit(self._place)


class FiveMostAlike(QWidget):
    """The five cards under their heading, or why there are none. ``wanted`` and ``banned`` carry the photo's key."""

    wanted = Signal(str)
    banned = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("clear")
        self.cards = [AlikeCard(place) for place in range(SHOWN)]
        for card in self.cards:
            card.wanted.connect(self.choose)
            card.banned.connect(self._ban)
        self.heading = Label(tr("The five most alike"), "section")
        self.caption = ElidedLabel("", "caption", "muted")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.nobody = Label("", "body", "muted", wrap=True)
        self.nobody_frame = Frame(column(self.nobody, None, margins=(16, 16, 16, 16)), "card")
        self.strip = Frame(row(*((card, 1) for card in self.cards), gap=10), "clear")
        self.strip.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setLayout(column(row(self.heading, (self.caption, 1)), (self.strip, 1), (self.nobody_frame, 1), gap=8))

    def sizeHint(self) -> QSize:
        """Ask for pictures that are taller than wide."""
        return QSize(600, 400)

    def tell_weights(self, weights: MatchWeights) -> None:
        """Say by what the faces are ranked."""
        parts = ((weights.face, tr("face")), (weights.age, tr("age")), (weights.hair, tr("hair")))
        words = [word for weight, word in parts if weight > 0]
        joined = words[0] if len(words) == 1 else tr("{first} and {last}").format(
            first=", ".join(words[:-1]), last=words[-1])  # fmt: skip
        said = tr("Ranked by {parts}. A likeness, never proof of who someone is.")
        self.caption.set_whole(said.format(parts=joined))

    def show_nobody(self, why: str) -> None:
        """Say why there are no look-alikes."""
        self.strip.hide()
        self.nobody.setText(why)
        self.nobody_frame.show()

    def show_faces(
        self,
        ranked: Sequence[RankedFace],
        in_use: str | None,
        pinned: str | None,
        hair: dict[str, tuple[float, float, float] | None],
    ) -> None:
        """Say everything about up to five faces; pictures follow."""
        self.nobody_frame.hide()
        self.strip.show()
        for place, card in enumerate(self.cards):
            policy = card.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            card.setSizePolicy(policy)
            card.setVisible(place < len(ranked))
            if place < len(ranked):
                one = ranked[place]
                card.show_face(one, in_use=one.photo == in_use, is_pinned=one.photo == pinned)
                card.show_hair(hair.get(one.photo))

    def show_pictures(self, photos: dict[str, FacePhoto], beside: FacePhoto | None) -> None:
        """Show the faces framed alike with each other and with the customer's."""
        shown = [card for card in self.cards if card.isVisibleTo(self)]
        together = [photos[card.key] for card in shown if card.key in photos]
        if beside is not None:
            together.append(beside)
        for card in shown:
            photo = photos.get(card.key)
            card.show_picture(photo, [other for other in together if other is not photo])

    @Slot(int)
    def choose(self, place: int) -> None:
        """Want the face at a place, counted from 0."""
        if self.cards[place].isVisibleTo(self):
            self.wanted.emit(self.cards[place].key)

    @Slot(int)
    def _ban(self, place: int) -> None:
        self.banned.emit(self.cards[place].key)
