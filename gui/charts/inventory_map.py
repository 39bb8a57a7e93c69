"""The inventory as a map: alike faces lie near each other, the customer lights up among the most alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.charts.line_chart import pen, quiet_plot
from gui.photo_view import photo_name
from gui.theme import Tone, look, theme
from gui.widgets import Label, Segments, column, row

if TYPE_CHECKING:
    from engine.inventory import InventoryMap as Places
    from engine.inventory.map import Method

DOT, NEIGHBOUR, PROBE = 6.0, 11.0, 15.0  # pixels
REACH_OF_A_CLICK = 12.0  # pixels
ROOM = 1.08


def tr(text: str) -> str:
    """Translate a phrase of the map."""
    return QCoreApplication.translate("map", text)


class InventoryMap(QWidget):
    """Dots in grey, the five most alike in apricot, the customer in petrol. ``chosen`` carries the photo clicked.

    ``method_chosen`` says that the map is to be drawn by the other method.
    """

    chosen = Signal(str)
    method_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._map: Places | None = None
        self._near: tuple[str, ...] = ()
        self._probe: np.ndarray | None = None
        self._only: Collection[str] | None = None
        self.plot = quiet_plot(self)
        for side in ("left", "bottom"):
            self.plot.getPlotItem().hideAxis(side)
        self.plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.says = Label("", "caption", "muted", wrap=True)
        self.methods = Segments([tr("PCA"), tr("t-SNE")], name=tr("Map by"))
        self.methods.button(0).setToolTip(tr("The two directions in which the faces differ most; at once"))
        self.methods.button(1).setToolTip(tr("Alike faces in groups; takes minutes for thousands of photos"))
        self.methods.chosen.connect(self._choose_method)
        self.setLayout(column((self.plot, 1), row((self.says, 1), self.methods, gap=8), gap=4))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Map of the campaign photos"))
        look().changed.connect(self.draw)

    def sizeHint(self) -> QSize:
        """Ask for a square."""
        return QSize(380, 380)

    @property
    def method(self) -> Method:
        """How the map is to be drawn."""
        return "tsne" if self.methods.selected else "pca"

    @Slot(int)
    def _choose_method(self, _index: int) -> None:
        self.says.setText(tr("The map is being drawn."))
        self.method_chosen.emit()

    @property
    def has_map(self) -> bool:
        """Whether there is something to draw."""
        return self._map is not None

    def show_map(self, places: Places | None) -> None:
        """Show the places of an inventory; those of the method that is no longer chosen are passed over."""
        if places is not None and places.method != self.method:
            return
        self._map = places
        self.says.setText(tr("Faces that are alike lie near each other."))
        self.draw()

    def show_probe(self, embedding: np.ndarray | None, near: Sequence[str]) -> None:
        """Light up a customer's face, if there is one, and the photos most alike."""
        self._probe, self._near = embedding, tuple(near)
        names = ", ".join(photo_name(key) for key in near)
        self.setAccessibleDescription(tr("Most alike: {photos}").format(photos=names) if near else "")
        self.draw()

    def show_only(self, keys: Collection[str] | None) -> None:
        """Show these photos as they are and the others faint; None shows all alike."""
        self._only = keys
        self.draw()

    def draw(self) -> None:
        """Draw everything in the colours of the theme in use."""
        item = self.plot.getPlotItem()
        item.clear()
        if self._map is None or not self.isVisible():
            return
        item.getViewBox().setRange(xRange=(-ROOM, ROOM), yRange=(-ROOM, ROOM), padding=0)
        keys, places = self._map.keys, self._map.places
        in_front = np.array([self._only is None or key in self._only for key in keys], bool)
        self._add(places[~in_front], DOT, "border", None)
        self._add(places[in_front], DOT, "control_border", None)
        near = [place for place, key in enumerate(keys) if key in self._near]
        if self._probe is not None:
            probe = np.array([self._map.place_of(self._probe)])
            for place in near:
                line = np.concatenate([probe, places[[place]]])
                colour = QColor(theme().colour("lookalike"))
                item.addItem(pg.PlotCurveItem(line[:, 0], line[:, 1], pen=pen(self, colour, 1), antialias=True))
            self._add(places[near], NEIGHBOUR, "lookalike", "surface")
            self._add(probe, PROBE, "accent", "surface")

    def _add(self, places: np.ndarray, size: float, fill: Tone, edge: Tone | None) -> None:
        if len(places):
            border = pg.mkPen(None) if edge is None else pen(self, theme().colour(edge), 2)
            brush = pg.mkBrush(theme().colour(fill))
            dots = pg.ScatterPlotItem(places[:, 0], places[:, 1], size=size, pen=border, brush=brush, antialias=True)
            self.plot.getPlotItem().addItem(dots)

    def photo_at(self, x: float, y: float) -> str | None:
        """Return the photo at a pixel of this widget, the nearest one, or None."""
        if self._map is None or not len(self._map.keys):
            return None
        view = self.plot.getPlotItem().getViewBox()
        corners = [self.plot.mapFromScene(view.mapViewToScene(pg.Point(*at))) for at in ((-1, -1), (1, 1))]
        left, bottom = corners[0].x() + self.plot.x(), corners[0].y() + self.plot.y()
        wide, high = corners[1].x() - corners[0].x(), corners[1].y() - corners[0].y()
        pixels = (self._map.places + 1) / 2 * (wide, high) + (left, bottom)
        away = np.hypot(*(pixels - (x, y)).T)
        nearest = int(np.argmin(away))
        return self._map.keys[nearest] if away[nearest] <= REACH_OF_A_CLICK else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name the photo under the pointer."""
        key = self.photo_at(event.position().x(), event.position().y())
        self.setToolTip("" if key is None else photo_name(key))
        self.setCursor(Qt.CursorShape.PointingHandCursor if key else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Lead to the photo that was clicked."""
        key = self.photo_at(event.position().x(), event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and key is not None:
            self.chosen.emit(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new room."""
        super().resizeEvent(event)
        self.draw()

    def showEvent(self, event: object) -> None:
        """Draw what has changed meanwhile."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.draw()
