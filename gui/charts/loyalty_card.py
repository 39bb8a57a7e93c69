"""The loyalty heat map in its card: what the numbers are, the map, and one sentence for what is selected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from gui.charts.loyalty_grid import (
    LoyaltyCell,
    LoyaltyGrid,
    Measure,
    Ratio,
    Uplift,
    cell_words,
    explanation,
    most_loyal,
    order_makers,
    row_words,
    tr,
)
from gui.charts.loyalty_map import LoyaltyMap
from gui.charts.picture_button import PictureButton
from gui.results import MakerShare
from gui.widgets import Card, EmptyState, Label, Notice, Segments, bold, plain

if TYPE_CHECKING:
    import pandas as pd

    from engine.handsets import LoyaltyTable


def grid_of(
    table: LoyaltyTable, shares: Sequence[MakerShare], *, age_band: str = "", residence: str = ""
) -> LoyaltyGrid:
    """Bring the loyalty of customers of an age and a place, "" for all, into the heat map's shape, by share."""
    rows = table.rows
    here = rows[(rows["age_band"] == age_band) & (rows["residence"] == residence)]
    cells = {(cell.maker, cell.next_maker): cell for cell in cells_of(here, table.horizon_months)}
    everybody = rows[rows["group"] == "all"]
    known = [*everybody["maker"], *everybody["next_maker"]]
    return LoyaltyGrid(order_makers([share.maker for share in shares], known), cells, table.horizon_months)


def cells_of(rows: pd.DataFrame, horizon_months: int) -> Iterator[LoyaltyCell]:
    """Yield the cell of each row of a loyalty table."""
    from engine.unseen_causes import e_value

    for row in rows.to_dict("records"):
        uplift = Uplift(row["uplift"], row["uplift_low"], row["uplift_high"])
        ratio = Ratio(row["ratio"], row["ratio_low"], row["ratio_high"], e_value(row["ratio"]))
        followed = int(row["followed_months"])
        yield LoyaltyCell(
            row["maker"], row["next_maker"], row["probability"], row["low"], row["high"],
            int(row["owners"]), int(row["changes"]),
            None if math.isnan(uplift.value) else uplift, None if math.isnan(ratio.value) else ratio,
            followed if followed < horizon_months else None,
        )  # fmt: skip


class LoyaltyCard(Card):
    """The heat map with Chance, Uplift and Count; the most loyal makers' row is selected at first."""

    def __init__(self, title: str = "", *, sentence_first: bool = False) -> None:
        super().__init__(title or tr("Loyalty"), gap=6)
        self.segments = Segments([tr("Chance"), tr("Uplift"), tr("Count")], name=tr("What the cells show"))
        self.segments.chosen.connect(self._choose)
        self.explains = Label("", "body", "muted", wrap=True)
        self.map = LoyaltyMap()
        self.map.selected.connect(self._say)
        self.sentence = Notice("accent", "loyalty")
        self._empty = EmptyState(
            "loyalty",
            tr("No loyalty yet"),
            tr("Too few changes of phone can be dated to say who comes back."),
        )
        self.picture = PictureButton(self, lambda: self.map, self.heading.text, self._note)
        self.add_control(self.picture)
        self.add_control(self.segments)
        if sentence_first:
            self.body.addWidget(self.sentence)
        self.body.addWidget(self.explains)
        self.body.addWidget(self.map, 1)
        if not sentence_first:
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
        for part in (self.picture, self.segments, self.explains, self.map, self.sentence):
            part.setVisible(there)
        self._empty.setVisible(not there)
        if self._grid is None:
            return
        self.map.show_grid(self._grid)
        self.explains.setText(explanation(self._grid, self.measure))
        self.map.select(*self._first(self._grid))

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
        lead, rest = self._words(self._grid, row, column)
        self.sentence.set_notice("accent", "loyalty", f"{bold(lead)} {plain(rest)}")
        self.map.setAccessibleDescription(f"{lead} {rest}")

    def _first(self, grid: LoyaltyGrid) -> tuple[int, int | None]:
        """Return what is selected when a table is shown."""
        return most_loyal(grid) or 0, None

    def _words(self, grid: LoyaltyGrid, row: int, column: int) -> tuple[str, str]:
        """Say what is selected: the finding, and what stands behind it."""
        lead, rest = row_words(grid, row, self.measure) if column < 0 else cell_words(grid, row, column, self.measure)
        return lead, f"{rest} {tr('What we see, not what an offer caused.')}".strip()

    def _note(self) -> str:
        """Return what a picture of the map says below it."""
        return f"{self.explains.text()}. {self.map.accessibleDescription()}"
