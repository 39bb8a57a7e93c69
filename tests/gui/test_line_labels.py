"""Where the names of lines go: on their own lines, clear of the others."""

import numpy as np

from gui.charts.line_labels import Box, PixelLine, is_crossed, place_labels
from gui.charts.steps_of_axes import nice_steps

AREA = Box(50, 0, 700, 200)
X = np.linspace(50, 750, 101)


def test_names_lie_inside_clear_of_lines_and_of_each_other():
    lines = [PixelLine(X, np.full(101, height)) for height in (40.0, 100.0, 160.0)]
    boxes = place_labels(lines, [(100, 16), (180, 16), (60, 16)], AREA)
    for own, box in enumerate(boxes):
        assert not is_crossed(box, lines)
        assert AREA.y <= box.y and box.y + box.height <= AREA.y + AREA.height
        assert all(box.overlap(other) == 0 for place, other in enumerate(boxes) if place != own)
        nearest = min(range(3), key=lambda place: abs(lines[place].y[0] - box.y - box.height / 2))
        assert nearest == own


def test_a_name_keeps_off_what_is_taken():
    line = PixelLine(X, np.full(101, 100.0))
    taken = Box(400, 0, 350, 200)
    (box,) = place_labels([line], [(100, 16)], AREA, [taken])
    assert box.overlap(taken) == 0


def test_a_name_never_stands_beyond_another_line():
    lower, upper = PixelLine(X, np.full(101, 100.0)), PixelLine(X, np.full(101, 94.0))
    boxes = place_labels([upper, lower], [(60, 16), (60, 16)], AREA)
    assert boxes[0].y + 16 <= 94
    assert boxes[1].y >= 100


def test_steps_of_an_axis_are_round_and_hold_zero():
    assert nice_steps(-0.08, 0.4) == (0.0, 0.1, 0.2, 0.30000000000000004, 0.4)
    assert nice_steps(-3e5, 5.7e6) == (0.0, 2e6, 4e6)
    assert nice_steps(5.0, 5.0) == (5.0,)
