"""The Preview page: customer, look-alike and ad side by side, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QWidget

from gui import numbers
from gui.ad_composer import AdComposer, AdWish, ComposedAd
from gui.consent_words import consent_chip
from gui.customer_faces import CustomerFaces
from gui.customer_facts import CustomerFacts, customer_facts, customers_with_ads
from gui.face_loader import FaceLoader
from gui.fitting_scroll import FittingScroll
from gui.picture import NOTHING
from gui.preview_pictures import CAPTIONS, AdCard, CustomerCard, LookAlikeCard
from gui.preview_reasons import FaceCard, OfferCard, OtherFacesCard
from gui.results import CampaignResults
from gui.widgets import Button, EmptyState, Page

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.jobs import JobQueue
    from gui.pitch import Pitch

GAP = 12
NARROWEST_AD = 310  # the card with the choice of its size
SLIM = 0.56  # width / height of the faces beside a square ad
SLIMMEST = 0.52  # beside a wide one
MARGINS = 24  # of a card, both sides
AROUND = CAPTIONS + 10 + MARGINS  # height of a card without its picture
DIM_AFTER_MS = 200


@dataclass(frozen=True)
class FaceChoice:
    """A designer's pick, with what was there before, so that it can be taken back."""

    customer: str
    before: str | None
    after: str | None


