"""The customer whose face is compared: photo, quality, hair and age; loaded and measured in a thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from engine.campaign import Appearance, FaceChoice, StoredMatch
from engine.job import Job, JobContext
from gui.customer_faces import CustomerFaces
from gui.face_loader import FaceLoader
from gui.jobs import JobQueue, Task
from gui.photo_view import FacePhoto, decode
from gui.results import CampaignResults

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.faces import PhotoQuality
    from engine.inventory.faces import Looks
    from engine.inventory.ranking import RankedFace

KEPT_PICTURES = 40
KEPT_MATCHES = 20


@dataclass(frozen=True, eq=False)
class Probe:
    """A customer's face as the Faces page shows it. Without a consent that holds there is nothing but the consent."""

    faces: CustomerFaces  # without look-alikes: those are ranked on the page
    look: Looks | None = None  # as the ranking takes it
    appearance: Appearance = Appearance()
    quality: PhotoQuality | None = None
    frontal: QImage | None = None
    bans: frozenset[str] = frozenset()

    @property
    def customer(self) -> str:
        """Whose face it is."""
        return self.faces.customer


class ProbeLoader(FaceLoader):
    """Loads a customer's face (Probe); keeps choices together with the ranking they were made in."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ranked: Sequence[RankedFace] = ()

    def load(
        self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
    ) -> Probe:  # type: ignore[override]
        """Load a customer's face, and measure what was not measured yet."""
        return load_probe(campaign, results, customer, on, context)

    def keep_choice(self, customer: str, choice: FaceChoice | None) -> None:
        """Keep a choice; one that is not among the look-alikes on file brings this page's ranking with it."""
        campaign, today, ranked = self._campaign, self.today, tuple(self.ranked)
        if campaign is None:
            return

        def work(context: JobContext) -> None:
            context.check()
            with campaign.transaction():
                if choice is None:
                    campaign.forget_face_choice(customer)
                    return
                known = {match.photo for match in campaign.matches(customer)}
                if choice.contact is None and choice.photo is not None and choice.photo not in known:
                    campaign.write_matches(_matches(customer, ranked))
                campaign.choose_face(choice, on=today)

        self._queue.start(Job(self.tr("Keeping the choice"), work), failed=self._tell)


def _matches(customer: str, ranked: Sequence[RankedFace]) -> list[StoredMatch]:
    return [
        StoredMatch(customer, one.photo, rank, one.cosine, one.score)
        for rank, one in enumerate(ranked[:KEPT_MATCHES], start=1)
    ]


def load_probe(
    campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
) -> Probe:
    """Load a customer's face; call it in a job. A photo without a consent that holds is not even read."""
    consent, choice = campaign.consent(customer), campaign.face_choice(customer)
    by_rule = None if results.faces is None else results.faces.by_rule(customer, on)
    faces = CustomerFaces(customer, consent, None, (), by_rule=by_rule, choice=choice)
    if consent is None or not consent.holds(on):
        return Probe(faces)
    stored = campaign.customer_photo(customer)
    if stored is None:
        return Probe(faces)
    from engine.inventory.faces import Looks

    context.check()
    face = decode(stored)
    quality, frontal, appearance = _measured(campaign, face)
    look = Looks.of((stored.key,), stored.embedding[None], [appearance], (stored.model,))
    chosen = choice.photo if choice is not None and choice.contact is None else None
    faces = replace(faces, face=face, chosen=chosen)
    return Probe(faces, look, appearance, quality, frontal, campaign.inventory.bans(customer))


def _measured(campaign: Campaign, face: FacePhoto) -> tuple[PhotoQuality, QImage | None, Appearance]:
    """Judge the photo, and see hair and age where they are not known."""
    from engine.faces import Detection, age_range, decode_photo, frontal_view, hair_colour, landmarks, photo_quality

    stored = face.stored
    rgb = decode_photo(stored.jpeg)
    found = Detection(stored.box, stored.points.astype(np.float32), stored.score)
    mesh = landmarks(rgb, found)
    known = campaign.inventory.appearances([stored.key]).get(stored.key, Appearance())
    if known.age is None or (known.hair is None and not known.hair_by_hand):
        age, hair = age_range(rgb, found, mesh), hair_colour(rgb, found, mesh)
        lab = None if hair is None else (hair.lightness, hair.a, hair.b)
        campaign.inventory.measure(stored.key, Appearance(lab, (float(age.low), float(age.high))))
        known = campaign.inventory.appearances([stored.key])[stored.key]
    front = frontal_view(rgb, found, mesh)
    return photo_quality(rgb, found, mesh), None if front is None else _image(front), known


def _image(rgb: np.ndarray) -> QImage:
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class PictureLoader(QObject):
    """Decodes campaign photos that are to be seen large; the ones that were asked for last come first."""

    ready = Signal()
    failed = Signal(Exception)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)
        self._campaign: Campaign | None = None
        self._kept: OrderedDict[str, FacePhoto] = OrderedDict()
        self._task: Task | None = None

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Load out of a campaign."""
        self._queue.drop_all()
        self._task = None
        self._campaign = campaign
        self._kept.clear()

    def photo(self, key: str) -> FacePhoto | None:
        """Return a photo, or None while it is not there."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def ask(self, keys: Sequence[str]) -> None:
        """Want these photos; ``ready`` comes for each part of them that has come."""
        campaign = self._campaign
        missing = [key for key in keys if key not in self._kept]
        if self._task is not None:
            self._queue.drop(self._task)
            self._task = None
        if campaign is None or not missing:
            return

        def work(context: JobContext) -> list[FacePhoto]:
            found = []
            for key in missing:
                context.check()
                found.append(decode(campaign.photo(key)))
            return found

        self._task = self._queue.start(Job(self.tr("Loading photos"), work), self._take)

    @Slot(object)
    def _take(self, photos: list[FacePhoto]) -> None:
        self._task = None
        for photo in photos:
            self._kept[photo.stored.key] = photo
        while len(self._kept) > KEPT_PICTURES:
            self._kept.popitem(last=False)
        self.ready.emit()
