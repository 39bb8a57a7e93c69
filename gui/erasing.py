"""Erasing a customer's face, or all about a customer: the question, the job, and forgetting the face on the screen."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine.job import Job, JobContext
from gui import numbers
from gui.dialog import Dialog
from gui.jobs import JobQueue
from gui.photo_view import FacePicture
from gui.widgets import Button, Label, Page

if TYPE_CHECKING:
    from engine.campaign import Campaign


def tr(text: str) -> str:
    """Translate a phrase about erasing."""
    return QCoreApplication.translate("erasing", text)


@dataclass(frozen=True)
class ErasingWords:
    """What a question before erasing says, and the two answers."""

    title: str
    question: str
    what: str
    after: str
    do: str
    keep: str


class ErasingDialog(Dialog):
    """Asks before anything is erased; ``confirmed`` names the customer."""

    confirmed = Signal(str)

    def __init__(self, customer: str, words: ErasingWords, parent: QWidget | None = None) -> None:
        super().__init__(words.title, parent, heading=words.question)
        self.customer = customer
        self.body.addWidget(Label(words.what.format(key=numbers.customer_key(customer)), wrap=True))
        self.body.addWidget(Label(words.after, "body", "muted", wrap=True))
        self.erase = Button(words.do, "danger", "bin")
        self.erase.clicked.connect(self._confirm)
        self.keep = Button(words.keep)
        self.keep.setDefault(True)
        self.keep.clicked.connect(self.reject)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.erase)
        self.buttons.addWidget(self.keep)
        self.keep.setFocus()
        self.setMinimumWidth(480)

    @Slot()
    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit(self.customer)


def withdrawing_words() -> ErasingWords:
    """Return the question before a photo consent is withdrawn."""
    return ErasingWords(
        tr("Withdraw photo consent"),
        tr("Withdraw the photo consent?"),
        tr(
            "The photo of customer {key}, the face data and the look-alikes are erased from this campaign, also where "
            "they stand in the ads of others. This cannot be taken back."
        ),
        tr("The ad goes on without a matched face. Copies and exports made before stay as they are."),
        tr("Withdraw and erase"),
        tr("Keep the consent"),
    )


def whole_customer_words() -> ErasingWords:
    """Return the question before all about a customer is erased."""
    return ErasingWords(
        tr("Erase a customer"),
        tr("Erase everything about this customer?"),
        tr(
            "All that this campaign holds of customer {key} is erased: figures, phones, photo, face data, consent, and "
            "the place in the circles of others. Kept tables go too. This cannot be taken back."
        ),
        tr(
            "Reading the files again does not bring the customer back. The files themselves, copies and exports made "
            "before stay as they are."
        ),
        tr("Erase the customer"),
        tr("Keep the customer"),
    )


def withdrawal_job(campaign: Campaign, customer: str, on: date) -> Job[str]:
    """Withdraw a customer's photo consent, erase photo, face and look-alikes, and note it; return the customer."""

    def work(context: JobContext) -> str:
        began = time.monotonic()
        with campaign.transaction():
            campaign.withdraw_consent(customer, on)
            campaign.note_event(f"Consent of {customer} withdrawn, face data erased", time.monotonic() - began)
        return customer

    return Job(tr("Erasing face data"), work)


def erasure_job(campaign: Campaign, customer: str) -> Job[str]:
    """Erase all about a customer, and note that one was erased, not whom; return the customer."""

    def work(context: JobContext) -> str:
        began = time.monotonic()
        campaign.erase_customer(customer)
        campaign.note_event("A customer was erased", time.monotonic() - began)
        return customer

    return Job(tr("Erasing a customer"), work)


def withdrawal_words(on: date) -> str:
    """Say once, in the history, what was done."""
    return tr("Consent withdrawn, face data erased {day}").format(day=numbers.long_date(on))


def forget_face(root: QWidget, customer: str) -> None:
    """Let no picture and no page of a window, or page, show or keep a customer's face."""
    for page in (root, *root.findChildren(Page)):
        if isinstance(page, Page):
            page.forget_face(customer)
    for picture in root.findChildren(FacePicture):
        if picture.face is not None and picture.face.stored.customer == customer:
            picture.show_notice("lock", tr("Consent withdrawn"))
            picture.settle()


class Erasing(QObject):
    """Asks, erases out of the campaign file and lets the window forget the face; ``done`` names the customer."""

    done = Signal(str)

    def __init__(self, jobs: JobQueue, page: QWidget) -> None:
        super().__init__(page)
        self._jobs = jobs
        self._page = page
        self._campaign: Campaign | None = None
        self._on = date.today()

    def ask_to_withdraw(self, campaign: Campaign, customer: str, on: date) -> None:
        """Ask whether a customer's photo and face are to be erased, and do it on a yes."""
        self._campaign, self._on = campaign, on
        self._ask(customer, withdrawing_words()).confirmed.connect(self._withdraw)

    def ask_to_erase(self, campaign: Campaign, customer: str) -> None:
        """Ask whether all about a customer is to be erased, and do it on a yes."""
        self._campaign = campaign
        self._ask(customer, whole_customer_words()).confirmed.connect(self._erase)

    def _ask(self, customer: str, words: ErasingWords) -> ErasingDialog:
        dialog = ErasingDialog(customer, words, self._page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    @Slot(str)
    def _withdraw(self, customer: str) -> None:
        if self._campaign is not None:
            job = withdrawal_job(self._campaign, customer, self._on)
            self._jobs.start(job, self._forget, afterwards=withdrawal_words(self._on), lasting=True)

    @Slot(str)
    def _erase(self, customer: str) -> None:
        if self._campaign is not None:
            job = erasure_job(self._campaign, customer)
            self._jobs.start(job, self._forget, afterwards=tr("Customer erased"), lasting=True)

    @Slot(object)
    def _forget(self, customer: str) -> None:
        forget_face(self._page.window(), customer)
        self.done.emit(customer)
