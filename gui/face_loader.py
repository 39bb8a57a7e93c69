"""Loads customers' faces for Preview and Pitch, and keeps the designer's picks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from engine.job import Job, JobContext
from engine.look_alikes import AdFaces
from gui.customer_faces import CustomerFaces, load_faces
from gui.customer_loader import CustomerLoader
from gui.results import CampaignResults

if TYPE_CHECKING:
    from engine.campaign import Campaign, FaceChoice


class FaceLoader(CustomerLoader):
    """Loads a customer's faces (CustomerFaces), and keeps choices of faces, one after another."""

    not_kept = Signal(Exception)

    def load(
        self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
    ) -> CustomerFaces:
        """Load a customer's faces."""
        return load_faces(campaign, results.faces or AdFaces(campaign, results.scale, on), customer, on, context)

    def keep_choice(self, customer: str, choice: FaceChoice | None) -> None:
        """Keep the designer's choice of a face in the campaign file; None goes back to the campaign's rule."""
        campaign, today = self._campaign, self.today
        if campaign is None:
            return

        def work(context: JobContext) -> None:
            if choice is None:
                campaign.forget_face_choice(customer)
            else:
                campaign.choose_face(choice, on=today)

        self._queue.start(Job(self.tr("Keeping the choice"), work), failed=self._tell)

    @Slot(Exception)
    def _tell(self, error: Exception) -> None:
        self.not_kept.emit(error)
