"""That long work looks at a cancel often enough, by the work done between two looks, whatever the machine's pace."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.campaign_inputs import CampaignInputs
from engine.demo import simulate_operator
from engine.job import JobContext
from engine.logs import plan_of
from engine.pipeline import build_campaign
from engine.stages import Stages
from tests.engine.looks import Watched, without_others_litter


class WatchingAudience:
    """Gives each stage a context that is watched."""

    def __init__(self) -> None:
        self.contexts: dict[str, Watched] = {}

    def begin(self, stage: str) -> JobContext:
        self.contexts[stage] = Watched()
        return self.contexts[stage]

    def end(self, _stage: str, context: JobContext) -> None:
        context.check()


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Watched]:
    """Each stage of a campaign with 2,000 customers and few photos, as it was watched."""
    folder = tmp_path_factory.mktemp("watched")
    simulating = Watched()
    operator = simulate_operator(folder / "delivery", customers=2_000, seed=0, context=simulating)
    for photos in (operator.inventory, operator.photos):
        for photo in sorted(photos.iterdir())[12:]:
            photo.unlink()
    audience = WatchingAudience()
    inputs = CampaignInputs(plan_of(operator.files), operator.inventory, operator.photos)
    with without_others_litter():
        build_campaign(
            inputs, Path(folder, "spring.semblance"), "four long plain words", seed=0, stages=Stages(audience)
        )
    return {"Simulate": simulating} | audience.contexts


@pytest.mark.parametrize(
    ("stage", "fewest", "largest_share"),
    [
        ("Simulate", 100, 0.5),
        ("Read logs", 25, 0.5),
        ("Follow phones", 25, 0.5),
        ("Estimate loyalty", 60, 0.5),
        ("Learn uplift", 1_500, 0.25),
        ("Choose offers", 50, 0.7),
        ("Read photos", 60, 0.4),
    ],
)
def test_a_stage_looks_at_a_cancel_all_along(stages: dict[str, Watched], stage: str, fewest: int, largest_share: float):
    gaps = stages[stage].looks.gaps
    assert len(gaps) >= fewest
    assert max(gaps) < largest_share * sum(gaps)


def test_the_watch_sees_a_stretch_without_a_look():
    context = Watched()
    for part in (1, 1, 1, 60, 1, 1):
        sum(number * number for number in range(20_000 * part))
        context.part(0.2, 0.4).progress(0.5, "")
    gaps = context.looks.gaps
    assert len(gaps) == 12, "each progress of a part looks at the part and at the whole"
    assert max(gaps) > 0.7 * sum(gaps)
