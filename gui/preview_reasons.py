"""The reasons under the pictures of the Preview page: why this offer, why this face, or another face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from engine.columns import HAS_LEFT
from engine.faces import may_be_the_customer
from gui import numbers
from gui.charts.bar_rows import BarRows
from gui.customer_faces import CustomerFaces, LookAlike
from gui.customer_facts import CustomerFacts
from gui.customer_reasons import CustomerReasons, CustomerReasonsLoader
from gui.offer_words import by_phones, more_say_yes, why_no_offer
from gui.photo_view import THUMB, FaceThumb, photo_name
from gui.preview_pictures import alike_words, tr
from gui.reason_words import few_reason_lines
from gui.theme import CARD_PADDING, look, theme
from gui.widgets import Button, Card, Label, bold, dim, plain, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.uplift import UpliftEvaluation
    from gui.results import CampaignResults

THUMB_GAP = 8
SMALLEST_THUMB = 40


class OfferCard(Card):
    """Why this offer: what it does to customers like this one, and the largest reasons.

    What is known of this one stands there where the campaign does not hold reasons.
    """

    failed = Signal(Exception)

    def __init__(self) -> None:
        super().__init__(tr("Why this offer"))
        self._customer = ""
        self._loader = CustomerReasonsLoader(self, few_reason_lines)
        self._loader.loaded.connect(self._take_reasons)
        self._loader.failed.connect(self.failed)
        self.sentence = Label("", rich=True, wrap=True)
        self.reasons = BarRows(tr("Why this offer"))
        self.not_causes = Label(tr("What the model uses, not causes"), "caption", "muted", wrap=True)
        self.not_causes.setToolTip(tr("In points of 100"))
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(4)
        self._facts.setColumnStretch(1, 1)
        self._rows = [(Label("", "body", "muted"), Label("", wrap=True)) for _ in range(2)]
        for place, (name, value) in enumerate(self._rows):
            self._facts.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(value, place, 1)
        self._known = QWidget()
        self._known.setObjectName("clear")
        self._known.setLayout(self._facts)
        self._facts.setContentsMargins(0, 0, 0, 0)
        for part in (self.sentence, self.reasons, self.not_causes, self._known):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._show_reasons(None)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Take the reasons out of another campaign, or of the same one after it changed."""
        self._loader.set_campaign(campaign, results)
        self._customer = ""

    @property
    def is_busy(self) -> bool:
        """Whether reasons are on their way."""
        return self._loader.is_busy

    def _ask_for_reasons(self, customer: str, *, there_are: bool) -> None:
        """Let old reasons stand, dimmed, until those of another customer are there."""
        if not there_are:
            self._loader.give_up()
            self._show_reasons(None)
        elif customer != self._customer:
            dim(self.reasons, True)
            self._loader.ask(customer)
        self._customer = customer if there_are else ""

    @Slot(object)
    def _take_reasons(self, reasons: CustomerReasons | None) -> None:
        if reasons is None or reasons.customer == self._customer:
            self._show_reasons(reasons)

    def _show_reasons(self, reasons: CustomerReasons | None) -> None:
        dim(self.reasons, False)
        for part in (self.reasons, self.not_causes):
            part.setVisible(reasons is not None)
        self._known.setVisible(reasons is None)
        is_other = reasons is not None and not reasons.is_chosen
        title = tr("For and against {offer}") if is_other else tr("Why this offer")
        title = title.format(offer="" if reasons is None else reasons.offer.name)
        self.set_title(title)
        self.reasons.setAccessibleName(title)
        if reasons is not None:
            self.reasons.show_lines(reasons.lines)

    def show_offer(self, facts: CustomerFacts, evaluation: UpliftEvaluation | None) -> None:
        """Say why; without a signal the figure is the average of all customers, and that is said."""
        is_personal = evaluation is None or evaluation.has_signal
        lead = tr("No offer.") if facts.offer is None else f"{facts.offer.name}."
        if evaluation is None and not facts.cannot_be_asked:
            said = by_phones(has_offer=facts.offer is not None)
        elif facts.offer is not None:
            said = more_say_yes(facts.uplift, facts.low, facts.high, is_personal=is_personal)
        else:
            said = why_no_offer(facts.segment, is_withheld=facts.is_withheld)
        if not is_personal:
            said = f"{said} {tr('We found no difference between customers.')}"
        self.sentence.setText(f"{bold(lead)} {plain(said)}")
        there_are = evaluation is not None and is_personal and facts.segment != HAS_LEFT
        self._ask_for_reasons(facts.customer, there_are=there_are)
        behind = 0 if evaluation is None else evaluation.customers
        tip = tr("Likely range: 95 % confidence interval, from {customers} outcomes of the last campaign")
        self.sentence.setToolTip(tip.format(customers=numbers.decimal(behind)) if behind else "")
        known = []
        if facts.baseline is not None:
            known.append((tr("Without it"), tr("{chance} of 100 say yes").format(
                chance=numbers.points(facts.baseline, 0, signed=False))))  # fmt: skip
        if facts.phone:
            known.append((tr("Has now"), self._phone(facts)))
        for place, (name, value) in enumerate(self._rows):
            there = place < len(known)
            name.setVisible(there)
            value.setVisible(there)
            if there:
                name.setText(known[place][0])
                value.setText(known[place][1])

    def _phone(self, facts: CustomerFacts) -> str:
        if facts.phone_since is None:
            return facts.phone
        return tr("{phone}, since {month}").format(phone=facts.phone, month=numbers.month_year(facts.phone_since))


