"""Three customers of the demo in a circle of their own, in the place of the simulated ones."""

from __future__ import annotations

from dataclasses import dataclass

from engine.campaign import Campaign
from engine.columns import NO_OFFER
from engine.faces import likeness
from engine.look_alikes import likeness_scale
from engine.social import social_web, write_circle
from tests.engine.social.conftest import plain_ties


@dataclass(frozen=True)
class DemoCircle:
    """All have an offer. Who has no photo calls the first one most, then the second, who have look-alikes."""

    without_photo: str
    first: str
    second: str


def circle_of_demo(campaign: Campaign) -> DemoCircle:
    """Put three customers of the demo campaign into a circle."""
    scale = likeness_scale(campaign)
    safe = [match.customer for match in campaign.nearest_matches() if 20 <= likeness(match.cosine, scale) <= 85]
    table = campaign.read_table("customers", ["customer", "offer"])
    assert table is not None
    offered = {row["customer"] for row in table.to_pylist() if row["offer"] != NO_OFFER}
    first, second = [one for one in safe if one in offered][:2]
    without = min(one for one in offered if campaign.consent(one) is None)
    rows = [(without, first, 9), (without, second, 3), (first, second, 1), (second, first, 1), (without, "outside", 50)]
    web = social_web(plain_ties(rows), customers=[without, first, second])
    assert [each.contact for each in web.most_influential(without) if each.is_customer] == [first, second]
    write_circle(campaign, web, web.communities())
    return DemoCircle(without, first, second)
