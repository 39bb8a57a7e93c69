"""Pictures of charts that the plotting library draws: as wide lines and whole dots as on the screen."""

import numpy as np
import pyqtgraph as pg
import pytest

from gui.charts.histogram import Histogram
from gui.charts.line_chart import ChartLine, LineChart, Tick
from gui.charts.picture_button import PICTURE_SCALE, ChartPicture
from gui.theme import theme


@pytest.fixture
def chart(qtbot):
    chart = LineChart("What it earns")
    qtbot.addWidget(chart)
    chart.resize(400, 200)
    chart.show_lines([ChartLine("Personal", (0.0, 1.0), (0.0, 2e6), "accent", width=4.0)], [Tick(0.0, "0")])
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def test_a_line_is_as_wide_in_the_picture_as_on_the_screen(chart):
    image = ChartPicture(chart, "Title", "Note").image()
    colour = theme().colour("accent").name()
    column = [image.pixelColor(400, y).name() for y in range(image.height())]
    assert 7 <= sum(name == colour for name in column) <= 11  # 4 pixels at twice the density, a little slanted
    assert chart.property(PICTURE_SCALE) is None


def test_lines_and_dots_are_shapes_that_every_program_draws(chart):
    dots = pg.ScatterPlotItem([0.5, 0.7], [1e6, 1e6], size=12, brush=theme().colour("danger"))
    chart._draw_more = lambda item: item.addItem(dots)
    svg = ChartPicture(chart, "Title", "Note").svg().decode()
    assert "non-scaling-stroke" not in svg
    assert "<image" not in svg
    assert svg.count(theme().colour("danger").name()) >= 2
    assert "Title" in svg
    assert "Note" in svg


def test_a_picture_is_as_large_as_chart_and_words(qtbot):
    chart = Histogram("Customers by contacts")
    qtbot.addWidget(chart)
    chart.resize(300, 84)
    chart.show_values(np.arange(40), 3)
    bare, told = ChartPicture(chart, "Title", ""), ChartPicture(chart, "Title", "One line. " * 20)
    assert bare.size.width() == told.size.width() == 332
    assert bare.size.height() > 84
    assert told.size.height() > bare.size.height() + 40
    assert told.image().size() == 2 * told.size
