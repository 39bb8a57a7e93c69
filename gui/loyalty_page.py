"""The Loyalty page: who comes back, who moves where, by age and place, and how long until the next phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from gui import numbers
from gui.charts.loyalty_card import grid_of
from gui.charts.loyalty_grid import LoyaltyGrid, Measure
from gui.charts.loyalty_words import Scope
from gui.fitting_scroll import FittingScroll
from gui.loyalty_cards import (
    ForestCard,
    ScopedLoyaltyCard,
    WaitingCard,
    age_groups,
    age_name,
    forest_lines,
    place_groups,
)
from gui.loyalty_verdict import tr, verdict, why_nothing
from gui.results import CampaignResults
from gui.theme import GAP
from gui.widgets import Button, EmptyState, Page, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.handsets import LoyaltyTable
    from gui.jobs import JobQueue

EVERYBODY = Scope()


class LoyaltyPage(Page):
    """What is selected in one picture is selected in all: makers, age band and place."""

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Loyalty"), jobs, parent)
        self._results: CampaignResults | None = None
        self._table: LoyaltyTable | None = None
        self._grid: LoyaltyGrid | None = None
        self._scope = EVERYBODY
        self.proceed = Button(self.tr("Continue to Recommendations"), "primary", "right", icon_after=True)
        self.proceed.clicked.connect(self._continue)
        self.add_action(self.proceed)
        self.heat = ScopedLoyaltyCard()
        self.ages, self.places = ForestCard(self.tr("By age")), ForestCard(self.tr("By place"))
        self.waiting = WaitingCard()
        left, right = column((self.heat, 5), (self.waiting, 3), gap=GAP), column(self.ages, (self.places, 1), gap=GAP)
        content = QWidget()
        content.setLayout(row((left, 56), (right, 44), gap=GAP))
        self.scroller = FittingScroll(content)
        self.back = Button(self.tr("Look at the data"), "primary", "data")
        self.back.clicked.connect(self._to_data)
        self.empty = EmptyState("loyalty", self.tr("No loyalty yet"), "", self.back)
        self.body.addWidget(self.scroller, 1)
        self.body.addWidget(self.empty, 1)
        self.heat.map.selected.connect(self._take_cell)
        self.heat.segments.chosen.connect(self._take_measure)
        self.heat.cleared.connect(self._clear)
        self.ages.chosen.connect(self._take_age)
        self.places.chosen.connect(self._take_place)
        self.waiting.curves.chosen.connect(self._take_maker)
        self.set_campaign(None, None)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show the loyalty of a campaign; None, or one that has none, shows what is missing."""
        self._results, self._scope = results, EVERYBODY
        missing = why_nothing(results)
        self._table = results.loyalty if results is not None and missing is None else None
        self._grid = None
        self.scroller.setVisible(missing is None)
        self.proceed.setVisible(missing is None)
        self.empty.setVisible(missing is not None)
        self.back.setVisible(results is not None)
        if missing is not None:
            self.empty.missing.setText(missing[0])
            self.empty.advice.setText(missing[1])
            self.empty.setAccessibleName(". ".join(missing))
            self.set_verdict(self.tr("Loyalty cannot be told yet."))
        elif results is not None:
            self.set_verdict(verdict(results))
            self._show("", "")

    def _show(self, maker: str, next_maker: str) -> None:
        """Show the ages and the place in view, with the makers selected; "" opens on the most loyal."""
        if self._table is None or self._results is None:
            return
        self._grid = grid_of(
            self._table, self._results.makers, age_band=self._scope.age_band, residence=self._scope.residence
        )
        self.heat.show_scope(self._grid, self._scope, maker, next_maker)

    @property
    def selection(self) -> tuple[str, str]:
        """The maker and the next maker that are selected; "" for the whole row."""
        row, column = self.heat.map.selection
        makers = self._grid.makers if self._grid is not None else ()
        return makers[row] if row >= 0 else "", makers[column] if column >= 0 else ""

    @property
    def scope(self) -> Scope:
        """The ages and the place in view."""
        return self._scope

    @Slot(int, int)
    def _take_cell(self, row: int, column: int) -> None:
        self._show_others()

    @Slot(int)
    def _take_measure(self, index: int) -> None:
        self._show_others()

    def _show_others(self) -> None:
        """Bring forest plots and curves to what is selected in the heat map."""
        maker, next_maker = self.selection
        table, results, measure = self._table, self._results, self.heat.measure
        if table is None or results is None or not maker:
            return
        next_maker = next_maker or maker
        explains = _explains(measure, table.horizon_months, is_own=maker == next_maker)
        said = f"{_pair(maker, next_maker)}. {explains}"
        for card, groups, key, title in (
            (self.ages, age_groups(self._scope), self._scope.age_band, self._age_title()),
            (self.places, place_groups(table, self._scope), self._scope.residence, self._place_title()),
        ):
            lines = forest_lines(table, groups, maker, next_maker, measure)
            card.show_lines(title, said, lines, key)
        self.waiting.show_table(table, results.makers, self._scope, maker)

    def _age_title(self) -> str:
        if self._scope.residence:
            return self.tr("By age in {place}").format(place=self._scope.place)
        return self.tr("By age")

    def _place_title(self) -> str:
        if self._scope.age_band:
            return self.tr("By place, aged {age}").format(age=age_name(self._scope.age_band))
        return self.tr("By place")

    @Slot(str)
    def _take_age(self, age_band: str) -> None:
        self._rescope(Scope(age_band, self._scope.residence), Scope(age_band, ""))

    @Slot(str)
    def _take_place(self, residence: str) -> None:
        self._rescope(Scope(self._scope.age_band, residence), Scope("", residence))

    def _rescope(self, scope: Scope, alone: Scope) -> None:
        """Show other ages or another place; a campaign of an earlier version knows the two only one by one."""
        is_new = self._table is not None and self._table.has_groups
        self._scope = scope if is_new else alone
        self._show(*self.selection)

    @Slot(str)
    def _clear(self, what: str) -> None:
        if what == "age":
            self._take_age("")
        else:
            self._take_place("")

    @Slot(str)
    def _take_maker(self, maker: str) -> None:
        """Select the row of a maker whose curve was chosen."""
        if self._grid is not None and maker in self._grid.makers:
            self.heat.map.select(self._grid.makers.index(maker))

    @Slot()
    def _continue(self) -> None:
        self.step_wanted.emit("recommendations", "")

    @Slot()
    def _to_data(self) -> None:
        self.step_wanted.emit("data", "")


def _pair(maker: str, next_maker: str) -> str:
    """Name what is selected: who comes back, or who moves where."""
    if maker == next_maker:
        return tr("{maker} owners who come back").format(maker=maker)
    return tr("{maker} to {next}").format(maker=maker, next=next_maker)


def _explains(measure: Measure, months: int, *, is_own: bool) -> str:
    """Say what the numbers of the forest plots are."""
    if measure is Measure.COUNT:
        text = tr("Changes seen within {months} months")
    elif measure is Measure.CHANCE:
        text = tr("Of 100 owners within {months} months, with likely range")
    elif is_own:
        text = tr("More of 100 than of owners of other phones, within {months} months")
    else:
        text = tr("By age or place, only those who come back are compared with others")
    return text.format(months=numbers.decimal(months))
