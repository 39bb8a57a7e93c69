"""Withdrawing a customer's photo consent: the question before it, the job, and forgetting the face on the screen."""

from __future__ import annotations

import time
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
    """Translate a phrase about withdrawing consent."""
    return QCoreApplication.translate("withdrawal", text)


class WithdrawDialog(Dialog):
    """Asks before anything is erased; ``confirmed`` names the customer."""

    confirmed = Signal(str)

    def __init__(self, customer: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Withdraw photo consent"), parent, heading=tr("Withdraw the photo consent?"))
        self.customer = customer
        said = tr(
            "The photo of customer {key}, the face data and the look-alikes are erased from this campaign, also where "
            "they stand in the ads of others. This cannot be taken back."
        )
        self.body.addWidget(Label(said.format(key=numbers.customer_key(customer)), wrap=True))
        after = tr("The ad goes on without a matched face. Copies and exports made before stay as they are.")
        self.body.addWidget(Label(after, "body", "muted", wrap=True))
        self.withdraw = Button(tr("Withdraw and erase"), "danger", "bin")
        self.withdraw.clicked.connect(self._confirm)
        self.keep = Button(tr("Keep the consent"))
        self.keep.setDefault(True)
        self.keep.clicked.connect(self.reject)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.withdraw)
        self.buttons.addWidget(self.keep)
        self.keep.setFocus()
        self.setMinimumWidth(480)

    @Slot()
    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit(self.customer)


def withdrawal_job(campaign: Campaign, customer: str, on: date) -> Job[str]:
    """Withdraw a customer's photo consent, erase photo, face and look-alikes, and note it; return the customer."""

    def work(context: JobContext) -> str:
        began = time.monotonic()
        with campaign.transaction():
            campaign.withdraw_consent(customer, on)
            campaign.note_event(f"Consent of {customer} withdrawn, face data erased", time.monotonic() - began)
        return customer

    return Job(tr("Erasing face data"), work)


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


class Withdrawal(QObject):
    """Asks, erases out of the campaign file and lets the window forget the face; ``done`` names the customer."""

    done = Signal(str)

    def __init__(self, jobs: JobQueue, page: QWidget) -> None:
        super().__init__(page)
        self._jobs = jobs
        self._page = page
        self._campaign: Campaign | None = None
        self._on = date.today()

    def ask(self, campaign: Campaign, customer: str, on: date) -> None:
        """Ask whether a customer's photo and face are to be erased, and do it on a yes."""
        self._campaign, self._on = campaign, on
        dialog = WithdrawDialog(customer, self._page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.confirmed.connect(self._withdraw)
        dialog.open()

    @Slot(str)
    def _withdraw(self, customer: str) -> None:
        if self._campaign is not None:
            job = withdrawal_job(self._campaign, customer, self._on)
            self._jobs.start(job, self._forget, afterwards=withdrawal_words(self._on), lasting=True)

    @Slot(object)
    def _forget(self, customer: str) -> None:
        forget_face(self._page.window(), customer)
        self.done.emit(customer)
