"""What is known of one customer, out of the campaign's tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.columns import (
    BIRTH_YEAR,
    CURRENT_MAKER,
    CUSTOMER,
    EXPECTED_VALUE,
    FIRST_NAME,
    HAS_LEFT,
    NO_OFFER,
    OFFER,
    RESIDENCE,
    SEGMENT,
    UPLIFT,
    UPLIFT_HIGH,
    UPLIFT_LOW,
    WITHHELD,
)
from gui.offer_words import age_band

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.offers import Offer
    from gui.results import CampaignResults

CURRENT_MODEL = "current_model"
BASELINE = "baseline"


@dataclass(frozen=True)
class CustomerFacts:
    """One customer with the offer that was chosen; what is not known is None or empty."""

    customer: str
    first_name: str
    residence: str
    ages: str  # "25 to 34"
    phone: str  # maker and model
    phone_since: date | None
    offer: Offer | None  # None = no offer
    uplift: float  # nan where there was no earlier campaign to learn from, and so low and high
    low: float
    high: float
    baseline: float | None  # probability of a yes without any offer
    value: float  # money per customer asked
    segment: str
    is_withheld: bool  # whether the designer keeps the offer from this one

    @property
    def cannot_be_asked(self) -> bool:
        """Whether no offer reaches this one, whatever it is worth: withheld by the designer, or the customer left."""
        return self.is_withheld or self.segment == HAS_LEFT

    @property
    def place_and_age(self) -> str:
        """Return "Szeged, 25 to 34", or what of it is known."""
        return ", ".join(part for part in (self.residence, self.ages) if part)


def customer_facts(results: CampaignResults, customer: str) -> CustomerFacts | None:
    """Return what is known of a customer; None if the campaign has no such customer."""
    row = _row(results.customers, customer)
    if row is None:
        return None
    offers = {offer.key: offer for offer in results.offers}
    year = results.span[1].year if results.span else date.today().year
    birth_year = row.get(BIRTH_YEAR)
    maker, model = row.get(CURRENT_MAKER) or "", row.get(CURRENT_MODEL) or ""
    baseline = row.get(BASELINE)
    return CustomerFacts(
        customer=customer,
        first_name=row.get(FIRST_NAME) or "",
        residence=row.get(RESIDENCE) or "",
        ages=age_band(int(birth_year), year) if birth_year else "",
        phone=model if model.startswith(maker) else f"{maker} {model}".strip(),
        phone_since=_phone_since(results.phones, customer),
        offer=None if row[OFFER] == NO_OFFER else offers.get(row[OFFER]),
        uplift=_number(row[UPLIFT]),
        low=_number(row[UPLIFT_LOW]),
        high=_number(row[UPLIFT_HIGH]),
        baseline=None if baseline is None else float(baseline),
        value=_number(row[EXPECTED_VALUE]),
        segment=row[SEGMENT] or "",
        is_withheld=bool(row.get(WITHHELD)),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _row(table: pa.Table | None, customer: str) -> dict[str, Any] | None:
    """Return the first row of a customer as plain values."""
    import pyarrow.compute as pc

    place = -1 if table is None else pc.index(table[CUSTOMER], customer).as_py()
    if table is None or place < 0:
        return None
    row: dict[str, Any] = table.slice(place, 1).to_pylist()[0]
    return row


def _phone_since(phones: pa.Table | None, customer: str) -> date | None:
    """Return the first day of the phone that the customer still uses."""
    import pyarrow.compute as pc

    if phones is None:
        return None
    own = phones.filter(pc.equal(phones[CUSTOMER], customer)).to_pylist()
    current = [phone["start"] for phone in own if phone["end"] is None and phone["start"] is not None]
    if not current:
        return None
    latest = max(current)
    return latest.date() if isinstance(latest, datetime) else latest
