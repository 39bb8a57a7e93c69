"""The three pictures of the Preview page in their cards: customer, look-alike, ad. Captions stand above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from engine.faces import likeness_words, may_be_the_customer
from gui import numbers
from gui.consent_words import ConsentChip
from gui.customer_faces import CustomerFaces
from gui.customer_facts import CustomerFacts
from gui.photo_view import FacePicture, photo_name
from gui.picture import Picture
from gui.theme import Tone
from gui.widgets import Button, Chip, ElidedLabel, IconLabel, Label, Segments, column
from gui.widgets.labels import ChipKind

if TYPE_CHECKING:
    from engine.ads import Ad, FaultKind

CAPTIONS = 50  # height of the captions where each fits its line
CHIP, LINE, LINE_GAP = 20, 18, 6
TALL, MOST_LINES, LOW_LINES = 420, 3, 2  # lines of what the checks say, in a card so high and in a lower one
SHOWN_SIZES = ("1080x1080", "1200x628")
NARROWEST_AD = 310  # the card with the choice of its size
SLIM = 0.56  # width / height of the faces beside a square ad
SLIMMEST = 0.52  # beside a wide one
MARGINS = 24  # of a card, both sides
AROUND = CAPTIONS + 10 + MARGINS  # height of a card without its picture


def tr(text: str) -> str:
    """Translate a phrase of the Preview page."""
    return QCoreApplication.translate("preview", text)


def alike_words(likeness: int) -> str:
    """Say a likeness of 0 to 100 in words."""
    words = {
        "very alike": tr("very alike"),
        "alike": tr("alike"),
        "some likeness": tr("some likeness"),
        "little likeness": tr("little likeness"),
    }
    said = likeness_words(likeness)
    return words.get(said, said)


def size_words(size: str) -> str:
    """Write an ad's size: ``1080 × 1080``."""
    return size.replace("x", " × ")


def shared_width(room: int, height: int, ad_size: str) -> tuple[int, int, int]:
    """Share a width among the three cards of a height, in pixels.

    The ad gets what it needs for its proportions, the two faces the rest.
    """
    wide, high = ad_size.split("x")
    aspect = int(wide) / int(high)
    tall = max(120, height - AROUND)
    least = tall * (SLIMMEST if aspect > 1 else SLIM) + MARGINS
    photo = max(least, (room - tall * aspect - MARGINS) / 2)
    photo = min(photo, (room - NARROWEST_AD) / 2)
    return max(1, round(photo)), max(1, round(photo)), max(1, round(room - 2 * photo))


