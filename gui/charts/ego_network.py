"""A customer's circle as a picture: the customer in the middle, the most influential contacts in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import numbers
from gui.charts.line_chart import pen, quiet_plot
from gui.theme import Tone, font, look, theme
from gui.widgets import column

if TYPE_CHECKING:
    from engine.social import EgoNetwork, Influence

RINGS = (10, 20, 30)  # contacts on the inner, middle and outer ring
RADII = (0.46, 0.74, 1.0)
CENTRE_DOT = 30.0  # pixels
LARGEST_DOT, LEAST_DOT = 24.0, 8.0
NAMED = 5
WIDTHS = 5  # of ties, in pixels, by share
REACH_OF_A_CLICK = 16.0  # pixels
NAME_ROOM = (52, 36)  # pixels beside and above the outermost dots
TURN = np.pi * (3.0 - np.sqrt(5.0))  # rings are turned against each other, or links would hide behind dots


def tr(text: str) -> str:
    """Translate a phrase of the circle's picture."""
    return QCoreApplication.translate("circle", text)


def places(contacts: int) -> np.ndarray:
    """Return (contacts, 2) places: the first ones on the inner ring, from the top clockwise; few take all the room."""
    found: list[np.ndarray] = []
    start = 0
    for ring, (most, radius) in enumerate(zip(RINGS, RADII, strict=True)):
        here = min(most, contacts - start)
        angle = np.pi / 2 - np.arange(here) / max(here, 1) * 2 * np.pi + ring * TURN
        found.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
        start += here
        if start >= contacts:
            break
    return np.concatenate(found) / RADII[len(found) - 1]


def says(contact: Influence) -> str:
    """Say a contact in words."""
    who = numbers.customer_key(contact.contact)
    said = tr("{who}: {share} of the calls, reaches {reach}").format(
        who=who, share=numbers.percent(contact.share), reach=numbers.decimal(contact.reach, 1)
    )
    return said if contact.is_customer else f"{said}, {tr('another operator')}"


