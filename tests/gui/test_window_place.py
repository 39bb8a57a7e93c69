"""The window's first place and smallest size, on screens of all sizes."""

import pytest
from PySide6.QtCore import QRect, QSize

from gui.main_window import MainWindow
from gui.window_place import FRAME, first_place, smallest_size


@pytest.mark.parametrize(
    ("available", "size"),
    [
        (QRect(0, 0, 1920, 1040), QSize(1440, 900)),
        (QRect(0, 0, 1440, 900), QSize(1424, 852)),
        (QRect(0, 0, 1366, 728), QSize(1350, 680)),
        (QRect(1920, 120, 1280, 984), QSize(1264, 900)),
    ],
)
def test_first_window_with_its_frame_lies_whole_on_the_free_part_of_the_screen(available, size):
    place = first_place(available)
    assert place.size() == size
    assert available.contains(place.marginsAdded(FRAME))


def test_smallest_size_is_that_of_the_look_or_what_the_screen_has():
    assert smallest_size(QRect(0, 0, 1366, 728)) == QSize(1024, 640)
    assert smallest_size(QRect(0, 0, 1092, 574)) == QSize(1024, 526)


def test_window_of_the_first_start_fits_the_screen_it_is_on(settings, qtbot):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert window.screen().availableGeometry().contains(window.frameGeometry())
    window.close()
