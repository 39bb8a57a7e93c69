"""What a designer corrects on the Faces page: bans, hair and age; kept one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.faces_jobs import age_job, banning_job, hair_job
from gui.jobs import JobQueue

if TYPE_CHECKING:
    from engine.campaign import Appearance, Campaign


class FaceCorrections(QObject):
    """``banned`` carries a customer and all photos kept from them, ``seen`` a photo's key and its Appearance."""

    banned = Signal(str, object)
    seen = Signal(str, object)
    failed = Signal(Exception)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)
        self._campaign: Campaign | None = None
        self._about: list[str] = []  # of the corrections under way, in their order

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Correct in another campaign."""
        self._campaign = campaign

    def ban(self, customer: str, photos: Sequence[str]) -> None:
        """Keep photos from a customer."""
        self._ban(customer, photos, is_banned=True)

    def allow(self, customer: str, photos: Sequence[str]) -> None:
        """Let a customer have photos again."""
        self._ban(customer, photos, is_banned=False)

    def _ban(self, customer: str, photos: Sequence[str], *, is_banned: bool) -> None:
        if self._campaign is not None and customer and photos:
            self._about.append(customer)
            job = banning_job(self._campaign, customer, photos, is_banned=is_banned)
            self._queue.start(job, self._take_bans, failed=self._fail, lasting=True)

    def set_hair(self, key: str, rgb: tuple[int, int, int]) -> None:
        """Keep the colour of the hair on a photo."""
        if self._campaign is not None:
            self._about.append(key)
            self._queue.start(hair_job(self._campaign, key, rgb), self._take_seen, failed=self._fail, lasting=True)

    def set_age(self, key: str, age: tuple[float, float] | None) -> None:
        """Keep the age of the person on a photo; None has it guessed again."""
        if self._campaign is not None:
            self._about.append(key)
            self._queue.start(age_job(self._campaign, key, age), self._take_seen, failed=self._fail, lasting=True)

    @Slot(object)
    def _take_bans(self, bans: frozenset[str]) -> None:
        self.banned.emit(self._about.pop(0), bans)

    @Slot(object)
    def _take_seen(self, seen: Appearance) -> None:
        self.seen.emit(self._about.pop(0), seen)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._about.pop(0)
        self.failed.emit(error)
