"""The Preview page: customer, look-alike and ad side by side, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.ad_composer import AdComposer, AdWish, ComposedAd
from gui.ad_saving import AdSaving, AdScope
from gui.consent_words import consent_chip
from gui.customer_faces import CustomerFaces
from gui.customer_facts import CustomerFacts, customer_facts
from gui.erasing import Erasing
from gui.face_choices import FaceChoices, WhoseFace, whose_face_job, whose_face_words
from gui.face_loader import FaceLoader
from gui.findings import is_undecided
from gui.fitting_scroll import FittingScroll
from gui.picture import NOTHING
from gui.preview_pictures import AdCard, CustomerCard, LookAlikeCard, shared_width
from gui.preview_reasons import FaceCard, OfferCard, OtherFacesCard
from gui.preview_turning import Turning
from gui.preview_words import preview_verdict
from gui.results import CampaignResults
from gui.turning_keys import TurningKeys
from gui.widgets import Button, EmptyState, Page

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign, FaceChoice
    from engine.look_alikes import Whose
    from gui.jobs import JobQueue
    from gui.pitch import Pitch

GAP = 12
DIM_AFTER_MS = 200


class PreviewPage(Page):
    """Pages through the customers with an offer; Left and Right turn, 1 to 5 choose another face, Ctrl+Z undoes.

    First come those with a look-alike; the others, whose ad goes without a face, are shown when they are asked for, and
    so are customers who were selected elsewhere.
    """

    loaded = Signal(str)  # the faces of this customer are shown
    ad_shown = Signal(str)  # the ad of this customer is shown
    verdict_is_below = True

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Preview"), jobs, parent)
        self._campaign: Campaign | None = None
        self._results: CampaignResults | None = None
        self._turning = Turning(self)
        self._turning.chosen.connect(self._turned)
        self._facts: CustomerFacts | None = None
        self._faces: CustomerFaces | None = None
        self._pitch: Pitch | None = None
        self._loader = FaceLoader(self)
        self._loader.loaded.connect(self._take_faces)
        self._loader.failed.connect(self.jobs.failed)
        self._loader.kept.connect(self.jobs.note)
        self._loader.not_kept.connect(self._choice_not_kept)
        self._choices = FaceChoices(self._loader, self)
        self._choices.made.connect(self._apply)
        self._erasing = Erasing(self.jobs, self)
        self._erasing.done.connect(self._withdrawn)
        self._composer = AdComposer(self)
        self._composer.composed.connect(self._show_ad)
        self._composer.failed.connect(self._show_failure)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(DIM_AFTER_MS)
        self._late.timeout.connect(self._dim)
        self.saving = AdSaving(self.jobs, self)
        self._make_actions()
        self._make_cards()
        self._make_keys()
        self.set_campaign(None, None)

    def _make_cards(self) -> None:
        self.customer_card = CustomerCard()
        self.look_alike_card = LookAlikeCard()
        self.ad_card = AdCard()
        self.ad_card.size_chosen.connect(self._choose_size)
        self.ad_card.save.clicked.connect(self.save_this_ad)
        self.offer_card = OfferCard()
        self.offer_card.failed.connect(self.jobs.failed)
        self.face_card = FaceCard()
        self.face_card.withdraw.clicked.connect(self.ask_to_withdraw)
        self.others_card = OtherFacesCard()
        self.others_card.chosen.connect(self.choose_face)
        self.others_card.person.clicked.connect(self.change_person)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        pictures = (self.customer_card, self.look_alike_card, self.ad_card)
        reasons = (self.offer_card, self.face_card, self.others_card)
        for place, (picture, reason) in enumerate(zip(pictures, reasons, strict=True)):
            self._grid.addWidget(picture, 0, place)
            self._grid.addWidget(reason, 1, place)
        self._pictures = pictures
        for card in pictures:
            card.relined.connect(self._level_captions)
        self._grid.setRowStretch(0, 1)
        content = QWidget()
        content.setLayout(self._grid)
        self.scroller = FittingScroll(content)
        self.empty = EmptyState(
            "preview",
            self.tr("Nothing to preview yet"),
            self.tr("A campaign needs customers with an offer; with their photos and campaign photos come the faces."),
        )
        self.body.addWidget(self.scroller, 1)
        self.body.addWidget(self.empty, 1)

    def _make_actions(self) -> None:
        self.previous = Button("", "plain", "left", tip=self.tr("Previous customer (Left)"))
        self.next = Button("", "plain", "right", tip=self.tr("Next customer (Right)"))
        self.pitch = Button(self.tr("Pitch"), "primary", "pitch", tip=self.tr("Show it on the full screen (F11)"))
        self.turning_keys = TurningKeys(self.previous, self.next, self)
        self.turning_keys.wanted.connect(self.show_customer)
        self.pitch.clicked.connect(self.pitch_wanted)
        self.filter = self._turning.control
        self.whose = WhoseFace()
        self.whose.wanted.connect(self.choose_whose_face)
        self.save_ads = Button(self.tr("Save ads…"), "plain", "export")
        self.save_ads.clicked.connect(self.ask_whose_ads)
        for control in (self.whose, self.filter, self.previous, self.next, self.save_ads, self.pitch):
            self.add_action(control)

    def _make_keys(self) -> None:
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self.undo)
        QShortcut(QKeySequence("Ctrl+S"), self, self.ad_card.save.click)
        QShortcut(QKeySequence("Ctrl+Shift+S"), self, self.save_ads.click)
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
        self.saving.set_campaign(campaign)
        self.offer_card.set_campaign(campaign, results)
        self._campaign, self._results = campaign, results
        self._facts = self._faces = None
        self._turning.show_results(None if campaign is None else results, stays=stays)
        if not stays:
            self._choices.clear()
            self.customer_card.picture.clear()
            self.look_alike_card.picture.clear()
        there = self._turning.has_any
        self._show_parts(there)
        self.whose.show_campaign(results if there else None)
        if self._pitch is not None:
            self._pitch.close()
        if not there:
            self.set_verdict(self.tr("No customer gets an ad yet."))
            return
        if not self._go_to(wanted):
            self._go_to(self._turning.shown[0])

    def _show_parts(self, there: bool) -> None:
        self.scroller.setVisible(there)
        self.empty.setVisible(not there)
        for control in (self.previous, self.next):
            control.setVisible(there)
        self.pitch.setVisible(self._turning.has_order)
        self.save_ads.setVisible(there)
        undecided = self._results is not None and is_undecided(self._results)
        self.save_ads.setEnabled(not undecided)
        first = self.tr("Choose first which offers to send, in Recommendations.")
        self.save_ads.setToolTip(first if undecided else self.tr("Save the ads of many customers (Ctrl+Shift+S)"))

    def show_selection(self, customers: pa.StringArray) -> None:
        """Turn through some customers from the first, in their order."""
        if self._results is None or not len(customers):
            return
        self._turning.select(customers)
        self._show_parts(True)
        self.show_customer(self._turning.shown[0])

    @Slot()
    def _turned(self) -> None:
        """Stay at the customer where others are turned through; go to the first where this one is not among them."""
        if self._turning.place(self.customer) is None:
            self.show_customer(self._turning.shown[0])
        elif self._facts is not None and self._faces is not None:
            self.turning_keys.stand(self._turning.shown, self._turning.shown.place(self.customer))
            self._say_verdict(self._facts, self._faces)

    def show_customer(self, customer: str) -> bool:
        """Go to one customer, also to one who gets no ad or has no photo consent; False if there is no such one."""
        shown = self._go_to(customer)
        if shown:
            self.customer_chosen.emit(customer)
        return shown

    def follow_customer(self, customer: str) -> None:
        """Show the customer who was chosen on another page."""
        if customer != self.customer:
            self._go_to(customer)

    def follow_order(self, customers: pa.StringArray) -> None:
        """Turn through all with an offer in the order of the table."""
        if self._turning.follow(customers):
            self._turned()

    def _go_to(self, customer: str) -> bool:
        campaign, results = self._campaign, self._results
        facts = None if results is None else customer_facts(results, customer)
        if campaign is None or results is None or facts is None:
            return False
        self._facts, self._faces = facts, None
        self._turning.reach_for(customer)
        self.turning_keys.stand(self._turning.shown, self._turning.shown.place(self.customer))
        if self.customer_card.picture.shown == NOTHING:
            self.customer_card.show_name(facts)
        self._late.start()
        self._composer.give_up()
        self._loader.ask(customer)
        return True

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
        self._say_verdict(facts, faces)
        chip = consent_chip(faces.consent, self._loader.today)
        self.customer_card.show_customer(facts, chip, faces)
        self.look_alike_card.show_faces(faces)
        self.offer_card.show_offer(facts, results.evaluation)
        self.face_card.show_faces(faces)
        self.others_card.show_faces(faces)
        self._share_width()
        self._ask_for_ad()

    def _say_verdict(self, facts: CustomerFacts, faces: CustomerFaces) -> None:
        results, turning = self._results or CampaignResults(), self._turning
        place = turning.place(facts.customer)
        self.set_verdict(preview_verdict(facts, faces, results, place, len(turning.shown), turning.among))

    # the ad

    def _ask_for_ad(self) -> None:
        facts, faces = self._facts, self._faces
        if facts is None or faces is None:
            return
        if facts.offer is None:
            self.ad_card.show_notice("no-offer", self.tr("No offer, so no ad."))
            self.ad_shown.emit(facts.customer)
            return
        photo = None if faces.in_ad is None else faces.in_ad.key
        if not self._composer.ask(AdWish(facts.customer, self.ad_card.ad_size, photo)):
            self._late.start()

    @Slot(object)
    def _show_ad(self, composed: ComposedAd) -> None:
        self._late.stop()
        self.ad_card.show_ad(composed.ad, has_face=composed.wish.photo is not None)
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

    # saving

    @Slot()
    def save_this_ad(self) -> None:
        """Ask for a folder and save the ad that is shown, in both sizes."""
        if self._facts is not None and self._facts.offer is not None:
            self.saving.ask_for_one(self._facts.customer)

    @Slot()
    def ask_whose_ads(self) -> None:
        """Ask whose ads are saved, beginning with those who are turned through."""
        scopes = [AdScope(*each) for each in self._turning.scopes()]
        if scopes:
            self.saving.ask_whose(scopes)

    # choosing

    @Slot(str)
    def choose_face(self, photo: str) -> None:
        """Put another of the nearest faces into the ad; the choice is kept in the campaign file."""
        if self._faces is not None:
            self._choices.pick(self._faces, photo)

    @Slot()
    def change_person(self) -> None:
        """Go from a contact's look-alike to the customer's own, or back."""
        if self._faces is not None:
            self._choices.change_person(self._faces)

    @Slot()
    def undo(self) -> None:
        """Take the last choice of a face back, and go to its customer."""
        self._choices.undo()

    @Slot(str, object)
    def _apply(self, customer: str, choice: FaceChoice | None) -> None:
        """Show a choice; the look-alikes of another person are loaded, behind the choice that is being kept."""
        faces = self._faces
        if faces is not None and faces.customer == customer and faces.is_of_same_person(choice):
            self._faces = faces.with_choice(choice)
            self._show_all()
        else:
            self.show_customer(customer)

    @Slot(str)
    def choose_whose_face(self, whose: Whose) -> None:
        """Let the ads of the whole campaign bear the customers' own look-alikes, or those of contacts."""
        if self._campaign is not None:
            job = whose_face_job(self._campaign, whose)
            self.jobs.start(job, self._chose_whose, afterwards=whose_face_words(whose))

    @Slot(object)
    def _chose_whose(self, _: None) -> None:
        self.changed.emit()

    @Slot(Exception)
    def _choice_not_kept(self, error: Exception) -> None:
        """Say why a choice could not be kept, and show what the file holds."""
        self._choices.take_off_last()
        self.jobs.failed.emit(error)
        if self.customer:
            self.show_customer(self.customer)

    # consent

    @Slot()
    def ask_to_withdraw(self) -> None:
        """Ask whether the customer's photo and face are to be erased, and do it on a yes."""
        if self._campaign is not None and self.face_card.withdraw.isVisible():
            self._erasing.ask_to_withdraw(self._campaign, self.customer, self._loader.today)

    @Slot(str)
    def _withdrawn(self, customer: str) -> None:
        self._choices.forget(customer)
        self._composer.set_campaign(self._campaign)
        if customer == self.customer:
            self.show_customer(customer)
        self.changed.emit()

    # the full screen

    def open_pitch(self) -> None:
        """Show the customers with an ad on the full screen, from the one that is shown here."""
        from gui.pitch import Pitch

        if self._campaign is None or self._results is None or not self._turning.has_order or self._pitch is not None:
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

    @Slot()
    def _level_captions(self) -> None:
        """Give the captions above all pictures the height of the highest, so that the pictures stand level."""
        height = max(card.captions_needed() for card in self._pictures)
        for card in self._pictures:
            card.set_captions(height)

    def _share_width(self) -> None:
        """Give the three columns their widths, the two of faces the same."""
        least = max(card.minimumSizeHint().width() for card in (*self._pictures[:2], self.offer_card, self.face_card))
        for place in range(2):
            self._grid.setColumnMinimumWidth(place, least)
        room = self.scroller.width() - 2 * GAP
        for place, share in enumerate(shared_width(room, self.ad_card.height(), self.ad_card.ad_size)):
            self._grid.setColumnStretch(place, share)
