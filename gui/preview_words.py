"""The sentence at the top of the Preview page."""

from __future__ import annotations

from typing import Literal

from gui import numbers
from gui.customer_faces import CustomerFaces
from gui.customer_facts import CustomerFacts
from gui.preview_pictures import tr
from gui.results import CampaignResults

Among = Literal["with a look-alike", "with an offer", "selected"]  # whom the Preview turns through


def preview_verdict(
    facts: CustomerFacts, faces: CustomerFaces, results: CampaignResults, place: int | None, count: int, among: Among
) -> str:
    """Say where a customer stands among the ``count`` that are turned through, and what was chosen for them.

    ``place`` counts from 0 and is None for one who is not ``among`` them.
    """
    if place is None:
        key = numbers.customer_key(facts.customer)
        return tr("Customer {key} gets no offer, so there is no ad.").format(key=key)
    counted = {"place": numbers.decimal(place + 1), "all": numbers.decimal(count)}
    lead = {
        "with a look-alike": tr("Customer {place} of {all} with a look-alike."),
        "with an offer": tr("Customer {place} of {all} with an offer."),
        "selected": tr("{place} of {all} selected."),
    }[among]
    if facts.offer is None:
        said = tr("No offer, so there is no ad.")
        return (
            f"{lead.format(**counted)} {said}"
            if among == "selected"
            else tr("Customer {place} of {all}.").format(**counted)
        )
    why = _why(results) if faces.in_ad is not None else tr("The ad goes without a matched face.")
    return f"{lead.format(**counted)} {why}"


def _why(results: CampaignResults) -> str:
    """Say what was chosen for one person: one offer for all was not, nor one that follows the phones of many."""
    if results.evaluation is None:
        return tr("The face was chosen for this one person, the offer by phone: what it does is not known.")
    is_one_for_all = results.evaluation is not None and not results.evaluation.has_signal
    if is_one_for_all or (results.choice is not None and results.choice.kind == "for_all"):
        return tr("The face was chosen for this one person, the offer for all.")
    return tr("Offer and face were chosen for this one person.")
