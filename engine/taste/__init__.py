"""What the designer teaches: which faces are alike, by judgements and by labels; adopted by the designer alone."""

from engine.taste.adoption import (
    InUse,
    Version,
    adopt,
    can_go_back,
    go_back,
    in_use,
    versions,
)
from engine.taste.answers_table import AnswersTable, read_answers
from engine.taste.evaluation import Ceiling, Difference, Evaluation
from engine.taste.fine_tuning import TunedNetwork, can_fine_tune, fine_tune, fine_tune_to_answers
from engine.taste.intervals import Interval
from engine.taste.learning import FEWEST, FEWEST_FOR_METRIC, Learnt, learn_metric, learn_weights
from engine.taste.networks import (
    NetworkVersion,
    adopt_network,
    can_go_back_to_network,
    forget_network,
    go_back_to_network,
    network_in_use,
    network_versions,
    use_network,
)
from engine.taste.questions import Question, next_question
from engine.taste.recognition import AnswersMet, Recognition
from engine.taste.teaching import Tally, Teaching, learn_metric_of, learn_weights_of
from engine.taste.training_photos import (
    JudgedPhotos,
    TrainingPhotos,
    count_judged,
    read_judged_photos,
    read_training_photos,
)

__all__ = [
    "FEWEST",
    "FEWEST_FOR_METRIC",
    "AnswersMet",
    "AnswersTable",
    "Ceiling",
    "Difference",
    "Evaluation",
    "InUse",
    "Interval",
    "JudgedPhotos",
    "Learnt",
    "NetworkVersion",
    "Question",
    "Recognition",
    "Tally",
    "Teaching",
    "TrainingPhotos",
    "TunedNetwork",
    "Version",
    "adopt",
    "adopt_network",
    "can_fine_tune",
    "can_go_back",
    "can_go_back_to_network",
    "count_judged",
    "fine_tune",
    "fine_tune_to_answers",
    "forget_network",
    "go_back",
    "go_back_to_network",
    "in_use",
    "learn_metric",
    "learn_metric_of",
    "learn_weights",
    "learn_weights_of",
    "network_in_use",
    "network_versions",
    "next_question",
    "read_answers",
    "read_judged_photos",
    "read_training_photos",
    "use_network",
    "versions",
]
