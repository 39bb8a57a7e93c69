"""A customer's consent to the use of their photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.errors import ConsentError


@dataclass(frozen=True)
class Consent:
    """The record that a customer agreed to the use of their photo, and until when it holds."""

    customer: str
    given_on: date
    source: str  # where the record comes from, e.g. "customers.csv"
    ends_on: date | None = None
    withdrawn_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the photo may be used on that day."""
        ended = self.ends_on is not None and self.ends_on < on
        return self.given_on <= on and not ended and self.withdrawn_on is None

    def is_overruled_by(self, earlier: Consent | None) -> bool:
        """Whether the customer withdrew, by an earlier record, on the day on which this consent was given or later.

        A day has no hour: of two on one day, the withdrawal counts.
        """
        withdrawn = earlier.withdrawn_on if earlier is not None else None
        return withdrawn is not None and self.withdrawn_on is None and self.given_on <= withdrawn


def consent_day(*, is_demo: bool, last_day: date | None) -> date:
    """Return the day on which consent must hold; a demo's logs may be ahead of the clock."""
    return max(date.today(), last_day) if is_demo and last_day is not None else date.today()


def require_consent(customer: str, consent: Consent | None, on: date) -> None:
    """Raise ConsentError unless ``consent`` is this customer's and holds on that day."""
    if consent is None or consent.customer != customer or not consent.holds(on):
        raise ConsentError(
            f"Customer {customer} has no valid photo consent, so no face is looked at. Record the consent first."
        )
