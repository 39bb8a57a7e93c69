"""The designer's choices of faces: for the campaign, and for one customer after another, with the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from engine.campaign import FaceChoice
from engine.job import Job, JobContext
from engine.look_alikes import Whose, choose_whose_face
from gui.customer_faces import CustomerFaces
from gui.face_loader import FaceLoader
from gui.widgets import Choice

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.results import CampaignResults


def tr(text: str) -> str:
    """Translate a phrase about choices of faces."""
    return QCoreApplication.translate("faces", text)


@dataclass(frozen=True)
class FaceChange:
    """A choice for one customer, with what was there before, so that it can be taken back."""

    customer: str
    before: FaceChoice | None
    after: FaceChoice | None

    def is_about(self, person: str) -> bool:
        """Whether it is a choice for a person, or of a person's look-alike."""
        contacts = {choice.contact for choice in (self.before, self.after) if choice is not None}
        return person == self.customer or person in contacts


class FaceChoices(QObject):
    """Keeps one choice after another by way of a loader, which then loads what it kept.

    ``made`` carries a customer and the choice that holds now, or None where the campaign's rule does.
    """

    made = Signal(str, object)

    def __init__(self, loader: FaceLoader, parent: QObject) -> None:
        super().__init__(parent)
        self._loader = loader
        self._changes: list[FaceChange] = []

    def pick(self, faces: CustomerFaces, photo: str) -> None:
        """Put another of the look-alikes that are shown into the ad."""
        if faces.in_ad is None or faces.in_ad.key != photo:
            self._make(faces, FaceChoice(faces.customer, faces.contact, photo))

    def change_person(self, faces: CustomerFaces) -> None:
        """Go from a contact's look-alike to the customer's own, or from there back to what the campaign says."""
        self._make(faces, FaceChoice(faces.customer) if faces.contact is not None else None)

    def let_go(self, faces: CustomerFaces) -> None:
        """Go back from a face that was chosen to what the campaign says."""
        self._make(faces, None)

    def undo(self) -> None:
        """Take the last choice back."""
        if self._changes:
            change = self._changes.pop()
            self._keep(change.customer, change.before)

    def take_off_last(self) -> None:
        """Forget the last choice, because it could not be kept."""
        if self._changes:
            self._changes.pop()

    def forget(self, person: str) -> None:
        """Forget all choices that a person's face has to do with."""
        self._changes = [change for change in self._changes if not change.is_about(person)]

    def clear(self) -> None:
        """Forget all choices, as of another campaign."""
        self._changes.clear()

    def _make(self, faces: CustomerFaces, choice: FaceChoice | None) -> None:
        self._changes.append(FaceChange(faces.customer, faces.choice, choice))
        self._keep(faces.customer, choice)

    def _keep(self, customer: str, choice: FaceChoice | None) -> None:
        self._loader.keep_choice(customer, choice)
        self.made.emit(customer, choice)


class WhoseFace(Choice):
    """Whose face goes into a campaign's ads. ``wanted`` carries "own" or "contact" once another one is chosen."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Whose face goes into the ads"))
        self._whose: Whose = "own"
        self.activated.connect(self._choose)

    def show_campaign(self, results: CampaignResults | None) -> None:
        """Show what holds for a campaign; without circles there is nothing to choose."""
        self._whose = "own" if results is None or results.faces is None else results.faces.whose
        self.offer([(tr("Own look-alikes"), "own"), (tr("Contacts' look-alikes"), "contact")], self._whose)
        self.setVisible(results is not None and results.circles > 0)
        self.setToolTip(
            tr(
                "Whose face goes into the ads: the customer's own look-alike, or that of their most influential "
                "contact who agreed to the use of the photo. Single customers can differ."
            )
        )

    @Slot(int)
    def _choose(self, index: int) -> None:
        if self.chosen is not None and self.chosen != self._whose:
            self.wanted.emit(self.chosen)


def whose_face_job(campaign: Campaign, whose: Whose) -> Job[None]:
    """Keep whose look-alikes the ads of a campaign bear."""

    def work(context: JobContext) -> None:
        context.check()
        choose_whose_face(campaign, whose)

    return Job(tr("Choosing whose face"), work)


def whose_face_words(whose: str) -> str:
    """Say whose look-alikes the ads bear from now on."""
    return (
        tr("Contacts' look-alikes put into the ads") if whose == "contact" else tr("Own look-alikes put into the ads")
    )
