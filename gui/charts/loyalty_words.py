"""What is selected on the Loyalty page, in one sentence: who, what they do, how much more than others, and how sure."""

from __future__ import annotations

from dataclasses import dataclass

from gui import numbers
from gui.charts.loyalty_grid import LoyaltyCell, LoyaltyGrid, Measure, cell_words, tr
from gui.offer_words import is_clear


@dataclass(frozen=True)
class Scope:
    """Whose loyalty is shown: an age band and a place, "" for all."""

    age_band: str = ""
    residence: str = ""

    @property
    def place(self) -> str:
        """The place in words."""
        return place_name(self.residence)


def place_name(residence: str) -> str:
    """Return a residence as the window names it; small towns are told together."""
    return tr("other places") if residence == "Elsewhere" else residence


def owners_of(maker: str, scope: Scope) -> str:
    """Name the owners in view: "Owners of Apple in Szeged aged 25-34"."""
    if scope.age_band and scope.residence:
        text = tr("Owners of {maker} in {place} aged {age}")
    elif scope.residence:
        text = tr("Owners of {maker} in {place}")
    elif scope.age_band:
        text = tr("Owners of {maker} aged {age}")
    else:
        text = tr("Owners of {maker}")
    return text.format(maker=maker, place=scope.place, age=scope.age_band.replace("-", "–"))


def selection_words(grid: LoyaltyGrid, row: int, column: int, measure: Measure, scope: Scope) -> tuple[str, str]:
    """Say the cell that is selected, or of a whole row those who come back: the finding, and how sure it is."""
    column = row if column < 0 else column
    cell = grid.cell(row, column)
    if cell is None or grid.value(row, column, Measure.CHANCE) is None:
        return _scoped(*cell_words(grid, row, column, measure), scope)
    who = owners_of(cell.maker, scope)
    if measure is Measure.COUNT:
        return _counted(cell, who)
    return _compared(cell, who), f"{_size(cell, measure, grid.horizon_months)} {_caution(cell)}"


def _size(cell: LoyaltyCell, measure: Measure, months: int) -> str:
    """Say the chance, or how much larger it is than that of others."""
    text = tr("{size} of 100 ({range}) within {months} months, from {owners} owners.")
    value, low, high = cell.probability, cell.low, cell.high
    if measure is Measure.UPLIFT and cell.uplift is not None and is_clear(cell.uplift.low, cell.uplift.high):
        value, low, high = cell.uplift.value, cell.uplift.low, cell.uplift.high
        text = tr("{size} more of 100 ({range}) within {months} months, from {owners} owners.")
        if value < 0:
            value, low, high = -value, -high, -low
            text = tr("{size} fewer of 100 ({range}) within {months} months, from {owners} owners.")
    return text.format(
        size=numbers.points(value, 0, signed=False),
        range=numbers.whole_points_range(low, high),
        months=numbers.decimal(months),
        owners=numbers.decimal(cell.owners),
    )


def _scoped(lead: str, rest: str, scope: Scope) -> tuple[str, str]:
    where = ", ".join(part for part in (scope.place, scope.age_band.replace("-", "–")) if part)
    return (f"{where}: {lead}" if where else lead), rest


def _counted(cell: LoyaltyCell, who: str) -> tuple[str, str]:
    lead = tr("{who}: {changes} were seen changing to {next}.").format(
        who=who, changes=numbers.decimal(cell.changes), next=cell.next_maker
    )
    return lead, tr("From {owners} owners; counted, so those not yet changed are not in it.").format(
        owners=numbers.decimal(cell.owners)
    )


def _compared(cell: LoyaltyCell, who: str) -> str:
    """Say how many times as often they come as others do, or that there is no clear difference."""
    is_own = cell.maker == cell.next_maker
    if cell.ratio is None:
        text = tr("{who} come back to {maker}.") if is_own else tr("{who} move to {next}.")
        return text.format(who=who, maker=cell.maker, next=cell.next_maker)
    digits = 1 if cell.ratio.high < 10 else 0
    spread = numbers.likely_range(numbers.decimal(cell.ratio.low, digits), numbers.decimal(cell.ratio.high, digits))
    if not cell.ratio.is_clear:
        text = tr("{who} come to {next}: no clear difference from others ({range} times as often).")
        return text.format(who=who, next=cell.next_maker, range=spread)
    text = tr("{who} come back to {maker} {ratio} times as often as others move to it ({range}).")
    if not is_own:
        text = tr("{who} move to {next} {ratio} times as often as owners of other phones ({range}).")
    ratio = numbers.decimal(cell.ratio.value, digits)
    return text.format(who=who, maker=cell.maker, next=cell.next_maker, ratio=ratio, range=spread)


def _caution(cell: LoyaltyCell) -> str:
    seen = tr("Seen together, not caused.")
    if cell.ratio is None or not cell.ratio.is_clear:
        return seen
    strength = numbers.decimal(cell.ratio.e_value, 1 if cell.ratio.e_value < 10 else 0)
    return f"{seen} {tr('An unseen cause {times} times as strong would explain it away.').format(times=strength)}"
