"""Icons: SVG files on a 20 px grid, recoloured when they are loaded."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from engine.resources import resource
from gui.theme import Tone, theme

DENSITIES = (1.0, 2.0, 3.0)


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


def svg_pixmap(source: str, size: int, density: float = 1.0) -> QPixmap:
    """Render an SVG text into a square of ``size`` device-independent pixels."""
    renderer = QSvgRenderer(QByteArray(source.encode()))
    if not renderer.isValid():
        raise ValueError("The icon is not an SVG that Qt can draw.")
    side = round(size * density)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(density)
    return pixmap


def icon_pixmap(name: str, tone: Tone = "text", size: int = 20, density: float = 1.0) -> QPixmap:
    """Return one icon in a colour of the theme in use; it is drawn once for all who ask."""
    colour, drawn = theme().colour(tone).name(), QPixmap()
    key = f"icon {name} {colour} {size} {density}"
    if not QPixmapCache.find(key, drawn):
        drawn = svg_pixmap(_source(name).replace("currentColor", colour), size, density)
        QPixmapCache.insert(key, drawn)
    return drawn


def icon(name: str, tone: Tone = "text", size: int = 20, *, tone_on: Tone | None = None) -> QIcon:
    """Return an icon in the theme's colours with all of Qt's modes given, so that Qt tints nothing.

    ``tone_on`` is the colour while a checkable control is checked. The icon is of the theme in use now: make it
    again when ``look().changed`` is emitted (Button, IconLabel and RailButton do so themselves).
    """
    result = QIcon()
    states: tuple[tuple[QIcon.State, Tone], ...] = (
        (QIcon.State.Off, tone),
        (QIcon.State.On, tone_on or tone),
    )
    for state, colour in states:
        modes: tuple[tuple[QIcon.Mode, Tone], ...] = (
            (QIcon.Mode.Normal, colour),
            (QIcon.Mode.Active, colour),
            (QIcon.Mode.Selected, "accent_soft_text" if colour == "text" else colour),
            (QIcon.Mode.Disabled, "muted"),
        )
        for density in DENSITIES:
            drawn = {each: icon_pixmap(name, each, size, density) for each in {each for _, each in modes}}
            for mode, each in modes:
                result.addPixmap(drawn[each], mode, state)
    return result


def mark_pixmap(size: int, density: float = 1.0) -> QPixmap:
    """Return the application's mark."""
    return svg_pixmap(_source("semblance"), size, density)


def mark_icon() -> QIcon:
    """Return the application's mark for windows and task bars."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(mark_pixmap(size))
    return result
