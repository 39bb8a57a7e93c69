"""The cards of the Loyalty page: the heat map with its sentence, forest plots, and curves until the next phone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from engine.ages import AGE_BANDS
from gui import numbers
from gui.charts.forest_plot import ForestPlot
from gui.charts.loyalty_card import LoyaltyCard, cells_of
from gui.charts.loyalty_grid import FEWEST_PEOPLE, LoyaltyCell, LoyaltyGrid, Measure, most_loyal
from gui.charts.loyalty_words import Scope, place_name, selection_words
from gui.charts.picture_button import PictureButton
from gui.charts.row_chart import ROW, RowLine, difference_tone
from gui.charts.waiting_curves import WaitingCurve, WaitingCurves
from gui.results import MakerShare
from gui.theme import Tone
from gui.widgets import Button, Card, EmptyState, Label, row

if TYPE_CHECKING:
    import pandas as pd

    from engine.handsets import LoyaltyTable

SENTENCE_HEIGHT = 66
MOST_ROWS = 14
NARROW = 0.1  # below 10 points of 100, chances are told with a decimal


def tr(text: str) -> str:
    """Translate a phrase of the Loyalty page."""
    return QCoreApplication.translate("loyalty", text)


def age_name(age_band: str) -> str:
    """Return an age band with a real dash."""
    return age_band.replace("-", "–")


class ScopedLoyaltyCard(LoyaltyCard):
    """The heat map of the ages and the place in view. ``cleared`` asks to return to all ages ("age") or places."""

    cleared = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Who takes which phone next"), sentence_first=True)
        self._scope = Scope()
        self._kept: tuple[int, int | None] | None = None
        self.sentence.setMinimumHeight(SENTENCE_HEIGHT)
        self.age = Button(tr("All ages"), "filter", "close", icon_after=True)
        self.place = Button(tr("All places"), "filter", "close", icon_after=True)
        self.age.clicked.connect(self._clear_age)
        self.place.clicked.connect(self._clear_place)
        for button in (self.age, self.place):
            button.setCheckable(True)
        index = self.body.indexOf(self.explains)
        self.body.insertLayout(index, row((self.explains, 1), self.age, self.place))
        self._show_scope()

    def show_scope(self, grid: LoyaltyGrid, scope: Scope, maker: str, next_maker: str) -> None:
        """Show the table of some ages and places with the makers' cell selected; no next maker is the whole row."""
        self._scope = scope
        places = {each: place for place, each in enumerate(grid.makers)}
        self._kept = (places[maker], places.get(next_maker)) if maker in places else None
        self._show_scope()
        self.show_grid(grid)

    def _show_scope(self) -> None:
        for button, text in (
            (self.age, tr("Aged {age}").format(age=age_name(self._scope.age_band)) if self._scope.age_band else ""),
            (self.place, self._scope.place),
        ):
            button.setVisible(bool(text))
            button.setChecked(True)
            button.set_text(text)
            button.setToolTip(tr("Return to all"))

    def _first(self, grid: LoyaltyGrid) -> tuple[int, int | None]:
        return self._kept or (most_loyal(grid) or 0, None)

    def _words(self, grid: LoyaltyGrid, row: int, column: int) -> tuple[str, str]:
        return selection_words(grid, row, column, self.measure, self._scope)

    @Slot()
    def _clear_age(self) -> None:
        self.cleared.emit("age")

    @Slot()
    def _clear_place(self) -> None:
        self.cleared.emit("place")


