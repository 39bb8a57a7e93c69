"""Ads for pages: composed in a thread, the latest wish wins, what was made is kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.job import Job, JobContext
from gui.jobs import JobQueue, Task

if TYPE_CHECKING:
    from engine.ads import Ad
    from engine.campaign import Campaign
    from engine.creative import CreativeStudio

KEPT = 12


@dataclass(frozen=True)
class AdWish:
    """Which ad is wanted: whose, in which size, with which inventory photo; None is the ad without a face."""

    customer: str
    size: str
    photo: str | None


@dataclass(frozen=True, eq=False)
class ComposedAd:
    """An ad and the wish that it fulfils."""

    wish: AdWish
    ad: Ad


class _Studio:
    """The campaign's studio, made in the thread at its first use; only that one thread touches it."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._studio: CreativeStudio | None = None

    def compose(self, wish: AdWish) -> ComposedAd:
        """Compose an ad. Raises SemblanceError."""
        from engine.creative import CreativeStudio

        if self._studio is None:
            self._studio = CreativeStudio(self._campaign)
        creative = self._studio.creative_with(wish.customer, wish.photo)
        return ComposedAd(wish, self._studio.compose(creative, wish.size))


class AdComposer(QObject):
    """Composes the ad that was asked for last; ``composed`` and ``failed`` tell of no other one."""

    composed = Signal(object)  # ComposedAd
    failed = Signal(Exception)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = JobQueue(self)
        self._studio: _Studio | None = None
        self._task: Task | None = None
        self._kept: OrderedDict[AdWish, ComposedAd] = OrderedDict()

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Work for another campaign; wishes of the last one are given up."""
        self.give_up()
        self._kept.clear()
        self._studio = None if campaign is None else _Studio(campaign)

    @property
    def is_busy(self) -> bool:
        """Whether an ad is being composed."""
        return self._queue.is_busy

    def give_up(self) -> None:
        """Want no ad any more."""
        if self._task is not None:
            self._queue.drop(self._task)
            self._task = None

    def ask(self, wish: AdWish) -> bool:
        """Want an ad; return whether it was there already. ``composed`` comes in both cases."""
        self.give_up()
        kept = self._kept.get(wish)
        if kept is not None:
            self._kept.move_to_end(wish)
            self.composed.emit(kept)
            return True
        self._start(wish)
        return False

    def _start(self, wish: AdWish) -> None:
        studio = self._studio
        if studio is None:
            return

        def work(context: JobContext) -> ComposedAd:
            context.check()
            return studio.compose(wish)

        self._task = self._queue.start(Job(self.tr("Composing the ad"), work), self._deliver, failed=self._fail)

    @Slot(object)
    def _deliver(self, composed: ComposedAd) -> None:
        self._kept[composed.wish] = composed
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.composed.emit(composed)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)
