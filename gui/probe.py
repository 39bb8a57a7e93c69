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

from engine.campaign import Appearance, FaceChoice
from engine.job import Job, JobContext
from gui.customer_faces import CustomerFaces
from gui.face_loader import FaceLoader
from gui.jobs import JobQueue, Task
from gui.photo_view import FacePhoto, decode
from gui.results import CampaignResults

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.faces import PhotoQuality
    from engine.inventory import Looks

KEPT_PICTURES = 40
UNKNOWN = Appearance()


@dataclass(frozen=True, eq=False)
class Probe:
    """A customer's face as the Faces page shows it. Without a consent that holds there is nothing but the consent."""

    faces: CustomerFaces  # without look-alikes: those are ranked on the page
    look: Looks | None = None  # as the ranking takes it
    appearance: Appearance = UNKNOWN
    quality: PhotoQuality | None = None
    frontal: QImage | None = None
    bans: frozenset[str] = frozenset()

    @property
    def customer(self) -> str:
        """Whose face it is."""
        return self.faces.customer

    @property
    def contact(self) -> str | None:
        """The contact whose look-alike the ad bears; None where it bears the customer's own."""
        choice = self.faces.choice
        return self.faces.by_rule if choice is None else choice.contact

    def with_choice(self, choice: FaceChoice | None) -> Probe:
        """Return the same face under another choice."""
        chosen = choice.photo if choice is not None and choice.contact is None else None
        return replace(self, faces=replace(self.faces, choice=choice, chosen=chosen))

    def with_bans(self, bans: frozenset[str]) -> Probe:
        """Return the same face with other photos kept from it."""
        return replace(self, bans=bans)

    def with_appearance(self, seen: Appearance) -> Probe:
        """Return the same face with hair and age as they are known now."""
        from engine.inventory import Looks

        look = self.look
        if look is not None:
            look = Looks.of(look.keys, look.embeddings, [seen], look.models)
        return replace(self, appearance=seen, look=look)


class ProbeLoader(FaceLoader):
    """Loads a customer's face (Probe); keeps choices wherever the photo ranks."""

    def load(self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext) -> Probe:  # type: ignore[override]
        """Load a customer's face, and measure what was not measured yet."""
        return load_probe(campaign, results, customer, on, context)

    def put_choice(self, campaign: Campaign, customer: str, choice: FaceChoice | None, on: date) -> None:
        """Put a choice into the campaign file, pinned where it names a photo."""
        from engine.inventory import pin

        if choice is None or choice.photo is None:
            super().put_choice(campaign, customer, choice, on)
            return
        with campaign.transaction():
            campaign.choose_face(replace(choice, photo=None), on=on)
            pin(campaign, customer, choice.photo, on)


def load_probe(campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext) -> Probe:
    """Load a customer's face; call it in a job. A photo without a consent that holds is not even read."""
    consent, choice = campaign.consent(customer), campaign.face_choice(customer)
    by_rule = None if results.faces is None else results.faces.by_rule(customer, on)
    faces = CustomerFaces(customer, consent, None, (), by_rule=by_rule, choice=choice)
    if consent is None or not consent.holds(on):
        return Probe(faces)
    stored = campaign.customer_photo(customer)
    if stored is None:
        return Probe(faces)
    from engine.inventory import Looks

    context.check()
    face = decode(stored)
    quality, frontal, appearance = _measured(campaign, face)
    look = Looks.of((stored.key,), stored.embedding[None], [appearance], (stored.model,))
    chosen = choice.photo if choice is not None and choice.contact is None else None
    faces = replace(faces, face=face, chosen=chosen)
    if results.faces is not None:
        shown = results.faces.of(customer, on)
        faces = replace(faces, is_shared_out=shown.is_shared_out, share=shown.share)
    return Probe(faces, look, appearance, quality, frontal, campaign.inventory.bans(customer))


def _measured(campaign: Campaign, face: FacePhoto) -> tuple[PhotoQuality, QImage | None, Appearance]:
    """Judge the photo, and see hair and age where they are not known."""
    from engine.faces import Detection, decode_photo, frontal_view, landmarks, photo_quality
    from engine.inventory import appearance_of

    stored = face.stored
    rgb = decode_photo(stored.jpeg)
    found = Detection(stored.box, stored.points.astype(np.float32), stored.score)
    mesh = landmarks(rgb, found)
    known = campaign.inventory.appearances([stored.key]).get(stored.key, Appearance())
    if known.age is None and not known.age_by_hand:
        campaign.inventory.measure(stored.key, appearance_of(rgb, found))
        known = campaign.inventory.appearances([stored.key]).get(stored.key, known)  # it may have gone meanwhile
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
