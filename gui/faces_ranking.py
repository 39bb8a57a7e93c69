"""The five most alike on the Faces page: ranked at once for one customer, shown with their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.errors import ModelError
from gui.faces_data import tr
from gui.jobs import JobQueue
from gui.probe import PictureLoader
from gui.probe_ranking import SHOWN, photo_in_ad, ranked_faces, weight_shares

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.inventory import RankedFace
    from gui.faces_body import FacesBody
    from gui.faces_data import FacesData
    from gui.faces_map import FacesMap
    from gui.probe import Probe


class FacesRanking(QObject):
    """Ranks by the sliders as they stand; ``pictured`` says that all faces shown have their pictures."""

    pictured = Signal()

    def __init__(self, cards: FacesBody, places: FacesMap, failures: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._cards, self._map = cards, places
        self._data: FacesData | None = None
        self._probe: Probe | None = None
        self.ranked: tuple[RankedFace, ...] = ()
        self._pictures = PictureLoader(self)
        self._pictures.ready.connect(self._show_pictures)
        self._pictures.failed.connect(failures.failed)
        self._ahead = QTimer(self, singleShot=True, interval=250)
        self._ahead.timeout.connect(self._load_ahead)
        cards.weights.moved.connect(self._rank_again)

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Forget another campaign's faces."""
        self._data, self._probe, self.ranked = None, None, ()
        self._ahead.stop()
        self._pictures.set_campaign(campaign)

    def rest(self) -> None:
        """Load nothing ahead while the photos are read."""
        self._ahead.stop()

    def show_data(self, data: FacesData) -> None:
        """Take the photos to rank; the sliders stay where somebody moved them."""
        if self._data is None or not self._cards.weights.is_stale:
            self._cards.weights.show_weights(data.matcher.settings.weights)
        self._data = data
        self._tell_stale()

    def show_probe(self, probe: Probe) -> None:
        """Rank for a customer who was turned to, and load ahead what a slider may bring up."""
        self.rank(probe)
        self._ahead.start()

    def show_nobody(self, words: str) -> None:
        """Say why there is no ranking."""
        self.drop_probe()
        self._cards.five.show_nobody(words)

    def drop_probe(self) -> None:
        """Rank for nobody, until there is a face to compare."""
        self._probe, self.ranked = None, ()
        self._cards.probe.forget_face()
        self._map.show_probe(None, ())

    @Slot(object)
    def _rank_again(self, _weights: object) -> None:
        """Rank by other weights at once; the ads follow when everybody is matched again."""
        self._tell_stale()
        if self._probe is not None:
            self.show_probe(self._probe)

    def _tell_stale(self) -> None:
        data, weights = self._data, self._cards.weights
        kept = None if data is None else data.matcher.settings.weights
        weights.tell_stale(is_stale=kept is not None and weight_shares(kept) != weight_shares(weights.weights))

    def rank(self, probe: Probe) -> None:
        """Rank the inventory for a customer, and say everything; pictures that are not at hand follow."""
        data = self._data
        if data is None:
            return
        self._probe = probe
        wrong = tr("No campaign photo may be used for this customer.")
        try:
            self.ranked = ranked_faces(data, probe, self._cards.weights.weights)
        except ModelError:
            self.ranked = ()
            wrong = tr("Faces are still read again by the network in use. Until all are, none are compared.")
        first, chosen, five = self.ranked[:SHOWN], probe.faces.chosen, self._cards.five
        if probe.look is None:
            five.show_nobody(tr("Without a face to compare there are no look-alikes."))
        elif not first:
            five.show_nobody(wrong)
        else:
            hair = {one.photo: data.hair_of(one.photo) for one in first}
            five.show_faces(first, photo_in_ad(probe, self.ranked), chosen, hair)
        five.tell_weights(self._cards.weights.weights)
        self._cards.inventory.mark_for(chosen, probe.bans, has_customer=probe.look is not None)
        self._map.show_probe(probe.look if first else None, [one.photo for one in first])
        self._show_pictures()
        self._pictures.ask([one.photo for one in first])

    @Slot()
    def _show_pictures(self) -> None:
        wanted = [one.photo for one in self.ranked[:SHOWN]]
        there = {key: photo for key in wanted if (photo := self._pictures.photo(key)) is not None}
        beside = None if self._probe is None else self._probe.faces.face
        self._cards.five.show_pictures(there, beside)
        if wanted and len(there) == len(wanted):
            self.pictured.emit()

    @Slot()
    def _load_ahead(self) -> None:
        self._pictures.ask([one.photo for one in self.ranked])
