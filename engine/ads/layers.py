"""The still layers of an ad, drawn once by resvg and kept for as long as the caller keeps the cache."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from engine.ads.colours import Palette, replace_colours
from engine.ads.geometry import Box
from engine.ads.svg import SHAPES, SVG, element_name, local_name
from engine.ads.template import Sheet
from engine.errors import TemplateError

ET.register_namespace("", SVG[1:-1])
_SCENERY = SHAPES | {"text"}
_HANDSET = "vis-phone"
AT_ONCE = 96 * 1024  # pixels that take resvg under 30 ms on a slow core


@dataclass(frozen=True, eq=False)
class Logo:
    """A brand's own mark, for dark and for light grounds; transparent pictures of any size."""

    on_dark: QImage
    on_light: QImage

    def toned(self, tone: str) -> QImage:
        """Return the picture for a family's logo tone, "on-dark" or "on-light"."""
        return self.on_dark if tone == "on-dark" else self.on_light


@dataclass(frozen=True, eq=False)
class StillLayers:
    """What lies under the photo (opaque) and what lies over it (logo included), in device pixels."""

    below: QImage
    above: QImage

    @property
    def size_in_bytes(self) -> int:
        """The memory that both pictures take."""
        return self.below.sizeInBytes() + self.above.sizeInBytes()


@dataclass(frozen=True)
class LayerKey:
    """Everything that the still layers depend on."""

    sheet: Sheet
    palette: Palette
    has_handset: bool
    scale: float
    logo: int | None  # QImage.cacheKey


class LayerCache:
    """Keeps the still layers that were used last, up to ``limit_bytes``; safe to share between threads."""

    def __init__(self, limit_bytes: int = 256 * 1024 * 1024) -> None:
        self._limit = limit_bytes
        self._size = 0
        self._layers: OrderedDict[LayerKey, StillLayers] = OrderedDict()
        self._lock = threading.Lock()

    def layers(
        self, sheet: Sheet, old: Palette, new: Palette, *, has_handset: bool, scale: float, logo: QImage | None
    ) -> StillLayers:
        """Return the still layers in the new palette, drawing them if they are not there yet."""
        key = LayerKey(sheet, new, has_handset, scale, None if logo is None else logo.cacheKey())
        with self._lock:
            found = self._layers.get(key)
            if found is not None:
                self._layers.move_to_end(key)
                return found
        drawn = bake(sheet, old, new, has_handset=has_handset, scale=scale, logo=logo)
        with self._lock:
            if key not in self._layers:
                self._layers[key] = drawn
                self._size += drawn.size_in_bytes
            while self._size > self._limit and len(self._layers) > 1:
                self._size -= self._layers.popitem(last=False)[1].size_in_bytes
        return drawn


def bake(
    sheet: Sheet, old: Palette, new: Palette, *, has_handset: bool, scale: float, logo: QImage | None
) -> StillLayers:
    """Draw a sheet's still layers with resvg, recoloured, its slots (but the sample logo) left out."""
    below, above = (
        render(layer(sheet, old, new, above=part, has_handset=has_handset, with_logo=logo is None), sheet, scale)
        for part in (False, True)
    )
    if logo is not None and sheet.logo is not None:
        _draw_logo(above, logo, sheet.logo, scale)
    ground = QImage(below.size(), QImage.Format.Format_RGB32)
    ground.fill(Qt.GlobalColor.white)
    painter = QPainter(ground)
    painter.drawImage(0, 0, below)
    painter.end()
    return StillLayers(ground, above)


def layer(sheet: Sheet, old: Palette, new: Palette, *, above: bool, has_handset: bool, with_logo: bool) -> ET.Element:
    """Return the drawing with only the shapes before (or after) the photo in it."""
    root = ET.fromstring(replace_colours(sheet.svg, old, new))  # noqa: S314 - checked when the family was loaded
    is_after_photo = False

    def prune(parent: ET.Element, in_logo: bool) -> None:
        nonlocal is_after_photo
        for child in list(parent):
            name = element_name(child).lower()
            if name == "slot-photo":
                is_after_photo = True
            is_logo = in_logo or name == "slot-logo"
            if local_name(child) in ("defs", "clipPath"):
                continue
            if (name.startswith("slot-") and name != "slot-logo") or (name == _HANDSET and not has_handset):
                parent.remove(child)
            elif local_name(child) in _SCENERY:
                wanted = with_logo and above if is_logo else is_after_photo == above
                if not wanted:
                    parent.remove(child)
            else:
                prune(child, is_logo)

    prune(root, in_logo=False)
    return root


def render(root: ET.Element, sheet: Sheet, scale: float, *, at_once: int = AT_ONCE) -> QImage:
    """Draw a drawing at a scale, at most ``at_once`` pixels in one go.

    resvg holds the interpreter's lock while it draws: strip by strip, the window gets its turn in between.
    """
    width, height = device_size(sheet, scale)
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    tall = max(1, at_once // width)
    for top in range(0, height, tall):
        rows = min(tall, height - top)
        root.set("width", str(width))
        root.set("height", str(rows))
        root.set("viewBox", f"0 {top * sheet.height / height:.6f} {sheet.width} {rows * sheet.height / height:.6f}")
        root.set("preserveAspectRatio", "none")
        painter.drawImage(0, top, _strip(root, sheet))
    painter.end()
    return image


def _strip(root: ET.Element, sheet: Sheet) -> QImage:
    import resvg_py

    try:
        png = resvg_py.svg_to_bytes(svg_string=ET.tostring(root, encoding="unicode"), skip_system_fonts=True)
    except ValueError as error:
        raise TemplateError(f"The drawing {sheet.family}/{sheet.file} cannot be rendered: {error}.") from error
    strip = QImage.fromData(bytes(png))
    if strip.isNull():
        raise TemplateError(f"The drawing {sheet.family}/{sheet.file} cannot be rendered.")
    return strip


def device_size(sheet: Sheet, scale: float) -> tuple[int, int]:
    """Return the picture's width and height at a scale."""
    return max(1, round(sheet.width * scale)), max(1, round(sheet.height * scale))


def _draw_logo(image: QImage, logo: QImage, box: Box, scale: float) -> None:
    """Fit a logo into its box: left edge kept, centred in height, drawn on ``image``."""
    if logo.isNull():
        return
    zoom = min(box.width / logo.width(), box.height / logo.height())
    width, height = logo.width() * zoom, logo.height() * zoom
    target = QRectF(box.x * scale, (box.y + (box.height - height) / 2) * scale, width * scale, height * scale)
    fitted = logo.scaled(
        max(1, round(target.width())), max(1, round(target.height())),
        Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation,
    )  # fmt: skip
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, fitted)
    painter.end()
