"""The Faces page: the campaign photos, the customer's face, what counts as alike, and the five most alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from engine.campaign import FaceChoice
from gui import numbers
from gui.consent_words import consent_chip
from gui.customer_facts import customer_facts
from gui.face_choices import FaceChoices
from gui.faces_body import FacesBody
from gui.faces_changes import FaceCorrections
from gui.faces_data import FacesData
from gui.faces_dialogs import FacesDialogs
from gui.faces_jobs import faces_job
from gui.faces_map import FacesMap
from gui.faces_matching import FacesMatching
from gui.faces_ranking import FacesRanking
from gui.faces_words import being_read_again, faces_verdict
from gui.jobs import JobQueue
from gui.photo_import import PhotoImport
from gui.probe import Probe, ProbeLoader
from gui.results import CampaignResults, consent_day
from gui.turning_keys import TurningKeys
from gui.widgets import Button, EmptyState, Page

if TYPE_CHECKING:
    from engine.campaign import Appearance, Campaign
    from engine.inventory import RankedFace


class FacesPage(Page):
    """Left and Right turn customers, 1 to 5 choose a face, Ctrl+Z takes it back; folders can be dropped anywhere."""

    loaded = Signal(str)  # this customer's face is shown and ranked against
    pictured = Signal()  # all faces that are shown have their pictures

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Faces"), jobs, parent)
        self._campaign: Campaign | None = None
        self._results = CampaignResults()
        self._data: FacesData | None = None
        self._probe: Probe | None = None
        self._customer = ""
        self._is_changed = False
        self._reading = JobQueue(self)
        self._reading.failed.connect(self.jobs.failed)
        self._loader = ProbeLoader(self)
        self._loader.loaded.connect(self._take_probe)
        self._loader.failed.connect(self.jobs.failed)
        self._loader.kept.connect(self.jobs.note)
        self._loader.not_kept.connect(self._choice_not_kept)
        self._choices = FaceChoices(self._loader, self)
        self._choices.made.connect(self._apply)
        self._corrections = FaceCorrections(self)
        self._corrections.banned.connect(self._take_bans)
        self._corrections.seen.connect(self._take_appearance)
        self._corrections.failed.connect(self.jobs.failed)
        self.dialogs = FacesDialogs(self)
        self.dialogs.adopted.connect(self._adopted)
        self.dialogs.network_changed.connect(self._network_changed)
        self.dialogs.photo_kept.connect(self._photo_kept)
        self.matching = FacesMatching(self.jobs, self)
        self.matching.matched.connect(self._matched)
        self.matching.given_up.connect(self.changed)
        self.importing = PhotoImport(self.jobs, self)
        self.importing.changed.connect(self.matching.match_again)
        self._make_actions()
        self._make_body()
        self._make_keys()
        self.set_campaign(None, None)

    def _make_actions(self) -> None:
        self.read_rights = Button(self.tr("Read rights…"), "plain", "rights", tip=self.tr("From a CSV or XLSX table"))
        self.read_rights.clicked.connect(self.importing.ask_for_rights)
        self.add_photos = Button(self.tr("Add photos"), "plain", "plus", tip=self.tr("A folder of campaign photos"))
        self.add_photos.clicked.connect(self.importing.ask_for_folder)
        self.match_all = Button(self.tr("Match all"), "primary", "lookalike")
        self.match_all.setToolTip(self.tr("Find the most alike for all customers, by these weights"))
        self.match_all.clicked.connect(self.match_everybody)
        for button in (self.read_rights, self.add_photos, self.match_all):
            self.add_action(button)

    def _make_body(self) -> None:
        self.cards = FacesBody()
        self.inventory, self.probe_card = self.cards.inventory, self.cards.probe
        self.weights, self.five = self.cards.weights, self.cards.five
        self.inventory.rights_wanted.connect(self._edit_rights)
        self.inventory.ban_wanted.connect(self._ban)
        self.inventory.allow_wanted.connect(self._allow)
        self.inventory.refused_wanted.connect(self._show_refused)
        self.probe_card.change.clicked.connect(self.change_photo)
        self.probe_card.hair_set.connect(self._set_hair)
        self.probe_card.age_set.connect(self._set_age)
        self.weights.teach_wanted.connect(self.dialogs.teach)
        self.weights.in_use_wanted.connect(self.dialogs.show_in_use)
        self.weights.limits_wanted.connect(self._ask_for_limits)
        self.five.wanted.connect(self.choose_face)
        self.five.banned.connect(self._ban_one)
        self._map = FacesMap(self.inventory, self._reading, self.jobs, self)
        self._ranking = FacesRanking(self.cards, self._map, self.jobs, self)
        self._ranking.pictured.connect(self.pictured)
        self._turning = TurningKeys(self.probe_card.previous, self.probe_card.next, self)
        self._turning.wanted.connect(self.show_customer)
        self.start = Button(self.tr("Choose a folder…"), "primary", "open")
        self.start.clicked.connect(self.importing.ask_for_folder)
        self.empty = EmptyState(
            "photo",
            self.tr("No campaign photos yet"),
            self.tr("Drop a folder here. Each photo should show one person from the front."),
            self.start,
        )
        self.body.addWidget(self.cards, 1)
        self.body.addWidget(self.empty, 1)

    def _make_keys(self) -> None:
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self.undo)
        for place, card in enumerate(self.five.cards):
            QShortcut(QKeySequence(str(place + 1)), self, card.use.click)

    # the campaign

    @property
    def customer(self) -> str:
        """The customer whose face is shown, empty if there is none."""
        return self._customer

    @property
    def ranked(self) -> tuple[RankedFace, ...]:
        """The photos most alike to the customer's face, the nearest first."""
        return self._ranking.ranked

    @property
    def data(self) -> FacesData | None:
        """What the page knows of the inventory; None while it is read."""
        return self._data

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show a campaign, or the same one where it was."""
        stays = campaign is not None and campaign is self._campaign
        self._campaign, self._results = campaign, results or CampaignResults()
        self._is_changed = False
        self._ranking.rest()
        self._reading.drop_all()
        self._map.set_campaign(campaign)
        self._loader.set_campaign(campaign, results)
        self._corrections.set_campaign(campaign)
        self.importing.set_campaign(campaign, results)
        self.dialogs.set_campaign(campaign, results)
        self.matching.set_campaign(campaign, results)
        if not stays:
            self._data, self._probe, self._customer = None, None, ""
            self._choices.clear()
            self._ranking.set_campaign(campaign)
            self.inventory.grid.thumbs.set_campaign(campaign, {})
            self.inventory.show_data(None)
            self.probe_card.forget_face()
        there = bool(self._results.inventory)
        self.cards.setVisible(there)
        self.empty.setVisible(not there)
        for button in (self.read_rights, self.add_photos, self.match_all):
            button.setVisible(there)
        if campaign is None or not there:
            self.set_verdict(self.tr("There are no campaign photos yet, so nobody has a look-alike."))
            return
        on = consent_day(campaign, results)
        self._reading.start(faces_job(campaign, self._results, on), self._take_data)

    @Slot(object)
    def _take_data(self, data: FacesData) -> None:
        """Show what was read, and go to the customer who was shown before, or to the first."""
        self._data = data
        self.set_verdict(faces_verdict(data, self._results.to_read_again))
        self.inventory.grid.thumbs.set_campaign(self._campaign, {photo.key: photo.content for photo in data.photos})
        self._ranking.show_data(data)
        self.inventory.show_data(data)
        if self.inventory.views.selected:
            self._map.draw()
        before = self._customer
        shown = any(self._go_to(each) for each in (before, *data.customers) if each)
        if not shown or self._customer != before:
            self._drop_probe()
        if not shown:
            self._customer = ""
            self.probe_card.hide()
            self._ranking.show_nobody(self.tr("No customer has a photo to compare with."))

    # the customer

    def show_customer(self, customer: str) -> bool:
        """Go to one customer, also to one without photo consent; False if there is no such one."""
        shown = self._go_to(customer)
        if shown:
            self.customer_chosen.emit(customer)
        return shown

    def follow_customer(self, customer: str) -> None:
        """Show the customer who was chosen on another page."""
        if customer != self._customer:
            self._go_to(customer)

    def _go_to(self, customer: str) -> bool:
        if self._campaign is None or customer_facts(self._results, customer) is None:
            return False
        self._customer = customer
        self.probe_card.show()
        if self._data is not None:
            customers = self._data.customers
            self._turning.stand(customers, customers.index(customer) if customer in customers else -1)
        self._loader.ask(customer)
        return True

    def forget_face(self, customer: str) -> None:
        """Keep nothing of a customer's face, nor of what was found by it."""
        self._choices.forget(customer)
        if customer == self._customer:
            self._loader.give_up()
        elif self._probe is None or customer != self._probe.customer:
            return
        self._probe = None
        self._ranking.show_nobody(self.tr("Without a face to compare there are no look-alikes."))

    def _drop_probe(self) -> None:
        self._probe = None
        self._ranking.drop_probe()

    @Slot(object)
    def _take_probe(self, probe: Probe) -> None:
        data = self._data
        if data is None or probe.customer != self._customer:
            return
        self._probe = probe
        chip = consent_chip(probe.faces.consent, self._loader.today)
        self.probe_card.show_probe(probe, chip, self._note(probe))
        self._ranking.show_probe(probe)
        self.loaded.emit(probe.customer)

    def _note(self, probe: Probe) -> str:
        """Say what the Preview does with this face where that is not what is seen here."""
        if probe.contact is None:
            return ""
        said = self.tr("The ad bears the look-alike of contact {key}; a face chosen here takes its place.")
        return said.format(key=numbers.customer_key(probe.contact))

    @Slot()
    def match_everybody(self) -> None:
        """Find the most alike for all customers by the weights as they stand."""
        if self._data is not None:
            self.matching.match_by(self._data, self.weights.weights)

    @Slot()
    def _ask_for_limits(self) -> None:
        if self._data is not None:
            self.matching.ask_for_limits(self._data)

    @Slot()
    def _matched(self) -> None:
        self.weights.tell_stale(is_stale=False)
        self.changed.emit()

    # choosing and banning

    @Slot(str)
    def choose_face(self, photo: str) -> None:
        """Put a face into the customer's ad; the one that was chosen already is let go."""
        probe = self._probe
        if probe is None:
            return
        if photo == probe.faces.chosen:
            self._choices.let_go(probe.faces)
        else:
            self._choices.pick(probe.faces, photo)

    @Slot()
    def undo(self) -> None:
        """Take the last choice of a face back, and go to its customer."""
        self._choices.undo()

    @Slot(str, object)
    def _apply(self, customer: str, choice: FaceChoice | None) -> None:
        self._is_changed = True
        if self._probe is not None and customer == self._customer:
            self._probe = self._probe.with_choice(choice)
            self.probe_card.note.setText(self._note(self._probe))
            self._ranking.rank(self._probe)
        else:
            self.show_customer(customer)

    @Slot(Exception)
    def _choice_not_kept(self, error: Exception) -> None:
        """Say why a choice could not be kept, and show what the file holds."""
        self._choices.take_off_last()
        self.jobs.failed.emit(error)
        if self._customer:
            self.show_customer(self._customer)

    @Slot(str)
    def _ban_one(self, photo: str) -> None:
        self._corrections.ban(self._customer, [photo])

    @Slot(list)
    def _ban(self, photos: list[str]) -> None:
        self._corrections.ban(self._customer, photos)

    @Slot(list)
    def _allow(self, photos: list[str]) -> None:
        self._corrections.allow(self._customer, photos)

    @Slot(str, object)
    def _take_bans(self, customer: str, bans: frozenset[str]) -> None:
        self._is_changed = True
        if self._probe is not None and customer == self._customer:
            self._probe = self._probe.with_bans(bans)
            self._ranking.rank(self._probe)

    # hair and age

    @Slot(int, int, int)
    def _set_hair(self, red: int, green: int, blue: int) -> None:
        if self._probe is not None and self._probe.faces.face is not None:
            self._corrections.set_hair(self._probe.faces.face.stored.key, (red, green, blue))

    @Slot(object)
    def _set_age(self, age: tuple[float, float] | None) -> None:
        if self._probe is not None and self._probe.faces.face is not None:
            self._corrections.set_age(self._probe.faces.face.stored.key, age)

    @Slot(str, object)
    def _take_appearance(self, key: str, seen: Appearance) -> None:
        probe = self._probe
        if probe is None or probe.faces.face is None or probe.faces.face.stored.key != key:
            return
        if seen.age is None:
            self.show_customer(probe.customer)  # measures it anew
            return
        self._probe = probe.with_appearance(seen)
        self.probe_card.show_appearance(seen)
        self._ranking.rank(self._probe)

    # rights, photos, teaching

    @Slot(list)
    def _edit_rights(self, photos: list[str]) -> None:
        if self._data is not None:
            self.importing.edit_rights(photos, self._data.matcher.clearance.rights)

    @Slot()
    def _show_refused(self) -> None:
        if self._data is not None:
            self.importing.show_refused(self._data.refused)

    def take_paths(self, paths: list[str]) -> None:
        """Read the folders that were dropped, and tables of rights among them."""
        self.importing.take_paths([Path(path) for path in paths])

    @Slot()
    def change_photo(self) -> None:
        """Give the customer another photo, where the customer agreed to it."""
        if self._probe is not None and self.probe_card.change.isVisibleTo(self):
            self.dialogs.change_photo(self._probe.customer)

    @Slot(str)
    def _photo_kept(self, customer: str) -> None:
        """Show the customer's new photo; the other pages learn of it."""
        self._choices.forget(customer)
        self.changed.emit()

    @Slot()
    def _adopted(self) -> None:
        """Let what was adopted count, on this page and in the ads."""
        self.weights.tell_stale(is_stale=False)
        self.matching.match_again()

    @Slot()
    def _network_changed(self) -> None:
        """Let all faces be read again; nothing is compared until they are."""
        self.set_verdict(being_read_again())
        self.matching.read_again()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give a small window's room to the faces."""
        super().resizeEvent(event)
        self.cards.fit(event.size())

    def hideEvent(self, event: QHideEvent) -> None:
        """Let the other pages know what was chosen here, once somebody goes to them."""
        if self._is_changed and self._campaign is not None and self.window().isVisible():
            self._is_changed = False
            self.changed.emit()
        super().hideEvent(event)
