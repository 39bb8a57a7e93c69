"""Loads customers' faces for Preview and Pitch, and keeps the designer's picks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from engine.job import Job, JobContext
from engine.look_alikes import AdFaces
from gui.customer_faces import CustomerFaces, load_faces
from gui.customer_loader import CustomerLoader
from gui.numbers import customer_key
from gui.results import CampaignResults

if TYPE_CHECKING:
    from engine.campaign import Campaign, FaceChoice


class FaceLoader(CustomerLoader):
    """Loads a customer's faces (CustomerFaces), and keeps choices of faces, one after another.

    ``kept`` says in words which choice is in the file.
    """

    kept = Signal(str)
    not_kept = Signal(Exception)

    def load(
        self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
    ) -> CustomerFaces:
        """Load a customer's faces."""
        return load_faces(campaign, results.faces or AdFaces(campaign, results.scale, on), customer, on, context)

    def keep_choice(self, customer: str, choice: FaceChoice | None) -> None:
        """Keep the designer's choice of a face in the campaign file; None goes back to the campaign's rule."""
        campaign, today, said = self._campaign, self.today, self._words(customer, choice)
        if campaign is None:
            return

        def work(context: JobContext) -> str:
            context.check()
            self.put_choice(campaign, customer, choice, today)
            return said

        self._queue.start(Job(self.tr("Keeping the choice"), work), self._kept, failed=self._tell)

    def put_choice(self, campaign: Campaign, customer: str, choice: FaceChoice | None, on: date) -> None:
        """Put a choice into the campaign file, in the job's thread."""
        if choice is None:
            campaign.forget_face_choice(customer)
        else:
            campaign.choose_face(choice, on=on)

    def _words(self, customer: str, choice: FaceChoice | None) -> str:
        if choice is None:
            said = self.tr("Face left to the campaign's rule for customer {key}")
        elif choice.photo:
            said = self.tr("{photo} chosen for customer {key}")
        elif choice.contact:
            said = self.tr("Look-alike of a contact chosen for customer {key}")
        else:
            said = self.tr("Own look-alike chosen for customer {key}")
        photo = "" if choice is None else choice.photo
        return said.format(key=customer_key(customer), photo=photo)

    @Slot(object)
    def _kept(self, said: str) -> None:
        self.kept.emit(said)

    @Slot(Exception)
    def _tell(self, error: Exception) -> None:
        self.not_kept.emit(error)