class PictureCard(QFrame):
    """A picture with who it shows above it, and how that stands, so that nothing covers a face.

    ``relined`` says that the captions may need another height: the page gives all cards the same.
    """

    relined = Signal()

    def __init__(self, kind: ChipKind, picture: Picture, beside: QWidget | None = None) -> None:
        super().__init__()
        self.setObjectName("card")
        self.picture = picture
        self.chip = Chip("", kind)
        self.detail = ElidedLabel("", "caption", "muted")
        self.state = QHBoxLayout()
        self.state.setSpacing(6)
        self._beside = beside
        self._is_beside: bool | None = None  # whether the detail stands beside the chip; None before it stands
        self._who = QGridLayout()
        self._who.setSpacing(LINE_GAP)
        self._who.setColumnStretch(1, 1)
        self._who.addWidget(self.chip, 0, 0, Qt.AlignmentFlag.AlignTop)
        if beside is not None:
            self._who.addWidget(beside, 0, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._captions = QWidget()
        self._captions.setObjectName("clear")
        self._captions.setLayout(column(self._who, LINE_GAP, self.state, None, gap=0))
        self.set_captions(CAPTIONS)
        self.setLayout(column(self._captions, (picture, 1), gap=10, margins=(12, 12, 12, 12)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumWidth(160)

    def set_captions(self, height: int) -> None:
        """Give the captions a height; what does not fit beside the chip stands below it."""
        self._captions.setFixedHeight(height)
        fits, edge = self._detail_fits(), Qt.AlignmentFlag
        if self._beside is None and fits != self._is_beside:
            if self._is_beside is not None:
                self._who.removeWidget(self.detail)
            self._is_beside = fits
            place = (0, 1, 1, 1) if fits else (1, 0, 1, 2)
            self._who.addWidget(self.detail, *place)
            self.detail.setAlignment((edge.AlignRight if fits else edge.AlignLeft) | edge.AlignVCenter)

    def captions_needed(self) -> int:
        """Return the height of the captions at the width there is."""
        first = CHIP if self._beside is None else max(CHIP, self._beside.sizeHint().height())
        below = 0 if self._beside is not None or self._detail_fits() else LINE + LINE_GAP
        return max(CAPTIONS, first + below + LINE_GAP + self._state_height())

    def _inner_width(self) -> int:
        return self.width() - MARGINS

    def _detail_fits(self) -> bool:
        return self.chip.sizeHint().width() + LINE_GAP + self.detail.sizeHint().width() <= self._inner_width()

    def _state_height(self) -> int:
        return CHIP

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the captions be measured again."""
        super().resizeEvent(event)
        self.relined.emit()


class CustomerCard(PictureCard):
    """The customer with the consent chip, or a plain tile with a lock."""

    def __init__(self) -> None:
        super().__init__("accent", FacePicture(frame="accent"))
        self.consent = Chip("", "plain")
        self.consent.hide()
        self.state.addWidget(self.consent)
        self.state.addStretch(1)

    def show_name(self, facts: CustomerFacts) -> None:
        """Say who the customer is; the face may follow a moment later."""
        self.chip.setText(tr("Customer {key}").format(key=numbers.customer_key(facts.customer)))
        self.detail.set_whole(facts.place_and_age)
        self.relined.emit()

    def show_customer(self, facts: CustomerFacts, consent: ConsentChip, faces: CustomerFaces) -> None:
        """Show a customer's face beside the look-alike that is in the ad."""
        self.show_name(facts)
        self.consent.show_chip(consent.text, consent.kind)
        self.consent.show()
        assert isinstance(self.picture, FacePicture)
        if faces.face is None:
            self.picture.set_frame(None)
            self.picture.show_notice(*_why_no_photo(consent, faces))
            return
        others = () if faces.in_ad is None else (faces.in_ad.photo,)
        self.picture.set_frame("accent")
        self.picture.show_face(faces.face, others, name=tr("The customer's face"))


def _why_no_photo(consent: ConsentChip, faces: CustomerFaces) -> tuple[str, str]:
    """Return icon and words of the tile that stands in the photo's place."""
    if consent.kind == "positive":
        return "photo", tr("No photo of this customer")
    if faces.consent is not None and faces.consent.withdrawn_on is not None:
        day = numbers.long_date(faces.consent.withdrawn_on)
        return "lock", tr("Consent withdrawn, face data erased {day}").format(day=day)
    return "lock", consent.text


class LookAlikeCard(PictureCard):
    """The look-alike that is in the ad, with its likeness."""

    def __init__(self) -> None:
        super().__init__("lookalike", FacePicture(frame="lookalike"))
        self.warning = IconLabel("warning", "warning", 16)
        self.likeness = Chip("", "lookalike")
        self.chip.setText(tr("Look-alike"))
        self.warning.hide()
        self.likeness.hide()
        self.state.addWidget(self.warning)
        self.state.addWidget(self.likeness)
        self.state.addStretch(1)

    def show_faces(self, faces: CustomerFaces) -> None:
        """Show the look-alike in the ad, or why there is none."""
        alike = faces.in_ad
        assert isinstance(self.picture, FacePicture)
        self.likeness.setVisible(alike is not None)
        suspicious = alike is not None and may_be_the_customer(alike.likeness)
        self.warning.setVisible(suspicious)
        if alike is None:
            self.chip.setText(tr("Look-alike"))
            self.detail.set_whole("")
            self.relined.emit()
            self.picture.set_frame(None)
            self.picture.show_notice("lookalike", _why_no_face(faces))
            return
        self.chip.setText(whose_look_alike(faces))
        picked = alike.key == faces.chosen and alike is not faces.alike[0]
        name = photo_name(alike.key)
        self.detail.set_whole(tr("{photo}, your choice").format(photo=name) if picked else name)
        self.relined.emit()
        if suspicious:
            self.likeness.show_chip(tr("May be the customer. Look first."), "warning")
        else:
            said = tr("Likeness {likeness}, {words}")
            words = alike_words(alike.likeness)
            self.likeness.show_chip(said.format(likeness=alike.likeness, words=words), "lookalike")
        others = () if faces.face is None else (faces.face,)
        self.picture.set_frame("lookalike")
        self.picture.show_face(alike.photo, others, name=tr("The look-alike's face"))


def whose_look_alike(faces: CustomerFaces) -> str:
    """Say whose look-alike goes into the ad."""
    if faces.contact is None:
        return tr("The customer's look-alike")
    return tr("Look-alike of contact {key}").format(key=numbers.customer_key(faces.contact))


def _why_no_face(faces: CustomerFaces) -> str:
    if faces.contact is not None:
        return tr("Nobody in your photos is close to the contact")
    if faces.face is None:
        return tr("No look-alike without a photo")
    return tr("Nobody in your photos is close") if faces.alike else tr("No look-alike yet")


def fault_in_short(kind: FaultKind) -> str:
    """Say in two or three words what a fault is about."""
    from engine.ads import FaultKind

    return {
        FaultKind.OVERSET: tr("Text does not fit."),
        FaultKind.NO_GLYPH: tr("A letter cannot be drawn."),
        FaultKind.EMPTY: tr("Text is missing."),
        FaultKind.OFF_CANVAS: tr("Text leaves the picture."),
        FaultKind.ON_FACE: tr("The face is covered."),
        FaultKind.CONTRAST: tr("Text is hard to read."),
        FaultKind.HEAD_CUT: tr("The head is cut."),
        FaultKind.UPSCALE: tr("The photo is small."),
        FaultKind.SAMPLE_LOGO: tr("Sample logo."),
        FaultKind.RIGHTS: tr("Photo may not be used."),
        FaultKind.RELEASE: tr("Release unknown."),
    }[kind]


def _both(faults: dict[str, str]) -> tuple[str, str]:
    """Return all faults in whole sentences, and in short."""
    return " ".join(faults), " ".join(dict.fromkeys(faults.values()))


class AdCard(PictureCard):
    """The ad as it will be exported, with what the checks say. An old one is dimmed until the new one is there."""

    size_chosen = Signal(str)

    def __init__(self) -> None:
        self.sizes = Segments([size_words(size) for size in SHOWN_SIZES], name=tr("Size of the ad"))
        super().__init__("plain", Picture(radius=6), self.sizes)
        self._words = self._short = ""
        self.mark = IconLabel("check", "positive", 16)
        self.checks = Label("", "caption", "positive", wrap=True)
        self.checks.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.state.addWidget(self.mark)
        self.state.addWidget(self.checks, 1)
        self.save = Button(tr("Save this ad…"), "quiet", tip=tr("Save it in both sizes (Ctrl+S)"))
        self.save.setProperty("small", True)
        self.state.addWidget(self.save, 0, Qt.AlignmentFlag.AlignBottom)
        self.sizes.chosen.connect(self._choose)
        self.chip.setText(tr("Ad"))
        self._say_nothing()

    @property
    def ad_size(self) -> str:
        """The size that is chosen."""
        return SHOWN_SIZES[self.sizes.selected]

    def show_ad(self, ad: Ad, *, has_face: bool) -> None:
        """Fade over to an ad and say what its checks found, and whether it has a matched face."""
        self.picture.show_image(ad.image)
        self.picture.setAccessibleName(tr("The ad, {size}").format(size=size_words(ad.size)))
        faults = {fault.words: fault_in_short(fault.kind) for fault in ad.faults}
        if not has_face:
            faults = {tr("No photo: the ad goes without a face."): tr("No photo."), **faults}
        if not faults:
            self._say("check", "positive", tr("Passes all checks"))
        elif not ad.faults and ad.is_drawn_without_photo:
            self._say("check", "positive", *_both(faults))
        elif ad.is_blocked:
            self._say("stop", "danger", *_both(faults))
        else:
            self._say("warning", "warning", *_both(faults))
        self.save.setEnabled(True)

    def wait(self) -> None:
        """Dim the ad that is shown, because another one is being made."""
        self.picture.set_dimmed(True)

    def show_notice(self, icon: str, sentence: str) -> None:
        """Say why there is no ad."""
        self.picture.show_notice(icon, sentence)
        self.picture.setAccessibleName(sentence)
        self._say_nothing()

    def _say(self, icon: str, tone: Tone, words: str, short: str = "") -> None:
        self.mark.set_icon(icon, tone)
        self.mark.show()
        self.checks.set_tone(tone)
        self._write(words, short)

    def _say_nothing(self) -> None:
        self.mark.hide()
        self.save.setEnabled(False)
        self._write("")

    def _write(self, words: str, short: str = "") -> None:
        self._words, self._short = words, short or words
        self.checks.setAccessibleName(words)
        self.relined.emit()

    def _state_height(self) -> int:
        """Return the height of what the checks say; in short where the whole takes too many lines."""
        gaps = 2 * self.state.spacing()
        room = max(40, self._inner_width() - self.mark.width() - self.save.sizeHint().width() - gaps)
        lines = MOST_LINES if self.height() >= TALL else LOW_LINES
        self._set_checks(self._words)
        if self.checks.heightForWidth(room) > lines * self.checks.fontMetrics().lineSpacing() + 2:
            self._set_checks(self._short)
        one_line = self.save.sizeHint().height()
        height = max(one_line, self.checks.heightForWidth(room))
        edge = Qt.AlignmentFlag.AlignTop if height > one_line else Qt.AlignmentFlag.AlignVCenter
        self.state.setAlignment(self.mark, edge)
        return height

    def _set_checks(self, text: str) -> None:
        if text != self.checks.text():
            self.checks.setText(text)
        self.checks.setToolTip("" if text == self._words else self._words)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self.size_chosen.emit(SHOWN_SIZES[index])
