"""Who is won by which offer: learners, honest evaluation, likely ranges."""

from engine.uplift.crossfit import CrossFit
from engine.uplift.evaluation import Arm, LearnerScore, OfferScore, UpliftEvaluation, signal_test
from engine.uplift.learner import Forecast
from engine.uplift.model import UpliftModel, fit_uplift
from engine.uplift.qini import Curve, Decile, Estimate

__all__ = [
    "Arm",
    "CrossFit",
    "Curve",
    "Decile",
    "Estimate",
    "Forecast",
    "LearnerScore",
    "OfferScore",
    "UpliftEvaluation",
    "UpliftModel",
    "fit_uplift",
    "signal_test",
]
