"""The loyalty heat map in its card: what the numbers are, the map, and one sentence for what is selected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from gui.charts.loyalty_grid import (
    LoyaltyCell,
    LoyaltyGrid,
    Measure,
    Uplift,
    cell_words,
    explanation,
    most_loyal,
    order_makers,
    row_words,
    tr,
)
from gui.charts.loyalty_map import LoyaltyMap
from gui.results import MakerShare
from gui.widgets import Card, EmptyState, Label, Notice, Segments, bold, plain

if TYPE_CHECKING:
    from engine.handsets import LoyaltyTable


def grid_of(table: LoyaltyTable, shares: Sequence[MakerShare]) -> LoyaltyGrid:
    """Bring the loyalty of all customers into the heat map's shape, rows and columns by share."""
    rows = table.rows
    everybody = rows[rows["group"] == "all"]
    cells = {}
    for row in everybody.to_dict("records"):
        uplift = Uplift(row["uplift"], row["uplift_low"], row["uplift_high"])
        cell = LoyaltyCell(
            row["maker"], row["next_maker"], row["probability"], row["low"], row["high"],
            int(row["owners"]), int(row["changes"]), None if math.isnan(uplift.value) else uplift,
        )  # fmt: skip
        cells[cell.maker, cell.next_maker] = cell
    known = [maker for pair in cells for maker in pair]
    return LoyaltyGrid(order_makers([share.maker for share in shares], known), cells, table.horizon_months)


class LoyaltyCard(Card):
    """The heat map with Chance, Uplift and Count; the most loyal makers' row is selected at first."""

    def __init__(self) -> None:
        super().__init__(tr("Loyalty"), gap=6)
        self.segments = Segments([tr("Chance"), tr("Uplift"), tr("Count")], name=tr("What the cells show"))
        self.segments.chosen.connect(self._choose)
        self.add_control(self.segments)
        self.explains = Label("", "body", "muted", wrap=True)
        self.map = LoyaltyMap()
        self.map.selected.connect(self._say)
        self.sentence = Notice("accent", "loyalty")
        self._empty = EmptyState(
            "loyalty",
            tr("No loyalty yet"),
            tr("Too few changes of phone can be dated to say who comes back."),
        )
        self.body.addWidget(self.explains)
        self.body.addWidget(self.map, 1)
        self.body.addWidget(self.sentence)
        self.body.addWidget(self._empty, 1)
        self._grid: LoyaltyGrid | None = None
        self.show_grid(None)

    @property
    def measure(self) -> Measure:
        """What the cells show now."""
        return list(Measure)[self.segments.selected]

    def show_grid(self, grid: LoyaltyGrid | None) -> None:
        """Show a table, or that there is none."""
        self._grid = grid if grid is not None and grid.makers else None
        there = self._grid is not None
        for part in (self.segments, self.explains, self.map, self.sentence):
            part.setVisible(there)
        self._empty.setVisible(not there)
        if self._grid is None:
            return
        self.map.show_grid(self._grid)
        self.explains.setText(explanation(self._grid, self.measure))
        self.map.select(most_loyal(self._grid) or 0)

    @Slot(int)
    def _choose(self, index: int) -> None:
        """Show another measure and say the selection again."""
        if self._grid is None:
            return
        self.map.show_measure(self.measure)
        self.explains.setText(explanation(self._grid, self.measure))
        self._say(*self.map.selection)

    @Slot(int, int)
    def _say(self, row: int, column: int) -> None:
        """Put the selection into a sentence; what was seen is never called caused."""
        if self._grid is None:
            return
        words = row_words(self._grid, row, self.measure)
        if column >= 0:
            words = cell_words(self._grid, row, column, self.measure)
        lead, rest = words
        caution = tr("What we see, not what an offer caused.")
        self.sentence.set_notice("accent", "loyalty", f"{bold(lead)} {plain(f'{rest} {caution}'.strip())}")
        self.map.setAccessibleDescription(f"{lead} {rest} {caution}")
