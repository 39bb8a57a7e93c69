"""What the Recommendations page shows, worked out of a campaign's results: in a thread where customers are many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.columns import NO_OFFER, OFFER
from gui.budget import Budget, budget_of
from gui.column_store import ColumnStore
from gui.findings import Finding, People, chosen_for_all, finding_of, is_undecided
from gui.honesty import honesty_marks
from gui.recommendations_columns import customer_store
from gui.results import CampaignResults, of_who_is_there
from gui.widgets import HonestyMark

if TYPE_CHECKING:
    from engine.offers import Choice


@dataclass(frozen=True, eq=False)
class Recommended:
    """The customers who can be asked, and what is decided about them.

    ``asked`` is how many get an offer as the campaign file has it; ``budget`` is None where no budget can be chosen.
    """

    results: CampaignResults
    store: ColumnStore
    people: People
    asked: int
    budget: Budget | None
    marks: tuple[HonestyMark, ...]

    @property
    def finding(self) -> Finding:
        """What was found."""
        return finding_of(self.results)

    @property
    def has_customers(self) -> bool:
        """Whether single customers are shown: not without a signal, nor before a choice that is the designer's."""
        return self.finding is not Finding.NO_SIGNAL and not is_undecided(self.results)

    @property
    def is_limited(self) -> bool:
        """Whether the designer chose how many are asked at most."""
        return self.results.choice is not None and self.results.choice.most is not None

    def with_most(self, asked: int) -> Choice:
        """Return the designer's choice with so many asked; all who are worth asking is no limit."""
        from engine.offers import Choice

        is_whole = self.budget is None or asked >= self.budget.most
        return replace(self.results.choice or Choice(), most=None if is_whole else asked)


def recommended(results: CampaignResults) -> Recommended | None:
    """Return what can be shown; None where nobody can be asked. May be called in a job."""
    if results.customers is None:
        return None
    everybody = results.customers.num_rows
    results = of_who_is_there(results)
    assert results.customers is not None
    if not results.customers.num_rows:
        return None
    store = customer_store(results)
    asked = len(store) - store.text(OFFER).counts().get(NO_OFFER, 0)
    people = People(everybody, everybody - len(store))
    budget = budget_of(store, results.offers)
    is_ranked = finding_of(results) is not Finding.NO_SIGNAL and results.curve is not None
    can_choose = is_ranked and not is_undecided(results) and chosen_for_all(results) is None
    return Recommended(results, store, people, asked, budget if can_choose else None, honesty_marks(results, store))
