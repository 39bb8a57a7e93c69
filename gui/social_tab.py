"""The Social tab of the Data page: who matters to whom, and whose face may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QModelIndex, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from engine.job import Job, JobContext
from engine.social import Circles, Influence, choose_contact
from gui import numbers
from gui.all_customers import AllCustomersCard
from gui.charts.ego_network import EgoNetworkView
from gui.charts.picture_button import PictureButton
from gui.contact_card import ContactCard, contact_face
from gui.fitting_scroll import FittingScroll
from gui.jobs import JobQueue
from gui.results import consent_day
from gui.seeds_card import SeedsCard
from gui.short_table import Cell, Column, ShortTable
from gui.theme import GAP
from gui.widgets import Button, Card, EmptyState, Label, Page, SearchField, Segments, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.look_alikes import AdFaces
    from gui.results import CampaignResults

THIS_CUSTOMER = 0
ONE_COLUMN_BELOW = 880
LEAST_CIRCLE = 380


def tr(text: str) -> str:
    """Translate a phrase of the Social tab."""
    return QCoreApplication.translate("social", text)


@dataclass(frozen=True)
class _Read:
    """The circles, whose faces can be used in others' ads, and whose circle is shown first."""

    circles: Circles | None
    usable: frozenset[str]
    first: str | None


