"""Photos of faces, framed alike so that one compares faces and not framing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine.campaign import StoredPhoto
from engine.faces import Subject, decode_photo, eye_frame
from gui.picture import Framing, Picture
from gui.theme import RADIUS_PHOTO, Theme, Tone
from gui.widgets import Label, column

THUMB = 82


def tr(text: str) -> str:
    """Translate a phrase about photos."""
    return QCoreApplication.translate("photos", text)


@dataclass(frozen=True, eq=False)
class FacePhoto:
    """A stored photo with its decoded picture."""

    stored: StoredPhoto
    image: QImage


def decode(photo: StoredPhoto) -> FacePhoto:
    """Decode a photo out of the campaign file; call it in a job. Raises PhotoError.

    The file may come from somebody else, so its pictures are decoded as carefully as any from outside.
    """
    rgb = np.ascontiguousarray(decode_photo(photo.jpeg))
    height, width = rgb.shape[:2]
    return FacePhoto(photo, _for_painting(QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)))


def _for_painting(image: QImage) -> QImage:
    """Return a copy in the format that is scaled and painted fastest."""
    return image.convertToFormat(QImage.Format.Format_RGB32)


def framing(face: FacePhoto, others: Sequence[FacePhoto]) -> Framing:
    """Return how a face is framed alike with others: one eye line, one eye distance. It keeps none of the photos."""
    subjects = [_subject(each.stored) for each in (face, *others)]

    @lru_cache(maxsize=2)  # asked for at every paint
    def part(aspect: float) -> QRectF:
        frame = eye_frame(*subjects, aspect=aspect)[0]
        return QRectF(frame.x, frame.y, frame.width, frame.height)

    return part


def _subject(photo: StoredPhoto) -> Subject:
    return Subject(photo.width, photo.height, photo.box, photo.points, photo.hair_top)


def photo_name(key: str) -> str:
    """Return a photo's name as people know it, without the ending."""
    return PurePath(key).stem


class FacePicture(Picture):
    """A face in its frame: petrol for the customer, apricot for the look-alike."""

    def __init__(
        self,
        *,
        frame: Tone | None = None,
        radius: float = RADIUS_PHOTO,
        always: Theme | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(frame=frame, radius=radius, always=always, parent=parent)
        self._face: FacePhoto | None = None

    @property
    def face(self) -> FacePhoto | None:
        """The face that is shown."""
        return self._face

    def show_face(self, face: FacePhoto, others: Sequence[FacePhoto] = (), *, name: str = "") -> None:
        """Fade over to a face that is framed alike with others."""
        self._face = face
        self.setAccessibleName(name)
        self.show_image(face.image, framing(face, others))

    def show_notice(self, icon: str, notice: str) -> None:
        """Show a plain tile instead of a face."""
        self._face = None
        self.setAccessibleName(notice)
        super().show_notice(icon, notice)

    def clear(self) -> None:
        """Show nothing."""
        self._face = None
        super().clear()


class FaceThumb(QAbstractButton):
    """A small face with its likeness under it, to be chosen by click, Space or Return."""

    chosen = Signal(int)

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self._is_chosen = False
        self.picture = FacePicture()
        self.picture.setMinimumSize(40, 40)
        self.number = Label("", "caption", "muted", tabular=True, align=Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(column((self.picture, 1), self.number, gap=4))
        for part in (self.picture, self.number):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_side(THUMB)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the cards keep their height from customer to customer
        self.setSizePolicy(policy)
        self.clicked.connect(self.choose)

    @property
    def is_chosen(self) -> bool:
        """Whether this is the face that the ad shows."""
        return self._is_chosen

    def show_face(self, face: FacePhoto, others: Sequence[FacePhoto], number: str, tip: str) -> None:
        """Show a face framed alike with the other thumbs, and its likeness."""
        self.picture.show_face(face, others, name=tip)
        self.number.setText(number)
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def set_chosen(self, is_chosen: bool) -> None:
        """Frame the face in apricot if it is the one in the ad."""
        self._is_chosen = is_chosen
        self.picture.set_frame("lookalike" if is_chosen else None)
        self.number.set_tone("lookalike" if is_chosen else "muted")
        self.setAccessibleDescription(tr("In the ad") if is_chosen else "")

    def set_side(self, side: int) -> None:
        """Make the picture a square of a side."""
        self.setFixedSize(side, side + 4 + self.number.sizeHint().height())

    @Slot()
    def choose(self) -> None:
        """Choose this face, if it is there."""
        if self.isVisible():
            self.chosen.emit(self._place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose this face by Return too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint nothing: the parts paint themselves."""