class ForestCard(Card):
    """A forest plot with what it is of; long ones scroll. ``chosen`` carries the key of the group."""

    chosen = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__(title, gap=4)
        self.explains = Label("", "caption", "muted", wrap=True)
        self.plot = ForestPlot(title)
        self.plot.chosen.connect(self.chosen)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidgetResizable(True)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setWidget(self.plot)
        for part in (self.plot, self.scroller.viewport()):
            part.setAutoFillBackground(False)
        self.picture = PictureButton(self, self._plot, self.heading.text, self.explains.text)
        self.add_control(self.picture)
        self.body.addWidget(self.explains)
        self.body.addWidget(self.scroller, 1)

    def _plot(self) -> QWidget:
        return self.plot

    def show_lines(self, title: str, explains: str, lines: Sequence[RowLine], selected: str) -> None:
        """Show other groups."""
        self.set_title(title)
        self.explains.setText(explains)
        self.plot.show_lines(lines, selected)
        self.scroller.setMinimumHeight(ROW * min(len(lines), MOST_ROWS) + self.plot.foot + 1)
        place = next((place for place, line in enumerate(lines) if line.key == selected), 0)
        self.scroller.ensureVisible(0, place * ROW + ROW // 2, 0, ROW)


class WaitingCard(Card):
    """The curves until the next phone."""

    def __init__(self) -> None:
        super().__init__(tr("How long until the next phone"), gap=4)
        self.explains = Label("", "caption", "muted", wrap=True)
        self.curves = WaitingCurves()
        self.picture = PictureButton(self, self._curves, self.heading.text, self.explains.text)
        self.add_control(self.picture)
        self.empty = EmptyState(
            "loyalty",
            tr("No curves in this campaign"),
            tr("It was made by an earlier version. Make it again from its files to see them."),
        )
        self.body.addWidget(self.explains)
        self.body.addWidget(self.curves, 1)
        self.body.addWidget(self.empty, 1)

    def _curves(self) -> QWidget:
        return self.curves

    def show_table(self, table: LoyaltyTable, shares: Sequence[MakerShare], scope: Scope, maker: str) -> None:
        """Show the curves of the ages and the place in view, the selected maker's in front."""
        there = table.has_groups
        for part in (self.explains, self.curves, self.picture):
            part.setVisible(there)
        self.empty.setVisible(not there)
        curves = tuple(_curves(table, scope)) if there else ()
        self.curves.show_curves(curves, shares, maker)
        text = tr("Of 100 owners{who}, how many have no next phone yet; {maker} with its likely range").format(
            who=_whose(scope), maker=maker
        )
        if maker not in {curve.maker for curve in curves}:
            text = tr("Of 100 owners{who}, how many have no next phone yet; too few of {maker} to say").format(
                who=_whose(scope), maker=maker
            )
        self.explains.setText(text)


def _whose(scope: Scope) -> str:
    """Return ", in Szeged, aged 25–34" as far as it is so."""
    parts = []
    if scope.residence:
        parts.append(tr("in {place}").format(place=scope.place))
    if scope.age_band:
        parts.append(tr("aged {age}").format(age=age_name(scope.age_band)))
    return "".join(f" {part}" for part in parts)


def _curves(table: LoyaltyTable, scope: Scope) -> Iterator[WaitingCurve]:
    curves = table.curves
    here = curves[(curves["age_band"] == scope.age_band) & (curves["residence"] == scope.residence)]
    for maker, one in here.groupby("maker", sort=False):
        parts = (tuple(map(float, one[name])) for name in ("waiting", "low", "high"))
        yield WaitingCurve(str(maker), *parts)


@dataclass(frozen=True)
class Group:
    """One line of a forest plot: its key and name, and whom it is about."""

    key: str
    name: str
    scope: Scope


def age_groups(scope: Scope) -> list[Group]:
    """Return all ages and each band, at the place in view."""
    bands = [Group(band, age_name(band), Scope(band, scope.residence)) for band in AGE_BANDS]
    return [Group("", tr("All ages"), Scope("", scope.residence)), *bands]


def place_groups(table: LoyaltyTable, scope: Scope) -> list[Group]:
    """Return all places and each of them, the largest first, at the age in view."""
    rows = table.rows
    places = dict.fromkeys(rows.loc[rows["group"] == "residence", "residence"])
    each = [Group(place, place_name(place), Scope(scope.age_band, place)) for place in places]
    return [Group("", tr("All places"), Scope(scope.age_band, "")), *each]


def forest_lines(
    table: LoyaltyTable, groups: Sequence[Group], maker: str, next_maker: str, measure: Measure
) -> list[RowLine]:
    """Return one line a group, for owners of a maker and a next maker."""
    mine = table.rows[table.rows["maker"] == maker]
    cells = _by_scope(mine[mine["next_maker"] == next_maker], table.horizon_months)
    own = _by_scope(mine[mine["next_maker"] == maker], table.horizon_months)
    shown = [cells[group.scope] for group in groups if group.scope in cells]
    ends = [abs(end) for cell in shown for end in _ends(cell, measure)[1:] if not math.isnan(end)]
    digits = 1 if max(ends, default=1.0) < NARROW else 0
    return [_line(group, cells.get(group.scope), own.get(group.scope), measure, digits) for group in groups]


def _ends(cell: LoyaltyCell, measure: Measure) -> tuple[float, float, float]:
    """Return what is drawn of a cell: the estimate and the ends of its likely range, NaN where it is not told."""
    if measure is Measure.UPLIFT:
        uplift = cell.uplift
        return (math.nan,) * 3 if uplift is None else (uplift.value, uplift.low, uplift.high)
    return cell.probability, cell.low, cell.high


def _by_scope(rows: pd.DataFrame, horizon_months: int) -> dict[Scope, LoyaltyCell]:
    scopes = map(Scope, rows["age_band"], rows["residence"])
    return dict(zip(scopes, cells_of(rows, horizon_months), strict=True))


def _line(group: Group, cell: LoyaltyCell | None, own: LoyaltyCell | None, measure: Measure, digits: int) -> RowLine:
    """Return the line of one group; ``own`` tells how many owners there are where there is no cell."""
    if cell is None or math.isnan(cell.probability) or cell.followed_months is not None:
        return RowLine(group.key, group.name, note=_why_not(own))
    if measure is Measure.COUNT:
        return RowLine(group.key, group.name, cell.changes, number=numbers.decimal(cell.changes))
    value, low, high = _ends(cell, measure)
    if math.isnan(value):
        return RowLine(group.key, group.name, note=tr("not compared"))
    number = numbers.points(value, digits, signed=measure is Measure.UPLIFT)
    spread = numbers.likely_range(*(numbers.points(end, digits, signed=False) for end in (low, high)))
    tone: Tone = difference_tone(low, high) if measure is Measure.UPLIFT else "accent"
    return RowLine(group.key, group.name, value, low, high, number, spread, tone=tone)


def _why_not(own: LoyaltyCell | None) -> str:
    """Say in a few words why there is no number."""
    if own is not None and own.followed_months:
        return tr("followed {months} months").format(months=numbers.decimal(own.followed_months))
    if own is not None and own.owners >= FEWEST_PEOPLE:
        return tr("too few new phones seen")
    return tr("too few: {owners}").format(owners=numbers.decimal(own.owners if own is not None else 0))
