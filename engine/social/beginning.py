"""With whom a campaign begins: seeds chosen from the circles that the campaign file keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.columns import CUSTOMER, HAS_LEFT, RANK, REACHED, SEGMENT
from engine.errors import InputError
from engine.job import JobContext
from engine.social.kept import Circles
from engine.social.seeds import Seeds, choose_seeds, reached_by_first

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign


@dataclass(frozen=True)
class SeedList:
    """The seeds of a campaign in the order chosen: the first ones are the seeds of a smaller campaign."""

    seeds: Seeds
    together: tuple[float, ...]  # customers reached by the first 1, 2, ... of them
    customers: int  # in the circles

    def table(self) -> pa.Table:
        """Return SEED_COLUMNS."""
        import pyarrow as pa

        ranks = range(1, len(self.together) + 1)
        return pa.table({RANK: ranks, CUSTOMER: self.seeds.customers, REACHED: self.together})

    def sentence(self) -> str:
        """Say what the seeds reach, and how good the choice is at least."""
        found, count = self.seeds, len(self.together)
        return (
            f"Seeds: {count:,}. They reach about {found.reached:,.0f} of {self.customers:,} customers within two hops; "
            f"as many others reach {found.best_possible:,.0f} at most ({found.confidence:.0%} confidence)."
        )


def campaign_seeds(campaign: Campaign, k: int, context: JobContext | None = None) -> SeedList:
    """Choose the ``k`` customers whose reach covers most, out of those who have not left.

    The circles that are kept hold every tie that reach is reckoned with, so that this is the choice of the whole web,
    save those who were erased or withdrew. Raises InputError where no web was made, or for k < 1, and JobCancelled.
    """
    context = context or JobContext()
    context.progress(0.0, "Reading the circles")
    circles = Circles.read(campaign)
    if circles is None:
        raise InputError(f"{campaign.path.name} holds no circles. They are made from calls: run it with call records.")
    web = circles.listening()
    seeds = choose_seeds(web, k, candidates=_who_is_there(campaign, circles), context=context.part(0.1, 0.9))
    numbers = web.numbers(seeds.customers)
    together = reached_by_first(web, numbers, context.part(0.9, 1.0))
    return SeedList(seeds, tuple(together.tolist()), circles.people.num_rows)


def _who_is_there(campaign: Campaign, circles: Circles) -> list[str]:
    """Return the customers who have not left."""
    import pyarrow.compute as pc

    people = circles.people[CUSTOMER]
    table = campaign.read_table("customers", [CUSTOMER, SEGMENT])
    if table is not None:
        gone = table.filter(pc.fill_null(pc.equal(table[SEGMENT].cast("string"), HAS_LEFT), False))[CUSTOMER]
        people = people.filter(pc.invert(pc.is_in(people, value_set=gone.combine_chunks().cast(people.type))))
    return list(people.to_pylist())
