"""Why a customer is offered what they are: what the model uses, worked out in a thread when somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from engine.columns import CUSTOMER, NO_OFFER, OFFER, PLANNED
from engine.job import JobContext
from gui.budget import uplift_column
from gui.charts.row_chart import RowLine
from gui.customer_loader import CustomerLoader
from gui.reason_words import reason_lines

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.offers import Offer
    from engine.reasons import CampaignReasons
    from engine.uplift import Reasons, UpliftEvaluation
    from gui.results import CampaignResults

PAUSE_MS = 120  # who runs through the rows wants no reasons


@dataclass(frozen=True)
class CustomerReasons:
    """What speaks for and against an offer to a customer; the rows add up to the uplift."""

    customer: str
    offer: Offer
    is_chosen: bool
    lines: tuple[RowLine, ...]
    total: str


def offer_to_explain(results: CampaignResults, customer: str) -> tuple[Offer, bool] | None:
    """Return the customer's offer and True, or the one that works best on somebody who gets none and False."""
    import pyarrow.compute as pc

    table = results.customers
    place = -1 if table is None else pc.index(table[CUSTOMER], customer).as_py()
    if table is None or place < 0:
        return None
    row = table.slice(place, 1).to_pylist()[0]
    offers = {offer.key: offer for offer in results.offers}
    for column in (OFFER, PLANNED):
        if row.get(column, NO_OFFER) in offers:
            return offers[row[column]], True
    known = [offer for offer in results.offers if row.get(uplift_column(offer.key)) is not None]
    if not known:
        return None
    return max(known, key=lambda offer: float(row[uplift_column(offer.key)])), False


class CustomerReasonsLoader(CustomerLoader):
    """Works out a customer's reasons (CustomerReasons) once the choice of a row rests.

    None where the campaign holds nothing to explain its offers with. ``lines`` writes reasons as rows.
    """

    def __init__(self, parent: QObject, lines: Callable[[Reasons], tuple[RowLine, ...]] = reason_lines) -> None:
        super().__init__(parent)
        self._lines = lines
        self._kept: CampaignReasons | None = None
        self._kept_of: tuple[Campaign, UpliftEvaluation | None, int] | None = None
        self._wanted = ""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether reasons are being worked out, or will be."""
        return super().is_busy or self._pause.isActive()

    def give_up(self) -> None:
        """Want no customer any more."""
        self._pause.stop()
        super().give_up()

    def ask(self, customer: str) -> None:
        """Want a customer's reasons, unless another one is asked for in a moment."""
        self.give_up()
        self._wanted = customer
        self._pause.start()

    @Slot()
    def _begin(self) -> None:
        super().ask(self._wanted)

    def load(
        self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
    ) -> CustomerReasons | None:
        """Work out a customer's reasons; the first time, what explains all of them is read."""
        from engine.reasons import read_reasons
        from gui import numbers

        explained = offer_to_explain(results, customer)
        if results.evaluation is None or explained is None:
            return None
        now = (campaign, results.evaluation, 0 if results.customers is None else results.customers.num_rows)
        if self._kept_of != now:
            self._kept, self._kept_of = read_reasons(campaign), now
        context.check()
        if self._kept is None:
            return None
        offer, is_chosen = explained
        found = self._kept.of(customer, offer.key)
        return CustomerReasons(customer, offer, is_chosen, self._lines(found), numbers.points(found.uplift))
