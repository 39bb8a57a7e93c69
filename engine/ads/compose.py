"""Template, copy and portrait become an ad; preview and export run through the same lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QTransform

from engine.ads.colours import BrandKit, replace_colours
from engine.ads.crop import Crop, PhotoSlot, Portrait, crop_portrait
from engine.ads.fonts import inter, register_fonts
from engine.ads.geometry import Box
from engine.ads.layers import LayerCache, Logo, StillLayers
from engine.ads.preflight import (
    BLOCKING,
    SAME_IN_ALL_VARIANTS,
    Fault,
    PlacedLine,
    contrast_faults,
    covered_face,
    line_faults,
    once_per_slot,
    photo_faults,
)
from engine.ads.setting import AdCopy, set_copy
from engine.ads.template import NO_PHOTO, Sheet, TemplateFamily, recoloured
from engine.ads.text import REFERENCE, layout_line


@dataclass(frozen=True, eq=False)
class Ad:
    """A composed ad: the picture (RGB32), which variant was chosen, what is wrong with it, and its text as set."""

    image: QImage
    size: str
    variant: str
    faults: tuple[Fault, ...]
    lines: tuple[PlacedLine, ...]

    @property
    def is_drawn_without_photo(self) -> bool:
        """Whether the family has a drawing of its own for ads without a face, and this is it."""
        return self.variant == NO_PHOTO

    @property
    def blocking(self) -> tuple[Fault, ...]:
        """The faults for which the ad must not be exported."""
        return tuple(fault for fault in self.faults if fault.kind in BLOCKING)

    @property
    def is_blocked(self) -> bool:
        """Whether the ad must not be exported: text that does not fit or cannot be drawn, a photo that is barred."""
        return _is_blocked(self.faults)


@dataclass(frozen=True)
class _Plan:
    """Where everything goes in one variant, before anything is painted."""

    sheet: Sheet
    crop: Crop | None
    lines: tuple[PlacedLine, ...]
    faults: tuple[Fault, ...]


def compose(
    family: TemplateFamily,
    size: str,
    copy: AdCopy,
    portrait: Portrait | None,
    *,
    kit: BrandKit | None = None,
    logo: Logo | None = None,
    scale: float = 1.0,
    layers: LayerCache | None = None,
) -> Ad:
    """Compose one ad of a size such as "1080x1080" in the variant that suits the photo and the words.

    Without a portrait the variant "no-photo" is taken, or the family's own artwork stands alone. ``scale`` makes
    a smaller (or larger) picture with the same breaks and sizes. Keep one ``layers`` for many ads: still layers are
    then drawn once. Faults are part of the result; InputError is raised only for an unknown size or a kit that makes
    text unreadable.
    """
    register_fonts()
    palette = recoloured(family, kit)
    cache = layers or LayerCache()

    def still(sheet: Sheet) -> StillLayers:
        mark = logo.toned(family.logo_tone) if logo else None
        return cache.layers(sheet, family.palette, palette, has_handset=copy.has_handset, scale=scale, logo=mark)

    sheets = family.variants(size, has_photo=portrait is not None)
    plan = _choose(_plan(sheet, copy, portrait, still, scale) for sheet in sheets)
    lines = tuple(replace(one, colour=replace_colours(one.colour, family.palette, palette)) for one in plan.lines)
    image = still(plan.sheet).below.copy()
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    if portrait is not None and plan.crop is not None:
        _paint_photo(painter, plan.sheet.photo, plan.crop, portrait, scale)
    painter.drawImage(0, 0, still(plan.sheet).above)
    painter.end()
    weak = once_per_slot(contrast_faults(lines, _pixels(image), scale))
    _paint_text(image, lines, scale)
    return Ad(image, size, plan.sheet.variant, plan.faults + weak, lines)


def _choose(plans: Iterable[_Plan]) -> _Plan:
    """Take the first variant without a fault, else the first that can be exported, else the first."""
    faulty: list[_Plan] = []
    for plan in plans:
        if all(fault.kind in SAME_IN_ALL_VARIANTS for fault in plan.faults):
            return plan
        faulty.append(plan)
    return next((plan for plan in faulty if not _is_blocked(plan.faults)), faulty[0])


def _is_blocked(faults: tuple[Fault, ...]) -> bool:
    return any(fault.kind in BLOCKING for fault in faults)


def _plan(
    sheet: Sheet, copy: AdCopy, portrait: Portrait | None, still: Callable[[Sheet], StillLayers], scale: float
) -> _Plan:
    crop = None if portrait is None or sheet.variant == NO_PHOTO else crop_portrait(sheet.photo, portrait)
    lines, faults = set_copy(sheet, copy)
    canvas = Box(0, 0, sheet.width, sheet.height)
    faults += once_per_slot(line_faults(lines, canvas, crop.face if crop else None))
    if crop is not None:
        faults += tuple(photo_faults(sheet.photo, crop))
        target = sheet.photo.face
        if not target.grown(0.1 * target.height).contains(crop.face):  # on target the artwork leaves the face free
            faults += tuple(covered_face(crop, _pixels(still(sheet).above), scale))
    return _Plan(sheet, crop, lines, faults)


def _paint_photo(painter: QPainter, slot: PhotoSlot, crop: Crop, portrait: Portrait, scale: float) -> None:
    left, top = slot.box.x * scale, slot.box.y * scale
    width, height = slot.box.width * scale, slot.box.height * scale
    picture = _cut(portrait.rgb, crop.source).scaled(
        max(1, round(width)), max(1, round(height)),
        Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation,
    )  # fmt: skip
    brush = QBrush(picture)
    brush.setTransform(QTransform(width / picture.width(), 0, 0, height / picture.height(), left, top))
    path = QPainterPath()
    path.addRoundedRect(QRectF(left, top, width, height), slot.radius * scale, slot.radius * scale)
    painter.fillPath(path, brush)


def _cut(rgb: npt.NDArray[np.uint8], source: Box) -> QImage:
    """Return a part of a photo, to the nearest pixels, as a picture of its own."""
    height, width = rgb.shape[:2]
    left, top = min(round(source.x), width - 1), min(round(source.y), height - 1)
    right, bottom = max(left + 1, min(round(source.right), width)), max(top + 1, min(round(source.bottom), height))
    part = np.ascontiguousarray(rgb[top:bottom, left:right])
    image = QImage(part.data, right - left, bottom - top, part.strides[0], QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _paint_text(image: QImage, lines: tuple[PlacedLine, ...], scale: float) -> None:
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    for line in lines:
        layout = layout_line(line.text, inter(line.weight, REFERENCE, line.spacing))
        zoom = line.size * scale / REFERENCE
        painter.setTransform(QTransform(zoom, 0, 0, zoom, line.x * scale, line.baseline * scale))
        painter.setPen(QColor(line.colour))
        layout.draw(painter, QPointF(0, -layout.lineAt(0).ascent()))
    painter.end()


def _pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """Look at an RGB32 picture as (h, w, 4) uint8 without copying it."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)
