"""Thumbnails of campaign photos, decoded behind the window's back: those in sight first, kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPainterPath

from engine.job import Job, JobContext
from gui.jobs import JobQueue
from gui.theme import RADIUS_PHOTO

if TYPE_CHECKING:
    from engine.campaign import Campaign

THUMB = 116  # of a thumbnail in the grid, as pages measure
DECODERS = 2  # as many as an ordinary laptop can spare; more would only wait for each other
BATCH = 8  # thumbnails a decoder fetches at once
MOST_BYTES = 96 << 20  # of decoded thumbnails that are kept

Thumbs = list[tuple[str, int, QImage | None]]


class ThumbLoader(QObject):
    """Decodes the thumbnails that are wanted now, the first ones first; what is out of sight again is not begun.

    ``ready`` says that some have come. A thumbnail is kept by its photo's content and its size in pixels, so that
    neither scrolling back nor reading the campaign anew decodes it again.
    """

    ready = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queues = [JobQueue(self) for _ in range(DECODERS)]
        self._campaign: Campaign | None = None
        self._contents: Mapping[str, str] = {}
        self._kept: OrderedDict[tuple[str, int], QImage] = OrderedDict()
        self._bytes = 0
        self._wanted: list[tuple[str, int]] = []
        self._begun: set[tuple[str, int]] = set()
        self._broken: set[tuple[str, int]] = set()
        for queue in self._queues:
            queue.emptied.connect(self._begin)  # also after a job that was given up, of which nothing comes

    def set_campaign(self, campaign: Campaign | None, contents: Mapping[str, str]) -> None:
        """Load out of a campaign; ``contents`` tells by key what a photo's content is, in any words."""
        if campaign is not self._campaign:
            self._kept.clear()
            self._bytes = 0
        self._campaign, self._contents = campaign, contents
        self._wanted, self._begun, self._broken = [], set(), set()
        for queue in self._queues:
            queue.drop_all()

    @property
    def is_busy(self) -> bool:
        """Whether something is being decoded."""
        return any(queue.is_busy for queue in self._queues)

    def image(self, key: str, side: int) -> QImage | None:
        """Return the thumbnail of a photo at a side in pixels, or None while there is none."""
        name = (self._contents.get(key, key), side)
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def want(self, keys: Sequence[str], side: int) -> None:
        """Want these thumbnails, the first ones first, and no others any more."""
        self._wanted = [
            (key, side)
            for key in keys
            if (key, side) not in self._begun
            and (key, side) not in self._broken
            and (self._contents.get(key, key), side) not in self._kept
        ]
        self._begin()

    @Slot()
    def _begin(self) -> None:
        campaign = self._campaign
        if campaign is None:
            return
        for queue in self._queues:
            if self._wanted and not queue.is_busy:
                part, self._wanted = self._wanted[:BATCH], self._wanted[BATCH:]
                self._begun.update(part)
                queue.start(_job(campaign, part), self._take, failed=self._give_up, noted=False)

    @Slot(object)
    def _take(self, thumbs: Thumbs) -> None:
        for key, side, image in thumbs:
            self._begun.discard((key, side))
            if image is None:
                self._broken.add((key, side))
            else:
                self._keep((self._contents.get(key, key), side), image)
        self.ready.emit()

    @Slot(Exception)
    def _give_up(self, _: Exception) -> None:
        """Leave grey what could not be read: the pages that need the campaign file tell why."""
        self._broken |= self._begun
        self._begun.clear()

    def _keep(self, name: tuple[str, int], image: QImage) -> None:
        if name in self._kept:
            return
        self._kept[name] = image
        self._bytes += image.sizeInBytes()
        while self._bytes > MOST_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.sizeInBytes()


def _job(campaign: Campaign, part: Sequence[tuple[str, int]]) -> Job[Thumbs]:
    def work(context: JobContext) -> Thumbs:
        from engine.faces import decode_photo
        from engine.inventory import thumbnails

        jpegs = thumbnails(campaign, [key for key, _ in part], context)
        found: Thumbs = []
        for key, side in part:
            context.check()
            found.append((key, side, rounded(decode_photo(jpegs[key]), side, THUMB) if key in jpegs else None))
        return found

    return Job("Thumbnails", work)


def rounded(rgb: NDArray[np.uint8], side: int, length: int) -> QImage:
    """Return the square in the middle of a picture at a side in pixels, corners rounded, to be drawn at a length."""
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    image = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    short = min(width, height)
    part = QRectF((width - short) / 2, (height - short) / 2, short, short)
    result = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    path = QPainterPath()
    radius = RADIUS_PHOTO * side / length
    path.addRoundedRect(QRectF(0, 0, side, side), radius, radius)
    painter.setClipPath(path)
    painter.drawImage(QRectF(0, 0, side, side), image, part)
    painter.end()
    result.setDevicePixelRatio(side / length)
    return result
