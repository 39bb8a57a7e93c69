"""How a campaign matches: the three weights, how often a photo may be used, and where the ads run."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.inventory.metric import MetricChoice

if TYPE_CHECKING:
    from engine.campaign import Campaign

DOCUMENT = "matching"


@dataclass(frozen=True)
class MatchWeights:
    """What counts in the ranking of look-alikes, by how much; only their ratio matters.

    Raises InputError if one is negative or all are 0.
    """

    face: float = 1.0  # likeness, by the cosine
    age: float = 0.0  # years between the two
    hair: float = 0.0  # difference of the hair's colours

    def __post_init__(self) -> None:
        values = (self.face, self.age, self.hair)
        if not all(math.isfinite(value) and value >= 0 for value in values) or not sum(values):
            raise InputError("The weights of face, age and hair must be 0 or more, and not all 0. Choose them again.")


@dataclass(frozen=True)
class MatchSettings:
    """What the designer set for the whole campaign. Raises InputError if the cap is below 1."""

    weights: MatchWeights = field(default_factory=MatchWeights)
    most_ads: int | None = None  # in which one photo may be; None: as many as there are
    territory: str | None = None  # where the ads run; None: not said, and territories are not judged
    metric: MetricChoice | None = None  # learnt, and adopted by the designer

    def __post_init__(self) -> None:
        if self.most_ads is not None and self.most_ads < 1:
            raise InputError("A photo must be allowed in at least one ad. Choose a number from 1.")


def match_settings(campaign: Campaign) -> MatchSettings:
    """Return how a campaign matches."""
    kept = json.loads(campaign.read_document(DOCUMENT) or "{}")
    metric = kept.pop("metric", None)
    return MatchSettings(MatchWeights(**kept.pop("weights", {})), metric=metric and MetricChoice(**metric), **kept)


def keep_match_settings(campaign: Campaign, settings: MatchSettings) -> None:
    """Keep how a campaign matches. New weights count in ads once everybody is matched again (``match_everybody``)."""
    campaign.write_document(DOCUMENT, json.dumps(asdict(settings), ensure_ascii=False))
