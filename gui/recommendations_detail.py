"""The pane of one customer: who it is, the offer in a sentence, each offer's range, reasons, phones, circle."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from engine.columns import CURRENT_MAKER, NO_OFFER, OFFER, PLANNED, UNKNOWN_MAKER
from gui import numbers
from gui.charts.bar_rows import BarRows
from gui.charts.row_chart import RowChart
from gui.column_store import ColumnStore
from gui.consent_words import consent_chip
from gui.customer_circle import CircleFacts
from gui.customer_facts import CustomerFacts, customer_facts
from gui.customer_lines import Phone, loyalty_lines, offer_lines, phones_of
from gui.customer_photo import CustomerPhoto
from gui.customer_reasons import CustomerReasons
from gui.fitting_scroll import FittingScroll
from gui.icons import icon_pixmap
from gui.offer_words import by_phones, more_say_yes, why_no_offer
from gui.photo_view import FacePicture
from gui.recommendations_columns import tr
from gui.theme import DETAIL_PANE, RADIUS_PHOTO, look, theme
from gui.widgets import Button, Chip, ElidedLabel, EmptyState, Label, Notice, bold, clear, column, dim, plain, row

if TYPE_CHECKING:
    from engine.offers import Offer
    from gui.results import CampaignResults

PHOTO = 72
MOST_PHONES = 6


class _Tile(QWidget):
    """A plain tile with an icon where there is no photo; what it means stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = "lock"
        look().changed.connect(self.update)

    def show_icon(self, name: str, says: str) -> None:
        """Show a lock without consent, an empty frame without a photo."""
        self._icon = name
        self.setAccessibleName(says)
        self.setToolTip(says)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tile."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_PHOTO, RADIUS_PHOTO)
        pixmap = icon_pixmap(self._icon, "muted", 26, max(1.0, self.devicePixelRatioF()))
        painter.drawPixmap((self.width() - 26) // 2, (self.height() - 26) // 2, pixmap)


def _as_decided(
    facts: CustomerFacts, results: CampaignResults, store: ColumnStore, number: int
) -> tuple[CustomerFacts, Offer | None]:
    """Return the facts with the offer as the budget decides now, and the offer that it keeps from the customer."""
    offers = {offer.key: offer for offer in results.offers}
    now = offers.get(store.value(OFFER, number))
    planned = offers.get(store.value(PLANNED, number)) if store.has(PLANNED) else facts.offer
    return replace(facts, offer=now), planned if now is None else None


class _Part(QWidget):
    """A titled part of the pane."""

    def __init__(self, title: str, *content: QWidget) -> None:
        super().__init__()
        self.heading = Label(title, "section", wrap=True)
        self.setLayout(column(self.heading, *content, gap=6))


class DetailPane(QFrame):
    """One customer. ``preview_wanted`` asks for the preview of the customer, ``closed`` says that it was left.

    ``withholding_wanted`` asks to keep the offer from the customer, or not any more, ``erasing_wanted`` to erase all
    that is known of the customer.
    """

    preview_wanted = Signal(str)
    withholding_wanted = Signal(str, bool)
    erasing_wanted = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self.customer = ""
        self.offer_key = ""  # of the offer that the pane says the customer gets
        self._is_withheld = False
        self.photo = FacePicture(frame="accent")
        self._tile = _Tile()
        self._photos = QStackedWidget()
        self._photos.setFixedSize(PHOTO, PHOTO)
        self._photos.addWidget(self.photo)
        self._photos.addWidget(self._tile)
        self.who = ElidedLabel("", "section")
        self.about = Label("", "body", "muted", wrap=True)
        self.about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.consent = Chip("", "plain")
        self.close_button = Button("", "quiet", "close", tip=tr("Close (Esc)"))
        self.close_button.clicked.connect(self.closed)
        self.sentence = Notice("accent", "offer")
        self.offers = RowChart(tr("Each offer, in points of 100"))
        self._offers = _Part(tr("Each offer, in points of 100"), self.offers)
        self.reasons = BarRows(tr("Why this offer"))
        self.adds_up = Label("", "caption", "muted", wrap=True)
        self.adds_up.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._reasons = _Part(tr("Why this offer"), self.reasons, self.adds_up)
        self._reasons.hide()
        self.phones = QGridLayout()
        self.phones.setHorizontalSpacing(12)
        self.phones.setVerticalSpacing(3)
        self.phones.setColumnStretch(1, 1)
        phones = QWidget()
        self.phones.setContentsMargins(0, 0, 0, 0)
        phones.setLayout(self.phones)
        self._phones = _Part(tr("Phones so far"), phones)
        self.circle = Label("", wrap=True)
        self.circle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._circle = _Part(tr("In their circle"), self.circle)
        self._circle.hide()
        tip = tr("Erase all that this campaign holds of them")
        self.erase = Button(tr("Erase this customer…"), "quiet", "bin", tip=tip)
        self.erase.setProperty("small", True)
        self.erase.clicked.connect(self._want_erasing)
        self.open_preview = Button(tr("Open in Preview"), "primary", "preview")
        self.open_preview.clicked.connect(self._want_preview)
        self.no_offer = Button(tr("No offer"), "plain", "no-offer")
        self.no_offer.clicked.connect(self._want_withholding)
        self._sides = QStackedWidget()
        self.setLayout(self._layout())
        self.setFixedWidth(DETAIL_PANE)
        self.setAccessibleName(tr("The chosen customer"))

    def _layout(self) -> QVBoxLayout:
        who = column(row((self.who, 1), self.close_button, gap=4), self.about, self.consent, gap=3)
        head = row(self._photos, (who, 1), gap=12)
        head.setAlignment(self._photos, Qt.AlignmentFlag.AlignTop)
        erase = row(None, self.erase)
        nobody = EmptyState("person", tr("Nobody to show"), tr("No customer passes search and filter."))
        content, there = QWidget(), QWidget()
        content.setLayout(
            column(
                head, self.sentence, self._offers, self._reasons, self._phones, self._circle, erase, None,
                gap=14, margins=(20, 18, 20, 8),
            )
        )  # fmt: skip
        foot = row((self.open_preview, 1), self.no_offer, margins=(20, 6, 20, 14))
        there.setLayout(column((FittingScroll(content), 1), foot, gap=0))
        self._sides.addWidget(there)
        self._sides.addWidget(nobody)
        return column((self._sides, 1), gap=0)

    def set_closable(self, closable: bool) -> None:
        """Show the cross while the pane lies over the page."""
        self.close_button.setVisible(closable)

    def show_customer(self, results: CampaignResults, store: ColumnStore, number: int) -> None:
        """Show the customer in a row; the photo follows."""
        facts = customer_facts(results, store.key(number))
        if facts is None:
            return
        facts, beyond = _as_decided(facts, results, store, number)
        self._sides.setCurrentIndex(0)
        if facts.customer != self.customer:
            self._circle.hide()
            dim(self.reasons, True)
        self.customer = facts.customer
        self.offer_key = NO_OFFER if facts.offer is None else facts.offer.key
        key = numbers.customer_key(facts.customer)
        self.who.set_whole(tr("Customer {key}").format(key=key))
        phone = "" if facts.phone == UNKNOWN_MAKER else facts.phone
        self.about.setText("\n".join(part for part in (facts.place_and_age, phone) if part))
        self._say_offer(results, facts, beyond)
        self._offer_withholding(facts)
        self._show_intervals(results, store, number, facts)
        self._show_phones(phones_of(results, facts.customer))

    def show_nobody(self) -> None:
        """Show that search and filter leave nobody."""
        self.customer = self.offer_key = ""
        self._sides.setCurrentIndex(1)

    def show_photo(self, photo: CustomerPhoto, on: date) -> None:
        """Show the photo of the customer who is shown, or why there is none."""
        if photo.customer != self.customer:
            return
        chip = consent_chip(photo.consent, on)
        self.consent.show_chip(chip.text, chip.kind)
        if photo.face is not None:
            self.photo.show_face(photo.face, name=tr("Photo of the customer"))
            self._photos.setCurrentWidget(self.photo)
            return
        self.photo.clear()
        holds = photo.consent is not None and photo.consent.holds(on)
        self._tile.show_icon("photo" if holds else "lock", tr("No photo") if holds else chip.text)
        self._photos.setCurrentWidget(self._tile)

    def show_circle(self, circle: CircleFacts | None) -> None:
        """Show the circle of the customer who is shown, where there is one."""
        is_mine = circle is not None and circle.customer == self.customer
        self._circle.setVisible(is_mine)
        if circle is not None and is_mine:
            self.circle.setText(circle.sentence)

    def show_reasons(self, reasons: CustomerReasons | None) -> None:
        """Show what the model uses of the customer who is shown; nothing where the campaign does not hold it."""
        is_mine = reasons is not None and reasons.customer == self.customer
        self._reasons.setVisible(is_mine)
        dim(self.reasons, False)
        if reasons is None or not is_mine:
            return
        title = tr("Why this offer") if reasons.is_chosen else tr("For and against {offer}")
        title = title.format(offer=reasons.offer.name)
        self._reasons.heading.setText(title)
        self.reasons.setAccessibleName(title)
        self.reasons.show_lines(reasons.lines)
        said = tr("In points of 100; the parts add up to {total}. It is what the model uses, not causes.")
        self.adds_up.setText(said.format(total=reasons.total))

    def _say_offer(self, results: CampaignResults, facts: CustomerFacts, beyond: Offer | None) -> None:
        name = f"{facts.offer.name}." if facts.offer is not None else tr("No offer.")
        if facts.is_withheld:
            said = why_no_offer(facts.segment, is_withheld=True)
            self.sentence.set_notice("accent", "no-offer", f"{bold(name)} {plain(said)}")
            self.sentence.setToolTip("")
            return
        if results.evaluation is None:
            said = by_phones(has_offer=facts.offer is not None)
            self.sentence.set_notice("warning", "warning", f"{bold(name)} {plain(said)}")
            return
        behind = tr("Likely range: 95 % confidence interval, from {customers} outcomes of the last campaign")
        self.sentence.setToolTip(behind.format(customers=numbers.decimal(results.evaluation.customers)))
        if facts.offer is not None:
            said = more_say_yes(facts.uplift, facts.low, facts.high)
            self.sentence.set_notice("accent", "offer", f"{bold(name)} {plain(said)}")
        elif beyond is not None:
            said = tr("Beyond the budget: {offer} would be worth asking.").format(offer=beyond.name)
            said = f"{said} {more_say_yes(facts.uplift, facts.low, facts.high)}"
            self.sentence.set_notice("accent", "no-offer", f"{bold(name)} {plain(said)}")
        else:
            is_warned = facts.segment == "sleeping dog"
            tone, icon = ("warning", "warning") if is_warned else ("accent", "no-offer")
            self.sentence.set_notice(tone, icon, f"{bold(name)} {plain(why_no_offer(facts.segment))}")  # type: ignore[arg-type]

    def _show_intervals(self, results: CampaignResults, store: ColumnStore, number: int, facts: CustomerFacts) -> None:
        chosen = self.offer_key
        if results.evaluation is None:
            maker = store.value(CURRENT_MAKER, number)
            found = loyalty_lines(results, maker, chosen)
            title = tr("Next phone of 100 owners of {maker}").format(maker=maker)
        else:
            found = offer_lines(results, store, number, chosen)
            title = tr("Each offer, in points of 100")
        self._offers.setVisible(bool(found))
        self._offers.heading.setText(title)
        self.offers.setAccessibleName(title)
        self.offers.show_lines(found)

    def _show_phones(self, phones: tuple[Phone, ...]) -> None:
        clear(self.phones)
        self._phones.setVisible(bool(phones))
        for place, phone in enumerate(phones[:MOST_PHONES]):
            since = numbers.month_year(phone.since) if phone.since is not None else tr("Not known")
            name = tr("{phone}, now").format(phone=phone.name) if phone.is_now else phone.name
            self.phones.addWidget(Label(since, "caption", "muted"), place, 0)
            self.phones.addWidget(ElidedLabel(name), place, 1)

    def _offer_withholding(self, facts: CustomerFacts) -> None:
        """Let the designer keep an offer from the customer, or give back what was kept."""
        self._is_withheld = facts.is_withheld
        self.no_offer.set_text(tr("Offer again") if facts.is_withheld else tr("No offer"))
        self.no_offer.set_icon("undo" if facts.is_withheld else "no-offer")
        tip = tr("Let this customer have an offer again") if facts.is_withheld else tr(
            "Send this customer no offer (Ctrl+Z takes it back)")  # fmt: skip
        self.no_offer.setToolTip(tip)
        self.no_offer.setEnabled(facts.is_withheld or facts.offer is not None)

    def _want_erasing(self) -> None:
        self.erasing_wanted.emit(self.customer)

    def _want_withholding(self) -> None:
        if self.customer:
            self.withholding_wanted.emit(self.customer, not self._is_withheld)

    def _want_preview(self) -> None:
        if self.customer:
            self.preview_wanted.emit(self.customer)
