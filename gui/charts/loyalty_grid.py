"""What the loyalty heat map shows: its cells, how far each stands on its ramp, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from PySide6.QtCore import QCoreApplication

from gui import numbers

OTHER = "Other"
FEWEST_PEOPLE = 10
STEPS = 7


def tr(text: str) -> str:
    """Translate a phrase of the heat map."""
    return QCoreApplication.translate("loyalty", text)


class Measure(Enum):
    """What the numbers in the cells are."""

    CHANCE = "chance"
    UPLIFT = "uplift"
    COUNT = "count"


@dataclass(frozen=True)
class LoyaltyCell:
    """Owners of one maker and one next maker: chance within the horizon with its range, and who stands behind it."""

    maker: str
    next_maker: str
    probability: float
    low: float
    high: float
    owners: int
    changes: int
    uplift: float | None  # chance above that of otherwise equal owners of other makers; None = not estimated

    @property
    def is_too_few(self) -> bool:
        """Whether fewer people stand behind the cell than may be shown."""
        return self.owners < FEWEST_PEOPLE


@dataclass(frozen=True)
class LoyaltyGrid:
    """Every pair of makers, in the order in which rows and columns stand."""

    makers: tuple[str, ...]
    cells: Mapping[tuple[str, str], LoyaltyCell]
    horizon_months: int

    def cell(self, row: int, column: int) -> LoyaltyCell | None:
        """Return the cell of owners of ``makers[row]`` and next maker ``makers[column]``; None where none is known."""
        return self.cells.get((self.makers[row], self.makers[column]))

    def value(self, cell: LoyaltyCell | None, measure: Measure) -> float | None:
        """Return what a cell shows under a measure; None where it shows nothing or too few people stand behind it."""
        if cell is None or cell.is_too_few:
            return None
        if measure is Measure.UPLIFT:
            return cell.uplift
        return cell.probability if measure is Measure.CHANCE else float(cell.changes)

    @cached_property
    def _largest(self) -> dict[Measure, float]:
        return {
            measure: max((abs(self.value(cell, measure) or 0.0) for cell in self.cells.values()), default=0.0)
            for measure in Measure
        }

    def step(self, value: float, measure: Measure) -> int:
        """Return the step 0 to 6 of the measure's ramp.

        Uplift's zero is step 3 and both ends are equally far; more is petrol, as everywhere, which is the ramp's start.
        """
        largest = self._largest[measure] or 1.0
        if measure is Measure.UPLIFT:
            return round((STEPS - 1) / 2 * (1 - value / largest))
        return min(STEPS - 1, int(STEPS * value / largest))


def cell_text(value: float, measure: Measure) -> str:
    """Write a value into its cell: whole points of 100, signed for uplift, or a number of changes."""
    if measure is Measure.COUNT:
        return numbers.decimal(value)
    return numbers.points(value, 0, signed=measure is Measure.UPLIFT)


def explanation(grid: LoyaltyGrid, measure: Measure) -> str:
    """Say in one line what the map's numbers are."""
    if measure is Measure.COUNT:
        return tr("How many owners (row) were seen changing to which next phone (column)")
    if measure is Measure.UPLIFT:
        return tr(
            "How many more of 100 choose that next phone (column) if they own this one (row), within {months} months"
        ).format(months=grid.horizon_months)
    return tr("Of 100 owners (row), how many have which next phone (column) within {months} months").format(
        months=grid.horizon_months
    )


def _range(cell: LoyaltyCell) -> str:
    return numbers.whole_points_range(cell.low, cell.high)


def _chance_words(cell: LoyaltyCell) -> tuple[str, str]:
    chance = numbers.points(cell.probability, 0, signed=False)
    if cell.maker == cell.next_maker:
        lead = tr("{maker} owners come back: {chance} of 100 ({range}).")
    else:
        lead = tr("{maker} to {next}: {chance} of 100 owners ({range}).")
    lead = lead.format(maker=cell.maker, next=cell.next_maker, chance=chance, range=_range(cell))
    return lead, tr("From {owners} owners and {changes} such changes.").format(
        owners=numbers.decimal(cell.owners), changes=numbers.decimal(cell.changes)
    )


def _uplift_words(cell: LoyaltyCell) -> tuple[str, str]:
    if cell.uplift is None:
        return tr("{maker} to {next}: not estimated.").format(maker=cell.maker, next=cell.next_maker), ""
    size = numbers.points(abs(cell.uplift), 0, signed=False)
    direction = tr("{size} more") if cell.uplift >= 0 else tr("{size} fewer")
    lead = tr("{maker} to {next}: of 100 owners, {difference} than of otherwise equal owners of other phones.").format(
        maker=cell.maker, next=cell.next_maker, difference=direction.format(size=size)
    )
    return lead, tr("Their own chance is {chance} of 100 ({range}).").format(
        chance=numbers.points(cell.probability, 0, signed=False), range=_range(cell)
    )


def cell_words(cell: LoyaltyCell, measure: Measure) -> tuple[str, str]:
    """Say what a cell means: the finding with its likely range, and what stands behind it."""
    if cell.is_too_few:
        lead = tr("Too few to say: {owners} {maker} owners.")
        return lead.format(owners=numbers.decimal(cell.owners), maker=cell.maker), ""
    if measure is Measure.UPLIFT:
        return _uplift_words(cell)
    if measure is Measure.COUNT:
        lead = tr("{maker} to {next}: {changes} changes seen, from {owners} owners.").format(
            maker=cell.maker,
            next=cell.next_maker,
            changes=numbers.decimal(cell.changes),
            owners=numbers.decimal(cell.owners),
        )
        return lead, tr("That is {chance} of 100 ({range}) within the months above.").format(
            chance=numbers.points(cell.probability, 0, signed=False), range=_range(cell)
        )
    return _chance_words(cell)


def row_words(grid: LoyaltyGrid, row: int, measure: Measure) -> tuple[str, str]:
    """Say what a row means: how many come back, and where most of the others go."""
    own = grid.cell(row, row)
    if own is None or own.is_too_few:
        return (cell_words(own, measure)) if own is not None else (tr("Nothing is known of these owners."), "")
    others = [grid.cell(row, column) for column in range(len(grid.makers)) if column != row]
    known = [cell for cell in others if cell is not None]
    lead = _chance_words(own)[0]
    if not known:
        return lead, ""
    top = max(known, key=lambda cell: cell.probability)
    return lead, tr("Most others go to {next}: {chance} of 100 ({range}).").format(
        next=top.next_maker, chance=numbers.points(top.probability, 0, signed=False), range=_range(top)
    )


def most_loyal(grid: LoyaltyGrid) -> int | None:
    """Return the row whose owners come back most often, among those with enough people."""
    own = [(grid.value(grid.cell(row, row), Measure.CHANCE), row) for row in range(len(grid.makers))]
    known = [(value, row) for value, row in own if value is not None]
    return max(known)[1] if known else None


def order_makers(by_share: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Order makers by share, Other last; makers without a share come before it, by name."""
    rank = {maker: place for place, maker in enumerate(by_share)}
    return tuple(sorted(set(known), key=lambda maker: (maker == OTHER, rank.get(maker, len(rank)), maker)))
