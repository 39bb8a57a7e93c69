"""What a campaign file holds for the pages, read once in a job so that no page reads tables in the window's thread."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from engine.campaign.consent import consent_day as campaign_consent_day
from engine.columns import HAS_LEFT, SEGMENT
from engine.faces.likeness import LikenessScale
from engine.job import JobContext
from gui.data_origin import DataOrigin, read_origin
from gui.preview_order import PreviewOrder, preview_order

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign, Event
    from engine.handsets import LoyaltyTable
    from engine.logs import FileReport
    from engine.look_alikes import AdFaces
    from engine.offers import Choice, Offer, PolicyValue, ProfitCurve
    from engine.social import NextMakerInfluence
    from engine.uplift import Honesty, UpliftEvaluation


@dataclass(frozen=True)
class MakerShare:
    """How many customers use a maker's phones now; share of 1."""

    maker: str
    customers: int
    share: float


@dataclass(frozen=True)
class CampaignResults:
    """Everything the pages show, except pictures: those are asked of the campaign one by one.

    A part that the campaign does not hold is None or empty. ``makers`` is ordered by share, largest first;
    ``customers`` has RECOMMENDATION_COLUMNS, first_name, residence, birth_year, current_model, baseline,
    uplift:K, low:K, high:K per offer key K, and withheld where the designer keeps the offer from somebody.
    """

    customers: pa.Table | None = None
    rejects: pa.Table | None = None
    phones: pa.Table | None = None
    files: tuple[FileReport, ...] = ()
    offers: tuple[Offer, ...] = ()
    makers: tuple[MakerShare, ...] = ()
    evaluation: UpliftEvaluation | None = None
    honesty: Honesty | None = None  # what must be known before the figures are believed
    loyalty: LoyaltyTable | None = None
    value: PolicyValue | None = None
    curve: ProfitCurve | None = None
    choice: Choice | None = None  # what the designer chose to send
    span: tuple[date, date] | None = None
    inventory: tuple[str, ...] = ()  # keys of the photos that can be matched
    unusable: int = 0  # of these photos, for want of rights
    to_read_again: int = 0  # photos, customers' too, whose faces another network than the campaign's read
    matched: tuple[str, ...] = ()  # customers with a look-alike of their own
    scale: LikenessScale = field(default_factory=LikenessScale)
    order: PreviewOrder = field(default_factory=PreviewOrder)  # of the customers in the Preview
    faces: AdFaces | None = None  # whose look-alike goes into each ad
    circles: int = 0  # customers who call somebody
    influence: NextMakerInfluence | None = None  # how contacts' phones go with the next phone
    events: tuple[Event, ...] = ()
    origin: DataOrigin = field(default_factory=DataOrigin)


def read_results(campaign: Campaign, context: JobContext | None = None) -> CampaignResults:
    """Read what the pages show. Imports the engine's parts, so call it inside a job."""
    from engine.handsets import LoyaltyTable
    from engine.inventory import Clearance, read_by_others
    from engine.look_alikes import AdFaces, likeness_scale
    from engine.offers import Choice, PolicyValue, ProfitCurve
    from engine.social import INFLUENCE_DOCUMENT, NextMakerInfluence
    from engine.uplift import Honesty, UpliftEvaluation

    context = context or JobContext()
    documents = {}
    for index, name in enumerate(("evaluation", "honesty", "loyalty", "value", "curve", "choice", "makers", "span")):
        context.progress(0.04 * index, "Reading results")
        documents[name] = campaign.read_document(name)
    tables = {}
    for index, name in enumerate(("customers", "rejects", "phones")):
        context.progress(0.3 + 0.2 * index, "Reading tables")
        tables[name] = campaign.read_table(name)
    scale = likeness_scale(campaign, context.part(0.9, 1.0))
    span = _span(documents["span"])
    on = campaign_consent_day(is_demo=campaign.is_demo, last_day=None if span is None else span[1])
    faces = AdFaces(campaign, scale, on, context)
    inventory, clearance = campaign.photo_keys("inventory"), Clearance.read(campaign, on)
    matched = tuple(match.customer for match in campaign.nearest_matches())
    influence = campaign.read_document(INFLUENCE_DOCUMENT)
    evaluation, honesty, loyalty, value, curve, choice = (
        documents[name] for name in ("evaluation", "honesty", "loyalty", "value", "curve", "choice")
    )
    return CampaignResults(
        customers=tables["customers"],
        rejects=tables["rejects"],
        phones=tables["phones"],
        files=campaign.files(),
        offers=campaign.offers(),
        makers=_makers(documents["makers"]),
        evaluation=None if evaluation is None else UpliftEvaluation.from_json(evaluation),
        honesty=None if honesty is None else Honesty.from_json(honesty),
        loyalty=None if loyalty is None else LoyaltyTable.from_json(loyalty),
        value=None if value is None else PolicyValue.from_json(value),
        curve=None if curve is None else ProfitCurve.from_json(curve),
        choice=None if choice is None else Choice.from_json(choice),
        span=span,
        inventory=inventory,
        unusable=0 if clearance.bars_nothing else sum(clearance.reason(key) is not None for key in inventory),
        to_read_again=len(read_by_others(campaign, on)),
        matched=matched,
        scale=scale,
        order=preview_order(tables["customers"], faces.everybody(on, context), scale, frozenset(matched)),
        faces=faces,
        circles=_circles(campaign),
        influence=None if influence is None else NextMakerInfluence.from_json(influence),
        events=campaign.events(),
        origin=read_origin(campaign),
    )


def consent_day(campaign: Campaign | None, results: CampaignResults | None) -> date:
    """Return the day on which consent must hold."""
    span = None if results is None else results.span
    is_demo = campaign is not None and campaign.is_demo
    return campaign_consent_day(is_demo=is_demo, last_day=None if span is None else span[1])


def of_who_is_there(results: CampaignResults) -> CampaignResults:
    """Return the results without the customers who have left: nobody can ask them."""
    if results.customers is None:
        return results
    import pyarrow.compute as pc

    stayed = pc.fill_null(pc.not_equal(results.customers[SEGMENT].cast("string"), HAS_LEFT), True)
    if pc.all(stayed).as_py():
        return results
    return replace(results, customers=results.customers.filter(stayed))


def _circles(campaign: Campaign) -> int:
    """Count the customers with a circle."""
    import pyarrow.compute as pc

    from engine.social import CONTACTS, PEOPLE

    people = campaign.read_table(PEOPLE, [CONTACTS])
    return 0 if people is None else int(pc.sum(pc.greater(people[CONTACTS], 0)).as_py() or 0)


def seen_changes(loyalty: LoyaltyTable) -> int:
    """Count the changes of phone that could be dated."""
    return int(loyalty.rows.loc[loyalty.rows["group"] == "all", "changes"].sum())


def _makers(text: str | None) -> tuple[MakerShare, ...]:
    if text is None:
        return ()
    return tuple(MakerShare(row["maker"], int(row["customers"]), float(row["share"])) for row in json.loads(text))


def _span(text: str | None) -> tuple[date, date] | None:
    if text is None:
        return None
    first, last = json.loads(text)
    return date.fromisoformat(first), date.fromisoformat(last)