class SocialTab(QWidget):
    """A customer's circle drawn; beside it the contacts by rank, or what holds for all customers.

    Stands under the switch ``tabs`` in the place of ``others``, the page's other parts by name. Once a face was chosen
    the page says that the campaign changed.
    """

    def __init__(self, page: Page, others: Mapping[str, QWidget]) -> None:
        super().__init__()
        self.setObjectName("clear")
        self._others = tuple(others.values())
        self._campaign: Campaign | None = None
        self._on = date.today()
        self._circles: Circles | None = None
        self._is_read = False
        self._back: list[str] = []
        self._said = ""  # of the customer who is shown
        self._page = page
        self._faces: AdFaces | None = None
        self._matched: tuple[str, ...] = ()
        self._queue = JobQueue(self)
        self._queue.failed.connect(page.jobs.failed)
        self.tabs = Segments([*others, tr("Social")], name=tr("Part of the data"))
        self.tabs.chosen.connect(self._choose)
        self.seeds = SeedsCard(page.jobs)
        self.seeds.chosen.connect(self.show_customer)
        self._build()
        page.action_row.insertWidget(0, self.tabs)
        page.body.addWidget(self, 1)
        self.set_campaign(None, None)

    def _build(self) -> None:
        self.circle = Card(tr("Circle"), gap=4)
        self.verdict = Label("", "body", "muted", wrap=True)
        self.view = EgoNetworkView()
        self.search = SearchField(tr("Customer"))
        self.search.setMaximumWidth(180)
        self.search.searched.connect(self._find)
        self.back = Button(tr("Back"), "quiet", "left")
        self.back.clicked.connect(self._go_back)
        self.picture = PictureButton(self.circle, lambda: self.view, self.circle.heading.text, self.verdict.text)
        self.circle.add_control(self.picture)
        self.circle.add_control(self.back)
        self.circle.add_control(self.search)
        self.view.selected.connect(self._show_contact)
        self.view.wanted.connect(self.show_customer)
        self.circle.body.addWidget(self.verdict)
        self.circle.body.addWidget(self.view, 1)
        self.contact = ContactCard()
        self.contact.asked.connect(self._use)
        self.contacts = Card(tr("Contacts by impact"), gap=4)
        columns = (
            Column(tr("Contact"), stretches=True),
            Column(tr("Calls"), is_number=True),
            Column(tr("Reach"), is_number=True),
            Column(tr("Impact"), is_number=True),
        )
        self.table = ShortTable(columns, name=tr("Contacts by impact: share of the calls times reach"), fewest=3)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.activated.connect(self._follow)
        self.contacts.body.addWidget(self.table, 1)
        self.spread = AllCustomersCard()
        self.parts = Segments([tr("This customer"), tr("All customers")], name=tr("Beside the circle"))
        self.parts.chosen.connect(self._choose_part)
        self._own, self._all = QWidget(), QWidget()
        for part, cards in (
            (self._own, column(self.contact, (self.contacts, 1), gap=GAP)),
            (self._all, column(self.spread, (self.seeds, 1), gap=GAP)),
        ):
            part.setObjectName("clear")
            part.setLayout(cards)
        right = column(row(self.parts, None), (self._own, 1), (self._all, 1), gap=8)
        self._sides = row((self.circle, 56), (right, 44), gap=GAP)
        content = QWidget()
        content.setLayout(self._sides)
        self.scroller = FittingScroll(content)
        self.empty = EmptyState(
            "person", tr("No social web yet"), tr("It is made from calls: run the campaign with call records.")
        )
        self.setLayout(column((self.scroller, 1), (self.empty, 1), gap=0))
        for each in (self.scroller, self.empty, self._all):
            each.hide()

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show another campaign, or the same one after it changed; call it after the other content was shown."""
        self._queue.drop_all()
        if campaign is not self._campaign:
            self._back.clear()
            self.view.show_network(None)
        self._campaign, self._circles, self._is_read = campaign, None, False
        self._on = consent_day(campaign, results)
        self._faces = None if results is None else results.faces
        self._matched = () if results is None else results.matched
        self.seeds.set_campaign(campaign)
        self.spread.show_influence(None if results is None else results.influence)
        self.tabs.setVisible(campaign is not None)
        if campaign is None:
            self.tabs.select(0)
            self.hide()
        else:
            self._choose(self.tabs.selected)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the cards below each other where two columns would be too narrow."""
        directions = QBoxLayout.Direction
        is_narrow = event.size().width() < ONE_COLUMN_BELOW
        self._sides.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        self.circle.setFixedHeight(max(LEAST_CIRCLE, event.size().height()))  # the customer stays in sight
        self._sides.setAlignment(self.circle, Qt.AlignmentFlag.AlignTop)
        self.table.set_whole(is_narrow)
        super().resizeEvent(event)

    @Slot(int)
    def _choose(self, tab: int) -> None:
        """Show one of the two parts; the circles are read when they are wanted first."""
        for place, part in enumerate(self._others):
            part.setVisible(tab == place)
        self.setVisible(tab == len(self._others))
        campaign = self._campaign
        if tab != len(self._others) or self._is_read or campaign is None:
            return
        self._is_read = True
        faces, matched, on = self._faces, self._matched, self._on

        def work(context: JobContext) -> _Read:
            context.check()
            circles = Circles.read(campaign)
            usable = frozenset(() if faces is None else (each for each in matched if faces.can_be_used(each, on)))
            return _Read(circles, usable, None if circles is None else circles.busiest(usable))

        self._queue.start(Job(tr("Reading the social web"), work), self._take)

    @Slot(object)
    def _take(self, read: _Read) -> None:
        """Show the circle that was shown before, else the first one, with somebody selected whose face can be used."""
        circles = read.circles
        self._circles = circles if circles is not None and circles.people.num_rows else None
        self.scroller.setVisible(self._circles is not None)
        self.empty.setVisible(self._circles is None)
        if self._circles is None:
            return
        self.seeds.show_circles(self._circles)
        shown = self.view.network.customer if self.view.network is not None else None
        if shown is not None and self._circles.has(shown):
            self._show_again(shown)
        elif read.first is not None:
            self._show(read.first)
            network = self.view.network
            known = [] if network is None else [each.contact in read.usable for each in network.contacts]
            if any(known):
                self.view.select(known.index(True))

    def _show_again(self, customer: str) -> None:
        """Show the circle that was shown before the campaign changed, with the same contact selected."""
        before = self._selected
        self._show(customer)
        network = self.view.network
        contacts = [] if network is None else [each.contact for each in network.contacts]
        if before is not None and before.contact in contacts:
            self.view.select(contacts.index(before.contact))

    @property
    def _selected(self) -> Influence | None:
        """The contact that is selected."""
        network, place = self.view.network, self.view.selection
        return None if network is None or place < 0 else network.contacts[place]

    @Slot(int)
    def _choose_part(self, part: int) -> None:
        """Show what concerns this customer, or all."""
        self._own.setVisible(part == THIS_CUSTOMER)
        self._all.setVisible(part != THIS_CUSTOMER)

    @Slot(str)
    def show_customer(self, customer: str) -> None:
        """Show a customer's circle; Back returns to the one before."""
        if self._circles is None or not self._circles.has(customer):
            return
        if self.view.network is not None and self.view.network.customer != customer:
            self._back.append(self.view.network.customer)
        self._show(customer)

    def _show(self, customer: str) -> None:
        assert self._circles is not None
        network = self._circles.ego_network(customer)
        self.circle.set_title(tr("Circle of {who}").format(who=numbers.customer_key(customer)))
        self.back.setEnabled(bool(self._back))
        words = tr("{contacts} contacts, of whom the {shown} called are shown. Reaches {reach} customers in two hops.")
        self._said = words.format(
            contacts=numbers.decimal(network.degree),
            shown=numbers.decimal(len(network.contacts)),
            reach=numbers.decimal(network.reach, 1),
        )
        self.verdict.setText(self._said)
        self.table.show_rows([self._cells(contact) for contact in network.contacts])
        self.spread.show_spread(self._circles, network)
        self.view.show_network(network)
        if not network.contacts:
            self.contact.show_nobody(tr("Calls nobody in the last 90 days, or no contact is kept."))

    def _cells(self, contact: Influence) -> tuple[Cell, ...]:
        return (
            self._who(contact),
            Cell(numbers.percent(contact.share, 0)),
            Cell(numbers.decimal(contact.reach, 1)),
            Cell(numbers.decimal(contact.product, 2)),
        )

    def _who(self, contact: Influence) -> Cell:
        """Return the contact's key; whose face can be used is marked, to be found at a glance."""
        who = numbers.customer_key(contact.contact)
        if not contact.is_customer:
            return Cell(who, "muted", tip=tr("Another operator"))
        if self._faces is not None and self._faces.can_be_used(contact.contact, self._on):
            return Cell(who, icon="face", tip=tr("Agreed, and has a look-alike"))
        return Cell(who)

    @Slot(int)
    def _show_contact(self, place: int) -> None:
        """Show the contact selected in picture or table."""
        network, campaign = self.view.network, self._campaign
        if network is None or campaign is None or place < 0:
            return
        contact = network.contacts[place]
        face = contact_face(campaign, self._faces, network.customer, contact, self._on)
        self.contact.show_contact(contact, place, face, self._on)
        index = self.table.model().index(place, 0)
        if self.table.currentIndex().row() != place:
            flags = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.table.scrollTo(index)

    @Slot(QModelIndex, QModelIndex)
    def _row_chosen(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid():
            self.view.select(now.row())

    @Slot(QModelIndex)
    def _follow(self, index: QModelIndex) -> None:
        """Lead to the contact of a row, by Enter or a double click, as the picture does."""
        network = self.view.network
        if network is not None and network.contacts[index.row()].is_customer:
            self.show_customer(network.contacts[index.row()].contact)

    @Slot(bool)
    def _use(self, is_wanted: bool) -> None:
        """Keep or take back the choice of a face."""
        network, campaign, circles, contact = self.view.network, self._campaign, self._circles, self._selected
        if network is None or campaign is None or circles is None or contact is None:
            return
        customer, on = network.customer, self._on

        def work(context: JobContext) -> None:
            if is_wanted:
                choose_contact(campaign, circles, customer, contact.contact, on)
            else:
                campaign.forget_face_choice(customer)

        self.contact.use.setEnabled(False)
        self._queue.start(Job(tr("Keeping the choice"), work), self._kept, failed=self._not_kept, lasting=True)

    @Slot(object)
    def _kept(self, _: None) -> None:
        self._show_contact(self.view.selection)
        self._page.changed.emit()

    @Slot(Exception)
    def _not_kept(self, error: Exception) -> None:
        self._show_contact(self.view.selection)
        self._page.jobs.failed.emit(error)

    @Slot(str)
    def _find(self, text: str) -> None:
        """Show the customer whose key was typed, blanks or not; where nobody has it, that is said."""
        key = "".join(text.split())
        self.verdict.setText(self._said)
        if not key or self._circles is None:
            return
        if self._circles.has(key):
            self.show_customer(key)
        else:
            nobody = tr("No customer has the key {key}. The circle below is still that of {who}.")
            shown = "" if self.view.network is None else self.view.network.customer
            self.verdict.setText(nobody.format(key=key[:40], who=numbers.customer_key(shown)))

    @Slot()
    def _go_back(self) -> None:
        if self._back:
            self._show(self._back.pop())
