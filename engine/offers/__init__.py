"""The offer catalogue, one recommendation per customer, and what that is worth."""

from engine.offers.assignment import assign, capacities
from engine.offers.catalogue import Offer, read_offers
from engine.offers.choice import Choice
from engine.offers.reach import GroupReach, Reach, Unevenness, age_bands, reach, reach_findings, unevenness
from engine.offers.recommendation import best_single_offer, expected_values, offer_for_all, recommend
from engine.offers.segments import LOST_CAUSE, PERSUADABLE, SEGMENTS, SLEEPING_DOG, SURE_THING
from engine.offers.value import PolicyValue, ProfitCurve, policy_value, profit_curve, value_finding

__all__ = [
    "LOST_CAUSE",
    "PERSUADABLE",
    "SEGMENTS",
    "SLEEPING_DOG",
    "SURE_THING",
    "Choice",
    "GroupReach",
    "Offer",
    "PolicyValue",
    "ProfitCurve",
    "Reach",
    "Unevenness",
    "age_bands",
    "assign",
    "best_single_offer",
    "capacities",
    "expected_values",
    "offer_for_all",
    "policy_value",
    "profit_curve",
    "reach",
    "reach_findings",
    "read_offers",
    "recommend",
    "unevenness",
    "value_finding",
]
