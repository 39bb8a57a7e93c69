"""Where the window stands when it is first opened, and how small it may become."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize

SMALLEST = QSize(1024, 640)
FIRST = QSize(1440, 900)
FRAME = QMargins(8, 40, 8, 8)  # what a desktop puts round a window; nobody knows it before the window is shown


def first_place(available: QRect) -> QRect:
    """Return the place of the window within its frame: the first size, or what the free part of the screen leaves."""
    room = available.marginsRemoved(FRAME)
    place = QRect(room.topLeft(), FIRST.boundedTo(room.size()))
    place.moveCenter(room.center())
    return place


def smallest_size(available: QRect) -> QSize:
    """Return the smallest size that holds every action, or the room there is where the screen has less."""
    return SMALLEST.boundedTo(available.marginsRemoved(FRAME).size())
