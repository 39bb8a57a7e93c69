"""The Social tab of the Data page: who matters to whom, and whose face may be used."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from engine.job import Job, JobContext
from engine.social import Circles, Influence, choose_contact, chosen_contact, face_permissions
from gui import numbers
from gui.charts.ego_network import EgoNetworkView
from gui.charts.histogram import Histogram
from gui.charts.picture_button import PictureButton
from gui.consent_words import consent_chip
from gui.fitting_scroll import FittingScroll
from gui.jobs import JobQueue
from gui.results import consent_day
from gui.short_table import Cell, Column, ShortTable
from gui.theme import GAP
from gui.widgets import Button, Card, Chip, EmptyState, Label, Page, SearchField, Segments, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.results import CampaignResults

FILES, SOCIAL = 0, 1
ONE_COLUMN_BELOW = 880
LEAST_CIRCLE = 380


def tr(text: str) -> str:
    """Translate a phrase of the Social tab."""
    return QCoreApplication.translate("social", text)


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

    def show_contact(self, contact: Influence, place: int, campaign: Campaign, on: date, is_chosen: bool) -> None:
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
        (permission,) = face_permissions([contact], campaign.consent, on)
        if contact.is_customer:
            chip = consent_chip(campaign.consent(contact.contact), on)
            self.chip.show_chip(chip.text, chip.kind)
        else:
            self.chip.show_chip(tr("Another operator"), "plain")
        self._is_chosen = is_chosen
        self.use.set_text(tr("Take the choice back") if is_chosen else tr("Use this face"))
        self.use.set_icon("undo" if is_chosen else "face")
        self.use.setEnabled(is_chosen or permission.may_be_used)
        self.why.setText(self._words(contact, permission.may_be_used, is_chosen))
        for each in (self.chip, self.why, self.use):
            each.show()

    def _words(self, contact: Influence, may_be_used: bool, is_chosen: bool) -> str:
        if is_chosen:
            return tr("This face was chosen for the customer's ad.")
        if may_be_used:
            return tr("The consent holds: this face may stand in the customer's ad.")
        if not contact.is_customer:
            return tr("A party of another operator was never asked, so there is no face to use.")
        return tr("Without a consent that holds, this face is not used.")

    @Slot()
    def _ask(self) -> None:
        self.asked.emit(not self._is_chosen)


class SocialTab(QWidget):
    """A customer's circle drawn, the contacts by rank, and how contacts and reach are spread over all customers.

    Stands under the switch ``tabs`` in the place of ``files``, the page's other content. ``face_chosen`` carries the
    customer and the contact, who is empty when a choice was taken back.
    """

    face_chosen = Signal(str, str)

    def __init__(self, page: Page, files: QWidget) -> None:
        super().__init__()
        self.setObjectName("clear")
        self._files = files
        self._campaign: Campaign | None = None
        self._on = date.today()
        self._circles: Circles | None = None
        self._is_read = False
        self._back: list[str] = []
        self._queue = JobQueue(self)
        self._queue.failed.connect(page.jobs.failed)
        self.tabs = Segments([tr("Files"), tr("Social")], name=tr("Part of the data"))
        self.tabs.chosen.connect(self._choose)
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
        self.contacts.body.addWidget(self.table, 1)
        self.spread = Card(tr("All customers"), gap=4)
        self.degrees, self.reaches = Histogram(tr("Customers by contacts")), Histogram(tr("Customers by reach"))
        self.degree_words, self.reach_words = (Label("", "body", "muted", wrap=True) for _ in range(2))
        for words, chart in ((self.degree_words, self.degrees), (self.reach_words, self.reaches)):
            self.spread.body.addWidget(words)
            self.spread.body.addWidget(chart, 1)
        right = column(self.contact, (self.contacts, 3), (self.spread, 2), gap=GAP)
        self._sides = row((self.circle, 56), (right, 44), gap=GAP)
        content = QWidget()
        content.setLayout(self._sides)
        self.scroller = FittingScroll(content)
        self.empty = EmptyState(
            "person", tr("No social web yet"), tr("It is made from calls: run the campaign with call records.")
        )
        self.setLayout(column((self.scroller, 1), (self.empty, 1), gap=0))
        for part in (self.scroller, self.empty):
            part.hide()

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show another campaign, or the same one after it changed; call it after the other content was shown."""
        self._queue.drop_all()
        if campaign is not self._campaign:
            self._back.clear()
            self.view.show_network(None)
        self._campaign, self._circles, self._is_read = campaign, None, False
        self._on = consent_day(campaign, results)
        self.tabs.setVisible(campaign is not None)
        if campaign is None:
            self.tabs.select(FILES)
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
        self._files.setVisible(tab == FILES)
        self.setVisible(tab == SOCIAL)
        campaign = self._campaign
        if tab != SOCIAL or self._is_read or campaign is None:
            return
        self._is_read = True

        def work(context: JobContext) -> Circles | None:
            context.check()
            return Circles.read(campaign)

        self._queue.start(Job(tr("Reading the social web"), work), self._take)

    @Slot(object)
    def _take(self, circles: Circles | None) -> None:
        self._circles = circles if circles is not None and circles.people.num_rows else None
        self.scroller.setVisible(self._circles is not None)
        self.empty.setVisible(self._circles is None)
        if self._circles is None:
            return
        shown = self.view.network.customer if self.view.network is not None else None
        first = shown if shown is not None and self._circles.has(shown) else self._circles.busiest()
        if first is not None:
            self._show(first)

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
        self.verdict.setText(
            words.format(
                contacts=numbers.decimal(network.degree),
                shown=numbers.decimal(len(network.contacts)),
                reach=numbers.decimal(network.reach, 1),
            )
        )
        self.table.show_rows([self._cells(contact) for contact in network.contacts])
        self._show_spread(network.degree, network.reach)
        self.view.show_network(network)
        if not network.contacts:
            self.contact.show_nobody(tr("Calls nobody in the last 90 days, or no contact is kept."))

    def _cells(self, contact: Influence) -> tuple[Cell, ...]:
        who = numbers.customer_key(contact.contact)
        return (
            Cell(
                who, None if contact.is_customer else "muted", tip="" if contact.is_customer else tr("Another operator")
            ),
            Cell(numbers.percent(contact.share, 0)),
            Cell(numbers.decimal(contact.reach, 1)),
            Cell(numbers.decimal(contact.product, 2)),
        )

    def _show_spread(self, degree: int, reach: float) -> None:
        assert self._circles is not None
        degrees, reaches = self._circles.degrees, self._circles.reaches
        half, top = (float(np.quantile(degrees, q)) for q in (0.5, 0.99))
        self.degree_words.setText(
            tr("Contacts: half of all have {half} or more, one of 100 has {top} or more.").format(
                half=numbers.decimal(half), top=numbers.decimal(top)
            )
        )
        half, top = (float(np.quantile(reaches, q)) for q in (0.5, 0.99))
        self.reach_words.setText(
            tr("Reach: half of all reach {half} or more, one of 100 reaches {top} or more.").format(
                half=numbers.decimal(half, 1), top=numbers.decimal(top, 1)
            )
        )
        self.degrees.show_values(degrees, degree)
        self.reaches.show_values(reaches, reach)

    @Slot(int)
    def _show_contact(self, place: int) -> None:
        """Show the contact selected in picture or table."""
        network, campaign = self.view.network, self._campaign
        if network is None or campaign is None or place < 0:
            return
        contact = network.contacts[place]
        chosen = chosen_contact(campaign, network.customer, self._on)
        self.contact.show_contact(contact, place, campaign, self._on, chosen == contact.contact)
        index = self.table.model().index(place, 0)
        if self.table.currentIndex().row() != place:
            flags = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.table.scrollTo(index)

    @Slot(QModelIndex, QModelIndex)
    def _row_chosen(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid():
            self.view.select(now.row())

    @Slot(bool)
    def _use(self, is_wanted: bool) -> None:
        """Keep or take back the choice of a face."""
        network, campaign, circles = self.view.network, self._campaign, self._circles
        if network is None or campaign is None or circles is None or self.view.selection < 0:
            return
        contact = network.contacts[self.view.selection].contact if is_wanted else None
        choose_contact(campaign, circles, network.customer, contact, self._on)
        self._show_contact(self.view.selection)
        self.face_chosen.emit(network.customer, contact or "")

    @Slot(str)
    def _find(self, text: str) -> None:
        """Show the customer whose key was typed, blanks or not."""
        key = "".join(text.split())
        if key:
            self.show_customer(key)

    @Slot()
    def _go_back(self) -> None:
        if self._back:
            self._show(self._back.pop())
