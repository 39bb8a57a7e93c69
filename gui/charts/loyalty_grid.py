"""What the loyalty heat map shows: its cells, how far each stands on its ramp, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from PySide6.QtCore import QCoreApplication

from engine.columns import UNKNOWN_MAKER
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
class Uplift:
    """How much likelier owners come to a maker than otherwise equal owners of others do, with the likely range.

    The others own neither the maker they have now nor the next one.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ratio:
    """How many times as often, with the likely range, and how strong an unseen cause would explain it away."""

    value: float
    low: float
    high: float
    e_value: float

    @property
    def is_clear(self) -> bool:
        """Whether the likely range leaves one out."""
        return not self.low <= 1.0 <= self.high


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
    uplift: Uplift | None
    ratio: Ratio | None = None
    followed_months: int | None = None  # where that is less than the grid's horizon


@dataclass(frozen=True)
class LoyaltyGrid:
    """Every pair of makers, in the order in which rows and columns stand."""

    makers: tuple[str, ...]
    cells: Mapping[tuple[str, str], LoyaltyCell]
    horizon_months: int

    def cell(self, row: int, column: int) -> LoyaltyCell | None:
        """Return the cell of owners of ``makers[row]`` and next maker ``makers[column]``; None where none is known."""
        return self.cells.get((self.makers[row], self.makers[column]))

    def owners(self, row: int) -> int:
        """Return how many owners stand behind a row."""
        return max((cell.owners for (maker, _), cell in self.cells.items() if maker == self.makers[row]), default=0)

    def is_too_few(self, row: int) -> bool:
        """Whether fewer people stand behind a row than may be shown."""
        return self.owners(row) < FEWEST_PEOPLE

    def followed(self, row: int) -> int | None:
        """Return for how many months a row was followed where that is less than the horizon, else None."""
        cell = self.cell(row, row)
        return None if cell is None else cell.followed_months

    def value(self, row: int, column: int, measure: Measure) -> float | None:
        """Return what a cell shows under a measure; None where it shows nothing or too little stands behind it."""
        cell = self.cell(row, column)
        if cell is None or self.is_too_few(row) or cell.followed_months is not None:
            return None
        if measure is Measure.UPLIFT:
            return None if cell.uplift is None else cell.uplift.value
        return cell.probability if measure is Measure.CHANCE else float(cell.changes)

    @cached_property
    def _largest(self) -> dict[Measure, float]:
        places = range(len(self.makers))
        return {
            measure: max((abs(self.value(a, b, measure) or 0.0) for a in places for b in places), default=0.0)
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
            "How many more of 100 owners (row) than of others have which next phone (column) within {months} months"
        ).format(months=grid.horizon_months)
    return tr("Of 100 owners (row), how many have which next phone (column) within {months} months").format(
        months=grid.horizon_months
    )


def _points(probability: float) -> str:
    return numbers.points(probability, 0, signed=False)


def _range(cell: LoyaltyCell) -> str:
    return numbers.whole_points_range(cell.low, cell.high)


def _chance_words(cell: LoyaltyCell) -> tuple[str, str]:
    if cell.maker == cell.next_maker:
        lead = tr("{maker} owners come back: {chance} of 100 ({range}).")
    else:
        lead = tr("{maker} to {next}: {chance} of 100 owners ({range}).")
    lead = lead.format(maker=cell.maker, next=cell.next_maker, chance=_points(cell.probability), range=_range(cell))
    return lead, tr("From {owners} owners and {changes} such changes.").format(
        owners=numbers.decimal(cell.owners), changes=numbers.decimal(cell.changes)
    )


