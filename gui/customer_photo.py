"""One customer's photo and consent, loaded in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from engine.job import JobContext
from gui.customer_loader import CustomerLoader
from gui.photo_view import FacePhoto, decode
from gui.results import CampaignResults

if TYPE_CHECKING:
    from engine.campaign import Campaign, Consent


@dataclass(frozen=True, eq=False)
class CustomerPhoto:
    """A customer's consent, and the photo where it holds."""

    customer: str
    consent: Consent | None
    face: FacePhoto | None


def load_photo(campaign: Campaign, customer: str, on: date) -> CustomerPhoto:
    """Load a customer's photo; without a consent that holds it is not even read."""
    consent = campaign.consent(customer)
    if consent is None or not consent.holds(on):
        return CustomerPhoto(customer, consent, None)
    stored = campaign.customer_photo(customer)
    return CustomerPhoto(customer, consent, None if stored is None else decode(stored))


class CustomerPhotoLoader(CustomerLoader):
    """Loads a customer's photo (CustomerPhoto)."""

    def load(
        self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
    ) -> CustomerPhoto:
        """Load a customer's photo."""
        return load_photo(campaign, customer, on)
