"""The map of the campaign photos on the Faces page: drawn in a job, with the customer lit up among the most alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gui.faces_jobs import map_job
from gui.jobs import JobQueue

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.inventory import InventoryMap, Looks
    from gui.inventory_card import InventoryCard


class FacesMap(QObject):
    """Draws the map when it is wanted; t-SNE in a queue of its own, for which nothing else need wait."""

    def __init__(self, card: InventoryCard, reading: JobQueue, failures: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._card, self._reading = card, reading
        self._slow = JobQueue(self)
        self._slow.failed.connect(failures.failed)
        self._campaign: Campaign | None = None
        self._look: Looks | None = None
        self._near: tuple[str, ...] = ()
        card.map_wanted.connect(self.draw)

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Draw the photos of another campaign, or the same ones after a change."""
        self._campaign = campaign
        self._slow.drop_all()

    @Slot()
    def draw(self) -> None:
        """Draw it by the method that is chosen."""
        if self._campaign is not None and self._card.map is not None:
            method = self._card.map.method
            queue = self._slow if method == "tsne" else self._reading
            queue.start(map_job(self._campaign, method), self._take, failed=self._tell)

    @Slot(object)
    def _take(self, places: InventoryMap) -> None:
        if self._card.map is not None:
            self._card.map.show_map(places)
            self._light_up()

    @Slot(Exception)
    def _tell(self, error: Exception) -> None:
        """Say in the map's place why there is none."""
        if self._card.map is not None:
            self._card.map.show_map(None)
            self._card.map.says.setText(str(error))

    def show_probe(self, look: Looks | None, near: Sequence[str]) -> None:
        """Light up a face and the photos nearest to it; None for nobody's."""
        self._look, self._near = look, tuple(near)
        self._light_up()

    def _light_up(self) -> None:
        if self._card.map is not None:
            self._card.map.show_probe(None if self._look is None else self._look.embeddings[0], self._near)