def _uplift_words(cell: LoyaltyCell) -> tuple[str, str]:
    uplift = cell.uplift
    if uplift is None:
        return tr("Too few to compare with owners of other phones."), ""
    chance = tr("Their chance is {chance} of 100 ({range}).").format(
        chance=_points(cell.probability), range=_range(cell)
    )
    is_own = cell.maker == cell.next_maker
    if uplift.low <= 0 <= uplift.high:
        lead = tr("{maker}: no clear difference between its owners and others like them ({range}).")
        if not is_own:
            lead = tr("{maker} to {next}: no clear difference from owners of other phones ({range}).")
        spread = numbers.whole_points_range(uplift.low, uplift.high)
        return lead.format(maker=cell.maker, next=cell.next_maker, range=spread), chance
    if uplift.value > 0:
        ends = uplift
        lead = tr("{maker}: {size} more of 100 come back than come over from others ({range}).")
        if not is_own:
            lead = tr("{maker} to {next}: {size} more of 100 than of owners of other phones ({range}).")
    else:
        ends = Uplift(-uplift.value, -uplift.high, -uplift.low)
        lead = tr("{maker}: {size} fewer of 100 come back than come over from others ({range}).")
        if not is_own:
            lead = tr("{maker} to {next}: {size} fewer of 100 than of owners of other phones ({range}).")
    spread = numbers.whole_points_range(ends.low, ends.high)
    return lead.format(size=_points(ends.value), maker=cell.maker, next=cell.next_maker, range=spread), chance


def _count_words(cell: LoyaltyCell) -> tuple[str, str]:
    lead = tr("{maker} to {next}: {changes} changes seen, from {owners} owners.").format(
        maker=cell.maker,
        next=cell.next_maker,
        changes=numbers.decimal(cell.changes),
        owners=numbers.decimal(cell.owners),
    )
    return lead, tr("That is {chance} of 100 ({range}).").format(chance=_points(cell.probability), range=_range(cell))


def _too_few_words(grid: LoyaltyGrid, row: int) -> tuple[str, str]:
    lead = tr("Too few to say: {owners} {maker} owners.")
    return lead.format(owners=numbers.decimal(grid.owners(row)), maker=grid.makers[row]), ""


def short_words(cell: LoyaltyCell) -> tuple[str, str]:
    """Say that owners were not in sight for long enough, and what was seen until then."""
    if not cell.followed_months:
        lead = tr("Too few {maker} owners were in sight from the day they got their phone.")
        return lead.format(maker=cell.maker), ""
    lead = tr("{maker} owners were followed for {months} months only.").format(
        maker=cell.maker, months=numbers.decimal(cell.followed_months)
    )
    return lead, tr("Until then {chance} of 100 had {next} next ({range}).").format(
        chance=_points(cell.probability), next=cell.next_maker, range=_range(cell)
    )


def cell_words(grid: LoyaltyGrid, row: int, column: int, measure: Measure) -> tuple[str, str]:
    """Say what a cell means: the finding with its likely range, and what stands behind it."""
    cell = grid.cell(row, column)
    if grid.is_too_few(row):
        return _too_few_words(grid, row)
    if cell is None:
        return tr("Nothing is known of this pair."), ""
    if cell.followed_months is not None:
        return short_words(cell)
    words = {Measure.CHANCE: _chance_words, Measure.UPLIFT: _uplift_words, Measure.COUNT: _count_words}
    return words[measure](cell)


def row_words(grid: LoyaltyGrid, row: int, measure: Measure) -> tuple[str, str]:
    """Say what a row means: how many come back, beside the largest other maker and the one least loyal."""
    own = grid.cell(row, row)
    if own is None or grid.is_too_few(row):
        return _too_few_words(grid, row)
    if own.followed_months is not None:
        return short_words(own)
    if measure is Measure.UPLIFT:
        return _uplift_words(own)
    others = [
        cell
        for place in range(len(grid.makers))
        if place != row
        and grid.makers[place] != OTHER
        and grid.value(place, place, Measure.CHANCE) is not None
        and (cell := grid.cell(place, place)) is not None
    ]
    if not others:
        return _chance_words(own)
    beside = dict.fromkeys((others[0], min(others, key=lambda cell: cell.probability)))
    said = (f"{cell.maker} {_points(cell.probability)} ({_range(cell)})" for cell in beside)
    return _chance_words(own)[0], ", ".join(said) + "."


def most_loyal(grid: LoyaltyGrid) -> int | None:
    """Return the row whose owners come back most often, among those with enough people."""
    own = [(grid.value(row, row, Measure.CHANCE), row) for row in range(len(grid.makers))]
    known = [(value, row) for value, row in own if value is not None]
    return max(known)[1] if known else None


def order_makers(by_share: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Order makers by share, Other last; makers without a share come before it, by name. Unknown is no maker."""
    rank = {maker: place for place, maker in enumerate(by_share)}
    named = set(known) - {UNKNOWN_MAKER}
    return tuple(sorted(named, key=lambda maker: (maker == OTHER, rank.get(maker, len(rank)), maker)))
