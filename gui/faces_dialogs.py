"""What opens over the Faces page: the teaching and what is in use of it, and another photo for a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.results import CampaignResults, consent_day

if TYPE_CHECKING:
    from engine.campaign import Campaign


class FacesDialogs(QObject):
    """``adopted`` says that another ranking counts, ``network_changed`` that another network reads the faces.

    ``photo_kept`` names a customer who has another photo.
    """

    adopted = Signal()
    network_changed = Signal()
    photo_kept = Signal(str)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._campaign: Campaign | None = None
        self._results = CampaignResults()

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Open what is about another campaign."""
        self._campaign, self._results = campaign, results or CampaignResults()

    @Slot()
    def teach(self) -> None:
        """Open the quiet screen, where a designer says which of two faces is more alike."""
        from gui.teach_screen import TeachScreen

        if self._campaign is None or not self._results.inventory:
            return
        day = consent_day(self._campaign, self._results)
        screen = TeachScreen(self._campaign, self._results.scale, day, self._page)
        screen.adopted.connect(self.adopted)
        screen.in_use_wanted.connect(self.show_in_use)
        screen.open_over(self._page.window())

    @Slot()
    def show_in_use(self) -> None:
        """Show what ranks and reads the faces, with the ways back."""
        from gui.in_use_dialog import InUseDialog

        if self._campaign is not None:
            dialog = InUseDialog(self._campaign, self._page)
            dialog.adopted.connect(self.adopted)
            dialog.network_changed.connect(self.network_changed)
            dialog.tuning_wanted.connect(self.fine_tune)
            dialog.open()

    @Slot()
    def fine_tune(self) -> None:
        """Open the fine-tuning of the face network."""
        from gui.fine_tune_dialog import FineTuneDialog

        if self._campaign is not None:
            day = consent_day(self._campaign, self._results)
            dialog = FineTuneDialog(self._campaign, day, self._page)
            dialog.network_changed.connect(self.network_changed)
            dialog.open()

    def change_photo(self, customer: str) -> None:
        """Give a customer who agreed another photo."""
        from gui.change_photo_dialog import ChangePhotoDialog

        if self._campaign is None:
            return
        day = consent_day(self._campaign, self._results)
        dialog = ChangePhotoDialog(self._campaign, customer, day, self._page)
        dialog.kept.connect(self.photo_kept)
        dialog.open()