class PreviewPage(Page):
    """Pages through the customers who get an ad; Left and Right turn, 1 to 5 choose another face, Ctrl+Z undoes."""

    loaded = Signal(str)  # the faces of this customer are shown
    ad_shown = Signal(str)  # the ad of this customer is shown

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Preview"), jobs, parent)
        self._campaign: Campaign | None = None
        self._results: CampaignResults | None = None
        self._customers: tuple[str, ...] = ()
        self._facts: CustomerFacts | None = None
        self._faces: CustomerFaces | None = None
        self._choices: list[FaceChoice] = []
        self._pitch: Pitch | None = None
        self._loader = FaceLoader(self)
        self._loader.loaded.connect(self._take_faces)
        self._loader.failed.connect(self.jobs.failed)
        self._composer = AdComposer(self)
        self._composer.composed.connect(self._show_ad)
        self._composer.failed.connect(self._show_failure)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(DIM_AFTER_MS)
        self._late.timeout.connect(self._dim)
        self._make_actions()
        self._make_cards()
        self._make_keys()
        self.set_campaign(None, None)

    def _make_cards(self) -> None:
        self.customer_card = CustomerCard()
        self.look_alike_card = LookAlikeCard()
        self.ad_card = AdCard()
        self.ad_card.size_chosen.connect(self._choose_size)
        self.offer_card = OfferCard()
        self.face_card = FaceCard()
        self.others_card = OtherFacesCard()
        self.others_card.chosen.connect(self.choose_face)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        pictures = (self.customer_card, self.look_alike_card, self.ad_card)
        reasons = (self.offer_card, self.face_card, self.others_card)
        for place, (picture, reason) in enumerate(zip(pictures, reasons, strict=True)):
            self._grid.addWidget(picture, 0, place)
            self._grid.addWidget(reason, 1, place)
        self._grid.setRowStretch(0, 1)
        content = QWidget()
        content.setLayout(self._grid)
        self.scroller = FittingScroll(content)
        self.empty = EmptyState(
            "preview",
            self.tr("Nothing to preview yet"),
            self.tr("A campaign needs offers, photos of customers who agreed, and campaign photos."),
        )
        self.body.addWidget(self.scroller, 1)
        self.body.addWidget(self.empty, 1)

    def _make_actions(self) -> None:
        self.previous = Button("", "plain", "left", tip=self.tr("Previous customer (Left)"))
        self.next = Button("", "plain", "right", tip=self.tr("Next customer (Right)"))
        self.pitch = Button(self.tr("Pitch"), "primary", "pitch", tip=self.tr("Show it on the full screen (F11)"))
        self.previous.clicked.connect(self.turn_back)
        self.next.clicked.connect(self.turn_on)
        self.pitch.clicked.connect(self.pitch_wanted)
        for control in (self.previous, self.next, self.pitch):
            self.add_action(control)

    def _make_keys(self) -> None:
        for keys, slot in (("Left", self.turn_back), ("Right", self.turn_on)):
            QShortcut(QKeySequence(keys), self, slot)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self.undo)
        for place, thumb in enumerate(self.others_card.thumbs):
            QShortcut(QKeySequence(str(place + 1)), self, thumb.choose)

    # what is shown

    @property
    def customer(self) -> str:
        """The customer that is shown, empty if there is none."""
        return self._facts.customer if self._facts is not None else ""

    @property
    def faces(self) -> CustomerFaces | None:
        """The faces that are shown; None while there are none yet."""
        return self._faces

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show a campaign from its first customer, or the same one where it was."""
        stays = campaign is not None and campaign is self._campaign
        wanted = self.customer if stays else ""
        self._loader.set_campaign(campaign, results)
        self._composer.set_campaign(campaign)
        self._campaign, self._results = campaign, results
        self._facts = self._faces = None
        self._customers = () if campaign is None or results is None else customers_with_ads(results)
        if not stays:
            self._choices.clear()
        there = bool(self._customers)
        self.scroller.setVisible(there)
        self.empty.setVisible(not there)
        for control in (self.previous, self.next, self.pitch):
            control.setVisible(there)
        if self._pitch is not None:
            self._pitch.close()
        if not there:
            self.set_verdict(self.tr("No customer gets an ad yet."))
            return
        self.show_customer(wanted if wanted in self._customers else self._customers[0])

    def show_customer(self, customer: str) -> None:
        """Go to one customer, also to one who gets no ad or has no photo consent."""
        campaign, results = self._campaign, self._results
        facts = None if results is None else customer_facts(results, customer)
        if campaign is None or results is None or facts is None:
            return
        self._facts, self._faces = facts, None
        self._enable()
        if self.customer_card.picture.shown == NOTHING:
            self.customer_card.show_name(facts)
        self._late.start()
        self._composer.give_up()
        self._loader.ask(customer)

    @Slot(object)
    def _take_faces(self, faces: CustomerFaces) -> None:
        self._faces = faces
        self._show_all()
        self.loaded.emit(faces.customer)

    def _show_all(self) -> None:
        """Bring facts and faces onto the page and ask for the ad."""
        facts, faces, results = self._facts, self._faces, self._results
        if facts is None or faces is None or results is None:
            return
        self._late.stop()
        self.set_verdict(self._sentence(facts, faces))
        chip = consent_chip(faces.consent, self._loader.today)
        self.customer_card.show_customer(facts, chip, faces)
        self.look_alike_card.show_faces(faces)
        self.offer_card.show_offer(facts, results.evaluation)
        self.face_card.show_faces(faces)
        self.others_card.show_faces(faces)
        self._share_width()
        self._ask_for_ad()

    def _sentence(self, facts: CustomerFacts, faces: CustomerFaces) -> str:
        place = self._place()
        if place is not None:
            counted = {"place": numbers.decimal(place + 1), "all": numbers.decimal(len(self._customers))}
            if facts.offer is None or faces.in_ad is None:
                return self.tr("Customer {place} of {all}.").format(**counted)
            lead = self.tr("Customer {place} of {all} with an ad.").format(**counted)
            return f"{lead} {self.tr('Offer and face were chosen for this one person.')}"
        key = numbers.customer_key(facts.customer)
        if faces.face is None:
            return self.tr("Customer {key} has no photo to compare, so there is no look-alike.").format(key=key)
        return self.tr("Customer {key} gets no offer, so there is no ad.").format(key=key)

    # the ad

    def _ask_for_ad(self) -> None:
        facts, faces = self._facts, self._faces
        if facts is None or faces is None:
            return
        if facts.offer is None:
            self.ad_card.show_notice("no-offer", self.tr("No offer, so no ad."))
            self.ad_shown.emit(facts.customer)
            return
        if faces.in_ad is None:
            self.ad_card.show_notice("ad", self.tr("No ad without a look-alike."))
            self.ad_shown.emit(facts.customer)
            return
        if not self._composer.ask(AdWish(facts.customer, self.ad_card.ad_size, faces.in_ad.key)):
            self._late.start()

    @Slot(object)
    def _show_ad(self, composed: ComposedAd) -> None:
        self._late.stop()
        self.ad_card.show_ad(composed.ad)
        self.ad_shown.emit(composed.wish.customer)

    @Slot(Exception)
    def _show_failure(self, error: Exception) -> None:
        """Say in the ad's place why it could not be made."""
        self._late.stop()
        self.ad_card.show_notice("stop", str(error))

    @Slot()
    def _dim(self) -> None:
        """Dim what is old once it takes longer than a moment."""
        self.ad_card.wait()
        if self._faces is None:
            self.customer_card.picture.set_dimmed(True)
            self.look_alike_card.picture.set_dimmed(True)

    @Slot(str)
    def _choose_size(self, size: str) -> None:
        self._share_width()
        self._ask_for_ad()

    # turning and choosing

    @Slot()
    def turn_on(self) -> None:
        """Go to the next customer."""
        self._turn(1)

    @Slot()
    def turn_back(self) -> None:
        """Go to the customer before."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        place = self._place()
        target = place + step if place is not None else 0
        if 0 <= target < len(self._customers):
            self.show_customer(self._customers[target])

    def _place(self) -> int | None:
        return self._customers.index(self.customer) if self.customer in self._customers else None

    def _enable(self) -> None:
        """Switch off what would lead past the first or the last customer."""
        place = self._place()
        self.previous.setEnabled(place is None or place > 0)
        self.next.setEnabled(place is None or place < len(self._customers) - 1)

    @Slot(str)
    def choose_face(self, photo: str) -> None:
        """Put another of the nearest faces into the ad; the choice is kept in the campaign file."""
        faces = self._faces
        if faces is None or faces.in_ad is None or faces.in_ad.key == photo:
            return
        choice = FaceChoice(faces.customer, faces.chosen, photo)
        self._choices.append(choice)
        self._apply(choice.customer, choice.after)

    @Slot()
    def undo(self) -> None:
        """Take the last choice of a face back, and go to its customer."""
        if not self._choices:
            return
        choice = self._choices.pop()
        self._apply(choice.customer, choice.before)

    def _apply(self, customer: str, photo: str | None) -> None:
        """Keep a choice in the file, behind the window's back, and show it."""
        self._loader.keep_choice(customer, photo)
        if self._faces is not None and self._faces.customer == customer:
            self._faces = replace(self._faces, chosen=photo)
            self._show_all()
        else:
            self.show_customer(customer)

    # the full screen

    def open_pitch(self) -> None:
        """Show the customers with an ad on the full screen, from the one that is shown here."""
        from gui.pitch import Pitch

        if self._campaign is None or self._results is None or not self._customers or self._pitch is not None:
            return
        pitch = Pitch(self.window())
        pitch.left.connect(self._left_pitch)
        pitch.failed.connect(self.jobs.failed)
        pitch.set_campaign(self._campaign, self._results, self.customer)
        self._pitch = pitch
        pitch.showFullScreen()

    @Slot(str)
    def _left_pitch(self, customer: str) -> None:
        """Go to the customer at whom the pitch ended."""
        self._pitch = None
        if customer and customer != self.customer:
            self.show_customer(customer)

    # the room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width so that the pictures are as large as they can be."""
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """Give the ad what it needs for its proportions at the height there is, and the rest to the two faces."""
        width, height = self.ad_card.ad_size.split("x")
        aspect = int(width) / int(height)
        room = self.scroller.width() - 2 * GAP
        tall = max(120, self.ad_card.height() - AROUND)
        least = tall * (SLIMMEST if aspect > 1 else SLIM) + MARGINS
        photo = max(least, (room - tall * aspect - MARGINS) / 2)
        photo = min(photo, (room - NARROWEST_AD) / 2)
        for place, share in enumerate((photo, photo, room - 2 * photo)):
            self._grid.setColumnStretch(place, max(1, round(share)))
