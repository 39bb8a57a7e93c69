"""A photo with the faces that were found in it, of which one is picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from gui.faces_data import tr
from gui.picture import Picture
from gui.theme import theme

if TYPE_CHECKING:
    from engine.faces import Detection


class FacePicker(Picture):
    """The photo as a whole; a click on a face or the arrow keys pick it. ``picked`` carries its place."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._faces: tuple[Detection, ...] = ()
        self._chosen = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 300)

    def sizeHint(self) -> QSize:
        """Ask for a picture that can be judged."""
        return QSize(480, 420)

    @property
    def chosen(self) -> int:
        """The place of the face that is picked, -1 without any."""
        return self._chosen

    def show_faces(self, image: QImage, faces: Sequence[Detection], chosen: int) -> None:
        """Show a photo with its faces."""
        self._faces, self._chosen = tuple(faces), chosen
        self.show_image(image)
        self._name()

    def show_notice(self, icon: str, notice: str) -> None:
        """Show a plain tile instead of a photo."""
        self._faces, self._chosen = (), -1
        super().show_notice(icon, notice)
        self.setAccessibleName(notice)

    def pick(self, place: int) -> None:
        """Pick a face and tell of it."""
        if 0 <= place < len(self._faces) and place != self._chosen:
            self._chosen = place
            self._name()
            self.update()
            self.picked.emit(place)

    def _name(self) -> None:
        said = tr("Photo with {count} faces, face {place} picked; arrow keys pick another")
        one = tr("Photo with one face")
        count = len(self._faces)
        self.setAccessibleName(one if count == 1 else said.format(count=count, place=self._chosen + 1))

    def box(self, place: int) -> QRectF:
        """Return where the box of a face stands in the widget."""
        assert self.shown.image is not None
        there = self.picture_rect()
        scale = there.width() / self.shown.image.width()
        x, y, w, h = (value * scale for value in self._faces[place].box)
        return QRectF(there.x() + x, there.y() + y, w, h)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the face that was clicked."""
        at = QPointF(event.position())
        for place in range(len(self._faces)):
            if self.shown.image is not None and self.box(place).contains(at):
                self.pick(place)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick the next face, or the one before."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key())
        )
        if step is None or len(self._faces) < 2:
            super().keyPressEvent(event)
            return
        self.pick((self._chosen + step) % len(self._faces))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photo and the boxes over it, the picked one in the customer's colour."""
        super().paintEvent(event)
        if self.shown.image is None or not self._faces:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(len(self._faces)):
            is_chosen = place == self._chosen
            painter.setPen(QPen(QColor(0, 0, 0, 110), 5 if is_chosen else 4))
            painter.drawRoundedRect(self.box(place), 5, 5)
            painter.setPen(QPen(theme().colour("accent") if is_chosen else QColor("white"), 3 if is_chosen else 1.5))
            painter.drawRoundedRect(self.box(place), 5, 5)
