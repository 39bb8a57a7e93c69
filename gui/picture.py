"""Pictures on a page: never stretched, rounded, cross-faded, with a frame in the colour of their role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from engine.resources import resource
from gui.icons import svg_pixmap
from gui.theme import RADIUS_PHOTO, Theme, Tone, font, look, theme

CROSSFADE_MS = 160
DIMMED = 0.45
FRAME_ROOM = 4  # pixels between the widget's edge and the picture where there is a frame


Framing = Callable[[float], QRectF]


@dataclass(frozen=True)
class Shown:
    """What a picture shows: an image, or a notice in its place.

    ``framing`` returns the part of the image that fills a frame of an aspect (width / height); None shows all of it.
    """

    image: QImage | None = None
    framing: Framing | None = None
    icon: str = ""
    notice: str = ""


NOTHING = Shown()


class Picture(QWidget):
    """An image, whole or a framed part, without stretching. A hairline keeps pale ads off a pale ground.

    ``always`` is a theme to keep; without one the picture follows the window's.
    """

    def __init__(
        self,
        *,
        frame: Tone | None = None,
        radius: float = RADIUS_PHOTO,
        always: Theme | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._always = always
        self._frame = frame
        self._radius = radius
        self._now = NOTHING
        self._before = NOTHING
        self._dimmed = False
        self._scaled: dict[int, tuple[tuple[int, int], QImage]] = {}
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._fade.valueChanged.connect(self._step)
        self._fade.finished.connect(self.settle)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look().changed.connect(self.update)

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        return self._now

    @property
    def is_dimmed(self) -> bool:
        """Whether an old picture waits for the new one."""
        return self._dimmed

    def show_image(self, image: QImage, framing: Framing | None = None) -> None:
        """Fade over to an image, or to the part of it that a framing chooses, and stop dimming."""
        self._turn_to(Shown(image, framing))

    def show_notice(self, icon: str, notice: str) -> None:
        """Show a plain tile with an icon and a few words in the picture's place."""
        self._turn_to(Shown(icon=icon, notice=notice))

    def clear(self) -> None:
        """Show nothing, at once."""
        self._fade.stop()
        self._now = self._before = NOTHING
        self.set_dimmed(False)

    def set_frame(self, frame: Tone | None) -> None:
        """Frame the picture in the colour of its role, or not."""
        self._frame = frame
        self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Dim the old picture until a new one is there."""
        self._dimmed = dimmed
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Stay recognisable."""
        return QSize(80, 80)

    def picture_rect(self) -> QRectF:
        """Return where the picture stands in the widget."""
        return self._place(self._now)

    def _turn_to(self, shown: Shown) -> None:
        same = shown.image is not None and self._now.image is not None and shown.image == self._now.image
        self._before, self._now = self._now, shown
        self._dimmed = False
        self._scaled.clear()
        milliseconds = CROSSFADE_MS if self._moves() and self._before != NOTHING and not same else 0
        self._fade.stop()
        if milliseconds and self.isVisible():
            self._fade.setDuration(milliseconds)
            self._fade.start()
        else:
            self.settle()

    def _colours(self) -> Theme:
        return self._always or theme()

    def _moves(self) -> bool:
        """Whether the system lets things move."""
        return bool(self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self))

    def _step(self, value: object) -> None:
        self.update()

    def settle(self) -> None:
        """End the fade, and keep nothing of what was shown before."""
        self._fade.stop()
        self._before = NOTHING
        self.update()

    def _inside(self) -> QRectF:
        room = FRAME_ROOM if self._frame else 0
        return QRectF(self.rect()).adjusted(room, room, -room, -room)

    def _place(self, shown: Shown) -> QRectF:
        """Return the rectangle of what is shown: all of the room, or for a whole image the largest that fits."""
        inside = self._inside()
        if shown.image is None or shown.image.isNull() or shown.framing is not None:
            return inside
        part = self._part(shown)
        scale = min(inside.width() / part.width(), inside.height() / part.height())
        place = QRectF(0, 0, part.width() * scale, part.height() * scale)
        place.moveCenter(inside.center())
        return place

    def _part(self, shown: Shown) -> QRectF:
        """Return the part of the image to show."""
        assert shown.image is not None
        inside = self._inside()
        if shown.framing is not None and inside.height() > 0 and inside.width() > 0:
            return shown.framing(inside.width() / inside.height())
        return QRectF(shown.image.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is shown, over what was shown before while it fades."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        running = self._fade.state() == QVariantAnimation.State.Running
        share = float(self._fade.currentValue()) if running else 1.0
        dim = DIMMED if self._dimmed else 1.0
        if running:
            painter.setOpacity(dim)
            self._paint(painter, self._before)
        painter.setOpacity(dim * share)
        self._paint(painter, self._now)
        painter.setOpacity(1.0)
        if self._frame and self._now != NOTHING:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._colours().colour(self._frame), 2))
            ring = self._place(self._now).adjusted(-3, -3, 3, 3)
            painter.drawRoundedRect(ring, self._radius + 3, self._radius + 3)

    def _paint(self, painter: QPainter, shown: Shown) -> None:
        if shown.image is not None and not shown.image.isNull():
            self._paint_image(painter, shown)
        elif shown.notice:
            self._paint_notice(painter, shown)

    def _paint_image(self, painter: QPainter, shown: Shown) -> None:
        place = self._place(shown)
        path = QPainterPath()
        path.addRoundedRect(place, self._radius, self._radius)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(place, self._colours().colour("sunken"))
        part = self._part(shown)
        scale = place.width() / part.width()
        assert shown.image is not None
        whole = QRectF(
            place.x() - part.x() * scale,
            place.y() - part.y() * scale,
            shown.image.width() * scale,
            shown.image.height() * scale,
        )
        painter.drawImage(whole, self._at_size(shown.image, whole))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not self._frame:
            hairline = QColor(self._colours().colour("border"))
            painter.setPen(QPen(hairline, 1))
            painter.drawPath(path)

    def _at_size(self, image: QImage, whole: QRectF) -> QImage:
        """Return the image scaled well to the pixels it will cover, kept until it or the size changes."""
        ratio = self.devicePixelRatioF()
        size = (max(1, round(whole.width() * ratio)), max(1, round(whole.height() * ratio)))
        kept = self._scaled.get(image.cacheKey())
        if kept is None or kept[0] != size:
            smooth = Qt.TransformationMode.SmoothTransformation
            kept = (size, image.scaled(*size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
            self._scaled[image.cacheKey()] = kept
        return kept[1]

    def _paint_notice(self, painter: QPainter, shown: Shown) -> None:
        place = self._inside()
        now = self._colours()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.colour("sunken"))
        painter.drawRoundedRect(place, self._radius, self._radius)
        size = 32
        text = QRectF(place.x() + 12, place.center().y() + 8, place.width() - 24, place.height() / 2 - 8)
        if shown.icon:
            source = resource("icons", f"{shown.icon}.svg").read_text(encoding="utf-8")
            coloured = source.replace("currentColor", now.colour("muted").name())
            pixmap = svg_pixmap(coloured, size, self.devicePixelRatioF())
            painter.drawPixmap(round(place.center().x() - size / 2), round(place.center().y() - size), pixmap)
        painter.setPen(now.colour("muted"))
        painter.setFont(font())
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(text, flags, shown.notice)