class EgoNetworkView(QWidget):
    """The picture. A click or the arrow keys select a contact; a click on a customer, or Enter, leads there."""

    selected = Signal(int)
    wanted = Signal(str)  # a contact that is a customer: show that circle

    def __init__(self) -> None:
        super().__init__()
        self.network: EgoNetwork | None = None
        self.selection = -1
        self._places = places(0)
        self.plot = quiet_plot(self)
        for side in ("left", "bottom"):
            self.plot.getPlotItem().hideAxis(side)
        self.plot.getPlotItem().getViewBox().setAspectLocked(True)
        self.setLayout(column((self.plot, 1), gap=0))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Circle of the customer; arrow keys go from contact to contact, Enter leads there"))
        look().changed.connect(self.draw)

    def sizeHint(self) -> QSize:
        """Ask for a square."""
        return QSize(520, 520)

    def minimumSizeHint(self) -> QSize:
        """Stay readable."""
        return QSize(300, 260)

    def show_network(self, network: EgoNetwork | None) -> None:
        """Show another circle, its most influential contact selected."""
        self.network = network
        self._places = places(0 if network is None else len(network.contacts))
        self.selection = -1
        self.select(0 if len(self._places) else -1)
        if self.selection < 0:
            self.draw()

    def select(self, place: int) -> None:
        """Select a contact by rank from 0; -1 selects none."""
        if place == self.selection:
            return
        self.selection = place
        self.setAccessibleDescription(says(self.network.contacts[place]) if self.network and place >= 0 else "")
        self.draw()
        self.selected.emit(place)

    def contact_at(self, x: float, y: float) -> int:
        """Return the contact at a pixel of this widget, the nearest one, or -1."""
        if not len(self._places):
            return -1
        away = [np.hypot(at_x - x, at_y - y) for at_x, at_y in map(self.pixel, range(len(self._places)))]
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= REACH_OF_A_CLICK else -1

    def pixel(self, place: int) -> tuple[float, float]:
        """Return where a contact lies in this widget."""
        view = self.plot.getPlotItem().getViewBox()
        point = view.mapViewToScene(pg.Point(*self._places[place]))
        at = self.plot.mapFromScene(point)
        return float(at.x() + self.plot.x()), float(at.y() + self.plot.y())

    def draw(self) -> None:
        """Draw everything in the colours of the theme in use."""
        item = self.plot.getPlotItem()
        item.clear()
        if self.network is None:
            return
        wide, high = (
            1.0 / (1.0 - min(2.0 * room / max(size, 1), 0.8))
            for room, size in zip(NAME_ROOM, (self.width(), self.height()), strict=True)
        )
        item.getViewBox().setRange(xRange=(-wide, wide), yRange=(-high, high), padding=0)
        self._draw_links(item)
        self._draw_dots(item)
        self._draw_names(item)

    def _draw_links(self, item: Any) -> None:
        """Draw ties among contacts quietly, and the customer's own by share."""
        assert self.network is not None
        faint = QColor(theme().colour("border"))
        if self.network.links:
            ends = self._places[np.array(self.network.links).ravel()]
            item.addItem(
                pg.PlotCurveItem(ends[:, 0], ends[:, 1], pen=pen(self, faint, 1), connect="pairs", antialias=True)
            )
        shares = np.array([contact.share for contact in self.network.contacts])
        width = np.ceil(WIDTHS * shares / shares.max(initial=1e-12))
        quiet = QColor(theme().colour("control_border"))
        quiet.setAlphaF(0.55)
        for each in range(1, WIDTHS + 1):
            self._draw_spokes(
                item, np.flatnonzero((width == each) & (np.arange(len(width)) != self.selection)), quiet, each
            )
        if self.selection >= 0:
            chosen = np.array([self.selection])
            self._draw_spokes(item, chosen, theme().colour("accent"), float(width[self.selection]))

    def _draw_spokes(self, item: Any, some: np.ndarray, colour: QColor, width: float) -> None:
        """Draw the ties between the customer and some contacts as one item."""
        if len(some):
            ends = np.zeros((2 * len(some), 2))
            ends[1::2] = self._places[some]
            drawn = pen(self, colour, width)
            item.addItem(pg.PlotCurveItem(ends[:, 0], ends[:, 1], pen=drawn, connect="pairs", antialias=True))

    def _draw_dots(self, item: Any) -> None:
        """Draw the contacts, the most influential last and so in front, then the customer in petrol."""
        assert self.network is not None
        largest = max((contact.product for contact in self.network.contacts), default=0.0) or 1.0
        dots = [
            self._dot(self._places[place], self._size(contact, largest), *self._tones(place, contact))
            for place, contact in reversed(list(enumerate(self.network.contacts)))
        ]
        item.addItem(pg.ScatterPlotItem([*dots, self._dot(np.zeros(2), CENTRE_DOT, "accent", "surface")]))

    def _size(self, contact: Influence, largest: float) -> float:
        return LEAST_DOT + (LARGEST_DOT - LEAST_DOT) * float(np.sqrt(contact.product / largest))

    def _tones(self, place: int, contact: Influence) -> tuple[Tone, Tone]:
        """Return fill and edge; a party of another operator is hollow."""
        fill: Tone = "control_border" if contact.is_customer else "surface"
        edge: Tone = "surface" if contact.is_customer else "control_border"
        return fill, "text" if place == self.selection else edge

    def _dot(self, at: np.ndarray, size: float, fill: Tone, edge: Tone) -> dict[str, Any]:
        """Return a dot as the plotting library wants it."""
        border = pen(self, theme().colour(edge), 2.5 if edge == "text" else 1.5)
        return {"pos": tuple(at), "size": size, "brush": theme().colour(fill), "pen": border}

    def _draw_names(self, item: Any) -> None:
        """Name the customer, the most influential contacts and the one selected."""
        assert self.network is not None
        self._name(item, numbers.customer_key(self.network.customer), np.zeros(2), CENTRE_DOT, "accent")
        named = {*range(min(NAMED, len(self._places))), self.selection} - {-1}
        for place in sorted(named):
            contact = self.network.contacts[place]
            tone: Tone = "text" if place == self.selection else "muted"
            self._name(item, numbers.customer_key(contact.contact), self._places[place], LARGEST_DOT, tone)

    def _name(self, item: Any, text: str, at: np.ndarray, dot: float, tone: Tone) -> None:
        """Put a name on the side of a dot that looks outwards, on the ground's colour so that links do not cross it."""
        is_above = at[1] > 0.0
        label = pg.TextItem(text, color=theme().colour(tone), anchor=(0.5, 1.0 if is_above else 0.0))
        label.setFont(font("caption", weight=600, tabular=True))
        ground = QColor(theme().colour("surface"))
        ground.setAlphaF(0.9)
        label.fill = pg.mkBrush(ground)
        label.setZValue(20)
        view = self.plot.getPlotItem().getViewBox()
        away = (dot / 2 + 3) * float(view.viewPixelSize()[1])
        label.setPos(at[0], at[1] + (away if is_above else -away))
        item.addItem(label, ignoreBounds=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Lead to the contact that was clicked, or select it if it is no customer."""
        place = self.contact_at(event.position().x(), event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.select(place)
            self._lead()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say who is under the pointer."""
        self._hover(self.contact_at(event.position().x(), event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """Forget who was under the pointer."""
        self._hover(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go through the contacts by rank with the arrow keys; Enter leads to the one selected."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and len(self._places):
            self.select((self.selection + step) % len(self._places))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._lead()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep names at their dots."""
        super().resizeEvent(event)
        self.draw()

    def _hover(self, place: int) -> None:
        there = self.network is not None and place >= 0
        self.setToolTip(says(self.network.contacts[place]) if self.network is not None and there else "")
        self.setCursor(Qt.CursorShape.PointingHandCursor if there else Qt.CursorShape.ArrowCursor)

    def _lead(self) -> None:
        """Ask for the circle of the contact selected, if that is a customer."""
        if self.network is not None and self.selection >= 0:
            contact = self.network.contacts[self.selection]
            if contact.is_customer:
                self.wanted.emit(contact.contact)
