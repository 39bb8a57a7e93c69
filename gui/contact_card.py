"""The contact selected in the Social tab: what the rank is made of, the consent, and the choice of the face."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication, Signal, Slot

from engine.social import Influence, face_permissions
from gui import numbers
from gui.consent_words import consent_chip
from gui.widgets import Button, Card, Chip, Label, row

if TYPE_CHECKING:
    from engine.campaign import Campaign, Consent
    from engine.look_alikes import AdFaces

Standing = Literal["chosen", "by rule", "may be used", "no face", "no consent", "another operator"]


def tr(text: str) -> str:
    """Translate a phrase of the Social tab."""
    return QCoreApplication.translate("social", text)


@dataclass(frozen=True)
class ContactFace:
    """How a contact's face stands for a customer's ad."""

    consent: Consent | None
    standing: Standing


def contact_face(campaign: Campaign, faces: AdFaces | None, customer: str, contact: Influence, on: date) -> ContactFace:
    """Look up how a contact's face stands for a customer's ad on a day."""
    consent = campaign.consent(contact.contact) if contact.is_customer else None
    (permission,) = face_permissions([contact], campaign.consent, on)
    standing: Standing
    if not contact.is_customer:
        standing = "another operator"
    elif not permission.may_be_used:
        standing = "no consent"
    elif faces is None or not faces.of_contact(contact.contact, on):
        standing = "no face"
    elif faces.of(customer, on).contact != contact.contact:
        standing = "may be used"
    else:
        standing = "by rule" if campaign.face_choice(customer) is None else "chosen"
    return ContactFace(consent, standing)


class ContactCard(Card):
    """The contact selected: how much of the calls, how far the reach, the consent, and the choice of the face."""

    asked = Signal(bool)  # True: use this face; False: take the choice back

    def __init__(self) -> None:
        super().__init__(tr("Contact"))
        self.chip = Chip()
        self.sentence = Label("", wrap=True)
        self.why = Label("", "body", "muted", wrap=True)
        self.use = Button(tr("Use this face"), icon_name="face")
        self.use.clicked.connect(self._ask)
        self._is_chosen = False
        self.body.addLayout(row(self.chip, None))
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.why)
        self.body.addLayout(row(self.use, None))

    def show_nobody(self, why: str) -> None:
        """Say that there is nobody to choose."""
        self.set_title(tr("Contact"))
        self.sentence.setText(why)
        self._is_chosen = False
        for each in (self.chip, self.why, self.use):
            each.hide()

    def show_contact(self, contact: Influence, place: int, face: ContactFace, on: date) -> None:
        """Show a contact by rank, and whether its face may be used on a day."""
        title = tr("Most influential: {who}") if place == 0 else tr("Contact {rank}: {who}")
        who = numbers.customer_key(contact.contact)
        self.set_title(title.format(who=who, rank=numbers.decimal(place + 1)))
        self.sentence.setText(
            tr("Takes {share} of the calls and reaches {reach} customers in two hops: impact {product}.").format(
                share=numbers.percent(contact.share),
                reach=numbers.decimal(contact.reach, 1),
                product=numbers.decimal(contact.product, 2),
            )
        )
        if contact.is_customer:
            chip = consent_chip(face.consent, on)
            self.chip.show_chip(chip.text, chip.kind)
        else:
            self.chip.show_chip(tr("Another operator"), "plain")
        self._is_chosen = face.standing == "chosen"
        self.use.set_text(tr("Take the choice back") if self._is_chosen else tr("Use this face"))
        self.use.set_icon("undo" if self._is_chosen else "face")
        self.use.setEnabled(face.standing in ("chosen", "may be used"))
        self.why.setText(standing_words(face.standing))
        for each in (self.chip, self.why, self.use):
            each.show()

    @Slot()
    def _ask(self) -> None:
        self.asked.emit(not self._is_chosen)


def standing_words(standing: Standing) -> str:
    """Say how a contact's face stands for the customer's ad; it is never the contact's own photo that goes in."""
    words: dict[Standing, str] = {
        "chosen": tr("You chose this contact: the customer's ad bears a look-alike of theirs."),
        "by rule": tr("The most influential one who agreed: the customer's ad bears a look-alike of theirs."),
        "may be used": tr("The consent holds: a look-alike of this contact may stand in the customer's ad."),
        "no face": tr("They agreed, but there is no photo of them, or no look-alike that can be used."),
        "no consent": tr("Without a consent that holds, this face is not used."),
        "another operator": tr("A party of another operator was never asked, so there is no face to use."),
    }
    return words[standing]
