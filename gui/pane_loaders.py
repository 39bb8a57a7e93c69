"""What the pane of one customer shows besides the table's columns, each loaded in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.customer_circle import CircleFacts, CustomerCircleLoader
from gui.customer_photo import CustomerPhoto, CustomerPhotoLoader
from gui.customer_reasons import CustomerReasons, CustomerReasonsLoader
from gui.recommendations_detail import DetailPane

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.results import CampaignResults


class PaneLoaders(QObject):
    """Loads photo, circle and reasons of the customer in a pane."""

    failed = Signal(Exception)

    def __init__(self, pane: DetailPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._photos, self._circles = CustomerPhotoLoader(self), CustomerCircleLoader(self)
        self._reasons = CustomerReasonsLoader(self)
        self._photos.loaded.connect(self._take_photo)
        self._circles.loaded.connect(self._take_circle)
        self._reasons.loaded.connect(self._take_reasons)
        for loader in (self._photos, self._circles, self._reasons):
            loader.failed.connect(self.failed)

    @property
    def is_busy(self) -> bool:
        """Whether anything is on its way."""
        return any(loader.is_busy for loader in (self._photos, self._circles, self._reasons))

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Load out of another campaign, or of the same one after it changed."""
        for loader in (self._photos, self._circles, self._reasons):
            loader.set_campaign(campaign, results)

    def ask(self) -> None:
        """Load what belongs to the customer in the pane."""
        for loader in (self._photos, self._circles, self._reasons):
            loader.ask(self._pane.customer)

    @Slot(object)
    def _take_photo(self, photo: CustomerPhoto) -> None:
        self._pane.show_photo(photo, self._photos.today)

    @Slot(object)
    def _take_circle(self, circle: CircleFacts | None) -> None:
        self._pane.show_circle(circle)

    @Slot(object)
    def _take_reasons(self, reasons: CustomerReasons | None) -> None:
        self._pane.show_reasons(reasons)
