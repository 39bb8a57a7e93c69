"""What the designer teaches: which faces are alike, by judgements and by labels; adopted by the designer alone."""

from engine.taste.adoption import (
    InUse,
    Version,
    adopt,
    adopt_again,
    can_go_back,
    go_back,
    in_use,
    use_plain_cosine,
    versions,
)
from engine.taste.evaluation import Ceiling, Difference, Evaluation
from engine.taste.intervals import Interval
from engine.taste.learning import FEWEST, FEWEST_FOR_METRIC, Learnt, learn_metric, learn_weights
from engine.taste.questions import Question, next_question
from engine.taste.teaching import Tally, Teaching, learn_metric_of, learn_weights_of

__all__ = [
    "FEWEST",
    "FEWEST_FOR_METRIC",
    "Ceiling",
    "Difference",
    "Evaluation",
    "InUse",
    "Interval",
    "Learnt",
    "Question",
    "Tally",
    "Teaching",
    "Version",
    "adopt",
    "adopt_again",
    "can_go_back",
    "go_back",
    "in_use",
    "learn_metric",
    "learn_metric_of",
    "learn_weights",
    "learn_weights_of",
    "next_question",
    "use_plain_cosine",
    "versions",
]
