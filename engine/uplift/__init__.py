"""Who is won by which offer: learners, honest evaluation, likely ranges."""

from engine.uplift.crossfit import CrossFit
from engine.uplift.evaluation import Arm, LearnerScore, OfferScore, UpliftEvaluation, signal_test
from engine.uplift.honesty import Finding, Honesty, check_honesty, is_left_to_chance
from engine.uplift.model import UpliftModel, evaluate_uplift, fit_uplift
from engine.uplift.qini import CalibrationLine, Curve, Decile, Estimate, UpliftAt
from engine.uplift.reasons import Explainer, Reason, Reasons, explainer_of
from engine.uplift.stack import Forecast

__all__ = [
    "Arm",
    "CalibrationLine",
    "CrossFit",
    "Curve",
    "Decile",
    "Estimate",
    "Explainer",
    "Finding",
    "Forecast",
    "Honesty",
    "LearnerScore",
    "OfferScore",
    "Reason",
    "Reasons",
    "UpliftAt",
    "UpliftEvaluation",
    "UpliftModel",
    "check_honesty",
    "evaluate_uplift",
    "explainer_of",
    "fit_uplift",
    "is_left_to_chance",
    "signal_test",
]