class LikenessBar(QWidget):
    """A likeness from 0 to 100 as a bar in the look-alike's colour."""

    def __init__(self) -> None:
        super().__init__()
        self._value = 0
        self.setFixedHeight(6)
        self.setMinimumWidth(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.update)

    def show_value(self, value: int) -> None:
        """Show a likeness."""
        self._value = value
        self.setAccessibleName(tr("Likeness of the face: {likeness} of 100").format(likeness=value))
        self.update()

    def sizeHint(self) -> QSize:
        """Take the width there is."""
        return QSize(120, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint track and bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(self.rect())
        painter.setBrush(theme().colour("sunken"))
        painter.drawRoundedRect(track, 3, 3)
        if self._value:
            painter.setBrush(theme().colour("lookalike"))
            track.setWidth(max(track.height(), track.width() * self._value / 100))
            painter.drawRoundedRect(track, 3, 3)


class FaceCard(Card):
    """Why this face: the likeness as bar, number and words, what the scale means; and the way to end it."""

    def __init__(self) -> None:
        super().__init__(tr("Why this face"), gap=10)
        self.bar = LikenessBar()
        self.number = Label("", tabular=True, align=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.number.setMinimumWidth(24)
        line = row(Label(tr("Face"), "body", "muted"), (self.bar, 1), self.number, gap=12)
        self._line = QWidget()
        self._line.setObjectName("clear")
        self._line.setLayout(line)
        self.sentence = Label("", wrap=True)
        self.withdraw = Button(tr("Withdraw consent…"), "quiet", tip=tr("Erase this customer's photo and face data"))
        self.withdraw.setProperty("small", True)
        self.withdraw.hide()
        self.add_control(self.withdraw)
        self.body.addWidget(self._line)
        self.body.addWidget(self.sentence)
        self.body.addStretch(1)

    def show_faces(self, faces: CustomerFaces) -> None:
        """Say how alike the look-alike in the ad is."""
        alike = faces.in_ad
        self.withdraw.setVisible(faces.consent is not None and faces.consent.withdrawn_on is None)
        self._line.setVisible(alike is not None)
        if alike is None:
            self.setToolTip("")
            self.sentence.setText(_why_no_face(faces))
            return
        self.bar.show_value(alike.likeness)
        self.number.setText(numbers.decimal(alike.likeness))
        self.setToolTip(tr("Cosine {cosine}").format(cosine=numbers.decimal(alike.cosine, 2)))
        self.sentence.setText(likeness_sentence(faces, alike))


def likeness_sentence(faces: CustomerFaces, alike: LookAlike) -> str:
    """Say how alike a look-alike is, and what the scale means."""
    scale = tr("Strangers are near 0, two photos of one person near 100.")
    if faces.contact is not None:
        return f"{_of_contact(faces)} {_alike(faces, alike)} {scale}"
    if may_be_the_customer(alike.likeness):
        return f"{tr('May be the customer. Look first.')} {scale}"
    return f"{_alike(faces, alike)} {scale}"


def _alike(faces: CustomerFaces, alike: LookAlike) -> str:
    if not faces.is_anybody_close:
        return tr("Little likeness: nobody in your photos is close.")
    words = alike_words(alike.likeness)
    return f"{words[:1].upper()}{words[1:]}."


def _of_contact(faces: CustomerFaces) -> str:
    """Say why the look-alike is a contact's."""
    key = numbers.customer_key(faces.contact or "")
    if faces.contact == faces.by_rule:
        return tr("Like contact {key}, the most influential one who agreed.").format(key=key)
    return tr("Like contact {key}, whose face you chose.").format(key=key)


def _why_no_face(faces: CustomerFaces) -> str:
    """Say why no face was chosen, and what the ad does without one."""
    without = tr("The ad goes without a matched face.")
    if faces.contact is not None:
        return f"{_of_contact(faces)} {tr('Nobody in your photos is close to the contact.')} {without}"
    if faces.face is None:
        return f"{tr('No face data exists for this customer, so no face was compared.')} {without}"
    if not faces.alike:
        return f"{tr('This face was not compared yet.')} {without}"
    if faces.is_anybody_close and faces.is_shared_out:
        return f"{tr('The photos that are close are in as many ads as you allow.')} {without}"
    nearest = tr("Nobody in your photos is close: the nearest has {likeness} of 100.")
    return f"{nearest.format(likeness=faces.alike[0].likeness)} {without}"


class OtherFacesCard(Card):
    """Or another face: the five nearest, chosen by click or by the keys 1 to 5."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Or another face"))
        self.person = Button(tr("Own look-alike"), "quiet")
        self.person.setProperty("small", True)
        self.person.hide()
        self.add_control(self.person)
        self.setMinimumWidth(2 * CARD_PADDING + 5 * SMALLEST_THUMB + 4 * THUMB_GAP)
        self._alike: tuple[LookAlike, ...] = ()
        self.thumbs = [FaceThumb(place) for place in range(5)]
        strip = row(*self.thumbs, None, gap=THUMB_GAP)
        for thumb in self.thumbs:
            thumb.chosen.connect(self.choose)
        self.note = Label(tr("Ranked by face. Press 1 to 5; Ctrl+Z takes it back."), "caption", "muted", wrap=True)
        self.nobody = Label(tr("There are no other faces to choose from."), "body", "muted", wrap=True)
        self.body.addWidget(self.nobody)
        self.body.addLayout(strip)
        self.body.addWidget(self.note)
        self.body.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the thumbs as large as five of them can be."""
        super().resizeEvent(event)
        room = event.size().width() - 2 * CARD_PADDING - (len(self.thumbs) - 1) * THUMB_GAP
        for thumb in self.thumbs:
            thumb.set_side(max(SMALLEST_THUMB, min(THUMB, room // len(self.thumbs))))

    def show_faces(self, faces: CustomerFaces) -> None:
        """Show the five nearest, with the one in the ad framed."""
        same = [one.key for one in faces.alike] == [one.key for one in self._alike]
        self._alike = faces.alike
        self.note.setVisible(bool(faces.alike))
        self.nobody.setVisible(not faces.alike)
        self._offer_person(faces)
        for place, thumb in enumerate(self.thumbs):
            thumb.setVisible(place < len(faces.alike))
            if place < len(faces.alike):
                one = faces.alike[place]
                if not same:
                    self._show(thumb, place, one, faces.alike)
                thumb.set_chosen(one is faces.in_ad)

    def _offer_person(self, faces: CustomerFaces) -> None:
        """Offer the way back to the customer's own look-alike, or from there to what the campaign's rule says."""
        self.person.setVisible(faces.contact is not None or faces.by_rule is not None)
        if faces.contact is not None:
            has_own = faces.face is not None
            self.person.set_text(tr("Own look-alike") if has_own else tr("No face"))
            self.person.setToolTip(
                tr("Go back to the customer's own look-alike, for this customer")
                if has_own
                else tr("Make this customer's ad without a matched face: there is no photo to look alike")
            )
        elif faces.by_rule is not None:
            self.person.set_text(tr("Contact's look-alike"))
            said = tr("Use the look-alike of contact {key}, as in the rest of the campaign")
            self.person.setToolTip(said.format(key=numbers.customer_key(faces.by_rule)))

    def _show(self, thumb: FaceThumb, place: int, one: LookAlike, all_of_them: Sequence[LookAlike]) -> None:
        tip = tr("{place}: {photo}, likeness {likeness} of 100, {words}").format(
            place=place + 1, photo=photo_name(one.key), likeness=one.likeness, words=alike_words(one.likeness)
        )
        others = [other.photo for other in all_of_them if other is not one]
        thumb.show_face(one.photo, others, numbers.decimal(one.likeness), tip)

    @Slot(int)
    def choose(self, place: int) -> None:
        """Choose the face at a place, counted from 0."""
        if 0 <= place < len(self._alike):
            self.chosen.emit(self._alike[place].key)
