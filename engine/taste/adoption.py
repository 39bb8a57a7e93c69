"""What is in use of all that was learnt: adopted by the designer alone, in versions, with a way back."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.campaign import Campaign, TasteVersion
from engine.errors import InputError
from engine.inventory.metric import MetricChoice
from engine.inventory.settings import MatchWeights, keep_match_settings, match_settings
from engine.taste.evaluation import Ceiling, Evaluation
from engine.taste.intervals import Interval
from engine.taste.learning import Kind, Learnt

DOCUMENT = "taste"  # what was in use before, the latest last
MOST_STEPS_BACK = 50


@dataclass(frozen=True)
class InUse:
    """What ranks the look-alikes: the weights, and a learnt metric, if any."""

    weights: MatchWeights
    metric: MetricChoice | None = None


@dataclass(frozen=True)
class Version:
    """Something learnt that was adopted once."""

    number: int
    kind: Kind
    made_at: datetime
    weights: MatchWeights
    evaluation: Evaluation
    over_weights: Interval | None = None


def in_use(campaign: Campaign) -> InUse:
    """Return what ranks a campaign's look-alikes now; the weights are the sliders'."""
    settings = match_settings(campaign)
    return InUse(settings.weights, settings.metric)


def adopt(campaign: Campaign, learnt: Learnt) -> Version:
    """Keep what was learnt as a new version and rank by it from now on; match everybody again afterwards.

    Raises InputError if it is not clearly better than plain cosine on people it was not learnt from.
    """
    if not learnt.is_offered:
        raise InputError(
            "What was learnt is not clearly better on people it did not learn from, so it is not adopted. Answer more "
            "questions, and learn again."
        )
    with campaign.transaction():
        taken = max((kept.number for kept in campaign.judgements.versions()), default=0)
        data = None if learnt.metric is None else learnt.metric.to_bytes()
        kept = campaign.judgements.add_version(f"{learnt.kind} {taken + 1}", learnt.kind, _document(learnt), data)
        _step(campaign, _in_use_of(kept))
    return _version(kept)


def versions(campaign: Campaign) -> tuple[Version, ...]:
    """Return the adopted weights and metrics, the oldest first."""
    return tuple(_version(kept) for kept in campaign.judgements.versions() if kept.kind in ("weights", "metric"))


def can_go_back(campaign: Campaign) -> bool:
    """Whether something was in use before what is now."""
    return bool(_earlier(campaign))


def go_back(campaign: Campaign) -> InUse:
    """Rank by what was in use before the last change of it; match everybody again afterwards.

    The sliders go back to where they stood then. Raises InputError if there is nothing to go back to.
    """
    earlier = _earlier(campaign)
    if not earlier:
        raise InputError("Nothing was in use before this. Set the weights by hand.")
    with campaign.transaction():
        _keep(campaign, earlier[:-1])
        _set(campaign, earlier[-1])
    return earlier[-1]


def _step(campaign: Campaign, now: InUse) -> None:
    """Put something in use; what was before, the sliders as they stand included, can be gone back to."""
    with campaign.transaction():
        _keep(campaign, [*_earlier(campaign), in_use(campaign)])
        _set(campaign, now)


def _in_use_of(kept: TasteVersion) -> InUse:
    rows = json.loads(kept.document)
    metric = MetricChoice(kept.number, rows["network"]) if kept.kind == "metric" else None
    return InUse(MatchWeights(**rows["weights"]), metric)


def _earlier(campaign: Campaign) -> list[InUse]:
    rows = json.loads(campaign.read_document(DOCUMENT) or "[]")
    return [InUse(MatchWeights(**row["weights"]), row["metric"] and MetricChoice(**row["metric"])) for row in rows]


def _keep(campaign: Campaign, earlier: list[InUse]) -> None:
    rows = [dataclasses.asdict(one) for one in earlier[-MOST_STEPS_BACK:]]
    campaign.write_document(DOCUMENT, json.dumps(rows))


def _set(campaign: Campaign, now: InUse) -> None:
    settings = dataclasses.replace(match_settings(campaign), weights=now.weights, metric=now.metric)
    keep_match_settings(campaign, settings)


def _document(learnt: Learnt) -> str:
    return json.dumps(
        {
            "weights": dataclasses.asdict(learnt.weights),
            "evaluation": dataclasses.asdict(learnt.evaluation),
            "over_weights": learnt.over_weights and dataclasses.asdict(learnt.over_weights),
            "network": learnt.network,
        }
    )


def _version(kept: TasteVersion) -> Version:
    rows: dict[str, Any] = json.loads(kept.document)
    over = rows["over_weights"]
    kind: Kind = "metric" if kept.kind == "metric" else "weights"
    return Version(
        kept.number, kind, kept.made_at, MatchWeights(**rows["weights"]), _evaluation(rows["evaluation"]),
        over and Interval(**over),
    )  # fmt: skip


def _evaluation(row: dict[str, Any]) -> Evaluation:
    intervals = {name: Interval(**row[name]) for name in ("learnt", "plain", "gain")}
    most = row["ceiling"]
    limit = most and Ceiling(most["repeats"], most["agreed"], Interval(**most["at_most"]))
    return Evaluation(row["judgements"], row["people"], ceiling=limit, **intervals)
