"""One customer's circle in two sentences, worked out in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from engine.columns import CURRENT_MAKER, CUSTOMER, UNKNOWN_MAKER
from engine.job import JobContext
from gui import numbers
from gui.customer_loader import CustomerLoader

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.social import Circles
    from gui.results import CampaignResults


def tr(text: str) -> str:
    """Translate a phrase about a circle."""
    return QCoreApplication.translate("circle", text)


@dataclass(frozen=True)
class CircleFacts:
    """How far a customer reaches, and the phone of the contact who weighs most; empty where that is not known."""

    customer: str
    reach: float
    is_customer: bool = False
    maker: str = ""

    @property
    def sentence(self) -> str:
        """Say it in words."""
        reach = numbers.decimal(self.reach, 0 if self.reach >= 10 else 1)
        said = tr("Reaches about {reach} customers in two steps of calls.").format(reach=reach)
        if self.reach < 1:
            said = tr("Reaches hardly anybody in two steps of calls.")
        if not self.is_customer:
            return f"{said} {tr('The most influential contact is with another operator.')}"
        if not self.maker:
            return said
        uses = tr("The most influential contact uses {maker} (associated with, not caused by).")
        return f"{said} {uses.format(maker=self.maker)}"


def circle_facts(circles: Circles, results: CampaignResults, customer: str) -> CircleFacts | None:
    """Return what is known of a customer's circle; None for somebody who calls nobody."""
    import pyarrow.compute as pc

    if not circles.has(customer):
        return None
    network = circles.ego_network(customer, 1)
    if not network.contacts:
        return None
    first, maker, table = network.contacts[0], "", results.customers
    if first.is_customer and table is not None:
        place = pc.index(table[CUSTOMER], first.contact).as_py()
        found = table[CURRENT_MAKER][place].as_py() if place >= 0 else None
        maker = "" if found in (None, UNKNOWN_MAKER) else str(found)
    return CircleFacts(customer, network.reach, first.is_customer, maker)


class CustomerCircleLoader(CustomerLoader):
    """Loads what is known of a customer's circle (CircleFacts), None for somebody without one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._kept: tuple[Campaign, Circles | None] | None = None

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Load out of another campaign; the circles of the same one stay as they were read."""
        if self._kept is not None and self._kept[0] is not campaign:
            self._kept = None
        super().set_campaign(campaign, results)

    def load(
        self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
    ) -> CircleFacts | None:
        """Load a customer's circle; the first time, everybody's is read."""
        from engine.social import Circles

        kept = self._kept
        if kept is None or kept[0] is not campaign:
            self._kept = kept = (campaign, Circles.read(campaign))
        context.check()
        return None if kept[1] is None else circle_facts(kept[1], results, customer)
